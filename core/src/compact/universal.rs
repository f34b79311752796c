//! Universal compaction: which runs to merge, and to which level (Java `UniversalCompaction`, format digest 7.5). Pure.

use super::levels::SortedRun;
use crate::spec::{data_file::DataFileMeta, options::CoreOptions};

/// Files to merge and the level they go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompactUnit {
    /// Level of the result.
    pub output_level: i32,
    /// The files.
    pub files: Vec<DataFileMeta>,
}

/// Numbers that decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UniversalOptions {
    /// `num-sorted-run.compaction-trigger`
    pub trigger: usize,
    /// `compaction.max-size-amplification-percent`
    pub max_size_amplification_percent: i64,
    /// `compaction.size-ratio`, percent
    pub size_ratio: i64,
    /// Take level 0 up even where nothing else asks for it.
    pub force_up_level_0: bool,
}

impl UniversalOptions {
    /// From the table's options.
    pub fn new(options: &CoreOptions) -> Self {
        UniversalOptions {
            trigger: usize::try_from(options.num_sorted_run_compaction_trigger).unwrap_or(1),
            max_size_amplification_percent: options.compaction_max_size_amplification_percent.into(),
            size_ratio: options.compaction_size_ratio.into(),
            force_up_level_0: options.compaction_force_up_level_0,
        }
    }
}

/// All runs into the highest level; `None` where they are there already.
pub fn pick_full(num_levels: i32, runs: &[SortedRun]) -> Option<CompactUnit> {
    let max_level = num_levels - 1;
    match runs {
        [] => None,
        [only] if only.level == max_level => None,
        _ => Some(unit(max_level, runs)),
    }
}

/// What the rules ask for; `None` where the tree is in good shape. `runs` come newest first.
pub fn pick(num_levels: i32, runs: &[SortedRun], options: &UniversalOptions) -> Option<CompactUnit> {
    let max_level = num_levels - 1;
    pick_for_size_amplification(max_level, runs, options)
        .or_else(|| (runs.len() >= options.trigger).then(|| pick_for_size_ratio(max_level, runs, options, 1, false))?)
        .or_else(|| {
            let count = (runs.len() + 1).checked_sub(options.trigger).filter(|count| *count > 1)?;
            pick_for_size_ratio(max_level, runs, options, count, false)
        })
        .or_else(|| {
            let level_0 = runs.iter().take_while(|run| run.level == 0).count();
            (options.force_up_level_0 && level_0 > 0)
                .then(|| pick_for_size_ratio(max_level, runs, options, level_0, true))?
        })
}

/// Everything, when the younger runs together outweigh the oldest too much.
fn pick_for_size_amplification(max_level: i32, runs: &[SortedRun], options: &UniversalOptions) -> Option<CompactUnit> {
    if runs.len() < options.trigger {
        return None;
    }
    let (oldest, younger) = runs.split_last()?;
    let younger_size: i64 = younger.iter().map(SortedRun::total_size).sum();
    let limit = i128::from(options.max_size_amplification_percent) * i128::from(oldest.total_size());
    (i128::from(younger_size) * 100 > limit).then(|| unit(max_level, runs))
}

/// The first `count` runs and further ones while they are not much bigger than those before together.
fn pick_for_size_ratio(
    max_level: i32,
    runs: &[SortedRun],
    options: &UniversalOptions,
    count: usize,
    forced: bool,
) -> Option<CompactUnit> {
    let mut size: i64 = runs.iter().take(count).map(SortedRun::total_size).sum();
    let mut picked = count;
    let mut triggered = forced || count > 1;
    for next in runs.iter().skip(count) {
        // Java computes this bound in doubles.
        let bound = size as f64 * (100.0 + options.size_ratio as f64) / 100.0;
        if bound < next.total_size() as f64 && (!triggered || next.level > 1) {
            break;
        }
        size += next.total_size();
        picked += 1;
        triggered = true;
    }
    triggered.then(|| with_output_level(max_level, runs, picked))
}

/// The result goes right below the first run not taken; never to level 0.
fn with_output_level(max_level: i32, runs: &[SortedRun], picked: usize) -> CompactUnit {
    let mut count = picked.min(runs.len());
    let mut level = runs.get(count).map_or(max_level, |next| (next.level - 1).max(0));
    if level == 0 {
        for next in runs.iter().skip(count) {
            count += 1;
            if next.level != 0 {
                level = next.level;
                break;
            }
        }
    }
    if count == runs.len() {
        level = max_level;
    }
    unit(level, runs.get(..count).unwrap_or(runs))
}

fn unit(output_level: i32, runs: &[SortedRun]) -> CompactUnit {
    CompactUnit { output_level, files: runs.iter().flat_map(|run| run.files.iter().cloned()).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::entries::tests::file;

    /// Runs as `level:size`, newest first; the pick as `level=sizes`.
    fn check(runs: &str, expected: &str) {
        let runs: Vec<SortedRun> = runs
            .split_whitespace()
            .map(|run| {
                let (level, size) = run.split_once(':').unwrap();
                let mut file = file(run, level.parse().unwrap());
                file.file_size = size.parse().unwrap();
                SortedRun { level: file.level, files: vec![file] }
            })
            .collect();
        let options =
            UniversalOptions { trigger: 3, max_size_amplification_percent: 25, size_ratio: 1, force_up_level_0: false };
        let picked = pick(6, &runs, &options).map_or("-".to_owned(), |unit| {
            let sizes: Vec<String> = unit.files.iter().map(|file| file.file_size.to_string()).collect();
            format!("{}={}", unit.output_level, sizes.join(","))
        });
        assert_eq!(picked, expected);
    }

    #[test]
    fn few_runs_stay() {
        check("0:1 5:100", "-");
    }

    #[test]
    fn heavy_young_runs_take_everything() {
        check("0:1 0:20 5:50", "5=1,20,50");
    }

    #[test]
    fn similar_sizes_merge_up_to_the_level_below_the_next_run() {
        check("0:1 0:1 0:1 3:1000 5:9000000", "2=1,1,1");
    }

    #[test]
    fn once_triggered_levels_0_and_1_are_taken_in_whatever_their_size() {
        check("0:1 0:1 0:1000 0:900 1:10000 5:9000000", "4=1,1,1000,900,10000");
    }

    #[test]
    fn too_many_runs_are_merged_even_where_sizes_differ() {
        check("2:1 3:100 4:10000 5:9000000", "3=1,100");
    }
}
