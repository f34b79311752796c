//! The filter expression. There is no NOT: [`Predicate::negate`] pushes it to the leaves, as Java does, and each leaf is
//! false for null (except `IsNull`).

use std::cmp::Ordering;

use crate::types::{DataField, DataType, Datum};

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

impl Column {
    /// Refers to `field`.
    pub fn of(field: &DataField) -> Self {
        Column { id: field.id, name: field.name.clone(), data_type: field.data_type.clone() }
    }
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

impl CompareOp {
    /// The operator that holds for exactly the other non-null values.
    pub fn negate(self) -> Self {
        match self {
            CompareOp::Eq => CompareOp::NotEq,
            CompareOp::NotEq => CompareOp::Eq,
            CompareOp::Lt => CompareOp::GtEq,
            CompareOp::LtEq => CompareOp::Gt,
            CompareOp::Gt => CompareOp::LtEq,
            CompareOp::GtEq => CompareOp::Lt,
        }
    }

    /// The operator when both sides change places: `1 < a` is `a > 1`.
    pub fn flip(self) -> Self {
        match self {
            CompareOp::Eq | CompareOp::NotEq => self,
            CompareOp::Lt => CompareOp::Gt,
            CompareOp::LtEq => CompareOp::GtEq,
            CompareOp::Gt => CompareOp::Lt,
            CompareOp::GtEq => CompareOp::LtEq,
        }
    }

    /// Whether a value holds that compares with the literal as `order` says.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            CompareOp::Eq => order.is_eq(),
            CompareOp::NotEq => order.is_ne(),
            CompareOp::Lt => order.is_lt(),
            CompareOp::LtEq => order.is_le(),
            CompareOp::Gt => order.is_gt(),
            CompareOp::GtEq => order.is_ge(),
        }
    }

    /// The SQL text.
    pub fn as_str(self) -> &'static str {
        match self {
            CompareOp::Eq => "=",
            CompareOp::NotEq => "<>",
            CompareOp::Lt => "<",
            CompareOp::LtEq => "<=",
            CompareOp::Gt => ">",
            CompareOp::GtEq => ">=",
        }
    }
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
    /// `column [NOT] IN (literals)`. Without literals it holds for no row or, negated, for every non-null value: what a
    /// comparison with a literal beyond the range of the column comes down to.
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
