//! Filter text into tokens.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::types::text::parse_hex;

/// A token and where it starts, in characters from 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind<'a>,
    pub(crate) position: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind<'a> {
    /// An unquoted name or keyword.
    Word(&'a str),
    /// A name in backticks or double quotes.
    Quoted(Cow<'a, str>),
    /// Text in single quotes.
    Text(Cow<'a, str>),
    /// Digits, point, exponent, without sign.
    Number(&'a str),
    /// `x'…'`
    Bytes(Vec<u8>),
    /// `=`, `<>`, `<`, `<=`, `>`, `>=` (`==` and `!=` are respelled), `(`, `)`, `,`, `+`, `-`; in expressions also `*`,
    /// `/`, `%`, `||`, `<=>` and the point between names
    Symbol(&'static str),
    End,
}

/// All tokens of `text`, the last of them `End`. Errors: `Invalid` with the position.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token<'_>>> {
    let mut lexer = Lexer { text, offset: 0, counted: (0, 1) };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks();
        let position = lexer.position();
        let kind = lexer.next().map_err(|error| error.with("position", position))?;
        let end = kind == TokenKind::End;
        tokens.push(Token { kind, position });
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    /// Byte offset of the next token; always on a character.
    offset: usize,
    /// A byte offset at or before `offset`, and the character position there.
    counted: (usize, usize),
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or("")
    }

    fn position(&mut self) -> usize {
        let (from, position) = self.counted;
        let position = position + self.text.get(from..self.offset).unwrap_or("").chars().count();
        self.counted = (self.offset, position);
        position
    }

    fn skip_blanks(&mut self) {
        self.offset += self.rest().len() - self.rest().trim_start().len();
    }

    fn next(&mut self) -> Result<TokenKind<'a>> {
        let rest = self.rest();
        let mut chars = rest.chars();
        let Some(first) = chars.next() else { return Ok(TokenKind::End) };
        let second = chars.next();
        if matches!((first, second), ('x' | 'X', Some('\''))) {
            self.offset += 1;
            let digits = self.quoted('\'')?;
            let bytes = parse_hex(&digits);
            return bytes.map(TokenKind::Bytes).ok_or_else(|| Error::invalid("expected pairs of hex digits in x'…'"));
        }
        match first {
            '\'' => self.quoted('\'').map(TokenKind::Text),
            '"' | '`' => self.quoted(first).map(TokenKind::Quoted),
            '0'..='9' => Ok(TokenKind::Number(self.take(number_length(rest)))),
            '.' if second.is_some_and(|digit| digit.is_ascii_digit()) => {
                Ok(TokenKind::Number(self.take(number_length(rest))))
            }
            _ if is_word(first) => {
                let length = rest.find(|character: char| !is_word(character)).unwrap_or(rest.len());
                Ok(TokenKind::Word(self.take(length)))
            }
            _ => self.symbol(rest),
        }
    }

    fn symbol(&mut self, rest: &str) -> Result<TokenKind<'a>> {
        const SYMBOLS: [(&str, &str); 19] = [
            ("<=>", "<=>"),
            ("||", "||"),
            ("==", "="),
            ("!=", "<>"),
            ("<>", "<>"),
            ("<=", "<="),
            (">=", ">="),
            ("=", "="),
            ("<", "<"),
            (">", ">"),
            ("(", "("),
            (")", ")"),
            (",", ","),
            ("+", "+"),
            ("-", "-"),
            ("*", "*"),
            ("/", "/"),
            ("%", "%"),
            (".", "."),
        ];
        match SYMBOLS.iter().find(|(spelling, _)| rest.starts_with(spelling)) {
            None => {
                let found = rest.chars().next().unwrap_or_default();
                Err(Error::invalid(format!("unexpected character {found:?} in a filter")))
            }
            Some((spelling, symbol)) => {
                self.offset += spelling.len();
                Ok(TokenKind::Symbol(symbol))
            }
        }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let taken = self.rest().get(..length).unwrap_or("");
        self.offset += taken.len();
        taken
    }

    /// What stands between two `quote`s; a doubled quote stands for one.
    fn quoted(&mut self, quote: char) -> Result<Cow<'a, str>> {
        let mut text = Cow::Borrowed("");
        loop {
            // Behind the opening quote, or behind the second of a doubled one.
            self.offset += quote.len_utf8();
            let part = self.rest().split(quote).next().unwrap_or("");
            if part.len() == self.rest().len() {
                return Err(Error::invalid(format!("quote {quote} is not closed")));
            }
            self.offset += part.len() + quote.len_utf8();
            text = if text.is_empty() { Cow::Borrowed(part) } else { text + part };
            if !self.rest().starts_with(quote) {
                return Ok(text);
            }
            text.to_mut().push(quote);
        }
    }
}

fn is_word(character: char) -> bool {
    character == '_' || character == '$' || character.is_alphanumeric()
}

/// Length of `digits[.digits][e[+-]digits]` at the start.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let mut length = digits(0);
    if bytes.get(length) == Some(&b'.') {
        length += 1 + digits(length + 1);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}
