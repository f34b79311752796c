//! What the end of a data file says of its inside.

use serde::Deserialize;

use super::lenient;
use crate::cell::Cell;

/// A Parquet, ORC or Avro file from within; what a format does not have is absent.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FooterInfo {
    /// `parquet`, `orc`, `avro`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub format: String,
    /// Bytes of the file.
    #[serde(deserialize_with = "lenient::int")]
    pub size: i64,
    /// Bytes of the footer, or the header.
    #[serde(deserialize_with = "lenient::int")]
    pub footer_bytes: i64,
    /// Version of the format.
    pub version: Option<String>,
    /// What wrote it.
    pub writer: Option<String>,
    /// Rows.
    #[serde(deserialize_with = "lenient::optional")]
    pub rows: Option<i64>,
    /// Compression, where it is one for all.
    pub codec: Option<String>,
    /// Leaf columns in order.
    #[serde(deserialize_with = "lenient::or_default")]
    pub columns: Vec<FooterColumn>,
    /// Row groups, stripes or blocks.
    #[serde(deserialize_with = "lenient::optional")]
    pub group_count: Option<i64>,
    /// Number of the first group of the page.
    #[serde(deserialize_with = "lenient::int")]
    pub offset: i64,
    /// The groups of the page.
    #[serde(deserialize_with = "lenient::or_default")]
    pub groups: Vec<FooterGroup>,
    /// Sums over all groups.
    #[serde(deserialize_with = "lenient::or_default")]
    pub column_sums: Vec<ColumnSum>,
    /// Key-value metadata.
    #[serde(deserialize_with = "lenient::or_default")]
    pub metadata: Vec<FooterMetadata>,
}

/// A leaf column.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct FooterColumn {
    /// Dotted name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The format's own type.
    #[serde(rename = "type", deserialize_with = "lenient::or_default")]
    pub type_text: String,
}

/// A row group or stripe.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct FooterGroup {
    /// Its number.
    #[serde(deserialize_with = "lenient::int")]
    pub index: i64,
    /// Rows.
    #[serde(deserialize_with = "lenient::int")]
    pub rows: i64,
    /// Bytes in the file.
    #[serde(deserialize_with = "lenient::int")]
    pub compressed: i64,
    /// Bytes before compression.
    #[serde(deserialize_with = "lenient::optional")]
    pub uncompressed: Option<i64>,
    /// Its columns.
    #[serde(deserialize_with = "lenient::or_default")]
    pub chunks: Vec<FooterChunk>,
}

/// A column of a group.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FooterChunk {
    /// Dotted name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub column: String,
    /// The format's own type.
    #[serde(rename = "type", deserialize_with = "lenient::or_default")]
    pub type_text: String,
    /// Compression.
    pub codec: Option<String>,
    /// How values are encoded.
    #[serde(deserialize_with = "lenient::or_default")]
    pub encodings: Vec<String>,
    /// Values, nulls among them.
    #[serde(deserialize_with = "lenient::optional")]
    pub values: Option<i64>,
    /// Nulls.
    #[serde(deserialize_with = "lenient::optional")]
    pub nulls: Option<i64>,
    /// Least value.
    pub min: Cell,
    /// Greatest value.
    pub max: Cell,
    /// Bytes in the file.
    #[serde(deserialize_with = "lenient::optional")]
    pub compressed: Option<i64>,
    /// Bytes before compression.
    #[serde(deserialize_with = "lenient::optional")]
    pub uncompressed: Option<i64>,
    /// Whether it has a dictionary.
    #[serde(deserialize_with = "lenient::or_default")]
    pub dictionary: bool,
    /// Whether single pages have statistics.
    #[serde(deserialize_with = "lenient::or_default")]
    pub page_index: bool,
    /// Whether it has a bloom filter.
    #[serde(deserialize_with = "lenient::or_default")]
    pub bloom_filter: bool,
}

/// A column over all groups.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct ColumnSum {
    /// Dotted name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub column: String,
    /// Bytes in the file.
    #[serde(deserialize_with = "lenient::int")]
    pub compressed: i64,
    /// Bytes before compression.
    #[serde(deserialize_with = "lenient::optional")]
    pub uncompressed: Option<i64>,
    /// Nulls.
    #[serde(deserialize_with = "lenient::optional")]
    pub nulls: Option<i64>,
}

/// A pair of metadata.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct FooterMetadata {
    /// Key.
    #[serde(deserialize_with = "lenient::or_default")]
    pub key: String,
    /// Bytes of the value.
    #[serde(deserialize_with = "lenient::int")]
    pub bytes: i64,
    /// The value, cut where it is long.
    #[serde(deserialize_with = "lenient::or_default")]
    pub value: String,
}
