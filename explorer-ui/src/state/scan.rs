//! The rows of the grid: a cursor read page by page, as far as somebody scrolls.

use super::ScanKey;
use crate::{
    cell::Cell,
    model::{Problem, ScanOpened, ScanPage},
    shared::Shared,
};

/// Rows asked for at once.
pub const PAGE_ROWS: usize = 1000;
/// Cells kept at most: beyond, the grid stops and says so. An export has no such bound.
pub const MAX_CELLS: usize = 4_000_000;

/// A row: cells in the order of the scan's columns.
pub type Row = Shared<Vec<Cell>>;

/// A scan of the table, as far as it was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scan {
    key: Option<ScanKey>,
    /// Its cursor and columns.
    pub opened: Option<Shared<ScanOpened>>,
    pages: Shared<Vec<Shared<Vec<Row>>>>,
    /// Rows read.
    pub loaded: usize,
    /// Whether there are no more.
    pub done: bool,
    /// Rows that somebody wants to see.
    pub wanted: usize,
    /// Whether a page is on its way.
    pub fetching: bool,
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
        *self = Scan { key: Some(key), wanted: PAGE_ROWS, fetching: true, ..Scan::default() };
    }

    /// The cursor is there.
    pub fn opened(&mut self, opened: ScanOpened) {
        self.opened = Some(Shared::new(opened));
        self.fetching = false;
    }

    /// A page is there.
    pub fn page(&mut self, page: ScanPage) {
        self.fetching = false;
        self.millis += page.millis;
        // A cursor that gives nothing and is not done would be asked for ever.
        self.done = page.done || page.rows.is_empty();
        if !page.rows.is_empty() {
            self.loaded += page.rows.len();
            let rows = page.rows.into_iter().map(Shared::new).collect();
            Shared::make_mut(&mut self.pages).push(Shared::new(rows));
        }
    }

    /// It went wrong.
    pub fn failed(&mut self, problem: Problem) {
        self.fetching = false;
        self.problem = Some(problem);
    }

    /// Forgets a failure: rows already read stay only if the cursor still stands, so it starts over.
    pub fn retry(&mut self) {
        *self = Scan::default();
    }

    /// Whether the next page should be asked for.
    #[must_use]
    pub fn wants_page(&self) -> bool {
        self.opened.is_some()
            && !self.fetching
            && !self.done
            && self.problem.is_none()
            && self.loaded < self.wanted
            && !self.is_full()
    }

    /// Whether the memory that the grid may take is used up.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let width = self.opened.as_ref().map_or(1, |opened| opened.columns.len().max(1));
        self.loaded.saturating_mul(width) >= MAX_CELLS
    }

    /// A row that was read.
    #[must_use]
    pub fn row(&self, index: usize) -> Option<&Row> {
        // Pages are PAGE_ROWS long unless the engine gave fewer: look there first.
        let guess = index / PAGE_ROWS;
        if self.pages.iter().take(guess).all(|page| page.len() == PAGE_ROWS)
            && let Some(row) = self.pages.get(guess).and_then(|page| page.get(index % PAGE_ROWS))
        {
            return Some(row);
        }
        let mut rest = index;
        for page in self.pages.iter() {
            match page.get(rest) {
                Some(row) => return Some(row),
                None => rest -= page.len(),
            }
        }
        None
    }

    /// The rows read so far, in order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.pages.iter().flat_map(|page| page.iter())
    }
}
