//! What is in a folder, as the listing document that the engine asks for where it cannot list.

use std::{path::Path, time::UNIX_EPOCH};

use cenote_core::io::Listing;
use serde_json::{Value, json};

use super::{object::Source, path};

/// Children of the folder that `segments` name; empty where there is none.
pub(super) async fn json(
    source: &Source,
    segments: &[String],
) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
    match source {
        Source::Store(storage) => {
            let Listing { dirs, files } = storage.list(&segments.join("/")).await?;
            let file = |file: &cenote_core::io::DirEntry| json!({"name": file.name, "size": file.size, "modified_millis": file.modified_millis});
            Ok(json!({"dirs": dirs, "files": files.iter().map(file).collect::<Vec<_>>()}))
        }
        Source::Folder(root) => match path::find(root, segments).await? {
            Some(folder) if folder.is_dir() => Ok(of_folder(&folder).await?),
            _ => Ok(json!({"dirs": [], "files": []})),
        },
    }
}

async fn of_folder(folder: &Path) -> std::io::Result<Value> {
    let (mut dirs, mut files) = (Vec::new(), Vec::new());
    let mut entries = tokio::fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        let Ok(name) = entry.file_name().into_string() else { continue };
        // Links are not followed: they may lead out of the warehouse.
        let metadata = entry.metadata().await?;
        if metadata.is_dir() {
            dirs.push(name);
        } else if metadata.is_file() {
            let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
            files.push(json!({"name": name, "size": metadata.len(), "modified_millis": modified as u64}));
        }
    }
    dirs.sort_unstable();
    Ok(json!({"dirs": dirs, "files": files}))
}
