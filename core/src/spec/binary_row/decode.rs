//! Bytes to values. Offsets, lengths and counts are checked against the section before anything is allocated.

use super::{
    encode::{MAX_COMPACT_DECIMAL, MAX_COMPACT_TIMESTAMP, element_width},
    writer::{array_header, row_header},
};
use crate::{
    error::{Error, Result},
    types::{DataField, DataType, Datum, DatumRow, TypeKind},
};

/// Decodes a row without prefix.
pub(super) fn row(bytes: &[u8], types: &[DataType]) -> Result<DatumRow> {
    Decoder { budget: bytes.len() }.row(bytes, types.iter())
}

/// Decodes the fields at `places` of a row without prefix.
pub(super) fn some(bytes: &[u8], types: &[DataType], places: &[usize]) -> Result<DatumRow> {
    let slots = row_header(types.len());
    if bytes.len() < slots + types.len() * 8 {
        return Err(short(bytes));
    }
    let section = Section { bytes, null_bits: 8, slots, width: 8 };
    let mut decoder = Decoder { budget: bytes.len() };
    let known = places.iter().filter_map(|place| Some((*place, types.get(*place)?)));
    known.map(|(place, data_type)| decoder.field(section, place, data_type)).collect()
}

/// Writers never let values overlap, so what is decoded cannot exceed the row: hostile offsets that point many slots at
/// the same bytes run out of budget instead of memory.
struct Decoder {
    budget: usize,
}

/// A row or array within the bytes.
#[derive(Clone, Copy)]
struct Section<'a> {
    bytes: &'a [u8],
    null_bits: usize,
    slots: usize,
    width: usize,
}

impl<'a> Section<'a> {
    fn is_null(&self, index: usize) -> bool {
        let bit = self.null_bits + index;
        self.bytes.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
    }

    fn fixed<const N: usize>(&self, index: usize) -> Result<[u8; N]> {
        let at = self.slots + index * self.width;
        self.bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().ok_or_else(|| short(self.bytes))
    }

    /// Place and length of a variable value.
    fn located(&self, index: usize) -> Result<(usize, usize)> {
        let slot = u64::from_le_bytes(self.fixed(index)?);
        Ok(((slot >> 32) as usize, (slot & 0xFFFF_FFFF) as usize))
    }

    fn at(&self, at: usize, length: usize) -> Result<&'a [u8]> {
        let value = at.checked_add(length).and_then(|end| self.bytes.get(at..end));
        value.ok_or_else(|| {
            let size = self.bytes.len();
            Error::corrupt(format!("expected a value within a row of {size} bytes, found {length} bytes at {at}"))
        })
    }

    fn variable(&self, index: usize) -> Result<&'a [u8]> {
        let (at, length) = self.located(index)?;
        self.at(at, length)
    }
}

fn short(bytes: &[u8]) -> Error {
    Error::corrupt(format!("expected more than the {} bytes of a row", bytes.len()))
}

impl Decoder {
    fn spend(&mut self, bytes: usize) -> Result<()> {
        self.budget = self
            .budget
            .checked_sub(bytes)
            .ok_or_else(|| Error::corrupt("expected values that do not overlap in a row"))?;
        Ok(())
    }

    fn row<'t>(&mut self, bytes: &[u8], types: impl ExactSizeIterator<Item = &'t DataType>) -> Result<DatumRow> {
        let slots = row_header(types.len());
        let size = slots + types.len() * 8;
        if bytes.len() < size {
            return Err(short(bytes));
        }
        self.spend(size)?;
        let section = Section { bytes, null_bits: 8, slots, width: 8 };
        let mut values = Vec::with_capacity(types.len());
        for (index, data_type) in types.enumerate() {
            values.push(self.field(section, index, data_type)?);
        }
        Ok(values)
    }

    fn array(&mut self, bytes: &[u8], element: &DataType) -> Result<DatumRow> {
        let count = count(bytes)?;
        let width = element_width(&element.kind);
        let slots = array_header(count);
        let size = count.checked_mul(width).and_then(|size| size.checked_add(slots));
        let size = size.filter(|size| *size <= bytes.len()).ok_or_else(|| {
            Error::corrupt(format!("expected an array within {} bytes, found {count} elements", bytes.len()))
        })?;
        self.spend(size)?;
        let section = Section { bytes, null_bits: 32, slots, width };
        (0..count).map(|index| self.field(section, index, element)).collect()
    }

    fn field(&mut self, section: Section<'_>, index: usize, data_type: &DataType) -> Result<Option<Datum>> {
        if section.is_null(index) {
            return Ok(None);
        }
        Ok(Some(match &data_type.kind {
            TypeKind::Boolean => Datum::Boolean(u8::from_le_bytes(section.fixed(index)?) != 0),
            TypeKind::TinyInt => Datum::TinyInt(i8::from_le_bytes(section.fixed(index)?)),
            TypeKind::SmallInt => Datum::SmallInt(i16::from_le_bytes(section.fixed(index)?)),
            TypeKind::Int => Datum::Int(i32::from_le_bytes(section.fixed(index)?)),
            TypeKind::Date => Datum::Date(i32::from_le_bytes(section.fixed(index)?)),
            TypeKind::Time(_) => Datum::Time(i32::from_le_bytes(section.fixed(index)?)),
            TypeKind::BigInt => Datum::BigInt(i64::from_le_bytes(section.fixed(index)?)),
            TypeKind::Float => Datum::Float(f32::from_le_bytes(section.fixed(index)?)),
            TypeKind::Double => Datum::Double(f64::from_le_bytes(section.fixed(index)?)),
            TypeKind::Decimal { precision, scale } => {
                Datum::Decimal { unscaled: decimal(section, index, *precision)?, scale: *scale }
            }
            TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision) => {
                timestamp(section, index, *precision)?
            }
            TypeKind::Char(_) | TypeKind::Varchar(_) => {
                let bytes = self.bytes(section, index)?;
                Datum::String(
                    String::from_utf8(bytes).map_err(|error| Error::corrupt("expected UTF-8").because(error))?,
                )
            }
            TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob => Datum::Bytes(self.bytes(section, index)?),
            TypeKind::Variant => self.variant(section.variable(index)?)?,
            TypeKind::Array(element) => Datum::Array(self.array(section.variable(index)?, element)?),
            TypeKind::Vector { element, .. } => Datum::Array(self.vector(section.variable(index)?, element)?),
            TypeKind::Map { key, value } => self.map(section.variable(index)?, key, value)?,
            TypeKind::Multiset(element) => {
                self.map(section.variable(index)?, element, &DataType::not_null(TypeKind::Int))?
            }
            TypeKind::Row(fields) => {
                let types: fn(&DataField) -> &DataType = |field| &field.data_type;
                Datum::Row(self.row(section.variable(index)?, fields.iter().map(types))?)
            }
        }))
    }

    fn bytes(&mut self, section: Section<'_>, index: usize) -> Result<Vec<u8>> {
        let slot: [u8; 8] = section.fixed(index)?;
        let marker = slot[7];
        if marker & 0x80 == 0 {
            let value = section.variable(index)?;
            self.spend(value.len())?;
            return Ok(value.to_vec());
        }
        let length = usize::from(marker & 0x7F);
        slot.get(..length)
            .filter(|value| value.len() < slot.len())
            .map(<[u8]>::to_vec)
            .ok_or_else(|| Error::corrupt(format!("expected at most 7 bytes in a slot, found {length}")))
    }

    fn variant(&mut self, bytes: &[u8]) -> Result<Datum> {
        self.spend(bytes.len())?;
        let length = count(bytes)?;
        let rest = bytes.get(4..).unwrap_or_default();
        let (value, metadata) = rest.split_at_checked(length).ok_or_else(|| short(bytes))?;
        Ok(Datum::Variant { value: value.to_vec(), metadata: metadata.to_vec() })
    }

    fn vector(&mut self, bytes: &[u8], element: &DataType) -> Result<DatumRow> {
        let count = count(bytes)?;
        let width = element_width(&element.kind);
        if count.checked_mul(width).is_none_or(|size| size + 4 > bytes.len()) {
            return Err(Error::corrupt(format!(
                "expected a vector within {} bytes, found {count} elements",
                bytes.len()
            )));
        }
        self.spend(4 + count * width)?;
        // Without null bits: the bit of element 0 is looked for behind the end.
        let section = Section { bytes, null_bits: bytes.len() * 8, slots: 4, width };
        (0..count).map(|index| self.field(section, index, element)).collect()
    }

    fn map(&mut self, bytes: &[u8], key: &DataType, value: &DataType) -> Result<Datum> {
        let size = count(bytes)?;
        let (keys, values) = bytes.get(4..).and_then(|rest| rest.split_at_checked(size)).ok_or_else(|| short(bytes))?;
        let (keys, values) = (self.array(keys, key)?, self.array(values, value)?);
        if keys.len() != values.len() {
            return Err(Error::corrupt(format!("expected {} map values, found {}", keys.len(), values.len())));
        }
        Ok(Datum::Map(keys, values))
    }
}

/// A count or size in front of a nested value.
fn count(bytes: &[u8]) -> Result<usize> {
    let count = bytes.first_chunk().map(|count| i32::from_le_bytes(*count)).ok_or_else(|| short(bytes))?;
    usize::try_from(count).map_err(|_| Error::corrupt(format!("expected a count, found {count}")))
}

fn decimal(section: Section<'_>, index: usize, precision: u8) -> Result<i128> {
    if precision <= MAX_COMPACT_DECIMAL {
        return Ok(i64::from_le_bytes(section.fixed(index)?).into());
    }
    let digits = section.variable(index)?;
    if digits.is_empty() || digits.len() > 16 {
        return Err(Error::corrupt(format!("expected 1..=16 bytes of a decimal, found {}", digits.len())));
    }
    let sign = if digits.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    Ok(digits.iter().fold(sign, |value, byte| value << 8 | i128::from(*byte)))
}

fn timestamp(section: Section<'_>, index: usize, precision: u8) -> Result<Datum> {
    if precision <= MAX_COMPACT_TIMESTAMP {
        return Ok(Datum::Timestamp { millis: i64::from_le_bytes(section.fixed(index)?), nanos: 0 });
    }
    let (at, nanos) = section.located(index)?;
    let millis = section.at(at, 8)?.first_chunk().map(|millis| i64::from_le_bytes(*millis)).unwrap_or_default();
    let nanos = i32::try_from(nanos).ok().filter(|nanos| *nanos < 1_000_000);
    let nanos = nanos.ok_or_else(|| Error::corrupt("expected the nanoseconds of a millisecond below 1000000"))?;
    Ok(Datum::Timestamp { millis, nanos })
}
