//! Expressions → arrays.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, StringArray, UInt32Array, cast::AsArray, new_null_array};
use arrow_ord::cmp;
use arrow_select::{interleave::interleave, take::take};

use super::{Expression, Node, arithmetic, cast};
use crate::{
    error::{Error, Result},
    predicate::{CompareOp, LikePattern},
    types::{DataType, TypeKind, arrow, datums_to_array},
};

type Columns<'a> = &'a dyn Fn(usize) -> Result<ArrayRef>;

pub(super) fn evaluate(expression: &Expression, column: Columns<'_>, rows: usize) -> Result<ArrayRef> {
    let one = |part: &Expression| evaluate(part, column, rows);
    let data_type = expression.data_type.clone().unwrap_or(DataType::nullable(TypeKind::Boolean));
    Ok(match &expression.node {
        Node::Column(place) => column(*place)?,
        Node::Literal(None) => new_null_array(&arrow::data_type(&data_type), rows),
        Node::Literal(Some(datum)) => {
            let single = datums_to_array(&[Some(datum.clone())], &data_type)?;
            take(&single, &UInt32Array::from(vec![0; rows]), None)?
        }
        Node::Cast(part) => match &part.data_type {
            Some(from) => cast::cast_values(&one(part)?, from, &data_type)?,
            None => new_null_array(&arrow::data_type(&data_type), rows),
        },
        Node::Arithmetic(operator, left, right) => arithmetic::apply(*operator, &one(left)?, &one(right)?, &data_type)?,
        Node::Negate(part) => arithmetic::negate(&one(part)?)?,
        Node::Concat(parts) => concat(&parts.iter().map(one).collect::<Result<Vec<_>>>()?, rows)?,
        Node::Coalesce(parts) => coalesce(parts, column, rows)?,
        Node::Case(cases, otherwise) => case(cases, otherwise, column, rows)?,
        Node::Compare(op, left, right) => Arc::new(compare(*op, &one(left)?, &one(right)?)?),
        Node::Same(left, right) => Arc::new(cmp::not_distinct(&one(left)?, &one(right)?)?),
        Node::And(left, right) => {
            let (left, right) = (one(left)?, one(right)?);
            three_valued(&left, &right, |a, b| match (a, b) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            })?
        }
        Node::Or(left, right) => {
            let (left, right) = (one(left)?, one(right)?);
            three_valued(&left, &right, |a, b| match (a, b) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            })?
        }
        Node::Not(part) => {
            let part = one(part)?;
            Arc::new(booleans(&part)?.iter().map(|value| value.map(|value| !value)).collect::<BooleanArray>())
        }
        Node::IsNull(part) => {
            let part = one(part)?;
            Arc::new((0..rows).map(|row| Some(part.is_null(row))).collect::<BooleanArray>())
        }
        Node::Like(part, pattern) => {
            let part = one(part)?;
            let pattern = LikePattern::new(pattern);
            let texts = part.as_string_opt::<i32>().ok_or_else(|| Error::internal("LIKE of what is no text"))?;
            Arc::new(texts.iter().map(|text| text.map(|text| pattern.matches(text))).collect::<BooleanArray>())
        }
    })
}

fn booleans(array: &ArrayRef) -> Result<&BooleanArray> {
    array.as_boolean_opt().ok_or_else(|| Error::internal(format!("expected conditions, found {}", array.data_type())))
}

fn three_valued(
    left: &ArrayRef,
    right: &ArrayRef,
    combine: impl Fn(Option<bool>, Option<bool>) -> Option<bool>,
) -> Result<ArrayRef> {
    let pairs = booleans(left)?.iter().zip(booleans(right)?.iter());
    Ok(Arc::new(pairs.map(|(a, b)| combine(a, b)).collect::<BooleanArray>()))
}

fn compare(op: CompareOp, left: &ArrayRef, right: &ArrayRef) -> Result<BooleanArray> {
    Ok(match op {
        CompareOp::Eq => cmp::eq(left, right),
        CompareOp::NotEq => cmp::neq(left, right),
        CompareOp::Lt => cmp::lt(left, right),
        CompareOp::LtEq => cmp::lt_eq(left, right),
        CompareOp::Gt => cmp::gt(left, right),
        CompareOp::GtEq => cmp::gt_eq(left, right),
    }?)
}

fn concat(parts: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let texts: Option<Vec<&StringArray>> = parts.iter().map(|part| part.as_string_opt::<i32>()).collect();
    let texts = texts.ok_or_else(|| Error::internal("|| of what is no text"))?;
    let row = |row: usize| {
        let parts = texts.iter().map(|text| text.is_valid(row).then(|| text.value(row)));
        parts.collect::<Option<String>>()
    };
    Ok(Arc::new((0..rows).map(row).collect::<StringArray>()))
}

/// The first value of each row that is not null. Later parts are asked only about rows that still have none.
fn coalesce(parts: &[Expression], column: Columns<'_>, rows: usize) -> Result<ArrayRef> {
    let Some((first, rest)) = parts.split_first() else { return Err(Error::internal("COALESCE of nothing")) };
    let mut value = evaluate(first, column, rows)?;
    for part in rest {
        let open: Vec<bool> = (0..rows).map(|row| value.is_null(row)).collect();
        value = merge(&value, &open, part, column)?;
    }
    Ok(value)
}

/// Values are computed only for the rows that take them, so that `CASE WHEN b <> 0 THEN a / b END` works.
fn case(
    cases: &[(Expression, Expression)],
    otherwise: &Expression,
    column: Columns<'_>,
    rows: usize,
) -> Result<ArrayRef> {
    let mut open = vec![true; rows];
    let mut value = new_null_array(&arrow::data_type(&typed(otherwise)), rows);
    for (condition, then) in cases {
        let holds = on_rows(condition, &open, column)?;
        let holds = booleans(&holds)?;
        let mut asked = 0;
        let mut taken = vec![false; rows];
        for (taken, open) in taken.iter_mut().zip(&mut open) {
            if *open {
                *taken = holds.is_valid(asked) && holds.value(asked);
                *open = !*taken;
                asked += 1;
            }
        }
        value = merge(&value, &taken, then, column)?;
    }
    merge(&value, &open, otherwise, column)
}

fn typed(expression: &Expression) -> DataType {
    expression.data_type.clone().unwrap_or(DataType::nullable(TypeKind::Boolean))
}

/// An expression on some of the rows.
fn on_rows(expression: &Expression, mask: &[bool], column: Columns<'_>) -> Result<ArrayRef> {
    let places = mask.iter().enumerate().filter(|(_, asked)| **asked).map(|(row, _)| row as u32);
    let places = UInt32Array::from_iter_values(places);
    let some = |place: usize| Ok(take(&column(place)?, &places, None)?);
    evaluate(expression, &some, places.len())
}

/// `value`, with those of `expression` where the mask is set.
fn merge(value: &ArrayRef, mask: &[bool], expression: &Expression, column: Columns<'_>) -> Result<ArrayRef> {
    if !mask.iter().any(|asked| *asked) {
        return Ok(Arc::clone(value));
    }
    let other = on_rows(expression, mask, column)?;
    let mut next = 0;
    let places: Vec<(usize, usize)> = mask
        .iter()
        .enumerate()
        .map(|(row, asked)| match asked {
            true => {
                next += 1;
                (1, next - 1)
            }
            false => (0, row),
        })
        .collect();
    Ok(interleave(&[value.as_ref(), other.as_ref()], &places)?)
}
