//! Files of a bucket → sections of disjoint key ranges → sorted runs (Java `IntervalPartition`, format digest 8.1).
//!
//! ```text
//! key range   a ─────────────────────────────▶ z
//! files         [ f1 ]  [ f2 ]      [ f5 ]
//!                 [    f3   ]         [f6] [f7]
//!                   [ f4 ]
//!               └── section 1 ─┘  └─ section 2 ┘      runs of 1: f1 f2 | f3 | f4      runs of 2: f5 f7 | f6
//! ```

use std::{cell::Cell, cmp::Ordering, collections::VecDeque};

use crate::{
    error::{Error, Result},
    spec::data_file::DataFileMeta,
    types::{DataType, Datum},
};

/// Files whose keys meet no key of any other section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Sorted runs: the files of a run are in key order and do not overlap. Oldest run first, by sequence numbers.
    pub runs: Vec<Vec<DataFileMeta>>,
}

impl Section {
    /// All files, run by run.
    pub fn files(&self) -> impl Iterator<Item = &DataFileMeta> {
        self.runs.iter().flatten()
    }

    /// The same files in runs of one level each: what a merge needs that must know the level of rows.
    #[must_use]
    pub fn by_level(self) -> Section {
        let mut runs: Vec<Vec<DataFileMeta>> = Vec::with_capacity(self.runs.len());
        for mut files in self.runs {
            // Stable: the files of a level stay in key order.
            files.sort_by_key(|file| file.level);
            runs.extend(files.chunk_by(|a, b| a.level == b.level).map(<[_]>::to_vec));
        }
        runs.sort_by_key(|files| files.iter().map(age).min());
        Section { runs }
    }
}

/// Partitions the files of one bucket into sections in key order; `key_types` are those of the trimmed primary key.
///
/// Errors: `Corrupt` for key rows that do not decode, `Unsupported` for keys of types without an order.
pub fn sections(files: Vec<DataFileMeta>, key_types: &[DataType]) -> Result<Vec<Section>> {
    let mut intervals = files.into_iter().map(|file| Interval::new(file, key_types)).collect::<Result<Vec<_>>>()?;
    let order = KeyOrder::default();
    intervals.sort_by(|a, b| {
        order
            .compare(&a.min, &b.min)
            .then_with(|| order.compare(&a.max, &b.max))
            .then_with(|| age(&a.file).cmp(&age(&b.file)))
    });
    let mut sections: Vec<Open> = Vec::new();
    for interval in intervals {
        match sections.last_mut() {
            Some(section) if order.compare(&interval.min, &section.max).is_le() => section.add(interval, &order),
            _ => sections.push(Open::new(interval)),
        }
    }
    if order.undefined.get() {
        return Err(Error::unsupported("a primary key of a type without an order"));
    }
    Ok(sections.into_iter().map(Open::close).collect())
}

/// A file and its decoded key range.
struct Interval {
    min: Datum,
    max: Datum,
    file: DataFileMeta,
}

impl Interval {
    fn new(file: DataFileMeta, key_types: &[DataType]) -> Result<Self> {
        let decode = |key: &crate::spec::binary_row::BinaryRow, name| {
            key.decode(key_types).map(Datum::Row).map_err(|error| error.at(&file.file_name).with("key", name))
        };
        let (min, max) = (decode(&file.min_key, "_MIN_KEY")?, decode(&file.max_key, "_MAX_KEY")?);
        Ok(Interval { min, max, file })
    }
}

/// A section under construction. Runs are kept ascending by their last keys, so that the first is the one to append to.
struct Open {
    max: Datum,
    runs: VecDeque<OpenRun>,
}

struct OpenRun {
    max: Datum,
    files: Vec<DataFileMeta>,
}

impl Open {
    fn new(interval: Interval) -> Self {
        let Interval { max, file, .. } = interval;
        Open { max: max.clone(), runs: [OpenRun { max, files: vec![file] }].into() }
    }

    fn add(&mut self, interval: Interval, order: &KeyOrder) {
        let Interval { min, max, file } = interval;
        if order.compare(&max, &self.max).is_gt() {
            self.max = max.clone();
        }
        let mut run = match self.runs.pop_front() {
            Some(run) if order.compare(&min, &run.max).is_gt() => run,
            first => {
                self.runs.extend(first);
                self.runs.rotate_right(1);
                OpenRun { max: max.clone(), files: Vec::new() }
            }
        };
        run.max = max;
        run.files.push(file);
        let place = self.runs.partition_point(|other| order.compare(&other.max, &run.max).is_le());
        self.runs.insert(place, run);
    }

    fn close(self) -> Section {
        let mut runs: Vec<Vec<DataFileMeta>> = self.runs.into_iter().map(|run| run.files).collect();
        runs.sort_by_key(|files| files.iter().map(age).min());
        Section { runs }
    }
}

/// Orders files and runs by time of writing.
fn age(file: &DataFileMeta) -> (i64, i64) {
    (file.min_sequence_number, file.max_sequence_number)
}

/// Compares keys and remembers whether any pair had no order.
#[derive(Default)]
struct KeyOrder {
    undefined: Cell<bool>,
}

impl KeyOrder {
    fn compare(&self, a: &Datum, b: &Datum) -> Ordering {
        a.try_cmp(b).unwrap_or_else(|| {
            self.undefined.set(true);
            Ordering::Equal
        })
    }
}

#[cfg(test)]
mod tests;
