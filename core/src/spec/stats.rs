//! Column statistics of manifests and data files (Java `SimpleStats`, format digest 4.4 and 13.2).

pub(super) mod avro;

use super::binary_row::BinaryRow;
use crate::{
    error::Result,
    types::{DataField, DataType, Datum, TypeKind},
};

/// Minima, maxima and null counts of some columns; which columns is said by the owner of the statistics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleStats {
    /// A null value means unknown, or all null.
    pub min_values: BinaryRow,
    /// A null value means unknown, or all null.
    pub max_values: BinaryRow,
    /// One count a column; `None` means unknown. May be empty when unknown altogether.
    pub null_counts: Vec<Option<i64>>,
}

/// Statistics of one column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnStats {
    /// Least value or a bound below it; `None` means unknown, or all null.
    pub min: Option<Datum>,
    /// Greatest value or a bound above it; `None` means unknown, or all null.
    pub max: Option<Datum>,
    /// Nulls, where known.
    pub null_count: Option<i64>,
}

impl ColumnStats {
    /// True where nothing is known.
    pub fn is_unknown(&self) -> bool {
        self.min.is_none() && self.max.is_none() && self.null_count.is_none()
    }
}

impl SimpleStats {
    /// Statistics of no column (Java `SimpleStats.EMPTY_STATS`).
    pub fn empty() -> Self {
        SimpleStats { min_values: BinaryRow::empty(), max_values: BinaryRow::empty(), null_counts: Vec::new() }
    }

    /// Statistics of all `types`. Shape: one of `columns` for each type. Errors: `Invalid` for values of other types.
    pub fn from_columns(types: &[DataType], columns: &[ColumnStats]) -> Result<Self> {
        let row = |value: fn(&ColumnStats) -> &Option<Datum>| {
            let values = columns.iter().map(|column| value(column).clone()).collect::<Vec<_>>();
            BinaryRow::encode(types, &values)
        };
        Ok(SimpleStats {
            min_values: row(|column| &column.min)?,
            max_values: row(|column| &column.max)?,
            null_counts: columns.iter().map(|column| column.null_count).collect(),
        })
    }

    /// Statistics of the columns of `fields` of which something is known, and the names for `_VALUE_STATS_COLS`: `None`
    /// when that is every column. Shape and errors as [`SimpleStats::from_columns`].
    pub fn dense_from_columns(fields: &[DataField], columns: &[ColumnStats]) -> Result<(Self, Option<Vec<String>>)> {
        let known = fields.iter().zip(columns).filter(|(_, column)| !column.is_unknown());
        let (names, (types, columns)): (Vec<_>, (Vec<_>, Vec<_>)) =
            known.map(|(field, column)| (field.name.clone(), (field.data_type.clone(), column.clone()))).unzip();
        let stats = SimpleStats::from_columns(&types, &columns)?;
        let all = names.len() == fields.len();
        Ok((stats, (!all).then_some(names)))
    }

    /// Statistics by column. A row of fewer fields than `types`, as writers without statistics leave it, is unknown for
    /// all. Shape: one item a type. Errors: `Corrupt`.
    pub fn decode(&self, types: &[DataType]) -> Result<Vec<ColumnStats>> {
        let row = |row: &BinaryRow| match row.arity()? {
            0 => Ok(vec![None; types.len()]),
            _ => row.decode(types),
        };
        let (min, max) = (row(&self.min_values)?, row(&self.max_values)?);
        let null_counts = self.null_counts.iter().copied().chain(std::iter::repeat(None));
        let columns = min.into_iter().zip(max).zip(null_counts);
        Ok(columns.map(|((min, max), null_count)| ColumnStats { min, max, null_count }).collect())
    }
}

/// Which statistics of a column are kept (`metadata.stats-mode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatsMode {
    /// None at all.
    None,
    /// Null counts only.
    Counts,
    /// Everything; strings and bytes cut to this many characters or bytes.
    Truncate(usize),
    /// Everything.
    Full,
}

impl StatsMode {
    /// Mode of `_KEY_` columns and of the key columns of thin data files, unless the column names its own.
    pub const SYSTEM: StatsMode = StatsMode::Truncate(128);

    /// Reads the text of an option; `None` for another text.
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        Some(match text.as_str() {
            "none" => StatsMode::None,
            "counts" => StatsMode::Counts,
            "full" => StatsMode::Full,
            other => {
                let length = other.strip_prefix("truncate(")?.strip_suffix(')')?;
                StatsMode::Truncate(length.parse().ok().filter(|length| *length > 0)?)
            }
        })
    }

    /// What remains of the statistics of a column of type `data_type` under this mode. Types without order keep their
    /// null count only.
    pub fn apply(self, data_type: &DataType, stats: ColumnStats) -> ColumnStats {
        let null_count = stats.null_count;
        let counts = ColumnStats { null_count, ..ColumnStats::default() };
        match self {
            StatsMode::None => ColumnStats::default(),
            StatsMode::Counts => counts,
            _ if !has_order(&data_type.kind) => counts,
            StatsMode::Full => stats,
            StatsMode::Truncate(length) => {
                let had_max = stats.max.is_some();
                let max = stats.max.and_then(|max| truncate_max(max, length));
                // Java drops both when it finds no upper bound.
                if had_max && max.is_none() {
                    return counts;
                }
                ColumnStats { min: stats.min.map(|min| truncate_min(min, length)), max, null_count }
            }
        }
    }
}

/// True for types whose values have a least and a greatest.
fn has_order(kind: &TypeKind) -> bool {
    !matches!(
        kind,
        TypeKind::Array(_)
            | TypeKind::Vector { .. }
            | TypeKind::Multiset(_)
            | TypeKind::Map { .. }
            | TypeKind::Row(_)
            | TypeKind::Variant
            | TypeKind::Blob
    )
}

/// A value of at most `length` characters or bytes that is not above `value`.
fn truncate_min(value: Datum, length: usize) -> Datum {
    match value {
        Datum::String(text) => Datum::String(text.chars().take(length).collect()),
        Datum::Bytes(mut bytes) => {
            bytes.truncate(length);
            Datum::Bytes(bytes)
        }
        other => other,
    }
}

/// A value of at most `length` characters or bytes that is not below `value`, if there is one.
fn truncate_max(value: Datum, length: usize) -> Option<Datum> {
    match value {
        Datum::String(text) if text.chars().nth(length).is_some() => {
            let mut kept: Vec<char> = text.chars().take(length).collect();
            while let Some(last) = kept.pop() {
                if let Some(next) = next_char(last) {
                    kept.push(next);
                    return Some(Datum::String(kept.into_iter().collect()));
                }
            }
            None
        }
        Datum::Bytes(mut bytes) if bytes.len() > length => {
            bytes.truncate(length);
            while let Some(last) = bytes.pop() {
                if let Some(next) = last.checked_add(1) {
                    bytes.push(next);
                    return Some(Datum::Bytes(bytes));
                }
            }
            None
        }
        other => Some(other),
    }
}

/// The next code point. Differs from Java: surrogates, which Java's bound would turn into `?` and so into no bound at
/// all, are stepped over.
fn next_char(c: char) -> Option<char> {
    match c {
        '\u{D7FF}' => Some('\u{E000}'),
        c => char::from_u32(u32::from(c) + 1),
    }
}

#[cfg(test)]
mod tests;
