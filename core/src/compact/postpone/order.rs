//! In which order the rows of postponed files were written. Pure.
//!
//! Files of one writer are numbered; those of several only tell the time of their clocks (Java
//! `PostponeBucketCompactSplitSource`, which sorts by time).

use std::collections::HashMap;

use crate::spec::data_file::DataFileMeta;

/// What a file's name tells: the writer and its random id, and the number of the file; `<writer>-w-<uuid>-<number>.avro`.
fn writer_and_number(file_name: &str) -> (&str, u64) {
    let stem = file_name.split_once('.').map_or(file_name, |(stem, _)| stem);
    match stem.rsplit_once('-').and_then(|(writer, number)| Some((writer, number.parse().ok()?))) {
        Some(found) => found,
        None => (stem, 0),
    }
}

/// Sorts files in the order in which their rows were written: by time, and those of one writer by number, whatever its
/// clock did in between. Where that does not tell, they stay as the manifests have them: by commit.
pub(super) fn sort(files: &mut Vec<DataFileMeta>) {
    let mut writers: HashMap<String, Vec<(u64, usize)>> = HashMap::new();
    for (place, file) in files.iter().enumerate() {
        let (writer, number) = writer_and_number(&file.file_name);
        writers.entry(writer.to_owned()).or_default().push((number, place));
    }
    // Time, place of the writer's first file, number.
    let mut keys = vec![(0i64, 0usize, 0u64); files.len()];
    for numbered in writers.values_mut() {
        let first = numbered.iter().map(|(_, place)| *place).min().unwrap_or(0);
        numbered.sort_unstable();
        let mut latest = i64::MIN;
        for (number, place) in numbered {
            let time = files.get(*place).and_then(|file| file.creation_time_millis).unwrap_or(0);
            latest = latest.max(time);
            keys.iter_mut().skip(*place).take(1).for_each(|key| *key = (latest, first, *number));
        }
    }
    let mut keyed: Vec<_> = keys.into_iter().zip(std::mem::take(files)).collect();
    keyed.sort_by_key(|(key, _)| *key);
    files.extend(keyed.into_iter().map(|(_, file)| file));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::entries::tests::file;

    /// Files as `writer-number@time`, before and after.
    fn check(before: &str, after: &str) {
        let one = |word: &str| {
            let (name, time) = word.split_once('@').unwrap();
            let (writer, number) = name.split_once('-').unwrap();
            let mut file = file(&format!("data--u-me-s-{writer}-w-0a0b-{number}.avro"), 0);
            file.creation_time_millis = time.parse().ok();
            file
        };
        let mut files: Vec<DataFileMeta> = before.split_whitespace().map(one).collect();
        sort(&mut files);
        let show = |file: &DataFileMeta| {
            let (writer, number) = writer_and_number(&file.file_name);
            let writer = writer.split("-s-").nth(1).and_then(|rest| rest.split('-').next()).unwrap();
            format!("{writer}-{number}@{}", file.creation_time_millis.unwrap())
        };
        assert_eq!(files.iter().map(show).collect::<Vec<_>>().join(" "), after);
    }

    #[test]
    fn by_time() {
        check("1-0@30 2-0@10 3-0@20", "2-0@10 3-0@20 1-0@30");
    }

    #[test]
    fn a_writer_keeps_its_order_when_its_clock_goes_back() {
        check("1-10@5 1-2@9 1-9@5 2-0@6", "2-0@6 1-2@9 1-9@5 1-10@5");
    }

    #[test]
    fn at_the_same_time_the_manifest_tells() {
        check("7-1@1 3-0@1 7-0@1 3-1@1", "7-0@1 7-1@1 3-0@1 3-1@1");
    }

    #[test]
    fn names_of_others_are_their_own_writers() {
        assert_eq!(writer_and_number("data-x.parquet"), ("data-x", 0));
        assert_eq!(writer_and_number("data--u-1-s-2-w-0a-12.zstd.avro"), ("data--u-1-s-2-w-0a", 12));
    }
}
