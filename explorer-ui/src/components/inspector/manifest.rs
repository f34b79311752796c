//! A manifest.

use serde_json::json;
use yew::prelude::*;

use super::head;
use crate::{
    components::{
        ask::use_ask,
        bits::{bytes, command, copyable, count, pairs},
        page::use_page,
        skeleton,
    },
    format,
    model::ManifestInfo,
    route::Tab,
    state::Ask,
};

/// Properties of [`ManifestDetail`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// Its name.
    pub(super) name: String,
}

/// The manifest of this name.
#[component]
pub(super) fn ManifestDetail(props: &Props) -> Html {
    let page = use_page();
    let shown = use_ask::<Vec<ManifestInfo>>(Ask::at(&page.state, "manifests", json!({})));
    let Some(all) = shown.value() else { return html! { <>{ head(&page, "Manifest") }{ skeleton::lines(5) }</> } };
    let Some(manifest) = all.iter().find(|manifest| manifest.name == props.name) else {
        return html! { <>{ head(&page, "Manifest") }<p class="note">{"The state shown has no manifest of this name."}</p></> };
    };
    let facts = vec![
        ("manifest", copyable(&page, &manifest.name, format::middle_cut(&manifest.name, 14, 10))),
        ("list", html! { manifest.list.clone() }),
        ("size", bytes(manifest.size)),
        ("adds", count(manifest.added)),
        ("removes", count(manifest.deleted)),
        ("schema", html! { manifest.schema_id.to_string() }),
        (
            "partitions",
            html! { <span class="mono">{ format!("{} … {}", manifest.min_partition, manifest.max_partition) }</span> },
        ),
    ];
    let deeper = page.state.route.focused(Tab::Manifests, "manifest", &manifest.name).print();
    html! {
        <>
        { head(&page, "Manifest") }
        { pairs(facts) }
        <div class="inspector-tools"><a class="button" href={deeper}>{"See its entries"}</a></div>
        <h2>{"Path"}</h2>
        { command(&page, &format!("manifest/{}", manifest.name), "path") }
        </>
    }
}
