//! A recursive-descent parser for expressions; names are resolved and types checked on the way.

use super::{
    Expression, Node, Operator, ScopeColumn, arithmetic,
    cast::{cast, is_text, meet},
    primary::number,
};
use crate::{
    error::Result,
    predicate::{CompareOp, TokenKind, Tokens},
    types::{DataType, Datum, TypeKind},
};

/// Nesting of parentheses, NOTs and CASEs.
const MAX_DEPTH: usize = 64;

/// Words that are no column unless quoted.
const RESERVED: [&str; 18] = [
    "AND", "OR", "NOT", "IN", "BETWEEN", "IS", "LIKE", "NULL", "TRUE", "FALSE", "CASE", "WHEN", "THEN", "ELSE", "END",
    "CAST", "AS", "SET",
];

/// Parses a whole text as one expression over the columns of `scope`. Errors: `Invalid` with the position.
#[cfg(test)]
pub(super) fn parse_expression(text: &str, scope: &[ScopeColumn]) -> Result<Expression> {
    let mut tokens = Tokens::new(text, "the end")?;
    let expression = tokens.expression(scope)?;
    tokens.expect_end()?;
    Ok(expression)
}

impl<'a> Tokens<'a> {
    /// An expression as far as it goes. Errors: `Invalid` with the position.
    pub(in crate::modify) fn expression(&mut self, scope: &[ScopeColumn]) -> Result<Expression> {
        self.disjunction(scope, MAX_DEPTH)
    }

    /// A name, quoted or not. Errors: `Invalid` for anything else.
    pub(in crate::modify) fn name(&mut self) -> Result<String> {
        let name = match self.peek() {
            TokenKind::Quoted(name) => name.to_string(),
            TokenKind::Word(word) if !is_reserved(word) => (*word).to_owned(),
            _ => return Err(self.expected("a name")),
        };
        self.advance();
        Ok(name)
    }

    pub(super) fn disjunction(&mut self, scope: &[ScopeColumn], depth: usize) -> Result<Expression> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(self.error(format!("an expression nested deeper than {MAX_DEPTH}")));
        };
        let mut left = self.conjunction(scope, depth)?;
        while self.take_word("OR") {
            let right = self.conjunction(scope, depth)?;
            left = condition(Node::Or(self.boolean(left)?, self.boolean(right)?));
        }
        Ok(left)
    }

    fn conjunction(&mut self, scope: &[ScopeColumn], depth: usize) -> Result<Expression> {
        let mut left = self.negation(scope, depth)?;
        while self.take_word("AND") {
            let right = self.negation(scope, depth)?;
            left = condition(Node::And(self.boolean(left)?, self.boolean(right)?));
        }
        Ok(left)
    }

    fn negation(&mut self, scope: &[ScopeColumn], depth: usize) -> Result<Expression> {
        let mut negated = false;
        while self.take_word("NOT") {
            negated = !negated;
        }
        let inner = self.comparison(scope, depth)?;
        if negated { self.not(inner) } else { Ok(inner) }
    }

    fn not(&self, inner: Expression) -> Result<Expression> {
        Ok(condition(Node::Not(self.boolean(inner)?)))
    }

    pub(super) fn boolean(&self, expression: Expression) -> Result<Box<Expression>> {
        match &expression.data_type {
            None | Some(DataType { kind: TypeKind::Boolean, .. }) => Ok(Box::new(expression)),
            Some(other) => Err(self.error(format!("expected a condition, found a value of type {}", other.kind))),
        }
    }

    fn comparison(&mut self, scope: &[ScopeColumn], depth: usize) -> Result<Expression> {
        let left = self.sum(scope, depth)?;
        if let Some(op) = self.compare_op() {
            let right = self.sum(scope, depth)?;
            return self.compared(op, left, right);
        }
        if self.take_symbol("<=>") {
            let right = self.sum(scope, depth)?;
            let (left, right) = self.met(left, right)?;
            return Ok(condition(Node::Same(Box::new(left), Box::new(right))));
        }
        if self.take_word("IS") {
            let negated = self.take_word("NOT");
            self.expect_word("NULL")?;
            let is_null = condition(Node::IsNull(Box::new(left)));
            return if negated { self.not(is_null) } else { Ok(is_null) };
        }
        let negated = self.take_word("NOT");
        let found = if self.take_word("IN") {
            self.in_list(left, scope, depth)?
        } else if self.take_word("BETWEEN") {
            let low = self.sum(scope, depth)?;
            self.expect_word("AND")?;
            let high = self.sum(scope, depth)?;
            let low = self.compared(CompareOp::GtEq, left.clone(), low)?;
            let high = self.compared(CompareOp::LtEq, left, high)?;
            condition(Node::And(Box::new(low), Box::new(high)))
        } else if self.take_word("LIKE") {
            self.like(left)?
        } else if negated {
            return Err(self.expected("IN, BETWEEN or LIKE"));
        } else {
            return Ok(left);
        };
        if negated { self.not(found) } else { Ok(found) }
    }

    fn compare_op(&mut self) -> Option<CompareOp> {
        let ops = [CompareOp::Eq, CompareOp::NotEq, CompareOp::LtEq, CompareOp::GtEq, CompareOp::Lt, CompareOp::Gt];
        ops.into_iter().find(|op| self.take_symbol(op.as_str()))
    }

    pub(super) fn met(&self, left: Expression, right: Expression) -> Result<(Expression, Expression)> {
        meet(left, right).map_err(|error| error.with("position", self.position()))
    }

    fn compared(&self, op: CompareOp, left: Expression, right: Expression) -> Result<Expression> {
        let (left, right) = self.met(left, right)?;
        Ok(condition(Node::Compare(op, Box::new(left), Box::new(right))))
    }

    fn in_list(&mut self, left: Expression, scope: &[ScopeColumn], depth: usize) -> Result<Expression> {
        self.expect_symbol("(")?;
        let mut found: Option<Expression> = None;
        loop {
            let item = self.sum(scope, depth)?;
            let equal = self.compared(CompareOp::Eq, left.clone(), item)?;
            found = Some(match found {
                Some(found) => condition(Node::Or(Box::new(found), Box::new(equal))),
                None => equal,
            });
            if !self.take_symbol(",") {
                break;
            }
        }
        self.expect_symbol(")")?;
        found.ok_or_else(|| self.expected("a value"))
    }

    fn like(&mut self, left: Expression) -> Result<Expression> {
        if left.data_type.as_ref().is_some_and(|data_type| !is_text(&data_type.kind)) {
            return Err(self.error("expected a text before LIKE".to_owned()));
        }
        match self.advance() {
            TokenKind::Text(pattern) => Ok(condition(Node::Like(Box::new(left), pattern.into_owned()))),
            _ => Err(self.error("expected a pattern in single quotes".to_owned())),
        }
    }

    fn sum(&mut self, scope: &[ScopeColumn], depth: usize) -> Result<Expression> {
        let mut left = self.product(scope, depth)?;
        loop {
            if self.take_symbol("||") {
                let right = self.product(scope, depth)?;
                left = self.concat(vec![left, right])?;
                continue;
            }
            let operator = match self.peek() {
                TokenKind::Symbol("+") => Operator::Add,
                TokenKind::Symbol("-") => Operator::Subtract,
                _ => return Ok(left),
            };
            self.advance();
            let right = self.product(scope, depth)?;
            left = self.arithmetic(operator, left, right)?;
        }
    }

    fn product(&mut self, scope: &[ScopeColumn], depth: usize) -> Result<Expression> {
        let mut left = self.signed(scope, depth)?;
        loop {
            let operator = match self.peek() {
                TokenKind::Symbol("*") => Operator::Multiply,
                TokenKind::Symbol("/") => Operator::Divide,
                TokenKind::Symbol("%") => Operator::Remainder,
                _ => return Ok(left),
            };
            self.advance();
            let right = self.signed(scope, depth)?;
            left = self.arithmetic(operator, left, right)?;
        }
    }

    fn arithmetic(&self, operator: Operator, left: Expression, right: Expression) -> Result<Expression> {
        arithmetic::combine(operator, left, right).map_err(|error| error.with("position", self.position()))
    }

    pub(super) fn concat(&self, parts: Vec<Expression>) -> Result<Expression> {
        let text = DataType::nullable(TypeKind::STRING);
        let parts = parts.into_iter().map(|part| match &part.data_type {
            Some(data_type) if is_text(&data_type.kind) => Ok(part),
            _ => cast(part, &text).map_err(|error| error.with("position", self.position())),
        });
        Ok(Expression { node: Node::Concat(parts.collect::<Result<_>>()?), data_type: Some(text.clone()) })
    }

    fn signed(&mut self, scope: &[ScopeColumn], depth: usize) -> Result<Expression> {
        let mut negative = false;
        loop {
            if self.take_symbol("-") {
                negative = !negative;
            } else if !self.take_symbol("+") {
                break;
            }
        }
        if !negative {
            return self.primary(scope, depth);
        }
        if let TokenKind::Number(text) = *self.peek() {
            self.advance();
            return number(&format!("-{text}")).ok_or_else(|| self.error(format!("{text} is too large")));
        }
        let inner = self.primary(scope, depth)?;
        let zero =
            Expression { node: Node::Literal(Some(Datum::Int(0))), data_type: Some(DataType::nullable(TypeKind::Int)) };
        // Brings TINYINT and SMALLINT to INT, and refuses what is no number.
        let widened = self.arithmetic(Operator::Subtract, zero, inner)?;
        match widened {
            Expression { node: Node::Arithmetic(_, _, inner), data_type } => {
                Ok(Expression { node: Node::Negate(inner), data_type })
            }
            other => Ok(other),
        }
    }
}

pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(word))
}

fn condition(node: Node) -> Expression {
    Expression { node, data_type: Some(DataType::nullable(TypeKind::Boolean)) }
}
