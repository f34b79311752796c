//! The third level: rows that came, changed and went, counted by kind, the first of them shown.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{
    cell::Cell,
    components::{page::use_page, problem::ProblemView},
    format,
    history::{
        compare::Pair,
        kinds::{Counts, KINDS},
    },
    model::{Problem, ScanColumn},
    route::{Route, Tab},
    runner::GivenUp,
    state::Action,
    views::{changelog::sample, snapshots::diff_class},
};

/// Rows shown here; the Changelog view has all.
const SHOWN: usize = 200;
/// Rows counted before it stops and asks.
const COUNTED: usize = 2_000_000;

/// Properties of [`Rows`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) pair: Pair,
}

/// What was read so far.
#[derive(Clone, PartialEq, Default)]
struct Read {
    columns: Vec<ScanColumn>,
    rows: Vec<Vec<Cell>>,
    counts: Counts,
    done: bool,
    stopped: bool,
    problem: Option<Problem>,
}

/// Rows: read when asked for, because both states are read for them.
#[component]
pub(super) fn Rows(props: &Props) -> Html {
    let page = use_page();
    let wanted = page.state.route.focus("rows").is_some();
    let read = use_state_eq(Read::default);
    let given_up = use_mut_ref(GivenUp::default);
    {
        let (page, read, given_up) = (page.clone(), read.setter(), given_up.clone());
        use_effect_with((props.pair.clone(), wanted, page.state.table_key()), move |(pair, wanted, _)| {
            let mine = GivenUp::default();
            *given_up.borrow_mut() = mine.clone();
            read.set(Read::default());
            if *wanted {
                let (pair, mine) = (pair.clone(), mine.clone());
                spawn_local(async move { follow(&page, &pair, &mine, &read).await });
            }
            move || mine.give_up()
        });
    }
    let ask = page.on(Action::Focus("rows", Some("read".to_owned())));
    let changelog =
        Route { tab: Tab::Changelog, range: props.pair.range(), focus: Vec::new(), ..page.state.route.clone() };
    let link = html! { <a class="button" href={changelog.print()}>{"All of them in Changelog"}</a> };
    let stop = {
        let (given_up, read) = (given_up.clone(), read.clone());
        Callback::from(move |_: MouseEvent| {
            given_up.borrow().give_up();
            read.set(Read { stopped: true, ..(*read).clone() });
        })
    };
    let reading = wanted && !read.done && !read.stopped && read.problem.is_none();
    html! {
        <details class="diff-part" open=true>
            <summary>{"Rows"}<span class="mute">{" "}{ if wanted { said(&read.counts, reading) } else { "both states are read to compare them".to_owned() } }</span></summary>
            if wanted {
                <div class="diff-counts" role="status">
                    { for KINDS.iter().zip(read.counts.by_kind).map(|((kind, word), number)| html! { <span key={*kind} class={classes!("kind-count", diff_class(kind))}><b>{ *kind }</b>{" "}{ format::exact(i64::try_from(number).unwrap_or(i64::MAX)) }<small>{ *word }</small></span> }) }
                    if reading { <span class="exporting"><span class="ripple" aria-hidden="true"></span><button onclick={stop}>{"Stop"}</button></span> }
                    { link }
                </div>
                if let Some(problem) = &read.problem { <ProblemView problem={problem.clone()} /> }
                if read.done && read.counts.rows == 0 { <p class="note">{"No row differs: both states read the same."}</p> }
                if !read.rows.is_empty() { { sample::table(&page, &read.columns, &read.rows) } }
                if read.counts.rows > read.rows.len() { <p class="note">{ format!("The first {} are shown.", format::counted(read.rows.len(), "row")) }</p> }
            } else {
                <div class="diff-counts"><button class="primary" onclick={ask}>{"Compare the rows"}</button>{ link }</div>
            }
        </details>
    }
}

/// Reads and tells how far it is.
async fn follow(page: &crate::components::page::Page, pair: &Pair, given_up: &GivenUp, read: &UseStateSetter<Read>) {
    let mut so_far = Read::default();
    let state = page.state.clone();
    let mine = given_up.clone();
    let setter = read.clone();
    let mut seen = so_far.clone();
    let result = page
        .runner
        .read_changes(&state, &pair.range(), given_up, |columns, page| {
            so_far.columns = columns.to_vec();
            so_far.counts.rows_of(page.rows.iter().map(Vec::as_slice));
            let room = SHOWN.saturating_sub(so_far.rows.len());
            so_far.done = page.done || page.rows.is_empty();
            so_far.rows.extend(page.rows.into_iter().take(room));
            so_far.stopped = so_far.counts.rows >= COUNTED && !so_far.done;
            seen = so_far.clone();
            if !mine.is_given_up() {
                setter.set(so_far.clone());
            }
            !so_far.stopped
        })
        .await;
    if let Err(problem) = result
        && !given_up.is_given_up()
    {
        read.set(Read { problem: Some(problem), ..seen });
    }
}

fn said(counts: &Counts, reading: bool) -> String {
    let rows = format::counted(counts.rows, "row");
    if reading { format!("{rows} so far") } else { rows }
}
