//! The open screen: by address, from S3, from a folder of this machine, or the server's own warehouse.

use wasm_bindgen_futures::spawn_local;
use web_sys::{DragEvent, HtmlInputElement, SubmitEvent};
use yew::prelude::*;

use crate::{
    browser,
    components::{
        icon::{Icon, icon, logo},
        page::{Page, use_page},
    },
    place::{Access, Location, Place, looks_like_table, split_url},
    route::Route,
    state::Action,
};

/// What was typed.
#[derive(Clone, PartialEq, Default)]
struct Form {
    url: String,
    endpoint: String,
    region: String,
    key: String,
    secret: String,
    token: String,
    path_style: bool,
    as_table: Option<bool>,
}

impl Form {
    /// The form of a place opened before; secrets are not in a place.
    fn again(place: &Place) -> Form {
        let (Place::Warehouse(at) | Place::Table(at)) = place else { return Form::default() };
        Form {
            url: at.url.clone(),
            endpoint: at.endpoint.clone().unwrap_or_default(),
            region: at.region.clone().unwrap_or_default(),
            path_style: at.path_style,
            as_table: Some(place.is_table()),
            ..Form::default()
        }
    }

    /// The place and its secrets, or what is wrong with the address.
    fn place(&self) -> Result<(Place, Access), String> {
        let (url, access) = split_url(&self.url)?;
        let given = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let s3 = url.starts_with("s3://");
        let as_table = self.as_table.unwrap_or_else(|| looks_like_table(&url));
        let location = Location {
            url,
            endpoint: given(&self.endpoint).filter(|_| s3),
            region: given(&self.region).filter(|_| s3),
            path_style: self.path_style && s3,
        };
        let access = Access {
            access_key_id: given(&self.key).filter(|_| s3),
            secret_access_key: given(&self.secret).filter(|_| s3),
            session_token: given(&self.token).filter(|_| s3),
            ..access
        };
        Ok((if as_table { Place::Table(location) } else { Place::Warehouse(location) }, access))
    }
}

/// The first screen.
#[component]
pub(crate) fn OpenScreen() -> Html {
    let page = use_page();
    let hovering = use_state_eq(|| false);
    let missing = page
        .state
        .misses_folder()
        .then(|| page.state.route.place.as_ref().map(|place| place.label().to_owned()))
        .flatten();
    let ondrop = {
        let (page, hovering) = (page.clone(), hovering.clone());
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            hovering.set(false);
            if let Some(transfer) = event.data_transfer() {
                let page = page.clone();
                spawn_local(async move {
                    match browser::dropped_folder(transfer).await {
                        Some(folder) => page.runner.open_folder(folder),
                        None => page.send(Action::Toast("Drop a folder: a warehouse or a table".to_owned())),
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
            if let Some(folder) = missing {
                <p class="open-note" role="status">{ format!("This link leads into the folder “{folder}” of your machine. Pick or drop it again to go on.") }</p>
            }
            <div class="open-ways">
                <UrlForm />
                <div class="open-side">
                    { local(&page) }
                    { served(&page) }
                </div>
            </div>
            { recent(&page) }
        </main>
    }
}

/// Properties of [`UrlForm`].
#[derive(Properties, PartialEq)]
pub(crate) struct UrlFormProps {
    /// The place to open again, with other credentials.
    #[prop_or_default]
    pub(crate) again: Option<Place>,
}

/// Open by address.
#[component]
pub(crate) fn UrlForm(props: &UrlFormProps) -> Html {
    let page = use_page();
    let form = use_state(|| props.again.as_ref().map(Form::again).unwrap_or_default());
    let error = use_state_eq(|| None::<String>);
    let edit = |change: fn(&mut Form, &HtmlInputElement)| {
        let (form, error) = (form.clone(), error.clone());
        Callback::from(move |event: InputEvent| {
            let mut next = (*form).clone();
            change(&mut next, &event.target_unchecked_into());
            error.set(None);
            form.set(next);
        })
    };
    let onsubmit = {
        let (page, form, error) = (page.clone(), form.clone(), error.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match form.place() {
                Ok((place, access)) => page.send(Action::Open { place, access }),
                Err(wrong) => error.set(Some(wrong)),
            }
        })
    };
    let s3 = form.url.trim_start().starts_with("s3");
    let as_table = form.as_table.unwrap_or_else(|| looks_like_table(form.url.trim()));
    let choose = |value: bool| {
        let form = form.clone();
        Callback::from(move |_: MouseEvent| form.set(Form { as_table: Some(value), ..(*form).clone() }))
    };
    html! {
        <form class="open-card open-url" {onsubmit} autocomplete="off">
            <h2>{ icon(Icon::Link) }{"Open an address"}</h2>
            <label for="url">{"Warehouse or table"}</label>
            <input id="url" class="mono" type="text" inputmode="url" spellcheck="false" placeholder="https://host/warehouse or s3://bucket/warehouse" value={form.url.clone()}
                oninput={edit(|form, input| form.url = input.value())} aria-invalid={error.is_some().to_string()} aria-describedby="url-error" />
            <p id="url-error" class="field-error" role="alert">{ (*error).clone().unwrap_or_default() }</p>
            if s3 {
                <div class="open-fields">
                    { field("endpoint", "Endpoint", "text", "the region's own", &form.endpoint, edit(|form, input| form.endpoint = input.value())) }
                    { field("region", "Region", "text", "us-east-1", &form.region, edit(|form, input| form.region = input.value())) }
                    { field("key", "Access key id", "text", "none: anonymous", &form.key, edit(|form, input| form.key = input.value())) }
                    { field("secret", "Secret access key", "password", "", &form.secret, edit(|form, input| form.secret = input.value())) }
                    { field("token", "Session token", "password", "optional", &form.token, edit(|form, input| form.token = input.value())) }
                    <label class="check"><input type="checkbox" checked={form.path_style} oninput={edit(|form, input| form.path_style = input.checked())} />{"Bucket in the path"}</label>
                </div>
                <p class="note">{"Keys stay in this tab's memory: never in the address, never stored."}</p>
            }
            <div class="open-submit">
                <div class="segments" role="group" aria-label="The address is a">
                    <button type="button" aria-pressed={(!as_table).to_string()} onclick={choose(false)}>{"Warehouse"}</button>
                    <button type="button" aria-pressed={as_table.to_string()} onclick={choose(true)}>{"Table"}</button>
                </div>
                <button class="primary" type="submit">{"Open"}</button>
            </div>
        </form>
    }
}

fn field(
    id: &'static str,
    label: &'static str,
    kind: &'static str,
    placeholder: &'static str,
    value: &str,
    oninput: Callback<InputEvent>,
) -> Html {
    html! {
        <div><label for={id}>{ label }</label><input {id} type={kind} {placeholder} value={value.to_owned()} {oninput} autocomplete="off" spellcheck="false" /></div>
    }
}

fn local(page: &Page) -> Html {
    let pick = {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| {
            let page = page.clone();
            spawn_local(async move {
                if let Some(folder) = browser::pick_folder().await {
                    page.runner.open_folder(folder);
                }
            });
        })
    };
    html! {
        <button class="open-card open-drop" onclick={pick}>
            <h2>{ icon(Icon::Folder) }{"A folder of this machine"}</h2>
            <p>{"Drop a warehouse or table folder here, or click to pick one. It is read in place."}</p>
        </button>
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
    let links: Vec<(String, String)> = page
        .state
        .recent
        .iter()
        .filter_map(|link| Some((link.clone(), Route::parse(link).place?.label().to_owned())))
        .filter(|(link, _)| page.state.served.is_some() || link != "#/demo")
        .collect();
    if links.is_empty() {
        return html! {};
    }
    html! {
        <nav class="open-recent" aria-label="Opened before">
            <h2>{"Opened before"}</h2>
            <ul>{ for links.into_iter().map(|(link, label)| html! { <li key={link.clone()}><a class="mono" href={link}>{ label }</a></li> }) }</ul>
        </nav>
    }
}
