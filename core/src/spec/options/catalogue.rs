//! Every option of Paimon: its default, what it is about, and what it does, in our words.
//!
//! The list is text, a line an option: `key|default|group|description`, or `old name>today's name`. A `*` in a key stands for
//! anything, such as a column.

use std::collections::BTreeMap;

use serde::Serialize;

const CATALOGUE: &str = include_str!("catalogue.txt");

/// An option as the list has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known {
    key: &'static str,
    default: Option<&'static str>,
    group: &'static str,
    description: &'static str,
}

/// How an option stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum OptionStatus {
    /// Not set, or set to the default.
    Default,
    /// Set to something else.
    Changed,
    /// No option that we know of.
    Unknown,
    /// An old name.
    Deprecated,
}

/// An option of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OptionInfo {
    /// Its name.
    pub key: String,
    /// What holds for the table; `None` where nothing is set and there is no default.
    pub value: Option<String>,
    /// The default.
    pub default: Option<&'static str>,
    /// What it does.
    pub description: Option<&'static str>,
    /// How it stands.
    pub status: OptionStatus,
    /// Whether the table sets it.
    pub set: bool,
    /// What it is about.
    pub group: &'static str,
    /// Today's name of an old one.
    pub replaced_by: Option<&'static str>,
}

/// The options that a table sets, by name, and behind them those that it leaves at their defaults.
pub fn option_infos(set: &BTreeMap<String, String>) -> Vec<OptionInfo> {
    let (known, renamed) = parsed();
    let mut infos: Vec<OptionInfo> = set.iter().map(|(key, value)| of_set(key, value, &known, &renamed)).collect();
    let left = known.iter().filter(|option| !option.key.contains('*') && !set.contains_key(option.key));
    infos.extend(left.map(|option| OptionInfo {
        key: option.key.to_owned(),
        value: option.default.map(str::to_owned),
        default: option.default,
        description: Some(option.description),
        status: OptionStatus::Default,
        set: false,
        group: option.group,
        replaced_by: None,
    }));
    infos
}

fn of_set(key: &str, value: &str, known: &[Known], renamed: &BTreeMap<&str, &'static str>) -> OptionInfo {
    let replaced_by = renamed.get(key).copied();
    let named = replaced_by.unwrap_or(key);
    // A name of its own comes before a pattern that it fits, too.
    let exact = known.iter().find(|option| option.key == named);
    let found = exact.or_else(|| known.iter().find(|option| fits(option.key, named)));
    let default = found.and_then(|option| option.default);
    let status = match (replaced_by, found) {
        (Some(_), _) => OptionStatus::Deprecated,
        (None, None) => OptionStatus::Unknown,
        (None, Some(_)) if default.is_some_and(|default| same(default, value)) => OptionStatus::Default,
        (None, Some(_)) => OptionStatus::Changed,
    };
    OptionInfo {
        key: key.to_owned(),
        value: Some(value.to_owned()),
        default,
        description: found.map(|option| option.description),
        status,
        set: true,
        group: found.map_or("Unknown", |option| option.group),
        replaced_by,
    }
}

/// Whether a key has the form of a pattern.
fn fits(pattern: &str, key: &str) -> bool {
    let Some((start, end)) = pattern.split_once('*') else { return false };
    key.len() > start.len() + end.len() && key.starts_with(start) && key.ends_with(end)
}

/// Whether two texts mean the same: `128 MB` and `128mb`.
fn same(default: &str, value: &str) -> bool {
    let plain =
        |text: &str| text.to_ascii_lowercase().replace([' ', '_'], "").replace("mib", "mb").replace("kib", "kb");
    plain(default) == plain(value)
}

/// Options, and old names with today's.
fn parsed() -> (Vec<Known>, BTreeMap<&'static str, &'static str>) {
    let (mut known, mut renamed) = (Vec::new(), BTreeMap::new());
    for line in CATALOGUE.lines() {
        let mut parts = line.splitn(4, '|');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(key), Some(default), Some(group), Some(description)) => {
                let default = Some(default).filter(|default| !default.is_empty());
                known.push(Known { key, default, group, description });
            }
            _ => renamed.extend(line.split_once('>')),
        }
    }
    (known, renamed)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::spec::options::CoreOptions;

    #[test]
    fn every_line_is_an_option_or_a_name_of_one() {
        let (known, renamed) = parsed();
        assert_eq!(known.len() + renamed.len(), CATALOGUE.lines().count());
        let keys: HashSet<&str> = known.iter().map(|option| option.key).collect();
        assert_eq!(keys.len(), known.len(), "an option is there twice");
        assert!(known.iter().all(|option| option.description.ends_with('.') || option.description.ends_with('…')));
        assert!(renamed.iter().all(|(old, new)| keys.contains(new) && !keys.contains(old)), "{renamed:?}");
        assert!(known.len() > 300);
    }

    #[test]
    fn every_option_that_is_parsed_is_known_with_its_default() {
        let (known, _) = parsed();
        let defaults = CoreOptions::default();
        for name in CoreOptions::NAMES {
            let option = known.iter().find(|option| option.key == *name).unwrap_or_else(|| panic!("{name} is missing"));
            if let Some(default) = option.default {
                let set = BTreeMap::from([((*name).to_owned(), default.to_owned())]);
                let parsed = CoreOptions::parse(&set).unwrap_or_else(|error| panic!("{name}={default}: {error}"));
                assert_eq!(CoreOptions { raw: BTreeMap::new(), ..parsed }, defaults, "{name}={default}");
            }
        }
    }

    #[test]
    fn what_is_set_comes_first_and_is_judged() {
        let set = [
            ("bucket", "4"),
            ("write-only", "FALSE"),
            ("target-file-size", "64 mb"),
            ("write.compaction-skip", "true"),
            ("fields.v.aggregate-function", "sum"),
            ("bukcet", "4"),
            ("manifest.target-file-size", "8 MB"),
        ];
        let set: BTreeMap<String, String> = set.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let infos = option_infos(&set);
        let of = |key: &str| infos.iter().find(|info| info.key == key).unwrap();
        assert!(infos[..set.len()].iter().all(|info| info.set) && infos[set.len()..].iter().all(|info| !info.set));
        assert_eq!((of("bucket").status, of("bucket").default), (OptionStatus::Changed, Some("-1")));
        assert_eq!(of("write-only").status, OptionStatus::Default);
        assert_eq!(of("manifest.target-file-size").status, OptionStatus::Default);
        assert_eq!((of("bukcet").status, of("bukcet").description), (OptionStatus::Unknown, None));
        let old = of("write.compaction-skip");
        assert_eq!((old.status, old.replaced_by), (OptionStatus::Deprecated, Some("write-only")));
        assert_eq!(of("fields.v.aggregate-function").group, "Merging");
        assert_eq!(of("snapshot.num-retained.min").value.as_deref(), Some("10"));
    }
}
