//! Live files of a snapshot by bucket, and the splits made of them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{
    error::{Error, Result},
    merge,
    predicate::{Column, Predicate, buckets},
    scan::{
        Explain, RowRanges, Split,
        deletion_files::{BucketDeletions, deletion_files},
        entries,
        explain::Amount,
        manifests::{EntryFilter, read_entries_of_each},
        pack_ordered,
        prune::{EntryPruner, amount_of, prune_files, types_of},
        row_id_groups,
    },
    spec::{
        binary_row::BinaryRow,
        data_file::DataFileMeta,
        index_manifest::{self, IndexManifestEntry},
        layout,
        manifest::ManifestEntry,
        manifest_list::{self, ManifestFileMeta},
        options::{CoreOptions, MergeEngine},
        snapshot::Snapshot,
        table_schema::{TableSchema, is_system_field},
    },
    table::Table,
    types::DatumRow,
};

/// Live files of one bucket of one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketFiles {
    /// Partition as the manifest has it.
    pub partition: BinaryRow,
    /// The same, decoded.
    pub partition_values: DatumRow,
    /// Bucket number.
    pub bucket: i32,
    /// Bucket count in force when the files were written.
    pub total_buckets: i32,
    /// Bucket directory, relative to the table folder.
    pub bucket_path: String,
    /// The files, in manifest order.
    pub files: Vec<DataFileMeta>,
}

/// Reads and decodes a manifest list.
pub(crate) async fn read_manifest_list(table: &Table, name: &str) -> Result<Vec<ManifestFileMeta>> {
    let path = layout::manifest_path(name);
    let bytes = table.storage().get_immutable(&path).await?;
    manifest_list::decode(&bytes).map_err(|error| error.at(&path))
}

/// Reads and decodes an index manifest.
pub(crate) async fn read_index_manifest(storage: &crate::io::Storage, name: &str) -> Result<Vec<IndexManifestEntry>> {
    let path = layout::manifest_path(name);
    let bytes = storage.get_immutable(&path).await?;
    index_manifest::decode(&bytes).map_err(|error| error.at(&path))
}

/// Manifests of a snapshot: those of its base list, then those of its delta list.
pub(crate) async fn read_manifests(table: &Table, snapshot: &Snapshot) -> Result<Vec<ManifestFileMeta>> {
    let base = read_manifest_list(table, &snapshot.base_manifest_list);
    let delta = read_manifest_list(table, &snapshot.delta_manifest_list);
    let (mut manifests, delta) = futures::future::try_join(base, delta).await?;
    manifests.extend(delta);
    Ok(manifests)
}

/// All live data files of a snapshot, bucket by bucket in order of first appearance: what front ends show of a table,
/// also of one whose rows this build cannot read.
pub async fn data_files(table: &Table, snapshot: &Snapshot) -> Result<Vec<BucketFiles>> {
    live_files(table, snapshot, &EntryFilter::default()).await
}

/// All live files of a snapshot that pass `filter`, bucket by bucket in order of first appearance.
pub(crate) async fn live_files(table: &Table, snapshot: &Snapshot, filter: &EntryFilter) -> Result<Vec<BucketFiles>> {
    let manifests = read_manifests(table, snapshot).await?;
    let (mut parts, _) = read_entries_of_each(table, manifests, filter).await?;
    entries::retain_live(&mut parts);
    group_by_bucket(table, parts)
}

/// The files by bucket, in order of first appearance. Takes little more memory than the entries: files are large and many.
pub(crate) fn group_by_bucket(table: &Table, live: Vec<Vec<ManifestEntry>>) -> Result<Vec<BucketFiles>> {
    let fields = table.schema().partition_fields();
    let types = types_of(&fields);
    let mut places: HashMap<(BinaryRow, i32), usize> = HashMap::new();
    let mut buckets: Vec<BucketFiles> = Vec::new();
    let mut counts: Vec<usize> = Vec::new();
    let mut last = 0;
    let mut place_of = Vec::with_capacity(live.iter().map(Vec::len).sum());
    for entry in live.iter().flatten() {
        // Entries of a bucket often stand side by side.
        let is_last = |bucket: &BucketFiles| bucket.bucket == entry.bucket && bucket.partition == entry.partition;
        let found = match buckets.get(last) {
            Some(bucket) if is_last(bucket) => Some(last),
            _ => places.get(&(entry.partition.clone(), entry.bucket)).copied(),
        };
        last = match found {
            Some(place) => place,
            None => {
                let values = entry.partition.decode(&types)?;
                let partition_path = layout::partition_path(&fields, &values, table.options());
                places.insert((entry.partition.clone(), entry.bucket), buckets.len());
                counts.push(0);
                buckets.push(BucketFiles {
                    bucket_path: layout::bucket_path(&partition_path, entry.bucket),
                    partition: entry.partition.clone(),
                    partition_values: values,
                    bucket: entry.bucket,
                    total_buckets: entry.total_buckets,
                    files: Vec::new(),
                });
                buckets.len() - 1
            }
        };
        place_of.push(last);
        if let Some(count) = counts.get_mut(last) {
            *count += 1;
        }
    }
    for (bucket, count) in buckets.iter_mut().zip(counts) {
        bucket.files.reserve_exact(count);
    }
    for (entry, place) in live.into_iter().flatten().zip(place_of) {
        if let Some(bucket) = buckets.get_mut(place) {
            bucket.files.push(entry.file);
        }
    }
    Ok(buckets)
}

/// Plans a batch read of `snapshot` and counts each step. With `only_level`, files of other levels are left out.
pub(crate) async fn plan_splits(
    table: &Table,
    snapshot: &Snapshot,
    schema: &Arc<TableSchema>,
    predicate: Option<&Predicate>,
    only_level: Option<i32>,
    explain: &mut Explain,
) -> Result<Vec<Split>> {
    let row_ids = predicate.map(RowRanges::of_row_ids);
    let asks_row_ids = predicate.is_some_and(|asked| asked.columns().iter().any(|column| is_system_field(column.id)));
    // Manifests know nothing of the values of `_ROW_ID` and `_SEQUENCE_NUMBER`.
    let stored = predicate.map(|predicate| predicate.retain_columns(&|column: &Column| !is_system_field(column.id)));
    let predicate = stored.as_ref();
    let partition_fields = schema.partition_fields();
    let mut filter = entry_filter(table, schema, predicate)?;
    let manifests = read_manifests(table, snapshot).await?;
    let of_manifests = |manifests: &[ManifestFileMeta]| Amount::of_sizes(manifests.iter().map(|meta| meta.file_size));
    let total = of_manifests(&manifests);
    let mut kept = Vec::with_capacity(manifests.len());
    for meta in manifests {
        if filter.keeps_manifest(&meta, &partition_fields).map_err(|error| error.at(&meta.file_name))? {
            kept.push(meta);
        }
    }
    explain.step("manifests by partition", "manifests", of_manifests(&kept), total);

    if let Some(predicate) = predicate {
        let known = known_schemas(table, schema, &kept).await;
        filter.stats = EntryPruner::new(schema, table.options(), predicate, &known).map(Arc::new);
    }
    let (mut live, counts) = read_entries_of_each(table, kept, &filter).await?;
    explain.step("entries by partition", "entries", counts.after_partition, counts.total);
    explain.step("entries by bucket", "entries", counts.after_bucket, counts.after_partition);
    if filter.stats.is_some() {
        explain.step("entries by statistics", "entries", counts.after_stats, counts.after_bucket);
    }
    entries::retain_live(&mut live);
    let live_files = Amount::of(live.iter().flatten().map(|entry| &entry.file));
    explain.step("live files", "files", live_files, counts.after_stats);

    let schemas = file_schemas(table, live.iter().flatten()).await?;
    let mut buckets = group_by_bucket(table, live)?;
    let skips_level_0 = skips_level_0(schema)?;
    if skips_level_0 || only_level.is_some() {
        let is_seen = |level: i32| only_level.map_or(level > 0, |only| level == only);
        for bucket in &mut buckets {
            bucket.files.retain(|file| is_seen(file.level));
        }
        buckets.retain(|bucket| !bucket.files.is_empty());
        explain.step("files by level", "files", amount_of(&buckets), live_files);
    }
    if let (Some(row_ids), false) = (&row_ids, schema.evolves_columns()) {
        let before = amount_of(&buckets);
        for bucket in &mut buckets {
            bucket.files.retain(|file| row_ids.may_hold(file));
        }
        buckets.retain(|bucket| !bucket.files.is_empty());
        if asks_row_ids {
            explain.step("files by row ids", "files", amount_of(&buckets), before);
        }
    }
    if let (Some(row_ids), Some(predicate), true) = (&row_ids, predicate, schema.evolves_columns()) {
        for bucket in &mut buckets {
            bucket.files = row_id_groups::prune(std::mem::take(&mut bucket.files), row_ids, predicate, &schemas)?;
        }
        buckets.retain(|bucket| !bucket.files.is_empty());
        explain.step("files by row ids and statistics", "files", amount_of(&buckets), live_files);
    } else if let Some(predicate) = predicate {
        prune_files(schema, table.options(), predicate, &schemas, &mut buckets, explain)?;
    }

    let deletions = deletion_files(table, snapshot).await?;
    let splits = make_splits(table, schema, snapshot.id, buckets, &deletions)?;
    summarize(explain, &splits);
    Ok(splits)
}

fn summarize(explain: &mut Explain, splits: &[Split]) {
    explain.splits = splits.len() as u64;
    explain.merge_splits = splits.iter().filter(|split| !split.raw_convertible).count() as u64;
    for split in splits {
        explain.files += split.files.len() as u64;
        explain.bytes += u64::try_from(split.size_bytes()).unwrap_or(0);
        explain.rows += u64::try_from(split.physical_rows()).unwrap_or(0);
    }
}

/// The part of a filter that is about partition columns only.
pub(super) fn partition_filter(schema: &TableSchema, predicate: Option<&Predicate>) -> Option<Predicate> {
    let partition_ids: HashSet<i32> = schema.partition_fields().iter().map(|field| field.id).collect();
    predicate
        .map(|predicate| predicate.retain_columns(&|column: &Column| partition_ids.contains(&column.id)))
        .filter(|predicate| *predicate != Predicate::True)
}

/// What a filter says of manifest entries, whatever their kind.
pub(crate) fn entry_filter(table: &Table, schema: &TableSchema, predicate: Option<&Predicate>) -> Result<EntryFilter> {
    let partition = partition_filter(schema, predicate);
    let bucket_keys = schema.bucket_keys(table.options())?;
    let buckets = match predicate {
        Some(predicate) => buckets::select(predicate, &bucket_keys, table.options().bucket_function_type)?,
        None => None,
    };
    let buckets = buckets.map(Arc::new);
    let without_stats = predicate.is_none_or(|predicate| *predicate == Predicate::True);
    Ok(EntryFilter { partition, buckets, real_buckets_only: true, without_stats, stats: None })
}

/// Schemas that files of the manifests are likely to have been written with. One that cannot be read now is left to
/// [`file_schemas`], which knows whether a live file needs it.
async fn known_schemas(
    table: &Table,
    schema: &TableSchema,
    manifests: &[ManifestFileMeta],
) -> HashMap<i64, Arc<TableSchema>> {
    let ids: HashSet<i64> = manifests.iter().map(|meta| meta.schema_id).chain([schema.id]).collect();
    let read = ids.into_iter().map(async |id| Some((id, table.schemas().get(id).await.ok()?)));
    futures::future::join_all(read).await.into_iter().flatten().collect()
}

/// Schemas that the files were written with, each read once.
pub(crate) async fn file_schemas(
    table: &Table,
    live: impl Iterator<Item = &ManifestEntry>,
) -> Result<HashMap<i64, Arc<TableSchema>>> {
    // Most files have the schema of the one before them.
    let mut ids: HashSet<i64> = HashSet::new();
    let mut last = None;
    for id in live.map(|entry| entry.file.schema_id) {
        if last.replace(id) != Some(id) {
            ids.insert(id);
        }
    }
    let read = ids.into_iter().map(async |id| Ok::<_, crate::Error>((id, table.schemas().get(id).await?)));
    Ok(futures::future::try_join_all(read).await?.into_iter().collect())
}

/// Whether two files of a bucket may hold the same key: not when there is one, or when all are on one level above 0.
pub(super) fn may_overlap(files: &[DataFileMeta]) -> bool {
    match files {
        [] | [_] => false,
        [first, rest @ ..] => first.level == 0 || rest.iter().any(|file| file.level != first.level),
    }
}

fn make_splits(
    table: &Table,
    schema: &TableSchema,
    snapshot_id: i64,
    buckets: Vec<BucketFiles>,
    deletions: &HashMap<(BinaryRow, i32), BucketDeletions>,
) -> Result<Vec<Split>> {
    let mut splits = Vec::new();
    for bucket in buckets {
        let (target, cost) = (table.options().source_split_target_size, table.options().source_split_open_file_cost);
        let groups = if schema.is_primary_key_table() {
            key_value_groups(schema, bucket.files, target, cost)?
        } else if schema.evolves_columns() {
            row_id_groups::split(bucket.files, counts_blobs(schema), target, cost)?
        } else {
            let mut files = bucket.files;
            files.sort_by_key(|file| file.min_sequence_number);
            pack_ordered(files, |file| file.file_size, target, cost).into_iter().map(|files| (files, true)).collect()
        };
        let of_bucket = deletions.get(&(bucket.partition.clone(), bucket.bucket));
        splits.extend(groups.into_iter().map(|(files, raw_convertible)| {
            Split {
                partition: bucket.partition.clone(),
                partition_values: bucket.partition_values.clone(),
                bucket: bucket.bucket,
                total_buckets: bucket.total_buckets,
                bucket_path: bucket.bucket_path.clone(),
                deletions: files
                    .iter()
                    .filter_map(|file| Some((file.file_name.clone(), of_bucket?.get(&file.file_name)?.clone())))
                    .collect(),
                files,
                raw_convertible,
                snapshot_id,
            }
        }));
    }
    Ok(splits)
}

/// Whether blob files weigh what they hold: where their values are read (Java `blobSplitByFileSize`).
fn counts_blobs(schema: &TableSchema) -> bool {
    let is_true = |value: &String| value.eq_ignore_ascii_case("true");
    let as_descriptors = schema.options.get("blob-as-descriptor").is_some_and(is_true);
    schema.options.get("blob.split-by-file-size").map_or(!as_descriptors, is_true)
}

/// Whether readers leave out level 0 (Java `batchScanSkipLevel0`): where compaction makes every key unique above it, by
/// deletion vectors or by keeping first rows. What is not compacted yet is invisible.
pub(crate) fn skips_level_0(schema: &TableSchema) -> Result<bool> {
    let options = CoreOptions::parse(&schema.options)?;
    let by_vectors = options.deletion_vectors_enabled && !options.deletion_vectors_merge_on_read;
    Ok(schema.is_primary_key_table() && (by_vectors || options.merge_engine == MergeEngine::FirstRow))
}

/// Files that must be read together, and whether they can be read without merging (Java `MergeTreeSplitGenerator`).
fn key_value_groups(
    schema: &TableSchema,
    files: Vec<DataFileMeta>,
    target: u64,
    cost: u64,
) -> Result<Vec<(Vec<DataFileMeta>, bool)>> {
    let options = CoreOptions::parse(&schema.options)?;
    // Above level 0, deletion vectors hide what is superseded.
    let keys_are_unique = options.deletion_vectors_enabled || options.merge_engine == MergeEngine::FirstRow;
    let one_level = !may_overlap(&files);
    if (one_level || keys_are_unique) && files.iter().all(|file| file.level != 0 && has_no_deletes(file)) {
        let packed = pack_ordered(files, |file| file.file_size, target, cost);
        return Ok(packed.into_iter().map(|files| (files, true)).collect());
    }
    if schema.is_clustered() {
        if !keys_are_unique || files.iter().any(|file| file.level == 0) {
            let message =
                "cannot merge files of a table with pk-clustering-override=true: they are not sorted by the key";
            return Err(Error::unsupported(message));
        }
        let packed = pack_ordered(files, |file| file.file_size, target, cost);
        return Ok(packed.into_iter().map(|files| (files, false)).collect());
    }
    let key_types = types_of(&schema.trimmed_primary_key_fields());
    let sections: Vec<Vec<DataFileMeta>> = merge::sections(files, &key_types)?
        .into_iter()
        .map(|section| section.runs.into_iter().flatten().collect())
        .collect();
    let size = |section: &Vec<DataFileMeta>| section.iter().map(|file| file.file_size).sum();
    let packed = pack_ordered(sections, size, target, cost);
    Ok(packed
        .into_iter()
        .map(|sections| {
            let files: Vec<DataFileMeta> = sections.into_iter().flatten().collect();
            let raw = matches!(files.as_slice(), [file] if has_no_deletes(file));
            (files, raw)
        })
        .collect())
}

/// Old files do not say how many deletes they have: Java reads that as none.
fn has_no_deletes(file: &DataFileMeta) -> bool {
    file.delete_row_count.unwrap_or(0) == 0
}
