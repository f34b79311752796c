//! Relative names to object paths. Names come from manifests and partition values: nothing in them may leave the table.

use object_store::path::Path;

use crate::error::{Error, Result};

/// `relative` below `root`, byte for byte: `%3A`, blanks and non-ASCII letters stay as they are, as in the file names
/// that Java writes. The empty name is `root` itself.
///
/// Errors: `Invalid` for absolute names, `.`, `..`, empty segments and control characters.
pub(super) fn join(root: &Path, relative: &str) -> Result<Path> {
    if relative.is_empty() {
        return Ok(root.clone());
    }
    check(relative)?;
    let joined = if root.is_root() { relative.to_owned() } else { format!("{root}/{relative}") };
    // `parse`, not `from`: the latter would percent-encode what Paimon has escaped already.
    Path::parse(joined).map_err(|error| refused(relative, "not a valid object name").because(error))
}

fn check(relative: &str) -> Result<()> {
    if relative.starts_with('/') {
        return Err(refused(relative, "an absolute path, expected one relative to the table"));
    }
    for segment in relative.split('/') {
        match segment {
            "" => return Err(refused(relative, "an empty path segment")),
            "." | ".." => return Err(refused(relative, "a path that leaves its folder")),
            _ if segment.chars().any(|c| c.is_ascii_control()) => {
                return Err(refused(relative, "a control character in a path"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn refused(relative: &str, why: &str) -> Error {
    Error::invalid(format!("refused {why}")).at(relative.escape_debug())
}

/// The part of `path` below `root`, for listings. `None` for paths elsewhere.
pub(super) fn below<'a>(root: &Path, path: &'a Path) -> Option<&'a str> {
    if root.is_root() {
        return Some(path.as_ref());
    }
    path.as_ref().strip_prefix(root.as_ref())?.strip_prefix('/')
}
