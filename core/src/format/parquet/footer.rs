//! The footer: found with one request, checked against the file's size before anything is allocated or decoded by it.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use parquet::{
    file::metadata::{
        ColumnChunkMetaData, FileMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataBuilder,
        ParquetMetaDataPushDecoder, ParquetMetaDataReader,
    },
    schema::types::SchemaDescriptor,
};

use super::{corrupt, normalize, windows};
use crate::{
    error::{Error, Result},
    format::source::Source,
};

/// Magic, length of the metadata, magic.
const MAGIC: &[u8; 4] = b"PAR1";
const ENCRYPTED_MAGIC: &[u8; 4] = b"PARE";
const TAIL: usize = 8;

/// A checked footer.
#[derive(Clone, Debug)]
pub(super) struct Footer {
    /// Metadata whose *file* schema is normalised (see [`normalize`]); the schemas of its row groups are as written.
    pub(super) metadata: Arc<ParquetMetaData>,
}

impl Footer {
    /// Rows of row group `index`; 0 where there is none.
    pub(super) fn rows(&self, index: usize) -> u64 {
        self.metadata.row_groups().get(index).map_or(0, |group| u64::try_from(group.num_rows()).unwrap_or(0))
    }
}

/// Reads and checks the footer, and the page index too where the file has a sound one and it is of use: `to_select` rows, or to read
/// a row group larger than `window_bytes` in parts, or the `first_rows` of a large one before the others.
pub(super) async fn load(
    source: &Source,
    to_select: bool,
    window_bytes: u64,
    first_rows: Option<u64>,
) -> Result<Footer> {
    let metadata = decode(&metadata_bytes(source).await?).map_err(|error| error.at(source.path()))?;
    check(&metadata, source.size()).map_err(|error| error.at(source.path()))?;
    let with_page_index = to_select
        || windows::wanted(&metadata, window_bytes)
        || (first_rows.is_some() && windows::wanted_soon(&metadata, window_bytes));
    let metadata = if with_page_index { load_page_index(source, metadata).await? } else { metadata };
    let metadata = normalized(metadata).map_err(|error| error.at(source.path()))?;
    Ok(Footer { metadata: Arc::new(metadata) })
}

/// The checked metadata as it is written, and its length.
pub(super) async fn load_as_written(source: &Source) -> Result<(ParquetMetaData, u64)> {
    let bytes = metadata_bytes(source).await?;
    let metadata = decode(&bytes).map_err(|error| error.at(source.path()))?;
    check(&metadata, source.size()).map_err(|error| error.at(source.path()))?;
    Ok((metadata, bytes.len() as u64))
}

/// The Thrift-encoded metadata.
async fn metadata_bytes(source: &Source) -> Result<Bytes> {
    let size = source.size();
    let wrong = |message: String| Error::corrupt(message).at(source.path());
    if size < (MAGIC.len() + TAIL) as u64 {
        return Err(wrong(format!("a parquet file has at least 12 bytes, this one {size}")));
    }
    let tail = source.tail();
    let Some((front, last)) = tail.split_last_chunk::<TAIL>() else {
        return Err(wrong(format!("parquet footer is cut: {} bytes", tail.len())));
    };
    let [a, b, c, d, magic @ ..] = *last;
    if &magic == ENCRYPTED_MAGIC {
        return Err(Error::unsupported("encrypted parquet files cannot be read").at(source.path()));
    }
    if &magic != MAGIC {
        return Err(wrong(format!("parquet file ends with PAR1, this one with {}", magic.escape_ascii())));
    }
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    if length + (MAGIC.len() + TAIL) as u64 > size {
        return Err(wrong(format!("parquet metadata of {length} bytes does not fit a file of {size} bytes")));
    }
    match front.len().checked_sub(usize::try_from(length).unwrap_or(usize::MAX)) {
        Some(start) => Ok(tail.slice(start..front.len())),
        None => source.metadata(size - TAIL as u64 - length..size - TAIL as u64).await,
    }
}

fn decode(bytes: &[u8]) -> Result<ParquetMetaData> {
    ParquetMetaDataReader::decode_metadata(bytes).map_err(|error| corrupt("parquet metadata does not decode", error))
}

/// Row counts and positions that later code relies on.
fn check(metadata: &ParquetMetaData, file_size: u64) -> Result<()> {
    let leaves = metadata.file_metadata().schema_descr().num_columns();
    let mut rows = 0i64;
    for (index, group) in metadata.row_groups().iter().enumerate() {
        rows = match rows.checked_add(group.num_rows()) {
            Some(sum) if group.num_rows() >= 0 => sum,
            _ => return Err(Error::corrupt(format!("row group {index} has {} rows", group.num_rows()))),
        };
        if group.num_columns() != leaves {
            let found = group.num_columns();
            return Err(Error::corrupt(format!("row group {index} has {found} columns, the schema {leaves}")));
        }
        for chunk in group.columns() {
            check_chunk(chunk, file_size)
                .map_err(|error| error.with("row group", index).with("column", chunk.column_descr().path().string()))?;
        }
    }
    let declared = metadata.file_metadata().num_rows();
    if declared != rows {
        return Err(Error::corrupt(format!("file has {declared} rows, its row groups {rows}")));
    }
    Ok(())
}

fn check_chunk(chunk: &ColumnChunkMetaData, file_size: u64) -> Result<()> {
    if let Some(path) = chunk.file_path().filter(|path| !path.is_empty()) {
        return Err(Error::unsupported(format!("column chunk lies in another file, {path}")));
    }
    if chunk_range(chunk).is_none_or(|range| range.end > file_size) {
        return Err(Error::corrupt(format!(
            "column chunk of {} bytes at {} (dictionary {:?}) does not fit a file of {file_size} bytes",
            chunk.compressed_size(),
            chunk.data_page_offset(),
            chunk.dictionary_page_offset(),
        )));
    }
    if chunk.num_values() < 0 || chunk.uncompressed_size() < 0 {
        return Err(Error::corrupt(format!(
            "column chunk has {} values in {} bytes",
            chunk.num_values(),
            chunk.uncompressed_size()
        )));
    }
    Ok(())
}

/// Where the pages of a chunk lie; `None` for positions that make no sense.
pub(super) fn chunk_range(chunk: &ColumnChunkMetaData) -> Option<Range<u64>> {
    let start = u64::try_from(chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset())).ok()?;
    let end = start.checked_add(u64::try_from(chunk.compressed_size()).ok()?)?;
    let first_page = u64::try_from(chunk.data_page_offset()).ok()?;
    (start <= first_page && first_page <= end).then_some(start..end)
}

/// Adds the page index, if the file has one and it is sound; an unsound one is only lost speed.
async fn load_page_index(source: &Source, metadata: ParquetMetaData) -> Result<ParquetMetaData> {
    let Some(range) = page_index_range(&metadata, source.size()) else {
        return Ok(metadata);
    };
    let bytes = source.metadata(range.clone()).await?;
    let plain = metadata.clone();
    let indexed = ParquetMetaDataPushDecoder::try_new_with_metadata(source.size(), metadata).and_then(|decoder| {
        let mut decoder = decoder.with_page_index_policy(PageIndexPolicy::Optional);
        decoder.push_range(range, bytes)?;
        decoder.try_decode()
    });
    match indexed {
        Ok(parquet::DecodeResult::Data(indexed)) if page_index_is_sound(&indexed) => Ok(indexed),
        _ => Ok(plain),
    }
}

/// The range that covers both indexes of all chunks, if all lie in the file and each chunk has both.
fn page_index_range(metadata: &ParquetMetaData, file_size: u64) -> Option<Range<u64>> {
    let mut cover: Option<Range<u64>> = None;
    for chunk in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        let offset_index = (chunk.offset_index_offset()?, chunk.offset_index_length()?);
        let column_index = chunk.column_index_offset().zip(chunk.column_index_length());
        for (offset, length) in [Some(offset_index), column_index].into_iter().flatten() {
            let start = u64::try_from(offset).ok()?;
            let end = start.checked_add(u64::try_from(length).ok()?).filter(|end| *end <= file_size)?;
            cover = Some(cover.map_or(start..end, |all| all.start.min(start)..all.end.max(end)));
        }
    }
    cover
}

/// Whether the pages of every chunk lie in it, one behind the other, and begin at ascending rows.
fn page_index_is_sound(metadata: &ParquetMetaData) -> bool {
    let Some(offset_index) = metadata.offset_index() else {
        return false;
    };
    offset_index.len() == metadata.num_row_groups()
        && metadata.row_groups().iter().zip(offset_index).all(|(group, chunks)| {
            chunks.len() == group.num_columns()
                && group.columns().iter().zip(chunks).all(|(chunk, index)| {
                    chunk_range(chunk)
                        .is_some_and(|range| pages_are_sound(index.page_locations(), &range, group.num_rows()))
                })
        })
}

fn pages_are_sound(
    pages: &[parquet::file::page_index::offset_index::PageLocation],
    chunk: &Range<u64>,
    rows: i64,
) -> bool {
    let (mut position, mut row) = (chunk.start, -1);
    for page in pages {
        let (Ok(start), Ok(length)) = (u64::try_from(page.offset), u64::try_from(page.compressed_page_size)) else {
            return false;
        };
        if start < position || start.saturating_add(length) > chunk.end || page.first_row_index <= row {
            return false;
        }
        (position, row) = (start + length, page.first_row_index);
    }
    match pages.first() {
        Some(first) => first.first_row_index == 0 && row < rows,
        None => rows == 0,
    }
}

/// The same metadata with a file schema that the decoder reads without loss and without panics.
fn normalized(metadata: ParquetMetaData) -> Result<ParquetMetaData> {
    let file = metadata.file_metadata();
    let Some(schema) = normalize::schema(file.schema_descr().root_schema())
        .map_err(|error| corrupt("parquet schema is not understood", error))?
    else {
        return Ok(metadata);
    };
    let file = FileMetaData::new(
        file.version(),
        file.num_rows(),
        file.created_by().map(str::to_owned),
        None,
        Arc::new(SchemaDescriptor::new(Arc::new(schema))),
        file.column_orders().cloned(),
    );
    let mut from = ParquetMetaDataBuilder::new_from_metadata(metadata);
    Ok(ParquetMetaDataBuilder::new(file)
        .set_row_groups(from.take_row_groups())
        .set_column_index(from.take_column_index())
        .set_offset_index(from.take_offset_index())
        .build())
}
