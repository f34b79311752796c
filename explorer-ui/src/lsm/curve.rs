//! The depth curve in pixels: however many steps it has, one point a pixel at most, and never a peak lost.

use super::{DepthStep, View};

/// Places in 0..=`width` and the depth from there on; the first is at the left edge, and each depth is the greatest of its
/// pixel.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
pub fn curve(steps: &[DepthStep], view: View, width: f64) -> Vec<(f64, usize)> {
    let pixels = width.max(1.0) as usize;
    // The greatest depth within a pixel, and the depth at its right end.
    let mut within: Vec<Option<(usize, usize)>> = vec![None; pixels + 1];
    let mut before = 0;
    for step in steps {
        let at = view.place(step.from);
        if at <= 0.0 {
            before = step.depth;
        } else if at <= 1.0
            && let Some(pixel) = within.get_mut((at * width) as usize)
        {
            let most = pixel.map_or(step.depth, |(most, _)| most.max(step.depth));
            *pixel = Some((most, step.depth));
        }
    }
    let mut points = vec![(0.0, before)];
    let mut last = before;
    for (pixel, found) in within.into_iter().enumerate() {
        let Some((most, end)) = found else { continue };
        if most != last {
            points.push((pixel as f64, most));
        }
        if end != most {
            points.push((pixel as f64 + 1.0, end));
        }
        last = end;
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(depths: &[(f64, usize)]) -> Vec<DepthStep> {
        depths.iter().map(|&(from, depth)| DepthStep { from, depth }).collect()
    }

    #[test]
    fn few_steps_stay_as_they_are() {
        let found = curve(&steps(&[(0.0, 1), (0.25, 2), (0.75, 1), (1.0, 0)]), View::default(), 100.0);
        assert_eq!(found, [(0.0, 1), (25.0, 2), (75.0, 1), (100.0, 0)]);
    }

    #[test]
    fn a_peak_narrower_than_a_pixel_is_not_lost() {
        let found = curve(&steps(&[(0.0, 1), (0.5001, 9), (0.5002, 1)]), View::default(), 100.0);
        assert_eq!(found, [(0.0, 1), (50.0, 9), (51.0, 1)]);
        let many: Vec<_> = (0..50_000).map(|number| (f64::from(number) / 50_000.0, 1 + number as usize % 2)).collect();
        assert!(curve(&steps(&many), View::default(), 800.0).len() < 1700);
    }

    #[test]
    fn a_part_in_sight_begins_with_the_depth_of_what_is_left_of_it() {
        let found = curve(&steps(&[(0.0, 3), (0.5, 4), (0.9, 1)]), View { from: 0.4, to: 0.6 }, 10.0);
        assert_eq!(found, [(0.0, 3), (5.0, 4)]);
    }
}
