//! `aggregation_fields` (Java `AggregationFieldsTable`): what the options say of each column.

use super::rows::{columns, optional_text, text};
use crate::{
    table::Table,
    types::{DataField, DataType, DatumRow, TypeKind},
};

pub(super) fn fields() -> Vec<DataField> {
    columns([
        ("field_name!", TypeKind::STRING),
        ("field_type!", TypeKind::STRING),
        ("function", TypeKind::STRING),
        ("function_options", TypeKind::STRING),
        ("comment", TypeKind::STRING),
    ])
}

/// A row a column, in their order: the values and the names of its options `fields.<column>.…`, by name.
pub(super) fn rows(table: &Table) -> Vec<DatumRow> {
    let schema = table.schema();
    let row = |field: &DataField| {
        let options = || schema.options.iter().filter(|(name, _)| column_of(name) == Some(&field.name));
        vec![
            text(&field.name),
            text(type_text(&field.data_type)),
            list(options().map(|(_, value)| value)),
            list(options().map(|(name, _)| name)),
            optional_text(field.description.as_ref()),
        ]
    };
    schema.fields.iter().map(row).collect()
}

/// The column of an option `fields.<column>.<what>`. Java takes what is between the first two dots.
fn column_of(option: &str) -> Option<&str> {
    let (column, what) = option.strip_prefix("fields.")?.split_once('.')?;
    (!what.trim_matches('.').is_empty()).then_some(column)
}

/// As Java prints a type: as we do, but names of fields are always quoted.
fn type_text(data_type: &DataType) -> String {
    let kind = match &data_type.kind {
        TypeKind::Array(element) => format!("ARRAY<{}>", type_text(element)),
        TypeKind::Multiset(element) => format!("MULTISET<{}>", type_text(element)),
        TypeKind::Vector { element, length } => format!("VECTOR<{}, {length}>", type_text(element)),
        TypeKind::Map { key, value } => format!("MAP<{}, {}>", type_text(key), type_text(value)),
        TypeKind::Row(fields) => format!("ROW<{}>", fields.iter().map(field_text).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    };
    kind + if data_type.nullable { "" } else { " NOT NULL" }
}

fn field_text(field: &DataField) -> String {
    let mut text = format!("`{}` {}", field.name.replace('`', "``"), type_text(&field.data_type));
    if let Some(description) = field.description.as_ref().filter(|description| !description.is_empty()) {
        text += &format!(" COMMENT '{}'", description.replace('\'', "''"));
    }
    if let Some(value) = &field.default_value {
        text += &format!(" DEFAULT {value}");
    }
    text
}

/// As Java prints a list: `[a, b]`.
fn list<'a>(items: impl Iterator<Item = &'a String>) -> Option<crate::types::Datum> {
    let items = items.map(String::as_str).collect::<Vec<_>>();
    text(format!("[{}]", items.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_name_their_column() {
        assert_eq!(column_of("fields.a.aggregate-function"), Some("a"));
        assert_eq!(column_of("fields.a.b.c"), Some("a"));
        for other in ["fields.a", "fields.a.", "bucket", "field.a.b"] {
            assert_eq!(column_of(other), None, "{other}");
        }
    }

    #[test]
    fn types_print_as_java_prints_them() {
        let data_type: DataType =
            "ARRAY<ROW<a INT 'it''s', b MAP<STRING, ROW<c INT NOT NULL>>> NOT NULL>".parse().unwrap();
        let text = "ARRAY<ROW<`a` INT COMMENT 'it''s', `b` MAP<STRING, ROW<`c` INT NOT NULL>>> NOT NULL>";
        assert_eq!(type_text(&data_type), text);
    }
}
