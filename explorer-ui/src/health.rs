//! Findings about a table, worst first, each with the command that mends it.

use crate::{
    commands,
    format::{bytes, counted, exact},
    lsm::{self, Bucket},
    model::{FileInfo, TableInfo},
    route::Route,
};

/// Files below this are small: opening one costs as much as reading it.
pub const SMALL_FILE_BYTES: i64 = 16 << 20;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Costs every read.
    Warning,
    /// Worth knowing.
    Note,
    /// As it should be.
    Good,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What it is.
    pub title: String,
    /// Figures and meaning.
    pub detail: String,
    /// What mends it.
    pub command: Option<String>,
}

/// What is there to say about the live files of a table.
#[must_use]
pub fn findings(route: &Route, info: &TableInfo, files: &[FileInfo], origin: &str) -> Vec<Finding> {
    let buckets = lsm::buckets(files);
    let mut found = Vec::new();
    if files.is_empty() {
        return found;
    }
    if info.has_primary_key() {
        found.extend(merge_cost(route, info, &buckets, origin));
        found.extend(deletes(route, info, files, origin));
    }
    found.extend(small_files(route, info, files, &buckets, origin));
    found.extend(skew(info, &buckets));
    found.sort_by_key(|finding| finding.severity);
    if found.is_empty() {
        found.push(Finding {
            severity: Severity::Good,
            title: "Nothing to mend".to_owned(),
            detail: "Few runs to merge, files of a good size, buckets in balance.".to_owned(),
            command: None,
        });
    }
    found
}

fn merge_cost(route: &Route, info: &TableInfo, buckets: &[Bucket], origin: &str) -> Option<Finding> {
    let cost = lsm::amplification(buckets, info);
    let (worst, runs) = cost.worst.filter(|(_, runs)| *runs > 1)?;
    let severity = if runs >= cost.trigger { Severity::Warning } else { Severity::Note };
    let single = cost.at_trigger == 1 || buckets.len() == 1;
    Some(Finding {
        severity,
        title: format!("Reads merge {:.1} sorted runs on average", cost.average),
        detail: format!(
            "{} has {runs}; {} of {} at or above the compaction trigger of {}.",
            worst.title(),
            exact(i64::try_from(cost.at_trigger).unwrap_or(i64::MAX)),
            counted(buckets.len(), "bucket"),
            cost.trigger
        ),
        command: Some(commands::compact(route, info, origin, if single { &worst.partition } else { "" })),
    })
}

#[allow(clippy::cast_precision_loss)]
fn deletes(route: &Route, info: &TableInfo, files: &[FileInfo], origin: &str) -> Option<Finding> {
    let rows: i64 = files.iter().map(|file| file.rows).sum();
    let deleted: i64 = files.iter().filter_map(|file| file.delete_rows).sum();
    let share = deleted as f64 / rows.max(1) as f64;
    (share >= 0.1).then(|| Finding {
        severity: Severity::Note,
        title: format!("{:.0} % of the rows in files are deletes", share * 100.0),
        detail: format!("{} of {} rows only remove others; a full compaction drops them.", exact(deleted), exact(rows)),
        command: Some(commands::compact(route, info, origin, "")),
    })
}

fn small_files(
    route: &Route,
    info: &TableInfo,
    files: &[FileInfo],
    buckets: &[Bucket],
    origin: &str,
) -> Option<Finding> {
    let small: Vec<&FileInfo> = files.iter().filter(|file| file.size < SMALL_FILE_BYTES).collect();
    // One small file a bucket is what a small table is; more of them could have been one.
    let needless = small.len().saturating_sub(buckets.len());
    if needless < 10 || needless * 2 < files.len() {
        return None;
    }
    let size: i64 = small.iter().map(|file| file.size).sum();
    Some(Finding {
        severity: if needless >= 100 { Severity::Warning } else { Severity::Note },
        title: format!("{} under {}", counted(small.len(), "file"), bytes(SMALL_FILE_BYTES)),
        detail: format!(
            "They hold {} in {}: requests, not bytes, set the time of a scan.",
            bytes(size),
            counted(buckets.len(), "bucket")
        ),
        command: Some(commands::compact(route, info, origin, "")),
    })
}

fn skew(info: &TableInfo, buckets: &[Bucket]) -> Option<Finding> {
    let mut sizes: Vec<i64> = buckets.iter().map(|bucket| bucket.size).collect();
    sizes.sort_unstable();
    let median = *sizes.get(sizes.len() / 2)?;
    let largest = buckets.iter().max_by_key(|bucket| bucket.size)?;
    if buckets.len() < 4 || largest.size < 4 * median.max(1) || largest.size < 4 * SMALL_FILE_BYTES {
        return None;
    }
    let keys = if info.bucket_keys.is_empty() { "the bucket key".to_owned() } else { info.bucket_keys.join(", ") };
    Some(Finding {
        severity: Severity::Note,
        title: format!("{} holds {}", largest.id.title(), bytes(largest.size)),
        detail: format!("The median bucket holds {}. Rows are spread by {keys}.", bytes(median)),
        command: None,
    })
}

/// The middle size of the files.
#[must_use]
pub fn median_size(files: &[FileInfo]) -> i64 {
    let mut sizes: Vec<i64> = files.iter().map(|file| file.size).collect();
    sizes.sort_unstable();
    sizes.get(sizes.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(level: i64, bucket: i64, size: i64) -> FileInfo {
        FileInfo { level, bucket, size, rows: 10, ..FileInfo::default() }
    }

    fn keyed() -> TableInfo {
        TableInfo { name: "t".into(), database: "d".into(), primary_keys: vec!["k".into()], ..TableInfo::default() }
    }

    fn titles(info: &TableInfo, files: &[FileInfo]) -> Vec<(Severity, String)> {
        findings(&Route::default(), info, files, "").into_iter().map(|f| (f.severity, f.title)).collect()
    }

    #[test]
    fn many_runs_are_a_warning_with_a_command() {
        let files: Vec<FileInfo> = (0..6).map(|_| file(0, 0, 1 << 20)).collect();
        let found = findings(&Route::default(), &keyed(), &files, "");
        assert_eq!(found[0].severity, Severity::Warning);
        assert_eq!(found[0].command.as_deref(), Some("cenote compact d.t --full"));
    }

    #[test]
    fn a_settled_table_is_good_and_an_empty_one_silent() {
        assert_eq!(titles(&keyed(), &[file(5, 0, 64 << 20)]), [(Severity::Good, "Nothing to mend".to_owned())]);
        assert!(titles(&keyed(), &[]).is_empty());
    }

    #[test]
    fn small_append_files_are_found_but_one_a_bucket_is_fine() {
        let many: Vec<FileInfo> = (0..30).map(|_| file(0, 0, 1 << 10)).collect();
        assert!(titles(&TableInfo::default(), &many)[0].1.starts_with("30 files under 16 MB"));
        let spread: Vec<FileInfo> = (0..30).map(|bucket| file(0, bucket, 1 << 10)).collect();
        assert_eq!(titles(&TableInfo::default(), &spread)[0].0, Severity::Good);
    }
}
