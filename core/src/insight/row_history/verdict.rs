//! What the merge engine makes of the versions of a row, and why. The engine itself is asked, never imitated: with all
//! versions, and with one of them left out.

use std::sync::Arc;

use arrow_array::RecordBatch;
use serde_json::Value;

use super::{
    ColumnWhy, Picked,
    versions::{Version, number_and_kind},
};
use crate::{
    error::{Error, Result},
    merge::{MergePlan, Merger, Step, sort},
    spec::{
        options::{CoreOptions, MergeEngine},
        table_schema::TableSchema,
    },
    types::{RowKind, json_rows},
};

/// Versions beyond which none is left out to see what it adds: that takes the square of their number.
const MAX_LEFT_OUT: usize = 200;

/// What became of the versions.
#[derive(Debug)]
pub(super) struct Verdict {
    /// Cells of the row; `None` where there is none.
    pub(super) result: Option<Vec<Value>>,
    /// What was taken of each version.
    pub(super) picked: Vec<Picked>,
    pub(super) why: String,
    pub(super) columns: Vec<ColumnWhy>,
}

/// A merge of versions of one row.
pub(super) struct Engine<'a> {
    pub(super) schema: &'a TableSchema,
    pub(super) options: &'a CoreOptions,
}

/// What the engine gives.
struct Outcome {
    kind: RowKind,
    sequence_number: i64,
    /// Cells of the table's columns.
    cells: Vec<Value>,
}

impl Engine<'_> {
    /// Puts versions into the order that the engine takes them in, oldest first.
    pub(super) fn in_order(&self, versions: Vec<Version>) -> Result<Vec<Version>> {
        let plan = Arc::new(MergePlan::unmerged(self.schema, self.options)?);
        // Rows that tie count as written in the order given: files by their age.
        let mut versions = versions;
        versions.sort_by_key(|version| (version.file.min_sequence_number, version.file.max_sequence_number));
        let sorted = sort(plan, versions.iter().map(|version| version.row.clone()).collect())?;
        let mut left: Vec<Option<Version>> = versions.into_iter().map(Some).collect();
        let mut ordered = Vec::with_capacity(left.len());
        for batch in sorted.rows() {
            let batch = batch?;
            for row in 0..batch.num_rows() {
                let row = batch.slice(row, 1);
                let same = |version: &Option<Version>| version.as_ref().is_some_and(|version| version.row == row);
                let found = left.iter_mut().find(|version| same(version)).and_then(Option::take);
                ordered.push(found.ok_or_else(|| Error::internal("a sort gave a row that it was not given"))?);
            }
        }
        Ok(ordered)
    }

    /// Judges versions, which are in order; those for which `counts` is false take no part.
    pub(super) fn judge(&self, versions: &[Version], counts: &[bool]) -> Result<Verdict> {
        let taking_part: Vec<usize> =
            (0..versions.len()).filter(|place| counts.get(*place).is_some_and(|counts| *counts)).collect();
        let outcome = self.merge(versions, &taking_part)?;
        let mut verdict = Verdict {
            result: outcome.as_ref().filter(|outcome| outcome.kind.is_add()).map(|outcome| outcome.cells.clone()),
            picked: vec![Picked::None; versions.len()],
            why: String::new(),
            columns: Vec::new(),
        };
        match (&outcome, self.options.merge_engine) {
            (None, _) => verdict.why = nothing(versions.len(), taking_part.len()),
            (Some(outcome), MergeEngine::Deduplicate | MergeEngine::FirstRow) => {
                self.one_row(outcome, versions, &taking_part, &mut verdict);
            }
            (Some(outcome), _) => self.by_column(outcome, versions, &taking_part, &mut verdict)?,
        }
        Ok(verdict)
    }

    /// The row is one of the versions.
    fn one_row(&self, outcome: &Outcome, versions: &[Version], taking_part: &[usize], verdict: &mut Verdict) {
        let is_it = |place: &&usize| {
            versions.get(**place).is_some_and(|version| {
                version.sequence_number == outcome.sequence_number && version.kind == outcome.kind
            })
        };
        let first = self.options.merge_engine == MergeEngine::FirstRow;
        let winner = if first { taking_part.iter().find(is_it) } else { taking_part.iter().rev().find(is_it) };
        let Some(version) = winner.and_then(|place| versions.get(*place)) else { return };
        if let Some(picked) = winner.and_then(|place| verdict.picked.get_mut(*place)) {
            *picked = Picked::Whole;
        }
        let order = match self.options.sequence_field.as_slice() {
            [] => "by sequence number".to_owned(),
            fields => format!("by {}, then by sequence number", fields.join(", ")),
        };
        let place = format!("{} ({}) of {}", version.sequence_number, version.kind.as_str(), version.file.file_name);
        let which = if first { "first-row keeps the oldest" } else { "deduplicate keeps the newest" };
        let of = taking_part.len();
        verdict.why = format!("{which} of {of} versions, {order}: number {place}");
        if !version.kind.is_add() {
            verdict.why += "; it deletes the row";
        }
    }

    /// Each column is made of some versions: of those without which it would be another, and of those that say the same.
    fn by_column(
        &self,
        outcome: &Outcome,
        versions: &[Version],
        taking_part: &[usize],
        verdict: &mut Verdict,
    ) -> Result<()> {
        let mut without = Vec::with_capacity(taking_part.len());
        if taking_part.len() <= MAX_LEFT_OUT {
            for left_out in taking_part {
                let rest: Vec<usize> = taking_part.iter().copied().filter(|place| place != left_out).collect();
                without.push(self.merge(versions, &rest)?.map(|outcome| outcome.cells));
            }
        }
        let own = taking_part.iter().map(|place| self.cells_at(versions, *place)).collect::<Result<Vec<_>>>()?;
        for (column, field) in self.schema.fields.iter().enumerate() {
            if self.schema.primary_keys.contains(&field.name) {
                continue;
            }
            let value = outcome.cells.get(column).unwrap_or(&Value::Null);
            let adds = |number: usize| {
                let changes = without.get(number).is_some_and(|cells| {
                    cells.as_ref().and_then(|cells| cells.get(column)).unwrap_or(&Value::Null) != value
                });
                let says = own.get(number).and_then(|cells| cells.get(column)).unwrap_or(&Value::Null);
                changes || (!says.is_null() && says == value)
            };
            let mut from: Vec<usize> =
                taking_part.iter().enumerate().filter(|(number, _)| adds(*number)).map(|(_, place)| *place).collect();
            let (rule, one) = self.rule(&field.name);
            if one && let Some(newest) = from.pop() {
                from = vec![newest];
            }
            for place in &from {
                if let Some(picked) = verdict.picked.get_mut(*place) {
                    *picked = Picked::Part;
                }
            }
            verdict.columns.push(ColumnWhy { column: field.name.clone(), versions: from, why: rule });
        }
        let engine = self.options.merge_engine.as_str();
        let of = taking_part.len();
        verdict.why = match outcome.kind.is_add() {
            true => format!("{engine} makes the row of {of} versions, column by column"),
            false => format!("{engine} of {of} versions ends in {}: the row is deleted", outcome.kind.as_str()),
        };
        Ok(())
    }

    /// What decides about a column, and whether one version does.
    fn rule(&self, column: &str) -> (String, bool) {
        let raw = self.options.raw();
        let set = |name: &str| raw.get(&format!("fields.{column}.{name}"));
        let function = set("aggregate-function").or(self.options.fields_default_aggregate_function.as_ref());
        let group = raw.iter().find_map(|(key, members)| {
            let group = key.strip_prefix("fields.")?.strip_suffix(".sequence-group")?;
            members.split(',').any(|member| member.trim() == column).then_some(group)
        });
        match (self.options.merge_engine, function, group) {
            (MergeEngine::PartialUpdate, None, None) => ("the newest value that is not null".to_owned(), true),
            (MergeEngine::PartialUpdate, None, Some(group)) => {
                (format!("the value beside the greatest {group} (sequence group)"), true)
            }
            (_, Some(function), Some(group)) => (format!("{function}, in the order of {group}"), false),
            (_, Some(function), None) => (function.clone(), false),
            (_, None, _) => ("last_non_null_value".to_owned(), true),
        }
    }

    fn cells_at(&self, versions: &[Version], place: usize) -> Result<Vec<Value>> {
        versions.get(place).map_or(Ok(Vec::new()), |version| cells(self.schema, &version.row))
    }

    /// Merges some of the versions; `None` where nothing comes out.
    fn merge(&self, versions: &[Version], places: &[usize]) -> Result<Option<Outcome>> {
        // Files of a level above 0 are one run, as readers have them; each file of level 0 is its own.
        let mut runs: Vec<(i32, Vec<RecordBatch>)> = Vec::new();
        for version in places.iter().filter_map(|place| versions.get(*place)) {
            runs.push((version.file.level, vec![version.row.clone()]));
        }
        let levels: Vec<i32> = runs.iter().map(|(level, _)| *level).collect();
        let plan = Arc::new(MergePlan::key_value(self.schema, self.options)?);
        let mut merger = Merger::new(plan, runs.len()).with_levels(levels);
        loop {
            match merger.advance()? {
                Step::Need(needed) => {
                    for run in needed {
                        let batch = runs.get_mut(run).and_then(|(_, batches)| batches.pop());
                        merger.supply(run, batch)?;
                    }
                }
                Step::Batch(batch) if batch.num_rows() > 0 => {
                    let (sequence_number, kind) = number_and_kind(self.schema, &batch)?;
                    return Ok(Some(Outcome { kind, sequence_number, cells: cells(self.schema, &batch)? }));
                }
                Step::Batch(_) | Step::Changelog(_) => {}
                Step::Done => return Ok(None),
                Step::LookUp(_) => return Err(Error::internal("a merge of all versions asks for older ones")),
            }
        }
    }
}

/// Cells of the table's columns in the first row of a key-value batch.
pub(super) fn cells(schema: &TableSchema, row: &RecordBatch) -> Result<Vec<Value>> {
    let first = schema.trimmed_primary_keys().count() + 2;
    let places: Vec<usize> = (first..row.num_columns()).collect();
    let values = row.slice(0, row.num_rows().min(1)).project(&places)?;
    Ok(json_rows::row_cells(&values, &schema.fields)?.pop().unwrap_or_default())
}

fn nothing(versions: usize, taking_part: usize) -> String {
    match (versions, taking_part) {
        (0, _) => "no file of this state holds the key".to_owned(),
        (_, 0) => "deletion vectors hide every version, or readers skip the files that hold them".to_owned(),
        _ => "the merge engine drops every version".to_owned(),
    }
}
