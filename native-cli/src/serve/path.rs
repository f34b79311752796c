//! From the path of a request to a file below a folder, and never to one outside.

use std::{
    io,
    path::{Path, PathBuf},
};

/// The segments of a percent-encoded request path. `None` for paths that could climb out or name something odd.
pub(super) fn segments(path: &str) -> Option<Vec<String>> {
    let path = path.trim_start_matches('/');
    if path.is_empty() {
        return Some(Vec::new());
    }
    path.split('/').map(|segment| decode(segment).filter(|segment| is_plain(segment))).collect()
}

/// The file that `segments` name below `root`, an absolute path without links. `None` where there is none, or where a
/// link leads out of the root.
pub(super) async fn find(root: &Path, segments: &[String]) -> io::Result<Option<PathBuf>> {
    let wanted = segments.iter().fold(root.to_owned(), |path, segment| path.join(segment));
    match tokio::fs::canonicalize(&wanted).await {
        Ok(found) if found.starts_with(root) => Ok(Some(found)),
        Ok(_) => Ok(None),
        // Also what a file used as a folder says.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A name that means a file of one folder on every system.
fn is_plain(segment: &str) -> bool {
    let climbs = matches!(segment, "" | "." | "..");
    let has_separator = segment.contains(['/', '\\', '\0']);
    // Windows drops dots and blanks at the end, and reads a colon as a drive or a stream.
    let is_bent = cfg!(windows) && (segment.contains(':') || segment.ends_with(['.', ' ']));
    !climbs && !has_separator && !is_bent
}

fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
        bytes.push(u8::try_from(digit()? << 4 | digit()?).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_cannot_climb() {
        assert_eq!(segments("/a/b%20c/d%3D1"), Some(vec!["a".into(), "b c".into(), "d=1".into()]));
        assert_eq!(segments("/dt=a%253Ab"), Some(vec!["dt=a%3Ab".into()]));
        assert_eq!(segments("/"), Some(vec![]));
        for bad in
            ["/../x", "/a/../b", "/%2e%2e/x", "/a/%2e%2E", "/a%2fb", "/a//b", "/a/.", "/a%00", "/a%5cb", "/%", "/%zz"]
        {
            assert_eq!(segments(bad), None, "{bad}");
        }
    }
}
