//! The explorer's files: inside this binary, or a folder. Compressed for whoever takes it.

use std::{
    collections::HashMap,
    io::{Read, Write},
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};

use super::{
    headers::{media_type, text},
    object::{self, Fault, Source, names_tag},
};

mod packed {
    include!(concat!(env!("OUT_DIR"), "/explorer.rs"));
}

/// A file as `build.rs` packs it.
struct Packed {
    name: &'static str,
    /// Says the content, whatever its form.
    tag: &'static str,
    is_brotli: bool,
    bytes: &'static [u8],
}

/// The names never change with the content: each load asks whether it is still the same.
const CACHING: &str = "no-cache";
/// More than any file of the explorer has: a damaged one must not fill memory.
const LARGEST: u64 = 256 << 20;

/// Where the explorer's files are.
#[derive(Clone)]
pub(crate) enum Explorer {
    /// In this binary.
    Embedded(Arc<Embedded>),
    /// In a folder, absolute and without links.
    Folder(Arc<PathBuf>),
}

impl Explorer {
    /// The one in this binary, where it was built with one.
    pub(crate) fn embedded() -> Option<Explorer> {
        Embedded::new(packed::FILES).map(|embedded| Explorer::Embedded(Arc::new(embedded)))
    }

    /// Answers GET and HEAD for a file. `None` where there is none.
    pub(super) async fn answer(
        &self,
        segments: &[String],
        method: &Method,
        request: &HeaderMap,
    ) -> Result<Option<Response>, Fault> {
        match self {
            Explorer::Embedded(embedded) => embedded.answer(&segments.join("/"), method, request),
            Explorer::Folder(folder) => of_folder(&Source::Folder(Arc::clone(folder)), segments, method, request).await,
        }
    }
}

/// A file of a folder, in the compressed form beside it where the client takes that.
async fn of_folder(
    folder: &Source,
    segments: &[String],
    method: &Method,
    request: &HeaderMap,
) -> Result<Option<Response>, Fault> {
    let accepted = text(request, header::ACCEPT_ENCODING);
    if let (Some((name, above)), None) = (segments.split_last(), request.get(header::RANGE)) {
        for (coding, extension) in [("br", "br"), ("gzip", "gz")] {
            if !accepts(accepted, coding) {
                continue;
            }
            let twin = [above, &[format!("{name}.{extension}")]].concat();
            if let Some(mut response) = object::answer(folder, &twin, method, request, CACHING).await? {
                let headers = response.headers_mut();
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
                headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
                return Ok(Some(response));
            }
        }
    }
    let mut response = object::answer(folder, segments, method, request, CACHING).await?;
    if let Some(response) = &mut response {
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    Ok(response)
}

/// The files in this binary, and their other forms once somebody asked for them.
pub(crate) struct Embedded(HashMap<&'static str, Forms>);

struct Forms {
    packed: &'static Packed,
    plain: OnceLock<Bytes>,
    gzip: OnceLock<Bytes>,
}

impl Embedded {
    fn new(files: &'static [Packed]) -> Option<Embedded> {
        let forms = |packed| (packed, OnceLock::new(), OnceLock::new());
        let entry = |packed: &'static Packed| {
            let (packed, plain, gzip) = forms(packed);
            (packed.name, Forms { packed, plain, gzip })
        };
        (!files.is_empty()).then(|| Embedded(files.iter().map(entry).collect()))
    }

    fn answer(&self, name: &str, method: &Method, request: &HeaderMap) -> Result<Option<Response>, Fault> {
        let Some(forms) = self.0.get(name) else { return Ok(None) };
        let (coding, bytes) = forms.for_client(text(request, header::ACCEPT_ENCODING))?;
        let etag = format!("\"{}-{}\"", forms.packed.tag, coding.unwrap_or("plain"));
        let mut response = Response::builder()
            .header(header::ETAG, &etag)
            .header(header::CACHE_CONTROL, CACHING)
            .header(header::VARY, "Accept-Encoding")
            .header(header::CONTENT_TYPE, media_type(name));
        if names_tag(text(request, header::IF_NONE_MATCH), &etag) {
            return Ok(Some(response.status(StatusCode::NOT_MODIFIED).body(Body::empty())?));
        }
        if let Some(coding) = coding {
            response = response.header(header::CONTENT_ENCODING, coding);
        }
        response = response.header(header::CONTENT_LENGTH, bytes.len());
        let body = if method == Method::HEAD { Body::empty() } else { Body::from(bytes) };
        Ok(Some(response.body(body)?))
    }
}

impl Forms {
    /// The coding and the bytes for a client that accepts these codings.
    fn for_client(&self, accepted: &str) -> Result<(Option<&'static str>, Bytes), Fault> {
        if !self.packed.is_brotli {
            return Ok((None, Bytes::from_static(self.packed.bytes)));
        }
        // Browsers take brotli over https and from this machine only, gzip everywhere.
        if accepts(accepted, "br") {
            return Ok((Some("br"), Bytes::from_static(self.packed.bytes)));
        }
        if accepts(accepted, "gzip") {
            return Ok((Some("gzip"), kept(&self.gzip, || gzipped(&self.plain()?))?));
        }
        Ok((None, self.plain()?))
    }

    fn plain(&self) -> Result<Bytes, Fault> {
        kept(&self.plain, || {
            let mut plain = Vec::new();
            brotli::Decompressor::new(self.packed.bytes, 64 << 10).take(LARGEST).read_to_end(&mut plain)?;
            Ok(plain.into())
        })
    }
}

/// What is made at the first use; two at once make it twice, and one of them is kept.
fn kept(form: &OnceLock<Bytes>, make: impl FnOnce() -> Result<Bytes, Fault>) -> Result<Bytes, Fault> {
    match form.get() {
        Some(made) => Ok(made.clone()),
        None => make().map(|made| form.get_or_init(|| made).clone()),
    }
}

fn gzipped(plain: &Bytes) -> Result<Bytes, Fault> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?.into())
}

/// Whether an Accept-Encoding header takes a coding: named, and not with weight zero.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.trim().parse::<f32>().ok());
        named && weight.is_none_or(|weight| weight > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codings_are_taken_at_their_weight() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("BR;q=0.5", "br"));
        for header in ["", "gzip", "br;q=0", "br; q=0.0", "brotli", "*"] {
            assert!(!accepts(header, "br"), "{header}");
        }
    }

    /// "hello hello hello hello\n", as `brotli` packs it.
    fn hello() -> &'static [Packed] {
        let mut bytes = Vec::new();
        brotli::CompressorWriter::new(&mut bytes, 4096, 5, 20).write_all(HELLO).unwrap();
        Box::leak(Box::new([
            Packed { name: "a.js", tag: "1", is_brotli: true, bytes: bytes.leak() },
            Packed { name: "i.png", tag: "2", is_brotli: false, bytes: b"png" },
        ]))
    }

    const HELLO: &[u8] = b"hello hello hello hello\n";

    fn ask(name: &str, headers: &[(header::HeaderName, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
        let embedded = Embedded::new(hello()).unwrap();
        let request = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        let response = embedded.answer(name, &Method::GET, &request).unwrap().unwrap();
        let (head, body) = response.into_parts();
        let body = futures::executor::block_on(axum::body::to_bytes(body, 1 << 20)).unwrap();
        (head.status, head.headers, body.to_vec())
    }

    #[test]
    fn each_client_gets_what_it_can_read() {
        let (_, headers, body) = ask("a.js", &[(header::ACCEPT_ENCODING, "gzip, br")]);
        assert_eq!((text(&headers, header::CONTENT_ENCODING), text(&headers, header::VARY)), ("br", "Accept-Encoding"));
        let mut plain = Vec::new();
        brotli::Decompressor::new(body.as_slice(), 4096).read_to_end(&mut plain).unwrap();
        assert_eq!(plain, HELLO);
        let (_, headers, body) = ask("a.js", &[(header::ACCEPT_ENCODING, "gzip")]);
        assert_eq!(text(&headers, header::CONTENT_ENCODING), "gzip");
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(body.as_slice()).read_to_end(&mut plain).unwrap();
        assert_eq!(plain, HELLO);
        let (_, headers, body) = ask("a.js", &[]);
        assert_eq!((text(&headers, header::CONTENT_ENCODING), body.as_slice()), ("", HELLO));
        assert_eq!(ask("i.png", &[(header::ACCEPT_ENCODING, "br")]).2, b"png");
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        let (_, headers, _) = ask("a.js", &[(header::ACCEPT_ENCODING, "br")]);
        let tag = text(&headers, header::ETAG).to_owned();
        let again = [(header::ACCEPT_ENCODING, "br"), (header::IF_NONE_MATCH, tag.as_str())];
        let (status, _, body) = ask("a.js", &again);
        assert_eq!((status, body.as_slice()), (StatusCode::NOT_MODIFIED, b"".as_slice()));
        // The same content in another form is another answer.
        let (status, ..) = ask("a.js", &[(header::ACCEPT_ENCODING, "gzip"), (header::IF_NONE_MATCH, tag.as_str())]);
        assert_eq!(status, StatusCode::OK);
    }
}
