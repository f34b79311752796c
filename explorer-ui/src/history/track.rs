//! The curves and bars of the history: one value of each snapshot over its id.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::span::Scale;
use crate::model::{SnapshotInfo, lenient};

/// What is drawn over the snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Track {
    /// Rows in files after each commit.
    #[default]
    Rows,
    /// Rows that each commit added, less those it took away.
    Change,
    /// Time from the commit before, in milliseconds.
    Pause,
    /// Bytes of the files after each commit.
    Size,
    /// Bytes that each commit added, less those it took away.
    Grown,
}

impl Track {
    /// All tracks.
    pub const ALL: [Track; 5] = [Track::Rows, Track::Change, Track::Size, Track::Grown, Track::Pause];

    /// Its name in an address.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Track::Rows => "rows",
            Track::Change => "change",
            Track::Pause => "pause",
            Track::Size => "size",
            Track::Grown => "grown",
        }
    }

    /// Its name on the page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Track::Rows => "Rows in files",
            Track::Change => "Change",
            Track::Pause => "Pause",
            Track::Size => "Size",
            Track::Grown => "Growth",
        }
    }

    /// The track of this name.
    #[must_use]
    pub fn parse(slug: &str) -> Track {
        Track::ALL.into_iter().find(|track| track.slug() == slug).unwrap_or_default()
    }

    /// Whether values stand alone: bars, not a curve.
    #[must_use]
    pub fn is_bars(self) -> bool {
        !matches!(self, Track::Rows | Track::Size)
    }

    /// Whether manifests must be read for it.
    #[must_use]
    pub fn needs_sizes(self) -> bool {
        matches!(self, Track::Size | Track::Grown)
    }
}

/// Files and bytes of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SnapshotSize {
    /// The snapshot.
    #[serde(deserialize_with = "lenient::int")]
    pub id: i64,
    /// Bytes of the files that it added.
    #[serde(deserialize_with = "lenient::int")]
    pub added_bytes: i64,
    /// Bytes of those that it removed.
    #[serde(deserialize_with = "lenient::int")]
    pub removed_bytes: i64,
    /// Bytes of the files that it reads, where that is known.
    #[serde(deserialize_with = "lenient::optional")]
    pub bytes: Option<i64>,
}

/// Snapshots of one answer about sizes.
pub const MOST_SIZES: i64 = 500;

/// Sizes known, by id.
pub type Sizes = BTreeMap<i64, SnapshotSize>;

/// Snapshots known, by id: of long histories only some.
pub type Known = BTreeMap<i64, SnapshotInfo>;

/// A snapshot's value in a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Snapshot.
    pub id: i64,
    /// Pixel.
    pub x: f64,
    /// Its value.
    pub value: i64,
    /// Share of the greatest value of its sign, -1..=1.
    pub height: f64,
}

/// Points of the snapshots known on the scale, oldest first.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn points(track: Track, known: &Known, sizes: &Sizes, scale: &Scale) -> Vec<Point> {
    let mut before: Option<&SnapshotInfo> = None;
    let mut found = Vec::new();
    for (id, snapshot) in known.range(scale.span.first..=scale.span.last) {
        let value = match track {
            Track::Rows => snapshot.total_record_count,
            Track::Change => snapshot.delta_record_count,
            Track::Pause => before
                .filter(|before| before.id + 1 == *id)
                .map(|before| snapshot.time_millis.saturating_sub(before.time_millis).max(0)),
            Track::Size => sizes.get(id).and_then(|size| size.bytes),
            Track::Grown => sizes.get(id).map(|size| size.added_bytes.saturating_sub(size.removed_bytes)),
        };
        before = Some(snapshot);
        found.extend(value.map(|value| (*id, value)));
    }
    let most = found.iter().map(|(_, value)| value.unsigned_abs()).max().unwrap_or_default().max(1) as f64;
    let point = |(id, value): (i64, i64)| Point { id, x: scale.x(id), value, height: value as f64 / most };
    found.into_iter().map(point).collect()
}

/// A name that hangs on a snapshot: a tag, a consumer, a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pennant {
    /// Snapshot.
    pub id: i64,
    /// What it is, and its name.
    pub kind: PennantKind,
    /// Names, where several hang on one.
    pub names: Vec<String>,
}

/// What hangs on a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PennantKind {
    /// A tag.
    Tag,
    /// The snapshot that a consumer reads next.
    Consumer,
    /// A branch was made about here.
    Branch,
}

/// A pennant with its place: lanes from the bottom, so that no two lie over each other. What finds no lane shows only
/// its pole.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The pennant.
    pub pennant: Pennant,
    /// Pixel of its pole.
    pub x: f64,
    /// Its lane; none where all are taken.
    pub lane: Option<usize>,
    /// Text on it.
    pub text: String,
    /// Its length in pixels.
    pub length: f64,
    /// Whether it flies towards older snapshots.
    pub back: bool,
}

/// Room for the sign of a branch or a consumer before its name.
pub const SIGN: f64 = 9.0;

/// Lays pennants out, newest first, in at most `lanes` lanes; they fly towards older snapshots where the right end is near.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn lay_out(pennants: Vec<Pennant>, scale: &Scale, lanes: usize, width: f64) -> Vec<Placed> {
    let mut taken: Vec<Vec<(f64, f64)>> = vec![Vec::new(); lanes];
    let mut seen: Vec<Pennant> = pennants.into_iter().filter(|pennant| scale.span.holds(pennant.id)).collect();
    seen.sort_by_key(|pennant| (std::cmp::Reverse(pennant.id), pennant.kind));
    let mut placed = Vec::new();
    for pennant in seen {
        let text = match pennant.names.as_slice() {
            [one] => crate::format::middle_cut(one, 12, 3),
            [one, rest @ ..] => format!("{} +{}", crate::format::middle_cut(one, 9, 2), rest.len()),
            [] => continue,
        };
        let sign = if pennant.kind == PennantKind::Tag { 0.0 } else { SIGN };
        let length = text.chars().count() as f64 * 6.4 + 18.0 + sign;
        let x = scale.x(pennant.id);
        let back = x + length > width;
        let (from, to) = if back { (x - length, x) } else { (x, x + length) };
        let free = |spans: &Vec<(f64, f64)>| spans.iter().all(|(start, end)| to + 4.0 < *start || *end + 4.0 < from);
        let lane = taken.iter().position(free);
        if let Some(spans) = lane.and_then(|lane| taken.get_mut(lane)) {
            spans.push((from, to));
        }
        placed.push(Placed { pennant, x, lane, text, length, back });
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::span::Span;

    fn known(ids: impl IntoIterator<Item = i64>) -> Known {
        let snapshot = |id: i64| SnapshotInfo {
            id,
            time_millis: id * 1000,
            total_record_count: Some(id * 10),
            delta_record_count: Some(if id % 2 == 0 { -5 } else { 10 }),
            ..SnapshotInfo::default()
        };
        ids.into_iter().map(|id| (id, snapshot(id))).collect()
    }

    fn scale(first: i64, last: i64) -> Scale {
        Scale { span: Span { first, last }, left: 0.0, right: 900.0 }
    }

    #[test]
    fn curves_scale_to_the_greatest_value_in_sight() {
        let points = points(Track::Rows, &known(1..=50), &Sizes::new(), &scale(1, 10));
        assert_eq!(points.len(), 10);
        assert!((points[9].height - 1.0).abs() < 1e-9 && (points[4].height - 0.5).abs() < 1e-9);
    }

    #[test]
    fn changes_keep_their_sign_and_pauses_need_the_neighbour() {
        let changes = points(Track::Change, &known(1..=4), &Sizes::new(), &scale(1, 4));
        assert_eq!(changes.iter().map(|point| point.height).collect::<Vec<_>>(), [1.0, -0.5, 1.0, -0.5]);
        let pauses = points(Track::Pause, &known([1, 2, 5, 6]), &Sizes::new(), &scale(1, 6));
        assert_eq!(pauses.iter().map(|point| (point.id, point.value)).collect::<Vec<_>>(), [(2, 1000), (6, 1000)]);
    }

    #[test]
    fn bytes_are_drawn_where_they_are_known() {
        let size = |id, added_bytes, bytes| SnapshotSize { id, added_bytes, removed_bytes: 5, bytes };
        let sizes: Sizes = [size(2, 10, None), size(3, 1, Some(40))].map(|size| (size.id, size)).into();
        let of = |track| {
            points(track, &known(1..=4), &sizes, &scale(1, 4)).iter().map(|p| (p.id, p.value)).collect::<Vec<_>>()
        };
        assert_eq!(of(Track::Size), [(3, 40)]);
        assert_eq!(of(Track::Grown), [(2, 5), (3, -4)]);
        assert!(Track::ALL.iter().all(|track| Track::parse(track.slug()) == *track));
    }

    #[test]
    fn pennants_do_not_lie_over_each_other() {
        let pennant = |id, name: &str| Pennant { id, kind: PennantKind::Tag, names: vec![name.to_owned()] };
        let many = (1..=40).map(|id| pennant(id, "release")).collect();
        let placed = lay_out(many, &scale(1, 100), 2, 900.0);
        assert_eq!(placed.len(), 40);
        for lane in 0..2 {
            let mut spans = placed
                .iter()
                .filter(|one| one.lane == Some(lane))
                .map(|one| if one.back { (one.x - one.length, one.x) } else { (one.x, one.x + one.length) })
                .collect::<Vec<_>>();
            spans.sort_by(|a, b| a.0.total_cmp(&b.0));
            assert!(spans.len() > 2 && spans.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
        assert!(placed.iter().any(|one| one.lane.is_none()));
        assert!(lay_out(vec![pennant(999, "gone")], &scale(1, 100), 2, 900.0).is_empty());
    }
}
