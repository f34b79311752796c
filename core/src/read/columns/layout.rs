//! Which file has which column of a range of row ids.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use futures::{StreamExt, TryStreamExt, stream, stream::BoxStream};

use super::align::{self, Aligned};
use crate::{
    error::{Error, Result},
    format::DEFAULT_WINDOW_BYTES,
    read::{
        ahead::run_ahead,
        deletions,
        file::{FileRead, Part, SplitFiles},
        tasks::Batches,
    },
    scan::{RowIdGroup, RowRanges, is_whole_file, row_ids, written_fields},
    spec::{
        blob::is_blob_file,
        data_file::DataFileMeta,
        table_schema::{TableSchema, row_tracking_fields},
    },
    types::DataField,
};

/// The files to read of a range of row ids.
pub(super) struct Layout {
    /// The row ids.
    pub(super) ids: Range<u64>,
    /// The file whose deletion vector is that of all: the oldest one of whole columns.
    anchor: DataFileMeta,
    sources: Vec<Source>,
    /// BLOB columns, in the order of the wanted columns.
    pub(super) blobs: Vec<BlobFiles>,
}

/// Columns that are read together, from one file or from several that hold the rows one after the other.
struct Source {
    fields: Vec<DataField>,
    files: Vec<DataFileMeta>,
}

/// The files of a BLOB column, which may overlap: newer ones first.
pub(super) struct BlobFiles {
    /// The column, as a field of the read schema.
    pub(super) field: DataField,
    pub(super) files: Vec<DataFileMeta>,
}

/// Vector files that continue each other have these in common: schema version, format and columns.
type VectorKey = (i64, String, Vec<String>);

/// The files of a range by what they hold.
struct Candidates {
    whole: Vec<(DataFileMeta, Vec<DataField>)>,
    blobs: BTreeMap<i32, Vec<DataFileMeta>>,
    vectors: BTreeMap<VectorKey, (Vec<DataFileMeta>, Vec<DataField>)>,
}

fn corrupt(file: &DataFileMeta, ids: &Range<u64>, found: &str) -> Error {
    let message = format!("expected files of row ids {}..{}, found {found}", ids.start, ids.end);
    Error::corrupt(message).at(&file.file_name)
}

impl Layout {
    /// Finds the newest file of each of `wanted`: fields of the read schema, or columns of row tracking.
    ///
    /// Errors: `Corrupt` where files do not cover the same rows; `Unsupported` where it is not clear which vector file is
    /// the newest.
    pub(super) async fn new(files: &SplitFiles, group: &RowIdGroup, wanted: &[DataField]) -> Result<Self> {
        let candidates = Candidates::new(files, group).await?;
        let Some(anchor) = candidates.anchor() else {
            let message = format!("expected a data file of row ids {}..{}", group.ids.start, group.ids.end);
            return Err(match group.files.first() {
                Some(file) => Error::corrupt(message).at(&file.file_name),
                None => Error::corrupt(message),
            });
        };
        let ids = candidates.ids(group)?;
        let mut layout = Layout { ids, anchor, sources: Vec::new(), blobs: Vec::new() };
        let is_constant = |field: &&DataField| files.partition.iter().any(|(id, _)| *id == field.id);
        for field in wanted.iter().filter(|field| !is_constant(field)) {
            layout.place(field, &candidates)?;
        }
        Ok(layout)
    }

    fn place(&mut self, field: &DataField, candidates: &Candidates) -> Result<()> {
        let is_it = |known: &DataField| known.id == field.id;
        if let Some((file, _)) = candidates.whole.iter().find(|(_, fields)| fields.iter().any(is_it)) {
            self.add(field, vec![file.clone()]);
        } else if let Some(files) = candidates.blobs.get(&field.id) {
            let files = check_blobs(files, &self.ids)?;
            self.blobs.push(BlobFiles { field: field.clone(), files });
        } else {
            let mut found = candidates.vectors.values().filter(|(_, fields)| fields.iter().any(is_it));
            if let Some((files, _)) = found.next() {
                if found.next().is_some() {
                    let message = "cannot tell the newest of vector files of different schema versions or columns";
                    return Err(Error::unsupported(message).with("column", &field.name));
                }
                let files = consecutive(files, &self.ids)?;
                self.add(field, files);
            }
        }
        Ok(())
    }

    fn add(&mut self, field: &DataField, files: Vec<DataFileMeta>) {
        let first = |files: &[DataFileMeta]| files.first().map(|file| file.file_name.clone());
        match self.sources.iter_mut().find(|source| first(&source.files) == first(&files)) {
            Some(source) => source.fields.push(field.clone()),
            None => self.sources.push(Source { fields: vec![field.clone()], files }),
        }
    }

    /// The columns of aligned batches.
    pub(super) fn fields(&self) -> Vec<DataField> {
        self.sources.iter().flat_map(|source| source.fields.iter().cloned()).collect()
    }

    /// Positions of the rows among `selected` that are not deleted.
    pub(super) async fn live_rows(&self, files: &SplitFiles, selected: &RowRanges) -> Result<RowRanges> {
        let count = self.ids.end - self.ids.start;
        let selected = selected.intersect(&RowRanges::one(0..count));
        let Some(vector) = files.deletions.get(&self.anchor.file_name) else { return Ok(selected) };
        Ok(selected.intersect(&deletions::live_rows(&files.context, vector, count).await?))
    }

    /// Opens the files; batches have the columns of [`Layout::fields`].
    pub(super) async fn align(
        self,
        files: &SplitFiles,
        live: &RowRanges,
    ) -> Result<BoxStream<'static, Result<Aligned>>> {
        let start = self.ids.start;
        let name = self.anchor.file_name.clone();
        let source = |source: Source| -> Batches {
            let Source { fields, files: metas } = source;
            let reads: Vec<FileRead> = metas
                .into_iter()
                .filter_map(|file| {
                    let ids = row_ids(&file)?;
                    let rows = live.within(ids.start - start..ids.end - start);
                    let part = Part { row_groups: None, rows: Some(rows) };
                    Some(FileRead {
                        file,
                        fields: fields.clone(),
                        predicate: None,
                        part,
                        window_bytes: DEFAULT_WINDOW_BYTES,
                        first_rows: None,
                    })
                })
                .collect();
            let opened = files.clone();
            let open = move |read: FileRead| {
                let files = opened.clone();
                async move { files.open(read).await }
            };
            run_ahead(&files.context.runtime, stream::iter(reads).then(open).try_flatten().boxed())
        };
        let sources = self.sources.into_iter().map(source).collect();
        Ok(align::align(sources, live, name))
    }
}

impl Candidates {
    async fn new(files: &SplitFiles, group: &RowIdGroup) -> Result<Self> {
        let mut found = Candidates { whole: Vec::new(), blobs: BTreeMap::new(), vectors: BTreeMap::new() };
        let mut metas = group.files.clone();
        // The newest first; of equal ones the first in the manifest. Parts of a range by their first row.
        metas.sort_by_key(|file| {
            let part = if is_whole_file(file) { None } else { file.first_row_id };
            (part, std::cmp::Reverse(file.max_sequence_number))
        });
        for file in metas {
            let schema = files.schema_of(&file).await?;
            if is_blob_file(&file.file_name) {
                found.blobs.entry(blob_field(&file, &schema)?).or_default().push(file);
            } else if is_whole_file(&file) {
                let fields = written_fields(&file, &schema).into_iter().chain(row_tracking_fields());
                found.whole.push((file, fields.collect()));
            } else {
                let fields = written_fields(&file, &schema);
                let format = file.file_name.rsplit('.').next().unwrap_or_default().to_owned();
                let mut columns = file.write_cols.clone().unwrap_or_default();
                columns.sort();
                let of_key = found.vectors.entry((file.schema_id, format, columns));
                of_key.or_insert_with(|| (Vec::new(), fields)).0.push(file);
            }
        }
        Ok(found)
    }

    /// The oldest file of whole columns (Java `retrieveAnchorFile`).
    fn anchor(&self) -> Option<DataFileMeta> {
        let age = |file: &DataFileMeta| (file.max_sequence_number, file.file_name.clone());
        self.whole.iter().map(|(file, _)| file).min_by_key(|file| age(file)).cloned()
    }

    /// The row ids that all files of whole columns have. Errors: `Corrupt` where they differ.
    fn ids(&self, group: &RowIdGroup) -> Result<Range<u64>> {
        for (file, _) in &self.whole {
            if row_ids(file).as_ref() != Some(&group.ids) {
                return Err(corrupt(file, &group.ids, "another range"));
            }
        }
        Ok(group.ids.clone())
    }
}

/// The id of the one column of a blob file.
fn blob_field(file: &DataFileMeta, schema: &Arc<TableSchema>) -> Result<i32> {
    let name = file.write_cols.as_ref().and_then(|names| names.first());
    let field = name.and_then(|name| schema.field(name));
    field.map(|field| field.id).ok_or_else(|| {
        Error::corrupt(format!("expected the column of a blob file, found {name:?}")).at(&file.file_name)
    })
}

/// Files of a BLOB column, newest first. Errors: `Corrupt` where they leave out rows of `ids`, or one of two that were
/// written at the same time overlaps the other.
fn check_blobs(files: &[DataFileMeta], ids: &Range<u64>) -> Result<Vec<DataFileMeta>> {
    let mut next = ids.start;
    let mut ends: BTreeMap<i64, u64> = BTreeMap::new();
    for file in files {
        let of_file = row_ids(file).filter(|of_file| of_file.start <= next && of_file.end <= ids.end);
        let of_file = of_file.ok_or_else(|| corrupt(file, ids, "a blob file behind a gap or beyond them"))?;
        next = next.max(of_file.end);
        let end = ends.entry(file.max_sequence_number).or_insert(ids.start);
        if of_file.start < *end {
            return Err(corrupt(file, ids, "two blob files of the same rows and time"));
        }
        *end = of_file.end;
    }
    match files.last() {
        Some(file) if next != ids.end => Err(corrupt(file, ids, "no blob file of the last ones")),
        _ => {
            let mut files = files.to_vec();
            files.sort_by_key(|file| std::cmp::Reverse(file.max_sequence_number));
            Ok(files)
        }
    }
}

/// Vector files that hold the rows of `ids` one after the other; older ones of the same rows are left out.
///
/// Errors: `Corrupt` where they do not.
fn consecutive(files: &[DataFileMeta], ids: &Range<u64>) -> Result<Vec<DataFileMeta>> {
    let mut chosen: Vec<DataFileMeta> = Vec::new();
    let mut next = ids.start;
    for file in files {
        let of_file = row_ids(file).ok_or_else(|| corrupt(file, ids, "no row ids"))?;
        if of_file.start < next {
            if chosen.last().is_some_and(|last| file.max_sequence_number >= last.max_sequence_number) {
                return Err(corrupt(file, ids, "a newer vector file of part of the rows"));
            }
            continue;
        }
        if of_file.start > next || of_file.end > ids.end {
            return Err(corrupt(file, ids, "a vector file behind a gap or beyond them"));
        }
        next = of_file.end;
        chosen.push(file.clone());
    }
    match files.last() {
        Some(file) if next != ids.end => Err(corrupt(file, ids, "no vector file of the last ones")),
        _ => Ok(chosen),
    }
}
