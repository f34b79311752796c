//! `cenote write`

use std::{collections::BTreeMap, path::Path};

use cenote_core::{
    commit::{CommitMessage, OverwriteTarget},
    compact,
    spec::snapshot::Snapshot,
    table::Table,
    write::TableWrite,
};

use super::{commit::write_messages, partition};
use crate::{
    cli::WriteArgs,
    error::{Failure, Result},
    input::{self, InputOptions, Source},
    notice::notice,
    progress::Progress,
    session::Session,
};

/// Loads a file in one commit.
pub(super) async fn run(session: &Session, args: WriteArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let format = match args.format {
        Some(format) => format,
        None => input::format_of(&args.file)?,
    };
    // Says at once what is wrong with --partition.
    let partitions = partition::filter(table.schema(), &args.partition)?;
    let target = match partitions {
        _ if !args.overwrite => None,
        Some(filter) => Some(OverwriteTarget::Partitions(filter)),
        None if table.schema().partition_keys.is_empty() || !table.options().dynamic_partition_overwrite => {
            Some(OverwriteTarget::WholeTable)
        }
        None => Some(OverwriteTarget::Dynamic),
    };
    let is_tsv = args.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tsv"));
    let delimiter = if is_tsv && args.delimiter == ',' { '\t' } else { args.delimiter };
    let progress = Progress::start(&format!("loading into {}", table.name()));
    let options = InputOptions {
        file: args.file,
        format,
        fields: table.schema().fields.clone(),
        constants: constants(args.partition),
        rowkind_field: args.rowkind_field.or_else(|| table.options().rowkind_field.clone()),
        null_value: args.null_value,
        delimiter: u8::try_from(delimiter).map_err(|_| Failure::usage("--delimiter: expected an ASCII character"))?,
        ignore_unknown: args.ignore_unknown,
        batch_rows: args.batch_rows,
        nested_as_text: args.evolve,
        on_error: args.on_error,
    };
    let (table, options) = if args.evolve { evolved(&table, options).await? } else { (table, options) };
    let source = input::open(options, &progress)?;
    if let Some(file) = args.prepare {
        return prepare(&table, source, &file, &progress).await;
    }
    let loaded = load(&table, source, target, &progress).await?;
    progress.finish();
    notice(&match loaded.snapshot {
        Some(id) => format!("snapshot {id}: {} rows in {} new files", loaded.rows, loaded.files),
        None => "no rows, and no new snapshot".to_owned(),
    });
    notice_left_out(loaded.left_out);
    Ok(())
}

/// Writes all rows, and leaves the commit to `cenote commit`.
async fn prepare(table: &Table, mut source: Box<dyn Source>, file: &Path, progress: &Progress) -> Result<()> {
    let mut write = table.new_write()?;
    let prepared = match write_all(&mut write, source.as_mut(), progress).await {
        Ok((rows, messages)) => write_messages(table, file, &messages).map(|()| rows),
        Err(failure) => Err(failure),
    };
    progress.finish();
    match prepared {
        Ok(rows) => {
            notice(&format!("{rows} rows prepared in {}: commit them, or abort", file.display()));
            notice_left_out(source.finish()?);
            Ok(())
        }
        Err(failure) => {
            write.abort().await;
            Err(failure)
        }
    }
}

fn notice_left_out(rows: u64) {
    if rows > 0 {
        notice(&format!("{rows} bad rows left out"));
    }
}

fn constants(values: Vec<crate::cli::KeyValue>) -> BTreeMap<String, String> {
    values.into_iter().map(|value| (value.key, value.value)).collect()
}

/// The table and the load after the schema followed the input.
async fn evolved(table: &Table, options: InputOptions) -> Result<(Table, InputOptions)> {
    // Says at once what cannot be written at all.
    drop(table.new_write()?);
    let columns = tokio::task::block_in_place(|| input::columns(&options))?;
    let evolved = table.evolve_to(&columns).await?;
    if evolved.schema().id != table.schema().id {
        notice(&format!("{} has schema {} now", table.name(), evolved.schema().id));
    }
    let options = InputOptions { fields: evolved.schema().fields.clone(), ..options };
    Ok((evolved, options))
}

/// What a load did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Loaded {
    /// Rows of the input.
    pub(crate) rows: u64,
    /// Bad rows of the input that were left out.
    pub(crate) left_out: u64,
    /// New data files.
    pub(crate) files: usize,
    /// The snapshot; `None` where there was nothing to commit.
    pub(crate) snapshot: Option<i64>,
}

/// Writes all rows of `source` in one commit. On an error no file stays behind and the table is as before.
pub(crate) async fn load(
    table: &Table,
    mut source: Box<dyn Source>,
    target: Option<OverwriteTarget>,
    progress: &Progress,
) -> Result<Loaded> {
    let mut write = table.new_write()?;
    if target.is_some() {
        write = write.ignore_previous_files();
    }
    let (rows, messages) = match write_all(&mut write, source.as_mut(), progress).await {
        Ok(written) => written,
        Err(failure) => {
            write.abort().await;
            return Err(failure);
        }
    };
    let (commit, overwrites) = (table.new_commit(None), target.is_some());
    let snapshot = match target {
        None => commit.commit(Snapshot::BATCH_IDENTIFIER, &messages).await.map(|ids| ids.last().copied()),
        Some(target) => {
            commit.with_operation("OVERWRITE").overwrite(Snapshot::BATCH_IDENTIFIER, &messages, target).await
        }
    };
    let files = messages.iter().map(|message| message.new_files.len()).sum();
    match snapshot {
        Ok(snapshot) => {
            make_visible(table, &messages, overwrites).await;
            Ok(Loaded { rows, left_out: source.finish()?, files, snapshot })
        }
        Err(error) => {
            // Only a conflict says for sure that nothing refers to the files.
            if error.kind() == cenote_core::ErrorKind::Conflict {
                write.abort().await;
            }
            Err(error.into())
        }
    }
}

/// Compacts where readers would not see the new rows otherwise. The rows are committed, whatever becomes of it. `overwrites`:
/// they replaced others.
pub(super) async fn make_visible(table: &Table, messages: &[CommitMessage], overwrites: bool) {
    let compacted = match overwrites {
        true => compact::after_overwrite(table, messages).await,
        false => compact::after_write(table, messages).await,
    };
    match compacted {
        Ok(Some(report)) => {
            if let Some(id) = report.snapshot_id {
                notice(&format!("snapshot {id}: compacted, so that readers see the rows"));
            }
        }
        Ok(None) => {}
        Err(error) => notice(&format!("committed, but readers see the rows only after `cenote compact`: {error}")),
    }
    super::expire::after_commit(table).await;
}

async fn write_all(
    write: &mut TableWrite,
    source: &mut dyn Source,
    progress: &Progress,
) -> Result<(u64, Vec<CommitMessage>)> {
    let mut rows = 0;
    while let Some(input) = tokio::task::block_in_place(|| source.next_batch())? {
        rows += input.batch.num_rows() as u64;
        write.write(input.batch, input.kinds.as_deref()).await?;
        progress.say(format!("{rows} rows"));
    }
    Ok((rows, write.prepare_commit().await?))
}
