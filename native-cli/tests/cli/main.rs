//! Drives the built binary: exit codes, standard output, standard error.

mod bad_input;
mod catalog;
mod harness;
mod server;
