//! What the indexes of a column answer.

use std::ops::RangeInclusive;

use roaring::RoaringBitmap;

use super::{BitmapIndex, BsiIndex, ColumnIndex, Key, RangeBitmap, bit_slices::Compared, hash_datum};
use crate::{
    error::Result,
    types::{DataType, Datum},
};

/// A question about the values of a column; null never answers but to `IsNull`.
#[derive(Clone, Debug)]
pub enum Question<'a> {
    /// Any of these values.
    In(&'a [Datum]),
    /// None of these values.
    NotIn(&'a [Datum]),
    /// Less than the value.
    Less(&'a Datum),
    /// Less than the value or equal to it.
    LessOrEqual(&'a Datum),
    /// Greater than the value.
    Greater(&'a Datum),
    /// Greater than the value or equal to it.
    GreaterOrEqual(&'a Datum),
    /// Null.
    IsNull,
    /// Any value.
    IsNotNull,
}

impl ColumnIndex {
    /// Rows among which all are that answer the question, in a data file of `rows` rows; `None` where the index does not
    /// tell, or is about another number of rows. Errors: `Corrupt`.
    pub fn rows(&self, question: &Question<'_>, data_type: &DataType, rows: u32) -> Result<Option<RoaringBitmap>> {
        match self {
            ColumnIndex::AllNull => Ok((!matches!(question, Question::IsNull)).then(RoaringBitmap::new)),
            ColumnIndex::BloomFilter(filter) => {
                let Question::In(values) = question else { return Ok(None) };
                let absent = |value| hash_datum(value, data_type).is_some_and(|hash| !filter.may_contain(hash));
                Ok(values.iter().all(absent).then(RoaringBitmap::new))
            }
            ColumnIndex::Bitmap(index) if index.rows() == rows => of_bitmap(index, question, data_type),
            ColumnIndex::Bsi(index) if index.rows() == rows => Ok(of_bsi(index, question, data_type)),
            ColumnIndex::RangeBitmap(index) if index.rows() == rows => Ok(of_range_bitmap(index, question, data_type)),
            _ => Ok(None),
        }
    }
}

/// Keys that values equal to the literal may be stored under, and whether all that is stored there is equal to it.
///
/// Writers may differ about the sign of zero, and timestamps lose what is finer than a microsecond.
struct Literal {
    keys: RangeInclusive<Key>,
    exact: bool,
}

impl Literal {
    /// `None` for a value without a place among the keys.
    fn of(value: &Datum, data_type: &DataType) -> Option<Literal> {
        let key = |value: &Datum| Key::of(value, data_type);
        let both = |low: Datum, high: Datum| Some(Literal { keys: key(&low)?..=key(&high)?, exact: false });
        match value {
            Datum::Float(value) if value.is_nan() => None,
            Datum::Double(value) if value.is_nan() => None,
            Datum::Float(0.0) => both(Datum::Float(-0.0), Datum::Float(0.0)),
            Datum::Double(0.0) => both(Datum::Double(-0.0), Datum::Double(0.0)),
            // Whatever its type, a timestamp may be finer than its key.
            Datum::Timestamp { .. } => Some(Literal { keys: key(value)?..=key(value)?, exact: false }),
            value => Some(Literal { keys: key(value)?..=key(value)?, exact: true }),
        }
    }

    fn all(values: &[Datum], data_type: &DataType) -> Option<Vec<Literal>> {
        values.iter().map(|value| Literal::of(value, data_type)).collect()
    }
}

fn of_bitmap(index: &BitmapIndex, question: &Question<'_>, data_type: &DataType) -> Result<Option<RoaringBitmap>> {
    let not_null = || -> Result<RoaringBitmap> {
        let mut all = RoaringBitmap::new();
        all.insert_range(0..index.rows());
        Ok(all - index.null()?)
    };
    Ok(match question {
        Question::In(values) => {
            let Some(literals) = Literal::all(values, data_type) else { return Ok(None) };
            let mut found = RoaringBitmap::new();
            for literal in literals {
                found |= index.equal(literal.keys.start())?;
                if literal.keys.start() != literal.keys.end() {
                    found |= index.equal(literal.keys.end())?;
                }
            }
            Some(found)
        }
        Question::NotIn(values) => {
            let mut left = not_null()?;
            for literal in values.iter().filter_map(|value| Literal::of(value, data_type)).filter(|found| found.exact) {
                left -= index.equal(literal.keys.start())?;
            }
            Some(left)
        }
        Question::IsNull => Some(index.null()?),
        Question::IsNotNull => Some(not_null()?),
        Question::Less(_) | Question::LessOrEqual(_) | Question::Greater(_) | Question::GreaterOrEqual(_) => None,
    })
}

fn of_bsi(index: &BsiIndex, question: &Question<'_>, data_type: &DataType) -> Option<RoaringBitmap> {
    ordered(question, data_type, index.rows(), &|| index.not_null(), &|key| index.compare_key(key))
}

fn of_range_bitmap(index: &RangeBitmap, question: &Question<'_>, data_type: &DataType) -> Option<RoaringBitmap> {
    ordered(question, data_type, index.rows(), &|| index.not_null(), &|key| Some(index.compare(key)))
}

/// The answer of an index that knows the order of values.
fn ordered(
    question: &Question<'_>,
    data_type: &DataType,
    rows: u32,
    not_null: &dyn Fn() -> RoaringBitmap,
    compare: &dyn Fn(&Key) -> Option<Compared>,
) -> Option<RoaringBitmap> {
    let at_most = |key: &Key| compare(key).map(|found| found.less | found.equal);
    let at_least = |key: &Key| compare(key).map(|found| found.greater | found.equal);
    let literal = |value: &Datum| Literal::of(value, data_type);
    match question {
        Question::In(values) => {
            let mut found = RoaringBitmap::new();
            for literal in Literal::all(values, data_type)? {
                found |= at_least(literal.keys.start())? & at_most(literal.keys.end())?;
            }
            Some(found)
        }
        Question::NotIn(values) => {
            let mut left = not_null();
            for literal in values.iter().filter_map(literal).filter(|found| found.exact) {
                left -= compare(literal.keys.start())?.equal;
            }
            Some(left)
        }
        Question::Less(value) => match literal(value)? {
            Literal { keys, exact: true } => compare(keys.start()).map(|found| found.less),
            Literal { keys, .. } => at_most(keys.end()),
        },
        Question::LessOrEqual(value) => at_most(literal(value)?.keys.end()),
        Question::Greater(value) => match literal(value)? {
            Literal { keys, exact: true } => compare(keys.end()).map(|found| found.greater),
            Literal { keys, .. } => at_least(keys.start()),
        },
        Question::GreaterOrEqual(value) => at_least(literal(value)?.keys.start()),
        Question::IsNull => {
            let mut all = RoaringBitmap::new();
            all.insert_range(0..rows);
            Some(all - not_null())
        }
        Question::IsNotNull => Some(not_null()),
    }
}
