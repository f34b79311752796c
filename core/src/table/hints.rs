//! Hint files: a number in a file, believed only after a look at what it names.

use bytes::Bytes;

use crate::{
    error::{ErrorKind, Result},
    io::Storage,
};

/// The number in the hint file; `None` where it is absent or not a positive number.
///
/// A store that answers 403 for absent files is found out here: if `neighbour`, a file that should be there, can be
/// read, 403 counts as absent from then on.
pub(super) async fn read(storage: &Storage, path: &str, neighbour: &str) -> Result<Option<i64>> {
    let body = match storage.get_opt(path).await {
        Err(error) if error.kind() == ErrorKind::Unavailable && storage.learn_from(neighbour).await => {
            storage.get_opt(path).await?
        }
        body => body?,
    };
    let number = body.as_deref().and_then(|body| std::str::from_utf8(body).ok()?.trim().parse().ok());
    Ok(number.filter(|number| *number > 0))
}

/// Writes the hint. A hint that cannot be written harms nobody: what it points to has been published already.
pub(super) async fn write(storage: &Storage, path: &str, number: i64) {
    let _ = storage.put(path, Bytes::from(number.to_string())).await;
}
