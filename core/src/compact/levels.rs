//! The LSM tree of a bucket as sorted runs, newest first (Java `Levels`, format digest 7.4). Pure.
//!
//! ```text
//! level 0   [a..k] [c..z] [b..d]     one run a file, keys may overlap
//! level 3   [a..f][g..m][n..z]       one run a level, keys never overlap
//! ```

use crate::{
    error::Result,
    spec::data_file::DataFileMeta,
    types::{DataType, compare_keys},
};

/// Files whose keys do not overlap, in key order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortedRun {
    /// LSM level.
    pub level: i32,
    /// The files.
    pub files: Vec<DataFileMeta>,
}

impl SortedRun {
    /// Bytes of all files.
    pub fn total_size(&self) -> i64 {
        self.files.iter().map(|file| file.file_size).sum()
    }
}

/// Sorts the files of a bucket into runs: level 0 first, its newest file first; then level by level.
///
/// Errors: `Corrupt` for keys that do not decode.
pub fn sorted_runs(files: &[DataFileMeta], key_types: &[DataType]) -> Result<Vec<SortedRun>> {
    let mut level_0: Vec<&DataFileMeta> = files.iter().filter(|file| file.level == 0).collect();
    level_0.sort_by(|a, b| {
        (b.max_sequence_number.cmp(&a.max_sequence_number))
            .then_with(|| a.min_sequence_number.cmp(&b.min_sequence_number))
            .then_with(|| a.creation_time_millis.cmp(&b.creation_time_millis))
            .then_with(|| a.file_name.cmp(&b.file_name))
    });
    let mut runs: Vec<SortedRun> =
        level_0.into_iter().map(|file| SortedRun { level: 0, files: vec![file.clone()] }).collect();
    let mut levels: Vec<i32> = files.iter().map(|file| file.level).filter(|level| *level > 0).collect();
    levels.sort_unstable();
    levels.dedup();
    for level in levels {
        let mut keyed = files
            .iter()
            .filter(|file| file.level == level)
            .map(|file| Ok((file.min_key.decode(key_types)?, file.clone())))
            .collect::<Result<Vec<_>>>()?;
        keyed.sort_by(|a, b| compare_keys(&a.0, &b.0));
        runs.push(SortedRun { level, files: keyed.into_iter().map(|(_, file)| file).collect() });
    }
    Ok(runs)
}
