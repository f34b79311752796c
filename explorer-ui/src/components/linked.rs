//! The chosen file and the address follow each other.

use yew::prelude::*;

use super::page::use_page;
use crate::state::{Action, Selection};

/// While this component is shown the file of the inspector is in the address as `f.file`.
#[hook]
pub(crate) fn use_linked_file() {
    let page = use_page();
    let linked = page.state.route.focus("file").map(str::to_owned);
    let chosen = match &page.state.selection {
        Some(Selection::File(path)) => Some(path.clone()),
        _ => None,
    };
    let began = use_mut_ref(|| false);
    {
        let (send, chosen) = (page.sender(), chosen.clone());
        use_effect_with(linked.clone(), move |linked| {
            if let Some(path) = linked.clone().filter(|path| chosen.as_ref() != Some(path)) {
                send.emit(Action::Select(Some(Selection::File(path))));
            }
        });
    }
    let send = page.sender();
    use_effect_with(chosen, move |chosen| {
        // At first the address is right.
        if began.replace(true) && *chosen != linked {
            send.emit(Action::Focus("file", chosen.clone()));
        }
    });
}
