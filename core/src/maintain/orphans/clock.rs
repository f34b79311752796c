//! What time it is for the store, whose clock the ages of files are told by.

use bytes::Bytes;

use crate::{error::Result, io::Storage, spec::layout};

/// The present, on the safe side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StoreClock {
    /// The earlier of the store's present and ours, epoch milliseconds: files look younger, not older.
    pub(super) now_millis: i64,
    /// How far the store's clock is ahead of ours; `None` where it was not asked.
    pub(super) ahead_millis: Option<i64>,
}

/// Asks the store for its time, by the modification time of a file made for this, if something may be `written`;
/// otherwise ours has to do.
pub(super) async fn read(storage: &Storage, written: bool) -> Result<StoreClock> {
    let runtime = storage.runtime();
    let ours = runtime.now_millis();
    if !written {
        return Ok(StoreClock { now_millis: ours, ahead_millis: None });
    }
    // The name of a temporary file: readers ignore it, and should we die here it is an orphan.
    let path = format!("{}/.clock.{}.tmp", layout::SNAPSHOT_FOLDER, runtime.uuid());
    storage.put(&path, Bytes::from_static(b"clock")).await?;
    let probe = storage.stat(&path).await;
    storage.delete(&path).await?;
    let theirs = probe?.map(|file| file.modified_millis);
    Ok(StoreClock {
        now_millis: theirs.map_or(ours, |theirs| theirs.min(ours)),
        ahead_millis: theirs.map(|theirs| theirs.saturating_sub(ours)),
    })
}
