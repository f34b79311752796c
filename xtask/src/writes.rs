//! Tables of every kind that our CLI writes, read at every snapshot by Java 1.x and 2.x, pypaimon and paimon-rust, which also
//! write, delete and compact in between, and by Spark; compared with rows computed from the inputs alone.
//!
//! `CENOTE_SEED` draws other rows, `CENOTE_WRITES` keeps the kinds whose names contain it, and `CENOTE_CLI` names a built CLI.

use std::{env, path::PathBuf};

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{demo, files, peers};

/// Java, pypaimon and paimon-rust. Errors: wrong rows, errors, or a list of refusals or exceptions that is not true.
pub(crate) fn run(shell: &Shell) -> Result<()> {
    let classpaths = [peers::java_classes(shell, peers::JAVA_1)?, peers::java_classes(shell, peers::JAVA_2)?];
    compare(shell, "java", &classpaths)
}

/// Random histories of primary-key tables, compacted by us and by Java 1.x and 2.x: equal rows and changelogs after each step.
/// `CENOTE_HISTORIES` says how many. Errors: what differs, with its seed.
pub(crate) fn changelogs(shell: &Shell) -> Result<()> {
    let classpaths = [peers::java_classes(shell, peers::JAVA_1)?, peers::java_classes(shell, peers::JAVA_2)?];
    let script = files::root().join("tests/interop/writes/changelogs.py");
    let folder = files::target_dir().join("changelog-histories");
    let (cenote, python) = (cli(shell)?, peers::python(shell)?);
    let count = env::var("CENOTE_HISTORIES").unwrap_or_else(|_| "150".to_owned());
    cmd!(shell, "{python} -B {script} {cenote} {folder} {classpaths...} {count}").run()?;
    Ok(())
}

/// Spark with Paimon's connector, whose statements come between our writes. Errors: as [`run`].
pub(crate) fn spark(shell: &Shell) -> Result<()> {
    compare(shell, "spark", &[peers::spark_classes(shell)?])
}

fn compare(shell: &Shell, mode: &str, classpaths: &[String]) -> Result<()> {
    let cenote = cli(shell)?;
    let python = peers::python(shell)?;
    let script = files::root().join("tests/interop/writes/run.py");
    let folder = files::target_dir().join(format!("write-matrix-{mode}"));
    let part = env::var("CENOTE_WRITES").unwrap_or_default();
    cmd!(shell, "{python} -B {script} {mode} {cenote} {folder} {classpaths...} {part}").run()?;
    Ok(())
}

fn cli(shell: &Shell) -> Result<PathBuf> {
    match env::var_os("CENOTE_CLI") {
        Some(built) => Ok(PathBuf::from(built)),
        None => demo::build_cli(shell),
    }
}
