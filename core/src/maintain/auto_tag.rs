//! Tags that commits make by period (Java `TagAutoCreation`, `TagPeriodHandler`) or after each batch job (Java
//! `TagBatchCreation`); format digest 15.1.

use crate::{
    changes::auto_tag::{pattern, time_of},
    error::{Error, Result},
    spec::snapshot::Snapshot,
    table::Table,
    types::calendar,
};

use super::tags;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Flink's lowest watermark stands for none.
const NO_WATERMARK: i64 = i64::MIN;
/// What tags of batch jobs begin with.
const BATCH: &str = "batch-write-";

/// What the tags of a commit did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AutoTags {
    /// Tags made.
    pub created: Vec<String>,
    /// Tags that went because there were more than `tag.num-retained-max`.
    pub deleted: Vec<String>,
}

/// Makes the tags that are due, as `tag.automatic-creation` says; nothing where it says `none`.
///
/// Errors: `Invalid` for options that no period fits, `Unsupported` for time zones that are no offsets.
pub async fn run(table: &Table) -> Result<AutoTags> {
    let mode = table.options().tag_automatic_creation.trim().to_ascii_lowercase().replace('_', "-");
    match mode.as_str() {
        "none" => Ok(AutoTags::default()),
        "batch" => batch(table).await,
        "process-time" | "watermark" => Periods::new(table, mode == "watermark")?.run().await,
        other => {
            let message = format!(
                "option tag.automatic-creation: expected none, process-time, watermark or batch, found {other:?}"
            );
            Err(Error::invalid(message).at(table.name()))
        }
    }
}

/// Local wall clocks, milliseconds as if UTC.
struct Periods<'a> {
    table: &'a Table,
    by_watermark: bool,
    /// `None` for the zone of the runtime.
    zone: Option<i64>,
    pattern: &'static str,
    period: i64,
    delay: i64,
}

impl<'a> Periods<'a> {
    fn new(table: &'a Table, by_watermark: bool) -> Result<Self> {
        let options = table.options();
        let raw = |name: &str| options.raw().get(name).map(String::as_str);
        let zone = match by_watermark {
            true => Some(zone(raw("sink.watermark-time-zone").unwrap_or("UTC"))?),
            false => raw("sink.process-time-zone").map(zone).transpose()?,
        };
        let millis = |time: std::time::Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let word = raw("tag.creation-period").unwrap_or("daily").trim().to_ascii_lowercase().replace('-', "_");
        let period = match (options.tag_creation_period_duration, word.as_str()) {
            (Some(period), _) => millis(period),
            (None, "hourly") => HOUR,
            (None, "two_hours") => 2 * HOUR,
            (None, _) => DAY,
        };
        let delay = millis(options.tag_creation_delay);
        if period <= delay {
            let message =
                format!("option tag.creation-delay: expected less than the period of {period} ms, found {delay} ms");
            return Err(Error::invalid(message).at(table.name()));
        }
        Ok(Periods { table, by_watermark, zone, pattern: pattern(table)?, period, delay })
    }

    async fn run(&self) -> Result<AutoTags> {
        let mut done = AutoTags::default();
        let snapshots = self.table.snapshots();
        let Some(latest) = snapshots.latest().await? else { return Ok(done) };
        let mut tags = self.known().await?;
        // Tags follow the snapshots: the last one tells how far we are.
        let last = tags.iter().max_by_key(|(time, ..)| *time);
        let mut next_tag = last.map(|(time, ..)| time + self.period);
        let mut id = match last {
            Some((_, _, id)) => id + 1,
            None => 1,
        };
        if let Some(earliest) = snapshots.earliest().await? {
            id = id.max(earliest.id);
        }
        while id <= latest.id {
            if let Some(snapshot) = snapshots.get_opt(id).await?
                && let Some((name, time)) = self.due(&snapshot, next_tag)
            {
                self.create(&name, snapshot, &mut tags, time, &mut done).await?;
                next_tag = Some(time + self.period);
                self.thin_out(&mut tags, &mut done).await?;
            }
            id += 1;
        }
        Ok(done)
    }

    /// Tags of periods: time, name, snapshot.
    async fn known(&self) -> Result<Vec<(i64, String, i64)>> {
        let tags = self.table.tags().list().await?;
        let timed = |name: &str| time_of(name, self.pattern).and_then(millis_of);
        Ok(tags.into_iter().filter_map(|(name, tag)| Some((timed(&name)?, name, tag.snapshot.id))).collect())
    }

    /// Name and time of the tag that the snapshot gets, if any: that of the last whole period before it, or of the next
    /// one that is missing where `tag.automatic-completion` says so.
    fn due(&self, snapshot: &Snapshot, next_tag: Option<i64>) -> Option<(String, i64)> {
        let instant = match self.by_watermark {
            true => snapshot.watermark.filter(|watermark| *watermark != NO_WATERMARK)?,
            false => snapshot.time_millis,
        };
        let offset = self.zone.unwrap_or_else(|| self.table.runtime().local_offset_millis(instant));
        let time = instant.saturating_add(offset);
        if next_tag.is_some_and(|next| time - self.delay < next + self.period) {
            return None;
        }
        let mut tag = time / self.period * self.period - self.period;
        if let (true, Some(next)) = (self.table.options().tag_automatic_completion, next_tag) {
            tag = next;
        }
        Some((text_of(tag, self.pattern), tag))
    }

    async fn create(
        &self,
        name: &str,
        snapshot: Snapshot,
        tags: &mut Vec<(i64, String, i64)>,
        time: i64,
        done: &mut AutoTags,
    ) -> Result<()> {
        if tags.iter().any(|(_, known, _)| known == name) {
            return Ok(());
        }
        let id = snapshot.id;
        let tag = tags::retained(self.table, snapshot, self.table.options().tag_default_time_retained);
        match self.table.tags().write(name, &tag, false).await {
            // Another writer was faster, or the snapshot has expired: the next one gets the tag.
            Err(error) if matches!(error.kind(), crate::ErrorKind::AlreadyExists | crate::ErrorKind::NotFound) => {}
            written => {
                written?;
                tags.push((time, name.to_owned(), id));
                done.created.push(name.to_owned());
            }
        }
        Ok(())
    }

    /// Deletes the tags of the oldest snapshots beyond `tag.num-retained-max`.
    async fn thin_out(&self, tags: &mut Vec<(i64, String, i64)>, done: &mut AutoTags) -> Result<()> {
        let Some(most) = self.table.options().tag_num_retained_max else { return Ok(()) };
        tags.sort_by_key(|(_, _, id)| *id);
        while tags.len() > most {
            let (_, name, _) = tags.remove(0);
            tags::delete(self.table, &name, false).await?;
            done.deleted.push(name);
        }
        Ok(())
    }
}

/// One tag for the latest snapshot, under the name of today or the one of `tag.batch.customized-name`.
async fn batch(table: &Table) -> Result<AutoTags> {
    let mut done = AutoTags::default();
    let options = table.options();
    let Some(snapshot) = table.snapshots().latest().await? else { return Ok(done) };
    let zone = options.raw().get("sink.process-time-zone").map(|text| zone(text)).transpose()?;
    let offset = zone.unwrap_or_else(|| table.runtime().local_offset_millis(snapshot.time_millis));
    let day = text_of(snapshot.time_millis.saturating_add(offset), "yyyy-MM-dd");
    let name = options.tag_batch_customized_name.clone().unwrap_or_else(|| format!("{BATCH}{day}"));
    if table.tags().get_opt(&name).await?.is_some() {
        tags::delete(table, &name, false).await?;
    }
    let tag = tags::retained(table, snapshot, options.tag_default_time_retained);
    table.tags().write(&name, &tag, false).await?;
    done.created.push(name);
    let Some(most) = options.tag_num_retained_max else { return Ok(done) };
    let mut known = table.tags().list().await?;
    while known.len() > most {
        let (name, _) = known.remove(0);
        tags::delete(table, &name, false).await?;
        done.deleted.push(name);
    }
    Ok(done)
}

/// Offset of a zone in milliseconds: `UTC`, `Z`, `GMT+8`, `+05:30`.
fn zone(text: &str) -> Result<i64> {
    let text = text.trim();
    let offset = text.strip_prefix("UTC").or_else(|| text.strip_prefix("GMT")).unwrap_or(text);
    if offset.is_empty() || offset == "Z" {
        return Ok(0);
    }
    let unknown =
        || Error::unsupported(format!("time zone {text:?}: tags are made in zones such as UTC or +05:30 only"));
    let (sign, rest) = match (offset.strip_prefix('+'), offset.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (_, Some(rest)) => (-1, rest),
        _ => return Err(unknown()),
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let number = |text: &str, most: i64| text.parse::<i64>().ok().filter(|number| (0..=most).contains(number));
    let (hours, minutes) = (number(hours, 18).ok_or_else(unknown)?, number(minutes, 59).ok_or_else(unknown)?);
    Ok(sign * (hours * HOUR + minutes * MINUTE))
}

fn millis_of([year, month, day, hour, minute]: [u32; 5]) -> Option<i64> {
    let days = calendar::days_from_civil(year.into(), u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
    Some(days * DAY + i64::from(hour) * HOUR + i64::from(minute) * MINUTE)
}

/// A wall clock in a pattern of `yyyy`, `MM`, `dd`, `HH` and `mm`.
fn text_of(millis: i64, pattern: &str) -> String {
    let (year, month, day) = calendar::civil_from_days(millis.div_euclid(DAY));
    let time = millis.rem_euclid(DAY);
    let parts = [
        ("yyyy", format!("{year:04}")),
        ("MM", format!("{month:02}")),
        ("dd", format!("{day:02}")),
        ("HH", format!("{:02}", time / HOUR)),
        ("mm", format!("{:02}", time / MINUTE % 60)),
    ];
    parts.iter().fold(pattern.to_owned(), |text, (letters, digits)| text.replacen(letters, digits, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_times_go_both_ways() {
        for (name, pattern) in
            [("2024-02-29", "yyyy-MM-dd"), ("20240229 07", "yyyyMMdd HH"), ("202402290759", "yyyyMMddHHmm")]
        {
            let millis = time_of(name, pattern).and_then(millis_of).unwrap();
            assert_eq!(text_of(millis, pattern), name);
        }
    }

    #[test]
    fn zones_are_offsets() {
        assert_eq!(zone("UTC").unwrap(), 0);
        assert_eq!(zone("GMT+8").unwrap(), 8 * HOUR);
        assert_eq!(zone("-05:30").unwrap(), -(5 * HOUR + 30 * MINUTE));
        for text in ["Europe/Berlin", "+", "+25", "UTC8"] {
            assert!(zone(text).is_err(), "{text}");
        }
    }
}
