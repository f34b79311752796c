//! The form that opens an address: fields follow from what is typed.

use web_sys::{HtmlInputElement, SubmitEvent};
use yew::prelude::*;

use crate::{
    components::{
        icon::{Icon, icon},
        page::use_page,
    },
    place::{Advice, Form, Place, Way, advice},
    state::Action,
};

/// Properties of [`UrlForm`].
#[derive(Properties, PartialEq)]
pub(crate) struct UrlFormProps {
    /// The place to open again, with other credentials.
    #[prop_or_default]
    pub(crate) again: Option<Place>,
    /// Picks a folder, where a path was typed.
    #[prop_or_default]
    pub(crate) onpick: Option<Callback<()>>,
}

/// Changes the form when an input changes.
type Edit<'a> = dyn Fn(fn(&mut Form, &HtmlInputElement)) -> Callback<InputEvent> + 'a;

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
    let set = |next: Form| {
        let (form, error) = (form.clone(), error.clone());
        Callback::from(move |_: MouseEvent| {
            error.set(None);
            form.set(next.clone());
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
    let by_signer = form.way == Way::Signed;
    let found = (!by_signer).then(|| advice(&form.url)).flatten();
    let way = |way: Way| set(Form { way, ..(*form).clone() });
    let table = |table: bool| set(Form { as_table: Some(table), ..(*form).clone() });
    let (label, placeholder) = if by_signer {
        ("Path that is sent to be signed", "warehouse or warehouse/sales.db/orders")
    } else {
        ("Warehouse or table", "https://host/warehouse or s3://bucket/warehouse")
    };
    html! {
        <form class="open-card open-url" {onsubmit} autocomplete="off">
            <div class="open-head">
                <h2>{ icon(Icon::Link) }{"Open an address"}</h2>
                { segments("How files are reached", [("Address", !by_signer, way(Way::Address)), ("Signed links", by_signer, way(Way::Signed))]) }
            </div>
            <label for="url">{ label }</label>
            <input id="url" class="mono" type="text" inputmode="url" spellcheck="false" {placeholder} value={form.url.clone()}
                oninput={edit(|form, input| form.url = input.value())} aria-invalid={error.is_some().to_string()} aria-describedby="url-error" />
            <p id="url-error" class="field-error" role="alert">{ (*error).clone().unwrap_or_default() }</p>
            if let Some(found) = found { { advised(&found, &form, &set, props.onpick.as_ref()) } }
            if form.is_s3() { { s3_fields(&form, &edit) } }
            if by_signer { { signer_fields(&form, &edit, &set) } }
            if form.is_http() { { header_field(&form, &edit) } }
            <div class="open-submit">
                { segments("The address is a", [("Warehouse", !form.is_table(), table(false)), ("Table", form.is_table(), table(true))]) }
                <button class="primary" type="submit">{"Open"}</button>
            </div>
        </form>
    }
}

fn segments<const N: usize>(label: &'static str, choices: [(&'static str, bool, Callback<MouseEvent>); N]) -> Html {
    html! {
        <div class="segments" role="group" aria-label={label}>
            { for choices.into_iter().map(|(name, on, choose)| html! { <button type="button" aria-pressed={on.to_string()} onclick={choose}>{ name }</button> }) }
        </div>
    }
}

/// A remark about what was typed, with what it leads to.
fn advised(
    found: &Advice,
    form: &Form,
    set: &dyn Fn(Form) -> Callback<MouseEvent>,
    onpick: Option<&Callback<()>>,
) -> Html {
    let instead = found.instead.clone().map(|instead| (instead.url.clone(), set(instead.into_form(form))));
    let pick = onpick.filter(|_| found.is_folder).map(|onpick| onpick.reform(|_: MouseEvent| ()));
    html! {
        <div class="open-advice" role="status">
            <p>{ found.text.clone() }</p>
            if let Some((url, use_it)) = instead { <button type="button" onclick={use_it}>{"Use "}<span class="mono">{ url }</span></button> }
            if let Some(pick) = pick { <button type="button" onclick={pick}>{"Pick the folder"}</button> }
        </div>
    }
}

fn s3_fields(form: &Form, edit: &Edit<'_>) -> Html {
    html! {
        <>
            <div class="open-fields">
                { field("endpoint", "Endpoint", "text", "the region's own", &form.endpoint, edit(|form, input| form.endpoint = input.value())) }
                { field("region", "Region", "text", "us-east-1", &form.region, edit(|form, input| form.region = input.value())) }
                { field("key", "Access key id", "text", "none: anonymous", &form.key, edit(|form, input| form.key = input.value())) }
                { field("secret", "Secret access key", "password", "", &form.secret, edit(|form, input| form.secret = input.value())) }
                { field("token", "Session token", "password", "optional", &form.token, edit(|form, input| form.token = input.value())) }
                <label class="check"><input type="checkbox" checked={form.path_style || !form.endpoint.trim().is_empty()} disabled={!form.endpoint.trim().is_empty()} oninput={edit(|form, input| form.path_style = input.checked())} />{"Bucket in the path"}</label>
            </div>
            <p class="note">{"Keys stay in this tab's memory: never in the address, never stored."}</p>
        </>
    }
}

fn signer_fields(form: &Form, edit: &Edit<'_>, set: &dyn Fn(Form) -> Callback<MouseEvent>) -> Html {
    let by = |by_get: bool| set(Form { by_get, ..form.clone() });
    html! {
        <>
            { field("signer", "Address that signs links", "text", "https://your.service/sign", &form.signer, edit(|form, input| form.signer = input.value())) }
            { field("authorization", "Header Authorization for it", "password", "optional, such as Bearer …", &form.authorization, edit(|form, input| form.authorization = input.value())) }
            <div class="open-by">
                { segments("Asked by", [("POST", !form.by_get, by(false)), ("GET", form.by_get, by(true))]) }
                <p class="note">{"It is sent "}<code>{ if form.by_get { "?path=…&method=GET" } else { r#"{"path": "…", "method": "GET"}"# } }</code>{" for each file and answers with the link. No credentials of the store come to this page."}</p>
            </div>
        </>
    }
}

fn header_field(form: &Form, edit: &Edit<'_>) -> Html {
    html! {
        <details class="open-more">
            <summary>{"The server wants a token"}</summary>
            { field("authorization", "Header Authorization", "password", "Bearer …", &form.authorization, edit(|form, input| form.authorization = input.value())) }
            <p class="note">{"Sent with each request to this address; kept in this tab's memory only."}</p>
        </details>
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
