//! What the end (of Avro: the start) of a data file says of its inside. No rows are read.

use std::ops::Range;

use serde::Serialize;
use serde_json::Value;

use super::{FileFormat, avro, orc, parquet};
use crate::{
    error::Result,
    io::Storage,
    types::{DataType, Datum, cell},
};

/// Most groups of one answer.
const MAX_GROUPS: usize = 1000;
/// Chunks of one answer at most: groups times columns.
const MAX_CHUNKS: usize = 20_000;
/// Most characters that are shown of a text from a file.
const MAX_TEXT: usize = 200;

/// What a file says of itself. What a format does not have is `None` or empty.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FooterDescription {
    /// The file, as it was asked for.
    pub path: String,
    /// `parquet`, `orc` or `avro`.
    pub format: &'static str,
    /// Bytes of the file.
    pub size: u64,
    /// Bytes of the footer; of the header in Avro.
    pub footer_bytes: u64,
    /// Version of the format.
    pub version: Option<String>,
    /// Who wrote the file.
    pub writer: Option<String>,
    /// Rows.
    pub rows: Option<u64>,
    /// Compression of the whole file; in Parquet of its chunks, where all are alike.
    pub codec: Option<String>,
    /// Leaf columns, in order.
    pub columns: Vec<ColumnDescription>,
    /// Row groups or stripes.
    pub group_count: Option<usize>,
    /// Number of the first of `groups`.
    pub offset: usize,
    /// Some of the groups.
    pub groups: Vec<GroupDescription>,
    /// Sums over all groups, by column.
    pub column_sums: Vec<ColumnSum>,
    /// What else is written in it, by name.
    pub metadata: Vec<MetadataEntry>,
}

/// A leaf column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnDescription {
    /// Dotted.
    pub name: String,
    /// SQL text of the type, or the format's own word where there is none.
    pub r#type: String,
}

/// A row group or a stripe.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupDescription {
    /// Its number.
    pub index: usize,
    /// Its first byte.
    pub start: Option<u64>,
    /// Rows.
    pub rows: u64,
    /// Bytes in the file.
    pub compressed: u64,
    /// Bytes before compression.
    pub uncompressed: Option<u64>,
    /// Its part of each column.
    pub chunks: Vec<ChunkDescription>,
}

/// A group's part of a column.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChunkDescription {
    /// The column, dotted.
    pub column: String,
    /// How the format stores it.
    pub r#type: String,
    /// Compression.
    pub codec: Option<String>,
    /// Encodings of its values.
    pub encodings: Vec<String>,
    /// Values, nulls among them in Parquet.
    pub values: Option<u64>,
    /// Nulls.
    pub nulls: Option<u64>,
    /// Least value.
    pub min: Value,
    /// Greatest value.
    pub max: Value,
    /// Its first byte.
    pub start: Option<u64>,
    /// Bytes in the file.
    pub compressed: Option<u64>,
    /// Bytes before compression.
    pub uncompressed: Option<u64>,
    /// Whether values stand in a dictionary.
    pub dictionary: bool,
    /// Whether there are statistics of parts of it.
    pub page_index: bool,
    /// Whether there is a bloom filter.
    pub bloom_filter: bool,
}

/// A column over all groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ColumnSum {
    /// The column, dotted.
    pub column: String,
    /// Bytes in the file.
    pub compressed: Option<u64>,
    /// Bytes before compression.
    pub uncompressed: Option<u64>,
    /// Nulls, where all groups say.
    pub nulls: Option<u64>,
}

/// A named text or value in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MetadataEntry {
    /// The name.
    pub key: String,
    /// Bytes of the value.
    pub bytes: usize,
    /// The value, as far as it is shown.
    pub value: String,
}

/// Describes the file `path` of `size` bytes; of its groups those from `offset` on, at most `limit`, 1,000 groups and
/// 20,000 chunks.
///
/// Errors: `Corrupt` naming the file, `Unsupported` for other formats, `NotFound`.
pub async fn describe(
    storage: &Storage,
    path: &str,
    size: u64,
    offset: usize,
    limit: Option<usize>,
) -> Result<FooterDescription> {
    let shown = Shown { offset, limit: limit.unwrap_or(MAX_GROUPS).min(MAX_GROUPS) };
    match FileFormat::from_file_name(path)? {
        FileFormat::Parquet => parquet::describe(storage, path, size, shown).await,
        FileFormat::Orc => orc::describe(storage, path, size, shown).await,
        FileFormat::Avro => avro::describe(storage, path, size).await,
    }
    .map_err(|error| if error.path().is_some() { error } else { error.at(path) })
}

/// Which groups are shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub(super) offset: usize,
    limit: usize,
}

impl Shown {
    /// The groups of a file with `columns` columns.
    pub(super) fn groups(self, count: usize, columns: usize) -> Range<usize> {
        let fit = (MAX_CHUNKS / columns.max(1)).max(1);
        let start = self.offset.min(count);
        start..count.min(start.saturating_add(self.limit.min(fit)))
    }
}

impl FooterDescription {
    /// Of a file nothing is known of yet.
    pub(super) fn of(path: &str, format: FileFormat, size: u64) -> Self {
        FooterDescription {
            path: path.to_owned(),
            format: format.identifier(),
            size,
            footer_bytes: 0,
            version: None,
            writer: None,
            rows: None,
            codec: None,
            columns: Vec::new(),
            group_count: None,
            offset: 0,
            groups: Vec::new(),
            column_sums: Vec::new(),
            metadata: Vec::new(),
        }
    }
}

impl MetadataEntry {
    /// A value that may be text.
    pub(super) fn new(key: &[u8], value: &[u8]) -> Self {
        // A few bytes more than are shown: characters have at most four.
        let start = value.get(..MAX_TEXT * 4).unwrap_or(value);
        let value_text = short(String::from_utf8_lossy(start).into_owned());
        MetadataEntry { key: short(String::from_utf8_lossy(key).into_owned()), bytes: value.len(), value: value_text }
    }
}

/// A bound as it is shown: long texts are cut.
pub(super) fn bound(value: Option<&Datum>, data_type: &DataType) -> Value {
    match cell(value, data_type) {
        Value::String(text) => Value::String(short(text)),
        other => other,
    }
}

/// A text, cut where it is long.
pub(super) fn short(text: String) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned() + "…",
        None => text,
    }
}

#[cfg(test)]
mod tests;
