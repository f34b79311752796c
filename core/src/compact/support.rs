//! What this build can compact.

use crate::{
    error::{Error, Result},
    table::Table,
    write::check_writable,
};

/// Options of append tables whose files this build does not rewrite faithfully.
const UNSUPPORTED_WHEN_TRUE: [&str; 2] = ["data-evolution.enabled", "pk-clustering-override"];

/// What cannot be written right cannot be compacted right either. Errors: `Unsupported` naming the option.
pub(super) fn check_compactable(table: &Table) -> Result<()> {
    check_writable(table)?;
    let schema = table.schema();
    let is_true =
        |name: &&str| schema.options.get(*name).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
    if let Some(name) = UNSUPPORTED_WHEN_TRUE.iter().find(|name| is_true(name)) {
        return Err(Error::unsupported(format!("cannot compact a table with {name}=true yet")).at(table.name()));
    }
    Ok(())
}
