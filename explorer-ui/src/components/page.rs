//! What every component knows: the state, how to change it, and how to reach the engine.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::{
    browser,
    model::{Problem, TableInfo},
    route::At,
    runner::Runner,
    state::{Action, Shown, State},
};

/// The page as a component sees it.
#[derive(Clone)]
pub(crate) struct Page {
    /// The state.
    pub(crate) state: Rc<State>,
    /// Asks the engine.
    pub(crate) runner: Rc<Runner>,
    send: Callback<Action>,
}

/// Two pages are the same while the state is.
impl PartialEq for Page {
    fn eq(&self, other: &Page) -> bool {
        Rc::ptr_eq(&self.state, &other.state)
    }
}

impl Page {
    /// A page.
    pub(crate) fn new(state: Rc<State>, send: Callback<Action>, runner: Rc<Runner>) -> Page {
        Page { state, runner, send }
    }

    /// What changes the state: the same for the life of the page.
    pub(crate) fn sender(&self) -> Callback<Action> {
        self.send.clone()
    }

    /// Changes the state.
    pub(crate) fn send(&self, action: Action) {
        self.send.emit(action);
    }

    /// A callback that changes the state.
    pub(crate) fn on<E>(&self, action: Action) -> Callback<E> {
        let send = self.send.clone();
        Callback::from(move |_| send.emit(action.clone()))
    }

    /// A callback that puts `text` on the clipboard and says so.
    pub(crate) fn copier<E>(&self, text: impl Into<Rc<str>>) -> Callback<E> {
        let (page, text) = (self.clone(), text.into());
        Callback::from(move |_| page.copy(&text))
    }

    /// Puts `text` on the clipboard and says so.
    pub(crate) fn copy(&self, text: &str) {
        let (send, text) = (self.send.clone(), text.to_owned());
        spawn_local(async move {
            let done = browser::copy(&text).await;
            send.emit(Action::Toast(if done { "Copied" } else { "The browser refused the clipboard" }.to_owned()));
        });
    }

    /// The table looked at, once opened.
    pub(crate) fn info(&self) -> Option<&TableInfo> {
        self.state.opened().map(|opened| &opened.info)
    }

    /// The warehouse's address as the CLI is told it.
    pub(crate) fn warehouse_url(&self) -> String {
        self.state.served.clone().unwrap_or_else(browser::origin)
    }

    /// Why the table cannot be opened.
    pub(crate) fn opening_problem(&self) -> Option<Problem> {
        let state = &self.state;
        if let Shown::Failed(problem) = state.warehouse.show(Some(&state.opening)) {
            return Some(problem);
        }
        match state.table.show(state.table_key().as_ref()) {
            Shown::Failed(problem) => Some(problem),
            _ => None,
        }
    }

    /// Travels by so many snapshots, back for a positive number.
    pub(crate) fn step(&self, back: i64) {
        let (Some(now), Some(latest)) =
            (self.state.snapshot(), self.info().and_then(|info| info.latest_snapshot.as_ref()))
        else {
            return;
        };
        let id = now.id - back;
        if id >= latest.id {
            self.send(Action::TimeTravel(At::Latest));
        } else if id >= 1 {
            self.send(Action::TimeTravel(At::Snapshot(id)));
        }
    }
}

/// The page around this component.
#[hook]
pub(crate) fn use_page() -> Page {
    #[allow(clippy::expect_used)]
    use_context::<Page>().expect("a page is around every component")
}
