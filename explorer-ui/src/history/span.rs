//! Which snapshots are shown, and where each stands in a picture.

use crate::model::SnapshotInfo;

/// Snapshots by id, both ends among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The oldest.
    pub first: i64,
    /// The newest.
    pub last: i64,
}

/// Snapshots shown at first, the newest ones.
pub const SHOWN_FIRST: i64 = 120;
/// Snapshots read of what is shown; of more, some of all ages.
pub const READ_AT_ONCE: i64 = 160;
/// Fewer than this are not zoomed into.
const LEAST: i64 = 4;

impl Span {
    /// A span; turned round where the ends are.
    #[must_use]
    pub fn new(one: i64, other: i64) -> Span {
        Span { first: one.min(other), last: one.max(other) }
    }

    /// The ids of a list of snapshots, newest first.
    #[must_use]
    pub fn of(snapshots: &[SnapshotInfo]) -> Option<Span> {
        Some(Span::new(snapshots.last()?.id, snapshots.first()?.id))
    }

    /// How many ids it holds.
    #[must_use]
    pub fn count(self) -> i64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }

    /// Whether it holds an id.
    #[must_use]
    pub fn holds(self, id: i64) -> bool {
        (self.first..=self.last).contains(&id)
    }

    /// What is shown of `self` when nobody said: the newest.
    #[must_use]
    pub fn newest(self) -> Span {
        Span { first: self.first.max(self.last.saturating_sub(SHOWN_FIRST - 1)), last: self.last }
    }

    /// `12-40`, as an address has it; cut to what there is. None where nothing of it is left.
    #[must_use]
    pub fn parse(text: &str, all: Span) -> Option<Span> {
        let (first, last) = text.split_once('-')?;
        let span = Span::new(first.parse().ok()?, last.parse().ok()?);
        let cut = Span { first: span.first.max(all.first), last: span.last.min(all.last) };
        (cut.first <= cut.last).then_some(cut)
    }

    /// As an address has it.
    #[must_use]
    pub fn print(self) -> String {
        format!("{}-{}", self.first, self.last)
    }

    /// Half or twice as many around its middle, or around `at` where that is within; never more than `all`.
    #[must_use]
    pub fn zoomed(self, closer: bool, at: Option<i64>, all: Span) -> Span {
        let count = if closer { (self.count() / 2).max(LEAST) } else { self.count().saturating_mul(2) };
        if count >= all.count() {
            return all;
        }
        let middle = at.filter(|id| self.holds(*id)).unwrap_or(self.first + self.count() / 2);
        let first = middle.saturating_sub(count / 2);
        Span { first, last: first + count - 1 }.within(all)
    }

    /// Moved by `by` ids, as far as there are some.
    #[must_use]
    pub fn moved(self, by: i64, all: Span) -> Span {
        Span { first: self.first.saturating_add(by), last: self.last.saturating_add(by) }.within(all)
    }

    /// As long, but not beyond `all`.
    fn within(self, all: Span) -> Span {
        let count = self.count().min(all.count());
        let first = self.first.clamp(all.first, all.last - count + 1);
        Span { first, last: first + count - 1 }
    }
}

/// Ids on a line of pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// What is on it.
    pub span: Span,
    /// Pixel of the first.
    pub left: f64,
    /// Pixel of the last.
    pub right: f64,
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
impl Scale {
    /// Where an id stands; one alone in the middle.
    #[must_use]
    pub fn x(&self, id: i64) -> f64 {
        let way = (self.span.count() - 1) as f64;
        if way <= 0.0 {
            return f64::midpoint(self.left, self.right);
        }
        self.left + (self.right - self.left) * (id.saturating_sub(self.span.first)) as f64 / way
    }

    /// The id nearest to a pixel.
    #[must_use]
    pub fn id(&self, x: f64) -> i64 {
        let share = ((x - self.left) / (self.right - self.left).max(1.0)).clamp(0.0, 1.0);
        self.span.first + (share * (self.span.count() - 1) as f64).round() as i64
    }

    /// Pixels from one id to the next.
    #[must_use]
    pub fn step(&self) -> f64 {
        (self.right - self.left) / ((self.span.count() - 1).max(1)) as f64
    }

    /// Ids to write below the line: round ones, as many as fit.
    #[must_use]
    pub fn labels(&self) -> Vec<i64> {
        let widest = self.span.last.to_string().len() as f64 * 7.0 + 14.0;
        let fit = ((self.right - self.left) / widest).max(1.0);
        let least = (self.span.count() as f64 / fit).ceil() as i64;
        let every = round_step(least.max(1));
        let begin = self.span.first.div_euclid(every).saturating_mul(every);
        let ids = std::iter::successors(Some(begin), |id| id.checked_add(every)).take_while(|id| *id <= self.span.last);
        ids.filter(|id| self.span.holds(*id)).collect()
    }
}

/// 1, 2, 5, 10, 20 …: the first that is not less.
fn round_step(least: i64) -> i64 {
    let mut power: i64 = 1;
    loop {
        for step in [1, 2, 5] {
            let step = power.saturating_mul(step);
            if step >= least {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// Ids are listed in chunks of this many, so that scrolling reads each once.
pub const CHUNK: i64 = 100;

/// The chunk that an id is in: `1..=100`, `101..=200` …
#[must_use]
pub fn chunk_of(id: i64) -> Span {
    let first = (id - 1).div_euclid(CHUNK) * CHUNK + 1;
    Span { first, last: first + CHUNK - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Span = Span { first: 37, last: 2036 };

    #[test]
    fn the_newest_are_shown_first_and_no_more_than_there_are() {
        assert_eq!(ALL.newest(), Span { first: 1917, last: 2036 });
        assert_eq!(Span::new(1, 14).newest(), Span::new(14, 1));
    }

    #[test]
    fn addresses_are_cut_to_what_there_is() {
        assert_eq!(Span::parse("1-50", ALL), Some(Span { first: 37, last: 50 }));
        assert_eq!(Span::parse("99-50", ALL).map(Span::print), Some("50-99".to_owned()));
        assert_eq!(Span::parse("1-36", ALL), None);
        assert_eq!(Span::parse("x-3", ALL), None);
    }

    #[test]
    fn zooming_and_moving_stay_within() {
        let span = ALL.newest();
        let closer = span.zoomed(true, Some(2030), ALL);
        assert_eq!((closer.count(), closer.last), (60, 2036));
        assert_eq!(closer.zoomed(false, None, ALL).count(), 120);
        assert_eq!(ALL.zoomed(false, None, ALL), ALL);
        assert_eq!(span.moved(-5000, ALL), Span { first: 37, last: 156 });
        assert_eq!(span.moved(5000, ALL), span);
        let tiny = Span::new(1, 1);
        assert_eq!(tiny.zoomed(true, None, tiny), tiny);
    }

    #[test]
    fn pixels_and_ids_are_inverse() {
        let scale = Scale { span: Span::new(10, 110), left: 40.0, right: 840.0 };
        for id in [10, 55, 110] {
            assert_eq!(scale.id(scale.x(id)), id);
        }
        assert_eq!((scale.id(-9.0), scale.id(9e9)), (10, 110));
        let one = Scale { span: Span::new(3, 3), left: 0.0, right: 100.0 };
        assert!((one.x(3) - 50.0).abs() < 1e-9 && one.id(80.0) == 3);
    }

    #[test]
    fn labels_are_round_and_few() {
        let scale = Scale { span: ALL, left: 0.0, right: 400.0 };
        assert_eq!(scale.labels(), [500, 1000, 1500, 2000]);
        assert_eq!(Scale { span: Span::new(1, 3), left: 0.0, right: 400.0 }.labels(), [1, 2, 3]);
        let huge = Scale { span: Span::new(0, i64::MAX - 1), left: 0.0, right: 400.0 };
        assert!(huge.labels().len() < 20);
    }

    #[test]
    fn chunks_hold_their_ids() {
        assert_eq!(chunk_of(1), Span { first: 1, last: 100 });
        assert_eq!(chunk_of(100), chunk_of(1));
        assert_eq!(chunk_of(2036).first, 2001);
    }
}
