//! What becomes of the rows of one key, row by row.

use std::collections::BTreeMap;

use super::{
    functions::Function,
    table::{COLUMNS, Engine, Grouping, Row, Table, Value},
};

/// Kind and values of a merged row.
pub(super) type Merged = (i8, Vec<Value>);

const INSERT: i8 = 0;
const DELETE: i8 = 3;

impl Table {
    /// All keys in order; an error where Java throws.
    pub(super) fn model(&self, runs: &[Vec<Row>]) -> Result<Vec<Merged>, String> {
        let mut keys: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
        for row in runs.iter().flatten() {
            keys.entry(row.key).or_default().push(row.clone());
        }
        let mut merged = Vec::new();
        for (_, mut versions) in keys {
            self.order(&mut versions);
            merged.extend(self.merge_key(&versions)?);
        }
        for (_, values) in &mut merged {
            self.forget_order(values);
        }
        merged.retain(|(kind, _)| self.keep_deletes || kind % 2 == 0);
        Ok(merged)
    }

    fn order(&self, versions: &mut [Row]) {
        let place = |name: &str| COLUMNS.iter().position(|column| *column == name).unwrap();
        let rank = |value: &Value| match (value, self.descending) {
            (Value::Int(value), false) => (1, *value),
            (Value::Int(value), true) => (1, -*value),
            _ => (0, 0),
        };
        versions.sort_by_key(|row| {
            let user: Vec<_> = self.sequence_fields.iter().map(|name| rank(&row.values[place(name)])).collect();
            (user, row.sequence, row.is_add())
        });
    }

    fn merge_key(&self, versions: &[Row]) -> Result<Option<Merged>, String> {
        if let [only] = versions {
            return Ok(Some((only.kind, only.values.clone())));
        }
        let mut rows: Vec<&Row> = versions.iter().collect();
        if self.looks_up && self.engine != Engine::FirstRow {
            let mut high: Option<usize> = None;
            for (index, row) in versions.iter().enumerate() {
                if row.level > 0 && high.is_none_or(|high| row.level < versions[high].level) {
                    high = Some(index);
                }
            }
            let taken = versions.iter().enumerate().filter(|(index, row)| row.level == 0 || Some(*index) == high);
            rows = taken.map(|(_, row)| row).collect();
        }
        match self.engine {
            Engine::Deduplicate => {
                let counts = |row: &&&Row| row.is_add() || !self.ignore_delete;
                Ok(rows.iter().rev().find(counts).map(|row| (row.kind, row.values.clone())))
            }
            Engine::FirstRow => {
                if !self.ignore_delete && rows.iter().any(|row| !row.is_add()) {
                    return Err("first-row takes no deletes".into());
                }
                Ok(rows.iter().find(|row| row.is_add()).map(|row| (row.kind, row.values.clone())))
            }
            Engine::Aggregation => self.aggregate(&rows).map(Some),
            Engine::PartialUpdate | Engine::Groups => PartialUpdate::new(self).merge(&rows).map(Some),
        }
    }

    fn aggregate(&self, rows: &[&Row]) -> Result<Merged, String> {
        let mut functions: Vec<Function> = (0..COLUMNS.len()).map(|column| self.function(column)).collect();
        let mut state = vec![Value::Null; COLUMNS.len()];
        let mut deleted = false;
        for row in rows {
            deleted = self.removes && row.kind == DELETE;
            for (column, function) in functions.iter_mut().enumerate() {
                let (accumulator, input) = (state[column].clone(), row.values[column].clone());
                state[column] = match column {
                    _ if deleted => input,
                    0 => input,
                    _ if row.is_add() => function.agg(accumulator, input),
                    _ => function.retract(accumulator, input)?,
                };
            }
        }
        Ok((if deleted { DELETE } else { INSERT }, state))
    }

    /// The columns that order a column's versions, and whether it is one of them.
    fn group(&self, column: usize) -> Option<(&'static [usize], bool)> {
        let groups: &[(&'static [usize], &[usize])] = match self.grouping {
            Grouping::One => &[(&[1], &[3, 4, 5, 8, 10])],
            Grouping::Two => &[(&[1], &[3, 5, 8, 10]), (&[2], &[4, 6, 9, 11])],
            Grouping::Pair => &[(&[2, 1], &[3, 4, 5, 6, 8, 9, 10, 11])],
        };
        let found = groups.iter().find(|(order, members)| order.contains(&column) || members.contains(&column));
        found.map(|(order, _)| (*order, order.contains(&column)))
    }
}

/// A partial-update merge of one key.
struct PartialUpdate<'a> {
    table: &'a Table,
    functions: BTreeMap<usize, Function>,
    state: Vec<Value>,
    filled: bool,
    inserted: bool,
    deleted: bool,
}

impl<'a> PartialUpdate<'a> {
    fn new(table: &'a Table) -> Self {
        let aggregated =
            (3..COLUMNS.len()).filter(|column| table.engine == Engine::Groups && table.aggregates(*column));
        PartialUpdate {
            table,
            functions: aggregated.map(|column| (column, table.function(column))).collect(),
            state: vec![Value::Null; COLUMNS.len()],
            filled: false,
            inserted: false,
            deleted: false,
        }
    }

    fn merge(mut self, rows: &[&Row]) -> Result<Merged, String> {
        for row in rows {
            self.deleted = false;
            if row.is_add() {
                self.add(row);
            } else {
                self.retract(row)?;
            }
        }
        Ok((if self.deleted || !self.inserted { DELETE } else { INSERT }, self.state))
    }

    fn add(&mut self, row: &Row) {
        (self.filled, self.inserted) = (true, true);
        for column in 0..COLUMNS.len() {
            let input = row.values[column].clone();
            let Some((order, orders)) = self.group(column) else {
                if input != Value::Null {
                    self.state[column] = input;
                }
                continue;
            };
            if orders {
                continue;
            }
            let state = self.state[column].clone();
            if let Some(newer) = self.is_newer(order, row) {
                self.state[column] = match (self.functions.get_mut(&column), newer) {
                    (None, true) => input,
                    (None, false) => state,
                    (Some(function), true) => function.agg(state, input),
                    (Some(function), false) => function.agg_reversed(state, input),
                };
            }
        }
        self.take_order(row);
    }

    fn retract(&mut self, row: &Row) -> Result<(), String> {
        if !std::mem::replace(&mut self.filled, true) {
            self.state = row.values.clone();
        }
        if self.table.ignore_delete {
            return Ok(());
        }
        if self.table.engine == Engine::PartialUpdate {
            if !self.table.removes {
                return Err("partial-update takes no deletes".into());
            }
            if row.kind == DELETE {
                self.remove(row);
            }
            return Ok(());
        }
        let removing: &[usize] = match self.table.group(1) {
            Some((order, _)) if self.table.removes => order,
            _ => &[],
        };
        if row.kind == DELETE && !removing.is_empty() && self.is_newer(removing, row) == Some(true) {
            self.remove(row);
            return Ok(());
        }
        for column in 3..COLUMNS.len() {
            let Some((order, false)) = self.group(column) else { continue };
            let (state, input) = (self.state[column].clone(), row.values[column].clone());
            if let Some(newer) = self.is_newer(order, row) {
                self.state[column] = match (self.functions.get_mut(&column), newer) {
                    (None, true) => Value::Null,
                    (None, false) => state,
                    (Some(function), _) => function.retract(state, input)?,
                };
            }
        }
        self.take_order(row);
        Ok(())
    }

    fn remove(&mut self, row: &Row) {
        self.state = row.values.clone();
        self.deleted = true;
    }

    fn group(&self, column: usize) -> Option<(&'static [usize], bool)> {
        if self.table.engine == Engine::Groups { self.table.group(column) } else { None }
    }

    /// `None` where the row has no value that orders.
    fn is_newer(&self, order: &[usize], row: &Row) -> Option<bool> {
        if order.iter().all(|place| row.values[*place] == Value::Null) {
            return None;
        }
        let of = |values: &[Value]| order.iter().map(|place| values[*place].clone()).collect::<Vec<_>>();
        Some(of(&row.values) >= of(&self.state))
    }

    fn take_order(&mut self, row: &Row) {
        for column in [1, 2] {
            if let Some((order, true)) = self.group(column)
                && order[0] == column
                && self.is_newer(order, row) == Some(true)
            {
                for place in order {
                    self.state[*place] = row.values[*place].clone();
                }
            }
        }
    }
}
