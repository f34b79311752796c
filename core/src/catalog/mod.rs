//! Names to tables.
//!
//! ```text
//! identifier    db.t$branch_b$snapshots -> its parts       filesystem    folders <warehouse>/<db>.db/<table>
//! new_table     what a user asks for -> schema 0           validation    what Paimon would refuse
//! global_tables    tables of the database sys
//! ```

mod filesystem;
mod global_tables;
mod identifier;
mod new_table;
mod validation;

pub use filesystem::FileSystemCatalog;
pub use identifier::Identifier;
pub use new_table::NewTable;

#[cfg(test)]
mod tests;
