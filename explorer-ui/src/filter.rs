//! Help with typing a filter: what may come next, where it is wrong, and conditions made from a cell.

use crate::{
    cell::{Cell, Look, look_of},
    export::{quoted_name, sql},
    model::{FieldInfo, ScanColumn},
};

/// Something that may stand at the caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What is put in, with the blank that follows.
    pub text: String,
    /// What it is: a column's type, or what an operator means.
    pub note: String,
}

/// What may replace a part of the filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completion {
    /// First character that is replaced.
    pub from: usize,
    /// Character behind the last that is replaced: the caret.
    pub to: usize,
    /// What may come there, the likeliest first.
    pub options: Vec<Suggestion>,
}

/// Suggestions shown at most.
const SHOWN: usize = 12;

const COMPARISONS: [(&str, &str); 6] =
    [("=", "equal"), ("<>", "not equal"), (">", "greater"), (">=", "not less"), ("<", "less"), ("<=", "not greater")];

const LISTS: [(&str, &str); 2] = [("in (", "one of a list"), ("between", "from … and …")];

const NULLS: [(&str, &str); 2] = [("is null", "has no value"), ("is not null", "has a value")];

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Value,
    Sign(String),
}

/// What may come at the caret of a filter; `caret` counts characters.
#[must_use]
pub fn complete(text: &str, caret: usize, fields: &[FieldInfo]) -> Completion {
    let before: Vec<char> = text.chars().take(caret).collect();
    let Some((tokens, from)) = tokens(&before) else { return Completion::default() };
    let typed: String = before.get(from..).unwrap_or_default().iter().collect();
    let needle = typed.trim_start_matches('`').to_lowercase();
    let mut options = match expected(&tokens, fields) {
        Expected::Column => columns(&needle, fields),
        Expected::Operator(look) => named(&needle, operators(look)),
        Expected::Value(look) => named(&needle, values(look)),
        Expected::Connective => named(&needle, vec![("and", "both hold"), ("or", "one of both holds")]),
    };
    options.truncate(SHOWN);
    // What is there already is no help.
    options.retain(|option| option.text.trim_end() != typed);
    Completion { from, to: before.len(), options }
}

enum Expected {
    Column,
    Operator(Look),
    Value(Look),
    Connective,
}

/// What the last complete tokens ask for.
fn expected(tokens: &[Token], fields: &[FieldInfo]) -> Expected {
    let field = |name: &str| fields.iter().find(|field| field.name == name).map(|field| look_of(&field.type_text));
    let last_look = || {
        let words = tokens.iter().rev().filter_map(|token| match token {
            Token::Word(word) => field(word),
            _ => None,
        });
        words.into_iter().next().unwrap_or(Look::Text)
    };
    match tokens.last() {
        None => Expected::Column,
        Some(Token::Sign(sign)) => match sign.as_str() {
            "(" if tokens.len() > 1
                && matches!(tokens.get(tokens.len() - 2), Some(Token::Word(word)) if word.eq_ignore_ascii_case("in")) =>
            {
                Expected::Value(last_look())
            }
            "(" => Expected::Column,
            ")" => Expected::Connective,
            _ => Expected::Value(last_look()),
        },
        Some(Token::Value) => Expected::Connective,
        Some(Token::Word(word)) => match word.to_ascii_lowercase().as_str() {
            "and" if ends_between(tokens) => Expected::Value(last_look()),
            "and" | "or" | "not" => Expected::Column,
            "in" | "like" | "between" => Expected::Value(last_look()),
            "null" | "true" | "false" => Expected::Connective,
            _ => field(word).map_or(Expected::Connective, Expected::Operator),
        },
    }
}

/// Whether the last `and` belongs to a `between`.
fn ends_between(tokens: &[Token]) -> bool {
    let words = tokens.iter().rev().skip(1).filter_map(|token| match token {
        Token::Word(word) => Some(word.to_ascii_lowercase()),
        _ => None,
    });
    words
        .into_iter()
        .find(|word| matches!(word.as_str(), "and" | "or" | "between"))
        .is_some_and(|word| word == "between")
}

fn operators(look: Look) -> Vec<(&'static str, &'static str)> {
    let mut all = Vec::new();
    match look {
        Look::Nested => {}
        Look::Bool => all.extend(COMPARISONS.iter().take(2)),
        _ => all.extend(COMPARISONS.iter().chain(&LISTS)),
    }
    if look == Look::Text {
        all.push(("like", "'a%': % is any text, _ any character"));
    }
    all.extend(NULLS);
    all
}

fn values(look: Look) -> Vec<(&'static str, &'static str)> {
    match look {
        Look::Bool => vec![("true", ""), ("false", "")],
        _ => Vec::new(),
    }
}

fn named(needle: &str, options: Vec<(&str, &str)>) -> Vec<Suggestion> {
    let fits = options.into_iter().filter(|(text, _)| text.starts_with(needle));
    fits.map(|(text, note)| Suggestion { text: format!("{text} "), note: note.to_owned() }).collect()
}

/// Columns whose names begin with what was typed, then those that have it inside.
fn columns(needle: &str, fields: &[FieldInfo]) -> Vec<Suggestion> {
    let place = |field: &FieldInfo| field.name.to_lowercase().find(needle);
    let mut found: Vec<(bool, &FieldInfo)> =
        fields.iter().filter_map(|field| place(field).map(|at| (at > 0, field))).collect();
    found.sort_by_key(|(inside, _)| *inside);
    let suggest = |field: &FieldInfo| Suggestion {
        text: format!("{} ", quoted_name(&field.name)),
        note: field.type_text.clone(),
    };
    let mut all: Vec<Suggestion> = found.into_iter().map(|(_, field)| suggest(field)).collect();
    all.extend(named(needle, vec![("not", "the opposite")]).into_iter().filter(|_| !needle.is_empty()));
    all
}

/// The tokens that are complete, and where the one at the caret begins; none within a quoted text.
fn tokens(text: &[char]) -> Option<(Vec<Token>, usize)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&first) = text.get(at) {
        let start = at;
        at += 1;
        let run = |from: usize, keep: fn(char) -> bool| {
            text.iter().skip(from).position(|c| !keep(*c)).map_or(text.len(), |length| from + length)
        };
        match first {
            c if c.is_whitespace() => {}
            '\'' => {
                let end = text.iter().skip(at).position(|c| *c == '\'')?;
                at += end + 1;
                tokens.push(Token::Value);
            }
            '`' => match text.iter().skip(at).position(|c| *c == '`') {
                Some(length) => {
                    tokens.push(Token::Word(text.iter().skip(at).take(length).collect()));
                    at += length + 1;
                }
                None => return Some((tokens, start)),
            },
            c if c.is_alphanumeric() || c == '_' || c == '.' => {
                at = run(at, |c| c.is_alphanumeric() || c == '_' || c == '.');
                if at == text.len() {
                    return Some((tokens, start));
                }
                let word: String = text.iter().skip(start).take(at - start).collect();
                tokens.push(if c.is_ascii_digit() { Token::Value } else { Token::Word(word) });
            }
            '<' | '>' | '=' | '!' => {
                at = run(at, |c| matches!(c, '<' | '>' | '='));
                tokens.push(Token::Sign(text.iter().skip(start).take(at - start).collect()));
            }
            other => tokens.push(Token::Sign(other.to_string())),
        }
    }
    Some((tokens, text.len()))
}

/// Where the engine says that a filter is wrong: the character's number, from 0.
#[must_use]
pub fn position_of(message: &str) -> Option<usize> {
    let (_, rest) = message.rsplit_once("position ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse::<usize>().ok()?.checked_sub(1)
}

/// The condition that a column has this value; none for values that have no order.
#[must_use]
pub fn condition(column: &ScanColumn, cell: &Cell) -> Option<String> {
    let name = quoted_name(&column.name);
    let literal = match (cell, look_of(&column.type_text)) {
        (Cell::Null, _) => return Some(format!("{name} is null")),
        (_, Look::Nested) => return None,
        // Not a number equals nothing, not even itself.
        (Cell::Text(text), Look::Number) if text.parse::<f64>().is_ok_and(|number| !number.is_finite()) => return None,
        (Cell::Text(text), Look::Time) => format!("'{text}'"),
        (Cell::Bool(value), _) => value.to_string(),
        (cell, _) => sql(&column.type_text, cell),
    };
    Some(format!("{name} = {literal}"))
}

/// A filter with one more condition.
#[must_use]
pub fn with(filter: &str, condition: &str) -> String {
    let filter = filter.trim();
    match filter {
        "" => condition.to_owned(),
        _ if filter.contains(condition) => filter.to_owned(),
        _ if filter.to_ascii_lowercase().contains(" or ") => format!("({filter}) and {condition}"),
        _ => format!("{filter} and {condition}"),
    }
}

#[cfg(test)]
mod tests;
