//! Data files sorted and filtered, a page at a time. Pure.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::{
    MAX_PAGE,
    file_record::FileRecord,
    state_files::{Place, StateBucket, StateFiles},
};
use crate::{error::Result, spec::data_file::DataFileMeta};

/// Files of a page where nobody says.
const DEFAULT_PAGE: usize = 100;

/// Which files, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct FilesQuery {
    /// The order.
    pub sort: FilesSort,
    /// The other way round.
    pub descending: bool,
    /// Only some.
    pub filter: FilesFilter,
}

/// By what files are sorted; those that are equal stay in the order of their places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FilesSort {
    /// Partition, bucket, level, key.
    #[default]
    Place,
    /// Name.
    Name,
    /// Bytes.
    Size,
    /// Rows.
    Rows,
    /// Level.
    Level,
    /// Number of the bucket.
    Bucket,
    /// Time of writing.
    Created,
    /// Greatest sequence number.
    Sequence,
    /// Schema.
    Schema,
    /// Rows that delete others.
    DeleteRows,
    /// Rows that its deletion vector hides.
    DeletedByVector,
}

/// Which files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct FilesFilter {
    /// Of this partition.
    pub partition: Option<String>,
    /// Of buckets of this number.
    pub bucket: Option<i32>,
    /// Of this level.
    pub level: Option<i32>,
    /// With this in their paths, upper and lower case alike.
    pub text: Option<String>,
    /// Small, or not.
    pub small: Option<bool>,
    /// With a deletion vector, or without.
    pub deleted: Option<bool>,
}

/// The files that a query is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    places: Vec<Place>,
    bytes: u64,
    rows: u64,
}

/// Some files of a selection.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilesPage<'a> {
    /// The state; `None` for a table that was never written.
    pub snapshot_id: Option<i64>,
    /// Files of the selection.
    pub total: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Their rows.
    pub rows: u64,
    /// Number of the first of `files`.
    pub offset: usize,
    /// The files.
    pub files: Vec<PagedFile<'a>>,
}

/// A file and what hides rows of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PagedFile<'a> {
    /// The file.
    #[serde(flatten)]
    pub file: FileRecord<'a>,
    /// Rows that its deletion vector hides, where the index says.
    pub deleted_by_vector: Option<i64>,
    /// Whether it has one.
    pub has_vector: bool,
}

impl StateFiles {
    /// Finds and sorts the files of a query.
    pub fn select(&self, query: &FilesQuery) -> Selection {
        let filter = &query.filter;
        let text = filter.text.as_deref().map(str::to_lowercase).filter(|text| !text.is_empty());
        let passes = |bucket: &StateBucket, file: &DataFileMeta| {
            filter.partition.as_ref().is_none_or(|partition| *partition == bucket.partition)
                && filter.bucket.is_none_or(|number| number == bucket.files.bucket)
                && filter.level.is_none_or(|level| level == file.level)
                && filter.small.is_none_or(|small| small == self.is_small(file))
                && filter.deleted.is_none_or(|has| has == bucket.deletions.contains_key(&file.file_name))
                && text.as_ref().is_none_or(|text| path_holds(bucket, file, text))
        };
        let mut found: Vec<(Place, &StateBucket, &DataFileMeta)> =
            self.places().filter(|(_, bucket, file)| passes(bucket, file)).collect();
        match query.sort {
            FilesSort::Place if query.descending => found.reverse(),
            FilesSort::Place => {}
            FilesSort::Name => found.sort_by(|a, b| directed(query, a.2.file_name.cmp(&b.2.file_name))),
            // Cheap to ask again: no keys are kept.
            _ => found.sort_by(|a, b| directed(query, number(query.sort, a.1, a.2).cmp(&number(query.sort, b.1, b.2)))),
        }
        let sum = |value: fn(&DataFileMeta) -> i64| {
            found.iter().fold(0_u64, |sum, (_, _, file)| sum.saturating_add(u64::try_from(value(file)).unwrap_or(0)))
        };
        Selection {
            bytes: sum(|file| file.file_size),
            rows: sum(|file| file.row_count),
            places: found.into_iter().map(|(place, ..)| place).collect(),
        }
    }

    /// A page of a selection of this state: 100 files where `limit` is not said, never more than [`MAX_PAGE`]. Statistics come
    /// with `stats`: they are most of what there is to say of a file.
    ///
    /// Errors: `Corrupt` for keys that do not decode.
    pub fn page(
        &self,
        selection: &Selection,
        offset: usize,
        limit: Option<usize>,
        stats: bool,
    ) -> Result<FilesPage<'_>> {
        let limit = limit.unwrap_or(DEFAULT_PAGE).min(MAX_PAGE);
        let places = selection.places.iter().skip(offset).take(limit);
        let paged = |place: &Place| {
            let (bucket, file) = self.file(*place)?;
            let deletions = bucket.deletions.get(&file.file_name);
            Some(self.record(bucket, file, stats).map(|file| PagedFile {
                file,
                deleted_by_vector: deletions.and_then(|deletions| deletions.vector.cardinality),
                has_vector: deletions.is_some(),
            }))
        };
        Ok(FilesPage {
            snapshot_id: Some(self.snapshot_id),
            total: selection.places.len(),
            bytes: selection.bytes,
            rows: selection.rows,
            offset,
            files: places.filter_map(paged).collect::<Result<_>>()?,
        })
    }

    fn is_small(&self, file: &DataFileMeta) -> bool {
        u64::try_from(file.file_size).unwrap_or(0) < self.small_below
    }
}

fn directed(query: &FilesQuery, order: Ordering) -> Ordering {
    if query.descending { order.reverse() } else { order }
}

/// What files are sorted by; files that do not say come first.
fn number(sort: FilesSort, bucket: &StateBucket, file: &DataFileMeta) -> Option<i64> {
    match sort {
        FilesSort::Size => Some(file.file_size),
        FilesSort::Rows => Some(file.row_count),
        FilesSort::Level => Some(file.level.into()),
        FilesSort::Bucket => Some(bucket.files.bucket.into()),
        FilesSort::Created => file.creation_time_millis,
        FilesSort::Sequence => Some(file.max_sequence_number),
        FilesSort::Schema => Some(file.schema_id),
        FilesSort::DeleteRows => file.delete_row_count,
        FilesSort::DeletedByVector => bucket.deletions.get(&file.file_name)?.vector.cardinality,
        FilesSort::Place | FilesSort::Name => None,
    }
}

fn path_holds(bucket: &StateBucket, file: &DataFileMeta, text: &str) -> bool {
    match &file.external_path {
        Some(path) => path.to_lowercase().contains(text),
        None => format!("{}/{}", bucket.files.bucket_path, file.file_name).to_lowercase().contains(text),
    }
}
