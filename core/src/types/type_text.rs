//! Types as SQL text: `BIGINT NOT NULL`, `DECIMAL(10, 2)`, `ROW<a INT, b ARRAY<STRING>>`.
//!
//! Schema files hold atomic types in this text and complex types as JSON objects (`type_json`). The reader takes what
//! Java's `DataTypeJsonParser` takes (keywords in any case, synonyms, the suffix form `INT ARRAY`) and also the
//! bracket form of complex types that people write in SQL.

mod parse;
mod token;

use std::fmt;

use super::{DataField, DataType, MAX_LENGTH, TypeKind};

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        f.write_str(if self.nullable { "" } else { " NOT NULL" })
    }
}

/// The text without nullability, as Java's `asSQLString` has it.
impl fmt::Display for TypeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TypeKind::Boolean => f.write_str("BOOLEAN"),
            TypeKind::TinyInt => f.write_str("TINYINT"),
            TypeKind::SmallInt => f.write_str("SMALLINT"),
            TypeKind::Int => f.write_str("INT"),
            TypeKind::BigInt => f.write_str("BIGINT"),
            TypeKind::Float => f.write_str("FLOAT"),
            TypeKind::Double => f.write_str("DOUBLE"),
            TypeKind::Decimal { precision, scale } => write!(f, "DECIMAL({precision}, {scale})"),
            TypeKind::Char(length) => write!(f, "CHAR({length})"),
            TypeKind::Varchar(MAX_LENGTH) => f.write_str("STRING"),
            TypeKind::Varchar(length) => write!(f, "VARCHAR({length})"),
            TypeKind::Binary(length) => write!(f, "BINARY({length})"),
            TypeKind::Varbinary(MAX_LENGTH) => f.write_str("BYTES"),
            TypeKind::Varbinary(length) => write!(f, "VARBINARY({length})"),
            TypeKind::Date => f.write_str("DATE"),
            TypeKind::Time(precision) => write!(f, "TIME({precision})"),
            TypeKind::Timestamp(precision) => write!(f, "TIMESTAMP({precision})"),
            TypeKind::TimestampLtz(precision) => write!(f, "TIMESTAMP({precision}) WITH LOCAL TIME ZONE"),
            TypeKind::Variant => f.write_str("VARIANT"),
            TypeKind::Blob => f.write_str("BLOB"),
            TypeKind::Array(element) => write!(f, "ARRAY<{element}>"),
            TypeKind::Vector { element, length } => write!(f, "VECTOR<{element}, {length}>"),
            TypeKind::Multiset(element) => write!(f, "MULTISET<{element}>"),
            TypeKind::Map { key, value } => write!(f, "MAP<{key}, {value}>"),
            TypeKind::Row(fields) => write_row(fields, f),
        }
    }
}

fn write_row(fields: &[DataField], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("ROW<")?;
    for (index, field) in fields.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { ", " })?;
        if token::is_plain_name(&field.name) {
            f.write_str(&field.name)?;
        } else {
            write!(f, "`{}`", field.name.replace('`', "``"))?;
        }
        write!(f, " {}", field.data_type)?;
        if let Some(description) = &field.description {
            write!(f, " '{}'", description.replace('\'', "''"))?;
        }
    }
    f.write_str(">")
}

#[cfg(test)]
mod tests;
