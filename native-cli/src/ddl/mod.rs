//! Definitions of databases and tables, as Flink and Spark write them in SQL.
//!
//! A general SQL parser does not help here: Flink's `NOT ENFORCED`, `WITH ('k' = 'v')` and types such as `MULTISET<INT>`
//! or `TIMESTAMP(3) WITH LOCAL TIME ZONE` belong to no dialect it knows, and the engine already reads Paimon's types.

mod alter;
mod column;
mod cursor;
mod lexer;
mod statement;
mod table;

use std::collections::BTreeMap;

use cenote_core::types::DataField;

pub(crate) use alter::{Alteration, parse_added_column, parse_alteration, parse_path};
pub(crate) use column::parse_columns;
pub(crate) use statement::parse_statements;

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Statement {
    /// CREATE DATABASE
    CreateDatabase {
        /// Name of the database.
        name: String,
        /// IF NOT EXISTS
        if_not_exists: bool,
    },
    /// DROP DATABASE
    DropDatabase {
        /// Name of the database.
        name: String,
        /// IF EXISTS
        if_exists: bool,
        /// CASCADE
        cascade: bool,
    },
    /// CREATE TABLE
    CreateTable {
        /// Name of the table.
        name: TableName,
        /// IF NOT EXISTS
        if_not_exists: bool,
        /// What it is like.
        definition: TableDefinition,
    },
    /// ALTER TABLE
    AlterTable {
        /// Name of the table.
        name: TableName,
        /// IF EXISTS
        if_exists: bool,
        /// What is changed.
        alteration: Alteration,
    },
    /// DROP TABLE
    DropTable {
        /// Name of the table.
        name: TableName,
        /// IF EXISTS
        if_exists: bool,
    },
    /// USE: the database of names without one.
    Use {
        /// Name of the database.
        name: String,
    },
}

/// `[catalog.][database.]table`; the catalog is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableName {
    /// The database, where it is named.
    pub(crate) database: Option<String>,
    /// The table.
    pub(crate) table: String,
}

/// What a table is to be like.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TableDefinition {
    /// The columns; the catalog gives them ids.
    pub(crate) fields: Vec<DataField>,
    /// Columns of the primary key.
    pub(crate) primary_keys: Vec<String>,
    /// Partition columns.
    pub(crate) partition_keys: Vec<String>,
    /// Options as text.
    pub(crate) options: BTreeMap<String, String>,
    /// Comment of the table.
    pub(crate) comment: Option<String>,
}
