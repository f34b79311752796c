//! The versions as a picture: a lane for each file, level by level, versions in the order in which they are merged.

use yew::prelude::*;

use crate::{
    components::{
        bits::{level_class, panel},
        page::use_page,
        size::use_size,
    },
    format,
    history::row::{RowHistory, RowVersion},
    shared::Shared,
    state::{Action, Selection},
};

const LABEL: f64 = 178.0;
const LANE_PX: f64 = 30.0;
const FOOT: f64 = 26.0;
/// Lanes drawn; the table below has all.
const LANES: usize = 24;

/// Properties of [`Lanes`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) history: Shared<RowHistory>,
}

/// The picture.
#[component]
pub(super) fn Lanes(props: &Props) -> Html {
    let page = use_page();
    let node = use_node_ref();
    let (width, _) = use_size(&node);
    let history = &props.history;
    let lanes = history.lanes();
    let drawn = lanes.len().min(LANES);
    #[allow(clippy::cast_precision_loss)]
    let height = drawn as f64 * LANE_PX + FOOT;
    let narrow = width < 480.0;
    let left = if narrow { 96.0 } else { LABEL };
    #[allow(clippy::cast_precision_loss)]
    let step = (width - left - 26.0) / (history.versions.len().max(2) - 1) as f64;
    #[allow(clippy::cast_precision_loss)]
    let x = |version: usize| left + 8.0 + step * version as f64;
    let lane = |(index, lane): (usize, &crate::history::row::Lane)| {
        #[allow(clippy::cast_precision_loss)]
        let y = index as f64 * LANE_PX + LANE_PX / 2.0;
        let name = if narrow {
            format!("L{}", lane.level)
        } else {
            format!("L{} {}", lane.level, format::middle_cut(&lane.file, 9, 8))
        };
        let select = page.on(Action::Select(Some(Selection::File(lane.path.clone()))));
        html! {
            <g key={lane.path.clone()}>
                <rect class={classes!("row-lane-level", level_class(lane.level))} x="0" y={(y - 7.0).to_string()} width="10" height="14" rx="3" />
                <g class="row-lane-name" role="button" tabindex="0" onclick={select}><title>{ lane.path.clone() }</title><text x="16" y={(y + 4.0).to_string()}>{ name }</text></g>
                <line class="axis" x1={left.to_string()} x2={(width - 12.0).to_string()} y1={y.to_string()} y2={y.to_string()} />
                { for lane.versions.iter().filter_map(|&version| Some(mark(version, history.versions.get(version)?, x(version), y))) }
            </g>
        }
    };
    let picked = history.versions.iter().filter(|version| version.picked != "none").count();
    let words = format!(
        "{} in {}; {} make the result. The table below says the same.",
        format::counted(history.versions.len(), "version"),
        format::counted(lanes.len(), "file"),
        picked
    );
    panel(
        "Where the versions lie",
        html! { "A lane for each file, upper levels below. Older versions stand left: later ones are merged over them." },
        legend(),
        html! {
            <div class="chart" ref={node}>
                <svg class="row-lanes" width={width.to_string()} height={height.to_string()} role="group" aria-label={words}>
                    if width > 60.0 {
                        { for lanes.iter().take(drawn).enumerate().map(lane) }
                        <text x={left.to_string()} y={(height - 8.0).to_string()}>{"older"}</text>
                        <text x={(width - 12.0).to_string()} y={(height - 8.0).to_string()} text-anchor="end">{"newer"}</text>
                    }
                </svg>
                if lanes.len() > drawn { <p class="note">{ format!("{} more are in the table.", format::counted(lanes.len() - drawn, "file")) }</p> }
            </div>
        },
    )
}

fn legend() -> Html {
    let sign = |kind: &str, picked: &str, word: &'static str| {
        let version = RowVersion { kind: kind.to_owned(), picked: picked.to_owned(), ..RowVersion::default() };
        html! { <span><svg width="20" height="20" viewBox="-10 -10 20 20" aria-hidden="true">{ mark(0, &version, 0.0, 0.0) }</svg>{ word }</span> }
    };
    html! { <div class="legend">{ sign("+I", "none", "written") }{ sign("-D", "none", "deletes") }{ sign("+I", "whole", "picked") }{ sign("+I", "part", "in part") }</div> }
}

/// A version: a dot for a row, a cross for a delete; a ring around what was picked, broken where only in part; hollow
/// where readers do not see it.
fn mark(index: usize, version: &RowVersion, x: f64, y: f64) -> Html {
    let unseen = version.deleted || version.skipped;
    let gone = matches!(version.kind.as_str(), "-D" | "-U");
    let why = match (version.deleted, version.skipped) {
        (true, _) => "\nhidden by a deletion vector",
        (_, true) => "\nreaders skip this file",
        _ => "",
    };
    let title = format!("{} sequence {}{why}", version.kind, format::exact(version.sequence_number));
    let ring = match version.picked.as_str() {
        "whole" => html! { <circle class="row-ring" cx={x.to_string()} cy={y.to_string()} r="9" /> },
        "part" => html! { <circle class="row-ring part" cx={x.to_string()} cy={y.to_string()} r="9" /> },
        _ => html! {},
    };
    let body = if gone {
        html! { <path class={classes!("row-cross", unseen.then_some("unseen"))} d={format!("M{} {}l8 8m0 -8l-8 8", x - 4.0, y - 4.0)} /> }
    } else {
        html! { <circle class={classes!("row-dot", unseen.then_some("unseen"))} cx={x.to_string()} cy={y.to_string()} r="5" /> }
    };
    html! { <g key={index}><title>{ title }</title>{ ring }{ body }</g> }
}
