//! Rules about snapshots, tags, consumers, hints and statistics. Pure.

use super::{
    Finding, Severity, counted,
    facts::{Facts, shell_word},
    finding, span_text,
};

/// Snapshots beyond the retention from which it is worth a word, and a warning.
const LATE: (i64, i64) = (20, 200);
/// Age of the state of a tag without retention from which it is worth a word: 30 days.
const OLD_TAG_MILLIS: i64 = 30 * 86_400_000;
/// Age of the statistics, in snapshots, from which they are stale.
const STALE_STATISTICS: i64 = 100;
/// Rows from which statistics matter.
const MANY_ROWS: i64 = 1_000_000;

pub(super) fn rules(facts: &Facts, found: &mut Vec<Finding>) {
    found.extend(unexpired(facts));
    found.extend(consumers(facts));
    found.extend(tags(facts));
    found.extend(hints(facts));
    found.extend(statistics(facts));
    found.extend(changelog_lag(facts));
}

/// The first snapshot that the retention options keep.
fn retained_from(facts: &Facts) -> Option<i64> {
    let latest = facts.snapshot.as_ref()?;
    let options = &facts.options;
    let least = i64::from(options.snapshot_num_retained_min);
    let most = i64::from(options.snapshot_num_retained_max);
    // A snapshot goes only when its successor is too old: the one in force at the limit stays.
    let by_time = facts.oldest_in_time.unwrap_or(1);
    let by_least = latest.id.saturating_sub(least) + 1;
    let by_most = latest.id.saturating_sub(most) + 1;
    Some(by_time.min(by_least).max(by_most).max(1))
}

fn unexpired(facts: &Facts) -> Option<Finding> {
    let (earliest, latest) = (facts.earliest.as_ref()?, facts.snapshot.as_ref()?);
    let late = retained_from(facts)? - earliest.id;
    let (note, warning) = LATE;
    if late < note {
        return None;
    }
    let severity = if late >= warning { Severity::Warning } else { Severity::Note };
    let held = late_holder(facts, earliest.id);
    let because = held.as_ref().map(|name| format!(", held back by the consumer {name}")).unwrap_or_default();
    let what =
        format!("{} are older than the retention of the table{because}", counted(late.unsigned_abs(), "snapshot"));
    let mut found = finding("unexpired-history", severity, what)
        .with("earliest", earliest.id)
        .with("latest", latest.id)
        .with("beyond_retention", late)
        .with("oldest_commit_millis", earliest.time_millis);
    if let Some(name) = held {
        found = found.with("consumer", name);
    }
    // A run stops at `snapshot.expire.limit` unless it is told more.
    let many = late > i64::from(facts.options.snapshot_expire_limit);
    let rest = if many { format!("--max-deletes {late}") } else { String::new() };
    Some(found.mended_by(facts.command("expire", &rest)))
}

/// The consumer that keeps the earliest snapshot.
fn late_holder(facts: &Facts, earliest: i64) -> Option<String> {
    let consumers = facts.consumers.as_ref()?;
    let first = consumers.iter().min_by_key(|consumer| consumer.next_snapshot)?;
    (first.next_snapshot <= earliest + 1).then(|| first.id.clone())
}

/// Consumers that expiry waits for although nothing else does.
fn consumers(facts: &Facts) -> Option<Finding> {
    let retained = retained_from(facts)?;
    let latest = facts.snapshot.as_ref()?;
    let behind = facts.consumers.as_ref()?.iter().filter(|consumer| consumer.next_snapshot < retained);
    let slowest = behind.clone().min_by_key(|consumer| consumer.next_snapshot)?;
    let what = format!(
        "the consumer {} has not read since snapshot {}, {} ago, and keeps expiry from going on",
        slowest.id,
        slowest.next_snapshot - 1,
        counted((latest.id - slowest.next_snapshot + 1).unsigned_abs(), "snapshot")
    );
    let found = finding("slow-consumer", Severity::Warning, what)
        .with("consumer", slowest.id.clone())
        .with("next_snapshot", slowest.next_snapshot)
        .with("latest", latest.id)
        .with("consumers_behind", behind.count() as u64);
    Some(found.mended_by(facts.command("consumer delete", &shell_word(&slowest.id))))
}

/// Tags without an end whose states are old: their files stay for ever.
fn tags(facts: &Facts) -> Option<Finding> {
    let earliest = facts.earliest.as_ref()?;
    let old = |millis: i64| facts.now_millis.saturating_sub(millis) > OLD_TAG_MILLIS;
    let pins = facts.tags.as_ref()?.iter();
    let pins = pins.filter(|tag| !tag.expires && tag.snapshot_id < earliest.id && old(tag.snapshot_millis));
    let oldest = pins.clone().min_by_key(|tag| tag.snapshot_millis)?;
    let age = facts.now_millis.saturating_sub(oldest.snapshot_millis);
    let count = pins.count() as u64;
    let what = format!(
        "{} without retention keep the files of expired snapshots, the oldest for {}",
        counted(count, "tag"),
        span_text(age)
    );
    let found = finding("old-tags", Severity::Note, what)
        .with("tags", count)
        .with("oldest_tag", oldest.name.clone())
        .with("oldest_snapshot", oldest.snapshot_id)
        .with("age_millis", age);
    Some(found.mended_by(facts.command("tag delete", &shell_word(&oldest.name))))
}

fn hints(facts: &Facts) -> Option<Finding> {
    let (earliest, latest) = (facts.earliest.as_ref()?, facts.snapshot.as_ref()?);
    let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<i64>().ok());
    let wrong = |name: &str, text: &Option<String>, id: i64| {
        let said = text.as_deref().unwrap_or("nothing");
        // Writers that never expire make no EARLIEST; readers try 1 by themselves.
        let is_right = number(text) == Some(id) || (text.is_none() && name == "EARLIEST" && id == 1);
        (!is_right).then(|| format!("{name} says {said}, it is {id}"))
    };
    let wrong: Vec<String> =
        [wrong("LATEST", &facts.hints.latest, latest.id), wrong("EARLIEST", &facts.hints.earliest, earliest.id)]
            .into_iter()
            .flatten()
            .collect();
    if wrong.is_empty() {
        return None;
    }
    // One behind is what a commit that just ran looks like.
    let lags = number(&facts.hints.latest) == Some(latest.id - 1) && number(&facts.hints.earliest) == Some(earliest.id);
    let severity = if lags { Severity::Note } else { Severity::Warning };
    let what = format!("hints are wrong: {}; readers that cannot list search for the snapshot", wrong.join("; "));
    let found = finding("hints", severity, what)
        .with("latest_hint", facts.hints.latest.clone())
        .with("latest", latest.id)
        .with("earliest_hint", facts.hints.earliest.clone())
        .with("earliest", earliest.id);
    Some(found.mended_by(facts.command("repair", "")))
}

/// Statistics of the rows (ANALYZE), which query planners look at.
fn statistics(facts: &Facts) -> Option<Finding> {
    let latest = facts.snapshot.as_ref()?;
    let rows = latest.total_record_count.filter(|rows| *rows >= MANY_ROWS)?;
    let what = match &latest.statistics {
        None => format!("a table of {rows} rows has no statistics: query planners guess"),
        Some(statistics) => {
            // Every commit carries them on: the oldest of the recent snapshots with the same file tells their age.
            let since = facts.recent.iter().take_while(|s| s.statistics.as_ref() == Some(statistics)).last()?;
            let age = latest.id - since.id;
            if age < STALE_STATISTICS {
                return None;
            }
            format!("the statistics are at least {} old", counted(age.unsigned_abs(), "snapshot"))
        }
    };
    Some(finding("statistics", Severity::Note, what).with("rows", rows).mended_by(facts.command("analyze", "")))
}

/// Tables whose changelog comes from compactions that do not come.
fn changelog_lag(facts: &Facts) -> Option<Finding> {
    use crate::spec::options::ChangelogProducer::{FullCompaction, Lookup};
    let producer = facts.options.changelog_producer;
    if !matches!(producer, FullCompaction | Lookup) || facts.recent.is_empty() {
        return None;
    }
    let looked = facts.recent.len() as i64;
    let behind = facts.last_compaction().map_or(looked, |last| facts.snapshot.as_ref().map_or(0, |s| s.id - last.id));
    if behind < 10 {
        return None;
    }
    let name = if producer == Lookup { "lookup" } else { "full-compaction" };
    let what = format!(
        "{} since the last compaction: the changelog (changelog-producer={name}) lags behind",
        counted(behind.unsigned_abs(), "snapshot")
    );
    let found = finding("changelog-lag", Severity::Warning, what)
        .with("snapshots_since_compaction", behind)
        .with("changelog_producer", name);
    Some(found.mended_by(facts.command("compact", if producer == Lookup { "" } else { "--full" })))
}
