//! Which files of an append bucket to put together (Java `AppendCompactCoordinator` for tables without buckets,
//! `BucketedAppendCompactManager` for those with; format digest 10.2). Pure.
//!
//! ```text
//! no buckets   small files by size:  [1 2 3 5 8] | [60 60 60 … ≥ 2 targets] | too few are left for another time
//! buckets      files by age:         [a b c d e] [f g h i j] k l             neighbours only, or order would be lost
//! ```

use std::collections::BTreeMap;

use super::Reason;
use crate::{
    scan::BucketDeletions,
    spec::{data_file::DataFileMeta, options::CoreOptions},
};

/// Fewest files that a full compaction of a bucket rewrites.
const FULL_FILES: usize = 3;

/// Numbers that decide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AppendOptions {
    /// `target-file-size`
    pub target_file_size: i64,
    /// A file is small below this size (`compaction.small-file-ratio` of the target).
    pub small_file_size: i64,
    /// `source.split.open-file-cost`, counted for each file of a pack
    pub open_file_cost: i64,
    /// `compaction.min.file-num`
    pub min_file_num: usize,
    /// `compaction.delete-ratio-threshold`: a file with a greater share of deleted rows is rewritten.
    pub delete_ratio_threshold: f64,
    /// `compaction.force-rewrite-all-files`: a full compaction of a bucket takes every file.
    pub force_rewrite_all_files: bool,
    /// `deletion-vectors.enabled`
    pub deletion_vectors: bool,
}

impl AppendOptions {
    /// From the table's options.
    pub fn new(options: &CoreOptions) -> Self {
        let size = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        AppendOptions {
            target_file_size: size(options.target_file_size(false)),
            small_file_size: size(options.compaction_file_size(false)),
            open_file_cost: size(options.source_split_open_file_cost),
            min_file_num: usize::try_from(options.compaction_min_file_num).unwrap_or(1),
            delete_ratio_threshold: options.compaction_delete_ratio_threshold,
            force_rewrite_all_files: options.compaction_force_rewrite_all_files,
            deletion_vectors: options.deletion_vectors_enabled,
        }
    }

    /// Content of two files of the target size.
    fn enough_bytes(&self) -> i64 {
        self.target_file_size.saturating_mul(2)
    }
}

/// Files that become one, or few.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// The files, in the order in which their rows are to stand.
    pub files: Vec<DataFileMeta>,
    /// The rule that picked them.
    pub reason: Reason,
}

/// What the rules ask for in one bucket.
///
/// `full` does not wait for more files: of a table without buckets it takes two small ones, as Java does after some idle
/// rounds, and every file with deleted rows; of a bucket all files from the first small one on.
pub(super) fn pick(
    files: &[DataFileMeta],
    vectors: &BucketDeletions,
    options: &AppendOptions,
    has_buckets: bool,
    full: bool,
) -> Vec<Pack> {
    match (has_buckets, full) {
        (false, full) => Unordered { vectors, options, full }.pick(files),
        (true, false) => pick_neighbours(files, options),
        (true, true) => pick_all(files, vectors, options).into_iter().collect(),
    }
}

/// A table without buckets: any files may be put together.
struct Unordered<'a> {
    vectors: &'a BucketDeletions,
    options: &'a AppendOptions,
    full: bool,
}

impl Unordered<'_> {
    fn pick(&self, files: &[DataFileMeta]) -> Vec<Pack> {
        let wanted = files.iter().filter(|file| file.file_size < self.options.small_file_size || self.is_hollow(file));
        let mut wanted: Vec<DataFileMeta> = wanted.cloned().collect();
        wanted.sort_by_key(|file| file.file_size);
        let mut packs = Vec::new();
        let mut rest = Vec::new();
        if self.options.deletion_vectors || !self.vectors.is_empty() {
            let (with_vector, without): (Vec<_>, Vec<_>) =
                wanted.into_iter().partition(|file| self.vectors.contains_key(&file.file_name));
            packs.extend(self.pack_with_vectors(with_vector));
            // Java leaves a single file to the next round.
            match without.len() {
                0 | 1 => rest = without,
                _ => rest.extend(self.pack_small(without, &mut packs)),
            }
        } else {
            rest.extend(self.pack_small(wanted, &mut packs));
        }
        if self.full && rest.len() > 1 {
            packs.push(Pack { files: rest, reason: Reason::Full });
        }
        packs
    }

    /// Whether so many rows of a file are deleted that it is to be rewritten.
    fn is_hollow(&self, file: &DataFileMeta) -> bool {
        let Some(deletion) = self.vectors.get(&file.file_name) else { return false };
        let threshold = if self.full { 0.0 } else { self.options.delete_ratio_threshold };
        // Without a count the file is looked at.
        deletion.vector.cardinality.is_none_or(|rows| rows as f64 > file.row_count as f64 * threshold)
    }

    /// Packs files, smallest first; gives those that are too few.
    fn pack_small(&self, files: Vec<DataFileMeta>, packs: &mut Vec<Pack>) -> Vec<DataFileMeta> {
        let mut bin = Bin::default();
        for file in files {
            bin.add(file, self.options);
            if bin.is_full(self.options) {
                packs.push(bin.take(Reason::SmallFiles));
            }
        }
        if bin.files.len() >= self.options.min_file_num.max(2) {
            packs.push(bin.take(Reason::SmallFiles));
        }
        bin.files
    }

    /// Files whose vectors are in one index file go together, so that it is rewritten once.
    fn pack_with_vectors(&self, files: Vec<DataFileMeta>) -> Vec<Pack> {
        let mut groups: BTreeMap<&str, Vec<DataFileMeta>> = BTreeMap::new();
        for file in files {
            let index = self.vectors.get(&file.file_name).map_or("", |deletion| deletion.path.as_str());
            groups.entry(index).or_default().push(file);
        }
        let mut groups: Vec<Vec<DataFileMeta>> = groups.into_values().collect();
        groups.sort_by_key(|group| group.iter().map(|file| file.file_size).sum::<i64>());
        let (mut bin, mut packs) = (Bin::default(), Vec::new());
        for group in groups {
            for file in group {
                bin.add(file, self.options);
            }
            if bin.is_full(self.options) {
                packs.push(bin.take(Reason::DeletionVectors));
            }
        }
        if !bin.files.is_empty() {
            packs.push(bin.take(Reason::DeletionVectors));
        }
        packs
    }
}

/// Files in the making of a pack.
#[derive(Default)]
struct Bin {
    files: Vec<DataFileMeta>,
    weight: i64,
}

impl Bin {
    fn add(&mut self, file: DataFileMeta, options: &AppendOptions) {
        self.weight = self.weight.saturating_add(file.file_size.saturating_add(options.open_file_cost));
        self.files.push(file);
    }

    fn is_full(&self, options: &AppendOptions) -> bool {
        self.files.len() > 1 && self.weight >= options.enough_bytes()
    }

    fn take(&mut self, reason: Reason) -> Pack {
        self.weight = 0;
        Pack { files: std::mem::take(&mut self.files), reason }
    }
}

/// Neighbours by age, `compaction.min.file-num` at a time; a window with the content of two files loses its oldest.
fn pick_neighbours(files: &[DataFileMeta], options: &AppendOptions) -> Vec<Pack> {
    let mut packs = Vec::new();
    let mut window: Vec<DataFileMeta> = Vec::new();
    for file in by_age(files) {
        window.push(file);
        let bytes = window.iter().fold(0i64, |sum, file| sum.saturating_add(file.file_size));
        if window.len() >= options.min_file_num.max(2) {
            packs.push(Pack { files: std::mem::take(&mut window), reason: Reason::SmallFiles });
        } else if bytes >= options.enough_bytes() {
            window.remove(0);
        }
    }
    packs
}

/// All files from the first small one, or one with deleted rows, on; where that pays.
fn pick_all(files: &[DataFileMeta], vectors: &BucketDeletions, options: &AppendOptions) -> Option<Pack> {
    let has_vectors = options.deletion_vectors || !vectors.is_empty();
    let forced = options.force_rewrite_all_files;
    let is_small = |file: &DataFileMeta| file.file_size < options.small_file_size;
    if !forced && !has_vectors && files.len() < FULL_FILES {
        return None;
    }
    let is_done = |file: &DataFileMeta| !forced && !is_small(file) && !vectors.contains_key(&file.file_name);
    let files: Vec<DataFileMeta> = by_age(files).into_iter().skip_while(is_done).collect();
    let small = files.iter().filter(|file| is_small(file)).count();
    let pays = match files.as_slice() {
        [] => false,
        // Java writes a single file without deleted rows over and over.
        [only] => forced || vectors.contains_key(&only.file_name),
        _ => forced || has_vectors || (small > files.len() - small && files.len() >= FULL_FILES),
    };
    pays.then_some(Pack { files, reason: if forced { Reason::RewriteAll } else { Reason::Full } })
}

fn by_age(files: &[DataFileMeta]) -> Vec<DataFileMeta> {
    let mut files = files.to_vec();
    files.sort_by_key(|file| file.min_sequence_number);
    files
}

#[cfg(test)]
mod tests;
