//! Whether bounds leave room for a match (a stand-in until `predicate` offers it).

use std::cmp::Ordering;

use super::bounds::Bounds;
use crate::{
    predicate::{Column, CompareOp, Predicate},
    types::Datum,
};

/// False only where no row among `rows` with those bounds can match.
pub(super) fn may_match(predicate: &Predicate, rows: i64, bounds: &dyn Fn(&Column) -> Bounds) -> bool {
    match predicate {
        Predicate::True => true,
        Predicate::False => false,
        Predicate::And(parts) => parts.iter().all(|part| may_match(part, rows, bounds)),
        Predicate::Or(parts) => parts.iter().any(|part| may_match(part, rows, bounds)),
        Predicate::IsNull { column, negated } => match bounds(column).null_count {
            Some(nulls) if *negated => nulls < rows,
            Some(nulls) => nulls > 0,
            None => true,
        },
        Predicate::Compare { column, op, literal } => {
            leaf(&bounds(column), rows, |min, max| compare(*op, literal, min, max))
        }
        Predicate::In { column, literals, negated: false } => leaf(&bounds(column), rows, |min, max| {
            literals.iter().any(|literal| compare(CompareOp::Eq, literal, min, max))
        }),
        Predicate::In { column, .. } | Predicate::Like { column, .. } => leaf(&bounds(column), rows, |_, _| true),
    }
}

fn leaf(bounds: &Bounds, rows: i64, test: impl Fn(&Datum, &Datum) -> bool) -> bool {
    if bounds.null_count == Some(rows) {
        return false;
    }
    match (&bounds.min, &bounds.max) {
        (Some(min), Some(max)) => test(min, max),
        _ => true,
    }
}

fn compare(op: CompareOp, literal: &Datum, min: &Datum, max: &Datum) -> bool {
    let (Some(from), Some(to)) = (min.try_cmp(literal), max.try_cmp(literal)) else {
        return true;
    };
    match op {
        CompareOp::Eq => from != Ordering::Greater && to != Ordering::Less,
        CompareOp::NotEq => from != Ordering::Equal || to != Ordering::Equal,
        CompareOp::Lt => from == Ordering::Less,
        CompareOp::LtEq => from != Ordering::Greater,
        CompareOp::Gt => to == Ordering::Greater,
        CompareOp::GtEq => to != Ordering::Less,
    }
}
