//! How many buckets a partition gets (Java `PostponeUtils`). Pure.

use std::collections::{HashMap, hash_map::Entry};

use super::BucketCounts;
use crate::{
    error::{Error, Result},
    scan::BucketFiles,
    spec::{data_file::DataFileMeta, options::CoreOptions},
    table::Table,
};

/// The bucket count of each partition with rows that wait: that of its real buckets, or what [`estimate`] says.
///
/// Errors: `Corrupt` for a partition with two counts, `Invalid` for an option that is no count.
pub(super) fn bucket_counts(table: &Table, waiting: &[BucketFiles], real: &[BucketFiles]) -> Result<BucketCounts> {
    let mut known = HashMap::new();
    for bucket in real.iter().filter(|bucket| bucket.total_buckets > 0) {
        match known.entry(bucket.partition.clone()) {
            Entry::Vacant(vacant) => drop(vacant.insert(bucket.total_buckets)),
            Entry::Occupied(there) if *there.get() != bucket.total_buckets => {
                let message = format!("a partition has {} buckets and {} buckets", there.get(), bucket.total_buckets);
                return Err(Error::corrupt(message).at(&bucket.bucket_path));
            }
            Entry::Occupied(_) => {}
        }
    }
    let mut counts = BucketCounts::new();
    for bucket in waiting {
        let count = match known.get(&bucket.partition) {
            Some(count) => *count,
            None => estimate(table.options(), &bucket.files).map_err(|error| error.at(table.name()))?,
        };
        counts.insert(bucket.partition.clone(), count);
    }
    Ok(counts)
}

/// The bucket count of a partition without real buckets: `postpone.default-bucket-num`, or as many as
/// `postpone.target-row-num-per-bucket` or else `postpone.target-size-per-bucket` asks for the waiting rows.
///
/// Java 1.4 knows the first only, and takes 1 without it.
fn estimate(options: &CoreOptions, files: &[DataFileMeta]) -> Result<i32> {
    let positive = |name: &str, value: i64| match value {
        1.. => Ok(value),
        _ => Err(Error::invalid(format!("expected 1 or more in the option {name}, found {value}"))),
    };
    if let Some(count) = options.postpone_default_bucket_num {
        positive("postpone.default-bucket-num", count.into())?;
        return Ok(count);
    }
    let sum = |value: fn(&DataFileMeta) -> i64| files.iter().map(value).fold(0, i64::saturating_add);
    let (name, target, value) = match options.postpone_target_row_num_per_bucket {
        Some(rows) => ("postpone.target-row-num-per-bucket", rows, sum(|file| file.row_count)),
        None => {
            let size = i64::try_from(options.postpone_target_size_per_bucket).unwrap_or(i64::MAX);
            ("postpone.target-size-per-bucket", size, sum(|file| file.file_size))
        }
    };
    let count = match value {
        ..=0 => 1,
        _ => (value - 1) / positive(name, target)? + 1,
    };
    i32::try_from(count)
        .map_err(|_| Error::invalid(format!("{count} buckets of a partition are too many: raise {name}")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::scan::entries::tests::file;

    fn check(options: &[(&str, &str)], expected: Result<i32, &str>) {
        let options: BTreeMap<String, String> =
            options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let files: Vec<DataFileMeta> = [(700, 10), (301, 11)]
            .map(|(size, rows)| DataFileMeta { file_size: size, row_count: rows, ..file("f", 0) })
            .into();
        let found = estimate(&CoreOptions::parse(&options).unwrap(), &files);
        assert_eq!(found.map_err(|error| error.to_string()), expected.map_err(str::to_owned));
    }

    #[test]
    fn counts_are_javas() {
        check(&[], Ok(1));
        check(&[("postpone.default-bucket-num", "5"), ("postpone.target-row-num-per-bucket", "1")], Ok(5));
        check(&[("postpone.target-size-per-bucket", "1000 b")], Ok(2));
        check(&[("postpone.target-size-per-bucket", "1001 b")], Ok(1));
        check(&[("postpone.target-row-num-per-bucket", "7"), ("postpone.target-size-per-bucket", "1 b")], Ok(3));
        check(
            &[("postpone.default-bucket-num", "0")],
            Err("invalid: expected 1 or more in the option postpone.default-bucket-num, found 0"),
        );
        check(
            &[("postpone.target-row-num-per-bucket", "-1")],
            Err("invalid: expected 1 or more in the option postpone.target-row-num-per-bucket, found -1"),
        );
    }
}
