//! Tables of every kind that our CLI writes, read at every snapshot by Java 1.x and 2.x, pypaimon and paimon-rust, which also
//! write, delete and compact in between; compared with rows computed from the inputs alone.
//!
//! `CENOTE_SEED` draws other rows, `CENOTE_WRITES` keeps the kinds whose names contain it, and `CENOTE_CLI` names a built CLI.

use std::{env, path::PathBuf};

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{demo, files, peers};

/// Errors: wrong rows, errors, or a list of refusals or exceptions that is not true.
pub(crate) fn run(shell: &Shell) -> Result<()> {
    let cenote = match env::var_os("CENOTE_CLI") {
        Some(built) => PathBuf::from(built),
        None => demo::build_cli(shell)?,
    };
    let python = peers::python(shell)?;
    let java_1 = peers::java_classes(shell, peers::JAVA_1)?;
    let java_2 = peers::java_classes(shell, peers::JAVA_2)?;
    let script = files::root().join("tests/interop/writes/run.py");
    let folder = files::target_dir().join("write-matrix");
    let part = env::var("CENOTE_WRITES").unwrap_or_default();
    cmd!(shell, "{python} -B {script} {cenote} {java_1} {java_2} {folder} {part}").run()?;
    Ok(())
}
