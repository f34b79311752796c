//! Tags, branches and consumers, and what each of them alone keeps from being deleted.

use serde_json::json;
use yew::prelude::*;

use crate::{
    commands,
    components::{
        ask::use_ask,
        bits::{ago, bytes, card, command, count, expiry, optional, panel},
        page::{Page, use_page},
        problem::ProblemView,
        running::running,
        skeleton,
    },
    format,
    history::{
        compare::Pair,
        diff::percent,
        pins::{BranchInfo, ConsumerInfo, Keeper, KeptFiles, PinsInfo},
    },
    model::{Problem, TagInfo},
    shared::Shared,
    state::{Action, Ask, Selection, Shown},
};

/// Who keeps what.
#[component]
pub(super) fn Refs() -> Html {
    let page = use_page();
    let pins = use_ask::<PinsInfo>(Ask::of_table(&page.state, "pins", json!({ "address": page.address() })));
    html! {
        <>
        <Kept pins={pins.value().cloned()} problem={failed(&pins)} />
        <Tags pins={pins.value().cloned()} />
        <Branches pins={pins.value().cloned()} />
        <Consumers pins={pins.value().cloned()} />
        </>
    }
}

fn failed<T>(shown: &Shown<T>) -> Option<Problem> {
    match shown {
        Shown::Failed(problem) => Some(problem.clone()),
        _ => None,
    }
}

/// Properties of the panels.
#[derive(Properties, PartialEq)]
struct Props {
    pins: Option<Shared<PinsInfo>>,
    #[prop_or_default]
    problem: Option<Problem>,
}

/// Sums, and every keeper by what only it keeps.
#[component]
fn Kept(props: &Props) -> Html {
    let page = use_page();
    let body = match (&props.problem, &props.pins) {
        (Some(problem), _) => html! { <ProblemView problem={problem.clone()} /> },
        (None, None) => {
            html! { <>{ running(&page, "pins") }{ skeleton::waiting(html! { <>{ skeleton::cards(3) }{ skeleton::lines(4) }</> }) }</> }
        }
        (None, Some(pins)) => kept(&page, pins),
    };
    panel(
        "Kept files",
        html! { "Files that the latest snapshot does not need stay while somebody refers to them. This reads the metadata of every kept state." },
        html! {},
        body,
    )
}

fn kept(page: &Page, pins: &PinsInfo) -> Html {
    let files = |kept: KeptFiles| html! { format::counted(usize::try_from(kept.files).unwrap_or_default(), "file") };
    let most = pins
        .keepers
        .iter()
        .filter(|keeper| keeper.kind != "latest")
        .map(|keeper| keeper.kept.bytes)
        .max()
        .unwrap_or_default();
    let old: Vec<&Keeper> = pins.keepers.iter().filter(|keeper| keeper.kind != "latest").collect();
    html! {
        <>
        <div class="cards">
            { card("The latest needs", "good", bytes(pins.live.bytes), files(pins.live)) }
            { card("Kept for older states", if pins.old.bytes > pins.live.bytes { "warm" } else { "" }, bytes(pins.old.bytes), files(pins.old)) }
            { card("States read", "", count(pins.states), html! { "snapshots, tags, branches, changelogs" }) }
        </div>
        if old.is_empty() {
            <p class="note">{"Nothing is kept besides what the latest snapshot needs."}</p>
        } else {
            <ul class="keepers">{ for old.into_iter().map(|one| keeper(page, one, most)) }</ul>
        }
        if !pins.not_looked_at.is_empty() { <p class="note">{ format!("Not looked at: {}.", pins.not_looked_at.join("; ")) }</p> }
        </>
    }
}

/// Who it is, in words.
fn title(keeper: &Keeper) -> String {
    let name = keeper.name.clone().unwrap_or_default();
    match keeper.kind.as_str() {
        "snapshots" => "older snapshots".to_owned(),
        "changelogs" => "changelogs".to_owned(),
        kind => format!("{kind} {name}"),
    }
}

fn keeper(page: &Page, keeper: &Keeper, most: i64) -> Html {
    let range = match (keeper.first_snapshot, keeper.last_snapshot) {
        (Some(first), Some(last)) if first == last => format!("#{first}"),
        (Some(first), Some(last)) => format!("#{first} – #{last}"),
        _ => String::new(),
    };
    let words =
        format!("refers to {}, alone keeps {}", format::bytes(keeper.kept.bytes), format::bytes(keeper.alone.bytes));
    let tags = page.state.tags.show(page.state.table_key().as_ref());
    let is_it = |tag: &&TagInfo| keeper.kind == "tag" && keeper.name.as_ref() == Some(&tag.name);
    let expires = tags.value().and_then(|tags| tags.iter().find(is_it)).filter(|tag| tag.expires_millis().is_some());
    let release =
        keeper.release.as_ref().map(|line| commands::in_warehouse(line, &page.state.route, &page.warehouse_url()));
    html! {
        <li key={title(keeper)}>
            <div class="keeper-head"><b>{ title(keeper) }</b><span class="mute">if let Some(tag) = expires { { expiry(tag) }{" · "} }{ range }{ keeper.time_millis.map(|time| html! { <>{" · "}{ ago(time) }</> }).unwrap_or_default() }</span></div>
            <div class="keeper-bar" role="img" aria-label={words.clone()}>
                <i class="kept" style={format!("width:{}%", percent(keeper.kept.bytes, most))}></i><i class="alone" style={format!("width:{}%", percent(keeper.alone.bytes, most))}></i>
            </div>
            <p class="note">{ words }{ if keeper.alone.files > 0 { format!(" in {}", format::counted(usize::try_from(keeper.alone.files).unwrap_or_default(), "file")) } else { String::new() } }</p>
            if let Some(line) = release { { command(page, &line, "command that lets it go") } }
        </li>
    }
}

/// What only one of these keeps, once known.
fn alone(pins: Option<&Shared<PinsInfo>>, kind: &str, name: &str) -> Html {
    match pins.map(|pins| pins.keeper(kind, name).map(|keeper| keeper.alone)) {
        None => html! { <span class="skeleton narrow"></span> },
        Some(None) => html! { <span class="none">{"–"}</span> },
        Some(Some(alone)) => bytes(alone.bytes),
    }
}

/// Tags.
#[component]
fn Tags(props: &Props) -> Html {
    let page = use_page();
    let shown = page.state.tags.show(page.state.table_key().as_ref());
    let latest = page.info().and_then(|info| info.latest_snapshot.as_ref()).map(|latest| latest.id);
    let row = |tag: &TagInfo| {
        let compare = latest.filter(|latest| *latest != tag.snapshot_id).map(|latest| {
            let (page, pair) = (page.clone(), Pair::with_tag(tag, latest));
            html! { <button onclick={Callback::from(move |_: MouseEvent| page.compare(&pair))}>{"Compare with latest"}</button> }
        });
        html! {
            <tr key={tag.name.clone()}>
                <td><span class="flag">{ tag.name.clone() }</span></td>
                <td><button class="plain" onclick={page.on(Action::Select(Some(Selection::Snapshot(tag.snapshot_id))))}>{ format!("#{}", tag.snapshot_id) }</button></td>
                <td>{ optional(tag.time_millis, ago) }</td>
                <td>{ expiry(tag) }</td>
                <td class="num">{ optional(tag.record_count, count) }</td>
                <td class="num">{ alone(props.pins.as_ref(), "tag", &tag.name) }</td>
                <td class="end"><button onclick={page.on(Action::TimeTravel(crate::route::At::Tag(tag.name.clone())))}>{"Look"}</button>{ compare.unwrap_or_default() }</td>
            </tr>
        }
    };
    let none =
        page.info().map(|info| commands::tag(&page.state.route, info, &page.warehouse_url(), latest.unwrap_or(1)));
    let body = match &shown {
        Shown::Waiting => skeleton::waiting(skeleton::lines(2)),
        Shown::Failed(problem) => unlisted(problem),
        Shown::Fresh(tags) | Shown::Stale(tags) if tags.is_empty() => html! {
            <><p class="note">{"No tags. A tag keeps one snapshot, and all its files, beyond the expiry of snapshots:"}</p>{ none.map(|line| command(&page, &line, "command")).unwrap_or_default() }</>
        },
        Shown::Fresh(tags) | Shown::Stale(tags) => html! {
            <div class="scroll-x"><table class="list refs">
                <thead><tr><th>{"Tag"}</th><th>{"Snapshot"}</th><th>{"Committed"}</th><th>{"Kept"}</th><th class="num">{"Rows in files"}</th><th class="num">{"Keeps alone"}</th><th><span class="sr">{"Open"}</span></th></tr></thead>
                <tbody>{ for tags.iter().map(row) }</tbody>
            </table></div>
        },
    };
    panel("Tags", html! { "Each keeps a snapshot by name." }, html! {}, body)
}

/// A store that cannot list is no failure of the table.
fn unlisted(problem: &Problem) -> Html {
    if problem.kind == "unsupported" {
        html! { <p class="note">{ format!("This store cannot list folders, so they are not known: {}", problem.message) }</p> }
    } else {
        html! { <ProblemView problem={problem.clone()} /> }
    }
}

/// Branches.
#[component]
fn Branches(props: &Props) -> Html {
    let page = use_page();
    let shown = use_ask::<Vec<BranchInfo>>(Ask::of_table(&page.state, "branches", json!({})));
    let current = page.state.route.branch().to_owned();
    let row = |branch: &BranchInfo| {
        let open = page.state.route.on_branch(&branch.name).print();
        html! {
            <tr key={branch.name.clone()} class={(branch.name == current).then_some("shown")}>
                <td><b>{ branch.name.clone() }</b></td>
                <td>{ optional(branch.snapshot_id, |id| html! { format!("#{id}") }) }</td>
                <td>{ optional(branch.create_time_millis.or(branch.time_millis), ago) }</td>
                <td class="num">{ optional(branch.record_count, count) }</td>
                <td class="num">{ count(branch.snapshots) }</td>
                <td class="num">{ alone(props.pins.as_ref(), "branch", &branch.name) }</td>
                <td class="end">if branch.name == current { <span class="chip acc">{"shown"}</span> } else { <a class="button" href={open}>{"Open"}</a> }</td>
            </tr>
        }
    };
    let others = |list: &[BranchInfo]| list.iter().any(|branch| branch.name != "main");
    let body = match &shown {
        Shown::Waiting => skeleton::waiting(skeleton::lines(2)),
        Shown::Failed(problem) => unlisted(problem),
        Shown::Fresh(list) | Shown::Stale(list) if !others(list) && current == "main" => html! {
            <p class="note">{"No branches. A branch is a line of snapshots of its own that begins empty or at a tag, and shares the files it began with."}</p>
        },
        Shown::Fresh(list) | Shown::Stale(list) => html! {
            <>
            <div class="scroll-x"><table class="list refs">
                <thead><tr><th>{"Branch"}</th><th>{"Latest"}</th><th>{"Made"}</th><th class="num">{"Rows in files"}</th><th class="num">{"Snapshots"}</th><th class="num">{"Keeps alone"}</th><th><span class="sr">{"Open"}</span></th></tr></thead>
                <tbody>{ for list.iter().map(row) }</tbody>
            </table></div>
            if current != "main" { <p class="note">{ format!("This is the branch {current}. ") }<a href={page.state.route.on_branch("main").print()}>{"Back to main"}</a></p> }
            </>
        },
    };
    panel("Branches", html! { "Lines of snapshots of their own, over shared files." }, html! {}, body)
}

/// Consumers.
#[component]
fn Consumers(props: &Props) -> Html {
    let page = use_page();
    let shown = use_ask::<Vec<ConsumerInfo>>(Ask::of_table(&page.state, "consumers", json!({})));
    let row = |consumer: &ConsumerInfo| {
        html! {
            <tr key={consumer.name.clone()}>
                <td><b>{ consumer.name.clone() }</b></td>
                <td><button class="plain" onclick={page.on(Action::Select(Some(Selection::Snapshot(consumer.next_snapshot))))}>{ format!("#{}", consumer.next_snapshot) }</button></td>
                <td class="num">{ count(consumer.behind) }</td>
                <td>{ optional(consumer.modified_millis, ago) }</td>
                <td class="num">{ alone(props.pins.as_ref(), "consumer", &consumer.name) }</td>
            </tr>
        }
    };
    let body = match &shown {
        Shown::Waiting => skeleton::waiting(skeleton::lines(2)),
        Shown::Failed(problem) => unlisted(problem),
        Shown::Fresh(list) | Shown::Stale(list) if list.is_empty() => html! {
            <p class="note">{"No consumers. A streaming reader with a consumer id keeps the snapshots that it has not read yet from expiring."}</p>
        },
        Shown::Fresh(list) | Shown::Stale(list) => html! {
            <div class="scroll-x"><table class="list refs">
                <thead><tr><th>{"Consumer"}</th><th>{"Reads next"}</th><th class="num">{"Behind"}</th><th>{"Last moved"}</th><th class="num">{"Keeps alone"}</th></tr></thead>
                <tbody>{ for list.iter().map(row) }</tbody>
            </table></div>
        },
    };
    panel(
        "Consumers",
        html! { "Readers that remember how far they are: snapshots they have not read stay." },
        html! {},
        body,
    )
}
