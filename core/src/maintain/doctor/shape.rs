//! Rules about files, runs, buckets and deletes. Pure.

use super::{
    Finding, Severity, bytes_text, counted,
    facts::{BucketFacts, Facts, shell_word},
    finding,
};
use crate::{
    merge,
    spec::{layout::POSTPONE_BUCKET, options::Bucket},
};

/// Small files beyond one a bucket from which they are worth a word.
const NEEDLESS_FILES: u64 = 10;
/// The same, worth a warning.
const MANY_NEEDLESS_FILES: u64 = 100;
/// How many times the median a bucket or partition is skewed at.
const SKEW: u64 = 4;
/// Bytes below which skew and bucket sizes do not matter.
const SKEW_BYTES: u64 = 256 << 20;
/// Bytes that a bucket should not exceed (Paimon's advice: 200 MB to 1 GB).
const LARGE_BUCKET: u64 = 4 << 30;
/// Average bytes below which there are too many buckets.
const TINY_BUCKET: u64 = 8 << 20;
/// Share of rows that are deletes, or deleted, from which files are worth a rewrite.
const DELETED_SHARE: f64 = 0.2;
/// Average bytes of manifests below which they are small, and how many make it matter.
const SMALL_MANIFESTS: (u64, u64) = (256 << 10, 50);
/// Level-0 bytes that wait although compaction should have taken them up.
const HUGE_LEVEL_0: u64 = 2 << 30;

pub(super) fn rules(facts: &Facts, found: &mut Vec<Finding>) {
    if facts.keyed() {
        found.extend(read_amplification(facts));
        found.extend(level_0(facts));
        found.extend(delete_rows(facts));
    }
    found.extend(postponed(facts));
    found.extend(small_files(facts));
    found.extend(hidden_rows(facts));
    found.extend(skew(facts));
    found.extend(bucket_count(facts));
    found.extend(other_bucket_counts(facts));
    found.extend(manifests(facts));
    found.extend(orphans(facts));
}

/// Buckets that readers see.
fn real(facts: &Facts) -> impl Iterator<Item = &BucketFacts> {
    facts.buckets.iter().filter(|bucket| bucket.bucket >= 0)
}

/// `--partition dt=1` where all of these buckets are of one partition.
fn only_partition<'a>(mut buckets: impl Iterator<Item = &'a BucketFacts>) -> String {
    let Some(first) = buckets.next() else { return String::new() };
    let values = first.partition_values.as_deref().unwrap_or_default();
    if !buckets.all(|bucket| bucket.partition == first.partition) {
        return String::new();
    }
    values.iter().fold(String::new(), |text, value| text + " --partition " + &shell_word(value))
}

fn compact(facts: &Facts, full: bool, partition: &str) -> String {
    let rest = if full { format!("--full{partition}") } else { partition.trim_start().to_owned() };
    facts.command("compact", &rest)
}

fn read_amplification(facts: &Facts) -> Option<Finding> {
    let trigger = u64::try_from(facts.options.num_sorted_run_compaction_trigger).unwrap_or(1);
    let stop = u64::try_from(facts.options.num_sorted_run_stop_trigger()).unwrap_or(u64::MAX);
    let worst = real(facts).max_by_key(|bucket| bucket.runs).filter(|worst| worst.runs >= trigger)?;
    let at_trigger: Vec<&BucketFacts> = real(facts).filter(|bucket| bucket.runs >= trigger).collect();
    let partition = only_partition(at_trigger.iter().copied());
    let (severity, stalls) = if worst.runs >= stop {
        (Severity::Critical, ", and writers stop to compact")
    } else {
        (Severity::Warning, "")
    };
    let what = format!(
        "reads merge {:.1} sorted runs on average; {} has {}, at {trigger} compaction is due{stalls}",
        facts.read_amplification(),
        worst.title(),
        worst.runs
    );
    let found = finding("read-amplification", severity, what)
        .with("average_runs", (facts.read_amplification() * 100.0).round() / 100.0)
        .with("worst_bucket", worst.title())
        .with("worst_runs", worst.runs)
        .with("compaction_trigger", trigger)
        .with("buckets_at_trigger", at_trigger.len() as u64);
    Some(found.mended_by(compact(facts, false, &partition)))
}

/// Rows that wait in level 0: unseen where readers skip it, costly where there is much.
fn level_0(facts: &Facts) -> Option<Finding> {
    let files: u64 = real(facts).map(|bucket| bucket.level_0_files).sum();
    let bytes: u64 = real(facts).map(|bucket| bucket.level_0_bytes).sum();
    let skipped = merge::looks_up(&facts.options) && !facts.options.deletion_vectors_merge_on_read;
    if files == 0 || (!skipped && bytes < HUGE_LEVEL_0) {
        return None;
    }
    let (severity, what) = if skipped {
        let what =
            format!("{} in level 0 wait for compaction: readers do not see their rows yet", counted(files, "file"));
        (Severity::Warning, what)
    } else {
        (Severity::Warning, format!("{} wait in level 0 in {}", bytes_text(bytes), counted(files, "file")))
    };
    let buckets = real(facts).filter(|bucket| bucket.level_0_files > 0);
    let found = finding("level-0", severity, what).with("files", files).with("bytes", bytes);
    Some(found.mended_by(compact(facts, false, &only_partition(buckets))))
}

#[allow(clippy::cast_precision_loss, reason = "a share of large counts")]
fn delete_rows(facts: &Facts) -> Option<Finding> {
    let (rows, deletes) =
        facts.buckets.iter().fold((0, 0), |(rows, deletes), bucket| (rows + bucket.rows, deletes + bucket.delete_rows));
    let share = deletes as f64 / rows.max(1) as f64;
    if share < DELETED_SHARE {
        return None;
    }
    let what = format!("{:.0} % of the rows in files only delete others; a full compaction drops them", share * 100.0);
    let found = finding("delete-rows", Severity::Note, what).with("rows", rows).with("delete_rows", deletes);
    Some(found.mended_by(compact(facts, true, "")))
}

fn postponed(facts: &Facts) -> Option<Finding> {
    let waiting: Vec<&BucketFacts> = facts.buckets.iter().filter(|bucket| bucket.bucket == POSTPONE_BUCKET).collect();
    let files: u64 = waiting.iter().map(|bucket| bucket.files).sum();
    let bytes: u64 = waiting.iter().map(|bucket| bucket.bytes).sum();
    if files == 0 {
        return None;
    }
    let what = format!(
        "{} of {} are in no bucket yet: readers do not see their rows",
        counted(files, "file"),
        bytes_text(bytes)
    );
    let found = finding("postponed", Severity::Warning, what).with("files", files).with("bytes", bytes);
    Some(found.mended_by(compact(facts, false, "")))
}

fn small_files(facts: &Facts) -> Option<Finding> {
    let needless = |bucket: &BucketFacts| bucket.small_files.saturating_sub(1);
    // Runs of keyed tables are another rule's business: a level holds few small files when all is well.
    let total: u64 = facts.buckets.iter().map(needless).sum();
    let files: u64 = facts.buckets.iter().map(|bucket| bucket.files).sum();
    if total < NEEDLESS_FILES || total * 2 < files {
        return None;
    }
    let severity = if total >= MANY_NEEDLESS_FILES { Severity::Warning } else { Severity::Note };
    let small: u64 = facts.buckets.iter().map(|bucket| bucket.small_files).sum();
    let limit = facts.options.compaction_file_size(facts.keyed());
    let worst = facts.buckets.iter().max_by_key(|bucket| bucket.small_files)?;
    let what = format!(
        "{} of {} are below {}: requests, not bytes, set the time of a scan",
        counted(small, "file"),
        files,
        bytes_text(limit)
    );
    let affected = facts.buckets.iter().filter(|bucket| needless(bucket) > 0);
    let found = finding("small-files", severity, what)
        .with("small_files", small)
        .with("files", files)
        .with("small_below_bytes", limit)
        .with("worst_bucket", worst.title())
        .with("worst_bucket_small_files", worst.small_files);
    // Keyed buckets keep a file a run until they are merged.
    Some(found.mended_by(compact(facts, facts.keyed(), &only_partition(affected))))
}

#[allow(clippy::cast_precision_loss, reason = "a share of large counts")]
fn hidden_rows(facts: &Facts) -> Option<Finding> {
    let (rows, hidden) =
        facts.buckets.iter().fold((0, 0), |(rows, hidden), bucket| (rows + bucket.rows, hidden + bucket.hidden_rows));
    let share = hidden as f64 / rows.max(1) as f64;
    if share < facts.options.compaction_delete_ratio_threshold.max(0.05) {
        return None;
    }
    let what =
        format!("deletion vectors hide {:.0} % of the rows in files: they are read and thrown away", share * 100.0);
    let affected = facts.buckets.iter().filter(|bucket| bucket.hidden_rows > 0);
    let found = finding("deletion-vectors", Severity::Note, what).with("rows", rows).with("hidden_rows", hidden);
    Some(found.mended_by(compact(facts, true, &only_partition(affected))))
}

/// One bucket that is much larger than the others of its partition.
fn skew(facts: &Facts) -> Option<Finding> {
    let largest = real(facts).max_by_key(|bucket| bucket.bytes).filter(|largest| largest.bytes >= SKEW_BYTES)?;
    let mut sizes: Vec<u64> =
        real(facts).filter(|bucket| bucket.partition == largest.partition).map(|bucket| bucket.bytes).collect();
    sizes.sort_unstable();
    let median = *sizes.get(sizes.len() / 2)?;
    if sizes.len() < 3 || largest.bytes < median.saturating_mul(SKEW) {
        return None;
    }
    let what = format!(
        "{} holds {}, the median bucket of its partition {}: keys are spread unevenly",
        largest.title(),
        bytes_text(largest.bytes),
        bytes_text(median)
    );
    let found = finding("bucket-skew", Severity::Note, what)
        .with("bucket", largest.title())
        .with("bytes", largest.bytes)
        .with("median_bytes", median)
        .with("bucket_key", facts.options.bucket_key.clone());
    Some(found)
}

/// Fixed buckets that are too large to compact in good time, or too small to be worth their files.
fn bucket_count(facts: &Facts) -> Option<Finding> {
    let Bucket::Fixed(count) = facts.options.bucket else { return None };
    let bytes: u64 = real(facts).map(|bucket| bucket.bytes).sum();
    let buckets = real(facts).count() as u64;
    let average = bytes / buckets.max(1);
    let count = u64::try_from(count).unwrap_or(1);
    let wanted = |target: u64| (average * count).div_ceil(target).max(1);
    let (what, wanted) = if average > LARGE_BUCKET {
        ("buckets hold much", wanted(1 << 30))
    } else if count > 1 && buckets >= 8 && average < TINY_BUCKET {
        ("buckets hold little", wanted(256 << 20).min(count))
    } else {
        return None;
    };
    if wanted == count {
        return None;
    }
    let what = format!("{what}: {} on average in {}", bytes_text(average), counted(buckets, "bucket"));
    let found = finding("bucket-count", Severity::Note, what)
        .with("average_bytes", average)
        .with("buckets", buckets)
        .with("buckets_a_partition", count)
        .with("advised_buckets_a_partition", wanted);
    Some(found.mended_by(facts.rescale(wanted)))
}

/// Partitions that were written under another bucket count: writers refuse them.
fn other_bucket_counts(facts: &Facts) -> Option<Finding> {
    let Bucket::Fixed(count) = facts.options.bucket else { return None };
    let other: Vec<&BucketFacts> = real(facts).filter(|bucket| bucket.total_buckets != count).collect();
    let first = other.first()?;
    let what = format!(
        "{} in buckets of another count than the option says ({} instead of {count}): writers refuse them",
        counted(other.iter().map(|bucket| bucket.files).sum(), "file"),
        first.total_buckets
    );
    let found = finding("other-bucket-count", Severity::Warning, what)
        .with("buckets", other.len() as u64)
        .with("first_partition", first.partition.clone());
    let partition = only_partition(other.iter().copied());
    Some(found.mended_by(facts.command("rescale", partition.trim_start())))
}

fn manifests(facts: &Facts) -> Option<Finding> {
    let (count, bytes) = (facts.manifests.count, facts.manifests.bytes);
    let (small, many) = SMALL_MANIFESTS;
    let average = bytes / count.max(1);
    if count < many || average >= small {
        return None;
    }
    let what = format!("a plan reads {} of {} on average", counted(count, "manifest"), bytes_text(average));
    let least = facts.options.manifest_merge_min_count;
    let found = finding("small-manifests", Severity::Note, what)
        .with("manifests", count)
        .with("average_bytes", average)
        .with("manifest.merge-min-count", least as u64);
    // The next commit merges them once there are enough.
    Some(found.mended_by(compact(facts, true, "")))
}

fn orphans(facts: &Facts) -> Option<Finding> {
    let total = facts.orphans.filter(|total| total.files > 0)?;
    let what = format!("{} of {} that nothing refers to", counted(total.files, "file"), bytes_text(total.bytes));
    let found = finding("orphans", Severity::Note, what).with("files", total.files).with("bytes", total.bytes);
    Some(found.mended_by(facts.command("orphans", "")))
}
