//! The end of a file: postscript and footer, with the types of all columns and the places of the stripes.

use std::ops::Range;

use bytes::Bytes;

use super::{
    compression::Compression,
    proto::{Fields, Value},
};
use crate::{
    error::{Error, Result},
    format::source::Source,
};

/// Last bytes of the postscript.
const MAGIC: &[u8] = b"ORC";
/// Plain bytes of a footer that are accepted.
pub(super) const MAX_FOOTER_BYTES: usize = 32 << 20;
/// Types, stripes and streams that are accepted: each takes more memory than the few bytes that may stand for it.
const MAX_PARTS: usize = 1 << 20;

/// What a column is stored as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Byte,
    Short,
    Int,
    Long,
    Float,
    Double,
    String,
    Binary,
    Timestamp,
    List,
    Map,
    Struct,
    Union,
    Decimal,
    Date,
    Varchar,
    Char,
    /// TIMESTAMP WITH LOCAL TIME ZONE
    Instant,
}

/// Kinds in the order of their numbers.
const KINDS: [Kind; 19] = [
    Kind::Boolean,
    Kind::Byte,
    Kind::Short,
    Kind::Int,
    Kind::Long,
    Kind::Float,
    Kind::Double,
    Kind::String,
    Kind::Binary,
    Kind::Timestamp,
    Kind::List,
    Kind::Map,
    Kind::Struct,
    Kind::Union,
    Kind::Decimal,
    Kind::Date,
    Kind::Varchar,
    Kind::Char,
    Kind::Instant,
];

/// A node of the tree of types; columns are numbered as nodes, parents before children.
#[derive(Debug)]
pub(super) struct Type {
    pub(super) kind: Kind,
    /// Columns of the children.
    pub(super) children: Vec<usize>,
    /// Names of the children of a struct.
    pub(super) names: Vec<String>,
}

/// Place and size of a stripe.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stripe {
    pub(super) offset: u64,
    pub(super) index_length: u64,
    pub(super) data_length: u64,
    pub(super) footer_length: u64,
    pub(super) rows: u64,
}

impl Stripe {
    /// Bytes of the whole stripe.
    pub(super) fn bytes(self) -> u64 {
        self.index_length.saturating_add(self.data_length).saturating_add(self.footer_length)
    }
}

/// What the end of a file says.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) compression: Compression,
    /// All types; the root, a struct, is the first.
    pub(super) types: Vec<Type>,
    pub(super) stripes: Vec<Stripe>,
    /// Where the statistics of the stripes are.
    pub(super) statistics: Range<u64>,
    /// Version of the code that wrote the file: a number for each mistake that was mended.
    pub(super) writer_version: u64,
}

/// Reads the tail of a file. Errors: `Corrupt`; `Unsupported` for codecs and encryption that this crate does not have.
pub(super) async fn load(source: &Source) -> Result<Tail> {
    let (postscript, start, footer) = postscript_and_footer(source).await?;
    let mut tail = Tail::parse(postscript.compression, footer)?;
    tail.statistics = start.saturating_sub(postscript.statistics_length)..start;
    tail.writer_version = postscript.writer_version;
    Ok(tail)
}

/// The postscript, where the footer begins, and its stored bytes.
pub(super) async fn postscript_and_footer(source: &Source) -> Result<(Postscript, u64, Bytes)> {
    let held = source.tail();
    let short = || Error::corrupt(format!("expected an orc file, found {} bytes", held.len()));
    let length = usize::from(*held.last().ok_or_else(short)?);
    let start = held.len().checked_sub(1 + length).ok_or_else(short)?;
    let postscript = Postscript::parse(held.get(start..held.len() - 1).ok_or_else(short)?)?;
    let end = source.size() - 1 - length as u64;
    let start = end
        .checked_sub(postscript.footer_length)
        .ok_or_else(|| Error::corrupt(format!("expected an orc footer of {} bytes", postscript.footer_length)))?;
    let footer = source.metadata(start..end).await?;
    Ok((postscript, start, footer))
}

/// The last bytes of a file.
pub(super) struct Postscript {
    pub(super) footer_length: u64,
    statistics_length: u64,
    writer_version: u64,
    /// Version of the format: its numbers, the first one first.
    pub(super) version: Vec<u64>,
    pub(super) compression: Compression,
}

impl Postscript {
    fn parse(bytes: &[u8]) -> Result<Self> {
        let (mut footer_length, mut compression, mut chunk, mut magic) = (0, 0, None, None);
        let (mut statistics_length, mut writer_version, mut version) = (0, 0, Vec::new());
        let mut fields = Fields::new(bytes);
        while let Some((field, value)) = fields.next()? {
            match field {
                1 => footer_length = value.number()?,
                2 => compression = value.number()?,
                3 => chunk = Some(value.number()?),
                4 => value.numbers(&mut version)?,
                5 => statistics_length = value.number()?,
                6 => writer_version = value.number()?,
                8000 => magic = Some(value.bytes()?),
                _ => {}
            }
        }
        if magic != Some(MAGIC) {
            return Err(Error::corrupt("expected an orc file, found other last bytes"));
        }
        let compression = Compression::new(compression, chunk)?;
        Ok(Postscript { footer_length, statistics_length, writer_version, version, compression })
    }
}

impl Tail {
    fn parse(compression: Compression, footer: Bytes) -> Result<Tail> {
        let footer = compression.expand(footer, MAX_FOOTER_BYTES)?;
        let mut tail =
            Tail { compression, types: Vec::new(), stripes: Vec::new(), statistics: 0..0, writer_version: 0 };
        let mut fields = Fields::new(&footer);
        while let Some((field, value)) = fields.next()? {
            match field {
                3 => tail.stripes.push(Stripe::parse(value)?),
                4 => tail.types.push(Type::parse(value, tail.types.len())?),
                10 => return Err(Error::unsupported("encrypted orc files cannot be read")),
                _ => {}
            }
            check_parts(tail.types.len().max(tail.stripes.len()))?;
        }
        let columns = tail.types.len();
        if tail.types.iter().flat_map(|node| &node.children).any(|child| *child >= columns) {
            return Err(Error::corrupt(format!("expected children within the {columns} types of an orc file")));
        }
        match tail.types.first() {
            Some(root) if root.kind == Kind::Struct => Ok(tail),
            _ => Err(Error::corrupt("expected an orc file of structs")),
        }
    }
}

impl Type {
    fn parse(value: Value<'_>, column: usize) -> Result<Type> {
        let (mut kind, mut children, mut names) = (0, Vec::new(), Vec::new());
        let mut fields = Fields::new(value.bytes()?);
        while let Some((field, value)) = fields.next()? {
            match field {
                1 => kind = value.number()?,
                2 => value.numbers(&mut children)?,
                3 => names.push(text(value)?),
                _ => {}
            }
        }
        let kind = usize::try_from(kind).ok().and_then(|kind| KINDS.get(kind).copied());
        let kind = kind.ok_or_else(|| Error::unsupported(format!("the type of orc column {column} is not known")))?;
        let children = children.into_iter().map(|child| usize::try_from(child).unwrap_or(usize::MAX));
        let children = children.collect::<Vec<_>>();
        let expected = match kind {
            Kind::List => 1,
            Kind::Map => 2,
            Kind::Struct => names.len(),
            Kind::Union => children.len(),
            _ => 0,
        };
        // Parents precede their children, so there are no cycles.
        if children.len() != expected || children.iter().any(|child| *child <= column) {
            return Err(Error::corrupt(format!("the children of orc column {column} are not those of a {kind:?}")));
        }
        Ok(Type { kind, children, names })
    }
}

impl Stripe {
    fn parse(value: Value<'_>) -> Result<Stripe> {
        let mut stripe = Stripe { offset: 0, index_length: 0, data_length: 0, footer_length: 0, rows: 0 };
        let mut fields = Fields::new(value.bytes()?);
        while let Some((field, value)) = fields.next()? {
            match field {
                1 => stripe.offset = value.number()?,
                2 => stripe.index_length = value.number()?,
                3 => stripe.data_length = value.number()?,
                4 => stripe.footer_length = value.number()?,
                5 => stripe.rows = value.number()?,
                _ => {}
            }
        }
        // More rows fit in no stripe; without this a few bytes could claim an endless number of null rows.
        if stripe.rows > i32::MAX as u64 {
            return Err(Error::corrupt(format!("expected fewer rows in an orc stripe, found {}", stripe.rows)));
        }
        Ok(stripe)
    }
}

/// Errors: `Corrupt` where a footer has too many parts of a kind.
pub(super) fn check_parts(count: usize) -> Result<()> {
    if count <= MAX_PARTS {
        return Ok(());
    }
    Err(Error::corrupt(format!("expected at most {MAX_PARTS} parts of a kind in an orc footer")))
}

/// A value as text. Errors: `Corrupt`.
pub(super) fn text(value: Value<'_>) -> Result<String> {
    let text = str::from_utf8(value.bytes()?);
    text.map(str::to_owned).map_err(|error| Error::corrupt("expected UTF-8 in an orc footer").because(error))
}
