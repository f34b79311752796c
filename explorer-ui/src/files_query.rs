//! Which files the Files view lists, and in what order: in the address as `f.q`, `f.sort` …, to the engine as a query.

use serde_json::{Map, Value, json};

use crate::route::Route;

/// A column of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileColumn {
    /// Title.
    pub label: &'static str,
    /// The engine's name of the order, where it can sort by it.
    pub sort: Option<&'static str>,
    /// Whether its values are numbers, set to the right.
    pub number: bool,
}

const fn column(label: &'static str, sort: &'static str, number: bool) -> FileColumn {
    FileColumn { label, sort: Some(sort), number }
}

/// The columns in their order.
pub const COLUMNS: [FileColumn; 11] = [
    column("Partition", "place", false),
    column("Bucket", "bucket", true),
    column("Level", "level", true),
    column("File", "name", false),
    FileColumn { label: "Format", sort: None, number: false },
    column("Rows", "rows", true),
    column("Deletes", "deleteRows", true),
    column("Hidden", "deletedByVector", true),
    column("Size", "size", true),
    column("Written", "created", false),
    column("Schema", "schema", true),
];

/// What is listed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FilesQuery {
    /// Words: part of a path, or `level:0`, `bucket:1`, `partition:month=1`, `is:small`, `is:deleted`.
    pub text: String,
    /// The engine's name of the order; empty for how files lie in the table.
    pub sort: String,
    /// The greatest first.
    pub descending: bool,
}

impl FilesQuery {
    /// The query of an address.
    #[must_use]
    pub fn of(route: &Route) -> FilesQuery {
        let sort = route.focus("sort").unwrap_or_default();
        let name = sort.trim_start_matches('-');
        let known = COLUMNS.iter().find_map(|column| column.sort.filter(|sort| *sort == name));
        FilesQuery {
            text: route.focus("q").unwrap_or_default().to_owned(),
            sort: known.filter(|sort| *sort != "place").unwrap_or_default().to_owned(),
            descending: sort.starts_with('-') && known.is_some(),
        }
    }

    /// The order as an address holds it.
    #[must_use]
    pub fn print_sort(sort: &str, descending: bool) -> Option<String> {
        match (sort, descending) {
            ("" | "place", false) => None,
            (sort, false) => Some(sort.to_owned()),
            (sort, true) => Some(format!("-{sort}")),
        }
    }

    /// The name of the order in force.
    #[must_use]
    pub fn order(&self) -> &str {
        if self.sort.is_empty() { "place" } else { &self.sort }
    }

    /// Whether the text has a word.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        self.text.split_whitespace().any(|own| own.eq_ignore_ascii_case(word))
    }

    /// The text with a word, or without it where it was there.
    #[must_use]
    pub fn toggled(&self, word: &str) -> String {
        let others = self.text.split_whitespace().filter(|own| !own.eq_ignore_ascii_case(word));
        let added = (!self.has(word)).then_some(word);
        others.chain(added).collect::<Vec<_>>().join(" ")
    }

    fn filter(&self) -> Value {
        let mut filter = Map::new();
        let mut text: Vec<&str> = Vec::new();
        for word in self.text.split_whitespace() {
            let named = word.split_once(':').and_then(|(name, value)| {
                Some(match (name.to_ascii_lowercase().as_str(), value) {
                    ("level", value) => ("level", json!(value.parse::<i64>().ok()?)),
                    ("bucket", value) => ("bucket", json!(value.parse::<i64>().ok()?)),
                    ("partition", value) => ("partition", json!(value)),
                    ("is", "small") => ("small", json!(true)),
                    ("is", "deleted") => ("deleted", json!(true)),
                    _ => return None,
                })
            });
            match named {
                Some((name, value)) => drop(filter.insert(name.to_owned(), value)),
                None => text.push(word),
            }
        }
        if !text.is_empty() {
            filter.insert("text".to_owned(), json!(text.join(" ")));
        }
        Value::Object(filter)
    }

    /// Whether anything may be left out.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.text.trim().is_empty()
    }

    /// The parameters of `filesPage` for some of the files.
    #[must_use]
    pub fn page(&self, offset: usize, limit: usize) -> Value {
        json!({ "sort": self.order(), "descending": self.descending, "filter": self.filter(), "offset": offset, "limit": limit })
    }
}

/// The parameters of `filesPage` for the files of one bucket, in the order of their keys.
#[must_use]
pub fn of_bucket(partition: &str, bucket: i64, offset: usize, limit: usize) -> Value {
    json!({ "sort": "place", "filter": { "partition": partition, "bucket": bucket }, "offset": offset, "limit": limit })
}

/// The parameters of `filesPage` for the file with a path, with the statistics of its columns.
#[must_use]
pub fn of_path(path: &str) -> Value {
    json!({ "filter": { "text": path }, "limit": 4, "stats": true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_filters_and_the_rest_is_text() {
        let query = FilesQuery { text: "level:0 data-1 is:small bucket:x".into(), ..FilesQuery::default() };
        let page = query.page(100, 50);
        assert_eq!(page["filter"], json!({ "level": 0, "small": true, "text": "data-1 bucket:x" }));
        assert_eq!((&page["sort"], &page["offset"], &page["limit"]), (&json!("place"), &json!(100), &json!(50)));
    }

    #[test]
    fn words_are_switched_on_and_off() {
        let query = FilesQuery { text: "a is:small".into(), ..FilesQuery::default() };
        assert_eq!(
            (query.toggled("is:small").as_str(), query.toggled("is:deleted").as_str()),
            ("a", "a is:small is:deleted")
        );
    }

    #[test]
    fn the_order_survives_a_link_and_nonsense_is_none() {
        let mut route = Route::default();
        route.set_focus("sort", FilesQuery::print_sort("size", true));
        let query = FilesQuery::of(&route);
        assert_eq!((query.order(), query.descending), ("size", true));
        route.set_focus("sort", Some("-what".into()));
        assert_eq!(FilesQuery::of(&route), FilesQuery::default());
        assert_eq!(FilesQuery::print_sort("place", false), None);
    }
}
