//! What the table is, how big and how fresh, and what ails it.

use serde_json::json;
use yew::prelude::*;

use crate::{
    cell::look_of,
    commands,
    components::{
        ask::use_ask,
        bits::{ago, bytes, card, command, count, empty, level_class, panel},
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    format,
    health::{self, Finding, SMALL_FILE_BYTES},
    lsm,
    model::{DoctorInfo, FileInfo, Severity, TableInfo},
    options::{Standing, standing},
    route::{At, Route, Tab},
    shared::Shared,
    state::{Ask, Shown},
    views::snapshots::chart::Timeline,
};

/// The overview.
#[component]
pub(crate) fn Overview() -> Html {
    let page = use_page();
    let Some(info) = page.info() else {
        return skeleton::waiting(
            html! { <>{ skeleton::cards(4) }{ skeleton::panel(120) }{ skeleton::panel(160) }</> },
        );
    };
    if info.latest_snapshot.is_none() {
        return html! { <>{ empty("Nothing was written yet", html! { <>{"The table has a schema and no snapshot. "}<code>{"cenote write"}</code>{" makes the first one."}</> }) }{ columns(info) }{ options(info) }</> };
    }
    let files = page.state.files.show(page.state.at_key().as_ref());
    html! {
        <>
        { cards(&page, info, &files) }
        if page.state.route.at == At::Latest { <Health /> }
        <Timeline small=true />
        <div class="halves">
            { columns(info) }
            { options(info) }
        </div>
        </>
    }
}

fn cards(page: &Page, info: &TableInfo, files: &Shown<Vec<FileInfo>>) -> Html {
    let snapshot = page.state.snapshot().or(info.latest_snapshot.as_ref());
    let waiting = || html! { <span class="skeleton tall"></span> };
    let list = files.value();
    let size = list.map(|list| list.iter().map(|file| file.size).sum()).or(info.total_size);
    let file_count = list.map(|list| i64::try_from(list.len()).unwrap_or(i64::MAX)).or(info.file_count);
    let rows = list
        .map(|list| list.iter().map(|file| file.rows).sum())
        .or(snapshot.and_then(|snapshot| snapshot.total_record_count));
    let small = list.map(|list| list.iter().filter(|file| file.size < SMALL_FILE_BYTES).count());
    let remark =
        if info.has_primary_key() { "old versions and deletes among them" } else { "append only: each counts" };
    html! {
        <div class="cards" aria-busy={list.is_none().to_string()}>
            { card("Rows in files", "", rows.map_or_else(waiting, count), html! { remark }) }
            { card("Size", "", size.map_or_else(waiting, bytes), list.map_or_else(|| html! {"\u{a0}"}, |list| html! { <>{"median file "}{ bytes(health::median_size(list)) }</> })) }
            { card("Files", "", file_count.map_or_else(waiting, count), small.map_or_else(|| html! {"\u{a0}"}, |small| html! { format!("{} under {}", format::short(i64::try_from(small).unwrap_or(i64::MAX)), format::bytes(SMALL_FILE_BYTES)) })) }
            { amplification(info, list) }
            { card("Last commit", "", snapshot.map_or_else(waiting, |snapshot| ago(snapshot.time_millis)), snapshot.map_or_else(Html::default, |snapshot| html! { format!("#{} {}, schema {}", snapshot.id, snapshot.commit_kind.to_lowercase(), snapshot.schema_id) })) }
        </div>
    }
}

fn amplification(info: &TableInfo, files: Option<&Shared<Vec<FileInfo>>>) -> Html {
    if !info.has_primary_key() {
        let buckets = files.map(|files| lsm::buckets(files).len());
        return card(
            "Partitions × buckets",
            "",
            buckets.map_or_else(
                || html! { <span class="skeleton tall"></span> },
                |count| html! { format::exact(i64::try_from(count).unwrap_or(i64::MAX)) },
            ),
            html! { "no merge on read" },
        );
    }
    let Some(files) = files else {
        return card("Read amplification", "", html! { <span class="skeleton tall"></span> }, html! {"\u{a0}"});
    };
    let buckets = lsm::buckets(files);
    let cost = lsm::amplification(&buckets, info);
    let worst = cost.worst.as_ref().map_or(0, |(_, runs)| *runs);
    let tone = if worst >= cost.trigger {
        "warm"
    } else if worst <= 1 {
        "good"
    } else {
        ""
    };
    let remark = cost.worst.map(|(id, runs)| format!("worst {runs} runs · {}", id.title())).unwrap_or_default();
    card("Read amplification", tone, html! { format!("{:.1} ×", cost.average) }, html! { remark })
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
            <tbody>{ for info.fields.iter().map(|field| html! {
                <tr key={field.id} title={field.description.clone()}>
                    <td>{ field.name.clone() }</td><td class={classes!("mono", format!("look-{:?}", look_of(&field.type_text)).to_lowercase())}>{ field.type_text.clone() }</td><td class="mute">{ role(&field.name) }</td>
                </tr>
            }) }</tbody>
        </table>
    };
    panel(
        "Columns",
        html! { format!("{} in schema {}", format::counted(info.fields.len(), "column"), info.schema_id) },
        html! {},
        body,
    )
}

/// The options that the schema file sets, those that change something first.
pub(crate) fn options(info: &TableInfo) -> Html {
    let mut rows: Vec<(&String, &String, Standing)> =
        info.options.iter().map(|(key, value)| (key, value, standing(key, value))).collect();
    rows.sort_by_key(|(_, _, standing)| matches!(standing, Standing::Default));
    let body = if rows.is_empty() {
        html! { <p class="note">{"All options are at their defaults."}</p> }
    } else {
        html! {
            <table class="list">
                <thead><tr><th>{"Option"}</th><th>{"Value"}</th><th>{"Default"}</th></tr></thead>
                <tbody>{ for rows.into_iter().map(|(key, value, standing)| html! {
                    <tr key={key.clone()} class={matches!(standing, Standing::Default).then_some("faint")}>
                        <td class="mono">{ key.clone() }</td><td class="mono">{ value.clone() }</td>
                        <td class="mono mute">{ match standing {
                            Standing::Default => html! { "same" },
                            Standing::Changed(default) => html! { default },
                            Standing::Set => html! { "–" },
                            Standing::Unknown => html! { <span class="warm" title="Kept and ignored">{"unknown option"}</span> },
                        } }</td>
                    </tr>
                }) }</tbody>
            </table>
        }
    };
    panel("Options", html! { "What the schema sets, and what it would be." }, html! {}, body)
}

/// Names of the levels present, with their colours.
pub(crate) fn level_legend(levels: &[i64]) -> Html {
    html! { <div class="legend">{ for levels.iter().map(|level| html! { <span key={level.to_string()}><i class={classes!("swatch", level_class(*level))}></i>{ format!("L{level}") }</span> }) }</div> }
}
