//! The key axis: an order-preserving map from composite keys to 0..=1.

use std::cmp::Ordering;

use super::View;
use crate::{
    cell::{Cell, Look},
    model::FileInfo,
};

/// How keys are laid along the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScaleKind {
    /// By value: a range twice as wide is drawn twice as wide.
    #[default]
    Value,
    /// By rank among all file bounds: every bound gets the same room, so that skewed keys stay readable.
    Rank,
}

/// The axis of one bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyScale {
    kind: ScaleKind,
    looks: Vec<Look>,
    /// Distinct bounds in key order.
    bounds: Vec<Vec<Cell>>,
    /// Least and greatest number of each key column.
    spans: Vec<(f64, f64)>,
    /// Bytes that the text values of a column have in common, skipped before they become numbers.
    prefixes: Vec<usize>,
}

impl KeyScale {
    /// The axis that covers the keys of `files`; `looks` are the kinds of the key columns.
    #[must_use]
    pub fn over(files: &[&FileInfo], looks: &[Look], kind: ScaleKind) -> KeyScale {
        let mut scale =
            KeyScale { kind, looks: looks.to_vec(), bounds: Vec::new(), spans: Vec::new(), prefixes: Vec::new() };
        let mut bounds: Vec<Vec<Cell>> =
            files.iter().flat_map(|file| [file.min_key.clone(), file.max_key.clone()]).collect();
        bounds.sort_by(|a, b| scale.compare(a, b));
        bounds.dedup();
        let width = bounds.iter().map(Vec::len).max().unwrap_or_default();
        for column in 0..width {
            let texts: Vec<&str> = bounds.iter().filter_map(|key| as_text(key.get(column)?)).collect();
            scale.prefixes.push(common_prefix(&texts));
            let values = bounds.iter().map(|key| scale.raw(key, column));
            let span = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
            scale.spans.push(span);
        }
        scale.bounds = bounds;
        scale
    }

    /// Where a key lies, in 0..=1. A lesser key never lies to the right of a greater one.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn position(&self, key: &[Cell]) -> f64 {
        match self.kind {
            ScaleKind::Rank => {
                let last = self.bounds.len().saturating_sub(1).max(1);
                let rank = self.bounds.partition_point(|bound| self.compare(bound, key) == Ordering::Less);
                (rank as f64 / last as f64).clamp(0.0, 1.0)
            }
            ScaleKind::Value => self.by_value(key),
        }
    }

    /// Keys to write under the part of the axis in sight: the least, the greatest, and up to `count - 2` others at least a
    /// label apart; with their places within what is in sight.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn ticks(&self, view: View, count: usize) -> Vec<(f64, String)> {
        let gap = 1.0 / count.max(2) as f64;
        let places = self.bounds.iter().map(|bound| (view.place(self.position(bound)), bound));
        let seen: Vec<_> = places.filter(|(at, _)| (0.0..=1.0).contains(at)).collect();
        let Some((&(end, last), rest)) = seen.split_last() else { return Vec::new() };
        let mut ticks: Vec<(f64, String)> = Vec::new();
        for &(at, bound) in rest {
            let far = ticks.last().is_none_or(|(before, _)| at - before >= gap) && end - at >= gap;
            if far || ticks.is_empty() {
                ticks.push((at, key_text(bound)));
            }
        }
        ticks.push((end, key_text(last)));
        ticks
    }

    fn compare(&self, a: &[Cell], b: &[Cell]) -> Ordering {
        for (column, (a, b)) in a.iter().zip(b).enumerate() {
            let order = a.compare(b, self.looks.get(column) == Some(&Look::Number));
            if order != Ordering::Equal {
                return order;
            }
        }
        a.len().cmp(&b.len())
    }

    /// The first column's place in its span; a whole number leaves room for the columns after it.
    fn by_value(&self, key: &[Cell]) -> f64 {
        let (mut position, mut room) = (0.0, 1.0);
        for column in 0..key.len() {
            let (low, high) = self.spans.get(column).copied().unwrap_or((0.0, 0.0));
            let value = self.raw(key, column);
            if high <= low || high.is_nan() {
                continue;
            }
            let whole = matches!(key.get(column), Some(Cell::Int(_)));
            // A column after the first must stay within its step, or its greatest value would meet the next step's least.
            let within = if column > 0 { 1.001 } else { 1.0 };
            let steps = if whole && column + 1 < key.len() { high - low + 1.0 } else { (high - low) * within };
            position += room * (value - low) / steps;
            if !whole {
                break;
            }
            room /= steps;
        }
        position.clamp(0.0, 1.0)
    }

    /// A key column's value as a number that keeps its order.
    fn raw(&self, key: &[Cell], column: usize) -> f64 {
        let Some(cell) = key.get(column) else { return 0.0 };
        if self.looks.get(column) == Some(&Look::Number) {
            return cell.number().unwrap_or(0.0);
        }
        match cell {
            Cell::Text(text) => {
                let skip = self.prefixes.get(column).copied().unwrap_or_default();
                let bytes = text.as_bytes().iter().skip(skip).take(6);
                let (value, _) =
                    bytes.fold((0.0, 1.0), |(sum, unit), &byte| (sum + f64::from(byte) * unit / 256.0, unit / 256.0));
                value
            }
            Cell::Bool(value) => f64::from(u8::from(*value)),
            other => other.number().unwrap_or(0.0),
        }
    }
}

/// A key in one line: values joined by ` · `.
#[must_use]
pub(super) fn key_text(key: &[Cell]) -> String {
    key.iter().map(Cell::copy_text).collect::<Vec<_>>().join(" · ")
}

fn as_text(cell: &Cell) -> Option<&str> {
    match cell {
        Cell::Text(text) => Some(text),
        _ => None,
    }
}

fn common_prefix(texts: &[&str]) -> usize {
    let Some((first, rest)) = texts.split_first() else { return 0 };
    rest.iter().fold(first.len(), |length, text| {
        first.bytes().zip(text.bytes()).take(length).take_while(|(a, b)| a == b).count()
    })
}
