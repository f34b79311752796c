//! The first level: manifests that only one of the two states has.

use yew::prelude::*;

use crate::{
    components::{
        bits::{bytes, copyable, count},
        page::{Page, use_page},
    },
    format,
    history::diff::{StateDiff, percent},
    model::ManifestInfo,
    shared::Shared,
};

/// Properties of [`Manifests`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) diff: Shared<StateDiff>,
}

/// Manifests.
#[component]
pub(super) fn Manifests(props: &Props) -> Html {
    let page = use_page();
    let manifests = &props.diff.manifests;
    let all = manifests.added_count + manifests.removed_count + manifests.kept;
    let part = |class: &'static str, number: i64| {
        (number > 0).then(|| html! { <i {class} style={format!("width:{}%", percent(number, all))}></i> })
    };
    let listed = manifests.added.len() + manifests.removed.len();
    let missing =
        usize::try_from(manifests.added_count + manifests.removed_count).unwrap_or(usize::MAX).saturating_sub(listed);
    html! {
        <details class="diff-part" open=true>
            <summary>{"Manifests"}<span class="mute">{ format!(" {} added, {} removed, {} kept", format::exact(manifests.added_count), format::exact(manifests.removed_count), format::exact(manifests.kept)) }</span></summary>
            <div class="diff-bar" role="img" aria-label={format!("{} manifests added, {} removed, {} kept", manifests.added_count, manifests.removed_count, manifests.kept)}>
                { part("came", manifests.added_count).unwrap_or_default() }{ part("stayed", manifests.kept).unwrap_or_default() }{ part("went", manifests.removed_count).unwrap_or_default() }
            </div>
            if listed > 0 {
                <div class="scroll-x diff-table"><table class="list">
                    <thead><tr><th>{"Manifest"}</th><th>{"List"}</th><th class="num">{"Adds"}</th><th class="num">{"Removes"}</th><th class="num">{"Size"}</th></tr></thead>
                    <tbody>
                        { for manifests.added.iter().map(|manifest| row(&page, manifest, true)) }
                        { for manifests.removed.iter().map(|manifest| row(&page, manifest, false)) }
                    </tbody>
                </table></div>
            }
            if missing > 0 { <p class="note">{ format!("{} more are not listed here.", format::counted(missing, "manifest")) }</p> }
        </details>
    }
}

fn row(page: &Page, manifest: &ManifestInfo, came: bool) -> Html {
    html! {
        <tr key={format!("{came}{}", manifest.name)} class={if came { "diff-came" } else { "diff-went" }}>
            <td class="mono">{ sign(came) }{ copyable(page, &manifest.name, format::middle_cut(&manifest.name, 16, 8)) }</td>
            <td>{ manifest.list.clone() }</td><td class="num">{ count(manifest.added) }</td><td class="num">{ count(manifest.deleted) }</td><td class="num">{ bytes(manifest.size) }</td>
        </tr>
    }
}

/// Whether something came or went: a sign, so that colour is not alone.
pub(super) fn sign(came: bool) -> Html {
    let (class, sign, word) =
        if came { ("diff-sign came", "+", "added") } else { ("diff-sign went", "−", "removed") };
    html! { <b {class} role="img" aria-label={word} title={word}>{ sign }</b> }
}
