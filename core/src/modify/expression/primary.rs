//! What expressions are made of: literals, columns, function calls, `CASE` and `CAST`.

use super::{Expression, Node, ScopeColumn, cast::cast, parse::is_reserved};
use crate::{
    error::{Error, Result},
    predicate::{TokenKind, Tokens},
    types::{DataType, Datum, TypeKind, calendar, type_json::type_from_json},
};

impl Tokens<'_> {
    pub(super) fn primary(&mut self, scope: &[ScopeColumn], depth: usize) -> Result<Expression> {
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
                self.step_back();
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
                self.step_back();
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
}

/// INT, BIGINT or DECIMAL by size; DOUBLE with an exponent. `None` for more than 38 digits.
pub(super) fn number(text: &str) -> Option<Expression> {
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
