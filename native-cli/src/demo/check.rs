//! Whether the tables hold what they must: worked out from the source files alone, and compared with what is read back.

use std::{
    fmt,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    path::Path,
};

use arrow_array::RecordBatch;
use cenote_core::{
    scan::ScanBuilder,
    types::{DataField, json_rows},
};

use super::{flights, small, source, weather};
use crate::{
    error::{ExitCode, Failure, Result},
    notice::notice,
    session::Session,
};

/// Rows counted and summed up, whatever their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Digest {
    rows: u64,
    /// Sum of the hashes of the rows' canonical texts.
    sum: u64,
}

impl Digest {
    fn add(&mut self, batch: &RecordBatch, fields: &[DataField]) -> Result<()> {
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let mut text = Vec::new();
        json_rows::write_ndjson(batch, fields, &mut text)?;
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            self.rows += 1;
            self.sum = self.sum.wrapping_add(hasher.hash_one(line));
        }
        Ok(())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows, checksum {:016x}", self.rows, self.sum)
    }
}

/// Compares every table, and the tags of the flights. Errors: integrity, naming all that differ.
pub(super) async fn run(session: &Session, data: &Path) -> Result<()> {
    let mut differing = Vec::new();
    for (name, expected, found) in
        [small_tables(session, data).await?, vec![weather(session, data).await?], year(session, data).await?].concat()
    {
        if expected == found {
            notice(&format!("ok    {name}: {found}"));
        } else {
            notice(&format!("WRONG {name}: expected {expected}; found {found}"));
            differing.push(name);
        }
    }
    if differing.is_empty() {
        return Ok(());
    }
    Err(Failure::Report {
        code: ExitCode::Integrity,
        message: format!("the demo does not read back right: {}", differing.join(", ")),
        hint: Some("run it with --warehouse DIR and look at the tables there".into()),
    })
}

type Compared = (String, Digest, Digest);

async fn small_tables(session: &Session, data: &Path) -> Result<Vec<Compared>> {
    let mut compared = Vec::new();
    for (name, file) in small::TABLES {
        let table = session.table(name).await?;
        let fields = &table.schema().fields;
        let mut expected = Digest::default();
        for batch in source::read(&data.join(file), fields)? {
            expected.add(&batch, fields)?;
        }
        compared.push((name.to_owned(), expected, digest(table.scan()).await?));
    }
    Ok(compared)
}

async fn weather(session: &Session, data: &Path) -> Result<Compared> {
    let table = session.table(weather::TABLE).await?;
    let fields = &table.schema().fields;
    let mut expected = Digest::default();
    for batch in source::read(&data.join("weather.parquet"), fields)? {
        for batch in weather::expected(&batch)? {
            expected.add(&batch, fields)?;
        }
    }
    Ok((weather::TABLE.to_owned(), expected, digest(table.scan()).await?))
}

/// The flights now, and as of each tag.
async fn year(session: &Session, data: &Path) -> Result<Vec<Compared>> {
    let table = session.table(flights::TABLE).await?;
    let fields = &table.schema().fields;
    let states = flights::TAGS.iter().map(|(tag, last)| (Some(*tag), *last)).chain([(None, 12)]).collect::<Vec<_>>();
    let mut expected = vec![Digest::default(); states.len()];
    for batch in source::read(&data.join("flights.parquet"), fields)? {
        let left = flights::left(&batch)?;
        for ((_, last), digest) in states.iter().zip(&mut expected) {
            digest.add(&source::rows_where(&left, "month", |of| of <= *last)?, fields)?;
        }
    }
    let mut compared = Vec::new();
    for ((tag, _), expected) in states.into_iter().zip(expected) {
        let (name, scan) = match tag {
            Some(tag) => (format!("{} at tag {tag}", flights::TABLE), table.scan().tag(tag)),
            None => (flights::TABLE.to_owned(), table.scan()),
        };
        compared.push((name, expected, digest(scan).await?));
    }
    Ok(compared)
}

async fn digest(scan: ScanBuilder) -> Result<Digest> {
    let plan = scan.plan().await?;
    let fields = plan.fields();
    let mut batches = plan.stream().await?;
    let mut digest = Digest::default();
    while let Some(batch) = batches.next().await {
        digest.add(&batch?, &fields)?;
    }
    Ok(digest)
}
