//! How a scan narrows a table down, as a funnel: each step keeps a share of what the one before left.

use serde::Deserialize;

use crate::{
    format,
    model::{Explain, ExplainStep},
};

/// One step drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// What was looked at, in words.
    pub name: String,
    /// What the step looks at: told on hover.
    pub tells: &'static str,
    /// Things kept.
    pub kept: i64,
    /// Things before.
    pub total: i64,
    /// What is counted.
    pub unit: String,
    /// Share of the table that is left before the step, 0 to 1.
    pub before: f64,
    /// Share of the table that is left behind it.
    pub after: f64,
}

/// The steps of an explanation in order; those of reading are there when the scan was analyzed.
#[must_use]
pub fn stages(explain: &Explain) -> Vec<Stage> {
    let mut left = 1.0;
    explain
        .steps
        .iter()
        .map(|step| {
            let before = left;
            left *= share(step);
            let (name, tells) = words(&step.name);
            Stage {
                name: name.unwrap_or_else(|| step.name.clone()),
                tells,
                kept: step.kept,
                total: step.total,
                unit: step.unit.clone(),
                before,
                after: left,
            }
        })
        .collect()
}

#[allow(clippy::cast_precision_loss)]
fn share(step: &ExplainStep) -> f64 {
    match step.total {
        total if total <= 0 => 1.0,
        total => (step.kept as f64 / total as f64).clamp(0.0, 1.0),
    }
}

/// A step's name for people, where it is known, and what it does.
fn words(name: &str) -> (Option<String>, &'static str) {
    let (word, tells) = match name {
        "manifests by partition" => ("manifests", "manifests whose partitions cannot match are not read"),
        "entries by partition" => ("partitions", "files of other partitions"),
        "entries by bucket" => ("buckets", "files of buckets that the key rules out"),
        "entries by statistics" => ("statistics", "files whose minima and maxima rule them out"),
        "files by key statistics" => ("keys", "files whose smallest and largest keys rule them out"),
        "files by value statistics" => ("values", "files whose minima and maxima rule them out"),
        "files by embedded file index" => ("embedded index", "files whose index in the manifest rules them out"),
        "live files" => ("live files", "files that a later commit deleted"),
        "files by row ids and statistics" => ("row ids", "files whose row ids or statistics rule them out"),
        "read: files by file index" => ("file index", "files whose bloom filter or bitmap rules them out"),
        "read: rows by file index" => ("bitmap index", "rows that a bitmap in the file's index rules out"),
        "read: row groups by statistics" => ("row groups", "row groups whose minima and maxima rule them out"),
        "read: row groups by bloom filter" => ("bloom filters", "row groups whose bloom filter rules them out"),
        "read: rows by page index" => ("pages", "pages whose minima and maxima rule them out"),
        "read: rows" => ("rows", "rows merged away, deleted or not matching"),
        _ => return (None, ""),
    };
    (Some(word.to_owned()), tells)
}

/// The stages that left something out, and the names of the others.
#[must_use]
pub fn telling(stages: Vec<Stage>) -> (Vec<Stage>, Vec<String>) {
    let (telling, idle): (Vec<Stage>, Vec<Stage>) = stages.into_iter().partition(|stage| stage.kept != stage.total);
    (telling, idle.into_iter().map(|stage| stage.name).collect())
}

/// What a filter reads beside what there is.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn headline(filtered: &Explain, all: &Explain) -> String {
    let share = if all.bytes > 0 { filtered.bytes as f64 / all.bytes as f64 * 100.0 } else { 100.0 };
    let percent = match share {
        share if share > 0.0 && share < 1.0 => "under 1 %".to_owned(),
        share => format!("{share:.0} %"),
    };
    format!(
        "reads {} of {} files, {} of {} ({percent})",
        format::exact(filtered.files),
        format::exact(all.files),
        format::bytes(filtered.bytes),
        format::bytes(all.bytes),
    )
}

/// An explanation as the engine gives it, with what planning counts besides.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct ScanExplain {
    /// Steps and files.
    #[serde(flatten)]
    pub explain: Explain,
    /// Rows of those files, unmerged and before the filter.
    pub rows: i64,
}

/// The trapezoid of a stage as an SVG path, centred: widths follow the shares, never thinner than can be seen.
#[must_use]
pub fn trapezoid(stage: &Stage, (width, top, height): (f64, f64, f64)) -> String {
    let half = |share: f64| (share * width / 2.0).max(1.5);
    let (middle, bottom) = (width / 2.0, top + height);
    let (from, to) = (half(stage.before), half(stage.after));
    format!("M{:.1} {top:.1}H{:.1}L{:.1} {bottom:.1}H{:.1}Z", middle - from, middle + from, middle + to, middle - to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explain(files: i64, bytes: i64, steps: &[(&str, i64, i64)]) -> Explain {
        let step = |&(name, kept, total): &(&str, i64, i64)| ExplainStep {
            name: name.into(),
            kept,
            total,
            unit: "files".into(),
        };
        Explain { steps: steps.iter().map(step).collect(), files, bytes, ..Explain::default() }
    }

    #[test]
    fn each_stage_begins_where_the_one_before_ended() {
        let stages =
            stages(&explain(3, 1, &[("entries by partition", 12, 120), ("entries by bucket", 3, 12), ("new", 0, 0)]));
        assert_eq!(
            stages.iter().map(|stage| stage.name.as_str()).collect::<Vec<_>>(),
            ["partitions", "buckets", "new"]
        );
        assert!((stages[1].before - 0.1).abs() < 1e-9 && (stages[2].after - 0.025).abs() < 1e-9);
    }

    #[test]
    fn steps_that_left_nothing_out_are_named_apart() {
        let all = explain(3, 1, &[("entries by partition", 12, 120), ("entries by bucket", 12, 12)]);
        let (telling, idle) = telling(stages(&all));
        assert_eq!((telling.len(), idle), (1, vec!["buckets".to_owned()]));
    }

    #[test]
    fn absurd_counts_stay_within_the_picture() {
        let stages = stages(&explain(0, 0, &[("x", 50, 10), ("y", -5, 10)]));
        assert_eq!((stages[0].after, stages[1].after), (1.0, 0.0));
        assert_eq!(trapezoid(&stages[1], (100.0, 0.0, 20.0)), "M0.0 0.0H100.0L51.5 20.0H48.5Z");
    }

    #[test]
    fn the_headline_says_how_much_is_read() {
        let all = explain(118, 1_000_000, &[]);
        assert_eq!(
            headline(&explain(3, 40_000, &[]), &all),
            format!("reads 3 of 118 files, {} of {} (4 %)", format::bytes(40_000), format::bytes(1_000_000))
        );
        assert!(headline(&explain(1, 1, &[]), &all).ends_with("(under 1 %)"));
        assert!(headline(&explain(0, 0, &[]), &explain(0, 0, &[])).ends_with("(100 %)"));
    }
}
