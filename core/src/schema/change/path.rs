//! Ways to columns, and to the types inside them.

use crate::{
    error::{Error, Result},
    types::{DataField, DataType, TypeKind},
};

/// `a.b.c`
pub(super) fn text(path: &[String]) -> String {
    path.join(".")
}

fn not_found(path: &[String]) -> Error {
    Error::not_found(format!("there is no column {}", text(path)))
}

/// The type one step further: behind a field, `element` or `value`.
fn inside<'a>(data_type: &'a mut DataType, step: &str) -> Option<&'a mut DataType> {
    match &mut data_type.kind {
        TypeKind::Array(element) if step == "element" => Some(element),
        TypeKind::Map { value, .. } if step == "value" => Some(value),
        TypeKind::Row(fields) => fields.iter_mut().find(|field| field.name == step).map(|field| &mut field.data_type),
        _ => None,
    }
}

/// Calls `change` with the fields among which the last step of `path` is, or is to be, and with that step.
///
/// Errors: `NotFound`, and those of `change`.
pub(super) fn with_siblings<T>(
    fields: &mut Vec<DataField>,
    path: &[String],
    change: impl FnOnce(&mut Vec<DataField>, &str) -> Result<T>,
) -> Result<T> {
    let Some((last, parents)) = path.split_last() else { return Err(not_found(path)) };
    let Some((first, inner)) = parents.split_first() else { return change(fields, last) };
    let column = fields.iter_mut().find(|field| field.name == *first).ok_or_else(|| not_found(parents))?;
    let mut data_type = &mut column.data_type;
    for (depth, step) in inner.iter().enumerate() {
        data_type = inside(data_type, step).ok_or_else(|| not_found(path.get(..depth + 2).unwrap_or(path)))?;
    }
    match &mut data_type.kind {
        TypeKind::Row(children) => change(children, last),
        _ => Err(Error::invalid(format!("{} has the type {data_type}, which has no fields", text(parents)))
            .with("column", text(path))),
    }
}

/// Calls `change` with the column or field at `path`, and with the steps from it to a type inside, mostly none.
///
/// Errors: `NotFound`, and those of `change`.
pub(super) fn with_field<T>(
    fields: &mut Vec<DataField>,
    path: &[String],
    change: impl FnOnce(&mut DataField, &[String]) -> Result<T>,
) -> Result<T> {
    // The field is what the steps through containers at the end start from.
    let mut end = path.len();
    loop {
        let Some(way) = path.get(..end).filter(|way| !way.is_empty()) else { return Err(not_found(path)) };
        let rest = path.get(end..).unwrap_or_default();
        let found = with_siblings(fields, way, |siblings, name| {
            Ok(siblings.iter().position(|field| field.name == name && leads(&field.data_type, rest)))
        });
        match found {
            Ok(Some(place)) => {
                return with_siblings(fields, way, |siblings, _| match siblings.get_mut(place) {
                    Some(field) => change(field, rest),
                    None => Err(not_found(path)),
                });
            }
            _ => end -= 1,
        }
    }
}

/// Whether `steps` lead through ARRAYs and MAPs only.
fn leads(data_type: &DataType, steps: &[String]) -> bool {
    match (steps.split_first(), &data_type.kind) {
        (None, _) => true,
        (Some((step, rest)), TypeKind::Array(inner)) => step == "element" && leads(inner, rest),
        (Some((step, rest)), TypeKind::Map { value, .. }) => step == "value" && leads(value, rest),
        _ => false,
    }
}

/// The type that `steps` lead to from `data_type`. Errors: `NotFound`.
pub(super) fn type_at<'a>(data_type: &'a mut DataType, steps: &[String]) -> Result<&'a mut DataType> {
    let mut found = data_type;
    for step in steps {
        found = inside(found, step).ok_or_else(|| not_found(steps))?;
    }
    Ok(found)
}
