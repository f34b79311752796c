//! Time zones as a Java virtual machine names and applies them.

use jiff::{Timestamp, tz::TimeZone};

use crate::error::{Error, Result};

/// Start of 1900: the JVM's zones have their standard offset before.
const START_OF_1900: i64 = -2_208_988_800;
/// Noons of a January and a July with rules that are far from changing.
const WINTER_AND_SUMMER: [i64; 2] = [1_704_110_400, 1_719_835_200];

/// Short names of the JVM, where the database of zones has none or another zone.
const SHORT_NAMES: [(&str, &str); 25] = [
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "Europe/Paris"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
];

/// A zone: how far its wall clock is from UTC, at any instant.
#[derive(Clone, Debug)]
pub(super) enum Zone {
    /// The same number of seconds always.
    Fixed(i64),
    /// By rules, and the standard offset.
    Rules(TimeZone, i64),
}

impl Zone {
    /// The zone of a name in a stripe footer; UTC where it has none. Errors: `Unsupported` for unknown names.
    pub(super) fn of_name(name: Option<&str>) -> Result<Zone> {
        let name = name.unwrap_or_default();
        if matches!(name, "" | "UTC" | "GMT" | "Z" | "Etc/UTC" | "UCT" | "Zulu") {
            return Ok(Zone::Fixed(0));
        }
        if let Some(offset) = custom_offset(name) {
            return Ok(Zone::Fixed(offset));
        }
        let long = SHORT_NAMES.iter().find(|(short, _)| *short == name).map_or(name, |(_, long)| long);
        let zone = TimeZone::get(long)
            .map_err(|_| Error::unsupported(format!("the zone '{name}' of an orc file's timestamps is not known")))?;
        let offsets = WINTER_AND_SUMMER.map(|second| offset_by_rules(&zone, second));
        let standard = offsets.into_iter().min().unwrap_or(0);
        Ok(Zone::Rules(zone, standard))
    }

    /// Seconds that the wall clock is ahead of UTC at an instant.
    pub(super) fn offset(&self, second: i64) -> i64 {
        match self {
            Zone::Fixed(offset) => *offset,
            Zone::Rules(_, standard) if second < START_OF_1900 => *standard,
            Zone::Rules(zone, _) => offset_by_rules(zone, second),
        }
    }

    /// The instant at which the wall clock shows what it would show in UTC at `second`.
    pub(super) fn instant_of_wall(&self, second: i64) -> i64 {
        second - self.offset(second - self.offset(second))
    }

    /// `None` where wall clock and UTC are the same.
    pub(super) fn unless_utc(self) -> Option<Zone> {
        match self {
            Zone::Fixed(0) => None,
            zone => Some(zone),
        }
    }
}

fn offset_by_rules(zone: &TimeZone, second: i64) -> i64 {
    let nearest = second.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let instant = Timestamp::from_second(nearest).unwrap_or(Timestamp::UNIX_EPOCH);
    zone.to_offset(instant).seconds().into()
}

/// Seconds of `GMT+8`, `GMT-03:30`, `UTC+08:00`, `+08:00`.
fn custom_offset(name: &str) -> Option<i64> {
    let offset = name.strip_prefix("GMT").or_else(|| name.strip_prefix("UTC")).unwrap_or(name);
    let (sign, digits) = match offset.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if digits.len() <= 2 => (digits, "0"),
        None => digits.split_at_checked(digits.len() - 2)?,
    };
    let (hours, minutes) = (hours.parse::<u8>().ok()?, minutes.parse::<u8>().ok()?);
    (hours < 24 && minutes < 60).then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset(name: &str, second: i64) -> i64 {
        Zone::of_name(Some(name)).unwrap().offset(second)
    }

    #[test]
    fn zones_have_the_offsets_of_their_time() {
        assert_eq!(offset("Asia/Shanghai", 0), 8 * 3600);
        // Before 1901 the city had its own time: 8:05:43 ahead.
        assert_eq!(offset("Asia/Shanghai", START_OF_1900), 29_143);
        assert_eq!(offset("Asia/Shanghai", START_OF_1900 - 1), 8 * 3600);
        assert_eq!(offset("America/Los_Angeles", 1_719_835_200), -7 * 3600);
        assert_eq!(offset("America/Los_Angeles", 1_704_110_400), -8 * 3600);
        assert_eq!(offset("PST", 1_704_110_400), -8 * 3600);
        assert_eq!(offset("GMT+05:30", 0), 19_800);
        assert_eq!(offset("GMT-3", 0), -10_800);
        assert_eq!(offset("Europe/Berlin", i64::MAX), 3600);
        assert!(Zone::of_name(Some("Middle/Earth")).is_err());
        assert!(Zone::of_name(None).unwrap().unless_utc().is_none());
    }

    #[test]
    fn wall_clocks_have_instants() {
        let berlin = Zone::of_name(Some("Europe/Berlin")).unwrap();
        let noon = 1_719_835_200;
        assert_eq!(berlin.instant_of_wall(noon), noon - 7200);
    }
}
