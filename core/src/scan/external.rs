//! Files that a table names by absolute locations: data files (`_EXTERNAL_PATH`), index files, values of BLOB columns.
//!
//! A manifest could name any file. One is read only from the store that the table is in, and there only from the folder that
//! was opened (the warehouse, or the table itself) or from a folder that the options `data-file.external-paths` or
//! `global-index.external-path` of the table list.

use crate::{
    error::{Error, Result},
    io::{Elsewhere, Storage},
    spec::table_schema::TableSchema,
};

/// Options that list folders outside of the table, separated by commas.
const FOLDER_OPTIONS: [&str; 2] = ["data-file.external-paths", "global-index.external-path"];

/// Where the file at `uri` is. Errors: `Unsupported` for other stores and folders, `Invalid` for a path with `..`.
pub(crate) fn locate_external(storage: &Storage, schema: &TableSchema, uri: &str) -> Result<Elsewhere> {
    let Some(found) = storage.elsewhere(uri)? else {
        return Err(Error::unsupported("cannot read a file in another store than the table").at(uri));
    };
    if found.in_opened_folder || is_listed(storage, schema, &found) {
        return Ok(found);
    }
    let message = "refused a file outside the opened folder: name the folder in the option data-file.external-paths";
    Err(Error::unsupported(message).at(uri))
}

fn is_listed(storage: &Storage, schema: &TableSchema, file: &Elsewhere) -> bool {
    let lists = FOLDER_OPTIONS.iter().filter_map(|name| schema.options.get(*name));
    lists.flat_map(|list| list.split(',')).any(|folder| {
        let folder = storage.elsewhere(folder.trim().trim_end_matches('/')).ok().flatten();
        let below = |folder: &str| file.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        folder.is_some_and(|folder| !folder.path.is_empty() && below(&folder.path))
    })
}
