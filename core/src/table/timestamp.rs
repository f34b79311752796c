//! Points in time as users write them.

use super::Table;
use crate::{
    error::{Error, Result},
    types::calendar,
};

impl Table {
    /// Epoch milliseconds of a text: a number of milliseconds, or a date with or without a time of day, such as
    /// `2026-01-01 12:30:00.5`, on the local wall clock of the runtime unless
    /// it ends in a zone (`Z`, `+02:00`). Errors: `Invalid`.
    pub fn parse_time_millis(&self, text: &str) -> Result<i64> {
        let text = text.trim();
        if let Ok(millis) = text.parse() {
            return Ok(millis);
        }
        let (time, _) = calendar::parse_timestamp(text).ok_or_else(|| {
            Error::invalid(format!("expected a time such as 2026-01-01 12:30:00 or epoch milliseconds, found {text:?}"))
        })?;
        if names_its_zone(text) {
            return Ok(time);
        }
        // The offset at the instant, which the offset near it finds but for the hour of a change.
        let near = time.saturating_sub(self.runtime().local_offset_millis(time));
        Ok(time.saturating_sub(self.runtime().local_offset_millis(near)))
    }
}

/// Whether the time of day is followed by a zone.
fn names_its_zone(text: &str) -> bool {
    let clock = text.split_once(['T', 't', ' ']).map_or("", |(_, clock)| clock);
    clock.contains(['Z', 'z', '+', '-'])
}
