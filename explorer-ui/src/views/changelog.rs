//! What changed between two states, row by row, with what each row does; or what changes from now on.

use web_sys::{HtmlInputElement, HtmlSelectElement, KeyboardEvent};
use yew::prelude::*;

mod follow;
pub(crate) mod sample;

use super::data;
use crate::{
    components::{bits::empty, page::use_page, skeleton},
    format,
    history::{
        compare::{choices, name_of},
        kinds::{self, KINDS, PagedCounts},
    },
    route::Range,
    state::Action,
    views::snapshots::diff_class,
};

/// Ways to find changes out, as the engine names them; empty is its own choice.
const MODES: [(&str, &str); 4] =
    [("", "automatic"), ("changelog", "changelog files"), ("delta", "files added"), ("diff", "difference of states")];

/// The Changelog view.
#[component]
pub(crate) fn Changelog() -> Html {
    let page = use_page();
    let Some(info) = page.info() else { return skeleton::waiting(skeleton::panel(420)) };
    let following = page.state.route.focus("follow").is_some();
    if info.latest_snapshot.is_none() && !following {
        return empty("No changes", html! { "Nothing was written yet." });
    }
    let filtered = page.state.scan_key().is_some_and(|key| !key.filter.is_empty());
    let none = if filtered {
        let clear = {
            let page = page.clone();
            Callback::from(move |_: MouseEvent| {
                ["where", "kinds"].into_iter().for_each(|name| page.send(Action::Focus(name, None)))
            })
        };
        empty("No change passes the filter", html! { <button onclick={clear}>{"Show all changes"}</button> })
    } else {
        empty("No changes", html! { "Nothing changed in this range, as this way of looking sees it." })
    };
    let evolves = info.evolves_columns();
    html! {
        <>
        <div class="data-tools">
            <Ends {evolves} />
            <button aria-pressed={following.to_string()} class={following.then_some("primary")} onclick={page.on(Action::Focus("follow", (!following).then(|| "on".to_owned())))}>{ if following { "Stop following" } else { "Follow" } }</button>
            if !following { { data::export(&page) } }
        </div>
        if evolves {
            <p class="note">{"Files of this table hold single columns of rows (data-evolution.enabled): what the range wrote of a row is one row here, and columns that it left alone are empty."}</p>
        }
        if following {
            <follow::Follow />
        } else if evolves && page.state.route.range.mode == "diff" {
            { empty("No difference of two states", html! { "Paimon defines none for rows whose columns are in several files, and its own reader of such tables takes no differences. Look at the files added instead." }) }
        } else {
            <div class="data-tools"><Where /><Kinds /></div>
            { data::rows(&page, true, none) }
            { data::footer(&page, &page.state.scan) }
        }
        </>
    }
}

/// Properties of [`Ends`].
#[derive(Properties, PartialEq)]
struct EndsProps {
    /// Whether files hold single columns of rows: states of such tables are not compared.
    evolves: bool,
}

/// Both ends of the range, and the way to look.
#[component]
fn Ends(props: &EndsProps) -> Html {
    let page = use_page();
    let range = page.state.route.range.clone();
    let offered = |mode: &str| !props.evolves || mode != "diff" || mode == range.mode;
    let modes = MODES.into_iter().filter(|(mode, _)| offered(mode));
    let modes = modes.map(|(mode, word)| (mode.to_owned(), word.to_owned())).collect();
    let by = {
        let page = page.clone();
        Callback::from(move |mode: String| {
            page.send(Action::Changes(Range { mode, ..page.state.route.range.clone() }));
        })
    };
    html! {
        <div class="range">
            <End label="After" open="the beginning" chosen={range.from.clone()} changed={from_end as fn(Range, String) -> Range} />
            <End label="up to" open="the newest" chosen={range.to.clone()} changed={to_end as fn(Range, String) -> Range} />
            { choice("by", &range.mode, modes, by) }
        </div>
    }
}

fn from_end(range: Range, from: String) -> Range {
    Range { from, ..range }
}

fn to_end(range: Range, to: String) -> Range {
    Range { to, ..range }
}

/// Properties of [`End`].
#[derive(Properties)]
struct EndProps {
    label: &'static str,
    /// What no end at all is called.
    open: &'static str,
    chosen: String,
    /// The range with this end; the same for the same label.
    changed: fn(Range, String) -> Range,
}

impl PartialEq for EndProps {
    fn eq(&self, other: &Self) -> bool {
        (self.label, self.open, &self.chosen) == (other.label, other.open, &other.chosen)
    }
}

/// Value of the choice that asks for a time.
const A_TIME: &str = "?";

/// An end: a snapshot or tag out of a list, or any time.
#[component]
fn End(props: &EndProps) -> Html {
    let page = use_page();
    let timing = use_state_eq(|| false);
    let EndProps { label, open, chosen, changed } = props;
    let (label, changed) = (*label, *changed);
    let key = page.state.table_key();
    let (snapshots, tags) = (page.state.snapshots.show(key.as_ref()), page.state.tags.show(key.as_ref()));
    let snapshots = snapshots.value().map(|list| list.as_slice()).unwrap_or_default();
    let tags = tags.value().map(|list| list.as_slice()).unwrap_or_default();
    let mut list = vec![(String::new(), (*open).to_owned()), (A_TIME.to_owned(), "a time…".to_owned())];
    list.extend(choices(chosen, snapshots, tags));
    let pick = {
        let (page, timing) = (page.clone(), timing.clone());
        Callback::from(move |text: String| {
            timing.set(text == A_TIME);
            if text != A_TIME {
                page.send(Action::Changes(changed(page.state.route.range.clone(), text)));
            }
        })
    };
    let onchange = {
        let (page, timing) = (page.clone(), timing.clone());
        Callback::from(move |event: Event| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            // What the browser gives has no zone: it is told as UTC, like all times of the page.
            if let Some(text) = text.get(..16).map(|minute| minute.replace('T', " ")) {
                timing.set(false);
                page.send(Action::Changes(changed(page.state.route.range.clone(), format!("{text}:00"))));
            }
        })
    };
    let shown = if *timing { A_TIME } else { chosen };
    html! {
        <span class="range-end">
            { choice(label, shown, list, pick) }
            if *timing { <input type="datetime-local" aria-label={format!("{label} a time, UTC")} title="A time, UTC" {onchange} /> }
        </span>
    }
}

fn choice(label: &'static str, chosen: &str, choices: Vec<(String, String)>, pick: Callback<String>) -> Html {
    let onchange =
        Callback::from(move |event: Event| pick.emit(event.target_unchecked_into::<HtmlSelectElement>().value()));
    html! {
        <label>{ label }<select {onchange}>
            { for choices.into_iter().map(|(value, text)| (value == chosen, value, text)).map(|(selected, value, text)| html! { <option {selected} {value}>{ text }</option> }) }
        </select></label>
    }
}

/// The filter of changed rows, asked with Enter.
#[component]
fn Where() -> Html {
    let page = use_page();
    let applied = page.state.route.focus("where").unwrap_or_default().to_owned();
    let typed = use_state_eq(|| applied.clone());
    {
        let typed = typed.clone();
        use_effect_with(applied.clone(), move |applied| typed.set(applied.clone()));
    }
    let oninput = {
        let typed = typed.clone();
        Callback::from(move |event: InputEvent| typed.set(event.target_unchecked_into::<HtmlInputElement>().value()))
    };
    let onkeydown = {
        let (page, typed) = (page.clone(), typed.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" {
                page.send(Action::Focus("where", Some(typed.trim().to_owned())));
            }
        })
    };
    let pending = typed.trim() != applied;
    html! {
        <div class="filter">
            <input id="filter" type="text" class="mono" spellcheck="false" autocomplete="off" placeholder="filter changed rows: a condition of SQL" aria-label="Filter changed rows" value={(*typed).clone()} {oninput} {onkeydown} />
            if pending { <kbd class="filter-hint">{"Enter"}</kbd> }
        </div>
    }
}

/// How many rows of each kind were read so far; each kind shows or hides its rows.
#[component]
fn Kinds() -> Html {
    let page = use_page();
    let scan = &page.state.scan;
    let counted = use_mut_ref(|| (None, PagedCounts::default()));
    let counts = {
        let mut counted = counted.borrow_mut();
        if counted.0 != scan.opened {
            *counted = (scan.opened.clone(), PagedCounts::default());
        }
        counted.1.look(scan.known, scan.page_rows(), |at| scan.row(at).map(|row| row.as_slice()))
    };
    let applied = page.state.route.focus("kinds").unwrap_or_default();
    let chosen = kinds::chosen(applied);
    let kind = |((kind, word), number): (&(&'static str, &'static str), usize)| {
        let on = chosen.is_empty() || chosen.contains(kind);
        let next = kinds::toggled(applied, kind);
        let number = format::exact(i64::try_from(number).unwrap_or(i64::MAX));
        html! {
            <button key={*kind} class={classes!("kind-count", diff_class(kind))} aria-pressed={on.to_string()} title={format!("Only rows of the kinds chosen: {kind} {word}")} onclick={page.on(Action::Focus("kinds", Some(next)))}><b>{ *kind }</b>{" "}{ number }<small>{ *word }</small></button>
        }
    };
    html! { <div class="kind-counts" role="group" aria-label="Kinds of rows, read so far">{ for KINDS.iter().zip(counts.by_kind).map(kind) }</div> }
}

/// A range in words.
fn in_words(range: &Range) -> String {
    let end = |text: &str, open: &str| if text.is_empty() { open.to_owned() } else { name_of(text) };
    format!("{} to {}", end(&range.from, "the beginning"), end(&range.to, "the newest"))
}
