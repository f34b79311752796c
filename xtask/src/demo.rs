//! `cargo xtask demo`: builds what the demo needs and hands over to `cenote demo`.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::{explorer, files, wasm};

/// Builds the CLI, the engine and the explorer, then runs the demo with `args` passed on.
pub(crate) fn run(shell: &Shell, args: Vec<String>) -> Result<()> {
    let cli = build_cli(shell)?;
    let site = explorer::build(shell, wasm::Profile::Small)?;
    // Not through the shell: Ctrl-C must reach the demo alone, which then stops cleanly.
    let status = Command::new(&cli)
        .arg("demo")
        .arg("--explorer")
        .arg(site)
        .args(args)
        .status()
        .with_context(|| format!("cannot start {}", cli.display()))?;
    if !status.success() {
        bail!("the demo failed ({status})");
    }
    Ok(())
}

/// The release build of `cenote`.
pub(crate) fn build_cli(shell: &Shell) -> Result<PathBuf> {
    cmd!(shell, "cargo build --release --package cenote").run()?;
    Ok(files::target_dir().join("release").join(format!("cenote{}", std::env::consts::EXE_SUFFIX)))
}
