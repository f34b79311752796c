//! What a merge does with its input: which column plays which part, and which engine makes one row of many.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};

use super::{
    all_rows::AllRows,
    changelog::ChangelogPlan,
    function::{MergeFunction, merge_function},
    older::LookupPlan,
    sort_keys::{KeyCodec, SortColumn},
};
use crate::{
    error::{Error, Result},
    spec::{
        options::{CoreOptions, SortOrder},
        table_schema::TableSchema,
    },
    types::arrow,
};

/// The parts that columns of an input batch play; numbers are column indices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MergeLayout {
    /// Key columns, in key order.
    pub keys: Vec<usize>,
    /// Columns of `sequence.field`: versions of a key are ordered by these first.
    pub sequence_fields: Vec<usize>,
    /// `sequence.field.sort-order` is `descending`: the least value is the newest version. Null is always the oldest.
    pub sequence_descending: bool,
    /// `_SEQUENCE_NUMBER`. `None` where the runs are given oldest first and every row of a run is newer than
    /// every row of the runs before it.
    pub sequence_number: Option<usize>,
    /// `_VALUE_KIND`. `None` where all rows are +I or +U.
    pub value_kind: Option<usize>,
    /// Columns of the result, in order.
    pub output: Vec<usize>,
}

/// A merge, ready for input of one schema.
#[derive(Debug)]
pub struct MergePlan {
    pub(super) input: SchemaRef,
    pub(super) output: SchemaRef,
    pub(super) layout: MergeLayout,
    pub(super) keys: KeyCodec,
    pub(super) sequence: Option<KeyCodec>,
    pub(super) function: Arc<dyn MergeFunction>,
    pub(super) keep_deletes: bool,
    pub(super) batch_rows: usize,
    pub(super) changelog: Option<ChangelogPlan>,
    pub(super) lookup: Option<LookupPlan>,
}

/// Rows of an output batch unless [`MergePlan::with_batch_rows`] says otherwise.
pub const DEFAULT_BATCH_ROWS: usize = 8192;

impl MergePlan {
    /// A merge of batches of schema `input`, dropping keys whose last row is -U or -D.
    ///
    /// Errors: `Internal` for column indices outside `input`, `Unsupported` for keys of types without an order.
    pub fn new(input: SchemaRef, layout: MergeLayout, function: Arc<dyn MergeFunction>) -> Result<Self> {
        let sort_columns = |indices: &[usize], nullable: bool, descending: bool| {
            indices.iter().map(|index| sort_column(&input, *index, nullable, descending)).collect::<Result<Vec<_>>>()
        };
        let keys = KeyCodec::new(&sort_columns(&layout.keys, false, false)?)?;
        let sequence = match layout.sequence_fields.as_slice() {
            [] => None,
            fields => Some(KeyCodec::new(&sort_columns(fields, true, layout.sequence_descending)?)?),
        };
        for index in layout.sequence_number.iter().chain(&layout.value_kind) {
            field(&input, *index)?;
        }
        let output = layout.output.iter().map(|index| field(&input, *index).cloned()).collect::<Result<Vec<_>>>()?;
        let output = Arc::new(Schema::new(output));
        Ok(MergePlan {
            input,
            output,
            layout,
            keys,
            sequence,
            function,
            keep_deletes: false,
            batch_rows: DEFAULT_BATCH_ROWS,
            changelog: None,
            lookup: None,
        })
    }

    /// The merge of batches with the columns of `schema.key_value_fields()`, all of which are put out, -U and -D included:
    /// what write buffers and compactions do.
    ///
    /// Errors: `Unsupported` for merge engines that this build does not have, `Invalid` where `sequence.field` names
    /// no column.
    pub fn key_value(schema: &TableSchema, options: &CoreOptions) -> Result<Self> {
        let fields = schema.key_value_fields();
        let keys = schema.trimmed_primary_keys().count();
        let first_value = keys + 2;
        let sequence_fields = options.sequence_field.iter().map(|name| {
            let index = schema.field_index(name);
            let index =
                index.ok_or_else(|| Error::invalid(format!("option sequence.field names no column: {name:?}")))?;
            Ok(first_value + index)
        });
        let layout = MergeLayout {
            keys: (0..keys).collect(),
            sequence_fields: sequence_fields.collect::<Result<_>>()?,
            sequence_descending: options.sequence_field_sort_order == SortOrder::Descending,
            sequence_number: Some(keys),
            value_kind: Some(keys + 1),
            output: (0..fields.len()).collect(),
        };
        let plan = MergePlan::new(arrow::schema(&fields), layout, merge_function(options, schema, &fields)?)?;
        Ok(plan.keep_deletes(true))
    }

    /// The order of [`MergePlan::key_value`], but all rows of a key stay as they are.
    ///
    /// Errors: as there.
    pub fn unmerged(schema: &TableSchema, options: &CoreOptions) -> Result<Self> {
        Ok(MergePlan { function: Arc::new(AllRows), ..MergePlan::key_value(schema, options)? })
    }

    /// A sort of batches of schema `input` by the columns `keys`, of which the columns `output` come out.
    ///
    /// Errors: as [`MergePlan::new`].
    pub fn all_rows(input: SchemaRef, keys: Vec<usize>, output: Vec<usize>) -> Result<Self> {
        let layout = MergeLayout { keys, output, ..MergeLayout::default() };
        MergePlan::new(input, layout, Arc::new(AllRows))
    }

    /// Keeps rows of kind -U and -D: compactions below the top level need them.
    #[must_use]
    pub fn keep_deletes(mut self, keep: bool) -> Self {
        self.keep_deletes = keep;
        self
    }

    /// Makes a changelog too; `_VALUE_KIND` must be part of the result.
    #[must_use]
    pub fn with_changelog(mut self, changelog: Option<ChangelogPlan>) -> Self {
        self.changelog = changelog;
        self
    }

    /// Looks older rows up: the merger asks for them with [`super::Step::LookUp`].
    #[must_use]
    pub fn with_lookup(mut self, lookup: Option<LookupPlan>) -> Self {
        self.lookup = lookup;
        self
    }

    /// Rows of an output batch, at most.
    #[must_use]
    pub fn with_batch_rows(mut self, rows: usize) -> Self {
        self.batch_rows = rows.max(1);
        self
    }

    /// Schema of the result.
    pub fn output_schema(&self) -> &SchemaRef {
        &self.output
    }

    pub(super) fn check_input(&self, batch: &RecordBatch) -> Result<()> {
        if batch.schema_ref().fields() == self.input.fields() {
            return Ok(());
        }
        Err(Error::internal("a batch to merge has another schema than the merge")
            .with("expected", format!("{:?}", self.input.fields()))
            .with("found", format!("{:?}", batch.schema_ref().fields())))
    }
}

fn field(schema: &SchemaRef, index: usize) -> Result<&Arc<arrow_schema::Field>> {
    schema.fields().get(index).ok_or_else(|| {
        Error::internal(format!("expected one of {} columns to merge, found {index}", schema.fields().len()))
    })
}

/// `nullable` may widen what the schema says, never narrow it.
fn sort_column(schema: &SchemaRef, index: usize, nullable: bool, descending: bool) -> Result<SortColumn> {
    let field = field(schema, index)?;
    Ok(SortColumn { data_type: field.data_type().clone(), nullable: nullable || field.is_nullable(), descending })
}
