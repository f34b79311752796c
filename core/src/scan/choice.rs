//! Which state of a table a read is about (Java `TimeTravelUtil`, `AbstractDataTableScan`; format digest 14).

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    error::{Error, ErrorKind, Result},
    spec::{
        snapshot::{CommitKind, Snapshot},
        table_schema::TableSchema,
    },
    table::Table,
};

/// Which state of the table to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SnapshotChoice {
    /// The latest snapshot, with the latest schema.
    #[default]
    Latest,
    /// A snapshot by id, with its own schema.
    Id(i64),
    /// A tagged snapshot, with its own schema.
    Tag(String),
    /// The last snapshot not later than this time (epoch milliseconds), with its own schema.
    TimestampMillis(i64),
    /// The first snapshot whose watermark is this (epoch milliseconds) or later, with its own schema.
    Watermark(i64),
    /// What `VERSION AS OF` takes: a tag by its name, else `watermark-<millis>`, else a snapshot id.
    Version(String),
}

impl SnapshotChoice {
    /// The chosen snapshot of `table`, `None` for the latest of a table without any.
    ///
    /// Errors: `NotFound` for a snapshot or tag that is not there, saying which are; `Invalid` for a version that is none.
    pub async fn snapshot(&self, table: &Table) -> Result<Option<Snapshot>> {
        let snapshots = table.snapshots();
        let chosen = match self {
            SnapshotChoice::Latest => return snapshots.latest().await,
            SnapshotChoice::Id(id) => snapshots.get(*id).await?,
            SnapshotChoice::Tag(name) => table.tags().get(name).await?.snapshot,
            SnapshotChoice::TimestampMillis(millis) => snapshots.at_or_before(*millis).await?.ok_or_else(|| {
                Error::not_found(format!("no snapshot is as old as timestamp {millis}")).at(table.name())
            })?,
            SnapshotChoice::Watermark(mark) => snapshots.at_or_after_watermark(*mark).await?.ok_or_else(|| {
                Error::not_found(format!("no snapshot has watermark {mark} or a later one")).at(table.name())
            })?,
            SnapshotChoice::Version(version) => version_of(table, version).await?,
        };
        Ok(Some(chosen))
    }

    /// The chosen snapshot and the schema that its rows are read under.
    pub(super) async fn resolve(&self, table: &Table) -> Result<(Option<Snapshot>, Arc<TableSchema>)> {
        let snapshot = self.snapshot(table).await?;
        let schema = match (self, &snapshot) {
            (SnapshotChoice::Latest, _) | (_, None) => Arc::clone(table.schema()),
            (_, Some(snapshot)) => table.schemas().get(snapshot.schema_id).await?,
        };
        Ok((snapshot, schema))
    }
}

async fn version_of(table: &Table, version: &str) -> Result<Snapshot> {
    match table.tags().get_opt(version).await {
        Ok(Some(tag)) => return Ok(tag.snapshot),
        Ok(None) => {}
        Err(error) if error.kind() == ErrorKind::Invalid => {}
        Err(error) => return Err(error),
    }
    let choice = match (version.strip_prefix("watermark-").map(str::parse), version.parse()) {
        (Some(Ok(mark)), _) => SnapshotChoice::Watermark(mark),
        (None, Ok(id)) if version.bytes().all(|byte| byte.is_ascii_digit()) => SnapshotChoice::Id(id),
        _ => {
            let message =
                format!("no tag has the name {version:?}, and it is neither a snapshot id nor watermark-<millis>");
            return Err(Error::not_found(message).at(table.name()));
        }
    };
    let found = Box::pin(choice.snapshot(table)).await?;
    found.ok_or_else(|| Error::internal("a choice by id or watermark without a snapshot"))
}

/// The options that name a state, at most one of which may be set.
const TRAVEL_OPTIONS: [&str; 5] =
    ["scan.snapshot-id", "scan.tag-name", "scan.watermark", "scan.timestamp", "scan.timestamp-millis"];

/// What the `scan.*` options of a table and of its reader ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A state.
    State(SnapshotChoice),
    /// The last compacted state under the latest schema (`scan.mode` = `compacted-full`).
    Compacted,
}

impl Asked {
    /// Reads the options. `table` interprets times. Errors: `Invalid` naming the option, `Unsupported` for modes that
    /// read something else than a state.
    pub(super) fn of_options(table: &Table, options: &BTreeMap<String, String>) -> Result<Self> {
        let mode = options.get("scan.mode").map_or("default", String::as_str).to_ascii_lowercase().replace('_', "-");
        if ["incremental-between", "incremental-between-timestamp", "incremental-to-auto-tag"]
            .iter()
            .any(|name| options.contains_key(*name))
        {
            let message = "a scan reads a state, and the options ask for changes: read them with changes()";
            return Err(Error::unsupported(message).at(table.name()));
        }
        let choice = choice_of(table, options)?;
        match (mode.as_str(), choice) {
            ("default", Some(choice)) => Ok(Asked::State(choice)),
            ("from-snapshot" | "from-snapshot-full", Some(choice)) if !by_time(&choice) => Ok(Asked::State(choice)),
            ("from-timestamp", Some(choice)) if by_time(&choice) => Ok(Asked::State(choice)),
            ("from-snapshot" | "from-snapshot-full" | "from-timestamp", _) => {
                let message = format!("option scan.mode={mode} needs the option that says which");
                Err(Error::invalid(message).at(table.name()))
            }
            (_, Some(_)) => {
                let message = format!("option scan.mode={mode} does not go with an option that names a state");
                Err(Error::invalid(message).at(table.name()))
            }
            ("default", None) if options.contains_key("scan.file-creation-time-millis") => {
                Err(refused_mode(table, &mode))
            }
            ("default", None) if options.contains_key("scan.creation-time-millis") => Err(refused_mode(table, &mode)),
            ("default" | "latest-full" | "full" | "latest", None) => Ok(Asked::State(SnapshotChoice::Latest)),
            ("compacted-full", None) => Ok(Asked::Compacted),
            (_, None) => Err(refused_mode(table, &mode)),
        }
    }

    /// The snapshot and the schema that its rows are read under.
    pub(super) async fn resolve(&self, table: &Table) -> Result<(Option<Snapshot>, Arc<TableSchema>)> {
        match self {
            Asked::State(choice) => choice.resolve(table).await,
            Asked::Compacted => Ok((last_compacted(table).await?, Arc::clone(table.schema()))),
        }
    }
}

fn refused_mode(table: &Table, mode: &str) -> Error {
    Error::unsupported(format!("cannot read with scan.mode={mode} or by the creation time of files yet"))
        .at(table.name())
}

fn by_time(choice: &SnapshotChoice) -> bool {
    matches!(choice, SnapshotChoice::TimestampMillis(_))
}

fn choice_of(table: &Table, options: &BTreeMap<String, String>) -> Result<Option<SnapshotChoice>> {
    let set: Vec<&str> = TRAVEL_OPTIONS.into_iter().filter(|name| options.contains_key(*name)).collect();
    let version = options.get("scan.version");
    if set.len() + usize::from(version.is_some()) > 1 {
        let message = format!("only one of scan.version, {} may be set", TRAVEL_OPTIONS.join(", "));
        return Err(Error::invalid(message).at(table.name()));
    }
    if let Some(version) = version {
        return Ok(Some(SnapshotChoice::Version(version.clone())));
    }
    let Some((name, value)) = set.first().and_then(|name| Some((*name, options.get(*name)?))) else { return Ok(None) };
    let number = || {
        let expected = |_| Error::invalid(format!("option {name}: expected a number, found {value:?}"));
        value.trim().parse::<i64>().map_err(expected)
    };
    Ok(Some(match name {
        "scan.snapshot-id" => SnapshotChoice::Id(number()?),
        "scan.tag-name" => SnapshotChoice::Tag(value.clone()),
        "scan.watermark" => SnapshotChoice::Watermark(number()?),
        "scan.timestamp-millis" => SnapshotChoice::TimestampMillis(number()?),
        _ => SnapshotChoice::TimestampMillis(table.parse_time_millis(value)?),
    }))
}

/// The last COMPACT snapshot, the latest one where there is none (Java `CompactedStartingScanner`). With
/// `full-compaction.delta-commits` or the full-compaction changelog producer, only one of a full compaction counts.
async fn last_compacted(table: &Table) -> Result<Option<Snapshot>> {
    let options = table.options();
    let by_producer = options.changelog_producer == crate::spec::options::ChangelogProducer::FullCompaction;
    let commits = match options.full_compaction_delta_commits {
        Some(commits) => Some(i64::from(commits.max(1))),
        None => by_producer.then_some(1),
    };
    let counts = |snapshot: &Snapshot| {
        let full = commits.is_none_or(|commits| {
            snapshot.commit_identifier == Snapshot::BATCH_IDENTIFIER || snapshot.commit_identifier % commits == 0
        });
        snapshot.commit_kind == CommitKind::Compact && full
    };
    let snapshots = table.snapshots();
    let Some(latest) = snapshots.latest().await? else { return Ok(None) };
    let earliest = snapshots.earliest().await?.map_or(latest.id, |snapshot| snapshot.id);
    for id in (earliest..=latest.id).rev() {
        if let Some(snapshot) = snapshots.get_opt(id).await?
            && counts(&snapshot)
        {
            return Ok(Some(snapshot));
        }
    }
    Ok(Some(latest))
}
