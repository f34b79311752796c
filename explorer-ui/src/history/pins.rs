//! Who keeps old files from going, as the engine tells it, and what to do about each.

use serde::Deserialize;

use super::diff::CommitInfo;
use crate::model::lenient;

/// A branch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BranchInfo {
    /// Name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// When it was made.
    #[serde(deserialize_with = "lenient::optional")]
    pub create_time_millis: Option<i64>,
    /// Its latest snapshot.
    #[serde(deserialize_with = "lenient::optional")]
    pub snapshot_id: Option<i64>,
    /// When that was committed.
    #[serde(deserialize_with = "lenient::optional")]
    pub time_millis: Option<i64>,
    /// Its rows in files.
    #[serde(deserialize_with = "lenient::optional")]
    pub record_count: Option<i64>,
    /// Snapshots of its own.
    #[serde(deserialize_with = "lenient::int")]
    pub snapshots: i64,
}

/// A reader that keeps snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConsumerInfo {
    /// Name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// What it reads next.
    #[serde(deserialize_with = "lenient::int")]
    pub next_snapshot: i64,
    /// Snapshots not read yet.
    #[serde(deserialize_with = "lenient::int")]
    pub behind: i64,
    /// When it last said so.
    #[serde(deserialize_with = "lenient::optional")]
    pub modified_millis: Option<i64>,
}

/// Files and their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct KeptFiles {
    /// Files.
    #[serde(deserialize_with = "lenient::int")]
    pub files: i64,
    /// Bytes.
    #[serde(deserialize_with = "lenient::int")]
    pub bytes: i64,
}

/// Something that keeps files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Keeper {
    /// `latest`, `snapshots`, `tag`, `branch`, `changelogs` or `consumer`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub kind: String,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// The oldest snapshot kept.
    #[serde(deserialize_with = "lenient::optional")]
    pub first_snapshot: Option<i64>,
    /// The newest.
    #[serde(deserialize_with = "lenient::optional")]
    pub last_snapshot: Option<i64>,
    /// When.
    #[serde(deserialize_with = "lenient::optional")]
    pub time_millis: Option<i64>,
    /// What it refers to.
    pub kept: KeptFiles,
    /// What would go if it went.
    pub alone: KeptFiles,
    /// The command that lets it go.
    pub release: Option<String>,
}

/// Who keeps what of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PinsInfo {
    /// The latest snapshot.
    #[serde(deserialize_with = "lenient::optional")]
    pub snapshot_id: Option<i64>,
    /// States whose metadata was read.
    #[serde(deserialize_with = "lenient::int")]
    pub states: i64,
    /// What the latest needs.
    pub live: KeptFiles,
    /// What is kept for older states only.
    pub old: KeptFiles,
    /// Who keeps.
    #[serde(deserialize_with = "lenient::or_default")]
    pub keepers: Vec<Keeper>,
    /// What could not be looked at.
    #[serde(deserialize_with = "lenient::or_default")]
    pub not_looked_at: Vec<String>,
}

impl PinsInfo {
    /// The keeper of this kind and name.
    #[must_use]
    pub fn keeper(&self, kind: &str, name: &str) -> Option<&Keeper> {
        self.keepers.iter().find(|keeper| keeper.kind == kind && keeper.name.as_deref() == Some(name))
    }
}

/// A step that frees a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct FreeStep {
    /// In words.
    #[serde(deserialize_with = "lenient::or_default")]
    pub what: String,
    /// The command.
    pub command: Option<String>,
}

/// Who keeps one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FilePinsInfo {
    /// Whether the latest snapshot reads it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub live: bool,
    /// The first kept snapshot that reads it.
    #[serde(deserialize_with = "lenient::optional")]
    pub first_snapshot: Option<i64>,
    /// The last.
    #[serde(deserialize_with = "lenient::optional")]
    pub last_snapshot: Option<i64>,
    /// The commit that took it away.
    pub removed_by: Option<CommitInfo>,
    /// The commit that brought it.
    pub added_by: Option<CommitInfo>,
    /// Tags.
    #[serde(deserialize_with = "lenient::or_default")]
    pub tags: Vec<String>,
    /// Branches.
    #[serde(deserialize_with = "lenient::or_default")]
    pub branches: Vec<String>,
    /// Consumers.
    #[serde(deserialize_with = "lenient::or_default")]
    pub consumers: Vec<String>,
    /// Whether changelogs refer to it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub changelogs: bool,
    /// What would free it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub freed_by: Vec<FreeStep>,
    /// What could not be looked at.
    #[serde(deserialize_with = "lenient::or_default")]
    pub not_looked_at: Vec<String>,
}

/// Who keeps the file, in one sentence.
#[must_use]
pub fn sentence(pins: &FilePinsInfo) -> String {
    if pins.live {
        return "The latest snapshot reads it: it stays.".to_owned();
    }
    let mut who = Vec::new();
    match (pins.first_snapshot, pins.last_snapshot) {
        (Some(first), Some(last)) if first == last => who.push(format!("snapshot #{first}")),
        (Some(first), Some(last)) => who.push(format!("snapshots #{first} to #{last}")),
        _ => {}
    }
    for (word, names) in [("tag", &pins.tags), ("branch", &pins.branches), ("consumer", &pins.consumers)] {
        who.extend(names.iter().map(|name| format!("{word} {name}")));
    }
    who.extend(pins.changelogs.then(|| "changelogs".to_owned()));
    if who.is_empty() {
        return "No state that is kept refers to it: it is an orphan, or not of this table.".to_owned();
    }
    format!(
        "The latest snapshot does not need it; {} {} it.",
        who.join(", "),
        if who.len() == 1 { "keeps" } else { "keep" }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_name_who_keeps() {
        let pins = FilePinsInfo {
            first_snapshot: Some(3),
            last_snapshot: Some(8),
            tags: vec!["july".into()],
            ..FilePinsInfo::default()
        };
        assert_eq!(sentence(&pins), "The latest snapshot does not need it; snapshots #3 to #8, tag july keep it.");
        assert!(sentence(&FilePinsInfo::default()).contains("orphan"));
        assert!(sentence(&FilePinsInfo { live: true, ..FilePinsInfo::default() }).contains("stays"));
    }

    #[test]
    fn keepers_are_found_by_kind_and_name() {
        let pins: PinsInfo = serde_json::from_str(r#"{"snapshotId":9,"live":{"files":1,"bytes":2},"old":{"files":0,"bytes":0},"keepers":[{"kind":"latest","name":null},{"kind":"tag","name":"a","alone":{"files":2,"bytes":"7"}}],"notLookedAt":[]}"#).unwrap();
        assert_eq!(pins.keeper("tag", "a").unwrap().alone.bytes, 7);
        assert!(pins.keeper("branch", "a").is_none());
    }
}
