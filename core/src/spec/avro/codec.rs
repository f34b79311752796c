//! Block compression of Avro containers.

use crate::error::{Error, Result};

/// How the blocks of a container are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// Not at all.
    Null,
    /// Raw deflate.
    Deflate,
    /// Snappy, followed by a CRC-32 of the plain bytes.
    Snappy,
    /// Zstandard, Paimon's default.
    Zstandard,
}

impl Codec {
    /// The codec of a table option such as `manifest.compression`.
    ///
    /// Errors: `Unsupported` for codecs of Avro that this crate does not have, `Invalid` for other words.
    pub fn from_option(text: &str) -> Result<Self> {
        Ok(match text.trim().to_ascii_lowercase().as_str() {
            "zstd" | "zstandard" => Codec::Zstandard,
            "snappy" => Codec::Snappy,
            "deflate" | "gzip" | "zlib" => Codec::Deflate,
            "none" | "null" | "" => Codec::Null,
            "bzip2" | "xz" => return Err(Error::unsupported(format!("avro codec {text} is not supported"))),
            _ => {
                return Err(Error::invalid(format!(
                    "expected an avro codec (zstd, snappy, deflate, null), found {text:?}"
                )));
            }
        })
    }
}
