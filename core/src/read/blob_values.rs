//! Values of BLOB columns as arrays: the bytes, or descriptors of where they stand (option `blob-as-descriptor`).

use std::sync::Arc;

use arrow_array::{ArrayRef, BinaryArray, ListArray, MapArray, StructArray, builder::BinaryBuilder};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer};
use arrow_schema::DataType as ArrowType;
use bytes::Bytes;

use crate::{
    error::{Error, Result},
    spec::{
        blob::{BlobDescriptor, elements},
        table_schema::TableSchema,
    },
    types::{DataField, DataType, TypeKind, arrow, datums_to_array},
};

/// Bytes that a value may have to be read into memory, as in Java.
const LONGEST_VALUE: u64 = i32::MAX as u64;

/// A value in a blob file: location of the file, place and length of the payload, the payload.
pub(super) type Located = (String, u64, u64, Bytes);

/// How values of a BLOB column are returned.
#[derive(Debug)]
pub(super) struct BlobValues {
    kind: Kind,
    /// Type of the arrays.
    arrow: ArrowType,
    as_descriptor: bool,
}

#[derive(Debug)]
enum Kind {
    Value,
    Array,
    Map(DataType),
}

fn kind_of(data_type: &DataType) -> Option<Kind> {
    let is_blob = |of: &DataType| matches!(of.kind, TypeKind::Blob);
    match &data_type.kind {
        TypeKind::Blob | TypeKind::Binary(_) | TypeKind::Varbinary(_) => Some(Kind::Value),
        TypeKind::Array(element) if is_blob(element) => Some(Kind::Array),
        TypeKind::Map { key, value } if is_blob(value) => Some(Kind::Map(key.as_ref().clone())),
        _ => None,
    }
}

/// Option `blob-as-descriptor`.
pub(super) fn reads_descriptors(schema: &TableSchema) -> bool {
    schema.options.get("blob-as-descriptor").is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

impl BlobValues {
    /// Errors: `Unsupported` for types that blob files do not hold.
    pub(super) fn new(field: &DataField, schema: &TableSchema) -> Result<Self> {
        let kind = kind_of(&field.data_type).ok_or_else(|| {
            Error::unsupported(format!("blob files of type {}", field.data_type)).with("column", &field.name)
        })?;
        Ok(BlobValues { kind, arrow: arrow::data_type(&field.data_type), as_descriptor: reads_descriptors(schema) })
    }

    /// True where the payload need not be read.
    pub(super) fn stands_alone(&self) -> bool {
        self.as_descriptor && matches!(self.kind, Kind::Value)
    }

    /// The values, `None` for null. Errors: `Corrupt` for payloads that do not decode, `Unsupported` for values that are
    /// too long.
    pub(super) fn array(&self, values: Vec<Option<Located>>) -> Result<ArrayRef> {
        if !self.as_descriptor
            && let Some((_, _, length, _)) = values.iter().flatten().find(|v| v.2 > LONGEST_VALUE)
        {
            let message =
                format!("a BLOB of {length} bytes is too long for memory: read it with blob-as-descriptor=true");
            return Err(Error::unsupported(message));
        }
        match &self.kind {
            Kind::Value => Ok(Arc::new(self.plain(&values))),
            Kind::Array => self.list(&values),
            Kind::Map(key) => self.map(&values, key),
        }
    }

    fn plain(&self, values: &[Option<Located>]) -> BinaryArray {
        let mut builder = BinaryBuilder::new();
        for value in values {
            match value {
                None => builder.append_null(),
                Some((uri, start, length, _)) if self.as_descriptor => {
                    builder.append_value(descriptor(uri, *start, *length));
                }
                Some((_, _, _, payload)) => builder.append_value(payload),
            }
        }
        builder.finish()
    }

    /// An element at a place in a payload.
    fn append(&self, builder: &mut BinaryBuilder, value: &Located, place: Option<&std::ops::Range<usize>>) {
        let (uri, start, _, payload) = value;
        match place {
            None => builder.append_null(),
            Some(place) if self.as_descriptor => {
                builder.append_value(descriptor(uri, start + place.start as u64, place.len() as u64));
            }
            Some(place) => builder.append_value(payload.get(place.clone()).unwrap_or_default()),
        }
    }

    fn list(&self, values: &[Option<Located>]) -> Result<ArrayRef> {
        let ArrowType::List(field) = &self.arrow else { return Err(Error::internal("expected a list of blobs")) };
        let mut builder = BinaryBuilder::new();
        let (mut lengths, mut nulls) = (Vec::with_capacity(values.len()), NullBufferBuilder::new(values.len()));
        for value in values {
            let places = value.as_ref().map(|value| elements::array(&value.3)).transpose()?;
            nulls.append(places.is_some());
            lengths.push(places.as_ref().map_or(0, Vec::len));
            if let (Some(value), Some(places)) = (value, places) {
                places.iter().for_each(|place| self.append(&mut builder, value, place.as_ref()));
            }
        }
        let offsets = OffsetBuffer::from_lengths(lengths);
        Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, Arc::new(builder.finish()), nulls.finish())?))
    }

    fn map(&self, values: &[Option<Located>], key_type: &DataType) -> Result<ArrayRef> {
        let ArrowType::Map(entries, sorted) = &self.arrow else {
            return Err(Error::internal("expected a map of blobs"));
        };
        let ArrowType::Struct(fields) = entries.data_type() else {
            return Err(Error::internal("expected map entries"));
        };
        let (mut keys, mut builder) = (Vec::new(), BinaryBuilder::new());
        let (mut lengths, mut nulls) = (Vec::with_capacity(values.len()), NullBufferBuilder::new(values.len()));
        for value in values {
            let entries = value.as_ref().map(|value| elements::map(&value.3, key_type)).transpose()?;
            nulls.append(entries.is_some());
            lengths.push(entries.as_ref().map_or(0, |(keys, _)| keys.len()));
            if let (Some(value), Some((of_row, places))) = (value, entries) {
                keys.extend(of_row.into_iter().map(Some));
                places.iter().for_each(|place| self.append(&mut builder, value, place.as_ref()));
            }
        }
        let columns: Vec<ArrayRef> = vec![datums_to_array(&keys, key_type)?, Arc::new(builder.finish())];
        let columns = StructArray::try_new(fields.clone(), columns, None)?;
        let offsets = OffsetBuffer::from_lengths(lengths);
        Ok(Arc::new(MapArray::try_new(Arc::clone(entries), offsets, columns, nulls.finish(), *sorted)?))
    }
}

fn descriptor(uri: &str, offset: u64, length: u64) -> Vec<u8> {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    BlobDescriptor { uri: uri.to_owned(), offset: number(offset), length: number(length) }.encode()
}
