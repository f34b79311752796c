//! The filter: asked with Enter, completed while it is typed; its errors stand below it, at the place they are about.

use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use crate::{
    cell::{Look, look_of},
    components::{
        icon::{Icon, icon},
        page::{Page, use_page},
    },
    export::quoted_name,
    filter::{Completion, complete, position_of},
    model::FieldInfo,
    state::Action,
};

/// Properties of [`FilterBar`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// What is wrong with the filter.
    pub(super) problem: Option<String>,
}

/// The filter's box.
#[component]
pub(super) fn FilterBar(props: &Props) -> Html {
    let page = use_page();
    let node = use_node_ref();
    let applied = page.state.route.filter.clone();
    let typed = use_state_eq(|| applied.clone());
    // What may come at the caret, and which of it is chosen.
    let offer = use_state_eq(|| None::<Completion>);
    let chosen = use_state_eq(|| None::<usize>);
    {
        let typed = typed.clone();
        use_effect_with(applied.clone(), move |applied| typed.set(applied.clone()));
    }
    // Shared: ten thousand columns are not copied for each key.
    let opened = page.state.opened().cloned();
    let fields: &[FieldInfo] = opened.as_ref().map_or(&[], |opened| &opened.info.fields);
    let look_again = {
        let (offer, chosen, opened, node) = (offer.clone(), chosen.clone(), opened.clone(), node.clone());
        move |text: &str| {
            let fields: &[FieldInfo] = opened.as_ref().map_or(&[], |opened| &opened.info.fields);
            let caret = node.cast::<HtmlInputElement>().and_then(|input| input.selection_start().ok().flatten());
            let caret = characters_before(text, caret);
            let found = complete(text, caret, fields);
            offer.set(Some(found).filter(|found| !found.options.is_empty()));
            chosen.set(None);
        }
    };
    let take = {
        let (typed, node, look_again) = (typed.clone(), node.clone(), look_again.clone());
        move |completion: &Completion, index: usize| {
            let Some(option) = completion.options.get(index) else { return };
            let head: String = typed.chars().take(completion.from).collect();
            let tail: String = typed.chars().skip(completion.to).collect();
            let text = format!("{head}{}{}", option.text, tail.trim_start());
            if let Some(input) = node.cast::<HtmlInputElement>() {
                input.set_value(&text);
                let caret = u32::try_from(format!("{head}{}", option.text).encode_utf16().count()).unwrap_or(u32::MAX);
                let _ = input.set_selection_range(caret, caret);
                let _ = input.focus();
            }
            typed.set(text.clone());
            look_again(&text);
        }
    };
    let oninput = {
        let (typed, look_again) = (typed.clone(), look_again.clone());
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            look_again(&text);
            typed.set(text);
        })
    };
    let onkeydown = {
        let (page, typed, offer, chosen) = (page.clone(), typed.clone(), offer.clone(), chosen.clone());
        let (take, look_again) = (take.clone(), look_again.clone());
        Callback::from(move |event: KeyboardEvent| {
            let count = offer.as_ref().map_or(0, |offer| offer.options.len());
            match (event.key().as_str(), &*offer) {
                ("ArrowDown", Some(_)) => chosen.set(Some(chosen.map_or(0, |at| (at + 1) % count))),
                ("ArrowUp", Some(_)) => chosen.set(Some(chosen.map_or(count - 1, |at| (at + count - 1) % count))),
                ("ArrowDown", None) => look_again(&typed),
                ("Tab", Some(offer)) if chosen.is_some() || offer.from < offer.to => take(offer, chosen.unwrap_or(0)),
                ("Enter", Some(offer)) if chosen.is_some() => take(offer, chosen.unwrap_or(0)),
                ("Enter", _) => {
                    offer.set(None);
                    page.send(Action::Filter(typed.trim().to_owned()));
                    return;
                }
                ("Escape", Some(_)) => {
                    offer.set(None);
                    event.stop_propagation();
                }
                _ => return,
            }
            event.prevent_default();
        })
    };
    let onblur = {
        let offer = offer.clone();
        Callback::from(move |_: FocusEvent| offer.set(None))
    };
    let clear = {
        let (page, typed) = (page.clone(), typed.clone());
        Callback::from(move |_: MouseEvent| {
            typed.set(String::new());
            page.send(Action::Filter(String::new()));
        })
    };
    let example =
        fields.first().map(|field| format!("filter: {} is not null", quoted_name(&field.name))).unwrap_or_default();
    let pending = typed.trim() != applied;
    html! {
        <div class="filter">
            <input id="filter" ref={node} type="text" class="mono" spellcheck="false" autocomplete="off" role="combobox" aria-autocomplete="list" aria-controls="filter-offer" aria-expanded={offer.is_some().to_string()}
                aria-activedescendant={chosen.map(|at| format!("filter-option-{at}"))} placeholder={example} aria-label="Filter rows" aria-invalid={props.problem.is_some().to_string()} aria-describedby="filter-error" value={(*typed).clone()} {oninput} {onkeydown} {onblur} />
            if pending { <kbd class="filter-hint">{"Enter"}</kbd> }
            if !applied.is_empty() && !pending { <button class="quiet filter-clear" aria-label="Clear the filter" onclick={clear}>{ icon(Icon::Close) }</button> }
            <ul id="filter-offer" class="filter-offer" role="listbox" aria-label="What may come here" hidden={offer.is_none()}>
                if let Some(completion) = &*offer {
                    { for completion.options.iter().enumerate().map(|(index, option)| {
                        let (take, completion) = (take.clone(), completion.clone());
                        // Before the box loses the keyboard.
                        let onmousedown = Callback::from(move |event: MouseEvent| {
                            event.prevent_default();
                            take(&completion, index);
                        });
                        let on = *chosen == Some(index);
                        html! { <li id={format!("filter-option-{index}")} key={option.text.clone()} role="option" aria-selected={on.to_string()} class={on.then_some("on")} {onmousedown}><span class="mono">{ option.text.clone() }</span><small>{ option.note.clone() }</small></li> }
                    }) }
                }
            </ul>
            <div id="filter-error" class="field-error" role="alert">{ props.problem.as_deref().map(|problem| located(problem, &applied)).unwrap_or_default() }</div>
        </div>
    }
}

/// Characters before a caret that the browser counts in UTF-16 units.
fn characters_before(text: &str, caret: Option<u32>) -> usize {
    let Some(caret) = caret else { return text.chars().count() };
    let mut units = 0;
    text.chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= caret as usize
        })
        .count()
}

/// The problem, with the filter's text marked where it is wrong.
fn located(problem: &str, filter: &str) -> Html {
    let Some(at) = position_of(problem).filter(|at| *at <= filter.chars().count()) else {
        return html! { problem.to_owned() };
    };
    let before: String = filter.chars().skip(at.saturating_sub(24)).take(at.min(24)).collect();
    let rest: String = filter.chars().skip(at).take(24).collect();
    html! { <>{ problem.to_owned() }<span class="filter-place mono" aria-hidden="true">{ before }<mark>{ if rest.is_empty() { " ".to_owned() } else { rest } }</mark></span></> }
}

/// What a filter may say, with this table's own columns.
pub(super) fn help(page: &Page) -> Html {
    let Some(info) = page.info() else { return html! {} };
    let of = |looks: &[Look]| {
        info.fields
            .iter()
            .find(|field| looks.contains(&look_of(&field.type_text)))
            .map(|field| quoted_name(&field.name))
    };
    let examples = [
        of(&[Look::Number]).map(|name| format!("{name} between 1 and 9")),
        of(&[Look::Text]).map(|name| format!("{name} in ('a', 'b') or {name} like 'c%'")),
        of(&[Look::Time]).map(|name| format!("{name} >= '2024-01-31'")),
        info.fields.last().map(|field| format!("not ({} is null)", quoted_name(&field.name))),
    ];
    let example = |text: String| html! { <li><button class="plain mono" onclick={page.on(Action::Filter(text.clone()))}>{ text }</button></li> };
    html! { <div class="filter-help"><h2>{"A filter is a condition of SQL"}</h2><ul>{ for examples.into_iter().flatten().map(example) }</ul></div> }
}
