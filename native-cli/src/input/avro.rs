//! Avro object containers, decoded by the engine.

use std::{
    io::{Cursor, Read, stdin},
    path::absolute,
    sync::Arc,
};

use arrow_schema::ArrowError;
use bytes::Bytes;
use cenote_core::{
    format::{ReadRequest, read},
    io::{Runtime, Storage},
    types::{DataField, DataType, TypeKind, arrow},
};
use futures::StreamExt;
use tokio::{runtime::Handle, task::block_in_place};

use super::{
    InputOptions, avro_schema,
    columnar::{Batches, ColumnarSource},
    is_stdin, regular_file,
};
use crate::{
    error::{Failure, Result},
    runtime::TokioRuntime,
};

/// What standard input is called in memory.
const STDIN: &str = "stdin.avro";

/// The columns of an Avro file. Errors: one that cannot be read; what says no columns that Paimon has is left out.
pub(super) fn columns(options: &InputOptions) -> Result<Vec<DataField>> {
    let mut file = regular_file(&options.file)?;
    Ok(fields(options, &mut file)?.into_iter().map(|(field, _)| field).collect())
}

/// The columns of a file, and whether the table has them.
fn fields(options: &InputOptions, input: &mut impl Read) -> Result<Vec<(DataField, bool)>> {
    let name = options.display_name();
    let columns = avro_schema::columns(input).map_err(|problem| Failure::error(format!("{name}: {problem}")))?;
    let mut fields = Vec::new();
    for (id, (column, data_type)) in columns.into_iter().enumerate() {
        let declared = options.fields.iter().find(|field| field.name == column);
        let is_asked = declared.is_some() || options.rowkind_field.as_ref() == Some(&column);
        let Some(data_type) = data_type else {
            if is_asked {
                let message = format!("{name}: column {column:?} has an Avro type that Paimon lacks (union or enum)");
                return Err(Failure::error(message));
            }
            continue;
        };
        let data_type = match declared {
            Some(field) if is_alike(&data_type, &field.data_type) => field.data_type.clone(),
            _ => data_type,
        };
        // The decoder does not look for nulls that must not be there; the write does.
        let data_type = DataType { nullable: true, ..data_type };
        fields.push((DataField::new(i32::try_from(id).unwrap_or(i32::MAX), column, data_type), is_asked));
    }
    Ok(fields)
}

/// Whether values that Avro stores as `stored` can be decoded as `asked` at once.
fn is_alike(stored: &DataType, asked: &DataType) -> bool {
    use TypeKind::{Array, BigInt, Int, Map, Multiset, Row, SmallInt, TinyInt, Vector};
    match (&stored.kind, &asked.kind) {
        (Int | BigInt, TinyInt | SmallInt | Int | BigInt) => true,
        (Array(a), Array(b) | Vector { element: b, .. }) => is_alike(a, b),
        // Maps with other keys are arrays of records.
        (Array(_), Map { .. } | Multiset(_)) => true,
        (Map { value: a, .. }, Map { value: b, .. }) => is_alike(a, b),
        (Row(a), Row(b)) => a.iter().all(|field| {
            let same = b.iter().find(|other| other.name == field.name);
            same.is_some_and(|other| is_alike(&field.data_type, &other.data_type))
        }),
        (TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_), TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_)) => {
            true
        }
        (TypeKind::Decimal { scale: a, precision: p }, TypeKind::Decimal { scale: b, precision: q }) => {
            a == b && p <= q
        }
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// Opens an Avro file; standard input is held in memory.
pub(super) fn open(options: InputOptions) -> Result<ColumnarSource> {
    let name = options.display_name();
    let runtime: Arc<dyn Runtime> = Arc::new(TokioRuntime::default());
    let (storage, path, size, fields) = if is_stdin(&options.file) {
        let mut bytes = Vec::new();
        stdin().read_to_end(&mut bytes).map_err(|error| Failure::file(&name, &error))?;
        let bytes = Bytes::from(bytes);
        let fields = fields(&options, &mut Cursor::new(&bytes))?;
        let (storage, size) = (Storage::memory(runtime), bytes.len() as u64);
        wait(storage.put(STDIN, bytes))?;
        (storage, STDIN.to_owned(), size, fields)
    } else {
        let mut file = regular_file(&options.file)?;
        let fields = fields(&options, &mut file)?;
        let io = |error| Failure::file(&name, &error);
        let size = file.metadata().map_err(io)?.len();
        let whole = absolute(&options.file).map_err(io)?;
        let (Some(folder), Some(file)) = (whole.parent(), whole.file_name().and_then(|file| file.to_str())) else {
            return Err(Failure::error(format!("{name}: not the name of a file")));
        };
        (Storage::local(folder, runtime)?, file.to_owned(), size, fields)
    };
    let fields = fields.into_iter().map(|(field, _)| field).collect::<Vec<_>>();
    let schema = arrow::schema(&fields);
    let request = ReadRequest::new(fields).with_batch_rows(options.batch_rows);
    let damaged = |error: cenote_core::Error| Failure::error(format!("{name}: not a readable Avro file: {error}"));
    let stream =
        block_in_place(|| Handle::current().block_on(read(&storage, &path, size, request))).map_err(damaged)?;
    let mut stream = stream;
    let batches: Batches = Box::new(std::iter::from_fn(move || {
        let next = Handle::current().block_on(stream.next());
        next.map(|batch| batch.map_err(|error| ArrowError::ExternalError(Box::new(error))))
    }));
    ColumnarSource::new(options, &schema, batches)
}

fn wait<T>(work: impl Future<Output = cenote_core::Result<T>>) -> Result<T> {
    Ok(block_in_place(|| Handle::current().block_on(work))?)
}
