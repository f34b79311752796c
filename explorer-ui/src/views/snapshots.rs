//! The history: a picture of all of it, a window of it, the list, what two states differ in, and who keeps what.

use std::rc::Rc;

use serde_json::json;
use yew::prelude::*;

pub(crate) mod chart;
mod diff;
mod list;
mod picture;
mod refs;
mod strip;
mod tools;

use crate::{
    commands,
    components::{
        ask::use_ask,
        bits::empty,
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    history::{
        compare::Pair,
        pins::{BranchInfo, ConsumerInfo},
        span::{READ_AT_ONCE, Span},
        track::{Known, Pennant, PennantKind},
    },
    model::{SnapshotInfo, TableInfo},
    shared::Shared,
    state::{Action, Ask, Shown},
};

/// What the parts of the view share.
#[derive(Clone, PartialEq)]
struct History {
    /// All that is kept, from the first to the last id.
    all: Span,
    /// What is looked at.
    span: Span,
    /// Snapshots that were read so far: of long histories some.
    known: Rc<Known>,
    /// Names that hang on snapshots.
    pennants: Rc<Vec<Pennant>>,
    /// Whether the window is still being read.
    reading: bool,
}

/// The Snapshots view.
#[component]
pub(crate) fn Snapshots() -> Html {
    let page = use_page();
    let whole = use_ask::<Vec<SnapshotInfo>>(Ask::of_table(
        &page.state,
        "snapshots",
        json!({ "limit": READ_AT_ONCE, "spread": true }),
    ));
    let list = match whole {
        Shown::Waiting => return skeleton::waiting(html! { <>{ skeleton::panel(250) }{ skeleton::panel(300) }</> }),
        Shown::Failed(problem) => return html! { <ProblemView {problem} /> },
        Shown::Fresh(list) | Shown::Stale(list) => list,
    };
    match Span::of(&list) {
        None => empty("No snapshot yet", html! { "Every commit makes one; nothing was committed so far." }),
        Some(all) => html! { <Kept {all} whole={list} /> },
    }
}

/// Properties of [`Kept`].
#[derive(Properties, PartialEq)]
struct KeptProps {
    all: Span,
    /// Some of all ages.
    whole: Shared<Vec<SnapshotInfo>>,
}

/// A history with snapshots.
#[component]
fn Kept(props: &KeptProps) -> Html {
    let page = use_page();
    let KeptProps { all, whole } = props;
    let span = page.state.route.focus("span").and_then(|text| Span::parse(text, *all)).unwrap_or(all.newest());
    let is_whole = i64::try_from(whole.len()).unwrap_or(i64::MAX) >= all.count();
    let params = json!({ "after": span.first - 1, "before": span.last + 1, "limit": READ_AT_ONCE, "spread": true });
    let near =
        use_ask::<Vec<SnapshotInfo>>(if is_whole { None } else { Ask::of_table(&page.state, "snapshots", params) });
    let pennants = use_pennants(&page, whole);
    let known = use_memo((whole.clone(), near.value().cloned()), |(whole, near)| {
        let lists = [Some(whole), near.as_ref()];
        lists.into_iter().flatten().flat_map(|list| list.iter()).map(|one| (one.id, one.clone())).collect::<Known>()
    });
    let history = History {
        all: *all,
        span,
        known,
        pennants,
        reading: !is_whole && !matches!(near, Shown::Fresh(_) | Shown::Failed(_)),
    };
    let pair = Pair::of(&page.state.route);
    let refs = page.state.route.focus("show") == Some("refs");
    html! {
        <div class="history">
            <picture::Picture history={history.clone()} />
            if let Shown::Failed(problem) = near { <ProblemView {problem} /> }
            <tools::Bar history={history.clone()} />
            if refs {
                <refs::Refs />
            } else {
                if pair.is_whole() { <diff::Diff {pair} /> }
                <list::List {history} />
            }
        </div>
    }
}

/// Tags, branches and consumers at their snapshots. What a store cannot list is left out here; its own panel says why.
#[hook]
fn use_pennants(page: &Page, whole: &Shared<Vec<SnapshotInfo>>) -> Rc<Vec<Pennant>> {
    let tags = page.state.tags.show(page.state.table_key().as_ref());
    let branches = use_ask::<Vec<BranchInfo>>(Ask::of_table(&page.state, "branches", json!({})));
    let consumers = use_ask::<Vec<ConsumerInfo>>(Ask::of_table(&page.state, "consumers", json!({})));
    let on = (tags.value().cloned(), branches.value().cloned(), consumers.value().cloned(), whole.clone());
    use_memo(on, |(tags, branches, consumers, whole)| {
        let mut found: std::collections::BTreeMap<(i64, PennantKind), Vec<String>> = std::collections::BTreeMap::new();
        for tag in tags.iter().flat_map(|tags| tags.iter()) {
            found.entry((tag.snapshot_id, PennantKind::Tag)).or_default().push(tag.name.clone());
        }
        for consumer in consumers.iter().flat_map(|consumers| consumers.iter()) {
            found.entry((consumer.next_snapshot, PennantKind::Consumer)).or_default().push(consumer.name.clone());
        }
        for branch in branches.iter().flat_map(|branches| branches.iter()).filter(|branch| branch.name != "main") {
            // Where a branch begins is not written down: the last snapshot before it was made is near.
            let before =
                |snapshot: &&SnapshotInfo| branch.create_time_millis.is_some_and(|made| snapshot.time_millis <= made);
            if let Some(snapshot) = whole.iter().find(before) {
                found.entry((snapshot.id, PennantKind::Branch)).or_default().push(branch.name.clone());
            }
        }
        found.into_iter().map(|((id, kind), names)| Pennant { id, kind, names }).collect()
    })
}

impl History {
    /// Names of the tags on a snapshot.
    fn tags(&self, id: i64) -> impl Iterator<Item = &String> {
        let on = move |pennant: &&Pennant| pennant.id == id && pennant.kind == PennantKind::Tag;
        self.pennants.iter().filter(on).flat_map(|pennant| &pennant.names)
    }
}

/// A tag with until when it is kept, for its flag.
fn tag_title(page: &Page, name: &str) -> String {
    let tags = page.state.tags.show(page.state.table_key().as_ref());
    let found = tags.value().and_then(|tags| tags.iter().find(|tag| tag.name == name));
    match found.filter(|tag| tag.expires_millis().is_some()) {
        Some(tag) => format!("{name}, {}", tag.expiry(crate::browser::now())),
        None => name.to_owned(),
    }
}

impl Page {
    /// Shows another part of the history.
    fn look_at(&self, span: Span, all: Span) {
        let text = (span != all.newest()).then(|| span.print());
        self.send(Action::Focus("span", text));
    }

    /// How commands name the table.
    pub(crate) fn address(&self) -> String {
        commands::address(&self.state.route, &self.info().map(TableInfo::cli_name).unwrap_or_default())
    }

    /// Compares two states.
    pub(crate) fn compare(&self, pair: &Pair) {
        self.send(Action::Go(pair.route(&self.state.route)));
    }
}

/// The class of a kind of change.
pub(crate) fn diff_class(kind: &str) -> &'static str {
    match kind {
        "+I" => "kind-insert",
        "-U" => "kind-before",
        "+U" => "kind-after",
        "-D" => "kind-delete",
        _ => "",
    }
}
