//! What stands where something will be, at its size, so that nothing jumps.

use yew::prelude::*;

/// Grey lines.
pub(crate) fn lines(count: usize) -> Html {
    html! {
        <div class="skeleton-lines" aria-hidden="true">
            { for (0..count).map(|index| html! { <div class="skeleton" style={format!("width:{}%", 92 - (index * 37) % 45)}></div> }) }
        </div>
    }
}

/// Grey cards.
pub(crate) fn cards(count: usize) -> Html {
    html! {
        <div class="cards" aria-hidden="true">
            { for (0..count).map(|_| html! { <div class="card"><div class="skeleton narrow"></div><div class="skeleton tall"></div><div class="skeleton"></div></div> }) }
        </div>
    }
}

/// A grey panel of some height.
pub(crate) fn panel(height_px: u32) -> Html {
    html! {
        <div class="panel" aria-hidden="true"><div class="skeleton narrow"></div><div class="skeleton block" style={format!("height:{height_px}px")}></div></div>
    }
}

/// Says to those who do not see it that something is loading.
pub(crate) fn waiting(body: Html) -> Html {
    // The key keeps its element from becoming one of what comes: that would be a jump.
    html! { <div key="waiting" role="status" aria-busy="true"><span class="sr">{"Loading"}</span>{ body }</div> }
}
