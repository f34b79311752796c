//! Filters: parsed from text or built in code, evaluated exactly on batches, and used to skip files that cannot match.
//!
//! ```text
//! text --parse--> Predicate --negate, simplify, retain_columns, for_file--> Predicate
//!                     |
//!                     +-- evaluate, evaluate_row   exactly, on rows
//!                     +-- may_match                on minima, maxima, null counts: false is sure, true is not
//!                     +-- buckets::select          on the bucket key
//! ```

pub mod buckets;
mod devolve;
mod display;
mod evaluate;
mod expr;
mod file_index;
mod lexer;
mod like;
mod literal;
mod parse;
mod rewrite;
mod stats;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tokens;

pub use expr::{Column, CompareOp, Predicate};
pub use file_index::RowSelection;
pub use parse::parse;
pub use stats::ColumnBounds;

pub(crate) use lexer::TokenKind;
pub(crate) use like::LikePattern;
pub(crate) use tokens::Tokens;
