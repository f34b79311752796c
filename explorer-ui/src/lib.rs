//! The explorer: a Paimon table seen to its floor in a browser tab.
//!
//! The page holds no table logic. A Web Worker runs the engine; [`model`] is what the worker says, [`state`] is one plain
//! reducer over it, [`route`] is the part of the state that the address bar holds, and the views draw the state.
//!
//! ```text
//! address ── route ──┐                       ┌── views ── components
//!                    ├─> state ──(needs)──> runner ──> engine ══ worker
//! worker ── model ───┘      ^                             │
//!                           └────────── actions ──────────┘
//! ```
//!
//! What the page must load is a pure function of the state (`state::needs`): a click changes the route, the rest follows.
//! Everything above the line "browser only" below runs, and is tested, natively.

pub mod cell;
pub mod column_stats;
pub mod commands;
pub mod export;
pub mod files_csv;
pub mod files_query;
pub mod filter;
pub mod format;
pub mod funnel;
pub mod grid;
pub mod health;
pub mod heat;
pub mod history;
pub mod lanes;
pub mod lsm;
pub mod model;
pub mod place;
pub mod policies;
pub mod requests;
pub mod route;
pub mod schema_diff;
pub mod shared;
pub mod state;
pub mod system;
pub mod timeline;
pub mod travel;
pub mod tree;
pub mod treemap;
pub mod waterfall;

// Browser only.
#[cfg(target_family = "wasm")]
pub mod app;
#[cfg(target_family = "wasm")]
mod browser;
#[cfg(target_family = "wasm")]
mod components;
#[cfg(target_family = "wasm")]
mod engine;
#[cfg(target_family = "wasm")]
mod runner;
#[cfg(target_family = "wasm")]
mod theme;
#[cfg(target_family = "wasm")]
mod views;
