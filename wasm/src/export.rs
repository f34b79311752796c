//! The rows of a cursor as the bytes of a file, chunk by chunk: CSV, NDJSON, Arrow IPC file, Parquet.

use std::{
    cell::RefCell,
    io::{self, Write},
    rc::Rc,
    sync::{Arc, Mutex, PoisonError},
};

use arrow_array::RecordBatch;
use arrow_ipc::writer::FileWriter;
use cenote_core::{
    Error, Result,
    format::{ParquetBytes, WriterOptions},
    types::{
        DataField, arrow,
        csv_rows::{write_csv, write_csv_header},
        json_rows::write_ndjson,
    },
};
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::{
    abort::abortable,
    error::to_js,
    scan::{ScanCursor, State},
};

/// A chunk is given out once it has so many bytes.
const CHUNK_BYTES: usize = 1 << 20;

/// Encoded bytes of a row group of an exported Parquet file: what an export keeps in memory.
const ROW_GROUP_BYTES: u64 = 16 << 20;

/// The rest of a cursor's rows as a file.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RowsFile {
    /// Empty while a chunk is made, at the end, and after a failure.
    work: Rc<RefCell<Option<Work>>>,
    rows: Rc<RefCell<u64>>,
}

struct Work {
    rows: State,
    fields: Vec<DataField>,
    format: Format,
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").field("rows", &self.rows).finish_non_exhaustive()
    }
}

enum Format {
    Csv { started: bool },
    Ndjson,
    Arrow(Box<FileWriter<Sink>>, Sink),
    Parquet(Box<ParquetBytes>),
}

/// Bytes that a writer has written and nobody has taken yet.
#[derive(Clone, Debug, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[wasm_bindgen]
impl ScanCursor {
    /// The rest of the rows as a file of this format: `csv`, `ndjson`, `arrow` or `parquet`. The cursor gives no more rows.
    #[wasm_bindgen(js_name = toFile)]
    pub fn to_file(&self, format: &str) -> Result<RowsFile, JsValue> {
        let fields = self.fields().to_vec();
        let make = || Ok::<_, Error>(Work { format: Format::of(format, &fields)?, rows: self.take()?, fields });
        let work = make().map_err(|error| to_js(&error))?;
        Ok(RowsFile { work: Rc::new(RefCell::new(Some(work))), rows: Rc::default() })
    }
}

#[wasm_bindgen]
impl RowsFile {
    /// The next bytes of the file; `undefined` at its end.
    pub async fn next(&self, aborted: Option<Promise>) -> Result<Option<Uint8Array>, JsValue> {
        let Some(mut work) = self.work.borrow_mut().take() else { return Ok(None) };
        let (slot, count) = (self.work.clone(), self.rows.clone());
        abortable(aborted, async move {
            let mut out = Vec::new();
            while out.len() < CHUNK_BYTES {
                match work.rows.next().await? {
                    Some(batch) => {
                        *count.borrow_mut() += batch.num_rows() as u64;
                        work.format.write(&batch, &work.fields, &mut out)?;
                    }
                    None => {
                        work.format.finish(&work.fields, &mut out)?;
                        return Ok(Some(Uint8Array::from(out.as_slice())));
                    }
                }
            }
            *slot.borrow_mut() = Some(work);
            Ok(Some(Uint8Array::from(out.as_slice())))
        })
        .await
    }

    /// Rows written so far.
    #[wasm_bindgen(getter)]
    pub fn rows(&self) -> f64 {
        *self.rows.borrow() as f64
    }
}

impl Format {
    fn of(name: &str, fields: &[DataField]) -> Result<Self> {
        Ok(match name {
            "csv" => Format::Csv { started: false },
            "ndjson" => Format::Ndjson,
            "arrow" => {
                let sink = Sink::default();
                Format::Arrow(Box::new(FileWriter::try_new(sink.clone(), &arrow::schema(fields))?), sink)
            }
            "parquet" => {
                let options = WriterOptions { block_bytes: ROW_GROUP_BYTES, ..WriterOptions::default() };
                Format::Parquet(Box::new(ParquetBytes::new(fields, options)?))
            }
            _ => return Err(Error::invalid(format!("no format {name:?}: there are csv, ndjson, arrow and parquet"))),
        })
    }

    fn write(&mut self, batch: &RecordBatch, fields: &[DataField], out: &mut Vec<u8>) -> Result<()> {
        match self {
            Format::Csv { started } => {
                if !std::mem::replace(started, true) {
                    write_csv_header(fields, out);
                }
                write_csv(batch, fields, out)
            }
            Format::Ndjson => write_ndjson(batch, fields, out),
            Format::Arrow(writer, sink) => {
                writer.write(batch)?;
                out.extend(sink.take());
                Ok(())
            }
            Format::Parquet(file) => {
                out.extend(file.write(batch)?);
                Ok(())
            }
        }
    }

    fn finish(self, fields: &[DataField], out: &mut Vec<u8>) -> Result<()> {
        match self {
            Format::Csv { started: false } => write_csv_header(fields, out),
            Format::Csv { .. } | Format::Ndjson => {}
            Format::Arrow(mut writer, sink) => {
                writer.finish()?;
                out.extend(sink.take());
            }
            Format::Parquet(file) => out.extend(file.finish()?),
        }
        Ok(())
    }
}
