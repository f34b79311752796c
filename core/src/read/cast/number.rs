//! Among numbers and booleans.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray,
    cast::AsArray,
    types::{Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type},
};

use super::{floats, integers, map, unsupported};
use crate::{
    error::{Error, Result},
    types::TypeKind,
};

pub(super) fn to_number(array: &ArrayRef, from: &TypeKind, to: &TypeKind) -> Result<ArrayRef> {
    match from {
        TypeKind::Float | TypeKind::Double => from_floats(array, from, to),
        TypeKind::Decimal { scale, .. } => from_decimals(array, *scale, from, to),
        _ => from_integers(array, from, to),
    }
}

fn from_integers(array: &ArrayRef, from: &TypeKind, to: &TypeKind) -> Result<ArrayRef> {
    let values = integers(array);
    Ok(match to {
        TypeKind::Boolean if *from != TypeKind::Boolean => Arc::new(booleans(&values, |value| value != 0)),
        TypeKind::TinyInt => map::<_, Int8Type>(&values, |value| value as i8),
        TypeKind::SmallInt => map::<_, Int16Type>(&values, |value| value as i16),
        TypeKind::Int => map::<_, Int32Type>(&values, |value| value as i32),
        TypeKind::BigInt => Arc::new(values),
        TypeKind::Float => map::<_, Float32Type>(&values, |value| value as f32),
        TypeKind::Double => map::<_, Float64Type>(&values, |value| value as f64),
        TypeKind::Decimal { precision, scale } => {
            decimals(&values, *precision, *scale, |value| rescale(value.into(), 0, *precision, *scale))?
        }
        _ => return Err(unsupported(from, to)),
    })
}

/// Java narrows floats to `byte` and `short` through `int`.
fn from_floats(array: &ArrayRef, from: &TypeKind, to: &TypeKind) -> Result<ArrayRef> {
    let values = floats(array);
    Ok(match to {
        TypeKind::TinyInt => map::<_, Int8Type>(&values, |value| value as i32 as i8),
        TypeKind::SmallInt => map::<_, Int16Type>(&values, |value| value as i32 as i16),
        TypeKind::Int => map::<_, Int32Type>(&values, |value| value as i32),
        TypeKind::BigInt => map::<_, Int64Type>(&values, |value| value as i64),
        TypeKind::Float => map::<_, Float32Type>(&values, |value| value as f32),
        TypeKind::Double => Arc::new(values),
        TypeKind::Decimal { precision, scale } => {
            if let Some(value) = values.iter().flatten().find(|value| !value.is_finite()) {
                return Err(Error::invalid(format!("cannot read {value} as a DECIMAL")));
            }
            decimals(&values, *precision, *scale, |value| parse_decimal(&value.to_string(), *precision, *scale)?)?
        }
        _ => return Err(unsupported(from, to)),
    })
}

fn from_decimals(array: &ArrayRef, from_scale: u8, from: &TypeKind, to: &TypeKind) -> Result<ArrayRef> {
    let values = array.as_primitive::<Decimal128Type>();
    let whole = 10i128.pow(from_scale.into());
    let to_double = |value: i128| decimal_to_double(value, from_scale);
    Ok(match to {
        TypeKind::TinyInt => map::<_, Int8Type>(values, |value| (value / whole) as i8),
        TypeKind::SmallInt => map::<_, Int16Type>(values, |value| (value / whole) as i16),
        TypeKind::Int => map::<_, Int32Type>(values, |value| (value / whole) as i32),
        TypeKind::BigInt => map::<_, Int64Type>(values, |value| (value / whole) as i64),
        TypeKind::Float => map::<_, Float32Type>(values, |value| to_double(value) as f32),
        TypeKind::Double => map::<_, Float64Type>(values, to_double),
        TypeKind::Decimal { precision, scale } => {
            decimals(values, *precision, *scale, |value| rescale(value, from_scale, *precision, *scale))?
        }
        _ => return Err(unsupported(from, to)),
    })
}

/// The nearest double. Up to 2^53 both sides of the division are exact, so it rounds once.
fn decimal_to_double(unscaled: i128, scale: u8) -> f64 {
    if unscaled.unsigned_abs() <= 1 << 53 && scale <= 22 {
        return unscaled as f64 / 10f64.powi(scale.into());
    }
    format!("{unscaled}e-{scale}").parse().unwrap_or(f64::NAN)
}

fn booleans<A: ArrowPrimitiveType>(values: &PrimitiveArray<A>, convert: impl Fn(A::Native) -> bool) -> BooleanArray {
    values.iter().map(|value| value.map(&convert)).collect()
}

/// Maps to decimals; `None` becomes null.
fn decimals<A: ArrowPrimitiveType>(
    values: &PrimitiveArray<A>,
    precision: u8,
    scale: u8,
    convert: impl Fn(A::Native) -> Option<i128>,
) -> Result<ArrayRef> {
    let decimals: PrimitiveArray<Decimal128Type> = values.unary_opt(convert);
    Ok(Arc::new(decimals.with_precision_and_scale(precision, scale as i8)?))
}

/// A decimal with another scale, rounded half up (away from zero); `None` where it has too many digits.
pub(super) fn rescale(unscaled: i128, from: u8, precision: u8, to: u8) -> Option<i128> {
    let value = if to >= from {
        unscaled.checked_mul(10i128.checked_pow((to - from).into())?)?
    } else {
        let divisor = 10i128.checked_pow((from - to).into())?;
        let (quotient, rest) = (unscaled / divisor, unscaled % divisor);
        quotient + if rest.unsigned_abs() * 2 >= divisor.unsigned_abs() { unscaled.signum() } else { 0 }
    };
    has_digits(value, precision).then_some(value)
}

/// A decimal from text such as `-1.5` or `2e10`: `None` where it is no number, `Some(None)` where it has too many digits.
#[allow(clippy::option_option)]
pub(super) fn parse_decimal(text: &str, precision: u8, scale: u8) -> Option<Option<i128>> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.as_bytes().first()? {
        b'-' => (true, mantissa.get(1..)?),
        b'+' => (false, mantissa.get(1..)?),
        _ => (false, mantissa),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    // Digits in front of the last place of the result; the one behind it decides the rounding.
    let kept = whole.len() as i64 + i64::from(exponent) + i64::from(scale);
    let (front, behind) = digits.split_at(usize::try_from(kept).unwrap_or(0).min(digits.len()));
    let up = kept >= 0 && behind.first().is_some_and(|digit| *digit >= b'5');
    let zeros = u32::try_from(kept - digits.len() as i64).unwrap_or(0);
    let number =
        front.iter().try_fold(0i128, |number, digit| number.checked_mul(10)?.checked_add((digit - b'0').into()));
    let number = number.and_then(|number| match number {
        0 => Some(0),
        _ => number.checked_mul(10i128.checked_pow(zeros)?),
    });
    let number = number.map(|number| number + i128::from(up)).filter(|number| has_digits(*number, precision));
    Some(number.map(|number| if negative { -number } else { number }))
}

fn has_digits(unscaled: i128, precision: u8) -> bool {
    10u128.checked_pow(precision.into()).is_some_and(|limit| unscaled.unsigned_abs() < limit)
}
