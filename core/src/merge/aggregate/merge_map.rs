//! `merge_map` and `merge_map_with_keytime`: the entries of all maps in one.

use super::{
    FieldOptions, Stepwise,
    linked::{Identity, Linked, identity},
    not_retractable,
};
use crate::{
    error::{Error, Result},
    merge::column::{Cell, Column},
    types::{DataType, Datum, DatumRow, TypeKind},
};

type Entries = Linked<(Option<Datum>, Option<Datum>)>;

/// Later entries replace earlier ones of the same key.
#[derive(Debug)]
pub(super) struct MergeMap {
    key: DataType,
}

impl MergeMap {
    pub(super) fn new(key: &DataType) -> Self {
        MergeMap { key: key.clone() }
    }

    fn identity(&self, key: &Option<Datum>) -> Result<Identity> {
        identity(std::slice::from_ref(&self.key), std::slice::from_ref(key))
    }

    fn add(&self, entries: &mut Entries, map: (DatumRow, DatumRow)) -> Result<()> {
        for (key, value) in map.0.into_iter().zip(map.1) {
            entries.insert(self.identity(&key)?, (key, value));
        }
        Ok(())
    }
}

impl Stepwise for MergeMap {
    fn aggregate(&self, column: &Column<'_>, state: Cell, input: Cell, _: &mut bool) -> Result<Cell> {
        match (state, input) {
            (state, Cell::Null) => Ok(state),
            (Cell::Null, input) => Ok(input),
            (state, input) => {
                let mut entries = Entries::default();
                self.add(&mut entries, map(column, state)?)?;
                self.add(&mut entries, map(column, input)?)?;
                Ok(map_of(entries))
            }
        }
    }

    fn retract(&self, column: &Column<'_>, state: Cell, input: Cell) -> Result<Cell> {
        if matches!(state, Cell::Null) || matches!(input, Cell::Null) {
            return Ok(state);
        }
        let (keys, _) = map(column, input)?;
        if keys.is_empty() {
            return Ok(state);
        }
        let mut entries = Entries::default();
        self.add(&mut entries, map(column, state)?)?;
        for key in &keys {
            entries.remove(&self.identity(key)?);
        }
        Ok(map_of(entries))
    }
}

/// An entry replaces another of the same key when its time, a text inside the value, is greater.
#[derive(Debug)]
pub(super) struct MergeMapWithKeyTime {
    entries: MergeMap,
    /// Place of the time in the value.
    time: usize,
}

impl MergeMapWithKeyTime {
    /// Errors: `Invalid` where the value is no ROW of two fields or more, one of them the time.
    pub(super) fn new(key: &DataType, value: &DataType, options: &FieldOptions<'_>) -> Result<Self> {
        let fields = match &value.kind {
            TypeKind::Row(fields) if fields.len() >= 2 => fields,
            other => {
                let message = "aggregate function merge_map_with_keytime takes a MAP to a ROW of two fields or more";
                return Err(Error::invalid(message).with("found", other));
            }
        };
        let time = match options.text("ts-field") {
            None => fields.len() - 1,
            Some(name) => fields
                .iter()
                .position(|field| field.name == name)
                .ok_or_else(|| options.refused("ts-field", "a field of the map's values", name))?,
        };
        match fields.get(time).map(|field| &field.data_type.kind) {
            Some(TypeKind::Varchar(_) | TypeKind::Char(_)) => {}
            _ => return Err(options.refused("ts-field", "a STRING field", &format!("{value}"))),
        }
        Ok(MergeMapWithKeyTime { entries: MergeMap::new(key), time })
    }

    /// The time of an entry's value.
    fn time<'a>(&self, value: &'a Option<Datum>) -> Option<&'a str> {
        match value {
            Some(Datum::Row(row)) => match row.get(self.time) {
                Some(Some(Datum::String(time))) => Some(time),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Stepwise for MergeMapWithKeyTime {
    fn aggregate(&self, column: &Column<'_>, state: Cell, input: Cell, _: &mut bool) -> Result<Cell> {
        let (state, input) = match (state, input) {
            (state, Cell::Null) => return Ok(state),
            (Cell::Null, input) => return Ok(input),
            (state, input) => (map(column, state)?, map(column, input)?),
        };
        let mut entries = Entries::default();
        self.entries.add(&mut entries, state)?;
        for (key, value) in input.0.into_iter().zip(input.1) {
            let identity = self.entries.identity(&key)?;
            if value.is_none() {
                entries.remove(&identity);
                continue;
            }
            let Some(time) = self.time(&value) else { continue };
            let present = entries.get_mut(&identity).and_then(|(_, present)| self.time(present));
            // Java compares texts by UTF-16 units.
            if present.is_none_or(|present| time.encode_utf16().gt(present.encode_utf16())) {
                entries.insert(identity, (key, value));
            }
        }
        Ok(map_of(entries))
    }

    fn retract(&self, _: &Column<'_>, _: Cell, _: Cell) -> Result<Cell> {
        Err(not_retractable("merge_map_with_keytime"))
    }
}

fn map(column: &Column<'_>, cell: Cell) -> Result<(DatumRow, DatumRow)> {
    match column.datum(cell)? {
        None => Ok(Default::default()),
        Some(Datum::Map(keys, values)) => Ok((keys, values)),
        Some(_) => Err(Error::internal("expected a map")),
    }
}

fn map_of(entries: Entries) -> Cell {
    let (keys, values) = entries.into_values().unzip();
    Cell::Value(Datum::Map(keys, values))
}
