//! Bit-sliced index of numbers (Java `BitSliceIndexBitmapFileIndex`).
//!
//! ```text
//! 1 | rows: int | has positive: byte [slices of values] | has negative: byte [slices of magnitudes]
//! slices    1 | min: long | max: long | rows with a value: roaring | count: int | slices: roaring of the bits of value - min
//! ```

use roaring::RoaringBitmap;

use super::{
    bit_slices::{BitSlices, Compared},
    cursor::Cursor,
    key::Key,
};
use crate::{
    error::{Error, Result},
    types::{DataType, TypeKind},
};

/// The rows of each bit of a number.
#[derive(Clone, Debug)]
pub struct BsiIndex {
    rows: u32,
    positive: Magnitudes,
    negative: Magnitudes,
}

#[derive(Clone, Debug, Default)]
struct Magnitudes {
    min: u64,
    slices: BitSlices,
}

/// Whether columns of this type have such an index.
pub(super) fn holds(data_type: &DataType) -> bool {
    matches!(
        data_type.kind,
        TypeKind::TinyInt
            | TypeKind::SmallInt
            | TypeKind::Int
            | TypeKind::BigInt
            | TypeKind::Date
            | TypeKind::Time(_)
            | TypeKind::Decimal { .. }
            | TypeKind::Timestamp(_)
            | TypeKind::TimestampLtz(_)
    )
}

impl BsiIndex {
    /// `None` for a newer version. Errors: `Corrupt`.
    pub fn decode(bytes: &[u8]) -> Result<Option<Self>> {
        let mut cursor = Cursor::new(bytes);
        if cursor.byte()? != 1 {
            return Ok(None);
        }
        let rows = cursor.rows()?;
        let mut side = || match cursor.boolean()? {
            true => Magnitudes::decode(&mut cursor, rows),
            false => Ok(Some(Magnitudes::default())),
        };
        let (positive, negative) = (side()?, side()?);
        Ok(positive.zip(negative).map(|(positive, negative)| BsiIndex { rows, positive, negative }))
    }

    /// Rows of the data file.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Rows with a value.
    pub fn not_null(&self) -> RoaringBitmap {
        &self.positive.slices.exists | &self.negative.slices.exists
    }

    /// Rows whose value is less than `key`, equal to it, and greater.
    pub(super) fn compare(&self, key: i64) -> Compared {
        let (positive, negative) = (&self.positive, &self.negative);
        if key < 0 {
            let found = negative.compare(key.unsigned_abs());
            Compared { less: found.greater, equal: found.equal, greater: found.less | &positive.slices.exists }
        } else {
            let found = positive.compare(key.unsigned_abs());
            Compared { less: found.less | &negative.slices.exists, ..found }
        }
    }

    /// As [`BsiIndex::compare`]; a text compares with nothing.
    pub(super) fn compare_key(&self, key: &Key) -> Option<Compared> {
        match key {
            Key::Number(number) => Some(self.compare(*number)),
            Key::Text(_) => None,
        }
    }
}

impl Magnitudes {
    fn decode(cursor: &mut Cursor<'_>, rows: u32) -> Result<Option<Self>> {
        if cursor.byte()? != 1 {
            return Ok(None);
        }
        let (min, _max) = (cursor.long()?, cursor.long()?);
        let min =
            u64::try_from(min).map_err(|_| Error::corrupt(format!("expected a bsi minimum from 0, found {min}")))?;
        let exists = cursor.bitmap(rows)?;
        let count = cursor.count("bsi slices")?;
        if count > 64 {
            return Err(Error::corrupt(format!("expected at most 64 bsi slices, found {count}")));
        }
        let slices = (0..count).map(|_| cursor.bitmap(rows)).collect::<Result<_>>()?;
        Ok(Some(Magnitudes { min, slices: BitSlices { exists, slices } }))
    }

    fn compare(&self, magnitude: u64) -> Compared {
        match magnitude.checked_sub(self.min) {
            Some(value) => self.slices.compare(value),
            None => Compared { greater: self.slices.exists.clone(), ..Compared::default() },
        }
    }
}
