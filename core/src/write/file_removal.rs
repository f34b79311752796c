//! Removes data files that no snapshot has, with what stands beside them.

use crate::{scan::locate_external, spec::data_file::DataFileMeta, table::Table};

/// Removes a data file and its side-cars, as far as that works: for files that were surely not committed.
///
/// `bucket_path` is the folder of files that have no external path.
pub(crate) async fn remove_data_file(table: &Table, bucket_path: &str, file: &DataFileMeta) {
    let Some((storage, folder)) = folder_of(table, bucket_path, file) else { return };
    for name in file.extra_files.iter().chain([&file.file_name]) {
        let _ = storage.delete(&format!("{folder}/{name}")).await;
    }
}

/// The store and the folder in it; `None` where the file was never in reach.
fn folder_of(table: &Table, bucket_path: &str, file: &DataFileMeta) -> Option<(crate::io::Storage, String)> {
    let Some(external) = &file.external_path else {
        return Some((table.storage().clone(), bucket_path.to_owned()));
    };
    let found = locate_external(table.storage(), table.schema(), external).ok()?;
    let (folder, _) = found.path.rsplit_once('/')?;
    Some((found.storage, folder.to_owned()))
}
