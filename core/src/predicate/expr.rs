//! The filter expression. There is no NOT: [`Predicate::negate`] pushes it to the leaves, as Java does, and each leaf is
//! false for null (except `IsNull`).

use crate::types::{DataType, Datum};

/// A column of the table schema that a filter refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Field id: what identifies the column across schema versions.
    pub id: i32,
    /// Name in the schema the filter was resolved against.
    pub name: String,
    /// Its type there; literals beside it have this type.
    pub data_type: DataType,
}

/// Comparison of a column with a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `=`
    Eq,
    /// `<>`
    NotEq,
    /// `<`
    Lt,
    /// `<=`
    LtEq,
    /// `>`
    Gt,
    /// `>=`
    GtEq,
}

/// A filter over the columns of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// Matches every row.
    True,
    /// Matches no row.
    False,
    /// `column op literal`
    Compare {
        /// The column.
        column: Column,
        /// The operator.
        op: CompareOp,
        /// A value of the column's type.
        literal: Datum,
    },
    /// `column [NOT] IN (literals)`
    In {
        /// The column.
        column: Column,
        /// Values of the column's type.
        literals: Vec<Datum>,
        /// NOT IN.
        negated: bool,
    },
    /// `column IS [NOT] NULL`
    IsNull {
        /// The column.
        column: Column,
        /// IS NOT NULL.
        negated: bool,
    },
    /// `column [NOT] LIKE pattern`, with `%`, `_` and `\` as escape
    Like {
        /// The column, of a character type.
        column: Column,
        /// The pattern.
        pattern: String,
        /// NOT LIKE.
        negated: bool,
    },
    /// All of them.
    And(Vec<Predicate>),
    /// Any of them.
    Or(Vec<Predicate>),
}
