//! Requests over time, pauses left out: what matters is how requests of one click follow each other, not how long the
//! user thought between two clicks.

use crate::model::RequestInfo;

/// Pauses longer than this are shown as this long, milliseconds.
const PAUSE: f64 = 40.0;

/// A request's place on the axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lane {
    /// Position in the list given.
    pub index: usize,
    /// Where its bar begins, percent.
    pub from: f64,
    /// Length of its bar, percent.
    pub width: f64,
}

/// Bars of requests in the order in which they began, and the length of the axis in milliseconds.
#[must_use]
pub fn lanes(requests: &[RequestInfo]) -> (Vec<Lane>, f64) {
    let mut order: Vec<usize> = (0..requests.len()).collect();
    order.sort_by(|&a, &b| requests[a].start_millis.total_cmp(&requests[b].start_millis));
    let mut placed = Vec::with_capacity(order.len());
    let (mut left_out, mut end) = (None::<f64>, f64::NEG_INFINITY);
    for index in order {
        let request = &requests[index];
        let start = request.start_millis;
        let skipped = match left_out {
            None => start,
            Some(skipped) if start - end > PAUSE => skipped + (start - end - PAUSE),
            Some(skipped) => skipped,
        };
        left_out = Some(skipped);
        end = end.max(start + request.duration_millis.max(0.0));
        placed.push((index, start - skipped, request.duration_millis.max(0.0)));
    }
    let length = placed.iter().map(|(_, from, width)| from + width).fold(1.0, f64::max);
    let lane = |(index, from, width): (usize, f64, f64)| {
        let from = from / length * 100.0;
        Lane { index, from: from.min(99.4), width: (width / length * 100.0).max(0.6) }
    };
    (placed.into_iter().map(lane).collect(), length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(start_millis: f64, duration_millis: f64) -> RequestInfo {
        RequestInfo { start_millis, duration_millis, ..RequestInfo::default() }
    }

    #[test]
    fn pauses_are_cut_and_overlaps_kept() {
        let (lanes, length) = lanes(&[request(1000.0, 50.0), request(1010.0, 90.0), request(9000.0, 60.0)]);
        assert!((length - 200.0).abs() < 1e-9, "{length}");
        assert!((lanes[1].from - 5.0).abs() < 1e-9 && (lanes[2].from - 70.0).abs() < 1e-9, "{lanes:?}");
    }

    #[test]
    fn nothing_and_instant_requests_stay_finite() {
        assert!(lanes(&[]).0.is_empty());
        let (lanes, _) = lanes(&[request(5.0, 0.0)]);
        assert!(lanes[0].from.abs() < 1e-9 && lanes[0].width > 0.0);
    }
}
