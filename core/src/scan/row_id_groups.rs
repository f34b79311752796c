//! Files of tables with data evolution: those whose row ids overlap hold columns of the same rows and are planned, skipped
//! and read together (format digest 10.4; Java `DataEvolutionSplitGenerator`, `DataEvolutionFileStoreScan`).

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

use super::{
    RowRanges, pack_ordered,
    prune::{Asked, FilePruner},
    row_ranges::row_ids,
};
use crate::{
    error::{Error, Result},
    predicate::{Column, Predicate},
    spec::{
        blob::{is_blob_file, is_vector_file},
        data_file::DataFileMeta,
        table_schema::TableSchema,
    },
    types::DataField,
};

/// Files of one range of row ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowIdGroup {
    /// The row ids of all files together.
    pub(crate) ids: Range<u64>,
    /// The files, in the order they came in.
    pub(crate) files: Vec<DataFileMeta>,
}

/// Files by overlapping row ids, lowest ids first. Files without rows are left out.
///
/// Errors: `Corrupt` for a file without row ids.
pub(crate) fn row_id_groups(files: Vec<DataFileMeta>) -> Result<Vec<RowIdGroup>> {
    let mut placed = Vec::with_capacity(files.len());
    for (place, file) in files.into_iter().enumerate().filter(|(_, file)| file.row_count > 0) {
        let ids = row_ids(&file)
            .ok_or_else(|| Error::corrupt("expected a first row id in a data-evolution table").at(&file.file_name))?;
        placed.push((ids, place, file));
    }
    placed.sort_by_key(|(ids, _, _)| (ids.start, ids.end));
    let mut groups: Vec<(RowIdGroup, Vec<usize>)> = Vec::new();
    for (ids, place, file) in placed {
        match groups.last_mut() {
            Some((group, places)) if ids.start < group.ids.end => {
                group.ids.end = group.ids.end.max(ids.end);
                group.files.push(file);
                places.push(place);
            }
            _ => groups.push((RowIdGroup { ids, files: vec![file] }, vec![place])),
        }
    }
    let in_order = |(group, places): (RowIdGroup, Vec<usize>)| {
        let mut files: Vec<_> = places.into_iter().zip(group.files).collect();
        files.sort_by_key(|(place, _)| *place);
        RowIdGroup { ids: group.ids, files: files.into_iter().map(|(_, file)| file).collect() }
    };
    Ok(groups.into_iter().map(in_order).collect())
}

/// True for files of columns that all have the same rows, unlike blob and vector files, which may hold part of a range.
pub(crate) fn is_whole_file(file: &DataFileMeta) -> bool {
    !is_blob_file(&file.file_name) && !is_vector_file(&file.file_name)
}

/// The columns of a file: those of its schema version that it was written with.
pub(crate) fn written_fields(file: &DataFileMeta, schema: &TableSchema) -> Vec<DataField> {
    match &file.write_cols {
        None => schema.fields.clone(),
        Some(names) => schema.fields.iter().filter(|field| names.contains(&field.name)).cloned().collect(),
    }
}

/// Files that may hold rows of `row_ids` that match `predicate`. Statistics count only where a file has the newest
/// values of a column: an older one may say anything.
pub(super) fn prune(
    files: Vec<DataFileMeta>,
    row_ids: &RowRanges,
    predicate: &Predicate,
    schemas: &HashMap<i64, Arc<TableSchema>>,
) -> Result<Vec<DataFileMeta>> {
    let mut pruner = FilePruner::new(predicate, Asked::ValueStats, schemas, true);
    let mut kept = Vec::with_capacity(files.len());
    for group in row_id_groups(files)? {
        let wanted = !row_ids.within(group.ids.clone()).ranges().is_empty();
        let may_match = match group.files.as_slice() {
            [file] => pruner.may_match(file)?,
            _ => may_match(&group, predicate, schemas)?,
        };
        if wanted && may_match {
            kept.extend(group.files);
        }
    }
    Ok(kept)
}

fn may_match(group: &RowIdGroup, predicate: &Predicate, schemas: &HashMap<i64, Arc<TableSchema>>) -> Result<bool> {
    let ids = |file: &DataFileMeta| -> HashSet<i32> {
        let fields = schemas.get(&file.schema_id).map(|schema| written_fields(file, schema));
        fields.unwrap_or_default().iter().map(|field| field.id).collect()
    };
    let files: Vec<_> = group.files.iter().filter(|file| is_whole_file(file)).map(|file| (file, ids(file))).collect();
    for (place, (file, columns)) in files.iter().enumerate() {
        if row_ids(file).as_ref() != Some(&group.ids) {
            continue;
        }
        let others = || files.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, other)| other);
        let is_newest = |column: &Column| {
            columns.contains(&column.id)
                && others().all(|(other, columns)| {
                    other.max_sequence_number < file.max_sequence_number || !columns.contains(&column.id)
                })
        };
        let on_newest = predicate.retain_columns(&is_newest);
        if on_newest != Predicate::True
            && !FilePruner::new(&on_newest, Asked::ValueStats, schemas, true).may_match(file)?
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Splits: files, and whether no two of them hold columns of the same rows. `count_blobs` says whether blob files weigh
/// what they hold or just what opening them costs.
pub(super) fn split(
    files: Vec<DataFileMeta>,
    count_blobs: bool,
    target: u64,
    open_cost: u64,
) -> Result<Vec<(Vec<DataFileMeta>, bool)>> {
    let cost = i64::try_from(open_cost).unwrap_or(i64::MAX);
    let size = |file: &DataFileMeta| if is_blob_file(&file.file_name) && !count_blobs { cost } else { file.file_size };
    let weight = |group: &RowIdGroup| group.files.iter().map(size).fold(0, i64::saturating_add);
    let packed = pack_ordered(row_id_groups(files)?, weight, target, open_cost);
    Ok(packed
        .into_iter()
        .map(|groups| {
            let single = groups.iter().all(|group| group.files.len() == 1);
            (groups.into_iter().flat_map(|group| group.files).collect(), single)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::NewTable,
        scan::entries::tests::file,
        spec::{binary_row::BinaryRow, stats::SimpleStats},
        types::{DataType, Datum, TypeKind},
    };

    fn int() -> DataType {
        DataType::nullable(TypeKind::Int)
    }

    /// A file of row ids from `first`, written at `time`, with statistics of one column.
    fn of(name: &str, first: i64, rows: i64, time: i64, column: &str, min: i32, max: i32) -> DataFileMeta {
        let row = |value| BinaryRow::encode(&[int()], &[Some(Datum::Int(value))]).unwrap();
        let value_stats = SimpleStats { min_values: row(min), max_values: row(max), null_counts: vec![Some(0)] };
        let columns = Some(vec![column.to_owned()]);
        DataFileMeta {
            row_count: rows,
            first_row_id: Some(first),
            max_sequence_number: time,
            write_cols: columns.clone(),
            value_stats_cols: columns,
            value_stats,
            ..file(name, 0)
        }
    }

    fn kept(files: &[DataFileMeta], filter: &str) -> String {
        let fields = vec![DataField::new(0, "a", int()), DataField::new(1, "b", int())];
        let schema = NewTable::new(fields.clone()).into_schema(0).unwrap();
        let predicate =
            crate::predicate::parse(filter, &[fields, vec![crate::spec::table_schema::row_id_field()]].concat());
        let predicate = predicate.unwrap();
        let schemas = HashMap::from([(0, Arc::new(schema))]);
        let row_ids = RowRanges::of_row_ids(&predicate);
        let kept = prune(files.to_vec(), &row_ids, &predicate, &schemas).unwrap();
        kept.iter().map(|file| file.file_name.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_the_newest_values_rule_a_range_out() {
        let files = [
            of("old", 0, 10, 1, "a", 0, 9),
            of("b", 0, 10, 1, "b", 0, 9),
            of("new", 0, 10, 2, "a", 100, 109),
            of("alone", 10, 5, 2, "a", 0, 9),
        ];
        assert_eq!(kept(&files, "a > 50"), "old b new");
        assert_eq!(kept(&files, "a < 50"), "alone");
        assert_eq!(kept(&files, "a > 50 AND b > 50"), "");
        assert_eq!(kept(&files, "a > 50 OR b < 5"), "old b new alone");
        assert_eq!(kept(&files, "_ROW_ID >= 10"), "alone");
        assert_eq!(kept(&files, "_ROW_ID = 15"), "");
        // Written at the same time: nobody knows which one counts.
        let twins = [of("x", 0, 10, 1, "a", 0, 9), of("y", 0, 10, 1, "a", 100, 109)];
        assert_eq!(kept(&twins, "a > 50"), "x y");
    }

    #[test]
    fn ranges_that_overlap_are_one() {
        let ranges = [(20, 5), (0, 10), (5, 10), (15, 5), (3, 0), (20, 5)];
        let files =
            ranges.iter().enumerate().map(|(at, (first, rows))| of(&at.to_string(), *first, *rows, 1, "a", 0, 0));
        let groups = row_id_groups(files.collect()).unwrap();
        let shown: Vec<_> = groups
            .iter()
            .map(|group| {
                (group.ids.clone(), group.files.iter().map(|file| file.file_name.as_str()).collect::<String>())
            })
            .collect();
        assert_eq!(shown, [(0..15, "12".to_owned()), (15..20, "3".to_owned()), (20..25, "05".to_owned())]);
        let none = DataFileMeta { first_row_id: None, ..of("n", 0, 1, 1, "a", 0, 0) };
        assert!(row_id_groups(vec![none]).is_err());
    }
}
