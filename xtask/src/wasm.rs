//! The engine for JavaScript: cargo build, binding, and the hand-written package around it.

use std::path::PathBuf;

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{bind, files, toolchain};

/// How much time a wasm build may take.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Fat LTO: minutes.
    Small,
    /// For iterating: seconds.
    Dev,
}

impl Profile {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Profile::Small => "wasm",
            Profile::Dev => "wasm-dev",
        }
    }
}

/// Builds the package into `dist/wasm`: `wasm/js` as it is, and the bound engine under `wasm/`.
pub(crate) fn build(shell: &Shell, profile: Profile) -> Result<PathBuf> {
    let module = compile(shell, profile, "cenote-wasm", "cenote_wasm")?;
    let package = files::dist("wasm");
    files::fresh_dir(&package)?;
    files::copy_tree(&files::root().join("wasm/js"), &package)?;
    bind::web(&module, &package.join("wasm"), "cenote")?;
    Ok(package)
}

/// Compiles one package for wasm and gives the module's path.
pub(crate) fn compile(shell: &Shell, profile: Profile, package: &str, file_stem: &str) -> Result<PathBuf> {
    let tools = toolchain::wasm(shell)?;
    let (target, profile) = (toolchain::WASM, profile.name());
    cmd!(shell, "cargo build --package {package} --target {target} --profile {profile}").envs(tools.vars).run()?;
    Ok(files::target_dir().join(target).join(profile).join(format!("{file_stem}.wasm")))
}
