//! The LSM tree of each bucket, ready to draw: sorted runs, where a file's keys lie, and how deep they overlap.
//!
//! ```text
//! level 0   [a..k] [c..z] [b..d]     one sorted run a file, keys may overlap
//! level 5   [a..f][g..m][n..z]       one sorted run a level, keys never overlap
//! depth      2 3 4 3 2               runs that a read of a key must merge
//! ```

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    cell::Look,
    model::{FileInfo, TableInfo},
};

mod scale;

pub use scale::{KeyScale, ScaleKind};

/// Runs of a bucket beyond which Paimon's writers compact by default.
pub const DEFAULT_COMPACTION_TRIGGER: usize = 5;

/// A bucket of a partition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BucketId {
    /// `month=1`, or empty.
    pub partition: String,
    /// Bucket number.
    pub bucket: i64,
}

impl BucketId {
    /// `month=1/0`, as links hold it.
    #[must_use]
    pub fn print(&self) -> String {
        if self.partition.is_empty() { self.bucket.to_string() } else { format!("{}/{}", self.partition, self.bucket) }
    }

    /// `month=1 · bucket 0`, as titles show it.
    #[must_use]
    pub fn title(&self) -> String {
        if self.partition.is_empty() {
            format!("bucket {}", self.bucket)
        } else {
            format!("{} · bucket {}", self.partition, self.bucket)
        }
    }
}

/// The files of a bucket and what they cost a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Which one.
    pub id: BucketId,
    /// Positions of its files in the list they came from, by level then name.
    pub files: Vec<usize>,
    /// Sorted runs: each level-0 file, and each higher level that holds files.
    pub runs: usize,
    /// Bytes.
    pub size: i64,
    /// Rows in files.
    pub rows: i64,
    /// Rows that delete.
    pub deletes: i64,
}

/// Files by bucket, in the order of partition (numbers as numbers) and bucket.
#[must_use]
pub fn buckets(files: &[FileInfo]) -> Vec<Bucket> {
    let mut grouped: BTreeMap<BucketId, Vec<usize>> = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        let id = BucketId { partition: file.partition.clone(), bucket: file.bucket };
        grouped.entry(id).or_default().push(index);
    }
    let mut buckets: Vec<Bucket> = grouped.into_iter().map(|(id, indices)| bucket(id, indices, files)).collect();
    buckets.sort_by(|a, b| natural(&a.id.partition).cmp(&natural(&b.id.partition)).then(a.id.bucket.cmp(&b.id.bucket)));
    buckets
}

fn bucket(id: BucketId, mut indices: Vec<usize>, files: &[FileInfo]) -> Bucket {
    indices.sort_by(|&a, &b| {
        files[a].level.cmp(&files[b].level).then_with(|| files[b].max_sequence.cmp(&files[a].max_sequence))
    });
    let level_0 = indices.iter().filter(|&&index| files[index].level == 0).count();
    let higher: BTreeSet<i64> = indices.iter().map(|&index| files[index].level).filter(|&level| level > 0).collect();
    let sum = |value: fn(&FileInfo) -> i64| indices.iter().map(|&index| value(&files[index])).sum();
    Bucket {
        id,
        runs: level_0 + higher.len(),
        size: sum(|file| file.size),
        rows: sum(|file| file.rows),
        deletes: sum(|file| file.delete_rows.unwrap_or_default()),
        files: indices,
    }
}

/// A sort key that puts `month=2` before `month=10`: runs of digits compare by their length first.
#[must_use]
pub fn natural(text: &str) -> Vec<(usize, String)> {
    let mut parts: Vec<(usize, String)> = Vec::new();
    let mut in_digits = false;
    for c in text.chars() {
        let digit = c.is_ascii_digit();
        if parts.is_empty() || digit != in_digits {
            parts.push((0, String::new()));
            in_digits = digit;
        }
        if let Some((weight, part)) = parts.last_mut() {
            part.push(c);
            *weight = if digit { part.trim_start_matches('0').len() } else { 0 };
        }
    }
    parts
}

/// A file as a bar: where its keys begin and end in 0..=1, and the line it lies on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Position in the list of files.
    pub file: usize,
    /// LSM level.
    pub level: i64,
    /// Line from the top, counted over all runs.
    pub line: usize,
    /// Where its least key lies.
    pub from: f64,
    /// Where its greatest key lies.
    pub to: f64,
}

/// How many runs hold a key: from `from` on, until the next step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DepthStep {
    /// Where the step begins, in 0..=1.
    pub from: f64,
    /// Runs from there.
    pub depth: usize,
}

/// A bucket drawn to scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// Bars, level 0 (newest first) on top.
    pub bars: Vec<Bar>,
    /// First line of each level, from the top.
    pub levels: Vec<(i64, usize)>,
    /// Lines in all.
    pub lines: usize,
    /// The depth curve, from left to right.
    pub depth: Vec<DepthStep>,
    /// The key axis.
    pub scale: KeyScale,
}

/// Lays out one bucket of a primary-key table.
#[must_use]
pub fn draw(bucket: &Bucket, files: &[FileInfo], info: &TableInfo, kind: ScaleKind) -> Drawing {
    let looks: Vec<Look> = info.file_key_types().iter().map(|(_, type_text)| crate::cell::look_of(type_text)).collect();
    let chosen: Vec<&FileInfo> = bucket.files.iter().map(|&index| &files[index]).collect();
    let scale = KeyScale::over(&chosen, &looks, kind);
    let mut bars = Vec::with_capacity(chosen.len());
    let mut levels: Vec<(i64, usize)> = Vec::new();
    let mut lines = 0;
    for &index in &bucket.files {
        let file = &files[index];
        let new_level = levels.last().is_none_or(|&(level, _)| level != file.level);
        if new_level {
            levels.push((file.level, lines));
        }
        if new_level || file.level == 0 {
            lines += 1;
        }
        let from = scale.position(&file.min_key);
        let to = scale.position(&file.max_key).max(from);
        bars.push(Bar { file: index, level: file.level, line: lines - 1, from, to });
    }
    let depth = depth_steps(&bars);
    Drawing { bars, levels, lines, depth, scale }
}

/// The depth curve of bars, by a sweep from left to right. Bars of one line count once, since they belong to one run.
fn depth_steps(bars: &[Bar]) -> Vec<DepthStep> {
    let mut starts: Vec<&Bar> = bars.iter().filter(|bar| bar.to > bar.from).collect();
    let mut ends = starts.clone();
    if starts.is_empty() {
        let lines: BTreeSet<usize> = bars.iter().map(|bar| bar.line).collect();
        return bars.first().map(|bar| DepthStep { from: bar.from, depth: lines.len() }).into_iter().collect();
    }
    starts.sort_by(|a, b| a.from.total_cmp(&b.from));
    ends.sort_by(|a, b| a.to.total_cmp(&b.to));
    let (mut starts, mut ends) = (starts.into_iter().peekable(), ends.into_iter().peekable());
    let mut open: BTreeMap<usize, usize> = BTreeMap::new();
    let mut steps: Vec<DepthStep> = Vec::new();
    while let Some(end) = ends.peek() {
        let at = starts.peek().map_or(end.to, |start| start.from.min(end.to));
        while let Some(bar) = ends.next_if(|bar| bar.to <= at) {
            if let Some(count) = open.get_mut(&bar.line) {
                *count -= 1;
            }
            open.retain(|_, count| *count > 0);
        }
        while let Some(bar) = starts.next_if(|bar| bar.from <= at) {
            *open.entry(bar.line).or_default() += 1;
        }
        if steps.last().is_none_or(|last| last.depth != open.len()) {
            steps.push(DepthStep { from: at, depth: open.len() });
        }
    }
    steps
}

/// What the runs of all buckets mean for reads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Amplification {
    /// Runs a read of one key meets, averaged over rows.
    pub average: f64,
    /// The bucket with most runs, and how many.
    pub worst: Option<(BucketId, usize)>,
    /// Buckets with at least as many runs as the trigger.
    pub at_trigger: usize,
    /// Runs at which writers compact.
    pub trigger: usize,
}

/// Read amplification of a primary-key table.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn amplification(buckets: &[Bucket], info: &TableInfo) -> Amplification {
    let trigger = info
        .option("num-sorted-run.compaction-trigger")
        .and_then(|text| text.parse().ok())
        .unwrap_or(DEFAULT_COMPACTION_TRIGGER);
    let rows: f64 = buckets.iter().map(|bucket| bucket.rows as f64).sum();
    let weighted: f64 = buckets.iter().map(|bucket| bucket.rows as f64 * bucket.runs as f64).sum();
    let worst = buckets.iter().max_by_key(|bucket| bucket.runs).map(|bucket| (bucket.id.clone(), bucket.runs));
    Amplification {
        average: if rows > 0.0 { weighted / rows } else { 0.0 },
        worst,
        at_trigger: buckets.iter().filter(|bucket| bucket.runs >= trigger).count(),
        trigger,
    }
}

#[cfg(test)]
mod tests;
