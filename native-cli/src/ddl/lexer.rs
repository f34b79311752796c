//! Splits SQL text into tokens that know where they stand, so that a column's type can be cut out of the text whole.

use std::{iter::Peekable, ops::Range, str::CharIndices};

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or keyword as written.
    Word(String),
    /// A name in backticks or double quotes.
    Quoted(String),
    /// A text in single quotes.
    Text(String),
    /// Digits, with or without a point.
    Number(String),
    /// Anything else, a character at a time.
    Symbol(char),
}

/// A token and the bytes of the statement that it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// Where it stands.
    pub(super) span: Range<usize>,
}

impl Token {
    /// Whether it is this keyword, in upper or lower case.
    pub(super) fn is_word(&self, keyword: &str) -> bool {
        matches!(&self.kind, Kind::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// Whether it is this character.
    pub(super) fn is_symbol(&self, symbol: char) -> bool {
        self.kind == Kind::Symbol(symbol)
    }
}

/// All tokens of `text`, without blanks and comments. Errors: a quote or comment that is never closed.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut lexer = Lexer { text, chars: text.char_indices().peekable() };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next_token()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
}

impl Lexer<'_> {
    fn next_token(&mut self) -> Result<Option<Token>, String> {
        self.skip_blanks_and_comments()?;
        let Some((start, first)) = self.chars.next() else { return Ok(None) };
        let kind = match first {
            '\'' => Kind::Text(self.quoted('\'')?),
            '`' | '"' => Kind::Quoted(self.quoted(first)?),
            _ if first.is_ascii_digit() => {
                self.skip_while(|next| next.is_ascii_digit() || next == '.');
                Kind::Number(self.since(start))
            }
            _ if first.is_alphabetic() || first == '_' => {
                self.skip_while(|next| next.is_alphanumeric() || next == '_' || next == '$');
                Kind::Word(self.since(start))
            }
            _ => Kind::Symbol(first),
        };
        Ok(Some(Token { kind, span: start..self.position() }))
    }

    /// Byte at which the next character stands.
    fn position(&mut self) -> usize {
        self.chars.peek().map_or(self.text.len(), |(at, _)| *at)
    }

    fn since(&mut self, start: usize) -> String {
        let end = self.position();
        self.text.get(start..end).unwrap_or_default().to_owned()
    }

    fn skip_while(&mut self, accept: impl Fn(char) -> bool) {
        while self.chars.next_if(|(_, next)| accept(*next)).is_some() {}
    }

    /// The rest of a quoted text; the quote doubled stands for itself.
    fn quoted(&mut self, quote: char) -> Result<String, String> {
        let mut content = String::new();
        while let Some((_, next)) = self.chars.next() {
            if next != quote {
                content.push(next);
            } else if self.chars.next_if(|(_, next)| *next == quote).is_some() {
                content.push(quote);
            } else {
                return Ok(content);
            }
        }
        Err(format!("a {quote} is never closed"))
    }

    fn skip_blanks_and_comments(&mut self) -> Result<(), String> {
        loop {
            self.skip_while(char::is_whitespace);
            let at = self.position();
            let rest = self.text.get(at..).unwrap_or_default();
            let length = if rest.starts_with("--") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").ok_or("a /* is never closed")? + 2
            } else {
                return Ok(());
            };
            while self.chars.next_if(|(next, _)| *next < at + length).is_some() {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_a_statement() {
        let text = "a `b c` -- x\n/* y */ 'it''s' 12.5 ROW<d_1";
        let kinds = tokens(text).unwrap().into_iter().map(|token| token.kind).collect::<Vec<_>>();
        let expected = [
            Kind::Word("a".into()),
            Kind::Quoted("b c".into()),
            Kind::Text("it's".into()),
            Kind::Number("12.5".into()),
            Kind::Word("ROW".into()),
            Kind::Symbol('<'),
            Kind::Word("d_1".into()),
        ];
        assert_eq!(kinds, expected);
        assert!(tokens("'open").is_err() && tokens("/* open").is_err());
    }

    #[test]
    fn spans_cut_the_text() {
        let text = "é DECIMAL(10, 2)";
        let tokens = tokens(text).unwrap();
        let spans = tokens.iter().map(|token| &text[token.span.clone()]).collect::<Vec<_>>();
        assert_eq!(spans, ["é", "DECIMAL", "(", "10", ",", "2", ")"]);
    }
}
