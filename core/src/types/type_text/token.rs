//! Cuts type text into tokens.

use crate::error::{Error, Result};

/// A piece of type text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A bare word: a keyword, or a field name.
    Word(String),
    /// A name in backticks.
    Quoted(String),
    /// A text in single quotes.
    Literal(String),
    /// A whole number.
    Number(u32),
    /// One of `< > ( ) , .`
    Symbol(char),
}

/// True where a field name needs no backticks: it cannot be taken for anything but a bare word.
pub(super) fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Tokens of `text`. Errors: `Invalid` for a quote that does not close and for numbers beyond 32 bits.
pub(super) fn tokenize(text: &str) -> Result<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '<' | '>' | '(' | ')' | ',' | '.' => (Token::Symbol(first), tail(rest, 1)),
            '`' => quoted(rest, '`').map(|(name, after)| (Token::Quoted(name), after))?,
            '\'' => quoted(rest, '\'').map(|(value, after)| (Token::Literal(value), after))?,
            '0'..='9' => number(rest)?,
            _ => {
                let end = rest.find(is_delimiter).unwrap_or(rest.len());
                (Token::Word(rest.get(..end).unwrap_or_default().to_owned()), tail(rest, end))
            }
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn is_delimiter(c: char) -> bool {
    c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | ',' | '.' | '`' | '\'')
}

fn tail(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or_default()
}

fn number(text: &str) -> Result<(Token, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let digits = text.get(..end).unwrap_or_default();
    let value = digits.parse().map_err(|_| Error::invalid(format!("expected a 32-bit number, found {digits}")))?;
    Ok((Token::Number(value), tail(text, end)))
}

/// The content between two `quote`s, where a doubled quote stands for itself, and the text behind.
fn quoted(text: &str, quote: char) -> Result<(String, &str)> {
    let mut content = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            content.push(c);
        } else if chars.next_if(|(_, next)| *next == quote).is_some() {
            content.push(quote);
        } else {
            return Ok((content, tail(text, at + 1)));
        }
    }
    Err(Error::invalid(format!("expected a closing {quote}")))
}
