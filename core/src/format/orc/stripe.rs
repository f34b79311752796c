//! One stripe: which streams there are, and the bytes of those that are needed.

use std::{collections::HashMap, ops::Range};

use bytes::Bytes;

use super::{
    byte_runs::Bits,
    column::MAX_BATCH_BYTES,
    compression::{Compression, Stream},
    integer_runs::{IntegerRuns, Version},
    proto::{Fields, Value},
    tail::{self, Tail},
    zone::Zone,
};
use crate::{
    error::{Error, Result},
    format::source::Source,
};

/// Plain bytes that all dictionaries of a stripe may have together.
const MAX_DICTIONARY_BYTES: usize = 512 << 20;

/// What a stream holds of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum StreamKind {
    /// Which rows are not null.
    Present,
    Data,
    Length,
    DictionaryData,
    /// Scales of decimals, nanoseconds of timestamps.
    Secondary,
}

impl StreamKind {
    /// `None` for indexes, bloom filters and the like.
    fn new(kind: u64) -> Option<Self> {
        Some(match kind {
            0 => StreamKind::Present,
            1 => StreamKind::Data,
            2 => StreamKind::Length,
            3 => StreamKind::DictionaryData,
            5 => StreamKind::Secondary,
            _ => return None,
        })
    }
}

/// How a column is encoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Encoding {
    pub(super) version: Version,
    /// Entries of the dictionary; `None` without.
    pub(super) dictionary: Option<u64>,
}

/// The streams of the columns asked.
pub(super) struct StripeData {
    compression: Compression,
    encodings: Vec<Encoding>,
    streams: HashMap<(usize, StreamKind), Bytes>,
    zone: Option<String>,
    /// Rows of the stripe.
    pub(super) rows: u64,
    /// Stored bytes of all streams fetched.
    pub(super) bytes: u64,
    /// Plain bytes that further dictionaries may have.
    dictionary_bytes: usize,
}

impl StripeData {
    /// Fetches the streams of `columns` (for each column of the file, whether it is needed).
    pub(super) async fn load(
        source: &Source,
        tail: &Tail,
        stripe: tail::Stripe,
        columns: &[bool],
    ) -> Result<StripeData> {
        let (footer, data_end) = Footer::load(source, tail, stripe).await?;

        let (mut keys, mut ranges) = (Vec::new(), Vec::<Range<u64>>::new());
        let mut start = stripe.offset;
        for stream in &footer.streams {
            let end = start.checked_add(stream.length).filter(|end| *end <= data_end).ok_or_else(outside)?;
            let column = usize::try_from(stream.column).unwrap_or(usize::MAX);
            if let (Some(kind), Some(true)) = (StreamKind::new(stream.kind), columns.get(column)) {
                keys.push((column, kind));
                ranges.push(start..end);
            }
            start = end;
        }
        let bytes = ranges.iter().map(|range| range.end - range.start).sum();
        let streams = keys.into_iter().zip(source.data(&ranges).await?).collect();
        let Footer { encodings, zone, .. } = footer;
        let (compression, rows, dictionary_bytes) = (tail.compression, stripe.rows, MAX_DICTIONARY_BYTES);
        Ok(StripeData { compression, encodings, streams, zone, rows, bytes, dictionary_bytes })
    }

    /// Stored bytes of a stream; empty where it is not there.
    fn stored(&mut self, column: usize, kind: StreamKind) -> Bytes {
        self.streams.remove(&(column, kind)).unwrap_or_default()
    }

    /// A stream; each is given once.
    pub(super) fn stream(&mut self, column: usize, kind: StreamKind) -> Stream {
        let stored = self.stored(column, kind);
        Stream::new(self.compression, stored)
    }

    /// The plain bytes of all entries of a column's dictionary.
    pub(super) fn dictionary(&mut self, column: usize) -> Result<Vec<u8>> {
        let stored = self.stored(column, StreamKind::DictionaryData);
        let plain = self.compression.expand(stored, self.dictionary_bytes.min(MAX_BATCH_BYTES))?;
        self.dictionary_bytes -= plain.len();
        Ok(plain)
    }

    /// A stream of integers.
    pub(super) fn integers(&mut self, column: usize, kind: StreamKind, signed: bool) -> Result<IntegerRuns> {
        let version = self.encoding(column)?.version;
        Ok(IntegerRuns::new(self.stream(column, kind), version, signed))
    }

    /// Which rows of a column are not null; `None` where all are.
    pub(super) fn present(&mut self, column: usize) -> Option<Bits> {
        let stored = self.streams.remove(&(column, StreamKind::Present))?;
        Some(Bits::new(Stream::new(self.compression, stored)))
    }

    /// How a column is encoded. Errors: `Corrupt` where the footer does not say.
    pub(super) fn encoding(&self, column: usize) -> Result<Encoding> {
        self.encodings
            .get(column)
            .copied()
            .ok_or_else(|| Error::corrupt(format!("expected an encoding of orc column {column}, found none")))
    }

    /// Zone of the writer. Errors: `Unsupported` where it is not known.
    pub(super) fn zone(&self) -> Result<Zone> {
        Zone::of_name(self.zone.as_deref())
    }
}

/// What the end of a stripe says.
pub(super) struct Footer {
    pub(super) streams: Vec<StreamPlace>,
    pub(super) encodings: Vec<Encoding>,
    zone: Option<String>,
}

/// A stream of a column; its kind by number.
pub(super) struct StreamPlace {
    pub(super) kind: u64,
    pub(super) column: u64,
    pub(super) length: u64,
}

fn outside() -> Error {
    Error::corrupt("an orc stripe goes beyond its file")
}

impl Footer {
    /// The footer of a stripe, and where it begins. Errors: `Corrupt`.
    pub(super) async fn load(source: &Source, tail: &Tail, stripe: tail::Stripe) -> Result<(Footer, u64)> {
        let index_end = stripe.offset.checked_add(stripe.index_length).ok_or_else(outside)?;
        let data_end = index_end.checked_add(stripe.data_length).ok_or_else(outside)?;
        let footer_end = data_end.checked_add(stripe.footer_length).ok_or_else(outside)?;
        let footer = source.metadata(data_end..footer_end).await?;
        Ok((Footer::parse(&tail.compression.expand(footer, tail::MAX_FOOTER_BYTES)?)?, data_end))
    }

    fn parse(bytes: &[u8]) -> Result<Footer> {
        let mut footer = Footer { streams: Vec::new(), encodings: Vec::new(), zone: None };
        let mut fields = Fields::new(bytes);
        while let Some((field, value)) = fields.next()? {
            match field {
                1 => footer.streams.push(StreamPlace::parse(value)?),
                2 => footer.encodings.push(Encoding::parse(value)?),
                3 => footer.zone = Some(tail::text(value)?),
                _ => {}
            }
            tail::check_parts(footer.streams.len().max(footer.encodings.len()))?;
        }
        Ok(footer)
    }
}

impl StreamPlace {
    fn parse(value: Value<'_>) -> Result<Self> {
        let mut stream = StreamPlace { kind: 0, column: 0, length: 0 };
        let mut fields = Fields::new(value.bytes()?);
        while let Some((field, value)) = fields.next()? {
            match field {
                1 => stream.kind = value.number()?,
                2 => stream.column = value.number()?,
                3 => stream.length = value.number()?,
                _ => {}
            }
        }
        Ok(stream)
    }
}

impl Encoding {
    /// ORC's word for it.
    pub(super) fn name(&self) -> &'static str {
        match (self.version, self.dictionary) {
            (Version::One, None) => "DIRECT",
            (Version::One, Some(_)) => "DICTIONARY",
            (Version::Two, None) => "DIRECT_V2",
            (Version::Two, Some(_)) => "DICTIONARY_V2",
        }
    }

    fn parse(value: Value<'_>) -> Result<Self> {
        let (mut kind, mut size) = (0, 0);
        let mut fields = Fields::new(value.bytes()?);
        while let Some((field, value)) = fields.next()? {
            match field {
                1 => kind = value.number()?,
                2 => size = value.number()?,
                _ => {}
            }
        }
        let (version, dictionary) = match kind {
            0 => (Version::One, None),
            1 => (Version::One, Some(size)),
            2 => (Version::Two, None),
            3 => (Version::Two, Some(size)),
            other => return Err(Error::corrupt(format!("expected an orc encoding, found {other}"))),
        };
        Ok(Encoding { version, dictionary })
    }
}
