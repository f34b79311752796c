//! `demo.airlines`, `demo.airports`, `demo.planes`: one file, one snapshot each.

use std::path::Path;

use cenote_core::types::RowKind;

use super::source::{self, Batches};
use crate::{error::Result, progress::Progress, session::Session};

/// Names of the tables, and their files.
pub(super) const TABLES: [(&str, &str); 3] =
    [("demo.airlines", "airlines.csv"), ("demo.airports", "airports.csv"), ("demo.planes", "planes.csv")];

/// Writes the three.
pub(super) async fn load(session: &Session, data: &Path, progress: &Progress) -> Result<()> {
    for (name, file) in TABLES {
        progress.say(name);
        let table = session.table(name).await?;
        let mut rows = Batches::default();
        for batch in source::read(&data.join(file), &table.schema().fields)? {
            rows.push(batch, RowKind::Insert);
        }
        rows.commit(&table, &Progress::silent()).await?;
    }
    Ok(())
}
