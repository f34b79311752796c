//! Filters as SQL text that [`super::parse()`] reads back.

use std::fmt;

use super::parse::RESERVED;
use super::{Column, Predicate};
use crate::types::{DataType, Datum, TypeKind, datum_text};

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Predicate::True => f.write_str("TRUE"),
            Predicate::False => f.write_str("FALSE"),
            Predicate::Compare { column, op, literal } => {
                write!(f, "{column} {} {}", op.as_str(), Sql(literal, &column.data_type))
            }
            Predicate::In { column, literals, negated } => {
                write!(f, "{column} {}IN (", not(*negated))?;
                for (index, literal) in literals.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{}", Sql(literal, &column.data_type))?;
                }
                f.write_str(")")
            }
            Predicate::IsNull { column, negated } => write!(f, "{column} IS {}NULL", not(*negated)),
            Predicate::Like { column, pattern, negated } => {
                write!(f, "{column} {}LIKE {}", not(*negated), quoted(pattern, '\''))
            }
            Predicate::And(children) => junction(f, children, " AND ", "TRUE"),
            Predicate::Or(children) => junction(f, children, " OR ", "FALSE"),
        }
    }
}

fn not(negated: bool) -> &'static str {
    if negated { "NOT " } else { "" }
}

fn junction(f: &mut fmt::Formatter<'_>, children: &[Predicate], separator: &str, empty: &str) -> fmt::Result {
    if children.is_empty() {
        return f.write_str(empty);
    }
    for (index, child) in children.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        match child {
            Predicate::And(_) | Predicate::Or(_) => write!(f, "({child})")?,
            leaf => write!(f, "{leaf}")?,
        }
    }
    Ok(())
}

/// The name, in backticks unless it is a plain word.
impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.name.chars().all(|character| character == '_' || character.is_alphanumeric())
            && !self.name.starts_with(|first: char| first.is_ascii_digit())
            && !self.name.is_empty()
            && !RESERVED.contains(&self.name.to_ascii_uppercase().as_str());
        if plain { f.write_str(&self.name) } else { f.write_str(&quoted(&self.name, '`')) }
    }
}

/// A literal of a type.
struct Sql<'a>(&'a Datum, &'a DataType);

impl fmt::Display for Sql<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sql(datum, data_type) = self;
        match datum {
            Datum::Boolean(value) => f.write_str(if *value { "TRUE" } else { "FALSE" }),
            Datum::String(text) => f.write_str(&quoted(text, '\'')),
            Datum::Float(value) if !value.is_finite() => write!(f, "'{}'", datum_text::to_text(datum, data_type)),
            Datum::Double(value) if !value.is_finite() => write!(f, "'{}'", datum_text::to_text(datum, data_type)),
            Datum::Bytes(_) => write!(f, "x'{}'", datum_text::to_text(datum, data_type)),
            Datum::Date(_) => write!(f, "DATE '{}'", datum_text::to_text(datum, data_type)),
            Datum::Time(_) => write!(f, "TIME '{}'", full_precision(datum, TypeKind::Time(3))),
            Datum::Timestamp { .. } => write!(f, "TIMESTAMP '{}'", full_precision(datum, timestamp_kind(data_type))),
            _ => f.write_str(&datum_text::to_text(datum, data_type)),
        }
    }
}

/// With all digits that a column holds, whatever its type prints: TIMESTAMP(0) columns hold milliseconds.
fn timestamp_kind(data_type: &DataType) -> TypeKind {
    let digits = |precision: u8| match precision {
        0..=3 => 3,
        4..=6 => 6,
        _ => 9,
    };
    match data_type.kind {
        TypeKind::TimestampLtz(precision) => TypeKind::TimestampLtz(digits(precision)),
        TypeKind::Timestamp(precision) => TypeKind::Timestamp(digits(precision)),
        _ => TypeKind::Timestamp(9),
    }
}

fn full_precision(datum: &Datum, kind: TypeKind) -> String {
    datum_text::to_text(datum, &DataType::nullable(kind)).replace('T', " ")
}

fn quoted(text: &str, quote: char) -> String {
    let doubled = text.replace(quote, &format!("{quote}{quote}"));
    format!("{quote}{doubled}{quote}")
}
