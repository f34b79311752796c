//! What two versions of the schema differ in: columns by id, keys, options, comment.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::{MANY, Versions, change_text};
use crate::{
    components::{
        bits::panel,
        long_list::{LongList, row_id},
        page::use_page,
    },
    model::SchemaInfo,
    schema_diff,
    state::Action,
};

const LABEL: &str = "Differences";

/// The difference, with a choice of both versions.
#[component]
pub(super) fn Compare(props: &Versions) -> Html {
    let page = use_page();
    let at = use_state_eq(|| None::<usize>);
    let rows = use_memo((props.all.clone(), props.current, props.before), |(all, current, before)| {
        let versions = Versions { all: all.clone(), current: *current, before: *before };
        Some(differences(versions.before()?, versions.current()?))
    });
    let choice = |name: &'static str, label: &'static str, chosen: Option<i64>| {
        let page = page.clone();
        let onchange = Callback::from(move |event: Event| {
            page.send(Action::Focus(name, Some(event.target_unchecked_into::<HtmlSelectElement>().value())));
        });
        html! {
            <select aria-label={label} {onchange}>
                { for props.all.iter().map(|schema| html! { <option value={schema.id.to_string()} selected={chosen == Some(schema.id)}>{ format!("schema {}", schema.id) }</option> }) }
            </select>
        }
    };
    let Some(found) = &*rows else {
        return panel(LABEL, html! { "The first version: there is nothing before it." }, html! {}, html! {});
    };
    let body = match found.len() {
        0 => html! { <p class="note">{"These two say the same."}</p> },
        total if total > MANY => {
            let (drawn, place) = (rows.clone(), *at);
            let rows = Callback::from(move |(first, end): (usize, usize)| {
                let rows = drawn.as_deref().unwrap_or_default();
                html! { <>{ for (first..end).filter_map(|number| Some(row(rows.get(number)?, Some((number, place == Some(number)))))) }</> }
            });
            let head = html! { <><th>{"What"}</th><th>{"Name"}</th><th>{"Change"}</th></> };
            let go = {
                let at = at.clone();
                Callback::from(move |row: usize| at.set(Some(row)))
            };
            html! { <LongList label={LABEL} {total} {head} columns={3} {rows} at={*at} {go} class="some" of={format!("{:?} {}", props.before, props.current)} /> }
        }
        _ => {
            html! { <table class="list"><tbody>{ for found.iter().map(|difference| row(difference, None)) }</tbody></table> }
        }
    };
    panel(
        LABEL,
        html! { "By column id: a rename is not a drop and an add." },
        html! { <span class="versus">{ choice("from", "Older version", props.before) }<span aria-hidden="true">{"→"}</span>{ choice("to", "Newer version", Some(props.current)) }</span> },
        body,
    )
}

/// A row; `long` is its number in a long list, and whether the keyboard is there.
fn row(difference: &Difference, long: Option<(usize, bool)>) -> Html {
    let Difference { what, name, change } = difference;
    let (role, id) = (long.map(|_| "row"), long.map(|(number, _)| row_id(LABEL, number)));
    let (place, at) = (long.map(|(number, _)| (number + 2).to_string()), long.is_some_and(|(_, at)| at));
    let change = match change {
        Change::Words(words) => html! { words.clone() },
        Change::Values(before, after) => arrow(before, after),
    };
    html! { <tr {role} {id} aria-rowindex={place} class={at.then_some("at")}><td class="mute">{ *what }</td><td class="mono">{ name.clone() }</td><td>{ change }</td></tr> }
}

/// Something that two versions differ in.
#[derive(PartialEq)]
struct Difference {
    what: &'static str,
    name: String,
    change: Change,
}

#[derive(PartialEq)]
enum Change {
    Words(String),
    Values(String, String),
}

fn differences(old: &SchemaInfo, new: &SchemaInfo) -> Vec<Difference> {
    let values = |what, name, before: &str, after: &str| {
        let change = Change::Values(before.to_owned(), after.to_owned());
        Difference { what, name, change }
    };
    let columns = schema_diff::fields(&old.fields, &new.fields).into_iter().map(|diff| {
        let words: Vec<String> = diff.changes.iter().map(change_text).collect();
        let name = format!("{} {}", diff.field.name, diff.field.type_text);
        Difference { what: "column", name, change: Change::Words(words.join(", ")) }
    });
    let mut rows: Vec<Difference> = columns.collect();
    let mut lists = |what: &'static str, before: &[String], after: &[String]| {
        if before != after {
            rows.push(values(what, String::new(), &before.join(", "), &after.join(", ")));
        }
    };
    lists("primary key", &old.primary_keys, &new.primary_keys);
    lists("partition keys", &old.partition_keys, &new.partition_keys);
    let comment = |schema: &SchemaInfo| schema.comment.clone().unwrap_or_default();
    if comment(old) != comment(new) {
        rows.push(values("comment", String::new(), &comment(old), &comment(new)));
    }
    let options = schema_diff::options(&old.options, &new.options);
    rows.extend(
        options
            .into_iter()
            .map(|(key, before, after)| values("option", key, &before.unwrap_or_default(), &after.unwrap_or_default())),
    );
    rows
}

fn arrow(before: &str, after: &str) -> Html {
    let side = |text: &str| {
        if text.is_empty() {
            html! { <span class="none">{"unset"}</span> }
        } else {
            html! { <span class="mono">{ text.to_owned() }</span> }
        }
    };
    html! { <>{ side(before) }{" → "}{ side(after) }</> }
}
