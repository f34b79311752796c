//! `audit_log` (Java `AuditLogTable`): the rows of a table with their kinds, deletions included.
//!
//! Of a state: its merged rows, those whose last version is a deletion among them. Of a range of changes: the changes.

use std::sync::Arc;

use futures::StreamExt;

use super::streamed::StreamedTable;
use crate::{
    changes::{KindColumns, read_splits},
    error::{Error, Result},
    predicate,
    read::{KindsRead, ReadContext, ReadPlan},
    scan::RecordBatchStream,
    types::DataField,
};

/// Name of the column with the kinds.
pub(super) const KIND_COLUMN: &str = "rowkind";

/// Whether `_SEQUENCE_NUMBER` follows the kinds (option `table-read.sequence-number.enabled`).
pub(super) fn shows_sequence_number(asked: &StreamedTable) -> bool {
    asked.table.options().table_read_sequence_number_enabled && asked.table.schema().is_primary_key_table()
}

pub(super) async fn open(asked: &StreamedTable) -> Result<(Vec<DataField>, RecordBatchStream)> {
    if asked.range.is_some() { changes(asked).await } else { state(asked).await }
}

async fn changes(asked: &StreamedTable) -> Result<(Vec<DataField>, RecordBatchStream)> {
    let mut changes = asked.table.changes().kind_column(KIND_COLUMN).sequence_number(shows_sequence_number(asked));
    if let Some((from, to, mode)) = &asked.range {
        changes = changes.from(from.clone()).to(to.clone()).mode(*mode);
    }
    if let Some(columns) = &asked.columns {
        changes = changes.columns(columns);
    }
    if let Some(text) = &asked.filter {
        changes = changes.filter_text(text);
    }
    if let Some(rows) = asked.limit {
        changes = changes.limit(rows);
    }
    let plan = changes.plan().await?;
    Ok((plan.fields(), plan.stream()?))
}

async fn state(asked: &StreamedTable) -> Result<(Vec<DataField>, RecordBatchStream)> {
    let sequence_number = shows_sequence_number(asked);
    let schema = asked.scan().read_schema().await?;
    let all = KindColumns::all(&schema, KIND_COLUMN, sequence_number);
    let predicate = asked.filter.as_deref().map(|text| predicate::parse(text, &all)).transpose()?;
    let columns = KindColumns::new(&schema, all, asked.columns.as_deref(), predicate)?;
    let pushed = columns.pushed(&schema);
    let scan = match &pushed {
        Some(predicate) => asked.scan().filter(predicate.clone()),
        None => asked.scan(),
    };
    let plan = scan.plan().await?;
    if plan.schema.id != schema.id {
        return Err(Error::conflict("the schema was changed while the read was planned").at(asked.table.name()));
    }
    if plan.other_branch.is_some() {
        return Err(
            Error::unsupported("cannot show row kinds of a table with a fallback branch yet").at(asked.table.name())
        );
    }
    let read = Arc::new(KindsRead {
        plan: ReadPlan { projection: columns.read_places(), predicate: pushed, ..ReadPlan::default() },
        merge: true,
        sequence_number,
    });
    let is_keyed = schema.is_primary_key_table();
    let context = Arc::new(ReadContext::new(plan.table(), schema));
    let (fields, arrow_schema) = (columns.fields(), columns.arrow_schema());
    let rows = read_splits(&context, plan.splits, read).map(move |batch| columns.finish(&batch?, is_keyed));
    Ok((fields, RecordBatchStream::new(arrow_schema, rows.boxed()).limited(asked.limit)))
}
