//! Bindings of the engine for JavaScript.
#![allow(dead_code, reason = "tables and scans are bound when they land in core")]

mod abort;
mod error;
mod json;
mod runtime;
mod store;

pub use store::StoreObject;
