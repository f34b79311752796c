//! How far a question is that takes long, with a way to stop it.

use yew::prelude::*;

use super::page::Page;
use crate::format;

/// The bar of the call of this method; nothing while none runs.
pub(crate) fn running(page: &Page, method: &'static str) -> Html {
    let Some(activity) = page.state.activities.iter().find(|activity| activity.method == method) else {
        return html! {};
    };
    let (done, total) = (activity.progress.done, activity.progress.total);
    let stop = {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| page.runner.stop_asking(method))
    };
    #[allow(clippy::cast_possible_truncation)]
    let text = if total > 0.0 {
        format!("{} of {} states read", format::exact(done as i64), format::exact(total as i64))
    } else {
        "Looking for the states".to_owned()
    };
    html! {
        <div class="running">
            <progress aria-label={text.clone()} max={total.max(1.0).to_string()} value={(total > 0.0).then(|| done.to_string())}></progress>
            <span class="note" role="status">{ text }</span>
            <button onclick={stop}>{"Stop"}</button>
        </div>
    }
}
