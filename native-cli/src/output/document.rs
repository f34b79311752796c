//! One thing with members: JSON for programs, lines of `name  value` for people.

use serde_json::Value;

use super::{flush, resolve, standard_output, write_all};
use crate::{
    cli::{OutputArgs, OutputFormat},
    error::{Failure, Result},
};

/// Prints `document`; `text` is what people see, the members themselves where it is `None`.
pub(crate) fn print(args: &OutputArgs, document: &Value, text: Option<String>) -> Result<()> {
    let printed = match resolve(args.output) {
        OutputFormat::Table => text.unwrap_or_else(|| members(document)),
        OutputFormat::Json => format!("{document:#}"),
        OutputFormat::Ndjson | OutputFormat::Auto => document.to_string(),
        other => {
            return Err(Failure::usage(format!("-o {other:?} prints rows, and this is no list").to_lowercase())
                .hint("use -o table, json or ndjson"));
        }
    };
    let mut output = standard_output();
    write_all(&mut output, printed.trim_end().as_bytes())?;
    write_all(&mut output, b"\n")?;
    flush(&mut output)
}

/// A line for each member; absent values are left out.
fn members(document: &Value) -> String {
    let Value::Object(members) = document else { return document.to_string() };
    let width = members.keys().map(|name| name.chars().count()).max().unwrap_or(0);
    let line = |(name, value): (&String, &Value)| match value {
        Value::Null => None,
        Value::String(text) => Some(format!("{name:width$}  {text}\n")),
        other => Some(format!("{name:width$}  {other}\n")),
    };
    members.iter().filter_map(line).collect()
}
