//! What the table is, how big and how fresh, and what ails it.

use serde_json::json;
use yew::prelude::*;

mod cards;
mod pictures;

use crate::{
    cell::look_of,
    commands,
    components::{
        ask::use_ask,
        bits::{command, empty, panel},
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    format,
    health::{self, Finding},
    model::{DoctorInfo, OptionInfo, OptionStatus, Severity, TableInfo},
    route::{At, Route, Tab},
    state::{Ask, Shown},
    views::snapshots::chart::Timeline,
};

/// The overview.
#[component]
pub(crate) fn Overview() -> Html {
    let page = use_page();
    let Some(info) = page.info() else {
        return skeleton::waiting(
            html! { <>{ skeleton::cards(5) }{ pictures::waiting() }{ skeleton::panel(178) }{ skeleton::panel(80) }</> },
        );
    };
    if info.latest_snapshot.is_none() {
        return html! { <>{ empty("Nothing was written yet", html! { <>{"The table has a schema and no snapshot. "}<code>{"cenote write"}</code>{" makes the first one."}</> }) }{ columns(info) }<Options /></> };
    }
    html! {
        <>
        <cards::Cards />
        <pictures::Pictures />
        <Timeline small=true />
        if page.state.route.at == At::Latest { <Health /> }
        <div class="halves">
            { columns(info) }
            <Options />
        </div>
        </>
    }
}

/// What ails the latest state.
#[component]
fn Health() -> Html {
    let page = use_page();
    let name = page.info().map(TableInfo::cli_name).unwrap_or_default();
    let address = commands::address(&page.state.route, &name);
    let shown = use_ask::<DoctorInfo>(Ask::of_table(&page.state, "doctor", json!({ "address": address })));
    let Some(info) = page.info() else { return html! {} };
    let body = match shown {
        Shown::Waiting => skeleton::waiting(skeleton::lines(2)),
        Shown::Failed(problem) => html! { <ProblemView problem={problem.clone()} /> },
        Shown::Fresh(doctor) | Shown::Stale(doctor) => {
            let found = health::findings(&page.state.route, &doctor, &page.warehouse_url());
            html! {
                <>
                <ul class="findings">{ for found.iter().map(|finding| self::finding(&page, finding)) }</ul>
                if !doctor.not_looked_at.is_empty() {
                    <p class="note">{ format!("Not looked at: {}.", doctor.not_looked_at.join("; ")) }</p>
                }
                </>
            }
        }
    };
    let link = Route { tab: Tab::Lsm, ..page.state.route.clone() }.print();
    panel(
        "Health",
        html! { "What ails the table, worst first, and the command that mends it." },
        html! { <a class="button" href={link}>{ if info.has_primary_key() { "See the levels" } else { "See the layout" } }</a> },
        body,
    )
}

fn finding(page: &Page, finding: &Finding) -> Html {
    let (tone, sign, word) = match finding.severity {
        Some(Severity::Critical) => ("bad", "◆", "critical"),
        Some(Severity::Warning) => ("warm", "▲", "warning"),
        Some(Severity::Note) => ("note-tone", "●", "note"),
        None => ("good", "✓", "good"),
    };
    html! {
        <li>
            <span class={classes!("sign", tone)} role="img" aria-label={word} title={word}>{ sign }</span>
            <div class="finding-text"><b>{ finding.title.clone() }</b><p>{ finding.detail.clone() }</p></div>
            if let Some(line) = &finding.command { { command(page, line, "command") } }
        </li>
    }
}

/// Rows of a list here: a table may have any number of columns and options, which have views of their own.
const MANY: usize = 200;

/// Says that a list is cut.
fn first(total: usize) -> String {
    if total > MANY { format!(", the first {MANY} here") } else { String::new() }
}

fn columns(info: &TableInfo) -> Html {
    let role = |name: &String| {
        let mut roles = Vec::new();
        if info.primary_keys.contains(name) {
            roles.push("key");
        }
        if info.partition_keys.contains(name) {
            roles.push("partition");
        }
        if info.bucket_keys.contains(name) && !info.primary_keys.contains(name) {
            roles.push("bucket");
        }
        roles.join(", ")
    };
    let body = html! {
        <table class="list">
            <thead><tr><th>{"Column"}</th><th>{"Type"}</th><th>{"Role"}</th></tr></thead>
            <tbody>{ for info.fields.iter().take(MANY).map(|field| html! {
                <tr key={field.id} title={field.description.clone()}>
                    <td>{ field.name.clone() }</td><td class={classes!("mono", format!("look-{:?}", look_of(&field.type_text)).to_lowercase())}>{ field.type_text.clone() }</td><td class="mute">{ role(&field.name) }</td>
                </tr>
            }) }</tbody>
        </table>
    };
    panel(
        "Columns",
        html! { format!("{} in schema {}{}", format::counted(info.fields.len(), "column"), info.schema_id, first(info.fields.len())) },
        html! {},
        body,
    )
}

/// Options of a table that are explained here: reading more of them takes the page too long.
const MOST_OPTIONS: usize = 5_000;

/// The options that the table sets, those that change something first.
#[component]
fn Options() -> Html {
    let page = use_page();
    let set = page.info().map_or(0, |info| info.options.len());
    let ask = (set <= MOST_OPTIONS).then(|| Ask::of_table(&page.state, "optionsInfo", json!({}))).flatten();
    let told = use_ask::<Vec<OptionInfo>>(ask);
    let (body, cut) = match &told {
        _ if set > MOST_OPTIONS => {
            let text = format!("The table sets {}: more than can be told here.", format::counted(set, "option"));
            (html! { <p class="note">{text}</p> }, String::new())
        }
        Shown::Waiting => (skeleton::waiting(skeleton::lines(4)), String::new()),
        Shown::Failed(problem) => (html! { <ProblemView problem={problem.clone()} /> }, String::new()),
        Shown::Fresh(all) | Shown::Stale(all) => {
            let mut set: Vec<&OptionInfo> = all.iter().filter(|option| option.set).collect();
            set.sort_by_key(|option| option.status == OptionStatus::Default);
            (options(&set), first(set.len()))
        }
    };
    let link = Route { tab: Tab::Options, ..page.state.route.clone() }.print();
    panel(
        "Options",
        html! { format!("What the table sets, and what it would be{cut}.") },
        html! { <a class="button" href={link}>{"See all"}</a> },
        body,
    )
}

fn options(set: &[&OptionInfo]) -> Html {
    if set.is_empty() {
        return html! { <p class="note">{"All options are at their defaults."}</p> };
    }
    html! {
        <table class="list">
            <thead><tr><th>{"Option"}</th><th>{"Value"}</th><th>{"Default"}</th></tr></thead>
            <tbody>{ for set.iter().take(MANY).map(|option| html! {
                <tr key={option.key.clone()} class={(option.status == OptionStatus::Default).then_some("faint")}>
                    <td class="mono">{ option.key.clone() }</td><td class="mono">{ option.value.clone().unwrap_or_default() }</td>
                    <td class="mono mute">{ match (option.status, &option.default) {
                        (OptionStatus::Default, _) => html! { "same" },
                        (OptionStatus::Unknown, _) => html! { <span class="warm" title="Kept and ignored">{"unknown option"}</span> },
                        (OptionStatus::Deprecated, _) => html! { <span class="warm" title="Known by a newer name">{"deprecated"}</span> },
                        (OptionStatus::Changed, default) => html! { default.clone().unwrap_or_else(|| "–".to_owned()) },
                    } }</td>
                </tr>
            }) }</tbody>
        </table>
    }
}
