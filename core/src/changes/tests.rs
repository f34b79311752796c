//! Changes of golden tables, and of tables made here.

mod branches;
mod evolved;
mod expired;
mod golden;
