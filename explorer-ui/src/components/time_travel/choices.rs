//! A search with what it finds below: arrow keys choose, Enter goes there.

use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use crate::{browser, components::page::use_page, route::At, state::Action};

/// Something that can be chosen.
#[derive(Clone, PartialEq)]
pub(super) struct Choice {
    /// Where it leads.
    pub(super) at: At,
    /// What it is called.
    pub(super) name: Html,
    /// What is known of it.
    pub(super) detail: Html,
}

/// Properties of [`Choices`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// What is listed.
    pub(super) label: &'static str,
    /// What the search takes.
    pub(super) hint: &'static str,
    /// What is searched for.
    pub(super) search: String,
    /// Searches for something else.
    pub(super) onsearch: Callback<String>,
    /// What was found.
    pub(super) choices: Vec<Choice>,
    /// Why there is nothing, or that there is more.
    pub(super) note: Html,
}

/// The search and the list.
#[component]
pub(super) fn Choices(props: &Props) -> Html {
    let page = use_page();
    let chosen = use_state_eq(|| None::<usize>);
    use_effect_with((), |()| {
        // After the dialog has taken the keyboard.
        wasm_bindgen_futures::spawn_local(async {
            browser::sleep(0).await;
            // Who turns through the tabs stays there.
            if browser::focused_id().is_none_or(|id| !id.starts_with("travel-by-")) {
                browser::focus("travel-search");
            }
        });
    });
    let count = props.choices.len();
    // A search that finds one thing means it.
    let active = chosen.filter(|at| *at < count).or((count == 1 && !props.search.is_empty()).then_some(0));
    let oninput = {
        let (chosen, onsearch) = (chosen.clone(), props.onsearch.clone());
        Callback::from(move |event: InputEvent| {
            chosen.set(None);
            onsearch.emit(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let onkeydown = {
        let (page, choices, chosen) = (page.clone(), props.choices.clone(), chosen.clone());
        Callback::from(move |event: KeyboardEvent| {
            let last = choices.len().saturating_sub(1);
            let to = match (event.key().as_str(), active) {
                (_, _) if choices.is_empty() => return,
                ("ArrowDown", None) => 0,
                ("ArrowDown", Some(at)) => {
                    if at == last {
                        0
                    } else {
                        at + 1
                    }
                }
                ("ArrowUp", None | Some(0)) => last,
                ("ArrowUp", Some(at)) => at - 1,
                ("Enter", Some(at)) => {
                    event.prevent_default();
                    choices.get(at).into_iter().for_each(|choice| page.send(Action::TimeTravel(choice.at.clone())));
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            chosen.set(Some(to));
            browser::scroll_to(&option_id(to));
        })
    };
    let current = &page.state.route.at;
    html! {
        <>
        <input id="travel-search" type="search" autocomplete="off" spellcheck="false" role="combobox" aria-expanded="true" aria-autocomplete="list" aria-controls="travel-list" aria-label={props.hint} aria-describedby="travel-note" aria-activedescendant={active.map(option_id)} placeholder={props.hint} value={props.search.clone()} {oninput} {onkeydown} />
        <ul id="travel-list" class="travel-list" role="listbox" aria-label={props.label}>
            { for props.choices.iter().enumerate().map(|(index, choice)| {
                let (on, here) = (active == Some(index), choice.at == *current);
                html! {
                    <li id={option_id(index)} key={format!("{:?}", choice.at)} role="option" aria-selected={on.to_string()} aria-current={here.then_some("true")} class={classes!("menu-item", on.then_some("at"), here.then_some("on"))} onclick={page.on(Action::TimeTravel(choice.at.clone()))}>
                        <span>{ choice.name.clone() }</span><small>{ choice.detail.clone() }</small>
                    </li>
                }
            }) }
        </ul>
        <p id="travel-note" class="note" role="status">{ props.note.clone() }</p>
        </>
    }
}

fn option_id(index: usize) -> String {
    format!("travel-option-{index}")
}
