//! What JavaScript asks of a scan.

use std::collections::BTreeMap;

use cenote_core::{Error, Result, scan::ScanBuilder};
#[cfg(feature = "full")]
use cenote_core::{predicate, system::StreamedTable, types::DataField};
use serde::Deserialize;
use serde_json::Value;

use crate::opened::{At, Opened};

/// What to read of a state of a table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScanRequest {
    #[serde(flatten)]
    at: At,
    options: Option<BTreeMap<String, String>>,
    columns: Option<Vec<String>>,
    filter: Option<String>,
    limit: Option<usize>,
    /// Rows to give before more is fetched.
    first_rows: Option<usize>,
    row_tracking: Option<bool>,
    read_optimized: Option<bool>,
    /// Whatever else was sent: a misspelt state would otherwise read another one.
    #[serde(flatten)]
    unknown: BTreeMap<String, Value>,
}

impl ScanRequest {
    /// The scan of a table. Errors: `Invalid`.
    pub(crate) fn of_table(self, opened: &Opened) -> Result<ScanBuilder> {
        self.check()?;
        let options = self.options.clone().unwrap_or_default();
        let latest = || if options.is_empty() { opened.latest_at_open() } else { None };
        let mut scan = opened.table.scan();
        if let Some(choice) = self.at.clone().choice()?.or_else(latest) {
            scan = scan.at(choice);
        }
        if self.row_tracking == Some(true) {
            scan = scan.row_tracking();
        }
        if self.read_optimized == Some(true) {
            scan = scan.read_optimized();
        }
        if let Some(filter) = self.filter() {
            scan = scan.filter_text(filter);
        }
        if let Some(columns) = &self.columns {
            scan = scan.columns(columns);
        }
        scan = scan.options(options);
        if let Some(rows) = self.first_rows {
            scan = scan.first_rows(rows);
        }
        Ok(match self.limit {
            Some(rows) => scan.limit(rows),
            None => scan,
        })
    }

    /// The scan of a system table that shows the rows of a table. Errors: `Invalid`.
    #[cfg(feature = "full")]
    pub(crate) fn of_streamed(self, mut table: StreamedTable) -> Result<StreamedTable> {
        self.check()?;
        self.refuse_other_rows()?;
        if let Some(filter) = self.filter() {
            table = table.filter_text(filter);
        }
        if let Some(choice) = self.at.choice()? {
            table = table.at(choice);
        }
        if let Some(columns) = &self.columns {
            table = table.columns(columns);
        }
        table = table.options(self.options.unwrap_or_default());
        Ok(match self.limit {
            Some(rows) => table.limit(rows),
            None => table,
        })
    }

    /// The rows that are asked for of a system table that was read whole. Errors: `Invalid`.
    #[cfg(feature = "full")]
    pub(crate) fn of_rows(
        self,
        fields: Vec<DataField>,
        mut rows: arrow_array::RecordBatch,
    ) -> Result<(Vec<DataField>, arrow_array::RecordBatch)> {
        self.check()?;
        self.refuse_other_rows()?;
        if self.options.is_some() || self.at.clone().choice()?.is_some() {
            return Err(Error::invalid("this system table has no earlier states"));
        }
        if let Some(filter) = self.filter() {
            let filter = predicate::parse(&filter, &fields)?;
            rows = arrow_select::filter::filter_record_batch(&rows, &filter.evaluate(&rows)?)?;
        }
        let rows = rows.slice(0, rows.num_rows().min(self.limit.unwrap_or(usize::MAX)));
        let Some(names) = &self.columns else { return Ok((fields, rows)) };
        let place = |name: &String| {
            fields.iter().position(|field| &field.name == name).ok_or_else(|| {
                let known = fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
                Error::invalid(format!("no column {name:?}; there are {known}"))
            })
        };
        let places = names.iter().map(place).collect::<Result<Vec<_>>>()?;
        let rows = rows.project(&places)?;
        Ok((places.iter().filter_map(|place| fields.get(*place).cloned()).collect(), rows))
    }

    /// The filter, unless it is blank.
    fn filter(&self) -> Option<String> {
        self.filter.clone().filter(|text| !text.trim().is_empty())
    }

    fn check(&self) -> Result<()> {
        match self.unknown.keys().next() {
            Some(name) => Err(Error::invalid(format!("a scan has no option {name:?}"))),
            None => Ok(()),
        }
    }

    #[cfg(feature = "full")]
    fn refuse_other_rows(&self) -> Result<()> {
        if self.row_tracking == Some(true) || self.read_optimized == Some(true) {
            return Err(Error::invalid("rowTracking and readOptimized are for tables, not for system tables"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::from_text;

    #[test]
    fn unknown_options_are_named() {
        let request: ScanRequest = from_text(r#"{"snapshot": 1, "timestamp": 5}"#).unwrap();
        assert!(request.check().unwrap_err().to_string().contains("\"timestamp\""));
        let request: ScanRequest = from_text(r#"{"tag": "v", "columns": ["a"], "rowTracking": true}"#).unwrap();
        assert!(request.check().is_ok() && request.refuse_other_rows().is_err());
    }
}
