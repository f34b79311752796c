//! Functions that a module carries and never calls, replaced by a trap.
//!
//! Arrow's kernels look at the type of an array when they run, so the linker keeps their code for all types. The columns of a Paimon
//! table have few: `core/src/types/arrow.rs` gives them, and the decoder of Parquet is never told of others. What is made for the
//! others alone is emptied here, and what only that called is dropped with it (docs/decisions/0015-two-modules.md).

use std::{collections::HashSet, fs, path::Path};

use anyhow::{Context, Result, bail};
use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module, passes::gc};

/// Parts of the names of functions that exist for types that the reader never has.
const FOREIGN: &[&str] = &[
    // Dictionaries: the decoder gives plain values.
    "DictionaryArray",
    "arrow_select::dictionary::",
    "interleave_dictionaries",
    "concat_dictionaries",
    "take_dict",
    "pack_dictionary",
    "dictionary_buffer::",
    "byte_array_dictionary::",
    // Views.
    "GenericByteViewArray",
    "byte_view_array::",
    "view_buffer::",
    "interleave_views",
    "interleave_list_view",
    "take_byte_view",
    "filter_byte_view",
    "GenericListViewArray",
    "list_view_array::",
    "take_list_view",
    // Unions and runs.
    "UnionArray",
    "RunArray",
    "run_array::",
    "take_run",
    "RunEndBuffer",
    "interleave_run_end",
    "concat_run",
    "arrow_data::equal::run::",
    "arrow_data::equal::union::",
    "arrow_data::equal::dictionary::",
    // Lists and texts of more than 2 GiB.
    "GenericListArray<i64>",
    "GenericStringType<i64>",
    "GenericBinaryType<i64>",
    "interleave_list::<i64>",
    // Numbers that no Paimon type has.
    "Decimal32Type",
    "Decimal64Type",
    "Decimal256Type",
    "Float16Type",
    "Date64Type",
    "num_bigint::",
    "IntervalMonthDayNano",
    "IntervalDayTime",
    "IntervalYearMonth",
    "DurationSecondType",
    "DurationMillisecondType",
    "DurationMicrosecondType",
    "DurationNanosecondType",
    // Rows are compared where a compaction makes a changelog.
    "arrow_ord::cmp::",
    // zstd sorts when it makes dictionaries.
    "zstd_sys::wasm_shim::qsort",
];

/// Reads the module at `from`, which has the names of its functions, and writes the smaller one to `to`.
///
/// Errors: a name in the list fits no function any more, so that the list does not say what it seems to.
pub(crate) fn foreign_types(from: &Path, to: &Path) -> Result<()> {
    let mut module = Module::from_file(from).with_context(|| format!("cannot read {}", from.display()))?;
    let before = module.funcs.iter().count();
    let mut stale = FOREIGN.iter().copied().collect::<HashSet<_>>();
    let mut foreign = Vec::new();
    for function in module.funcs.iter() {
        let Some(name) = &function.name else { continue };
        let name = format!("{:#}", rustc_demangle::demangle(name));
        let Some(part) = FOREIGN.iter().find(|part| name.contains(*part)) else { continue };
        stale.remove(part);
        foreign.push(function.id());
    }
    if foreign.is_empty() {
        bail!("{}: no function has a name of the list", from.display());
    }
    for id in &foreign {
        empty(&mut module, *id);
    }
    gc::run(&mut module);
    println!("{} of {before} functions emptied, {} left", foreign.len(), module.funcs.iter().count());
    if !stale.is_empty() {
        println!("names that fit nothing: {stale:?}");
    }
    fs::write(to, module.emit_wasm()).with_context(|| format!("cannot write {}", to.display()))
}

/// Has the function trap.
fn empty(module: &mut Module, id: FunctionId) {
    let kind = module.types.get(module.funcs.get(id).ty());
    let (params, results) = (kind.params().to_vec(), kind.results().to_vec());
    let args = params.iter().map(|kind| module.locals.add(*kind)).collect();
    let mut body = FunctionBuilder::new(&mut module.types, &params, &results);
    body.func_body().unreachable();
    let function = module.funcs.get_mut(id);
    if matches!(function.kind, FunctionKind::Local(_)) {
        function.kind = FunctionKind::Local(body.local_func(args));
    }
}
