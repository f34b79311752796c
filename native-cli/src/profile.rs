//! `cenote.toml` and `paimon.yaml`: warehouses by name.
//!
//! ```toml
//! [default]
//! warehouse = "s3://bucket/warehouse"
//! "s3.endpoint" = "http://127.0.0.1:9000"
//! ```
//!
//! Only this much of TOML is understood: sections, and keys with a text in quotes, a number or a boolean.

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
};

use crate::error::{Failure, Result};

/// A warehouse and the options of its store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Profile {
    /// Address of the warehouse.
    pub(crate) warehouse: Option<String>,
    /// Options of the store.
    pub(crate) options: BTreeMap<String, String>,
}

type Sections = BTreeMap<String, BTreeMap<String, String>>;

/// The profile called `name` (`default` where none is asked for) of the nearest `cenote.toml`, else of `paimon.yaml`.
///
/// Files are looked for in the working folder and those above it, then in the user's configuration folder.
/// Errors: a file that cannot be understood; a name that was asked for and is nowhere.
pub(crate) fn load(name: Option<&str>) -> Result<Option<Profile>> {
    if let Some((path, text)) = find("cenote.toml")? {
        let sections = parse_toml(&text)
            .map_err(|(line, problem)| Failure::error(format!("{}, line {line}: {problem}", path.display())))?;
        match (sections.get(name.unwrap_or("default")), name) {
            (Some(section), _) => return Ok(Some(profile(section.clone()))),
            (None, Some(name)) => {
                let known = sections.keys().cloned().collect::<Vec<_>>().join(", ");
                return Err(Failure::not_found(format!("{}: no profile {name:?}", path.display()))
                    .hint(format!("its profiles: {known}")));
            }
            (None, None) => {}
        }
    } else if let Some(name) = name {
        return Err(Failure::not_found(format!("profile {name:?} was asked for, and there is no cenote.toml")));
    }
    Ok(find("paimon.yaml")?.map(|(_, text)| profile(parse_flat_yaml(&text))))
}

fn profile(mut members: BTreeMap<String, String>) -> Profile {
    Profile { warehouse: members.remove("warehouse"), options: members }
}

fn find(name: &str) -> Result<Option<(PathBuf, String)>> {
    let here = env::current_dir().unwrap_or_default();
    let configuration = env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|folder| Path::new(&folder).join(".config")))
        .map(|folder| folder.join("cenote"));
    for folder in here.ancestors().map(Path::to_owned).chain(configuration) {
        let path = folder.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => return Ok(Some((path, text))),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
            // Folders above may be closed to us; that is no reason to fail.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
            Err(error) => return Err(Failure::file(path.display(), &error)),
        }
    }
    Ok(None)
}

/// Errors: the line and what is wrong with it.
fn parse_toml(text: &str) -> Result<Sections, (usize, String)> {
    let mut sections = Sections::new();
    let mut section = "default".to_owned();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let problem = |problem: &str| (index + 1, problem.to_owned());
        if let Some(name) = line.strip_prefix('[') {
            let name = name.split_once(']').ok_or_else(|| problem("expected [section]"))?.0;
            section = unquoted(name.trim());
            sections.entry(section.clone()).or_default();
        } else {
            let (key, value) = line.split_once('=').ok_or_else(|| problem("expected key = \"value\""))?;
            let value = scalar(value.trim()).ok_or_else(|| problem("expected a text in quotes"))?;
            sections.entry(section.clone()).or_default().insert(unquoted(key.trim()), value);
        }
    }
    Ok(sections)
}

/// A text in quotes, or a bare number or boolean; a comment may follow.
fn scalar(text: &str) -> Option<String> {
    if let Some(rest) = text.strip_prefix('\'') {
        return rest.split_once('\'').map(|(value, _)| value.to_owned());
    }
    let Some(rest) = text.strip_prefix('"') else {
        let bare = text.split('#').next().unwrap_or_default().trim();
        return (!bare.is_empty() && !bare.contains(['[', '{', ' '])).then(|| bare.to_owned());
    };
    let mut value = String::new();
    let mut rest = rest.chars();
    loop {
        match rest.next()? {
            '"' => return Some(value),
            '\\' => value.push(match rest.next()? {
                'n' => '\n',
                't' => '\t',
                other => other,
            }),
            other => value.push(other),
        }
    }
}

/// `key: value` lines, as in pypaimon's configuration.
fn parse_flat_yaml(text: &str) -> BTreeMap<String, String> {
    let line = |line: &str| {
        let (key, value) = line.split_once(": ")?;
        let key = key.trim();
        (!key.starts_with('#')).then(|| (unquoted(key), unquoted(value.trim())))
    };
    text.lines().filter_map(line).filter(|(key, _)| key != "metastore").collect()
}

fn unquoted(text: &str) -> String {
    text.trim_matches(['"', '\'']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_and_values() {
        let text = "# x\n[default]\nwarehouse = \"s3://b/w\" # here\n\"s3.endpoint\" = 'http://h'\nallow_http = true\n\n[lab]\nwarehouse='/w'";
        let sections = parse_toml(text).unwrap();
        assert_eq!(sections["default"]["warehouse"], "s3://b/w");
        assert_eq!(sections["default"]["s3.endpoint"], "http://h");
        assert_eq!(sections["default"]["allow_http"], "true");
        assert_eq!(sections["lab"]["warehouse"], "/w");
        assert_eq!(parse_toml("[a]\nx"), Err((2, "expected key = \"value\"".into())));
        assert_eq!(parse_toml("x = [1]"), Err((1, "expected a text in quotes".into())));
    }

    #[test]
    fn flat_yaml() {
        let members = parse_flat_yaml("metastore: filesystem\nwarehouse: \"/w\"\n# a: b\n");
        assert_eq!(members.into_iter().collect::<Vec<_>>(), [("warehouse".to_owned(), "/w".to_owned())]);
    }
}
