//! Universal compaction: which runs to merge, and to which level (Java `UniversalCompaction`, `EarlyFullCompaction`,
//! `ForceUpLevel0Compaction`; format digest 7.5). Pure.

use super::{Reason, levels::SortedRun};
use crate::spec::{data_file::DataFileMeta, options::CoreOptions};

/// Files to merge and the level they go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompactUnit {
    /// Level of the result.
    pub output_level: i32,
    /// The files.
    pub files: Vec<DataFileMeta>,
    /// The rule that picked them.
    pub reason: Reason,
}

/// Numbers that decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UniversalOptions {
    /// `num-sorted-run.compaction-trigger`
    pub trigger: usize,
    /// `compaction.max-size-amplification-percent`
    pub max_size_amplification_percent: i64,
    /// `compaction.size-ratio`, percent; with `compaction.offpeak-ratio` in off-peak hours.
    pub size_ratio: i64,
    /// `compaction.optimization-interval` has passed since the last full compaction.
    pub is_full_due: bool,
    /// `compaction.total-size-threshold`
    pub total_size_threshold: Option<i64>,
    /// `compaction.incremental-size-threshold`
    pub incremental_size_threshold: Option<i64>,
    /// Take level 0 up even where nothing else asks for it, and why.
    pub force_up_level_0: Option<Reason>,
}

impl UniversalOptions {
    /// From the table's options, at an hour of the day in local time. Nothing is due, and level 0 is taken up where
    /// `compaction.force-up-level-0` says so.
    pub fn new(options: &CoreOptions, hour: i32) -> Self {
        let size = |bytes: Option<u64>| bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        UniversalOptions {
            trigger: usize::try_from(options.num_sorted_run_compaction_trigger).unwrap_or(1),
            max_size_amplification_percent: options.compaction_max_size_amplification_percent.into(),
            size_ratio: i64::from(options.compaction_size_ratio) + off_peak_ratio(options, hour),
            is_full_due: false,
            total_size_threshold: size(options.compaction_total_size_threshold),
            incremental_size_threshold: size(options.compaction_incremental_size_threshold),
            force_up_level_0: options.compaction_force_up_level_0.then_some(Reason::ForceUpLevel0),
        }
    }
}

/// What `compaction.offpeak-ratio` adds at an hour of the day (Java `OffPeakHours`).
fn off_peak_ratio(options: &CoreOptions, hour: i32) -> i64 {
    let (start, end) = (options.compaction_offpeak_start_hour, options.compaction_offpeak_end_hour);
    let is_off_peak = match start <= end {
        true => (start..end).contains(&hour),
        false => hour < end || start <= hour,
    };
    let is_set = start != -1 && end != -1 && start != end;
    if is_set && is_off_peak { options.compaction_offpeak_ratio.into() } else { 0 }
}

/// All runs into the highest level; `None` where they are there already.
pub fn pick_full(num_levels: i32, runs: &[SortedRun]) -> Option<CompactUnit> {
    let max_level = num_levels - 1;
    match runs {
        [] => None,
        [only] if only.level == max_level => None,
        _ => Some(unit(max_level, runs, Reason::Full)),
    }
}

/// What the rules ask for; `None` where the tree is in good shape. `runs` come newest first.
pub fn pick(num_levels: i32, runs: &[SortedRun], options: &UniversalOptions) -> Option<CompactUnit> {
    let max_level = num_levels - 1;
    let picked = early_full(max_level, runs, options)
        .or_else(|| pick_for_size_amplification(max_level, runs, options))
        .or_else(|| pick_for_size_ratio(max_level, runs, options))
        .or_else(|| pick_for_run_count(max_level, runs, options))
        .or_else(|| pick_level_0(max_level, runs, options));
    picked.filter(|unit| match unit.files.as_slice() {
        [] => false,
        [file] => file.level != unit.output_level,
        _ => true,
    })
}

/// Everything: now and then, where it is little, or where much waits below the top.
fn early_full(max_level: i32, runs: &[SortedRun], options: &UniversalOptions) -> Option<CompactUnit> {
    if runs.len() < 2 {
        return None;
    }
    let bytes = |below: i32| runs.iter().filter(|run| run.level != below).map(SortedRun::total_size).sum::<i64>();
    let reason = if options.is_full_due {
        Reason::FullInterval
    } else if options.total_size_threshold.is_some_and(|threshold| bytes(-1) < threshold) {
        Reason::TotalSize
    } else if options.incremental_size_threshold.is_some_and(|threshold| bytes(max_level) > threshold) {
        Reason::IncrementalSize
    } else {
        return None;
    };
    Some(unit(max_level, runs, reason))
}

/// Everything, when the younger runs together outweigh the oldest too much.
fn pick_for_size_amplification(max_level: i32, runs: &[SortedRun], options: &UniversalOptions) -> Option<CompactUnit> {
    if runs.len() < options.trigger {
        return None;
    }
    let (oldest, younger) = runs.split_last()?;
    let younger_size: i64 = younger.iter().map(SortedRun::total_size).sum();
    let limit = i128::from(options.max_size_amplification_percent) * i128::from(oldest.total_size());
    (i128::from(younger_size) * 100 > limit).then(|| unit(max_level, runs, Reason::SizeAmplification))
}

/// The youngest run and those that follow, while they are of like size.
fn pick_for_size_ratio(max_level: i32, runs: &[SortedRun], options: &UniversalOptions) -> Option<CompactUnit> {
    if runs.len() < options.trigger {
        return None;
    }
    let picked = extend(runs, options, 1, false)?;
    Some(with_output_level(max_level, runs, picked, Reason::SizeRatio))
}

/// As many as it takes that no more runs are left than trigger a compaction.
fn pick_for_run_count(max_level: i32, runs: &[SortedRun], options: &UniversalOptions) -> Option<CompactUnit> {
    let count = runs.len().checked_sub(options.trigger).filter(|more| *more > 0)? + 1;
    let picked = extend(runs, options, count, false)?;
    Some(with_output_level(max_level, runs, picked, Reason::RunCount))
}

/// All of level 0.
fn pick_level_0(max_level: i32, runs: &[SortedRun], options: &UniversalOptions) -> Option<CompactUnit> {
    let reason = options.force_up_level_0?;
    let count = runs.iter().take_while(|run| run.level == 0).count();
    let picked = (count > 0).then(|| extend(runs, options, count, true))??;
    Some(with_output_level(max_level, runs, picked, reason))
}

/// The number of runs to take: the first `count` and further ones while they are not much bigger than those before
/// together. `None` where that is the first one alone, unless `forced`.
fn extend(runs: &[SortedRun], options: &UniversalOptions, count: usize, forced: bool) -> Option<usize> {
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
    triggered.then_some(picked)
}

/// The result goes right below the first run not taken; never to level 0.
fn with_output_level(max_level: i32, runs: &[SortedRun], picked: usize, reason: Reason) -> CompactUnit {
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
    unit(level, runs.get(..count).unwrap_or(runs), reason)
}

fn unit(output_level: i32, runs: &[SortedRun], reason: Reason) -> CompactUnit {
    CompactUnit { output_level, files: runs.iter().flat_map(|run| run.files.iter().cloned()).collect(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::entries::tests::file;
    use std::collections::BTreeMap;

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
        let options = UniversalOptions {
            trigger: 3,
            max_size_amplification_percent: 25,
            size_ratio: 1,
            is_full_due: false,
            total_size_threshold: None,
            incremental_size_threshold: None,
            force_up_level_0: None,
        };
        let picked = pick(6, &runs, &options).map_or("-".to_owned(), |unit| {
            let sizes: Vec<String> = unit.files.iter().map(|file| file.file_size.to_string()).collect();
            format!("{}={} {}", unit.output_level, sizes.join(","), unit.reason.name())
        });
        assert_eq!(picked, expected);
    }

    #[test]
    fn few_runs_stay() {
        check("0:1 5:100", "-");
    }

    #[test]
    fn heavy_young_runs_take_everything() {
        check("0:1 0:20 5:50", "5=1,20,50 size-amplification");
    }

    #[test]
    fn similar_sizes_merge_up_to_the_level_below_the_next_run() {
        check("0:1 0:1 0:1 3:1000 5:9000000", "2=1,1,1 size-ratio");
    }

    #[test]
    fn once_triggered_levels_0_and_1_are_taken_in_whatever_their_size() {
        check("0:1 0:1 0:1000 0:900 1:10000 5:9000000", "4=1,1,1000,900,10000 size-ratio");
    }

    #[test]
    fn too_many_runs_are_merged_even_where_sizes_differ() {
        check("2:1 3:100 4:10000 5:9000000", "3=1,100 run-count");
    }

    #[test]
    fn off_peak_hours_may_span_midnight() {
        let ratio = |start: &str, end: &str, hour| {
            let options = [("start.hour", start), ("end.hour", end)]
                .map(|(name, value)| (format!("compaction.offpeak.{name}"), value.to_owned()));
            let mut options = BTreeMap::from(options);
            options.insert("compaction.offpeak-ratio".into(), "20".into());
            UniversalOptions::new(&CoreOptions::parse(&options).unwrap(), hour).size_ratio
        };
        assert_eq!([1, 2, 17, 18].map(|hour| ratio("2", "18", hour)), [1, 21, 21, 1]);
        assert_eq!([21, 22, 23, 0, 5, 6].map(|hour| ratio("22", "6", hour)), [1, 21, 21, 21, 21, 1]);
        assert_eq!([0, 5].map(|hour| ratio("5", "5", hour)), [1, 1]);
        assert_eq!([0, 5].map(|hour| ratio("-1", "5", hour)), [1, 1]);
    }
}
