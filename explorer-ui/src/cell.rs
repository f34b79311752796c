//! One value of a row, as the engine sends it: canonical JSON.
//!
//! Members of nested rows keep their order and numbers their kind; how a cell is drawn depends on its column's type too
//! (a BIGINT beyond 2^53 arrives as a string and is a number all the same).

use std::{cmp::Ordering, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

/// A value in canonical JSON.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// SQL null, which is not the empty string.
    #[default]
    Null,
    /// BOOLEAN.
    Bool(bool),
    /// An integer that JSON carries exactly.
    Int(i64),
    /// FLOAT and DOUBLE.
    Float(f64),
    /// Text, and all types that travel as text: decimals, dates, binary as hex, large integers.
    Text(Box<str>),
    /// ARRAY, MAP and MULTISET.
    List(Box<[Cell]>),
    /// ROW, members in their order.
    Row(Box<[(Box<str>, Cell)]>),
}

impl Cell {
    /// The cell as plain text, the way it is copied: text unquoted, null as nothing, nested as compact JSON.
    #[must_use]
    pub fn copy_text(&self) -> String {
        match self {
            Cell::Null => String::new(),
            Cell::Text(text) => text.to_string(),
            other => other.to_string(),
        }
    }

    /// Bytes that the value takes in memory, about.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        size_of::<Cell>()
            + match self {
                Cell::Text(text) => text.len() + 16,
                Cell::List(items) => items.iter().map(Cell::size_bytes).sum::<usize>() + 16,
                Cell::Row(members) => members.iter().map(|(name, cell)| name.len() + 32 + cell.size_bytes()).sum(),
                _ => 0,
            }
    }

    /// Whether the value has parts of its own.
    #[must_use]
    pub fn is_nested(&self) -> bool {
        matches!(self, Cell::List(_) | Cell::Row(_))
    }

    /// The value as a number, where it is one or is text that spells one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            #[allow(clippy::cast_precision_loss)]
            Cell::Int(value) => Some(*value as f64),
            Cell::Float(value) => Some(*value),
            Cell::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Order of two values of one column; `numeric` when the column's type is a number, whatever carries it.
    #[must_use]
    pub fn compare(&self, other: &Cell, numeric: bool) -> Ordering {
        match (self, other) {
            (Cell::Null, Cell::Null) => Ordering::Equal,
            (Cell::Null, _) => Ordering::Less,
            (_, Cell::Null) => Ordering::Greater,
            (Cell::Int(a), Cell::Int(b)) => a.cmp(b),
            (Cell::Bool(a), Cell::Bool(b)) => a.cmp(b),
            (Cell::Text(a), Cell::Text(b)) if !numeric => a.cmp(b),
            (a, b) => match (a.number(), b.number()) {
                (Some(a), Some(b)) => a.total_cmp(&b),
                _ => a.to_string().cmp(&b.to_string()),
            },
        }
    }

    /// The value as indented JSON, for the inspector.
    #[must_use]
    pub fn pretty(&self) -> String {
        let mut out = String::new();
        self.write_pretty(0, &mut out);
        out
    }

    fn write_pretty(&self, depth: usize, out: &mut String) {
        let pad = |out: &mut String, depth: usize| {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        };
        match self {
            Cell::List(items) if items.iter().any(Cell::is_nested) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    pad(out, depth + 1);
                    item.write_pretty(depth + 1, out);
                }
                pad(out, depth);
                out.push(']');
            }
            Cell::Row(members) if !members.is_empty() => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    pad(out, depth + 1);
                    out.push_str(&quoted(name));
                    out.push_str(": ");
                    value.write_pretty(depth + 1, out);
                }
                pad(out, depth);
                out.push('}');
            }
            other => out.push_str(&other.to_string()),
        }
    }
}

/// Compact JSON.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Null => f.write_str("null"),
            Cell::Bool(value) => write!(f, "{value}"),
            Cell::Int(value) => write!(f, "{value}"),
            // As JavaScript writes them: 300 digits say no more than an exponent.
            Cell::Float(value) if *value != 0.0 && !(1e-6..1e21).contains(&value.abs()) => write!(f, "{value:e}"),
            Cell::Float(value) => write!(f, "{value}"),
            Cell::Text(text) => f.write_str(&quoted(text)),
            Cell::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { "," })?;
                }
                f.write_str("]")
            }
            Cell::Row(members) => {
                f.write_str("{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    write!(f, "{}{}:{value}", if index == 0 { "" } else { "," }, quoted(name))?;
                }
                f.write_str("}")
            }
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Cell, E> {
        Ok(Cell::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Cell, E> {
        Ok(Cell::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Cell, E> {
        Ok(i64::try_from(value).map_or_else(|_| Cell::Text(value.to_string().into()), Cell::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Cell, E> {
        Ok(Cell::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Cell, E> {
        Ok(Cell::Text(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Cell, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Cell::List(list.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Cell, A::Error> {
        let mut row = Vec::new();
        while let Some(member) = members.next_entry()? {
            row.push(member);
        }
        Ok(Cell::Row(row.into()))
    }
}

/// How a column's values are set: what its type asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Right aligned, tabular figures.
    Number,
    /// Dates and times: monospace, left.
    Time,
    /// true and false.
    Bool,
    /// Hex digits, monospace.
    Binary,
    /// Compact JSON, opened in the inspector.
    Nested,
    /// Text.
    Text,
}

/// The look of a column by its SQL type text, e.g. `BIGINT NOT NULL`.
#[must_use]
pub fn look_of(type_text: &str) -> Look {
    let name: String = type_text.chars().take_while(|c| c.is_ascii_alphabetic()).collect();
    match name.to_ascii_uppercase().as_str() {
        "TINYINT" | "SMALLINT" | "INT" | "INTEGER" | "BIGINT" | "FLOAT" | "DOUBLE" | "DECIMAL" | "NUMERIC" => {
            Look::Number
        }
        "DATE" | "TIME" | "TIMESTAMP" => Look::Time,
        "BOOLEAN" => Look::Bool,
        "BINARY" | "VARBINARY" | "BYTES" | "BLOB" => Look::Binary,
        "ARRAY" | "MAP" | "MULTISET" | "ROW" | "VARIANT" | "VECTOR" => Look::Nested,
        _ => Look::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(json: &str) -> Cell {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn nested_values_keep_member_order_and_print_compact() {
        assert_eq!(cell(r#"{ "z": [1, null], "a": "x\"y" }"#).to_string(), r#"{"z":[1,null],"a":"x\"y"}"#);
    }

    #[test]
    fn null_and_empty_text_differ_but_copy_alike() {
        assert_ne!(cell("null"), cell("\"\""));
        assert_eq!(cell("null").copy_text(), cell("\"\"").copy_text());
    }

    #[test]
    fn numbers_carried_as_text_compare_as_numbers() {
        assert_eq!(cell("\"9\"").compare(&cell("\"10\""), true), Ordering::Less);
        assert_eq!(cell("\"9\"").compare(&cell("\"10\""), false), Ordering::Greater);
        assert_eq!(cell("9").compare(&cell("null"), true), Ordering::Greater);
    }

    #[test]
    fn far_numbers_have_an_exponent() {
        let texts = ["1.7976931348623157e308", "-1e-45", "0.5", "100000.25", "-0"];
        assert_eq!(texts.map(|text| cell(text).to_string()), texts);
    }

    #[test]
    fn look_follows_the_type() {
        assert_eq!(look_of("DECIMAL(10, 2) NOT NULL"), Look::Number);
        assert_eq!(look_of("ROW<a INT>"), Look::Nested);
        assert_eq!(look_of("TIMESTAMP(3) WITH LOCAL TIME ZONE"), Look::Time);
        assert_eq!(look_of("VARCHAR(10)"), Look::Text);
    }

    #[test]
    fn pretty_opens_rows_and_keeps_flat_lists_on_a_line() {
        assert_eq!(cell(r#"{"a":[1,2],"b":{}}"#).pretty(), "{\n  \"a\": [1,2],\n  \"b\": {}\n}");
    }
}
