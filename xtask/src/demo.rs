//! `cargo xtask demo`: builds what the demo needs and hands over to `cenote demo`.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::{explorer, files, wasm};

/// Builds the engine and the explorer, then the CLI with both inside, and runs the demo with `args` passed on.
///
/// On the same machine bytes do not count: a package with only the full module is built in half the time.
pub(crate) fn run(shell: &Shell, modules: wasm::Modules, args: Vec<String>) -> Result<()> {
    explorer::build(shell, wasm::Profile::Small, modules)?;
    let cli = build_cli(shell)?;
    // Not through the shell: Ctrl-C must reach the demo alone, which then stops cleanly.
    let status = Command::new(&cli)
        .arg("demo")
        .args(args)
        .status()
        .with_context(|| format!("cannot start {}", cli.display()))?;
    if !status.success() {
        bail!("the demo failed ({status})");
    }
    Ok(())
}

/// The release build of `cenote`, with the explorer inside where `dist/explorer` is there.
pub(crate) fn build_cli(shell: &Shell) -> Result<PathBuf> {
    let site = files::dist("explorer");
    let _env = site.join("index.html").is_file().then(|| shell.push_env("CENOTE_EXPLORER", &site));
    cmd!(shell, "cargo build --release --package cenote").run()?;
    Ok(files::target_dir().join("release").join(format!("cenote{}", std::env::consts::EXE_SUFFIX)))
}
