//! How a scan narrows a table down, as a funnel: each step keeps a share of what the one before left.

use serde::Deserialize;

use crate::{format, model::Explain};

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
    /// Bytes kept, and bytes before; none where rows are counted.
    pub bytes: Option<(i64, i64)>,
    /// Share of the table that is left before the step.
    pub before: Share,
    /// Share of the table that is left behind it.
    pub after: Share,
}

impl Stage {
    /// Whether it left something out.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.kept != self.total
    }
}

/// What is left of the table, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Of the things counted.
    pub things: f64,
    /// Of their bytes.
    pub bytes: f64,
}

/// The steps of an explanation in order; those of reading are there when the scan was analyzed.
#[must_use]
pub fn stages(explain: &Explain) -> Vec<Stage> {
    let mut left = Share { things: 1.0, bytes: 1.0 };
    explain
        .steps
        .iter()
        .map(|step| {
            let before = left;
            let bytes = step.kept_bytes.zip(step.total_bytes);
            // Rows are taken out of files: the files' bytes are read all the same.
            let of_bytes = bytes.map_or(1.0, |(kept, total)| share(kept, total));
            left = Share { things: left.things * share(step.kept, step.total), bytes: left.bytes * of_bytes };
            let (name, tells) = words(&step.name);
            Stage {
                name: name.unwrap_or_else(|| step.name.clone()),
                tells,
                kept: step.kept,
                total: step.total,
                unit: step.unit.clone(),
                bytes,
                before,
                after: left,
            }
        })
        .collect()
}

#[allow(clippy::cast_precision_loss)]
fn share(kept: i64, total: i64) -> f64 {
    match total {
        total if total <= 0 => 1.0,
        total => (kept as f64 / total as f64).clamp(0.0, 1.0),
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
        "files by level" => ("levels", "files of levels that this read does not see"),
        "files by row ids" => ("row ids", "files whose row ids rule them out"),
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
    let (telling, idle): (Vec<Stage>, Vec<Stage>) = stages.into_iter().partition(Stage::narrows);
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

/// The shape of a stage as an SVG path: left of the middle as wide as the share of things, right of it as that of their bytes,
/// never thinner than can be seen.
#[must_use]
pub fn shape(stage: &Stage, (width, top, height): (f64, f64, f64)) -> String {
    let half = |share: f64| (share * width / 2.0).max(1.5);
    let (middle, bottom) = (width / 2.0, top + height);
    format!(
        "M{:.1} {top:.1}H{:.1}L{:.1} {bottom:.1}H{:.1}Z",
        middle - half(stage.before.things),
        middle + half(stage.before.bytes),
        middle + half(stage.after.bytes),
        middle - half(stage.after.things)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ExplainStep;

    fn explain(files: i64, bytes: i64, steps: &[(&str, i64, i64)]) -> Explain {
        let step = |&(name, kept, total): &(&str, i64, i64)| ExplainStep {
            name: name.into(),
            kept,
            total,
            unit: "files".into(),
            ..ExplainStep::default()
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
        assert!((stages[1].before.things - 0.1).abs() < 1e-9 && (stages[2].after.things - 0.025).abs() < 1e-9);
        assert!((stages[2].after.bytes - 1.0).abs() < 1e-9, "an engine of before tells no bytes");
    }

    #[test]
    fn bytes_narrow_by_themselves_and_rows_take_none() {
        let step = |name: &str, things: (i64, i64), bytes: Option<(i64, i64)>| ExplainStep {
            name: name.into(),
            kept: things.0,
            total: things.1,
            unit: "files".into(),
            kept_bytes: bytes.map(|(kept, _)| kept),
            total_bytes: bytes.map(|(_, total)| total),
        };
        let steps = vec![
            step("entries by partition", (1, 10), Some((900, 1000))),
            step("files by value statistics", (1, 1), Some((900, 900))),
            step("read: rows", (5, 100), None),
        ];
        let stages = stages(&Explain { steps, ..Explain::default() });
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(close(stages[0].after.things, 0.1) && close(stages[0].after.bytes, 0.9));
        assert!(close(stages[2].after.things, 0.005) && close(stages[2].after.bytes, 0.9));
        assert_eq!((stages[0].bytes, stages[2].bytes), (Some((900, 1000)), None));
        assert_eq!(shape(&stages[0], (100.0, 0.0, 20.0)), "M0.0 0.0H100.0L95.0 20.0H45.0Z");
    }

    #[test]
    fn steps_come_from_the_engine_with_and_without_bytes() {
        let text = r#"{"steps":[{"name":"live files","kept":1,"total":2,"unit":"files","keptBytes":7,"totalBytes":9},
            {"name":"read: rows","kept":1,"total":2,"unit":"rows","keptBytes":null,"totalBytes":null},
            {"name":"of before","kept":1,"total":2,"unit":"files"}]}"#;
        let told: ScanExplain = serde_json::from_str(text).unwrap();
        let bytes: Vec<_> = stages(&told.explain).iter().map(|stage| stage.bytes).collect();
        assert_eq!(bytes, [Some((7, 9)), None, None]);
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
        assert_eq!((stages[0].after.things, stages[1].after.things), (1.0, 0.0));
        assert_eq!(shape(&stages[1], (100.0, 0.0, 20.0)), "M0.0 0.0H100.0L100.0 20.0H48.5Z");
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
