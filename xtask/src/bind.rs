//! wasm-bindgen in process: a module as cargo leaves it -> a module and its JavaScript glue.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::files;

/// Writes `<name>.js` (an ES module for browsers, workers and Node) and `<name>_bg.wasm` into `out`.
///
/// The glue never guesses where the module is: the caller loads it.
pub(crate) fn web(module: &Path, out: &Path, name: &str) -> Result<()> {
    fs::create_dir_all(out)?;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen.generate(out).with_context(|| format!("cannot bind {}", module.display()))?;
    no_foreign_imports(&fs::read_to_string(out.join(format!("{name}.js")))?)?;
    let bound = out.join(format!("{name}_bg.wasm"));
    let size = usize::try_from(fs::metadata(&bound)?.len())?;
    println!("{}: {}", bound.strip_prefix(files::root()).unwrap_or(&bound).display(), files::human(size));
    Ok(())
}

/// Symbols that the linker did not find become imports of a module `env`, and would fail only when the page loads.
fn no_foreign_imports(glue: &str) -> Result<()> {
    if glue.contains("from \"env\"") || glue.contains("from 'env'") {
        bail!("C code is missing from the module: the archiver lost it, install LLVM's (Debian: apt-get install llvm)");
    }
    Ok(())
}
