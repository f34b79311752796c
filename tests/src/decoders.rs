//! Every decoder of bytes from outside, as functions of bytes: what `fuzz/` explores and `tests/hostile.rs` samples.
//!
//! A decoder may refuse. It must not panic, allocate for counts that it has not checked, or hang; and what it accepts it
//! must encode again to the same value, where there is an encoder.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use bytes::Bytes;
use cenote_core::{
    ErrorKind,
    format::{self, ReadRequest},
    io::{InlineRuntime, Storage},
    predicate,
    spec::{
        avro::Codec,
        binary_row::BinaryRow,
        blob::{BlobDescriptor, BlobIndex},
        deletion_vector::DeletionVector,
        file_index::{BitmapIndex, BloomFilter, BsiIndex, ColumnIndex, FileIndex, KeyType, Question, RangeBitmap},
        index_manifest::{self, DeletionVectorMeta},
        manifest, manifest_list,
        snapshot::Snapshot,
        table_schema::TableSchema,
        tag::Tag,
    },
    types::{DataField, DataType, datum_text, type_json},
};
use futures::TryStreamExt;

/// One decoder.
pub struct Decoder {
    /// Name of the fuzz target.
    pub name: &'static str,
    /// Decodes; panics where the decoder breaks its promise.
    pub run: fn(&[u8]),
    /// Whether a file is a good start, by its path.
    seed: fn(&str) -> bool,
}

/// All of them.
pub const DECODERS: &[Decoder] = &[
    Decoder { name: "json", run: json, seed: |path| path.contains("/snapshot-") || path.contains("/schema-") },
    Decoder { name: "manifest", run: manifest_file, seed: is_manifest },
    Decoder { name: "manifest_list", run: manifest_list_file, seed: |path| path.contains("/manifest-list-") },
    Decoder { name: "index_manifest", run: index_manifest_file, seed: |path| path.contains("/index-manifest-") },
    Decoder { name: "deletion_vector", run: deletion_vector, seed: |path| path.contains("/index/index-") },
    Decoder { name: "binary_row", run: binary_row, seed: |path| path.contains("/index/index-") },
    Decoder { name: "text", run: text, seed: |path| path.contains("/schema-") },
    Decoder { name: "file_index", run: file_index, seed: |path| path.ends_with(".index") },
    Decoder { name: "blob", run: blob, seed: |path| path.ends_with(".blob") },
    Decoder { name: "parquet", run: |bytes| data_file("file.parquet", bytes), seed: |path| path.ends_with(".parquet") },
    Decoder { name: "orc", run: |bytes| data_file("file.orc", bytes), seed: |path| path.ends_with(".orc") },
    Decoder { name: "avro", run: |bytes| data_file("file.avro", bytes), seed: |path| path.ends_with(".avro") },
];

/// The longest seed: long files make slow, shallow runs.
const LONGEST_SEED: u64 = 24 << 10;

impl Decoder {
    /// Files to start from: up to `most`, taken evenly from the fixtures and the golden corpus beside the repository.
    pub fn seeds(&self, most: usize) -> Vec<PathBuf> {
        let mut all = Vec::new();
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        [here.join("../core/src"), here.join("src")].iter().for_each(|folder| collect(folder, self.seed, &mut all));
        if let Some(golden) = golden() {
            collect(&golden, self.seed, &mut all);
        }
        all.sort();
        let step = all.len().div_ceil(most.max(1)).max(1);
        all.into_iter().step_by(step).collect()
    }
}

/// The golden corpus, `shared/golden` beside the repository or a work tree of it.
pub fn golden() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().map(|folder| folder.join("shared/golden")).find(|folder| folder.is_dir())
}

fn collect(folder: &Path, wanted: fn(&str) -> bool, out: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            collect(&path, wanted, out);
        } else if path.to_str().is_some_and(wanted) && path.metadata().is_ok_and(|meta| meta.len() <= LONGEST_SEED) {
            out.push(path);
        }
    }
}

fn is_manifest(path: &str) -> bool {
    path.contains("/manifest/manifest-") && !path.contains("/manifest-list-")
}

/// Columns of every type; the golden tables `types_*` name theirs so.
static FIELDS: LazyLock<Vec<DataField>> = LazyLock::new(|| {
    let fields = serde_json::from_str(include_str!("decoders/every_type.json")).unwrap_or_default();
    type_json::fields_from_json(&fields).unwrap_or_default()
});

fn types() -> Vec<DataType> {
    FIELDS.iter().map(|field| field.data_type.clone()).collect()
}

fn json(bytes: &[u8]) {
    if let Ok(snapshot) = Snapshot::from_json(bytes) {
        let again = snapshot.to_json().and_then(|json| Snapshot::from_json(&json));
        assert_eq!(again.ok().as_ref(), Some(&snapshot));
    }
    if let Ok(schema) = TableSchema::from_json(bytes) {
        let again = schema.to_json().and_then(|json| TableSchema::from_json(&json));
        assert_eq!(again.ok().as_ref(), Some(&schema));
    }
    let _ = Tag::from_json(bytes);
}

fn manifest_file(bytes: &[u8]) {
    let Ok(entries) = manifest::decode(bytes) else { return };
    let types = types();
    for entry in entries.iter().take(100) {
        let file = &entry.file;
        for row in [&entry.partition, &file.min_key, &file.max_key] {
            let _ = row.decode(types.get(..row.arity().unwrap_or_default()).unwrap_or_default());
        }
        for stats in [&file.key_stats, &file.value_stats] {
            let _ = stats.decode(types.get(..stats.null_counts.len()).unwrap_or_default());
        }
    }
    if let Ok(encoded) = manifest::encode(&entries, Codec::Null) {
        assert_eq!(manifest::decode(&encoded).ok().as_ref(), Some(&entries));
    }
}

fn manifest_list_file(bytes: &[u8]) {
    let Ok(manifests) = manifest_list::decode(bytes) else { return };
    if let Ok(encoded) = manifest_list::encode(&manifests, Codec::Null) {
        assert_eq!(manifest_list::decode(&encoded).ok().as_ref(), Some(&manifests));
    }
}

fn index_manifest_file(bytes: &[u8]) {
    let Ok(entries) = index_manifest::decode(bytes) else { return };
    if let Ok(encoded) = index_manifest::encode(&entries, Codec::Null) {
        assert_eq!(index_manifest::decode(&encoded).ok().as_ref(), Some(&entries));
    }
}

/// As they are, and in an envelope with the right size and checksum, which chance would never find.
fn deletion_vector(bytes: &[u8]) {
    let meta = |length: usize| DeletionVectorMeta {
        data_file: String::new(),
        offset: 1,
        length: i32::try_from(length).unwrap_or(i32::MAX),
        cardinality: None,
    };
    let inside = bytes.get(1..).unwrap_or_default();
    let size = inside.first_chunk::<4>().map_or(0, |size| u32::from_be_bytes(*size) as usize);
    let _ = DeletionVector::decode(inside, &meta(size));
    for (magic, extra) in [(1_581_511_376_u32.to_be_bytes(), 0), (1_681_511_377_u32.to_le_bytes(), 8)] {
        let body = [&magic, bytes].concat();
        let envelope =
            [&(body.len() as u32).to_be_bytes(), body.as_slice(), &crc32fast::hash(&body).to_be_bytes()].concat();
        if let Ok(vector) = DeletionVector::decode(&envelope, &meta(body.len() + extra)) {
            assert!(vector.live_ranges(1 << 20).iter().all(|range| range.start < range.end && range.end <= 1 << 20));
        }
    }
}

fn binary_row(bytes: &[u8]) {
    let types = types();
    let arity = (types.len() as i32).to_be_bytes();
    let row = BinaryRow::from_serialized([&arity, bytes].concat());
    if let Ok(values) = row.decode(&types) {
        let again = BinaryRow::encode(&types, &values).and_then(|row| row.decode(&types));
        assert_eq!(again.ok().map(|again| format!("{again:?}")), Some(format!("{values:?}")));
    }
    let _ = row.hash();
}

fn text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(predicate) = predicate::parse(text, &FIELDS) {
        let printed = predicate.to_string();
        assert!(predicate::parse(&printed, &FIELDS).is_ok(), "{printed}");
    }
    if let Ok(data_type) = text.parse::<DataType>() {
        assert_eq!(data_type.to_string().parse().ok().as_ref(), Some(&data_type));
    }
    for field in FIELDS.iter() {
        let _ = datum_text::parse(text, &field.data_type);
    }
}

/// A whole container, and the bytes as the body of every kind of index of a type that the first byte chooses.
fn file_index(bytes: &[u8]) {
    let Some((choice, body)) = bytes.split_first() else { return };
    let Some(field) = FIELDS.get(usize::from(*choice) % FIELDS.len().max(1)) else { return };
    let data_type = &field.data_type;
    let mut indexes = Vec::new();
    if let Ok(container) = FileIndex::decode(Bytes::copy_from_slice(bytes)) {
        for field in FIELDS.iter() {
            indexes.extend(container.column(&field.name, &field.data_type).unwrap_or_default());
        }
    }
    let body = || Bytes::copy_from_slice(body);
    indexes.extend(BloomFilter::decode(body()).ok().map(ColumnIndex::BloomFilter));
    if let Some(key_type) = KeyType::of_bitmap(data_type) {
        indexes.extend(BitmapIndex::decode(body(), key_type).ok().flatten().map(ColumnIndex::Bitmap));
    }
    if let Some(key_type) = KeyType::of_range_bitmap(data_type) {
        indexes.extend(RangeBitmap::decode(&body(), key_type).ok().flatten().map(ColumnIndex::RangeBitmap));
    }
    indexes.extend(BsiIndex::decode(&body()).ok().flatten().map(ColumnIndex::Bsi));
    let Ok(value) = datum_text::parse("1", data_type) else { return };
    let values = [value.clone()];
    for index in &indexes {
        let rows = match index {
            ColumnIndex::Bitmap(index) => index.rows(),
            ColumnIndex::Bsi(index) => index.rows(),
            ColumnIndex::RangeBitmap(index) => index.rows(),
            _ => 1,
        };
        for question in [Question::In(&values), Question::NotIn(&values), Question::Less(&value), Question::IsNull] {
            if let Ok(Some(found)) = index.rows(&question, data_type, rows) {
                assert!(found.max().is_none_or(|last| last < rows), "row {:?} of {rows}", found.max());
            }
        }
    }
}

fn blob(bytes: &[u8]) {
    if let Ok(index) = BlobIndex::decode(bytes, 1 << 40) {
        assert!((0..index.row_count()).all(|row| index.entry(row).is_some()));
    }
    if let Ok(Some(descriptor)) = BlobDescriptor::decode(bytes) {
        let again = BlobDescriptor::decode(&descriptor.encode()).ok().flatten();
        assert_eq!(again.as_ref(), Some(&descriptor));
    }
}

/// Reads all rows; the answer is rows, or an error that names the file.
fn data_file(name: &str, bytes: &[u8]) {
    let answer = futures::executor::block_on(async {
        let storage = Storage::memory(Arc::new(InlineRuntime::new(0, 0)));
        storage.put(name, Bytes::copy_from_slice(bytes)).await?;
        let request = ReadRequest::new(FIELDS.clone()).with_batch_rows(1024);
        let batches = format::read(&storage, name, bytes.len() as u64, request).await?;
        batches.try_fold(0usize, |rows, batch| async move { Ok(rows + batch.num_rows()) }).await
    });
    if let Err(error) = answer {
        assert!(matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::Unsupported), "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
}
