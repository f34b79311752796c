//! Names of tables, their branches and their system tables (format digest 18.1).

use std::fmt;

use crate::{
    error::{Error, Result},
    spec::layout::MAIN_BRANCH,
};

/// Between a table, its branch and a system table.
const SEPARATOR: char = '$';
const BRANCH: &str = "branch_";

/// `db.table`, `db.table$branch_b`, `db.table$snapshots` or `db.table$branch_b$snapshots`, in parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identifier {
    /// Database.
    pub database: String,
    /// Table, without branch and system table.
    pub table: String,
    /// Branch, `main` unless named.
    pub branch: String,
    /// System table, such as `snapshots`.
    pub system: Option<String>,
}

impl Identifier {
    /// Parses `database.object`; the database ends at the first dot. Errors: `Invalid`.
    pub fn parse(text: &str) -> Result<Self> {
        let (database, object) =
            text.split_once('.').ok_or_else(|| Error::invalid(format!("expected database.table, found {text:?}")))?;
        Identifier::new(database, object)
    }

    /// A database and a table name that may end in `$branch_b`, `$snapshots` or both. Errors: `Invalid`.
    pub fn new(database: &str, object: &str) -> Result<Self> {
        check_name("database", database)?;
        let mut parts = object.split(SEPARATOR);
        let table = parts.next().unwrap_or_default();
        check_name("table", table)?;
        let mut branch = None;
        let mut system = None;
        for part in parts {
            match part.strip_prefix(BRANCH) {
                Some(name) if branch.is_none() && system.is_none() => branch = Some(name),
                None if system.is_none() => system = Some(part),
                _ => return Err(malformed(object)),
            }
        }
        if [branch, system].into_iter().flatten().any(|part| part.is_empty() || part.contains('/')) {
            return Err(malformed(object));
        }
        Ok(Identifier {
            database: database.to_owned(),
            table: table.to_owned(),
            branch: branch.unwrap_or(MAIN_BRANCH).to_owned(),
            system: system.map(str::to_owned),
        })
    }

    /// Folder of the table within the warehouse.
    pub fn folder(&self) -> String {
        format!("{}/{}", database_folder(&self.database), self.table)
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.database, self.table)?;
        if self.branch != MAIN_BRANCH {
            write!(f, "{SEPARATOR}{BRANCH}{}", self.branch)?;
        }
        match &self.system {
            Some(system) => write!(f, "{SEPARATOR}{system}"),
            None => Ok(()),
        }
    }
}

/// Folder of a database within the warehouse.
pub(super) fn database_folder(database: &str) -> String {
    format!("{database}.db")
}

/// A name is one path segment without the separator. Errors: `Invalid`.
pub(super) fn check_name(what: &str, name: &str) -> Result<()> {
    let problem = if name.trim().is_empty() {
        "it is blank"
    } else if name == "." || name == ".." {
        "it is a relative path"
    } else if name.contains(|c: char| c.is_control() || matches!(c, '/' | '\\' | SEPARATOR)) {
        "it contains a slash, a dollar sign or a control character"
    } else {
        return Ok(());
    };
    Err(Error::invalid(format!("not a {what} name: {name:?}: {problem}")))
}

fn malformed(object: &str) -> Error {
    Error::invalid(format!(
        "expected table, table$branch_name, table$system or table$branch_name$system, found {object:?}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, branch: &str, system: Option<&str>) {
        let identifier = Identifier::parse(text).unwrap();
        assert_eq!((identifier.branch.as_str(), identifier.system.as_deref()), (branch, system));
        assert_eq!(identifier.to_string(), text);
        assert_eq!(identifier.folder(), "db.db/t");
    }

    #[test]
    fn names_have_parts() {
        check("db.t", "main", None);
        check("db.t$snapshots", "main", Some("snapshots"));
        check("db.t$branch_dev", "dev", None);
        check("db.t$branch_dev$files", "dev", Some("files"));
    }

    #[test]
    fn bad_names_are_refused() {
        for text in
            ["t", "db.", ".t", "db.t$", "db.t$a$b", "db.t$files$branch_b", "db.t$branch_", "db.a/b", "..", "a\\b.t"]
        {
            assert!(Identifier::parse(text).is_err(), "{text}");
        }
    }
}
