//! The Arrow schema handed to the encoder: what makes it write the names, ids and annotations that Java writes.

use std::{collections::HashMap, sync::Arc};

use arrow_array::{RecordBatch, make_array};
use arrow_schema::{DataType as ArrowType, Field, FieldRef, Schema, SchemaRef};
use parquet::arrow::PARQUET_FIELD_ID_META_KEY;

use crate::{
    error::{Error, Result},
    types::{self, DataField, DataType, TypeKind},
};

/// Base of the ids of collection children, which the table's schema does not give (Java `SpecialFields`).
const CHILD_BASE: i32 = 536_870_911;
/// Ids of one enclosing field's children.
const CHILD_STEP: i32 = 1024;

/// Errors: `Unsupported` for types that Parquet files of Java hold in a way that the encoder cannot write.
pub(super) fn schema(fields: &[DataField]) -> Result<SchemaRef> {
    let fields = fields.iter().map(|field| annotated(&field.name, field.id, &field.data_type, field.id, 0));
    Ok(Arc::new(Schema::new(fields.collect::<Result<Vec<_>>>()?)))
}

/// The batch under the annotated schema; the arrays are the same.
pub(super) fn conform(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let columns = batch.columns().iter().zip(schema.fields()).map(|(column, field)| {
        if column.data_type() == field.data_type() {
            return Ok(Arc::clone(column));
        }
        // Only metadata of nested fields differs.
        Ok(make_array(column.to_data().into_builder().data_type(field.data_type().clone()).build()?))
    });
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<Vec<_>>>()?)?)
}

/// `field_id` is the id of the enclosing column or ROW field, `depth` how many collections lie between.
fn annotated(name: &str, id: i32, data_type: &DataType, field_id: i32, depth: i32) -> Result<FieldRef> {
    let mut metadata = HashMap::from([(PARQUET_FIELD_ID_META_KEY.to_owned(), id.to_string())]);
    if matches!(data_type.kind, TypeKind::Time(_)) {
        metadata.insert("adjusted_to_utc".to_owned(), String::new());
    }
    let arrow = arrow_type(name, data_type, field_id, depth)?;
    Ok(Arc::new(Field::new(name, arrow, data_type.nullable).with_metadata(metadata)))
}

fn arrow_type(name: &str, data_type: &DataType, field_id: i32, depth: i32) -> Result<ArrowType> {
    let child_id =
        |sign: i32| CHILD_BASE.wrapping_add(sign * (CHILD_STEP.wrapping_mul(field_id).wrapping_add(depth + 1)));
    let child =
        |name: &str, data_type: &DataType, sign: i32| annotated(name, child_id(sign), data_type, field_id, depth + 1);
    Ok(match &data_type.kind {
        TypeKind::Timestamp(7..) | TypeKind::TimestampLtz(7..) => {
            let message = "cannot write TIMESTAMP of more than 6 digits to Parquet: Java keeps it as INT96";
            return Err(Error::unsupported(message).with("column", name));
        }
        TypeKind::Blob => return Err(Error::unsupported("cannot write BLOB columns").with("column", name)),
        TypeKind::Array(element) => ArrowType::List(child("element", element, 1)?),
        TypeKind::Vector { element, length } => {
            let length =
                i32::try_from(*length).map_err(|_| Error::invalid("VECTOR is too long").with("column", name))?;
            ArrowType::FixedSizeList(child("element", element, 1)?, length)
        }
        TypeKind::Map { key, value } => map(child("key", &not_null(key), -1)?, child("value", value, 1)?),
        TypeKind::Multiset(element) => {
            let count = DataType::not_null(TypeKind::Int);
            map(child("key", &not_null(element), -1)?, child("value", &count, 1)?)
        }
        TypeKind::Row(fields) => {
            let fields = fields.iter().map(|field| annotated(&field.name, field.id, &field.data_type, field.id, 0));
            ArrowType::Struct(fields.collect::<Result<Vec<_>>>()?.into())
        }
        _ => types::arrow::data_type(data_type),
    })
}

fn not_null(data_type: &DataType) -> DataType {
    DataType { nullable: false, ..data_type.clone() }
}

fn map(key: FieldRef, value: FieldRef) -> ArrowType {
    ArrowType::Map(Arc::new(Field::new("entries", ArrowType::Struct(vec![key, value].into()), false)), false)
}
