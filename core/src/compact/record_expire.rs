//! Files that may hold rows which have expired (Java `RecordLevelExpire.isExpireFile`).

use std::collections::HashSet;

use crate::{
    error::Result,
    read::Expiry,
    scan::entry_types,
    spec::{data_file::DataFileMeta, table_schema::TableSchema},
    table::Table,
};

/// Names of those of some files that hold a row which has expired by now, as far as statistics tell; none where rows do
/// not expire.
///
/// Errors: `Invalid` for options that make no sense together, `Corrupt` for statistics that do not decode.
pub(super) async fn expired_files(table: &Table, files: &[&DataFileMeta]) -> Result<HashSet<String>> {
    let mut expired = HashSet::new();
    let Some(expiry) = Expiry::of(table)? else { return Ok(expired) };
    for file in files.iter().copied() {
        let schema = match file.schema_id == table.schema().id {
            true => table.schema().clone(),
            false => table.schemas().get(file.schema_id).await?,
        };
        if may_hold_expired(&expiry, file, &schema).map_err(|error| error.at(&file.file_name))? {
            expired.insert(file.file_name.clone());
        }
    }
    Ok(expired)
}

/// By the least time in the file, which was written with `schema`. Where nothing is known, nothing expires: as in Java.
fn may_hold_expired(expiry: &Expiry, file: &DataFileMeta, schema: &TableSchema) -> Result<bool> {
    let Some(time) = schema.field_by_id(expiry.field().id) else { return Ok(false) };
    let columns = match &file.value_stats_cols {
        Some(names) => schema.fields_named(names),
        None => schema.fields.clone(),
    };
    let Some(place) = columns.iter().position(|column| column.id == time.id) else { return Ok(false) };
    let stats = file.value_stats.decode(&entry_types(&columns))?;
    Ok(stats.get(place).and_then(|stats| stats.min.as_ref()).is_some_and(|min| expiry.has_expired(min)))
}
