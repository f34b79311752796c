//! The npm package: its scripts in one file for each thread, both modules, proven to load before they are packed.
//!
//! `wasm-opt` is not among the steps: after link-time optimisation it takes 13 % off the module, and adds 2 % to what is sent of it with
//! brotli (docs/decisions/0015-two-modules.md).

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::{files, test, toolchain, wasm};

/// Builds `dist/npm`.
pub(crate) fn build(shell: &Shell) -> Result<PathBuf> {
    let package = wasm::build(shell, wasm::Profile::Small, wasm::Modules::Both)?;
    let out = files::dist("npm");
    files::fresh_dir(&out)?;
    let texts = files::sources(&package, &["ts", "md", "json"])?;
    let licences = ["LICENSE", "NOTICE"].map(|name| files::root().join(name));
    for text in texts.iter().chain(licences.iter().filter(|text| text.is_file())) {
        fs::copy(text, out.join(text.file_name().context("a file without a name")?))?;
    }
    fs::create_dir_all(out.join("wasm"))?;
    for ((_, from), (_, to)) in wasm::modules(&package).into_iter().zip(wasm::modules(&out)) {
        fs::copy(from, to)?;
    }
    bundle(shell, &package, &out)?;
    for start in ["", "await load({ full: true });"] {
        loads(shell, &out, start)?;
    }
    for (name, module) in wasm::modules(&out) {
        report(shell, name, &module)?;
    }
    println!("npm package: {}", out.display());
    Ok(out)
}

/// Puts bundled scripts in the place of those of `package`: fewer requests and half the bytes for a page without a bundler.
///
/// The glue of the full module stays a file of its own, which is loaded with it.
fn bundle(shell: &Shell, package: &Path, out: &Path) -> Result<()> {
    toolchain::node(shell)?;
    test::install(shell, "tests/package")?;
    let entries = ["index.js", "worker.js"].map(|name| package.join(name));
    let script = format!(
        "import {{ buildSync }} from 'esbuild';\n\
         buildSync({{ entryPoints: {entries:?}, outdir: {out:?}, bundle: true, splitting: true, minify: true, format: 'esm', \
         target: 'es2022', logLevel: 'warning' }});"
    );
    let _there = shell.push_dir(files::root().join("tests/package"));
    cmd!(shell, "node --input-type=module --eval {script}").quiet().run()?;
    Ok(())
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
