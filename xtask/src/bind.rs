//! wasm-bindgen in process: a module as cargo leaves it -> a module and its JavaScript glue.
//!
//! The glue keeps one instance. Its own way to begin another (`__wbg_reset_state`) makes that one at once, on the thread that asks:
//! browsers refuse this for large modules. Ours only lets go of the old one, which gives its memory back.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::files;

/// Writes `<name>.js` (an ES module for browsers, workers and Node) and `<name>_bg.wasm` into `out`.
///
/// The glue never guesses where the module is: the caller loads it.
pub(crate) fn web(module: &Path, out: &Path, name: &str) -> Result<()> {
    bind(module, out, name, false).map(drop)
}

/// As [`web`], for a module whose memory is given back: `__wbg_reset_state` ends what runs and gives the compiled module, and `default`
/// starts another instance.
pub(crate) fn restartable(module: &Path, out: &Path, name: &str) -> Result<()> {
    let glue = bind(module, out, name, true)?;
    let text = with_stop(&fs::read_to_string(&glue)?);
    fs::write(&glue, text.with_context(|| format!("cannot edit {}", glue.display()))?)?;
    Ok(())
}

fn bind(module: &Path, out: &Path, name: &str, can_reset: bool) -> Result<PathBuf> {
    fs::create_dir_all(out)?;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .reset_state_function(can_reset)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen.generate(out).with_context(|| format!("cannot bind {}", module.display()))?;
    let glue = out.join(format!("{name}.js"));
    no_foreign_imports(&fs::read_to_string(&glue)?)?;
    let bound = out.join(format!("{name}_bg.wasm"));
    let size = usize::try_from(fs::metadata(&bound)?.len())?;
    println!("{}: {}", bound.strip_prefix(files::root()).unwrap_or(&bound).display(), files::human(size));
    Ok(glue)
}

/// Symbols that the linker did not find become imports of a module `env`, and would fail only when the page loads.
fn no_foreign_imports(glue: &str) -> Result<()> {
    if glue.contains("from \"env\"") || glue.contains("from 'env'") {
        bail!("C code is missing from the module: the archiver lost it, install LLVM's (Debian: apt-get install llvm)");
    }
    Ok(())
}

/// What the glue's reset does after it has forgotten what it knew of the old instance, and what it shall do instead.
const BEGIN_ANEW: (&str, &str) = (
    "    wasmInstance = new WebAssembly.Instance(wasmModule, __wbg_get_imports());
    wasm = wasmInstance.exports;
    wasm.__wbindgen_start();
}",
    "    const module = wasmModule;
    wasmInstance = wasmModule = wasm = __wbg_init_promise = undefined;
    return module;
}",
);

/// A promise that is kept after the old instance is gone still calls back: nobody waits for that, and an error would be nobody's.
const LATE_CALL: (&str, &str) =
    ("throw new Error('Cannot invoke closure from previous WASM instance');", "return undefined;");

/// Whatever a closure of the engine throws is the engine's end. Calls that wait for it would wait for ever, so somebody is told; and
/// nothing of it is called any more.
const TRAP: (&str, &str) = (
    "            return f(a, state.b, ...args);
        } finally {
            state.a = a;
            real._wbg_cb_unref();
        }
",
    "            return f(a, state.b, ...args);
        } catch (error) {
            if (trapHeard === undefined) throw error;
            trapHeard(error);
        } finally {
            state.a = a;
            if (state.instance === __wbg_instance_id) real._wbg_cb_unref();
        }
",
);

/// Who is told of that end; it is expected to call the reset.
const ON_TRAP: &str = "
let trapHeard;
export function onTrap(hear) {
    trapHeard = hear;
}
";

/// What an object of an instance that has ended says.
const STALE: (&str, &str) =
    ("Invalid stale object from previous Wasm instance", "the engine stopped after this was opened: open it again");

/// What is freed after a call that found its instance gone: nothing, in whatever instance there is.
const FREE_LATE: (&str, &str) = ("wasm.__wbindgen_free(deferred", "wasm?.__wbindgen_free(deferred");

/// A pointer of the old instance must not be freed in the next one.
const FREE: (&str, &str) = (
    "        const ptr = this.__destroy_into_raw();\n",
    "        const ptr = this.__destroy_into_raw();\n        if (this.__wbg_inst !== __wbg_instance_id) return;\n",
);

/// A glue whose reset only ends what runs. Errors: where the glue of this wasm-bindgen is not what is known here; nothing may be left half edited.
fn with_stop(glue: &str) -> Result<String> {
    let classes = glue.matches("\nexport class ").count() + usize::from(glue.starts_with("export class "));
    let closures =
        ["function makeMutClosure(", "function makeClosure("].iter().filter(|made| glue.contains(**made)).count();
    let guards = "(instance === __wbg_instance_id) wasm.__wbg_";
    for (what, found, wanted) in [
        ("finalizers of classes that know their instance", glue.matches(guards).count(), classes),
        (
            "finalizers of closures that know their instance",
            glue.matches("if (state.instance === __wbg_instance_id) {").count(),
            1,
        ),
        ("variables of the instance", glue.matches("\nlet wasmModule, wasmInstance, wasm;\n").count(), 1),
        ("promises of the start", glue.matches("\nlet __wbg_init_promise;\n").count(), 1),
    ] {
        expect(what, found, wanted)?;
    }
    let mut edited = glue.to_owned();
    // Of the last two any number.
    let [stale, late] = [STALE, FREE_LATE].map(|(from, _)| glue.matches(from).count());
    for ((from, to), wanted) in
        [(BEGIN_ANEW, 1), (LATE_CALL, closures), (TRAP, closures), (FREE, classes), (STALE, stale), (FREE_LATE, late)]
    {
        expect(from, glue.matches(from).count(), wanted)?;
        edited = edited.replace(from, to);
    }
    edited.push_str(ON_TRAP);
    Ok(edited)
}

fn expect(what: &str, found: usize, wanted: usize) -> Result<()> {
    if found != wanted || wanted == 0 {
        bail!("wasm-bindgen's glue has another shape: expected {wanted} (one at least) of {what:?}, found {found}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What matters of the glue of wasm-bindgen 0.2.130.
    const GLUE: &str = "export class Table {
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_table_free(ptr, 0);
    }
    io() {
        try {
            stale('Invalid stale object from previous Wasm instance');
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
}
const TableFinalization = new FinalizationRegistry(({ ptr, instance }) => {
    if (instance === __wbg_instance_id) wasm.__wbg_table_free(ptr, 1);
});
export function __wbg_reset_state () {
    __wbg_instance_id++;
    wasmInstance = new WebAssembly.Instance(wasmModule, __wbg_get_imports());
    wasm = wasmInstance.exports;
    wasm.__wbindgen_start();
}
const CLOSURE_DTORS = new FinalizationRegistry(state => {
    if (state.instance === __wbg_instance_id) {
    }
});
function makeMutClosure(arg0, arg1, f) {
        throw new Error('Cannot invoke closure from previous WASM instance');
        try {
            return f(a, state.b, ...args);
        } finally {
            state.a = a;
            real._wbg_cb_unref();
        }
}

let wasmModule, wasmInstance, wasm;
let __wbg_init_promise;
";

    #[test]
    fn the_glue_lets_go_of_its_instance() {
        let edited = with_stop(GLUE).unwrap();
        assert!(edited.contains("return module;") && !edited.contains("new WebAssembly.Instance"));
        assert!(edited.contains("if (this.__wbg_inst !== __wbg_instance_id) return;"));
        assert!(!edited.contains("throw new Error"));
        assert!(edited.contains(STALE.1) && !edited.contains(STALE.0));
        assert!(edited.contains("wasm?.__wbindgen_free(deferred1_0"));
        assert!(edited.contains("trapHeard(error);") && edited.contains("export function onTrap("));
    }

    #[test]
    fn a_glue_of_another_shape_is_refused() {
        for part in [
            "wasm.__wbindgen_start();",
            "Cannot invoke closure",
            "return f(a, state.b",
            "Invalid stale object",
            "wasm.__wbindgen_free(deferred",
            "this.__destroy_into_raw()",
            "if (instance === __wbg_instance_id)",
            "if (state.instance",
            "let wasmModule",
            "let __wbg_init_promise",
        ] {
            let error = with_stop(&GLUE.replacen(part, "other", 1)).unwrap_err().to_string();
            assert!(error.contains("another shape"), "{part}: {error}");
        }
        let more = GLUE.replace("export class Table {", "export class Table {\n}\nexport class Rows {");
        assert!(with_stop(&more).is_err(), "a class without finalizer and free");
    }
}
