//! Data files and index files as rows.

use bytes::Bytes;

use super::values;
use crate::{
    error::{Error, Result},
    spec::{
        binary_row::BinaryRow,
        data_file::{DataFileMeta, FileSource},
        index_manifest::{DeletionVectorMeta, GlobalIndexMeta, IndexFileMeta},
        stats::SimpleStats,
    },
    types::{DataField, DataType, Datum, DatumRow, TypeKind},
};

const BIGINT: TypeKind = TypeKind::BigInt;

fn plain(kind: TypeKind) -> DataType {
    DataType::nullable(kind)
}

fn bytes() -> DataType {
    plain(TypeKind::BYTES)
}

fn text() -> DataType {
    plain(TypeKind::STRING)
}

fn array(element: DataType) -> DataType {
    plain(TypeKind::Array(Box::new(element)))
}

fn row(types: Vec<DataType>) -> DataType {
    let field = |(id, data_type)| DataField::new(id, "", data_type);
    plain(TypeKind::Row((0..).zip(types).map(field).collect()))
}

/// Data files as rows (Java `DataFileMeta.SCHEMA`).
pub(super) struct FileRecords {
    types: Vec<DataType>,
}

impl FileRecords {
    /// Fields before `_WRITE_COLS_SEQUENCES`, which came with version 13.
    const EARLIER: usize = 20;

    pub(super) fn of(version: i32) -> Self {
        let stats = || row(vec![bytes(), bytes(), array(plain(BIGINT))]);
        let mut types = vec![text(), plain(BIGINT), plain(BIGINT), bytes(), bytes(), stats(), stats()];
        types.extend([BIGINT, BIGINT, BIGINT, TypeKind::Int].map(plain));
        types.extend([array(text()), plain(TypeKind::Timestamp(3)), plain(BIGINT), bytes(), plain(TypeKind::TinyInt)]);
        types.extend([array(text()), text(), plain(BIGINT), array(text()), array(plain(BIGINT))]);
        if version < 13 {
            types.truncate(Self::EARLIER);
        }
        FileRecords { types }
    }

    pub(super) fn write(&self, file: &DataFileMeta) -> Result<BinaryRow> {
        let number = |value: i64| Some(Datum::BigInt(value));
        let key = |key: &BinaryRow| Some(Datum::Bytes(key.serialized().to_vec()));
        let mut values: DatumRow = vec![
            put_text(&file.file_name),
            number(file.file_size),
            number(file.row_count),
            key(&file.min_key),
            key(&file.max_key),
            put_stats(&file.key_stats),
            put_stats(&file.value_stats),
            number(file.min_sequence_number),
            number(file.max_sequence_number),
            number(file.schema_id),
            Some(Datum::Int(file.level)),
            put_texts(&file.extra_files),
            file.creation_time_millis.map(|millis| Datum::Timestamp { millis, nanos: 0 }),
            file.delete_row_count.and_then(number),
            file.embedded_index.as_ref().map(|index| Datum::Bytes(index.to_vec())),
            file.file_source.map(|source| Datum::TinyInt(source as i8)),
            file.value_stats_cols.as_deref().and_then(put_texts),
            file.external_path.as_deref().and_then(put_text),
            file.first_row_id.and_then(number),
            file.write_cols.as_deref().and_then(put_texts),
        ];
        let sequences = file.write_cols_sequences.as_ref();
        if self.types.len() > Self::EARLIER {
            values.push(sequences.map(|numbers| Datum::Array(numbers.iter().copied().map(number).collect())));
        } else if sequences.is_some() {
            let message = "sequence numbers of columns do not fit into commit messages before version 13";
            return Err(Error::unsupported(message).at(&file.file_name));
        }
        BinaryRow::encode(&self.types, &values).map_err(|error| error.at(&file.file_name))
    }

    pub(super) fn read(&self, bytes: &[u8]) -> Result<DataFileMeta> {
        let mut fields = Fields::of(values(&self.types, bytes)?);
        Ok(DataFileMeta {
            file_name: fields.text()?,
            file_size: fields.number()?,
            row_count: fields.number()?,
            min_key: fields.row()?,
            max_key: fields.row()?,
            key_stats: fields.stats()?,
            value_stats: fields.stats()?,
            min_sequence_number: fields.number()?,
            max_sequence_number: fields.number()?,
            schema_id: fields.number()?,
            level: fields.int()?,
            extra_files: fields.texts()?.unwrap_or_default(),
            creation_time_millis: fields.time(),
            delete_row_count: fields.number_opt(),
            embedded_index: fields.bytes_opt(),
            file_source: fields.source()?,
            value_stats_cols: fields.texts()?,
            external_path: fields.text_opt(),
            first_row_id: fields.number_opt(),
            write_cols: fields.texts()?,
            write_cols_sequences: fields.numbers()?,
        })
    }
}

/// Index files as rows (Java `IndexFileMeta.SCHEMA`).
pub(super) struct IndexRecords {
    types: Vec<DataType>,
    /// Whether a global index says where it comes from, as since version 12.
    with_source: bool,
}

impl IndexRecords {
    pub(super) fn of(version: i32) -> Self {
        let vector = row(vec![text(), plain(TypeKind::Int), plain(TypeKind::Int), plain(BIGINT)]);
        let mut global =
            vec![plain(BIGINT), plain(BIGINT), plain(TypeKind::Int), array(plain(TypeKind::Int)), bytes(), bytes()];
        let with_source = version >= 12;
        if !with_source {
            global.pop();
        }
        let types = vec![text(), text(), plain(BIGINT), plain(BIGINT), array(vector), text(), row(global)];
        IndexRecords { types, with_source }
    }

    pub(super) fn write(&self, file: &IndexFileMeta) -> Result<BinaryRow> {
        let vector = |vector: &DeletionVectorMeta| {
            Some(Datum::Row(vec![
                put_text(&vector.data_file),
                Some(Datum::Int(vector.offset)),
                Some(Datum::Int(vector.length)),
                vector.cardinality.map(Datum::BigInt),
            ]))
        };
        if !self.with_source && file.global_index.as_ref().is_some_and(|global| global.source_meta.is_some()) {
            let message = "the source of a global index does not fit into commit messages before version 12";
            return Err(Error::unsupported(message).at(&file.file_name));
        }
        let values = [
            put_text(&file.index_type),
            put_text(&file.file_name),
            Some(Datum::BigInt(file.file_size)),
            Some(Datum::BigInt(file.row_count)),
            file.deletion_vectors.as_ref().map(|vectors| Datum::Array(vectors.iter().map(vector).collect())),
            file.external_path.as_deref().and_then(put_text),
            file.global_index.as_ref().map(|global| self.put_global(global)),
        ];
        BinaryRow::encode(&self.types, &values).map_err(|error| error.at(&file.file_name))
    }

    fn put_global(&self, global: &GlobalIndexMeta) -> Datum {
        let ids = |ids: &Vec<i32>| Datum::Array(ids.iter().map(|id| Some(Datum::Int(*id))).collect());
        let bytes = |bytes: &Bytes| Datum::Bytes(bytes.to_vec());
        let mut values = vec![
            Some(Datum::BigInt(global.row_range_start)),
            Some(Datum::BigInt(global.row_range_end)),
            Some(Datum::Int(global.index_field_id)),
            global.extra_field_ids.as_ref().map(ids),
            global.index_meta.as_ref().map(bytes),
        ];
        if self.with_source {
            values.push(global.source_meta.as_ref().map(bytes));
        }
        Datum::Row(values)
    }

    pub(super) fn read(&self, bytes: &[u8]) -> Result<IndexFileMeta> {
        let mut fields = Fields::of(values(&self.types, bytes)?);
        Ok(IndexFileMeta {
            index_type: fields.text()?,
            file_name: fields.text()?,
            file_size: fields.number()?,
            row_count: fields.number()?,
            deletion_vectors: fields.vectors()?,
            external_path: fields.text_opt(),
            global_index: fields.global()?,
        })
    }
}

fn put_text(text: &str) -> Option<Datum> {
    Some(Datum::String(text.to_owned()))
}

fn put_texts(texts: &[String]) -> Option<Datum> {
    Some(Datum::Array(texts.iter().map(|text| put_text(text)).collect()))
}

fn put_stats(stats: &SimpleStats) -> Option<Datum> {
    let bytes = |row: &BinaryRow| Some(Datum::Bytes(row.serialized().to_vec()));
    let counts = stats.null_counts.iter().map(|count| count.map(Datum::BigInt)).collect();
    Some(Datum::Row(vec![bytes(&stats.min_values), bytes(&stats.max_values), Some(Datum::Array(counts))]))
}

/// The values of a row, one after the other. Their types are known: a value of another type is as good as null.
struct Fields(std::vec::IntoIter<Option<Datum>>);

impl Fields {
    fn of(values: DatumRow) -> Self {
        Fields(values.into_iter())
    }

    fn next(&mut self) -> Option<Datum> {
        self.0.next().flatten()
    }

    fn text_opt(&mut self) -> Option<String> {
        match self.next() {
            Some(Datum::String(text)) => Some(text),
            _ => None,
        }
    }

    fn text(&mut self) -> Result<String> {
        self.text_opt().ok_or_else(missing)
    }

    fn number_opt(&mut self) -> Option<i64> {
        match self.next() {
            Some(Datum::BigInt(number)) => Some(number),
            _ => None,
        }
    }

    fn number(&mut self) -> Result<i64> {
        self.number_opt().ok_or_else(missing)
    }

    fn int(&mut self) -> Result<i32> {
        match self.next() {
            Some(Datum::Int(number)) => Ok(number),
            _ => Err(missing()),
        }
    }

    fn bytes_opt(&mut self) -> Option<Bytes> {
        match self.next() {
            Some(Datum::Bytes(bytes)) => Some(bytes.into()),
            _ => None,
        }
    }

    fn time(&mut self) -> Option<i64> {
        match self.next() {
            Some(Datum::Timestamp { millis, .. }) => Some(millis),
            _ => None,
        }
    }

    fn source(&mut self) -> Result<Option<FileSource>> {
        match self.next() {
            Some(Datum::TinyInt(0)) => Ok(Some(FileSource::Append)),
            Some(Datum::TinyInt(1)) => Ok(Some(FileSource::Compact)),
            Some(other) => Err(Error::corrupt(format!("expected file source 0 or 1, found {other:?}"))),
            None => Ok(None),
        }
    }

    /// A row within the row, with its arity.
    fn row(&mut self) -> Result<BinaryRow> {
        let row = BinaryRow::from_serialized(self.bytes_opt().ok_or_else(missing)?);
        row.arity()?;
        Ok(row)
    }

    fn items<T>(&mut self, item: impl Fn(&mut Fields) -> Result<T>) -> Result<Option<Vec<T>>> {
        let Some(Datum::Array(values)) = self.next() else { return Ok(None) };
        values.into_iter().map(|value| item(&mut Fields::of(vec![value]))).collect::<Result<_>>().map(Some)
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Fields) -> Result<T>) -> Result<Option<T>> {
        match self.next() {
            Some(Datum::Row(values)) => read(&mut Fields::of(values)).map(Some),
            _ => Ok(None),
        }
    }

    fn texts(&mut self) -> Result<Option<Vec<String>>> {
        self.items(Fields::text)
    }

    fn numbers(&mut self) -> Result<Option<Vec<i64>>> {
        self.items(Fields::number)
    }

    fn stats(&mut self) -> Result<SimpleStats> {
        let stats = self.nested(|fields| {
            Ok(SimpleStats {
                min_values: fields.row()?,
                max_values: fields.row()?,
                null_counts: fields.items(|count| Ok(count.number_opt()))?.unwrap_or_default(),
            })
        })?;
        stats.ok_or_else(missing)
    }

    fn vectors(&mut self) -> Result<Option<Vec<DeletionVectorMeta>>> {
        self.items(|item| {
            let vector = item.nested(|fields| {
                Ok(DeletionVectorMeta {
                    data_file: fields.text()?,
                    offset: fields.int()?,
                    length: fields.int()?,
                    cardinality: fields.number_opt(),
                })
            })?;
            vector.ok_or_else(missing)
        })
    }

    fn global(&mut self) -> Result<Option<GlobalIndexMeta>> {
        self.nested(|fields| {
            Ok(GlobalIndexMeta {
                row_range_start: fields.number()?,
                row_range_end: fields.number()?,
                index_field_id: fields.int()?,
                extra_field_ids: fields.items(Fields::int)?,
                index_meta: fields.bytes_opt(),
                source_meta: fields.bytes_opt(),
            })
        })
    }
}

fn missing() -> Error {
    Error::corrupt("a file of a commit message lacks a value that it must have")
}
