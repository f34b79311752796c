//! Functions that a module carries and never calls, replaced by a trap.
//!
//! Arrow's kernels look at the type of an array when they run, so the linker keeps their code for all types. The columns of a Paimon
//! table have few: `core/src/types/arrow.rs` gives them, and the decoder of Parquet is never told of others. What is made for the
//! others alone is emptied here, and what only that called is dropped with it (docs/decisions/0015-two-modules.md).

use std::{collections::HashSet, fs, path::Path};

use anyhow::{Context, Result, bail};
use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module, passes::gc};

/// Paths of functions that work on such types alone, or on what the reader does not do.
///
/// Kernels by name, never a type parameter alone: where two types have the same layout, the compiler keeps one function for both, under the
/// name of either.
const FOREIGN: &[&str] = &[
    // Dictionaries: the decoder gives plain values.
    "arrow_select::dictionary::",
    "arrow_select::interleave::interleave_dictionaries",
    "arrow_select::concat::concat_dictionaries",
    "arrow_select::take::take_dict",
    "parquet::arrow::array_reader::primitive_array::pack_dictionary",
    "parquet::arrow::array_reader::byte_array_dictionary::",
    "parquet::arrow::buffer::dictionary_buffer::",
    // Views of texts and lists.
    "arrow_select::interleave::interleave_views",
    "arrow_select::interleave::interleave_list_view",
    "arrow_select::take::take_byte_view",
    "arrow_select::take::take_list_view",
    "parquet::arrow::array_reader::byte_view_array::",
    "parquet::arrow::buffer::view_buffer::",
    // Runs and unions.
    "arrow_select::interleave::interleave_run_end",
    "arrow_select::take::take_run",
    "arrow_select::concat::concat_run",
    "arrow_select::filter::filter_run_end_array",
    "arrow_data::transform::run::",
    // Lists of more than 2^31 elements.
    "arrow_select::interleave::interleave_list::<i64>",
    // Decimals of more than 38 digits.
    "num_bigint::",
    "arrow_buffer::bigint::i256>::",
    // Rows are compared where a compaction makes a changelog.
    "arrow_ord::cmp::",
    // zstd sorts when it makes dictionaries.
    "zstd_sys::wasm_shim::qsort",
];

/// Parts of the names of types of arrays that there are never: their methods, but for small ones, which may be those of other types, too.
const FOREIGN_ARRAYS: &[&str] =
    &["DictionaryArray<", "UnionArray", "RunArray<", "GenericByteViewArray<", "GenericListViewArray<"];

/// Parts of the name of what prints an array for programmers: nobody asks for that, cells are written by `types::json_cells`.
const PRINTS_ARRAY: [&str; 2] = ["arrow_array::array::", " as core::fmt::Debug>::fmt"];

/// Instructions of a method that is no other type's.
const LEAST_OWN: u64 = 100;

/// Reads the module at `from`, which has the names of its functions, and writes the smaller one to `to`.
///
/// Errors: a name in the list fits no function any more, so that the list does not say what it seems to.
pub(crate) fn foreign_types(from: &Path, to: &Path) -> Result<()> {
    let mut module = Module::from_file(from).with_context(|| format!("cannot read {}", from.display()))?;
    let before = module.funcs.iter().count();
    let mut stale = FOREIGN.iter().chain(FOREIGN_ARRAYS).copied().collect::<HashSet<_>>();
    let mut foreign = Vec::new();
    for (id, function) in module.funcs.iter_local() {
        let Some(name) = &module.funcs.get(id).name else { continue };
        let name = format!("{:#}", rustc_demangle::demangle(name));
        let is_large = function.size() >= LEAST_OWN;
        let arrays = FOREIGN_ARRAYS.iter().filter(|_| is_large);
        if let Some(part) = FOREIGN.iter().chain(arrays).find(|part| name.contains(**part)) {
            stale.remove(part);
            foreign.push(id);
        } else if is_large && PRINTS_ARRAY.iter().all(|part| name.contains(part)) {
            foreign.push(id);
        }
    }
    if !stale.is_empty() {
        bail!("{}: no function has these names any more: {stale:?}", from.display());
    }
    for id in &foreign {
        empty(&mut module, *id);
    }
    gc::run(&mut module);
    println!("{} of {before} functions emptied, {} left", foreign.len(), module.funcs.iter().count());
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
