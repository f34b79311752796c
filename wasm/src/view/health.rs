//! What ails a table, what a compaction would do, and whether every file is there.

use std::collections::BTreeMap;

use cenote_core::{
    Result,
    maintain::{
        doctor::{self, DoctorOptions, Severity},
        preview,
        verify::{self, VerifyLevel, VerifyOptions, VerifyStates},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    json::{Long, to_text},
    opened::Opened,
};

/// Parameters of `doctor`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DoctorRequest {
    /// How commands name the table.
    address: Option<String>,
    /// Count files that nothing refers to, too.
    orphans: bool,
}

/// Parameters of `compaction`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CompactionRequest {
    full: bool,
}

/// Parameters of `verify`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct VerifyRequest {
    level: LevelRequest,
    snapshot: Option<Long>,
    tag: Option<String>,
    all: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LevelRequest {
    Metadata,
    #[default]
    Files,
    Rows,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DoctorView<'a> {
    table: &'a str,
    snapshot_id: Option<Long>,
    findings: Vec<FindingView<'a>>,
    not_looked_at: &'a [String],
    files: Long,
    bytes: Long,
    buckets: Long,
    read_amplification: f64,
}

#[derive(Serialize)]
struct FindingView<'a> {
    rule: &'a str,
    severity: Severity,
    what: &'a str,
    evidence: &'a BTreeMap<&'static str, Value>,
    command: Option<&'a str>,
}

impl<'a> FindingView<'a> {
    fn of(found: &'a doctor::Finding) -> Self {
        FindingView {
            rule: found.rule,
            severity: found.severity,
            what: &found.what,
            evidence: &found.evidence,
            command: found.command.as_deref(),
        }
    }
}

/// What ails the latest state.
pub(crate) async fn doctor(opened: &Opened, request: DoctorRequest) -> Result<String> {
    let options = DoctorOptions { address: request.address.unwrap_or_default(), orphans: request.orphans };
    let report = doctor::examine(&opened.table, &options).await?;
    to_text(&DoctorView {
        table: &report.table,
        snapshot_id: report.snapshot_id.map(Long),
        findings: report.findings.iter().map(FindingView::of).collect(),
        not_looked_at: &report.not_looked_at,
        files: report.files.into(),
        bytes: report.bytes.into(),
        buckets: report.buckets.into(),
        read_amplification: report.read_amplification,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PreviewView<'a> {
    snapshot_id: Long,
    files: Long,
    bytes: Long,
    tasks: Vec<TaskView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TaskView<'a> {
    partition: &'a str,
    bucket: i32,
    reason: &'a str,
    files: &'a [String],
    bytes: Long,
    output_level: i32,
    runs_before: Long,
    runs_after: Long,
}

impl<'a> TaskView<'a> {
    fn of(task: &'a preview::PreviewTask) -> Self {
        TaskView {
            partition: &task.partition,
            bucket: task.bucket,
            reason: task.reason,
            files: &task.files,
            bytes: task.bytes.into(),
            output_level: task.output_level,
            runs_before: task.runs_before.into(),
            runs_after: task.runs_after.into(),
        }
    }
}

/// What a compaction of the latest state would do.
pub(crate) async fn compaction(opened: &Opened, request: CompactionRequest) -> Result<String> {
    let preview = preview::preview(&opened.table, request.full).await?;
    to_text(&PreviewView {
        snapshot_id: Long(preview.snapshot_id),
        files: preview.files.into(),
        bytes: preview.bytes.into(),
        tasks: preview.tasks.iter().map(TaskView::of).collect(),
    })
}

#[derive(Serialize)]
struct VerifyView<'a> {
    findings: &'a [verify::VerifyFinding],
    states: Long,
    manifests: Long,
    files: Long,
    bytes: Long,
    rows: Long,
    skipped: &'a [String],
}

/// Whether every file is there and holds what the metadata says.
pub(crate) async fn verify(opened: &Opened, request: VerifyRequest) -> Result<String> {
    let level = match request.level {
        LevelRequest::Metadata => VerifyLevel::Metadata,
        LevelRequest::Files => VerifyLevel::Files,
        LevelRequest::Rows => VerifyLevel::Rows,
    };
    let states = match (request.all, request.snapshot, request.tag) {
        (true, ..) => VerifyStates::All,
        (_, Some(Long(id)), _) => VerifyStates::Snapshot(id),
        (_, _, Some(tag)) => VerifyStates::Tag(tag),
        _ => VerifyStates::Latest,
    };
    let report = verify::verify(&opened.table, &VerifyOptions { level, states }, &mut |_, _| {}).await?;
    to_text(&VerifyView {
        findings: &report.findings,
        states: report.states.into(),
        manifests: report.manifests.into(),
        files: report.files.into(),
        bytes: report.bytes.into(),
        rows: report.rows.into(),
        skipped: &report.skipped,
    })
}
