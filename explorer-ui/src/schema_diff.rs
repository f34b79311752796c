//! What changed between two versions of a schema, by field id: a rename is not a drop and an add.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::{FieldInfo, SchemaInfo};

/// What happened to a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldChange {
    /// New.
    Added,
    /// Gone.
    Dropped,
    /// Another name; the old one.
    Renamed(String),
    /// Another type; the old one.
    Retyped(String),
    /// Another comment.
    Described,
    /// Another default value; the old one.
    Defaulted(Option<String>),
    /// Another place among the columns that both versions have.
    Moved,
}

/// Changes of one column, in the order of the newer version, dropped columns last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDiff {
    /// The column as it is now, or was when dropped.
    pub field: FieldInfo,
    /// What happened.
    pub changes: Vec<FieldChange>,
}

/// Change of an option: key, old value, new value.
pub type OptionDiff = (String, Option<String>, Option<String>);

/// Columns that changed from `old` to `new`.
#[must_use]
pub fn fields(old: &[FieldInfo], new: &[FieldInfo]) -> Vec<FieldDiff> {
    // Most versions change little, and tables may have ten thousand columns: those that begin alike are passed over.
    let alike = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let (old, new) = (old.get(alike..).unwrap_or_default(), new.get(alike..).unwrap_or_default());
    let before: HashMap<i32, &FieldInfo> = old.iter().map(|field| (field.id, field)).collect();
    let after: HashSet<i32> = new.iter().map(|field| field.id).collect();
    let moved = moved_ids(old, new, |id| before.contains_key(&id) && after.contains(&id));
    let mut diffs = Vec::new();
    for field in new {
        let mut changes = Vec::new();
        match before.get(&field.id) {
            None => changes.push(FieldChange::Added),
            Some(was) => {
                if was.name != field.name {
                    changes.push(FieldChange::Renamed(was.name.clone()));
                }
                if was.type_text != field.type_text || was.nullable != field.nullable {
                    changes.push(FieldChange::Retyped(was.type_text.clone()));
                }
                if was.description != field.description {
                    changes.push(FieldChange::Described);
                }
                if was.default_value != field.default_value {
                    changes.push(FieldChange::Defaulted(was.default_value.clone()));
                }
                if moved.contains(&field.id) {
                    changes.push(FieldChange::Moved);
                }
            }
        }
        if !changes.is_empty() {
            diffs.push(FieldDiff { field: field.clone(), changes });
        }
    }
    let dropped = old.iter().filter(|field| !after.contains(&field.id));
    diffs.extend(dropped.map(|field| FieldDiff { field: field.clone(), changes: vec![FieldChange::Dropped] }));
    diffs
}

/// The columns of each version, with its index, that do not stand where the version before has them: all that it may have
/// brought, in order.
pub fn not_as_before(schemas: &[SchemaInfo]) -> impl Iterator<Item = (usize, &FieldInfo)> {
    schemas.iter().enumerate().flat_map(|(index, schema)| {
        let before =
            index.checked_sub(1).and_then(|before| schemas.get(before)).map_or(&[][..], |before| &before.fields);
        let alike = before.iter().zip(&schema.fields).take_while(|(old, new)| old.id == new.id).count();
        schema.fields.iter().skip(alike).map(move |field| (index, field))
    })
}

/// Ids whose place differs among the columns that both versions have.
fn moved_ids(old: &[FieldInfo], new: &[FieldInfo], in_both: impl Fn(i32) -> bool) -> HashSet<i32> {
    let common =
        |fields: &[FieldInfo]| -> Vec<i32> { fields.iter().map(|field| field.id).filter(|id| in_both(*id)).collect() };
    common(old).into_iter().zip(common(new)).filter(|(a, b)| a != b).map(|(_, b)| b).collect()
}

/// Options that changed from `old` to `new`, by key.
#[must_use]
pub fn options(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<OptionDiff> {
    let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .filter(|key| old.get(*key) != new.get(*key))
        .map(|key| (key.clone(), old.get(key).cloned(), new.get(key).cloned()))
        .collect()
}

/// The schema before `id` among `schemas`.
#[must_use]
pub fn previous(schemas: &[SchemaInfo], id: i64) -> Option<&SchemaInfo> {
    schemas.iter().filter(|schema| schema.id < id).max_by_key(|schema| schema.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(id: i32, name: &str, type_text: &str) -> FieldInfo {
        FieldInfo { id, name: name.into(), type_text: type_text.into(), nullable: true, ..FieldInfo::default() }
    }

    #[test]
    fn a_rename_keeps_its_identity_and_a_re_added_name_does_not() {
        let old = [field(0, "k", "INT"), field(1, "a", "INT"), field(2, "b", "INT")];
        let new = [field(0, "k", "BIGINT"), field(1, "c", "INT"), field(3, "b", "STRING")];
        let diffs = fields(&old, &new);
        let changes: Vec<_> = diffs.iter().map(|diff| (diff.field.id, diff.changes.clone())).collect();
        assert_eq!(
            changes,
            [
                (0, vec![FieldChange::Retyped("INT".into())]),
                (1, vec![FieldChange::Renamed("a".into())]),
                (3, vec![FieldChange::Added]),
                (2, vec![FieldChange::Dropped]),
            ]
        );
    }

    #[test]
    fn swapped_columns_are_moved() {
        let old = [field(0, "a", "INT"), field(1, "b", "INT")];
        let new = [field(1, "b", "INT"), field(0, "a", "INT")];
        assert_eq!(fields(&old, &new).len(), 2);
        assert!(fields(&old, &old).is_empty());
    }

    #[test]
    fn columns_that_begin_alike_are_passed_over() {
        let old = [field(0, "k", "INT"), field(1, "a", "INT"), field(2, "b", "INT")];
        let new = [field(0, "k", "INT"), field(2, "b", "INT"), field(1, "a", "INT")];
        let ids = |diffs: Vec<FieldDiff>| diffs.iter().map(|diff| diff.field.id).collect::<Vec<_>>();
        assert_eq!(ids(fields(&old, &new)), [2, 1]);
        assert_eq!(ids(fields(&old, &old[..2])), [2]);
        assert_eq!(ids(fields(&old[..2], &old)), [2]);
        let version = |fields: &[FieldInfo]| SchemaInfo { fields: fields.to_vec(), ..SchemaInfo::default() };
        let all = [version(&old[..2]), version(&old), version(&new)];
        let found: Vec<_> = not_as_before(&all).map(|(index, field)| (index, field.id)).collect();
        assert_eq!(found, [(0, 0), (0, 1), (1, 2), (2, 2), (2, 1)]);
    }

    #[test]
    fn many_columns_are_compared_in_no_time() {
        // Each column with each other one would be billions of steps.
        let old: Vec<FieldInfo> = (0..50_000).map(|id| field(id, &format!("c{id}"), "STRING")).collect();
        let mut new: Vec<FieldInfo> = old.iter().skip(1).cloned().collect();
        new.reverse();
        new.push(field(50_000, "new", "STRING"));
        let begin = std::time::Instant::now();
        let diffs = fields(&old, &new);
        let took = begin.elapsed();
        // The one in the middle stays where it was.
        assert_eq!(diffs.len(), 50_000);
        let of = |id: i32| diffs.iter().find(|diff| diff.field.id == id).map(|diff| diff.changes.clone());
        assert_eq!(of(50_000), Some(vec![FieldChange::Added]));
        assert_eq!((of(0), of(49_999)), (Some(vec![FieldChange::Dropped]), Some(vec![FieldChange::Moved])));
        assert!(took.as_secs() < 3, "{took:?}");
    }

    #[test]
    fn options_show_old_and_new() {
        let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        let diff = options(&map(&[("a", "1"), ("b", "2")]), &map(&[("b", "3"), ("c", "4")]));
        assert_eq!(diff.len(), 3);
        assert_eq!(diff[1], ("b".into(), Some("2".into()), Some("3".into())));
    }
}
