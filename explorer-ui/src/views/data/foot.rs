//! The line below the grid: how many rows there are, what is being read, and a way to a row by its number.

use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use crate::{
    components::page::{Page, use_page},
    format,
    state::{Action, Scan},
};

/// The line.
pub(crate) fn footer(page: &Page, scan: &Scan) -> Html {
    let here = scan.opened.is_some() && scan.problem.is_none();
    html! {
        <div class="grid-foot">
            <p role="status">{ if here { state_of(page, scan) } else { html! { "\u{a0}" } } }</p>
            if here && scan.known > 0 { <GoTo total={scan.total} /> }
        </div>
    }
}

fn exact(count: usize) -> String {
    format::exact(i64::try_from(count).unwrap_or(i64::MAX))
}

fn state_of(page: &Page, scan: &Scan) -> Html {
    let rows = match scan.total {
        Some(total) => format!("{} · {} at hand", format::counted(total, "row"), exact(scan.kept())),
        None => format!("{} rows so far; how many there are is known once they are read", exact(scan.known)),
    };
    let reading = page.state.activities.iter().find(|activity| activity.method == "scanRows");
    let far = reading.map(|activity| activity.progress.rows).filter(|rows| *rows > 0.0);
    let stop = {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| page.runner.stop_reading())
    };
    #[allow(clippy::cast_possible_truncation)]
    match far {
        Some(row) => {
            html! { <><span class="ripple" aria-hidden="true"></span>{ format!("reading on: at row {} ", format::exact(row as i64)) }<button class="quiet" onclick={stop}>{"Stop"}</button></> }
        }
        None if scan.stopped => html! { <>{ rows }{" · stopped reading: scroll to go on"}</> },
        None => html! { <>{ rows }{ format!(" · read in {}", format::duration(scan.millis)) }</> },
    }
}

/// Properties of [`GoTo`].
#[derive(Properties, PartialEq)]
struct GoToProps {
    total: Option<usize>,
}

/// Goes to a row by its number.
#[component]
fn GoTo(props: &GoToProps) -> Html {
    let page = use_page();
    let total = props.total;
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if event.key() != "Enter" {
            return;
        }
        let text = event.target_unchecked_into::<HtmlInputElement>().value();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if let Ok(number) = digits.parse::<usize>() {
            let number = number.clamp(1, total.unwrap_or(usize::MAX).max(1));
            page.send(Action::Focus("n", None));
            page.send(Action::Focus("n", Some(number.to_string())));
        }
    });
    html! {
        <label class="goto">{"Row"}<input type="text" inputmode="numeric" class="num" placeholder="number" aria-label="Go to row number" {onkeydown} /></label>
    }
}
