//! Ids of new columns (Java `ReassignFieldId`).

use crate::{
    error::{Error, Result},
    types::{DataType, TypeKind},
};

/// The id after `last_id`, which becomes the last one. Errors: `Invalid` where ids are used up.
pub(crate) fn next_id(last_id: &mut i32) -> Result<i32> {
    // Key columns and system columns have ids from half of the range on.
    let next = last_id.checked_add(1).filter(|id| *id < i32::MAX / 2);
    *last_id = next.ok_or_else(|| Error::invalid("the table has had too many columns, no id is left"))?;
    Ok(*last_id)
}

/// Numbers the fields inside a type anew. Inside a ROW a field takes its id after the fields nested in it.
pub(crate) fn reassign(data_type: DataType, last_id: &mut i32) -> Result<DataType> {
    let mut boxed = |inner: Box<DataType>| reassign(*inner, last_id).map(Box::new);
    let kind = match data_type.kind {
        TypeKind::Array(element) => TypeKind::Array(boxed(element)?),
        TypeKind::Vector { element, length } => TypeKind::Vector { element: boxed(element)?, length },
        TypeKind::Multiset(element) => TypeKind::Multiset(boxed(element)?),
        TypeKind::Map { key, value } => TypeKind::Map { key: boxed(key)?, value: boxed(value)? },
        TypeKind::Row(mut fields) => {
            for field in &mut fields {
                field.data_type = reassign(field.data_type.clone(), last_id)?;
                field.id = next_id(last_id)?;
            }
            TypeKind::Row(fields)
        }
        plain => plain,
    };
    Ok(DataType { kind, ..data_type })
}
