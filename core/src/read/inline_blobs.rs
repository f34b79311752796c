//! BLOB columns in data files: a value is the bytes themselves or a descriptor of where they stand, which is followed unless
//! descriptors are asked for (options `blob-descriptor-field`, `blob-as-descriptor`; Java `Blob.fromBytes`).

use std::{ops::Range, sync::Arc};

use arrow_array::{ArrayRef, BinaryArray, RecordBatch, builder::BinaryBuilder, cast::AsArray};
use bytes::Bytes;

use super::{blob_values::reads_descriptors, context::ReadContext, evolve::batch_of};
use crate::{
    error::{Error, Result},
    io::Storage,
    scan::locate_external,
    spec::blob::{BlobDescriptor, descriptor::is_view},
    types::{DataField, DataType, TypeKind},
};

/// Rows of a batch while values are fetched: any of them may be big.
pub(super) const BATCH_ROWS: usize = 64;

/// Bytes of a batch of values, as many as the offsets of an array can count.
const LONGEST: u64 = i32::MAX as u64;

/// What is read in place of BLOB values in data files.
#[derive(Clone)]
pub(super) struct InlineBlobs {
    context: Arc<ReadContext>,
    /// Places of BLOB columns.
    places: Vec<usize>,
    as_descriptor: bool,
    resolves_views: bool,
}

impl InlineBlobs {
    /// `None` where none of `fields` is a BLOB. Errors: `Unsupported` for arrays and maps of BLOBs in data files.
    pub(super) fn new(context: &Arc<ReadContext>, fields: &[DataField]) -> Result<Option<Self>> {
        if let Some(field) = fields.iter().find(|field| holds_blobs(&field.data_type)) {
            let message = "cannot read arrays and maps of BLOBs that are not in blob files";
            return Err(Error::unsupported(message).with("column", &field.name));
        }
        let is_blob = |(_, field): &(usize, &DataField)| matches!(field.data_type.kind, TypeKind::Blob);
        let places: Vec<usize> = fields.iter().enumerate().filter(is_blob).map(|(place, _)| place).collect();
        let resolve = context.schema.options.get("blob-view.resolve.enabled");
        Ok((!places.is_empty()).then(|| InlineBlobs {
            context: Arc::clone(context),
            places,
            as_descriptor: reads_descriptors(&context.schema),
            resolves_views: resolve.is_none_or(|value| !value.eq_ignore_ascii_case("false")),
        }))
    }

    /// Replaces descriptors. Errors: `Corrupt`, `Unsupported` for references that may not be followed or are too long.
    pub(super) async fn resolve(&self, batch: RecordBatch) -> Result<RecordBatch> {
        let mut columns = batch.columns().to_vec();
        for place in &self.places {
            if let Some(column) = columns.get_mut(*place) {
                let name = batch.schema_ref().field(*place).name();
                *column = self.column(column).await.map_err(|error| error.with("column", name))?;
            }
        }
        batch_of(batch.schema_ref().fields().iter(), columns, batch.num_rows())
    }

    async fn column(&self, column: &ArrayRef) -> Result<ArrayRef> {
        let values = column.as_binary_opt::<i32>().ok_or_else(|| Error::internal("expected a BLOB as Binary"))?;
        if !values
            .iter()
            .flatten()
            .any(|value| is_view(value) || matches!(BlobDescriptor::decode(value), Err(_) | Ok(Some(_))))
        {
            return Ok(Arc::clone(column));
        }
        let mut builder = BinaryBuilder::new();
        for value in values {
            match value {
                None => builder.append_null(),
                Some(value) => {
                    let value = self.value(value).await?;
                    if (builder.values_slice().len() as u64).saturating_add(value.len() as u64) > LONGEST {
                        return Err(too_long());
                    }
                    builder.append_value(value);
                }
            }
        }
        let resolved: BinaryArray = builder.finish();
        Ok(Arc::new(resolved))
    }

    async fn value(&self, stored: &[u8]) -> Result<Bytes> {
        if is_view(stored) {
            if self.resolves_views {
                return Err(Error::unsupported(
                    "cannot follow a reference to a BLOB of another table (blob-view-field); blob-view.resolve.enabled=false gives the reference",
                ));
            }
            return Ok(Bytes::copy_from_slice(stored));
        }
        match BlobDescriptor::decode(stored)? {
            None => Ok(Bytes::copy_from_slice(stored)),
            Some(descriptor) if self.as_descriptor => Ok(descriptor.encode().into()),
            Some(descriptor) => fetch(&self.context, &descriptor).await,
        }
    }
}

fn too_long() -> Error {
    Error::unsupported("BLOB values are too long for memory: read them with blob-as-descriptor=true")
}

fn holds_blobs(data_type: &DataType) -> bool {
    let is_blob = |of: &DataType| matches!(of.kind, TypeKind::Blob);
    match &data_type.kind {
        TypeKind::Array(element) => is_blob(element),
        TypeKind::Map { value, .. } => is_blob(value),
        _ => false,
    }
}

async fn fetch(context: &ReadContext, descriptor: &BlobDescriptor) -> Result<Bytes> {
    let found = locate_external(&context.storage, &context.schema, &descriptor.uri)?;
    let range = range(&found.storage, &found.path, descriptor).await?;
    if range.end - range.start > LONGEST {
        return Err(too_long());
    }
    found.storage.get_range(&found.path, range).await
}

async fn range(storage: &Storage, path: &str, descriptor: &BlobDescriptor) -> Result<Range<u64>> {
    let corrupt = || Error::corrupt(format!("a BLOB at {}, {} bytes", descriptor.offset, descriptor.length)).at(path);
    let start = u64::try_from(descriptor.offset).map_err(|_| corrupt())?;
    let end = match descriptor.length {
        -1 => {
            let file = storage.stat(path).await?;
            file.ok_or_else(|| Error::not_found("the file of a BLOB is not there").at(path))?.size
        }
        length => u64::try_from(length).ok().and_then(|length| start.checked_add(length)).ok_or_else(corrupt)?,
    };
    if start > end { Err(corrupt()) } else { Ok(start..end) }
}
