//! Table options: text in the schema file, parsed once into types here.
//!
//! Names and defaults are Paimon's (Java `CoreOptions`); fields have the option's name in snake case. Options that the
//! engine does not know are kept in [`CoreOptions::raw`] and ignored.

mod catalogue;
mod choices;
mod values;

use std::{collections::BTreeMap, time::Duration};

pub use self::catalogue::{OptionInfo, OptionStatus, option_infos};
pub use self::choices::{
    Bucket, BucketFunctionType, ChangelogProducer, LookupCompact, MergeEngine, SequenceInitMode, SortOrder,
};
use self::values::{boolean, choice, duration, level_map, names, number, optional, size, stats_mode, text};
use super::{avro::Codec, stats::StatsMode};
use crate::error::{Error, Result};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Declares the options: field, type, name, parser and default.
macro_rules! core_options {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $name:literal, $parser:expr, $default:expr;)*) => {
        /// The options of a table.
        #[derive(Clone, Debug, PartialEq)]
        pub struct CoreOptions {
            $($(#[$doc])* #[doc = concat!("\n\nOption `", $name, "`.")] pub $field: $type,)*
            /// `fields.<column>.stats-mode`, by column.
            pub field_stats_modes: BTreeMap<String, StatsMode>,
            raw: BTreeMap<String, String>,
        }

        impl Default for CoreOptions {
            fn default() -> Self {
                CoreOptions { $($field: $default,)* field_stats_modes: BTreeMap::new(), raw: BTreeMap::new() }
            }
        }

        impl CoreOptions {
            /// Names of the options that are parsed.
            #[cfg(test)]
            pub(super) const NAMES: &'static [&'static str] = &[$($name,)*];

            /// Parses options. Errors: `Invalid`, naming the option and what it takes.
            pub fn parse(raw: &BTreeMap<String, String>) -> Result<Self> {
                Ok(CoreOptions {
                    $($field: match raw.get($name) {
                        Some(value) => values::parse($name, value, $parser)?,
                        None => $default,
                    },)*
                    field_stats_modes: field_stats_modes(raw)?,
                    raw: raw.clone(),
                })
            }
        }
    };
}

core_options! {
    // Table shape.
    /// Buckets of new files.
    bucket: Bucket = "bucket", Bucket::parse, Bucket::Dynamic;
    /// Columns whose hash chooses the bucket; empty means the trimmed primary key.
    bucket_key: Vec<String> = "bucket-key", names, Vec::new();
    /// How a key becomes a bucket.
    bucket_function_type: BucketFunctionType = "bucket-function.type", choice, BucketFunctionType::Default;
    /// Whether fixed-bucket append tables keep the order of arrival.
    bucket_append_ordered: bool = "bucket-append-ordered", boolean, true;
    /// Kind of table: `table`, `format-table`, ….
    table_type: String = "type", text, "table".to_owned();
    /// Format of new data files.
    file_format: String = "file.format", text, "parquet".to_owned();
    /// Format by LSM level.
    file_format_per_level: BTreeMap<i32, String> = "file.format.per.level", level_map, BTreeMap::new();
    /// Codec of new data files.
    file_compression: String = "file.compression", text, "zstd".to_owned();
    /// Codec by LSM level.
    file_compression_per_level: BTreeMap<i32, String> = "file.compression.per.level", level_map, BTreeMap::new();
    /// Level of the zstd codec.
    file_compression_zstd_level: i32 = "file.compression.zstd-level", number, 1;
    /// Bytes of a row group or stripe.
    file_block_size: Option<u64> = "file.block-size", optional(size), None;
    /// Whether file names carry the codec.
    file_suffix_include_compression: bool = "file.suffix.include.compression", boolean, false;
    /// Prefix of data file names.
    data_file_prefix: String = "data-file.prefix", text, "data-".to_owned();
    /// Prefix of changelog file names.
    changelog_file_prefix: String = "changelog-file.prefix", text, "changelog-".to_owned();
    /// Folder of all data within the table folder.
    data_file_path_directory: Option<String> = "data-file.path-directory", optional(text), None;
    /// Where new data files go instead of the table folder.
    data_file_external_paths: Vec<String> = "data-file.external-paths", names, Vec::new();
    /// Whether data files of primary key tables leave out the `_KEY_` columns.
    data_file_thin_mode: bool = "data-file.thin-mode", boolean, false;
    /// Whether index files stand beside data files.
    index_file_in_data_file_dir: bool = "index-file-in-data-file-dir", boolean, false;
    /// Directory value of null, empty and blank partition values.
    partition_default_name: String = "partition.default-name", text, "__DEFAULT_PARTITION__".to_owned();
    /// Partition directories by Java `toString` (true) or by the cast to STRING.
    partition_legacy_name: bool = "partition.legacy-name", boolean, true;
    /// Bytes at which a data file rolls; see [`CoreOptions::target_file_size`].
    target_file_size_option: Option<u64> = "target-file-size", optional(size), None;
    /// Rows at which a data file rolls.
    target_file_row_num: i64 = "target-file-row-num", number, i64::MAX;
    /// Row ids for append tables.
    row_tracking_enabled: bool = "row-tracking.enabled", boolean, false;
    /// Column-wise files.
    data_evolution_enabled: bool = "data-evolution.enabled", boolean, false;
    /// Sorts files by other columns than the primary key.
    pk_clustering_override: bool = "pk-clustering-override", boolean, false;
    /// Sorts the rows of append tables a few files at a time.
    clustering_incremental: bool = "clustering.incremental", boolean, false;
    /// Whether primary key columns may be null.
    primary_key_nullable: bool = "primary-key.nullable", boolean, false;

    // Merge semantics.
    /// How rows of one key become one row.
    merge_engine: MergeEngine = "merge-engine", choice, MergeEngine::Deduplicate;
    /// Columns that order the rows of one key.
    sequence_field: Vec<String> = "sequence.field", names, Vec::new();
    /// Direction of `sequence_field`.
    sequence_field_sort_order: SortOrder = "sequence.field.sort-order", choice, SortOrder::Ascending;
    /// Order by commit instead of by sequence number.
    sequence_snapshot_ordering: bool = "sequence.snapshot-ordering", boolean, false;
    /// Where the first sequence number comes from.
    write_sequence_number_init_mode: SequenceInitMode = "write.sequence-number-init-mode", choice, SequenceInitMode::Scan;
    /// Column that holds the row kind of written rows.
    rowkind_field: Option<String> = "rowkind.field", optional(text), None;
    /// Drops -U and -D rows.
    ignore_delete: bool = "ignore-delete", boolean, false;
    /// Drops -U rows.
    ignore_update_before: bool = "ignore-update-before", boolean, false;
    /// Aggregate function of columns that name none.
    fields_default_aggregate_function: Option<String> = "fields.default-aggregate-function", optional(text), None;
    /// -D removes the row (partial-update).
    partial_update_remove_record_on_delete: bool = "partial-update.remove-record-on-delete", boolean, false;
    /// -D of these sequence groups removes the row (partial-update).
    partial_update_remove_record_on_sequence_group: Vec<String> = "partial-update.remove-record-on-sequence-group", names, Vec::new();
    /// -D removes the row (aggregation).
    aggregation_remove_record_on_delete: bool = "aggregation.remove-record-on-delete", boolean, false;
    /// Age at which rows are dropped while merging.
    record_level_expire_time: Option<Duration> = "record-level.expire-time", optional(duration), None;
    /// Column with the time of a row.
    record_level_time_field: Option<String> = "record-level.time-field", optional(text), None;
    /// Marks deleted rows while writing, so that reads need not merge.
    deletion_vectors_enabled: bool = "deletion-vectors.enabled", boolean, false;
    /// 64-bit deletion vectors.
    deletion_vectors_bitmap64: bool = "deletion-vectors.bitmap64", boolean, false;
    /// Merges level 0 while reading.
    deletion_vectors_merge_on_read: bool = "deletion-vectors.merge-on-read", boolean, false;
    /// Bytes at which a deletion vector file rolls.
    deletion_vector_index_file_target_size: u64 = "deletion-vector.index-file.target-size", size, 2 * MIB;

    // Changelog.
    /// Who makes changelog files.
    changelog_producer: ChangelogProducer = "changelog-producer", choice, ChangelogProducer::None;
    /// Leaves out -U/+U pairs of equal rows.
    changelog_producer_row_deduplicate: bool = "changelog-producer.row-deduplicate", boolean, false;
    /// Columns that do not count when comparing -U and +U.
    changelog_producer_row_deduplicate_ignore_fields: Vec<String> = "changelog-producer.row-deduplicate-ignore-fields", names, Vec::new();
    /// Format of changelog files.
    changelog_file_format: Option<String> = "changelog-file.format", optional(text), None;
    /// Codec of changelog files.
    changelog_file_compression: Option<String> = "changelog-file.compression", optional(text), None;
    /// Statistics of changelog files.
    changelog_file_stats_mode: Option<StatsMode> = "changelog-file.stats-mode", optional(stats_mode), None;
    /// Lookup compaction always.
    force_lookup: bool = "force-lookup", boolean, false;
    /// Full compaction after so many commits.
    full_compaction_delta_commits: Option<i32> = "full-compaction.delta-commits", optional(number), None;

    // Compaction.
    /// No compaction and no expiry in this job.
    write_only: bool = "write-only", boolean, false;
    /// Sorted runs that trigger a compaction.
    num_sorted_run_compaction_trigger: i32 = "num-sorted-run.compaction-trigger", number, 5;
    /// Sorted runs that stall writes; see [`CoreOptions::num_sorted_run_stop_trigger`].
    num_sorted_run_stop_trigger_option: Option<i32> = "num-sorted-run.stop-trigger", optional(number), None;
    /// LSM levels; see [`CoreOptions::num_levels`].
    num_levels_option: Option<i32> = "num-levels", optional(number), None;
    /// Percent of the last run that the runs above may reach.
    compaction_max_size_amplification_percent: i32 = "compaction.max-size-amplification-percent", number, 200;
    /// Percent by which the next run may be larger.
    compaction_size_ratio: i32 = "compaction.size-ratio", number, 1;
    /// First of the off-peak hours; -1 for none.
    compaction_offpeak_start_hour: i32 = "compaction.offpeak.start.hour", number, -1;
    /// The hour after the last of them; -1 for none.
    compaction_offpeak_end_hour: i32 = "compaction.offpeak.end.hour", number, -1;
    /// What off-peak hours add to the size ratio.
    compaction_offpeak_ratio: i32 = "compaction.offpeak-ratio", number, 0;
    /// Time after which a full compaction is due.
    compaction_optimization_interval: Option<Duration> = "compaction.optimization-interval", optional(duration), None;
    /// Total bytes below which a compaction is full.
    compaction_total_size_threshold: Option<u64> = "compaction.total-size-threshold", optional(size), None;
    /// Bytes above the last level from which a compaction is full.
    compaction_incremental_size_threshold: Option<u64> = "compaction.incremental-size-threshold", optional(size), None;
    /// Always moves level 0 up.
    compaction_force_up_level_0: bool = "compaction.force-up-level-0", boolean, false;
    /// Full compaction rewrites every file.
    compaction_force_rewrite_all_files: bool = "compaction.force-rewrite-all-files", boolean, false;
    /// A file is small below this share of the target size.
    compaction_small_file_ratio: f64 = "compaction.small-file-ratio", number, 0.7;
    /// Files in a compaction of an append table.
    compaction_min_file_num: i32 = "compaction.min.file-num", number, 5;
    /// Share of deleted rows from which a file is rewritten.
    compaction_delete_ratio_threshold: f64 = "compaction.delete-ratio-threshold", number, 0.2;
    /// Compacts before each commit.
    commit_force_compact: bool = "commit.force-compact", boolean, false;
    /// Whether lookup compaction runs at every write or only now and then.
    lookup_compact: LookupCompact = "lookup-compact", choice, LookupCompact::Radical;
    /// Whether a commit waits until its rows have been looked up.
    lookup_wait: bool = "lookup-wait", boolean, true;
    /// Writes after which a gentle lookup compaction runs.
    lookup_compact_max_interval: Option<i32> = "lookup-compact.max-interval", optional(number), None;
    /// Rows of a dynamic bucket.
    dynamic_bucket_target_row_num: i64 = "dynamic-bucket.target-row-num", number, 2_000_000;
    /// First buckets of a partition.
    dynamic_bucket_initial_buckets: Option<i32> = "dynamic-bucket.initial-buckets", optional(number), None;
    /// Most buckets of a partition; -1 for no limit.
    dynamic_bucket_max_buckets: i32 = "dynamic-bucket.max-buckets", number, -1;
    /// Buckets of partitions that a postpone table compacts first.
    postpone_default_bucket_num: Option<i32> = "postpone.default-bucket-num", optional(number), None;

    // Write buffer.
    /// Bytes of the sort buffer.
    write_buffer_size: u64 = "write-buffer-size", size, 256 * MIB;
    /// Whether a full buffer moves to disk, where the embedding has one, instead of becoming a file.
    write_buffer_spillable: bool = "write-buffer-spillable", boolean, true;
    /// Most bytes on disk of one buffer.
    write_buffer_spill_max_disk_size: u64 = "write-buffer-spill.max-disk-size", size, i64::MAX as u64;
    /// Whether rows of append tables wait in memory, too.
    write_buffer_for_append: bool = "write-buffer-for-append", boolean, false;
    /// Open files of an append table beyond which rows wait in memory.
    write_max_writers_to_spill: usize = "write-max-writers-to-spill", number, 10;
    /// Level of the zstd codec of spilled rows.
    spill_compression_zstd_level: i32 = "spill-compression.zstd-level", number, 1;
    /// Spilled runs that are merged at the same time.
    local_sort_max_num_file_handles: usize = "local-sort.max-num-file-handles", number, 128;
    /// Bytes that a string or binary gives to a row's place in the z-order.
    zorder_var_length_contribution: usize = "zorder.var-length-contribution", number, 8;
    /// Bytes of one memory page.
    page_size: u64 = "page-size", size, 64 * KIB;
    /// Rows of a batch given to a format.
    write_batch_size: usize = "write.batch-size", number, 1024;
    /// Rows of a batch taken from a format.
    read_batch_size: usize = "read.batch-size", number, 1024;

    // Statistics and indexes.
    /// Which statistics of columns are kept.
    metadata_stats_mode: StatsMode = "metadata.stats-mode", stats_mode, StatsMode::Truncate(16);
    /// The same by LSM level.
    metadata_stats_mode_per_level: BTreeMap<i32, String> = "metadata.stats-mode.per.level", level_map, BTreeMap::new();
    /// Leaves out columns without statistics.
    metadata_stats_dense_store: bool = "metadata.stats-dense-store", boolean, true;
    /// Only the first n columns have statistics; -1 for all.
    metadata_stats_keep_first_n_columns: i32 = "metadata.stats-keep-first-n-columns", number, -1;
    /// Bytes up to which a file index stands in the manifest.
    file_index_in_manifest_threshold: u64 = "file-index.in-manifest-threshold", size, 500;
    /// Whether file indexes are used.
    file_index_read_enabled: bool = "file-index.read.enabled", boolean, true;

    // Manifests and commit.
    /// Codec of manifests; see [`CoreOptions::manifest_codec`].
    manifest_compression: String = "manifest.compression", text, "zstd".to_owned();
    /// Bytes at which a manifest rolls.
    manifest_target_file_size: u64 = "manifest.target-file-size", size, 8 * MIB;
    /// Small manifests from which they are merged.
    manifest_merge_min_count: usize = "manifest.merge-min-count", number, 30;
    /// Bytes of manifests to rewrite from which they are merged fully.
    manifest_full_compaction_threshold_size: u64 = "manifest.full-compaction-threshold-size", size, 16 * MIB;
    /// DELETE entries without statistics.
    manifest_delete_file_drop_stats: bool = "manifest.delete-file-drop-stats", boolean, false;
    /// Further attempts of a commit that lost a race.
    commit_max_retries: u32 = "commit.max-retries", number, 10;
    /// Time after which a commit gives up.
    commit_timeout: Option<Duration> = "commit.timeout", optional(duration), None;
    /// First wait between attempts.
    commit_min_retry_wait: Duration = "commit.min-retry-wait", duration, Duration::from_millis(10);
    /// Longest wait between attempts.
    commit_max_retry_wait: Duration = "commit.max-retry-wait", duration, Duration::from_secs(10);
    /// Prefix of generated commit users.
    commit_user_prefix: Option<String> = "commit.user-prefix", optional(text), None;
    /// Makes a snapshot even of nothing.
    commit_force_create_snapshot: bool = "commit.force-create-snapshot", boolean, false;
    /// Skips commits of nothing.
    snapshot_ignore_empty_commit: Option<bool> = "snapshot.ignore-empty-commit", optional(boolean), None;
    /// Leaves out new files that are there already, so that a commit can be repeated.
    commit_discard_duplicate_files: bool = "commit.discard-duplicate-files", boolean, false;
    /// Snapshot after which others must not have changed the same partitions; -1 for none at the first commit.
    commit_strict_mode_last_safe_snapshot: Option<i64> = "commit.strict-mode.last-safe-snapshot", optional(number), None;
    /// Puts the new files of a partition side by side before they get row ids.
    row_tracking_partition_group_on_commit: bool = "row-tracking.partition-group-on-commit", boolean, true;
    /// Overwrites only partitions that have new rows.
    dynamic_partition_overwrite: bool = "dynamic-partition-overwrite", boolean, true;
    /// Puts overwritten files that do not overlap at the top level.
    overwrite_upgrade: bool = "overwrite-upgrade", boolean, true;

    // Expiry.
    /// Snapshots that always stay.
    snapshot_num_retained_min: i32 = "snapshot.num-retained.min", number, 10;
    /// Snapshots beyond which the oldest go.
    snapshot_num_retained_max: i32 = "snapshot.num-retained.max", number, i32::MAX;
    /// Age at which snapshots go.
    snapshot_time_retained: Duration = "snapshot.time-retained", duration, Duration::from_secs(3600);
    /// Snapshots expired in one run.
    snapshot_expire_limit: i32 = "snapshot.expire.limit", number, 50;
    /// Removes bucket and partition folders that expiry leaves empty, where folders are more than names.
    snapshot_clean_empty_directories: bool = "snapshot.clean-empty-directories", boolean, false;
    /// Changelogs that always stay; by default as many as snapshots.
    changelog_num_retained_min: Option<i32> = "changelog.num-retained.min", optional(number), None;
    /// Changelogs beyond which the oldest go; by default as many as snapshots.
    changelog_num_retained_max: Option<i32> = "changelog.num-retained.max", optional(number), None;
    /// Age at which changelogs go; by default that of snapshots.
    changelog_time_retained: Option<Duration> = "changelog.time-retained", optional(duration), None;
    /// Age of their files at which consumers are forgotten.
    consumer_expiration_time: Option<Duration> = "consumer.expiration-time", optional(duration), None;
    /// Consumers keep changelogs, not snapshots.
    consumer_changelog_only: bool = "consumer.changelog-only", boolean, false;
    /// Age at which partitions are dropped.
    partition_expiration_time: Option<Duration> = "partition.expiration-time", optional(duration), None;
    /// Time between two looks at the partitions.
    partition_expiration_check_interval: Duration = "partition.expiration-check-interval", duration, Duration::from_secs(3600);
    /// What the age of a partition is: `values-time` or `update-time`.
    partition_expiration_strategy: String = "partition.expiration-strategy", text, "values-time".to_owned();
    /// Partitions dropped in one run.
    partition_expiration_max_num: usize = "partition.expiration-max-num", number, 100;
    /// Partitions dropped in one commit.
    partition_expiration_batch_size: Option<usize> = "partition.expiration-batch-size", optional(number), None;
    /// How partition values make a time, such as `$dt $hour:00:00`.
    partition_timestamp_pattern: Option<String> = "partition.timestamp-pattern", optional(text), None;
    /// Form of that time, such as `yyyyMMdd`.
    partition_timestamp_formatter: Option<String> = "partition.timestamp-formatter", optional(text), None;
    /// Looks at the partitions after each batch job.
    end_input_check_partition_expire: bool = "end-input.check-partition-expire", boolean, false;
    /// When commits make tags: `none`, `process-time`, `watermark` or `batch`.
    tag_automatic_creation: String = "tag.automatic-creation", text, "none".to_owned();
    /// Time after the end of a period before its tag is made.
    tag_creation_delay: Duration = "tag.creation-delay", duration, Duration::ZERO;
    /// Length of a period, instead of `tag.creation-period`.
    tag_creation_period_duration: Option<Duration> = "tag.creation-period-duration", optional(duration), None;
    /// Tags of commits beyond which the oldest go.
    tag_num_retained_max: Option<usize> = "tag.num-retained-max", optional(number), None;
    /// How long new tags are kept.
    tag_default_time_retained: Option<Duration> = "tag.default-time-retained", optional(duration), None;
    /// Deletes tags whose time is over.
    tag_time_expire_enabled: bool = "tag.time-expire-enabled", boolean, true;
    /// Makes the tags of periods that were missed.
    tag_automatic_completion: bool = "tag.automatic-completion", boolean, false;
    /// Name of the tag of batch jobs.
    tag_batch_customized_name: Option<String> = "tag.batch.customized-name", optional(text), None;

    // Reading.
    /// Bytes of a split.
    source_split_target_size: u64 = "source.split.target-size", size, 128 * MIB;
    /// Bytes that opening a file counts for.
    source_split_open_file_cost: u64 = "source.split.open-file-cost", size, 4 * MIB;
    /// Branch whose partitions are read where the own branch lacks them.
    scan_fallback_branch: Option<String> = "scan.fallback-branch", optional(text), None;
    /// Shows `_SEQUENCE_NUMBER` in system tables of changes.
    table_read_sequence_number_enabled: bool = "table-read.sequence-number.enabled", boolean, false;
    /// Whether batch jobs write postpone tables into real buckets.
    postpone_batch_write_fixed_bucket: bool = "postpone.batch-write-fixed-bucket", boolean, true;
    /// Bytes of a postpone bucket after compaction.
    postpone_target_size_per_bucket: u64 = "postpone.target-size-per-bucket", size, GIB;
    /// Rows of a postpone bucket after compaction, in the place of its bytes.
    postpone_target_row_num_per_bucket: Option<i64> = "postpone.target-row-num-per-bucket", optional(number), None;
}

impl CoreOptions {
    /// The options as text, unknown ones included.
    pub fn raw(&self) -> &BTreeMap<String, String> {
        &self.raw
    }

    /// The text of `fields.<column>.<name>`.
    pub fn field_option(&self, column: &str, name: &str) -> Option<&str> {
        self.raw.get(&format!("fields.{column}.{name}")).map(String::as_str)
    }

    /// Bytes at which a data file rolls: 128 MiB for primary key tables and 256 MiB for append tables by default.
    pub fn target_file_size(&self, is_primary_key_table: bool) -> u64 {
        self.target_file_size_option.unwrap_or(if is_primary_key_table { 128 * MIB } else { 256 * MIB })
    }

    /// Bytes below which a file is small enough to be compacted (Java `compactionFileSize`).
    pub fn compaction_file_size(&self, is_primary_key_table: bool) -> u64 {
        // A share of a size: the fraction of a byte does not matter.
        (self.target_file_size(is_primary_key_table) as f64 * self.compaction_small_file_ratio) as u64
    }

    /// LSM levels: by default one more than the runs that trigger a compaction.
    pub fn num_levels(&self) -> i32 {
        self.num_levels_option.unwrap_or_else(|| self.num_sorted_run_compaction_trigger.saturating_add(1))
    }

    /// Sorted runs that stall writes: by default three more than the trigger, never fewer than the trigger.
    pub fn num_sorted_run_stop_trigger(&self) -> i32 {
        let trigger = self.num_sorted_run_compaction_trigger;
        self.num_sorted_run_stop_trigger_option.unwrap_or_else(|| trigger.saturating_add(3)).max(trigger)
    }

    /// Codec of manifests. Errors: `Invalid` for an unknown name, `Unsupported` for codecs this crate cannot write.
    pub fn manifest_codec(&self) -> Result<Codec> {
        Codec::from_option(&self.manifest_compression).map_err(|error| error.with("option", "manifest.compression"))
    }

    /// Statistics mode of a column, given its place among the columns. `level` is the LSM level of files of primary
    /// key tables.
    pub fn stats_mode(&self, column: &str, index: usize, level: Option<i32>) -> Result<StatsMode> {
        Ok(self.stats_mode_by_default(column, index, self.stats_mode_of_level(level)?))
    }

    /// Statistics mode of columns that name none, by LSM level for files of primary key tables.
    pub fn stats_mode_of_level(&self, level: Option<i32>) -> Result<StatsMode> {
        match level.and_then(|level| self.metadata_stats_mode_per_level.get(&level)) {
            Some(mode) => values::parse("metadata.stats-mode.per.level", mode, stats_mode),
            None => Ok(self.metadata_stats_mode),
        }
    }

    /// Statistics mode of a column, given its place among the columns and what columns have that name none.
    pub fn stats_mode_by_default(&self, column: &str, index: usize, default: StatsMode) -> StatsMode {
        if let Some(mode) = self.field_stats_modes.get(column) {
            return *mode;
        }
        let kept = usize::try_from(self.metadata_stats_keep_first_n_columns).unwrap_or(usize::MAX);
        if index >= kept { StatsMode::None } else { default }
    }
}

/// The modes of `fields.<column>.stats-mode`; column names may hold points.
fn field_stats_modes(raw: &BTreeMap<String, String>) -> Result<BTreeMap<String, StatsMode>> {
    let column = |name: &str| name.strip_prefix("fields.")?.strip_suffix(".stats-mode").map(str::to_owned);
    let modes = raw.iter().filter_map(|(name, value)| Some((column(name)?, name, value)));
    modes.map(|(column, name, value)| Ok((column, values::parse(name, value, stats_mode)?))).collect()
}

/// Bytes of an option such as `16 kb`; `None` for another text.
pub(crate) fn parse_size(text: &str) -> Option<u64> {
    size(text).ok()
}

fn refused(name: &str, allowed: &str, found: &str) -> Error {
    Error::invalid(format!("option {name}: expected {allowed}, found {found:?}"))
}

#[cfg(test)]
mod tests;
