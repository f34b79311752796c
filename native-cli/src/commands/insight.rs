//! `cenote diff`, `cenote pins`, `cenote footer`, `cenote history`, `cenote table options`

use std::{collections::BTreeMap, fmt::Write};

use cenote_core::{
    changes::ChangesBound,
    format::FooterDescription,
    insight::{self, DiffView, RowHistory},
    maintain::pins::{self, FilePins, KeptFiles, Pins},
    scan::SnapshotChoice,
    spec::options::{OptionInfo, OptionStatus, option_infos},
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{read, snapshot};
use crate::{
    cli::{DiffArgs, FooterArgs, HistoryArgs, OutputArgs, PinsArgs},
    error::{Failure, Result},
    output::{Listing, document},
    session::Session,
};

/// What two states differ in.
pub(super) async fn diff(session: &Session, args: DiffArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let to = args.to.map_or(ChangesBound::Open, ChangesBound::Text);
    let diff = insight::state_diff(&table, &ChangesBound::Text(args.from), &to, args.limit).await?;
    let view = diff.view()?;
    let mut shown = document(&view);
    if let Value::Object(members) = &mut shown {
        members.insert("from".to_owned(), snapshot::to_json(&diff.from));
        members.insert("to".to_owned(), snapshot::to_json(&diff.to));
    }
    let text = diff_text(diff.from.id, diff.to.id, &view);
    document::print(&args.output, &shown, Some(text))
}

fn diff_text(from: i64, to: i64, view: &DiffView<'_>) -> String {
    let sums = view.files.sums;
    let mut text = format!("snapshot {from} to {to}, {}\n", counted(view.commits.len() as u64, "commit"));
    for (what, sum) in [("added", sums.added), ("removed", sums.removed), ("moved", sums.moved)] {
        let (bytes, rows) = (counted(sum.bytes, "byte"), counted(sum.rows, "row"));
        let _ = writeln!(text, "  files {what}: {}, {bytes}, {rows}", sum.files);
    }
    let manifests = view.manifests;
    let (added, removed, kept) = (manifests.added_count, manifests.removed_count, manifests.kept);
    let _ = writeln!(text, "  files kept: {}\n  manifests: {added} added, {removed} removed, {kept} kept", sums.kept);
    for change in &view.schema.changes {
        let (from, to) = (change.from.as_deref().unwrap_or("-"), change.to.as_deref().unwrap_or("-"));
        let _ = writeln!(text, "  schema: {:?} {}: {from} -> {to}", change.kind, change.field.as_deref().unwrap_or(""));
    }
    for change in view.options {
        let (from, to) = (change.from.as_deref().unwrap_or("-"), change.to.as_deref().unwrap_or("-"));
        let _ = writeln!(text, "  option {}: {from} -> {to}", change.key);
    }
    for change in &sums.by_partition {
        let (added, removed) = (change.added, change.removed);
        let counts = format!("+{} -{} files, +{} -{} bytes", added.files, removed.files, added.bytes, removed.bytes);
        let _ = writeln!(text, "  {}: {counts}", if change.partition.is_empty() { "all" } else { &change.partition });
    }
    text
}

/// Who keeps old files, or one file.
pub(super) async fn pins(session: &Session, args: PinsArgs) -> Result<()> {
    let (address, table) = (&args.table.table, session.table(&args.table.table).await?);
    match &args.file {
        Some(file) => {
            let pins = pins::pins_of(&table, file, address, &mut |_, _| {}).await?;
            if pins.file.is_none() && !pins.changelogs {
                return Err(Failure::not_found(format!("no kept state of {address} has a file {file:?}")));
            }
            document::print(&args.output, &document(&pins), Some(file_pins_text(&pins)))
        }
        None => {
            let pins = pins::pins(&table, address, &mut |_, _| {}).await?;
            document::print(&args.output, &document(&pins), Some(pins_text(&pins)))
        }
    }
}

fn pins_text(pins: &Pins) -> String {
    let sum = |kept: &KeptFiles| format!("{} of {}", counted(kept.files, "file"), counted(kept.bytes, "byte"));
    let mut text = format!("live: {}; old: {}, kept by\n", sum(&pins.live), sum(&pins.old));
    for keeper in &pins.keepers {
        let kind = format!("{:?}", keeper.kind).to_lowercase();
        let name = keeper.name.as_deref().map_or(String::new(), |name| format!(" {name}"));
        let _ = writeln!(text, "  {kind}{name}: {}, alone {}", sum(&keeper.kept), sum(&keeper.alone));
        if let Some(command) = keeper.release.as_ref().filter(|_| keeper.alone.files > 0) {
            let _ = writeln!(text, "    $ {command}");
        }
    }
    for reason in &pins.not_looked_at {
        let _ = writeln!(text, "not looked at: {reason}");
    }
    text
}

fn file_pins_text(pins: &FilePins) -> String {
    let mut text = format!("{}: {}\n", pins.path, if pins.live { "live" } else { "old" });
    if let (Some(first), Some(last)) = (pins.first_snapshot, pins.last_snapshot) {
        let _ = match first == last {
            true => writeln!(text, "  read by snapshot {first}"),
            false => writeln!(text, "  read by snapshots {first} to {last}"),
        };
    }
    for (what, commit) in [("brought", &pins.added_by), ("taken away", &pins.removed_by)] {
        if let Some(commit) = commit {
            let _ = writeln!(text, "  {what} by snapshot {}", commit.id);
        }
    }
    for (what, names) in [("tag", &pins.tags), ("branch", &pins.branches), ("consumer", &pins.consumers)] {
        for name in names {
            let _ = writeln!(text, "  kept by {what} {name}");
        }
    }
    for step in &pins.freed_by {
        let _ = writeln!(text, "  goes once {}", step.what);
        if let Some(command) = &step.command {
            let _ = writeln!(text, "    $ {command}");
        }
    }
    for reason in &pins.not_looked_at {
        let _ = writeln!(text, "  not looked at: {reason}");
    }
    text
}

/// What the end of a data file says.
pub(super) async fn footer(session: &Session, args: FooterArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let footer = insight::footer(&table, &args.file, None, args.offset, args.limit).await?;
    document::print(&args.output, &document(&footer), Some(footer_text(&footer)))
}

fn footer_text(footer: &FooterDescription) -> String {
    let or_unknown = |text: &Option<String>| text.clone().unwrap_or_else(|| "?".to_owned());
    let mut text = format!(
        "{}: {} {}, {} bytes, footer {} bytes, written by {}\n",
        footer.path,
        footer.format,
        or_unknown(&footer.version),
        footer.size,
        footer.footer_bytes,
        or_unknown(&footer.writer)
    );
    for group in &footer.groups {
        let (rows, bytes) = (counted(group.rows, "row"), counted(group.compressed, "byte"));
        let _ = writeln!(text, "  group {}: {rows}, {bytes}", group.index);
        for chunk in &group.chunks {
            let bytes = chunk.compressed.map_or("?".to_owned(), |bytes| bytes.to_string());
            let encodings = chunk.encodings.join(" ");
            let _ = writeln!(
                text,
                "    {} {}: {bytes} bytes, {encodings}, {} to {}",
                chunk.column, chunk.r#type, chunk.min, chunk.max
            );
        }
    }
    for entry in &footer.metadata {
        let _ = writeln!(text, "  {} ({})", entry.key, counted(entry.bytes as u64, "byte"));
    }
    text
}

/// Every version of a row.
pub(super) async fn history(session: &Session, args: HistoryArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let choice = read::choice(&table, &args.state)?.unwrap_or(SnapshotChoice::Latest);
    let snapshot = choice.snapshot(&table).await?;
    let key: BTreeMap<String, Value> = args.key.into_iter().map(|pair| (pair.key, Value::String(pair.value))).collect();
    let history = insight::row_history(&table, snapshot.as_ref(), &key, args.commits)
        .await
        .map_err(|error| Failure::argument("--key", error))?;
    document::print(&args.output, &document(&history), Some(history_text(&history)))
}

fn history_text(history: &RowHistory) -> String {
    let mut text = String::new();
    let values = |cells: &[Value]| {
        let pairs = history.columns.iter().zip(cells).map(|(name, cell)| format!("{name}={cell}"));
        pairs.collect::<Vec<_>>().join(" ")
    };
    for version in &history.versions {
        let note = match (version.deleted, version.skipped, version.picked) {
            (true, ..) => "  hidden by a deletion vector",
            (_, true, _) => "  skipped by readers",
            (.., insight::Picked::Whole) => "  <- the row",
            (.., insight::Picked::Part) => "  <- some columns",
            (.., insight::Picked::None) => "",
        };
        let (number, kind, level) = (version.sequence_number, version.kind, version.level);
        let _ = writeln!(text, "{number} {kind} level {level} {} {}{note}", version.file, values(&version.values));
    }
    for column in &history.column_why {
        let _ = writeln!(text, "  {}: {} (versions {:?})", column.column, column.why, column.versions);
    }
    let _ = writeln!(text, "{}", history.why);
    match &history.result {
        Some(cells) => writeln!(text, "the row: {}", values(cells)),
        None => writeln!(text, "there is no row"),
    }
    .ok();
    for commit in &history.commits {
        let _ = writeln!(text, "snapshot {}: {} {}", commit.snapshot_id, commit.kind, values(&commit.values));
    }
    text
}

/// The options of a table.
pub(super) async fn options(session: &Session, table: &str, output: &OutputArgs) -> Result<()> {
    let table = session.table(table).await?;
    let infos = option_infos(&table.schema().options);
    let column = |of: fn(&OptionInfo) -> Option<&str>| infos.iter().map(of).collect::<Vec<_>>();
    let status = |info: &OptionInfo| match info.status {
        OptionStatus::Default => "default",
        OptionStatus::Changed => "changed",
        OptionStatus::Unknown => "unknown",
        OptionStatus::Deprecated => "deprecated",
    };
    Listing::new()
        .text("key", column(|info| Some(info.key.as_str())))
        .text("value", column(|info| info.value.as_deref()))
        .text("default", column(|info| info.default))
        .text("status", infos.iter().map(|info| Some(status(info))))
        .text("group", column(|info| Some(info.group)))
        .text("description", column(|info| info.description))
        .print(output)
}

/// `1 file`, `2 files`.
fn counted(count: u64, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// An answer of core with the names of members as this command line writes them.
fn document(answer: &impl Serialize) -> Value {
    snake_case(json!(answer))
}

fn snake_case(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let renamed = members.into_iter().map(|(name, value)| (snake_name(&name), snake_case(value)));
            Value::Object(renamed.collect::<Map<String, Value>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(snake_case).collect()),
        other => other,
    }
}

/// `firstSnapshot` as `first_snapshot`.
fn snake_name(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}
