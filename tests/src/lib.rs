//! What the whole-system tests share.

pub mod decoders;
pub mod fault_store;
