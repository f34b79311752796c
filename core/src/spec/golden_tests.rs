//! Every metadata file of the golden tables decodes, and what is written again decodes to the same values.
//!
//! The tables stand beside the checkout (`shared/golden`); where they are absent only the fixtures in `testdata` count.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    avro::Codec,
    binary_row::BinaryRow,
    bucket::BucketFunction,
    data_file::DataFileMeta,
    index_manifest, layout,
    manifest::{self, FileKind, ManifestEntry},
    manifest_list,
    options::CoreOptions,
    snapshot::Snapshot,
    table_schema::TableSchema,
    tag::Tag,
};
use crate::types::{DataField, DataType, DatumRow};

fn golden() -> Option<PathBuf> {
    let core = Path::new(env!("CARGO_MANIFEST_DIR"));
    core.ancestors().map(|folder| folder.join("shared/golden")).find(|folder| folder.is_dir())
}

/// Files below `folder`.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() { walk(&entry.path(), files) } else { files.push(entry.path()) }
    }
}

/// Calls `check` with each file whose name begins with `prefix` and that stands in a folder of this name.
fn each(folder: &str, prefix: &str, mut check: impl FnMut(&Path, &[u8])) -> usize {
    let Some(golden) = golden() else { return 1 };
    let mut files = Vec::new();
    walk(&golden, &mut files);
    files.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        path.parent().unwrap().ends_with(folder) && name.starts_with(prefix)
    });
    for path in &files {
        check(path, &fs::read(path).unwrap());
    }
    files.len()
}

const CODECS: [Codec; 4] = [Codec::Null, Codec::Deflate, Codec::Snappy, Codec::Zstandard];

#[test]
fn manifests_survive_a_rewrite() {
    let mut codecs = CODECS.into_iter().cycle();
    let count = each("manifest", "manifest-", |path, bytes| {
        let codec = codecs.next().unwrap();
        if path.file_name().unwrap().to_string_lossy().starts_with("manifest-list-") {
            let list = manifest_list::decode(bytes).unwrap_or_else(|error| panic!("{path:?}: {error}"));
            assert_eq!(manifest_list::decode(&manifest_list::encode(&list, codec).unwrap()).unwrap(), list);
        } else {
            let entries = manifest::decode(bytes).unwrap_or_else(|error| panic!("{path:?}: {error}"));
            assert!(!entries.is_empty(), "{path:?}");
            assert_eq!(manifest::decode(&manifest::encode(&entries, codec).unwrap()).unwrap(), entries);
        }
    });
    assert!(count > 0);
    let count = each("manifest", "index-manifest-", |path, bytes| {
        let entries = index_manifest::decode(bytes).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let again = index_manifest::encode(&entries, codecs.next().unwrap()).unwrap();
        assert_eq!(index_manifest::decode(&again).unwrap(), entries);
    });
    assert!(count > 0);
}

#[test]
fn schemas_survive_a_rewrite_and_their_options_parse() {
    let count = each("schema", "schema-", |path, bytes| {
        let schema = TableSchema::from_json(bytes).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let again = schema.to_json().unwrap();
        assert_eq!(TableSchema::from_json(&again).unwrap(), schema);
        if bytes.starts_with(b"{\n  \"version\" : 3") {
            // Options are unordered in Java; all else is as Java writes it.
            let sorted = |bytes: &[u8]| {
                let mut lines: Vec<String> = String::from_utf8(bytes.to_vec())
                    .unwrap()
                    .lines()
                    .map(|line| line.trim_end_matches(',').to_owned())
                    .collect();
                lines.sort();
                lines
            };
            assert_eq!(sorted(&again), sorted(bytes), "{path:?}");
        }
        let options = CoreOptions::parse(&schema.options).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        schema.bucket_keys(&options).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    });
    assert!(count > 0);
}

#[test]
fn snapshots_and_tags_survive_a_rewrite() {
    let count = each("snapshot", "snapshot-", |path, bytes| {
        let snapshot = Snapshot::from_json(bytes).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let again = snapshot.to_json().unwrap();
        assert_eq!(Snapshot::from_json(&again).unwrap(), snapshot);
        // The layout of Java 2.0; 0.9 wrote members that are gone, Python and Rust lay theirs out otherwise.
        if bytes.starts_with(b"{\n  \"version\" : 3,\n  \"uuid\"") {
            assert_eq!(again, bytes, "{path:?}");
        }
    });
    assert!(count > 0);
    each("tag", "tag-", |path, bytes| {
        let tag = Tag::from_json(bytes).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        assert_eq!(Tag::from_json(&tag.to_json().unwrap()).unwrap(), tag);
    });
}

/// Partition, key and statistics rows of every manifest decode by their schema, encode to the same bytes, and say where
/// their file is: the partition its folder, the key its bucket.
#[test]
fn rows_of_manifests_decode_and_name_their_folders() {
    let mut rows = 0;
    each("manifest", "manifest-", |path, bytes| {
        if path.file_name().unwrap().to_string_lossy().starts_with("manifest-list-") {
            return;
        }
        let table = path.parent().unwrap().parent().unwrap();
        for entry in manifest::decode(bytes).unwrap() {
            let Some(schema) = schema_of(table, entry.file.schema_id) else { continue };
            check_place(table, &schema, &entry);
            check_statistics(table, &schema, &entry.file);
            rows += 1;
        }
    });
    assert!(rows > 0 || golden().is_none());
}

fn types(fields: &[DataField]) -> Vec<DataType> {
    fields.iter().map(|field| field.data_type.clone()).collect()
}

/// Decodes a row; it must encode to the same bytes, if Java 2.0 wrote it: others treat nulls of wide types differently.
fn decode(table: &Path, row: &BinaryRow, types: &[DataType]) -> DatumRow {
    let values = row.decode(types).unwrap_or_else(|error| panic!("{table:?}: {error}"));
    let name = table.file_name().unwrap().to_string_lossy();
    if !["py_", "rs_", "j09_"].iter().any(|other| name.starts_with(other)) {
        assert_eq!(&BinaryRow::encode(types, &values).unwrap(), row, "{table:?} {values:?}");
    }
    values
}

fn check_place(table: &Path, schema: &TableSchema, entry: &ManifestEntry) {
    let fields = schema.partition_fields();
    let partition = decode(table, &entry.partition, &types(&fields));
    let options = CoreOptions::parse(&schema.options).unwrap();
    let folder = layout::bucket_path(&layout::partition_path(&fields, &partition, &options), entry.bucket);
    // Folders of expired files may be gone.
    let gone = entry.kind == FileKind::Delete || entry.file.external_path.is_some();
    assert!(gone || table.join(&folder).is_dir(), "{folder:?} of {table:?}");
    if !schema.is_primary_key_table() {
        return;
    }
    let key = types(&schema.trimmed_primary_key_fields());
    let function = BucketFunction::new(options.bucket_function_type, key.clone()).unwrap();
    for row in [&entry.file.min_key, &entry.file.max_key] {
        let values = decode(table, row, &key);
        if entry.total_buckets > 0 && options.bucket_key.is_empty() {
            assert_eq!(function.bucket(&values, entry.total_buckets).unwrap(), entry.bucket, "{table:?} {values:?}");
        }
    }
}

fn check_statistics(table: &Path, schema: &TableSchema, file: &DataFileMeta) {
    let columns = match (&file.value_stats_cols, &file.write_cols) {
        (Some(names), _) | (None, Some(names)) => schema.fields_named(names),
        (None, None) => schema.fields.clone(),
    };
    let keys = schema.trimmed_primary_key_fields();
    for (fields, stats) in [(keys, &file.key_stats), (columns, &file.value_stats)] {
        let types = types(&fields);
        if stats.min_values.arity().unwrap() == types.len() {
            decode(table, &stats.min_values, &types);
            decode(table, &stats.max_values, &types);
        }
        for (field, stats) in fields.iter().zip(stats.decode(&types).unwrap()) {
            if let (Some(min), Some(max)) = (stats.min, stats.max) {
                assert_ne!(min.try_cmp(&max), Some(std::cmp::Ordering::Greater), "{table:?}: {}", field.name);
            }
        }
    }
}

fn schema_of(table: &Path, id: i64) -> Option<TableSchema> {
    let bytes = fs::read(table.join(layout::schema_path(id))).ok()?;
    Some(TableSchema::from_json(&bytes).unwrap())
}
