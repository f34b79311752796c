//! What is known about Paimon's options: their defaults, so that the page can tell what a table changed.

use std::collections::BTreeMap;

use crate::model::{OptionInfo, OptionStatus};

/// How an option of a table stands to its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Set to what it is anyway.
    Default,
    /// Set to something else; the default.
    Changed(&'static str),
    /// A Paimon option without a default, or one whose default we do not list.
    Set,
    /// Not an option that Paimon knows by this list; it is kept and ignored.
    Unknown,
}

/// Defaults by option name; an empty default means that there is none. From Paimon's `CoreOptions`.
const DEFAULTS: &[(&str, &str)] = &[
    ("auto-create", "false"),
    ("branch", "main"),
    ("bucket", "-1"),
    ("bucket-append-ordered", "true"),
    ("bucket-function.type", "default"),
    ("bucket-key", ""),
    ("changelog-producer", "none"),
    ("changelog-producer.row-deduplicate", "false"),
    ("changelog.num-retained.max", ""),
    ("changelog.num-retained.min", ""),
    ("changelog.time-retained", ""),
    ("commit.force-compact", "false"),
    ("commit.force-create-snapshot", "false"),
    ("commit.max-retries", "10"),
    ("commit.timeout", ""),
    ("compaction.max-size-amplification-percent", "200"),
    ("compaction.min.file-num", "5"),
    ("compaction.optimization-interval", ""),
    ("compaction.size-ratio", "1"),
    ("compaction.total-size-threshold", ""),
    ("consumer.expiration-time", ""),
    ("data-file.path-directory", ""),
    ("data-file.prefix", "data-"),
    ("data-file.thin-mode", "false"),
    ("deletion-vectors.bitmap64", "false"),
    ("deletion-vectors.enabled", "false"),
    ("dynamic-bucket.target-row-num", "200000"),
    ("file-index.in-manifest-threshold", "500 B"),
    ("file.block-size", ""),
    ("file.compression", "zstd"),
    ("file.compression.zstd-level", "1"),
    ("file.format", "parquet"),
    ("file.suffix.include.compression", "false"),
    ("force-lookup", "false"),
    ("full-compaction.delta-commits", ""),
    ("ignore-delete", "false"),
    ("manifest.compression", "zstd"),
    ("manifest.format", "avro"),
    ("manifest.full-compaction-threshold-size", "16 MB"),
    ("manifest.merge-min-count", "30"),
    ("manifest.target-file-size", "8 MB"),
    ("merge-engine", "deduplicate"),
    ("metadata.stats-mode", "truncate(16)"),
    ("num-levels", ""),
    ("num-sorted-run.compaction-trigger", "5"),
    ("num-sorted-run.stop-trigger", ""),
    ("owner", ""),
    ("partition.default-name", "__DEFAULT_PARTITION__"),
    ("partition.expiration-time", ""),
    ("partition.legacy-name", "true"),
    ("path", ""),
    ("primary-key.nullable", "false"),
    ("row-tracking.enabled", "false"),
    ("rowkind.field", ""),
    ("scan.mode", "default"),
    ("sequence.field", ""),
    ("sequence.field.sort-order", "ascending"),
    ("snapshot.expire.limit", "50"),
    ("snapshot.num-retained.max", "2147483647"),
    ("snapshot.num-retained.min", "10"),
    ("snapshot.time-retained", "1 h"),
    ("sort-engine", "loser-tree"),
    ("source.split.open-file-cost", "4 MB"),
    ("source.split.target-size", "128 MB"),
    ("tag.automatic-creation", "none"),
    ("target-file-size", ""),
    ("type", "table"),
    ("write-buffer-size", "256 MB"),
    ("write-buffer-spillable", ""),
    ("write-only", "false"),
];

/// Options whose names are made of a prefix and a column, group or level.
const FAMILIES: &[&str] = &[
    "fields.",
    "file-index.",
    "file.format.per.level",
    "file.compression.per.level",
    "metadata.stats-mode.",
    "metastore.",
];

/// How `key = value` stands.
#[must_use]
pub fn standing(key: &str, value: &str) -> Standing {
    match DEFAULTS.iter().find(|(name, _)| *name == key) {
        Some((_, "")) => Standing::Set,
        Some((_, default)) if same(default, value) => Standing::Default,
        Some((_, default)) => Standing::Changed(default),
        None if FAMILIES.iter().any(|family| key.starts_with(family)) => Standing::Set,
        None => Standing::Unknown,
    }
}

/// Values are compared as Paimon reads them: case and blanks do not count.
fn same(a: &str, b: &str) -> bool {
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    bare(a) == bare(b)
}

/// Every option of our list and those that the table sets, by key: for an engine that does not tell them.
#[must_use]
pub fn known(set: &BTreeMap<String, String>) -> Vec<OptionInfo> {
    let text = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
    let defaults = DEFAULTS.iter().map(|(key, default)| OptionInfo {
        key: (*key).to_owned(),
        value: text(default),
        default: text(default),
        ..OptionInfo::default()
    });
    let mut all: BTreeMap<String, OptionInfo> = defaults.map(|option| (option.key.clone(), option)).collect();
    for (key, value) in set {
        let option = all.entry(key.clone()).or_insert_with(|| OptionInfo { key: key.clone(), ..OptionInfo::default() });
        option.value = Some(value.clone());
        option.set = true;
        option.status = match standing(key, value) {
            Standing::Default => OptionStatus::Default,
            Standing::Changed(_) | Standing::Set => OptionStatus::Changed,
            Standing::Unknown => OptionStatus::Unknown,
        };
    }
    all.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_table_sets_joins_what_is_known() {
        let set = [("bucket", "4"), ("bukcet", "4")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let all = known(&set.into());
        let of = |key: &str| all.iter().find(|option| option.key == key).map(|option| (option.status, option.set));
        assert_eq!(of("bucket"), Some((OptionStatus::Changed, true)));
        assert_eq!(of("bukcet"), Some((OptionStatus::Unknown, true)));
        assert_eq!(of("file.format"), Some((OptionStatus::Default, false)));
    }

    #[test]
    fn options_are_told_apart() {
        assert_eq!(standing("file.format", "Parquet"), Standing::Default);
        assert_eq!(standing("file.format", "orc"), Standing::Changed("parquet"));
        assert_eq!(standing("bucket-key", "id"), Standing::Set);
        assert_eq!(standing("fields.a.aggregate-function", "sum"), Standing::Set);
        assert_eq!(standing("bukcet", "4"), Standing::Unknown);
    }

    #[test]
    fn defaults_are_sorted_and_unique() {
        assert!(DEFAULTS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
