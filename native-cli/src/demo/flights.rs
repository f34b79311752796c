//! `demo.flights`: a year of flights, as a table that follows events sees them.
//!
//! Each month makes three snapshots: the timetable; departures, as updates of its rows; then arrivals as further updates
//! and cancellations as deletes. In between the table is compacted now and then, and tags keep the ends of quarters.

use std::path::Path;

use arrow_array::RecordBatch;
use cenote_core::{
    compact::{self, CompactOptions},
    table::Table,
    types::RowKind,
};

use super::source::{self, Batches, rows_where, rows_without, without_values};
use crate::{error::Result, progress::Progress, session::Session};

/// Name of the table.
pub(super) const TABLE: &str = "demo.flights";

/// Tags, and the last month of the year that is in each.
pub(super) const TAGS: [(&str, i32); 3] = [("q1", 3), ("half-year", 6), ("q3", 9)];

/// Months after which everything so far is compacted; the rest of the year stays in level 0.
const COMPACTED_AFTER: [i32; 2] = [6, 9];

/// Columns that are known when a flight leaves.
const OF_DEPARTURE: [&str; 3] = ["dep_time", "dep_delay", "tailnum"];
/// Columns that are known when it lands.
const OF_ARRIVAL: [&str; 3] = ["arr_time", "arr_delay", "air_time"];

/// Writes the year.
pub(super) async fn load(session: &Session, data: &Path, progress: &Progress) -> Result<()> {
    let table = session.table(TABLE).await?;
    let year = source::read(&data.join("flights.parquet"), &table.schema().fields)?;
    for month in 1..=12 {
        progress.say(format!("{TABLE}: month {month} of 12"));
        let flights = year.iter().map(|batch| rows_where(batch, "month", |of| of == month));
        write_month(&table, &flights.collect::<Result<Vec<_>>>()?).await?;
        if COMPACTED_AFTER.contains(&month) {
            compact::run(&table, &CompactOptions { full: true, ..CompactOptions::default() }).await?;
        }
        if let Some((tag, _)) = TAGS.iter().find(|(_, last)| *last == month) {
            table.tags().create(tag, None).await?;
        }
    }
    Ok(())
}

async fn write_month(table: &Table, flights: &[RecordBatch]) -> Result<()> {
    let silent = Progress::silent();
    let (mut scheduled, mut departed, mut ended) = (Batches::default(), Batches::default(), Batches::default());
    for batch in flights {
        let before_arrival = without_values(batch, &OF_ARRIVAL)?;
        scheduled.push(without_values(&before_arrival, &OF_DEPARTURE)?, RowKind::Insert);
        departed.push(left(&before_arrival)?, RowKind::UpdateAfter);
        ended.push(rows_where(batch, "arr_time", |_| true)?, RowKind::UpdateAfter);
        ended.push(rows_without(batch, "dep_time")?, RowKind::Delete);
    }
    scheduled.commit(table, &silent).await?;
    departed.commit(table, &silent).await?;
    ended.commit(table, &silent).await
}

/// The flights that left: those that the table must hold in the end.
pub(super) fn left(batch: &RecordBatch) -> Result<RecordBatch> {
    rows_where(batch, "dep_time", |_| true)
}
