//! Casts, and the types that two operands meet in.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, cast::AsArray};
use arrow_cast::{CastOptions, cast_with_options};

use super::{Expression, Node};
use crate::{
    error::{Error, Result},
    read::cast_array,
    types::{DataType, TypeKind, arrow},
};

/// `expression` as a value for a column of type `to`. Errors: `Invalid` where there is no cast.
pub(in crate::modify) fn assign(expression: Expression, to: &DataType) -> Result<Expression> {
    cast(expression, to)
}

/// Puts a cast around, where there must be one. Errors: `Invalid` where there is none.
pub(super) fn cast(expression: Expression, to: &DataType) -> Result<Expression> {
    match &expression.data_type {
        None => Ok(Expression { data_type: Some(to.clone()), ..expression }),
        Some(from) if from.kind == to.kind => Ok(expression),
        Some(from) if castable(&from.kind, &to.kind) => {
            Ok(Expression { node: Node::Cast(Box::new(expression)), data_type: Some(to.clone()) })
        }
        Some(from) => {
            Err(Error::invalid(format!("expected a value of type {}, found one of type {}", to.kind, from.kind)))
        }
    }
}

fn castable(from: &TypeKind, to: &TypeKind) -> bool {
    let atomic = |kind: &TypeKind| is_number(kind) || is_text(kind) || is_time(kind) || *kind == TypeKind::Boolean;
    match (from, to) {
        (TypeKind::Boolean, to) => is_number(to) || is_text(to),
        (from, TypeKind::Boolean) => {
            is_text(from) || matches!(from, TypeKind::TinyInt | TypeKind::SmallInt | TypeKind::Int | TypeKind::BigInt)
        }
        (from, to) if is_bytes(from) || is_bytes(to) => {
            (is_bytes(from) || is_text(from)) && (is_bytes(to) || is_text(to))
        }
        (from, to) if is_number(from) => is_number(to) || is_text(to),
        (from, to) if is_text(from) => atomic(to),
        (from, to) if is_time(from) => is_text(to) || (is_time(to) && (is_timestamp(from) || is_timestamp(to))),
        _ => false,
    }
}

/// Casts every value. Errors: `Invalid` for one that is none of the type.
pub(super) fn cast_values(array: &ArrayRef, from: &DataType, to: &DataType) -> Result<ArrayRef> {
    let wanted = arrow::data_type(to);
    let cast = if is_number(&from.kind) && is_number(&to.kind) {
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        cast_with_options(array, &wanted, &strict)
            .map_err(|error| Error::invalid(format!("a value does not fit {}", to.kind)).because(error))?
    } else if is_text(&to.kind) && !is_text(&from.kind) && !is_bytes(&from.kind) {
        cast_array(array, from, &DataType::nullable(TypeKind::STRING))?
    } else if is_text(&to.kind) && is_text(&from.kind) {
        Arc::clone(array)
    } else {
        cast_array(array, from, to)?
    };
    if let TypeKind::Char(length) | TypeKind::Varchar(length) = to.kind {
        check_length(&cast, length)?;
    }
    if cast.null_count() > array.null_count() {
        return Err(Error::invalid(format!("a value does not fit {}", to.kind)));
    }
    Ok(cast)
}

fn check_length(array: &ArrayRef, length: u32) -> Result<()> {
    let Some(texts) = array.as_string_opt::<i32>() else { return Ok(()) };
    let fits = |text: &str| text.len() <= length as usize || text.chars().count() <= length as usize;
    match texts.iter().flatten().find(|text| !fits(text)) {
        None => Ok(()),
        Some(text) => {
            Err(Error::invalid(format!("expected at most {length} characters, found {}", text.chars().count())))
        }
    }
}

/// Both operands as values of one type. Errors: `Invalid` where they have none in common.
pub(super) fn meet(left: Expression, right: Expression) -> Result<(Expression, Expression)> {
    let to = match (&left.data_type, &right.data_type) {
        (None, None) => return Ok((left, right)),
        (Some(only), None) | (None, Some(only)) => only.clone(),
        (Some(a), Some(b)) => DataType::nullable(common(&a.kind, &b.kind)?),
    };
    Ok((cast(left, &to)?, cast(right, &to)?))
}

/// The type that values of two types are compared in.
fn common(a: &TypeKind, b: &TypeKind) -> Result<TypeKind> {
    let none = || Error::invalid(format!("values of type {a} and {b} do not go together"));
    Ok(match (a, b) {
        _ if a == b => a.clone(),
        _ if is_number(a) && is_number(b) => common_number(a, b),
        _ if is_text(a) && is_text(b) => TypeKind::STRING,
        _ if is_text(a) && castable(a, b) => b.clone(),
        _ if is_text(b) && castable(b, a) => a.clone(),
        _ if is_bytes(a) && is_bytes(b) => TypeKind::BYTES,
        (TypeKind::Timestamp(p), TypeKind::Timestamp(q)) => TypeKind::Timestamp(*p.max(q)),
        (TypeKind::TimestampLtz(p), TypeKind::TimestampLtz(q)) => TypeKind::TimestampLtz(*p.max(q)),
        (TypeKind::Time(p), TypeKind::Time(q)) => TypeKind::Time(*p.max(q)),
        (TypeKind::Date, timestamp) | (timestamp, TypeKind::Date) if is_timestamp(timestamp) => timestamp.clone(),
        _ => return Err(none()),
    })
}

/// The number type that holds both.
pub(super) fn common_number(a: &TypeKind, b: &TypeKind) -> TypeKind {
    let decimal = |kind: &TypeKind| match kind {
        TypeKind::TinyInt => Some((3, 0)),
        TypeKind::SmallInt => Some((5, 0)),
        TypeKind::Int => Some((10, 0)),
        TypeKind::BigInt => Some((19, 0)),
        TypeKind::Decimal { precision, scale } => Some((*precision, *scale)),
        _ => None,
    };
    let rank = |kind: &TypeKind| match kind {
        TypeKind::TinyInt => 0,
        TypeKind::SmallInt => 1,
        TypeKind::Int => 2,
        TypeKind::BigInt => 3,
        TypeKind::Decimal { .. } => 4,
        TypeKind::Float => 5,
        _ => 6,
    };
    let (low, high) = if rank(a) <= rank(b) { (a, b) } else { (b, a) };
    match (decimal(low), decimal(high), high) {
        (Some((p, s)), Some((q, t)), TypeKind::Decimal { .. }) => {
            let scale = s.max(t);
            TypeKind::Decimal { precision: (p.saturating_sub(s).max(q.saturating_sub(t)) + scale).min(38), scale }
        }
        (Some(_), _, TypeKind::Float) if !matches!(low, TypeKind::TinyInt | TypeKind::SmallInt) => TypeKind::Double,
        _ => high.clone(),
    }
}

pub(super) fn is_number(kind: &TypeKind) -> bool {
    use TypeKind::*;
    matches!(kind, TinyInt | SmallInt | Int | BigInt | Float | Double | Decimal { .. })
}

pub(super) fn is_text(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::Char(_) | TypeKind::Varchar(_))
}

fn is_bytes(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::Binary(_) | TypeKind::Varbinary(_))
}

fn is_timestamp(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_))
}

fn is_time(kind: &TypeKind) -> bool {
    is_timestamp(kind) || matches!(kind, TypeKind::Date | TypeKind::Time(_))
}
