//! A warehouse in a temporary folder, and runs of the binary in it.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
};

use serde_json::Value;
use tempfile::TempDir;

/// A temporary folder with a warehouse in it.
pub(crate) struct Lab {
    folder: TempDir,
}

/// What a run left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) line: String,
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Lab { folder: tempfile::tempdir().unwrap() }
    }

    /// A lab with the table `d.t` (id, name, dt), keyed by id and dt, partitioned by dt.
    pub(crate) fn with_keyed_table() -> Self {
        let lab = Lab::new();
        let schema = "id BIGINT NOT NULL, name STRING, dt STRING";
        let keys = ["--primary-key", "id,dt", "--partition-by", "dt", "--option", "bucket=2"];
        lab.run(&[&["table", "create", "d.t", "--schema", schema], keys.as_slice()].concat()).ok();
        lab
    }

    /// A lab with the append table `d.t` of these columns.
    pub(crate) fn with_append_table(schema: &str) -> Self {
        let lab = Lab::new();
        lab.run(&["table", "create", "d.t", "--schema", schema]).ok();
        lab
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn warehouse(&self) -> PathBuf {
        self.path().join("wh")
    }

    /// Folder of the table `d.t`.
    pub(crate) fn table_folder(&self) -> PathBuf {
        self.warehouse().join("d.db").join("t")
    }

    /// Makes a file in the lab.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::write(self.path().join(name), content).unwrap();
        name.to_owned()
    }

    /// The binary, in the lab's folder and with its warehouse.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cenote"));
        command
            .args(args)
            .current_dir(self.path())
            .env("CENOTE_WAREHOUSE", self.warehouse())
            .env("HOME", self.path())
            .env_remove("CENOTE_PROFILE")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("RUST_BACKTRACE");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.run_with_input(args, "")
    }

    /// Runs with this on standard input.
    pub(crate) fn run_with_input(&self, args: &[&str], input: impl Into<Vec<u8>>) -> Run {
        let mut command = self.command(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.into();
        // A run may end without reading its input.
        let feeding = thread::spawn(move || drop(stdin.write_all(&input)));
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        feeding.join().unwrap();
        Run {
            line: args.join(" "),
            code: status.code().unwrap_or(-1),
            stdout,
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// The lines that a read prints, sorted.
    pub(crate) fn rows(&self, args: &[&str]) -> Vec<String> {
        let mut rows = self.run(&[&["read"], args].concat()).ok().lines().map(str::to_owned).collect::<Vec<_>>();
        rows.sort();
        rows
    }
}

impl Run {
    /// Standard output of a run that must have gone well.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}\n{}", self.line, self.stderr);
        String::from_utf8(self.stdout).unwrap()
    }

    /// The same as JSON lines.
    #[track_caller]
    pub(crate) fn json_lines(self) -> Vec<Value> {
        self.ok().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Standard error of a run that must have failed with this exit code, said why, and printed no data.
    #[track_caller]
    pub(crate) fn fails(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}\n{}", self.line, self.stderr);
        assert!(self.stderr.starts_with("error: "), "{}\n{}", self.line, self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}\n{}", self.line, self.stderr);
        assert_eq!(self.stdout, b"", "{}", self.line);
        self.stderr
    }
}
