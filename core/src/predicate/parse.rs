//! A recursive-descent parser for filters; the grammar stands in `docs/filters.md`.
//!
//! NOT is carried down as a flag, so that what comes out has no NOT: `NOT (a = 1 AND b IS NULL)` is read as
//! `a <> 1 OR b IS NOT NULL`.

use std::borrow::Cow;

use super::lexer::TokenKind;
use super::like::LikePattern;
use super::literal::{Literal, Placed, compare, place};
use super::{Column, CompareOp, Predicate, Tokens};
use crate::error::{Error, Result};
use crate::types::{DataField, Datum, TypeKind, calendar};

/// Nesting of parentheses and NOTs that a filter may have.
const MAX_DEPTH: usize = 64;

/// Words that are no column unless quoted.
pub(super) const RESERVED: [&str; 10] = ["AND", "OR", "NOT", "IN", "BETWEEN", "IS", "LIKE", "NULL", "TRUE", "FALSE"];

/// Parses a SQL filter over `fields`, such as `dt = DATE '2024-01-31' AND (id BETWEEN 1 AND 9 OR name LIKE 'a%')`.
///
/// Literals are converted to the type of their column; one that no value of the type equals (`tiny = 300`,
/// `int < 3.5`) keeps its meaning. Blank text is [`Predicate::True`]. Errors: `Invalid` with the position.
pub fn parse(text: &str, fields: &[DataField]) -> Result<Predicate> {
    if text.trim().is_empty() {
        return Ok(Predicate::True);
    }
    let mut parser = Parser { tokens: Tokens::new(text, "the end of the filter")?, fields };
    let predicate = parser.disjunction(false, MAX_DEPTH)?;
    match parser.tokens.peek() {
        TokenKind::End => Ok(predicate),
        _ => Err(parser.tokens.expected("AND, OR or the end of the filter")),
    }
}

struct Parser<'a> {
    tokens: Tokens<'a>,
    fields: &'a [DataField],
}

/// One side of a comparison.
enum Operand<'a> {
    Column(Column),
    Literal(Literal<'a>),
}

impl<'a> Parser<'a> {
    fn disjunction(&mut self, negated: bool, depth: usize) -> Result<Predicate> {
        let mut children = vec![self.conjunction(negated, depth)?];
        while self.tokens.take_word("OR") {
            children.push(self.conjunction(negated, depth)?);
        }
        Ok(junction(children, negated))
    }

    fn conjunction(&mut self, negated: bool, depth: usize) -> Result<Predicate> {
        let mut children = vec![self.factor(negated, depth)?];
        while self.tokens.take_word("AND") {
            children.push(self.factor(negated, depth)?);
        }
        Ok(junction(children, !negated))
    }

    fn factor(&mut self, mut negated: bool, depth: usize) -> Result<Predicate> {
        while self.tokens.take_word("NOT") {
            negated = !negated;
        }
        if self.tokens.peek() != &TokenKind::Symbol("(") {
            return self.leaf(negated);
        }
        let Some(depth) = depth.checked_sub(1) else {
            return Err(self.tokens.error(format!("filter nested deeper than {MAX_DEPTH}")));
        };
        self.tokens.advance();
        let inner = self.disjunction(negated, depth)?;
        self.tokens.expect_symbol(")")?;
        Ok(inner)
    }

    fn leaf(&mut self, negated: bool) -> Result<Predicate> {
        let start = self.tokens.position();
        match self.operand()? {
            Operand::Column(column) => self.column_leaf(column, negated, start),
            Operand::Literal(literal) => match (self.comparison(), literal) {
                (Some(op), literal) => match self.operand()? {
                    Operand::Column(column) => build_compare(column, op.flip(), &literal, negated, start),
                    Operand::Literal(_) => Err(Error::invalid("expected a column on one side").with("position", start)),
                },
                (None, Literal::Boolean(value)) => {
                    Ok(if value == negated { Predicate::False } else { Predicate::True })
                }
                (None, _) => Err(self.tokens.expected("a comparison")),
            },
        }
    }

    fn column_leaf(&mut self, column: Column, negated: bool, start: usize) -> Result<Predicate> {
        if let Some(op) = self.comparison() {
            let position = self.tokens.position();
            return match self.operand()? {
                Operand::Literal(literal) => build_compare(column, op, &literal, negated, position),
                Operand::Column(_) => Err(Error::invalid("expected a literal, comparing two columns is not supported")
                    .with("position", position)),
            };
        }
        if self.tokens.take_word("IS") {
            let not = self.tokens.take_word("NOT");
            self.tokens.expect_word("NULL")?;
            return Ok(Predicate::IsNull { column, negated: not != negated });
        }
        let negated = self.tokens.take_word("NOT") != negated;
        if self.tokens.take_word("IN") {
            return self.in_list(column, negated);
        }
        if self.tokens.take_word("BETWEEN") {
            return self.between(column, negated);
        }
        if self.tokens.take_word("LIKE") {
            return self.like(column, negated);
        }
        if self.tokens.previous_is("NOT") {
            return Err(self.tokens.expected("IN, BETWEEN or LIKE"));
        }
        match column.data_type.kind {
            TypeKind::Boolean => {
                Ok(Predicate::Compare { column, op: CompareOp::Eq, literal: Datum::Boolean(!negated) })
            }
            _ => {
                Err(self.tokens.expected(&format!("a comparison with {}", column.name)).with("column position", start))
            }
        }
    }

    fn in_list(&mut self, column: Column, negated: bool) -> Result<Predicate> {
        self.tokens.expect_symbol("(")?;
        let mut literals = Vec::new();
        let mut has_null = false;
        while !self.tokens.take_symbol(")") {
            if self.tokens.previous() != Some(&TokenKind::Symbol("(")) {
                self.tokens.expect_symbol(",")?;
            }
            let position = self.tokens.position();
            match self.literal()? {
                Literal::Null => has_null = true,
                literal => {
                    match place(&literal, &column.data_type).map_err(|error| error.with("position", position))? {
                        Placed::At(datum) => literals.push(datum),
                        // No value of the column equals it.
                        Placed::After(_) | Placed::Below | Placed::Above => {}
                    }
                }
            }
        }
        // `a NOT IN (…, NULL)` holds for no row.
        Ok(if negated && has_null { Predicate::False } else { Predicate::In { column, literals, negated } })
    }

    fn between(&mut self, column: Column, negated: bool) -> Result<Predicate> {
        let low_position = self.tokens.position();
        let low = self.literal()?;
        self.tokens.expect_word("AND")?;
        let high_position = self.tokens.position();
        let high = self.literal()?;
        let low = build_compare(column.clone(), CompareOp::GtEq, &low, negated, low_position)?;
        let high = build_compare(column, CompareOp::LtEq, &high, negated, high_position)?;
        Ok(junction(vec![low, high], !negated))
    }

    fn like(&mut self, column: Column, negated: bool) -> Result<Predicate> {
        let position = self.tokens.position();
        let (TypeKind::Char(_) | TypeKind::Varchar(_)) = column.data_type.kind else {
            return Err(Error::invalid(format!("expected a text column before LIKE, found {}", column.name))
                .with("position", position));
        };
        match self.literal()? {
            Literal::Text(pattern) => Ok(match LikePattern::new(&pattern).exact() {
                Some(text) => {
                    let op = if negated { CompareOp::NotEq } else { CompareOp::Eq };
                    Predicate::Compare { column, op, literal: Datum::String(text.to_owned()) }
                }
                None => Predicate::Like { column, pattern: pattern.into_owned(), negated },
            }),
            _ => Err(Error::invalid("expected a pattern in single quotes").with("position", position)),
        }
    }

    fn literal(&mut self) -> Result<Literal<'a>> {
        let position = self.tokens.position();
        match self.operand()? {
            Operand::Literal(literal) => Ok(literal),
            Operand::Column(column) => {
                Err(Error::invalid(format!("expected a literal, found column {}", column.name))
                    .with("position", position))
            }
        }
    }

    fn operand(&mut self) -> Result<Operand<'a>> {
        let position = self.tokens.position();
        let literal = match self.tokens.advance() {
            TokenKind::Text(text) => Literal::Text(text),
            TokenKind::Number(text) => Literal::Number(Cow::Borrowed(text)),
            TokenKind::Bytes(bytes) => Literal::Bytes(bytes),
            TokenKind::Symbol(sign @ ("-" | "+")) => match self.tokens.advance() {
                TokenKind::Number(text) if sign == "-" => Literal::Number(Cow::Owned(format!("-{text}"))),
                TokenKind::Number(text) => Literal::Number(Cow::Borrowed(text)),
                _ => return Err(Error::invalid("expected a number behind the sign").with("position", position)),
            },
            TokenKind::Quoted(name) => return self.column(&name, true, position).map(Operand::Column),
            TokenKind::Word(word) => return self.word(word, position),
            TokenKind::Symbol(_) | TokenKind::End => {
                self.tokens.step_back();
                return Err(self.tokens.expected("a column or a literal"));
            }
        };
        Ok(Operand::Literal(literal))
    }

    fn word(&mut self, word: &str, position: usize) -> Result<Operand<'a>> {
        let upper = word.to_ascii_uppercase();
        let literal = match upper.as_str() {
            "TRUE" => Literal::Boolean(true),
            "FALSE" => Literal::Boolean(false),
            "NULL" => Literal::Null,
            "DATE" | "TIME" | "TIMESTAMP" if matches!(self.tokens.peek(), TokenKind::Text(_)) => {
                self.typed_literal(&upper, position)?
            }
            other if RESERVED.contains(&other) => {
                self.tokens.step_back();
                return Err(self.tokens.expected("a column or a literal"));
            }
            _ => return self.column(word, false, position).map(Operand::Column),
        };
        Ok(Operand::Literal(literal))
    }

    /// `DATE '…'`, `TIME '…'`, `TIMESTAMP '…'`; the text is next.
    fn typed_literal(&mut self, word: &str, position: usize) -> Result<Literal<'a>> {
        let TokenKind::Text(text) = self.tokens.advance() else {
            return Err(self.tokens.expected("text in single quotes"));
        };
        let text = text.trim();
        let literal = match word {
            "DATE" => calendar::parse_date(text).map(Literal::Date),
            "TIME" => calendar::parse_clock(text).map(|(second, nanos)| Literal::Time(second, nanos)),
            _ => calendar::parse_timestamp(text).map(|(millis, nanos)| Literal::Timestamp(millis, nanos)),
        };
        literal.ok_or_else(|| {
            let kind = word.to_ascii_lowercase();
            Error::invalid(format!("expected a {kind}, found {text:?}")).with("position", position)
        })
    }

    /// A quoted name must be exact; an unquoted one may differ in case when that leaves one column.
    fn column(&self, name: &str, quoted: bool, position: usize) -> Result<Column> {
        if let Some(field) = self.fields.iter().find(|field| field.name == name) {
            return Ok(Column::of(field));
        }
        let mut similar = self.fields.iter().filter(|field| !quoted && field.name.eq_ignore_ascii_case(name));
        if let (Some(field), None) = (similar.next(), similar.next()) {
            return Ok(Column::of(field));
        }
        let known = self.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
        Err(Error::invalid(format!("unknown column {name:?}, the columns are {known}")).with("position", position))
    }

    fn comparison(&mut self) -> Option<CompareOp> {
        let op = match self.tokens.peek() {
            TokenKind::Symbol("=") => CompareOp::Eq,
            TokenKind::Symbol("<>") => CompareOp::NotEq,
            TokenKind::Symbol("<") => CompareOp::Lt,
            TokenKind::Symbol("<=") => CompareOp::LtEq,
            TokenKind::Symbol(">") => CompareOp::Gt,
            TokenKind::Symbol(">=") => CompareOp::GtEq,
            _ => return None,
        };
        self.tokens.advance();
        Some(op)
    }
}

fn build_compare(
    column: Column,
    op: CompareOp,
    literal: &Literal<'_>,
    negated: bool,
    position: usize,
) -> Result<Predicate> {
    if *literal == Literal::Null {
        let message = "a comparison with NULL holds for no row: write IS NULL or IS NOT NULL";
        return Err(Error::invalid(message).with("position", position));
    }
    let placed = place(literal, &column.data_type)
        .map_err(|error| error.with("column", &column.name).with("position", position))?;
    Ok(compare(column, if negated { op.negate() } else { op }, placed))
}

fn junction(mut children: Vec<Predicate>, all: bool) -> Predicate {
    match children.len() {
        1 => children.swap_remove(0),
        _ if all => Predicate::And(children),
        _ => Predicate::Or(children),
    }
}

#[cfg(test)]
mod tests;
