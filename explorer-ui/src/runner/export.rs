//! Export of all rows of the view, read anew page by page so that the grid's memory bound does not apply.

use std::rc::Rc;

use js_sys::Array;
use serde_json::{Value, json};
use wasm_bindgen_futures::spawn_local;

use super::{Runner, opening, scan_params, table_params, told};
use crate::{
    browser,
    engine::js,
    export::{ExportFormat, file_name},
    model::{Problem, ScanColumn, ScanOpened, ScanPage},
    state::{Action, State},
};

/// Rows read at once.
const ROWS: usize = 5000;

impl Runner {
    /// Writes the rows that the grid has read.
    pub(crate) fn export_loaded(&self, state: &State, format: ExportFormat) {
        let Some(opened) = &state.scan.opened else { return };
        let mut text = format.header(&opened.columns);
        for row in state.scan.rows() {
            format.row(&opened.columns, row, &mut text);
        }
        let parts = Array::of1(&text.into());
        self.save(state, format, &parts);
    }

    /// Writes all rows of the view, however many, until it is stopped.
    pub(crate) fn export_all(self: &Rc<Self>, state: &Rc<State>, format: ExportFormat) {
        let Some(key) = state.scan_key() else { return };
        self.stop_export.set(false);
        self.send.emit(Action::Exporting(format, 0));
        let runner = self.clone();
        let state = state.clone();
        let params = table_params(&state, scan_params(&key));
        spawn_local(async move {
            let (_, opened) = runner.engine.call::<ScanOpened>(opening(&key), &params);
            match opened.await {
                Err(problem) => runner.send.emit(Action::Toast(told(&problem))),
                Ok(opened) => {
                    match runner.read_all(&opened, format).await {
                        Ok(Some(parts)) => runner.save(&state, format, &parts),
                        Ok(None) => runner.send.emit(Action::Toast("Export cancelled".to_owned())),
                        Err(problem) => runner.send.emit(Action::Toast(told(&problem))),
                    }
                    let (_, closed) =
                        runner.engine.call::<Value>("scanClose", &js(&json!({ "cursor": opened.cursor })));
                    drop(closed.await);
                }
            }
            runner.send.emit(Action::ExportEnded);
        });
    }

    /// The text of all rows, a part for each page; none when the user stopped it.
    async fn read_all(&self, opened: &ScanOpened, format: ExportFormat) -> Result<Option<Array>, Problem> {
        let columns: &[ScanColumn] = &opened.columns;
        let parts = Array::of1(&format.header(columns).into());
        let mut rows = 0;
        loop {
            if self.stop_export.get() {
                return Ok(None);
            }
            let params = js(&json!({ "cursor": opened.cursor, "rows": ROWS }));
            let (_, page) = self.engine.call::<ScanPage>("scanNext", &params);
            let page = page.await?;
            let mut text = String::new();
            for row in &page.rows {
                format.row(columns, row, &mut text);
            }
            parts.push(&text.into());
            rows += page.rows.len();
            self.send.emit(Action::Exporting(format, rows));
            if page.done || page.rows.is_empty() {
                return Ok(Some(parts));
            }
        }
    }

    /// Stops the export.
    pub(crate) fn cancel_export(&self) {
        self.stop_export.set(true);
    }

    fn save(&self, state: &State, format: ExportFormat, parts: &Array) {
        let table = state.opened().map(|opened| opened.info.name.clone()).unwrap_or_default();
        if browser::download(&file_name(&table, format), format.media_type(), parts).is_err() {
            self.send.emit(Action::Toast("The browser refused the download".to_owned()));
        }
    }
}
