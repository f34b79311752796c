//! `tags` (Java `TagsTable`).

use super::rows::{columns, local_time, long, text, wall_clock};
use crate::{
    error::Result,
    table::Table,
    types::{DataField, DatumRow, TypeKind},
};

pub(super) fn fields() -> Vec<DataField> {
    columns([
        ("tag_name!", TypeKind::STRING),
        ("snapshot_id!", TypeKind::BigInt),
        ("schema_id!", TypeKind::BigInt),
        ("commit_time!", TypeKind::Timestamp(3)),
        ("record_count", TypeKind::BigInt),
        ("create_time", TypeKind::Timestamp(3)),
        ("time_retained", TypeKind::STRING),
    ])
}

/// By name.
pub(super) async fn rows(table: &Table) -> Result<Vec<DatumRow>> {
    let mut tags = table.tags().list().await?;
    tags.sort_by(|(a, _), (b, _)| a.cmp(b));
    let row = |(name, tag): (String, crate::spec::tag::Tag)| {
        vec![
            text(name),
            long(tag.snapshot.id),
            long(tag.snapshot.schema_id),
            local_time(table, tag.snapshot.time_millis),
            long(tag.snapshot.total_record_count),
            wall_clock(tag.create_time_millis),
            tag.time_retained_seconds.and_then(|seconds| text(duration_text(seconds))),
        ]
    };
    Ok(tags.into_iter().map(row).collect())
}

/// Java `Duration.toString`: `PT24H`, `PT1M30.5S`.
fn duration_text(seconds: f64) -> String {
    // Retentions are far below 2^53 milliseconds.
    let millis = (seconds * 1000.0).round() as i64;
    let (hours, minutes, millis) = (millis / 3_600_000, millis / 60_000 % 60, millis % 60_000);
    let part = |value: i64, unit: &str| if value == 0 { String::new() } else { format!("{value}{unit}") };
    let seconds = match (millis / 1000, millis % 1000) {
        (0, 0) => String::new(),
        (seconds, 0) => format!("{seconds}S"),
        (seconds, millis) => format!("{}S", format!("{seconds}.{millis:03}").trim_end_matches('0')),
    };
    match part(hours, "H") + &part(minutes, "M") + &seconds {
        empty if empty.is_empty() => "PT0S".to_owned(),
        parts => format!("PT{parts}"),
    }
}

#[cfg(test)]
mod tests {
    use super::duration_text;

    #[test]
    fn durations_print_as_java_prints_them() {
        for (seconds, text) in [(86_400.0, "PT24H"), (90.5, "PT1M30.5S"), (0.0, "PT0S"), (3_661.0, "PT1H1M1S")] {
            assert_eq!(duration_text(seconds), text);
        }
    }
}
