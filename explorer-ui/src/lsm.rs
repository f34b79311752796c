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
    model::{BucketLevels, FileInfo, TableInfo},
};

mod cost;
mod curve;
mod marks;
mod scale;

pub use cost::Cost;
pub use curve::curve;
pub use marks::{Lane, Mark, View, lanes};
pub use scale::{KeyScale, ScaleKind};

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

    /// What `print` printed.
    #[must_use]
    pub fn parse(text: &str) -> Option<BucketId> {
        let (partition, bucket) = text.rsplit_once('/').unwrap_or(("", text));
        Some(BucketId { partition: partition.to_owned(), bucket: bucket.parse().ok()? })
    }

    /// The bucket of an answer.
    #[must_use]
    pub fn of(bucket: &BucketLevels) -> BucketId {
        BucketId { partition: bucket.partition.clone(), bucket: bucket.bucket }
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

/// Lays out the files of one bucket of a primary-key table.
#[must_use]
pub fn draw(files: &[FileInfo], info: &TableInfo, kind: ScaleKind) -> Drawing {
    let looks: Vec<Look> = info.file_key_types().iter().map(|(_, type_text)| crate::cell::look_of(type_text)).collect();
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by(|&a, &b| {
        files[a].level.cmp(&files[b].level).then_with(|| files[b].max_sequence.cmp(&files[a].max_sequence))
    });
    let scale = KeyScale::over(&files.iter().collect::<Vec<_>>(), &looks, kind);
    let mut bars = Vec::with_capacity(files.len());
    let mut levels: Vec<(i64, usize)> = Vec::new();
    let mut lines = 0;
    for index in order {
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
                if *count == 0 {
                    open.remove(&bar.line);
                }
            }
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

#[cfg(test)]
mod tests;
