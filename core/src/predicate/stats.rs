//! Whether a file, row group or partition can hold a matching row, judged by minima, maxima and null counts.
//!
//! The answer errs on one side only: `false` means that no row matches. Bounds may be truncated (a minimum too low, a
//! maximum too high). Writers differ about floats: some leave NaN out of the bounds, some do not tell the zeros apart;
//! so NaN, the greatest value of all, is always thought to be there, and zero bounds count for both zeros.

use std::cmp::Ordering;

use super::like::LikePattern;
use super::{Column, CompareOp, Predicate};
use crate::types::{Datum, TypeKind};

/// What is known of the values of a column in some rows. The default is nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnBounds {
    /// No value is less; `None` when unknown or all null.
    pub min: Option<Datum>,
    /// No value is greater; `None` when unknown or all null.
    pub max: Option<Datum>,
    /// Number of nulls; `None` when unknown.
    pub null_count: Option<i64>,
}

impl ColumnBounds {
    /// Nothing is known.
    pub fn unknown() -> Self {
        Self::default()
    }

    /// The same value, or null, in all of `row_count` rows: a partition column, or a column the file lacks.
    pub fn constant(value: Option<Datum>, row_count: i64) -> Self {
        let null_count = if value.is_none() { row_count } else { 0 };
        ColumnBounds { min: value.clone(), max: value, null_count: Some(null_count) }
    }
}

impl Predicate {
    /// False when no row of `row_count` can match, going by the bounds of the columns (13.1 of the format digest).
    pub fn may_match(&self, row_count: i64, bounds: &dyn Fn(&Column) -> ColumnBounds) -> bool {
        self.may_match_without(row_count, bounds, &[])
    }

    /// `no_nan`: ids of columns in which a NaN would not match anyway.
    fn may_match_without(&self, row_count: i64, bounds: &dyn Fn(&Column) -> ColumnBounds, no_nan: &[i32]) -> bool {
        match self {
            Predicate::True => true,
            Predicate::False => false,
            Predicate::And(children) => {
                let mut no_nan = no_nan.to_vec();
                no_nan.extend(children.iter().filter_map(excludes_nan));
                children.iter().all(|child| child.may_match_without(row_count, bounds, &no_nan))
            }
            Predicate::Or(children) => children.iter().any(|child| child.may_match_without(row_count, bounds, no_nan)),
            Predicate::IsNull { column, negated: false } => bounds(column).null_count.is_none_or(|count| count > 0),
            Predicate::IsNull { column, negated: true } => !all_null(&bounds(column), row_count),
            leaf => leaf.leaf_may_match(row_count, bounds, no_nan),
        }
    }
}

impl Predicate {
    fn leaf_may_match(&self, row_count: i64, bounds: &dyn Fn(&Column) -> ColumnBounds, no_nan: &[i32]) -> bool {
        let Some(column) = self.leaf_column() else { return true };
        let bounds = bounds(column);
        if all_null(&bounds, row_count) {
            return false;
        }
        let may_be_nan = !no_nan.contains(&column.id) && excludes_nan(self).is_none();
        let range = Range::of(column, bounds, may_be_nan);
        match self {
            Predicate::Compare { op, literal, .. } => range.may_compare(*op, literal),
            Predicate::In { literals, negated: false, .. } => {
                literals.iter().any(|literal| range.may_compare(CompareOp::Eq, literal))
            }
            Predicate::In { literals, negated: true, .. } => {
                literals.iter().all(|literal| range.may_compare(CompareOp::NotEq, literal))
            }
            Predicate::Like { pattern, negated: false, .. } => {
                range.may_start_with(&LikePattern::new(pattern).prefix())
            }
            _ => true,
        }
    }
}

fn all_null(bounds: &ColumnBounds, row_count: i64) -> bool {
    bounds.null_count == Some(row_count)
}

/// The column of a leaf that is false for NaN.
fn excludes_nan(leaf: &Predicate) -> Option<i32> {
    let nan = |column: &Column| match column.data_type.kind {
        TypeKind::Float => Some(Datum::Float(f32::NAN)),
        TypeKind::Double => Some(Datum::Double(f64::NAN)),
        _ => None,
    };
    let column = leaf.leaf_column()?;
    let nan = nan(column)?;
    (!leaf.leaf_matches(Some(&nan))).then_some(column.id)
}

/// The bounds of a column that has some non-null value; a missing bound is unknown.
struct Range {
    min: Option<Datum>,
    max: Option<Datum>,
}

impl Range {
    fn of(column: &Column, bounds: ColumnBounds, may_be_nan: bool) -> Range {
        let ColumnBounds { min, max, .. } = bounds;
        match column.data_type.kind {
            // A minimum of NaN comes from a writer that did not mind NaN: it says nothing.
            TypeKind::Float | TypeKind::Double => Range {
                min: min.filter(|min| !is_nan(min)).map(|min| widen_zero(min, true)),
                max: max.filter(|_| !may_be_nan).map(|max| widen_zero(max, false)),
            },
            _ => Range { min, max },
        }
    }

    fn may_compare(&self, op: CompareOp, literal: &Datum) -> bool {
        let min = |holds: fn(Ordering) -> bool| order(self.min.as_ref(), literal).is_none_or(holds);
        let max = |holds: fn(Ordering) -> bool| order(self.max.as_ref(), literal).is_none_or(holds);
        match op {
            CompareOp::Eq => min(Ordering::is_le) && max(Ordering::is_ge),
            CompareOp::NotEq => min(Ordering::is_ne) || max(Ordering::is_ne),
            CompareOp::Lt => min(Ordering::is_lt),
            CompareOp::LtEq => min(Ordering::is_le),
            CompareOp::Gt => max(Ordering::is_gt),
            CompareOp::GtEq => max(Ordering::is_ge),
        }
    }

    fn may_start_with(&self, prefix: &str) -> bool {
        let text =
            |datum: &Option<Datum>| if let Some(Datum::String(text)) = datum { Some(text.clone()) } else { None };
        let low_enough = |min: String| min.as_str() <= prefix || min.starts_with(prefix);
        let high_enough = |max: String| max.as_str() >= prefix;
        text(&self.min).is_none_or(low_enough) && text(&self.max).is_none_or(high_enough)
    }
}

fn order(bound: Option<&Datum>, literal: &Datum) -> Option<Ordering> {
    bound?.try_cmp(literal)
}

fn is_nan(datum: &Datum) -> bool {
    match datum {
        Datum::Float(value) => value.is_nan(),
        Datum::Double(value) => value.is_nan(),
        _ => false,
    }
}

fn widen_zero(bound: Datum, down: bool) -> Datum {
    match bound {
        Datum::Float(0.0) => Datum::Float(if down { -0.0 } else { 0.0 }),
        Datum::Double(0.0) => Datum::Double(if down { -0.0 } else { 0.0 }),
        other => other,
    }
}
