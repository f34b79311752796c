//! The last steps of a read with kinds: kinds as text, rows filtered, columns put in order.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, StringArray, cast::AsArray, types::Int8Type,
};
use arrow_schema::{Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;

use crate::{
    error::{Error, Result},
    predicate::Predicate,
    spec::table_schema::{TableSchema, sequence_number_field},
    types::{DataField, DataType, RowKind, TypeKind, arrow},
};

/// Field id of the kind column (Java `SpecialFields.ROW_KIND`).
const ROW_KIND_ID: i32 = i32::MAX - 4;

/// Columns of a read with kinds: what is read, what is filtered by, what is put out.
#[derive(Clone, Debug)]
pub(crate) struct KindColumns {
    /// All columns that may be asked for: the kind, `_SEQUENCE_NUMBER` where it is shown, those of the table.
    all: Vec<DataField>,
    /// Whether `_SEQUENCE_NUMBER` is the second of them.
    sequence_number: bool,
    /// Places in `all` of the columns that are put out.
    output: Vec<usize>,
    /// Places in the table's schema of the columns that are read: those put out and those of the filter.
    read: Vec<usize>,
    predicate: Option<Predicate>,
}

impl KindColumns {
    /// The columns that a read of `schema` may ask for.
    pub(crate) fn all(schema: &TableSchema, kind_column: &str, sequence_number: bool) -> Vec<DataField> {
        let kind = DataField::new(ROW_KIND_ID, kind_column, DataType::not_null(TypeKind::STRING));
        let sequence = sequence_number.then(sequence_number_field);
        std::iter::once(kind).chain(sequence).chain(schema.fields.iter().cloned()).collect()
    }

    /// The columns `names` of `all` (all of them where none are named), of rows that match. Errors: `Invalid` for names
    /// that are not there.
    pub(crate) fn new(
        schema: &TableSchema,
        all: Vec<DataField>,
        names: Option<&[String]>,
        predicate: Option<Predicate>,
    ) -> Result<Self> {
        let sequence_number = all.get(1).is_some_and(|field| field.id == sequence_number_field().id);
        let place = |name: &String| {
            all.iter().position(|field| &field.name == name).ok_or_else(|| {
                let known = all.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
                Error::invalid(format!("no column {name:?}; there are {known}"))
            })
        };
        let output = match names {
            Some(names) => names.iter().map(place).collect::<Result<Vec<_>>>()?,
            None => (0..all.len()).collect(),
        };
        let lead = 1 + usize::from(sequence_number);
        let in_filter = |field: &DataField| {
            predicate.as_ref().is_some_and(|predicate| predicate.columns().iter().any(|column| column.id == field.id))
        };
        let is_read = |(place, field): (usize, &DataField)| {
            (output.contains(&(place + lead)) || in_filter(field)).then_some(place)
        };
        let read = schema.fields.iter().enumerate().filter_map(is_read).collect();
        Ok(KindColumns { all, sequence_number, output, read, predicate })
    }

    /// Places in the table's schema of the columns that [`KindColumns::finish`] takes, behind kind and sequence number.
    pub(crate) fn read_places(&self) -> Vec<usize> {
        self.read.clone()
    }

    /// Whether `_SEQUENCE_NUMBER` has to be read.
    pub(crate) fn shows_sequence_number(&self) -> bool {
        self.sequence_number
    }

    /// The part of the filter that is about the table's own columns; it is implied by the filter.
    pub(crate) fn pushed(&self, schema: &TableSchema) -> Option<Predicate> {
        let predicate = self.predicate.as_ref()?;
        let pushed = predicate.retain_columns(&|column| schema.field_by_id(column.id).is_some());
        (pushed != Predicate::True).then_some(pushed)
    }

    /// The columns that are put out.
    pub(crate) fn fields(&self) -> Vec<DataField> {
        self.output.iter().filter_map(|place| self.all.get(*place).cloned()).collect()
    }

    /// Their schema.
    pub(crate) fn arrow_schema(&self) -> SchemaRef {
        arrow::schema(&self.fields())
    }

    /// Makes rows of the result of what [`crate::read::read_with_kinds`] gives: `has_kinds` says that `_VALUE_KIND`
    /// comes first; without it all rows are +I. Errors: `Corrupt` for bytes that are no kind.
    pub(crate) fn finish(&self, batch: &RecordBatch, has_kinds: bool) -> Result<RecordBatch> {
        let rows = batch.num_rows();
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(batch.num_columns() + 1);
        if has_kinds {
            columns.push(kind_texts(batch)?);
            columns.extend(batch.columns().iter().skip(1).cloned());
        } else {
            columns.push(Arc::new(StringArray::from_iter_values(std::iter::repeat_n(RowKind::Insert.as_str(), rows))));
            columns.extend(batch.columns().iter().cloned());
        }
        let lead = 1 + usize::from(self.sequence_number);
        let places: Vec<usize> = (0..lead).chain(self.read.iter().map(|place| place + lead)).collect();
        let fields = places.iter().filter_map(|place| self.all.get(*place)).zip(&columns).map(|(field, column)| {
            // NOT NULL is enforced on write only.
            arrow::field(field).with_nullable(column.null_count() > 0 || field.data_type.nullable)
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(schema, columns, &options)?;
        let mask = self.predicate.as_ref().map(|predicate| predicate.evaluate(&batch)).transpose()?;
        let wanted = |place: &usize| {
            let at = places.iter().position(|read| read == place);
            at.ok_or_else(|| Error::internal("a column that was asked for was not read"))
        };
        let projected = batch.project(&self.output.iter().map(wanted).collect::<Result<Vec<_>>>()?)?;
        match mask {
            Some(mask) if mask.true_count() < rows => {
                Ok(filter_record_batch(&projected, &BooleanArray::new(mask.values().clone(), None))?)
            }
            _ => Ok(projected),
        }
    }
}

/// `_VALUE_KIND`, the first column, as text.
fn kind_texts(batch: &RecordBatch) -> Result<ArrayRef> {
    let kinds = batch.columns().first().and_then(|column| column.as_primitive_opt::<Int8Type>());
    let kinds = kinds.ok_or_else(|| Error::internal("expected _VALUE_KIND of type Int8 as the first column"))?;
    let text = |kind: Option<i8>| match kind {
        Some(byte) => RowKind::from_byte(byte).map(RowKind::as_str),
        None => Err(Error::corrupt("null in _VALUE_KIND")),
    };
    let texts = kinds.iter().map(text).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(StringArray::from_iter_values(texts)))
}
