//! Changes of golden tables, and of tables made here.

mod branches;
mod expired;
mod golden;
