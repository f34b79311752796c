//! Comments that ask for a type which SQL engines cannot write down: `__BLOB_FIELD`, `__VECTOR_FIELD;128`
//! (Java `ColumnDirectiveUtils`).

use std::collections::BTreeMap;

use super::columns::is_blob_column;
use crate::{
    error::{Error, Result},
    types::{DataField, DataType, TypeKind},
};

/// Markers and the options that list their columns.
const MARKERS: [(&str, &str); 4] = [
    ("__BLOB_FIELD", "blob-field"),
    ("__BLOB_DESCRIPTOR_FIELD", "blob-descriptor-field"),
    ("__BLOB_VIEW_FIELD", "blob-view-field"),
    ("__VECTOR_FIELD", "vector-field"),
];
const BLOB_OPTIONS: [&str; 4] =
    ["blob-field", "blob-descriptor-field", "blob.stored-descriptor-fields", "blob-view-field"];

/// What a comment asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Directive {
    option: &'static str,
    /// Elements of a vector.
    length: Option<u32>,
    /// The rest of the comment, for people.
    pub(crate) comment: Option<String>,
}

/// Reads a comment; `None` where it is for people only. Errors: `Invalid` for a directive that there is not.
pub(crate) fn parse(comment: Option<&str>) -> Result<Option<Directive>> {
    let Some(comment) = comment.map(str::trim) else { return Ok(None) };
    if !comment.starts_with("__BLOB") && !comment.starts_with("__VECTOR") {
        return Ok(None);
    }
    let (marker, rest) = comment.split_once(';').unwrap_or((comment, ""));
    let Some((_, option)) = MARKERS.into_iter().find(|(name, _)| *name == marker) else {
        let names = MARKERS.map(|(name, _)| name).join(", ");
        return Err(Error::invalid(format!("the comment {comment:?} is no directive, expected one of {names}")));
    };
    let (length, rest) = if option == "vector-field" {
        let (length, rest) = rest.split_once(';').unwrap_or((rest, ""));
        let number = length.trim().parse::<u32>().ok().filter(|length| (1..=i32::MAX as u32).contains(length));
        let expected = || Error::invalid(format!("the comment {comment:?} lacks a length, such as {marker};128"));
        (Some(number.ok_or_else(expected)?), rest)
    } else {
        (None, rest)
    };
    let rest = Some(rest.trim().to_owned()).filter(|rest| !rest.is_empty());
    Ok(Some(Directive { option, length, comment: rest }))
}

impl Directive {
    /// The type that `column` gets, and its name in the option. Errors: `Invalid` for a type that cannot be it.
    pub(crate) fn apply(
        &self,
        column: &str,
        data_type: &DataType,
        options: &mut BTreeMap<String, String>,
    ) -> Result<DataType> {
        let kind = self.kind(&data_type.kind).ok_or_else(|| {
            Error::invalid(format!("the column {column} of the type {data_type} cannot be one of {}", self.option))
        })?;
        let mut names = list(options.get(self.option));
        if names.is_empty() && self.option == "blob-descriptor-field" {
            names = list(options.remove("blob.stored-descriptor-fields").as_ref());
        }
        if !names.iter().any(|name| name == column) {
            names.push(column.to_owned());
        }
        options.insert(self.option.to_owned(), names.join(","));
        Ok(DataType { kind, nullable: data_type.nullable })
    }

    fn kind(&self, kind: &TypeKind) -> Option<TypeKind> {
        let blob = |inner: &DataType| {
            let is_bytes = matches!(inner.kind, TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob);
            is_bytes.then(|| Box::new(DataType { kind: TypeKind::Blob, nullable: inner.nullable }))
        };
        match (self.length, kind) {
            (Some(length), TypeKind::Array(element)) => Some(TypeKind::Vector { element: element.clone(), length }),
            (Some(_), _) => None,
            (None, TypeKind::Array(element)) if self.option == "blob-field" => Some(TypeKind::Array(blob(element)?)),
            (None, TypeKind::Map { key, value }) if self.option == "blob-field" => {
                Some(TypeKind::Map { key: key.clone(), value: blob(value)? })
            }
            (None, TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob) => Some(TypeKind::Blob),
            (None, _) => None,
        }
    }
}

/// Takes a dropped column out of the options that a directive may have put it into.
pub(super) fn forget(dropped: &DataField, options: &mut BTreeMap<String, String>) {
    if is_blob_column(&dropped.data_type) {
        BLOB_OPTIONS.iter().for_each(|option| remove(option, &dropped.name, options));
    } else if let TypeKind::Vector { .. } = dropped.data_type.kind {
        remove("vector-field", &dropped.name, options);
        options.remove(&format!("field.{}.vector-dim", dropped.name));
    } else if let TypeKind::Map { .. } = dropped.data_type.kind {
        for suffix in ["storage-layout", "shared-shredding.max-columns", "shared-shredding.column-placement-policy"] {
            options.remove(&format!("fields.{}.map.{suffix}", dropped.name));
        }
    }
}

fn remove(option: &str, column: &str, options: &mut BTreeMap<String, String>) {
    let Some(text) = options.get(option).filter(|text| !text.is_empty()) else { return };
    let names = list(Some(text)).into_iter().filter(|name| name != column).collect::<Vec<_>>();
    if names.is_empty() {
        options.remove(option);
    } else {
        options.insert(option.to_owned(), names.join(","));
    }
}

fn list(text: Option<&String>) -> Vec<String> {
    let names = text.map_or("", String::as_str).split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}
