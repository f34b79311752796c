//! Answers about a table as JSON text, in the words of the worker protocol.

pub(crate) mod explain;
pub(crate) mod files;
#[cfg(feature = "full")]
pub(crate) mod health;
pub(crate) mod info;
#[cfg(feature = "full")]
pub(crate) mod insight;
pub(crate) mod io;
pub(crate) mod manifests;
#[cfg(feature = "full")]
pub(crate) mod pins;
#[cfg(feature = "full")]
pub(crate) mod row_history;
pub(crate) mod schemas;
pub(crate) mod snapshots;
