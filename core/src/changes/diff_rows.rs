//! Two merged states of a bucket → the rows that are different (Java `IncrementalDiffSplitRead`).
//!
//! ```text
//! only before              -D, unless it was a deletion already
//! only after               the row, with its own kind
//! both, other values       the row after; there is no -U
//! both, the same values    nothing
//! ```

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int8Array, RecordBatch, cast::AsArray, types::Int8Type};
use arrow_schema::{Field, Schema, SchemaRef};
use arrow_select::interleave::interleave;
use futures::{StreamExt, TryStreamExt, future, stream, stream::BoxStream};

use super::{SPLITS_AHEAD, diff::DiffSplit, read_splits, rows::KindColumns};
use crate::{
    error::{Error, Result},
    merge::{Groups, MergeFunction, MergeLayout, MergePlan, Merged, Merger, RowRef, Segment, Step, same_values},
    read::{KindsRead, ReadContext, ReadPlan},
    scan::Split,
    types::{RowKind, arrow},
};

type Batches = BoxStream<'static, Result<RecordBatch>>;

/// The differences of the splits one after the other, in the layout that [`KindColumns::finish`] takes.
///
/// Of a table with a primary key all columns are read, since any of them may be what is different. Memory: a few
/// batches for each run of a few splits.
pub(super) fn read(context: &Arc<ReadContext>, splits: Vec<DiffSplit>, columns: &KindColumns) -> Batches {
    let schema = context.schema();
    let is_keyed = schema.is_primary_key_table();
    let wanted = columns.read_places();
    let places: Vec<usize> = if is_keyed { (0..schema.fields.len()).collect() } else { wanted.clone() };
    let read = Arc::new(KindsRead {
        plan: ReadPlan { projection: places, predicate: None, ..ReadPlan::default() },
        merge: true,
        sequence_number: columns.shows_sequence_number(),
    });
    if !is_keyed {
        let after = splits.into_iter().map(|split| split.after).filter(|split| !split.files.is_empty());
        return read_splits(context, after.collect(), read);
    }
    let lead = 1 + usize::from(columns.shows_sequence_number());
    let output: Vec<usize> = (0..lead).chain(wanted.iter().map(|place| place + lead)).collect();
    let context = Arc::clone(context);
    let compare = move |split: DiffSplit| future::ready(compare(&context, split, &read, lead, &output));
    stream::iter(splits).map(compare).buffered(SPLITS_AHEAD).try_flatten().boxed()
}

fn compare(
    context: &Arc<ReadContext>,
    split: DiffSplit,
    read: &Arc<KindsRead>,
    lead: usize,
    output: &[usize],
) -> Result<Batches> {
    let schema = context.schema();
    let keys = schema.trimmed_primary_key_fields();
    let place = |id: i32| schema.fields.iter().position(|field| field.id == id).map(|place| place + lead);
    let keys = keys.iter().filter_map(|key| place(key.id)).collect::<Vec<_>>();
    let input = merge_schema(context, lead, &keys);
    let layout = MergeLayout {
        keys,
        // Kept as they are: sides are told apart by the column behind all others.
        sequence_fields: Vec::new(),
        sequence_descending: false,
        sequence_number: None,
        value_kind: Some(0),
        output: output.to_vec(),
    };
    let function = Arc::new(Difference { lead, side: input.fields().len() - 1 });
    let plan = MergePlan::new(Arc::clone(&input), layout, function)?.keep_deletes(true);
    let side = |split: Split, side: i8| -> Batches {
        if split.files.is_empty() {
            return stream::empty().boxed();
        }
        let input = Arc::clone(&input);
        let rows = read_splits(context, vec![split], Arc::clone(read));
        rows.map(move |batch| with_side(&batch?, side, &input)).boxed()
    };
    let runs = vec![side(split.before, BEFORE), side(split.after, AFTER)];
    let merger = Merger::new(Arc::new(plan), runs.len());
    let merged = stream::try_unfold((merger, runs), |(mut merger, mut runs)| async move {
        loop {
            match merger.advance()? {
                Step::Batch(batch) | Step::Changelog(batch) => return Ok(Some((batch, (merger, runs)))),
                Step::Done => return Ok(None),
                Step::LookUp(_) => return Err(Error::internal("a merge that looks nothing up asks for older rows")),
                Step::Need(needed) => {
                    for (run, batches) in runs.iter_mut().enumerate().filter(|(run, _)| needed.contains(run)) {
                        merger.supply(run, batches.try_next().await?)?;
                    }
                }
            }
        }
    });
    Ok(merged.boxed())
}

const BEFORE: i8 = 0;
const AFTER: i8 = 1;

/// Kinds, sequence numbers where they are read, all columns, and the side.
fn merge_schema(context: &ReadContext, lead: usize, keys: &[usize]) -> SchemaRef {
    let schema = context.schema();
    let mut fields = vec![arrow::field(&crate::spec::table_schema::value_kind_field())];
    if lead > 1 {
        fields.push(arrow::field(&crate::spec::table_schema::sequence_number_field()));
    }
    for (place, field) in schema.fields.iter().enumerate() {
        // NOT NULL is enforced on write only, but keys order rows.
        let strict = keys.contains(&(place + lead));
        let field = arrow::field(field);
        fields.push(if strict { field } else { field.with_nullable(true) });
    }
    fields.push(Field::new("_SIDE", arrow_schema::DataType::Int8, false));
    Arc::new(Schema::new(fields))
}

fn with_side(batch: &RecordBatch, side: i8, schema: &SchemaRef) -> Result<RecordBatch> {
    let mut columns = batch.columns().to_vec();
    columns.push(Arc::new(Int8Array::from_value(side, batch.num_rows())));
    let broken =
        schema.fields().iter().zip(&columns).find(|(field, column)| !field.is_nullable() && column.null_count() > 0);
    if let Some((field, _)) = broken {
        return Err(Error::corrupt(format!("null in {}, which is NOT NULL", field.name())));
    }
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

/// Keeps what is different between the two sides.
#[derive(Debug)]
struct Difference {
    /// Columns before those of the table.
    lead: usize,
    /// The column with the side.
    side: usize,
}

impl MergeFunction for Difference {
    fn merge(&self, groups: &Groups, segments: &[&Segment]) -> Result<Merged> {
        let sides = segments.iter().map(|segment| self.side_of(segment)).collect::<Result<Vec<_>>>()?;
        let side = |row: &RowRef| sides.get(row.segment as usize).copied().unwrap_or(AFTER);
        let mut pairs = Vec::new();
        for group in groups.iter() {
            match group {
                [_] => {}
                [a, b] if side(a) != side(b) => pairs.push(if side(a) == BEFORE { (*a, *b) } else { (*b, *a) }),
                _ => return Err(Error::corrupt("a key stands in two rows of one merged state")),
            }
        }
        let mut differs = self.differing(&pairs, segments)?.into_iter();
        let mut pairs = pairs.into_iter();
        let mut picks = Vec::with_capacity(groups.len());
        let mut deleted = Vec::new();
        for group in groups.iter() {
            match group {
                [row] if side(row) == AFTER => picks.push(*row),
                [row] => {
                    if !segments.get(row.segment as usize).is_some_and(|segment| segment.is_retract(row.row)) {
                        deleted.push(picks.len());
                        picks.push(*row);
                    }
                }
                _ => {
                    if let (Some((_, after)), Some(true)) = (pairs.next(), differs.next()) {
                        picks.push(after);
                    }
                }
            }
        }
        if deleted.is_empty() {
            return Ok(Merged::Rows(picks));
        }
        let width = segments.first().map_or(0, |segment| segment.batch().num_columns());
        let mut columns = (0..width).map(|column| pick(segments, column, &picks)).collect::<Result<Vec<_>>>()?;
        if let Some(kinds) = columns.first_mut() {
            *kinds = with_deletes(kinds, &deleted)?;
        }
        Ok(Merged::Columns(columns))
    }
}

impl Difference {
    fn side_of(&self, segment: &Segment) -> Result<i8> {
        let column = segment.batch().columns().get(self.side).and_then(|column| column.as_primitive_opt::<Int8Type>());
        let side = column.and_then(|column| column.values().first().copied());
        side.ok_or_else(|| Error::internal("a batch to compare does not say which state it is of"))
    }

    /// Whether the rows of each pair have other values or one of them is a deletion and the other is not.
    fn differing(&self, pairs: &[(RowRef, RowRef)], segments: &[&Segment]) -> Result<Vec<bool>> {
        let is_retract =
            |row: &RowRef| segments.get(row.segment as usize).is_some_and(|segment| segment.is_retract(row.row));
        let mut differs: Vec<bool> = pairs.iter().map(|(a, b)| is_retract(a) != is_retract(b)).collect();
        if pairs.is_empty() {
            return Ok(differs);
        }
        let (before, after): (Vec<RowRef>, Vec<RowRef>) = pairs.iter().copied().unzip();
        for column in self.lead..self.side {
            let same = same_values(&pick(segments, column, &before)?, &pick(segments, column, &after)?)?;
            for (differs, same) in differs.iter_mut().zip(same.values().iter()) {
                *differs |= !same;
            }
        }
        Ok(differs)
    }
}

fn pick(segments: &[&Segment], column: usize, rows: &[RowRef]) -> Result<ArrayRef> {
    let sources: Vec<&dyn Array> = segments.iter().map(|segment| segment.batch().column(column).as_ref()).collect();
    let rows: Vec<(usize, usize)> = rows.iter().map(|row| (row.segment as usize, row.row as usize)).collect();
    Ok(interleave(&sources, &rows)?)
}

/// The kinds, -D at these places.
fn with_deletes(kinds: &ArrayRef, deleted: &[usize]) -> Result<ArrayRef> {
    let kinds = kinds.as_primitive_opt::<Int8Type>();
    let kinds = kinds.ok_or_else(|| Error::internal("expected _VALUE_KIND of type Int8"))?;
    let mut values = kinds.values().to_vec();
    for place in deleted {
        if let Some(kind) = values.get_mut(*place) {
            *kind = RowKind::Delete as i8;
        }
    }
    Ok(Arc::new(Int8Array::from(values)))
}
