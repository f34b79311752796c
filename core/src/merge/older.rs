//! Rows of the levels above a merge, which are looked up key by key instead of being merged (Java `LookupLevels` as
//! `LookupChangelogMergeFunctionWrapper` and `FirstRowMergeFunctionWrapper` use it).
//!
//! ```text
//! window   groups of rows of one key       a [0 0]   b [0 3]   c [0]         numbers are levels
//! asked    keys without a row above level 0    a                c
//! found    by whoever reads the levels above                    c [5]
//! merged   a [0 0]   b [0 3]   c [5 0]                 or without c, where only new keys count (first-row)
//! ```

use std::{cmp::Ordering, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::Schema;

use super::{
    function::Groups,
    gather::gather,
    plan::MergePlan,
    segment::{RowRef, Segment, sort_versions},
    sort_keys::{KeyCodec, SortColumn, SortKeys},
};
use crate::{
    error::{Error, Result},
    types::{DataField, arrow},
};

/// What a merge wants to know of the levels above its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Older {
    /// Nothing: there are none.
    Nothing,
    /// Which keys are there: these are no part of the result (`merge-engine` = `first-row`).
    KnownKeys,
    /// Nothing for itself: whoever looks the keys up keeps note of the rows (deletion vectors of plain upserts).
    Places,
    /// The rows, which are merged as of this level.
    Rows {
        /// Any level above that of the output.
        level: i32,
    },
}

/// How a compaction of new rows merges in tables that look older rows up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupPlan {
    /// What is asked of the levels above.
    pub older: Older,
    /// Whether the engine is given keys with a single row too, as Java does when it looks up.
    pub merge_alone: bool,
}

/// Older rows of the keys that were asked for.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Which of the keys have one, as places in the batch of keys.
    pub keys: Vec<u32>,
    /// Their rows in this order, with the columns of the merge's input, where these were asked for.
    pub rows: Option<RecordBatch>,
}

/// A window that waits for older rows.
pub(super) struct Waiting {
    pub(super) groups: Groups,
    pub(super) segments: Vec<Arc<Segment>>,
    /// The groups asked for.
    asked: Vec<u32>,
}

impl LookupPlan {
    /// Prepares a window; gives the keys to look up and the window that waits for them, or the window back.
    pub(super) fn ask(
        &self,
        plan: &MergePlan,
        mut groups: Groups,
        segments: Vec<Arc<Segment>>,
    ) -> Result<(Waiting, Option<RecordBatch>)> {
        if self.merge_alone {
            groups.merge_alone = vec![true; groups.len()];
        }
        if self.older == Older::Nothing {
            return Ok((Waiting { groups, segments, asked: Vec::new() }, None));
        }
        let is_new = |rows: &&[RowRef]| rows.iter().all(|row| segments[row.segment as usize].level <= 0);
        let of_groups = || groups.iter().zip(0u32..).filter(|(rows, _)| is_new(rows));
        let asked: Vec<u32> = of_groups().map(|(_, group)| group).collect();
        if asked.is_empty() {
            return Ok((Waiting { groups, segments, asked }, None));
        }
        let firsts: Vec<RowRef> = of_groups().filter_map(|(rows, _)| rows.first().copied()).collect();
        let fields = plan.layout.keys.iter().filter_map(|key| plan.input.fields().get(*key).cloned());
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let borrowed: Vec<&Segment> = segments.iter().map(Arc::as_ref).collect();
        let keys = gather(&schema, &plan.layout.keys, &borrowed, &firsts)?;
        Ok((Waiting { groups, segments, asked }, Some(keys)))
    }

    /// The window with what was found. Errors: `Internal` for an answer that does not fit the question.
    pub(super) fn answer(&self, plan: &MergePlan, waiting: Waiting, found: Found) -> Result<Waiting> {
        let Waiting { groups, mut segments, asked } = waiting;
        let group = |key: &u32| {
            let unasked = || Error::internal(format!("found an older row for key {key} of {}", asked.len()));
            asked.get(*key as usize).copied().ok_or_else(unasked)
        };
        let mut old: Vec<(u32, u32)> =
            found.keys.iter().zip(0u32..).map(|(key, row)| Ok((group(key)?, row))).collect::<Result<_>>()?;
        old.sort_unstable();
        let groups = match (self.older, found.rows) {
            (Older::KnownKeys, _) => groups.without(old.iter().map(|(group, _)| *group)),
            (Older::Rows { level }, Some(rows)) if rows.num_rows() == old.len() => {
                let segment = segments.len() as u32;
                segments.push(Arc::new(Segment::new(plan, rows)?.at_level(level)));
                let borrowed: Vec<&Segment> = segments.iter().map(Arc::as_ref).collect();
                groups.with_rows(old.into_iter().map(|(group, row)| (group, RowRef { segment, row })), &borrowed)
            }
            (Older::Rows { .. }, _) if !old.is_empty() => {
                return Err(Error::internal("older rows were found but not given"));
            }
            _ => groups,
        };
        Ok(Waiting { groups, segments, asked: Vec::new() })
    }
}

impl Groups {
    /// All groups but those of these ascending numbers.
    fn without(&self, gone: impl IntoIterator<Item = u32>) -> Groups {
        let mut gone = gone.into_iter().peekable();
        let mut kept = Groups::default();
        for (group, number) in self.iter_passing().zip(0u32..) {
            if gone.next_if_eq(&number).is_none() {
                kept.push(group.rows, !group.passes);
            }
        }
        kept
    }

    /// The groups with further rows, given by ascending numbers of groups; versions stay in order.
    fn with_rows(&self, more: impl IntoIterator<Item = (u32, RowRef)>, segments: &[&Segment]) -> Groups {
        let mut more = more.into_iter().peekable();
        let mut wider = Groups::default();
        for (group, number) in self.iter_passing().zip(0u32..) {
            let start = wider.rows.len();
            wider.push(group.rows, !group.passes);
            while let Some((_, row)) = more.next_if(|(of, _)| *of == number) {
                wider.rows.push(row);
                if let Some(rows) = wider.rows.get_mut(start..) {
                    sort_versions(segments, rows);
                }
                if let Some(end) = wider.ends.last_mut() {
                    *end += 1;
                }
            }
        }
        wider
    }

    fn push(&mut self, rows: &[RowRef], merge_alone: bool) {
        self.rows.extend_from_slice(rows);
        self.ends.push(self.rows.len() as u32);
        self.merge_alone.push(merge_alone);
    }
}

/// The order of primary keys, for those who look keys up.
#[derive(Debug)]
pub(crate) struct KeyOrder(KeyCodec);

/// Keys of one batch that compare with those of others of the same [`KeyOrder`].
pub(crate) struct OrderedKeys(SortKeys);

impl KeyOrder {
    /// The order of keys of these columns. Errors: `Unsupported` for types without an order.
    pub(crate) fn new(keys: &[DataField]) -> Result<Self> {
        let columns = keys.iter().map(|field| {
            let field = arrow::field(field);
            SortColumn { data_type: field.data_type().clone(), nullable: field.is_nullable(), descending: false }
        });
        KeyCodec::new(&columns.collect::<Vec<_>>()).map(KeyOrder)
    }

    /// The keys of rows. Errors: `Corrupt` for nulls in NOT NULL keys, `Internal` for arrays of other types.
    pub(crate) fn encode(&self, columns: &[ArrayRef]) -> Result<OrderedKeys> {
        self.0.encode(columns).map(OrderedKeys)
    }
}

impl OrderedKeys {
    /// Number of keys.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Order of two keys.
    pub(crate) fn compare(&self, row: usize, other: &OrderedKeys, other_row: usize) -> Ordering {
        self.0.compare(row, &other.0, other_row)
    }

    /// The first of the ascending keys from `start` on that is not below the other one.
    pub(crate) fn lower_bound(&self, start: usize, other: &OrderedKeys, other_row: usize) -> usize {
        self.0.lower_bound(start, &other.0, other_row)
    }

    /// Whether no key is below the one before it.
    pub(crate) fn is_ascending(&self) -> bool {
        self.0.sortedness().is_ge()
    }
}
