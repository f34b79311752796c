//! A URL, as a user pastes it, to a store (native builds; the browser brings its own store).

use std::{collections::BTreeMap, sync::Arc};

use super::{Runtime, Storage};
use crate::error::{Error, Result};

impl Storage {
    /// The folder at `url`: a local path, `file://`, `memory:`, and with the feature `cloud` `s3://`, `gs://`,
    /// `az://` and `http(s)://`.
    ///
    /// `options` are those of the `object_store` builders (`access_key_id`, `endpoint`, `region`, …), names in any case;
    /// Paimon's `s3.endpoint`, `s3.access-key`, `s3.secret-key`, `s3.region` and `s3.path.style.access` are understood
    /// too. What they leave out comes from the environment (`AWS_ACCESS_KEY_ID`, …).
    /// Errors: `Invalid` for what is not a URL, `Unsupported` for schemes that this build does not have.
    pub fn open_url(url: &str, options: &BTreeMap<String, String>, runtime: Arc<dyn Runtime>) -> Result<Self> {
        match scheme(url) {
            None => Storage::local(url, runtime),
            Some("file") => Storage::local(file_path(url)?, runtime),
            Some("memory") => Ok(Storage::memory(runtime)),
            Some(_) => cloud::open(url, options, runtime),
        }
    }
}

/// The scheme of a URL in lower case letters; `None` for plain paths, `C:\` among them.
fn scheme(url: &str) -> Option<&str> {
    let (scheme, _) = url.split_once(':')?;
    let valid = scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    valid.then_some(scheme)
}

/// `file:///a%20b` to `/a b`; `file:/a` and `file:a` are understood too, as Hadoop writes them.
fn file_path(url: &str) -> Result<String> {
    let rest = url.strip_prefix("file:").unwrap_or(url);
    let rest = match rest.strip_prefix("//") {
        None => rest,
        Some(rest) => rest.strip_prefix("localhost").unwrap_or(rest),
    };
    if url.starts_with("file://") && !rest.starts_with('/') {
        return Err(Error::invalid("a file URL with a host, expected file:///path").at(url));
    }
    percent_decode(rest).ok_or_else(|| Error::invalid("a file URL that is not UTF-8 when decoded").at(url))
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = (first == b'%').then(|| tail.get(..2)).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(not(feature = "cloud"))]
mod cloud {
    use super::*;

    pub(super) fn open(url: &str, _: &BTreeMap<String, String>, _: Arc<dyn Runtime>) -> Result<Storage> {
        Err(Error::unsupported("this build reads local files only (feature `cloud` is off)").at(url))
    }
}

#[cfg(feature = "cloud")]
mod cloud {
    use object_store::{
        ObjectStore, RetryConfig,
        aws::{AmazonS3Builder, AmazonS3ConfigKey},
        azure::MicrosoftAzureBuilder,
        gcp::GoogleCloudStorageBuilder,
        http::HttpBuilder,
        path::Path,
    };

    use super::*;
    use crate::io::{CreateIfAbsent, StorageTraits};

    pub(super) fn open(url: &str, options: &BTreeMap<String, String>, runtime: Arc<dyn Runtime>) -> Result<Storage> {
        let (scheme, rest) =
            url.split_once("://").ok_or_else(|| Error::invalid("not a URL, expected scheme://…").at(url))?;
        if rest.contains(['?', '#']) {
            return Err(Error::invalid("a URL with a query or fragment cannot be a folder").at(url));
        }
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let root = Path::from_url_path(path.trim_end_matches('/'))
            .map_err(|error| Error::invalid("not a valid folder").at(url).because(error))?;
        let (store, create_if_absent) =
            build(scheme, url, host, options).map_err(|error| match error.downcast::<Error>() {
                Ok(error) => *error,
                Err(error) => Error::invalid("cannot open the store").at(url).because(error),
            })?;
        let can_list = !matches!(scheme, "http" | "https");
        let label = format!("{scheme}://{host}");
        let traits = StorageTraits { can_list, visible_while_written: false, create_if_absent, label };
        Ok(Storage::with_traits(store, root, runtime, traits))
    }

    type Failure = Box<dyn std::error::Error + Send + Sync>;

    /// Retries are ours (`io::retry`), so the stores' own are off.
    fn no_retries() -> RetryConfig {
        RetryConfig { max_retries: 0, ..RetryConfig::default() }
    }

    macro_rules! configured {
        ($builder:expr, $options:expr) => {
            $options.iter().fold($builder, |builder, (name, value)| {
                let (name, value) = plain_option(name, value);
                match name.parse() {
                    Ok(key) => builder.with_config(key, value),
                    // Options of other stores and of the catalog share the map.
                    Err(_) => builder,
                }
            })
        };
    }

    /// Paimon's name of an option to that of `object_store`.
    fn plain_option(name: &str, value: &str) -> (String, String) {
        let name = name.to_ascii_lowercase();
        let value = value.to_owned();
        match name.as_str() {
            "s3.endpoint" => ("endpoint".to_owned(), value),
            "s3.region" => ("region".to_owned(), value),
            "s3.access-key" => ("access_key_id".to_owned(), value),
            "s3.secret-key" => ("secret_access_key".to_owned(), value),
            "s3.session-token" => ("session_token".to_owned(), value),
            "s3.path.style.access" => {
                ("virtual_hosted_style_request".to_owned(), (!value.eq_ignore_ascii_case("true")).to_string())
            }
            _ => (name, value),
        }
    }

    /// A store on this machine or in the house is spoken to over plain HTTP: an endpoint that says so means it.
    fn endpoint_is_plain(options: &BTreeMap<String, String>) -> bool {
        let endpoints = options.iter().filter(|(name, _)| name.to_ascii_lowercase().ends_with("endpoint"));
        endpoints.into_iter().any(|(_, endpoint)| endpoint.starts_with("http://"))
    }

    /// Servers with an endpoint of their own may not know the condition; `conditional_put` can be switched off.
    fn creates_of_s3(builder: &AmazonS3Builder) -> CreateIfAbsent {
        let conditional_put = builder.get_config_value(&AmazonS3ConfigKey::ConditionalPut);
        if conditional_put.is_some_and(|value| value.trim().eq_ignore_ascii_case("disabled")) {
            return CreateIfAbsent::No;
        }
        match builder.get_config_value(&AmazonS3ConfigKey::Endpoint) {
            Some(_) => CreateIfAbsent::Unproven,
            None => CreateIfAbsent::Yes,
        }
    }

    fn build(
        scheme: &str,
        url: &str,
        host: &str,
        options: &BTreeMap<String, String>,
    ) -> std::result::Result<(Arc<dyn ObjectStore>, CreateIfAbsent), Failure> {
        Ok(match scheme {
            "s3" | "s3a" => {
                let builder = configured!(AmazonS3Builder::from_env().with_url(url), options).with_retry(no_retries());
                let builder = if endpoint_is_plain(options) { builder.with_allow_http(true) } else { builder };
                let creates = creates_of_s3(&builder);
                (Arc::new(builder.build()?), creates)
            }
            "gs" => {
                let builder = configured!(GoogleCloudStorageBuilder::from_env().with_url(url), options);
                (Arc::new(builder.with_retry(no_retries()).build()?), CreateIfAbsent::Yes)
            }
            "az" | "azure" | "adl" | "abfs" | "abfss" => {
                let builder = configured!(MicrosoftAzureBuilder::from_env().with_url(url), options);
                (Arc::new(builder.with_retry(no_retries()).build()?), CreateIfAbsent::Yes)
            }
            "http" | "https" => {
                let builder = HttpBuilder::new().with_url(format!("{scheme}://{host}")).with_retry(no_retries());
                let builder = if scheme == "http" {
                    builder.with_config(object_store::ClientConfigKey::AllowHttp, "true")
                } else {
                    builder
                };
                (Arc::new(configured!(builder, options).build()?), CreateIfAbsent::No)
            }
            _ => {
                let message =
                    format!("unknown scheme {scheme}, expected file, s3, gs, az, abfs, http, https or memory");
                return Err(Box::new(Error::unsupported(message).at(url)));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_urls_are_paths() {
        assert_eq!(file_path("file:///a%20b/c").unwrap(), "/a b/c");
        assert_eq!(file_path("file:/a").unwrap(), "/a");
        assert_eq!(file_path("file://localhost/a").unwrap(), "/a");
        assert!(file_path("file://host/a").is_err());
    }

    #[test]
    fn plain_paths_have_no_scheme() {
        assert_eq!(scheme("/data/wh"), None);
        assert_eq!(scheme("C:\\wh"), None);
        assert_eq!(scheme("./p=a:b"), None);
        assert_eq!(scheme("s3://b/k"), Some("s3"));
    }
}
