//! The size of an element as it changes: charts and grids are drawn in real pixels, so that text keeps its size.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, ResizeObserver, ResizeObserverEntry};
use yew::prelude::*;

/// Width and height of the element behind `node`, in pixels; zero until it is there.
#[hook]
pub(crate) fn use_size(node: &NodeRef) -> (f64, f64) {
    let size = use_state_eq(|| (0.0, 0.0));
    let setter = size.setter();
    let node = node.clone();
    use_effect_with((), move |()| {
        let element = node.cast::<Element>();
        let observed = element.map(|element| {
            let rect = element.get_bounding_client_rect();
            setter.set((rect.width().floor(), rect.height().floor()));
            let callback = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
                if let Ok(entry) = entries.get(0).dyn_into::<ResizeObserverEntry>() {
                    let rect = entry.content_rect();
                    setter.set((rect.width().floor(), rect.height().floor()));
                }
            });
            let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok();
            if let Some(observer) = &observer {
                observer.observe(&element);
            }
            (observer, callback)
        });
        move || {
            if let Some((Some(observer), _callback)) = observed {
                observer.disconnect();
            }
        }
    });
    *size
}
