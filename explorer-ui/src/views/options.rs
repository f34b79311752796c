//! The options: what the table changes, what holds where it does not, what nobody knows; and what each was before.

use serde_json::json;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    browser, commands,
    components::{
        ask::use_ask,
        bits::{ago, command, panel},
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    format,
    model::{OptionInfo, OptionStatus, SchemaInfo, TableInfo},
    state::{Action, Ask, Shown},
};

/// A name in the address, a label, and which options it means.
type Choice = (&'static str, &'static str, fn(&OptionInfo) -> bool);

/// Which options are listed.
const SHOWN: [Choice; 5] = [
    ("all", "All", |_| true),
    ("changed", "Changed", |option| option.status == OptionStatus::Changed),
    ("default", "Default", |option| option.status == OptionStatus::Default),
    ("unknown", "Unknown", |option| option.status == OptionStatus::Unknown),
    ("deprecated", "Deprecated", |option| option.status == OptionStatus::Deprecated),
];

/// Rows drawn: a table may set any number of options, and the search finds the others.
const DRAWN: usize = 420;
/// Rows drawn with the click that opens the view, and added at a time until all are there.
const STEP: usize = 60;
/// Options that are looked through.
const LOOKED_AT: usize = 10_000;

/// The Options view.
#[component]
pub(crate) fn Options() -> Html {
    let page = use_page();
    let search = use_state_eq(String::new);
    let drawn = use_state_eq(|| STEP);
    use_effect_with(*drawn, {
        let drawn = drawn.clone();
        move |now| {
            let next = *now + STEP;
            if next <= DRAWN {
                wasm_bindgen_futures::spawn_local(async move {
                    browser::sleep(0).await;
                    drawn.set(next);
                });
            }
        }
    });
    let told = use_ask::<Vec<OptionInfo>>(Ask::of_table(&page.state, "optionsInfo", json!({})));
    let schemas = use_ask::<Vec<SchemaInfo>>(Ask::schemas(&page.state));
    let Some(info) = page.info() else { return skeleton::waiting(skeleton::panel(420)) };
    let all = match &told {
        Shown::Waiting => return skeleton::waiting(skeleton::panel(420)),
        Shown::Failed(problem) => return html! { <ProblemView problem={problem.clone()} /> },
        Shown::Fresh(all) | Shown::Stale(all) => all.get(..LOOKED_AT).unwrap_or(all),
    };
    let chosen = page.state.route.focus("show").unwrap_or("all");
    let test = SHOWN.iter().find(|(name, ..)| *name == chosen).map_or(SHOWN[0].2, |(.., test)| *test);
    let needle = search.trim().to_lowercase();
    let mut shown: Vec<&OptionInfo> = all.iter().filter(|option| test(option) && found(option, &needle)).collect();
    shown.sort_by(|a, b| (rank(a), &a.group, &a.key).cmp(&(rank(b), &b.group, &b.key)));
    let oninput = {
        let search = search.clone();
        Callback::from(move |event: InputEvent| search.set(event.target_unchecked_into::<HtmlInputElement>().value()))
    };
    let tools = html! {
        <>
        <input id="filter" class="option-search" type="search" placeholder="Search options" aria-label="Search options" value={(*search).clone()} {oninput} />
        <div class="segments" role="group" aria-label="Which options">
            { for SHOWN.iter().filter_map(|(name, label, test)| {
                let count = all.iter().filter(|option| test(option)).count();
                let on = *name == chosen;
                (count > 0 || on).then(|| html! { <button key={*name} aria-pressed={on.to_string()} onclick={page.on(Action::Focus("show", Some((*name).to_owned())))}>{ format!("{label} {count}") }</button> })
            }) }
        </div>
        </>
    };
    let set = all.iter().filter(|option| option.set).count();
    let mut group = None;
    let rows = shown.iter().take(*drawn).map(|option| {
        let title = (rank(option), option.group.as_str());
        let heading = (group.replace(title) != Some(title)).then(|| heading(option));
        html! { <>{ heading.unwrap_or_default() }{ row(&page, info, option, schemas.value().map(|all| all.as_slice())) }</> }
    });
    panel(
        "Options",
        html! { format!("The table sets {}; the others hold by themselves.", format::counted(set, "option")) },
        tools,
        html! {
            <>
            <div class="scroll-x" tabindex="0"><table class="list rows options">
                <thead><tr><th>{"Option"}</th><th>{"Value"}</th><th>{"Default"}</th><th class="col-about">{"What it does"}</th></tr></thead>
                <tbody>{ for rows }</tbody>
            </table></div>
            if shown.is_empty() { <p class="note">{"No option like this."}</p> }
            if shown.len() > DRAWN { <p class="note">{ format!("The first {DRAWN} of {}; search for the others.", shown.len()) }</p> }
            </>
        },
    )
}

/// Whether an option has all words of the search in its name, value, group or description.
fn found(option: &OptionInfo, needle: &str) -> bool {
    if needle.is_empty() {
        return true;
    }
    let texts = [Some(&option.key), option.value.as_ref(), option.description.as_ref(), Some(&option.group)];
    let text = texts.into_iter().flatten().map(|text| text.to_lowercase()).collect::<Vec<_>>().join("\n");
    needle.split_whitespace().all(|word| text.contains(word))
}

/// What asks for attention comes first.
fn rank(option: &OptionInfo) -> u8 {
    match option.status {
        OptionStatus::Unknown => 0,
        OptionStatus::Deprecated => 1,
        OptionStatus::Changed => 2,
        OptionStatus::Default => 3,
    }
}

fn heading(option: &OptionInfo) -> Html {
    let what = match option.status {
        OptionStatus::Unknown => "not known: kept and ignored",
        OptionStatus::Deprecated => "known by a newer name",
        OptionStatus::Changed => "set by the table",
        OptionStatus::Default => "at their defaults",
    };
    let text = if option.group.is_empty() { what.to_owned() } else { format!("{} · {what}", option.group) };
    html! { <tr class="space option-group"><th colspan="4" scope="colgroup">{ text }</th></tr> }
}

fn row(page: &Page, info: &TableInfo, option: &OptionInfo, schemas: Option<&[SchemaInfo]>) -> Html {
    let open = page.state.route.focus("option") == Some(option.key.as_str());
    let toggle = page.on(Action::Focus("option", (!open).then(|| option.key.clone())));
    let or_dash = |text: &Option<String>| match text {
        Some(text) => html! { <span title={text.clone()}>{ format::middle_cut(text, 40, 12) }</span> },
        None => html! { <span class="none">{"–"}</span> },
    };
    let (tone, sign) = match option.status {
        OptionStatus::Changed => ("changed", ""),
        OptionStatus::Unknown => ("unknown", "unknown"),
        OptionStatus::Deprecated => ("unknown", "deprecated"),
        OptionStatus::Default => ("", ""),
    };
    html! {
        <>
        <tr key={option.key.clone()} class={classes!(tone, open.then_some("on"))} onclick={toggle}>
            <td class="mono"><button class="plain mono" aria-expanded={open.to_string()}>{ option.key.clone() }</button>if !sign.is_empty() { <span class="flag">{ sign }</span> }</td>
            <td class="mono option-value">{ or_dash(&option.value) }</td>
            <td class="mono mute">{ if option.set && option.value == option.default { html! { "same" } } else { or_dash(&option.default) } }</td>
            <td class="mute col-about">{ option.description.clone().unwrap_or_default() }</td>
        </tr>
        if open { <tr key={format!("{} more", option.key)} class="space option-more"><td colspan="4">{ more(page, info, option, schemas) }</td></tr> }
        </>
    }
}

/// The whole description, the values over the schemas, and how to set it.
fn more(page: &Page, info: &TableInfo, option: &OptionInfo, schemas: Option<&[SchemaInfo]>) -> Html {
    let value = option.value.as_deref().or(option.default.as_deref()).unwrap_or("VALUE");
    let key = option.replaced_by.as_deref().unwrap_or(&option.key);
    let line = commands::set_option(&page.state.route, info, &page.warehouse_url(), key, value);
    let history = schemas.map(|schemas| history(&option.key, schemas)).unwrap_or_default();
    html! {
        <div class="option-detail">
            if let Some(text) = &option.description { <p>{ text.clone() }</p> }
            if let Some(name) = &option.replaced_by { <p class="warm">{"Today it is called "}<code>{ name.clone() }</code>{"."}</p> }
            if option.status == OptionStatus::Unknown { <p class="warm">{"No option of Paimon that we know: a slip of the pen, or an option of an engine or catalog."}</p> }
            if !history.is_empty() {
                <ul class="versions" aria-label="Values over the schemas">{ for history.iter().map(|(schema, value)| html! {
                    <li key={schema.id.to_string()}><small>{ format!("schema {}", schema.id) }</small><span><span class="mono">{ value.unwrap_or("not set").to_owned() }</span>{" "}<small class="mute">{ schema.time_millis.map(ago).unwrap_or_default() }</small></span></li>
                }) }</ul>
            }
            { command(page, &line, "command") }
        </div>
    }
}

/// The versions that changed the value, the oldest first; nothing where none ever set it.
fn history<'a>(key: &str, schemas: &'a [SchemaInfo]) -> Vec<(&'a SchemaInfo, Option<&'a str>)> {
    let mut sorted: Vec<&SchemaInfo> = schemas.iter().collect();
    sorted.sort_by_key(|schema| schema.id);
    let mut values: Vec<(&SchemaInfo, Option<&str>)> = Vec::new();
    for schema in sorted {
        let value = schema.options.get(key).map(String::as_str);
        if values.last().is_none_or(|(_, last)| *last != value) {
            values.push((schema, value));
        }
    }
    if values.iter().all(|(_, value)| value.is_none()) { Vec::new() } else { values }
}
