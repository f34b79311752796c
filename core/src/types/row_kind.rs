//! What a row does to its key.

use crate::error::{Error, Result};

/// Kind of a change row; the numbers are the `_VALUE_KIND` bytes of data files (Java `RowKind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i8)]
pub enum RowKind {
    /// `+I`: a new row.
    Insert = 0,
    /// `-U`: the old image of an updated row.
    UpdateBefore = 1,
    /// `+U`: the new image of an updated row.
    UpdateAfter = 2,
    /// `-D`: a deleted row.
    Delete = 3,
}

impl RowKind {
    /// Decodes a `_VALUE_KIND` byte. Errors: `Corrupt` for anything but 0..=3.
    pub fn from_byte(byte: i8) -> Result<Self> {
        Ok(match byte {
            0 => RowKind::Insert,
            1 => RowKind::UpdateBefore,
            2 => RowKind::UpdateAfter,
            3 => RowKind::Delete,
            other => return Err(Error::corrupt(format!("expected a row kind in 0..=3, found {other}"))),
        })
    }

    /// The two-character text, such as `+I`.
    pub fn as_str(self) -> &'static str {
        match self {
            RowKind::Insert => "+I",
            RowKind::UpdateBefore => "-U",
            RowKind::UpdateAfter => "+U",
            RowKind::Delete => "-D",
        }
    }

    /// Parses the two-character text. Errors: `Invalid`.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(match text.to_ascii_uppercase().as_str() {
            "+I" => RowKind::Insert,
            "-U" => RowKind::UpdateBefore,
            "+U" => RowKind::UpdateAfter,
            "-D" => RowKind::Delete,
            _ => return Err(Error::invalid(format!("expected a row kind +I, -U, +U or -D, found {text:?}"))),
        })
    }

    /// True for `+I` and `+U`.
    pub fn is_add(self) -> bool {
        matches!(self, RowKind::Insert | RowKind::UpdateAfter)
    }
}
