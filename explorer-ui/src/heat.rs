//! All buckets at once: what is measured of each, how it becomes a colour, and where its cell lies.

use std::cmp::Ordering;

use crate::{
    format,
    model::{BucketLevels, LevelsInfo},
};

mod grid;

pub use grid::{Grid, Line};

/// What a cell shows of its bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Measure {
    /// Sorted runs: what compaction counts.
    #[default]
    Runs,
    /// The most runs that one key meets.
    Depth,
    /// Bytes.
    Size,
    /// Files.
    Files,
    /// Rows in files.
    Rows,
    /// Bytes against the middle bucket's.
    Skew,
    /// Share of rows that deletion vectors hide.
    Deleted,
    /// Time since the newest file.
    Age,
}

/// What some measures are taken against.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Base {
    /// Bytes of the middle bucket.
    pub median_bytes: i64,
    /// Now, in milliseconds since 1970.
    pub now_millis: i64,
}

impl Base {
    /// The base of these buckets.
    #[must_use]
    pub fn of(buckets: &[BucketLevels], now_millis: i64) -> Base {
        let mut sizes: Vec<i64> = buckets.iter().map(|bucket| bucket.bytes).collect();
        sizes.sort_unstable();
        Base { median_bytes: sizes.get(sizes.len() / 2).copied().unwrap_or_default(), now_millis }
    }
}

impl Measure {
    /// All measures in their order.
    const ALL: [Measure; 8] = [
        Measure::Runs,
        Measure::Depth,
        Measure::Size,
        Measure::Files,
        Measure::Rows,
        Measure::Skew,
        Measure::Deleted,
        Measure::Age,
    ];

    /// The measures that say something of these buckets.
    #[must_use]
    pub fn offered(levels: &LevelsInfo) -> Vec<Measure> {
        let merged = |measure: &Measure| !matches!(measure, Measure::Runs | Measure::Depth) || levels.keyed;
        Measure::ALL.into_iter().filter(merged).collect()
    }

    /// The measure of this name in a link; else runs of keyed buckets, files of others.
    #[must_use]
    pub fn named(slug: &str, levels: &LevelsInfo) -> Measure {
        let fallback = if levels.keyed { Measure::Runs } else { Measure::Files };
        Measure::offered(levels).into_iter().find(|measure| measure.slug() == slug).unwrap_or(fallback)
    }

    /// Its name in a link.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Measure::Runs => "runs",
            Measure::Depth => "depth",
            Measure::Size => "size",
            Measure::Files => "files",
            Measure::Rows => "rows",
            Measure::Skew => "skew",
            Measure::Deleted => "deleted",
            Measure::Age => "age",
        }
    }

    /// Its name on the page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Measure::Runs => "Sorted runs",
            Measure::Depth => "Read depth",
            Measure::Size => "Size",
            Measure::Files => "Files",
            Measure::Rows => "Rows",
            Measure::Skew => "Skew",
            Measure::Deleted => "Deleted rows",
            Measure::Age => "Age",
        }
    }

    /// What it says, for the line above the picture.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Measure::Runs => "Sorted runs that compaction counts. Warmer is slower to read.",
            Measure::Depth => "The most sorted runs that one key meets. Warmer is slower to read.",
            Measure::Size => "Bytes in data files. Warmer is larger.",
            Measure::Files => "Data files to open. Warmer is more.",
            Measure::Rows => "Rows in data files, old versions among them. Warmer is more.",
            Measure::Skew => "Bytes against the middle bucket. Warm holds more than its part, pale less.",
            Measure::Deleted => "Share of rows that deletion vectors hide. Warmer is more to skip.",
            Measure::Age => "Since the newest file was written. Warmer is longer ago.",
        }
    }

    /// What the bucket has of it; none where that is not known.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn value(self, bucket: &BucketLevels, base: &Base) -> Option<f64> {
        let whole = |value: i64| Some(value as f64);
        match self {
            Measure::Runs => whole(bucket.sorted_runs),
            Measure::Depth => whole(bucket.depth),
            Measure::Size => whole(bucket.bytes),
            Measure::Files => whole(bucket.files),
            Measure::Rows => whole(bucket.rows),
            Measure::Skew => (base.median_bytes > 0).then(|| bucket.bytes as f64 / base.median_bytes as f64),
            Measure::Deleted => {
                (bucket.rows > 0).then(|| bucket.deleted_by_vectors as f64 / bucket.rows as f64 * 100.0)
            }
            Measure::Age => bucket.newest_millis.map(|newest| base.now_millis.saturating_sub(newest).max(0) as f64),
        }
    }

    /// A value as a cell shows it.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)]
    pub fn text(self, value: f64) -> String {
        match self {
            Measure::Runs | Measure::Depth | Measure::Files | Measure::Rows => format::short(value.round() as i64),
            Measure::Size => format::bytes(value as i64),
            Measure::Skew if value < 9.95 => format!("{value:.1} ×"),
            Measure::Skew => format!("{value:.0} ×"),
            Measure::Deleted if value > 0.0 && value < 0.1 => "<0.1 %".to_owned(),
            Measure::Deleted if value > 0.0 && value < 9.95 => format!("{value:.1} %"),
            Measure::Deleted => format!("{value:.0} %"),
            Measure::Age => {
                let text = format::ago(0, value as i64);
                text.strip_suffix(" ago").unwrap_or("now").to_owned()
            }
        }
    }

    /// Whether its values span orders of magnitude.
    fn by_magnitude(self) -> bool {
        matches!(self, Measure::Size | Measure::Files | Measure::Rows | Measure::Skew | Measure::Age)
    }
}

/// From values to 0..=1, cold to warm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeatScale {
    measure: Measure,
    low: f64,
    high: f64,
}

impl HeatScale {
    /// The scale that covers what these buckets have of a measure.
    #[must_use]
    pub fn over(measure: Measure, buckets: &[BucketLevels], base: &Base) -> HeatScale {
        let values = buckets.iter().filter_map(|bucket| measure.value(bucket, base));
        let (low, high) = values.fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let low = if low.is_finite() { low } else { 0.0 };
        match measure {
            // Few runs are never hot, however they are among others.
            Measure::Runs | Measure::Depth => HeatScale { measure, low: low.min(1.0), high: high.max(5.0) },
            Measure::Deleted => HeatScale { measure, low: 0.0, high: high.max(5.0) },
            // As far down as up, so that the middle is the middle.
            Measure::Skew => {
                let far = high.max(1.0 / low.max(1e-3)).max(2.0);
                HeatScale { measure, low: 1.0 / far, high: far }
            }
            _ => HeatScale { measure, low, high: high.max(low) },
        }
    }

    /// Where a value lies.
    #[must_use]
    pub fn share(&self, value: f64) -> f64 {
        let line = |value: f64| if self.measure.by_magnitude() { value.max(1e-3).ln() } else { value };
        let (low, high) = (line(self.low), line(self.high));
        if high - low < 1e-9 { 0.0 } else { ((line(value) - low) / (high - low)).clamp(0.0, 1.0) }
    }

    /// Values at `count` even steps from cold to warm, for a legend.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn stops(&self, count: usize) -> Vec<(f64, String)> {
        let value = |share: f64| {
            if self.measure.by_magnitude() {
                let (low, high) = (self.low.max(1e-3).ln(), self.high.max(1e-3).ln());
                (low + (high - low) * share).exp()
            } else {
                self.low + (self.high - self.low) * share
            }
        };
        let shares = (0..count).map(|step| step as f64 / count.saturating_sub(1).max(1) as f64);
        let mut stops: Vec<(f64, String)> = shares.map(|share| (share, self.measure.text(value(share)))).collect();
        stops.dedup_by(|a, b| a.1 == b.1);
        stops
    }
}

/// Whether a bucket's partition holds every word.
#[must_use]
pub fn matches(bucket: &BucketLevels, search: &str) -> bool {
    let partition = bucket.partition.to_lowercase();
    search.to_lowercase().split_whitespace().all(|word| partition.contains(word))
}

/// Order of two values, the greatest first, unknown ones last.
fn warmest(a: Option<f64>, b: Option<f64>) -> Ordering {
    b.unwrap_or(f64::NEG_INFINITY).total_cmp(&a.unwrap_or(f64::NEG_INFINITY))
}

/// Positions of the buckets to list: those that match, the warmest first or in their order.
#[must_use]
pub fn listed(buckets: &[BucketLevels], search: &str, by: Option<Measure>, base: &Base) -> Vec<usize> {
    let mut chosen: Vec<usize> = (0..buckets.len()).filter(|&index| matches(&buckets[index], search)).collect();
    if let Some(measure) = by {
        chosen.sort_by(|&a, &b| warmest(measure.value(&buckets[a], base), measure.value(&buckets[b], base)));
    } else {
        chosen.sort_by_cached_key(|&index| (crate::lsm::natural(&buckets[index].partition), buckets[index].bucket));
    }
    chosen
}

#[cfg(test)]
mod tests;
