//! A cursor over rows, of a scan or of changes: Arrow IPC batches, or pages of cells.

use std::{cell::RefCell, rc::Rc};

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::writer::StreamEncoder;
use arrow_schema::Schema;
use cenote_core::{
    Error, Result,
    scan::RecordBatchStream,
    types::{DataField, arrow, json_rows::JsonRows, type_json::JsonType},
};
use js_sys::{Function, Promise, Uint8Array};
use serde::Serialize;
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;

use crate::{
    abort::abortable,
    error::to_js,
    json::{quote_long_integers, to_text},
    pager::{Pager, Source},
};

/// Rows, read from front to back.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ScanCursor {
    fields: Rc<[DataField]>,
    /// Empty while a call is reading.
    state: Rc<RefCell<Option<State>>>,
}

/// How far a cursor is.
pub(crate) struct State {
    /// Pages by their place, from the first one asked for on.
    pager: Pager,
    /// Batches to come; `None` where all rows are in `rest`.
    stream: Option<RecordBatchStream>,
    /// What is left of the batch that a page ended in.
    rest: Option<RecordBatch>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("rest_rows", &self.rest.as_ref().map(RecordBatch::num_rows)).finish()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Column<'a> {
    name: &'a str,
    /// As SQL text.
    r#type: String,
    /// As in a schema file.
    schema_type: JsonType<'a>,
}

impl ScanCursor {
    /// Rows that come batch by batch.
    pub(crate) fn streaming((fields, stream): (Vec<DataField>, RecordBatchStream), source: Source) -> Self {
        ScanCursor::new(fields, State { pager: Pager::new(source), stream: Some(stream), rest: None })
    }

    /// Rows that are there.
    #[cfg(feature = "full")]
    pub(crate) fn of_rows((fields, rows): (Vec<DataField>, RecordBatch)) -> Self {
        let pager = Pager::new(Source::Rows(rows.clone()));
        ScanCursor::new(fields, State { pager, stream: None, rest: Some(rows).filter(|rows| rows.num_rows() > 0) })
    }

    fn new(fields: Vec<DataField>, state: State) -> Self {
        ScanCursor { fields: fields.into(), state: Rc::new(RefCell::new(Some(state))) }
    }

    /// The columns.
    #[cfg(feature = "full")]
    pub(crate) fn fields(&self) -> &[DataField] {
        &self.fields
    }

    /// Takes the state out for one call. Errors: `Invalid` while another call has it, or after one was cancelled.
    pub(crate) fn take(&self) -> Result<State> {
        self.state
            .borrow_mut()
            .take()
            .ok_or_else(|| Error::invalid("the cursor is being read, or a read was cancelled"))
    }
}

#[wasm_bindgen]
impl ScanCursor {
    /// `[{name, type, schemaType}]` as JSON.
    pub fn columns(&self) -> Result<String, JsValue> {
        let column = |field| Column::of(field);
        to_text(&self.fields.iter().map(column).collect::<Vec<_>>()).map_err(|error| to_js(&error))
    }

    /// The next batch as a complete Arrow IPC stream; `undefined` at the end.
    #[wasm_bindgen(js_name = nextBatch)]
    pub async fn next_batch(&self, aborted: Option<Promise>) -> Result<Option<Uint8Array>, JsValue> {
        let mut state = self.take().map_err(|error| to_js(&error))?;
        let slot = self.state.clone();
        let batch = abortable(aborted, async {
            let batch = state.next().await;
            *slot.borrow_mut() = Some(state);
            batch
        })
        .await?;
        let ipc = batch.map(|batch| ipc_stream(&batch.schema(), Some(&batch))).transpose();
        ipc.map_err(|error| to_js(&error))
    }

    /// A complete Arrow IPC stream with the schema and no rows.
    #[wasm_bindgen(js_name = emptyBatch)]
    pub fn empty_batch(&self) -> Result<Uint8Array, JsValue> {
        ipc_stream(&arrow::schema(&self.fields), None).map_err(|error| to_js(&error))
    }

    /// `{"rows": [[cell, …], …], "done": bool}`: up to `count` rows, of canonical cells whose long integers are strings.
    #[wasm_bindgen(js_name = nextRows)]
    pub async fn next_rows(&self, count: usize, aborted: Option<Promise>) -> Result<String, JsValue> {
        let mut state = self.take().map_err(|error| to_js(&error))?;
        let (slot, fields) = (self.state.clone(), self.fields.clone());
        abortable(aborted, async move {
            let page = state.page(count, &fields).await;
            *slot.borrow_mut() = Some(state);
            page
        })
        .await
    }

    /// `{"rows": […], "total": n | null}`: up to `count` rows from number `offset` on, as `nextRows` gives them. Any page may
    /// be asked for; `passed(row)` is called, and its promise waited for, while far rows are read on the way. Other reads of
    /// the cursor do not move it, nor does it move them.
    #[wasm_bindgen(js_name = rowsAt)]
    pub async fn rows_at(
        &self,
        offset: f64,
        count: usize,
        passed: Option<Function>,
        aborted: Option<Promise>,
    ) -> Result<String, JsValue> {
        let mut state = self.take().map_err(|error| to_js(&error))?;
        let tell = async |row: u64| {
            let told = passed.as_ref().and_then(|passed| passed.call1(&JsValue::NULL, &(row as f64).into()).ok());
            if let Some(promise) = told.and_then(|told| told.dyn_into::<Promise>().ok()) {
                // Whoever listens may fail; the rows are read all the same.
                let _ = JsFuture::from(promise).await;
            }
        };
        let page = abortable(aborted, async {
            // A number of rows is far below 2^53, and none is below 0.
            let batches = state.pager.page(offset as u64, count, tell).await?;
            let mut rows = Vec::new();
            for batch in &batches {
                write_rows(batch, &self.fields, &mut rows)?;
            }
            let total = state.pager.total().map_or_else(|| "null".to_owned(), |total| total.to_string());
            text_of(&rows, &format!("],\"total\":{total}}}"))
        })
        .await;
        // Whether it failed or was cancelled, other pages can still be read.
        *self.state.borrow_mut() = Some(state);
        page
    }
}

impl<'a> Column<'a> {
    fn of(field: &'a DataField) -> Self {
        Column { name: &field.name, r#type: field.data_type.to_string(), schema_type: JsonType(&field.data_type) }
    }
}

impl State {
    /// The next rows from front to back.
    pub(crate) async fn next(&mut self) -> Result<Option<RecordBatch>> {
        match (self.rest.take(), &mut self.stream) {
            (Some(rest), _) => Ok(Some(rest)),
            (None, Some(stream)) => stream.next().await.transpose(),
            (None, None) => Ok(None),
        }
    }

    async fn page(&mut self, count: usize, fields: &[DataField]) -> Result<String> {
        let mut rows = Vec::new();
        let mut wanted = count;
        let mut done = false;
        while wanted > 0 && !done {
            let Some(batch) = self.next().await? else {
                done = true;
                continue;
            };
            let taken = wanted.min(batch.num_rows());
            write_rows(&batch.slice(0, taken), fields, &mut rows)?;
            if taken < batch.num_rows() {
                self.rest = Some(batch.slice(taken, batch.num_rows() - taken));
            }
            wanted -= taken;
        }
        text_of(&rows, if done { "],\"done\":true}" } else { "],\"done\":false}" })
    }
}

/// A page of rows, each followed by a comma, as JSON that goes on with `end`.
fn text_of(rows: &[u8], end: &str) -> Result<String> {
    let mut page = b"{\"rows\":[".to_vec();
    quote_long_integers(rows.strip_suffix(b",").unwrap_or(rows), &mut page);
    page.extend_from_slice(end.as_bytes());
    String::from_utf8(page).map_err(|error| Error::internal("cells are no text").because(error))
}

/// Appends rows as JSON arrays, each followed by a comma.
fn write_rows(batch: &RecordBatch, fields: &[DataField], out: &mut Vec<u8>) -> Result<()> {
    let rows = JsonRows::new(batch, fields)?;
    for row in 0..rows.len() {
        rows.write_array(row, out)?;
        out.push(b',');
    }
    Ok(())
}

/// A complete Arrow IPC stream. The buffers of the batch are copied once: to where JavaScript has them.
fn ipc_stream(schema: &Schema, batch: Option<&RecordBatch>) -> Result<Uint8Array> {
    let mut encoder = StreamEncoder::try_new(schema)?;
    let mut parts = batch.map(|batch| encoder.encode(batch)).transpose()?.unwrap_or_default();
    parts.extend(encoder.finish()?);
    let too_long = || Error::unsupported("a batch of more than 4 GiB");
    let length = u32::try_from(parts.iter().map(Buffer::len).sum::<usize>()).map_err(|_| too_long())?;
    let stream = Uint8Array::new_with_length(length);
    let mut at = 0;
    for part in parts {
        // No longer than their sum.
        let end = at + part.len() as u32;
        stream.subarray(at, end).copy_from(&part);
        at = end;
    }
    Ok(stream)
}
