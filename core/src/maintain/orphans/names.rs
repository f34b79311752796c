//! What a file is, told by its folder and its name (format digest 1). Pure.
//!
//! Only names that Paimon writers make, in the folders that they make them in, may ever be removed. All else below the
//! table folder is either known and kept, or unknown: reported, never touched.

use serde::Serialize;

use crate::spec::layout;

/// Kind of a file that may be an orphan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrphanKind {
    /// A data file, or a file beside one, such as a file index.
    Data,
    /// A changelog file.
    Changelog,
    /// A manifest.
    Manifest,
    /// A manifest list.
    ManifestList,
    /// An index manifest.
    IndexManifest,
    /// An index file: hash indexes, deletion vectors, global indexes.
    Index,
    /// A statistics file.
    Statistics,
    /// What a writer left behind while it made a file: `.<name>.<uuid>.tmp`.
    Temporary,
}

impl OrphanKind {
    /// The word of reports.
    pub fn as_str(self) -> &'static str {
        match self {
            OrphanKind::Data => "data",
            OrphanKind::Changelog => "changelog",
            OrphanKind::Manifest => "manifest",
            OrphanKind::ManifestList => "manifest-list",
            OrphanKind::IndexManifest => "index-manifest",
            OrphanKind::Index => "index",
            OrphanKind::Statistics => "statistics",
            OrphanKind::Temporary => "temporary",
        }
    }
}

/// What a path below the table folder names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// An orphan, unless something refers to it.
    Candidate(OrphanKind),
    /// A file that stands for itself: a snapshot, a schema, a tag, a hint, a consumer.
    Kept,
    /// Nothing that this build knows.
    Unknown,
}

/// What file and folder names of one table look like, over all versions of its schema and all branches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamePatterns {
    /// Partition columns.
    pub(crate) partition_keys: Vec<String>,
    /// Folders that partitions are in, without slashes around; empty for the table folder itself.
    pub(crate) data_folders: Vec<String>,
    /// Prefixes of data files.
    pub(crate) data_prefixes: Vec<String>,
    /// Prefixes of changelog files.
    pub(crate) changelog_prefixes: Vec<String>,
}

impl NamePatterns {
    /// What `path`, relative to the table folder, names.
    pub(crate) fn name(&self, path: &str) -> Named {
        let inner = inside_branch(path);
        if let Some((folder, name)) = inner.unwrap_or(path).split_once('/') {
            if let Some(named) = in_metadata_folder(folder, name) {
                return named;
            }
            if inner.is_none()
                && let Some(named) = in_shared_folder(folder, name)
            {
                return named;
            }
        }
        match path {
            _ if inner.is_some() => Named::Unknown,
            ".keep" => Named::Kept,
            _ => self.in_data_folder(path, false),
        }
    }

    /// What `path`, relative to a folder of `data-file.external-paths`, names.
    pub(crate) fn name_external(&self, path: &str) -> Named {
        self.in_data_folder(path, true)
    }

    fn in_data_folder(&self, path: &str, external: bool) -> Named {
        let inside = |folder: &String| match folder.as_str() {
            "" => Some(path),
            folder => path.strip_prefix(folder)?.strip_prefix('/'),
        };
        let found = self.data_folders.iter().filter_map(inside).find_map(|path| self.in_bucket(path, external));
        found.map_or(Named::Unknown, |name| self.data_file(name))
    }

    /// The file name of `k1=v1/…/bucket-n/name`; `None` for other shapes. Outside of the table there may be folders of
    /// hash bits between the bucket and the file.
    fn in_bucket<'a>(&self, path: &'a str, external: bool) -> Option<&'a str> {
        let mut rest = path;
        for key in &self.partition_keys {
            let (segment, after) = rest.split_once('/')?;
            let (name, _) = segment.split_once('=')?;
            if layout::unescape(name) != *key {
                return None;
            }
            rest = after;
        }
        let (bucket, mut name) = rest.split_once('/')?;
        let number = bucket.strip_prefix("bucket-")?;
        if number != "postpone" && (number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit())) {
            return None;
        }
        while external && let Some((bits, after)) = name.split_once('/') {
            if bits.is_empty() || !bits.bytes().all(|byte| matches!(byte, b'0' | b'1')) {
                return None;
            }
            name = after;
        }
        (!name.contains('/')).then_some(name)
    }

    fn data_file(&self, name: &str) -> Named {
        if is_temporary(name) {
            return Named::Candidate(OrphanKind::Temporary);
        }
        // Packs of blobs are shared by tables' files in ways that only their writers know.
        if name.ends_with(".managed.blob") || name.ends_with(".blobref") {
            return Named::Kept;
        }
        let is_of = |prefix: &String| name.strip_prefix(prefix.as_str()).is_some_and(is_data_tail);
        // Prefixes may be prefixes of each other: either way the file may be an orphan.
        if self.changelog_prefixes.iter().any(is_of) {
            return Named::Candidate(OrphanKind::Changelog);
        }
        if self.data_prefixes.iter().any(is_of) {
            return Named::Candidate(OrphanKind::Data);
        }
        if name.strip_prefix("index-").is_some_and(is_numbered) {
            return Named::Candidate(OrphanKind::Index);
        }
        Named::Unknown
    }
}

/// The part below `branch/branch-x/`.
fn inside_branch(path: &str) -> Option<&str> {
    let (branch, inner) = path.strip_prefix("branch/")?.split_once('/')?;
    branch.starts_with(layout::BRANCH_PREFIX).then_some(inner)
}

/// Folders that the table and each branch have of their own.
fn in_metadata_folder(folder: &str, name: &str) -> Option<Named> {
    let prefix = match folder {
        layout::SNAPSHOT_FOLDER => layout::SNAPSHOT_PREFIX,
        layout::CHANGELOG_FOLDER => layout::CHANGELOG_PREFIX,
        layout::SCHEMA_FOLDER => layout::SCHEMA_PREFIX,
        layout::TAG_FOLDER => layout::TAG_PREFIX,
        layout::CONSUMER_FOLDER => layout::CONSUMER_PREFIX,
        "service" => "service-",
        "tag-success-file" => "",
        _ => return None,
    };
    let is_hint = matches!(name, "LATEST" | "EARLIEST");
    Some(match name {
        _ if name.contains('/') => Named::Unknown,
        _ if is_temporary(name) => Named::Candidate(OrphanKind::Temporary),
        _ if name.starts_with(prefix) || is_hint || name == ".keep" => Named::Kept,
        _ => Named::Unknown,
    })
}

/// Folders that the table and its branches share.
fn in_shared_folder(folder: &str, name: &str) -> Option<Named> {
    let patterns: &[(&str, OrphanKind)] = match folder {
        layout::MANIFEST_FOLDER => &[
            ("manifest-list-", OrphanKind::ManifestList),
            ("index-manifest-", OrphanKind::IndexManifest),
            ("manifest-", OrphanKind::Manifest),
        ],
        "index" => &[("index-", OrphanKind::Index)],
        "statistics" => &[("stat-", OrphanKind::Statistics)],
        _ => return None,
    };
    if is_temporary(name) {
        return Some(Named::Candidate(OrphanKind::Temporary));
    }
    let of = |(prefix, kind): &(&str, OrphanKind)| {
        let rest = name.strip_prefix(*prefix)?;
        (is_numbered(rest) || is_uuid(rest)).then_some(Named::Candidate(*kind))
    };
    let found = patterns.iter().find_map(of);
    let global = || {
        let is_global = folder == "index" && is_global_index(name);
        if is_global { Named::Candidate(OrphanKind::Index) } else { Named::Unknown }
    };
    Some(found.unwrap_or_else(global))
}

/// `<uuid>-<n>`
fn is_numbered(text: &str) -> bool {
    let Some((uuid, number)) = text.split_at_checked(36) else { return false };
    let number = number.strip_prefix('-').unwrap_or_default();
    is_uuid(uuid) && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// `[anything]<uuid>-<n>[-<k>].<extensions>`: postpone writers put their user and number before the UUID.
fn is_data_tail(text: &str) -> bool {
    let Some((stem, extension)) = text.split_once('.') else { return false };
    let is_extension = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if extension.is_empty() || !extension.chars().all(is_extension) {
        return false;
    }
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let ends_numbered = |stem: &str| {
        let Some((before, last)) = stem.rsplit_once('-') else { return false };
        number(last) && before.len() >= 36 && before.get(before.len() - 36..).is_some_and(is_uuid)
    };
    ends_numbered(stem) || stem.rsplit_once('-').is_some_and(|(before, last)| number(last) && ends_numbered(before))
}

/// `<type>-global-index-<uuid>.index`
fn is_global_index(name: &str) -> bool {
    let uuid = name.split_once("-global-index-").and_then(|(_, rest)| rest.strip_suffix(".index"));
    uuid.is_some_and(is_uuid)
}

/// `.<name>.<uuid>.tmp`
fn is_temporary(name: &str) -> bool {
    let inner = name.strip_prefix('.').and_then(|rest| rest.strip_suffix(".tmp"));
    inner.and_then(|inner| inner.rsplit_once('.')).is_some_and(|(name, uuid)| !name.is_empty() && is_uuid(uuid))
}

/// 36 characters of hexadecimal digits with dashes at their places.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "9150d0db-8cc0-490b-80d6-b403e05b6f80";

    fn patterns(keys: &[&str]) -> NamePatterns {
        NamePatterns {
            partition_keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            data_folders: vec![String::new(), "data/here".to_owned()],
            data_prefixes: vec!["data-".to_owned(), "mine-".to_owned()],
            changelog_prefixes: vec!["changelog-".to_owned()],
        }
    }

    #[track_caller]
    fn check(keys: &[&str], path: &str, expected: Named) {
        let path = path.replace("UUID", UUID);
        assert_eq!(patterns(keys).name(&path), expected, "{path}");
    }

    #[test]
    fn files_that_writers_make_are_candidates() {
        use OrphanKind::*;
        for (path, kind) in [
            ("manifest/manifest-UUID-0", Manifest),
            ("manifest/manifest-UUID", Manifest),
            ("manifest/manifest-list-UUID-12", ManifestList),
            ("manifest/index-manifest-UUID-3", IndexManifest),
            ("index/index-UUID-0", Index),
            ("index/btree-global-index-UUID.index", Index),
            ("statistics/stat-UUID-0", Statistics),
            ("bucket-0/data-UUID-0.parquet", Data),
            ("bucket-0/mine-UUID-0.zstd.parquet", Data),
            ("bucket-12/data-UUID-0.csv.gz", Data),
            ("bucket-0/data-UUID-0.parquet.index", Data),
            ("bucket-0/data-UUID-0-1.index", Data),
            ("bucket-0/data-UUID-0.vector.lance", Data),
            ("bucket-0/data-UUID-4.blob", Data),
            ("bucket-postpone/data-u-UUID-s-0-w-UUID-1.avro", Data),
            ("bucket-0/changelog-UUID-0.orc", Changelog),
            ("bucket-0/index-UUID-0", Index),
            ("data/here/bucket-0/data-UUID-0.parquet", Data),
            ("snapshot/.snapshot-7.UUID.tmp", Temporary),
            ("branch/branch-b/tag/.tag-x.UUID.tmp", Temporary),
            ("manifest/.manifest-UUID-0.UUID.tmp", Temporary),
            ("bucket-0/.data-UUID-0.parquet.UUID.tmp", Temporary),
        ] {
            check(&[], path, Named::Candidate(kind));
        }
        check(&["dt", "h=r"], "dt=a=b/h%3Dr=1/bucket-0/data-UUID-0.parquet", Named::Candidate(Data));
    }

    #[test]
    fn metadata_stands_for_itself() {
        for path in [
            "snapshot/snapshot-1",
            "snapshot/LATEST",
            "schema/schema-0",
            "tag/tag-x",
            "consumer/consumer-c",
            "changelog/changelog-3",
            "branch/branch-b/snapshot/EARLIEST",
            "branch/branch-b/schema/schema-0",
            "bucket-0/data-UUID-0.managed.blob",
            "service/service-lookup",
        ] {
            check(&[], path, Named::Kept);
        }
    }

    #[test]
    fn anything_else_is_unknown() {
        for path in [
            "README.md",
            "manifest/notes.txt",
            "manifest/manifest-1",
            "manifest/deeper/manifest-UUID-0",
            "snapshot/backup-1",
            "bucket-0/data.parquet",
            "bucket-0/data-UUID-0",
            "bucket-0/other-UUID-0.parquet",
            "bucket-x/data-UUID-0.parquet",
            "bucket-/data-UUID-0.parquet",
            "bucket-0/sub/data-UUID-0.parquet",
            "dt=1/bucket-0/data-UUID-0.parquet",
            "other.db/t/bucket-0/data-UUID-0.parquet",
            "data/bucket-0/data-UUID-0.parquet",
            "branch/branch-b/bucket-0/data-UUID-0.parquet",
            "branch/branch-b/manifest/manifest-UUID-0",
            "index/data-UUID-0.parquet",
            "statistics/manifest-UUID-0",
            "bucket-0/.tmp",
            "bucket-0/..UUID.tmp",
        ] {
            check(&[], path, Named::Unknown);
        }
        check(&["dt"], "bucket-0/data-UUID-0.parquet", Named::Unknown);
        check(&["dt"], "hr=1/bucket-0/data-UUID-0.parquet", Named::Unknown);
    }

    #[test]
    fn external_files_may_be_in_folders_of_hash_bits() {
        let name = |path: &str| patterns(&["dt"]).name_external(&path.replace("UUID", UUID));
        let data = Named::Candidate(OrphanKind::Data);
        assert_eq!(name("dt=1/bucket-0/1001/1001/1001/10011001/data-UUID-0.parquet"), data);
        assert_eq!(name("dt=1/bucket-0/data-UUID-0.parquet"), data);
        assert_eq!(name("dt=1/bucket-0/sub/data-UUID-0.parquet"), Named::Unknown);
        assert_eq!(name("manifest/manifest-UUID-0"), Named::Unknown);
    }
}
