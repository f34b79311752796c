//! A box over the page: takes the keyboard, gives it back, closes with Escape or a click beside it.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

use super::icon::{Icon, icon};
use crate::browser;

/// Properties of [`Dialog`].
#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// Its title.
    pub(crate) title: AttrValue,
    /// `popover` for a light one under its button, `drawer` for one at the lower edge, `modal` else.
    #[prop_or("modal")]
    pub(crate) look: &'static str,
    /// When it is to be closed.
    pub(crate) onclose: Callback<()>,
    /// What it holds.
    pub(crate) children: Html,
}

/// A dialog.
#[component]
pub(crate) fn Dialog(props: &Props) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let before = browser::window().document().and_then(|document| document.active_element());
            if let Some(element) = node.cast::<HtmlElement>() {
                let _ = element.focus();
            }
            move || {
                if let Some(element) = before.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
                    let _ = element.focus();
                }
            }
        });
    }
    let close = |props: &Props| {
        let onclose = props.onclose.clone();
        Callback::from(move |_: MouseEvent| onclose.emit(()))
    };
    let onkeydown = {
        let node = node.clone();
        Callback::from(move |event: KeyboardEvent| keep_inside(&node, &event))
    };
    html! {
        <div class={classes!("veil", format!("veil-{}", props.look))}>
            <div class="veil-back" onclick={close(props)}></div>
            <div class={classes!("dialog", props.look)} role="dialog" aria-modal="true" aria-label={props.title.clone()} tabindex="-1" ref={node} {onkeydown}>
                <div class="dialog-head">
                    <h2>{ props.title.clone() }</h2>
                    <button class="quiet" aria-label="Close" onclick={close(props)}>{ icon(Icon::Close) }</button>
                </div>
                <div class="dialog-body">{ props.children.clone() }</div>
            </div>
        </div>
    }
}

/// Tab goes round within the dialog.
fn keep_inside(node: &NodeRef, event: &KeyboardEvent) {
    if event.key() != "Tab" {
        return;
    }
    let Some(dialog) = node.cast::<HtmlElement>() else { return };
    let Ok(found) = dialog.query_selector_all("button:not([disabled]),input,select,textarea,a[href],[tabindex='0']")
    else {
        return;
    };
    let at = |index: u32| found.item(index).and_then(|node| node.dyn_into::<HtmlElement>().ok());
    let (Some(first), Some(last)) = (at(0), at(found.length().saturating_sub(1))) else { return };
    let active = browser::window().document().and_then(|document| document.active_element());
    let is = |element: &HtmlElement| active.as_ref().is_some_and(|active| active.is_same_node(Some(element)));
    let target = match event.shift_key() {
        true if is(&first) || is(&dialog) => last,
        false if is(&last) => first,
        _ => return,
    };
    event.prevent_default();
    let _ = target.focus();
}
