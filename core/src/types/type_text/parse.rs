//! Reads types from tokens, by recursive descent.

use std::str::FromStr;

use super::token::{Token, tokenize};
use crate::{
    error::{Error, Result},
    types::{DataField, DataType, MAX_LENGTH, TypeKind},
};

/// Types nest no deeper than this, so that hostile text cannot exhaust the stack.
const MAX_DEPTH: usize = 64;

/// Errors: `Invalid` for text that is no type, `Unsupported` for types of Paimon that this crate does not have. Fields
/// of `ROW<…>` get the ids 0, 1, … in the order of the text; creating a table assigns the real ones.
impl FromStr for DataType {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let within = |error: Error| error.with("type", format!("{text:?}"));
        let tokens = tokenize(text).map_err(within)?;
        let mut parser = Parser { tokens: &tokens, depth: 0, next_id: 0 };
        let parsed = parser.data_type().map_err(within)?;
        match parser.tokens.first() {
            None => Ok(parsed),
            Some(token) => Err(within(Error::invalid(format!("expected the end of the type, found {token:?}")))),
        }
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    depth: usize,
    next_id: i32,
}

impl Parser<'_> {
    /// A type, its nullability, and any suffixes `ARRAY` and `MULTISET`.
    fn data_type(&mut self) -> Result<DataType> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::invalid(format!("expected types nested at most {MAX_DEPTH} deep")));
        }
        let kind = self.kind()?;
        let mut parsed = DataType { kind, nullable: self.nullability()? };
        for _ in 0..MAX_DEPTH {
            let wrap: fn(Box<DataType>) -> TypeKind = match () {
                () if self.take_word("ARRAY") => TypeKind::Array,
                () if self.take_word("MULTISET") => TypeKind::Multiset,
                () => break,
            };
            parsed = DataType { kind: wrap(Box::new(parsed)), nullable: self.nullability()? };
        }
        self.depth -= 1;
        Ok(parsed)
    }

    fn kind(&mut self) -> Result<TypeKind> {
        let word = match self.next()? {
            Token::Word(word) => word.to_ascii_uppercase(),
            other => return Err(Error::invalid(format!("expected a type name, found {other:?}"))),
        };
        Ok(match word.as_str() {
            "BOOLEAN" => TypeKind::Boolean,
            "TINYINT" => TypeKind::TinyInt,
            "SMALLINT" => TypeKind::SmallInt,
            "INT" | "INTEGER" => TypeKind::Int,
            "BIGINT" => TypeKind::BigInt,
            "FLOAT" => TypeKind::Float,
            "DOUBLE" => {
                self.take_word("PRECISION");
                TypeKind::Double
            }
            "DECIMAL" | "NUMERIC" | "DEC" => self.decimal()?,
            "CHAR" => TypeKind::Char(self.length()?),
            "VARCHAR" => TypeKind::Varchar(self.length()?),
            "STRING" => TypeKind::STRING,
            "BINARY" => TypeKind::Binary(self.length()?),
            "VARBINARY" => TypeKind::Varbinary(self.length()?),
            "BYTES" => TypeKind::BYTES,
            "DATE" => TypeKind::Date,
            "TIME" => {
                let precision = self.precision(0)?;
                self.zone("WITHOUT", &["TIME", "ZONE"])?;
                TypeKind::Time(precision)
            }
            "TIMESTAMP" => self.timestamp()?,
            "TIMESTAMP_LTZ" => TypeKind::TimestampLtz(self.precision(6)?),
            "VARIANT" => TypeKind::Variant,
            "BLOB" => TypeKind::Blob,
            "ARRAY" => TypeKind::Array(self.bracketed(|parser| parser.data_type().map(Box::new))?),
            "MULTISET" => TypeKind::Multiset(self.bracketed(|parser| parser.data_type().map(Box::new))?),
            "MAP" => self.bracketed(Self::map_parts)?,
            "VECTOR" => self.bracketed(Self::vector_parts)?,
            "ROW" => TypeKind::Row(self.bracketed(Self::fields)?),
            "GEOMETRY" | "GEOGRAPHY" => return Err(Error::unsupported(format!("type {word} is not supported"))),
            _ => return Err(Error::invalid(format!("expected a type name, found {word:?}"))),
        })
    }

    fn nullability(&mut self) -> Result<bool> {
        if self.take_word("NOT") {
            self.expect_word("NULL")?;
            return Ok(false);
        }
        self.take_word("NULL");
        Ok(true)
    }

    fn decimal(&mut self) -> Result<TypeKind> {
        let (mut precision, mut scale) = (10, 0);
        if self.take_symbol('(') {
            precision = self.number()?;
            if self.take_symbol(',') {
                scale = self.number()?;
            }
            self.expect_symbol(')')?;
        }
        match (u8::try_from(precision), u8::try_from(scale)) {
            (Ok(p @ 1..=38), Ok(s)) if s <= p => Ok(TypeKind::Decimal { precision: p, scale: s }),
            _ => Err(Error::invalid(format!(
                "expected a decimal precision in 1..=38 and a scale within it, found ({precision}, {scale})"
            ))),
        }
    }

    /// `(n)`, or 1 without brackets.
    fn length(&mut self) -> Result<u32> {
        if !self.take_symbol('(') {
            return Ok(1);
        }
        let length = self.number()?;
        self.expect_symbol(')')?;
        match length {
            1..=MAX_LENGTH => Ok(length),
            _ => Err(Error::invalid(format!("expected a length in 1..={MAX_LENGTH}, found {length}"))),
        }
    }

    fn precision(&mut self, default: u8) -> Result<u8> {
        if !self.take_symbol('(') {
            return Ok(default);
        }
        let precision = self.number()?;
        self.expect_symbol(')')?;
        u8::try_from(precision)
            .ok()
            .filter(|precision| *precision <= 9)
            .ok_or_else(|| Error::invalid(format!("expected a precision in 0..=9, found {precision}")))
    }

    fn timestamp(&mut self) -> Result<TypeKind> {
        let precision = self.precision(6)?;
        if self.zone("WITH", &["LOCAL", "TIME", "ZONE"])? {
            return Ok(TypeKind::TimestampLtz(precision));
        }
        self.zone("WITHOUT", &["TIME", "ZONE"])?;
        Ok(TypeKind::Timestamp(precision))
    }

    /// Takes `first` and then demands `then`; false where `first` does not follow.
    fn zone(&mut self, first: &str, then: &[&str]) -> Result<bool> {
        let taken = self.take_word(first);
        if taken {
            then.iter().try_for_each(|word| self.expect_word(word))?;
        }
        Ok(taken)
    }

    fn bracketed<T>(&mut self, content: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.expect_symbol('<')?;
        let content = content(self)?;
        self.expect_symbol('>')?;
        Ok(content)
    }

    fn map_parts(&mut self) -> Result<TypeKind> {
        let key = Box::new(self.data_type()?);
        self.expect_symbol(',')?;
        Ok(TypeKind::Map { key, value: Box::new(self.data_type()?) })
    }

    fn vector_parts(&mut self) -> Result<TypeKind> {
        let element = Box::new(self.data_type()?);
        self.expect_symbol(',')?;
        Ok(TypeKind::Vector { element, length: self.number()? })
    }

    fn fields(&mut self) -> Result<Vec<DataField>> {
        let mut fields = Vec::new();
        if self.tokens.first() == Some(&Token::Symbol('>')) {
            return Ok(fields);
        }
        loop {
            let name = match self.next()? {
                Token::Word(name) | Token::Quoted(name) => name.clone(),
                other => return Err(Error::invalid(format!("expected a field name, found {other:?}"))),
            };
            let id = self.next_id;
            self.next_id += 1;
            let mut field = DataField::new(id, name, self.data_type()?);
            if let Some(Token::Literal(description)) = self.tokens.first() {
                field.description = Some(description.clone());
                self.next()?;
            }
            fields.push(field);
            if !self.take_symbol(',') {
                return Ok(fields);
            }
        }
    }

    fn next(&mut self) -> Result<&Token> {
        let (first, rest) =
            self.tokens.split_first().ok_or_else(|| Error::invalid("expected more, found the end of the type"))?;
        self.tokens = rest;
        Ok(first)
    }

    fn number(&mut self) -> Result<u32> {
        match self.next()? {
            Token::Number(number) => Ok(*number),
            other => Err(Error::invalid(format!("expected a number, found {other:?}"))),
        }
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.first(), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word));
        self.skip_if(found)
    }

    fn expect_word(&mut self, word: &str) -> Result<()> {
        if self.take_word(word) { Ok(()) } else { Err(self.expected(word)) }
    }

    fn take_symbol(&mut self, symbol: char) -> bool {
        let found = self.tokens.first() == Some(&Token::Symbol(symbol));
        self.skip_if(found)
    }

    fn expect_symbol(&mut self, symbol: char) -> Result<()> {
        if self.take_symbol(symbol) { Ok(()) } else { Err(self.expected(&symbol.to_string())) }
    }

    fn skip_if(&mut self, found: bool) -> bool {
        if found {
            self.tokens = self.tokens.get(1..).unwrap_or_default();
        }
        found
    }

    fn expected(&self, what: &str) -> Error {
        match self.tokens.first() {
            Some(token) => Error::invalid(format!("expected {what}, found {token:?}")),
            None => Error::invalid(format!("expected {what}, found the end of the type")),
        }
    }
}
