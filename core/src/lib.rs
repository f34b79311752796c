//! Cenote: Apache Paimon tables on native and wasm32.
//!
//! The modules read as a table of contents; each uses only what stands below it here:
//!
//! ```text
//! insight    a table seen to its floor
//! maintain   history and files in care     system     system tables as batches
//! modify     rows that are there change
//! compact    fewer files                   commit     files -> snapshot
//! write      rows -> files                 read       splits -> batches
//! changes    rows with kinds               scan       which files
//!                                          merge      sorted runs -> rows
//! catalog    names -> tables               schema     made, checked, changed
//! table      the handle a user holds
//! predicate  filters                       format     data files <-> batches
//! spec       metadata bytes <-> values     io         storage, runtime
//! types, error
//! ```
#![deny(missing_docs)]
// Without the feature, decoders stand there that nobody calls: the linker leaves them out, so that features need not.
#![cfg_attr(not(feature = "complete"), allow(dead_code, unused_imports))]

pub mod catalog;
pub mod changes;
pub mod commit;
pub mod compact;
pub mod error;
pub mod format;
pub mod insight;
pub mod io;
pub mod maintain;
pub mod merge;
pub mod modify;
pub mod predicate;
pub mod read;
pub mod scan;
pub mod schema;
pub mod spec;
pub mod system;
pub mod table;
pub mod types;
pub mod write;

pub use error::{Error, ErrorKind, Result};
