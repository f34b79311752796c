//! Read amplification: how many files a read of one key must look at, at worst. Pure.
//!
//! ```text
//! level 0   [a……k]  [c……z]
//! level 5   [a…d][e………n][o…z]       at e three ranges meet: overlap 3
//! ```

use std::cmp::Ordering;

use crate::{
    error::Result,
    spec::data_file::DataFileMeta,
    types::{DataType, DatumRow, compare_keys},
};

/// First and last key.
type Range = (DatumRow, DatumRow);

/// The most files whose key ranges meet at one key. Errors: `Corrupt` for keys that do not decode.
pub fn overlap<'a>(files: impl IntoIterator<Item = &'a DataFileMeta>, key_types: &[DataType]) -> Result<usize> {
    let ranges = files.into_iter().map(|file| range(file, key_types)).collect::<Result<Vec<_>>>()?;
    Ok(depth(ranges))
}

/// The overlap after `picked` became one run beside `others`: each of its sections is one file then, or several that do
/// not overlap.
pub(crate) fn overlap_after(others: &[DataFileMeta], picked: &[DataFileMeta], key_types: &[DataType]) -> Result<usize> {
    let mut ranges = others.iter().map(|file| range(file, key_types)).collect::<Result<Vec<_>>>()?;
    for section in super::sections(picked.to_vec(), key_types)? {
        let files = section.runs.iter().flatten().map(|file| range(file, key_types)).collect::<Result<Vec<_>>>()?;
        let joined = files.into_iter().reduce(|a, b| {
            let first = if compare_keys(&b.0, &a.0) == Ordering::Less { b.0 } else { a.0 };
            let last = if compare_keys(&b.1, &a.1) == Ordering::Greater { b.1 } else { a.1 };
            (first, last)
        });
        ranges.extend(joined);
    }
    Ok(depth(ranges))
}

fn range(file: &DataFileMeta, key_types: &[DataType]) -> Result<Range> {
    Ok((file.min_key.decode(key_types)?, file.max_key.decode(key_types)?))
}

fn depth(mut ranges: Vec<Range>) -> usize {
    let mut ends: Vec<DatumRow> = ranges.iter().map(|range| range.1.clone()).collect();
    ranges.sort_by(|a, b| compare_keys(&a.0, &b.0));
    ends.sort_by(|a, b| compare_keys(a, b));
    let (mut most, mut ended) = (0, 0);
    for (begun, range) in ranges.iter().enumerate() {
        while ends.get(ended).is_some_and(|end| compare_keys(end, &range.0) == Ordering::Less) {
            ended += 1;
        }
        most = most.max(begun + 1 - ended);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        scan::entries::tests::file,
        spec::binary_row::BinaryRow,
        types::{Datum, TypeKind},
    };

    fn key_types() -> [DataType; 1] {
        [DataType::not_null(TypeKind::Int)]
    }

    fn files(text: &str) -> Vec<DataFileMeta> {
        let key = |text: &str| BinaryRow::encode(&key_types(), &[Some(Datum::Int(text.parse().unwrap()))]).unwrap();
        let one = |text: &str| {
            let (first, last) = text.split_once('-').unwrap();
            let mut file = file(text, 0);
            (file.min_key, file.max_key) = (key(first), key(last));
            file
        };
        text.split_whitespace().map(one).collect()
    }

    #[test]
    fn ranges_that_touch_meet() {
        let of = |text: &str| overlap(&files(text), &key_types()).unwrap();
        assert_eq!([of(""), of("1-2"), of("1-2 3-4"), of("1-3 3-4")], [0, 1, 1, 2]);
        assert_eq!(of("1-9 2-3 3-4 8-9"), 3);
    }

    #[test]
    fn what_is_merged_counts_once() {
        let after = |others: &str, picked: &str| overlap_after(&files(others), &files(picked), &key_types()).unwrap();
        assert_eq!([after("", "1-9 2-3 3-4"), after("5-6", "1-9 2-3"), after("5-6", "1-3 2-4")], [1, 2, 1]);
    }
}
