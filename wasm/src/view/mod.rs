//! Answers about a table as JSON text, in the words of the worker protocol.

mod cell;
pub(crate) mod explain;
pub(crate) mod files;
pub(crate) mod health;
pub(crate) mod info;
pub(crate) mod io;
pub(crate) mod manifests;
pub(crate) mod schemas;
pub(crate) mod snapshots;
