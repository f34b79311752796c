//! Options of one column: `fields.<column>.<option>`.

use std::{collections::BTreeMap, str::FromStr};

use crate::{
    error::{Error, Result},
    spec::options::CoreOptions,
};

/// The options of a column.
#[derive(Clone, Copy, Debug)]
pub(in crate::merge) struct FieldOptions<'a> {
    column: &'a str,
    raw: &'a BTreeMap<String, String>,
}

impl<'a> FieldOptions<'a> {
    pub(in crate::merge) fn new(options: &'a CoreOptions, column: &'a str) -> Self {
        FieldOptions { column, raw: options.raw() }
    }

    /// The whole name of an option of this column.
    pub(in crate::merge) fn name(&self, option: &str) -> String {
        format!("fields.{}.{option}", self.column)
    }

    /// The text of an option.
    pub(in crate::merge) fn text(&self, option: &str) -> Option<&'a str> {
        self.raw.get(&self.name(option)).map(String::as_str)
    }

    /// An option that is true or false, false by default. Errors: `Invalid` for other texts.
    pub(in crate::merge) fn flag(&self, option: &str) -> Result<bool> {
        self.text(option).map_or(Ok(false), |text| match text.trim().to_ascii_lowercase().parse() {
            Ok(flag) => Ok(flag),
            Err(_) => Err(self.refused(option, "true or false", text)),
        })
    }

    /// An option that is a number. Errors: `Invalid` for other texts.
    pub(super) fn number<T: FromStr>(&self, option: &str) -> Result<Option<T>> {
        let parse = |text: &str| text.trim().parse().map_err(|_| self.refused(option, "a number", text));
        self.text(option).map(parse).transpose()
    }

    /// Names between commas.
    pub(super) fn names(&self, option: &str) -> Vec<&'a str> {
        self.text(option).map_or_else(Vec::new, |text| text.split(',').map(str::trim).collect())
    }

    pub(super) fn refused(&self, option: &str, expected: &str, found: &str) -> Error {
        Error::invalid(format!("option {}: expected {expected}, found {found:?}", self.name(option)))
    }
}
