//! Takes whole partitions away, or all of a table, without reading rows.

use std::collections::{HashMap, HashSet};

use crate::{
    commit::OverwriteTarget,
    error::{Error, Result},
    predicate::{Column, CompareOp, Predicate},
    scan::{EntryFilter, Plan, live_files},
    spec::{snapshot::Snapshot, table_schema::TableSchema},
    table::Table,
    types::{Datum, datum_text},
    write::check_writable,
};

/// What a truncate did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TruncateReport {
    /// Rows that readers saw.
    pub rows: u64,
    /// Data files of these partitions.
    pub files: u64,
    /// Partitions with such files; 1 where the table has no partitions and is not empty.
    pub partitions: u64,
    /// The snapshot made; `None` for a dry run, and for partitions that are not there.
    pub snapshot_id: Option<i64>,
}

/// Takes all rows away. A table without any snapshot gets an empty one, as in Java.
pub async fn truncate(table: &Table, dry_run: bool) -> Result<TruncateReport> {
    check_writable(table)?;
    let mut report = what_is_there(table, Predicate::True).await?;
    if !dry_run {
        report.snapshot_id = take_away(table, OverwriteTarget::WholeTable).await?;
    }
    Ok(report)
}

/// Takes the partitions away that match any of `specs`; a spec names values of some partition columns, as their
/// directories do (`partition.default-name` for null).
///
/// Errors: `Invalid` for no spec, an unknown column, a column twice, and a value that is none of its type.
pub async fn drop_partitions(table: &Table, specs: &[Vec<(String, String)>], dry_run: bool) -> Result<TruncateReport> {
    check_writable(table)?;
    let matching = specs.iter().map(|spec| partition_filter(table, spec)).collect::<Result<Vec<_>>>()?;
    if matching.is_empty() {
        return Err(Error::invalid("expected at least one partition to drop").at(table.name()));
    }
    truncate_matching(table, Predicate::Or(matching).simplify(), dry_run).await
}

/// The partition with these values, in the order of the partition columns.
pub(crate) fn partition_of_values(table: &Table, values: &[Option<Datum>]) -> Predicate {
    let fields = table.schema().partition_fields();
    let equal = |(field, value): (&crate::types::DataField, &Option<Datum>)| {
        let column = Column::of(field);
        match value {
            None => Predicate::IsNull { column, negated: false },
            Some(literal) => Predicate::Compare { column, op: CompareOp::Eq, literal: literal.clone() },
        }
    };
    Predicate::And(fields.iter().zip(values).map(equal).collect()).simplify()
}

/// Takes the partitions away that match any of `filters`. Gives the snapshot; `None` where no file is there.
pub(crate) async fn drop_matching(table: &Table, filters: Vec<Predicate>) -> Result<Option<i64>> {
    check_writable(table)?;
    Ok(truncate_matching(table, Predicate::Or(filters).simplify(), false).await?.snapshot_id)
}

/// The partitions that a spec names. Errors: as [`drop_partitions`].
pub fn partition_filter(table: &Table, spec: &[(String, String)]) -> Result<Predicate> {
    let schema = table.schema();
    let bad = |message: String| Err(Error::invalid(message).at(table.name()));
    let mut values: HashMap<&str, Predicate> = HashMap::new();
    for (name, text) in spec {
        let Some(field) = partition_field(schema, name) else {
            return bad(match schema.partition_keys.is_empty() {
                true => format!("{name:?} is no partition column: the table has no partitions"),
                false => {
                    format!(
                        "{name:?} is no partition column: the table is partitioned by {}",
                        schema.partition_keys.join(", ")
                    )
                }
            });
        };
        let column = Column::of(field);
        let is_null = *text == table.options().partition_default_name;
        let equal = match is_null {
            true => Predicate::IsNull { column, negated: false },
            false => {
                let literal = datum_text::parse(text, &field.data_type).map_err(|error| error.with("column", name))?;
                Predicate::Compare { column, op: CompareOp::Eq, literal }
            }
        };
        if values.insert(name, equal).is_some() {
            return bad(format!("partition column {name:?} has two values"));
        }
    }
    match values.is_empty() {
        true => bad("expected a value of a partition column".into()),
        false => Ok(Predicate::And(values.into_values().collect()).simplify()),
    }
}

fn partition_field<'a>(schema: &'a TableSchema, name: &str) -> Option<&'a crate::types::DataField> {
    schema.partition_keys.iter().any(|key| key == name).then(|| schema.field(name)).flatten()
}

/// Takes the partitions away that match a filter on partition columns; no snapshot where no file is there.
pub(super) async fn truncate_matching(table: &Table, filter: Predicate, dry_run: bool) -> Result<TruncateReport> {
    let mut report = what_is_there(table, filter.clone()).await?;
    if !dry_run && report.files > 0 {
        let target = match filter {
            Predicate::True => OverwriteTarget::WholeTable,
            filter => OverwriteTarget::Partitions(filter),
        };
        report.snapshot_id = take_away(table, target).await?;
    }
    Ok(report)
}

async fn take_away(table: &Table, target: OverwriteTarget) -> Result<Option<i64>> {
    let commit = table.new_commit(None).with_operation("TRUNCATE");
    commit.overwrite(Snapshot::BATCH_IDENTIFIER, &[], target).await
}

/// Counts the files of the latest snapshot, and the rows that readers see. Rows are read only where they must be merged
/// to be counted.
async fn what_is_there(table: &Table, filter: Predicate) -> Result<TruncateReport> {
    let mut report = TruncateReport::default();
    let Some(snapshot) = table.snapshots().latest().await? else { return Ok(report) };
    let entries = EntryFilter { partition: Some(filter.clone()), real_buckets_only: true, ..EntryFilter::default() };
    let mut partitions = HashSet::new();
    for bucket in live_files(table, &snapshot, &entries).await? {
        report.files += bucket.files.len() as u64;
        partitions.insert(bucket.partition);
    }
    report.partitions = partitions.len() as u64;
    let mut plan = table.scan().snapshot(snapshot.id).columns(None::<String>).filter(filter).plan().await?;
    plan.other_branch = None;
    report.rows = count(plan).await?;
    Ok(report)
}

async fn count(mut plan: Plan) -> Result<u64> {
    let mut rows = 0i64;
    let mut must_be_read = Vec::new();
    for split in std::mem::take(&mut plan.splits) {
        let vectors: Option<i64> = split.deletions.values().map(|file| file.vector.cardinality).sum();
        let deletes: Option<i64> = split.files.iter().map(|file| file.delete_row_count).sum();
        let is_plain = split.raw_convertible && !plan.schema.evolves_columns();
        match vectors.zip(deletes.or((!plan.schema.is_primary_key_table()).then_some(0))) {
            Some((vectors, deletes)) if is_plain => rows += split.physical_rows() - vectors - deletes,
            _ => must_be_read.push(split),
        }
    }
    plan.splits = must_be_read;
    let mut rows = u64::try_from(rows).unwrap_or(0);
    let mut stream = plan.stream().await?;
    while let Some(batch) = stream.next().await {
        rows += batch?.num_rows() as u64;
    }
    Ok(rows)
}
