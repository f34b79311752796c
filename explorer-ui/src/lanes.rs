//! Columns followed over the versions of a schema by their ids, and which snapshots were written with which version.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::{
    model::{SchemaInfo, SnapshotInfo},
    schema_diff::{self, FieldChange},
};

/// A column in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Index of the version.
    pub version: usize,
    /// Its place among the lanes drawn in that version.
    pub row: usize,
    /// Its name there.
    pub name: String,
    /// Its type there.
    pub type_text: String,
    /// What that version did to it; nothing in the first one.
    pub changes: Vec<FieldChange>,
}

/// A column over the versions that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Its id.
    pub id: i32,
    /// One stop for each version that has it, in order.
    pub stops: Vec<Stop>,
}

impl Lane {
    /// The version that has it no more, if one does.
    #[must_use]
    pub fn dropped_in(&self, versions: usize) -> Option<usize> {
        self.stops.last().map(|stop| stop.version + 1).filter(|next| *next < versions)
    }
}

/// Lanes of the first columns, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lanes {
    /// The lanes drawn.
    pub lanes: Vec<Lane>,
    /// Lanes beyond them.
    pub left_out: usize,
}

/// Lanes of all columns, or only of those that a version touched, by their place in the version that brought them; of the
/// first `most` of them. `schemas` are in order.
#[must_use]
pub fn lanes(schemas: &[SchemaInfo], touched_only: bool, most: usize) -> Lanes {
    let changes = Changes::of(schemas);
    let mut ids = changes.ids(schemas, touched_only);
    let left_out = ids.len().saturating_sub(most);
    ids.truncate(most);
    let places: HashMap<i32, usize> = ids.iter().copied().zip(0..).collect();
    let mut lanes: Vec<Lane> = ids.into_iter().map(|id| Lane { id, stops: Vec::new() }).collect();
    for (version, schema) in schemas.iter().enumerate() {
        let drawn = schema.fields.iter().filter_map(|field| Some((field, *places.get(&field.id)?)));
        for (row, (field, place)) in drawn.enumerate() {
            let stop = Stop {
                version,
                row,
                name: field.name.clone(),
                type_text: field.type_text.clone(),
                changes: changes.at(version, field.id),
            };
            if let Some(lane) = lanes.get_mut(place) {
                lane.stops.push(stop);
            }
        }
    }
    Lanes { lanes, left_out }
}

/// What each version changed, by column.
struct Changes(Vec<HashMap<i32, Vec<FieldChange>>>);

impl Changes {
    fn of(schemas: &[SchemaInfo]) -> Changes {
        let first = schemas.first().map(|_| HashMap::new());
        let others = schemas.iter().zip(schemas.iter().skip(1)).map(|(before, schema)| {
            let diffs = schema_diff::fields(&before.fields, &schema.fields);
            diffs.into_iter().map(|diff| (diff.field.id, diff.changes)).collect()
        });
        Changes(first.into_iter().chain(others).collect())
    }

    fn at(&self, version: usize, id: i32) -> Vec<FieldChange> {
        self.0.get(version).and_then(|changes| changes.get(&id)).cloned().unwrap_or_default()
    }

    /// Columns in the order in which they came, or only those that a version touched after the first one.
    fn ids(&self, schemas: &[SchemaInfo], touched_only: bool) -> Vec<i32> {
        let touched: HashSet<i32> = self.0.iter().flat_map(|changes| changes.keys().copied()).collect();
        let mut seen = HashSet::new();
        let all = schema_diff::not_as_before(schemas).map(|(_, field)| field.id);
        all.filter(|id| (!touched_only || touched.contains(id)) && seen.insert(*id)).collect()
    }
}

/// A snapshot as the first with something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstSnapshot {
    /// Its id.
    pub id: i64,
    /// When it was committed.
    pub time_millis: i64,
    /// Whether no older one can have it: false where older snapshots are gone or were not asked for.
    pub exact: bool,
}

/// The first snapshot written with a schema at least as new as `schema_id`; `snapshots` are newest first.
#[must_use]
pub fn first_with(snapshots: &[SnapshotInfo], schema_id: i64) -> Option<FirstSnapshot> {
    let at = snapshots.iter().rposition(|snapshot| snapshot.schema_id >= schema_id)?;
    let found = snapshots.get(at)?;
    let exact = snapshots.len() > at + 1 || found.id == 1;
    Some(FirstSnapshot { id: found.id, time_millis: found.time_millis, exact })
}

/// Commits made with one version of the schema.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usage {
    /// How many of the snapshots known.
    pub commits: usize,
    /// The oldest and the newest of them.
    pub between: Option<(i64, i64)>,
    /// Who made them.
    pub users: Vec<String>,
}

/// Who wrote with a version of the schema.
#[must_use]
pub fn usage(snapshots: &[SnapshotInfo], schema_id: i64) -> Usage {
    let with = || snapshots.iter().filter(|snapshot| snapshot.schema_id == schema_id);
    let users: BTreeSet<&String> = with().map(|snapshot| &snapshot.commit_user).collect();
    Usage {
        commits: with().count(),
        between: with().map(|snapshot| snapshot.id).min().zip(with().map(|snapshot| snapshot.id).max()),
        users: users.into_iter().cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FieldInfo;

    fn schema(id: i64, fields: &[(i32, &str)]) -> SchemaInfo {
        let field = |(id, name): &(i32, &str)| FieldInfo {
            id: *id,
            name: (*name).to_owned(),
            type_text: "INT".to_owned(),
            ..FieldInfo::default()
        };
        SchemaInfo { id, fields: fields.iter().map(field).collect(), ..SchemaInfo::default() }
    }

    fn snapshot(id: i64, schema_id: i64) -> SnapshotInfo {
        SnapshotInfo { id, schema_id, time_millis: id * 10, commit_user: "u".to_owned(), ..SnapshotInfo::default() }
    }

    #[test]
    fn a_lane_follows_its_column_over_renames_moves_and_drops() {
        let all = [
            schema(0, &[(0, "k"), (1, "a"), (2, "b")]),
            schema(1, &[(2, "b"), (0, "k"), (1, "c")]),
            schema(2, &[(2, "b"), (0, "k"), (3, "a")]),
        ];
        let lanes = lanes(&all, false, 9).lanes;
        assert_eq!(lanes.iter().map(|lane| lane.id).collect::<Vec<_>>(), [0, 1, 2, 3]);
        let [_, a, b, new] = lanes.as_slice() else { panic!("four lanes") };
        assert_eq!(a.stops.iter().map(|stop| stop.name.as_str()).collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!((a.dropped_in(3), new.dropped_in(3)), (Some(2), None));
        assert_eq!(b.stops.iter().map(|stop| stop.row).collect::<Vec<_>>(), [2, 0, 0]);
        assert_eq!(new.stops[0].changes, [FieldChange::Added]);
    }

    #[test]
    fn untouched_columns_can_be_left_out_and_the_others_close_up() {
        let all = [schema(0, &[(0, "k"), (1, "a"), (2, "b")]), schema(1, &[(0, "k"), (1, "a"), (2, "c")])];
        let lanes = lanes(&all, true, 9).lanes;
        assert_eq!((lanes.len(), lanes[0].id, lanes[0].stops[0].row), (1, 2, 0));
    }

    #[test]
    fn a_column_dropped_or_added_was_touched() {
        let all = [schema(0, &[(0, "k"), (1, "a")]), schema(1, &[(0, "k"), (2, "b")])];
        assert_eq!(lanes(&all, true, 9).lanes.iter().map(|lane| lane.id).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn many_columns_are_followed_over_versions_in_no_time() {
        let names: Vec<String> = (0..50_000).map(|id| format!("c{id}")).collect();
        let of = |count: usize| (0..).zip(names.iter().map(String::as_str)).take(count).collect::<Vec<(i32, &str)>>();
        let all = [schema(0, &of(49_998)), schema(1, &of(49_999)), schema(2, &of(50_000))];
        let begin = std::time::Instant::now();
        let (every, touched) = (lanes(&all, false, 120), lanes(&all, true, 120));
        let took = begin.elapsed();
        assert_eq!((every.lanes.len(), every.left_out, every.lanes[119].stops.len()), (120, 49_880, 3));
        let ids: Vec<i32> = touched.lanes.iter().map(|lane| lane.id).collect();
        assert_eq!((ids, touched.left_out), (vec![49_998, 49_999], 0));
        assert!(took.as_secs() < 3, "{took:?}");
    }

    #[test]
    fn a_column_appears_with_the_first_snapshot_of_its_schema() {
        let all = [snapshot(4, 2), snapshot(3, 2), snapshot(2, 0), snapshot(1, 0)];
        let first = |schema| first_with(&all, schema).map(|first| (first.id, first.exact));
        assert_eq!(first(0), Some((1, true)));
        assert_eq!(first(1), Some((3, true)), "schema 1 itself wrote nothing");
        assert_eq!(first(3), None);
        assert_eq!(
            first_with(&all[..2], 1).map(|first| (first.id, first.exact)),
            Some((3, false)),
            "older ones are gone"
        );
    }

    #[test]
    fn commits_are_counted_by_their_schema() {
        let all = [snapshot(4, 2), snapshot(3, 2), snapshot(2, 0)];
        assert_eq!(usage(&all, 2), Usage { commits: 2, between: Some((3, 4)), users: vec!["u".to_owned()] });
        assert_eq!(usage(&all, 1), Usage::default());
    }
}
