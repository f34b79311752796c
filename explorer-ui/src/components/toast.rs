//! A short notice that goes by itself.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::page::use_page;
use crate::{browser, state::Action};

/// The notice, in a live region.
#[component]
pub(crate) fn Toast() -> Html {
    let page = use_page();
    let toast = page.state.toast.clone();
    {
        let page = page.clone();
        use_effect_with(toast.as_ref().map(|(number, _)| *number), move |number| {
            if let Some(number) = *number {
                spawn_local(async move {
                    browser::sleep(2600).await;
                    page.send(Action::ToastOver(number));
                });
            }
        });
    }
    html! {
        <div class="toast-place" role="status" aria-live="polite">
            if let Some((_, text)) = toast { <div class="toast">{ text }</div> }
        </div>
    }
}
