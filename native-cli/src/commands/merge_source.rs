//! Columns of a file that is merged into a table: those of the table by the same name, others by what the file says.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{DataType as ArrowType, SchemaRef, TimeUnit};
use cenote_core::{
    spec::table_schema::TableSchema,
    types::{DataField, DataType, TypeKind},
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::merge::SourceFile;
use crate::{
    cli::InputFormat,
    ddl::parse_columns,
    error::{Failure, Result},
    input,
};

/// The columns, all nullable. Errors: a file that cannot be read, and types that have no name in Paimon.
pub(super) fn fields(schema: &TableSchema, source: &SourceFile, format: InputFormat) -> Result<Vec<DataField>> {
    let nullable = |kind: TypeKind| DataType::nullable(kind);
    if let Some(columns) = &source.columns {
        let columns =
            parse_columns(columns).map_err(|problem| Failure::usage(format!("--source-schema: {problem}")))?;
        let open = |field: DataField| DataField { data_type: nullable(field.data_type.kind), ..field };
        return Ok(columns.into_iter().map(open).collect());
    }
    if input::is_stdin(&source.file) {
        return Err(Failure::usage("--source-schema is needed to read standard input")
            .hint("for example: --source-schema 'id BIGINT, name STRING'"));
    }
    let found = match format {
        InputFormat::Csv => untyped(csv_header(source)?),
        InputFormat::Ndjson => untyped(ndjson_members(&source.file)?),
        InputFormat::Parquet | InputFormat::Arrow => typed(&columnar_schema(&source.file, format)?),
        InputFormat::Avro => {
            return Err(Failure::usage("--source-schema is needed for Avro files"));
        }
    };
    let field = |(id, (name, kind)): (usize, (String, Option<TypeKind>))| {
        let known = schema.field(&name).map(|field| field.data_type.kind.clone());
        let no_type = || {
            Failure::error(format!("{}: column {name:?} is of a type that the table lacks", source.file.display()))
                .hint("say the columns by --source-schema")
        };
        let kind = known.or(kind).ok_or_else(no_type)?;
        Ok(DataField::new(i32::try_from(id).unwrap_or(i32::MAX), name, nullable(kind)))
    };
    found.into_iter().enumerate().map(field).collect()
}

type Columns = Vec<(String, Option<TypeKind>)>;

fn untyped(names: Vec<String>) -> Columns {
    names.into_iter().map(|name| (name, Some(TypeKind::STRING))).collect()
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| Failure::file(path.display(), &error))
}

fn csv_header(source: &SourceFile) -> Result<Vec<String>> {
    let mut line = String::new();
    let read = BufReader::new(open(&source.file)?).read_line(&mut line);
    read.map_err(|error| Failure::file(source.file.display(), &error))?;
    let name = |text: &str| text.trim().trim_matches('"').to_owned();
    Ok(line.trim_start_matches('\u{feff}').trim_end().split(source.delimiter).map(name).collect())
}

/// Members of the first object.
fn ndjson_members(path: &Path) -> Result<Vec<String>> {
    for line in BufReader::new(open(path)?).lines() {
        let line = line.map_err(|error| Failure::file(path.display(), &error))?;
        if line.trim().is_empty() {
            continue;
        }
        let object: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(&line);
        let object = object.map_err(|error| Failure::error(format!("{}: {error}", path.display())))?;
        return Ok(object.into_iter().map(|(name, _)| name).collect());
    }
    Err(Failure::error(format!("{}: there is no row", path.display())).hint("say the columns by --source-schema"))
}

fn columnar_schema(path: &Path, format: InputFormat) -> Result<SchemaRef> {
    let unreadable = |error: String| Failure::error(format!("{}: cannot be read: {error}", path.display()));
    if matches!(format, InputFormat::Parquet) {
        let reader = ParquetRecordBatchReaderBuilder::try_new(open(path)?);
        return Ok(reader.map_err(|error| unreadable(error.to_string()))?.schema().clone());
    }
    if let Ok(reader) = FileReader::try_new_buffered(open(path)?, None) {
        return Ok(reader.schema());
    }
    let reader = StreamReader::try_new_buffered(open(path)?, None);
    Ok(reader.map_err(|error| unreadable(error.to_string()))?.schema())
}

fn typed(schema: &SchemaRef) -> Columns {
    schema.fields().iter().map(|field| (field.name().clone(), kind_of(field.data_type()))).collect()
}

/// The Paimon type whose values all values of an Arrow type are.
fn kind_of(data_type: &ArrowType) -> Option<TypeKind> {
    Some(match data_type {
        ArrowType::Boolean => TypeKind::Boolean,
        ArrowType::Int8 => TypeKind::TinyInt,
        ArrowType::Int16 | ArrowType::UInt8 => TypeKind::SmallInt,
        ArrowType::Int32 | ArrowType::UInt16 => TypeKind::Int,
        ArrowType::Int64 | ArrowType::UInt32 => TypeKind::BigInt,
        ArrowType::Float32 => TypeKind::Float,
        ArrowType::Float64 => TypeKind::Double,
        ArrowType::Utf8 | ArrowType::LargeUtf8 | ArrowType::Utf8View => TypeKind::STRING,
        ArrowType::Binary | ArrowType::LargeBinary | ArrowType::BinaryView => TypeKind::BYTES,
        ArrowType::Date32 => TypeKind::Date,
        ArrowType::Decimal128(precision, scale) => {
            TypeKind::Decimal { precision: *precision, scale: u8::try_from(*scale).ok()? }
        }
        ArrowType::Timestamp(unit, zone) => {
            let precision = match unit {
                TimeUnit::Second => 0,
                TimeUnit::Millisecond => 3,
                TimeUnit::Microsecond => 6,
                TimeUnit::Nanosecond => 9,
            };
            if zone.is_some() { TypeKind::TimestampLtz(precision) } else { TypeKind::Timestamp(precision) }
        }
        _ => return None,
    })
}
