//! Names to tables.
//!
//! ```text
//! identifier    db.t$branch_b$snapshots -> its parts       filesystem    folders <warehouse>/<db>.db/<table>
//! new_table     what a user asks for -> schema 0           global_tables tables of the database sys
//! ```

mod filesystem;
mod global_tables;
mod identifier;
mod new_table;

pub use filesystem::FileSystemCatalog;
pub use identifier::Identifier;
pub use new_table::NewTable;

#[cfg(test)]
mod tests;
