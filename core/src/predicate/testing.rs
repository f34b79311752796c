//! A table that the tests of this module filter.

use super::Predicate;
use crate::types::{DataField, DataType, TypeKind};

/// One column of each type that has an order, and an array.
pub(crate) fn fields() -> Vec<DataField> {
    let kinds = [
        ("b", TypeKind::Boolean),
        ("ti", TypeKind::TinyInt),
        ("i", TypeKind::Int),
        ("l", TypeKind::BigInt),
        ("f", TypeKind::Float),
        ("d", TypeKind::Double),
        ("dec", TypeKind::Decimal { precision: 9, scale: 2 }),
        ("s", TypeKind::STRING),
        ("by", TypeKind::BYTES),
        ("dt", TypeKind::Date),
        ("t", TypeKind::Time(3)),
        ("ts3", TypeKind::Timestamp(3)),
        ("ts9", TypeKind::TimestampLtz(9)),
        ("arr", TypeKind::Array(Box::new(DataType::nullable(TypeKind::Int)))),
        ("odd name", TypeKind::Int),
    ];
    let field =
        |(id, (name, kind)): (usize, (&str, TypeKind))| DataField::new(id as i32, name, DataType::nullable(kind));
    kinds.into_iter().enumerate().map(field).collect()
}

pub(crate) fn parse(text: &str) -> Predicate {
    super::parse(text, &fields()).unwrap_or_else(|error| panic!("{text}: {error}"))
}
