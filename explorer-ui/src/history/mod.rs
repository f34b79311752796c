//! The history of a table as pictures and lists need it: which part is shown, what is compared, who keeps what, and the
//! versions of one row. Pure: no browser in here.

pub mod compare;
pub mod diff;
pub mod kinds;
pub mod pins;
pub mod row;
pub mod span;
pub mod track;
