//! Rules about options that do not go together, or not with how the table is used. Pure.

use super::{Finding, Severity, facts::Facts, finding};
use crate::spec::options::{Bucket, ChangelogProducer};

/// Recent snapshots without a compaction that make `write-only` suspicious.
const LONELY_WRITES: usize = 10;

pub(super) fn rules(facts: &Facts, found: &mut Vec<Finding>) {
    found.extend(write_only(facts));
    found.extend(keeps_forever(facts));
    found.extend(one_bucket(facts));
    found.extend(full_compaction_never(facts));
}

/// Writers leave compaction to a job, and none is seen.
fn write_only(facts: &Facts) -> Option<Finding> {
    let lonely = facts.recent.len() >= LONELY_WRITES && facts.last_compaction().is_none();
    if !facts.options.write_only || !lonely {
        return None;
    }
    let what = format!(
        "write-only is set, and none of the last {} snapshots is a compaction: nobody compacts or expires",
        facts.recent.len()
    );
    let found = finding("no-compactor", Severity::Warning, what).with("snapshots_looked_at", facts.recent.len() as u64);
    Some(found.mended_by(facts.command("compact", "")))
}

/// `snapshot.num-retained.min` above what time or the maximum would let go.
fn keeps_forever(facts: &Facts) -> Option<Finding> {
    let (least, most) = (facts.options.snapshot_num_retained_min, facts.options.snapshot_num_retained_max);
    if least <= most {
        return None;
    }
    let what = format!("snapshot.num-retained.min ({least}) is above snapshot.num-retained.max ({most}): expiry fails");
    let found = finding("retention", Severity::Critical, what)
        .with("snapshot.num-retained.min", least)
        .with("snapshot.num-retained.max", most);
    let clause = format!("\"SET ('snapshot.num-retained.min' = '{most}')\"");
    Some(found.mended_by(facts.command("table alter", &clause)))
}

/// A large keyed table in one bucket a partition.
fn one_bucket(facts: &Facts) -> Option<Finding> {
    if facts.options.bucket != Bucket::Fixed(1) || !facts.keyed() {
        return None;
    }
    let largest = facts.buckets.iter().max_by_key(|bucket| bucket.bytes).filter(|bucket| bucket.bytes > 2 << 30)?;
    let wanted = largest.bytes.div_ceil(1 << 30);
    let what = format!("bucket=1: one task at a time writes, compacts and reads {}", largest.title());
    let found =
        finding("one-bucket", Severity::Note, what).with("bytes", largest.bytes).with("advised_buckets", wanted);
    Some(found.mended_by(facts.rescale(wanted)))
}

/// A changelog by full compaction that nothing triggers.
fn full_compaction_never(facts: &Facts) -> Option<Finding> {
    let options = &facts.options;
    let triggered =
        options.full_compaction_delta_commits.is_some() || options.compaction_optimization_interval.is_some();
    if options.changelog_producer != ChangelogProducer::FullCompaction || triggered {
        return None;
    }
    let what = "changelog-producer=full-compaction without full-compaction.delta-commits or \
                compaction.optimization-interval: a changelog comes only when somebody compacts fully";
    Some(finding("full-compaction-never", Severity::Note, what).mended_by(facts.command("compact", "--full")))
}
