//! The rows of the grid: pages of a result, read where somebody looks, the ones looked at last kept within a bound.

use std::ops::Range;

use super::ScanKey;
use crate::{
    cell::Cell,
    model::{Problem, ScanOpened, ScanPage},
    shared::Shared,
};

/// Cells of a page: what is read and sent at once.
const PAGE_CELLS: usize = 16_000;
/// Bytes that the kept pages take at most, estimated; the pages in sight are kept whatever they take.
pub const KEPT_BYTES: usize = 24 << 20;
/// Pages beside those in sight that may still be awaited; a request for one further away is given up.
const NEAR: usize = 16;

/// A row: cells in the order of the scan's columns.
pub type Row = Shared<Vec<Cell>>;

/// A page that was read.
#[derive(Debug, Clone, PartialEq)]
struct Page {
    index: usize,
    rows: Shared<Vec<Row>>,
    bytes: usize,
    /// When it was in sight the last time, on the scan's own clock.
    seen: u64,
}

/// A result of the table, as far as it is looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scan {
    key: Option<ScanKey>,
    /// Its cursor and columns.
    pub opened: Option<Shared<ScanOpened>>,
    pages: Shared<Vec<Page>>,
    clock: u64,
    /// Rows in all, once that is known.
    pub total: Option<usize>,
    /// Rows that are known to be there.
    pub known: usize,
    /// Rows that somebody looks at.
    sight: Range<usize>,
    /// The page that is on its way.
    pub fetching: Option<usize>,
    /// Whether the user wants the end, which is not known yet.
    pub to_end: bool,
    /// Whether the user stopped reading; looking elsewhere goes on.
    pub stopped: bool,
    /// What went wrong.
    pub problem: Option<Problem>,
    /// Time that the engine took so far.
    pub millis: f64,
}

impl Scan {
    /// Whether it is the scan of `key`.
    #[must_use]
    pub fn is_for(&self, key: &ScanKey) -> bool {
        self.key.as_ref() == Some(key)
    }

    /// Starts over.
    pub fn begin(&mut self, key: ScanKey) {
        // Other columns of the same rows: the view stays where it is.
        let same = self.key.as_ref().is_some_and(|old| ScanKey { columns: key.columns.clone(), ..old.clone() } == key);
        let sight = if same && !self.sight.is_empty() { self.sight.clone() } else { 0..1 };
        *self = Scan { key: Some(key), sight, ..Scan::default() };
    }

    /// The cursor is there.
    pub fn opened(&mut self, opened: ScanOpened) {
        self.opened = Some(Shared::new(opened));
    }

    /// Rows of a page: fewer where rows are wide.
    #[must_use]
    pub fn page_rows(&self) -> usize {
        let width = self.opened.as_ref().map_or(1, |opened| opened.columns.len().max(1));
        (PAGE_CELLS / width).clamp(16, 400)
    }

    /// Somebody looks at these rows.
    pub fn look(&mut self, sight: Range<usize>) {
        if self.sight != sight {
            self.sight = sight;
            self.stopped = false;
            self.to_end = false;
        }
        let (first, last) = self.pages_in_sight();
        self.clock += 1;
        let clock = self.clock;
        if self.pages.iter().any(|page| (first..=last).contains(&page.index)) {
            let pages = Shared::make_mut(&mut self.pages);
            pages.iter_mut().filter(|page| (first..=last).contains(&page.index)).for_each(|page| page.seen = clock);
        }
    }

    fn pages_in_sight(&self) -> (usize, usize) {
        let rows = self.page_rows();
        (self.sight.start / rows, self.sight.end.saturating_sub(1).max(self.sight.start) / rows)
    }

    /// Somebody wants to see the last row.
    pub fn look_at_end(&mut self) {
        self.to_end = self.total.is_none();
        self.stopped = false;
    }

    /// A page behind any end: asking for it finds out where that is.
    fn end_page(&self) -> usize {
        u32::MAX as usize / self.page_rows() - 1
    }

    /// First of the rows that somebody looks at.
    #[must_use]
    pub fn top(&self) -> usize {
        self.sight.start
    }

    /// A number that changes with the rows at hand.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.clock
    }

    /// The page `index` is on its way.
    pub fn fetch(&mut self, index: usize) {
        self.fetching = Some(index);
    }

    /// A page is there.
    pub fn page(&mut self, index: usize, page: ScanPage) {
        self.fetching = None;
        self.millis += page.millis;
        let start = index.saturating_mul(self.page_rows());
        if !page.rows.is_empty() {
            self.known = self.known.max(start + page.rows.len());
        }
        // A page that is not full is the last one, whatever the engine says: it would be asked for ever.
        let short = page.rows.len() < self.page_rows();
        self.total = page.total.or(short.then_some(self.known));
        self.known = self.total.unwrap_or(self.known);
        self.to_end &= self.total.is_none();
        if page.rows.is_empty() && index > 0 {
            return;
        }
        let bytes = page.rows.iter().flatten().map(Cell::size_bytes).sum();
        let rows = Shared::new(page.rows.into_iter().map(Shared::new).collect());
        self.clock += 1;
        let pages = Shared::make_mut(&mut self.pages);
        pages.retain(|other| other.index != index);
        pages.push(Page { index, rows, bytes, seen: self.clock });
        self.forget();
    }

    /// Lets go of the pages that were not looked at for longest.
    fn forget(&mut self) {
        let (first, last) = self.pages_in_sight();
        let pages = Shared::make_mut(&mut self.pages);
        let mut held: usize = pages.iter().map(|page| page.bytes).sum();
        while held > KEPT_BYTES {
            let oldest = pages
                .iter()
                .enumerate()
                .filter(|(_, page)| !(first..=last).contains(&page.index))
                .min_by_key(|(_, page)| page.seen);
            let Some((place, _)) = oldest else { return };
            held -= pages.remove(place).bytes;
        }
    }

    /// It went wrong.
    pub fn failed(&mut self, problem: Problem) {
        self.fetching = None;
        // What was given up is asked again when somebody looks elsewhere; without any row nobody could.
        if problem.is_cancelled() && !self.pages.is_empty() {
            self.stopped = true;
            self.to_end = false;
        } else {
            self.problem = Some(problem);
        }
    }

    /// A request was given up because nobody looks there any more.
    pub fn gave_up(&mut self, index: usize) {
        if self.fetching == Some(index) {
            self.fetching = None;
        }
    }

    /// Forgets everything, to start over.
    pub fn retry(&mut self) {
        *self = Scan::default();
    }

    /// The page to ask for next: those in sight first, then the one behind and the one before.
    #[must_use]
    pub fn wants_page(&self) -> Option<usize> {
        if self.opened.is_none() || self.fetching.is_some() || self.problem.is_some() || self.stopped {
            return None;
        }
        if self.to_end {
            return Some(self.end_page());
        }
        let (first, last) = self.pages_in_sight();
        let rows = self.page_rows();
        let lacks = |index: &usize| {
            index.saturating_mul(rows) < self.total.unwrap_or(usize::MAX).max(1)
                && !self.pages.iter().any(|page| page.index == *index)
        };
        // Ahead of what was read nothing is read for nobody.
        let beside = [last + 1, first.wrapping_sub(1)]
            .into_iter()
            .filter(|index| index.checked_mul(rows).is_some_and(|start| start <= self.known || self.total.is_some()));
        (first..=last).chain(beside).find(lacks)
    }

    /// Whether somebody looks at a page, or near it.
    #[must_use]
    pub fn is_near(&self, index: usize) -> bool {
        let (first, last) = self.pages_in_sight();
        (self.to_end && index == self.end_page()) || (index + NEAR >= first && index <= last + NEAR)
    }

    /// Whether the first page is there: then there is something to draw.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        !self.pages.is_empty()
    }

    /// A row that is kept.
    #[must_use]
    pub fn row(&self, index: usize) -> Option<&Row> {
        let rows = self.page_rows();
        let page = self.pages.iter().find(|page| page.index == index / rows)?;
        page.rows.get(index % rows)
    }

    /// The rows that are kept, in order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        let mut pages: Vec<&Page> = self.pages.iter().collect();
        pages.sort_by_key(|page| page.index);
        pages.into_iter().flat_map(|page| page.rows.iter())
    }

    /// Number of rows that are kept.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.pages.iter().map(|page| page.rows.len()).sum()
    }

    /// Rows to make room for: all of them, or those known and some that may follow.
    #[must_use]
    pub fn room(&self) -> usize {
        self.total.unwrap_or_else(|| (self.known + self.page_rows()).max(self.sight.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ScanColumn;

    fn scan(columns: usize) -> Scan {
        let mut scan = Scan { sight: 0..1, ..Scan::default() };
        let columns = vec![ScanColumn::default(); columns];
        scan.opened(ScanOpened { columns, ..ScanOpened::default() });
        scan
    }

    /// Rows that hold their own number, as the engine would give them.
    fn read(scan: &mut Scan, index: usize, table: usize, text: usize, tells: bool) {
        let rows = scan.page_rows();
        let range = (index * rows).min(table)..((index + 1) * rows).min(table);
        let cells = |row: usize| vec![Cell::Int(row as i64), Cell::Text("x".repeat(text).into())];
        let total = (tells || range.end == table).then_some(table);
        scan.fetch(index);
        scan.page(index, ScanPage { rows: range.map(cells).collect(), total, done: false, millis: 1.0 });
    }

    #[test]
    fn pages_are_read_where_somebody_looks() {
        let mut scan = scan(2);
        assert_eq!(scan.wants_page(), Some(0));
        read(&mut scan, 0, 10_000_000, 1, true);
        assert_eq!((scan.total, scan.wants_page()), (Some(10_000_000), Some(1)));
        scan.look(5_000_000..5_000_030);
        let page = scan.wants_page().unwrap();
        assert_eq!(page, 5_000_000 / scan.page_rows());
        read(&mut scan, page, 10_000_000, 1, true);
        assert_eq!(scan.row(5_000_007).unwrap()[0], Cell::Int(5_000_007));
        assert!(scan.row(4_000_000).is_none());
    }

    #[test]
    fn nobody_waits_for_pages_far_away() {
        let mut scan = scan(2);
        scan.look(0..30);
        assert!(scan.is_near(0) && scan.is_near(NEAR) && !scan.is_near(NEAR + 1));
        scan.fetch(3000);
        scan.gave_up(3000);
        assert_eq!(scan.wants_page(), Some(0));
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_latest_stays() {
        let mut scan = scan(2);
        for index in 0..200 {
            let start = index * scan.page_rows();
            scan.look(start..start + 30);
            read(&mut scan, index, 10_000_000, 1000, true);
        }
        let held: usize = scan.pages.iter().map(|page| page.bytes).sum();
        assert!(held <= KEPT_BYTES && scan.kept() < 200 * scan.page_rows());
        assert!(scan.row(199 * scan.page_rows()).is_some() && scan.row(0).is_none());
        scan.look(0..30);
        assert_eq!(scan.wants_page(), Some(0), "what was let go is read again");
    }

    #[test]
    fn a_total_that_is_not_known_grows_and_ends() {
        let mut scan = scan(2);
        let rows = scan.page_rows();
        read(&mut scan, 0, 2 * rows, 1, false);
        assert_eq!((scan.total, scan.known), (None, rows));
        assert!(scan.room() > rows);
        read(&mut scan, 1, 2 * rows, 1, false);
        assert_eq!(scan.total, Some(2 * rows));
        assert_eq!(scan.wants_page(), None);
    }

    #[test]
    fn an_empty_result_is_asked_for_once() {
        let mut scan = scan(2);
        scan.page(0, ScanPage::default());
        assert_eq!((scan.total, scan.wants_page()), (Some(0), None));
        // Looking behind the end is answered by the end.
        let mut scan = self::scan(2);
        read(&mut scan, 0, 1_000_000, 1, false);
        scan.look(5_000_000..5_000_030);
        let page = scan.wants_page().unwrap();
        scan.page(page, ScanPage { total: Some(1_000_000), ..ScanPage::default() });
        assert_eq!((scan.total, scan.room(), scan.wants_page()), (Some(1_000_000), 1_000_000, None));
    }

    #[test]
    fn a_stop_lasts_until_somebody_looks_elsewhere() {
        let mut scan = scan(2);
        let rows = scan.page_rows();
        read(&mut scan, 0, 10 * rows, 1, false);
        scan.look(5 * rows..5 * rows + 5);
        scan.fetch(5);
        scan.failed(Problem::new("cancelled", "stopped"));
        assert!(scan.stopped && scan.problem.is_none() && scan.wants_page().is_none());
        scan.look(7 * rows..7 * rows + 5);
        assert_eq!(scan.wants_page(), Some(7));
    }

    #[test]
    fn a_stop_before_the_first_row_is_told() {
        let mut scan = scan(2);
        scan.fetch(0);
        scan.failed(Problem::new("cancelled", "stopped"));
        assert!(scan.problem.is_some() && scan.wants_page().is_none());
    }

    #[test]
    fn the_end_is_found_without_moving_the_view() {
        let mut scan = scan(2);
        let rows = scan.page_rows();
        read(&mut scan, 0, 10 * rows, 1, false);
        scan.look_at_end();
        let end = scan.wants_page().unwrap();
        assert!(scan.is_near(end) && scan.room() < 3 * rows);
        scan.fetch(end);
        scan.page(end, ScanPage { total: Some(10 * rows), ..ScanPage::default() });
        assert_eq!((scan.total, scan.to_end, scan.wants_page()), (Some(10 * rows), false, Some(1)));
        // Looking elsewhere meanwhile gives the search up.
        let mut scan = self::scan(2);
        scan.look_at_end();
        let end = scan.wants_page().unwrap();
        scan.look(5..9);
        assert!(!scan.is_near(end));
    }

    #[test]
    fn wide_rows_come_in_small_pages() {
        assert_eq!(scan(500).page_rows(), 32);
        assert_eq!(scan(2).page_rows(), 400);
    }
}
