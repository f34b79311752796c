//! `cenote verify`

use std::fmt::Write;

use cenote_core::maintain::verify::{self, VerifyLevel, VerifyOptions, VerifyReport, VerifyStates};
use serde_json::json;

use crate::{
    cli::{Level, VerifyArgs},
    error::{ExitCode, Failure, Result},
    output::document,
    progress::Progress,
    session::Session,
};

/// Looks whether a table is whole.
pub(super) async fn run(session: &Session, args: VerifyArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let states = match (args.all, args.snapshot, args.tag) {
        (true, ..) => VerifyStates::All,
        (_, Some(id), _) => VerifyStates::Snapshot(id),
        (_, _, Some(tag)) => VerifyStates::Tag(tag),
        _ => VerifyStates::Latest,
    };
    let level = match args.level {
        Level::Metadata => VerifyLevel::Metadata,
        Level::Files => VerifyLevel::Files,
        Level::Rows => VerifyLevel::Rows,
    };
    let progress = Progress::start(&format!("verifying {}", table.name()));
    let options = VerifyOptions { level, states };
    let mut tell = |done: u64, total: u64| {
        progress.say(format!("verifying {}: {done} of {total} files", table.name()));
    };
    let report = verify::verify(&table, &options, &mut tell).await;
    progress.finish();
    let report = report?;
    document::print(&args.output, &json!(report), Some(text(table.name(), &report)))?;
    match report.findings.len() {
        0 => Ok(()),
        count => Err(Failure::Report {
            code: ExitCode::Integrity,
            message: format!("{} is damaged: {count} findings", table.name()),
            hint: Some("each finding says what to do; older states may be whole, see --all".to_owned()),
        }),
    }
}

fn text(name: &str, report: &VerifyReport) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        // Writing to a String does not fail.
        let _ = writeln!(text, "{}: {} ({})", finding.fault.as_str(), finding.path, finding.state);
        let _ = writeln!(text, "  {}", finding.detail);
        let _ = writeln!(text, "  {}", finding.mend);
    }
    for reason in &report.skipped {
        let _ = writeln!(text, "not looked at: {reason}");
    }
    let _ = writeln!(
        text,
        "{name}: {} states, {} manifests, {} files of {} bytes, {} rows decoded: {}",
        report.states,
        report.manifests,
        report.files,
        report.bytes,
        report.rows,
        match report.findings.len() {
            0 => "all is whole".to_owned(),
            count => format!("{count} findings"),
        }
    );
    text
}
