//! Which type may become which (Java `DataTypeCasts.supportsCast` and `CastExecutors.resolve`).
//!
//! Both must agree: the first says what loses no information or was asked for, the second whether there is a rule to read
//! old values by. Some types have no rule even to themselves, such as BOOLEAN.

use crate::types::{DataType, TypeKind};

/// Whether a column of the type `from` may get the type `to`; `explicit` allows casts that may lose information.
pub(super) fn may_become(from: &DataType, to: &DataType, explicit: bool) -> bool {
    if from.nullable && !to.nullable && !explicit {
        return false;
    }
    let supported =
        from.kind == to.kind || is_implicit(&from.kind, &to.kind) || (explicit && is_explicit(&from.kind, &to.kind));
    supported && has_rule(&from.kind, to)
}

fn is_text(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::Char(_) | TypeKind::Varchar(_))
}

fn is_bytes(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::Binary(_) | TypeKind::Varbinary(_))
}

/// Place in the order of widening, for integers.
fn width(kind: &TypeKind) -> Option<u8> {
    match kind {
        TypeKind::TinyInt => Some(1),
        TypeKind::SmallInt => Some(2),
        TypeKind::Int => Some(3),
        TypeKind::BigInt => Some(4),
        _ => None,
    }
}

fn is_number(kind: &TypeKind) -> bool {
    width(kind).is_some() || matches!(kind, TypeKind::Float | TypeKind::Double | TypeKind::Decimal { .. })
}

fn is_timestamp(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_))
}

fn is_nested(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::Array(_) | TypeKind::Map { .. } | TypeKind::Row(_))
}

/// Java's root of a type.
fn same_root(from: &TypeKind, to: &TypeKind) -> bool {
    std::mem::discriminant(from) == std::mem::discriminant(to)
}

fn is_implicit(from: &TypeKind, to: &TypeKind) -> bool {
    if same_root(from, to) {
        return true;
    }
    match to {
        TypeKind::Varchar(_) => is_text(from),
        TypeKind::Varbinary(_) => is_bytes(from),
        TypeKind::Decimal { .. } | TypeKind::Double => is_number(from),
        TypeKind::SmallInt | TypeKind::Int | TypeKind::BigInt => width(from) < width(to) && width(from).is_some(),
        TypeKind::Float => width(from).is_some() || matches!(from, TypeKind::Decimal { .. }),
        TypeKind::Date | TypeKind::Time(_) => matches!(from, TypeKind::Timestamp(_)),
        TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => is_timestamp(from),
        _ => false,
    }
}

fn is_explicit(from: &TypeKind, to: &TypeKind) -> bool {
    match to {
        TypeKind::Char(_) | TypeKind::Varchar(_) => true,
        TypeKind::Boolean => is_text(from) || width(from).is_some(),
        TypeKind::Binary(_) | TypeKind::Varbinary(_) => is_text(from) || is_bytes(from),
        TypeKind::Date | TypeKind::Time(_) => is_text(from) || is_timestamp(from),
        TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => {
            is_text(from) || is_number(from) || is_timestamp(from) || matches!(from, TypeKind::Date | TypeKind::Time(_))
        }
        to if is_number(to) => {
            is_number(from) || is_text(from) || is_timestamp(from) || matches!(from, TypeKind::Boolean)
        }
        _ => false,
    }
}

/// Whether there is a rule to cast values by.
fn has_rule(from: &TypeKind, to: &DataType) -> bool {
    // Java compares with the type STRING itself, nullability included.
    let is_string = to.kind == TypeKind::STRING && to.nullable;
    match &to.kind {
        kind if is_text(kind) => match from {
            TypeKind::Date | TypeKind::Time(_) => is_string,
            from if is_timestamp(from) => is_string,
            from => {
                is_number(from)
                    || matches!(from, TypeKind::Boolean)
                    || is_text(from)
                    || is_bytes(from)
                    || is_nested(from)
            }
        },
        TypeKind::Boolean => is_text(from) || width(from).is_some(),
        kind if is_bytes(kind) => is_text(from) || is_bytes(from),
        TypeKind::Int | TypeKind::BigInt if is_timestamp(from) => true,
        kind if is_number(kind) => is_number(from) || is_text(from) || matches!(from, TypeKind::Boolean),
        TypeKind::Date => is_text(from) || is_timestamp(from),
        TypeKind::Time(_) => is_text(from) || is_timestamp(from),
        TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => {
            is_text(from)
                || is_timestamp(from)
                || matches!(from, TypeKind::Date | TypeKind::Time(_))
                || matches!(from, TypeKind::Int | TypeKind::BigInt)
        }
        TypeKind::Array(_) | TypeKind::Map { .. } | TypeKind::Row(_) => is_text(from),
        _ => false,
    }
}
