//! The edge of a column: dragged, moved by the arrow keys, fitted to the cells by a double click.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, KeyboardEvent, PointerEvent};
use yew::prelude::*;

use crate::browser;

/// Pixels that a key press makes a column wider or narrower.
const KEY_STEP: f64 = 16.0;
/// What is heard while the edge is dragged.
const HEARD: [&str; 3] = ["pointermove", "pointerup", "pointercancel"];

/// Properties of [`Grip`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The column.
    pub(super) index: usize,
    /// Its name.
    pub(super) name: String,
    /// How wide it is.
    pub(super) width: f64,
    /// Makes the column so wide; no width means what fits.
    pub(super) resize: Callback<(usize, Option<f64>)>,
}

/// A drag under way.
#[derive(Clone, Copy, PartialEq)]
struct Drag {
    /// Which pointer.
    pointer: i32,
    /// Where it went down.
    x: f64,
    /// How wide the column was.
    width: f64,
}

/// The edge.
#[component]
pub(super) fn Grip(props: &Props) -> Html {
    let (index, width) = (props.index, props.width);
    let drag = use_state_eq(|| None::<Drag>);
    use_drag(&drag, index, &props.resize);
    let onpointerdown = {
        let drag = drag.clone();
        Callback::from(move |event: PointerEvent| {
            event.prevent_default();
            event.stop_propagation();
            // The pointer keeps its look over other elements, and is heard outside of the window.
            if let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
                let _ = element.set_pointer_capture(event.pointer_id());
            }
            drag.set(Some(Drag { pointer: event.pointer_id(), x: f64::from(event.client_x()), width }));
        })
    };
    let ondblclick = {
        let resize = props.resize.clone();
        Callback::from(move |_: MouseEvent| resize.emit((index, None)))
    };
    let onkeydown = {
        let resize = props.resize.clone();
        Callback::from(move |event: KeyboardEvent| {
            let step = match event.key().as_str() {
                "ArrowLeft" => -KEY_STEP,
                "ArrowRight" => KEY_STEP,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            resize.emit((index, Some(width + step)));
        })
    };
    html! {
        <span class={classes!("grip", drag.is_some().then_some("dragged"))} role="separator" aria-orientation="vertical" aria-label={format!("Width of {}", props.name)} aria-valuenow={format!("{width:.0}")} tabindex="-1" {onpointerdown} {ondblclick} {onkeydown}></span>
    }
}

/// Hears the pointer on the window while the edge is dragged: an element that is moved in the document, as columns are when
/// others come into sight, loses the pointer that it had captured.
#[hook]
fn use_drag(drag: &UseStateHandle<Option<Drag>>, index: usize, resize: &Callback<(usize, Option<f64>)>) {
    let (setter, resize) = (drag.setter(), resize.clone());
    use_effect_with(**drag, move |drag| {
        let listener = drag.map(|drag| {
            let listener = Closure::<dyn Fn(PointerEvent)>::new(move |event: PointerEvent| {
                if event.pointer_id() != drag.pointer {
                    return;
                }
                let kind = event.type_();
                // The last move before the end may have been swallowed by a frame.
                if kind != "pointercancel" {
                    resize.emit((index, Some(drag.width + f64::from(event.client_x()) - drag.x)));
                }
                if kind != "pointermove" {
                    setter.set(None);
                }
            });
            for name in HEARD {
                let _ = browser::window().add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
            }
            listener
        });
        move || {
            if let Some(listener) = listener {
                for name in HEARD {
                    let window = browser::window();
                    let _ = window.remove_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
                }
            }
        }
    });
}
