//! The Python environment with the peers that we are compared with: pypaimon and paimon-rust.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::{files, toolchain};

/// A virtual environment with `tests/interop/requirements.txt`; gives its interpreter.
pub(crate) fn peers(shell: &Shell) -> Result<PathBuf> {
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
