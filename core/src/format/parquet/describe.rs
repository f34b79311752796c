//! A Parquet footer in words.

use parquet::{
    basic::{ConvertedType, Encoding, LogicalType, TimeUnit, Type as PhysicalType},
    file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData},
    schema::types::ColumnDescriptor,
};
use serde_json::Value;

use super::{bounds, footer};
use crate::{
    error::Result,
    format::{
        ChunkDescription, ColumnDescription, ColumnSum, FileFormat, FooterDescription, GroupDescription, MetadataEntry,
        describe::{Shown, bound},
        source::Source,
    },
    io::Storage,
    types::{DataType, TypeKind},
};

/// See [`crate::format::describe()`].
pub(in crate::format) async fn describe(
    storage: &Storage,
    path: &str,
    size: u64,
    shown: Shown,
) -> Result<FooterDescription> {
    let source = Source::open_tail(storage, path, size).await?;
    let (metadata, footer_bytes) = footer::load_as_written(&source).await?;
    let file = metadata.file_metadata();
    let leaves = file.schema_descr().columns();
    let key_values = file.key_value_metadata().into_iter().flatten();
    let entry = |pair: &parquet::file::metadata::KeyValue| {
        MetadataEntry::new(pair.key.as_bytes(), pair.value.as_deref().unwrap_or_default().as_bytes())
    };
    let groups = shown.groups(metadata.num_row_groups(), leaves.len());
    let description = FooterDescription {
        footer_bytes,
        version: Some(file.version().to_string()),
        writer: file.created_by().map(|writer| crate::format::describe::short(writer.to_owned())),
        rows: u64::try_from(file.num_rows()).ok(),
        codec: codec(&metadata),
        columns: leaves.iter().map(|leaf| column(leaf)).collect(),
        group_count: Some(metadata.num_row_groups()),
        offset: groups.start,
        groups: groups.filter_map(|index| Some(group(index, metadata.row_groups().get(index)?))).collect(),
        column_sums: (0..leaves.len()).map(|place| sum(&metadata, place)).collect(),
        metadata: key_values.map(entry).collect(),
        ..FooterDescription::of(path, FileFormat::Parquet, size)
    };
    Ok(description)
}

/// The codec of all chunks, where it is one.
fn codec(metadata: &ParquetMetaData) -> Option<String> {
    let mut chunks = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    let first = chunks.next()?.compression_codec();
    chunks.all(|chunk| chunk.compression_codec() == first).then(|| lower(first))
}

fn column(leaf: &ColumnDescriptor) -> ColumnDescription {
    let sql = type_of(leaf).map(|kind| DataType::nullable(kind).to_string());
    ColumnDescription { name: leaf.path().string(), r#type: sql.unwrap_or_else(|| leaf.physical_type().to_string()) }
}

fn group(index: usize, group: &RowGroupMetaData) -> GroupDescription {
    let size = |bytes: i64| u64::try_from(bytes).unwrap_or(0);
    GroupDescription {
        index,
        start: group.columns().iter().filter_map(footer::chunk_range).map(|range| range.start).min(),
        rows: size(group.num_rows()),
        compressed: group.columns().iter().fold(0, |sum: u64, chunk| sum.saturating_add(size(chunk.compressed_size()))),
        uncompressed: u64::try_from(group.total_byte_size()).ok(),
        chunks: group.columns().iter().map(chunk).collect(),
    }
}

fn chunk(chunk: &ColumnChunkMetaData) -> ChunkDescription {
    let leaf = chunk.column_descr();
    let (min, max) = match (chunk.statistics(), type_of(leaf)) {
        (Some(statistics), Some(kind)) => {
            let data_type = DataType::nullable(kind);
            let known = bounds::of_chunk(statistics, leaf, &data_type);
            (bound(known.min.as_ref(), &data_type), bound(known.max.as_ref(), &data_type))
        }
        _ => (Value::Null, Value::Null),
    };
    let is_dictionary = |encoding: &Encoding| matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY);
    ChunkDescription {
        column: leaf.path().string(),
        r#type: leaf.physical_type().to_string(),
        codec: Some(lower(chunk.compression_codec())),
        encodings: chunk.encodings().map(|encoding| encoding.to_string()).collect(),
        values: u64::try_from(chunk.num_values()).ok(),
        nulls: chunk.statistics().and_then(|statistics| statistics.null_count_opt()),
        min,
        max,
        start: footer::chunk_range(chunk).map(|range| range.start),
        compressed: u64::try_from(chunk.compressed_size()).ok(),
        uncompressed: u64::try_from(chunk.uncompressed_size()).ok(),
        dictionary: chunk.dictionary_page_offset().is_some()
            || chunk.encodings().any(|encoding| is_dictionary(&encoding)),
        page_index: chunk.column_index_offset().is_some() && chunk.offset_index_offset().is_some(),
        bloom_filter: chunk.bloom_filter_offset().is_some(),
    }
}

fn sum(metadata: &ParquetMetaData, place: usize) -> ColumnSum {
    let chunks = || metadata.row_groups().iter().filter_map(|group| group.columns().get(place));
    let total = |value: fn(&ColumnChunkMetaData) -> Option<u64>| {
        chunks().try_fold(0_u64, |sum, chunk| Some(sum.saturating_add(value(chunk)?)))
    };
    let leaf = metadata.file_metadata().schema_descr().columns().get(place);
    ColumnSum {
        column: leaf.map(|leaf| leaf.path().string()).unwrap_or_default(),
        compressed: total(|chunk| u64::try_from(chunk.compressed_size()).ok()),
        uncompressed: total(|chunk| u64::try_from(chunk.uncompressed_size()).ok()),
        nulls: total(|chunk| chunk.statistics()?.null_count_opt()),
    }
}

/// `ZSTD` as `zstd`.
fn lower(codec: impl std::fmt::Debug) -> String {
    format!("{codec:?}").to_ascii_lowercase()
}

/// The logical type of a leaf; `None` where there is none in SQL.
fn type_of(leaf: &ColumnDescriptor) -> Option<TypeKind> {
    if let Some(kind) = annotated(leaf) {
        return Some(kind);
    }
    match (leaf.physical_type(), bounds::is_unsigned(leaf)) {
        (PhysicalType::BOOLEAN, _) => Some(TypeKind::Boolean),
        (PhysicalType::INT32, false) => Some(TypeKind::Int),
        (PhysicalType::INT64, false) => Some(TypeKind::BigInt),
        (PhysicalType::FLOAT, _) => Some(TypeKind::Float),
        (PhysicalType::DOUBLE, _) => Some(TypeKind::Double),
        (PhysicalType::BYTE_ARRAY | PhysicalType::FIXED_LEN_BYTE_ARRAY, _) => Some(TypeKind::BYTES),
        _ => None,
    }
}

/// The type that an annotation gives.
fn annotated(leaf: &ColumnDescriptor) -> Option<TypeKind> {
    let decimal = |precision: i32, scale: i32| {
        let (precision, scale) = (u8::try_from(precision).ok()?, u8::try_from(scale).ok()?);
        Some(TypeKind::Decimal { precision, scale })
    };
    match (leaf.logical_type_ref(), leaf.converted_type()) {
        (Some(LogicalType::String | LogicalType::Enum | LogicalType::Json), _)
        | (None, ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON) => Some(TypeKind::STRING),
        (Some(LogicalType::Decimal(of)), _) => decimal(of.precision, of.scale),
        (None, ConvertedType::DECIMAL) => decimal(leaf.type_precision(), leaf.type_scale()),
        (Some(LogicalType::Date), _) | (None, ConvertedType::DATE) => Some(TypeKind::Date),
        (Some(LogicalType::Integer(int)), _) if int.is_signed => match int.bit_width {
            8 => Some(TypeKind::TinyInt),
            16 => Some(TypeKind::SmallInt),
            _ => None,
        },
        (None, ConvertedType::INT_8) => Some(TypeKind::TinyInt),
        (None, ConvertedType::INT_16) => Some(TypeKind::SmallInt),
        (Some(LogicalType::Time(_)), _) | (None, ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS) => {
            Some(TypeKind::Time(precision(leaf)))
        }
        (Some(LogicalType::Timestamp(of)), _) if !of.is_adjusted_to_u_t_c => Some(TypeKind::Timestamp(precision(leaf))),
        (Some(LogicalType::Timestamp(_)), _)
        | (None, ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIMESTAMP_MICROS) => {
            Some(TypeKind::TimestampLtz(precision(leaf)))
        }
        _ => None,
    }
}

/// Digits of the stored unit.
fn precision(leaf: &ColumnDescriptor) -> u8 {
    match bounds::stored_unit(leaf) {
        Some(TimeUnit::NANOS) => 9,
        Some(TimeUnit::MICROS) => 6,
        _ => 3,
    }
}
