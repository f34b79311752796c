//! What Paimon refuses of a schema (Java `Schema`, `SchemaValidation`).
//!
//! ```text
//! columns and keys    here                  merging     engines, sequence fields, changelogs, deletion vectors
//! buckets             numbers and keys      files       formats, file indexes, retention
//! scans               where a scan starts   features    row tracking, BLOB, VECTOR, clustering, chains, indexes
//! ```
//!
//! Options of features that this crate does not have are checked all the same: a table that Java would refuse must not
//! come into being.

mod buckets;
mod features;
mod files;
mod merging;
mod scans;

use std::collections::{BTreeMap, HashSet};

use crate::{
    error::{Error, Result},
    schema::default_array,
    spec::{
        options::CoreOptions,
        table_schema::{KEY_PREFIX, ROW_ID, SEQUENCE_NUMBER, TableSchema, VALUE_KIND},
    },
    types::{DataField, DataType, TypeKind},
};

/// Columns that files and system tables add.
const RESERVED: [&str; 5] = [SEQUENCE_NUMBER, VALUE_KIND, ROW_ID, "_LEVEL", "rowkind"];

/// Keys from the argument, or from an option that then is no option any more.
pub(crate) fn keys(given: Vec<String>, options: &mut BTreeMap<String, String>, option: &str) -> Result<Vec<String>> {
    let Some(text) = options.remove(option) else { return Ok(given) };
    if !given.is_empty() {
        return Err(Error::invalid(format!("the option {option} is given besides the keys themselves")));
    }
    Ok(text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// Names and keys, before ids are given.
pub(crate) fn check_columns(fields: &[DataField], primary_keys: &[String], partition_keys: &[String]) -> Result<()> {
    if fields.is_empty() {
        return Err(Error::invalid("a table needs at least one column"));
    }
    for field in fields {
        if field.name.trim().is_empty() {
            return Err(Error::invalid("a column name is blank"));
        }
        if RESERVED.contains(&field.name.as_str()) || field.name.starts_with(KEY_PREFIX) {
            return Err(Error::invalid(format!("the column name {} is reserved", field.name)));
        }
    }
    let names = fields.iter().map(|field| &field.name).collect::<Vec<_>>();
    check_distinct("column", names.iter().copied())?;
    check_distinct("primary key", primary_keys)?;
    check_distinct("partition key", partition_keys)?;
    for (what, keys) in [("primary key", primary_keys), ("partition key", partition_keys)] {
        if let Some(key) = keys.iter().find(|key| !names.contains(key)) {
            return Err(Error::invalid(format!("the {what} {key} is not a column")));
        }
    }
    if !primary_keys.is_empty() && primary_keys.iter().all(|key| partition_keys.contains(key)) {
        let message = "the primary key consists of partition keys: a partition would have a single row";
        return Err(Error::invalid(message));
    }
    Ok(())
}

fn check_distinct<'a>(what: &str, names: impl IntoIterator<Item = &'a String>) -> Result<()> {
    let mut seen = HashSet::new();
    match names.into_iter().find(|name| !seen.insert(*name)) {
        Some(name) => Err(Error::invalid(format!("the {what} {name} is there twice"))),
        None => Ok(()),
    }
}

/// What is checked of new tables only.
pub(crate) fn check_new(schema: &TableSchema, options: &CoreOptions) -> Result<()> {
    if options.table_type != "table" {
        let message = format!("cannot make a table with the option type={}, only type=table", options.table_type);
        return Err(Error::unsupported(message));
    }
    schema.fields.iter().try_for_each(|field| default_array(field).map(drop))?;
    check_schema(schema, options)
}

/// Types of keys, and options that contradict the columns or each other.
pub(crate) fn check_schema(schema: &TableSchema, options: &CoreOptions) -> Result<()> {
    for (what, keys) in [("primary key", &schema.primary_keys), ("partition key", &schema.partition_keys)] {
        for field in schema.fields_named(keys) {
            if is_nested(&field.data_type.kind) {
                return Err(Error::invalid(format!("the {what} {} has the type {}", field.name, field.data_type)));
            }
        }
    }
    let subject = Subject { schema, options };
    buckets::check(&subject)?;
    scans::check(&subject)?;
    subject.check_field_options()?;
    merging::check(&subject)?;
    files::check(&subject)?;
    features::check(&subject)
}

/// A schema and its options.
struct Subject<'a> {
    schema: &'a TableSchema,
    options: &'a CoreOptions,
}

impl Subject<'_> {
    /// The text of an option.
    fn text(&self, option: &str) -> Option<&str> {
        self.schema.options.get(option).map(String::as_str)
    }

    /// Whether an option is `true`.
    fn flag(&self, option: &str) -> bool {
        self.text(option).is_some_and(|text| text.trim().eq_ignore_ascii_case("true"))
    }

    /// Columns that an option lists.
    fn list(&self, option: &str) -> Vec<&str> {
        let names = self.text(option).unwrap_or_default().split(',');
        names.map(str::trim).filter(|name| !name.is_empty()).collect()
    }

    /// The whole number of an option. Errors: `Invalid` for other text.
    fn number(&self, option: &str) -> Result<Option<i64>> {
        let parse = |text: &str| {
            let refuse = || Error::invalid(format!("option {option}: expected a number, found {text:?}"));
            text.trim().parse().map_err(|_| refuse())
        };
        self.text(option).map(parse).transpose()
    }

    fn has_primary_key(&self) -> bool {
        self.schema.is_primary_key_table()
    }

    /// The column that an option names. Errors: `Invalid` where there is none.
    fn column(&self, option: &str, name: &str) -> Result<&DataField> {
        let missing = || Error::invalid(format!("the option {option} names {name}, which is not a column"));
        self.schema.field(name).ok_or_else(missing)
    }

    /// Options `fields.<columns>.…` name columns.
    fn check_field_options(&self) -> Result<()> {
        for option in self.schema.options.keys() {
            let Some(rest) = option.strip_prefix("fields.") else { continue };
            let (columns, name) = rest.split_once('.').unwrap_or((rest, ""));
            let names = columns.split(',').collect::<Vec<_>>();
            for column in names.iter().filter(|name| **name != "default-aggregate-function") {
                self.column(option, column)?;
            }
            if let [column] = names[..]
                && name.contains('.')
                && let Some(TypeKind::Row(_)) = self.schema.field(column).map(|field| &field.data_type.kind)
            {
                return Err(Error::invalid(format!("the option {option} names a field of the ROW {column}")));
            }
        }
        Ok(())
    }
}

/// An error unless `holds`; the text may be made only then.
fn require(holds: bool, message: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::invalid(message())) }
}

/// Whether a type is, or holds, one that `test` is true of.
fn holds(data_type: &DataType, test: &impl Fn(&TypeKind) -> bool) -> bool {
    test(&data_type.kind)
        || match &data_type.kind {
            TypeKind::Array(inner) | TypeKind::Multiset(inner) | TypeKind::Vector { element: inner, .. } => {
                holds(inner, test)
            }
            TypeKind::Map { key, value } => holds(key, test) || holds(value, test),
            TypeKind::Row(fields) => fields.iter().any(|field| holds(&field.data_type, test)),
            _ => false,
        }
}

fn is_nested(kind: &TypeKind) -> bool {
    matches!(
        kind,
        TypeKind::Array(_)
            | TypeKind::Map { .. }
            | TypeKind::Multiset(_)
            | TypeKind::Row(_)
            | TypeKind::Vector { .. }
            | TypeKind::Variant
            | TypeKind::Blob
    )
}
