//! The snapshots as a list: rows in sight are drawn, and chunks of a hundred are read when they come into sight.

use serde_json::json;
use web_sys::Element;
use yew::prelude::*;

use super::{History, chart::kind_mark, picture::keys, tag_title};
use crate::{
    components::{
        ask::use_ask,
        bits::{ago, count, optional, panel},
        inspector::signed,
        page::{Page, use_page},
        size::use_size,
    },
    format,
    grid::{ROW_PX, scroll_to, window},
    history::{
        compare::Pair,
        span::{CHUNK, Span, chunk_of},
    },
    model::SnapshotInfo,
    route::At,
    state::{Action, Ask, Selection, Shown},
};

/// Height of the list's head, pixels; the style sheet has the same.
const HEAD_PX: f64 = 32.0;

/// Properties of [`List`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) history: History,
}

/// The list in its panel.
#[component]
pub(super) fn List(props: &Props) -> Html {
    let page = use_page();
    let node = use_node_ref();
    let (_, height) = use_size(&node);
    let top = use_state_eq(|| 0.0);
    let history = &props.history;
    let all = history.all;
    let rows = usize::try_from(all.count()).unwrap_or(usize::MAX);
    let inner = (height - HEAD_PX).max(ROW_PX);
    let seen = window(*top, inner, rows);
    let onscroll = {
        let top = top.clone();
        Callback::from(move |event: Event| top.set(f64::from(event.target_unchecked_into::<Element>().scroll_top())))
    };
    let chosen = match page.state.selection {
        Some(Selection::Snapshot(id)) => Some(id),
        _ => None,
    };
    {
        // What is chosen in the picture comes into sight here.
        let node = node.clone();
        use_effect_with(chosen, move |chosen| {
            let Some((id, element)) = (*chosen).filter(|id| all.holds(*id)).zip(node.cast::<Element>()) else { return };
            let row = usize::try_from(all.last - id).unwrap_or_default();
            if let Some(scroll) = scroll_to(row, f64::from(element.scroll_top()), inner, rows) {
                #[allow(clippy::cast_possible_truncation)]
                element.set_scroll_top(scroll.ceil() as i32);
            }
        });
    }
    let id_at = |row: usize| all.last.saturating_sub(i64::try_from(row).unwrap_or(i64::MAX));
    let drawn = (seen.first < seen.end).then(|| Span::new(id_at(seen.end - 1), id_at(seen.first)));
    let body = drawn.map(|drawn| {
        let chunks = std::iter::successors(Some(chunk_of(drawn.last)), |chunk| {
            (chunk.first > drawn.first).then(|| chunk_of(chunk.first - CHUNK))
        });
        let draw = |chunk: Span| {
            let part = Span { first: chunk.first.max(drawn.first), last: chunk.last.min(drawn.last) };
            // Rows of a chunk stand below those of the newer ones.
            #[allow(clippy::cast_precision_loss)]
            let at = seen.top_px + (drawn.last - part.last) as f64 * ROW_PX;
            html! { <Chunk key={chunk.first} history={history.clone()} {chunk} {part} {at} /> }
        };
        html! { <>{ for chunks.map(draw) }</> }
    });
    panel(
        "Snapshots",
        html! { <>{ format::counted(rows, "snapshot") }{", newest first. Arrow keys choose, space picks two to compare, Enter looks at one."}</> },
        html! {},
        html! {
            <div class="history-list" ref={node} {onscroll} tabindex="0" role="table" aria-label="Snapshots" aria-rowcount={(rows + 1).to_string()} onkeydown={keys(&page, history, "ArrowUp", "ArrowDown")} style={format!("height:{}px", list_px(rows))}>
                <div class="history-row history-head" role="row">
                    { for ["Compare", "Snapshot", "Kind", "Committed", "Rows in files", "Change", "Schema", "By", "Look"].into_iter().map(|name| html! { <span role="columnheader" key={name}>{ name }</span> }) }
                </div>
                <div class="history-body" role="rowgroup" style={format!("height:{}px", seen.content_px)}>{ body.unwrap_or_default() }</div>
            </div>
        },
    )
}

/// As high as its rows, up to a dozen of them.
#[allow(clippy::cast_precision_loss)]
fn list_px(rows: usize) -> f64 {
    rows.min(13) as f64 * ROW_PX + HEAD_PX + 2.0
}

/// Properties of [`Chunk`].
#[derive(Properties, PartialEq)]
struct ChunkProps {
    history: History,
    /// Ids that are read together.
    chunk: Span,
    /// Those of them that are drawn.
    part: Span,
    /// Pixels from the top of the list.
    at: f64,
}

/// The rows of a chunk that are in sight.
#[component]
fn Chunk(props: &ChunkProps) -> Html {
    let page = use_page();
    let ChunkProps { history, chunk, part, at } = props;
    let known = &history.known;
    let lacks = (part.first..=part.last).any(|id| !known.contains_key(&id));
    let kept = Span { first: chunk.first.max(history.all.first), last: chunk.last.min(history.all.last) };
    let params = json!({ "after": kept.first - 1, "before": kept.last + 1, "limit": CHUNK });
    let read = use_ask::<Vec<SnapshotInfo>>(if lacks { Ask::of_table(&page.state, "snapshots", params) } else { None });
    let failed = match &read {
        Shown::Failed(problem) => Some(problem.message.clone()),
        _ => None,
    };
    let waits = matches!(read, Shown::Waiting | Shown::Stale(_));
    let find = |id: i64| {
        let of_read = || read.value().and_then(|list| list.iter().find(|snapshot| snapshot.id == id));
        known.get(&id).or_else(of_read)
    };
    html! {
        <>{ for (part.first..=part.last).rev().enumerate().map(|(index, id)| {
            #[allow(clippy::cast_precision_loss)]
            let at = at + index as f64 * ROW_PX;
            match find(id) {
                Some(snapshot) => row(&page, history, snapshot, at),
                None => gap(id, at, waits, failed.as_deref()),
            }
        }) }</>
    }
}

/// A row that is on its way, or that nobody has any more.
fn gap(id: i64, at: f64, waits: bool, failed: Option<&str>) -> Html {
    let text = match (failed, waits) {
        (Some(message), _) => html! { <span class="bad">{ message.to_owned() }</span> },
        (None, true) => html! { <span class="skeleton"></span> },
        (None, false) => html! { <span class="none">{"expired meanwhile"}</span> },
    };
    html! {
        <div key={id} class="history-row" role="row" style={format!("transform:translateY({at}px)")} aria-busy={waits.to_string()}>
            <span role="cell"></span><span role="cell">{ format!("#{id}") }</span><span role="cell" class="history-gap">{ text }</span>
        </div>
    }
}

fn row(page: &Page, history: &History, snapshot: &SnapshotInfo, at: f64) -> Html {
    let id = snapshot.id;
    let chosen = page.state.selection == Some(Selection::Snapshot(id));
    let shown = page.state.snapshot().is_some_and(|shown| shown.id == id);
    let pair = Pair::of(&page.state.route);
    let picked = pair.holds(id);
    let pick = {
        let page = page.clone();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            page.compare(&pair.picked(id));
        })
    };
    let travel = {
        let page = page.clone();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            page.send(Action::TimeTravel(At::Snapshot(id)));
        })
    };
    let index = history.all.last - id + 2;
    html! {
        <div key={id} class={classes!("history-row", chosen.then_some("on"), shown.then_some("shown"))} role="row" aria-rowindex={index.to_string()} style={format!("transform:translateY({at}px)")} onclick={page.on(Action::Select(Some(Selection::Snapshot(id))))}>
            <span role="cell"><button class="pick" role="checkbox" aria-checked={picked.to_string()} aria-label={format!("Compare snapshot {id}")} tabindex="-1" onclick={pick}></button></span>
            <span role="cell"><button class="plain" tabindex="-1" aria-pressed={chosen.to_string()}>{ format!("#{id}") }</button>{ for history.tags(id).map(|name| html! { <span class="flag" title={tag_title(page, name)}>{ format::middle_cut(name, 12, 3) }</span> }) }</span>
            <span role="cell">{ kind_mark(&snapshot.commit_kind) }{ snapshot.commit_kind.to_lowercase() }</span>
            <span role="cell">{ ago(snapshot.time_millis) }</span>
            <span role="cell" class="num">{ optional(snapshot.total_record_count, count) }</span>
            <span role="cell" class="num">{ optional(snapshot.delta_record_count, signed) }</span>
            <span role="cell" class="num">{ snapshot.schema_id.to_string() }</span>
            <span role="cell" class="mono mute" title={snapshot.commit_user.clone()}>{ format::middle_cut(&snapshot.commit_user, 9, 4) }</span>
            <span role="cell" class="end">if shown { <span class="chip acc">{"shown"}</span> } else { <button tabindex="-1" onclick={travel}>{"Travel"}</button> }</span>
        </div>
    }
}
