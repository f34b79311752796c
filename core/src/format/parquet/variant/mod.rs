//! Shredded variants: parts of VARIANT values that stand in columns of their own, put back together.
//!
//! ```text
//! group {metadata, value, typed_value}   value: what has no column, in the variant encoding
//!                                        typed_value: a leaf, a list of {value, typed_value}, or a group of fields of those
//! ```
//!
//! This is the shredding of the Parquet format (`VariantShredding.md`), which Java writes by its options
//! `variant.shreddingSchema` and `variant.inferShreddingSchema`. Rebuilt values use the dictionary that is in the file.

mod encode;
mod names;
mod rebuild;
mod scalar;

pub(super) use rebuild::rebuild;

/// Name of the member with the shredded part.
pub(super) const TYPED_VALUE: &str = "typed_value";
/// Name of the member with the encoded part.
const VALUE: &str = "value";
/// Name of the member with the dictionary.
const METADATA: &str = "metadata";
