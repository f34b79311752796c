//! Where tables are: what may stand in an address, kept apart from what may not.
//!
//! A [`Place`] never holds a secret. Credentials, user names in URLs and signed queries live in [`Access`], in memory only.

mod advice;
mod form;

pub use advice::{Advice, Suggestion, advice, looks_like_table};
pub use form::{Form, Way};

/// A place to open, safe to write down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The warehouse that the page's own server offers.
    Served,
    /// A warehouse by URL.
    Warehouse(Location),
    /// One table by URL.
    Table(Location),
    /// A folder of this machine, by its name; the files must be picked again after a reload.
    Local(String),
    /// A table's folder of this machine, by its name.
    LocalTable(String),
}

/// A URL and what is needed to reach it, secrets aside.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Location {
    /// `https://…`, `s3://bucket/…`, `opfs:/…` or `signed://path`, without user, query or fragment.
    pub url: String,
    /// S3 endpoint; the region's own by default.
    pub endpoint: Option<String>,
    /// S3 region.
    pub region: Option<String>,
    /// Whether the bucket is a path segment rather than a host name.
    pub path_style: bool,
    /// The address that signs links, for `signed://`.
    pub signer: Option<Signer>,
}

/// An address that answers with signed links.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signer {
    /// Its URL.
    pub url: String,
    /// Whether it is asked by GET rather than POST.
    pub by_get: bool,
}

/// What opens a place and must not be written down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Access {
    /// S3 access key id.
    pub access_key_id: Option<String>,
    /// S3 secret.
    pub secret_access_key: Option<String>,
    /// S3 session token.
    pub session_token: Option<String>,
    /// The URL as typed, when it carried a user, a password or a signed query.
    pub full_url: Option<String>,
    /// The header `Authorization` for an HTTP server, or for the address that signs.
    pub authorization: Option<String>,
}

impl Place {
    /// How the place is called in lists and the top bar.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Place::Served => "this server",
            Place::Warehouse(at) | Place::Table(at) => &at.url,
            Place::Local(root) | Place::LocalTable(root) => root,
        }
    }

    /// Whether it is one table, with no tree around it.
    #[must_use]
    pub fn is_table(&self) -> bool {
        matches!(self, Place::Table(_) | Place::LocalTable(_))
    }

    /// The folder of this machine that must be at hand.
    #[must_use]
    pub fn folder(&self) -> Option<&str> {
        match self {
            Place::Local(root) | Place::LocalTable(root) => Some(root),
            _ => None,
        }
    }

    /// The URL and what is needed to reach it.
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        match self {
            Place::Warehouse(at) | Place::Table(at) => Some(at),
            _ => None,
        }
    }

    /// What kind of place it is, in a word or two.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.location().map(|at| at.url.split(':').next().unwrap_or_default()) {
            Some("s3") => "S3",
            Some("signed") => "signed links",
            Some("opfs") => "this browser",
            Some(_) => "HTTP",
            None if self.folder().is_some() => "folder",
            None => "server",
        }
    }
}

/// A typed URL split into what may be shown and what may not; an error says what was expected.
pub fn split_url(typed: &str) -> Result<(String, Access), String> {
    let typed = typed.trim();
    if let Some(path) = typed.strip_prefix("opfs:") {
        return Ok((format!("opfs:/{}", path.trim_matches('/')), Access::default()));
    }
    let Some((scheme, rest)) = typed.split_once("://") else {
        return Err("expected a URL such as https://host/warehouse or s3://bucket/warehouse".to_owned());
    };
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" => "http",
        "https" => "https",
        "s3" | "s3a" | "s3n" | "oss" => "s3",
        "signed" => return Ok((format!("signed://{}", rest.trim_matches('/')), Access::default())),
        other => return Err(format!("a browser cannot open {other}://; expected http, https or s3")),
    };
    let bare = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = bare.split_once('/').unwrap_or((bare, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.is_empty() {
        return Err(format!("expected a {} after {scheme}://", if scheme == "s3" { "bucket" } else { "host" }));
    }
    let url = format!("{scheme}://{host}/{}", path.trim_end_matches('/'));
    let url = url.trim_end_matches('/').to_owned();
    let carries_secret = host != authority || rest.contains('?');
    let access = Access { full_url: carries_secret.then(|| typed.to_owned()), ..Access::default() };
    Ok((url, access))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_never_reach_the_place() {
        let (url, access) = split_url("https://me:pw@host/wh/?X-Amz-Signature=abc").unwrap();
        assert_eq!(url, "https://host/wh");
        assert!(access.full_url.unwrap().contains("pw"));
        assert_eq!(split_url("s3a://b/wh").unwrap(), ("s3://b/wh".to_owned(), Access::default()));
        assert_eq!(split_url("opfs:/wh/").unwrap().0, "opfs:/wh");
        assert_eq!(split_url("signed://").unwrap().0, "signed://");
    }

    #[test]
    fn bad_urls_say_what_was_expected() {
        assert!(split_url("lake").unwrap_err().contains("https://"));
        assert!(split_url("hdfs://x/y").unwrap_err().contains("hdfs"));
        assert!(split_url("https:///x").unwrap_err().contains("host"));
    }
}
