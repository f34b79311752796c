//! A column: what it is, when it appeared, and what became of it.

use yew::prelude::*;

use super::head;
use crate::{
    components::{ask::use_ask, bits::pairs, page::use_page, skeleton},
    model::{FieldInfo, SchemaInfo, SnapshotInfo},
    state::Ask,
    views::schema::appeared,
};

/// Properties of [`Field`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The column's id.
    pub(super) id: i32,
}

/// The column with this id, as it is now, and its history.
#[component]
pub(super) fn Field(props: &Props) -> Html {
    let page = use_page();
    let shown = use_ask::<Vec<SchemaInfo>>(Ask::schemas(&page.state));
    let Some(all) = shown.value() else {
        return html! { <>{ head(&page, "Column") }{ skeleton::waiting(skeleton::lines(5)) }</> };
    };
    let snapshots = page.state.snapshots.show(page.state.table_key().as_ref());
    let snapshots: &[SnapshotInfo] = snapshots.value().map_or(&[], |list| list.as_slice());
    let mut history: Vec<(&SchemaInfo, &FieldInfo)> = all
        .iter()
        .filter_map(|schema| Some((schema, schema.fields.iter().find(|field| field.id == props.id)?)))
        .collect();
    history.sort_by_key(|(schema, _)| schema.id);
    let (Some((first, _)), Some((last, newest))) = (history.first(), history.last()) else {
        return html! { <>{ head(&page, "Column") }<p class="note">{"No version of the schema has it."}</p></> };
    };
    let gone = all.iter().map(|schema| schema.id).filter(|id| *id > last.id).min();
    let or_dash = |text: &Option<String>, class: &'static str| match text {
        Some(text) => html! { <span {class}>{ text.clone() }</span> },
        None => html! { <span class="none">{"–"}</span> },
    };
    let mut facts = vec![
        ("column", html! { <b>{ newest.name.clone() }</b> }),
        ("id", html! { props.id.to_string() }),
        ("type", html! { <span class="mono">{ newest.type_text.clone() }</span> }),
        ("appeared in", appeared(first, snapshots)),
        ("default", or_dash(&newest.default_value, "mono")),
        ("comment", or_dash(&newest.description, "")),
    ];
    facts.extend(gone.map(|id| ("dropped in", html! { <span class="bad">{ format!("schema {id}") }</span> })));
    let mut before: Option<&FieldInfo> = None;
    let versions = history.iter().filter(|(_, field)| before.replace(field) != Some(field));
    html! {
        <>
        { head(&page, "Column") }
        { pairs(facts) }
        <h2>{"Over time"}</h2>
        <ul class="versions">{ for versions.map(|(schema, field)| html! { <li key={schema.id.to_string()}><small>{ format!("schema {}", schema.id) }</small><span class="mono">{ format!("{} {}", field.name, field.type_text) }</span></li> }) }</ul>
        </>
    }
}
