//! The npm package: both modules, proven to load before they are packed.
//!
//! `wasm-opt` is not among the steps: after link-time optimisation it takes 13 % off the module, and adds 2 % to what is sent of it with
//! brotli (docs/decisions/0015-two-modules.md).

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use xshell::{Shell, cmd};

use crate::{files, toolchain, wasm};

/// Builds `dist/npm`.
pub(crate) fn build(shell: &Shell) -> Result<PathBuf> {
    let package = wasm::build(shell, wasm::Profile::Small, wasm::Modules::Both)?;
    let out = files::dist("npm");
    files::fresh_dir(&out)?;
    files::copy_tree(&package, &out)?;
    for name in ["LICENSE", "NOTICE"] {
        let text = files::root().join(name);
        if text.is_file() {
            fs::copy(text, out.join(name))?;
        }
    }
    toolchain::node(shell)?;
    for start in ["", "await load({ full: true });"] {
        loads(shell, &out, start)?;
    }
    for (name, module) in wasm::modules(&out) {
        report(shell, name, &module)?;
    }
    println!("npm package: {}", out.display());
    Ok(out)
}

/// The modules open a table that is not there, and say so: proof that they compile and run.
fn loads(shell: &Shell, package: &Path, start: &str) -> Result<()> {
    let entry = package.join("index.js");
    let script = format!(
        "import {{ load, openTable, memory }} from {entry:?}; {start}\n\
         const error = await openTable('memory:/t', {{ storage: memory() }}).then(() => null, (e) => e);\n\
         if (error?.kind !== 'not found') throw error ?? new Error('an absent table opened');"
    );
    let run = cmd!(shell, "node --input-type=module --eval {script}").quiet().run();
    if run.is_err() {
        bail!("the module does not run");
    }
    Ok(())
}

/// Sizes that count for a page: raw and as servers send it.
fn report(shell: &Shell, name: &str, module: &Path) -> Result<()> {
    let script = "const z = require('node:zlib'), [, name, path] = process.argv, b = require('node:fs').readFileSync(path);\
        const q = z.brotliCompressSync(b, { params: { [z.constants.BROTLI_PARAM_QUALITY]: 11, \
        [z.constants.BROTLI_PARAM_LGWIN]: 22 } });\
        console.log(`${name}: ${b.length} bytes raw, ${q.length} bytes brotli`)";
    cmd!(shell, "node -e {script} {name} {module}").quiet().run()?;
    Ok(())
}
