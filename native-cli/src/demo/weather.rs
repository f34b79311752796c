//! `demo.weather`: an append table that gets a column half-way through the year.

use std::path::Path;

use arrow_array::RecordBatch;
use cenote_core::{
    schema::SchemaChange,
    types::{DataType, RowKind, TypeKind},
};

use super::source::{self, Batches, rows_where, without_values};
use crate::{error::Result, progress::Progress, session::Session};

/// Name of the table.
pub(super) const TABLE: &str = "demo.weather";

/// The column that comes later.
const LATER_COLUMN: &str = "wind_gust";
/// The first month that has it.
const FIRST_MONTH_WITH_IT: i32 = 7;

/// Writes the year, a snapshot a month.
pub(super) async fn load(session: &Session, data: &Path, progress: &Progress) -> Result<()> {
    let mut table = session.table(TABLE).await?;
    for month in 1..=12 {
        progress.say(format!("{TABLE}: month {month} of 12"));
        if month == FIRST_MONTH_WITH_IT {
            let column = SchemaChange::AddColumn {
                path: vec![LATER_COLUMN.to_owned()],
                data_type: DataType::nullable(TypeKind::Double),
                comment: Some("miles an hour".into()),
                position: None,
            };
            table = table.alter(&[column]).await?;
        }
        let mut rows = Batches::default();
        for batch in source::read(&data.join("weather.parquet"), &table.schema().fields)? {
            rows.push(rows_where(&batch, "month", |of| of == month)?, RowKind::Insert);
        }
        rows.commit(&table, &Progress::silent()).await?;
    }
    Ok(())
}

/// What the table must hold, given the rows of the file: nothing was measured before the column was there.
pub(super) fn expected(batch: &RecordBatch) -> Result<Vec<RecordBatch>> {
    let before = rows_where(batch, "month", |of| of < FIRST_MONTH_WITH_IT)?;
    let since = rows_where(batch, "month", |of| of >= FIRST_MONTH_WITH_IT)?;
    Ok(vec![without_values(&before, &[LATER_COLUMN])?, since])
}
