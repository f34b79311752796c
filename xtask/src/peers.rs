//! The peers that we are compared with: pypaimon and paimon-rust in a Python environment, Java Paimon as jars.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::{files, toolchain};

/// A virtual environment with `tests/interop/requirements.txt`; gives its interpreter.
pub(crate) fn python(shell: &Shell) -> Result<PathBuf> {
    let requirements = files::root().join("tests/interop/requirements.txt");
    let pinned = fs::read_to_string(&requirements).context("tests/interop/requirements.txt")?;
    let venv = files::target_dir().join("interop-venv");
    let inside = venv.join("bin/python");
    let stamp = venv.join("installed.txt");
    if fs::read_to_string(&stamp).ok().as_deref() != Some(pinned.as_str()) {
        let python = toolchain::python(shell)?;
        cmd!(shell, "{python} -m venv --clear {venv}").run()?;
        cmd!(shell, "{inside} -m pip install --quiet --disable-pip-version-check -r {requirements}").run()?;
        fs::write(&stamp, pinned)?;
    }
    Ok(inside)
}

/// A folder with the jars of `tests/interop/java/pom.xml`, fetched by Maven.
pub(crate) fn java_jars(shell: &Shell) -> Result<PathBuf> {
    toolchain::maven(shell)?;
    let pom = files::root().join("tests/interop/java/pom.xml");
    let pinned = fs::read_to_string(&pom).context("tests/interop/java/pom.xml")?;
    let jars = files::target_dir().join("interop-jars");
    let stamp = jars.join("installed.xml");
    if fs::read_to_string(&stamp).ok().as_deref() != Some(pinned.as_str()) {
        cmd!(shell, "mvn --batch-mode --quiet -f {pom} dependency:copy-dependencies -DoutputDirectory={jars}").run()?;
        fs::write(&stamp, pinned)?;
    }
    Ok(jars)
}
