//! Aggregate functions of maps, of arrays of rows and of bitmaps, one value at a time.

use super::table::Value;

/// A row within a column: id, value, other.
pub(super) type Inner = Vec<Option<i64>>;

/// Options of the nested functions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nesting {
    /// `nested-key` is the first field.
    pub(super) keyed: bool,
    /// `nested-sequence-field` is the second field.
    pub(super) sequenced: bool,
    /// `count-limit`
    pub(super) limit: Option<usize>,
}

impl Nesting {
    pub(super) fn update(self, state: Value, input: Value) -> Value {
        let (Value::Rows(input), limit) = (input, self.limit.unwrap_or(usize::MAX)) else { return state };
        let present = match &state {
            Value::Rows(rows) => rows.clone(),
            _ => vec![],
        };
        if !self.keyed {
            if present.len() >= limit && state != Value::Null {
                return state;
            }
            let room = limit - present.len().min(limit);
            let added = input.into_iter().flatten().take(room);
            return Value::Rows(present.into_iter().flatten().chain(added).map(Some).collect());
        }
        let mut table: Vec<Inner> = vec![];
        let rows = present.into_iter().flatten().map(|row| (row, usize::MAX));
        for (row, limit) in rows.chain(input.into_iter().flatten().map(|row| (row, limit))) {
            match table.iter().position(|other| other[0] == row[0]) {
                Some(place) if !self.sequenced || row[1] >= table[place][1] => table[place] = row,
                Some(_) => {}
                None if table.len() < limit => table.push(row),
                None => {}
            }
        }
        Value::Rows(table.into_iter().map(Some).collect())
    }

    pub(super) fn retract(self, state: Value, input: Value) -> Value {
        let (Value::Rows(rows), Value::Rows(gone)) = (&state, input) else { return state };
        let gone: Vec<Inner> = gone.into_iter().flatten().collect();
        let mut kept: Vec<Inner> = vec![];
        for row in rows.iter().flatten() {
            let is_gone = |other: &Inner| if self.keyed { other[0] == row[0] } else { other == row };
            if gone.iter().any(is_gone) {
                continue;
            }
            match kept.iter().position(|other| self.keyed && other[0] == row[0]) {
                Some(place) => kept[place] = row.clone(),
                None => kept.push(row.clone()),
            }
        }
        Value::Rows(kept.into_iter().map(Some).collect())
    }
}

/// `nested_partial_update`
pub(super) fn partial_update(state: Value, input: Value) -> Value {
    let Value::Rows(input) = input else { return state };
    let present = if let Value::Rows(rows) = state { rows } else { vec![] };
    let mut table: Vec<Inner> = vec![];
    for row in present.into_iter().chain(input).flatten() {
        match table.iter_mut().find(|other| other[0] == row[0]) {
            Some(present) => {
                for (present, field) in present.iter_mut().zip(row) {
                    *present = field.or(*present);
                }
            }
            None => table.push(row),
        }
    }
    Value::Rows(table.into_iter().map(Some).collect())
}

/// `merge_map`
pub(super) fn merge_map(mut state: Vec<(i64, Option<i64>)>, input: Vec<(i64, Option<i64>)>) -> Value {
    for (key, value) in input {
        state.retain(|(other, _)| *other != key);
        state.push((key, value));
    }
    Value::Map(state)
}

/// What a map with times holds at a key: a value and its time.
pub(super) type Timed = Option<(Option<i64>, Option<String>)>;

/// `merge_map_with_keytime`
pub(super) fn merge_times(mut state: Vec<(i64, Timed)>, input: Vec<(i64, Timed)>) -> Value {
    let units = |time: &str| time.encode_utf16().collect::<Vec<_>>();
    for (key, value) in input {
        let Some((_, time)) = &value else {
            state.retain(|(other, _)| *other != key);
            continue;
        };
        let Some(time) = time else { continue };
        let present =
            state.iter().find(|(other, _)| *other == key).and_then(|(_, present)| present.as_ref()?.1.as_ref());
        if present.is_none_or(|present| units(time) > units(present)) {
            state.retain(|(other, _)| *other != key);
            state.push((key, value));
        }
    }
    Value::Times(state)
}
