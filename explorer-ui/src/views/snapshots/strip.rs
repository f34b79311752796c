//! All of a long history in a narrow strip, and the window of it that the picture shows.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, PointerEvent};
use yew::prelude::*;

use super::History;
use crate::{
    components::page::use_page,
    history::{
        span::{Scale, Span},
        track::{Sizes, Track, points},
    },
};

/// Height of the strip, pixels.
pub(super) const HEIGHT: f64 = 36.0;
/// Pixels at both ends.
const MARGIN: f64 = 8.0;

/// Properties of [`Strip`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) history: History,
    /// Pixels there are.
    pub(super) width: f64,
}

/// What a drag began with: the id under the pointer, and whether it moves the window or draws a new one.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Drag {
    from: i64,
    moves: Option<Span>,
}

/// The strip.
#[component]
pub(super) fn Strip(props: &Props) -> Html {
    let page = use_page();
    let drag = use_mut_ref(|| None::<Drag>);
    let shown = use_state_eq(|| None::<Span>);
    let History { all, span, known, .. } = props.history.clone();
    let scale = Scale { span: all, left: MARGIN, right: props.width - MARGIN };
    let window = shown.unwrap_or(span);
    let at = move |event: &PointerEvent| {
        let left = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
        let left = left.map_or(0.0, |element| element.get_bounding_client_rect().left());
        scale.id(f64::from(event.client_x()) - left)
    };
    let onpointerdown = {
        let drag = drag.clone();
        Callback::from(move |event: PointerEvent| {
            if let Some(element) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
                let _ = element.set_pointer_capture(event.pointer_id());
            }
            let from = at(&event);
            let moves = (span.holds(from) && span != all).then_some(span);
            *drag.borrow_mut() = Some(Drag { from, moves });
        })
    };
    let onpointermove = {
        let (drag, shown) = (drag.clone(), shown.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some(Drag { from, moves }) = *drag.borrow() {
                let to = at(&event);
                shown.set(Some(moves.map_or(Span::new(from, to), |span| span.moved(to - from, all))));
            }
        })
    };
    let onpointerup = {
        let (page, drag, shown) = (page.clone(), drag.clone(), shown.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(Drag { from, moves }) = drag.borrow_mut().take() else { return };
            shown.set(None);
            let to = at(&event);
            // A click looks around the place; a drag draws a window or moves the one there is.
            let next = match moves {
                _ if to == from => span.moved(from - (span.first + span.count() / 2), all),
                Some(span) => span.moved(to - from, all),
                None => Span::new(from, to),
            };
            page.look_at(next, all);
        })
    };
    let onkeydown = {
        let page = page.clone();
        Callback::from(move |event: KeyboardEvent| {
            let step = (span.count() / 4).max(1);
            let next = match event.key().as_str() {
                "ArrowLeft" => span.moved(-step, all),
                "ArrowRight" => span.moved(step, all),
                "PageUp" => span.moved(-span.count(), all),
                "PageDown" => span.moved(span.count(), all),
                "Home" => span.moved(all.first - span.first, all),
                "End" => span.moved(all.last - span.last, all),
                "+" | "=" => span.zoomed(true, None, all),
                "-" => span.zoomed(false, None, all),
                _ => return,
            };
            event.prevent_default();
            page.look_at(next, all);
        })
    };
    let base = HEIGHT - 5.0;
    let line: String = points(Track::Rows, &known, &Sizes::new(), &scale)
        .iter()
        .enumerate()
        .map(|(index, point)| {
            format!("{}{:.1} {:.1}", if index == 0 { "M" } else { "L" }, point.x, base - point.height * (base - 6.0))
        })
        .collect();
    let area = (!line.is_empty()).then(|| format!("{line}L{:.1} {base}L{:.1} {base}Z", scale.right, scale.left));
    let (from, to) = (scale.x(window.first), scale.x(window.last));
    html! {
        <svg class="strip" width={props.width.to_string()} height={HEIGHT.to_string()} role="slider" tabindex="0" aria-label="Window of the history: arrow keys move it, plus and minus resize it"
            aria-valuemin={all.first.to_string()} aria-valuemax={all.last.to_string()} aria-valuenow={span.first.to_string()} aria-valuetext={format!("snapshots {} to {}", span.first, span.last)}
            {onpointerdown} {onpointermove} {onpointerup} {onkeydown}>
            <path class="area" d={area.unwrap_or_default()} />
            <rect class="strip-window" x={(from - 2.0).to_string()} y="1" width={(to - from + 4.0).max(6.0).to_string()} height={(HEIGHT - 2.0).to_string()} rx="4" />
        </svg>
    }
}
