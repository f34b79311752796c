//! A table filter as a filter on the columns of one data file, which may be of an older schema (2.4 of the digest).

use super::literal::{Placed, compare, place_number};
use super::{Column, Predicate};
use crate::types::exact_number::ExactNumber;
use crate::types::{DataField, DataType, Datum, TypeKind, datum_text};

/// Ids from here on are those of system columns, which no schema has (format digest 2.1).
const FIRST_SYSTEM_FIELD: i32 = 1_073_741_823;

impl Predicate {
    /// The filter on the columns that a file has under its own schema version: same field ids, older names and types.
    ///
    /// The result is weaker, never stronger: a leaf on a column that the file lacks, or whose type changed in a way
    /// that comparisons do not survive, becomes `True`. Good for skipping, not for the final filter.
    #[must_use]
    pub fn for_file(&self, file_fields: &[DataField]) -> Predicate {
        self.map_leaves(&|leaf| devolve(leaf, file_fields).unwrap_or(Predicate::True))
    }

    /// As [`Predicate::for_file`], of a file that is all there is of its rows: a column that its schema lacks is null.
    /// Not for column-wise files, whose other columns are elsewhere.
    #[must_use]
    pub fn for_whole_file(&self, file_fields: &[DataField]) -> Predicate {
        let holds = |holds: bool| if holds { Predicate::True } else { Predicate::False };
        self.map_leaves(&|leaf| match leaf.leaf_column() {
            Some(column) if column.id < FIRST_SYSTEM_FIELD && file_fields.iter().all(|field| field.id != column.id) => {
                holds(leaf.leaf_matches(None))
            }
            _ => devolve(leaf, file_fields).unwrap_or(Predicate::True),
        })
    }
}

/// `None` when the leaf says nothing about the file.
fn devolve(leaf: &Predicate, file_fields: &[DataField]) -> Option<Predicate> {
    let Some(column) = leaf.leaf_column() else { return Some(leaf.clone()) };
    let field = file_fields.iter().find(|field| field.id == column.id)?;
    let old = Column::of(field);
    let (table_type, file_type) = (&column.data_type, &old.data_type);
    if !keeps_order(file_type, table_type) {
        return None;
    }
    Some(match leaf {
        Predicate::Compare { op, literal, .. } => {
            let placed = retype(literal, file_type)?;
            compare(old, *op, placed)
        }
        Predicate::In { literals, negated, .. } => {
            let placed = literals.iter().map(|literal| retype(literal, file_type)).collect::<Option<Vec<_>>>()?;
            let exact = |placed| if let Placed::At(datum) = placed { Some(datum) } else { None };
            Predicate::In { column: old, literals: placed.into_iter().filter_map(exact).collect(), negated: *negated }
        }
        Predicate::IsNull { negated, .. } => Predicate::IsNull { column: old, negated: *negated },
        Predicate::Like { pattern, negated, .. } => {
            Predicate::Like { column: old, pattern: pattern.clone(), negated: *negated }
        }
        Predicate::True | Predicate::False | Predicate::And(_) | Predicate::Or(_) => return None,
    })
}

/// Whether reading a value of the file type as the table type keeps all of it, and so the order of values.
fn keeps_order(file: &DataType, table: &DataType) -> bool {
    use TypeKind::*;
    match (&file.kind, &table.kind) {
        (TinyInt, SmallInt | Int | BigInt) | (SmallInt, Int | BigInt) | (Int, BigInt) | (Float, Double) => true,
        (TinyInt, Decimal { precision, scale }) => precision.saturating_sub(*scale) >= 3,
        (SmallInt, Decimal { precision, scale }) => precision.saturating_sub(*scale) >= 5,
        (Int, Decimal { precision, scale }) => precision.saturating_sub(*scale) >= 10,
        (BigInt, Decimal { precision, scale }) => precision.saturating_sub(*scale) >= 19,
        (Decimal { precision: p, scale: s }, Decimal { precision, scale }) => {
            scale >= s && precision.saturating_sub(*scale) >= p.saturating_sub(*s)
        }
        (Varchar(old), Varchar(new)) | (Varbinary(old), Varbinary(new)) => old <= new,
        (Binary(old), Varbinary(new)) | (Char(old), Varchar(new)) => old <= new,
        (Timestamp(old), Timestamp(new)) | (TimestampLtz(old), TimestampLtz(new)) => old <= new,
        (Time(old), Time(new)) => old <= new,
        (old, new) => old == new,
    }
}

/// Places a literal of the table type among the values of the file type.
fn retype(literal: &Datum, file_type: &DataType) -> Option<Placed> {
    match (literal, &file_type.kind) {
        (Datum::TinyInt(_) | Datum::SmallInt(_) | Datum::Int(_) | Datum::BigInt(_) | Datum::Decimal { .. }, kind) => {
            // The type does not matter for the text of a number.
            let text = datum_text::to_text(literal, file_type);
            place_number(&ExactNumber::parse(&text)?, kind)
        }
        (Datum::Double(value), TypeKind::Float) => {
            let narrow = *value as f32;
            let exact = narrow.is_nan() || f64::from(narrow).to_bits() == value.to_bits();
            exact.then_some(Placed::At(Datum::Float(narrow)))
        }
        (Datum::Timestamp { millis, nanos }, TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision)) => {
            Some(super::literal::place_timestamp(*millis, *nanos, *precision))
        }
        (literal, _) => Some(Placed::At(literal.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predicate::testing::parse;

    fn check(text: &str, file_name: &str, file_kind: TypeKind, expected: &str) {
        let predicate = parse(text);
        let column = predicate.columns().into_iter().next().unwrap().clone();
        let fields = [DataField::new(column.id, file_name, DataType::nullable(file_kind))];
        assert_eq!(predicate.for_file(&fields).to_string(), expected, "{text}");
    }

    #[test]
    fn names_and_literals_follow_the_file() {
        check("l > 5", "old", TypeKind::Int, "old > 5");
        check("l > 3000000000", "old", TypeKind::Int, "old IN ()");
        check("l <= 3000000000", "old", TypeKind::Int, "old NOT IN ()");
        check("l IN (1, 3000000000)", "l", TypeKind::Int, "l IN (1)");
        check("dec < 1.55", "dec", TypeKind::Decimal { precision: 8, scale: 1 }, "dec <= 1.5");
        check("d >= 0.5", "d", TypeKind::Float, "d >= 0.5");
        check("s LIKE 'a%'", "t", TypeKind::Varchar(3), "t LIKE 'a%'");
        check("s IS NULL", "t", TypeKind::Varchar(3), "t IS NULL");
    }

    #[test]
    fn what_does_not_survive_is_dropped() {
        check("d > 0.1", "d", TypeKind::Float, "TRUE");
        check("i > 5", "i", TypeKind::BigInt, "TRUE");
        check("s = 'a'", "s", TypeKind::Int, "TRUE");
        assert_eq!(parse("i = 1 AND l = 2").for_file(&[]).to_string(), "TRUE");
    }

    #[test]
    fn columns_that_came_later_are_null_in_whole_files() {
        assert_eq!(parse("i = 1 OR l <> 2").for_whole_file(&[]).to_string(), "FALSE");
        assert_eq!(parse("i IS NULL AND l IS NOT NULL").for_whole_file(&[]).to_string(), "FALSE");
        assert_eq!(parse("i IS NULL").for_whole_file(&[]).to_string(), "TRUE");
        let system = DataField::new(i32::MAX - 5, "_ROW_ID", DataType::nullable(TypeKind::BigInt));
        let filter = crate::predicate::parse("_ROW_ID = 1", std::slice::from_ref(&system)).unwrap();
        assert_eq!(filter.for_whole_file(&[]).to_string(), "TRUE");
    }
}
