//! What two versions of the schema differ in: columns by id, keys, options, comment.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::change_text;
use crate::{
    components::{bits::panel, page::use_page},
    model::SchemaInfo,
    schema_diff,
    state::Action,
};

/// Properties of [`Compare`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// All versions, in order.
    pub(super) all: Vec<SchemaInfo>,
    /// The newer one.
    pub(super) current: i64,
    /// The one before it, if there is one.
    pub(super) before: Option<i64>,
}

/// The difference, with a choice of both versions.
#[component]
pub(super) fn Compare(props: &Props) -> Html {
    let page = use_page();
    let version = |id: Option<i64>| props.all.iter().find(|schema| Some(schema.id) == id);
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
    let (Some(old), Some(new)) = (version(props.before), version(Some(props.current))) else {
        return panel("Differences", html! { "The first version: there is nothing before it." }, html! {}, html! {});
    };
    let rows = differences(old, new);
    let body = if rows.is_empty() {
        html! { <p class="note">{"These two say the same."}</p> }
    } else {
        html! {
            <table class="list"><tbody>{ for rows.into_iter().map(|(what, name, change)| html! {
                <tr><td class="mute">{ what }</td><td class="mono">{ name }</td><td>{ change }</td></tr>
            }) }</tbody></table>
        }
    };
    panel(
        "Differences",
        html! { "By column id: a rename is not a drop and an add." },
        html! { <span class="versus">{ choice("from", "Older version", props.before) }<span aria-hidden="true">{"→"}</span>{ choice("to", "Newer version", Some(props.current)) }</span> },
        body,
    )
}

/// What kind of thing, its name, and what happened to it.
fn differences(old: &SchemaInfo, new: &SchemaInfo) -> Vec<(&'static str, String, Html)> {
    let mut rows: Vec<(&'static str, String, Html)> = schema_diff::fields(&old.fields, &new.fields)
        .into_iter()
        .map(|diff| {
            let words: Vec<String> = diff.changes.iter().map(change_text).collect();
            let known = format!("{} {}", diff.field.name, diff.field.type_text);
            ("column", known, html! { words.join(", ") })
        })
        .collect();
    let mut lists = |what: &'static str, before: &[String], after: &[String]| {
        if before != after {
            rows.push((what, String::new(), arrow(&before.join(", "), &after.join(", "))));
        }
    };
    lists("primary key", &old.primary_keys, &new.primary_keys);
    lists("partition keys", &old.partition_keys, &new.partition_keys);
    if old.comment.as_deref().unwrap_or_default() != new.comment.as_deref().unwrap_or_default() {
        let text = |schema: &SchemaInfo| schema.comment.clone().unwrap_or_default();
        rows.push(("comment", String::new(), arrow(&text(old), &text(new))));
    }
    let options = schema_diff::options(&old.options, &new.options);
    rows.extend(
        options.into_iter().map(|(key, before, after)| {
            ("option", key, arrow(&before.unwrap_or_default(), &after.unwrap_or_default()))
        }),
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
