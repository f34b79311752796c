//! Which byte ranges to fetch together.

use std::ops::Range;

use bytes::Bytes;

use crate::error::{Error, Result};

/// Ranges at most this far apart travel in one request: fetching 64 KiB too much is cheaper than a round trip.
pub(super) const COALESCE_GAP: u64 = 64 * 1024;

/// A fetch is not grown beyond this, so that large reads overlap and memory stays bounded.
pub(super) const MAX_FETCH: u64 = 16 * 1024 * 1024;

/// The fewest fetches that cover `ranges`: sorted, disjoint, each range wholly inside one of them.
pub(super) fn coalesce(ranges: &[Range<u64>], gap: u64, max_fetch: u64) -> Vec<Range<u64>> {
    let mut sorted = ranges.iter().filter(|range| range.start < range.end).cloned().collect::<Vec<_>>();
    sorted.sort_unstable_by_key(|range| (range.start, range.end));
    let mut fetches: Vec<Range<u64>> = Vec::new();
    for range in sorted {
        match fetches.last_mut() {
            Some(last) if joins(last, &range, gap, max_fetch) => last.end = last.end.max(range.end),
            _ => fetches.push(range),
        }
    }
    fetches
}

fn joins(last: &Range<u64>, next: &Range<u64>, gap: u64, max_fetch: u64) -> bool {
    let overlaps = next.start < last.end;
    let near = next.start <= last.end.saturating_add(gap);
    overlaps || (near && next.end.max(last.end) - last.start <= max_fetch)
}

/// Cuts `range` out of the fetches that [`coalesce`] made for it.
pub(super) fn cut(range: &Range<u64>, fetches: &[Range<u64>], bodies: &[Bytes]) -> Result<Bytes> {
    if range.start >= range.end {
        return Ok(Bytes::new());
    }
    let missing = || Error::internal(format!("range {}..{} was not fetched", range.start, range.end));
    let index = fetches.partition_point(|fetch| fetch.start <= range.start).checked_sub(1).ok_or_else(missing)?;
    let (fetch, body) = fetches.get(index).zip(bodies.get(index)).ok_or_else(missing)?;
    let start = usize::try_from(range.start - fetch.start).map_err(|_| missing())?;
    let end = usize::try_from(range.end - fetch.start).map_err(|_| missing())?;
    if end > body.len() {
        return Err(missing());
    }
    Ok(body.slice(start..end))
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "one range is what is meant")]
mod tests {
    use super::*;

    #[test]
    fn near_ranges_travel_together() {
        assert_eq!(coalesce(&[100..110, 0..10, 20..30], 10, 1000), [0..30, 100..110]);
        assert_eq!(coalesce(&[0..10, 5..20, 5..7], 0, 1000), vec![0..20]);
        assert_eq!(coalesce(&[3..3], 10, 1000), Vec::<Range<u64>>::new());
    }

    #[test]
    fn a_fetch_stays_below_its_bound_unless_ranges_overlap() {
        assert_eq!(coalesce(&[0..60, 60..120], 10, 100), [0..60, 60..120]);
        assert_eq!(coalesce(&[0..60, 50..120], 10, 100), vec![0..120]);
    }

    #[test]
    fn cuts_what_was_asked() {
        let body = Bytes::from((0..30u8).collect::<Vec<_>>());
        assert_eq!(cut(&(5..8), &[0..30], std::slice::from_ref(&body)).unwrap()[..], [5, 6, 7]);
        assert_eq!(cut(&(5..5), &[], &[]).unwrap().len(), 0);
        assert!(cut(&(29..31), &[0..30], &[body]).is_err());
    }
}
