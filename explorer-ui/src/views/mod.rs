//! One view a tab, and the two that come before a table.

pub(crate) mod changelog;
pub(crate) mod data;
pub(crate) mod files;
pub(crate) mod lsm;
pub(crate) mod manifests;
pub(crate) mod open;
pub(crate) mod options;
pub(crate) mod overview;
pub(crate) mod row_history;
pub(crate) mod schema;
pub(crate) mod snapshots;
pub(crate) mod system;
pub(crate) mod warehouse;
