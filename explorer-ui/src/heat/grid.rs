//! Cells in lines: partitions across and buckets down as far as that is readable, else partitions down; where there is
//! only one of either, the others follow each other in lines.

use super::{Base, Measure, warmest};
use crate::{lsm::natural, model::BucketLevels};

/// Partitions that are readable side by side.
const ACROSS: usize = 31;
/// Buckets below each other beside so many partitions.
const DOWN: usize = 12;

/// One line of cells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    /// What it is.
    pub label: String,
    /// Column and position of the bucket, by column.
    pub cells: Vec<(usize, usize)>,
}

impl Line {
    /// The bucket in a column.
    #[must_use]
    pub fn at(&self, column: usize) -> Option<usize> {
        let found = self.cells.binary_search_by_key(&column, |(column, _)| *column).ok()?;
        self.cells.get(found).map(|(_, bucket)| *bucket)
    }

    /// The column with a bucket that is nearest to a column.
    fn nearest(&self, column: usize) -> Option<usize> {
        self.cells.iter().map(|(own, _)| *own).min_by_key(|own| own.abs_diff(column))
    }
}

/// Where each bucket's cell lies.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grid {
    /// Lines from the top.
    pub lines: Vec<Line>,
    /// Labels of the columns; empty where they have none.
    pub columns: Vec<String>,
    /// Whether cells just follow each other.
    pub wrapped: bool,
}

impl Grid {
    /// Lays out the buckets chosen. `warmest_first` sorts partitions (or single cells) by a measure; `per_line` is how
    /// many cells fit a line where they follow each other.
    #[must_use]
    pub fn of(
        buckets: &[BucketLevels],
        chosen: &[usize],
        warmest_first: Option<(Measure, &Base)>,
        per_line: usize,
    ) -> Grid {
        let mut partitions: Vec<(&str, Vec<usize>)> = Vec::new();
        let mut by_place: Vec<usize> = chosen.to_vec();
        by_place.sort_by_cached_key(|&index| (natural(&buckets[index].partition), buckets[index].bucket));
        for &index in &by_place {
            let partition = buckets[index].partition.as_str();
            match partitions.last_mut() {
                Some((last, own)) if *last == partition => own.push(index),
                _ => partitions.push((partition, vec![index])),
            }
        }
        let mut numbers: Vec<i64> = chosen.iter().map(|&index| buckets[index].bucket).collect();
        numbers.sort_unstable();
        numbers.dedup();
        if partitions.len().min(numbers.len()) <= 1 && chosen.len() > ACROSS {
            let cells = if warmest_first.is_some() { chosen } else { &by_place };
            return Grid::wrapped(buckets, cells, per_line.max(1), numbers.len() > 1);
        }
        if let Some((measure, base)) = warmest_first {
            let heat = |own: &[usize]| {
                let values = own.iter().filter_map(|&index| measure.value(&buckets[index], base));
                values.max_by(f64::total_cmp)
            };
            partitions.sort_by(|(_, a), (_, b)| warmest(heat(a), heat(b)));
        }
        let column_of = |index: usize| numbers.binary_search(&buckets[index].bucket).unwrap_or_default();
        if partitions.len() <= ACROSS && numbers.len() <= DOWN {
            let mut lines: Vec<Line> =
                numbers.iter().map(|number| Line { label: format!("b {number}"), cells: Vec::new() }).collect();
            for (column, (_, own)) in partitions.iter().enumerate() {
                for &index in own {
                    if let Some(line) = lines.get_mut(column_of(index)) {
                        line.cells.push((column, index));
                    }
                }
            }
            let columns = partitions.iter().map(|(name, _)| (*name).to_owned()).collect();
            return Grid { lines, columns, wrapped: false };
        }
        let lines = partitions.iter().map(|(name, own)| Line {
            label: (*name).to_owned(),
            cells: own.iter().map(|&index| (column_of(index), index)).collect(),
        });
        Grid {
            lines: lines.collect(),
            columns: numbers.iter().map(|number| format!("b {number}")).collect(),
            wrapped: false,
        }
    }

    fn wrapped(buckets: &[BucketLevels], cells: &[usize], per_line: usize, numbers: bool) -> Grid {
        let name = |index: usize| {
            let bucket = &buckets[index];
            if numbers { format!("b {}", bucket.bucket) } else { bucket.partition.clone() }
        };
        let lines = cells.chunks(per_line).map(|own| Line {
            label: own.first().map(|&index| name(index)).unwrap_or_default(),
            cells: own.iter().copied().enumerate().collect(),
        });
        Grid { lines: lines.collect(), columns: vec![String::new(); per_line.min(cells.len())], wrapped: true }
    }

    /// Line and column of a bucket.
    #[must_use]
    pub fn find(&self, bucket: usize) -> Option<(usize, usize)> {
        let column = |line: &Line| line.cells.iter().find(|(_, own)| *own == bucket).map(|(column, _)| *column);
        self.lines.iter().enumerate().find_map(|(index, line)| Some((index, column(line)?)))
    }

    /// Where a key leads from a cell; none when it is not one of the grid's.
    #[must_use]
    pub fn step(&self, (line, column): (usize, usize), key: &str, ctrl: bool, page: usize) -> Option<(usize, usize)> {
        let (last_line, last_column) = (self.lines.len().saturating_sub(1), self.columns.len().saturating_sub(1));
        let (line, wanted) = match key {
            "ArrowUp" => (line.saturating_sub(1), column),
            "ArrowDown" => (line + 1, column),
            "ArrowLeft" => (line, self.beside(line, column, false)?),
            "ArrowRight" => (line, self.beside(line, column, true)?),
            "PageUp" => (line.saturating_sub(page), column),
            "PageDown" => (line + page, column),
            "Home" => (if ctrl { 0 } else { line }, 0),
            "End" => (if ctrl { last_line } else { line }, last_column),
            _ => return None,
        };
        let line = line.min(last_line);
        Some((line, self.lines.get(line)?.nearest(wanted)?))
    }

    /// The next column with a bucket, or this one at the end.
    fn beside(&self, line: usize, column: usize, right: bool) -> Option<usize> {
        let mut own = self.lines.get(line)?.cells.iter().map(|(own, _)| *own);
        let next = if right { own.find(|own| *own > column) } else { own.take_while(|own| *own < column).last() };
        Some(next.unwrap_or(column))
    }
}
