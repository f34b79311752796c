//! From a snapshot down to the floor: its manifests, their entries, and the footers of data files.

use yew::prelude::*;

mod entries;
mod footer;
mod groups;
mod lists;

use entries::Entries;
use footer::Footer;
use lists::Lists;

use crate::{
    components::{
        bits::{copyable, empty},
        linked::use_linked_file,
        page::{Page, use_page},
    },
    format,
    route::{At, Route, Tab},
};

/// The Manifests view: as deep as the address says.
#[component]
pub(crate) fn Manifests() -> Html {
    let page = use_page();
    use_linked_file();
    if page.info().is_some_and(|info| info.latest_snapshot.is_none()) {
        return empty("No manifests", html! { "Nothing was written yet." });
    }
    let route = &page.state.route;
    let manifest = route.focus("manifest").map(str::to_owned);
    let opened = route.focus("open").map(str::to_owned);
    html! {
        <>
        { crumbs(&page, manifest.as_deref(), opened.as_deref()) }
        if let Some(path) = opened {
            <Footer key={path.clone()} path={path.clone()} />
        } else if let Some(name) = manifest {
            <Entries key={name.clone()} name={name.clone()} />
        } else {
            <Lists />
        }
        </>
    }
}

/// The way down, each step a link.
fn crumbs(page: &Page, manifest: Option<&str>, opened: Option<&str>) -> Html {
    let route = &page.state.route;
    let top = Route { tab: Tab::Manifests, focus: Vec::new(), ..route.clone() };
    let state = match (&route.at, page.state.snapshot()) {
        (_, Some(snapshot)) => format!("Snapshot #{}", snapshot.id),
        (At::Tag(name), None) => format!("Tag {name}"),
        _ => "This state".to_owned(),
    };
    let mut steps = vec![(state, top.clone(), None)];
    if let Some(name) = manifest {
        steps.push((
            format::middle_cut(name, 14, 8),
            top.focused(Tab::Manifests, "manifest", name),
            Some(name.to_owned()),
        ));
    }
    if let Some(path) = opened {
        let name = path.rsplit('/').next().unwrap_or(path);
        let mut deep = top.focused(Tab::Manifests, "open", path);
        deep.set_focus("manifest", manifest.map(str::to_owned));
        deep.set_focus("size", route.focus("size").map(str::to_owned));
        steps.push((format::middle_cut(name, 14, 14), deep, Some(path.to_owned())));
    }
    let last = steps.len() - 1;
    html! {
        <nav class="crumbs" aria-label="Where in the metadata"><ol>{ for steps.into_iter().enumerate().map(|(index, (label, route, full))| html! {
            <li key={index}>
            if index == last {
                <span aria-current="page">if let Some(full) = full { { copyable(page, &full, label) } } else { { label } }</span>
            } else {
                <a href={route.print()} title={full}>{ label }</a>
            }
            </li>
        }) }</ol></nav>
    }
}
