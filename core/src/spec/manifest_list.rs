//! Manifest list: the manifests of a snapshot (Java `ManifestFileMeta`, format digest 4.1).

use bytes::Bytes;

use super::{
    avro::{Codec, Cursor, Plan, Shape, avro_fields, read_records, write_records},
    data_file::avro::read_stats,
    manifest::{RECORD_VERSION, check_version},
    stats::{
        SimpleStats,
        avro::{StatsPlan, count, int, required, stats_schema, write as write_stats},
    },
};
use crate::error::Result;

/// One record of a manifest list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestFileMeta {
    /// Name within `manifest/`.
    pub file_name: String,
    /// Length in bytes.
    pub file_size: i64,
    /// ADD entries.
    pub num_added_files: i64,
    /// DELETE entries.
    pub num_deleted_files: i64,
    /// Statistics over the partition rows of all entries.
    pub partition_stats: SimpleStats,
    /// Greatest schema id of the data files.
    pub schema_id: i64,
    /// Least bucket of all entries.
    pub min_bucket: Option<i32>,
    /// Greatest bucket of all entries.
    pub max_bucket: Option<i32>,
    /// Least level of all entries.
    pub min_level: Option<i32>,
    /// Greatest level of all entries.
    pub max_level: Option<i32>,
    /// Least row id, where every entry has one.
    pub min_row_id: Option<i64>,
    /// Greatest row id, inclusive, where every entry has one.
    pub max_row_id: Option<i64>,
}

/// Java's schema of a manifest list.
const SCHEMA: &str = concat!(
    r#"{"type":"record","name":"record","namespace":"org.apache.paimon.avro.generated","fields":["#,
    r#"{"name":"_VERSION","type":"int"},{"name":"_FILE_NAME","type":"string"},{"name":"_FILE_SIZE","type":"long"},"#,
    r#"{"name":"_NUM_ADDED_FILES","type":"long"},{"name":"_NUM_DELETED_FILES","type":"long"},"#,
    r#"{"name":"_PARTITION_STATS","type":"#,
    stats_schema!("record__PARTITION_STATS"),
    r#"},{"name":"_SCHEMA_ID","type":"long"},{"name":"_MIN_BUCKET","type":["null","int"],"default":null},"#,
    r#"{"name":"_MAX_BUCKET","type":["null","int"],"default":null},"#,
    r#"{"name":"_MIN_LEVEL","type":["null","int"],"default":null},"#,
    r#"{"name":"_MAX_LEVEL","type":["null","int"],"default":null},"#,
    r#"{"name":"_MIN_ROW_ID","type":["null","long"],"default":null},"#,
    r#"{"name":"_MAX_ROW_ID","type":["null","long"],"default":null}]}"#
);

avro_fields! {
    /// Fields of a manifest list record.
    ListField {
        Version = "_VERSION" Number required,
        FileName = "_FILE_NAME" Bytes required,
        FileSize = "_FILE_SIZE" Number required,
        NumAddedFiles = "_NUM_ADDED_FILES" Number required,
        NumDeletedFiles = "_NUM_DELETED_FILES" Number required,
        PartitionStats = "_PARTITION_STATS" Record required,
        SchemaId = "_SCHEMA_ID" Number required,
        MinBucket = "_MIN_BUCKET" Number optional,
        MaxBucket = "_MAX_BUCKET" Number optional,
        MinLevel = "_MIN_LEVEL" Number optional,
        MaxLevel = "_MAX_LEVEL" Number optional,
        MinRowId = "_MIN_ROW_ID" Number optional,
        MaxRowId = "_MAX_ROW_ID" Number optional,
    }
}

/// Reads a manifest list. Shape: one item a record, in the order of the file. Errors: `Corrupt`; `Unsupported` for codecs
/// and record versions this crate does not have.
pub fn decode(bytes: &[u8]) -> Result<Vec<ManifestFileMeta>> {
    let compile = |schema: &_, record| {
        let list = Plan::<ListField>::new(schema, record)?;
        let stats = StatsPlan::new(schema, required(list.shape(ListField::PartitionStats), "_PARTITION_STATS")?)?;
        Ok((list, stats))
    };
    read_records(bytes, compile, blank, |(plan, stats_plan), cursor, manifest| {
        for step in plan.steps() {
            match step.field {
                Some(field) => read_field(manifest, field, step.shape, stats_plan, cursor)?,
                None => cursor.skip(step.shape)?,
            }
        }
        Ok(())
    })
}

fn blank() -> ManifestFileMeta {
    ManifestFileMeta {
        file_name: String::new(),
        file_size: 0,
        num_added_files: 0,
        num_deleted_files: 0,
        partition_stats: SimpleStats::empty(),
        schema_id: 0,
        min_bucket: None,
        max_bucket: None,
        min_level: None,
        max_level: None,
        min_row_id: None,
        max_row_id: None,
    }
}

fn read_field(
    manifest: &mut ManifestFileMeta,
    field: ListField,
    shape: Shape,
    stats_plan: &StatsPlan,
    cursor: &mut Cursor<'_>,
) -> Result<()> {
    let mut optional_int = |name| cursor.number(shape)?.map(|number| int(number, name)).transpose();
    match field {
        ListField::MinBucket => manifest.min_bucket = optional_int("_MIN_BUCKET")?,
        ListField::MaxBucket => manifest.max_bucket = optional_int("_MAX_BUCKET")?,
        ListField::MinLevel => manifest.min_level = optional_int("_MIN_LEVEL")?,
        ListField::MaxLevel => manifest.max_level = optional_int("_MAX_LEVEL")?,
        ListField::Version => check_version(cursor.number(shape)?, RECORD_VERSION)?,
        ListField::FileName => manifest.file_name = required(cursor.text(shape)?, "_FILE_NAME")?,
        ListField::FileSize => manifest.file_size = count(cursor.number(shape)?, "_FILE_SIZE")?,
        ListField::NumAddedFiles => manifest.num_added_files = count(cursor.number(shape)?, "_NUM_ADDED_FILES")?,
        ListField::NumDeletedFiles => manifest.num_deleted_files = count(cursor.number(shape)?, "_NUM_DELETED_FILES")?,
        ListField::PartitionStats => read_stats(stats_plan, cursor, shape, &mut manifest.partition_stats)?,
        ListField::SchemaId => manifest.schema_id = required(cursor.number(shape)?, "_SCHEMA_ID")?,
        ListField::MinRowId => manifest.min_row_id = cursor.number(shape)?,
        ListField::MaxRowId => manifest.max_row_id = cursor.number(shape)?,
    }
    Ok(())
}

/// Writes a manifest list, as Java lays it out.
pub fn encode(manifests: &[ManifestFileMeta], codec: Codec) -> Result<Bytes> {
    let file = write_records(SCHEMA, codec, manifests, |encoder, manifest| {
        encoder.number(RECORD_VERSION);
        encoder.text(&manifest.file_name);
        encoder.number(manifest.file_size);
        encoder.number(manifest.num_added_files);
        encoder.number(manifest.num_deleted_files);
        write_stats(encoder, &manifest.partition_stats);
        encoder.number(manifest.schema_id);
        for number in [manifest.min_bucket, manifest.max_bucket, manifest.min_level, manifest.max_level] {
            encoder.nullable(number, |encoder, number| encoder.number(number.into()));
        }
        for number in [manifest.min_row_id, manifest.max_row_id] {
            encoder.nullable(number, |encoder, number| encoder.number(number));
        }
    })?;
    Ok(file.into())
}

#[cfg(test)]
mod tests;
