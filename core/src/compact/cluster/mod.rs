//! Clustering: rows of an append table in an order that lets filters skip files and row groups.

mod hilbert;
mod values;
mod zorder;

#[cfg(test)]
mod golden_tests;
