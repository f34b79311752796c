//! Index manifest: the complete list of index files of a snapshot (Java `IndexManifestEntry`, format digest 9.2).

use bytes::Bytes;

use super::{
    avro::{Codec, Cursor, Encoder, Plan, Schema, Shape, avro_fields, read_records, write_records},
    binary_row::BinaryRow,
    manifest::{FileKind, check_version},
    stats::avro::{count, int, required},
};
use crate::error::Result;

/// One record of an index manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexManifestEntry {
    /// ADD; DELETE never persists.
    pub kind: FileKind,
    /// Partition values.
    pub partition: BinaryRow,
    /// Bucket number.
    pub bucket: i32,
    /// The file.
    pub file: IndexFileMeta,
}

/// An index file (Java `IndexFileMeta`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexFileMeta {
    /// `HASH`, `DELETION_VECTORS` or a global index type.
    pub index_type: String,
    /// Name within `index/`.
    pub file_name: String,
    /// Length in bytes.
    pub file_size: i64,
    /// Hashes or vectors in the file.
    pub row_count: i64,
    /// Where each data file's deletion vector stands, in file order.
    pub deletion_vectors: Option<Vec<DeletionVectorMeta>>,
    /// Full path, where the file is not in `index/`.
    pub external_path: Option<String>,
    /// Present for global indexes.
    pub global_index: Option<GlobalIndexMeta>,
}

/// Where the deletion vector of one data file stands in its index file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletionVectorMeta {
    /// Name of the data file.
    pub data_file: String,
    /// Position of the size field.
    pub offset: i32,
    /// Length as the vector's version counts it.
    pub length: i32,
    /// Deleted rows, where known.
    pub cardinality: Option<i64>,
}

/// What a global index file covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalIndexMeta {
    /// First row id.
    pub row_range_start: i64,
    /// Last row id, inclusive.
    pub row_range_end: i64,
    /// Id of the indexed field.
    pub index_field_id: i32,
    /// Ids of further fields.
    pub extra_field_ids: Option<Vec<i32>>,
    /// Metadata of the index type.
    pub index_meta: Option<Bytes>,
    /// Metadata of the source.
    pub source_meta: Option<Bytes>,
}

/// Version of the records (Java `IndexManifestEntrySerializer`).
const RECORD_VERSION: i64 = 1;

/// Java's schema of an index manifest. The misspelled `_DELETIONS_…` is real.
const SCHEMA: &str = concat!(
    r#"{"type":"record","name":"record","namespace":"org.apache.paimon.avro.generated","fields":["#,
    r#"{"name":"_VERSION","type":"int"},{"name":"_KIND","type":"int"},{"name":"_PARTITION","type":"bytes"},"#,
    r#"{"name":"_BUCKET","type":"int"},{"name":"_INDEX_TYPE","type":"string"},{"name":"_FILE_NAME","type":"string"},"#,
    r#"{"name":"_FILE_SIZE","type":"long"},{"name":"_ROW_COUNT","type":"long"},"#,
    r#"{"name":"_DELETIONS_VECTORS_RANGES","type":["null",{"type":"array","items":["null","#,
    r#"{"type":"record","name":"record__DELETIONS_VECTORS_RANGES","fields":[{"name":"f0","type":"string"},"#,
    r#"{"name":"f1","type":"int"},{"name":"f2","type":"int"},"#,
    r#"{"name":"_CARDINALITY","type":["null","long"],"default":null}]}]}],"default":null},"#,
    r#"{"name":"_EXTERNAL_PATH","type":["null","string"],"default":null},"#,
    r#"{"name":"_GLOBAL_INDEX","type":["null",{"type":"record","name":"record__GLOBAL_INDEX","fields":["#,
    r#"{"name":"_ROW_RANGE_START","type":"long"},{"name":"_ROW_RANGE_END","type":"long"},"#,
    r#"{"name":"_INDEX_FIELD_ID","type":"int"},"#,
    r#"{"name":"_EXTRA_FIELD_IDS","type":["null",{"type":"array","items":"int"}],"default":null},"#,
    r#"{"name":"_INDEX_META","type":["null","bytes"],"default":null},"#,
    r#"{"name":"_SOURCE_META","type":["null","bytes"],"default":null}]}],"default":null}]}"#
);

avro_fields! {
    /// Fields of an index manifest record.
    EntryField {
        Version = "_VERSION" Number required,
        Kind = "_KIND" Number required,
        Partition = "_PARTITION" Bytes required,
        Bucket = "_BUCKET" Number required,
        IndexType = "_INDEX_TYPE" Bytes required,
        FileName = "_FILE_NAME" Bytes required,
        FileSize = "_FILE_SIZE" Number required,
        RowCount = "_ROW_COUNT" Number required,
        DeletionVectors = "_DELETIONS_VECTORS_RANGES" Records optional,
        ExternalPath = "_EXTERNAL_PATH" Bytes optional,
        GlobalIndex = "_GLOBAL_INDEX" Record optional,
    }
}

avro_fields! {
    /// Fields of a deletion vector record.
    VectorField {
        DataFile = "f0" Bytes required,
        Offset = "f1" Number required,
        Length = "f2" Number required,
        Cardinality = "_CARDINALITY" Number optional,
    }
}

avro_fields! {
    /// Fields of a global index record.
    GlobalField {
        RowRangeStart = "_ROW_RANGE_START" Number required,
        RowRangeEnd = "_ROW_RANGE_END" Number required,
        IndexFieldId = "_INDEX_FIELD_ID" Number required,
        ExtraFieldIds = "_EXTRA_FIELD_IDS" Numbers optional,
        IndexMeta = "_INDEX_META" Bytes optional,
        SourceMeta = "_SOURCE_META" Bytes optional,
    }
}

struct EntryPlan {
    entry: Plan<EntryField>,
    vectors: Option<Plan<VectorField>>,
    global: Option<Plan<GlobalField>>,
}

/// Reads an index manifest. Shape: one item a record, in the order of the file. Errors: `Corrupt`; `Unsupported` for
/// codecs and record versions this crate does not have.
pub fn decode(bytes: &[u8]) -> Result<Vec<IndexManifestEntry>> {
    let compile = |schema: &Schema, record| {
        let entry = Plan::new(schema, record)?;
        let vectors = entry.nested(schema, EntryField::DeletionVectors)?;
        let global = entry.nested(schema, EntryField::GlobalIndex)?;
        Ok(EntryPlan { entry, vectors, global })
    };
    read_records(bytes, compile, blank, read_entry)
}

fn blank() -> IndexManifestEntry {
    let file = IndexFileMeta {
        index_type: String::new(),
        file_name: String::new(),
        file_size: 0,
        row_count: 0,
        deletion_vectors: None,
        external_path: None,
        global_index: None,
    };
    IndexManifestEntry { kind: FileKind::Add, partition: BinaryRow::empty(), bucket: 0, file }
}

fn read_entry(plan: &EntryPlan, cursor: &mut Cursor<'_>, entry: &mut IndexManifestEntry) -> Result<()> {
    for step in plan.entry.steps() {
        let shape = step.shape;
        match step.field {
            Some(EntryField::Version) => check_version(cursor.number(shape)?, RECORD_VERSION)?,
            Some(EntryField::Kind) => entry.kind = FileKind::from_number(cursor.number(shape)?)?,
            Some(EntryField::Partition) => {
                entry.partition = BinaryRow::from_serialized(required(cursor.bytes(shape)?, "_PARTITION")?);
            }
            Some(EntryField::Bucket) => entry.bucket = required_int(cursor, shape, "_BUCKET")?,
            Some(EntryField::IndexType) => entry.file.index_type = required(cursor.text(shape)?, "_INDEX_TYPE")?,
            Some(EntryField::FileName) => entry.file.file_name = required(cursor.text(shape)?, "_FILE_NAME")?,
            Some(EntryField::FileSize) => entry.file.file_size = count(cursor.number(shape)?, "_FILE_SIZE")?,
            Some(EntryField::RowCount) => entry.file.row_count = count(cursor.number(shape)?, "_ROW_COUNT")?,
            Some(EntryField::DeletionVectors) => {
                let plan = required(plan.vectors.as_ref(), "deletion vectors")?;
                entry.file.deletion_vectors =
                    cursor.list(shape, |cursor, element| read_vector(plan, cursor, element))?;
            }
            Some(EntryField::ExternalPath) => entry.file.external_path = cursor.text(shape)?,
            Some(EntryField::GlobalIndex) if cursor.present(shape)? => {
                entry.file.global_index = Some(read_global(required(plan.global.as_ref(), "global index")?, cursor)?);
            }
            Some(EntryField::GlobalIndex) => {}
            None => cursor.skip(shape)?,
        }
    }
    Ok(())
}

fn read_vector(plan: &Plan<VectorField>, cursor: &mut Cursor<'_>, element: Shape) -> Result<DeletionVectorMeta> {
    required(cursor.present(element)?.then_some(()), "a deletion vector")?;
    let mut vector = DeletionVectorMeta { data_file: String::new(), offset: 0, length: 0, cardinality: None };
    for step in plan.steps() {
        match step.field {
            Some(VectorField::DataFile) => vector.data_file = required(cursor.text(step.shape)?, "f0")?,
            Some(VectorField::Offset) => vector.offset = required_int(cursor, step.shape, "f1")?,
            Some(VectorField::Length) => vector.length = required_int(cursor, step.shape, "f2")?,
            Some(VectorField::Cardinality) => vector.cardinality = cursor.number(step.shape)?,
            None => cursor.skip(step.shape)?,
        }
    }
    Ok(vector)
}

fn read_global(plan: &Plan<GlobalField>, cursor: &mut Cursor<'_>) -> Result<GlobalIndexMeta> {
    let mut global = GlobalIndexMeta {
        row_range_start: 0,
        row_range_end: 0,
        index_field_id: 0,
        extra_field_ids: None,
        index_meta: None,
        source_meta: None,
    };
    for step in plan.steps() {
        let shape = step.shape;
        match step.field {
            Some(GlobalField::RowRangeStart) => {
                global.row_range_start = required(cursor.number(shape)?, "_ROW_RANGE_START")?;
            }
            Some(GlobalField::RowRangeEnd) => global.row_range_end = required(cursor.number(shape)?, "_ROW_RANGE_END")?,
            Some(GlobalField::IndexFieldId) => global.index_field_id = required_int(cursor, shape, "_INDEX_FIELD_ID")?,
            Some(GlobalField::ExtraFieldIds) => {
                let id = |cursor: &mut Cursor<'_>, element| required_int(cursor, element, "_EXTRA_FIELD_IDS");
                global.extra_field_ids = cursor.list(shape, id)?;
            }
            Some(GlobalField::IndexMeta) => global.index_meta = cursor.bytes(shape)?,
            Some(GlobalField::SourceMeta) => global.source_meta = cursor.bytes(shape)?,
            None => cursor.skip(shape)?,
        }
    }
    Ok(global)
}

fn required_int(cursor: &mut Cursor<'_>, shape: Shape, name: &str) -> Result<i32> {
    int(required(cursor.number(shape)?, name)?, name)
}

/// Writes an index manifest, as Java lays it out.
pub fn encode(entries: &[IndexManifestEntry], codec: Codec) -> Result<Bytes> {
    let file = write_records(SCHEMA, codec, entries, |encoder, entry| {
        encoder.number(RECORD_VERSION);
        encoder.number(entry.kind as i64);
        encoder.bytes(entry.partition.serialized());
        encoder.number(entry.bucket.into());
        encoder.text(&entry.file.index_type);
        encoder.text(&entry.file.file_name);
        encoder.number(entry.file.file_size);
        encoder.number(entry.file.row_count);
        encoder.nullable(entry.file.deletion_vectors.as_deref(), |encoder, vectors| {
            encoder.list(vectors, |encoder, vector| encoder.nullable(Some(vector), write_vector));
        });
        encoder.nullable(entry.file.external_path.as_deref(), Encoder::text);
        encoder.nullable(entry.file.global_index.as_ref(), write_global);
    })?;
    Ok(file.into())
}

fn write_vector(encoder: &mut Encoder, vector: &DeletionVectorMeta) {
    encoder.text(&vector.data_file);
    encoder.number(vector.offset.into());
    encoder.number(vector.length.into());
    encoder.nullable(vector.cardinality, Encoder::number);
}

fn write_global(encoder: &mut Encoder, global: &GlobalIndexMeta) {
    encoder.number(global.row_range_start);
    encoder.number(global.row_range_end);
    encoder.number(global.index_field_id.into());
    encoder.nullable(global.extra_field_ids.as_deref(), |encoder, ids| {
        encoder.list(ids, |encoder, id| encoder.number((*id).into()));
    });
    encoder.nullable(global.index_meta.as_deref(), Encoder::bytes);
    encoder.nullable(global.source_meta.as_deref(), Encoder::bytes);
}

#[cfg(test)]
mod tests;
