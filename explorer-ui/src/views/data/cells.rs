//! Cells as they are drawn: null, the empty text, numbers, times and bytes never look alike.

use yew::prelude::*;

use crate::{
    cell::{Cell, Look},
    format,
};

/// Characters of a cell that are drawn; the inspector has the rest.
const DRAWN_CHARS: usize = 240;

/// What a row does to its key: how it looks, and the word for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Kind {
    sign: &'static str,
    /// The row's class.
    pub(super) class: &'static str,
    word: &'static str,
}

/// The kind that a row's first cell tells, where it tells one.
pub(super) fn kind_of(cell: &Cell) -> Option<Kind> {
    let (sign, class, word) = match cell {
        Cell::Text(text) => match &**text {
            "+I" => ("+I", "kind-insert", "insert"),
            "-U" => ("-U", "kind-before", "before"),
            "+U" => ("+U", "kind-after", "after"),
            "-D" => ("-D", "kind-delete", "delete"),
            _ => return None,
        },
        _ => return None,
    };
    Some(Kind { sign, class, word })
}

/// The kind in its sign and in a word: colour alone tells nothing to many.
pub(super) fn label(kind: Kind) -> Html {
    html! { <span class="row-kind"><b>{ kind.sign }</b>{" "}{ kind.word }</span> }
}

/// The class of cells of a look.
pub(super) fn class_of(look: Look) -> &'static str {
    match look {
        Look::Number => "num",
        Look::Time => "time",
        Look::Bool => "bool",
        Look::Binary => "mono binary",
        Look::Nested => "mono nested",
        Look::Text => "text",
    }
}

/// A cell as the grid draws it.
pub(super) fn draw(look: Look, cell: &Cell) -> Html {
    match cell {
        Cell::Null => html! { <span class="null">{"null"}</span> },
        Cell::Text(text) if text.is_empty() => html! { <span class="null">{"empty"}</span> },
        Cell::Bool(value) => html! { <span class={if *value { "yes" } else { "no" }}>{ value.to_string() }</span> },
        Cell::Text(text) if look == Look::Binary => {
            html! { <>{ clipped(text) }<small class="cell-note">{ format::bytes(hex_bytes(text)) }</small></> }
        }
        // NaN and the infinities are numbers that no digits spell.
        Cell::Text(text) if look == Look::Number && text.parse::<f64>().is_ok_and(|number| !number.is_finite()) => {
            html! { <span class="odd-number">{ text.to_string() }</span> }
        }
        Cell::Text(text) => html! { clipped(text) },
        Cell::List(items) => {
            html! { <>{ clipped(&cell.to_string()) }<small class="cell-note">{ format::counted(items.len(), "entry") }</small></> }
        }
        other => html! { clipped(&other.to_string()) },
    }
}

/// Bytes that so many hex digits spell.
pub(super) fn hex_bytes(hex: &str) -> i64 {
    i64::try_from(hex.len() / 2).unwrap_or(i64::MAX)
}

/// Line breaks and other controls would break the line: they are shown as signs.
fn clipped(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(DRAWN_CHARS)
        .map(|c| match c {
            '\n' => '↵',
            '\t' => '⇥',
            c if c.is_control() => '·',
            c => c,
        })
        .collect();
    if text.len() > shown.len() && text.chars().nth(DRAWN_CHARS).is_some() {
        shown.push('…');
    }
    shown
}
