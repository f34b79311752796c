//! The manifests of a snapshot: what was there, what it changed.

use serde_json::json;
use yew::prelude::*;

use crate::{
    components::{
        ask::use_ask,
        bits::{bytes, copyable, count, empty, panel},
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    format,
    model::ManifestInfo,
    route::{Route, Tab},
    state::{Action, Ask, Selection, Shown},
};

const LISTS: [(&str, &str, &str); 3] = [
    ("base", "Base", "What was there before the commit."),
    ("delta", "Delta", "What the commit added and removed."),
    ("changelog", "Changelog", "The row changes that the commit recorded."),
];

/// The lists.
#[component]
pub(super) fn Lists() -> Html {
    let page = use_page();
    let shown = use_ask::<Vec<ManifestInfo>>(Ask::at(&page.state, "manifests", json!({})));
    let all = match &shown {
        Shown::Waiting => return skeleton::waiting(html! { <>{ skeleton::panel(140) }{ skeleton::panel(90) }</> }),
        Shown::Failed(problem) => return html! { <ProblemView problem={problem.clone()} /> },
        Shown::Fresh(all) | Shown::Stale(all) => all.clone(),
    };
    let index = index(&page);
    if all.is_empty() && index == Html::default() {
        return empty("No manifests", html! { "This snapshot refers to none." });
    }
    let stale = matches!(shown, Shown::Stale(_)).then_some("stale");
    html! {
        <div class={classes!("stack", stale)}>
        { for LISTS.into_iter().map(|(list, title, meaning)| {
            let own: Vec<&ManifestInfo> = all.iter().filter(|manifest| manifest.list == list).collect();
            if own.is_empty() { Html::default() } else { table(&page, title, meaning, &own) }
        }) }
        { index }
        </div>
    }
}

fn table(page: &Page, title: &'static str, meaning: &'static str, own: &[&ManifestInfo]) -> Html {
    let size: i64 = own.iter().map(|manifest| manifest.size).sum();
    let most = own.iter().map(|manifest| manifest.added.saturating_add(manifest.deleted)).max().unwrap_or(1).max(1);
    let remark = html! { <>{ meaning }{" "}{ format::counted(own.len(), "manifest") }{", "}{ bytes(size) }{". Open one for its entries."}</> };
    panel(
        title,
        remark,
        html! {},
        html! {
            <div class="scroll-x"><table class="list rows">
                <thead><tr><th scope="col">{"Manifest"}</th><th scope="col">{"Entries"}</th><th scope="col" class="num">{"Adds"}</th><th scope="col" class="num">{"Removes"}</th><th scope="col" class="num">{"Size"}</th><th scope="col">{"Partitions"}</th><th scope="col" class="num">{"Schema"}</th></tr></thead>
                <tbody>{ for own.iter().map(|manifest| line(page, manifest, most)) }</tbody>
            </table></div>
        },
    )
}

fn line(page: &Page, manifest: &ManifestInfo, most: i64) -> Html {
    let selection = Selection::Manifest(manifest.name.clone());
    let on = page.state.selection.as_ref() == Some(&selection);
    let deeper = page.state.route.focused(Tab::Manifests, "manifest", &manifest.name).print();
    html! {
        <tr key={manifest.name.clone()} class={on.then_some("on")} onclick={page.on(Action::Select(Some(selection)))}>
            <td class="mono" title={manifest.name.clone()}><a href={deeper}>{ format::middle_cut(&manifest.name, 14, 6) }</a></td>
            <td>{ entries(manifest, most) }</td>
            <td class="num">{ count(manifest.added) }</td><td class="num">{ count(manifest.deleted) }</td><td class="num">{ bytes(manifest.size) }</td>
            <td class="mono">{ partitions(manifest) }</td><td class="num">{ manifest.schema_id.to_string() }</td>
        </tr>
    }
}

/// Adds and removes as a bar, to the scale of the fullest manifest.
#[allow(clippy::cast_precision_loss)]
fn entries(manifest: &ManifestInfo, most: i64) -> Html {
    let share = |value: i64| value as f64 / most as f64 * 100.0;
    html! { <span class="entries" aria-hidden="true"><i class="adds" style={format!("width:{:.1}%", share(manifest.added))}></i><i class="removes" style={format!("width:{:.1}%", share(manifest.deleted))}></i></span> }
}

fn partitions(manifest: &ManifestInfo) -> String {
    let (low, high) = (manifest.min_partition.to_string(), manifest.max_partition.to_string());
    let text = if low == high { low } else { format!("{low} … {high}") };
    match text.as_str() {
        "null" | "[]" | "{}" => "–".to_owned(),
        _ => format::middle_cut(&text, 30, 12),
    }
}

/// The manifest of index files, where the snapshot has one.
fn index(page: &Page) -> Html {
    let Some(name) = page.state.snapshot().and_then(|snapshot| snapshot.index_manifest.clone()) else {
        return Html::default();
    };
    let system = Route {
        tab: Tab::System,
        system: Some("table_indexes".to_owned()),
        focus: Vec::new(),
        ..page.state.route.clone()
    };
    panel(
        "Index",
        html! { "Deletion vectors and hash indexes that belong to the data files of this state." },
        html! { <a class="button" href={system.print()}>{"See its entries"}</a> },
        html! { <p>{ copyable(page, &format!("manifest/{name}"), name) }</p> },
    )
}
