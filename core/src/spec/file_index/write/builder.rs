//! Builds the indexes of one data file.

use arrow_array::{Array, ArrayRef, RecordBatch, UInt32Array, cast::AsArray};

use super::{
    FileIndexPlan, IndexBuilder, add_all,
    container::{self, ColumnBodies},
    java_order::{self, By},
    plan::PlannedIndex,
};
use crate::error::{Error, Result};

/// Takes the rows of a data file and gives the container of its indexes.
pub(crate) struct FileIndexBuilder(Vec<(PlannedIndex, Box<dyn IndexBuilder>)>);

impl FileIndexBuilder {
    /// Errors: those of [`FileIndexPlan::parse`].
    pub(crate) fn new(plan: &FileIndexPlan) -> Result<Self> {
        let builder = |index: &PlannedIndex| Ok((index.clone(), index.builder()?));
        Ok(FileIndexBuilder(plan.indexes.iter().map(builder).collect::<Result<_>>()?))
    }

    /// Takes rows; the columns are those of the table. Errors: `Invalid` for values that an index cannot hold.
    pub(crate) fn add(&mut self, rows: &RecordBatch) -> Result<()> {
        for (index, builder) in &mut self.0 {
            let column = rows.columns().get(index.place);
            let column = column.ok_or_else(|| Error::internal(format!("no column {} to index", index.column)))?;
            let added = match &index.key {
                None => add_all(&mut **builder, column),
                Some(key) => values_of_key(column, key).and_then(|values| add_all(&mut **builder, &values)),
            };
            added.map_err(|error| error.with("column", &index.column).with("index", index.kind))?;
        }
        Ok(())
    }

    /// The container. Errors: `Invalid` for indexes beyond 2 GiB.
    pub(crate) fn finish(self) -> Result<Vec<u8>> {
        let mut bodies = Vec::new();
        for (index, builder) in self.0 {
            bodies.push((index, builder.finish()?));
        }
        container::encode(in_order_of_java(bodies))
    }
}

/// Where Java puts each index: it keeps them in maps by column, by type and by column again, by key, and at last by name.
fn in_order_of_java(bodies: Vec<(PlannedIndex, Vec<u8>)>) -> Vec<ColumnBodies> {
    type Keyed = Vec<(Option<String>, Vec<u8>)>;
    let by_column = grouped(bodies, |(index, _)| (index.column.clone(), index.key.clone()));
    let by_column = java_order::of_hash_map(by_column, By::ComputeIfAbsent, |((column, key), _)| {
        let key_hash = key.as_deref().map_or(0, java_order::string_hash);
        let parts = [java_order::string_hash(column), key_hash, if key.is_some() { 1231 } else { 1237 }];
        parts.into_iter().fold(1_i32, |hash, part| hash.wrapping_mul(31).wrapping_add(part))
    });
    let of_columns = by_column
        .into_iter()
        .flat_map(|(_, indexes)| java_order::of_names(indexes, By::ComputeIfAbsent, |(index, _)| index.kind));
    let by_kind = grouped(of_columns.collect(), |(index, _)| index.kind);
    let mut named: Vec<(String, (&'static str, Vec<u8>))> = Vec::new();
    for (kind, indexes) in java_order::of_names(by_kind, By::ComputeIfAbsent, |(kind, _)| kind) {
        let columns = grouped(indexes, |(index, _)| index.column.clone());
        for (column, indexes) in java_order::of_names(columns, By::Put, |(column, _)| column) {
            let keyed: Keyed = indexes.into_iter().map(|(index, body)| (index.key, body)).collect();
            let keyed = java_order::of_names(keyed, By::Put, |(key, _)| key.as_deref().unwrap_or_default());
            let keyed = keyed.into_iter().map(|(key, body)| match key {
                Some(key) => (format!("{column}[{key}]"), body),
                None => (column.clone(), body),
            });
            let keyed = java_order::of_names(keyed.collect(), By::Put, |(name, _)| name);
            named.extend(keyed.into_iter().map(|(name, body)| (name, (kind, body))));
        }
    }
    let columns = grouped(named, |(name, _)| name.clone());
    let columns = java_order::of_names(columns, By::ComputeIfAbsent, |(name, _)| name);
    let kinds = |indexes: Vec<(String, (&'static str, Vec<u8>))>| {
        let indexes = indexes.into_iter().map(|(_, index)| index).collect();
        java_order::of_names(indexes, By::Put, |(kind, _)| kind)
    };
    columns.into_iter().map(|(name, indexes)| (name, kinds(indexes))).collect()
}

/// Entries by their keys, these in the order in which they first come.
fn grouped<K: PartialEq, T>(entries: Vec<T>, key: impl Fn(&T) -> K) -> Vec<(K, Vec<T>)> {
    let mut groups: Vec<(K, Vec<T>)> = Vec::new();
    for entry in entries {
        let of = key(&entry);
        match groups.iter_mut().find(|(group, _)| *group == of) {
            Some((_, entries)) => entries.push(entry),
            None => groups.push((of, vec![entry])),
        }
    }
    groups
}

/// The value of `key` in the map of each row; null where it has none. Of a key that comes twice the last value counts.
fn values_of_key(column: &ArrayRef, key: &str) -> Result<ArrayRef> {
    let wrong = || Error::internal("a map with text as keys was expected");
    let maps = column.as_map_opt().ok_or_else(wrong)?;
    let keys = maps.keys().as_string_opt::<i32>().ok_or_else(wrong)?;
    let place = |row: usize| {
        if maps.is_null(row) {
            return None;
        }
        let offsets = maps.offsets().get(row..row + 2)?;
        let [start, end] = offsets else { return None };
        let entries = usize::try_from(*start).ok()?..usize::try_from(*end).ok()?;
        let found = entries.rev().find(|entry| keys.is_valid(*entry) && keys.value(*entry) == key)?;
        u32::try_from(found).ok()
    };
    let places: UInt32Array = (0..maps.len()).map(place).collect();
    Ok(arrow_select::take::take(maps.values(), &places, None)?)
}
