//! Files of an overwrite that do not overlap go to the top level at once (Java `tryUpgrade`, option `overwrite-upgrade`).

use std::collections::HashMap;

use crate::{
    error::Result,
    spec::{binary_row::BinaryRow, manifest::ManifestEntry},
    types::{DataType, DatumRow, compare_keys},
};

/// Moves the new files to `top_level`, bucket by bucket, where they do not overlap in keys. None where one of them is
/// above level 0 or in no real bucket.
pub(super) fn upgrade(
    mut files: Vec<ManifestEntry>,
    key_types: &[DataType],
    top_level: i32,
) -> Result<Vec<ManifestEntry>> {
    if files.iter().any(|entry| entry.file.level > 0 || entry.bucket < 0) {
        return Ok(files);
    }
    let mut ranges: HashMap<(BinaryRow, i32), Vec<(DatumRow, DatumRow)>> = HashMap::new();
    for entry in &files {
        let range = (entry.file.min_key.decode(key_types)?, entry.file.max_key.decode(key_types)?);
        ranges.entry((entry.partition.clone(), entry.bucket)).or_default().push(range);
    }
    for ranges in ranges.values_mut() {
        ranges.sort_by(|a, b| compare_keys(&a.0, &b.0));
    }
    let overlaps = |ranges: &Vec<(DatumRow, DatumRow)>| {
        ranges.windows(2).any(|pair| matches!(pair, [(_, max), (min, _)] if compare_keys(max, min).is_ge()))
    };
    ranges.retain(|_, ranges| !overlaps(ranges));
    for entry in &mut files {
        if ranges.contains_key(&(entry.partition.clone(), entry.bucket)) {
            entry.file.level = top_level;
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        scan::entries::tests::entry,
        types::{Datum, TypeKind},
    };

    /// Files from `bucket:first-last` words, and the levels they get.
    fn levels(text: &str) -> Vec<i32> {
        let types = [DataType::not_null(TypeKind::Int)];
        let key = |text: &str| BinaryRow::encode(&types, &[Some(Datum::Int(text.parse().unwrap()))]).unwrap();
        let file = |word: &str| {
            let (bucket, range) = word.split_once(':').unwrap();
            let (first, last) = range.split_once('-').unwrap();
            let mut entry = entry(&format!("+{word}@0"));
            entry.bucket = bucket.parse().unwrap();
            (entry.file.min_key, entry.file.max_key) = (key(first), key(last));
            entry
        };
        let files = upgrade(text.split_whitespace().map(file).collect(), &types, 5).unwrap();
        files.iter().map(|entry| entry.file.level).collect()
    }

    #[test]
    fn buckets_without_overlap_go_up() {
        assert_eq!(levels("0:1-5 0:6-9 1:1-5 1:5-9"), [5, 5, 0, 0]);
        assert_eq!(levels("0:7-9 0:1-5"), [5, 5], "in whatever order");
        assert_eq!(levels("0:1-5 -2:1-5"), [0, 0], "none where one file waits for its bucket");
    }
}
