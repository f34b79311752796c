//! Expressions over columns: the right sides of `SET`, and the conditions of a merge.
//!
//! ```text
//! text ──parse──▶ Expression (names resolved, types checked, casts put in) ──evaluate──▶ array
//! ```
//!
//! Null in, null out; AND and OR know three values. What overflows or is no value of its type is an error, never another
//! value: `CAST`s and assignments are those of Spark in ANSI mode, but for text, which is read as Paimon reads it.

mod arithmetic;
mod cast;
mod evaluate;
mod parse;
mod primary;

use std::collections::BTreeSet;

use arrow_array::ArrayRef;

pub(super) use cast::assign;
#[cfg(test)]
use parse::parse_expression;

use crate::{
    error::Result,
    predicate::CompareOp,
    types::{DataType, Datum},
};

/// A column that an expression may name.
#[derive(Clone, Debug)]
pub(super) struct ScopeColumn {
    /// Names of its table, before the point; in lower case.
    pub(super) tables: Vec<String>,
    /// Its name.
    pub(super) name: String,
    /// Its type.
    pub(super) data_type: DataType,
}

/// An expression whose columns are places in a scope.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    node: Node,
    /// `None` for a bare NULL, which is of every type.
    data_type: Option<DataType>,
}

#[derive(Clone, Debug)]
enum Node {
    Column(usize),
    Literal(Option<Datum>),
    Cast(Box<Expression>),
    Arithmetic(Operator, Box<Expression>, Box<Expression>),
    Negate(Box<Expression>),
    Concat(Vec<Expression>),
    Coalesce(Vec<Expression>),
    /// Conditions with their values, and what holds otherwise.
    Case(Vec<(Expression, Expression)>, Box<Expression>),
    Compare(CompareOp, Box<Expression>, Box<Expression>),
    /// Equal, or both null.
    Same(Box<Expression>, Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    IsNull(Box<Expression>),
    Like(Box<Expression>, String),
}

/// `+ - * / %`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Expression {
    /// A column by its place.
    pub(super) fn column(place: usize, data_type: DataType) -> Self {
        Expression { node: Node::Column(place), data_type: Some(data_type) }
    }

    /// Its type; `None` for NULL.
    pub(super) fn data_type(&self) -> Option<&DataType> {
        self.data_type.as_ref()
    }

    /// Places of the columns that it reads.
    pub(super) fn columns(&self) -> BTreeSet<usize> {
        let mut places = BTreeSet::new();
        self.visit(&mut |node| {
            if let Node::Column(place) = node {
                places.insert(*place);
            }
        });
        places
    }

    /// The place of the column that it is.
    pub(super) fn as_column(&self) -> Option<usize> {
        match &self.node {
            Node::Column(place) => Some(*place),
            _ => None,
        }
    }

    /// What is cast, where it is a cast.
    pub(super) fn without_cast(&self) -> &Expression {
        match &self.node {
            Node::Cast(inner) => inner.without_cast(),
            _ => self,
        }
    }

    /// The parts of a conjunction.
    pub(super) fn conjuncts(self) -> Vec<Expression> {
        match self.node {
            Node::And(left, right) => [left.conjuncts(), right.conjuncts()].concat(),
            node => vec![Expression { node, data_type: self.data_type }],
        }
    }

    /// The sides of `a = b`.
    pub(super) fn equal_sides(&self) -> Option<(&Expression, &Expression)> {
        match &self.node {
            Node::Compare(CompareOp::Eq, left, right) => Some((left, right)),
            _ => None,
        }
    }

    /// The values for `rows` rows; `column` gives a column by its place.
    ///
    /// Errors: `Invalid` for a value that overflows or is none of the type it is cast to.
    pub(super) fn evaluate(&self, column: &dyn Fn(usize) -> Result<ArrayRef>, rows: usize) -> Result<ArrayRef> {
        evaluate::evaluate(self, column, rows)
    }

    fn visit(&self, look: &mut dyn FnMut(&Node)) {
        look(&self.node);
        match &self.node {
            Node::Column(_) | Node::Literal(_) => {}
            Node::Cast(one) | Node::Negate(one) | Node::Not(one) | Node::IsNull(one) | Node::Like(one, _) => {
                one.visit(look);
            }
            Node::Arithmetic(_, left, right)
            | Node::Compare(_, left, right)
            | Node::Same(left, right)
            | Node::And(left, right)
            | Node::Or(left, right) => {
                left.visit(look);
                right.visit(look);
            }
            Node::Concat(parts) | Node::Coalesce(parts) => parts.iter().for_each(|part| part.visit(look)),
            Node::Case(cases, otherwise) => {
                for (condition, value) in cases {
                    condition.visit(look);
                    value.visit(look);
                }
                otherwise.visit(look);
            }
        }
    }
}

#[cfg(test)]
mod tests;
