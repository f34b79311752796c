//! What rows of a changelog do: counted, filtered, and told apart cell by cell.

use crate::cell::Cell;

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
