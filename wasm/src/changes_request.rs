//! What JavaScript asks of the changes of a table.

use cenote_core::{
    Result,
    changes::{ChangesBound, ChangesBuilder, ChangesMode},
    system::StreamedTable,
    table::Table,
};
use serde::Deserialize;

/// Which changes to read: after `from`, up to and including `to`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ChangesRequest {
    from: Option<Bound>,
    to: Option<Bound>,
    mode: Option<String>,
    columns: Option<Vec<String>>,
    filter: Option<String>,
    limit: Option<usize>,
    /// As the table is now, although it was opened for one moment.
    #[serde(default)]
    now: bool,
}

/// An end of the range.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Bound {
    Snapshot(i64),
    /// The name of a tag, a snapshot id or a time.
    Text(String),
}

impl ChangesRequest {
    /// The changes of a table. Errors: `Invalid` for a mode that is none.
    pub(crate) fn of_table(self, table: &Table) -> Result<ChangesBuilder> {
        let (from, to, mode) = self.range()?;
        let table = if self.now { &table.now() } else { table };
        let mut changes = table.changes().from(from).to(to).mode(mode);
        if let Some(filter) = self.filter() {
            changes = changes.filter_text(filter);
        }
        if let Some(columns) = &self.columns {
            changes = changes.columns(columns);
        }
        Ok(match self.limit {
            Some(rows) => changes.limit(rows),
            None => changes,
        })
    }

    /// The same as a system table shows it. Errors: `Invalid` for a mode that is none.
    pub(crate) fn of_streamed(self, table: StreamedTable) -> Result<StreamedTable> {
        let (from, to, mode) = self.range()?;
        let mut table = table.changes(from, to, mode);
        if let Some(filter) = self.filter() {
            table = table.filter_text(filter);
        }
        if let Some(columns) = &self.columns {
            table = table.columns(columns);
        }
        Ok(match self.limit {
            Some(rows) => table.limit(rows),
            None => table,
        })
    }

    fn range(&self) -> Result<(ChangesBound, ChangesBound, ChangesMode)> {
        let mode = self.mode.as_deref().map(str::parse).transpose()?.unwrap_or_default();
        Ok((bound(self.from.as_ref()), bound(self.to.as_ref()), mode))
    }

    /// The filter, unless it is blank.
    fn filter(&self) -> Option<String> {
        self.filter.clone().filter(|text| !text.trim().is_empty())
    }
}

/// The end as core names it.
pub(crate) fn bound(bound: Option<&Bound>) -> ChangesBound {
    match bound {
        None => ChangesBound::Open,
        Some(Bound::Snapshot(id)) => ChangesBound::Snapshot(*id),
        Some(Bound::Text(text)) if text.trim().is_empty() => ChangesBound::Open,
        Some(Bound::Text(text)) => ChangesBound::Text(text.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::from_text;

    #[test]
    fn ends_are_ids_or_text() {
        let request: ChangesRequest = from_text(r#"{"from": 3, "to": "v1", "mode": "diff"}"#).unwrap();
        let expected = (ChangesBound::Snapshot(3), ChangesBound::Text("v1".to_owned()), ChangesMode::Diff);
        assert_eq!(request.range().unwrap(), expected);
        let open: ChangesRequest = from_text(r#"{"from": null, "to": " "}"#).unwrap();
        assert_eq!(open.range().unwrap(), (ChangesBound::Open, ChangesBound::Open, ChangesMode::Auto));
    }

    #[test]
    fn a_state_is_no_range() {
        assert!(from_text::<ChangesRequest>(r#"{"snapshot": 3}"#).unwrap_err().to_string().contains("snapshot"));
        let request: ChangesRequest = from_text(r#"{"mode": "all"}"#).unwrap();
        assert!(request.range().is_err());
    }
}
