//! A data file as a record of manifests.

use crate::{
    error::{Error, Result},
    spec::{
        avro::{Cursor, Encoder, Plan, Schema, Shape, avro_fields},
        binary_row::BinaryRow,
        data_file::{DataFileMeta, FileSource},
        stats::{
            SimpleStats,
            avro::{StatsPlan, StatsView, count, int, required, write as write_stats},
        },
    },
};

/// Java's schema of a data file within a manifest.
macro_rules! data_file_schema {
    () => {
        concat!(
            r#"{"type":"record","name":"record__FILE","fields":["#,
            r#"{"name":"_FILE_NAME","type":"string"},{"name":"_FILE_SIZE","type":"long"},"#,
            r#"{"name":"_ROW_COUNT","type":"long"},{"name":"_MIN_KEY","type":"bytes"},"#,
            r#"{"name":"_MAX_KEY","type":"bytes"},{"name":"_KEY_STATS","type":"#,
            stats_schema!("record__FILE__KEY_STATS"),
            r#"},{"name":"_VALUE_STATS","type":"#,
            stats_schema!("record__FILE__VALUE_STATS"),
            r#"},{"name":"_MIN_SEQUENCE_NUMBER","type":"long"},{"name":"_MAX_SEQUENCE_NUMBER","type":"long"},"#,
            r#"{"name":"_SCHEMA_ID","type":"long"},{"name":"_LEVEL","type":"int"},"#,
            r#"{"name":"_EXTRA_FILES","type":{"type":"array","items":"string"}},"#,
            r#"{"name":"_CREATION_TIME","type":["null",{"type":"long","logicalType":"timestamp-millis"}],"#,
            r#""default":null},{"name":"_DELETE_ROW_COUNT","type":["null","long"],"default":null},"#,
            r#"{"name":"_EMBEDDED_FILE_INDEX","type":["null","bytes"],"default":null},"#,
            r#"{"name":"_FILE_SOURCE","type":["null","int"],"default":null},"#,
            r#"{"name":"_VALUE_STATS_COLS","type":["null",{"type":"array","items":"string"}],"default":null},"#,
            r#"{"name":"_EXTERNAL_PATH","type":["null","string"],"default":null},"#,
            r#"{"name":"_FIRST_ROW_ID","type":["null","long"],"default":null},"#,
            r#"{"name":"_WRITE_COLS","type":["null",{"type":"array","items":"string"}],"default":null},"#,
            r#"{"name":"_WRITE_COLS_SEQUENCES","type":["null",{"type":"array","items":"long"}],"default":null}]}"#
        )
    };
}
pub(in crate::spec) use data_file_schema;

avro_fields! {
    /// Fields of a data file record; all behind the extra files came later, one after the other.
    FileField {
        FileName = "_FILE_NAME" Bytes required,
        FileSize = "_FILE_SIZE" Number required,
        RowCount = "_ROW_COUNT" Number required,
        MinKey = "_MIN_KEY" Bytes required,
        MaxKey = "_MAX_KEY" Bytes required,
        KeyStats = "_KEY_STATS" Record required,
        ValueStats = "_VALUE_STATS" Record required,
        MinSequenceNumber = "_MIN_SEQUENCE_NUMBER" Number required,
        MaxSequenceNumber = "_MAX_SEQUENCE_NUMBER" Number required,
        SchemaId = "_SCHEMA_ID" Number required,
        Level = "_LEVEL" Number required,
        ExtraFiles = "_EXTRA_FILES" Texts optional,
        CreationTime = "_CREATION_TIME" Number optional,
        DeleteRowCount = "_DELETE_ROW_COUNT" Number optional,
        EmbeddedFileIndex = "_EMBEDDED_FILE_INDEX" Bytes optional,
        FileSource = "_FILE_SOURCE" Number optional,
        ValueStatsCols = "_VALUE_STATS_COLS" Texts optional,
        ExternalPath = "_EXTERNAL_PATH" Bytes optional,
        FirstRowId = "_FIRST_ROW_ID" Number optional,
        WriteCols = "_WRITE_COLS" Texts optional,
        WriteColsSequences = "_WRITE_COLS_SEQUENCES" Numbers optional,
    }
}

/// Which statistics of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatsOf {
    /// Those of the trimmed primary key.
    Keys,
    /// Those of the value columns.
    Values,
}

/// What decides whether a file may match, as it stands in the block of a manifest.
#[derive(Clone, Debug)]
pub(crate) struct FileOutline<'a> {
    pub(crate) file_name: &'a [u8],
    pub(crate) file_size: i64,
    pub(crate) row_count: i64,
    pub(crate) schema_id: i64,
    /// Whether the file itself names the columns of its value statistics.
    pub(crate) names_columns: bool,
    /// Those that were asked; `None` for null.
    pub(crate) stats: Option<StatsView<'a>>,
}

/// How to read data files of one writer.
pub(in crate::spec) struct DataFilePlan {
    file: Plan<FileField>,
    key_stats: StatsPlan,
    value_stats: StatsPlan,
}

impl DataFilePlan {
    /// The plan for the record `file`. Errors: `Corrupt`.
    pub(in crate::spec) fn new(schema: &Schema, file: Shape) -> Result<Self> {
        let file = Plan::new(schema, file.node)?;
        let stats = |field| StatsPlan::new(schema, required(file.shape(field), "statistics")?);
        let (key_stats, value_stats) = (stats(FileField::KeyStats)?, stats(FileField::ValueStats)?);
        Ok(DataFilePlan { file, key_stats, value_stats })
    }

    /// Reads a record that is not null into a [`blank`] file; statistics only `with_stats`.
    pub(in crate::spec) fn read(
        &self,
        cursor: &mut Cursor<'_>,
        file: &mut DataFileMeta,
        with_stats: bool,
    ) -> Result<()> {
        for step in self.file.steps() {
            match step.field {
                Some(FileField::KeyStats | FileField::ValueStats) if !with_stats => cursor.skip(step.shape)?,
                Some(field) => self.read_field(file, field, step.shape, cursor)?,
                None => cursor.skip(step.shape)?,
            }
        }
        Ok(())
    }

    /// Passes over a record that is not null, looking only at what its statistics are about and at one kind of them.
    pub(in crate::spec) fn outline<'a>(&self, cursor: &mut Cursor<'a>, of: StatsOf) -> Result<FileOutline<'a>> {
        let (asked, plan) = match of {
            StatsOf::Keys => (FileField::KeyStats, &self.key_stats),
            StatsOf::Values => (FileField::ValueStats, &self.value_stats),
        };
        let mut file =
            FileOutline { file_name: &[], file_size: 0, row_count: 0, schema_id: 0, names_columns: false, stats: None };
        for step in self.file.steps() {
            let shape = step.shape;
            match step.field {
                Some(FileField::FileName) => file.file_name = required(cursor.view(shape)?, "_FILE_NAME")?,
                Some(FileField::FileSize) => file.file_size = count(cursor.number(shape)?, "_FILE_SIZE")?,
                Some(FileField::RowCount) => file.row_count = count(cursor.number(shape)?, "_ROW_COUNT")?,
                Some(FileField::SchemaId) => file.schema_id = required(cursor.number(shape)?, "_SCHEMA_ID")?,
                Some(field) if field == asked => {
                    file.stats = if cursor.present(shape)? { Some(plan.view(cursor)?) } else { None };
                }
                Some(FileField::ValueStatsCols | FileField::WriteCols) => {
                    // The value is passed over by a cursor that has not read its branch.
                    file.names_columns |= cursor.clone().present(shape)?;
                    cursor.skip(shape)?;
                }
                _ => cursor.skip(shape)?,
            }
        }
        Ok(file)
    }

    /// Passes over a record that is not null, looking only at how large its file is.
    pub(in crate::spec) fn size(&self, cursor: &mut Cursor<'_>) -> Result<i64> {
        let mut size = 0;
        for step in self.file.steps() {
            match step.field {
                Some(FileField::FileSize) => size = count(cursor.number(step.shape)?, "_FILE_SIZE")?,
                _ => cursor.skip(step.shape)?,
            }
        }
        Ok(size)
    }

    fn read_field(
        &self,
        file: &mut DataFileMeta,
        field: FileField,
        shape: Shape,
        cursor: &mut Cursor<'_>,
    ) -> Result<()> {
        match field {
            FileField::FileName => file.file_name = required(cursor.text(shape)?, "_FILE_NAME")?,
            FileField::FileSize => file.file_size = count(cursor.number(shape)?, "_FILE_SIZE")?,
            FileField::RowCount => file.row_count = count(cursor.number(shape)?, "_ROW_COUNT")?,
            FileField::MinKey => file.min_key = row(cursor, shape, "_MIN_KEY")?,
            FileField::MaxKey => file.max_key = row(cursor, shape, "_MAX_KEY")?,
            FileField::KeyStats => read_stats(&self.key_stats, cursor, shape, &mut file.key_stats)?,
            FileField::ValueStats => read_stats(&self.value_stats, cursor, shape, &mut file.value_stats)?,
            FileField::MinSequenceNumber => {
                file.min_sequence_number = required(cursor.number(shape)?, "_MIN_SEQUENCE_NUMBER")?;
            }
            FileField::MaxSequenceNumber => {
                file.max_sequence_number = required(cursor.number(shape)?, "_MAX_SEQUENCE_NUMBER")?;
            }
            FileField::SchemaId => file.schema_id = required(cursor.number(shape)?, "_SCHEMA_ID")?,
            FileField::Level => file.level = int(required(cursor.number(shape)?, "_LEVEL")?, "_LEVEL")?,
            FileField::ExtraFiles => file.extra_files = texts(cursor, shape, "_EXTRA_FILES")?.unwrap_or_default(),
            FileField::CreationTime => file.creation_time_millis = cursor.number(shape)?,
            FileField::DeleteRowCount => file.delete_row_count = cursor.number(shape)?,
            FileField::EmbeddedFileIndex => {
                // Copied, so that it does not keep the block of the manifest in memory.
                file.embedded_index = cursor.view(shape)?.map(bytes::Bytes::copy_from_slice);
            }
            FileField::FileSource => file.file_source = cursor.number(shape)?.map(file_source).transpose()?,
            FileField::ValueStatsCols => file.value_stats_cols = texts(cursor, shape, "_VALUE_STATS_COLS")?,
            FileField::ExternalPath => file.external_path = cursor.text(shape)?,
            FileField::FirstRowId => file.first_row_id = cursor.number(shape)?,
            FileField::WriteCols => file.write_cols = texts(cursor, shape, "_WRITE_COLS")?,
            FileField::WriteColsSequences => {
                let number = |cursor: &mut Cursor<'_>, element| {
                    required(cursor.number(element)?, "an element of _WRITE_COLS_SEQUENCES")
                };
                file.write_cols_sequences = cursor.list(shape, number)?;
            }
        }
        Ok(())
    }
}

/// A file of nothing, whose fields are then read.
pub(in crate::spec) fn blank() -> DataFileMeta {
    DataFileMeta {
        file_name: String::new(),
        file_size: 0,
        row_count: 0,
        min_key: BinaryRow::empty(),
        max_key: BinaryRow::empty(),
        key_stats: SimpleStats::empty(),
        value_stats: SimpleStats::empty(),
        min_sequence_number: 0,
        max_sequence_number: 0,
        schema_id: 0,
        level: 0,
        extra_files: Vec::new(),
        creation_time_millis: None,
        delete_row_count: None,
        embedded_index: None,
        file_source: None,
        value_stats_cols: None,
        external_path: None,
        first_row_id: None,
        write_cols: None,
        write_cols_sequences: None,
    }
}

fn row(cursor: &mut Cursor<'_>, shape: Shape, name: &str) -> Result<BinaryRow> {
    required(cursor.view(shape)?, name).map(BinaryRow::from_serialized)
}

/// Reads statistics that may be wrapped in a union into empty ones; null is statistics of nothing.
pub(in crate::spec) fn read_stats(
    plan: &StatsPlan,
    cursor: &mut Cursor<'_>,
    shape: Shape,
    stats: &mut SimpleStats,
) -> Result<()> {
    if cursor.present(shape)? { plan.read(cursor, stats) } else { Ok(()) }
}

fn texts(cursor: &mut Cursor<'_>, shape: Shape, name: &str) -> Result<Option<Vec<String>>> {
    cursor.list(shape, |cursor, element| required(cursor.text(element)?, name))
}

fn file_source(number: i64) -> Result<FileSource> {
    match number {
        0 => Ok(FileSource::Append),
        1 => Ok(FileSource::Compact),
        other => Err(Error::corrupt(format!("expected 0 or 1 as _FILE_SOURCE, found {other}"))),
    }
}

/// Writes a record.
pub(in crate::spec) fn write(encoder: &mut Encoder, file: &DataFileMeta) {
    encoder.text(&file.file_name);
    encoder.number(file.file_size);
    encoder.number(file.row_count);
    encoder.bytes(file.min_key.serialized());
    encoder.bytes(file.max_key.serialized());
    write_stats(encoder, &file.key_stats);
    write_stats(encoder, &file.value_stats);
    encoder.number(file.min_sequence_number);
    encoder.number(file.max_sequence_number);
    encoder.number(file.schema_id);
    encoder.number(file.level.into());
    write_texts(encoder, &file.extra_files);
    encoder.nullable(file.creation_time_millis, Encoder::number);
    encoder.nullable(file.delete_row_count, Encoder::number);
    encoder.nullable(file.embedded_index.as_deref(), Encoder::bytes);
    encoder.nullable(file.file_source, |encoder, source| encoder.number(source as i64));
    encoder.nullable(file.value_stats_cols.as_deref(), write_texts);
    encoder.nullable(file.external_path.as_deref(), Encoder::text);
    encoder.nullable(file.first_row_id, Encoder::number);
    encoder.nullable(file.write_cols.as_deref(), write_texts);
    encoder.nullable(file.write_cols_sequences.as_deref(), |encoder, numbers| {
        encoder.list(numbers, |encoder, number| encoder.number(*number));
    });
}

fn write_texts(encoder: &mut Encoder, texts: &[String]) {
    encoder.list(texts, |encoder, text| encoder.text(text));
}
