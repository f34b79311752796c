//! Arrays of rows that stand for tables of their own: what `nested_update` and `nested_partial_update` share.

use super::{
    FieldOptions,
    linked::{Identity, identity},
};
use crate::{
    error::{Error, Result},
    merge::column::{Cell, Column},
    types::{DataField, DataType, Datum, DatumRow, TypeKind},
};

/// The fields of an ARRAY of ROW.
pub(super) fn element_fields(kind: &TypeKind) -> Option<&[DataField]> {
    match kind {
        TypeKind::Array(element) => match &element.kind {
            TypeKind::Row(fields) => Some(fields),
            _ => None,
        },
        _ => None,
    }
}

/// What happens to rows with a null in their key (`nested-key-null-strategy`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NullStrategy {
    /// Null is a value like others.
    Merge,
    /// The row is left out.
    Ignore,
    /// An error.
    Error,
}

/// The key of the inner table.
#[derive(Debug)]
pub(super) struct NestedKey {
    places: Vec<usize>,
    types: Vec<DataType>,
    nulls: NullStrategy,
}

impl NestedKey {
    /// The fields of option `nested-key`; `None` where it is absent. Errors: `Invalid` for unknown fields.
    pub(super) fn new(fields: &[DataField], options: &FieldOptions<'_>) -> Result<Option<Self>> {
        let places = places(fields, options, "nested-key")?;
        let nulls = match options.text("nested-key-null-strategy") {
            None => NullStrategy::Merge,
            Some(_) if places.is_empty() => {
                let option = options.name("nested-key-null-strategy");
                return Err(Error::invalid(format!("option {option} needs {}", options.name("nested-key"))));
            }
            Some(word) => match word.trim().to_ascii_lowercase().as_str() {
                "merge" => NullStrategy::Merge,
                "ignore" => NullStrategy::Ignore,
                "error" => NullStrategy::Error,
                _ => return Err(options.refused("nested-key-null-strategy", "one of merge, ignore, error", word)),
            },
        };
        if places.is_empty() {
            return Ok(None);
        }
        let types = places.iter().filter_map(|place| fields.get(*place)).map(|field| field.data_type.clone()).collect();
        Ok(Some(NestedKey { places, types, nulls }))
    }

    /// The key of a row; `None` for a row to leave out. Errors: `Invalid` for null where the option says so.
    pub(super) fn of(&self, row: &[Option<Datum>]) -> Result<Option<Identity>> {
        let values = project(row, &self.places);
        match self.nulls {
            NullStrategy::Ignore if values.contains(&None) => Ok(None),
            NullStrategy::Error if values.contains(&None) => {
                Err(Error::invalid("null in a nested key, which option nested-key-null-strategy=error refuses"))
            }
            _ => identity(&self.types, &values).map(Some),
        }
    }
}

/// The places of the fields that an option names. Errors: `Invalid` for unknown names.
pub(super) fn places(fields: &[DataField], options: &FieldOptions<'_>, option: &str) -> Result<Vec<usize>> {
    let place = |name: &str| {
        let place = fields.iter().position(|field| field.name == name);
        place.ok_or_else(|| options.refused(option, "fields of the nested rows", name))
    };
    options.names(option).into_iter().map(place).collect()
}

/// The values at `places`.
pub(super) fn project(row: &[Option<Datum>], places: &[usize]) -> DatumRow {
    places.iter().map(|place| row.get(*place).cloned().flatten()).collect()
}

/// The rows of an array, null ones too; none of null.
pub(super) fn elements(column: &Column<'_>, cell: Cell) -> Result<DatumRow> {
    match column.datum(cell)? {
        None => Ok(DatumRow::new()),
        Some(Datum::Array(elements)) => Ok(elements),
        Some(_) => Err(Error::internal("expected an array of rows")),
    }
}

/// The rows that are not null.
pub(super) fn rows(elements: DatumRow) -> impl Iterator<Item = DatumRow> {
    elements.into_iter().filter_map(|element| match element {
        Some(Datum::Row(row)) => Some(row),
        _ => None,
    })
}

/// An array of rows.
pub(super) fn array_of(rows: impl Iterator<Item = DatumRow>) -> Cell {
    Cell::Value(Datum::Array(rows.map(|row| Some(Datum::Row(row))).collect()))
}
