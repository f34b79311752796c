//! The list of files as a download or on the clipboard, read page by page so that it may be long.

use std::rc::Rc;

use js_sys::Array;
use serde::Deserialize;
use serde_json::value::RawValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::{Runner, table_params};
use crate::{
    browser,
    export::{ExportFormat, file_name},
    files_csv,
    files_query::FilesQuery,
    model::{FileInfo, Problem},
    state::{Action, Ask, Export, State},
};

/// Files read at once: the most that the engine gives.
const PAGE: usize = 1000;
/// Paths that go on the clipboard.
const PATHS: usize = 20_000;

/// A page with its files as the engine wrote them.
#[derive(Deserialize)]
struct RawPage {
    files: Vec<Box<RawValue>>,
}

impl Runner {
    /// Writes all files that pass the filter, until it is stopped.
    pub(crate) fn export_files(self: &Rc<Self>, state: &Rc<State>, query: &FilesQuery, format: ExportFormat) {
        let header = if format == ExportFormat::Csv { files_csv::header() } else { String::new() };
        let line = move |text: &str, out: &mut String| {
            if format == ExportFormat::Csv {
                if let Ok(file) = serde_json::from_str::<FileInfo>(text) {
                    files_csv::row(&file, out);
                }
            } else {
                out.push_str(text);
                out.push('\n');
            }
        };
        let (runner, table) = (self.clone(), state.opened().map(|opened| opened.info.name.clone()).unwrap_or_default());
        let done = move |parts: &Array| {
            let name = file_name(&format!("{table}-files"), format);
            if Blob::new_with_str_sequence(parts).and_then(|blob| browser::download(&name, &blob)).is_err() {
                runner.send.emit(Action::Toast("The browser refused the download".to_owned()));
            }
        };
        self.list(state, query, format, (usize::MAX, header), line, done);
    }

    /// Puts the paths of the files that pass the filter on the clipboard.
    pub(crate) fn copy_paths(self: &Rc<Self>, state: &Rc<State>, query: &FilesQuery) {
        let line = |text: &str, out: &mut String| {
            if let Ok(file) = serde_json::from_str::<FileInfo>(text) {
                out.push_str(&file.path);
                out.push('\n');
            }
        };
        let send = self.send.clone();
        let done = move |parts: &Array| {
            let text: String = parts.iter().filter_map(|part| part.as_string()).collect();
            let count = text.lines().count();
            spawn_local(async move {
                let copied = browser::copy(&text).await;
                let told = if copied {
                    format!("{count} paths copied")
                } else {
                    "The browser refused the clipboard".to_owned()
                };
                send.emit(Action::Toast(told));
            });
        };
        self.list(state, query, ExportFormat::Csv, (PATHS, String::new()), line, done);
    }

    /// Reads up to `most` files and hands on their lines, a part for each page.
    fn list(
        self: &Rc<Self>,
        state: &Rc<State>,
        query: &FilesQuery,
        format: ExportFormat,
        (most, header): (usize, String),
        line: impl Fn(&str, &mut String) + 'static,
        done: impl FnOnce(&Array) + 'static,
    ) {
        self.list_stopped.set(false);
        self.send.emit(Action::Exporting(Export { format, call: 0, lines: 0 }));
        let (runner, state, query) = (self.clone(), state.clone(), query.clone());
        spawn_local(async move {
            match runner.list_pages(&state, &query, format, most, header, line).await {
                Ok(Some(parts)) => done(&parts),
                Ok(None) => runner.send.emit(Action::Toast("Export cancelled".to_owned())),
                Err(problem) => {
                    runner.send.emit(Action::Toast(format!("Export failed: {}", problem.message)));
                }
            }
            runner.send.emit(Action::ExportEnded);
        });
    }

    /// The parts; none when the user stopped it.
    async fn list_pages(
        &self,
        state: &State,
        query: &FilesQuery,
        format: ExportFormat,
        most: usize,
        header: String,
        line: impl Fn(&str, &mut String),
    ) -> Result<Option<Array>, Problem> {
        let parts = Array::of1(&header.into());
        let mut read = 0;
        while read < most {
            if self.list_stopped.get() {
                return Ok(None);
            }
            let Some(ask) = Ask::at(state, "filesPage", query.page(read, PAGE)) else { return Ok(None) };
            let (_, page) = self.engine.call::<RawPage>(ask.method, &table_params(state, ask.params));
            let page = page.await?;
            let mut text = String::new();
            page.files.iter().for_each(|file| line(file.get(), &mut text));
            parts.push(&text.into());
            read += page.files.len();
            self.send.emit(Action::Exporting(Export { format, call: 0, lines: read }));
            if page.files.len() < PAGE {
                break;
            }
        }
        Ok(Some(parts))
    }
}
