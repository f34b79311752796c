//! How a table lies in its files, in the words of core.

use cenote_core::{
    Result,
    insight::{self, DiffView, FilesFilter, FilesPage, FilesQuery, FilesSort, Levels},
    spec::options::option_infos,
};
use serde::{Deserialize, Serialize};

use super::snapshots::SnapshotView;
use crate::{
    changes_request::{Bound, bound},
    json::{Long, answer_text},
    opened::{At, Opened},
    progress::Progress,
};

/// Parameters of `levels`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct LevelsRequest {
    #[serde(flatten)]
    at: At,
    offset: usize,
    limit: Option<usize>,
}

/// Parameters of `filesPage`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct FilesPageRequest {
    #[serde(flatten)]
    at: At,
    sort: FilesSort,
    descending: bool,
    filter: FilesFilter,
    offset: usize,
    limit: Option<usize>,
    /// With the statistics of their columns.
    stats: bool,
}

/// Parameters of `snapshotSizes`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SizesRequest {
    first: Long,
    last: Long,
}

/// Parameters of `manifestEntries`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ManifestRequest {
    name: String,
    #[serde(default)]
    offset: usize,
    limit: Option<usize>,
}

/// Parameters of `footer`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FooterRequest {
    path: String,
    size: Option<Long>,
    #[serde(default)]
    offset: usize,
    limit: Option<usize>,
}

/// Parameters of `diff`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffRequest {
    from: Bound,
    to: Option<Bound>,
    limit: Option<usize>,
}

#[derive(Serialize)]
struct DiffAnswer<'a> {
    from: SnapshotView<'a>,
    to: SnapshotView<'a>,
    #[serde(flatten)]
    rest: DiffView<'a>,
}

/// Buckets, levels and depth of a state.
pub(crate) async fn levels(opened: &Opened, asked: LevelsRequest) -> Result<String> {
    let Some(snapshot) = opened.snapshot(asked.at).await? else {
        let keyed = opened.table.schema().is_primary_key_table();
        return answer_text(&Levels { keyed, ..Levels::default() });
    };
    let state = opened.held.files(&opened.table, &snapshot).await?;
    answer_text(&insight::levels(&state.files, asked.offset, asked.limit)?)
}

/// A page of the files of a state.
pub(crate) async fn files_page(opened: &Opened, asked: FilesPageRequest) -> Result<String> {
    let Some(snapshot) = opened.snapshot(asked.at).await? else { return answer_text(&FilesPage::default()) };
    let state = opened.held.files(&opened.table, &snapshot).await?;
    let FilesPageRequest { sort, descending, filter, .. } = asked;
    let selection = state.select(FilesQuery { sort, descending, filter });
    answer_text(&state.files.page(&selection, asked.offset, asked.limit, asked.stats)?)
}

/// What snapshots brought and took, in bytes.
pub(crate) async fn snapshot_sizes(opened: &Opened, asked: SizesRequest, progress: Progress) -> Result<String> {
    let (first, last) = (asked.first.0, asked.last.0);
    answer_text(&insight::snapshot_sizes(&opened.table, first, last, &mut progress.teller()).await?)
}

/// A page of the entries of a manifest.
pub(crate) async fn manifest_entries(opened: &Opened, asked: ManifestRequest) -> Result<String> {
    let page = insight::manifest_entries(&opened.table, &asked.name, asked.offset, asked.limit).await?;
    answer_text(&page.entries()?)
}

/// What the end of a data file says.
pub(crate) async fn footer(opened: &Opened, asked: FooterRequest) -> Result<String> {
    let said = asked.size.and_then(|Long(size)| u64::try_from(size).ok());
    // A store need not tell sizes, and the files that were looked at last know theirs.
    let size = said.or_else(|| opened.held.size_of(&asked.path));
    answer_text(&insight::footer(&opened.table, &asked.path, size, asked.offset, asked.limit).await?)
}

/// What the metadata of two states differ in.
pub(crate) async fn diff(opened: &Opened, asked: DiffRequest) -> Result<String> {
    let (from, to) = (bound(Some(&asked.from)), bound(asked.to.as_ref()));
    let diff = insight::state_diff(&opened.table, &from, &to, asked.limit).await?;
    answer_text(&DiffAnswer { from: SnapshotView::of(&diff.from), to: SnapshotView::of(&diff.to), rest: diff.view()? })
}

/// The branches besides main.
pub(crate) async fn branches(opened: &Opened) -> Result<String> {
    answer_text(&insight::branches(&opened.table).await?)
}

/// Readers that keep snapshots.
pub(crate) async fn consumers(opened: &Opened) -> Result<String> {
    answer_text(&insight::readers(&opened.table).await?)
}

/// The options of the latest schema, and those that it leaves at their defaults.
pub(crate) async fn options(opened: &Opened) -> Result<String> {
    let latest = opened.table.schemas().latest().await?;
    let schema = latest.as_ref().unwrap_or_else(|| opened.table.schema());
    answer_text(&option_infos(&schema.options))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::from_text;

    #[test]
    fn misspelt_parameters_are_refused() {
        let of = |text: &str| from_text::<FilesPageRequest>(text);
        let asked = of(r#"{"snapshot": "3", "sort": "size", "filter": {"level": 0}, "limit": 5}"#).unwrap();
        assert_eq!((asked.sort, asked.filter.level, asked.limit), (FilesSort::Size, Some(0), Some(5)));
        assert!(asked.at.choice().unwrap().is_some());
        assert!(of(r#"{"snapshott": 3}"#).unwrap_err().to_string().contains("snapshott"));
        assert!(of(r#"{"filter": {"buckets": 3}}"#).is_err() && of(r#"{"sort": "age"}"#).is_err());
        assert!(from_text::<LevelsRequest>(r#"{"at": {}}"#).is_err());
    }
}
