//! The warehouse tree as rows: thousands of tables are a list of which only those in sight are drawn.

use std::{collections::BTreeSet, ops::Range};

use crate::model::WarehouseInfo;

/// Height of a row, pixels.
pub const ROW: f64 = 30.0;
/// Rows drawn above and below those in sight.
const MORE: usize = 6;

/// A row of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeRow<'a> {
    /// A database.
    Database {
        /// Its name.
        name: &'a str,
        /// Its tables that pass the search.
        tables: usize,
        /// Whether they are folded away.
        folded: bool,
    },
    /// A table.
    Table {
        /// Its database.
        database: &'a str,
        /// Its name.
        table: &'a str,
    },
    /// The title above places opened before.
    Recent,
    /// A place opened before: its link.
    Place(&'a str),
}

impl TreeRow<'_> {
    /// Whether it takes the keyboard.
    #[must_use]
    pub fn takes_keys(&self) -> bool {
        !matches!(self, TreeRow::Recent)
    }
}

/// The rows of a warehouse and of places opened before. A search shows what it finds, folded or not.
#[must_use]
pub fn rows<'a>(
    warehouse: &'a WarehouseInfo,
    recent: &'a [String],
    search: &str,
    folded: &BTreeSet<String>,
) -> Vec<TreeRow<'a>> {
    let needle = search.trim().to_lowercase();
    let mut rows = Vec::new();
    for database in &warehouse.databases {
        let named = !needle.is_empty() && database.name.to_lowercase().contains(&needle);
        let found = |table: &&String| {
            needle.is_empty()
                || named
                || table.to_lowercase().contains(&needle)
                || format!("{}.{table}", database.name).to_lowercase().contains(&needle)
        };
        let tables: Vec<&String> = database.tables.iter().filter(found).collect();
        if tables.is_empty() && !needle.is_empty() {
            continue;
        }
        let folded = needle.is_empty() && folded.contains(&database.name);
        rows.push(TreeRow::Database { name: &database.name, tables: tables.len(), folded });
        if !folded {
            rows.extend(tables.into_iter().map(|table| TreeRow::Table { database: &database.name, table }));
        }
    }
    if needle.is_empty() && !recent.is_empty() {
        rows.push(TreeRow::Recent);
        rows.extend(recent.iter().map(|link| TreeRow::Place(link)));
    }
    rows
}

/// The rows to draw of `total` in a box of `height` pixels scrolled to `scroll`.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn in_sight(scroll: f64, height: f64, total: usize) -> Range<usize> {
    let first = (scroll.max(0.0) / ROW) as usize;
    let last = ((scroll.max(0.0) + height.max(0.0)) / ROW).ceil() as usize;
    let end = last.saturating_add(MORE).min(total);
    first.saturating_sub(MORE).min(end)..end
}

/// The row that a key leads to from `at`, if it leads anywhere; `takes` says which rows take the keyboard.
#[must_use]
pub fn step(takes: &[bool], at: usize, key: &str) -> Option<usize> {
    let mut rows = takes.iter().enumerate().filter(|(_, takes)| **takes).map(|(index, _)| index);
    match key {
        "ArrowDown" => rows.find(|index| *index > at),
        "ArrowUp" => rows.take_while(|index| *index < at).last(),
        "Home" => rows.next(),
        "End" => rows.next_back(),
        _ => None,
    }
}

/// Where to scroll so that `row` is in sight; `None` when it is.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn scroll_to(row: usize, scroll: f64, height: f64) -> Option<f64> {
    let (top, bottom) = (row as f64 * ROW, (row + 1) as f64 * ROW);
    if top < scroll {
        Some(top)
    } else if bottom > scroll + height {
        Some((bottom - height).max(0.0))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DatabaseInfo;

    fn warehouse() -> WarehouseInfo {
        let database = |name: &str, tables: &[&str]| DatabaseInfo {
            name: name.to_owned(),
            tables: tables.iter().map(|table| (*table).to_owned()).collect(),
        };
        let databases = vec![database("demo", &["flights", "planes"]), database("shop", &["orders"])];
        WarehouseInfo { databases, ..WarehouseInfo::default() }
    }

    #[test]
    fn a_search_leaves_what_it_finds_and_unfolds_it() {
        let (warehouse, folded) = (warehouse(), BTreeSet::from(["demo".to_owned()]));
        let recent = ["#/w/x".to_owned()];
        assert_eq!(rows(&warehouse, &recent, "", &folded).len(), 5);
        let found = rows(&warehouse, &recent, "FLI", &folded);
        assert_eq!(found[1..], [TreeRow::Table { database: "demo", table: "flights" }]);
        assert_eq!(rows(&warehouse, &recent, "shop.ord", &folded).len(), 2);
        assert!(rows(&warehouse, &recent, "none", &folded).is_empty());
    }

    #[test]
    fn keys_pass_over_titles() {
        let (warehouse, recent) = (warehouse(), ["#/w/x".to_owned()]);
        let rows = rows(&warehouse, &recent, "", &BTreeSet::new());
        assert_eq!(rows[5], TreeRow::Recent);
        let takes: Vec<bool> = rows.iter().map(TreeRow::takes_keys).collect();
        assert_eq!(step(&takes, 4, "ArrowDown"), Some(6));
        assert_eq!(step(&takes, 6, "ArrowUp"), Some(4));
        assert_eq!((step(&takes, 6, "ArrowDown"), step(&takes, 3, "Home")), (None, Some(0)));
        assert_eq!((scroll_to(3, 0.0, 600.0), scroll_to(40, 0.0, 600.0)), (None, Some(630.0)));
    }

    #[test]
    fn few_rows_are_drawn_of_many() {
        assert_eq!(in_sight(0.0, 600.0, 100_000), 0..26);
        assert_eq!(in_sight(30_000.0, 600.0, 100_000), 994..1026);
        assert_eq!(in_sight(9e9, 600.0, 3), 3..3);
    }
}
