//! Rows of the input that are no rows of the table: stop, leave them out, or keep them in a file of their own.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::PathBuf,
    str::FromStr,
};

use serde_json::json;

use super::InputOptions;
use crate::error::{Failure, Result};

/// What to do with a bad row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum OnError {
    /// Write nothing at all.
    #[default]
    Fail,
    /// Leave it out.
    Skip,
    /// Leave it out, and write it and the reason to this file.
    Quarantine(PathBuf),
}

impl FromStr for OnError {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(['=', ':']) {
            None if text == "fail" => Ok(OnError::Fail),
            None if text == "skip" => Ok(OnError::Skip),
            Some(("quarantine", file)) if !file.is_empty() => Ok(OnError::Quarantine(file.into())),
            _ => Err(format!("expected fail, skip or quarantine=FILE, found {text:?}")),
        }
    }
}

/// Why a row is bad.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// What is wrong.
    pub(super) text: String,
    /// What to do about it, where that is not to mend the line.
    pub(super) hint: Option<String>,
}

impl From<String> for Problem {
    fn from(text: String) -> Self {
        Problem { text, hint: None }
    }
}

impl From<&str> for Problem {
    fn from(text: &str) -> Self {
        Problem { text: text.to_owned(), hint: None }
    }
}

/// The bad rows of an input.
#[derive(Debug)]
pub(super) struct BadRows {
    input: String,
    /// What rows are called: `line` in texts, `row` in columnar files.
    unit: &'static str,
    policy: OnError,
    file: Option<Quarantine>,
    count: u64,
}

impl BadRows {
    /// Makes the file for bad rows. Errors: one that is there already, so that nobody loses rows.
    pub(super) fn new(options: &InputOptions, unit: &'static str) -> Result<Self> {
        let file = match &options.on_error {
            OnError::Quarantine(path) => Some(Quarantine::create(path.clone())?),
            _ => None,
        };
        Ok(BadRows { input: options.display_name(), unit, policy: options.on_error.clone(), file, count: 0 })
    }

    /// Whether a bad row ends the load.
    pub(super) fn is_strict(&self) -> bool {
        self.policy == OnError::Fail
    }

    /// Leaves out the row on `line`. Errors: the problem itself, where rows must not be left out.
    pub(super) fn leave_out(&mut self, line: u64, raw: &[u8], problem: Problem) -> Result<()> {
        if self.is_strict() {
            let message = format!("{}, {} {line}: {}", self.input, self.unit, problem.text);
            let mend = "nothing was written; mend the line and run the command again, or pass --on-error";
            return Err(Failure::error(message).hint(problem.hint.unwrap_or_else(|| mend.into())));
        }
        self.count += 1;
        match &mut self.file {
            Some(file) => file.write(&self.input, self.unit, line, raw, &problem.text),
            None => Ok(()),
        }
    }

    /// Keeps the file of bad rows and gives their number. Until then it goes away with this value, so that a second try
    /// of a failed load finds things as they were.
    pub(super) fn finish(&mut self) -> Result<u64> {
        if let Some(file) = &mut self.file {
            file.keep()?;
        }
        Ok(self.count)
    }
}

/// A file of bad rows, one JSON object a line.
#[derive(Debug)]
struct Quarantine {
    path: PathBuf,
    file: BufWriter<File>,
    is_kept: bool,
}

impl Quarantine {
    fn create(path: PathBuf) -> Result<Self> {
        let file = File::options().write(true).create_new(true).open(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => Failure::usage(format!("{} is there already", path.display()))
                .hint("it may hold bad rows of an earlier load: move it away, or name another file"),
            _ => Failure::file(path.display(), &error),
        })?;
        Ok(Quarantine { path, file: BufWriter::new(file), is_kept: false })
    }

    fn write(&mut self, input: &str, unit: &str, line: u64, raw: &[u8], reason: &str) -> Result<()> {
        let raw = String::from_utf8_lossy(raw);
        let row = json!({"input": input, unit: line, "reason": reason, "raw": raw.trim_end_matches(['\r', '\n'])});
        writeln!(self.file, "{row}").map_err(|error| Failure::file(self.path.display(), &error))
    }

    fn keep(&mut self) -> Result<()> {
        self.file.flush().map_err(|error| Failure::file(self.path.display(), &error))?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Quarantine {
    fn drop(&mut self) {
        if !self.is_kept {
            // Nothing was loaded, so nothing was left out.
            let _ = fs::remove_file(&self.path);
        }
    }
}
