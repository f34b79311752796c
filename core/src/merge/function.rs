//! Merge functions (option `merge-engine`): what becomes of the rows of one key. One function a file; the merging loop
//! knows none of them.

use std::{fmt, sync::Arc};

use arrow_array::ArrayRef;

use super::{
    deduplicate::Deduplicate,
    segment::{RowRef, Segment},
};
use crate::{
    error::{Error, Result},
    spec::options::{CoreOptions, MergeEngine},
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

    /// The newest row of each key.
    pub(super) fn newest(&self) -> impl Iterator<Item = RowRef> {
        self.ends.iter().map(|end| self.rows[*end as usize - 1])
    }

    /// Whether each group has one row.
    pub fn all_single(&self) -> bool {
        self.rows.len() == self.ends.len()
    }
}

/// The function of option `merge-engine`. Errors: `Unsupported` for engines that this build does not have.
pub fn merge_function(options: &CoreOptions) -> Result<Arc<dyn MergeFunction>> {
    match options.merge_engine {
        MergeEngine::Deduplicate => Ok(Arc::new(Deduplicate { ignore_delete: options.ignore_delete })),
        other => Err(Error::unsupported(format!("merge-engine {:?} is not supported yet", other.as_str()))),
    }
}
