//! The files of one state, kept while pages of them are asked.

use std::sync::{Arc, Mutex, PoisonError};

use cenote_core::{
    Result,
    insight::{FilesQuery, Selection, StateFiles},
    spec::snapshot::Snapshot,
    table::Table,
};

/// The state that was asked last. Its memory goes with the table, or when another state is asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct HeldState(Arc<Mutex<Option<Arc<State>>>>);

/// Files of a state, and the selection of them that was asked last.
#[derive(Debug)]
pub(crate) struct State {
    snapshot: Snapshot,
    pub(crate) files: StateFiles,
    selected: Mutex<Option<(FilesQuery, Arc<Selection>)>>,
}

impl HeldState {
    /// The files of a state, read where they are not held.
    pub(crate) async fn files(&self, table: &Table, snapshot: &Snapshot) -> Result<Arc<State>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(state) = held.filter(|state| state.snapshot == *snapshot) {
            return Ok(state);
        }
        // The old state goes before the new one comes: there is never memory for two.
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let files = StateFiles::read(table, snapshot).await?;
        let state = Arc::new(State { snapshot: snapshot.clone(), files, selected: Mutex::default() });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&state));
        Ok(state)
    }
}

impl HeldState {
    /// Bytes of a file of the held state.
    pub(crate) fn size_of(&self, path: &str) -> Option<u64> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        held.files.size_of(path)
    }
}

impl State {
    /// The files of a query, sorted anew only where it differs from the last one.
    pub(crate) fn select(&self, query: FilesQuery) -> Arc<Selection> {
        let mut held = self.selected.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, selection)) = held.as_ref().filter(|(held, _)| *held == query) {
            return Arc::clone(selection);
        }
        let selection = Arc::new(self.files.select(&query));
        *held = Some((query, Arc::clone(&selection)));
        selection
    }
}
