//! Who keeps old files.

use cenote_core::{Result, maintain::pins};
use serde::Deserialize;

use crate::{json::answer_text, opened::Opened};

/// Parameters of `pins`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PinsRequest {
    /// How commands name the table.
    address: Option<String>,
}

/// Parameters of `pinsOf`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PinsOfRequest {
    path: String,
    /// How commands name the table.
    address: Option<String>,
}

/// Who keeps what.
pub(crate) async fn pins(opened: &Opened, asked: PinsRequest) -> Result<String> {
    answer_text(&pins::pins(&opened.table, address(opened, asked.address.as_deref())).await?)
}

/// Who keeps one file.
pub(crate) async fn pins_of(opened: &Opened, asked: PinsOfRequest) -> Result<String> {
    let address = address(opened, asked.address.as_deref());
    answer_text(&pins::pins_of(&opened.table, &asked.path, address).await?)
}

fn address<'a>(opened: &'a Opened, asked: Option<&'a str>) -> &'a str {
    asked.filter(|address| !address.is_empty()).unwrap_or_else(|| opened.table.name())
}
