//! Options that say where a scan starts: each mode needs its own and allows no others.

use super::{Subject, require};
use crate::error::{Error, Result};

const MILLIS: &str = "scan.timestamp-millis";
const TIMESTAMP: &str = "scan.timestamp";
const SNAPSHOT: &str = "scan.snapshot-id";
const TAG: &str = "scan.tag-name";
const WATERMARK: &str = "scan.watermark";
const VERSION: &str = "scan.version";
const FILE_TIME: &str = "scan.file-creation-time-millis";
const CREATION: &str = "scan.creation-time-millis";
const BETWEEN: &str = "incremental-between";
const BETWEEN_TIMES: &str = "incremental-between-timestamp";
const TO_TAG: &str = "incremental-to-auto-tag";

/// What a mode asks of the options.
struct Needs {
    /// Exactly one of these, or all of them where `all` is set.
    one_of: &'static [&'static str],
    /// None of these.
    none_of: &'static [&'static str],
}

pub(super) fn check(subject: &Subject<'_>) -> Result<()> {
    let mode = mode(subject);
    let needs = needs(&mode).ok_or_else(|| {
        Error::invalid(format!(
            "option scan.mode: expected default, latest-full, from-snapshot or another mode, found {mode:?}"
        ))
    })?;
    let given = needs.one_of.iter().filter(|option| subject.text(option).is_some()).count();
    require(needs.one_of.is_empty() || given == 1, || {
        format!("scan.mode={mode} needs exactly one of the options {}", needs.one_of.join(", "))
    })?;
    match needs.none_of.iter().find(|option| subject.text(option).is_some()) {
        Some(option) => Err(Error::invalid(format!("scan.mode={mode} contradicts the option {option}"))),
        None => Ok(()),
    }
}

/// The mode, `default` by what other options say.
fn mode(subject: &Subject<'_>) -> String {
    let given = |options: &[&str]| options.iter().any(|option| subject.text(option).is_some());
    let mode = subject.text("scan.mode").unwrap_or("default").trim().to_ascii_lowercase().replace('_', "-");
    match mode.as_str() {
        "default" if given(&[MILLIS, TIMESTAMP]) => "from-timestamp",
        "default" if given(&[SNAPSHOT, TAG, WATERMARK, VERSION]) => "from-snapshot",
        "default" if given(&[FILE_TIME]) => "from-file-creation-time",
        "default" if given(&[CREATION]) => "from-creation-timestamp",
        "default" if given(&[BETWEEN, BETWEEN_TIMES]) => "incremental",
        "default" | "full" => "latest-full",
        other => other,
    }
    .to_owned()
}

fn needs(mode: &str) -> Option<Needs> {
    let (one_of, none_of): (&'static [&'static str], &'static [&'static str]) = match mode {
        "from-timestamp" => (&[MILLIS, TIMESTAMP], &[SNAPSHOT, FILE_TIME, TAG, BETWEEN_TIMES, BETWEEN, TO_TAG]),
        "from-snapshot" => {
            (&[SNAPSHOT, TAG, WATERMARK], &[MILLIS, TIMESTAMP, FILE_TIME, BETWEEN_TIMES, BETWEEN, TO_TAG])
        }
        "incremental" => (&[BETWEEN, BETWEEN_TIMES, TO_TAG], &[SNAPSHOT, MILLIS, FILE_TIME, TIMESTAMP, TAG]),
        "from-snapshot-full" => (&[SNAPSHOT], &[MILLIS, TIMESTAMP, FILE_TIME, TAG, BETWEEN_TIMES, BETWEEN, TO_TAG]),
        "from-file-creation-time" => (&[FILE_TIME], &[SNAPSHOT, MILLIS, TAG, BETWEEN_TIMES, BETWEEN, TO_TAG]),
        "latest-delta" => (
            &[],
            &[
                MILLIS,
                FILE_TIME,
                CREATION,
                TIMESTAMP,
                SNAPSHOT,
                TAG,
                WATERMARK,
                VERSION,
                BETWEEN_TIMES,
                BETWEEN,
                TO_TAG,
                "incremental-between-scan-mode",
                "incremental-between-tag-to-snapshot",
            ],
        ),
        "latest-full" | "latest" | "compacted-full" | "from-creation-timestamp" => {
            (&[], &[MILLIS, FILE_TIME, TIMESTAMP, SNAPSHOT, TAG, BETWEEN_TIMES, BETWEEN, TO_TAG])
        }
        _ => return None,
    };
    Some(Needs { one_of, none_of })
}
