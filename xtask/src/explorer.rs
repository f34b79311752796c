//! The explorer as a folder of static files: `explorer-ui/static`, the bound UI, the engine's package.
//!
//! ```text
//! dist/explorer/index.html …             explorer-ui/static, as it is
//!               cenote-explorer.js       glue of the UI; boot.js starts it
//!               cenote-explorer_bg.wasm
//!               cenote/                  the npm package: engine.js, worker.js, index.js …
//!               sw.js                    with the list of all these files (`shell`)
//!               *.br *.gz                beside what they make smaller, unless built with --dev
//! ```

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use xshell::Shell;

use crate::{bind, files, shell, wasm};

static SITE: wasm::LastBuild = wasm::LastBuild::none();

/// Builds `dist/explorer`.
pub(crate) fn build(shell: &Shell, profile: wasm::Profile, modules: wasm::Modules) -> Result<PathBuf> {
    SITE.or_else((profile, modules), || page(shell, profile, &wasm::build(shell, profile, modules)?).map(drop))?;
    Ok(files::dist("explorer"))
}

/// Builds the page alone around an engine that is there: `$CENOTE_ENGINE`, else `dist/wasm`.
pub(crate) fn build_page(shell: &Shell, profile: wasm::Profile) -> Result<PathBuf> {
    let package = std::env::var_os("CENOTE_ENGINE").map_or_else(|| files::dist("wasm"), PathBuf::from);
    if !package.join("engine.js").is_file() {
        bail!(
            "no engine in {}: build it with `cargo xtask wasm`, or name its folder in CENOTE_ENGINE",
            package.display()
        );
    }
    page(shell, profile, &package)
}

fn page(sh: &Shell, profile: wasm::Profile, package: &Path) -> Result<PathBuf> {
    let module = wasm::compile(sh, profile, "cenote-explorer", "cenote-explorer", &[])?;
    let site = files::dist("explorer");
    files::fresh_dir(&site)?;
    let assets = files::root().join("explorer-ui/static");
    if assets.is_dir() {
        files::copy_tree(&assets, &site)?;
    }
    bind::web(&module, &site, "cenote-explorer")?;
    files::copy_tree(package, &site.join("cenote"))?;
    // The page's worker takes the full module from the start.
    fs::remove_file(site.join("cenote/wasm/reader_bg.wasm")).context("the engine has no reader module")?;
    shell::list(&site)?;
    if profile == wasm::Profile::Small {
        shell::compress(&site)?;
    }
    println!("explorer: {}", site.display());
    Ok(site)
}
