//! Changes as they are committed: the store is asked for a newer snapshot now and then, and what it changed comes on top.

use std::collections::VecDeque;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::{in_words, sample};
use crate::{
    browser,
    cell::Cell,
    components::{
        bits::ago,
        page::{Page, use_page},
        problem::ProblemView,
    },
    format,
    history::kinds::{Counts, KINDS},
    model::{Problem, ScanColumn, SnapshotInfo},
    route::Range,
    runner::GivenUp,
    shared::Shared,
    state::Action,
    views::snapshots::diff_class,
};

/// Pause between two looks, milliseconds.
const PAUSE: i32 = 2000;
/// Rows kept of one arrival, and arrivals kept.
const ROWS: usize = 200;
const ARRIVALS: usize = 50;

/// What came with the commits of one look.
#[derive(Clone, PartialEq)]
struct Arrival {
    range: Range,
    latest: SnapshotInfo,
    columns: Vec<ScanColumn>,
    rows: Vec<Vec<Cell>>,
    counts: Counts,
}

/// How far it is.
#[derive(Clone, PartialEq, Default)]
struct Followed {
    /// The newest snapshot seen; none before the first look, 0 for a table without any.
    reached: Option<i64>,
    arrivals: VecDeque<Shared<Arrival>>,
    problem: Option<Problem>,
    looks: usize,
}

/// Follow mode.
#[component]
pub(super) fn Follow() -> Html {
    let page = use_page();
    let followed = use_state_eq(Followed::default);
    let mode = page.state.route.range.mode.clone();
    {
        let (page, followed) = (page.clone(), followed.setter());
        use_effect_with((page.state.table_key(), mode), move |(_, mode)| {
            let given_up = GivenUp::default();
            let (mine, mode) = (given_up.clone(), mode.clone());
            followed.set(Followed::default());
            spawn_local(async move { watch(&page, &mode, &mine, &followed).await });
            move || given_up.give_up()
        });
    }
    let Followed { reached, arrivals, problem, .. } = &*followed;
    let status = match reached {
        None => "Looking for the newest snapshot".to_owned(),
        Some(0) => format!("No snapshot yet; looking every {} s", PAUSE / 1000),
        Some(id) => format!("At snapshot #{id}; looking for a newer one every {} s", PAUSE / 1000),
    };
    html! {
        <div class="follow">
            <p class="follow-status" role="status"><span class="ripple" aria-hidden="true"></span>{ status }</p>
            if let Some(problem) = problem { <ProblemView problem={problem.clone()} /> }
            if arrivals.is_empty() && problem.is_none() {
                <p class="note">{"Changes appear here when somebody commits. To see those before, stop following and choose a range."}</p>
            }
            { for arrivals.iter().map(|arrival| arrived(&page, arrival)) }
        </div>
    }
}

fn arrived(page: &Page, arrival: &Arrival) -> Html {
    let more = arrival.counts.rows.saturating_sub(arrival.rows.len());
    let open = {
        let (page, range) = (page.clone(), arrival.range.clone());
        Callback::from(move |_: MouseEvent| {
            page.send(Action::Focus("follow", None));
            page.send(Action::Changes(range.clone()));
            // The page was opened before these snapshots came.
            page.send(Action::Reload);
        })
    };
    html! {
        <section class="panel arrival" key={arrival.range.to.clone()}>
            <div class="panel-head">
                <div><h2>{ in_words(&arrival.range) }</h2><p>{ arrival.latest.commit_kind.to_lowercase() }{", committed "}{ ago(arrival.latest.time_millis) }</p></div>
                <div class="panel-tools">
                    { for KINDS.iter().zip(arrival.counts.by_kind).filter(|(_, number)| *number > 0).map(|((kind, word), number)| html! { <span key={*kind} class={classes!("kind-count", diff_class(kind))}><b>{ *kind }</b>{" "}{ format::exact(i64::try_from(number).unwrap_or(i64::MAX)) }<small>{ *word }</small></span> }) }
                    <button onclick={open}>{"Open"}</button>
                </div>
            </div>
            if arrival.rows.is_empty() { <p class="note">{"It changed no row, as this way of looking sees it."}</p> } else { { sample::table(page, &arrival.columns, &arrival.rows) } }
            if more > 0 { <p class="note">{ format!("{} more are not shown here.", format::counted(more, "row")) }</p> }
        </section>
    }
}

/// Looks until it is given up.
async fn watch(page: &Page, mode: &str, given_up: &GivenUp, followed: &UseStateSetter<Followed>) {
    let mut now = Followed::default();
    let state = page.state.clone();
    while !given_up.is_given_up() {
        let looked = page.runner.latest_snapshot(&state).await;
        let news = match looked {
            Err(problem) => Err(problem),
            Ok(latest) => news(page, mode, given_up, now.reached, latest).await,
        };
        if given_up.is_given_up() {
            return;
        }
        now.looks += 1;
        match news {
            Err(problem) => now.problem = Some(problem),
            Ok((reached, arrival)) => {
                now.problem = None;
                now.reached = Some(reached);
                arrival.into_iter().for_each(|arrival| now.arrivals.push_front(arrival));
                now.arrivals.truncate(ARRIVALS);
            }
        }
        followed.set(now.clone());
        browser::sleep(PAUSE).await;
    }
}

/// What came after the snapshot reached. Where the table was rolled back it goes on from there.
async fn news(
    page: &Page,
    mode: &str,
    given_up: &GivenUp,
    reached: Option<i64>,
    latest: Option<SnapshotInfo>,
) -> Result<(i64, Option<Shared<Arrival>>), Problem> {
    let newest = latest.as_ref().map_or(0, |latest| latest.id);
    let (Some(reached), Some(latest)) = (reached.filter(|reached| *reached < newest), latest) else {
        return Ok((newest, None));
    };
    let from = if reached == 0 { String::new() } else { reached.to_string() };
    let range = Range { from, to: newest.to_string(), mode: mode.to_owned() };
    let mut arrival =
        Arrival { range: range.clone(), latest, columns: Vec::new(), rows: Vec::new(), counts: Counts::default() };
    let take = |columns: &[ScanColumn], page: crate::model::ScanPage| {
        arrival.columns = columns.to_vec();
        arrival.counts.rows_of(page.rows.iter().map(Vec::as_slice));
        let room = ROWS.saturating_sub(arrival.rows.len());
        arrival.rows.extend(page.rows.into_iter().take(room));
        true
    };
    page.runner.read_changes(&page.state, &range, given_up, take).await?;
    Ok((newest, Some(Shared::new(arrival))))
}
