//! The rows of one data file against its metadata.

use std::{cmp::Ordering, sync::Arc};

use arrow_array::{Array, Int8Array, Int64Array, RecordBatch};
use arrow_row::{OwnedRow, RowConverter, SortField};
use futures::TryStreamExt;

use super::{
    as_finding,
    files::{Look, RowsOf},
    finding::Fault,
    found,
    statistics::Bounds,
};
use crate::{
    error::{Error, ErrorKind, Result},
    format::{self, ReadRequest},
    io::Storage,
    read::{ReadContext, read_vector},
    scan::{DeletionFile, entry_types},
    spec::{
        data_file::DataFileMeta,
        table_schema::{TableSchema, sequence_number_field, value_kind_field},
    },
    table::Table,
    types::{DataField, Datum, DatumRow, compare_keys},
};

/// Decodes a file and compares. Errors: those of a store that does not answer.
pub(super) async fn look(
    table: &Table,
    place: (&Storage, &str),
    of: &RowsOf,
    state: &str,
    look: &mut Look,
) -> Result<()> {
    let (storage, path) = place;
    if let Some(deletions) = &of.deletions {
        vector(table, deletions, &of.file, state, look).await?;
    }
    let looked = decode(table, storage, path, of).await;
    match looked {
        Ok(seen) => {
            look.rows += u64::try_from(seen.rows).unwrap_or(0);
            for (fault, detail) in seen.broken(&of.file) {
                look.findings.push(found(fault, path, state, detail));
            }
        }
        Err(error) if error.kind() == ErrorKind::Unsupported => look.skipped.push(error.to_string()),
        Err(error) => look.findings.push(as_finding(error, path, state)?),
    }
    Ok(())
}

/// The deletion vector of a file.
async fn vector(
    table: &Table,
    deletions: &DeletionFile,
    file: &DataFileMeta,
    state: &str,
    look: &mut Look,
) -> Result<()> {
    let context = ReadContext::new(table, table.schema().clone());
    let vector = match read_vector(&context, deletions).await {
        Ok(vector) => vector,
        Err(error) => {
            look.findings.push(as_finding(error, &deletions.path, state)?);
            return Ok(());
        }
    };
    let name = &file.file_name;
    let cardinality = vector.cardinality();
    if let Some(told) = deletions.vector.cardinality
        && u64::try_from(told) != Ok(cardinality)
    {
        let detail = format!("expected {told} deleted rows of {name}, found {cardinality}");
        look.findings.push(found(Fault::DeletionVector, &deletions.path, state, detail));
    }
    let rows = u64::try_from(file.row_count).unwrap_or(0);
    if vector.ranges().last().is_some_and(|range| range.end > rows) {
        let detail = format!("rows behind the {rows} of {name} are marked as deleted");
        look.findings.push(found(Fault::DeletionVector, &deletions.path, state, detail));
    }
    Ok(())
}

async fn decode(table: &Table, storage: &Storage, path: &str, of: &RowsOf) -> Result<Seen> {
    let file = &of.file;
    let schema = table.schemas().get(file.schema_id).await?;
    let mut fields: Vec<DataField> = match &file.write_cols {
        Some(names) => schema.fields_named(names),
        None => schema.fields.clone(),
    };
    let bounds = Bounds::new(file, &schema, &fields).map_err(|error| error.at(path))?;
    let mut seen = Seen::new(bounds);
    if schema.is_primary_key_table() {
        let keys = schema.trimmed_primary_key_fields();
        let places = keys.iter().filter_map(|key| fields.iter().position(|field| field.id == key.id)).collect();
        let sorted = of.bucket >= 0 && !schema.is_clustered();
        seen.keys = Some(Keys::new(&schema, places, sorted, &fields)?);
        seen.system = Some((fields.len(), fields.len() + 1));
        fields.extend([sequence_number_field(), value_kind_field()]);
    }
    let size = u64::try_from(file.file_size)
        .map_err(|_| Error::corrupt(format!("a file of {} bytes", file.file_size)).at(path))?;
    let request = ReadRequest::new(fields).with_table_options(&schema.options);
    let mut batches = format::read(storage, path, size, request).await?;
    while let Some(batch) = batches.try_next().await? {
        seen.see(&batch).map_err(|error| error.at(path))?;
    }
    Ok(seen)
}

/// What was met in a file so far.
struct Seen {
    rows: i64,
    deletes: i64,
    sequences: Option<(i64, i64)>,
    bounds: Bounds,
    keys: Option<Keys>,
    /// Places of the sequence number and of the kind.
    system: Option<(usize, usize)>,
}

impl Seen {
    fn new(bounds: Bounds) -> Self {
        Seen { rows: 0, deletes: 0, sequences: None, bounds, keys: None, system: None }
    }

    fn see(&mut self, batch: &RecordBatch) -> Result<()> {
        self.rows += i64::try_from(batch.num_rows()).unwrap_or(i64::MAX);
        self.bounds.see(batch)?;
        if let Some((sequence, kind)) = self.system {
            let numbers = typed::<Int64Array>(batch, sequence, "_SEQUENCE_NUMBER")?;
            let kinds = typed::<Int8Array>(batch, kind, "_VALUE_KIND")?;
            for number in numbers.values() {
                let (min, max) = self.sequences.unwrap_or((*number, *number));
                self.sequences = Some((min.min(*number), max.max(*number)));
            }
            // -U and -D.
            self.deletes += kinds.values().iter().filter(|kind| matches!(kind, 1 | 3)).count() as i64;
        }
        match &mut self.keys {
            Some(keys) => keys.see(batch),
            None => Ok(()),
        }
    }

    /// What differs from the metadata.
    fn broken(&self, file: &DataFileMeta) -> Vec<(Fault, String)> {
        let mut broken = Vec::new();
        if self.rows != file.row_count {
            broken.push((Fault::WrongCount, format!("expected {} rows, found {}", file.row_count, self.rows)));
        }
        if let Some(told) = file.delete_row_count.filter(|_| self.system.is_some())
            // pypaimon writes 0 whatever there is; readers know.
            && told != self.deletes
            && told != 0
        {
            broken.push((Fault::WrongCount, format!("expected {told} deletes among the rows, found {}", self.deletes)));
        }
        if let Some((min, max)) = self.sequences
            && (min < file.min_sequence_number || max > file.max_sequence_number)
        {
            let (low, high) = (file.min_sequence_number, file.max_sequence_number);
            let detail = format!("expected sequence numbers {low} to {high}, found {min} to {max}");
            // With `sequence.snapshot-ordering` the metadata holds the snapshot instead.
            if self.keys.as_ref().is_none_or(|keys| !keys.ordered_by_snapshot) {
                broken.push((Fault::SequenceRange, detail));
            }
        }
        if let Some(keys) = &self.keys {
            broken.extend(keys.broken(file));
        }
        broken.extend(self.bounds.broken().into_iter().map(|line| (Fault::Statistics, line)));
        broken
    }
}

fn typed<'a, T: Array + 'static>(batch: &'a RecordBatch, place: usize, name: &str) -> Result<&'a T> {
    let column = batch.columns().get(place).and_then(|column| column.as_any().downcast_ref::<T>());
    column
        .filter(|column| column.null_count() == 0)
        .ok_or_else(|| Error::corrupt(format!("the column {name} is missing or has nulls")))
}

/// Keys of a file.
struct Keys {
    places: Vec<usize>,
    types: Vec<crate::types::DataType>,
    /// Whether rows must ascend.
    sorted: bool,
    ordered_by_snapshot: bool,
    converter: RowConverter,
    last: Option<OwnedRow>,
    /// Rows that do not come after the one before them.
    disordered: u64,
    first_key: Option<DatumRow>,
    last_key: Option<DatumRow>,
}

impl Keys {
    fn new(schema: &Arc<TableSchema>, places: Vec<usize>, sorted: bool, fields: &[DataField]) -> Result<Self> {
        let keys: Vec<DataField> = places.iter().filter_map(|place| fields.get(*place).cloned()).collect();
        let sort = keys.iter().map(|key| SortField::new(crate::types::arrow::field(key).data_type().clone()));
        let is_true = |value: &String| value.trim().eq_ignore_ascii_case("true");
        Ok(Keys {
            types: entry_types(&keys),
            places,
            sorted,
            ordered_by_snapshot: schema.options.get("sequence.snapshot-ordering").is_some_and(is_true),
            converter: RowConverter::new(sort.collect())?,
            last: None,
            disordered: 0,
            first_key: None,
            last_key: None,
        })
    }

    fn see(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 || !self.sorted {
            return Ok(());
        }
        let columns: Vec<_> = self.places.iter().map(|place| Arc::clone(batch.column(*place))).collect();
        let rows = self.converter.convert_columns(&columns)?;
        for row in &rows {
            if self.last.as_ref().is_some_and(|last| last.row() >= row) {
                self.disordered += 1;
            }
            // One copy a row: verification is no hot path.
            self.last = Some(row.owned());
        }
        let key =
            |row: usize| -> Result<DatumRow> { columns.iter().map(|column| Datum::from_array(column, row)).collect() };
        if self.first_key.is_none() {
            self.first_key = Some(key(0)?);
        }
        self.last_key = Some(key(batch.num_rows() - 1)?);
        Ok(())
    }

    fn broken(&self, file: &DataFileMeta) -> Vec<(Fault, String)> {
        let mut broken = Vec::new();
        if self.disordered > 0 {
            let detail = format!("{} rows do not have a greater key than the row before them", self.disordered);
            broken.push((Fault::KeyOrder, detail));
        }
        let (Ok(min), Ok(max)) = (file.min_key.decode(&self.types), file.max_key.decode(&self.types)) else {
            broken.push((Fault::KeyRange, "the least or greatest key of the metadata does not decode".to_owned()));
            return broken;
        };
        let below = self.first_key.as_ref().is_some_and(|key| compare_keys(key, &min) == Ordering::Less);
        let above = self.last_key.as_ref().is_some_and(|key| compare_keys(key, &max) == Ordering::Greater);
        if below || above {
            let end = if below { "before the least" } else { "after the greatest" };
            broken.push((Fault::KeyRange, format!("the file has a key {end} key of the metadata")));
        }
        broken
    }
}
