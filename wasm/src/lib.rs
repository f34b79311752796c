//! Bindings of the engine for JavaScript: a value comes in, becomes a typed request, and goes back as JSON text or Arrow
//! IPC bytes.
//!
//! ```text
//! catalog   names -> tables            table    requests about one table
//! opened    a table and its states     system   system tables
//! scan      a cursor over rows         view     what requests answer, as JSON
//! pager     any page of a cursor       export   a cursor's rows as a file (feature `full`)
//! *_request what a read asks for       json     integers that JavaScript can hold
//! state_files the files of one state, kept while pages of them are asked
//! store     a JS object as a store     runtime  clock, timers and randomness of the page
//! error     engine errors -> JS        abort    an AbortSignal ends a call
//! write     tables made, rows written, tables changed (feature `full`)
//! ```
//!
//! All storage logic (URLs, ranges, signatures, files) is JavaScript, in `wasm/js/storage`.

mod abort;
mod catalog;
#[cfg(feature = "full")]
mod changes_request;
mod error;
#[cfg(feature = "full")]
mod export;
mod json;
mod opened;
mod pager;
#[cfg(feature = "full")]
mod progress;
mod runtime;
mod scan;
mod scan_request;
#[cfg(feature = "full")]
mod state_files;
mod store;
#[cfg_attr(not(feature = "full"), path = "system_lacking.rs")]
mod system;
mod table;
mod view;
#[cfg(feature = "full")]
mod write;

pub use catalog::Catalog;
#[cfg(feature = "full")]
pub use export::RowsFile;
pub use opened::note_commit;
pub use scan::ScanCursor;
pub use store::StoreObject;
pub use table::{Table, open_table};
#[cfg(feature = "full")]
pub use write::TableWriter;
