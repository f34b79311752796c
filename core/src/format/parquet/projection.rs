//! Which columns of the file a request needs, and how what is decoded becomes what was asked.

use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_schema::SchemaRef;
use parquet::{
    arrow::{FieldLevels, ProjectionMask, parquet_to_arrow_field_levels, parquet_to_arrow_schema_by_columns},
    schema::types::{SchemaDescriptor, Type},
};

use super::{convert::Conversion, corrupt};
use crate::{
    error::{Error, Result},
    format::batch,
    types::{self, DataField, DataType, TypeKind},
};

/// The columns to decode and what is to become of them.
#[derive(Debug)]
pub(super) struct Projection {
    pub(super) mask: ProjectionMask,
    /// The columns as the decoder knows them.
    pub(super) levels: FieldLevels,
    schema: SchemaRef,
    /// For each field asked, the decoded column and its conversion; `None` where the file lacks it.
    columns: Vec<Option<(usize, Conversion)>>,
}

impl Projection {
    /// Plans reading `fields` from a file with the (normalised) `schema`. Errors: `Corrupt` where a column has a physical
    /// type that cannot hold the field's type.
    pub(super) fn plan(schema: &SchemaDescriptor, fields: &[DataField]) -> Result<Projection> {
        let mask = ProjectionMask::leaves(schema, wanted_leaves(schema, fields));
        let wrong = |error| corrupt("parquet schema is not understood", error);
        let decoded = parquet_to_arrow_schema_by_columns(schema, mask.clone(), None).map_err(wrong)?;
        let levels = parquet_to_arrow_field_levels(schema, mask.clone(), None).map_err(wrong)?;
        let columns = fields
            .iter()
            .map(|field| {
                let Ok(index) = decoded.index_of(&field.name) else { return Ok(None) };
                let conversion = Conversion::plan(decoded.field(index).data_type(), &field.data_type)
                    .map_err(|error| error.with("column", &field.name))?;
                Ok(Some((index, conversion)))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Projection { mask, levels, schema: types::arrow::schema(fields), columns })
    }

    /// A decoded batch as a batch of the fields asked.
    pub(super) fn apply(&self, decoded: &RecordBatch) -> Result<RecordBatch> {
        let columns = self
            .columns
            .iter()
            .zip(self.schema.fields())
            .map(|(column, field)| match column {
                None => Ok(new_null_array(field.data_type(), decoded.num_rows())),
                Some((index, conversion)) => match decoded.columns().get(*index) {
                    Some(array) => conversion.apply(array).map_err(|error| error.with("column", field.name())),
                    None => Err(Error::internal("decoder left out a column").with("column", field.name())),
                },
            })
            .collect::<Result<Vec<ArrayRef>>>()?;
        batch::of_columns(&self.schema, columns, decoded.num_rows())
    }
}

/// Leaf column numbers of `fields` in file order.
fn wanted_leaves(schema: &SchemaDescriptor, fields: &[DataField]) -> Vec<usize> {
    let mut leaves = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut next = 0;
    for root in schema.root_schema().get_fields() {
        let field = fields.iter().find(|field| field.name == root.name());
        match field {
            // Of two columns of one name the first counts.
            Some(field) if seen.insert(root.name()) => take_leaves(root, &field.data_type, &mut next, &mut leaves),
            _ => next += leaf_count(root),
        }
    }
    leaves
}

/// Takes the leaves of `column`; of a ROW only the fields asked, or one field where the file has none of them: it tells
/// which rows are null.
fn take_leaves(column: &Type, data_type: &DataType, next: &mut usize, leaves: &mut Vec<usize>) {
    let (TypeKind::Row(fields), true) = (&data_type.kind, is_plain_group(column)) else {
        let count = leaf_count(column);
        leaves.extend(*next..*next + count);
        *next += count;
        return;
    };
    let (start, taken) = (*next, leaves.len());
    for child in column.get_fields() {
        match fields.iter().find(|field| field.name == child.name()) {
            Some(field) => take_leaves(child, &field.data_type, next, leaves),
            None => *next += leaf_count(child),
        }
    }
    if leaves.len() == taken
        && let Some(first) = column.get_fields().first()
    {
        leaves.extend(start..start + leaf_count(first));
    }
}

fn is_plain_group(column: &Type) -> bool {
    use parquet::basic::ConvertedType::{LIST, MAP, MAP_KEY_VALUE};
    column.is_group() && !matches!(column.get_basic_info().converted_type(), LIST | MAP | MAP_KEY_VALUE)
}

fn leaf_count(column: &Type) -> usize {
    if column.is_primitive() { 1 } else { column.get_fields().iter().map(|child| leaf_count(child)).sum() }
}
