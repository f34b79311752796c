//! JSON as Java writes it: Jackson's default pretty printer, and times and durations in its forms.

use std::io::{self, Write};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Serializer, ser::Formatter};

use crate::error::{Error, Result};

/// Reads one JSON document. Errors: `Corrupt`, naming `what` was expected.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| Error::corrupt(format!("expected {what} as JSON")).because(error))
}

/// Writes a document as Java does, so that files differ from Java's in their values only.
pub(crate) fn write<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    value
        .serialize(&mut Serializer::with_formatter(&mut out, JacksonFormatter::default()))
        .map_err(|error| Error::internal("cannot write JSON").because(error))?;
    Ok(out)
}

/// `"key" : value`, one member a line, list items on one line.
#[derive(Default)]
struct JacksonFormatter {
    depth: usize,
    /// Whether the innermost object has a member.
    filled: bool,
}

impl JacksonFormatter {
    fn new_line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        writeln!(writer)?;
        (0..self.depth).try_for_each(|_| writer.write_all(b"  "))
    }
}

impl Formatter for JacksonFormatter {
    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b" " } else { b", " })
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b" ]")
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        writer.write_all(b"{")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b"," })?;
        self.new_line(writer)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b" : ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth -= 1;
        if self.filled {
            self.new_line(writer)?;
        } else {
            writer.write_all(b" ")?;
        }
        writer.write_all(b"}")
    }

    /// Java's `Duration` is seconds with nine digits.
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        write!(writer, "{value:.9}")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn text_has_the_spacing_of_jackson() {
        let value = serde_json::json!({"a": [], "b": {}, "c": [{"d": 1}, {"e": "x"}], "f": ["y", "z"], "g": 1.5});
        let text = String::from_utf8(super::write(&value).unwrap()).unwrap();
        assert_eq!(
            text,
            "{\n  \"a\" : [ ],\n  \"b\" : { },\n  \"c\" : [ {\n    \"d\" : 1\n  }, {\n    \"e\" : \"x\"\n  } ],\n  \
             \"f\" : [ \"y\", \"z\" ],\n  \"g\" : 1.500000000\n}"
        );
    }
}
