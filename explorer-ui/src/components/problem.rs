//! An error as people need it: what happened, in which file, and what mends it.

use yew::prelude::*;

use super::{
    bits::{command, copyable},
    page::{Page, use_page},
};
use crate::{
    browser,
    model::Problem,
    place::Place,
    policies::{self, Policy},
    state::Action,
    views::open::UrlForm,
};

/// Properties of [`ProblemView`].
#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// What went wrong.
    pub(crate) problem: Problem,
}

/// An error in place of a view.
#[component]
pub(crate) fn ProblemView(props: &Props) -> Html {
    let page = use_page();
    let problem = &props.problem;
    let (title, mend) = explain(problem);
    html! {
        <div class={classes!("problem", problem.is_cancelled().then_some("mild"))} role="alert">
            <h2>{ title }</h2>
            <p class="problem-message">{ problem.message.clone() }</p>
            if let Some(path) = &problem.path {
                <p class="problem-path">{"File "}{ copyable(&page, path, path.clone()) }</p>
            }
            if let Some(hint) = problem.hint.as_ref().filter(|_| problem.kind != "cors") {
                <div class="problem-hint">{ hint_view(&page, hint) }</div>
            } else if let Some(mend) = mend {
                <p class="problem-hint">{ mend }</p>
            }
            if problem.kind == "cors" { { cors_help(&page, problem.hint.as_deref()) } }
            if problem.kind == "forbidden" { { access_help(&page) } }
            if let Some(again) = refused(&page, problem) { <div class="problem-again"><UrlForm {again} /></div> }
            <div class="problem-tools">
                <button class="primary" onclick={page.on(Action::Retry)}>{"Try again"}</button>
                <button onclick={page.copier(report(problem))}>{"Copy details"}</button>
                if page.opening_problem().is_some() { <a class="button" href="#/">{"Open something else"}</a> }
            </div>
        </div>
    }
}

/// The place that wants credentials: they are asked for here and now.
fn refused(page: &Page, problem: &Problem) -> Option<Place> {
    let place = page.state.route.place.clone()?;
    (problem.kind == "forbidden" && place.location().is_some()).then_some(place)
}

/// The details as text, to paste into a report.
fn report(problem: &Problem) -> String {
    let lines = [
        Some(format!("{}: {}", problem.kind, problem.message)),
        problem.path.as_ref().map(|path| format!("file: {path}")),
        problem.hint.clone(),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// A hint of several lines holds something to paste.
fn hint_view(page: &Page, hint: &str) -> Html {
    match hint.split_once('\n') {
        Some((head, rest)) => html! { <><p>{ head.to_owned() }</p>{ command(page, rest, "policy") }</> },
        None => html! { <p>{ hint.to_owned() }</p> },
    }
}

/// Title and general advice by kind.
fn explain(problem: &Problem) -> (&'static str, Option<&'static str>) {
    match problem.kind.as_str() {
        "not found" => (
            "Not found",
            Some(
                "Check the address: a warehouse folder holds <database>.db folders, a table folder holds snapshot/ and schema/.",
            ),
        ),
        "cors" => ("The browser kept the answer back", None),
        "forbidden" => (
            "The store refused",
            Some("It wants credentials, or other ones. Open the address again and give them; they stay in memory."),
        ),
        "unavailable" => {
            ("The store did not answer", Some("It may be down, or the network is. Nothing was changed; try again."))
        }
        "corrupt" => (
            "A file is damaged",
            Some(
                "Its bytes disagree with the format. An older snapshot may still read; `cenote verify` checks every file.",
            ),
        ),
        "unsupported" => {
            ("Not supported yet", Some("The table is valid, but uses something that this build does not read."))
        }
        "invalid" => ("That cannot be asked", None),
        "cancelled" => ("Stopped", None),
        _ => ("Something went wrong", Some("This looks like a fault of Cenote. Copy the details into a report.")),
    }
}

/// What the store must allow, ready to paste: the likeliest open.
fn cors_help(page: &Page, known: Option<&str>) -> Html {
    // The engine knows what it sends: its policy, where it gives one.
    let known = known.filter(|text| text.trim_start().starts_with('['));
    let all = policies::cors(&browser::origin(), page.state.route.place.as_ref(), known);
    policy_list(page, "What the store must allow (CORS)", all)
}

/// What the key must be allowed.
fn access_help(page: &Page) -> Html {
    let policy = page.state.route.place.as_ref().and_then(policies::read_access);
    policy.map(|policy| policy_list(page, "What the key must be allowed", vec![policy])).unwrap_or_default()
}

fn policy_list(page: &Page, title: &'static str, all: Vec<Policy>) -> Html {
    html! {
        <section class="policies">
            <h3>{ title }</h3>
            { for all.into_iter().enumerate().map(|(index, policy)| html! {
                <details open={index == 0}>
                    <summary>{ policy.name }</summary>
                    <p>{ policy.place }</p>
                    { command(page, &policy.text, policy.name) }
                </details>
            }) }
        </section>
    }
}
