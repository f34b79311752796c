//! Rows on their way into a table: written as they come, visible with the commit.

use std::{cell::RefCell, collections::BTreeMap, future::Future, rc::Rc};

use cenote_core::{
    Error, ErrorKind, Result,
    commit::{CommitMessage, OverwriteTarget},
    predicate,
    spec::snapshot::Snapshot,
    table::Table as CoreTable,
    types::type_json::JsonType,
    write::TableWrite,
};
use js_sys::Promise;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use super::input::{self, Rows};
use crate::{
    abort::abortable,
    error::to_js,
    json::{Long, from_text, to_text},
    opened,
    table::Table,
};

/// Writes rows to one table. Calls must follow one another.
///
/// A failed or cancelled write ends the writer: the files written since the last commit are removed, for half of them
/// must never be committed.
#[wasm_bindgen]
#[derive(Debug)]
pub struct TableWriter {
    table: CoreTable,
    plan: Plan,
    state: Rc<RefCell<State>>,
}

#[derive(Debug)]
enum State {
    /// Rows since the last commit, and their files in the making.
    Open(Box<Pending>),
    /// A call is under way.
    Busy,
    /// No more rows.
    Ended,
}

#[derive(Debug, Default)]
struct Pending {
    write: Option<TableWrite>,
    rows: u64,
    next_identifier: Option<i64>,
}

/// How JavaScript wants to write.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Plan {
    commit_user: Option<String>,
    /// Number of the first commit; the next ones count on.
    identifier: Option<Long>,
    /// What is kept with each snapshot.
    #[serde(default)]
    properties: BTreeMap<String, String>,
    overwrite: Option<Overwrite>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Overwrite {
    /// Every partition.
    Table,
    /// The partitions that the rows are in.
    Dynamic,
    /// The partitions that a filter names.
    Partitions(String),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Description<'a> {
    fields: Vec<Column<'a>>,
    primary_keys: &'a [String],
    /// Columns that a row to be deleted by its key must have.
    needed_to_delete: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Column<'a> {
    name: &'a str,
    schema_type: JsonType<'a>,
}

/// What a commit made.
#[derive(Serialize)]
struct Committed {
    /// The snapshot; `null` where there was nothing to commit.
    snapshot: Option<Long>,
    rows: Long,
    files: usize,
}

#[wasm_bindgen]
impl Table {
    /// Begins writing under the latest schema. Errors: `unsupported` for tables that cannot be written.
    pub async fn write(&self, request: String, aborted: Option<Promise>) -> Result<TableWriter, JsValue> {
        let opened = self.plain("write").map_err(|error| to_js(&error))?;
        abortable(aborted, async move {
            let plan: Plan = from_text(&request)?;
            let table = opened.latest_schema().await?;
            plan.target(&table)?;
            let next_identifier = plan.identifier.map(|identifier| identifier.0);
            let pending = Pending { next_identifier, ..Pending::default() };
            let state = State::Open(Box::new(pending.opened(&table, &plan)?));
            Ok(TableWriter { table, plan, state: Rc::new(RefCell::new(state)) })
        })
        .await
    }
}

#[wasm_bindgen]
impl TableWriter {
    /// `{fields: [{name, schemaType}], primaryKeys, neededToDelete}` as JSON.
    pub fn columns(&self) -> Result<String, JsValue> {
        let schema = self.table.schema();
        let fields =
            schema.fields.iter().map(|field| Column { name: &field.name, schema_type: JsonType(&field.data_type) });
        let description = Description {
            fields: fields.collect(),
            primary_keys: &schema.primary_keys,
            needed_to_delete: input::needed_to_delete(&self.table),
        };
        to_text(&description).map_err(|error| to_js(&error))
    }

    /// Writes columns of JSON cells: see `input::of_json`.
    #[wasm_bindgen(js_name = writeCells)]
    pub async fn write_cells(
        &self,
        names: String,
        cells: String,
        rows: usize,
        kinds: Option<String>,
        aborted: Option<Promise>,
    ) -> Result<(), JsValue> {
        let table = self.table.clone();
        self.writing(aborted, move |pending| {
            Box::pin(async move {
                let rows = input::of_json(table.schema(), &names, &cells, rows, kinds.as_deref())?;
                pending.push(rows).await
            })
        })
        .await
    }

    /// Writes the batches of an Arrow IPC stream or file, or deletes the rows that they name. Gives the number of rows.
    #[wasm_bindgen(js_name = writeIpc)]
    pub async fn write_ipc(&self, bytes: Vec<u8>, delete: bool, aborted: Option<Promise>) -> Result<f64, JsValue> {
        let table = self.table.clone();
        self.writing(aborted, move |pending| {
            Box::pin(async move {
                let before = pending.rows;
                for rows in input::of_ipc(table.schema(), bytes)? {
                    pending.push(if delete { rows?.marked_deleted(&table)? } else { rows? }).await?;
                }
                Ok((pending.rows - before) as f64)
            })
        })
        .await
    }

    /// Publishes the rows since the last commit as one snapshot: `{snapshot, rows, files}` as JSON.
    ///
    /// Cancelling stops it only before it begins to publish: afterwards nobody could say whether it happened.
    pub async fn commit(&self, aborted: Option<Promise>) -> Result<String, JsValue> {
        let mut pending = self.take().map_err(|error| to_js(&error))?;
        let Some(mut write) = pending.write.take() else {
            return Err(to_js(&Error::internal("the writer has no files in the making")));
        };
        let messages = match abortable(aborted, write.prepare_commit()).await {
            Ok(messages) => messages,
            Err(error) => {
                write.abort().await;
                self.put(State::Ended);
                return Err(error);
            }
        };
        let committed = self.publish(write, &messages, pending.rows, pending.next_identifier).await;
        opened::note_commit();
        let next = pending.next_identifier.map(|identifier| identifier.saturating_add(1));
        let fresh = Pending { next_identifier: next, ..Pending::default() };
        match committed.and_then(|text| Ok((text, fresh.opened(&self.table, &self.plan)?))) {
            Ok((text, fresh)) => {
                self.put(State::Open(Box::new(fresh)));
                Ok(text)
            }
            Err(error) => {
                self.put(State::Ended);
                Err(to_js(&error))
            }
        }
    }

    /// Gives up the rows since the last commit, removes their files, and ends the writer.
    pub async fn abort(&self) {
        if let Ok(pending) = self.take()
            && let Some(write) = pending.write
        {
            write.abort().await;
        }
        self.put(State::Ended);
    }
}

impl TableWriter {
    /// Runs a write; the writer ends where it fails or is cancelled.
    async fn writing<T>(
        &self,
        aborted: Option<Promise>,
        work: impl for<'a> FnOnce(&'a mut Pending) -> std::pin::Pin<Box<dyn Future<Output = Result<T>> + 'a>>,
    ) -> Result<T, JsValue> {
        let mut pending = self.take().map_err(|error| to_js(&error))?;
        match abortable(aborted, work(&mut pending)).await {
            Ok(done) => {
                self.put(State::Open(pending));
                Ok(done)
            }
            Err(error) => {
                if let Some(write) = pending.write.take() {
                    write.abort().await;
                }
                self.put(State::Ended);
                Err(error)
            }
        }
    }

    async fn publish(
        &self,
        write: TableWrite,
        messages: &[CommitMessage],
        rows: u64,
        identifier: Option<i64>,
    ) -> Result<String> {
        let commit = self.table.new_commit(self.plan.commit_user.clone()).with_properties(self.plan.properties.clone());
        let identifier = identifier.unwrap_or(Snapshot::BATCH_IDENTIFIER);
        let snapshot = match self.plan.target(&self.table)? {
            None => commit.commit(identifier, messages).await.map(|ids| ids.last().copied()),
            Some(target) => commit.overwrite(identifier, messages, target).await,
        };
        match snapshot {
            Ok(snapshot) => {
                let files = messages.iter().map(|message| message.new_files.len()).sum();
                to_text(&Committed { snapshot: snapshot.map(Long), rows: Long::from(rows), files })
            }
            Err(error) => {
                // Only a conflict says for sure that nothing refers to the files.
                if error.kind() == ErrorKind::Conflict {
                    write.abort().await;
                }
                Err(error)
            }
        }
    }

    /// Takes the state for one call. Errors: `Invalid` while another call has it, and after the end.
    fn take(&self) -> Result<Box<Pending>> {
        match self.state.replace(State::Busy) {
            State::Open(pending) => Ok(pending),
            State::Busy => Err(Error::invalid("the writer is busy: wait for the call before")),
            State::Ended => {
                self.put(State::Ended);
                Err(Error::invalid("the writer has ended: begin another with table.write()"))
            }
        }
    }

    fn put(&self, state: State) {
        self.state.replace(state);
    }
}

impl Pending {
    fn opened(mut self, table: &CoreTable, plan: &Plan) -> Result<Self> {
        let write = table.new_write()?;
        self.write = Some(if plan.overwrite.is_some() { write.ignore_previous_files() } else { write });
        Ok(self)
    }

    async fn push(&mut self, rows: Rows) -> Result<()> {
        let count = rows.batch.num_rows() as u64;
        let write = self.write.as_mut().ok_or_else(|| Error::internal("the writer has no files in the making"))?;
        if count > 0 {
            write.write(rows.batch, rows.kinds.as_deref()).await?;
        }
        self.rows += count;
        Ok(())
    }
}

impl Plan {
    /// What the commit replaces. Errors: `Invalid` for a filter on other than partition columns.
    fn target(&self, table: &CoreTable) -> Result<Option<OverwriteTarget>> {
        Ok(match &self.overwrite {
            None => None,
            Some(Overwrite::Table) => Some(OverwriteTarget::WholeTable),
            Some(Overwrite::Dynamic) => Some(OverwriteTarget::Dynamic),
            Some(Overwrite::Partitions(filter)) => {
                let fields = table.schema().partition_fields();
                Some(OverwriteTarget::Partitions(predicate::parse(filter, &fields)?))
            }
        })
    }
}
