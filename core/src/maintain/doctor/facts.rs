//! What the rules look at.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::DoctorOptions;
use crate::{
    error::{ErrorKind, Result},
    maintain::orphans::{self, OrphanOptions, OrphanTotal},
    scan::{BucketFiles, DELETION_VECTORS, data_files, read_index_manifest, read_manifests},
    spec::{
        binary_row::BinaryRow,
        java_text, layout,
        options::CoreOptions,
        snapshot::{CommitKind, Snapshot},
        table_schema::TableSchema,
    },
    table::{Consumer, Table},
};

/// Snapshots looked at, newest first, for the last compaction.
const RECENT_SNAPSHOTS: usize = 50;

/// Everything that rules look at.
pub(super) struct Facts {
    pub(super) address: String,
    pub(super) schema: Arc<TableSchema>,
    pub(super) options: CoreOptions,
    pub(super) now_millis: i64,
    pub(super) snapshot: Option<Snapshot>,
    pub(super) earliest: Option<Snapshot>,
    pub(super) buckets: Vec<BucketFacts>,
    pub(super) manifests: ManifestFacts,
    /// The snapshot in force when the retention by time began; `None` where all are younger.
    pub(super) oldest_in_time: Option<i64>,
    /// Recent snapshots, newest first.
    pub(super) recent: Vec<Snapshot>,
    /// `None` where the store cannot list.
    pub(super) tags: Option<Vec<TagFacts>>,
    pub(super) consumers: Option<Vec<Consumer>>,
    pub(super) hints: Hints,
    pub(super) orphans: Option<OrphanTotal>,
    pub(super) not_looked_at: Vec<String>,
}

/// A bucket of a partition.
#[derive(Clone, Debug, Default)]
pub(super) struct BucketFacts {
    /// `dt=1`, empty for a table without partitions.
    pub(super) partition: String,
    /// Its values as `--partition` takes them; `None` where a value is null.
    pub(super) partition_values: Option<Vec<String>>,
    pub(super) bucket: i32,
    pub(super) total_buckets: i32,
    pub(super) files: u64,
    /// Files that a compaction takes for small.
    pub(super) small_files: u64,
    pub(super) bytes: u64,
    pub(super) rows: u64,
    /// Rows that delete others.
    pub(super) delete_rows: u64,
    /// Rows that deletion vectors hide.
    pub(super) hidden_rows: u64,
    /// Sorted runs; files of append tables.
    pub(super) runs: u64,
    pub(super) level_0_files: u64,
    pub(super) level_0_bytes: u64,
}

impl BucketFacts {
    /// `dt=1, bucket 0`
    pub(super) fn title(&self) -> String {
        let bucket = match self.bucket {
            layout::POSTPONE_BUCKET => "the postpone bucket".to_owned(),
            number => format!("bucket {number}"),
        };
        if self.partition.is_empty() { bucket } else { format!("{}, {bucket}", self.partition) }
    }
}

/// Manifests of the latest snapshot.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ManifestFacts {
    pub(super) count: u64,
    pub(super) bytes: u64,
}

/// A tag.
#[derive(Clone, Debug)]
pub(super) struct TagFacts {
    pub(super) name: String,
    pub(super) snapshot_id: i64,
    pub(super) snapshot_millis: i64,
    /// Whether it has a retention.
    pub(super) expires: bool,
}

/// The texts of hint files.
#[derive(Clone, Debug, Default)]
pub(super) struct Hints {
    pub(super) latest: Option<String>,
    pub(super) earliest: Option<String>,
}

impl Facts {
    /// Runs that a read merges, averaged over the bytes of buckets.
    pub(super) fn read_amplification(&self) -> f64 {
        if !self.keyed() {
            return 1.0;
        }
        let seen = self.buckets.iter().filter(|bucket| bucket.bucket >= 0);
        let (weighted, bytes) = seen.fold((0.0, 0.0), |(weighted, bytes), bucket| {
            let size = bucket.bytes as f64;
            (weighted + size * bucket.runs as f64, bytes + size)
        });
        if bytes > 0.0 { weighted / bytes } else { 1.0 }
    }

    pub(super) fn keyed(&self) -> bool {
        self.schema.is_primary_key_table()
    }

    /// `cenote <verb> <table> <rest>`
    pub(super) fn command(&self, verb: &str, rest: &str) -> String {
        let table = shell_word(&self.address);
        if rest.is_empty() { format!("cenote {verb} {table}") } else { format!("cenote {verb} {table} {rest}") }
    }

    /// The commands that give all partitions this number of buckets: writers go by the option.
    pub(super) fn rescale(&self, buckets: u64) -> String {
        let alter = self.command("table alter", &format!("\"SET ('bucket' = '{buckets}')\""));
        format!("{alter} && {}", self.command("rescale", ""))
    }
}

/// Gathers facts of the latest state.
pub(super) async fn gather(table: &Table, options: &DoctorOptions) -> Result<Facts> {
    let mut not_looked_at = Vec::new();
    let snapshot = table.snapshots().latest().await?;
    let earliest = table.snapshots().earliest().await?;
    let recent = table.snapshots().list(Some(RECENT_SNAPSHOTS)).await?;
    let retained = i64::try_from(table.options().snapshot_time_retained.as_millis()).unwrap_or(i64::MAX);
    let limit = table.runtime().now_millis().saturating_sub(retained);
    let oldest_in_time = table.snapshots().at_or_before(limit).await?.map(|snapshot| snapshot.id);
    let (buckets, manifests) = match &snapshot {
        Some(snapshot) => files(table, snapshot).await?,
        None => Default::default(),
    };
    let tags = listed(table.tags().list().await, "tags", &mut not_looked_at)?;
    let tags = tags.map(|tags| {
        let tag = |(name, tag): (String, crate::spec::tag::Tag)| TagFacts {
            name,
            snapshot_id: tag.snapshot.id,
            snapshot_millis: tag.snapshot.time_millis,
            expires: tag.time_retained_seconds.is_some(),
        };
        tags.into_iter().map(tag).collect()
    });
    let consumers = listed(table.consumers().list().await, "consumers", &mut not_looked_at)?;
    let orphans = match options.orphans {
        true => {
            let found = orphans::clean(table, &OrphanOptions::default(), &mut |_| {}).await;
            listed(found, "orphans", &mut not_looked_at)?.map(|report| report.total())
        }
        false => None,
    };
    let address = if options.address.is_empty() { table.name() } else { &options.address };
    Ok(Facts {
        address: address.to_owned(),
        schema: Arc::clone(table.schema()),
        options: table.options().clone(),
        now_millis: table.runtime().now_millis(),
        snapshot,
        earliest,
        buckets,
        manifests,
        oldest_in_time,
        recent,
        tags,
        consumers,
        hints: hints(table).await?,
        orphans,
        not_looked_at,
    })
}

/// What needs listings, `None` where there are none.
fn listed<T>(found: Result<T>, what: &str, not_looked_at: &mut Vec<String>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            not_looked_at.push(format!("{what}: {}", error.message()));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn hints(table: &Table) -> Result<Hints> {
    let prefix = layout::branch_path(table.branch());
    let read = async |hint: &str| -> Result<Option<String>> {
        let body = table.storage().get_opt(&format!("{prefix}{hint}")).await?;
        Ok(body.map(|body| String::from_utf8_lossy(&body).trim().to_owned()))
    };
    Ok(Hints { latest: read(layout::LATEST).await?, earliest: read(layout::EARLIEST).await? })
}

async fn files(table: &Table, snapshot: &Snapshot) -> Result<(Vec<BucketFacts>, ManifestFacts)> {
    let metas = read_manifests(table, snapshot).await?;
    let bytes = metas.iter().filter_map(|meta| u64::try_from(meta.file_size).ok()).sum();
    let manifests = ManifestFacts { count: metas.len() as u64, bytes };
    let mut hidden: HashMap<(BinaryRow, i32), u64> = HashMap::new();
    if let Some(name) = &snapshot.index_manifest {
        for entry in read_index_manifest(table.storage(), name).await? {
            if entry.file.index_type == DELETION_VECTORS {
                let vectors = entry.file.deletion_vectors.unwrap_or_default();
                let rows: u64 = vectors.iter().filter_map(|vector| u64::try_from(vector.cardinality?).ok()).sum();
                *hidden.entry((entry.partition, entry.bucket)).or_default() += rows;
            }
        }
    }
    let buckets = data_files(table, snapshot).await?;
    let facts = buckets.iter().map(|bucket| {
        let hidden_rows = hidden.get(&(bucket.partition.clone(), bucket.bucket)).copied().unwrap_or(0);
        BucketFacts { hidden_rows, ..bucket_facts(table, bucket) }
    });
    Ok((facts.collect(), manifests))
}

fn bucket_facts(table: &Table, bucket: &BucketFiles) -> BucketFacts {
    let keyed = table.schema().is_primary_key_table();
    let small = table.options().compaction_file_size(keyed);
    let size = |size: i64| u64::try_from(size).unwrap_or(0);
    let fields = table.schema().partition_fields();
    let mut facts = BucketFacts {
        partition: layout::partition_name(&fields, &bucket.partition_values, table.options()),
        partition_values: fields
            .iter()
            .zip(&bucket.partition_values)
            .map(|(field, value)| {
                let text = java_text::cast_to_string(value.as_ref()?, &field.data_type);
                (!text.trim().is_empty()).then(|| format!("{}={text}", field.name))
            })
            .collect(),
        bucket: bucket.bucket,
        total_buckets: bucket.total_buckets,
        files: bucket.files.len() as u64,
        ..BucketFacts::default()
    };
    let mut levels = BTreeSet::new();
    for file in &bucket.files {
        let bytes = size(file.file_size);
        facts.bytes += bytes;
        facts.rows += size(file.row_count);
        facts.delete_rows += file.delete_row_count.map_or(0, size);
        facts.small_files += u64::from(bytes < small);
        if file.level == 0 {
            facts.level_0_files += 1;
            facts.level_0_bytes += bytes;
        } else {
            levels.insert(file.level);
        }
    }
    facts.runs = if keyed { facts.level_0_files + levels.len() as u64 } else { facts.files };
    facts
}

impl Facts {
    /// The newest COMPACT snapshot among the recent ones.
    pub(super) fn last_compaction(&self) -> Option<&Snapshot> {
        self.recent.iter().find(|snapshot| snapshot.commit_kind == CommitKind::Compact)
    }
}

/// A word for a POSIX shell, quoted where it must be.
pub(in crate::maintain) fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
