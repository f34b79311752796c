//! Options set and reset, and options that name columns.

use super::Draft;
use crate::{
    error::{Error, Result},
    spec::options::{Bucket, CoreOptions},
};

/// Options that decide the layout of files: fixed once there is a snapshot (Java's `@Immutable`).
const IMMUTABLE: [&str; 22] = [
    "type",
    "bucket-key",
    "bucket-function.type",
    "data-file.path-directory",
    "merge-engine",
    "sequence.snapshot-ordering",
    "aggregation.remove-record-on-delete",
    "partial-update.remove-record-on-delete",
    "partial-update.remove-record-on-sequence-group",
    "rowkind.field",
    "primary-key",
    "primary-key.nullable",
    "partition",
    "dynamic-bucket.initial-buckets",
    "force-lookup",
    "row-tracking.enabled",
    "data-evolution.enabled",
    "index-file-in-data-file-dir",
    "blob-field",
    "blob-descriptor-field",
    "blob-view-field",
    "pk-clustering-override",
];

/// Options of one column without columns in their value.
const OF_A_COLUMN: [&str; 7] = [
    "aggregate-function",
    "ignore-retract",
    "distinct",
    "list-agg-delimiter",
    "map.storage-layout",
    "map.shared-shredding.max-columns",
    "map.shared-shredding.column-placement-policy",
];

/// Options of columns whose value names columns.
const OF_COLUMNS: [&str; 2] = ["sequence-group", "nested-key"];

impl Draft {
    pub(super) fn set_option(&mut self, key: &str, value: &str) -> Result<()> {
        if key.eq_ignore_ascii_case("path") {
            return Err(Error::invalid("the option path cannot change"));
        }
        if self.is_as_it_is(key, value) {
            return Ok(());
        }
        if key == "type" {
            return Err(Error::invalid("the option type cannot change"));
        }
        if self.rules.has_snapshots && self.rules.old_options.get(key).map(String::as_str) != Some(value) {
            self.check_change(key, Some(value))?;
        }
        self.options.insert(key.to_owned(), value.to_owned());
        Ok(())
    }

    pub(super) fn remove_option(&mut self, key: &str) -> Result<()> {
        if key == "type" || key.eq_ignore_ascii_case("path") {
            return Err(Error::invalid(format!("the option {key} cannot change")));
        }
        if self.rules.has_snapshots {
            if key == "bucket" {
                return Err(Error::invalid("the option bucket cannot be reset"));
            }
            self.check_change(key, None)?;
        }
        self.options.remove(key);
        Ok(())
    }

    /// Keys stand in the schema, not among the options; `type` has a default.
    fn is_as_it_is(&self, key: &str, value: &str) -> bool {
        let keys = || value.split(',').map(str::trim).filter(|name| !name.is_empty());
        let old = self.rules.old_options.get(key);
        match key {
            "type" => value.eq_ignore_ascii_case(old.map_or("table", String::as_str)),
            "primary-key" => old.is_none() && keys().eq(&self.primary_keys),
            "partition" => old.is_none() && keys().eq(&self.partition_keys),
            _ => false,
        }
    }

    /// What must not change once there is data; `None` is the default again.
    fn check_change(&self, key: &str, value: Option<&str>) -> Result<()> {
        if IMMUTABLE.contains(&key) {
            return Err(Error::invalid(format!("the option {key} cannot change once the table has a snapshot")));
        }
        let flag = |value: Option<&str>| value.is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let old_options = &self.rules.old_options;
        let old = old_options.get(key).map(String::as_str);
        match key {
            "bucket" => self.check_bucket(value),
            "deletion-vectors.enabled" => {
                let modifiable = flag(old_options.get("deletion-vectors.modifiable").map(String::as_str));
                if !modifiable && flag(old) != flag(value) {
                    return Err(Error::invalid(
                        "the option deletion-vectors.enabled cannot change once the table has a snapshot, unless \
                         deletion-vectors.modifiable is true: rows would be doubled until a full compaction",
                    ));
                }
                Ok(())
            }
            "ignore-delete" | "ignore-update-before" if value.is_some() && flag(old) && !flag(value) => {
                Err(Error::invalid(format!("the option {key} cannot change from true to false")))
            }
            "clustering.columns" if old_options.contains_key("pk-clustering-override") => {
                Err(Error::invalid("the option clustering.columns cannot change with pk-clustering-override"))
            }
            _ => Ok(()),
        }
    }

    fn check_bucket(&self, value: Option<&str>) -> Result<()> {
        let bucket = |text: Option<&str>| match text {
            Some(text) => {
                let one = [("bucket".to_owned(), text.to_owned())].into();
                CoreOptions::parse(&one).map(|options| options.bucket)
            }
            None => Ok(Bucket::Dynamic),
        };
        let old = bucket(self.rules.old_options.get("bucket").map(String::as_str))?;
        if old == Bucket::Dynamic || bucket(value)? == Bucket::Dynamic {
            return Err(Error::invalid("the option bucket cannot change to or from -1 once the table has a snapshot"));
        }
        Ok(())
    }

    /// Lets options that name the column follow its new name.
    pub(super) fn rename_in_options(&mut self, old: &str, new: &str) {
        let renamed = |list: &str| {
            let names = list.split(',').map(|name| if name == old { new } else { name });
            names.collect::<Vec<_>>().join(",")
        };
        for option in ["bucket-key", "sequence.field"] {
            if let Some(list) = self.options.get_mut(option) {
                *list = renamed(list);
            }
        }
        for suffix in OF_A_COLUMN {
            if let Some(value) = self.options.remove(&format!("fields.{old}.{suffix}")) {
                self.options.insert(format!("fields.{new}.{suffix}"), value);
            }
        }
        let columns_of = |option: &str| {
            let suffix = OF_COLUMNS.into_iter().find(|suffix| option.ends_with(&format!(".{suffix}")))?;
            let columns = option.strip_prefix("fields.")?.strip_suffix(suffix)?.strip_suffix('.')?;
            Some((columns.to_owned(), suffix))
        };
        let lists = self.options.keys().filter_map(|key| Some((key.clone(), columns_of(key)?))).collect::<Vec<_>>();
        for (key, (columns, suffix)) in lists {
            if let Some(value) = self.options.remove(&key) {
                self.options.insert(format!("fields.{}.{suffix}", renamed(&columns)), renamed(&value));
            }
        }
    }
}
