//! Walks over the tokens of a statement.

use std::ops::Range;

use super::lexer::{Kind, Token, tokens};

/// Why a text could not be parsed.
pub(super) type Parsed<T> = Result<T, String>;

/// A position in the tokens of a text.
pub(super) struct Cursor<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// At the first token of `text`.
    pub(super) fn new(text: &'a str) -> Parsed<Self> {
        Ok(Cursor { text, tokens: tokens(text)?, at: 0 })
    }

    /// The token ahead.
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    /// Takes the token ahead.
    pub(super) fn advance(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += usize::from(token.is_some());
        token
    }

    /// The place to go back to with [`Cursor::reset`].
    pub(super) fn mark(&self) -> usize {
        self.at
    }

    /// Goes back.
    pub(super) fn reset(&mut self, mark: usize) {
        self.at = mark;
    }

    /// Whether nothing is ahead.
    pub(super) fn is_at_end(&self) -> bool {
        self.peek().is_none()
    }

    /// Whether this keyword is ahead.
    pub(super) fn at_word(&self, keyword: &str) -> bool {
        self.peek().is_some_and(|token| token.is_word(keyword))
    }

    /// Whether this character is ahead.
    pub(super) fn at_symbol(&self, symbol: char) -> bool {
        self.peek().is_some_and(|token| token.is_symbol(symbol))
    }

    /// Takes these keywords where they are ahead; true if so.
    pub(super) fn take_words(&mut self, keywords: &[&str]) -> bool {
        let ahead = self.tokens.get(self.at..).unwrap_or_default();
        let all = ahead.len() >= keywords.len() && ahead.iter().zip(keywords).all(|(token, word)| token.is_word(word));
        if all {
            self.at += keywords.len();
        }
        all
    }

    /// Takes this character where it is ahead; true if so.
    pub(super) fn take_symbol(&mut self, symbol: char) -> bool {
        let found = self.at_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    /// Takes this keyword. Errors: something else is ahead.
    pub(super) fn expect_word(&mut self, keyword: &str) -> Parsed<()> {
        if self.take_words(&[keyword]) { Ok(()) } else { Err(self.unexpected(keyword)) }
    }

    /// Takes this character. Errors: something else is ahead.
    pub(super) fn expect_symbol(&mut self, symbol: char) -> Parsed<()> {
        if self.take_symbol(symbol) { Ok(()) } else { Err(self.unexpected(&format!("{symbol:?}"))) }
    }

    /// Takes a name.
    pub(super) fn expect_name(&mut self, what: &str) -> Parsed<String> {
        match self.peek().map(|token| token.kind.clone()) {
            Some(Kind::Word(name) | Kind::Quoted(name)) => {
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.unexpected(what)),
        }
    }

    /// Takes a text in quotes.
    pub(super) fn expect_text(&mut self, what: &str) -> Parsed<String> {
        match self.peek().map(|token| token.kind.clone()) {
            Some(Kind::Text(text) | Kind::Quoted(text)) => {
                self.at += 1;
                Ok(text)
            }
            _ => Err(self.unexpected(what)),
        }
    }

    /// `(name, …)`
    pub(super) fn expect_names(&mut self, what: &str) -> Parsed<Vec<String>> {
        self.expect_symbol('(')?;
        let mut names = vec![self.expect_name(what)?];
        while self.take_symbol(',') {
            names.push(self.expect_name(what)?);
        }
        self.expect_symbol(')')?;
        Ok(names)
    }

    /// `('text', …)`
    pub(super) fn expect_texts(&mut self, what: &str) -> Parsed<Vec<String>> {
        self.expect_symbol('(')?;
        let mut texts = vec![self.expect_text(what)?];
        while self.take_symbol(',') {
            texts.push(self.expect_text(what)?);
        }
        self.expect_symbol(')')?;
        Ok(texts)
    }

    /// The text of tokens from here until `stop` says so outside of brackets, or a closing bracket or the end comes.
    pub(super) fn take_text_until(&mut self, stop: impl Fn(&Token) -> bool) -> &'a str {
        let mut span: Option<Range<usize>> = None;
        let mut depth = 0usize;
        while let Some(token) = self.peek() {
            let opens = token.is_symbol('(') || token.is_symbol('<');
            let closes = token.is_symbol(')') || token.is_symbol('>');
            if depth == 0 && (closes || stop(token)) {
                break;
            }
            depth = depth + usize::from(opens) - usize::from(closes);
            span = Some(span.map_or(token.span.start, |span| span.start)..token.span.end);
            self.at += 1;
        }
        span.and_then(|span| self.text.get(span)).unwrap_or_default()
    }

    /// The message that something else was expected here, with the line and what was found.
    pub(super) fn unexpected(&self, expected: &str) -> String {
        match self.peek() {
            Some(token) => {
                let line = self.text.get(..token.span.start).unwrap_or_default().matches('\n').count() + 1;
                let found = self.text.get(token.span.clone()).unwrap_or_default();
                format!("line {line}: expected {expected}, found {found:?}")
            }
            None => format!("expected {expected}, found the end"),
        }
    }
}
