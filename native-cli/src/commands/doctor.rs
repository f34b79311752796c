//! `cenote doctor`

use std::fmt::Write;

use cenote_core::{
    catalog::Identifier,
    error::ErrorKind,
    maintain::doctor::{self, DoctorOptions, DoctorReport, Severity},
};
use serde_json::{Value, json};

use crate::{
    cli::DoctorArgs,
    error::{Failure, Result},
    notice::notice,
    output::document,
    session::Session,
};

/// Examines a table, the tables of a database, or all of the warehouse.
pub(super) async fn run(session: &Session, args: DoctorArgs) -> Result<()> {
    let mut reports = Vec::new();
    for address in addresses(session, args.target.as_deref()).await? {
        let options = DoctorOptions { address: address.clone(), orphans: args.orphans };
        let examined = match session.table(&address).await {
            Ok(table) => doctor::examine(&table, &options).await.map_err(Failure::from),
            Err(error) => Err(error),
        };
        match examined {
            Ok(report) => reports.push(report),
            // One broken table of many keeps nobody from hearing of the others.
            Err(failure) if args.target.as_deref() != Some(address.as_str()) => {
                notice(&format!("{address}: cannot be examined, `cenote verify {address}` tells why"));
                failure.print();
            }
            Err(failure) => return Err(failure),
        }
    }
    let shown: Vec<Value> = reports.iter().map(|report| json!(report)).collect();
    document::print(&args.output, &Value::Array(shown), Some(text(&reports)))
}

/// The tables that a target names.
async fn addresses(session: &Session, target: Option<&str>) -> Result<Vec<String>> {
    let databases = match target {
        Some(table) if table.contains(['.', '/', '\\']) => return Ok(vec![table.to_owned()]),
        Some(database) => vec![database.to_owned()],
        None => session.catalog()?.list_databases().await?,
    };
    let catalog = session.catalog()?;
    let mut tables = Vec::new();
    for database in databases {
        let names = catalog.list_tables(&database).await;
        let names = names.map_err(|error| match error.kind() {
            ErrorKind::NotFound => Failure::from(error).hint("name a database, or a table as database.table"),
            _ => error.into(),
        })?;
        tables.extend(names.iter().map(|name| Identifier::new(&database, name).map(|name| name.to_string())));
    }
    Ok(tables.into_iter().collect::<Result<_, _>>()?)
}

fn text(reports: &[DoctorReport]) -> String {
    let mut text = String::new();
    for report in reports {
        // Writing to a String does not fail.
        let _ = one(&mut text, report);
    }
    if reports.is_empty() {
        text.push_str("no tables\n");
    }
    text
}

fn one(text: &mut String, report: &DoctorReport) -> std::fmt::Result {
    let snapshot = report.snapshot_id.map_or("no snapshot".to_owned(), |id| format!("snapshot {id}"));
    writeln!(
        text,
        "{}: {snapshot}, {} files, {} bytes in {} buckets, reads merge {:.1} runs",
        report.table, report.files, report.bytes, report.buckets, report.read_amplification
    )?;
    for severity in [Severity::Critical, Severity::Warning, Severity::Note] {
        let mut findings = report.findings.iter().filter(|finding| finding.severity == severity).peekable();
        if findings.peek().is_some() {
            writeln!(text, "  {}", severity.as_str())?;
        }
        for finding in findings {
            writeln!(text, "    {}: {}", finding.rule, finding.what)?;
            if let Some(command) = &finding.command {
                writeln!(text, "      $ {command}")?;
            }
        }
    }
    if report.findings.is_empty() {
        writeln!(text, "  nothing to mend")?;
    }
    for reason in &report.not_looked_at {
        writeln!(text, "  not looked at: {reason}")?;
    }
    Ok(())
}
