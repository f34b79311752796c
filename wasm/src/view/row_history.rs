//! Why a row is as it is.

use std::collections::BTreeMap;

use cenote_core::{Result, insight};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    json::answer_text,
    opened::{At, Opened},
};

/// Parameters of `rowHistory`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowHistoryRequest {
    #[serde(flatten)]
    at: At,
    key: BTreeMap<String, Value>,
    commits: Option<usize>,
}

/// The versions of a row and what became of them.
pub(crate) async fn of(opened: &Opened, asked: RowHistoryRequest) -> Result<String> {
    let snapshot = opened.snapshot(asked.at).await?;
    answer_text(&insight::row_history(&opened.table, snapshot.as_ref(), &asked.key, asked.commits).await?)
}
