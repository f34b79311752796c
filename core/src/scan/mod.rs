//! Which files answer a read: snapshot choice → manifest lists → manifests → live files → splits.
//!
//! Each step drops what cannot match and counts it, so that [`Explain`] tells where the files went. Dropping follows
//! format digest 13.3: partitions and buckets may be dropped from any entry; statistics only after ADDs and DELETEs
//! have been merged, and per file only where no older version of a key could come to light.

mod choice;
mod deletion_files;
pub(crate) mod entries;
mod explain;
mod external;
mod fallback;
mod files;
mod manifests;
mod prune;
mod row_id_groups;
mod row_ranges;
mod seek;
mod split;
mod stream;
mod support;

use std::{collections::BTreeMap, sync::Arc};

pub use choice::SnapshotChoice;
pub use deletion_files::DeletionFile;
pub use explain::{Explain, ExplainStep};
pub use files::{BucketFiles, data_files};
pub use split::Split;
pub use stream::RecordBatchStream;

pub(crate) use deletion_files::{BucketDeletions, DELETION_VECTORS, deletion_files, index_file_path};
pub(crate) use external::locate_external;
pub(crate) use files::{
    entry_filter, group_by_bucket, live_files, read_index_manifest, read_manifest_list, read_manifests, skips_level_0,
};
pub(crate) use manifests::{EntryFilter, read_entries};
pub(crate) use prune::{partition_matches, types_of as entry_types};
pub(crate) use row_id_groups::{RowIdGroup, is_whole_file, row_id_groups, written_fields};
pub(crate) use row_ranges::{RowRanges, row_ids};
pub(crate) use split::pack_ordered;
pub(crate) use support::check_readable;

use self::{choice::Asked, fallback::OtherBranch};
use crate::{
    error::{Error, Result},
    format::ReadCounters,
    predicate::Predicate,
    spec::{snapshot::Snapshot, table_schema::TableSchema},
    table::Table,
    types::DataField,
};

/// A read being described; [`ScanBuilder::plan`] decides the files, [`ScanBuilder::stream`] reads them.
#[derive(Clone, Debug)]
pub struct ScanBuilder {
    table: Table,
    choice: Option<SnapshotChoice>,
    options: BTreeMap<String, String>,
    read_optimized: bool,
    columns: Option<Vec<String>>,
    filter: Option<FilterSource>,
    limit: Option<usize>,
    first_rows: Option<usize>,
    row_tracking: bool,
}

/// Text filters are resolved against the schema of the chosen snapshot, which only planning knows.
#[derive(Clone, Debug)]
enum FilterSource {
    Text(String),
    Resolved(Predicate),
}

impl Table {
    /// Starts describing a read of this table.
    pub fn scan(&self) -> ScanBuilder {
        ScanBuilder {
            table: self.clone(),
            choice: None,
            options: BTreeMap::new(),
            read_optimized: false,
            columns: None,
            filter: None,
            limit: None,
            first_rows: None,
            row_tracking: false,
        }
    }
}

impl ScanBuilder {
    /// Reads this state, whatever the options say. Without it the `scan.*` options of [`ScanBuilder::options`] and of
    /// the table choose, and where there are none, the latest state is read.
    #[must_use]
    pub fn at(mut self, choice: SnapshotChoice) -> Self {
        self.choice = Some(choice);
        self
    }

    /// Options of this read by Paimon's names, such as `scan.tag-name`; they win over those of the table.
    #[must_use]
    pub fn options(mut self, options: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        self.options.extend(options.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Reads only what compaction has brought to the top level, as Paimon's system table `ro` does: nothing has to be
    /// merged, and what is not compacted yet is not seen. Tables without a primary key are read as ever.
    #[must_use]
    pub fn read_optimized(mut self) -> Self {
        self.read_optimized = true;
        self
    }

    /// Reads the snapshot `id`.
    #[must_use]
    pub fn snapshot(self, id: i64) -> Self {
        self.at(SnapshotChoice::Id(id))
    }

    /// Reads the tag `name`.
    #[must_use]
    pub fn tag(self, name: impl Into<String>) -> Self {
        self.at(SnapshotChoice::Tag(name.into()))
    }

    /// Reads the last snapshot not later than `millis` (epoch milliseconds).
    #[must_use]
    pub fn timestamp_millis(self, millis: i64) -> Self {
        self.at(SnapshotChoice::TimestampMillis(millis))
    }

    /// Reads these columns, in this order.
    #[must_use]
    pub fn columns(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.columns = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Keeps only rows that match; several filters must all match.
    #[must_use]
    pub fn filter(mut self, predicate: Predicate) -> Self {
        self.filter = Some(FilterSource::Resolved(predicate));
        self
    }

    /// Keeps only rows that match a SQL expression over the columns of the chosen snapshot's schema.
    #[must_use]
    pub fn filter_text(mut self, expression: impl Into<String>) -> Self {
        self.filter = Some(FilterSource::Text(expression.into()));
        self
    }

    /// Reads at most so many rows.
    #[must_use]
    pub fn limit(mut self, rows: usize) -> Self {
        self.limit = Some(rows);
        self
    }

    /// Gives so many rows before it fetches more: for a reader who looks at the top of a table over a slow link. A limit does
    /// the same.
    #[must_use]
    pub fn first_rows(mut self, rows: usize) -> Self {
        self.first_rows = Some(rows);
        self
    }

    /// Reads `_ROW_ID` and `_SEQUENCE_NUMBER` behind the columns, unless [`ScanBuilder::columns`] chooses (they may be
    /// named there, and in filters, without this). Planning fails with `Unsupported` where the table does not track
    /// its rows (option `row-tracking.enabled`).
    #[must_use]
    pub fn row_tracking(mut self) -> Self {
        self.row_tracking = true;
        self
    }

    /// Chooses the snapshot and the files.
    ///
    /// Errors: `NotFound` for a missing snapshot or tag, `Invalid` for an unknown column or a bad filter,
    /// `Unsupported` for a table whose rows this build could get wrong.
    pub async fn plan(&self) -> Result<Plan> {
        let asked = self.asked()?;
        let plan = self.plan_branch(&self.table, &asked).await?;
        let Some(other) = OtherBranch::of(&self.table, &plan.schema).await? else { return Ok(plan) };
        let beside = other.choice(&self.table, &asked).await?;
        let theirs = self.plan_branch(&other.table, &beside).await?;
        plan.beside(theirs, other.is_primary).await
    }

    /// Plans the read of one branch.
    async fn plan_branch(&self, table: &Table, asked: &Asked) -> Result<Plan> {
        let (snapshot, schema) = asked.resolve(table).await?;
        support::check_readable(table, &schema)?;
        if self.row_tracking && !schema.tracks_rows() {
            let message = "the table does not track its rows: row-tracking.enabled is not true";
            return Err(Error::unsupported(message).at(table.name()));
        }
        let fields = schema.readable_fields();
        let projection = self.projection(&schema, &fields)?;
        let predicate = match &self.filter {
            None => None,
            Some(FilterSource::Resolved(predicate)) => Some(predicate.clone()),
            Some(FilterSource::Text(text)) => Some(crate::predicate::parse(text, &fields)?),
        };
        let mut explain = Explain::default();
        let level = (self.read_optimized && schema.is_primary_key_table()).then(|| table.options().num_levels() - 1);
        let splits = match &snapshot {
            Some(snapshot) => {
                files::plan_splits(table, snapshot, &schema, predicate.as_ref(), level, &mut explain).await?
            }
            None => Vec::new(),
        };
        Ok(Plan {
            table: table.clone(),
            snapshot,
            schema,
            projection,
            predicate,
            limit: self.limit,
            first_rows: self.first_rows,
            splits,
            explain,
            counters: Arc::default(),
            other_branch: None,
        })
    }

    /// Plans and reads. See [`Plan::stream`].
    pub async fn stream(&self) -> Result<RecordBatchStream> {
        self.plan().await?.stream().await
    }

    /// The schema that the rows of the chosen state are read under.
    pub(crate) async fn read_schema(&self) -> Result<Arc<TableSchema>> {
        Ok(self.asked()?.resolve(&self.table).await?.1)
    }

    fn asked(&self) -> Result<Asked> {
        match &self.choice {
            Some(choice) => Ok(Asked::State(choice.clone())),
            None => {
                let mut options = self.table.options().raw().clone();
                options.extend(self.options.clone());
                Asked::of_options(&self.table, &options)
            }
        }
    }

    /// Places among `fields`, the readable fields of `schema`.
    fn projection(&self, schema: &TableSchema, fields: &[DataField]) -> Result<Vec<usize>> {
        let Some(names) = &self.columns else {
            let count = if self.row_tracking { fields.len() } else { schema.fields.len() };
            return Ok((0..count).collect());
        };
        let place = |name: &String| {
            fields.iter().position(|field| &field.name == name).ok_or_else(|| {
                let known = schema.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
                Error::invalid(format!("no column {name:?}; the table has {known}")).at(self.table.name())
            })
        };
        names.iter().map(place).collect()
    }
}

/// The files that answer a read.
#[derive(Clone, Debug)]
pub struct Plan {
    table: Table,
    /// The snapshot; `None` for a table without any.
    pub snapshot: Option<Snapshot>,
    /// Schema of the rows before projection.
    pub schema: Arc<TableSchema>,
    /// Places of the read columns among [`TableSchema::readable_fields`].
    pub projection: Vec<usize>,
    /// Filter on the schema's columns.
    pub predicate: Option<Predicate>,
    /// Most rows to read.
    pub limit: Option<usize>,
    /// Rows to give before more is fetched.
    pub first_rows: Option<usize>,
    /// What to read, in order.
    pub splits: Vec<Split>,
    /// How planning got there.
    pub explain: Explain,
    /// What reading leaves out, as far as it has gone.
    pub counters: Arc<ReadCounters>,
    /// The partitions that come from another branch (option `scan.fallback-branch`).
    pub other_branch: Option<Box<Plan>>,
}

impl Plan {
    /// The read columns.
    pub fn fields(&self) -> Vec<DataField> {
        let fields = self.schema.readable_fields();
        self.projection.iter().filter_map(|place| fields.get(*place).cloned()).collect()
    }

    /// Leaves the partitions to the branch that comes first: `theirs` fills up what this plan lacks, or the other way.
    async fn beside(mut self, mut theirs: Plan, theirs_first: bool) -> Result<Self> {
        let (first, second) = if theirs_first { (&mut theirs, &mut self) } else { (&mut self, &mut theirs) };
        let (snapshot, predicate) = (first.snapshot.as_ref(), first.predicate.as_ref());
        let complete = fallback::live_partitions(&first.table, snapshot, &first.schema, predicate).await?;
        second.splits.retain(|split| !complete.contains(&split.partition));
        self.explain.add(&theirs.explain);
        self.other_branch = Some(Box::new(theirs));
        Ok(self)
    }

    /// The table, or the branch of one, that is read.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Reads the splits, several at a time where the runtime allows; batches come in the order of the splits.
    ///
    /// Shape: every batch has the schema of [`Plan::fields`]. Memory: a few batches for each split being read.
    pub async fn stream(&self) -> Result<RecordBatchStream> {
        stream::start(&self.table, self).await
    }

    /// Reads the plan through, throwing the rows away, and adds what reading left out to the steps of `explain`.
    pub async fn analyze(&mut self) -> Result<()> {
        let mut stream = self.stream().await?;
        let mut rows = 0;
        while let Some(batch) = stream.next().await {
            rows += batch?.num_rows() as u64;
        }
        self.explain.steps_of_reading(&self.counters, rows);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
