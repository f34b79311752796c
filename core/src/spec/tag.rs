//! Tag file: a snapshot kept by name (Java `Tag`, format digest 15.1).

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{json, snapshot::Snapshot};
use crate::{
    error::{Error, Result},
    types::calendar,
};

/// A snapshot and the retention of its tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    /// The tagged snapshot.
    pub snapshot: Snapshot,
    /// Local wall-clock creation time, milliseconds as if UTC; given only with a retention.
    pub create_time_millis: Option<i64>,
    /// How long to keep it, in seconds.
    pub time_retained_seconds: Option<f64>,
}

#[derive(Serialize)]
struct TagJson<'a> {
    #[serde(flatten)]
    snapshot: &'a Snapshot,
    #[serde(flatten)]
    times: TagTimes,
}

/// The members that a tag has beside those of its snapshot.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TagTimes {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag_create_time: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tag_time_retained: Option<f64>,
}

impl Tag {
    /// Reads a tag file; a plain snapshot file is a tag without retention. Errors: `Corrupt`.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        // Read twice: taking both from one document needs a second decoder of snapshots.
        let (snapshot, times) = (json::read(bytes, "a tag")?, json::read::<TagTimes>(bytes, "a tag")?);
        let create_time_millis = times.tag_create_time.as_ref().map(read_time).transpose()?;
        Ok(Tag { snapshot, create_time_millis, time_retained_seconds: times.tag_time_retained })
    }

    /// The tag file, as Java formats it.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        let times = TagTimes {
            tag_create_time: self.create_time_millis.map(write_time).transpose()?,
            tag_time_retained: self.time_retained_seconds,
        };
        json::write(&TagJson { snapshot: &self.snapshot, times })
    }
}

/// Jackson's `LocalDateTime`: `[year, month, day, hour, minute, second?, nanos?]`; ISO text is accepted too.
fn read_time(json: &Value) -> Result<i64> {
    let millis = match json {
        Value::Array(parts) => time_of_parts(parts).map(|time| time.and_utc().timestamp_millis()),
        Value::String(text) => calendar::parse_timestamp(text).map(|(millis, _)| millis),
        _ => None,
    };
    millis.ok_or_else(|| Error::corrupt(format!("expected a local time as tagCreateTime, found {json}")))
}

fn time_of_parts(parts: &[Value]) -> Option<NaiveDateTime> {
    let part = |index: usize| match parts.get(index) {
        Some(part) => part.as_u64().and_then(|part| u32::try_from(part).ok()),
        // Java leaves out trailing zeros.
        None => (index >= 5).then_some(0),
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(parts.first()?.as_i64()?).ok()?, part(1)?, part(2)?)?;
    date.and_hms_nano_opt(part(3)?, part(4)?, part(5)?, part(6)?)
}

fn write_time(millis: i64) -> Result<Value> {
    let time = chrono::DateTime::from_timestamp_millis(millis)
        .ok_or_else(|| Error::invalid(format!("expected a tag time within the calendar, found {millis} ms")))?
        .naive_utc();
    let mut parts = vec![i64::from(time.year())];
    parts.extend([time.month(), time.day(), time.hour(), time.minute()].map(i64::from));
    if time.second() != 0 || time.nanosecond() != 0 {
        parts.push(time.second().into());
    }
    if time.nanosecond() != 0 {
        parts.push(time.nanosecond().into());
    }
    Ok(Value::from(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(members: &str) -> Result<Tag> {
        let snapshot = r#""id":1,"schemaId":0,"baseManifestList":"b","deltaManifestList":"d","commitUser":"u",
            "commitIdentifier":9223372036854775807,"commitKind":"APPEND","timeMillis":1"#;
        Tag::from_json(format!("{{{snapshot}{members}}}").as_bytes())
    }

    #[test]
    fn creation_time_is_read_in_all_forms() {
        for (text, millis) in [
            ("[2024,1,1,12,0,0,123456789]", 1_704_110_400_123),
            ("[2024,1,1,12,0]", 1_704_110_400_000),
            ("[2024,1,1,12,0,7]", 1_704_110_407_000),
            ("\"2024-01-01T12:00:00.123\"", 1_704_110_400_123),
            ("\"2024-01-01T12:00\"", 1_704_110_400_000),
        ] {
            let tag = with(&format!(r#","tagCreateTime":{text},"tagTimeRetained":86400.000000000"#)).unwrap();
            assert_eq!((tag.create_time_millis, tag.time_retained_seconds), (Some(millis), Some(86400.0)));
            assert_eq!(Tag::from_json(&tag.to_json().unwrap()).unwrap(), tag);
        }
        assert!(with(r#","tagCreateTime":[2024,13,1,0,0]"#).is_err());
    }

    #[test]
    fn plain_snapshot_is_a_tag_and_keeps_its_64_bit_numbers() {
        let tag = with("").unwrap();
        assert_eq!((tag.create_time_millis, tag.snapshot.commit_identifier), (None, i64::MAX));
    }

    #[test]
    fn retention_is_written_with_nine_digits() {
        let mut tag = with("").unwrap();
        tag.time_retained_seconds = Some(86400.0);
        let text = String::from_utf8(tag.to_json().unwrap()).unwrap();
        assert!(text.contains("\"tagTimeRetained\" : 86400.000000000"), "{text}");
    }
}
