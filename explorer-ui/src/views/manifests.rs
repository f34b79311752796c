//! The manifests of a snapshot: what was there, what it changed.

use yew::prelude::*;

use crate::{
    components::{
        bits::{bytes, count, empty, panel},
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    format,
    model::ManifestInfo,
    state::{Action, Selection, Shown},
};

const LISTS: [(&str, &str, &str); 3] = [
    ("base", "Base", "What was there before the commit."),
    ("delta", "Delta", "What the commit added and removed."),
    ("changelog", "Changelog", "The row changes that the commit recorded."),
];

/// The Manifests view.
#[component]
pub(crate) fn Manifests() -> Html {
    let page = use_page();
    if page.info().is_some_and(|info| info.latest_snapshot.is_none()) {
        return empty("No manifests", html! { "Nothing was written yet." });
    }
    let all = match page.state.manifests.show(page.state.at_key().as_ref()) {
        Shown::Waiting => return skeleton::waiting(html! { <>{ skeleton::panel(140) }{ skeleton::panel(90) }</> }),
        Shown::Failed(problem) => return html! { <ProblemView {problem} /> },
        Shown::Fresh(all) | Shown::Stale(all) => all,
    };
    if all.is_empty() {
        return empty("No manifests", html! { "This snapshot refers to none." });
    }
    html! { <>{ for LISTS.into_iter().map(|(list, title, meaning)| {
        let own: Vec<&ManifestInfo> = all.iter().filter(|manifest| manifest.list == list).collect();
        if own.is_empty() { Html::default() } else { table(&page, title, meaning, &own) }
    }) }</> }
}

fn table(page: &Page, title: &'static str, meaning: &'static str, own: &[&ManifestInfo]) -> Html {
    let size: i64 = own.iter().map(|manifest| manifest.size).sum();
    let most = own.iter().map(|manifest| manifest.added + manifest.deleted).max().unwrap_or(1).max(1);
    let remark = html! { <>{ meaning }{" "}{ format::counted(own.len(), "manifest") }{", "}{ bytes(size) }{"."}</> };
    panel(
        title,
        remark,
        html! {},
        html! {
            <div class="scroll-x"><table class="list rows">
                <thead><tr><th>{"Manifest"}</th><th>{"Entries"}</th><th class="num">{"Adds"}</th><th class="num">{"Removes"}</th><th class="num">{"Size"}</th><th>{"Partitions"}</th><th class="num">{"Schema"}</th></tr></thead>
                <tbody>{ for own.iter().map(|manifest| {
                    let selection = Selection::Manifest(manifest.name.clone());
                    let on = page.state.selection.as_ref() == Some(&selection);
                    html! {
                        <tr key={manifest.name.clone()} class={on.then_some("on")} onclick={page.on(Action::Select(Some(selection)))}>
                            <td class="mono" title={manifest.name.clone()}><button class="plain" aria-pressed={on.to_string()}>{ format::middle_cut(&manifest.name, 14, 6) }</button></td>
                            <td>{ entries(manifest, most) }</td>
                            <td class="num">{ count(manifest.added) }</td><td class="num">{ count(manifest.deleted) }</td><td class="num">{ bytes(manifest.size) }</td>
                            <td class="mono">{ partitions(manifest) }</td><td class="num">{ manifest.schema_id.to_string() }</td>
                        </tr>
                    }
                }) }</tbody>
            </table></div>
        },
    )
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
