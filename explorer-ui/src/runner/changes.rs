//! Changes read beside the grid: the rows of a range, page by page, until they end or are given up.

use std::{cell::Cell as Flag, rc::Rc};

use serde_json::{Value, json};

use super::{Runner, table_params};
use crate::{
    engine::js,
    model::{Problem, ScanColumn, ScanOpened, ScanPage, SnapshotInfo},
    route::Range,
    state::State,
};

/// Rows read at once.
const ROWS: usize = 1000;

/// A sign that nobody waits any more. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct GivenUp(Rc<Flag<bool>>);

impl GivenUp {
    /// Nobody waits any more.
    pub(crate) fn give_up(&self) {
        self.0.set(true);
    }

    /// Whether nobody waits any more.
    pub(crate) fn is_given_up(&self) -> bool {
        self.0.get()
    }
}

impl Runner {
    /// Reads the changes of a range; `page` takes each page, with whether it is the last one, and says whether to go on.
    pub(crate) async fn read_changes(
        &self,
        state: &State,
        range: &Range,
        given_up: &GivenUp,
        mut page: impl FnMut(&[ScanColumn], ScanPage) -> bool,
    ) -> Result<(), Problem> {
        // The range may go beyond the state that the page shows.
        let mut params = json!({ "mode": "auto", "now": true });
        let ends = [("from", &range.from), ("to", &range.to), ("mode", &range.mode)];
        if let Some(object) = params.as_object_mut() {
            object.extend(
                ends.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| (key.to_owned(), json!(text))),
            );
        }
        let (_, opened) = self.engine.call::<ScanOpened>("changesOpen", &table_params(state, params));
        let opened = opened.await?;
        let mut result = Ok(());
        while !given_up.is_given_up() {
            let (_, next) =
                self.engine.call::<ScanPage>("scanNext", &js(&json!({ "cursor": opened.cursor, "rows": ROWS })));
            match next.await {
                Ok(next) => {
                    let last = next.done || next.rows.is_empty();
                    if !page(&opened.columns, next) || last {
                        break;
                    }
                }
                Err(problem) => {
                    result = Err(problem);
                    break;
                }
            }
        }
        let (_, closed) = self.engine.call::<Value>("scanClose", &js(&json!({ "cursor": opened.cursor })));
        drop(closed.await);
        result
    }

    /// The latest snapshot, asked of the store anew.
    pub(crate) async fn latest_snapshot(&self, state: &State) -> Result<Option<SnapshotInfo>, Problem> {
        let (_, latest) = self
            .engine
            .call::<Vec<SnapshotInfo>>("snapshots", &table_params(state, json!({ "limit": 1, "now": true })));
        Ok(latest.await?.into_iter().next())
    }
}
