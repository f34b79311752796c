//! The keys.

use yew::prelude::*;

use super::{dialog::Dialog, page::use_page};
use crate::state::{Action, Overlay};

const KEYS: &[(&str, &str)] = &[
    ("1 … 9 0", "Overview, Data, Snapshots, LSM, Files, Manifests, Schema, Changelog, Options, System"),
    ("/", "filter rows or files"),
    ("t", "travel in time"),
    ("[  ]", "one snapshot back, forward"),
    ("↑ ↓ ← →", "move in the grid; Page Up, Page Down, Home, End too"),
    ("Ctrl C", "copy the cell; with Shift the row as JSON"),
    ("Enter", "open the cell in the inspector"),
    ("i", "requests and bytes"),
    ("r", "reload"),
    ("Esc", "stop what runs; close what is open; back to the newest snapshot"),
    ("?", "these keys"),
];

/// The list of keys.
#[component]
pub(crate) fn Help() -> Html {
    let page = use_page();
    html! {
        <Dialog title="Keys" onclose={page.on(Action::Overlay(Overlay::Help))}>
            <dl class="keys">
                { for KEYS.iter().map(|(keys, meaning)| html! { <><dt><kbd>{ *keys }</kbd></dt><dd>{ *meaning }</dd></> }) }
            </dl>
        </Dialog>
    }
}
