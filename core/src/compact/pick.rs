//! What to do with a bucket of a primary-key table (Java `MergeTreeCompactManager.triggerCompaction`,
//! `CompactStrategy.pickFullCompaction`, `MergeTreeCompactManagerFactory.createCompactStrategy`). Pure.

use super::{
    Reason,
    levels::{SortedRun, sorted_runs},
    universal::{self, CompactUnit, UniversalOptions},
};
use crate::{
    error::Result,
    merge,
    spec::{
        data_file::DataFileMeta,
        options::{CoreOptions, LookupCompact},
    },
    types::DataType,
};

const MILLIS_PER_HOUR: i64 = 3_600_000;

/// Files to compact, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pick {
    pub(super) unit: CompactUnit,
    /// Highest level of the bucket.
    pub(super) max_level: i32,
    /// Whether rows that are deleted end here: nothing older is below.
    pub(super) drop_deletes: bool,
    /// Whether each file is rewritten by itself.
    pub(super) one_by_one: bool,
}

/// When a bucket is looked at, and for what.
pub(super) struct Occasion<'a> {
    /// Whether everything is to become one run.
    pub(super) full: bool,
    /// Milliseconds since the epoch, in local time.
    pub(super) local_millis: i64,
    /// Why a full compaction must rewrite a file of the top level that stays otherwise.
    pub(super) must_rewrite: &'a dyn Fn(&DataFileMeta) -> Option<Reason>,
}

/// The sorted runs of a bucket and the rules of its table.
pub(super) struct Tree<'a> {
    options: &'a CoreOptions,
    num_levels: i32,
    pub(super) runs: Vec<SortedRun>,
}

impl<'a> Tree<'a> {
    /// Errors: `Corrupt` for keys that do not decode.
    pub(super) fn new(options: &'a CoreOptions, files: &[DataFileMeta], key_types: &[DataType]) -> Result<Self> {
        let runs = sorted_runs(files, key_types)?;
        // The option may have been greater when the files were written.
        let num_levels = options.num_levels().max(highest(&runs) + 1);
        Ok(Tree { options, num_levels, runs })
    }

    /// What is due; `None` where the tree is in good shape.
    pub(super) fn pick(&self, occasion: &Occasion<'_>) -> Option<Pick> {
        match occasion.full {
            true => self.pick_full(occasion),
            false => self.pick_by(&self.rules(occasion.local_millis)),
        }
    }

    pub(super) fn pick_by(&self, rules: &UniversalOptions) -> Option<Pick> {
        universal::pick(self.num_levels, &self.runs, rules).map(|unit| self.found(unit, false))
    }

    fn pick_full(&self, occasion: &Occasion<'_>) -> Option<Pick> {
        if let Some(unit) = universal::pick_full(self.num_levels, &self.runs) {
            return Some(self.found(unit, false));
        }
        let mut found = None;
        let files = self.runs.iter().flat_map(|run| &run.files);
        let mut must_rewrite = |file: &&DataFileMeta| {
            let all = self.options.compaction_force_rewrite_all_files.then_some(Reason::RewriteAll);
            let reason = all.or_else(|| (occasion.must_rewrite)(file));
            found = found.or(reason);
            reason.is_some()
        };
        let files: Vec<DataFileMeta> = files.filter(&mut must_rewrite).cloned().collect();
        found.map(|reason| self.found(CompactUnit { output_level: self.num_levels - 1, files, reason }, true))
    }

    /// The rules at a time.
    fn rules(&self, local_millis: i64) -> UniversalOptions {
        let options = self.options;
        let hour = local_millis.div_euclid(MILLIS_PER_HOUR).rem_euclid(24);
        let rules = UniversalOptions::new(options, i32::try_from(hour).unwrap_or_default());
        let force_up_level_0 = match (merge::looks_up(options), options.lookup_compact) {
            (false, _) => rules.force_up_level_0,
            (true, LookupCompact::Radical) => Some(Reason::Lookup),
            // Java counts the times it was asked since it began; a file of level 0 stands for each.
            (true, LookupCompact::Gentle) => (self.level_0() >= self.lookup_interval()).then_some(Reason::Lookup),
        };
        UniversalOptions { is_full_due: self.is_full_due(local_millis), force_up_level_0, ..rules }
    }

    fn level_0(&self) -> usize {
        self.runs.iter().take_while(|run| run.level == 0).count()
    }

    fn lookup_interval(&self) -> usize {
        let trigger = self.options.num_sorted_run_compaction_trigger;
        let interval = self.options.lookup_compact_max_interval.unwrap_or_else(|| trigger.saturating_mul(2));
        usize::try_from(interval.max(trigger)).unwrap_or_default()
    }

    /// Whether the youngest file of the top level is older than the interval of full compactions. The last full compaction
    /// made it; without any there was none.
    fn is_full_due(&self, local_millis: i64) -> bool {
        let Some(interval) = self.options.compaction_optimization_interval else { return false };
        let top = self.options.num_levels() - 1;
        let files = self.runs.iter().filter(|run| run.level == top).flat_map(|run| &run.files);
        let last = files.filter_map(|file| file.creation_time_millis).max();
        let interval = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX);
        last.is_none_or(|last| local_millis.saturating_sub(last) > interval)
    }

    fn found(&self, unit: CompactUnit, one_by_one: bool) -> Pick {
        let level = unit.output_level;
        let nothing_below = level >= highest(&self.runs) || self.options.deletion_vectors_enabled;
        Pick { unit, max_level: self.num_levels - 1, drop_deletes: level != 0 && nothing_below, one_by_one }
    }
}

fn highest(runs: &[SortedRun]) -> i32 {
    runs.iter().map(|run| run.level).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
