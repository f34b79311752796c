//! The open screen: by address, from S3, by signed links, from a folder of this machine, or the server's own warehouse.

use wasm_bindgen_futures::spawn_local;
use web_sys::DragEvent;
use yew::prelude::*;

use crate::{
    browser::{self, Folder},
    components::{
        icon::{Icon, icon, logo},
        page::{Page, use_page},
    },
    place::{Access, Place},
    route::Route,
    state::Action,
};

mod form;

pub(crate) use form::UrlForm;

/// The first screen.
#[component]
pub(crate) fn OpenScreen() -> Html {
    let page = use_page();
    let hovering = use_state_eq(|| false);
    // Why a folder was not opened.
    let refused = use_state_eq(|| None::<String>);
    let missing = page
        .state
        .misses_folder()
        .then(|| page.state.route.place.as_ref().map(|place| place.label().to_owned()))
        .flatten();
    let take = {
        let (page, refused) = (page.clone(), refused.setter());
        Callback::from(move |folder: Folder| {
            let why = why_not(&folder);
            if why.is_none() {
                page.runner.open_folder(folder);
            }
            refused.set(why);
        })
    };
    let pick = {
        let (take, refused) = (take.clone(), refused.setter());
        Callback::from(move |()| {
            let (take, refused) = (take.clone(), refused.clone());
            spawn_local(async move {
                match browser::pick_folder().await {
                    Ok(Some(folder)) => take.emit(folder),
                    Ok(None) => {}
                    Err(why) => refused.set(Some(format!("The browser did not give the folder: {why}"))),
                }
            });
        })
    };
    let ondrop = {
        let (refused, hovering) = (refused.setter(), hovering.clone());
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            hovering.set(false);
            if let Some(transfer) = event.data_transfer() {
                let (take, refused) = (take.clone(), refused.clone());
                spawn_local(async move {
                    match browser::dropped_folder(transfer).await {
                        Some(folder) => take.emit(folder),
                        None => refused
                            .set(Some("That is no folder: drop the folder of a warehouse or of a table.".to_owned())),
                    }
                });
            }
        })
    };
    let over = |value: bool| {
        let hovering = hovering.clone();
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            hovering.set(value);
        })
    };
    html! {
        <main id="main" class={classes!("open", hovering.then_some("hovering"))} tabindex="-1" {ondrop} ondragover={over(true)} ondragleave={over(false)}>
            <div class="open-hero">
                { logo() }
                <h1>{"See a Paimon table to its floor"}</h1>
                <p>{"Rows, snapshots, levels, files and requests, read in this tab. Nothing is uploaded, nothing is kept but the address."}</p>
            </div>
            <div role="status">
                if let Some(folder) = missing {
                    <p class="open-note">{ format!("This link leads into the folder “{folder}” of your machine. Pick or drop it again to go on.") }</p>
                }
                if let Some(why) = &*refused { <p class="open-note">{ why.clone() }</p> }
            </div>
            <div class="open-ways">
                <UrlForm onpick={pick.clone()} />
                <div class="open-side">
                    <button class="open-card open-drop" onclick={pick.reform(|_: MouseEvent| ())}>
                        <h2>{ icon(Icon::Folder) }{"A folder of this machine"}</h2>
                        <p>{"Drop a warehouse or table folder here, or click to pick one. It is read in place: nothing leaves this machine."}</p>
                    </button>
                    { served(&page) }
                </div>
            </div>
            { recent(&page) }
        </main>
    }
}

/// Why a folder cannot be opened, by what lies in it.
fn why_not(folder: &Folder) -> Option<String> {
    let Folder { root, entries, .. } = folder;
    match folder.kind.as_str() {
        "warehouse" | "table" => None,
        "database" => Some(format!(
            "“{root}” is a database. Pick the folder above it, the warehouse, or one of the tables in it."
        )),
        _ if entries.is_empty() => Some(format!("“{root}” is empty.")),
        _ => Some(format!(
            "“{root}” is no Paimon folder: a warehouse holds folders named <database>.db, a table holds schema/ and snapshot/. In it: {}.",
            entries.join(", ")
        )),
    }
}

fn served(page: &Page) -> Html {
    if page.state.served.is_none() {
        return html! {};
    }
    let open = page.on(Action::Open { place: Place::Served, access: Access::default() });
    html! {
        <button class="open-card open-served" onclick={open}>
            <h2>{ logo() }{"This server's warehouse"}</h2>
            <p>{"Open the tables that came with this page."}</p>
        </button>
    }
}

fn recent(page: &Page) -> Html {
    let links: Vec<(String, Place)> = page
        .state
        .recent
        .iter()
        .filter_map(|link| Some((link.clone(), Route::parse(link).place?)))
        .filter(|(link, _)| page.state.served.is_some() || link != "#/demo")
        .collect();
    if links.is_empty() {
        return html! {};
    }
    let without = |link: &str| {
        let left = page.state.recent.iter().filter(|other| *other != link).cloned().collect::<Vec<_>>();
        page.on(Action::Recent(left))
    };
    html! {
        <nav class="open-recent" aria-label="Opened before">
            <div class="open-head">
                <h2>{"Opened before"}</h2>
                <button class="quiet" onclick={page.on(Action::Recent(Vec::new()))}>{"Forget all"}</button>
            </div>
            <ul>{ for links.into_iter().map(|(link, place)| html! {
                <li key={link.clone()}>
                    <a class="mono" href={link.clone()}>{ place.label().to_owned() }</a>
                    <small>{ place.kind() }{ if place.is_table() { " · table" } else { "" } }</small>
                    <button class="quiet" onclick={without(&link)} aria-label={format!("Forget {}", place.label())} title="Forget">{ icon(Icon::Close) }</button>
                </li>
            }) }</ul>
        </nav>
    }
}
