//! What two versions of a schema differ in: fields by id, so that a rename is not a drop and an add. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use crate::{
    spec::table_schema::TableSchema,
    types::{DataField, TypeKind},
};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SchemaChangeKind {
    /// A new column or field.
    Added,
    /// One that is gone.
    Dropped,
    /// Another name.
    Renamed,
    /// Another type.
    Type,
    /// NOT NULL, or not any more.
    Nullability,
    /// Another comment.
    Comment,
    /// Another default value.
    Default,
    /// Another place among those that both have.
    Moved,
    /// Another primary key.
    PrimaryKeys,
    /// Other partition columns.
    PartitionKeys,
    /// Another comment of the table.
    TableComment,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SchemaChange {
    /// What happened.
    pub kind: SchemaChangeKind,
    /// Name in the newer version, in the older one where it was dropped; fields of rows are dotted.
    pub field: Option<String>,
    /// What was.
    pub from: Option<String>,
    /// What is.
    pub to: Option<String>,
}

/// An option that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OptionChange {
    /// The option.
    pub key: String,
    /// What was.
    pub from: Option<String>,
    /// What is.
    pub to: Option<String>,
}

/// The changes from `old` to `new`, in the order of the newer one, what was dropped last.
pub fn schema_changes(old: &TableSchema, new: &TableSchema) -> Vec<SchemaChange> {
    let mut found = Vec::new();
    fields("", &old.fields, &new.fields, &mut found);
    let mut of_table = |kind, from: Option<String>, to: Option<String>| {
        if from != to {
            found.push(SchemaChange { kind, field: None, from, to });
        }
    };
    let keys = |keys: &[String]| (!keys.is_empty()).then(|| keys.join(", "));
    of_table(SchemaChangeKind::PrimaryKeys, keys(&old.primary_keys), keys(&new.primary_keys));
    of_table(SchemaChangeKind::PartitionKeys, keys(&old.partition_keys), keys(&new.partition_keys));
    of_table(SchemaChangeKind::TableComment, old.comment.clone(), new.comment.clone());
    found
}

/// Options that differ, by key.
pub fn option_changes(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<OptionChange> {
    let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let change =
        |key: &String| OptionChange { key: key.clone(), from: old.get(key).cloned(), to: new.get(key).cloned() };
    keys.into_iter().map(change).filter(|change| change.from != change.to).collect()
}

fn fields(within: &str, old: &[DataField], new: &[DataField], found: &mut Vec<SchemaChange>) {
    let before: HashMap<i32, &DataField> = old.iter().map(|field| (field.id, field)).collect();
    let after: HashSet<i32> = new.iter().map(|field| field.id).collect();
    let moved = moved(old, new, &before, &after);
    for field in new {
        let name = format!("{within}{}", field.name);
        match before.get(&field.id) {
            None => found.push(change(SchemaChangeKind::Added, &name, None, Some(field.data_type.to_string()))),
            Some(was) => one(&name, was, field, moved.contains(&field.id), found),
        }
    }
    for field in old.iter().filter(|field| !after.contains(&field.id)) {
        let name = format!("{within}{}", field.name);
        found.push(change(SchemaChangeKind::Dropped, &name, Some(field.data_type.to_string()), None));
    }
}

fn one(name: &str, was: &DataField, is: &DataField, moved: bool, found: &mut Vec<SchemaChange>) {
    if was.name != is.name {
        found.push(change(SchemaChangeKind::Renamed, name, Some(was.name.clone()), Some(is.name.clone())));
    }
    if was.data_type.nullable != is.data_type.nullable {
        let text = |nullable: bool| Some(if nullable { "NULL" } else { "NOT NULL" }.to_owned());
        let (from, to) = (text(was.data_type.nullable), text(is.data_type.nullable));
        found.push(change(SchemaChangeKind::Nullability, name, from, to));
    }
    match (&was.data_type.kind, &is.data_type.kind) {
        (TypeKind::Row(old), TypeKind::Row(new)) => fields(&format!("{name}."), old, new, found),
        (old, new) if old != new => {
            let (from, to) = (was.data_type.to_string(), is.data_type.to_string());
            found.push(change(SchemaChangeKind::Type, name, Some(from), Some(to)));
        }
        _ => {}
    }
    for (kind, from, to) in [
        (SchemaChangeKind::Comment, &was.description, &is.description),
        (SchemaChangeKind::Default, &was.default_value, &is.default_value),
    ] {
        if from != to {
            found.push(change(kind, name, from.clone(), to.clone()));
        }
    }
    if moved {
        found.push(change(SchemaChangeKind::Moved, name, None, None));
    }
}

/// Fields whose place among those that both versions have differs.
fn moved(
    old: &[DataField],
    new: &[DataField],
    before: &HashMap<i32, &DataField>,
    after: &HashSet<i32>,
) -> HashSet<i32> {
    let was = old.iter().map(|field| field.id).filter(|id| after.contains(id));
    let is = new.iter().map(|field| field.id).filter(|id| before.contains_key(id));
    was.zip(is).filter(|(was, is)| was != is).map(|(_, is)| is).collect()
}

fn change(kind: SchemaChangeKind, field: &str, from: Option<String>, to: Option<String>) -> SchemaChange {
    SchemaChange { kind, field: Some(field.to_owned()), from, to }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::DataType;

    fn field(id: i32, name: &str, kind: TypeKind) -> DataField {
        DataField::new(id, name, DataType::nullable(kind))
    }

    fn of(old: &[DataField], new: &[DataField]) -> Vec<(SchemaChangeKind, String)> {
        let mut found = Vec::new();
        fields("", old, new, &mut found);
        found.into_iter().map(|change| (change.kind, change.field.unwrap_or_default())).collect()
    }

    #[test]
    fn a_rename_keeps_its_identity_and_a_name_added_again_does_not() {
        use SchemaChangeKind::*;
        let row = |name: &str, kind: TypeKind| field(4, "r", TypeKind::Row(vec![field(5, name, kind)]));
        let old = [
            field(0, "k", TypeKind::Int),
            field(1, "a", TypeKind::Int),
            field(2, "b", TypeKind::Int),
            row("x", TypeKind::Int),
        ];
        let mut wide = field(0, "k", TypeKind::BigInt);
        wide.data_type.nullable = false;
        let new = [wide, field(1, "c", TypeKind::Int), field(3, "b", TypeKind::STRING), row("y", TypeKind::BigInt)];
        let found = of(&old, &new);
        let expected = [
            (Nullability, "k"),
            (Type, "k"),
            (Renamed, "c"),
            (Added, "b"),
            (Renamed, "r.y"),
            (Type, "r.y"),
            (Dropped, "b"),
        ];
        assert_eq!(found, expected.map(|(kind, name)| (kind, name.to_owned())));
    }

    #[test]
    fn swapped_columns_are_moved() {
        let (a, b) = (field(0, "a", TypeKind::Int), field(1, "b", TypeKind::Int));
        let found = of(&[a.clone(), b.clone()], &[b.clone(), a.clone()]);
        assert_eq!(found.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [SchemaChangeKind::Moved; 2]);
        assert_eq!(of(&[a.clone(), b.clone()], &[a, b]), []);
    }

    #[test]
    fn options_show_what_was_and_what_is() {
        let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let found =
            option_changes(&map(&[("a", "1"), ("b", "2"), ("s", "=")]), &map(&[("b", "3"), ("c", "4"), ("s", "=")]));
        let shown: Vec<_> = found.iter().map(|o| (o.key.as_str(), o.from.as_deref(), o.to.as_deref())).collect();
        assert_eq!(shown, [("a", Some("1"), None), ("b", Some("2"), Some("3")), ("c", None, Some("4"))]);
    }
}
