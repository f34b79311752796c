//! Cenote: Apache Paimon tables on native and wasm32.
//!
//! The modules read as a table of contents; each uses only what stands below it here:
//!
//! ```text
//! table      the handle a user holds
//! catalog    names -> tables
//! maintain   tags                          system     system tables as batches
//! compact    fewer files                   commit     files -> snapshot
//! write      rows -> files                 read       splits -> batches
//! scan       which files                   merge      sorted runs -> rows
//! predicate  filters                       format     data files <-> batches
//! spec       metadata bytes <-> values     io         storage, runtime
//! types, error
//! ```
#![deny(missing_docs)]

pub mod error;
pub mod format;
pub mod io;
pub mod predicate;
pub mod spec;
pub mod types;

pub use error::{Error, ErrorKind, Result};
