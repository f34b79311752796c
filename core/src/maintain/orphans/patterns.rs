//! What the names of a table's files look like: over all versions of its schema, of all branches.

use super::names::NamePatterns;
use crate::{
    error::{Error, Result},
    spec::{layout, options::CoreOptions, table_schema::TableSchema},
    table::{SchemaManager, Table},
};

/// Kinds of tables (option `type`) whose files are laid out as this module knows.
const KNOWN_TYPES: [&str; 2] = ["table", "materialized-table"];

/// Patterns of a table.
pub(super) struct TablePatterns {
    pub(super) names: NamePatterns,
    /// Folders of `data-file.external-paths`, absolute.
    pub(super) external_folders: Vec<String>,
}

/// Reads the schemas of all branches. Errors: `Corrupt` for a branch without schema, `Unsupported` for kinds of tables
/// that are laid out in another way.
pub(super) async fn of_table(table: &Table) -> Result<TablePatterns> {
    let storage = table.storage();
    let mut found = TablePatterns {
        names: NamePatterns {
            partition_keys: table.schema().partition_keys.clone(),
            data_folders: Vec::new(),
            data_prefixes: vec!["data-".to_owned()],
            changelog_prefixes: vec!["changelog-".to_owned()],
        },
        external_folders: Vec::new(),
    };
    let mut branches = vec![layout::MAIN_BRANCH.to_owned()];
    branches.extend(table.branches().await?);
    for branch in branches {
        let schemas = SchemaManager::new(storage.clone(), &branch).list().await?;
        if schemas.is_empty() {
            let message = format!("the branch {branch} has no schema: nothing was deleted");
            return Err(Error::corrupt(message).at(storage.location(&layout::branch_path(&branch))));
        }
        for schema in schemas {
            add(&mut found, &schema).map_err(|error| error.at(table.name()))?;
        }
    }
    Ok(found)
}

fn add(found: &mut TablePatterns, schema: &TableSchema) -> Result<()> {
    if let Some(kind) = schema.options.get("type")
        && !KNOWN_TYPES.contains(&kind.trim())
    {
        return Err(Error::unsupported(format!("cannot look for orphans in a table of type {kind}")));
    }
    if schema.partition_keys != found.names.partition_keys {
        let message = "cannot look for orphans in a table whose schemas differ in their partition columns";
        return Err(Error::unsupported(message));
    }
    let options = CoreOptions::parse(&schema.options)?;
    let folder = options.data_file_path_directory.as_deref().unwrap_or_default().trim_matches('/');
    insert(&mut found.names.data_folders, folder);
    let option = |name: &str| schema.options.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
    if let Some(prefix) = option("data-file.prefix") {
        insert(&mut found.names.data_prefixes, prefix);
    }
    if let Some(prefix) = option("changelog-file.prefix") {
        insert(&mut found.names.changelog_prefixes, prefix);
    }
    for folder in option("data-file.external-paths").into_iter().flat_map(|paths| paths.split(',')) {
        let folder = folder.trim().trim_end_matches('/');
        if !folder.is_empty() {
            insert(&mut found.external_folders, folder);
        }
    }
    Ok(())
}

fn insert(texts: &mut Vec<String>, text: &str) {
    if !texts.iter().any(|known| known == text) {
        texts.push(text.to_owned());
    }
}
