//! Statistics of a table's rows for query planners: counted, and published as an ANALYZE snapshot (Spark's
//! `PaimonAnalyzeTableColumnCommand`, format digest 15.8).

use std::{collections::BTreeMap, sync::Arc};

use arrow_array::{Array, ArrayRef, UInt64Array};
use arrow_ord::ord::make_comparator;
use arrow_row::{RowConverter, SortField};
use arrow_schema::SortOptions;
use arrow_select::take::take;
use datasketches::hll::{HllSketch, HllType};

use crate::{
    commit::{ColumnStatistics, TableStatistics},
    error::{Error, Result},
    read::cast_array,
    scan::{EntryFilter, live_files},
    spec::snapshot::Snapshot,
    table::Table,
    types::{DataField, DataType, TypeKind},
};

/// Distinct values are estimated with 2^12 registers: about 1.6 % off.
const LG_REGISTERS: u8 = 12;

/// What to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AnalyzedColumns {
    /// Rows and bytes only.
    #[default]
    None,
    /// Every column of a type that has statistics.
    All,
    /// These.
    Named(Vec<String>),
}

/// Reads the latest snapshot and counts. Nothing is written; `None` for a table without snapshots.
///
/// Memory: one batch, and a few kilobytes a column. Errors: `Invalid` for a column that is absent or of a type without
/// statistics (nested, VARIANT, BLOB); those of the scan.
pub async fn count(table: &Table, columns: &AnalyzedColumns) -> Result<Option<TableStatistics>> {
    let Some(snapshot) = table.snapshots().latest().await? else { return Ok(None) };
    let table = table.at_schema(table.schemas().get(snapshot.schema_id).await?)?;
    let fields = chosen(&table.schema().fields, columns)?;
    let mut counters = fields.iter().map(Counter::new).collect::<Result<Vec<_>>>()?;
    // Rows can be counted by any column.
    let names =
        if fields.is_empty() { table.schema().fields.iter().take(1).collect() } else { fields.iter().collect() };
    let names: Vec<String> = names_of(names);
    let mut rows = table.scan().snapshot(snapshot.id).columns(names).stream().await?;
    let mut merged_rows: i64 = 0;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        merged_rows = merged_rows.saturating_add(i64::try_from(batch.num_rows()).unwrap_or(i64::MAX));
        for (counter, column) in counters.iter_mut().zip(batch.columns()) {
            counter.add(column)?;
        }
    }
    Ok(Some(TableStatistics {
        snapshot_id: snapshot.id,
        schema_id: snapshot.schema_id,
        merged_record_count: Some(merged_rows),
        merged_record_size: Some(merged_size(&table, &snapshot, merged_rows).await?),
        col_stats: counters.into_iter().map(Counter::finish).collect::<Result<BTreeMap<_, _>>>()?,
    }))
}

/// [`count`], and publishes what it finds: the statistics, and the id of the ANALYZE snapshot.
///
/// Errors: those of `count` and of [`crate::commit::TableCommit::analyze`].
pub async fn analyze(table: &Table, columns: &AnalyzedColumns) -> Result<Option<(i64, TableStatistics)>> {
    let Some(statistics) = count(table, columns).await? else { return Ok(None) };
    let id = table.new_commit(None).analyze(Snapshot::BATCH_IDENTIFIER, &statistics).await?;
    Ok(Some((id, statistics)))
}

fn names_of(fields: Vec<&DataField>) -> Vec<String> {
    fields.into_iter().map(|field| field.name.clone()).collect()
}

fn chosen(fields: &[DataField], columns: &AnalyzedColumns) -> Result<Vec<DataField>> {
    match columns {
        AnalyzedColumns::None => Ok(Vec::new()),
        AnalyzedColumns::All => Ok(fields.iter().filter(|field| is_counted(&field.data_type)).cloned().collect()),
        AnalyzedColumns::Named(names) => names.iter().map(|name| named(fields, name)).collect(),
    }
}

fn named(fields: &[DataField], name: &str) -> Result<DataField> {
    let Some(field) = fields.iter().find(|field| field.name == name) else {
        return Err(Error::invalid(format!("there is no column {name} to analyze")));
    };
    if is_counted(&field.data_type) {
        return Ok(field.clone());
    }
    Err(Error::invalid(format!("column {name} has no statistics: its type is {}", field.data_type.kind)))
}

/// The part of the live files' bytes that the merged rows are, as Spark reckons.
async fn merged_size(table: &Table, snapshot: &Snapshot, merged_rows: i64) -> Result<i64> {
    let buckets = live_files(table, snapshot, &EntryFilter::default()).await?;
    let files = || buckets.iter().flat_map(|bucket| &bucket.files);
    let bytes: i64 = files().map(|file| file.file_size).fold(0, i64::saturating_add);
    let rows: i64 = files().map(|file| file.row_count).fold(0, i64::saturating_add);
    Ok(if rows > 0 { (bytes as f64 * merged_rows as f64 / rows as f64) as i64 } else { 0 })
}

/// Bytes of a value of a type of fixed length, as Spark counts them; `None` for texts and bytes.
fn fixed_length(kind: &TypeKind) -> Option<i64> {
    match kind {
        TypeKind::Boolean | TypeKind::TinyInt => Some(1),
        TypeKind::SmallInt => Some(2),
        TypeKind::Int | TypeKind::Float | TypeKind::Date | TypeKind::Time(_) => Some(4),
        TypeKind::Decimal { precision, .. } if *precision > 18 => Some(16),
        TypeKind::BigInt
        | TypeKind::Double
        | TypeKind::Decimal { .. }
        | TypeKind::Timestamp(_)
        | TypeKind::TimestampLtz(_) => Some(8),
        _ => None,
    }
}

fn is_text_or_bytes(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::Char(_) | TypeKind::Varchar(_) | TypeKind::Binary(_) | TypeKind::Varbinary(_))
}

fn is_counted(data_type: &DataType) -> bool {
    fixed_length(&data_type.kind).is_some() || is_text_or_bytes(&data_type.kind)
}

/// Counts one column.
struct Counter {
    field: DataField,
    rows: RowConverter,
    distinct: HllSketch,
    /// One value each; texts and bytes have none, as in Spark.
    min: Option<ArrayRef>,
    max: Option<ArrayRef>,
    nulls: i64,
    values: i64,
    bytes: i64,
    longest: i64,
}

impl Counter {
    fn new(field: &DataField) -> Result<Counter> {
        let sort = SortField::new(crate::types::arrow::field(field).data_type().clone());
        let distinct = HllSketch::new(LG_REGISTERS, HllType::Hll8);
        Ok(Counter {
            field: field.clone(),
            rows: RowConverter::new(vec![sort])?,
            distinct: distinct.map_err(|error| Error::internal(format!("cannot count distinct values: {error}")))?,
            min: None,
            max: None,
            nulls: 0,
            values: 0,
            bytes: 0,
            longest: 0,
        })
    }

    fn add(&mut self, column: &ArrayRef) -> Result<()> {
        self.nulls += column.null_count() as i64;
        self.values += (column.len() - column.null_count()) as i64;
        let valid = (0..column.len()).filter(|row| column.is_valid(*row));
        let rows = self.rows.convert_columns(&[Arc::clone(column)])?;
        for row in valid.clone() {
            self.distinct.update(rows.row(row).as_ref());
        }
        if fixed_length(&self.field.data_type.kind).is_some() {
            // The order of their bytes is that of the values.
            let least = valid.clone().min_by(|a, b| rows.row(*a).cmp(&rows.row(*b)));
            let greatest = valid.max_by(|a, b| rows.row(*a).cmp(&rows.row(*b)));
            keep(&mut self.min, column, least, std::cmp::Ordering::Less)?;
            keep(&mut self.max, column, greatest, std::cmp::Ordering::Greater)?;
        } else {
            for length in lengths(column)? {
                self.bytes = self.bytes.saturating_add(length);
                self.longest = self.longest.max(length);
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(String, ColumnStatistics)> {
        let fixed = fixed_length(&self.field.data_type.kind);
        // Rounded up, as Spark does.
        let average = if self.values > 0 { (self.bytes + self.values - 1) / self.values } else { 0 };
        let statistics = ColumnStatistics {
            col_id: self.field.id,
            distinct_count: Some((self.distinct.estimate().round() as i64).min(self.values)),
            min: text(self.min.as_ref(), &self.field.data_type)?,
            max: text(self.max.as_ref(), &self.field.data_type)?,
            null_count: Some(self.nulls),
            avg_len: Some(fixed.unwrap_or(average)),
            max_len: Some(fixed.unwrap_or(self.longest)),
        };
        Ok((self.field.name, statistics))
    }
}

/// Keeps the value at `row` where it is on the side `wanted` of the kept one.
fn keep(kept: &mut Option<ArrayRef>, column: &ArrayRef, row: Option<usize>, wanted: std::cmp::Ordering) -> Result<()> {
    let Some(row) = row else { return Ok(()) };
    // A copy: a slice would keep the whole batch.
    let value = take(column, &UInt64Array::from(vec![row as u64]), None)?;
    let is_better = match &kept {
        Some(kept) => make_comparator(&value, kept, SortOptions::default())?(0, 0) == wanted,
        None => true,
    };
    if is_better {
        *kept = Some(value);
    }
    Ok(())
}

/// Bytes of each value.
fn lengths(column: &ArrayRef) -> Result<Vec<i64>> {
    let binary = arrow_cast::cast(column, &arrow_schema::DataType::LargeBinary)?;
    let binary = arrow_array::cast::AsArray::as_binary::<i64>(&binary);
    Ok(binary.iter().flatten().map(|value| value.len() as i64).collect())
}

/// The text that Java's cast to STRING gives.
fn text(value: Option<&ArrayRef>, data_type: &DataType) -> Result<Option<String>> {
    let Some(value) = value else { return Ok(None) };
    let texts = cast_array(value, data_type, &DataType::nullable(TypeKind::STRING))?;
    let texts = arrow_cast::cast(&texts, &arrow_schema::DataType::Utf8)?;
    let texts = arrow_array::cast::AsArray::as_string::<i32>(&texts);
    Ok(texts.iter().next().flatten().map(str::to_owned))
}
