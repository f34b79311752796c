//! The npm package: the engine made as small as it gets, and proven to load before it is packed.

use std::{fs, path::Path, path::PathBuf};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::{files, toolchain, wasm};

/// Debian's binaryen 108 exits 0 with a broken module: only this one, from npm.
const BINARYEN: &str = "binaryen@132.0.0";

/// Builds `dist/npm`.
pub(crate) fn build(shell: &Shell) -> Result<PathBuf> {
    let package = wasm::build(shell, wasm::Profile::Small)?;
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
    let module = out.join("wasm/cenote_bg.wasm");
    optimise(shell, &module)?;
    loads(shell, &out)?;
    report(shell, &module)?;
    println!("npm package: {}", out.display());
    Ok(out)
}

fn optimise(shell: &Shell, module: &Path) -> Result<()> {
    let tools = files::target_dir().join("npm-tools");
    let wasm_opt = tools.join("node_modules/.bin/wasm-opt");
    if !wasm_opt.is_file() {
        fs::create_dir_all(&tools)?;
        cmd!(shell, "npm install --prefix {tools} --no-save --no-audit --no-fund {BINARYEN}").run()?;
    }
    let small = module.with_extension("opt");
    cmd!(shell, "{wasm_opt} -Oz --all-features {module} -o {small}").run().context("wasm-opt failed")?;
    fs::rename(small, module)?;
    Ok(())
}

/// The optimised module opens a table that is not there, and says so: proof that it compiles and runs.
fn loads(shell: &Shell, package: &Path) -> Result<()> {
    let entry = package.join("index.js");
    let script = format!(
        "import {{ openTable, memory }} from {entry:?};\n\
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
pub(crate) fn report(shell: &Shell, module: &Path) -> Result<()> {
    let script = "const z = require('node:zlib'), b = require('node:fs').readFileSync(process.argv[1]);\
        const q = z.brotliCompressSync(b, { params: { [z.constants.BROTLI_PARAM_QUALITY]: 11, \
        [z.constants.BROTLI_PARAM_LGWIN]: 22 } });\
        console.log(`size: ${b.length} bytes raw, ${q.length} bytes brotli`)";
    cmd!(shell, "node -e {script} {module}").quiet().run()?;
    Ok(())
}
