//! The engine for JavaScript: cargo build, binding, and the hand-written package around it.
//!
//! ```text
//! dist/wasm/index.js …                   wasm/js, as it is
//!           wasm/reader.js, _bg.wasm     feature `full` off: what is loaded first
//!           wasm/full.js, _bg.wasm       all of the engine, loaded on need
//! ```

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

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

/// What this process put last into a folder of `dist`. Several steps of one run need it and sources do not change under them; cargo would
/// build the engine's modules anew each time, because builds of one package with other features replace each other.
pub(crate) struct LastBuild(Mutex<Option<(Profile, Modules)>>);

impl LastBuild {
    pub(crate) const fn none() -> Self {
        LastBuild(Mutex::new(None))
    }

    /// Runs `build` unless it ran last, and for the same.
    pub(crate) fn or_else(&self, wanted: (Profile, Modules), build: impl FnOnce() -> Result<()>) -> Result<()> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != Some(wanted) {
            *last = None;
            build()?;
            *last = Some(wanted);
        }
        Ok(())
    }
}

static PACKAGE: LastBuild = LastBuild::none();

/// The package in `dist/wasm`: `wasm/js` as it is, and the bound engine under `wasm/`.
pub(crate) fn build(shell: &Shell, profile: Profile, modules: Modules) -> Result<PathBuf> {
    let package = files::dist("wasm");
    PACKAGE.or_else((profile, modules), || fill(shell, profile, modules, &package))?;
    Ok(package)
}

fn fill(shell: &Shell, profile: Profile, modules: Modules, package: &Path) -> Result<()> {
    files::fresh_dir(package)?;
    files::copy_tree(&files::root().join("wasm/js"), package)?;
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
    Ok(())
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
