//! Tokens and how far they are read: what the parsers of filters and of expressions share.

use super::lexer::{Token, TokenKind, tokens};
use crate::error::{Error, Result};

/// The tokens of a text, read one after another.
pub(crate) struct Tokens<'a> {
    /// Ends with an `End` token.
    tokens: Vec<Token<'a>>,
    next: usize,
    /// What messages call the end.
    end: &'static str,
}

impl<'a> Tokens<'a> {
    /// `end` is what messages call the end of the text. Errors: `Invalid` for what is no token.
    pub(crate) fn new(text: &'a str, end: &'static str) -> Result<Self> {
        Ok(Tokens { tokens: tokens(text)?, next: 0, end })
    }

    /// The next token.
    pub(crate) fn peek(&self) -> &TokenKind<'a> {
        self.tokens.get(self.next).map_or(&TokenKind::End, |token| &token.kind)
    }

    /// The next token, which is then behind.
    pub(crate) fn advance(&mut self) -> TokenKind<'a> {
        let kind = self.peek().clone();
        self.next += 1;
        kind
    }

    /// The token behind is next again.
    pub(crate) fn step_back(&mut self) {
        self.next = self.next.saturating_sub(1);
    }

    /// The token behind.
    pub(crate) fn previous(&self) -> Option<&TokenKind<'a>> {
        self.tokens.get(self.next.checked_sub(1)?).map(|token| &token.kind)
    }

    /// Whether the token behind is this keyword.
    pub(crate) fn previous_is(&self, word: &str) -> bool {
        self.previous().is_some_and(|token| token.is_word(word))
    }

    /// Where the next token starts, in characters from 1.
    pub(crate) fn position(&self) -> usize {
        self.tokens.get(self.next).or(self.tokens.last()).map_or(1, |token| token.position)
    }

    /// Whether a keyword is next, which is then behind.
    pub(crate) fn take_word(&mut self, word: &str) -> bool {
        let found = self.peek().is_word(word);
        self.next += usize::from(found);
        found
    }

    /// Errors: `Invalid` where another token is next.
    pub(crate) fn expect_word(&mut self, word: &str) -> Result<()> {
        if self.take_word(word) { Ok(()) } else { Err(self.expected(word)) }
    }

    /// Whether a sign is next, which is then behind.
    pub(crate) fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), TokenKind::Symbol(found) if *found == symbol);
        self.next += usize::from(found);
        found
    }

    /// Errors: `Invalid` where another token is next.
    pub(crate) fn expect_symbol(&mut self, symbol: &str) -> Result<()> {
        if self.take_symbol(symbol) { Ok(()) } else { Err(self.expected(symbol)) }
    }

    /// Whether nothing follows.
    pub(crate) fn is_at_end(&self) -> bool {
        *self.peek() == TokenKind::End
    }

    /// Errors: `Invalid` where more follows.
    pub(crate) fn expect_end(&self) -> Result<()> {
        if self.is_at_end() { Ok(()) } else { Err(self.expected(self.end)) }
    }

    /// The error for a next token that is not `what`.
    pub(crate) fn expected(&self, what: &str) -> Error {
        let found = match self.peek() {
            TokenKind::Word(word) => (*word).to_owned(),
            TokenKind::Quoted(name) => format!("column {name}"),
            TokenKind::Text(text) => format!("'{text}'"),
            TokenKind::Number(text) => (*text).to_owned(),
            TokenKind::Bytes(_) => "bytes".to_owned(),
            TokenKind::Symbol(symbol) => (*symbol).to_owned(),
            TokenKind::End => self.end.to_owned(),
        };
        self.error(format!("expected {what}, found {found}"))
    }

    /// An error about the next token.
    pub(crate) fn error(&self, message: impl Into<String>) -> Error {
        Error::invalid(message).with("position", self.position())
    }
}

impl TokenKind<'_> {
    fn is_word(&self, word: &str) -> bool {
        matches!(self, TokenKind::Word(found) if found.eq_ignore_ascii_case(word))
    }
}
