//! Where a number, a time or a watermark leads in the history of a table, as far as the page knows that: the newest snapshots,
//! and the oldest one.

use crate::{format, model::SnapshotInfo};

/// What the page knows of a history.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Known<'a> {
    /// The newest snapshots, newest first.
    pub newest: &'a [SnapshotInfo],
    /// The oldest snapshot that is kept; none while it is not known.
    pub oldest: Option<&'a SnapshotInfo>,
}

/// Where something leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<'a> {
    /// To this snapshot.
    This(&'a SnapshotInfo),
    /// To one that only the engine can tell.
    Unknown,
    /// Nowhere, and why.
    Nothing(String),
}

impl<'a> Known<'a> {
    /// The history where `newest` may be all of it: with fewer than `limit` snapshots the last of them is the oldest.
    #[must_use]
    pub fn of(newest: &'a [SnapshotInfo], limit: usize, oldest: Option<&'a SnapshotInfo>) -> Known<'a> {
        Known { newest, oldest: if newest.len() < limit { newest.last() } else { oldest } }
    }

    /// Whether there is no snapshot between those known and the oldest one.
    fn is_complete(&self) -> bool {
        self.newest.last().is_some_and(|last| self.oldest.is_some_and(|oldest| oldest.id == last.id))
    }

    /// The last snapshot at or before a time.
    #[must_use]
    pub fn at_time(&self, millis: i64) -> Found<'a> {
        if let Some(found) = self.newest.iter().find(|snapshot| snapshot.time_millis <= millis) {
            return Found::This(found);
        }
        match self.oldest {
            Some(oldest) if oldest.time_millis > millis => Found::Nothing(format!(
                "No snapshot is as old: the oldest, #{}, is of {} UTC.",
                oldest.id,
                format::utc(oldest.time_millis)
            )),
            Some(oldest) if self.newest.is_empty() => Found::This(oldest),
            _ => Found::Unknown,
        }
    }

    /// The first snapshot with a watermark or a later one.
    #[must_use]
    pub fn at_watermark(&self, mark: i64) -> Found<'a> {
        let marks = || self.newest.iter().filter_map(|snapshot| snapshot.watermark);
        let reached = |snapshot: &&SnapshotInfo| snapshot.watermark.is_some_and(|watermark| watermark >= mark);
        let found = self.newest.iter().rev().find(reached);
        match (found, marks().max()) {
            // Older ones may have it, too, where the first one known has it.
            (Some(found), _) if self.is_complete() || Some(found.id) != self.newest.last().map(|last| last.id) => {
                Found::This(found)
            }
            (Some(_), _) => Found::Unknown,
            (None, Some(last)) => Found::Nothing(format!(
                "No snapshot has reached it: the latest watermark is {} UTC.",
                format::utc(last)
            )),
            (None, None) if self.is_complete() => {
                Found::Nothing("No snapshot of this table has a watermark.".to_owned())
            }
            (None, None) => Found::Unknown,
        }
    }

    /// The snapshot with a number.
    #[must_use]
    pub fn numbered(&self, id: i64) -> Found<'a> {
        let mut all = self.newest.iter().chain(self.oldest);
        if let Some(found) = all.find(|snapshot| snapshot.id == id) {
            return Found::This(found);
        }
        match (self.oldest, self.newest.first()) {
            (Some(oldest), Some(newest)) if id < oldest.id || id > newest.id || self.is_complete() => {
                Found::Nothing(format!("There is no snapshot #{id}: those kept are #{} to #{}.", oldest.id, newest.id))
            }
            _ => Found::Unknown,
        }
    }

    /// The snapshots that a search finds: by the beginning of the number, by kind, writer or operation; all without one.
    #[must_use]
    pub fn search(&self, needle: &str) -> Vec<&'a SnapshotInfo> {
        let needle = needle.trim().trim_start_matches('#').to_lowercase();
        // Digits are a number: names of writers are full of them, and mean nothing.
        let is_number = !needle.is_empty() && needle.bytes().all(|byte| byte.is_ascii_digit());
        let holds = |text: &str| text.to_lowercase().contains(&needle);
        let matches = |snapshot: &&SnapshotInfo| {
            needle.is_empty()
                || snapshot.id.to_string().starts_with(&needle)
                || (!is_number
                    && (holds(&snapshot.commit_kind)
                        || holds(&snapshot.commit_user)
                        || snapshot.operation.as_deref().is_some_and(holds)))
        };
        self.newest.iter().filter(matches).collect()
    }
}

/// The number that a search is for: `7`, `#7`.
#[must_use]
pub fn number(text: &str) -> Option<i64> {
    text.trim().trim_start_matches('#').parse().ok().filter(|number| *number > 0)
}

/// Text of a date and time input, for a clock that is `offset` minutes ahead of UTC.
#[must_use]
pub fn input_text(millis: i64, offset: i64) -> String {
    let there = millis.saturating_add(offset.saturating_mul(60_000));
    format!("{}.{:03}", format::utc(there).replace(' ', "T"), there.rem_euclid(1000))
}

/// A clock's distance from UTC: `UTC+02:00`.
#[must_use]
pub fn offset_text(offset: i64) -> String {
    let sign = if offset < 0 { '−' } else { '+' };
    let minutes = offset.unsigned_abs();
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(id: i64, watermark: Option<i64>) -> SnapshotInfo {
        let (commit_kind, commit_user) =
            (if id % 2 == 0 { "COMPACT" } else { "APPEND" }.to_owned(), format!("user-{id}"));
        SnapshotInfo { id, time_millis: id * 1000, commit_kind, commit_user, watermark, ..SnapshotInfo::default() }
    }

    fn newest(ids: std::ops::RangeInclusive<i64>) -> Vec<SnapshotInfo> {
        ids.rev().map(|id| snapshot(id, Some(id * 10))).collect()
    }

    fn id(found: Found<'_>) -> Option<i64> {
        match found {
            Found::This(snapshot) => Some(snapshot.id),
            Found::Unknown => Some(-1),
            Found::Nothing(_) => None,
        }
    }

    #[test]
    fn a_time_leads_to_the_last_snapshot_before_it() {
        let all = newest(3..=6);
        let known = Known::of(&all, 10, None);
        let at = |millis| id(known.at_time(millis));
        assert_eq!((at(9000), at(5000), at(4999), at(3000), at(2999)), (Some(6), Some(5), Some(4), Some(3), None));
        assert!(matches!(known.at_time(0), Found::Nothing(why) if why.contains("#3") && why.contains("00:00:03")));
    }

    #[test]
    fn beyond_what_is_known_the_engine_tells() {
        let (all, oldest) = (newest(7..=10), snapshot(2, None));
        let known = Known::of(&all, 4, Some(&oldest));
        let at = |millis| id(known.at_time(millis));
        assert_eq!((at(7000), at(6999), at(2000), at(1999)), (Some(7), Some(-1), Some(-1), None));
        assert_eq!(id(Known::of(&all, 4, None).at_time(1)), Some(-1), "the oldest is not known yet");
        let numbered = |number| id(known.numbered(number));
        assert_eq!(
            (numbered(8), numbered(2), numbered(4), numbered(1), numbered(11)),
            (Some(8), Some(2), Some(-1), None, None)
        );
        let mark = |mark| id(known.at_watermark(mark));
        assert_eq!((mark(71), mark(70), mark(101)), (Some(8), Some(-1), None));
    }

    #[test]
    fn a_watermark_leads_to_the_first_snapshot_that_reached_it() {
        let all = newest(3..=6);
        let known = Known::of(&all, 10, None);
        let mark = |mark| id(known.at_watermark(mark));
        assert_eq!((mark(0), mark(30), mark(31), mark(60), mark(61)), (Some(3), Some(3), Some(4), Some(6), None));
        let none = [snapshot(1, None)];
        let known = Known::of(&none, 10, None);
        assert!(matches!(known.at_watermark(1), Found::Nothing(why) if why.contains("No snapshot of this table")));
    }

    #[test]
    fn numbers_that_are_not_there_are_told_with_those_that_are() {
        let all = newest(3..=6);
        let known = Known::of(&all, 10, None);
        assert!(
            matches!(known.numbered(9), Found::Nothing(why) if why == "There is no snapshot #9: those kept are #3 to #6.")
        );
        assert_eq!(id(known.numbered(4)), Some(4));
        assert_eq!((number(" #12 "), number("0"), number("x")), (Some(12), None, None));
    }

    #[test]
    fn snapshots_are_found_by_number_kind_and_writer() {
        let all = newest(8..=12);
        let known = Known::of(&all, 10, None);
        let ids = |needle: &str| known.search(needle).iter().map(|snapshot| snapshot.id).collect::<Vec<_>>();
        assert_eq!(ids(""), [12, 11, 10, 9, 8]);
        assert_eq!(ids("#1"), [12, 11, 10]);
        assert_eq!(ids("compact"), [12, 10, 8]);
        assert_eq!(ids("USER-9"), [9]);
        assert!(ids("2").is_empty(), "user-12 has a 2 in its name");
    }

    #[test]
    fn times_are_typed_by_any_clock() {
        assert_eq!(input_text(951_782_400_123, 0), "2000-02-29T00:00:00.123");
        assert_eq!(input_text(951_782_400_000, -90), "2000-02-28T22:30:00.000");
        assert_eq!(
            (offset_text(120), offset_text(-330), offset_text(0)),
            ("UTC+02:00".into(), "UTC−05:30".into(), "UTC+00:00".into())
        );
    }
}
