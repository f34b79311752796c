//! What the end of one data file says of its inside.

use crate::{
    error::{Error, Result},
    format::{FooterDescription, describe},
    scan::locate_external,
    table::Table,
};

/// Describes the data file at `path` (relative to the table folder, or a full location); of its row groups or stripes those
/// from `offset` on, at most `limit`. Without `size` the store is asked for it, which not every HTTP server answers.
///
/// Errors: `NotFound`; `Corrupt` naming the file; `Unsupported` for other formats, and for places that the table may not
/// read.
pub async fn footer(
    table: &Table,
    path: &str,
    size: Option<u64>,
    offset: usize,
    limit: Option<usize>,
) -> Result<FooterDescription> {
    let (storage, place) = if path.starts_with('/') || path.contains(':') {
        let found = locate_external(table.storage(), table.schema(), path)?;
        (found.storage, found.path)
    } else {
        (table.storage().clone(), path.to_owned())
    };
    let size = match size {
        Some(size) => size,
        None => {
            let stat = storage.stat(&place).await?;
            stat.map(|stat| stat.size).ok_or_else(|| Error::not_found("no such file").at(path))?
        }
    };
    let described = describe(&storage, &place, size, offset, limit).await?;
    Ok(FooterDescription { path: path.to_owned(), ..described })
}
