//! Where the files of a table are, relative to the table folder (format digest 1).
//!
//! ```text
//! schema/schema-0          snapshot/snapshot-1   snapshot/LATEST   snapshot/EARLIEST
//! manifest/manifest-…      index/index-…         statistics/stat-…
//! tag/tag-name             branch/branch-name/{schema,snapshot,tag}/…
//! dt=2024-01-01/bucket-0/data-….parquet
//! ```

use super::{java_text, options::CoreOptions};
use crate::types::{DataField, Datum};

/// Hint file: the latest snapshot id, perhaps behind.
pub const LATEST: &str = "snapshot/LATEST";
/// Hint file: the earliest snapshot id, perhaps gone.
pub const EARLIEST: &str = "snapshot/EARLIEST";
/// Hint file: the earliest long-lived changelog, perhaps gone.
pub const CHANGELOG_EARLIEST: &str = "changelog/EARLIEST";
/// Hint file: the latest long-lived changelog, perhaps gone.
pub const CHANGELOG_LATEST: &str = "changelog/LATEST";
/// Folder of long-lived changelogs.
pub const CHANGELOG_FOLDER: &str = "changelog";
/// Folder of schema files.
pub const SCHEMA_FOLDER: &str = "schema";
/// Folder of snapshot files.
pub const SNAPSHOT_FOLDER: &str = "snapshot";
/// Folder of manifests, manifest lists and index manifests.
pub const MANIFEST_FOLDER: &str = "manifest";
/// Folder of tag files.
pub const TAG_FOLDER: &str = "tag";
/// Folder of branches.
pub const BRANCH_FOLDER: &str = "branch";
/// Folder of consumer files.
pub const CONSUMER_FOLDER: &str = "consumer";
/// File name prefix of snapshot files.
pub const SNAPSHOT_PREFIX: &str = "snapshot-";
/// File name prefix of long-lived changelogs.
pub const CHANGELOG_PREFIX: &str = "changelog-";
/// File name prefix of schema files.
pub const SCHEMA_PREFIX: &str = "schema-";
/// File name prefix of tag files.
pub const TAG_PREFIX: &str = "tag-";
/// Folder name prefix of branches.
pub const BRANCH_PREFIX: &str = "branch-";
/// File name prefix of consumer files.
pub const CONSUMER_PREFIX: &str = "consumer-";
/// Bucket number of the postpone bucket.
pub const POSTPONE_BUCKET: i32 = -2;
/// Name of the branch that has no folder of its own.
pub const MAIN_BRANCH: &str = "main";

/// The schema file of `id`.
pub fn schema_path(id: i64) -> String {
    format!("schema/schema-{id}")
}

/// The snapshot file of `id`.
pub fn snapshot_path(id: i64) -> String {
    format!("snapshot/snapshot-{id}")
}

/// The long-lived changelog file of a snapshot `id` that has expired.
pub fn changelog_path(id: i64) -> String {
    format!("changelog/changelog-{id}")
}

/// A manifest, manifest list or index manifest.
pub fn manifest_path(name: &str) -> String {
    format!("manifest/{name}")
}

/// An index file.
pub fn index_path(name: &str) -> String {
    format!("index/{name}")
}

/// A statistics file.
pub fn statistics_path(name: &str) -> String {
    format!("statistics/{name}")
}

/// The tag file of `name`.
pub fn tag_path(name: &str) -> String {
    format!("tag/tag-{name}")
}

/// The consumer file of `id`.
pub fn consumer_path(id: &str) -> String {
    format!("consumer/consumer-{id}")
}

/// Prefix of the schema, snapshot, tag and consumer files of a branch; empty for the main branch. Data, manifests and
/// indexes stay in the table folder.
pub fn branch_path(name: &str) -> String {
    if name == MAIN_BRANCH { String::new() } else { format!("branch/branch-{name}/") }
}

/// The folder of a bucket's data files. `partition_path` is of [`partition_path`]; it may begin with a data directory.
pub fn bucket_path(partition_path: &str, bucket: i32) -> String {
    match bucket {
        POSTPONE_BUCKET => format!("{partition_path}bucket-postpone"),
        _ => format!("{partition_path}bucket-{bucket}"),
    }
}

/// Folder of a partition, ending in `/`: the option `data-file.path-directory`, then `k1=v1/k2=v2/`. Empty for an
/// unpartitioned table without that option.
pub fn partition_path(fields: &[DataField], values: &[Option<Datum>], options: &CoreOptions) -> String {
    let folder = options.data_file_path_directory.as_deref().map(|folder| folder.trim_matches('/'));
    let folder = folder.filter(|folder| !folder.is_empty()).map_or_else(String::new, |folder| format!("{folder}/"));
    let spec = partition_spec(fields, values, options);
    spec.iter().fold(folder, |path, (key, value)| path + &escape(key) + "=" + &escape(value) + "/")
}

/// Partition as `k1=v1/k2=v2` with escaped names and values, the name that Java's `partitions` table and commands use.
pub fn partition_name(fields: &[DataField], values: &[Option<Datum>], options: &CoreOptions) -> String {
    let spec = partition_spec(fields, values, options);
    spec.iter().map(|(key, value)| format!("{}={}", escape(key), escape(value))).collect::<Vec<_>>().join("/")
}

/// Partition keys and the texts of their values, not escaped; null, empty and blank values have the default name.
pub fn partition_spec(fields: &[DataField], values: &[Option<Datum>], options: &CoreOptions) -> Vec<(String, String)> {
    let text = |value: &Datum, field: &DataField| {
        if options.partition_legacy_name {
            java_text::to_string(value)
        } else {
            java_text::cast_to_string(value, &field.data_type)
        }
    };
    let cell = |(field, value): (&DataField, &Option<Datum>)| {
        let text = value.as_ref().map(|value| text(value, field)).filter(|text| !is_blank(text));
        (field.name.clone(), text.unwrap_or_else(|| options.partition_default_name.clone()))
    };
    fields.iter().zip(values).map(cell).collect()
}

/// Java's `Character.isWhitespace`, which leaves out the no-break spaces.
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        matches!(c, '\u{1C}'..='\u{1F}')
            || (c.is_whitespace() && !matches!(c, '\u{A0}' | '\u{2007}' | '\u{202F}' | '\u{85}'))
    })
}

/// Replaces the characters that Java's `PartitionPathUtils` does not allow in a path segment by `%XX`.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0'..='\x1F'
            | '\x7F'
            | '"'
            | '#'
            | '%'
            | '\''
            | '*'
            | '/'
            | ':'
            | '='
            | '?'
            | '\\'
            | '{'
            | '}'
            | '['
            | ']'
            | '^' => {
                escaped += &format!("%{:02X}", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// Undoes [`escape`]; a `%` without two hex digits stays.
pub fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, after) = rest.split_at(at);
        plain.push_str(before);
        let code = after.get(1..3).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                plain.push(char::from(code));
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                plain.push('%');
                rest = after.get(1..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::types::{DataType, TypeKind};

    fn options(legacy: bool) -> CoreOptions {
        let options = BTreeMap::from([("partition.legacy-name".to_owned(), legacy.to_string())]);
        CoreOptions::parse(&options).unwrap()
    }

    fn partition() -> (Vec<DataField>, Vec<Option<Datum>>) {
        let kinds = [TypeKind::Date, TypeKind::Timestamp(3), TypeKind::Boolean, TypeKind::STRING];
        let field = |(name, kind): (&str, TypeKind)| DataField::new(0, name, DataType::nullable(kind));
        let fields = ["dt", "ts", "b", "s"].into_iter().zip(kinds).map(field).collect();
        let values = vec![
            Some(Datum::Date(19_723)),
            Some(Datum::Timestamp { millis: 1_704_110_400_000, nanos: 0 }),
            Some(Datum::Boolean(true)),
            Some(Datum::String("a b/c=d:é".to_owned())),
        ];
        (fields, values)
    }

    #[test]
    fn names_follow_the_legacy_option() {
        let (fields, values) = partition();
        let path = |legacy| partition_path(&fields, &values, &options(legacy));
        assert_eq!(path(true), "dt=19723/ts=2024-01-01T12%3A00/b=true/s=a b%2Fc%3Dd%3Aé/");
        assert_eq!(path(false), "dt=2024-01-01/ts=2024-01-01 12%3A00%3A00.000/b=true/s=a b%2Fc%3Dd%3Aé/");
        assert_eq!(bucket_path(&path(true), -2), format!("{}bucket-postpone", path(true)));
    }

    #[test]
    fn null_and_blank_values_share_the_default_name() {
        let (fields, _) = partition();
        for value in [None, Some(Datum::String(String::new())), Some(Datum::String(" \t".to_owned()))] {
            let path = partition_path(&fields[3..], &[value], &options(true));
            assert_eq!(path, "s=__DEFAULT_PARTITION__/");
        }
    }

    proptest! {
        #[test]
        fn unescape_undoes_escape(text in any::<String>()) {
            let escaped = escape(&text);
            prop_assert!(!escaped.contains(['/', '=', ':']));
            prop_assert_eq!(unescape(&escaped), text);
        }

        #[test]
        fn unescape_takes_any_text(text in "[%0-9a-zé]*") {
            unescape(&text);
        }
    }
}
