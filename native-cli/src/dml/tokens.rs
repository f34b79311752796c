//! Words, quotes and signs of a statement, with their places in the text.

use std::ops::Range;

/// A piece of a statement.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name without quotes, or a number.
    Word(String),
    /// A name in backticks or double quotes.
    Quoted(String),
    /// Text in single quotes.
    Text(String),
    /// Any other character.
    Sign(char),
}

/// Tokens, and how far they are read.
pub(super) struct Tokens<'a> {
    text: &'a str,
    tokens: Vec<(Token, Range<usize>)>,
    next: usize,
}

/// The statements of a script without comments. Errors: a quote or comment that is not closed.
pub(super) fn statements(text: &str) -> Result<Vec<String>, String> {
    let mut statements = Vec::new();
    let mut statement = String::new();
    let mut end = 0;
    for (token, span) in scan(text)? {
        if token == Token::Sign(';') {
            statements.push(std::mem::take(&mut statement));
        } else {
            // What stands between two tokens is blank or a comment.
            if !statement.is_empty() && end < span.start {
                statement.push(' ');
            }
            statement.push_str(text.get(span.clone()).unwrap_or_default());
        }
        end = span.end;
    }
    statements.push(statement);
    statements.retain(|statement| !statement.is_empty());
    Ok(statements)
}

fn scan(text: &str) -> Result<Vec<(Token, Range<usize>)>, String> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let start = at;
        if first.is_whitespace() {
            at += first.len_utf8();
        } else if rest.starts_with("--") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += rest.find("*/").ok_or("a comment is not closed")? + 2;
        } else if matches!(first, '\'' | '"' | '`') {
            let (content, length) = quoted(rest, first)?;
            at += length;
            let token = if first == '\'' { Token::Text(content) } else { Token::Quoted(content) };
            tokens.push((token, start..at));
        } else if is_word(first) {
            let length = rest.find(|character: char| !is_word(character)).unwrap_or(rest.len());
            at += length;
            tokens.push((Token::Word(rest.get(..length).unwrap_or_default().to_owned()), start..at));
        } else {
            at += first.len_utf8();
            tokens.push((Token::Sign(first), start..at));
        }
    }
    Ok(tokens)
}

fn is_word(character: char) -> bool {
    character == '_' || character == '$' || character.is_alphanumeric()
}

/// What stands between two quotes, where a doubled one stands for one, and its length with the quotes.
fn quoted(text: &str, quote: char) -> Result<(String, usize), String> {
    let mut content = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character != quote {
            content.push(character);
        } else if characters.peek().is_some_and(|(_, next)| *next == quote) {
            characters.next();
            content.push(quote);
        } else {
            return Ok((content, at + quote.len_utf8()));
        }
    }
    Err(format!("quote {quote} is not closed"))
}

impl<'a> Tokens<'a> {
    /// Errors: a quote or comment that is not closed.
    pub(super) fn new(text: &'a str) -> Result<Self, String> {
        Ok(Tokens { text, tokens: scan(text)?, next: 0 })
    }

    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(token, _)| token)
    }

    /// Whether a keyword or a sign is next, which is then behind.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| is(token, word));
        self.next += usize::from(found);
        found
    }

    /// Whether a keyword follows anywhere.
    pub(super) fn has(&self, word: &str) -> bool {
        self.tokens.iter().skip(self.next).any(|(token, _)| is(token, word))
    }

    pub(super) fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.take(word) { Ok(()) } else { Err(self.expected(word)) }
    }

    pub(super) fn expect_end(&self) -> Result<(), String> {
        if self.peek().is_none() { Ok(()) } else { Err(self.expected("the end of the statement")) }
    }

    fn expected(&self, what: &str) -> String {
        let found = self.tokens.get(self.next).and_then(|(_, span)| self.text.get(span.clone()));
        format!("expected {what}, found {}", found.unwrap_or("the end of the statement"))
    }

    /// Text in single quotes.
    pub(super) fn text(&mut self) -> Result<String, String> {
        match self.peek() {
            Some(Token::Text(text)) => {
                let text = text.clone();
                self.next += 1;
                Ok(text)
            }
            _ => Err(self.expected("a file name in single quotes")),
        }
    }

    fn name(&mut self) -> Result<String, String> {
        match self.peek() {
            Some(Token::Word(name) | Token::Quoted(name)) => {
                let name = name.clone();
                self.next += 1;
                Ok(name)
            }
            _ => Err(self.expected("a name")),
        }
    }

    /// `[catalog.][database.]table` as `database.table`.
    pub(super) fn table(&mut self, database: &str) -> Result<String, String> {
        let mut names = vec![self.name()?];
        while self.take(".") {
            names.push(self.name()?);
        }
        let table = names.pop().unwrap_or_default();
        Ok(format!("{}.{table}", names.pop().unwrap_or_else(|| database.to_owned())))
    }

    /// `[AS] name`, unless one of the keywords is next.
    pub(super) fn alias(&mut self, keywords: &[&str]) -> Option<String> {
        if !self.take("AS") && self.peek().is_none_or(|token| keywords.iter().any(|word| is(token, word))) {
            return None;
        }
        self.name().ok()
    }

    /// `(column = value, …)` as `column=value` each.
    pub(super) fn partition(&mut self) -> Result<Vec<String>, String> {
        self.expect("(")?;
        let mut values = Vec::new();
        loop {
            let name = self.name()?;
            self.expect("=")?;
            let sign = if self.take("-") { "-" } else { "" };
            let value = match self.peek() {
                Some(Token::Text(value) | Token::Word(value)) => value.clone(),
                _ => return Err(self.expected("a value")),
            };
            self.next += 1;
            values.push(format!("{name}={sign}{value}"));
            if !self.take(",") {
                break;
            }
        }
        self.expect(")")?;
        Ok(values)
    }

    /// The text up to one of the keywords outside of parentheses, or all of it.
    pub(super) fn until(&mut self, keywords: &[&str]) -> String {
        let start = self.next;
        let mut open = 0;
        while let Some(token) = self.peek() {
            match token {
                Token::Sign('(') => open += 1,
                Token::Sign(')') => open -= 1,
                // WHEN belongs to a CASE until its END.
                Token::Word(word) if word.eq_ignore_ascii_case("CASE") => open += 1,
                Token::Word(word) if word.eq_ignore_ascii_case("END") => open -= 1,
                token if open <= 0 && keywords.iter().any(|word| is(token, word)) => break,
                _ => {}
            }
            self.next += 1;
        }
        self.slice(start, self.next)
    }

    /// The text to the end.
    pub(super) fn rest(&mut self) -> String {
        let start = std::mem::replace(&mut self.next, self.tokens.len());
        self.slice(start, self.next)
    }

    fn slice(&self, from: usize, to: usize) -> String {
        let start = self.tokens.get(from).map_or(self.text.len(), |(_, span)| span.start);
        let end = to.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |(_, span)| span.end);
        self.text.get(start..end).unwrap_or_default().to_owned()
    }
}

fn is(token: &Token, word: &str) -> bool {
    match token {
        Token::Word(found) => found.eq_ignore_ascii_case(word),
        Token::Sign(sign) => word.chars().eq([*sign]),
        Token::Quoted(_) | Token::Text(_) => false,
    }
}
