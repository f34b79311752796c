//! Keeps the number of manifests small (Java `ManifestFileMerger`, format digest 4.6).
//!
//! Full: when manifests with deletes or below the target size add up to the threshold, they are rewritten without any
//! DELETE. Minor otherwise: neighbours are merged once they fill a target-sized file; the rest only when there are many.

use std::collections::HashSet;

use super::manifest_write::{FileNames, write_manifests};
use crate::{
    error::Result,
    scan::{
        EntryFilter,
        entries::{FileIdentity, merge_entries},
        read_entries,
    },
    spec::{
        manifest::{FileKind, ManifestEntry},
        manifest_list::ManifestFileMeta,
    },
    table::Table,
};

/// Sizes that decide about merging.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thresholds {
    pub target_size: u64,
    pub full_size: u64,
    pub min_count: usize,
}

/// What to do with a list of manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MergePlan {
    /// Rewrite every one that `must_change` says, and others only if a DELETE names one of their files.
    Full,
    /// Groups of places in the list; groups of one stay as they are.
    Minor(Vec<Vec<usize>>),
}

fn must_change(meta: &ManifestFileMeta, target_size: u64) -> bool {
    meta.num_deleted_files > 0 || size_of(meta) < target_size
}

fn size_of(meta: &ManifestFileMeta) -> u64 {
    u64::try_from(meta.file_size).unwrap_or(0)
}

/// Decides by sizes and counts alone.
pub(crate) fn pick(manifests: &[ManifestFileMeta], thresholds: Thresholds) -> MergePlan {
    let to_change: u64 = manifests.iter().filter(|meta| must_change(meta, thresholds.target_size)).map(size_of).sum();
    if to_change >= thresholds.full_size && manifests.len() > 1 {
        return MergePlan::Full;
    }
    let mut groups = Vec::new();
    let (mut group, mut size) = (Vec::new(), 0);
    for (place, meta) in manifests.iter().enumerate() {
        group.push(place);
        size += size_of(meta);
        if size >= thresholds.target_size {
            groups.push(std::mem::take(&mut group));
            size = 0;
        }
    }
    if group.len() >= thresholds.min_count {
        groups.push(group);
    } else {
        groups.extend(group.into_iter().map(|place| vec![place]));
    }
    MergePlan::Minor(groups)
}

/// Merges the manifests of a base list; gives the new list and the names of the manifests written for it.
pub(crate) async fn merge(
    table: &Table,
    names: &mut FileNames,
    manifests: Vec<ManifestFileMeta>,
) -> Result<(Vec<ManifestFileMeta>, Vec<String>)> {
    let options = table.options();
    let thresholds = Thresholds {
        target_size: options.manifest_target_file_size,
        full_size: options.manifest_full_compaction_threshold_size,
        min_count: options.manifest_merge_min_count,
    };
    match pick(&manifests, thresholds) {
        MergePlan::Full => merge_full(table, names, manifests, thresholds.target_size).await,
        MergePlan::Minor(groups) => merge_minor(table, names, &manifests, groups).await,
    }
}

/// `list` with `after` in the place of `before`, which must stand in it in one piece: a retry takes over what was merged.
pub(crate) fn try_replace(
    list: &[ManifestFileMeta],
    before: &[ManifestFileMeta],
    after: &[ManifestFileMeta],
) -> Option<Vec<ManifestFileMeta>> {
    if before.is_empty() {
        return list.is_empty().then(|| after.to_vec());
    }
    let start = list.windows(before.len()).position(|part| part == before)?;
    let (head, tail) = (list.get(..start)?, list.get(start + before.len()..)?);
    Some([head, after, tail].concat())
}

async fn merge_minor(
    table: &Table,
    names: &mut FileNames,
    manifests: &[ManifestFileMeta],
    groups: Vec<Vec<usize>>,
) -> Result<(Vec<ManifestFileMeta>, Vec<String>)> {
    let (mut list, mut new_names) = (Vec::new(), Vec::new());
    for group in groups {
        let members: Vec<ManifestFileMeta> = group.iter().filter_map(|place| manifests.get(*place).cloned()).collect();
        if members.len() == 1 {
            list.extend(members);
            continue;
        }
        let merged = merge_entries(entries_of(table, members).await?)?;
        let written = write_manifests(table, names, &merged).await?;
        new_names.extend(written.iter().map(|meta| meta.file_name.clone()));
        list.extend(written);
    }
    Ok((list, new_names))
}

async fn merge_full(
    table: &Table,
    names: &mut FileNames,
    manifests: Vec<ManifestFileMeta>,
    target_size: u64,
) -> Result<(Vec<ManifestFileMeta>, Vec<String>)> {
    let with_deletes: Vec<_> = manifests.iter().filter(|meta| meta.num_deleted_files > 0).cloned().collect();
    let deleted: HashSet<FileIdentity> = entries_of(table, with_deletes)
        .await?
        .iter()
        .filter(|entry| entry.kind == FileKind::Delete)
        .map(FileIdentity::of)
        .collect();
    let (mut list, mut rewritten) = (Vec::new(), Vec::new());
    for meta in manifests {
        let entries = entries_of(table, vec![meta.clone()]).await?;
        let hit = entries.iter().any(|entry| deleted.contains(&FileIdentity::of(entry)));
        if must_change(&meta, target_size) || hit {
            let is_live =
                |entry: &ManifestEntry| entry.kind == FileKind::Add && !deleted.contains(&FileIdentity::of(entry));
            rewritten.extend(entries.into_iter().filter(is_live));
        } else {
            list.push(meta);
        }
    }
    let written = write_manifests(table, names, &rewritten).await?;
    let new_names = written.iter().map(|meta| meta.file_name.clone()).collect();
    list.extend(written);
    Ok((list, new_names))
}

async fn entries_of(table: &Table, manifests: Vec<ManifestFileMeta>) -> Result<Vec<ManifestEntry>> {
    Ok(read_entries(table, manifests, &EntryFilter::default()).await?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::stats::SimpleStats;

    const THRESHOLDS: Thresholds = Thresholds { target_size: 8, full_size: 16, min_count: 3 };

    fn manifests(text: &str) -> Vec<ManifestFileMeta> {
        let one = |word: &str| ManifestFileMeta {
            file_name: word.into(),
            file_size: word.trim_end_matches('d').parse().unwrap(),
            num_added_files: 1,
            num_deleted_files: i64::from(word.ends_with('d')),
            partition_stats: SimpleStats::empty(),
            schema_id: 0,
            min_bucket: None,
            max_bucket: None,
            min_level: None,
            max_level: None,
            min_row_id: None,
            max_row_id: None,
        };
        text.split_whitespace().map(one).collect()
    }

    #[test]
    fn few_small_manifests_stay() {
        assert_eq!(pick(&manifests("1 1"), THRESHOLDS), MergePlan::Minor(vec![vec![0], vec![1]]));
    }

    #[test]
    fn neighbours_merge_when_they_fill_a_file_and_the_tail_when_it_is_long() {
        let plan = pick(&manifests("4 4 1 1 1"), THRESHOLDS);
        assert_eq!(plan, MergePlan::Minor(vec![vec![0, 1], vec![2, 3, 4]]));
    }

    #[test]
    fn a_retry_takes_over_what_was_merged() {
        let replaced = |list, before, after| {
            let replaced = try_replace(&manifests(list), &manifests(before), &manifests(after))?;
            Some(replaced.iter().map(|meta| meta.file_name.clone()).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(replaced("1 2 3", "1 2", "9"), Some("9 3".into()));
        assert_eq!(replaced("1 3 2", "1 2", "9"), None);
        assert_eq!(replaced("", "", ""), Some(String::new()));
        assert_eq!(replaced("1", "", ""), None);
    }

    #[test]
    fn deletes_in_big_manifests_count_towards_a_full_merge() {
        assert_eq!(pick(&manifests("9d 9d"), THRESHOLDS), MergePlan::Full);
        assert_eq!(pick(&manifests("9 9"), THRESHOLDS), MergePlan::Minor(vec![vec![0], vec![1]]));
    }
}
