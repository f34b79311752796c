//! Parts that views are made of.

pub(crate) mod ask;
pub(crate) mod bits;
pub(crate) mod branches;
pub(crate) mod dialog;
pub(crate) mod file_pins;
pub(crate) mod help;
pub(crate) mod icon;
pub(crate) mod inspector;
pub(crate) mod io_panel;
pub(crate) mod linked;
pub(crate) mod long_list;
pub(crate) mod page;
pub(crate) mod problem;
pub(crate) mod running;
pub(crate) mod size;
pub(crate) mod skeleton;
pub(crate) mod table_head;
pub(crate) mod time_travel;
pub(crate) mod toast;
pub(crate) mod top_bar;
pub(crate) mod tree;
