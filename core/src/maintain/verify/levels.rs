//! Files of one level above 0 are one sorted run: their keys must not overlap. Pure.

use std::{cmp::Ordering, collections::BTreeMap};

use crate::{
    error::Result,
    spec::data_file::DataFileMeta,
    types::{DataType, DatumRow, compare_keys},
};

/// Pairs of files that overlap although they are of one level: names of the later one and of the one it overlaps.
///
/// Errors: `Corrupt` for keys that do not decode.
pub(super) fn overlaps(files: &[&DataFileMeta], key_types: &[DataType]) -> Result<Vec<(String, String)>> {
    let mut levels: BTreeMap<i32, Vec<(DatumRow, DatumRow, &str)>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.level > 0) {
        let (min, max) = (file.min_key.decode(key_types)?, file.max_key.decode(key_types)?);
        levels.entry(file.level).or_default().push((min, max, &file.file_name));
    }
    let mut found = Vec::new();
    for mut run in levels.into_values() {
        run.sort_by(|a, b| compare_keys(&a.0, &b.0));
        let mut widest: Option<&(DatumRow, DatumRow, &str)> = None;
        for file in &run {
            if let Some(before) = widest
                && compare_keys(&file.0, &before.1) != Ordering::Greater
            {
                found.push((file.2.to_owned(), before.2.to_owned()));
            }
            if widest.is_none_or(|before| compare_keys(&file.1, &before.1) == Ordering::Greater) {
                widest = Some(file);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        scan::entries::tests::file,
        spec::binary_row::BinaryRow,
        types::{Datum, TypeKind},
    };

    #[track_caller]
    fn check(files: &[(i32, i32, i32)], expected: &[(&str, &str)]) {
        let types = [DataType::not_null(TypeKind::Int)];
        let key = |value| BinaryRow::encode(&types, &[Some(Datum::Int(value))]).unwrap();
        let make = |(place, (level, min, max)): (usize, &(i32, i32, i32))| {
            let mut file = file(&format!("f{place}"), *level);
            (file.min_key, file.max_key) = (key(*min), key(*max));
            file
        };
        let files: Vec<_> = files.iter().enumerate().map(make).collect();
        let found = overlaps(&files.iter().collect::<Vec<_>>(), &types).unwrap();
        let found: Vec<_> = found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn level_0_may_overlap() {
        check(&[(0, 1, 9), (0, 1, 9), (5, 3, 4)], &[]);
    }

    #[test]
    fn neighbours_may_not_share_a_key() {
        check(&[(5, 1, 3), (5, 3, 4), (4, 2, 2)], &[("f1", "f0")]);
    }

    #[test]
    fn a_wide_file_overlaps_all_in_it() {
        check(&[(5, 1, 9), (5, 2, 3), (5, 5, 6), (5, 10, 11)], &[("f1", "f0"), ("f2", "f0")]);
    }
}
