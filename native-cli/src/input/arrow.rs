//! Arrow IPC: the file format (with its magic) and the stream format.

use std::io::{BufRead, BufReader, Cursor, Read, Seek, SeekFrom, stdin};

use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, SchemaRef};

use super::{InputOptions, columnar::ColumnarSource, is_stdin, regular_file};
use crate::error::{Failure, Result};

const FILE_MAGIC: &[u8] = b"ARROW1";

/// The columns of an Arrow file or stream.
pub(super) fn schema(options: &InputOptions) -> Result<SchemaRef> {
    let name = options.display_name();
    let damaged = |error: ArrowError| Failure::error(format!("{name}: not a readable Arrow IPC file: {error}"));
    let io = |error| Failure::file(&name, &error);
    let mut file = regular_file(&options.file)?;
    let mut start = Vec::new();
    (&mut file).take(FILE_MAGIC.len() as u64).read_to_end(&mut start).map_err(io)?;
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    if start == FILE_MAGIC {
        return FileReader::try_new_buffered(file, None).map(|reader| reader.schema()).map_err(damaged);
    }
    StreamReader::try_new_buffered(file, None).map(|reader| reader.schema()).map_err(damaged)
}

/// Opens an Arrow file or stream; the file format from standard input is held in memory, because its footer comes last.
pub(super) fn open(options: InputOptions) -> Result<ColumnarSource> {
    let name = options.display_name();
    let damaged = |error: ArrowError| Failure::error(format!("{name}: not a readable Arrow IPC file: {error}"));
    let io = |error| Failure::file(&name, &error);
    if is_stdin(&options.file) {
        let mut input = BufReader::new(stdin());
        if !input.fill_buf().map_err(io)?.starts_with(FILE_MAGIC) {
            let reader = StreamReader::try_new(input, None).map_err(damaged)?;
            return ColumnarSource::new(options, &reader.schema(), Box::new(reader));
        }
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes).map_err(io)?;
        let reader = FileReader::try_new(Cursor::new(bytes), None).map_err(damaged)?;
        return ColumnarSource::new(options, &reader.schema(), Box::new(reader));
    }
    let mut file = regular_file(&options.file)?;
    let mut start = Vec::new();
    (&mut file).take(FILE_MAGIC.len() as u64).read_to_end(&mut start).map_err(io)?;
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    if start == FILE_MAGIC {
        let reader = FileReader::try_new_buffered(file, None).map_err(damaged)?;
        return ColumnarSource::new(options, &reader.schema(), Box::new(reader));
    }
    let reader = StreamReader::try_new_buffered(file, None).map_err(damaged)?;
    ColumnarSource::new(options, &reader.schema(), Box::new(reader))
}
