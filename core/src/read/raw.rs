//! Files read one after the other, without merging.

use std::sync::Arc;

use arrow_array::RecordBatch;
use futures::{StreamExt, TryStreamExt, stream::BoxStream};

use super::{
    file::{FileRead, Part, SplitFiles},
    shape::{Shape, place_of},
};
use crate::{
    error::{Error, Result},
    format::DEFAULT_WINDOW_BYTES,
    scan::RowRanges,
    spec::{data_file::DataFileMeta, table_schema::value_kind_field},
};

/// Whether to look for deletes in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deletes {
    /// Look at every row's kind: the count of the manifest may be wrong (pypaimon writes 0).
    Checked,
    /// The split is readable as it is, so the count says that there are none, unless there is no count.
    AsCounted,
}

/// Reads a file whose keys no other file has. It is opened when the stream is first polled.
///
/// Deletes are dropped unless the shape keeps them, and the whole filter may skip parts of the file.
pub(super) fn read(
    files: &SplitFiles,
    file: DataFileMeta,
    part: Part,
    deletes: Deletes,
    shape: &Arc<Shape>,
) -> BoxStream<'static, Result<RecordBatch>> {
    let (files, shape) = (files.clone(), Arc::clone(shape));
    let opened = async move {
        let mut fields = shape.columns.clone();
        let may_delete = match deletes {
            Deletes::Checked => files.context.schema.is_primary_key_table(),
            Deletes::AsCounted => files.context.schema.is_primary_key_table() && file.delete_row_count.is_none(),
        };
        let kinds = (may_delete && !shape.keep_deletes).then(|| place_of(&mut fields, &value_kind_field()));
        let path = files.path(&file);
        let mut part = part;
        // Where every row of the file is a row of the result, no more of them are wanted than of the result.
        let all_count = kinds.is_none() && shape.predicate.is_none() && !files.deletions.contains_key(&file.file_name);
        if let Some(limit) = shape.wanted.limit.filter(|_| all_count && part.row_groups.is_none()) {
            let rows = u64::try_from(file.row_count).unwrap_or(u64::MAX);
            part.rows = Some(part.rows.unwrap_or_else(|| RowRanges::one(0..rows)).first(limit));
        }
        let read = FileRead {
            file,
            fields,
            predicate: shape.predicate.clone(),
            part,
            window_bytes: DEFAULT_WINDOW_BYTES,
            first_rows: shape.wanted.soon(),
        };
        let batches = files.read(read).await?;
        Ok::<_, Error>(batches.map(move |batch| shape.finish(&batch?, kinds).map_err(|error| error.at(&path))))
    };
    let batches = futures::stream::once(opened).try_flatten();
    batches.try_filter(|batch| futures::future::ready(batch.num_rows() > 0)).boxed()
}
