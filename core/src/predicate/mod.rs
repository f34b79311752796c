//! Filters: parsed from text or built in code, evaluated exactly on batches, and used to skip files that cannot match.

mod expr;

pub use expr::{Column, CompareOp, Predicate};
