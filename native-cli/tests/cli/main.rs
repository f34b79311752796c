//! Drives the built binary: exit codes, standard output, standard error.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bad_input;
mod bad_rows;
mod buckets;
mod catalog;
mod changes;
mod clustering;
mod compaction;
mod examples;
mod formats;
mod harness;
mod health;
mod history;
mod insight;
mod rows;
mod schema_changes;
mod server;
mod server_access;
