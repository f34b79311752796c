//! Places on a Hilbert curve through the values of several columns (Java `HilbertIndexer`). Pure, a column at a time.
//!
//! Each column is a coordinate of 63 bits. The bytes are Java's for up to seven columns. Of eight and more, Java cuts off the
//! last bytes of some places and so mixes up their order; here they are kept.

use arrow_array::{
    Array, ArrayRef, BinaryArray,
    builder::BinaryBuilder,
    cast::AsArray,
    types::{Decimal128Type, Float32Type, Float64Type},
};

use super::{
    values::{integers, wrong_type},
    zorder::double_bits,
};
use crate::{
    error::{Error, Result},
    types::{DataField, TypeKind},
};

/// Bits of a coordinate.
const BITS: u32 = 63;
/// Bytes of a place, at least.
const FEWEST_BYTES: usize = 63;
/// Coordinate of null, the greatest.
const NULL: i64 = i64::MAX;

/// The place of each row on the curve, unsigned big-endian.
///
/// Errors: `Invalid` for a single column, `Unsupported` for types without an order.
pub(super) fn indexes(columns: &[(ArrayRef, DataField)]) -> Result<BinaryArray> {
    if columns.len() < 2 {
        return Err(Error::invalid("strategy hilbert needs at least two columns; use order"));
    }
    let rows = columns.first().map_or(0, |(column, _)| column.len());
    let columns =
        columns.iter().map(|(column, field)| coordinates(column, field)).collect::<Result<Vec<Vec<i64>>>>()?;
    let bytes = (columns.len() * BITS as usize).div_ceil(8).max(FEWEST_BYTES);
    let mut places = BinaryBuilder::with_capacity(rows, rows.saturating_mul(bytes));
    let (mut point, mut place) = (vec![0u64; columns.len()], vec![0u8; bytes]);
    for row in 0..rows {
        for (coordinate, column) in point.iter_mut().zip(&columns) {
            *coordinate = column.get(row).copied().unwrap_or(NULL).cast_unsigned();
        }
        to_curve(&mut point);
        interleave(&point, &mut place);
        places.append_value(&place);
    }
    Ok(places.finish())
}

fn coordinates(column: &ArrayRef, field: &DataField) -> Result<Vec<i64>> {
    fn all<T>(values: impl Iterator<Item = Option<T>>, coordinate: impl Fn(T) -> i64) -> Vec<i64> {
        values.map(|value| value.map_or(NULL, &coordinate)).collect()
    }
    let unordered = || wrong_type(field);
    Ok(match &field.data_type.kind {
        TypeKind::Boolean => {
            let values = column.as_boolean_opt().ok_or_else(unordered)?;
            all(values.iter(), |value| if value { i64::MAX } else { 0 })
        }
        TypeKind::Char(_) | TypeKind::Varchar(_) => {
            all(column.as_string_opt::<i32>().ok_or_else(unordered)?.iter(), |value| of_bytes(value.as_bytes()))
        }
        TypeKind::Binary(_) | TypeKind::Varbinary(_) => {
            all(column.as_binary_opt::<i32>().ok_or_else(unordered)?.iter(), of_bytes)
        }
        TypeKind::Decimal { scale, .. } => {
            let one = 10i128.pow(u32::from(*scale).min(38));
            // Java keeps the last 64 bits of the whole part.
            let whole = |value: i128| (value / one) as i64;
            all(column.as_primitive_opt::<Decimal128Type>().ok_or_else(unordered)?.iter(), whole)
        }
        // Java takes its byte for an unsigned one.
        TypeKind::TinyInt => all(integers(column, field)?.iter(), |value| value & 0xff),
        TypeKind::Float => {
            let values = column.as_primitive_opt::<Float32Type>().ok_or_else(unordered)?;
            all(values.iter(), |value| double_bits(f64::from(value)))
        }
        TypeKind::Double => all(column.as_primitive_opt::<Float64Type>().ok_or_else(unordered)?.iter(), double_bits),
        _ => all(integers(column, field)?.iter(), |value| value),
    })
}

/// The first 8 bytes as a number; fewer are its last ones.
fn of_bytes(value: &[u8]) -> i64 {
    value.iter().take(8).fold(0i64, |number, byte| number << 8 | i64::from(*byte))
}

/// Turns coordinates into the place on the curve, its bits dealt out to the coordinates in turn (Skilling's method).
fn to_curve(point: &mut [u64]) {
    let Some(dimensions) = point.len().checked_sub(1) else { return };
    let mut bit = 1u64 << (BITS - 1);
    while bit > 1 {
        let below = bit - 1;
        let (mut first, rest) = match point.split_first_mut() {
            Some((first, rest)) => (*first, rest),
            None => return,
        };
        if first & bit != 0 {
            first ^= below;
        }
        for other in rest {
            if *other & bit != 0 {
                first ^= below;
            } else {
                let differs = (first ^ *other) & below;
                first ^= differs;
                *other ^= differs;
            }
        }
        if let Some(slot) = point.first_mut() {
            *slot = first;
        }
        bit >>= 1;
    }
    let mut before = None;
    for coordinate in point.iter_mut() {
        *coordinate ^= before.unwrap_or(0);
        before = Some(*coordinate);
    }
    let last = point.get(dimensions).copied().unwrap_or(0);
    let mut turned = 0;
    let mut bit = 1u64 << (BITS - 1);
    while bit > 1 {
        if last & bit != 0 {
            turned ^= bit - 1;
        }
        bit >>= 1;
    }
    for coordinate in point {
        *coordinate ^= turned;
    }
}

/// Collects the bits of a place, right-aligned.
fn interleave(point: &[u64], place: &mut [u8]) {
    place.fill(0);
    let mut at = place.len() * 8 - point.len() * BITS as usize;
    for bit in (0..BITS).rev() {
        for coordinate in point {
            if coordinate >> bit & 1 == 1
                && let Some(byte) = place.get_mut(at / 8)
            {
                *byte |= 0x80 >> (at % 8);
            }
            at += 1;
        }
    }
}
