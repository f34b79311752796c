//! Folders of this machine.

use std::{
    io::ErrorKind,
    path::{Component, Path as FilePath, PathBuf},
    sync::Arc,
};

use object_store::{local::LocalFileSystem, path::Path};

use super::{CreateIfAbsent, Runtime, Storage, StorageTraits};
use crate::error::{Error, Result};

impl Storage {
    /// The local folder `path`, relative to the working directory or absolute; it need not exist yet.
    ///
    /// File names are taken as they are: `%3A` in an object's path is `%3A` on the disk, as Java writes it.
    /// Errors: `Invalid` for names that are not UTF-8.
    pub fn local(path: impl AsRef<FilePath>, runtime: Arc<dyn Runtime>) -> Result<Self> {
        let root = object_path(path.as_ref())?;
        let traits = StorageTraits {
            can_list: true,
            visible_while_written: true,
            create_if_absent: CreateIfAbsent::Yes,
            label: String::new(),
        };
        Ok(Storage::with_traits(Arc::new(LocalFileSystem::new()), root, runtime, traits))
    }
}

fn object_path(path: &FilePath) -> Result<Path> {
    let shown = path.display().to_string();
    let unusable = |why: &str| Error::invalid(format!("not a usable folder: {why}")).at(&shown);
    if path.as_os_str().is_empty() {
        return Err(unusable("the path is empty"));
    }
    let absolute = std::path::absolute(path).map_err(|error| unusable("no absolute path").because(error))?;
    let resolved = resolve(&absolute).ok_or_else(|| unusable("`..` below a folder that does not exist"))?;
    Path::from_absolute_path(&resolved).map_err(|error| unusable("the name is not valid").because(error))
}

/// Symbolic links and `..` resolved as far as the folders exist; `None` when `..` remains.
fn resolve(absolute: &FilePath) -> Option<PathBuf> {
    let mut existing = absolute;
    loop {
        if let Ok(real) = std::fs::canonicalize(existing) {
            let rest = absolute.strip_prefix(existing).ok()?;
            let plain = rest.components().all(|part| matches!(part, Component::Normal(_)));
            return plain.then(|| if rest.as_os_str().is_empty() { real.clone() } else { real.join(rest) });
        }
        existing = existing.parent()?;
    }
}

/// Makes the directory with its parents.
pub(super) fn create_dir(location: &Path) -> Result<()> {
    let path = filesystem_path(location)?;
    std::fs::create_dir_all(&path)
        .map_err(|error| Error::unavailable("cannot create the folder").at(path.display()).because(error))
}

/// Removes the directory with all that is in it.
pub(super) fn delete_dir(location: &Path) -> Result<()> {
    let path = filesystem_path(location)?;
    match std::fs::remove_dir_all(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Error::unavailable("cannot delete the folder").at(path.display()).because(error))
        }
        _ => Ok(()),
    }
}

/// Removes the directory if it is empty. Gives whether it was.
pub(super) fn delete_empty_dir(location: &Path) -> Result<bool> {
    Ok(std::fs::remove_dir(filesystem_path(location)?).is_ok())
}

fn filesystem_path(location: &Path) -> Result<PathBuf> {
    if location.is_root() {
        return Err(Error::invalid("refused to change the root of the file system"));
    }
    LocalFileSystem::new()
        .path_to_filesystem(location)
        .map_err(|error| Error::invalid("not a valid folder name").at(location).because(error))
}
