//! Who keeps old files.

use cenote_core::{Result, maintain::pins};
use serde::Deserialize;

use crate::{json::answer_text, opened::Opened, progress::Progress};

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
pub(crate) async fn pins(opened: &Opened, asked: PinsRequest, progress: Progress) -> Result<String> {
    let address = address(opened, asked.address.as_deref());
    answer_text(&pins::pins(&opened.table, address, &mut progress.teller()).await?)
}

/// Who keeps one file.
pub(crate) async fn pins_of(opened: &Opened, asked: PinsOfRequest, progress: Progress) -> Result<String> {
    let address = address(opened, asked.address.as_deref());
    answer_text(&pins::pins_of(&opened.table, &asked.path, address, &mut progress.teller()).await?)
}

fn address<'a>(opened: &'a Opened, asked: Option<&'a str>) -> &'a str {
    asked.filter(|address| !address.is_empty()).unwrap_or_else(|| opened.table.name())
}
