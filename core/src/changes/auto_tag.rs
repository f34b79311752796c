//! Tags that writers create by period, known by their names (Java `TagPeriodHandler`, format digest 15.1).

use crate::{
    error::{Error, Result},
    spec::snapshot::Snapshot,
    table::Table,
    types::calendar,
};

/// The states of the auto tag `name` and of the one before it, `None` where either is missing.
///
/// Errors: `Invalid` for a name that no period makes; `Unsupported` where the store cannot list tags.
pub(super) async fn pair(table: &Table, name: &str) -> Result<Option<(Snapshot, Snapshot)>> {
    let pattern = pattern(table)?;
    let time = time_of(name, pattern).ok_or_else(|| {
        Error::invalid(format!("tag {name:?} was not created by period: its name is not of the form {pattern}"))
            .at(table.name())
    })?;
    let Some(after) = table.tags().get_opt(name).await? else { return Ok(None) };
    let tags = table.tags().list().await?;
    let timed = tags.into_iter().filter_map(|(name, tag)| Some((time_of(&name, pattern)?, tag.snapshot)));
    let before = timed.filter(|(earlier, _)| *earlier < time).max_by(|(a, _), (b, _)| a.cmp(b));
    Ok(before.map(|(_, before)| (before, after.snapshot)))
}

/// The form of names: digits where it has letters. Errors: `Invalid` for options that name none.
pub(crate) fn pattern(table: &Table) -> Result<&'static str> {
    let options = table.options().raw();
    if options.contains_key("tag.creation-period-duration") {
        return Ok("yyyyMMddHHmm");
    }
    let word = |name: &str, default: &str| {
        options.get(name).map_or(default.to_owned(), |word| word.trim().to_ascii_lowercase().replace('-', "_"))
    };
    let period = word("tag.creation-period", "daily");
    let formatter = word("tag.period-formatter", "with_dashes");
    Ok(match (period.as_str(), formatter.as_str()) {
        ("daily", "with_dashes") => "yyyy-MM-dd",
        ("daily", "without_dashes" | "without_dashes_and_spaces") => "yyyyMMdd",
        ("hourly", "with_dashes") | ("two_hours", _) => "yyyy-MM-dd HH",
        ("hourly", "without_dashes") => "yyyyMMdd HH",
        ("hourly", "without_dashes_and_spaces") => "yyyyMMddHH",
        _ => {
            let message = format!("options tag.creation-period={period} and tag.period-formatter={formatter}");
            return Err(Error::invalid(format!("{message}: not a period and a form of names")).at(table.name()));
        }
    })
}

/// Year, month, day, hour and minute of a tag's name; times order as they do.
pub(crate) fn time_of(name: &str, pattern: &str) -> Option<[u32; 5]> {
    // Java looks at the first word of daily tags only.
    let name = if pattern.contains('H') { name } else { name.split(' ').next()? };
    if name.len() != pattern.len() {
        return None;
    }
    let mut time = [0; 5];
    for (found, form) in name.bytes().zip(pattern.bytes()) {
        let Some(part) = b"yMdHm".iter().position(|letter| *letter == form) else {
            if found != form {
                return None;
            }
            continue;
        };
        let digit = char::from(found).to_digit(10)?;
        if let Some(part) = time.get_mut(part) {
            *part = *part * 10 + digit;
        }
    }
    let [year, month, day, hour, minute] = time;
    calendar::days_from_civil(i64::from(year), u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
    (hour < 24 && minute < 60).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::time_of;

    #[test]
    fn names_of_periods_are_times() {
        assert_eq!(time_of("2024-02-29", "yyyy-MM-dd"), Some([2024, 2, 29, 0, 0]));
        assert_eq!(time_of("2024-02-29 anything", "yyyy-MM-dd"), Some([2024, 2, 29, 0, 0]));
        assert_eq!(time_of("2024-02-29 23", "yyyy-MM-dd HH"), Some([2024, 2, 29, 23, 0]));
        assert_eq!(time_of("202402292359", "yyyyMMddHHmm"), Some([2024, 2, 29, 23, 59]));
        for (name, pattern) in
            [("2023-02-29", "yyyy-MM-dd"), ("2024-2-29", "yyyy-MM-dd"), ("20240229", "yyyy-MM-dd"), ("v1", "yyyyMMdd")]
        {
            assert_eq!(time_of(name, pattern), None, "{name}");
        }
        assert_eq!(time_of("2024022924", "yyyyMMddHH"), None);
    }
}
