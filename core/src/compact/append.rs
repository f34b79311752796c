//! Which small files of an append bucket to put together (Java `AppendCompactCoordinator`, `BucketedAppendCompactManager`,
//! format digest 10.2). Pure.

use crate::spec::{data_file::DataFileMeta, options::CoreOptions};

/// Numbers that decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppendOptions {
    /// `target-file-size`
    pub target_file_size: i64,
    /// A file is small below this size.
    pub small_file_size: i64,
    /// `source.split.open-file-cost`, counted for each file of a pack
    pub open_file_cost: i64,
    /// `compaction.min.file-num`
    pub min_file_num: usize,
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
        }
    }
}

/// Groups of files that become one (or few) each. `full` packs even a few files together; `ordered` buckets keep the
/// order of arrival, so that only neighbours may be put together.
pub fn pack(files: &[DataFileMeta], options: &AppendOptions, full: bool, ordered: bool) -> Vec<Vec<DataFileMeta>> {
    let mut candidates: Vec<&DataFileMeta> = files.iter().collect();
    if ordered {
        candidates.sort_by_key(|file| file.min_sequence_number);
    } else {
        candidates.retain(|file| file.file_size < options.small_file_size);
        candidates.sort_by_key(|file| file.file_size);
    }
    let least = if full { 2 } else { options.min_file_num };
    let mut packs = Vec::new();
    let (mut bin, mut weight) = (Vec::new(), 0i64);
    let mut close = |bin: &mut Vec<DataFileMeta>, weight: &mut i64, enough: bool| {
        if enough && bin.len() > 1 {
            packs.push(std::mem::take(bin));
        }
        bin.clear();
        *weight = 0;
    };
    for file in candidates {
        if ordered && file.file_size >= options.small_file_size {
            let enough = bin.len() >= least;
            close(&mut bin, &mut weight, enough);
            continue;
        }
        bin.push(file.clone());
        weight = weight.saturating_add(file.file_size + options.open_file_cost);
        if bin.len() > 1 && weight >= options.target_file_size.saturating_mul(2) {
            close(&mut bin, &mut weight, true);
        }
    }
    let enough = bin.len() >= least;
    close(&mut bin, &mut weight, enough);
    packs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::entries::tests::file;

    fn check(sizes: &[i64], full: bool, ordered: bool, expected: &[&[i64]]) {
        let files: Vec<DataFileMeta> = sizes
            .iter()
            .enumerate()
            .map(|(place, size)| {
                let mut file = file("f", 0);
                file.file_size = *size;
                file.min_sequence_number = place as i64;
                file
            })
            .collect();
        let options = AppendOptions { target_file_size: 100, small_file_size: 70, open_file_cost: 1, min_file_num: 3 };
        let packs = pack(&files, &options, full, ordered);
        let sizes: Vec<Vec<i64>> = packs.iter().map(|pack| pack.iter().map(|file| file.file_size).collect()).collect();
        assert_eq!(sizes, expected);
    }

    #[test]
    fn too_few_small_files_wait() {
        check(&[10, 90, 10], false, false, &[]);
    }

    #[test]
    fn full_takes_two() {
        check(&[10, 90, 20], true, false, &[&[10, 20]]);
    }

    #[test]
    fn pack_closes_when_it_fills_two_files() {
        check(&[60, 60, 60, 60, 1, 1], false, false, &[&[1, 1, 60, 60, 60, 60]]);
        check(&[65, 65, 65, 65], false, false, &[&[65, 65, 65, 65]]);
    }

    #[test]
    fn ordered_buckets_never_jump_over_a_big_file() {
        check(&[10, 11, 12, 90, 13, 14], false, true, &[&[10, 11, 12]]);
        check(&[10, 90, 13, 14], true, true, &[&[13, 14]]);
    }
}
