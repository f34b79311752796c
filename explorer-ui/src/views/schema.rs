//! The schema over time: columns followed through the versions by their ids, what two versions differ in, who wrote with
//! which, and when each column appeared.

use yew::prelude::*;

mod columns;
mod compare;
mod lanes;

use crate::{
    components::{
        ask::use_ask,
        bits::{ago, panel},
        page::use_page,
        problem::ProblemView,
        skeleton,
    },
    format,
    lanes::{FirstSnapshot, first_with, usage},
    model::{SchemaInfo, SnapshotInfo},
    schema_diff::{self, FieldChange},
    shared::Shared,
    state::{Ask, Shown, State},
};

/// Rows of a list beyond which only those in sight are drawn: a table may have any number of columns.
const MANY: usize = 150;

/// What the parts of the view look at: two versions among all.
#[derive(Properties, PartialEq)]
struct Versions {
    /// All versions, in order.
    all: Shared<Vec<SchemaInfo>>,
    /// The one shown.
    current: i64,
    /// The one that it is compared with, if there is one.
    before: Option<i64>,
}

impl Versions {
    /// The version shown.
    fn current(&self) -> Option<&SchemaInfo> {
        self.all.iter().find(|schema| schema.id == self.current)
    }

    /// The version that it is compared with.
    fn before(&self) -> Option<&SchemaInfo> {
        self.all.iter().find(|schema| Some(schema.id) == self.before)
    }
}

/// The Schema view.
#[component]
pub(crate) fn Schema() -> Html {
    let page = use_page();
    let shown = use_ask::<Vec<SchemaInfo>>(Ask::schemas(&page.state));
    let all = use_memo(shown.value().cloned(), |told| told.as_ref().map(in_order));
    let Some(all) = &*all else {
        return match shown {
            Shown::Failed(problem) => html! { <ProblemView {problem} /> },
            _ => skeleton::waiting(html! { <>{ skeleton::panel(220) }{ skeleton::panel(300) }</> }),
        };
    };
    let snapshots = page.state.snapshots.show(page.state.table_key().as_ref());
    let snapshots: &[SnapshotInfo] = snapshots.value().map_or(&[], |list| list.as_slice());
    let (from, to) = compared(&page.state, all);
    let find = |id: Option<i64>| all.iter().map(|schema| schema.id).find(|known| Some(*known) == id);
    let Some(current) = find(to).or(all.last().map(|schema| schema.id)) else { return html! {} };
    let before = find(from);
    html! {
        <>
        <lanes::Lanes all={all.clone()} {current} {before} />
        <div class="halves schema-halves">
            <columns::Columns all={all.clone()} {current} {before} />
            <div>
                <compare::Compare all={all.clone()} {current} {before} />
                { writers(all, current, snapshots) }
            </div>
        </div>
        </>
    }
}

/// The versions by their ids, copied only where they came in another order.
fn in_order(told: &Shared<Vec<SchemaInfo>>) -> Shared<Vec<SchemaInfo>> {
    if told.is_sorted_by_key(|schema| schema.id) {
        return told.clone();
    }
    let mut all = (**told).clone();
    all.sort_by_key(|schema| schema.id);
    Shared::new(all)
}

/// The versions compared: those of the address, else the one shown and the one before it.
fn compared(state: &State, all: &[SchemaInfo]) -> (Option<i64>, Option<i64>) {
    let told = |name: &str| {
        let id: i64 = state.route.focus(name)?.parse().ok()?;
        all.iter().any(|schema| schema.id == id).then_some(id)
    };
    let shown = state.snapshot().map(|snapshot| snapshot.schema_id);
    let to = told("to").or(shown).or(all.last().map(|schema| schema.id));
    let before = to.and_then(|to| schema_diff::previous(all, to)).map(|schema| schema.id);
    (told("from").or(before), to)
}

/// When a column came: its version, and the first snapshot written with it.
pub(crate) fn appeared(schema: &SchemaInfo, snapshots: &[SnapshotInfo]) -> Html {
    let snapshot = match first_with(snapshots, schema.id) {
        Some(FirstSnapshot { id, time_millis, exact }) => {
            let sign = if exact { "" } else { "≤ " };
            let title = if exact { "The first snapshot written with it" } else { "Older snapshots are gone" };
            html! { <span {title}>{ format!(" · {sign}#{id} · ") }{ ago(time_millis) }</span> }
        }
        None if snapshots.is_empty() => html! {},
        None => html! { <span class="faint">{" · nothing written with it yet"}</span> },
    };
    html! { <>{ format!("schema {}", schema.id) }{ snapshot }</> }
}

/// A change in words.
pub(crate) fn change_text(change: &FieldChange) -> String {
    match change {
        FieldChange::Added => "added".to_owned(),
        FieldChange::Dropped => "dropped".to_owned(),
        FieldChange::Renamed(old) | FieldChange::Retyped(old) => format!("was {old}"),
        FieldChange::Described => "comment changed".to_owned(),
        FieldChange::Defaulted(None) => "default set".to_owned(),
        FieldChange::Defaulted(Some(old)) => format!("default was {old}"),
        FieldChange::Moved => "moved".to_owned(),
    }
}

/// Who wrote with which version.
fn writers(all: &[SchemaInfo], current: i64, snapshots: &[SnapshotInfo]) -> Html {
    let remark = if snapshots.len() < State::SNAPSHOT_LIMIT {
        "Snapshots by the schema that they were committed with".to_owned()
    } else {
        format!("The newest {} snapshots by their schema", State::SNAPSHOT_LIMIT)
    };
    let newest = if all.len() > MANY { format!(", the newest {MANY} versions.") } else { ".".to_owned() };
    let row = |schema: &SchemaInfo| {
        let used = usage(snapshots, schema.id);
        let between = used
            .between
            .map(|(first, last)| if first == last { format!("#{first}") } else { format!("#{first} … #{last}") });
        let more = used.users.len().saturating_sub(1);
        html! {
            <tr key={schema.id.to_string()} class={classes!((schema.id == current).then_some("on"), (used.commits == 0).then_some("faint"))}>
                <td>{ schema.id.to_string() }</td>
                <td class="mute">{ schema.time_millis.map(ago).unwrap_or_default() }</td>
                <td class="num">{ used.commits.to_string() }</td>
                <td>{ between.unwrap_or_else(|| "none".to_owned()) }</td>
                <td class="mono" title={used.users.join("\n")}>{ used.users.first().map(|user| format::middle_cut(user, 10, 4)).unwrap_or_default() }{ if more > 0 { format!(" +{more}") } else { String::new() } }</td>
            </tr>
        }
    };
    panel(
        "Who wrote with which",
        html! { remark + &newest },
        html! {},
        html! {
            <div class="scroll-x" tabindex="0"><table class="list">
                <thead><tr><th>{"Schema"}</th><th>{"Made"}</th><th class="num">{"Commits"}</th><th>{"Snapshots"}</th><th>{"By"}</th></tr></thead>
                <tbody>{ for all.iter().rev().take(MANY).map(row) }</tbody>
            </table></div>
        },
    )
}
