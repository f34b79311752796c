//! Which indexes a table wants, by its options (Java `FileIndexOptions`).

use std::collections::BTreeMap;

use super::{
    IndexBuilder, bitmap::BitmapBuilder, bloom_filter::BloomFilterBuilder, bsi::BsiBuilder,
    range_bitmap::RangeBitmapBuilder,
};
use crate::{
    error::{Error, Result},
    spec::{
        file_index::{KeyType, bsi, has_hash},
        options::parse_size,
    },
    types::{DataField, DataType, TypeKind},
};

/// Types of indexes, by the names of the options.
const KINDS: [&str; 4] = ["bloom-filter", "bitmap", "bsi", "range-bitmap"];

/// The indexes of each data file of a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileIndexPlan {
    pub(super) indexes: Vec<PlannedIndex>,
}

/// One index.
#[derive(Clone, Debug)]
pub(super) struct PlannedIndex {
    /// Place of the column in the table.
    pub(super) place: usize,
    pub(super) column: String,
    /// The key of the map whose values are indexed.
    pub(super) key: Option<String>,
    pub(super) kind: &'static str,
    /// Type of the values.
    data_type: DataType,
    /// By name: `items`, `fpp`, `version`, `index-block-size`, `chunk-size`.
    options: BTreeMap<String, String>,
}

impl FileIndexPlan {
    /// Reads the options `file-index.<type>.columns` and `file-index.<type>.<column>.<option>` of a table with the columns
    /// `fields`.
    ///
    /// Errors: `Unsupported` for other types of indexes and for types of columns that an index cannot hold; `Invalid` for
    /// columns that the table does not have, options of columns that have no index, and values out of range.
    pub(crate) fn parse(raw: &BTreeMap<String, String>, fields: &[DataField]) -> Result<FileIndexPlan> {
        let mut indexes: Vec<PlannedIndex> = Vec::new();
        for (option, columns) in raw {
            let kind = option.strip_prefix("file-index.").and_then(|rest| rest.strip_suffix(".columns"));
            let Some(kind) = kind else { continue };
            let kind = KINDS.iter().find(|known| **known == kind).copied().ok_or_else(|| {
                Error::unsupported(format!("cannot write a file index of type {kind:?}")).with("option", option)
            })?;
            for name in columns.split(',').map(str::trim) {
                let index = planned(kind, name, fields).map_err(|error| error.with("option", option))?;
                let same =
                    |other: &PlannedIndex| (other.kind, &other.column, &other.key) == (kind, &index.column, &index.key);
                if !indexes.iter().any(same) {
                    indexes.push(index);
                }
            }
        }
        for (option, value) in raw {
            set_option(&mut indexes, option, value)?;
        }
        let plan = FileIndexPlan { indexes };
        // What no index can be built of is told before anything is written.
        plan.indexes.iter().try_for_each(|index| index.builder().map(drop))?;
        Ok(plan)
    }

    /// True without any index.
    pub(crate) fn is_empty(&self) -> bool {
        self.indexes.is_empty()
    }
}

/// An index of the column `name`, or of the values of a key where it is `map[key]`.
fn planned(kind: &'static str, name: &str, fields: &[DataField]) -> Result<PlannedIndex> {
    let (column, key) = split_key(name);
    let found = fields.iter().enumerate().find(|(_, field)| field.name == column);
    let Some((place, field)) = found else {
        return Err(Error::invalid(format!("no column {column:?} to index")));
    };
    let data_type = match (&key, &field.data_type.kind) {
        (None, _) => field.data_type.clone(),
        (Some(_), TypeKind::Map { key, value }) if matches!(key.kind, TypeKind::Char(_) | TypeKind::Varchar(_)) => {
            (**value).clone()
        }
        (Some(_), _) => {
            let message = "only maps with text as keys have indexes of single keys";
            return Err(Error::invalid(message).with("column", column));
        }
    };
    let (column, key) = (column.to_owned(), key.map(str::to_owned));
    Ok(PlannedIndex { place, column, key, kind, data_type, options: BTreeMap::new() })
}

fn split_key(name: &str) -> (&str, Option<&str>) {
    let key = name.strip_suffix(']').and_then(|name| name.split_once('['));
    key.map_or((name, None), |(column, key)| (column, Some(key)))
}

/// Applies an option `file-index.<type>.<column>.<option>`; one of a map goes to all of its keys that lack their own.
fn set_option(indexes: &mut [PlannedIndex], option: &str, value: &str) -> Result<()> {
    let parts = option.strip_prefix("file-index.").map(|rest| rest.split('.').collect::<Vec<_>>());
    let Some([kind, name, setting]) = parts.as_deref() else { return Ok(()) };
    let (column, key) = split_key(name);
    let of_column = |index: &&mut PlannedIndex| index.kind == *kind && index.column == column;
    let mut found = false;
    for index in indexes.iter_mut().filter(of_column) {
        if index.key.as_deref() == key {
            found = true;
            index.options.insert((*setting).to_owned(), value.to_owned());
        } else if key.is_none() {
            found = true;
            index.options.entry((*setting).to_owned()).or_insert_with(|| value.to_owned());
        }
    }
    if found { Ok(()) } else { Err(Error::invalid(format!("option {option}: the column has no {kind} index"))) }
}

impl PlannedIndex {
    /// A builder for one data file. Errors: as [`FileIndexPlan::parse`].
    pub(super) fn builder(&self) -> Result<Box<dyn IndexBuilder>> {
        let unsupported = || {
            let message = format!("columns of type {} have no {} index", self.data_type, self.kind);
            Error::unsupported(message).with("column", &self.column)
        };
        Ok(match self.kind {
            "bloom-filter" if has_hash(&self.data_type) => {
                let (items, fpp) = (self.number("items", 1_000_000)?, self.number("fpp", 0.1)?);
                Box::new(BloomFilterBuilder::new(&self.data_type, items, fpp)?)
            }
            "bitmap" => {
                let key_type = KeyType::of_bitmap(&self.data_type).ok_or_else(unsupported)?;
                let version = self.number("version", 2_u8)?;
                if !(1..=2).contains(&version) {
                    return Err(Error::invalid(format!("bitmap indexes have version 1 or 2, not {version}")));
                }
                Box::new(BitmapBuilder::new(
                    &self.data_type,
                    key_type,
                    version,
                    self.size("index-block-size", 16 << 10)?,
                ))
            }
            "bsi" if bsi::holds(&self.data_type) => Box::new(BsiBuilder::new(&self.data_type)),
            "range-bitmap" => {
                let key_type = KeyType::of_range_bitmap(&self.data_type).ok_or_else(unsupported)?;
                let default = match key_type {
                    KeyType::Boolean | KeyType::Byte | KeyType::Short => 0,
                    _ => 16 << 10,
                };
                Box::new(RangeBitmapBuilder::new(&self.data_type, key_type, self.size("chunk-size", default)?))
            }
            _ => return Err(unsupported()),
        })
    }

    fn number<T: std::str::FromStr>(&self, option: &str, default: T) -> Result<T> {
        let Some(text) = self.options.get(option) else { return Ok(default) };
        text.trim().parse().map_err(|_| self.refused(option, text))
    }

    fn size(&self, option: &str, default: usize) -> Result<usize> {
        let Some(text) = self.options.get(option) else { return Ok(default) };
        let size = parse_size(text).and_then(|size| usize::try_from(size).ok()).filter(|size| *size <= 1 << 30);
        size.ok_or_else(|| self.refused(option, text))
    }

    fn refused(&self, option: &str, text: &str) -> Error {
        let name = format!("file-index.{}.{}.{option}", self.kind, self.column);
        Error::invalid(format!("option {name}: {text:?} is no value that it takes"))
    }
}
