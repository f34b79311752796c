//! Incremental clustering: new files are sorted with a few older runs at a time (Java `IncrementalClusterManager`,
//! `IncrementalClusterStrategy`; option `clustering.incremental`).
//!
//! ```text
//! level 0   [..] [..] [..]     as written, each a run
//! level 4   [a..k][k..z]       files of one clustering: one run
//! level 5   [a..f][f..z]       the rules of LSM trees say which runs are sorted together, and to which level
//! ```

use super::{
    sort::{check_table, task},
    strategy::{ClusterBy, ClusterTask},
};
use crate::{
    compact::{
        CompactTask, Reason, TaskVectors,
        levels::SortedRun,
        universal::{self, UniversalOptions},
    },
    error::{Error, Result},
    scan::BucketFiles,
    spec::{data_file::DataFileMeta, options::CoreOptions},
    table::Table,
};

/// The runs of a bucket that are due; `None` where there are none.
///
/// Errors: `Invalid` where `clustering.columns` is missing or wrong, `NotFound` where the schema of a file is.
pub(in crate::compact) async fn plan_incremental(
    table: &Table,
    bucket: BucketFiles,
    vectors: &TaskVectors,
    full: bool,
) -> Result<Option<CompactTask>> {
    check_table(table)?;
    let missing = || Error::invalid("clustering.incremental=true needs clustering.columns").at(table.name());
    let by = ClusterBy::of_options(table.options())?.ok_or_else(missing)?;
    let runs = runs_of(&bucket.files);
    let highest = runs.iter().map(|run| run.level).max().unwrap_or(0);
    let num_levels = table.options().num_levels().max(highest + 1).max(2);
    let unit = if full && is_clustered(table, &runs, num_levels, &by).await? {
        None
    } else if full {
        let files: Vec<DataFileMeta> = runs.iter().flat_map(|run| run.files.iter().cloned()).collect();
        (!files.is_empty()).then_some((num_levels - 1, files, Reason::Full))
    } else {
        let unit = universal::pick(num_levels, &runs, &rules(table.options()));
        unit.map(|unit| (unit.output_level, unit.files, unit.reason))
    };
    let Some((output_level, files, reason)) = unit else { return Ok(None) };
    let kind = ClusterTask { columns: by.columns, strategy: by.strategy, output_level };
    kind.check(table.schema()).map_err(|error| error.at(table.name()))?;
    Ok(Some(CompactTask { runs_before: runs.len(), ..task(&bucket, vectors, files, kind, reason) }))
}

/// A file of level 0 is a run; so are all files of a higher level.
fn runs_of(files: &[DataFileMeta]) -> Vec<SortedRun> {
    let mut files = files.to_vec();
    files.sort_by_key(|file| file.level);
    let same_run = |a: &DataFileMeta, b: &DataFileMeta| a.level == b.level && a.level > 0;
    let run =
        |files: &[DataFileMeta]| SortedRun { level: files.first().map_or(0, |file| file.level), files: files.to_vec() };
    files.chunk_by(same_run).map(run).collect()
}

/// The rules of LSM trees, without those for off-peak hours and for full compactions now and then.
fn rules(options: &CoreOptions) -> UniversalOptions {
    UniversalOptions {
        size_ratio: options.compaction_size_ratio.into(),
        total_size_threshold: None,
        incremental_size_threshold: None,
        force_up_level_0: None,
        ..UniversalOptions::new(options, 0)
    }
}

/// Whether all files are of the highest level, sorted by the columns of today.
async fn is_clustered(table: &Table, runs: &[SortedRun], num_levels: i32, by: &ClusterBy) -> Result<bool> {
    let [run] = runs else { return Ok(false) };
    let Some(file) = run.files.first().filter(|_| run.level == num_levels - 1) else { return Ok(false) };
    let schema = table.schemas().get(file.schema_id).await?;
    let then = ClusterBy::of_options(&CoreOptions::parse(&schema.options)?)?;
    Ok(then.is_some_and(|then| then.columns == by.columns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::entries::tests::file;

    #[test]
    fn files_of_level_0_are_runs_of_their_own() {
        let files = [file("a", 4), file("b", 0), file("c", 4), file("d", 0), file("e", 5)];
        let runs = runs_of(&files);
        let shown: Vec<(i32, usize)> = runs.iter().map(|run| (run.level, run.files.len())).collect();
        assert_eq!(shown, [(0, 1), (0, 1), (4, 2), (5, 1)]);
    }
}
