//! Statistics as a record of manifests.

use crate::{
    error::{Error, Result},
    spec::{
        avro::{Cursor, Encoder, Plan, Schema, Shape, avro_fields},
        binary_row::BinaryRow,
        stats::SimpleStats,
    },
};

/// Java's schema of a statistics record of this name.
macro_rules! stats_schema {
    ($name:literal) => {
        concat!(
            r#"{"type":"record","name":""#,
            $name,
            r#"","fields":[{"name":"_MIN_VALUES","type":"bytes"},{"name":"_MAX_VALUES","type":"bytes"},"#,
            r#"{"name":"_NULL_COUNTS","type":["null",{"type":"array","items":["null","long"]}],"default":null}]}"#
        )
    };
}
pub(in crate::spec) use stats_schema;

avro_fields! {
    /// Fields of a statistics record.
    StatsField {
        MinValues = "_MIN_VALUES" Bytes required,
        MaxValues = "_MAX_VALUES" Bytes required,
        NullCounts = "_NULL_COUNTS" Numbers optional,
    }
}

/// Statistics whose rows stand in the block of a manifest; see [`SimpleStats`].
#[derive(Clone, Debug)]
pub(crate) struct StatsView<'a> {
    /// A serialized row.
    pub(crate) min: &'a [u8],
    /// A serialized row.
    pub(crate) max: &'a [u8],
    pub(crate) null_counts: Vec<Option<i64>>,
}

/// How to read statistics of one writer.
pub(in crate::spec) struct StatsPlan(Plan<StatsField>);

impl StatsPlan {
    /// The plan for the record `stats`. Errors: `Corrupt`.
    pub(in crate::spec) fn new(schema: &Schema, stats: Shape) -> Result<Self> {
        Plan::new(schema, stats.node).map(StatsPlan)
    }

    /// Reads a record without copying its rows: minima, maxima, null counts.
    pub(in crate::spec) fn view<'a>(&self, cursor: &mut Cursor<'a>) -> Result<StatsView<'a>> {
        let mut view = StatsView { min: &[], max: &[], null_counts: Vec::new() };
        for step in self.0.steps() {
            match step.field {
                Some(StatsField::MinValues) => view.min = required(cursor.view(step.shape)?, "_MIN_VALUES")?,
                Some(StatsField::MaxValues) => view.max = required(cursor.view(step.shape)?, "_MAX_VALUES")?,
                Some(StatsField::NullCounts) => {
                    let counts = cursor.list(step.shape, |cursor, element| cursor.number(element))?;
                    view.null_counts = counts.unwrap_or_default();
                }
                None => cursor.skip(step.shape)?,
            }
        }
        Ok(view)
    }

    /// Reads a record into empty statistics.
    pub(in crate::spec) fn read(&self, cursor: &mut Cursor<'_>, stats: &mut SimpleStats) -> Result<()> {
        for step in self.0.steps() {
            match step.field {
                Some(StatsField::MinValues) => stats.min_values = row(cursor.view(step.shape)?, "_MIN_VALUES")?,
                Some(StatsField::MaxValues) => stats.max_values = row(cursor.view(step.shape)?, "_MAX_VALUES")?,
                Some(StatsField::NullCounts) => {
                    let counts = cursor.list(step.shape, |cursor, element| cursor.number(element))?;
                    stats.null_counts = counts.unwrap_or_default();
                }
                None => cursor.skip(step.shape)?,
            }
        }
        Ok(())
    }
}

fn row(bytes: Option<&[u8]>, name: &str) -> Result<BinaryRow> {
    required(bytes, name).map(BinaryRow::from_serialized)
}

/// A value that must not be null. Errors: `Corrupt`.
#[inline]
pub(in crate::spec) fn required<T>(value: Option<T>, name: &str) -> Result<T> {
    value.ok_or_else(|| Error::corrupt(format!("expected a value of {name}, found null")))
}

/// A number of 32 bits. Errors: `Corrupt`.
#[inline]
pub(in crate::spec) fn int(value: i64, name: &str) -> Result<i32> {
    i32::try_from(value).map_err(|_| Error::corrupt(format!("expected a 32-bit number as {name}, found {value}")))
}

/// A size or count. Errors: `Corrupt`.
#[inline]
pub(in crate::spec) fn count(value: Option<i64>, name: &str) -> Result<i64> {
    match required(value, name)? {
        count @ 0.. => Ok(count),
        other => Err(Error::corrupt(format!("expected {name} from 0, found {other}"))),
    }
}

/// Writes a record.
pub(in crate::spec) fn write(encoder: &mut Encoder, stats: &SimpleStats) {
    encoder.bytes(stats.min_values.serialized());
    encoder.bytes(stats.max_values.serialized());
    encoder.nullable(Some(&stats.null_counts), |encoder, counts| {
        encoder.list(counts, |encoder, count| encoder.nullable(*count, Encoder::number));
    });
}
