//! Opening tables with and without hints and listing, on tables made here and on golden ones.

mod golden;
pub(super) mod made;
