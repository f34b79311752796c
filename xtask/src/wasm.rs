//! The engine for JavaScript: cargo build, binding, and the hand-written package around it.
//!
//! ```text
//! dist/wasm/index.js …                   wasm/js, as it is
//!           wasm/reader.js, _bg.wasm     feature `full` off: what is loaded first
//!           wasm/full.js, _bg.wasm       all of the engine, loaded on need
//! ```

use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{bind, files, shrink, toolchain};

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

    /// The modules that are worth the time.
    pub(crate) fn modules(self) -> Modules {
        match self {
            Profile::Small => Modules::Both,
            Profile::Dev => Modules::OnlyFull,
        }
    }
}

/// Which modules a package gets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Modules {
    /// The reader and the full one.
    Both,
    /// The full one in both places: half the time, for who does not count bytes.
    OnlyFull,
}

/// Builds the package into `dist/wasm`: `wasm/js` as it is, and the bound engine under `wasm/`.
pub(crate) fn build(shell: &Shell, profile: Profile, modules: Modules) -> Result<PathBuf> {
    let package = files::dist("wasm");
    files::fresh_dir(&package)?;
    files::copy_tree(&files::root().join("wasm/js"), &package)?;
    let bound = package.join("wasm");
    let full = compile(shell, profile, "cenote-wasm", "cenote_wasm", &[])?;
    bind::restartable(&full, &bound, "full")?;
    if modules == Modules::OnlyFull {
        bind::restartable(&full, &bound, "reader")?;
    } else {
        let reader = compile(shell, profile, "cenote-wasm", "cenote_wasm", &["--no-default-features"])?;
        let shrunk = reader.with_file_name("cenote_reader.wasm");
        shrink::foreign_types(&reader, &shrunk)?;
        bind::restartable(&shrunk, &bound, "reader")?;
    }
    Ok(package)
}

/// Compiles one package for wasm and gives the module's path.
pub(crate) fn compile(
    shell: &Shell,
    profile: Profile,
    package: &str,
    file_stem: &str,
    features: &[&str],
) -> Result<PathBuf> {
    let tools = toolchain::wasm(shell)?;
    let (target, profile) = (toolchain::WASM, profile.name());
    cmd!(shell, "cargo build --package {package} --target {target} --profile {profile} {features...}")
        .envs(tools.vars)
        .run()?;
    Ok(files::target_dir().join(target).join(profile).join(format!("{file_stem}.wasm")))
}

/// The modules of a package, by name.
pub(crate) fn modules(package: &Path) -> [(&'static str, PathBuf); 2] {
    ["reader", "full"].map(|name| (name, package.join("wasm").join(format!("{name}_bg.wasm"))))
}
