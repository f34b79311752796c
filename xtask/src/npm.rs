//! The npm package: the engine made as small as it gets, and proven to load before it is packed.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::{files, toolchain, wasm};

/// Debian's binaryen 108 exits 0 with a broken module: only this one, from npm.
const BINARYEN: &str = "binaryen@132.0.0";
const OPTIONS: [&str; 2] = ["-Oz", "--all-features"];

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
    for (_, module) in wasm::modules(&out) {
        optimise(shell, &module)?;
    }
    for start in ["", "await load({ full: true });"] {
        loads(shell, &out, start)?;
    }
    for (name, module) in wasm::modules(&out) {
        report(shell, name, &module)?;
    }
    println!("npm package: {}", out.display());
    Ok(out)
}

/// Makes the module smaller in place. That takes minutes, so a module that was made smaller before is taken from the target folder.
fn optimise(shell: &Shell, module: &Path) -> Result<()> {
    let mut hasher = DefaultHasher::new();
    (BINARYEN, OPTIONS, fs::read(module)?).hash(&mut hasher);
    let kept = files::target_dir().join("wasm-opt").join(format!("{:016x}.wasm", hasher.finish()));
    if !kept.is_file() {
        let tools = files::target_dir().join("npm-tools");
        let wasm_opt = tools.join("node_modules/.bin/wasm-opt");
        if !wasm_opt.is_file() {
            fs::create_dir_all(&tools)?;
            cmd!(shell, "npm install --prefix {tools} --no-save --no-audit --no-fund {BINARYEN}").run()?;
        }
        fs::create_dir_all(kept.parent().unwrap_or(&kept))?;
        let part = kept.with_extension("part");
        cmd!(shell, "{wasm_opt} {OPTIONS...} {module} -o {part}").run().context("wasm-opt failed")?;
        fs::rename(part, &kept)?;
    }
    fs::copy(&kept, module)?;
    Ok(())
}

/// The optimised modules open a table that is not there, and say so: proof that they compile and run.
fn loads(shell: &Shell, package: &Path, start: &str) -> Result<()> {
    let entry = package.join("index.js");
    let script = format!(
        "import {{ load, openTable, memory }} from {entry:?}; {start}\n\
         const error = await openTable('memory:/t', {{ storage: memory() }}).then(() => null, (e) => e);\n\
         if (error?.kind !== 'not found') throw error ?? new Error('an absent table opened');"
    );
    let run = cmd!(shell, "node --input-type=module --eval {script}").quiet().run();
    if run.is_err() {
        bail!("the optimised module does not run");
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
