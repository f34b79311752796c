//! A list of any length: only the rows in sight are drawn, arrow keys move over them.

use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use super::size::use_size;
use crate::grid::{ROW_PX, scroll_to, window};

/// Height of the header, pixels; the style sheet has the same.
const HEAD_PX: f64 = 34.0;

/// Properties of [`LongList`].
#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// What it lists.
    pub(crate) label: AttrValue,
    /// Rows in all.
    pub(crate) total: usize,
    /// Cells of the header.
    pub(crate) head: Html,
    /// How many there are.
    pub(crate) columns: usize,
    /// Draws the rows from one to before another.
    pub(crate) rows: Callback<(usize, usize), Html>,
    /// The row that the keyboard is at.
    pub(crate) at: Option<usize>,
    /// Goes to another one.
    pub(crate) go: Callback<usize>,
    /// What Enter does with it.
    #[prop_or_default]
    pub(crate) enter: Callback<usize>,
    /// Changes when another list begins: it starts at the top.
    #[prop_or_default]
    pub(crate) of: AttrValue,
    /// Class of the box.
    #[prop_or_default]
    pub(crate) class: Classes,
}

/// The id of a row, for the list's active descendant.
pub(crate) fn row_id(label: &str, row: usize) -> String {
    let word: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("row-{word}-{row}")
}

/// The list.
#[component]
pub(crate) fn LongList(props: &Props) -> Html {
    let node = use_node_ref();
    let (_, height) = use_size(&node);
    let top = use_state_eq(|| 0.0);
    let onscroll = {
        let top = top.clone();
        Callback::from(move |event: Event| top.set(f64::from(event.target_unchecked_into::<Element>().scroll_top())))
    };
    {
        let node = node.clone();
        use_effect_with(props.of.clone(), move |_| {
            if let Some(element) = node.cast::<Element>() {
                element.set_scroll_top(0);
            }
        });
    }
    let seen = window(*top, (height - HEAD_PX).max(0.0), props.total);
    #[allow(clippy::cast_precision_loss)]
    let rest = (seen.content_px - seen.top_px - (seen.end - seen.first) as f64 * ROW_PX).max(0.0);
    let onkeydown = {
        let (node, go, enter) = (node.clone(), props.go.clone(), props.enter.clone());
        let (at, total) = (props.at, props.total);
        Callback::from(move |event: KeyboardEvent| {
            // Buttons and links within keep their keys.
            let within = event.target_dyn_into::<Element>().is_some_and(|element| element.tag_name() != "TABLE");
            if within {
                return;
            }
            if let (Some(at), "Enter" | " ") = (at, event.key().as_str()) {
                event.prevent_default();
                enter.emit(at);
                return;
            }
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let leap = ((height - HEAD_PX) / ROW_PX).max(1.0) as usize;
            let Some(to) = moved(&event.key(), at, total, leap) else { return };
            event.prevent_default();
            go.emit(to);
            if let Some(element) = node.cast::<Element>()
                && let Some(scroll) = scroll_to(to, f64::from(element.scroll_top()), height - HEAD_PX, total)
            {
                #[allow(clippy::cast_possible_truncation)]
                element.set_scroll_top(scroll.ceil() as i32);
            }
        })
    };
    let space = |px: f64| html! { <tr class="space" aria-hidden="true"><td colspan={props.columns.to_string()} style={format!("height:{px}px")}></td></tr> };
    let active = props.at.filter(|at| (seen.first..seen.end).contains(at)).map(|at| row_id(&props.label, at));
    html! {
        <div class={classes!("list-box", props.class.clone())} ref={node} {onscroll}>
            <table class="list rows long" role="grid" tabindex="0" aria-label={props.label.clone()} aria-rowcount={(props.total + 1).to_string()} aria-activedescendant={active} {onkeydown}>
                <thead><tr aria-rowindex="1">{ props.head.clone() }</tr></thead>
                <tbody>{ space(seen.top_px.max(0.0)) }{ props.rows.emit((seen.first, seen.end)) }{ space(rest) }</tbody>
            </table>
        </div>
    }
}

/// Where a key leads, or none when it is not one of the list's.
fn moved(key: &str, at: Option<usize>, total: usize, leap: usize) -> Option<usize> {
    let last = total.checked_sub(1)?;
    let to = match (key, at) {
        ("ArrowDown" | "PageDown" | "Home", None) => 0,
        ("ArrowUp", None) | ("End", _) => last,
        ("ArrowDown", Some(at)) => at + 1,
        ("ArrowUp", Some(at)) => at.saturating_sub(1),
        ("PageDown", Some(at)) => at + leap,
        ("PageUp", Some(at)) => at.saturating_sub(leap),
        ("Home", _) => 0,
        _ => return None,
    };
    Some(to.min(last))
}
