//! `+ - * / %` on numbers. Both sides are of one type; overflow and division by zero are errors.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray,
    cast::AsArray,
    types::{Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type},
};

use super::{
    Expression, Node, Operator,
    cast::{cast, common_number, is_number},
};
use crate::{
    error::{Error, Result},
    types::{DataType, TypeKind},
};

/// Least digits after the point of a quotient of decimals.
const QUOTIENT_SCALE: u8 = 6;

/// `left op right`, with both sides cast to one type: integers to INT at least, `/` of integers to DOUBLE.
///
/// Errors: `Invalid` for operands that are no numbers.
pub(super) fn combine(operator: Operator, left: Expression, right: Expression) -> Result<Expression> {
    let kind_of = |side: &Expression| match &side.data_type {
        None => Ok(TypeKind::Int),
        Some(data_type) if is_number(&data_type.kind) => Ok(data_type.kind.clone()),
        Some(data_type) => Err(Error::invalid(format!("expected a number, found a value of type {}", data_type.kind))),
    };
    let operands = match common_number(&kind_of(&left)?, &kind_of(&right)?) {
        TypeKind::TinyInt | TypeKind::SmallInt | TypeKind::Int | TypeKind::BigInt if operator == Operator::Divide => {
            TypeKind::Double
        }
        TypeKind::TinyInt | TypeKind::SmallInt => TypeKind::Int,
        TypeKind::Decimal { scale, .. } => TypeKind::Decimal { precision: 38, scale },
        kind => kind,
    };
    let result = match (&operands, operator) {
        (TypeKind::Decimal { scale, .. }, Operator::Multiply) => {
            TypeKind::Decimal { precision: 38, scale: scale.saturating_mul(2).min(38) }
        }
        (TypeKind::Decimal { scale, .. }, Operator::Divide) => {
            TypeKind::Decimal { precision: 38, scale: (*scale).max(QUOTIENT_SCALE) }
        }
        _ => operands.clone(),
    };
    let operands = DataType::nullable(operands);
    let (left, right) = (Box::new(cast(left, &operands)?), Box::new(cast(right, &operands)?));
    Ok(Expression { node: Node::Arithmetic(operator, left, right), data_type: Some(DataType::nullable(result)) })
}

/// Errors: `Invalid` for overflow and division by zero.
pub(super) fn apply(operator: Operator, left: &ArrayRef, right: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    match (left.data_type(), &to.kind) {
        (_, TypeKind::Int) => binary::<Int32Type>(left, right, |a, b| match operator {
            Operator::Add => a.checked_add(b),
            Operator::Subtract => a.checked_sub(b),
            Operator::Multiply => a.checked_mul(b),
            Operator::Divide => a.checked_div(b),
            Operator::Remainder => a.checked_rem(b),
        }),
        (_, TypeKind::BigInt) => binary::<Int64Type>(left, right, |a, b| match operator {
            Operator::Add => a.checked_add(b),
            Operator::Subtract => a.checked_sub(b),
            Operator::Multiply => a.checked_mul(b),
            Operator::Divide => a.checked_div(b),
            Operator::Remainder => a.checked_rem(b),
        }),
        (_, TypeKind::Float) => binary::<Float32Type>(left, right, |a, b| {
            Some(match operator {
                Operator::Add => a + b,
                Operator::Subtract => a - b,
                Operator::Multiply => a * b,
                Operator::Divide if b == 0.0 => return None,
                Operator::Divide => a / b,
                Operator::Remainder => a % b,
            })
        }),
        (_, TypeKind::Double) => binary::<Float64Type>(left, right, |a, b| {
            Some(match operator {
                Operator::Add => a + b,
                Operator::Subtract => a - b,
                Operator::Multiply => a * b,
                Operator::Divide if b == 0.0 => return None,
                Operator::Divide => a / b,
                Operator::Remainder => a % b,
            })
        }),
        (arrow_schema::DataType::Decimal128(_, from), TypeKind::Decimal { precision, scale }) => {
            let shift = i32::from(*scale) - i32::from(*from);
            let most = 10i128.checked_pow(u32::from(*precision)).unwrap_or(i128::MAX);
            let result = binary::<Decimal128Type>(left, right, |a, b| {
                let value = match operator {
                    Operator::Add => a.checked_add(b),
                    Operator::Subtract => a.checked_sub(b),
                    // The product has twice the scale; where that is too fine, nothing but an error is right.
                    Operator::Multiply if shift != i32::from(*from) => None,
                    Operator::Multiply => a.checked_mul(b),
                    Operator::Divide => quotient(a, b, u32::try_from(shift + i32::from(*from)).ok()?),
                    Operator::Remainder => a.checked_rem(b),
                };
                value.filter(|value| value.abs() < most)
            })?;
            let result = result.as_primitive::<Decimal128Type>().clone();
            Ok(Arc::new(result.with_precision_and_scale(*precision, *scale as i8)?))
        }
        (found, _) => Err(Error::internal(format!("no arithmetic on {found}"))),
    }
}

/// `a / b` of equal scales with `scale` digits after the point, a half rounding away from zero.
fn quotient(a: i128, b: i128, scale: u32) -> Option<i128> {
    let scaled = a.checked_mul(10i128.checked_pow(scale)?)?;
    let (whole, rest) = (scaled.checked_div(b)?, scaled.checked_rem(b)?);
    let rounds = rest.unsigned_abs().checked_mul(2)? >= b.unsigned_abs();
    let away = if (a < 0) == (b < 0) { 1 } else { -1 };
    Some(if rounds { whole + away } else { whole })
}

/// `-value`. Errors: `Invalid` for overflow.
pub(super) fn negate(array: &ArrayRef) -> Result<ArrayRef> {
    match array.data_type() {
        arrow_schema::DataType::Int32 => unary::<Int32Type>(array, i32::checked_neg),
        arrow_schema::DataType::Int64 => unary::<Int64Type>(array, i64::checked_neg),
        arrow_schema::DataType::Float32 => unary::<Float32Type>(array, |value| Some(-value)),
        arrow_schema::DataType::Float64 => unary::<Float64Type>(array, |value| Some(-value)),
        arrow_schema::DataType::Decimal128(precision, scale) => {
            let negated = unary::<Decimal128Type>(array, i128::checked_neg)?;
            let negated = negated.as_primitive::<Decimal128Type>().clone();
            Ok(Arc::new(negated.with_precision_and_scale(*precision, *scale)?))
        }
        found => Err(Error::internal(format!("no negative of {found}"))),
    }
}

fn unary<T: ArrowPrimitiveType>(array: &ArrayRef, apply: impl Fn(T::Native) -> Option<T::Native>) -> Result<ArrayRef> {
    let values = primitive::<T>(array)?;
    let results = values.iter().map(|value| value.map(|value| apply(value).ok_or_else(overflow)).transpose());
    Ok(Arc::new(results.collect::<Result<PrimitiveArray<T>>>()?))
}

fn binary<T: ArrowPrimitiveType>(
    left: &ArrayRef,
    right: &ArrayRef,
    apply: impl Fn(T::Native, T::Native) -> Option<T::Native>,
) -> Result<ArrayRef> {
    let (left, right) = (primitive::<T>(left)?, primitive::<T>(right)?);
    let results = left.iter().zip(right.iter()).map(|pair| match pair {
        (Some(a), Some(b)) => apply(a, b).map(Some).ok_or_else(overflow),
        _ => Ok(None),
    });
    Ok(Arc::new(results.collect::<Result<PrimitiveArray<T>>>()?))
}

fn primitive<T: ArrowPrimitiveType>(array: &ArrayRef) -> Result<&PrimitiveArray<T>> {
    array.as_primitive_opt::<T>().ok_or_else(|| Error::internal(format!("no arithmetic on {}", array.data_type())))
}

fn overflow() -> Error {
    Error::invalid("a number overflows, or is divided by zero")
}
