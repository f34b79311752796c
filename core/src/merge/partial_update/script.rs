//! What rows do in a partial-update table, by their kinds and sequence groups.

use super::sequence_groups::SequenceGroup;
use crate::{
    error::{Error, Result},
    merge::{
        column::{Column, sort_keys},
        column_engine::Script,
        segment::Segment,
        sort_keys::SortKeys,
        versions::{Action, Actions, Operation, Versions},
    },
    spec::table_schema::TableSchema,
    types::{DataField, RowKind},
};

/// Tables without sequence groups.
#[derive(Debug)]
pub(super) struct PlainScript {
    pub(super) ignore_delete: bool,
    /// `partial-update.remove-record-on-delete`
    pub(super) remove_on_delete: bool,
}

impl Script for PlainScript {
    fn actions(&self, versions: &Versions, segments: &[&Segment]) -> Result<Actions> {
        if !segments.iter().any(|segment| segment.has_retracts()) {
            return Ok(Actions::default());
        }
        let mut actions = vec![Action::ADD; versions.rows.len()];
        let (mut applied, mut deleted) = (Vec::with_capacity(versions.len()), Vec::with_capacity(versions.len()));
        for rows in versions.keys() {
            let mut key = KeyState::default();
            for row in rows {
                let kind = kind_of(versions, segments, row)?;
                key.removed = false;
                if kind.is_add() {
                    key.add(row);
                    continue;
                }
                // The first values come from a retract, too, even from one that is ignored.
                actions[row] = if std::mem::replace(&mut key.filled, true) { Action::SKIP } else { Action::RESET };
                if self.ignore_delete {
                    continue;
                }
                key.applied = Some(row as u32);
                if !self.remove_on_delete {
                    return Err(Error::invalid(REFUSED));
                }
                if kind == RowKind::Delete {
                    actions[row] = Action::RESET;
                    key.removed = true;
                }
            }
            applied.push(key.applied);
            deleted.push(key.is_deleted());
        }
        Ok(Actions { tracks: vec![Some(actions)], applied: Some(applied), deleted: Some(deleted) })
    }
}

const REFUSED: &str = "a partial-update table takes no -U or -D row; options ignore-delete, \
    partial-update.remove-record-on-delete and fields.*.sequence-group allow them";

/// What is known of a key while its rows are gone through.
#[derive(Default)]
struct KeyState {
    /// Whether the state has values.
    filled: bool,
    /// Whether a row was added.
    added: bool,
    /// Whether the last row removed the key.
    removed: bool,
    /// The last row that counted.
    applied: Option<u32>,
}

impl KeyState {
    fn add(&mut self, row: usize) {
        (self.filled, self.added, self.applied) = (true, true, Some(row as u32));
    }

    fn is_deleted(&self) -> bool {
        self.removed || !self.added
    }
}

fn kind_of(versions: &Versions, segments: &[&Segment], row: usize) -> Result<RowKind> {
    let row = versions.rows[row];
    segments[row.segment as usize].kind(row.row)
}

/// Tables with sequence groups.
#[derive(Debug)]
pub(super) struct GroupScript {
    pub(super) ignore_delete: bool,
    pub(super) groups: Vec<GroupOrder>,
}

/// A sequence group of the input.
#[derive(Debug)]
pub(super) struct GroupOrder {
    /// The columns that order, and their places in the input; none where the input has no column of the group.
    columns: Vec<(usize, DataField)>,
    removes: bool,
}

impl GroupOrder {
    /// Errors: `Internal` where `input` has a column of the group, but not those that order it.
    pub(super) fn new(group: &SequenceGroup, schema: &TableSchema, input: &[DataField]) -> Result<Self> {
        let place = |name: &String| {
            let id = schema.field(name).map(|field| field.id);
            let place = input.iter().position(|field| Some(field.id) == id)?;
            Some((place, input[place].clone()))
        };
        let columns: Vec<_> = group.ordering.iter().filter_map(place).collect();
        let used = !columns.is_empty() || group.protected.iter().any(|name| place(name).is_some());
        if used && columns.len() < group.ordering.len() {
            return Err(Error::internal(format!(
                "a merge without the columns {:?}, which order others",
                group.ordering
            )));
        }
        Ok(GroupOrder { columns, removes: group.removes })
    }

    /// `None` where the input has no column of the group.
    fn keys(&self, versions: &Versions, segments: &[&Segment]) -> Result<Option<GroupKeys>> {
        if self.columns.is_empty() {
            return Ok(None);
        }
        let columns: Vec<Column<'_>> =
            self.columns.iter().map(|(place, field)| Column::new(field, *place, segments, versions)).collect();
        let keys = sort_keys(&columns.iter().collect::<Vec<_>>())?;
        let is_empty = |row: usize| columns.iter().all(|column| column.is_null(row));
        Ok(Some(GroupKeys { keys, empty: (0..versions.rows.len()).map(is_empty).collect() }))
    }
}

/// The order of all versions by one group.
struct GroupKeys {
    keys: SortKeys,
    /// Rows that have no value in any column that orders: they leave the group alone.
    empty: Vec<bool>,
}

impl GroupKeys {
    /// Whether the row is not older than the one that the state is of; any is newer than no row.
    fn is_newer(&self, row: usize, state: Option<usize>) -> bool {
        state.is_none_or(|state| self.keys.compare(row, &self.keys, state).is_ge())
    }
}

impl Script for GroupScript {
    fn actions(&self, versions: &Versions, segments: &[&Segment]) -> Result<Actions> {
        let keys = self.groups.iter().map(|group| group.keys(versions, segments)).collect::<Result<Vec<_>>>()?;
        let rows = versions.rows.len();
        let mut run = GroupRun {
            script: self,
            keys,
            outside: segments.iter().any(|segment| segment.has_retracts()).then(|| vec![Action::ADD; rows]),
            inside: vec![vec![Action::SKIP; rows]; self.groups.len()],
            newest: vec![None; self.groups.len()],
        };
        let (mut applied, mut deleted) = (Vec::with_capacity(versions.len()), Vec::with_capacity(versions.len()));
        for rows in versions.keys() {
            let mut key = KeyState::default();
            run.newest.fill(None);
            for row in rows {
                let kind = kind_of(versions, segments, row)?;
                key.removed = false;
                if !kind.is_add() {
                    run.retract(row, kind, &mut key);
                } else {
                    run.add(row);
                    key.add(row);
                }
            }
            applied.push(key.applied);
            deleted.push(key.is_deleted());
        }
        let tracks = std::iter::once(run.outside).chain(run.inside.into_iter().map(Some)).collect();
        Ok(Actions { tracks, applied: Some(applied), deleted: Some(deleted) })
    }
}

/// Going through the rows of all keys.
struct GroupRun<'a> {
    script: &'a GroupScript,
    keys: Vec<Option<GroupKeys>>,
    /// Actions of columns in no group.
    outside: Option<Vec<Action>>,
    /// Actions of each group's columns.
    inside: Vec<Vec<Action>>,
    /// The row that each group's state is of.
    newest: Vec<Option<usize>>,
}

impl GroupRun<'_> {
    fn add(&mut self, row: usize) {
        self.each_group(row, Operation::Add, Operation::AddOlder);
    }

    fn retract(&mut self, row: usize, kind: RowKind, key: &mut KeyState) {
        let initial = !std::mem::replace(&mut key.filled, true);
        self.set_all(row, if initial { Action::RESET } else { Action::SKIP });
        if initial {
            self.newest.fill(Some(row));
        }
        if self.script.ignore_delete {
            return;
        }
        key.applied = Some(row as u32);
        if kind == RowKind::Delete && self.removes(row) {
            self.set_all(row, Action::RESET);
            self.newest.fill(Some(row));
            key.removed = true;
            return;
        }
        self.each_group(row, Operation::Retract, Operation::RetractOlder);
    }

    /// Whether a -D removes the key: it is not older than the state of a group that says so.
    fn removes(&self, row: usize) -> bool {
        let groups = self.script.groups.iter().zip(&self.keys).zip(&self.newest);
        groups.into_iter().any(|((group, keys), newest)| {
            group.removes && keys.as_ref().is_some_and(|keys| !keys.empty[row] && keys.is_newer(row, *newest))
        })
    }

    fn each_group(&mut self, row: usize, newer: Operation, older: Operation) {
        for ((keys, actions), newest) in self.keys.iter().zip(&mut self.inside).zip(&mut self.newest) {
            let Some(keys) = keys.as_ref().filter(|keys| !keys.empty[row]) else { continue };
            if keys.is_newer(row, *newest) {
                *newest = Some(row);
                actions[row].operation = newer;
            } else {
                actions[row].operation = older;
            }
        }
    }

    fn set_all(&mut self, row: usize, action: Action) {
        for actions in self.outside.iter_mut().chain(&mut self.inside) {
            actions[row] = action;
        }
    }
}
