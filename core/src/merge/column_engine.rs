//! Engines that merge each column by a rule of its own: partial-update and aggregation.
//!
//! ```text
//! groups ──Versions──▶ rows of keys with several versions
//!        ──Script──▶   what each row does (add, retract, replace …): once for all columns of a sequence group
//!        ──Rule──▶     one pick a key and column: a row, a computed value, null
//!        ──gather──▶   columns
//! ```
//!
//! Values are touched only by rules that compute; all others move row numbers.

use std::{fmt, sync::Arc};

use arrow_array::{ArrayRef, Int8Array, Int64Array};

use super::{
    aggregate::FieldAggregator,
    column::{Column, Outcome},
    function::{Groups, MergeFunction, Merged},
    gather::Picker,
    segment::Segment,
    versions::{Action, Actions, Operation, Pick, Track, Versions},
};
use crate::{
    error::{Error, Result},
    types::{DataField, RowKind},
};

/// Decides what rows do, by their kinds and sequence groups.
pub(super) trait Script: fmt::Debug + Send + Sync {
    fn actions(&self, versions: &Versions, segments: &[&Segment]) -> Result<Actions>;
}

/// How a column is merged.
#[derive(Clone, Debug)]
pub(super) enum Rule {
    /// The newest row's value: key columns.
    Newest,
    /// `_SEQUENCE_NUMBER`.
    SequenceNumber,
    /// `_VALUE_KIND`.
    ValueKind,
    /// Values that are not null replace the state.
    Overwrite {
        /// Whether a null is an error in a NOT NULL column.
        strict: bool,
    },
    /// Values of newer rows replace the state, also those of retracts and also null: what orders a sequence group.
    Order,
    /// Values of newer rows replace the state, also null; retracts leave null.
    Replace,
    /// An aggregate function.
    Aggregate {
        function: Arc<dyn FieldAggregator>,
        /// `fields.<column>.ignore-retract`.
        ignore_retract: bool,
    },
}

/// A column of the input.
#[derive(Clone, Debug)]
pub(super) struct ColumnPlan {
    pub(super) field: DataField,
    pub(super) rule: Rule,
    /// Which of the script's tracks.
    pub(super) track: usize,
}

/// See the module.
#[derive(Debug)]
pub(super) struct ColumnEngine {
    pub(super) columns: Vec<ColumnPlan>,
    pub(super) script: Box<dyn Script>,
}

impl MergeFunction for ColumnEngine {
    fn merge(&self, groups: &Groups, segments: &[&Segment]) -> Result<Merged> {
        let versions = Versions::new(groups);
        if versions.len() == 0 {
            return Ok(Merged::Rows(groups.rows.clone()));
        }
        let actions = self.script.actions(&versions, segments)?;
        let mut merge = Merge { groups, versions: &versions, actions: &actions, shared: Vec::new() };
        let columns = self.columns.iter().enumerate().map(|(index, plan)| {
            let column = Column::new(&plan.field, index, segments, &versions);
            merge.column(&column, plan).map_err(|error| error.with("column", &plan.field.name))
        });
        columns.collect::<Result<_>>().map(Merged::Columns)
    }
}

/// A merge under way.
struct Merge<'a> {
    groups: &'a Groups,
    versions: &'a Versions,
    actions: &'a Actions,
    /// Picks that several columns have in common.
    shared: Vec<(Shared, Picker)>,
}

/// Rules that give the same picks for all columns of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shared {
    Newest,
    Order(usize),
    Replace(usize),
}

impl Merge<'_> {
    fn column(&mut self, column: &Column<'_>, plan: &ColumnPlan) -> Result<ArrayRef> {
        let actions = self.actions.tracks.get(plan.track).and_then(Option::as_deref);
        let track = Track { actions, ignore_retract: false };
        let outcome = match &plan.rule {
            Rule::Newest => return self.shared(column, Shared::Newest),
            Rule::Overwrite { .. } if actions.is_none() && !column.has_nulls() => {
                return self.shared(column, Shared::Newest);
            }
            Rule::Order => return self.checked(column, track, Shared::Order(plan.track)),
            Rule::Replace => return self.checked(column, track, Shared::Replace(plan.track)),
            Rule::Overwrite { strict } => overwrite(column, self.versions, track, *strict)?,
            Rule::SequenceNumber => self.sequence_numbers(),
            Rule::ValueKind => self.value_kinds(),
            Rule::Aggregate { function, ignore_retract } => {
                function.merge(column, self.versions, Track { actions, ignore_retract: *ignore_retract })?
            }
        };
        column.assemble(self.groups, &outcome)
    }

    fn checked(&mut self, column: &Column<'_>, track: Track<'_>, rule: Shared) -> Result<ArrayRef> {
        if column.has_nulls() && track.actions.is_some() {
            for row in (0..self.versions.rows.len()).filter(|row| track.at(*row).reset) {
                column.check_null(row)?;
            }
        }
        self.shared(column, rule)
    }

    fn shared(&mut self, column: &Column<'_>, rule: Shared) -> Result<ArrayRef> {
        let known = self.shared.iter().position(|(shared, _)| *shared == rule);
        let place = known.unwrap_or_else(|| {
            let picker = column.picker(self.groups, &self.shared_picks(rule));
            self.shared.push((rule, picker));
            self.shared.len() - 1
        });
        let (_, picker) = self.shared.get(place).ok_or_else(|| Error::internal("picks that are not there"))?;
        column.pick(picker, None)
    }

    fn shared_picks(&self, rule: Shared) -> Vec<Pick> {
        let track = |track: usize| {
            let actions = self.actions.tracks.get(track).and_then(Option::as_deref);
            Track { actions, ignore_retract: false }
        };
        match rule {
            Shared::Newest => self.versions.newest().map(Pick::Row).collect(),
            Shared::Order(number) => newest_of(self.versions, track(number), |operation| match operation {
                Operation::Add | Operation::Retract => Some(true),
                _ => None,
            }),
            Shared::Replace(number) => newest_of(self.versions, track(number), |operation| match operation {
                Operation::Add => Some(true),
                Operation::Retract => Some(false),
                _ => None,
            }),
        }
    }

    fn sequence_numbers(&self) -> Outcome {
        let picks = match &self.actions.applied {
            None => self.versions.newest().map(Pick::Row).collect(),
            Some(applied) => applied.iter().map(|row| row.map_or(Pick::Computed(0), Pick::Row)).collect(),
        };
        Outcome { picks, computed: Some(Arc::new(Int64Array::from(vec![0]))) }
    }

    fn value_kinds(&self) -> Outcome {
        let picks = match &self.actions.deleted {
            None => vec![Pick::Computed(0); self.versions.len()],
            Some(deleted) => deleted.iter().map(|deleted| Pick::Computed(u32::from(*deleted))).collect(),
        };
        let kinds = Int8Array::from(vec![RowKind::Insert as i8, RowKind::Delete as i8]);
        Outcome { picks, computed: Some(Arc::new(kinds)) }
    }
}

/// For each key the newest row that `takes` (`Some(true)`) or that replaces the state; null where a newer one clears it
/// (`Some(false)`) or there is none.
fn newest_of(versions: &Versions, track: Track<'_>, takes: impl Fn(Operation) -> Option<bool>) -> Vec<Pick> {
    let pick = |row: usize| {
        let Action { reset, operation } = track.at(row);
        match takes(operation) {
            Some(true) => Some(Pick::Row(row as u32)),
            Some(false) => Some(Pick::Null),
            None => reset.then_some(Pick::Row(row as u32)),
        }
    };
    versions.keys().map(|rows| rows.rev().find_map(pick).unwrap_or(Pick::Null)).collect()
}

fn overwrite(column: &Column<'_>, versions: &Versions, track: Track<'_>, strict: bool) -> Result<Outcome> {
    let checked = |action: Action| action.reset || strict && action.operation == Operation::Add;
    if !column.data_type().nullable && column.has_nulls() {
        for row in (0..versions.rows.len()).filter(|row| checked(track.at(*row))) {
            column.check_null(row)?;
        }
    }
    let pick = |row: usize| {
        let action = track.at(row);
        let taken = action.reset || action.operation == Operation::Add && !column.is_null(row);
        taken.then_some(Pick::Row(row as u32))
    };
    let picks = versions.keys().map(|rows| rows.rev().find_map(pick).unwrap_or(Pick::Null)).collect();
    Ok(Outcome { picks, computed: None })
}
