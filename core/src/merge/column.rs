//! One column of the versions being merged.

use std::cell::OnceCell;

use arrow_array::{Array, ArrayRef, new_empty_array, new_null_array};

use super::{
    function::Groups,
    gather::Picker,
    segment::{RowRef, Segment},
    sort_keys::{KeyCodec, SortColumn, SortKeys},
    versions::{Operation, Pick, Track, Versions},
};
use crate::{
    error::{Error, Result},
    types::{DataField, DataType, Datum, datums_to_array},
};

/// The state of a column for one key, or a value that meets it.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    /// Null.
    Null,
    /// The value of a row, not null.
    Row(u32),
    /// A new value.
    Value(Datum),
}

/// The values of a column: of the versions, by their numbers.
pub(super) struct Column<'a> {
    field: &'a DataField,
    sources: Vec<&'a ArrayRef>,
    rows: &'a [RowRef],
    has_nulls: bool,
    flat: OnceCell<ArrayRef>,
}

/// The merged values of a column: one pick a key, and the values that were computed.
pub(super) struct Outcome {
    pub(super) picks: Vec<Pick>,
    pub(super) computed: Option<ArrayRef>,
}

impl<'a> Column<'a> {
    pub(super) fn new(field: &'a DataField, index: usize, segments: &[&'a Segment], versions: &'a Versions) -> Self {
        let sources: Vec<&ArrayRef> = segments.iter().map(|segment| segment.batch().column(index)).collect();
        let has_nulls = sources.iter().any(|source| source.null_count() > 0);
        Column { field, sources, rows: &versions.rows, has_nulls, flat: OnceCell::new() }
    }

    pub(super) fn data_type(&self) -> &DataType {
        &self.field.data_type
    }

    /// Whether any value may be null.
    pub(super) fn has_nulls(&self) -> bool {
        self.has_nulls
    }

    #[inline]
    pub(super) fn is_null(&self, row: usize) -> bool {
        let RowRef { segment, row } = self.rows[row];
        self.has_nulls && self.sources[segment as usize].is_null(row as usize)
    }

    #[inline]
    pub(super) fn cell(&self, row: usize) -> Cell {
        if self.is_null(row) { Cell::Null } else { Cell::Row(row as u32) }
    }

    /// The value that replaces the state. Errors: `Corrupt` for a null in a NOT NULL column.
    pub(super) fn replacing(&self, row: usize) -> Result<Cell> {
        self.check_null(row)?;
        Ok(self.cell(row))
    }

    /// Errors: `Corrupt` for a null in a NOT NULL column.
    pub(super) fn check_null(&self, row: usize) -> Result<()> {
        if !self.field.data_type.nullable && self.is_null(row) {
            return Err(Error::corrupt("null in a column that is NOT NULL"));
        }
        Ok(())
    }

    /// The value behind a cell.
    pub(super) fn datum(&self, cell: Cell) -> Result<Option<Datum>> {
        match cell {
            Cell::Null => Ok(None),
            Cell::Value(datum) => Ok(Some(datum)),
            Cell::Row(row) => {
                let RowRef { segment, row } = self.rows[row as usize];
                Datum::from_array(self.sources[segment as usize].as_ref(), row as usize)
            }
        }
    }

    /// The values of all versions in one array.
    pub(super) fn flat(&self) -> Result<&ArrayRef> {
        if self.flat.get().is_none() {
            let sources: Vec<&dyn Array> = self.sources.iter().map(|source| source.as_ref()).collect();
            let flat = Picker::new(self.rows).pick(&sources)?;
            // Only this thread can have set it meanwhile, and has not.
            let _ = self.flat.set(flat);
        }
        self.flat.get().ok_or_else(|| Error::internal("a column that is not gathered"))
    }

    /// Normalised values of all versions, nulls lowest. Errors: `Unsupported` for types without an order.
    pub(super) fn sort_keys(&self) -> Result<SortKeys> {
        sort_keys(&[self])
    }

    /// The merged column over all keys of `groups`.
    pub(super) fn assemble(&self, groups: &Groups, outcome: &Outcome) -> Result<ArrayRef> {
        self.pick(&self.picker(groups, &outcome.picks), outcome.computed.as_ref())
    }

    /// Where the values of the merged column are, for [`Column::pick`].
    pub(super) fn picker(&self, groups: &Groups, picks: &[Pick]) -> Picker {
        let computed = self.sources.len() as u32;
        let mut picks = picks.iter();
        let merged = groups.iter_passing().map(|group| match group.rows.first() {
            Some(only) if group.passes => *only,
            _ => match picks.next() {
                Some(Pick::Row(row)) => self.rows[*row as usize],
                Some(Pick::Computed(place)) => RowRef { segment: computed, row: *place },
                Some(Pick::Null) | None => RowRef { segment: computed + 1, row: 0 },
            },
        });
        Picker::new(&merged.collect::<Vec<_>>())
    }

    /// Copies the merged column.
    pub(super) fn pick(&self, picker: &Picker, computed: Option<&ArrayRef>) -> Result<ArrayRef> {
        let Some(first) = self.sources.first() else { return Err(Error::internal("a merge of no batches")) };
        let (empty, null) = (new_empty_array(first.data_type()), new_null_array(first.data_type(), 1));
        let mut sources: Vec<&dyn Array> = self.sources.iter().map(|source| source.as_ref()).collect();
        sources.extend([computed.unwrap_or(&empty).as_ref(), null.as_ref()]);
        picker.pick(&sources)
    }
}

/// Normalised values of several columns, which compare from the first on, nulls lowest.
pub(super) fn sort_keys(columns: &[&Column<'_>]) -> Result<SortKeys> {
    let arrays = columns.iter().map(|column| column.flat().cloned()).collect::<Result<Vec<_>>>()?;
    let sort_column = |array: &ArrayRef| SortColumn {
        data_type: array.data_type().clone(),
        nullable: array.null_count() > 0,
        descending: false,
    };
    KeyCodec::new(&arrays.iter().map(sort_column).collect::<Vec<_>>())?.encode(&arrays)
}

/// Runs `step(operation, state, input, seen)` over the rows of every key; `seen` is the key's own flag, false at first.
pub(super) fn fold(
    column: &Column<'_>,
    versions: &Versions,
    track: Track<'_>,
    mut step: impl FnMut(Operation, Cell, Cell, &mut bool) -> Result<Cell>,
) -> Result<Outcome> {
    let mut picks = Vec::with_capacity(versions.len());
    let mut computed = Vec::new();
    for rows in versions.keys() {
        let (mut state, mut seen) = (Cell::Null, false);
        for row in rows {
            let action = track.at(row);
            if action.reset {
                state = column.replacing(row)?;
            }
            if action.operation != Operation::Skip {
                state = step(action.operation, state, column.cell(row), &mut seen)?;
            }
        }
        picks.push(match state {
            Cell::Null => Pick::Null,
            Cell::Row(row) => Pick::Row(row),
            Cell::Value(datum) => {
                computed.push(Some(datum));
                Pick::Computed(computed.len() as u32 - 1)
            }
        });
    }
    let computed = if computed.is_empty() { None } else { Some(datums_to_array(&computed, column.data_type())?) };
    Ok(Outcome { picks, computed })
}
