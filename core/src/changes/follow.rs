//! Changes as they are committed (Java `DataTableStreamScan`, format digest 16).

use super::{ChangesBuilder, ChangesPlan, Work, files, range};
use crate::{
    error::{Error, Result},
    scan::entry_filter,
    spec::{
        options::ChangelogProducer,
        snapshot::{CommitKind, Snapshot},
    },
};

/// A reader of changes that goes on from snapshot to snapshot. What it knows is the next snapshot id.
#[derive(Clone, Debug)]
pub struct Follow {
    builder: ChangesBuilder,
    next: i64,
}

/// The changes of one snapshot.
#[derive(Clone, Debug)]
pub struct ChangesStep {
    /// The snapshot, or the long-lived changelog of one that has expired.
    pub snapshot: Snapshot,
    /// Its changes.
    pub plan: ChangesPlan,
}

impl ChangesBuilder {
    /// Follows the table from the snapshot `first` (inclusive) on, as Java's streaming read from a snapshot id does: the
    /// changelog where the table makes one, else what APPEND snapshots add. Range and mode of the builder do not matter.
    pub fn follow(&self, first: i64) -> Follow {
        Follow { builder: self.clone(), next: first.max(1) }
    }
}

impl Follow {
    /// The next snapshot id to look at: with it, another [`ChangesBuilder::follow`] goes on here.
    pub fn next_snapshot(&self) -> i64 {
        self.next
    }

    /// The next changes, `None` where there are none yet. Snapshots without changes are passed over.
    ///
    /// Errors: `NotFound` where the next snapshot has expired, `Conflict` where the table was rolled back behind it,
    /// `Unsupported` for tables whose changes this build could get wrong.
    pub async fn next(&mut self) -> Result<Option<ChangesStep>> {
        let mut plan = self.builder.empty_plan()?;
        let table = &self.builder.table;
        let changelog = table.options().changelog_producer != ChangelogProducer::None;
        let filter = entry_filter(table, table.schema(), plan.pushed().as_ref())?;
        loop {
            let Some(snapshot) = range::step(table, self.next, true).await? else {
                return self.check_range().await.map(|()| None);
            };
            self.check_overwrite(&snapshot)?;
            let counts = match changelog {
                true => snapshot.commit_kind != CommitKind::Overwrite,
                false => snapshot.commit_kind == CommitKind::Append,
            };
            let splits =
                if counts { files::splits_of_step(table, &snapshot, changelog, &filter).await? } else { Vec::new() };
            self.next = snapshot.id.saturating_add(1);
            if !splits.is_empty() {
                plan.work = Work::Rows(splits);
                return Ok(Some(ChangesStep { snapshot, plan }));
            }
        }
    }

    /// The next snapshot is not there: fine if it is the one after the latest.
    async fn check_range(&self) -> Result<()> {
        let table = &self.builder.table;
        let snapshots = table.snapshots();
        let Some(latest) = snapshots.latest().await? else { return Ok(()) };
        let earliest = snapshots.earliest().await?.map_or(latest.id, |snapshot| snapshot.id);
        let changelogs = table.changelogs().earliest_id(Some(earliest)).await?;
        let available = range::available(earliest, latest.id, changelogs);
        if self.next < earliest {
            let message = format!("the changes of snapshot {} have expired: {available}", self.next);
            return Err(Error::not_found(message).at(table.name()));
        }
        if self.next > latest.id.saturating_add(1) {
            let message = format!("snapshot {} comes next, but the table was rolled back: {available}", self.next);
            return Err(Error::conflict(message).at(table.name()));
        }
        Ok(())
    }

    fn check_overwrite(&self, snapshot: &Snapshot) -> Result<()> {
        let table = &self.builder.table;
        let is_on = |name: &&str| {
            table.options().raw().get(*name).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
        };
        let shows = ["streaming-read-overwrite", "streaming-read-append-overwrite"].into_iter().find(|n| is_on(n));
        match shows.filter(|_| snapshot.commit_kind == CommitKind::Overwrite) {
            Some(option) => {
                let message = format!("cannot follow OVERWRITE snapshots with {option}=true yet");
                Err(Error::unsupported(message).at(table.name()).with("snapshot", snapshot.id))
            }
            None => Ok(()),
        }
    }
}
