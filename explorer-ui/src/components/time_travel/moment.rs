//! A time or a watermark, by a clock that is named; which snapshot it means is said before one goes there.

use web_sys::{HtmlInputElement, HtmlSelectElement, SubmitEvent};
use yew::prelude::*;

use super::{History, line};
use crate::{
    browser,
    components::page::{Page, use_page},
    format,
    route::At,
    state::Action,
    travel::{Found, input_text, offset_text},
};

/// Properties of [`Moment`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// What is known of the history.
    pub(super) history: History,
    /// Whether it is a watermark.
    pub(super) watermark: bool,
}

/// The form.
#[component]
pub(super) fn Moment(props: &Props) -> Html {
    let page = use_page();
    let watermark = props.watermark;
    let start = use_memo((), |()| start(&page, watermark));
    let utc = use_state_eq(|| false);
    let typed =
        use_state_eq(|| start.map(|millis| input_text(millis, browser::clock_offset(millis))).unwrap_or_default());
    let refused = use_state_eq(|| None::<String>);
    let known = props.history.known();
    let millis = browser::parse_time(&typed, *utc);
    let found = millis.map(|millis| if watermark { known.at_watermark(millis) } else { known.at_time(millis) });
    let oninput = {
        let (typed, refused) = (typed.clone(), refused.clone());
        Callback::from(move |event: InputEvent| {
            refused.set(None);
            typed.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let onclock = {
        let (utc, typed) = (utc.clone(), typed.clone());
        Callback::from(move |event: Event| {
            let to_utc = event.target_unchecked_into::<HtmlSelectElement>().value() == "utc";
            // The moment stays; how it is written changes.
            if let Some(millis) = browser::parse_time(&typed, *utc) {
                typed.set(input_text(millis, if to_utc { 0 } else { browser::clock_offset(millis) }));
            }
            utc.set(to_utc);
        })
    };
    let onsubmit = {
        let (page, refused) = (page.clone(), refused.clone());
        let why = match &found {
            None => Some("Say a date and a time.".to_owned()),
            Some(Found::Nothing(why)) => Some(why.clone()),
            Some(_) => None,
        };
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match (millis, &why) {
                (Some(millis), None) => {
                    page.send(Action::TimeTravel(if watermark { At::Watermark(millis) } else { At::Time(millis) }));
                }
                (_, why) => refused.set(why.clone()),
            }
        })
    };
    let offset = browser::clock_offset(millis.unwrap_or_else(browser::now));
    let clock = format!("{} ({})", browser::clock_name(), offset_text(offset));
    let leads = match (&found, millis) {
        (Some(Found::This(snapshot)), _) => {
            let (name, detail) = line(snapshot);
            html! { <><span>{ name }</span><small>{ detail }</small></> }
        }
        (Some(Found::Unknown), _) => {
            html! { <span class="mute">{"A snapshot older than those listed: the engine finds it."}</span> }
        }
        // It is told already.
        _ if refused.is_some() => html! {},
        (Some(Found::Nothing(why)), _) => html! { <span class="mute">{ why.clone() }</span> },
        (None, _) => html! { <span class="mute">{"No time yet."}</span> },
    };
    let label = if watermark { "First snapshot with the watermark" } else { "Last snapshot at or before" };
    html! {
        <form class="travel-moment" {onsubmit} novalidate=true>
            <label for="travel-time">{ label }</label>
            <input id="travel-time" type="datetime-local" step="0.001" value={(*typed).clone()} aria-invalid={refused.is_some().to_string()} aria-describedby="travel-refused travel-leads" {oninput} />
            <select aria-label="Clock" onchange={onclock}>
                <option value="local" selected={!*utc}>{ clock }</option>
                <option value="utc" selected={*utc}>{"UTC"}</option>
            </select>
            <p class="field-error" id="travel-refused" role="alert">{ refused.as_deref().unwrap_or_default().to_owned() }</p>
            <p class="travel-leads" id="travel-leads" role="status">
                if let (Some(millis), false) = (millis, *utc) { <small class="mute">{ format!("{} UTC", format::utc(millis)) }</small> }
                <span class="menu-item">{ leads }</span>
            </p>
            <button class="primary">{"Go there"}</button>
        </form>
    }
}

/// What the input begins with: the state looked at.
fn start(page: &Page, watermark: bool) -> Option<i64> {
    match (&page.state.route.at, watermark) {
        (At::Watermark(millis), true) | (At::Time(millis), false) => Some(*millis),
        (_, true) => page.state.snapshot()?.watermark,
        (_, false) => Some(page.state.snapshot()?.time_millis),
    }
}
