//! What the whole-system tests share.

pub mod fault_store;
