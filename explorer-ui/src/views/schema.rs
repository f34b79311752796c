//! The schema over time: versions with what each changed, by field id, and the options.

use yew::prelude::*;

use crate::{
    components::{
        bits::{ago, panel},
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    format,
    model::{FieldInfo, SchemaInfo},
    schema_diff::{self, FieldChange, FieldDiff},
    state::{Action, Selection, Shown},
    views::overview::options,
};

/// The Schema view.
#[component]
pub(crate) fn Schema() -> Html {
    let page = use_page();
    let chosen = use_state_eq(|| None::<i64>);
    let mut all = match page.state.schemas.show(page.state.table_key().as_ref()) {
        Shown::Waiting => return skeleton::waiting(html! { <>{ skeleton::panel(90) }{ skeleton::panel(300) }</> }),
        Shown::Failed(problem) => return html! { <ProblemView {problem} /> },
        Shown::Fresh(all) | Shown::Stale(all) => (*all).clone(),
    };
    all.sort_by_key(|schema| schema.id);
    let at_snapshot = page.state.snapshot().map(|snapshot| snapshot.schema_id);
    let current = (*chosen).or(at_snapshot).and_then(|id| all.iter().find(|schema| schema.id == id)).or(all.last());
    let Some(current) = current else { return html! {} };
    let choose = |id: i64| {
        let chosen = chosen.clone();
        Callback::from(move |_: MouseEvent| chosen.set(Some(id)))
    };
    html! {
        <>
        { panel("Versions", html! { "Columns keep their id over renames; a drop and an add under one name are two columns." }, html! {}, html! {
            <ol class="lane">
                { for all.iter().map(|schema| version(&all, schema, schema.id == current.id, at_snapshot == Some(schema.id), choose(schema.id))) }
            </ol>
        }) }
        <div class="halves">
            { columns(&page, &all, current) }
            <div>
                { changes(&all, current) }
                if let Some(info) = page.info() { { options(info) } }
            </div>
        </div>
        </>
    }
}

/// A version on the lane, with what it changed in a few words.
fn version(all: &[SchemaInfo], schema: &SchemaInfo, on: bool, shown: bool, onclick: Callback<MouseEvent>) -> Html {
    let words = match schema_diff::previous(all, schema.id) {
        None => format::counted(schema.fields.len(), "column"),
        Some(before) => summary(
            &schema_diff::fields(&before.fields, &schema.fields),
            schema_diff::options(&before.options, &schema.options).len(),
        ),
    };
    html! {
        <li key={schema.id.to_string()}>
            <button class={classes!("version", on.then_some("on"))} aria-pressed={on.to_string()} {onclick}>
                <b>{ format!("schema {}", schema.id) }</b>
                if shown { <span class="chip acc">{"shown"}</span> }
                <span>{ words }</span>
                <small>{ schema.time_millis.map(ago).unwrap_or_default() }</small>
            </button>
        </li>
    }
}

fn summary(diffs: &[FieldDiff], options: usize) -> String {
    let count = |test: fn(&FieldChange) -> bool| diffs.iter().filter(|diff| diff.changes.iter().any(test)).count();
    let words = [
        (count(|change| *change == FieldChange::Added), "added"),
        (count(|change| *change == FieldChange::Dropped), "dropped"),
        (count(|change| matches!(change, FieldChange::Renamed(_))), "renamed"),
        (count(|change| matches!(change, FieldChange::Retyped(_))), "retyped"),
        (count(|change| *change == FieldChange::Moved), "moved"),
        (count(|change| matches!(change, FieldChange::Described | FieldChange::Defaulted(_))), "annotated"),
        (options, if options == 1 { "option" } else { "options" }),
    ];
    let said: Vec<String> =
        words.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if said.is_empty() { "nothing changed".to_owned() } else { said.join(", ") }
}

/// Columns of a version, those that it changed marked.
fn columns(page: &Page, all: &[SchemaInfo], current: &SchemaInfo) -> Html {
    let diffs = schema_diff::previous(all, current.id)
        .map(|before| schema_diff::fields(&before.fields, &current.fields))
        .unwrap_or_default();
    let dropped = diffs.iter().filter(|diff| diff.changes.contains(&FieldChange::Dropped)).map(|diff| &diff.field);
    let row = |field: &FieldInfo, gone: bool| {
        let changes: Vec<String> = diffs
            .iter()
            .filter(|diff| diff.field.id == field.id)
            .flat_map(|diff| &diff.changes)
            .map(change_text)
            .collect();
        let tone = if gone {
            Some("gone")
        } else if diffs.iter().any(|diff| diff.field.id == field.id && diff.changes.contains(&FieldChange::Added)) {
            Some("came")
        } else if changes.is_empty() {
            None
        } else {
            Some("changed")
        };
        let on = page.state.selection == Some(Selection::Field(field.id));
        html! {
            <tr key={field.id} class={classes!(tone, on.then_some("on"))} title={field.description.clone()} onclick={page.on(Action::Select(Some(Selection::Field(field.id))))}>
                <td class="num mute">{ field.id.to_string() }</td>
                <td><button class="plain" aria-pressed={on.to_string()}>{ field.name.clone() }</button>
                    if current.primary_keys.contains(&field.name) { <span class="role">{"key"}</span> }
                    if current.partition_keys.contains(&field.name) { <span class="role">{"partition"}</span> }
                </td>
                <td class="mono">{ field.type_text.clone() }</td>
                <td>{ changes.join(", ") }</td>
            </tr>
        }
    };
    panel(
        "Columns",
        html! { format!("{} in schema {}", format::counted(current.fields.len(), "column"), current.id) },
        html! {},
        html! {
            <div class="scroll-x"><table class="list rows">
                <thead><tr><th class="num">{"Id"}</th><th>{"Column"}</th><th>{"Type"}</th><th>{"Change"}</th></tr></thead>
                <tbody>{ for current.fields.iter().map(|field| row(field, false)) }{ for dropped.map(|field| row(field, true)) }</tbody>
            </table></div>
        },
    )
}

fn change_text(change: &FieldChange) -> String {
    match change {
        FieldChange::Added => "added".to_owned(),
        FieldChange::Dropped => "dropped".to_owned(),
        FieldChange::Renamed(old) => format!("was {old}"),
        FieldChange::Retyped(old) => format!("was {old}"),
        FieldChange::Described => "comment changed".to_owned(),
        FieldChange::Defaulted(None) => "default set".to_owned(),
        FieldChange::Defaulted(Some(old)) => format!("default was {old}"),
        FieldChange::Moved => "moved".to_owned(),
    }
}

/// Options that a version changed.
fn changes(all: &[SchemaInfo], current: &SchemaInfo) -> Html {
    let Some(before) = schema_diff::previous(all, current.id) else { return html! {} };
    let diffs = schema_diff::options(&before.options, &current.options);
    if diffs.is_empty() {
        return html! {};
    }
    let side = |value: &Option<String>| {
        value.clone().map_or_else(|| html! { <span class="none">{"unset"}</span> }, |value| html! { value })
    };
    panel(
        "Options changed",
        html! { format!("from schema {} to {}", before.id, current.id) },
        html! {},
        html! {
            <table class="list"><tbody>{ for diffs.iter().map(|(key, old, new)| html! { <tr key={key.clone()}><td class="mono">{ key.clone() }</td><td class="mono">{ side(old) }{" → "}{ side(new) }</td></tr> }) }</tbody></table>
        },
    )
}
