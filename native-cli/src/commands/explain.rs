//! `cenote explain`

use std::fmt::Write;

use cenote_core::scan::{ExplainStep, Plan};
use serde_json::json;

use super::read;
use crate::{cli::ExplainArgs, error::Result, output::document, session::Session};

/// Plans a read and shows the plan.
pub(super) async fn run(session: &Session, args: ExplainArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let scan = read::scan(&table, &args.columns, args.filter.as_deref(), &args.state)?;
    let mut plan = read::plan(scan).await?;
    if args.analyze {
        plan.analyze().await?;
    }
    let explain = &plan.explain;
    let shown = json!({
        "table": table.name(),
        "snapshot": plan.snapshot.as_ref().map(|snapshot| snapshot.id),
        "schemaId": plan.schema.id,
        "columns": plan.fields().iter().map(|field| field.name.clone()).collect::<Vec<_>>(),
        "filter": plan.predicate.as_ref().map(ToString::to_string),
        "steps": explain.steps,
        "splits": explain.splits,
        "mergeSplits": explain.merge_splits,
        "files": explain.files,
        "bytes": explain.bytes,
        "rows": explain.rows,
    });
    document::print(&args.output, &shown, Some(text(table.name(), &plan)))
}

fn text(name: &str, plan: &Plan) -> String {
    let explain = &plan.explain;
    let snapshot = plan.snapshot.as_ref().map_or("no snapshot".to_owned(), |found| format!("snapshot {}", found.id));
    let mut text = format!("{name}, {snapshot}, schema {}\n", plan.schema.id);
    let longest = |length: fn(&ExplainStep) -> usize| explain.steps.iter().map(length).max().unwrap_or(0);
    let (width, units) = (longest(|step| step.name.len()), longest(|step| step.unit.len()));
    for step in &explain.steps {
        let bytes = match (step.kept_bytes, step.total_bytes) {
            (Some(kept), Some(total)) => format!("{kept:>13} of {total:>13} bytes"),
            _ => String::new(),
        };
        let counts = format!("{:>8} of {:>8} {:units$}", step.kept, step.total, step.unit);
        // Writing to a String does not fail.
        let _ = writeln!(text, "{}", format!("  {:width$}  {counts} {bytes}", step.name).trim_end());
    }
    let _ = writeln!(
        text,
        "reads {} files, {} bytes, {} stored rows in {} splits, {} of them merged",
        explain.files, explain.bytes, explain.rows, explain.splits, explain.merge_splits
    );
    text
}
