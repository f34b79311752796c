//! Rows by their number: any page of a result, without keeping the others.
//!
//! A result is a list of parts, which are the splits of a plan, or one part where there are none. Of each part it is known how
//! many rows it has: from the manifests, or since it was read to its end. A page that lies ahead is reached by reading on,
//! any other one by opening its part again, without the files and row groups before it where that is possible. So nothing but
//! one batch is kept, and going back costs one part at most.

use arrow_array::RecordBatch;
use cenote_core::{
    Result,
    scan::{Plan, RecordBatchStream},
};
#[cfg(feature = "full")]
use cenote_core::{changes::ChangesPlan, system::StreamedTable};

/// Where rows come from, as often as they are wanted.
#[derive(Debug)]
pub(crate) enum Source {
    /// A scan.
    Plan(Box<Plan>),
    /// Changes.
    #[cfg(feature = "full")]
    Changes(Box<ChangesPlan>),
    /// A system table that shows rows of a table.
    #[cfg(feature = "full")]
    Streamed(Box<StreamedTable>),
    /// Rows that are there.
    #[cfg(feature = "full")]
    Rows(RecordBatch),
}

/// Opening a part again costs about as much as reading so many rows more.
const WORTH_OPENING: u64 = 60_000;

/// Rows of a part that are fetched before others when the part before it was read to its end.
const FIRST_ROWS: u64 = 10_000;

/// Reads pages of a source.
#[derive(Debug)]
pub(crate) struct Pager {
    source: Source,
    /// Rows of each part, where they are known.
    parts: Vec<Option<u64>>,
    /// Whether the number of a part's rows was known before it was read: then its rows can be skipped.
    seeks: Vec<bool>,
    place: Option<Place>,
}

/// Where a read stands.
#[derive(Debug)]
struct Place {
    part: usize,
    /// Number of the next row.
    at: u64,
    /// Rows of the part before the next one.
    within: u64,
    stream: RecordBatchStream,
    /// Rows of a batch that are not given out yet.
    rest: Option<RecordBatch>,
}

impl Pager {
    /// A pager at the first row.
    pub(crate) fn new(source: Source) -> Self {
        let parts = match &source {
            Source::Plan(plan) if plan.reads_by_split() => {
                (0..plan.splits.len()).map(|index| plan.rows_of_split(index)).collect()
            }
            #[cfg(feature = "full")]
            Source::Rows(rows) => vec![Some(rows.num_rows() as u64)],
            _ => vec![None],
        };
        let seeks = parts.iter().map(Option::is_some).collect();
        Pager { source, parts, seeks, place: None }
    }

    /// How many rows there are, once that is known.
    pub(crate) fn total(&self) -> Option<u64> {
        self.parts.iter().try_fold(0u64, |sum, rows| sum.checked_add((*rows)?))
    }

    /// Up to `count` rows from number `offset` on; fewer at the end. `passed` hears of rows that are read on the way, and is
    /// waited for.
    pub(crate) async fn page(
        &mut self,
        offset: u64,
        count: usize,
        passed: impl AsyncFn(u64),
    ) -> Result<Vec<RecordBatch>> {
        #[cfg(feature = "full")]
        if let Source::Rows(rows) = &self.source {
            let start = usize::try_from(offset).unwrap_or(usize::MAX).min(rows.num_rows());
            return Ok(vec![rows.slice(start, count.min(rows.num_rows() - start))]);
        }
        let mut place = self.seek(offset, count as u64).await?;
        let mut page = Vec::new();
        let (mut wanted, mut told) = (count, place.as_ref().map_or(0, |place| place.at));
        while wanted > 0
            && let Some(here) = &mut place
        {
            let Some(batch) = here.next().await? else {
                place = self.follow(place).await?;
                continue;
            };
            let before = usize::try_from(offset.saturating_sub(here.at)).unwrap_or(usize::MAX).min(batch.num_rows());
            let taken = wanted.min(batch.num_rows() - before);
            here.give_back(&batch, before + taken);
            if taken > 0 {
                page.push(batch.slice(before, taken));
                wanted -= taken;
            } else if here.at - told >= WORTH_OPENING {
                told = here.at;
                passed(told).await;
            }
        }
        // Kept only when all went well: a read that was given up stands nowhere.
        self.place = place;
        Ok(page)
    }

    /// Stands at the row `offset` or before it, as near as is cheap; nowhere when it is behind the last row.
    async fn seek(&mut self, offset: u64, count: u64) -> Result<Option<Place>> {
        let (mut part, mut start) = (0, 0u64);
        while let Some(Some(rows)) = self.parts.get(part)
            && start.saturating_add(*rows) <= offset
        {
            start += rows;
            part += 1;
        }
        let skip = if self.seeks.get(part) == Some(&true) { offset - start } else { 0 };
        let from = start + skip;
        let reached = self.place.take().filter(|place| place.at <= offset);
        match reached {
            Some(place) if place.part >= part && from.saturating_sub(place.at) < WORTH_OPENING => Ok(Some(place)),
            _ => self.open(part, start, (skip, count)).await,
        }
    }

    /// Begins a part; none behind the last one. Leaves out `skip` rows where that is cheap, and wants `soon` rows first.
    async fn open(&self, part: usize, start: u64, (skip, soon): (u64, u64)) -> Result<Option<Place>> {
        if part >= self.parts.len() {
            return Ok(None);
        }
        let (stream, skipped) = match &self.source {
            Source::Plan(plan) if plan.reads_by_split() => plan.stream_split(part, skip, soon).await?,
            Source::Plan(plan) => (plan.stream().await?, 0),
            #[cfg(feature = "full")]
            Source::Changes(plan) => (plan.stream()?, 0),
            #[cfg(feature = "full")]
            Source::Streamed(table) => (table.open().await?.1, 0),
            #[cfg(feature = "full")]
            Source::Rows(_) => return Ok(None),
        };
        Ok(Some(Place { part, at: start + skipped, within: skipped, stream, rest: None }))
    }

    /// A part was read to its end: its rows are known, and the next one follows.
    async fn follow(&mut self, place: Option<Place>) -> Result<Option<Place>> {
        let Some(place) = place else { return Ok(None) };
        if let Some(rows) = self.parts.get_mut(place.part) {
            *rows = Some(place.within);
        }
        self.open(place.part + 1, place.at, (0, FIRST_ROWS)).await
    }
}

impl Place {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        match self.rest.take() {
            Some(rest) => Ok(Some(rest)),
            None => self.stream.next().await.transpose(),
        }
    }

    /// The first `count` rows of a batch are used.
    fn give_back(&mut self, batch: &RecordBatch, count: usize) {
        self.at += count as u64;
        self.within += count as u64;
        self.rest = (count < batch.num_rows()).then(|| batch.slice(count, batch.num_rows() - count));
    }
}
