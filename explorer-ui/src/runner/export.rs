//! Export of all rows of the view, read anew by the engine and written where they are to go while they come: to a place on
//! disk that the user picks, or into a Blob where the browser has no such thing.

use std::rc::Rc;

use serde::Deserialize;
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use super::{Runner, of_table, scan_params};
use crate::{
    browser,
    engine::{js, set},
    export::{ExportFormat, file_name},
    format,
    state::{Action, Export, Source, State},
};

/// What an export has written.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
struct Written {
    rows: f64,
    bytes: f64,
}

impl Runner {
    /// Writes all rows of the view, however many, until it is stopped.
    pub(crate) fn export_all(self: &Rc<Self>, state: &Rc<State>, format: ExportFormat) {
        let Some(key) = state.scan_key() else { return };
        let Some(opened) = state.opened() else { return };
        let name = file_name(&opened.info.name, format);
        let mut params = of_table(state, scan_params(&key));
        if let Some(object) = params.as_object_mut() {
            object.insert("format".to_owned(), Value::from(format.extension()));
            object.insert("changes".to_owned(), Value::from(matches!(key.source, Source::Changes(_))));
        }
        let runner = self.clone();
        spawn_local(async move {
            // Asked first, while the click still counts for the browser.
            let to = match browser::pick_save(&name).await {
                browser::Save::File(handle) => Some(handle),
                browser::Save::Blob => None,
                browser::Save::Cancelled => return,
            };
            runner.write(format, &name, &js(&params), to).await;
        });
    }

    async fn write(self: &Rc<Self>, format: ExportFormat, name: &str, params: &JsValue, to: Option<JsValue>) {
        let params = js_sys::Object::from(params.clone());
        if let Some(handle) = &to {
            set(&params, "to", handle);
        }
        let (call, answer) = self.engine.call_for_file::<Written>("exportRows", &params);
        self.exporting.set(Some(call));
        self.send.emit(Action::Exporting(Export { format, call, lines: 0 }));
        let told = match answer.await {
            Ok((written, blob)) => {
                let saved = blob.is_none_or(|blob| browser::download(name, &blob).is_ok());
                #[allow(clippy::cast_possible_truncation)]
                let (rows, bytes) = (written.rows as i64, written.bytes as i64);
                match saved {
                    true => format!("{name}: {} rows, {}", format::exact(rows), format::bytes(bytes)),
                    false => "The browser refused the download".to_owned(),
                }
            }
            Err(problem) if problem.is_cancelled() => "Export cancelled".to_owned(),
            Err(problem) => match problem.hint {
                Some(hint) => format!("Export failed: {}. {hint}", problem.message),
                None => format!("Export failed: {}", problem.message),
            },
        };
        self.exporting.set(None);
        self.send.emit(Action::ExportEnded);
        self.send.emit(Action::Toast(told));
    }

    /// Stops the export.
    pub(crate) fn cancel_export(&self) {
        self.list_stopped.set(true);
        if let Some(call) = self.exporting.get() {
            self.engine.cancel(call);
        }
    }
}
