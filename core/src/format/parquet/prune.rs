//! What of a file a filter lets us skip: row groups by the footer's statistics and by bloom filters, pages by the page
//! index.
//!
//! Pages of different columns begin at different rows, so a row group is cut at every page start of every filtered column:
//!
//! ```text
//! a   |---- 1..5 ----|---- 5..9 ----|
//! b   |-- x..y --|------ y..z ------|
//!     |  seg 0   |s1 |    seg 2     |     each with the bounds of the pages it lies in
//! ```
//!
//! Whatever is unknown is kept: a skipped row never matches.

use std::{
    collections::{BTreeSet, VecDeque},
    ops::Range,
};

use parquet::{
    arrow::arrow_reader::{RowSelection, RowSelector},
    file::{
        metadata::{ParquetMetaData, RowGroupMetaData},
        page_index::offset_index::PageLocation,
    },
    schema::types::ColumnDescriptor,
};

use super::{bloom, bounds, footer::Footer};
use crate::{
    error::Result,
    format::{ReadRequest, ReadStep, source::Source},
    predicate::{Column, ColumnBounds, Predicate},
};

/// What to read of a row group.
#[derive(Clone, Debug, PartialEq)]
enum Selection {
    /// Every row.
    All,
    /// No row.
    Nothing,
    /// Some rows.
    Rows(RowSelection),
}

impl Selection {
    /// Selected rows of `all`.
    fn rows(&self, all: u64) -> u64 {
        match self {
            Selection::All => all,
            Selection::Nothing => 0,
            Selection::Rows(rows) => rows.row_count() as u64,
        }
    }
}

/// The row groups of a request of which rows may match, with these rows; all rows where there is no selection.
pub(super) async fn row_groups(
    source: &Source,
    footer: &Footer,
    request: &ReadRequest,
) -> Result<VecDeque<(usize, Option<RowSelection>)>> {
    let mut groups = VecDeque::new();
    let mut first_row = 0;
    for group in 0..footer.metadata.num_row_groups() {
        if request.row_groups.as_ref().is_none_or(|range| range.contains(&group)) {
            match select(source, footer, group, first_row, request).await? {
                Selection::Nothing => {}
                Selection::All => groups.push_back((group, None)),
                Selection::Rows(rows) => groups.push_back((group, Some(rows))),
            }
        }
        first_row += footer.rows(group);
    }
    Ok(groups)
}

/// What rows of row group `group`, which begins at row `first_row` of the file, are asked for and may match.
async fn select(
    source: &Source,
    footer: &Footer,
    group: usize,
    first_row: u64,
    request: &ReadRequest,
) -> Result<Selection> {
    let count = footer.rows(group);
    if count == 0 {
        return Ok(Selection::Nothing);
    }
    let by_rows = request.rows.as_deref().map_or(Selection::All, |rows| by_rows(rows, first_row, count));
    let Some(predicate) = request.predicate.as_ref().filter(|_| by_rows != Selection::Nothing) else {
        return Ok(by_rows);
    };
    let counters = &request.counters;
    let may_match = by_statistics(&footer.metadata, group, predicate);
    let bytes = u64::try_from(footer.metadata.row_group(group).compressed_size()).unwrap_or(0);
    counters.add_one(ReadStep::RowGroupsByStatistics, may_match, bytes);
    if !may_match {
        return Ok(Selection::Nothing);
    }
    if let Some(may_match) = bloom::may_match(source, footer, group, predicate).await? {
        counters.add_one(ReadStep::RowGroupsByBloomFilter, may_match, bytes);
        if !may_match {
            return Ok(Selection::Nothing);
        }
    }
    let by_pages = match PageBounds::new(&footer.metadata, group, predicate) {
        Some(pages) => {
            let selection = pages.select(predicate);
            counters.add_rows(ReadStep::RowsByPageIndex, selection.rows(count), count);
            selection
        }
        None => Selection::All,
    };
    Ok(match (by_pages, by_rows) {
        (Selection::Nothing, _) | (_, Selection::Nothing) => Selection::Nothing,
        (Selection::All, other) | (other, Selection::All) => other,
        (Selection::Rows(a), Selection::Rows(b)) => tidy(a.intersection(&b)),
    })
}

fn by_statistics(metadata: &ParquetMetaData, group: usize, predicate: &Predicate) -> bool {
    let Some(row_group) = metadata.row_groups().get(group) else { return false };
    let of_chunk = |column: &Column| {
        leaf(row_group, column)
            .and_then(|leaf| row_group.columns().get(leaf))
            .and_then(|chunk| {
                let statistics = chunk.statistics()?;
                Some(bounds::of_chunk(statistics, chunk.column_descr(), &column.data_type))
            })
            .unwrap_or_default()
    };
    predicate.may_match(row_group.num_rows(), &of_chunk)
}

/// The number of a flat column.
pub(super) fn leaf(group: &RowGroupMetaData, column: &Column) -> Option<usize> {
    let is_it = |leaf: &ColumnDescriptor| leaf.max_rep_level() == 0 && *leaf.path().parts() == [column.name.as_str()];
    group.schema_descr().columns().iter().position(|leaf| is_it(leaf))
}

/// The pages of the filtered columns of one row group.
struct PageBounds {
    rows: i64,
    columns: Vec<PagedColumn>,
}

struct PagedColumn {
    name: String,
    /// First row of each page, and its bounds.
    pages: Vec<(i64, ColumnBounds)>,
}

impl PageBounds {
    /// `None` where no filtered column has a page index.
    fn new(metadata: &ParquetMetaData, group: usize, predicate: &Predicate) -> Option<PageBounds> {
        let row_group = metadata.row_groups().get(group)?;
        let column_index = metadata.column_index()?.get(group)?;
        let offset_index = metadata.offset_index()?.get(group)?;
        let mut filtered = Vec::new();
        collect_columns(predicate, &mut filtered);
        let columns = filtered.into_iter().filter_map(|column| {
            let leaf = leaf(row_group, column)?;
            let (index, locations) = (column_index.get(leaf)?, offset_index.get(leaf)?.page_locations());
            let descr = row_group.columns().get(leaf)?.column_descr();
            let bounds = |page| bounds::of_page(index, page, descr, &column.data_type);
            let first_row = |location: &PageLocation| location.first_row_index;
            let pages = locations.iter().enumerate().map(|(page, location)| (first_row(location), bounds(page)));
            Some(PagedColumn { name: column.name.clone(), pages: pages.collect() })
        });
        let columns = columns.collect::<Vec<_>>();
        (!columns.is_empty()).then_some(PageBounds { rows: row_group.num_rows(), columns })
    }

    fn select(&self, predicate: &Predicate) -> Selection {
        let starts: BTreeSet<i64> =
            self.columns.iter().flat_map(|column| column.pages.iter().map(|page| page.0)).collect();
        let ends = starts.iter().copied().skip(1).chain([self.rows]);
        let mut selectors = Vec::with_capacity(starts.len());
        for (start, end) in starts.iter().copied().zip(ends) {
            let rows = end - start;
            let keep = predicate.may_match(rows, &|column| self.bounds(column, start, rows));
            let rows = usize::try_from(rows).unwrap_or(0);
            selectors.push(if keep { RowSelector::select(rows) } else { RowSelector::skip(rows) });
        }
        if selectors.iter().all(|selector| !selector.skip) {
            return Selection::All;
        }
        tidy(RowSelection::from(selectors))
    }

    /// ColumnBounds of the page of `column` that holds the segment of `rows` rows from row `start`.
    fn bounds(&self, column: &Column, start: i64, rows: i64) -> ColumnBounds {
        let Some(paged) = self.columns.iter().find(|paged| paged.name == column.name) else {
            return ColumnBounds::default();
        };
        let after = paged.pages.partition_point(|page| page.0 <= start);
        let Some((first, bounds)) = after.checked_sub(1).and_then(|page| paged.pages.get(page)) else {
            return ColumnBounds::default();
        };
        let page_rows = paged.pages.get(after).map_or(self.rows, |next| next.0) - first;
        // Nulls of the page are nulls of the segment only where it has none or nothing else.
        let null_count = match bounds.null_count {
            Some(0) => Some(0),
            Some(nulls) if nulls == page_rows => Some(rows),
            _ => None,
        };
        ColumnBounds { null_count, ..bounds.clone() }
    }
}

fn collect_columns<'a>(predicate: &'a Predicate, columns: &mut Vec<&'a Column>) {
    match predicate {
        Predicate::True | Predicate::False => {}
        Predicate::Compare { column, .. }
        | Predicate::In { column, .. }
        | Predicate::IsNull { column, .. }
        | Predicate::Like { column, .. } => {
            if columns.iter().all(|known| known.name != column.name) {
                columns.push(column);
            }
        }
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter().for_each(|part| collect_columns(part, columns)),
    }
}

/// The part of `rows` that lies in the row group.
fn by_rows(rows: &[Range<u64>], first_row: u64, count: u64) -> Selection {
    let end = first_row.saturating_add(count);
    let size = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX);
    let mut selectors = Vec::new();
    let mut position = first_row;
    for range in rows {
        let (from, to) = (range.start.clamp(position, end), range.end.clamp(position, end));
        if from < to {
            selectors.extend([RowSelector::skip(size(from - position)), RowSelector::select(size(to - from))]);
            position = to;
        }
    }
    selectors.push(RowSelector::skip(size(end - position)));
    tidy(RowSelection::from(selectors))
}

fn tidy(selection: RowSelection) -> Selection {
    if selection.selects_any() { Selection::Rows(selection) } else { Selection::Nothing }
}
