//! Lists as people want them: sorted by a column, filtered by words.

use std::cmp::Ordering;

use crate::{lsm::natural, model::FileInfo};

/// A column of the list of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FileColumn {
    /// Partition, then bucket, then level: how files lie in the table.
    #[default]
    Partition,
    /// Bucket.
    Bucket,
    /// Level.
    Level,
    /// Name.
    Name,
    /// `parquet`, `orc`, `avro`.
    Format,
    /// Bytes.
    Size,
    /// Rows.
    Rows,
    /// Rows that delete.
    Deletes,
    /// When written.
    Written,
    /// Schema it was written with.
    Schema,
}

impl FileColumn {
    /// All columns in their order.
    pub const ALL: [FileColumn; 10] = [
        FileColumn::Partition,
        FileColumn::Bucket,
        FileColumn::Level,
        FileColumn::Name,
        FileColumn::Format,
        FileColumn::Rows,
        FileColumn::Deletes,
        FileColumn::Size,
        FileColumn::Written,
        FileColumn::Schema,
    ];

    /// Title of the column.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            FileColumn::Partition => "Partition",
            FileColumn::Bucket => "Bucket",
            FileColumn::Level => "Level",
            FileColumn::Name => "File",
            FileColumn::Format => "Format",
            FileColumn::Size => "Size",
            FileColumn::Rows => "Rows",
            FileColumn::Deletes => "Deletes",
            FileColumn::Written => "Written",
            FileColumn::Schema => "Schema",
        }
    }

    /// Whether its values are numbers, set to the right.
    #[must_use]
    pub fn is_number(self) -> bool {
        !matches!(self, FileColumn::Partition | FileColumn::Name | FileColumn::Format | FileColumn::Written)
    }
}

/// Positions of the files that hold every word of `search`, sorted.
#[must_use]
pub fn files(files: &[FileInfo], search: &str, column: FileColumn, descending: bool) -> Vec<usize> {
    let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let mut chosen: Vec<usize> = (0..files.len()).filter(|&index| holds(&files[index], &words)).collect();
    if column == FileColumn::Partition {
        chosen.sort_by_cached_key(|&index| {
            let file = &files[index];
            (natural(&file.partition), file.bucket, file.level)
        });
    } else {
        chosen.sort_by(|&a, &b| order(&files[a], &files[b], column));
    }
    if descending {
        chosen.reverse();
    }
    chosen
}

/// Words are looked for in what the list shows; `level:0` and `bucket:1` ask for exact numbers.
fn holds(file: &FileInfo, words: &[String]) -> bool {
    words.iter().all(|word| match word.split_once(':') {
        Some(("level", number)) => file.level.to_string() == number,
        Some(("bucket", number)) => file.bucket.to_string() == number,
        _ => [&file.partition, &file.name, &file.format].iter().any(|text| text.to_lowercase().contains(word.as_str())),
    })
}

fn order(a: &FileInfo, b: &FileInfo, column: FileColumn) -> Ordering {
    match column {
        FileColumn::Partition => a.partition.cmp(&b.partition),
        FileColumn::Bucket => a.bucket.cmp(&b.bucket),
        FileColumn::Level => a.level.cmp(&b.level),
        FileColumn::Name => a.name.cmp(&b.name),
        FileColumn::Format => a.format.cmp(&b.format),
        FileColumn::Size => a.size.cmp(&b.size),
        FileColumn::Rows => a.rows.cmp(&b.rows),
        FileColumn::Deletes => a.delete_rows.cmp(&b.delete_rows),
        FileColumn::Written => a.creation_millis.cmp(&b.creation_millis),
        FileColumn::Schema => a.schema_id.cmp(&b.schema_id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(partition: &str, level: i64, size: i64) -> FileInfo {
        FileInfo { partition: partition.into(), level, size, ..FileInfo::default() }
    }

    #[test]
    fn words_narrow_and_columns_sort() {
        let list = [file("month=10", 0, 5), file("month=9", 5, 1), file("month=9", 0, 9)];
        assert_eq!(files(&list, "", FileColumn::Partition, false), [2, 1, 0]);
        assert_eq!(files(&list, "MONTH=9 level:0", FileColumn::Size, false), [2]);
        assert_eq!(files(&list, "", FileColumn::Size, true), [2, 0, 1]);
        assert!(files(&list, "nothing", FileColumn::Size, true).is_empty());
    }
}
