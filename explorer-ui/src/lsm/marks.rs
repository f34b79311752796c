//! Bars as they are drawn: what is too narrow to tell apart is one mark that stands for several files.
//!
//! A bucket may hold thousands of files. Level 0 gets at most [`MOST_LANES`] lanes, so that runs share them when there
//! are more; bars of a lane that touch in pixels become one mark. Zooming in takes marks apart again.

use super::{Bar, Drawing};

/// Lanes of level 0.
const MOST_LANES: usize = 40;
/// Bars narrower than this are joined with their neighbours, pixels.
const NARROW_PX: f64 = 3.0;

/// The part of the key axis in sight, within 0..=1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Left end.
    pub from: f64,
    /// Right end.
    pub to: f64,
}

impl Default for View {
    fn default() -> View {
        View { from: 0.0, to: 1.0 }
    }
}

impl View {
    /// The least part that is shown.
    const LEAST: f64 = 1e-6;

    /// Where a place of the axis is in sight: 0..=1 within.
    #[must_use]
    pub fn place(self, at: f64) -> f64 {
        (at - self.from) / (self.to - self.from)
    }

    /// Shows `times` as much around the middle of what is in sight.
    #[must_use]
    pub fn zoomed(self, times: f64) -> View {
        let width = ((self.to - self.from) * times).clamp(View::LEAST, 1.0);
        View::around((self.from + self.to) / 2.0, width)
    }

    /// Moves by a share of what is in sight.
    #[must_use]
    pub fn moved(self, share: f64) -> View {
        let width = self.to - self.from;
        View::around((self.from + self.to) / 2.0 + width * share, width)
    }

    /// Just this part, with a little room.
    #[must_use]
    pub fn over(from: f64, to: f64) -> View {
        View::around((from + to) / 2.0, ((to - from) * 1.1).clamp(View::LEAST, 1.0))
    }

    fn around(middle: f64, width: f64) -> View {
        let from = (middle - width / 2.0).clamp(0.0, 1.0 - width);
        View { from, to: from + width }
    }

    /// Whether all is in sight.
    #[must_use]
    pub fn is_all(self) -> bool {
        self.to - self.from > 0.999_999
    }

    /// `0.25-0.5`, as links hold it; none when all is in sight.
    #[must_use]
    pub fn print(self) -> Option<String> {
        (!self.is_all()).then(|| format!("{:.7}-{:.7}", self.from, self.to))
    }

    /// What `print` printed; everything for anything else.
    #[must_use]
    pub fn parse(text: &str) -> View {
        let ends = text.split_once('-').and_then(|(from, to)| Some((from.parse::<f64>().ok()?, to.parse().ok()?)));
        match ends {
            Some((from, to)) if from >= 0.0 && to <= 1.0 && to - from >= View::LEAST / 2.0 => View { from, to },
            _ => View::default(),
        }
    }
}

/// One or several files that are drawn as one.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Positions in the list of files, from left to right.
    pub files: Vec<usize>,
    /// Left end on the whole axis.
    pub from: f64,
    /// Right end on the whole axis.
    pub to: f64,
}

/// A line of marks.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// LSM level.
    pub level: i64,
    /// Sorted runs that share the lane.
    pub runs: usize,
    /// From left to right; only those in sight.
    pub marks: Vec<Mark>,
}

/// The lanes of a drawing, level 0 on top, for a picture of `width` pixels.
#[must_use]
pub fn lanes(drawing: &Drawing, view: View, width: f64) -> Vec<Lane> {
    let mut lanes = Vec::new();
    for (position, (level, first)) in drawing.levels.iter().enumerate() {
        let end = drawing.levels.get(position + 1).map_or(drawing.lines, |(_, line)| *line);
        let runs = end - first;
        let count = runs.clamp(1, MOST_LANES);
        let mut bars: Vec<Vec<&Bar>> = vec![Vec::new(); count];
        for bar in drawing.bars.iter().filter(|bar| bar.line >= *first && bar.line < end) {
            if bar.to >= view.from
                && bar.from <= view.to
                && let Some(lane) = bars.get_mut((bar.line - first) * count / runs.max(1))
            {
                lane.push(bar);
            }
        }
        let shared = |lane: usize| ((lane + 1) * runs).div_ceil(count) - (lane * runs).div_ceil(count);
        let drawn = bars.into_iter().enumerate();
        lanes.extend(drawn.map(|(lane, bars)| Lane {
            level: *level,
            runs: shared(lane),
            marks: marks(bars, view, width),
        }));
    }
    lanes
}

fn marks(mut bars: Vec<&Bar>, view: View, width: f64) -> Vec<Mark> {
    bars.sort_by(|a, b| a.from.total_cmp(&b.from));
    let px = |at: f64| view.place(at) * width;
    let mut marks: Vec<Mark> = Vec::new();
    for bar in bars {
        let narrow = px(bar.to) - px(bar.from) < NARROW_PX;
        match marks.last_mut() {
            // Runs of a shared lane overlap; what lies beside it joins only where both are too narrow to be seen.
            Some(last)
                if px(bar.from) < px(last.to) - 0.5
                    || (narrow
                        && px(bar.from) < px(last.to).max(px(last.from) + NARROW_PX) + 0.5
                        && (last.files.len() > 1 || px(last.to) - px(last.from) < NARROW_PX)) =>
            {
                last.files.push(bar.file);
                last.to = last.to.max(bar.to);
            }
            _ => marks.push(Mark { files: vec![bar.file], from: bar.from, to: bar.to }),
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cell::Cell,
        lsm::{ScaleKind, draw},
        model::{FieldInfo, FileInfo, TableInfo},
    };

    fn drawing(files: &[(i64, i64, i64)]) -> Drawing {
        let files: Vec<FileInfo> = files
            .iter()
            .map(|(level, from, to)| FileInfo {
                level: *level,
                min_key: vec![Cell::Int(*from)],
                max_key: vec![Cell::Int(*to)],
                ..FileInfo::default()
            })
            .collect();
        let field = FieldInfo { name: "k".into(), type_text: "INT".into(), ..FieldInfo::default() };
        let info = TableInfo { primary_keys: vec!["k".into()], fields: vec![field], ..TableInfo::default() };
        draw(&files, &info, ScaleKind::Value)
    }

    fn files_of(lanes: &[Lane]) -> usize {
        lanes.iter().flat_map(|lane| &lane.marks).map(|mark| mark.files.len()).sum()
    }

    #[test]
    fn few_files_are_marks_of_their_own() {
        let lanes = lanes(&drawing(&[(0, 0, 9), (0, 3, 5), (5, 0, 4), (5, 5, 9)]), View::default(), 900.0);
        assert_eq!(
            lanes.iter().map(|lane| (lane.level, lane.runs, lane.marks.len())).collect::<Vec<_>>(),
            [(0, 1, 1), (0, 1, 1), (5, 1, 2)]
        );
    }

    #[test]
    fn thousands_of_narrow_files_become_few_marks_and_zooming_takes_them_apart() {
        let files: Vec<_> = (0..20_000).map(|number| (5, number * 10, number * 10 + 8)).collect();
        let drawing = drawing(&files);
        let all = lanes(&drawing, View::default(), 900.0);
        assert!(all[0].marks.len() <= 901, "{}", all[0].marks.len());
        assert_eq!(files_of(&all), 20_000, "no file is lost");
        let near = lanes(&drawing, View { from: 0.5, to: 0.501 }, 900.0);
        assert!(near[0].marks.iter().all(|mark| mark.files.len() == 1) && near[0].marks.len() > 10);
    }

    #[test]
    fn many_runs_share_lanes() {
        let files: Vec<_> = (0..3000).map(|number| (0, number % 7, number % 7 + 50)).collect();
        let all = lanes(&drawing(&files), View::default(), 900.0);
        assert_eq!(all.len(), MOST_LANES);
        assert_eq!((files_of(&all), all.iter().map(|lane| lane.runs).sum::<usize>()), (3000, 3000));
    }

    #[test]
    fn the_view_stays_on_the_axis_and_survives_a_link() {
        let view = View::default().zoomed(0.25).moved(9.0);
        assert!((view.to - 1.0).abs() < 1e-9 && (view.to - view.from - 0.25).abs() < 1e-9);
        assert!(view.zoomed(100.0).is_all());
        let back = View::parse(&view.print().unwrap());
        assert!((back.from - view.from).abs() < 1e-6 && (back.to - view.to).abs() < 1e-6);
        assert!(View::parse("9-1").is_all() && View::parse("NaN-1").is_all() && View::default().print().is_none());
        assert!(View::over(0.3, 0.3).to <= 1.0);
    }
}
