//! What rows of a changelog do: counted, filtered, and told apart cell by cell.

use std::collections::BTreeMap;

use crate::{
    cell::Cell,
    model::{ScanColumn, TableInfo},
};

/// The kinds in their order, with a word for each.
pub const KINDS: [(&str, &str); 4] = [("+I", "inserted"), ("-U", "before"), ("+U", "after"), ("-D", "deleted")];

/// Rows counted by kind, as far as they were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// By kind, in the order of [`KINDS`].
    pub by_kind: [usize; 4],
    /// Rows counted.
    pub rows: usize,
}

impl Counts {
    /// Counts more rows.
    pub fn rows_of<'a>(&mut self, rows: impl Iterator<Item = &'a [Cell]>) {
        for row in rows {
            self.rows += 1;
            if let Some(count) = row.first().and_then(position).and_then(|index| self.by_kind.get_mut(index)) {
                *count += 1;
            }
        }
    }
}

/// Rows of a changelog counted page by page, whichever pages were looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PagedCounts(BTreeMap<usize, Counts>);

impl PagedCounts {
    /// Counts the pages that are there and were not counted, and gives the sums.
    pub fn look<'a>(&mut self, known: usize, page_rows: usize, row: impl Fn(usize) -> Option<&'a [Cell]>) -> Counts {
        let page_rows = page_rows.max(1);
        for page in 0..known.div_ceil(page_rows) {
            let rows = page * page_rows..known.min((page + 1) * page_rows);
            let counted = self.0.get(&page).map_or(0, |counts| counts.rows);
            if counted < rows.len() && row(rows.start).is_some() {
                let mut counts = Counts::default();
                counts.rows_of(rows.filter_map(&row));
                self.0.insert(page, counts);
            }
        }
        let mut sum = Counts::default();
        for counts in self.0.values() {
            sum.rows += counts.rows;
            sum.by_kind.iter_mut().zip(counts.by_kind).for_each(|(sum, count)| *sum += count);
        }
        sum
    }
}

/// The columns of a result that are of the table's primary key.
#[must_use]
pub fn key_columns(info: &TableInfo, columns: &[ScanColumn]) -> Vec<usize> {
    let is_key = |column: &ScanColumn| info.primary_keys.contains(&column.name);
    columns.iter().enumerate().filter(|(_, column)| is_key(column)).map(|(index, _)| index).collect()
}

fn position(cell: &Cell) -> Option<usize> {
    let Cell::Text(text) = cell else { return None };
    KINDS.iter().position(|(kind, _)| *kind == &**text)
}

/// Whether two rows are the two sides of one update: `-U` followed by `+U` of the same key.
#[must_use]
pub fn is_pair(before: &[Cell], after: &[Cell], keys: &[usize]) -> bool {
    let kind = |row: &[Cell]| row.first().and_then(position);
    kind(before) == Some(1) && kind(after) == Some(2) && keys.iter().all(|&key| before.get(key) == after.get(key))
}

/// Columns in which the two sides of an update differ.
#[must_use]
pub fn changed(before: &[Cell], after: &[Cell]) -> Vec<usize> {
    (1..before.len().max(after.len())).filter(|&column| before.get(column) != after.get(column)).collect()
}

/// Changed columns of the row at `index`, where its other side stands beside it.
#[must_use]
pub fn changed_at<'a>(index: usize, row: impl Fn(usize) -> Option<&'a [Cell]>, keys: &[usize]) -> Vec<usize> {
    let Some(this) = row(index) else { return Vec::new() };
    match this.first().and_then(position) {
        Some(1) => row(index + 1).filter(|after| is_pair(this, after, keys)).map(|after| changed(this, after)),
        Some(2) => index
            .checked_sub(1)
            .and_then(row)
            .filter(|before| is_pair(before, this, keys))
            .map(|before| changed(before, this)),
        _ => None,
    }
    .unwrap_or_default()
}

/// A filter of rows as the engine takes it: what was typed, and the kinds chosen; empty for all.
#[must_use]
pub fn filter(typed: &str, kinds: &str) -> String {
    let chosen = chosen(kinds);
    let kinds = (!chosen.is_empty() && chosen.len() < KINDS.len()).then(|| {
        let quoted = chosen.iter().map(|kind| format!("'{kind}'")).collect::<Vec<_>>();
        format!("_rowkind in ({})", quoted.join(", "))
    });
    match (typed.trim(), kinds) {
        ("", None) => String::new(),
        ("", Some(kinds)) => kinds,
        (typed, None) => typed.to_owned(),
        (typed, Some(kinds)) => format!("{kinds} and ({typed})"),
    }
}

/// The kinds that an address names, `+I,-D`; none means all.
#[must_use]
pub fn chosen(kinds: &str) -> Vec<&'static str> {
    KINDS.iter().map(|(kind, _)| *kind).filter(|kind| kinds.split(',').any(|one| one == *kind)).collect()
}

/// The choice with one kind more or less, as an address has it.
#[must_use]
pub fn toggled(kinds: &str, kind: &str) -> String {
    let chosen = chosen(kinds);
    let all = KINDS.iter().map(|(one, _)| *one);
    all.filter(|one| chosen.contains(one) != (*one == kind)).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: &str, key: i64, value: &str) -> Vec<Cell> {
        vec![Cell::Text(kind.into()), Cell::Int(key), Cell::Text(value.into())]
    }

    #[test]
    fn rows_are_counted_by_kind() {
        let rows = [row("+I", 1, "a"), row("-D", 1, "a"), row("+I", 2, "b"), row("??", 2, "b")];
        let mut counts = Counts::default();
        counts.rows_of(rows[..2].iter().map(Vec::as_slice));
        counts.rows_of(rows[2..].iter().map(Vec::as_slice));
        assert_eq!((counts.by_kind, counts.rows), ([2, 0, 0, 1], 4));
    }

    #[test]
    fn pages_are_counted_once_each_as_they_come() {
        let rows: Vec<_> = (0..7).map(|key| row(if key % 2 == 0 { "+I" } else { "-D" }, key, "a")).collect();
        let mut counts = PagedCounts::default();
        let mut look = |known, there: std::ops::Range<usize>| {
            counts.look(known, 3, |at| rows.get(at).filter(|_| there.contains(&at)).map(Vec::as_slice))
        };
        assert_eq!(look(3, 0..3).by_kind, [2, 0, 0, 1]);
        // The first page was let go of, the last one came.
        assert_eq!(look(7, 6..7).by_kind, [3, 0, 0, 1]);
        assert_eq!(look(7, 3..7).rows, 7);
    }

    #[test]
    fn both_sides_of_an_update_are_marked_alike() {
        let rows = [row("+I", 1, "a"), row("-U", 1, "a"), row("+U", 1, "b"), row("-U", 2, "x"), row("+U", 3, "y")];
        let at = |index| changed_at(index, |index| rows.get(index).map(Vec::as_slice), &[1]);
        assert_eq!([at(0), at(1), at(2), at(3), at(4), at(9)], [vec![], vec![2], vec![2], vec![], vec![], vec![]]);
    }

    #[test]
    fn kinds_become_a_filter() {
        assert_eq!(filter("", ""), "");
        assert_eq!(filter(" a = 1 ", ""), "a = 1");
        assert_eq!(filter("a = 1 or b", "+I,-D"), "_rowkind in ('+I', '-D') and (a = 1 or b)");
        assert_eq!(filter("", "+I,-U,+U,-D"), "");
        assert_eq!(toggled("", "-D"), "-D");
        assert_eq!(toggled("-D", "+I"), "+I,-D");
        assert_eq!(toggled("+I,-D", "-D"), "+I");
        assert_eq!(filter("", "'; drop"), "");
    }
}
