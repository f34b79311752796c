//! Merge functions (option `merge-engine`): what becomes of the rows of one key. One function a file; the merging loop
//! knows none of them.

use std::{fmt, sync::Arc};

use arrow_array::ArrayRef;

use super::{
    aggregation::aggregation,
    deduplicate::Deduplicate,
    first_row::FirstRow,
    lookup::LookupLevels,
    partial_update::partial_update,
    segment::{RowRef, Segment},
};
use crate::{
    error::Result,
    spec::{
        options::{ChangelogProducer, CoreOptions, MergeEngine},
        table_schema::TableSchema,
    },
    types::DataField,
};

/// Makes one row, or none, of the rows of each key.
pub trait MergeFunction: fmt::Debug + Send + Sync {
    /// Merges every group. A group of one row passes unchanged (Java `ReducerMergeFunctionWrapper`), whatever its kind.
    fn merge(&self, groups: &Groups, segments: &[&Segment]) -> Result<Merged>;
}

/// Rows grouped by key: keys ascending, versions of a key oldest first.
#[derive(Debug, Default)]
pub struct Groups {
    pub(super) rows: Vec<RowRef>,
    pub(super) ends: Vec<u32>,
    /// Groups that are merged although one row is left of them; empty where there are none.
    pub(super) merge_alone: Vec<bool>,
}

/// The rows of a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group<'a> {
    pub(super) rows: &'a [RowRef],
    /// It has one row, which stands for the key unchanged.
    pub(super) passes: bool,
}

/// Merged rows, keys ascending.
pub enum Merged {
    /// Input rows that stand for their keys.
    Rows(Vec<RowRef>),
    /// New rows: all columns of the input's schema, with their kinds in the `_VALUE_KIND` column.
    Columns(Vec<ArrayRef>),
}

impl Groups {
    /// Number of keys.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The rows of each key.
    pub fn iter(&self) -> impl Iterator<Item = &[RowRef]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let group = &self.rows[start..*end as usize];
            start = *end as usize;
            group
        })
    }

    /// The rows of each key and whether they are to be merged.
    pub(super) fn iter_passing(&self) -> impl Iterator<Item = Group<'_>> {
        self.iter().enumerate().map(|(number, rows)| {
            let merged = self.merge_alone.get(number).is_some_and(|merged| *merged);
            Group { rows, passes: rows.len() == 1 && !merged }
        })
    }

    /// The newest row of each key.
    pub(super) fn newest(&self) -> impl Iterator<Item = RowRef> {
        self.ends.iter().map(|end| self.rows[*end as usize - 1])
    }

    /// Whether each group has one row.
    pub fn all_single(&self) -> bool {
        self.rows.len() == self.ends.len()
    }
}

/// The function of option `merge-engine` for batches with the columns `input`: columns of `schema`, `_KEY_` columns,
/// `_SEQUENCE_NUMBER`, `_VALUE_KIND`, known by their ids, in any order.
///
/// Errors: `Invalid` for options that Java refuses, too, `Unsupported` for aggregate functions that this build does not
/// have, `Internal` where `input` lacks one of [`super::required_fields()`].
pub fn merge_function(
    options: &CoreOptions,
    schema: &TableSchema,
    input: &[DataField],
) -> Result<Arc<dyn MergeFunction>> {
    let ignore_delete = options.ignore_delete;
    let function: Arc<dyn MergeFunction> = match options.merge_engine {
        MergeEngine::Deduplicate => Arc::new(Deduplicate { ignore_delete }),
        MergeEngine::FirstRow => return Ok(Arc::new(FirstRow { ignore_delete })),
        MergeEngine::PartialUpdate => Arc::new(partial_update(options, schema, input)?),
        MergeEngine::Aggregation => Arc::new(aggregation(options, schema, input)?),
    };
    Ok(if looks_up(options) { Arc::new(LookupLevels { inner: function }) } else { function })
}

/// Whether compactions look up older rows, so that levels above 0 hold merged results (Java `needLookup`).
pub fn looks_up(options: &CoreOptions) -> bool {
    options.changelog_producer == ChangelogProducer::Lookup
        || options.deletion_vectors_enabled
        || options.force_lookup
        || options.merge_engine == MergeEngine::FirstRow
}
