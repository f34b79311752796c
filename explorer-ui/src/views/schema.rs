//! The schema over time: columns followed through the versions by their ids, what two versions differ in, who wrote with
//! which, and when each column appeared.

use yew::prelude::*;

mod compare;
mod lanes;

use crate::{
    components::{
        ask::use_ask,
        bits::{ago, panel},
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    format,
    lanes::{FirstSnapshot, first_with, usage},
    model::{FieldInfo, SchemaInfo, SnapshotInfo},
    schema_diff::{self, FieldChange},
    state::{Action, Ask, Selection, Shown, State},
};

/// The Schema view.
#[component]
pub(crate) fn Schema() -> Html {
    let page = use_page();
    let mut all = match use_ask::<Vec<SchemaInfo>>(Ask::schemas(&page.state)) {
        Shown::Waiting => return skeleton::waiting(html! { <>{ skeleton::panel(220) }{ skeleton::panel(300) }</> }),
        Shown::Failed(problem) => return html! { <ProblemView {problem} /> },
        Shown::Fresh(all) | Shown::Stale(all) => (*all).clone(),
    };
    all.sort_by_key(|schema| schema.id);
    let snapshots = page.state.snapshots.show(page.state.table_key().as_ref());
    let snapshots: &[SnapshotInfo] = snapshots.value().map_or(&[], |list| list.as_slice());
    let (from, to) = compared(&page.state, &all);
    let Some(current) = to.and_then(|id| all.iter().find(|schema| schema.id == id)).or(all.last()) else {
        return html! {};
    };
    let before = from.and_then(|id| all.iter().find(|schema| schema.id == id));
    html! {
        <>
        <lanes::Lanes all={all.clone()} current={current.id} before={before.map(|schema| schema.id)} />
        <div class="halves schema-halves">
            { columns(&page, &all, current, before, snapshots) }
            <div>
                <compare::Compare all={all.clone()} current={current.id} before={before.map(|schema| schema.id)} />
                { writers(&all, current.id, snapshots) }
            </div>
        </div>
        </>
    }
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

/// The version that brought a column, which still has it.
pub(crate) fn since(all: &[SchemaInfo], id: i32) -> Option<&SchemaInfo> {
    all.iter().find(|schema| schema.fields.iter().any(|field| field.id == id))
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

/// Rows drawn at once: a table may have any number of columns.
const DRAWN: usize = 150;

/// Says that the list is cut.
fn first(total: usize) -> String {
    if total > DRAWN { format!(", the first {DRAWN} here") } else { String::new() }
}

/// Columns of a version, with when each came and what changed since the version compared.
fn columns(
    page: &Page,
    all: &[SchemaInfo],
    current: &SchemaInfo,
    before: Option<&SchemaInfo>,
    snapshots: &[SnapshotInfo],
) -> Html {
    let diffs = before.map(|before| schema_diff::fields(&before.fields, &current.fields)).unwrap_or_default();
    let dropped = diffs.iter().filter(|diff| diff.changes.contains(&FieldChange::Dropped)).map(|diff| &diff.field);
    let row = |field: &FieldInfo, gone: bool| {
        let changes = diffs.iter().find(|diff| diff.field.id == field.id).map(|diff| diff.changes.as_slice());
        let tone = match changes {
            _ if gone => Some("gone"),
            Some(changes) if changes.contains(&FieldChange::Added) => Some("came"),
            Some(_) => Some("changed"),
            None => None,
        };
        let words: Vec<String> = changes.unwrap_or_default().iter().map(change_text).collect();
        let on = page.state.selection == Some(Selection::Field(field.id));
        html! {
            <tr key={field.id} class={classes!(tone, on.then_some("on"))} title={field.description.clone()} onclick={page.on(Action::Select(Some(Selection::Field(field.id))))}>
                <td class="num mute">{ field.id.to_string() }</td>
                <td><button class="plain" aria-pressed={on.to_string()}>{ field.name.clone() }</button>
                    if current.primary_keys.contains(&field.name) { <span class="role">{"key"}</span> }
                    if current.partition_keys.contains(&field.name) { <span class="role">{"partition"}</span> }
                    if !words.is_empty() { <small class="change">{ words.join(", ") }</small> }
                </td>
                <td class="mono">{ field.type_text.clone() }</td>
                <td class="mute since">{ since(all, field.id).map(|schema| appeared(schema, snapshots)).unwrap_or_default() }</td>
            </tr>
        }
    };
    panel(
        "Columns",
        html! { format!("Schema {}, {}{}; select one for its history.", current.id, format::counted(current.fields.len(), "column"), first(current.fields.len())) },
        html! {},
        html! {
            <div class="scroll-x" tabindex="0"><table class="list rows columns">
                <thead><tr><th class="num">{"Id"}</th><th>{"Column"}</th><th>{"Type"}</th><th>{"Appeared in"}</th></tr></thead>
                <tbody>{ for current.fields.iter().take(DRAWN).map(|field| row(field, false)) }{ for dropped.take(DRAWN).map(|field| row(field, true)) }</tbody>
            </table></div>
        },
    )
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
        "Snapshots by the schema that they were committed with.".to_owned()
    } else {
        format!("The newest {} snapshots by their schema.", State::SNAPSHOT_LIMIT)
    };
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
        html! { remark },
        html! {},
        html! {
            <div class="scroll-x" tabindex="0"><table class="list">
                <thead><tr><th>{"Schema"}</th><th>{"Made"}</th><th class="num">{"Commits"}</th><th>{"Snapshots"}</th><th>{"By"}</th></tr></thead>
                <tbody>{ for all.iter().rev().map(row) }</tbody>
            </table></div>
        },
    )
}
