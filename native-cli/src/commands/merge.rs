//! `cenote merge`

use std::path::PathBuf;

use cenote_core::{modify::MergeInto, table::Table};

use super::{merge_source, report};
use crate::{
    cli::{InputFormat, MergeArgs},
    error::{Failure, Result},
    input::{self, InputOptions, OnError},
    progress::Progress,
    session::Session,
};

/// A file whose rows are merged.
#[derive(Debug)]
pub(super) struct SourceFile {
    /// The file; `-` is standard input.
    pub(super) file: PathBuf,
    /// Its format, where it was said.
    pub(super) format: Option<InputFormat>,
    /// Its columns, where they were said.
    pub(super) columns: Option<String>,
    /// Delimiter of CSV fields.
    pub(super) delimiter: char,
    /// Text of a CSV field that means null.
    pub(super) null_value: String,
}

impl SourceFile {
    /// A file by its name alone.
    pub(super) fn named(file: PathBuf) -> Self {
        let is_tsv = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tsv"));
        let delimiter = if is_tsv { '\t' } else { ',' };
        SourceFile { file, format: None, columns: None, delimiter, null_value: String::new() }
    }
}

/// Merges a file into a table.
pub(super) async fn run(session: &Session, args: MergeArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let mut source = SourceFile::named(args.source);
    (source.format, source.columns, source.null_value) = (args.format, args.source_schema, args.null_value);
    source.delimiter = args.delimiter.unwrap_or(source.delimiter);
    let is_file = input::is_stdin(&source.file) || source.file.exists();
    let merge = match source.file.to_str().filter(|_| !is_file && source.format.is_none()) {
        Some(address) if input::format_of(&source.file).is_err() => {
            from_table(&table, &session.table(address).await?).await?
        }
        _ => from_file(&table, source)?,
    };
    let mut merge = merge.names(args.table_name, args.source_name).on(args.on).dry_run(args.report.dry_run);
    for clause in &args.when_matched {
        merge = merge.when_matched(clause);
    }
    for clause in &args.when_not_matched {
        merge = merge.when_not_matched(clause);
    }
    for clause in &args.when_not_matched_by_source {
        merge = merge.when_not_matched_by_source(clause);
    }
    for clauses in args.when {
        merge = merge.when(clauses);
    }
    let progress = Progress::start(&format!("merging into {}", table.name()));
    let done = merge.run().await?;
    progress.finish();
    if done.snapshot_id.is_some() {
        super::expire::after_commit(&table).await;
    }
    report::change(&table, &done, args.report)
}

/// A merge with the rows of another table.
async fn from_table(table: &Table, source: &Table) -> Result<MergeInto> {
    let mut merge = table.merge_into(source.schema().fields.clone());
    let mut rows = source.scan().stream().await?;
    while let Some(batch) = rows.next().await {
        merge.add_source(&batch?)?;
    }
    Ok(merge)
}

/// A merge with the rows of a file.
fn from_file(table: &Table, source: SourceFile) -> Result<MergeInto> {
    let format = match source.format {
        Some(format) => format,
        None => input::format_of(&source.file)?,
    };
    let delimiter = u8::try_from(source.delimiter);
    let delimiter = delimiter.map_err(|_| Failure::usage("--delimiter: expected an ASCII character"))?;
    let fields = merge_source::fields(table.schema(), &source, format)?;
    let mut merge = table.merge_into(fields.clone());
    let progress = Progress::start("reading the source");
    let options = InputOptions {
        file: source.file,
        format,
        fields,
        constants: Default::default(),
        rowkind_field: None,
        null_value: source.null_value,
        delimiter,
        ignore_unknown: false,
        batch_rows: 65_536,
        nested_as_text: false,
        on_error: OnError::Fail,
    };
    let mut rows = input::open(options, &progress)?;
    while let Some(input) = tokio::task::block_in_place(|| rows.next_batch())? {
        merge.add_source(&input.batch)?;
    }
    progress.finish();
    Ok(merge)
}
