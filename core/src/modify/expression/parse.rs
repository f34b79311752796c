//! A recursive-descent parser for expressions; names are resolved and types checked on the way.

use super::{
    Expression, Node, Operator, ScopeColumn, arithmetic,
    cast::{cast, is_text, meet},
};
use crate::{
    error::{Error, Result},
    predicate::{CompareOp, Token, TokenKind, tokens},
    types::{DataType, Datum, TypeKind, calendar, type_json::type_from_json},
};

/// Nesting of parentheses, NOTs and CASEs.
const MAX_DEPTH: usize = 64;

/// Words that are no column unless quoted.
const RESERVED: [&str; 18] = [
    "AND", "OR", "NOT", "IN", "BETWEEN", "IS", "LIKE", "NULL", "TRUE", "FALSE", "CASE", "WHEN", "THEN", "ELSE", "END",
    "CAST", "AS", "SET",
];

/// Tokens, and how far they are read.
pub(in crate::modify) struct Tokens<'a> {
    /// Ends with an `End` token.
    tokens: Vec<Token<'a>>,
    next: usize,
}

/// Parses a whole text as one expression over the columns of `scope`. Errors: `Invalid` with the position.
#[cfg(test)]
pub(super) fn parse_expression(text: &str, scope: &[ScopeColumn]) -> Result<Expression> {
    let mut tokens = Tokens::new(text)?;
    let expression = tokens.expression(scope)?;
    tokens.expect_end()?;
    Ok(expression)
}

impl<'a> Tokens<'a> {
    /// Errors: `Invalid` for what is no token.
    pub(in crate::modify) fn new(text: &'a str) -> Result<Self> {
        Ok(Tokens { tokens: tokens(text)?, next: 0 })
    }

    /// An expression as far as it goes. Errors: `Invalid` with the position.
    pub(in crate::modify) fn expression(&mut self, scope: &[ScopeColumn]) -> Result<Expression> {
        self.disjunction(scope, MAX_DEPTH)
    }

    /// Whether a keyword is next, which is then behind.
    pub(in crate::modify) fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), TokenKind::Word(found) if found.eq_ignore_ascii_case(word));
        self.next += usize::from(found);
        found
    }

    /// Errors: `Invalid` where another token is next.
    pub(in crate::modify) fn expect_word(&mut self, word: &str) -> Result<()> {
        if self.take_word(word) { Ok(()) } else { Err(self.expected(word)) }
    }

    /// Whether a sign is next, which is then behind.
    pub(in crate::modify) fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), TokenKind::Symbol(found) if *found == symbol);
        self.next += usize::from(found);
        found
    }

    /// Errors: `Invalid` where another token is next.
    pub(in crate::modify) fn expect_symbol(&mut self, symbol: &str) -> Result<()> {
        if self.take_symbol(symbol) { Ok(()) } else { Err(self.expected(symbol)) }
    }

    /// Errors: `Invalid` where more follows.
    pub(in crate::modify) fn expect_end(&self) -> Result<()> {
        if self.is_at_end() { Ok(()) } else { Err(self.expected("the end")) }
    }

    pub(in crate::modify) fn is_at_end(&self) -> bool {
        *self.peek() == TokenKind::End
    }

    /// A name, quoted or not. Errors: `Invalid` for anything else.
    pub(in crate::modify) fn name(&mut self) -> Result<String> {
        let name = match self.peek() {
            TokenKind::Quoted(name) => name.to_string(),
            TokenKind::Word(word) if !is_reserved(word) => (*word).to_owned(),
            _ => return Err(self.expected("a name")),
        };
        self.next += 1;
        Ok(name)
    }

    fn disjunction(&mut self, scope: &[ScopeColumn], depth: usize) -> Result<Expression> {
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

    fn boolean(&self, expression: Expression) -> Result<Box<Expression>> {
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

    fn met(&self, left: Expression, right: Expression) -> Result<(Expression, Expression)> {
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
            self.next += 1;
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
            self.next += 1;
            let right = self.signed(scope, depth)?;
            left = self.arithmetic(operator, left, right)?;
        }
    }

    fn arithmetic(&self, operator: Operator, left: Expression, right: Expression) -> Result<Expression> {
        arithmetic::combine(operator, left, right).map_err(|error| error.with("position", self.position()))
    }

    fn concat(&self, parts: Vec<Expression>) -> Result<Expression> {
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
            self.next += 1;
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

    fn primary(&mut self, scope: &[ScopeColumn], depth: usize) -> Result<Expression> {
        let position = self.position();
        let literal =
            |datum, kind| Expression { node: Node::Literal(Some(datum)), data_type: Some(DataType::nullable(kind)) };
        match self.advance() {
            TokenKind::Text(text) => Ok(literal(Datum::String(text.into_owned()), TypeKind::STRING)),
            TokenKind::Bytes(bytes) => Ok(literal(Datum::Bytes(bytes), TypeKind::BYTES)),
            TokenKind::Number(text) => {
                number(text).ok_or_else(|| Error::invalid(format!("{text} is too large")).with("position", position))
            }
            TokenKind::Symbol("(") => {
                let inner = self.disjunction(scope, depth)?;
                self.expect_symbol(")")?;
                Ok(inner)
            }
            TokenKind::Quoted(name) => self.column(&name, true, scope, position),
            TokenKind::Word(word) => self.word(word, scope, depth, position),
            TokenKind::Symbol(_) | TokenKind::End => {
                self.next -= 1;
                Err(self.expected("a value"))
            }
        }
    }

    fn word(&mut self, word: &str, scope: &[ScopeColumn], depth: usize, position: usize) -> Result<Expression> {
        let upper = word.to_ascii_uppercase();
        let boolean = |value| Expression {
            node: Node::Literal(Some(Datum::Boolean(value))),
            data_type: Some(DataType::nullable(TypeKind::Boolean)),
        };
        let is_call = *self.peek() == TokenKind::Symbol("(");
        match upper.as_str() {
            "TRUE" => Ok(boolean(true)),
            "FALSE" => Ok(boolean(false)),
            "NULL" => Ok(Expression { node: Node::Literal(None), data_type: None }),
            "CASE" => self.case(scope, depth),
            "CAST" if is_call => self.cast(scope, depth),
            "CONCAT" if is_call => {
                let parts = self.arguments(scope, depth)?;
                self.concat(parts)
            }
            "COALESCE" if is_call => {
                let parts = self.arguments(scope, depth)?;
                let (parts, data_type) = self.alike(parts)?;
                Ok(Expression { node: Node::Coalesce(parts), data_type })
            }
            "DATE" | "TIME" | "TIMESTAMP" if matches!(self.peek(), TokenKind::Text(_)) => self.time(&upper, position),
            other if is_reserved(other) => {
                self.next -= 1;
                Err(self.expected("a value"))
            }
            _ if is_call => {
                Err(Error::invalid(format!("unknown function {word}; there are CAST, CONCAT and COALESCE"))
                    .with("position", position))
            }
            _ => self.column(word, false, scope, position),
        }
    }

    fn arguments(&mut self, scope: &[ScopeColumn], depth: usize) -> Result<Vec<Expression>> {
        self.expect_symbol("(")?;
        let mut parts = vec![self.disjunction(scope, depth)?];
        while self.take_symbol(",") {
            parts.push(self.disjunction(scope, depth)?);
        }
        self.expect_symbol(")")?;
        Ok(parts)
    }

    /// Values brought to one type.
    fn alike(&self, parts: Vec<Expression>) -> Result<(Vec<Expression>, Option<DataType>)> {
        let mut common: Option<Expression> = None;
        for part in &parts {
            common = Some(match common {
                None => part.clone(),
                Some(common) => self.met(common, part.clone())?.0,
            });
        }
        let data_type = common.and_then(|common| common.data_type);
        let Some(to) = &data_type else { return Ok((parts, None)) };
        let cast_one = |part| cast(part, to).map_err(|error| error.with("position", self.position()));
        Ok((parts.into_iter().map(cast_one).collect::<Result<_>>()?, data_type))
    }

    fn case(&mut self, scope: &[ScopeColumn], depth: usize) -> Result<Expression> {
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        while self.take_word("WHEN") {
            let when = self.disjunction(scope, depth)?;
            conditions.push(*self.boolean(when)?);
            self.expect_word("THEN")?;
            values.push(self.disjunction(scope, depth)?);
        }
        if conditions.is_empty() {
            return Err(self.expected("WHEN"));
        }
        values.push(match self.take_word("ELSE") {
            true => self.disjunction(scope, depth)?,
            false => Expression { node: Node::Literal(None), data_type: None },
        });
        self.expect_word("END")?;
        let (mut values, data_type) = self.alike(values)?;
        let otherwise = values.pop().ok_or_else(|| self.expected("ELSE"))?;
        let cases = conditions.into_iter().zip(values).collect();
        Ok(Expression { node: Node::Case(cases, Box::new(otherwise)), data_type })
    }

    fn cast(&mut self, scope: &[ScopeColumn], depth: usize) -> Result<Expression> {
        self.expect_symbol("(")?;
        let value = self.disjunction(scope, depth)?;
        self.expect_word("AS")?;
        let position = self.position();
        let mut text = String::new();
        let mut open = 0;
        loop {
            match self.advance() {
                TokenKind::Word(word) => text.push_str(&format!(" {word}")),
                TokenKind::Number(number) => text.push_str(number),
                TokenKind::Symbol(",") => text.push(','),
                TokenKind::Symbol("(") => {
                    open += 1;
                    text.push('(');
                }
                TokenKind::Symbol(")") if open > 0 => {
                    open -= 1;
                    text.push(')');
                }
                TokenKind::Symbol(")") => break,
                _ => return Err(Error::invalid("expected a type").with("position", position)),
            }
        }
        let to = type_from_json(&serde_json::Value::String(text.trim().to_uppercase()))
            .map_err(|error| error.with("position", position))?;
        cast(value, &DataType::nullable(to.kind)).map_err(|error| error.with("position", position))
    }

    /// `DATE '…'`, `TIME '…'`, `TIMESTAMP '…'`; the text is next.
    fn time(&mut self, word: &str, position: usize) -> Result<Expression> {
        let TokenKind::Text(text) = self.advance() else { return Err(self.expected("text in single quotes")) };
        let text = text.trim();
        let value = match word {
            "DATE" => calendar::parse_date(text).map(|days| (Datum::Date(days), TypeKind::Date)),
            "TIME" => calendar::parse_time(text).map(|millis| (Datum::Time(millis), TypeKind::Time(3))),
            _ => calendar::parse_timestamp(text).map(|(millis, nanos)| {
                let precision = if nanos % 1000 == 0 { 6 } else { 9 };
                (Datum::Timestamp { millis, nanos }, TypeKind::Timestamp(precision))
            }),
        };
        let bad = || Error::invalid(format!("expected a {}, found {text:?}", word.to_ascii_lowercase()));
        let (datum, kind) = value.ok_or_else(|| bad().with("position", position))?;
        Ok(Expression { node: Node::Literal(Some(datum)), data_type: Some(DataType::nullable(kind)) })
    }

    /// `name` or `table.name`. A quoted name must be exact; another one may differ in case when that leaves one column.
    fn column(&mut self, first: &str, quoted: bool, scope: &[ScopeColumn], position: usize) -> Result<Expression> {
        let bad = |message: String| Err(Error::invalid(message).with("position", position));
        let (table, name, quoted) = match self.take_symbol(".") {
            false => (None, first.to_owned(), quoted),
            true => {
                let quoted = matches!(self.peek(), TokenKind::Quoted(_));
                (Some(first.to_ascii_lowercase()), self.name()?, quoted)
            }
        };
        let of_table = |column: &ScopeColumn| table.as_ref().is_none_or(|table| column.tables.contains(table));
        if table.is_some() && !scope.iter().any(of_table) {
            return bad(format!("unknown table {first:?}"));
        }
        let places = |same: &dyn Fn(&str) -> bool| -> Vec<usize> {
            let found = scope.iter().enumerate().filter(|(_, column)| of_table(column) && same(&column.name));
            found.map(|(place, _)| place).collect()
        };
        let mut found = places(&|known| known == name);
        if found.is_empty() && !quoted {
            found = places(&|known| known.eq_ignore_ascii_case(&name));
        }
        match found.as_slice() {
            [place] => match scope.get(*place) {
                Some(column) => Ok(Expression::column(*place, column.data_type.clone())),
                None => bad(format!("unknown column {name:?}")),
            },
            [] => {
                let known: Vec<&str> =
                    scope.iter().filter(|column| of_table(column)).map(|column| &*column.name).collect();
                bad(format!("unknown column {name:?}, the columns are {}", known.join(", ")))
            }
            _ => bad(format!("column {name:?} is in both tables: write the table before it")),
        }
    }

    fn peek(&self) -> &TokenKind<'a> {
        self.tokens.get(self.next).map_or(&TokenKind::End, |token| &token.kind)
    }

    fn advance(&mut self) -> TokenKind<'a> {
        let kind = self.peek().clone();
        self.next += 1;
        kind
    }

    fn position(&self) -> usize {
        self.tokens.get(self.next).or(self.tokens.last()).map_or(1, |token| token.position)
    }

    pub(in crate::modify) fn expected(&self, what: &str) -> Error {
        let found = match self.peek() {
            TokenKind::Word(word) => (*word).to_owned(),
            TokenKind::Quoted(name) => format!("column {name}"),
            TokenKind::Text(text) => format!("'{text}'"),
            TokenKind::Number(text) => (*text).to_owned(),
            TokenKind::Bytes(_) => "bytes".to_owned(),
            TokenKind::Symbol(symbol) => (*symbol).to_owned(),
            TokenKind::End => "the end".to_owned(),
        };
        self.error(format!("expected {what}, found {found}"))
    }

    fn error(&self, message: String) -> Error {
        Error::invalid(message).with("position", self.position())
    }
}

fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(word))
}

fn condition(node: Node) -> Expression {
    Expression { node, data_type: Some(DataType::nullable(TypeKind::Boolean)) }
}

/// INT, BIGINT or DECIMAL by size; DOUBLE with an exponent. `None` for more than 38 digits.
fn number(text: &str) -> Option<Expression> {
    let (datum, kind) = if text.contains(['e', 'E']) {
        (Datum::Double(text.parse().ok()?), TypeKind::Double)
    } else if let Some((whole, fraction)) = text.split_once('.') {
        let digits = whole.trim_start_matches(['-', '0']).len() + fraction.len();
        let precision = u8::try_from(digits.max(fraction.len()).max(1)).ok().filter(|precision| *precision <= 38)?;
        let scale = u8::try_from(fraction.len()).ok()?;
        let unscaled: i128 = format!("{whole}{fraction}").parse().ok()?;
        (Datum::Decimal { unscaled, scale }, TypeKind::Decimal { precision, scale })
    } else if let Ok(value) = text.parse::<i32>() {
        (Datum::Int(value), TypeKind::Int)
    } else if let Ok(value) = text.parse::<i64>() {
        (Datum::BigInt(value), TypeKind::BigInt)
    } else {
        let unscaled: i128 = text.parse().ok().filter(|value: &i128| value.unsigned_abs() < 10u128.pow(38))?;
        (Datum::Decimal { unscaled, scale: 0 }, TypeKind::Decimal { precision: 38, scale: 0 })
    };
    Some(Expression { node: Node::Literal(Some(datum)), data_type: Some(DataType::nullable(kind)) })
}
