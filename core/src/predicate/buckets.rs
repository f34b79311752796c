//! Which buckets can hold the rows that a filter asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use super::{CompareOp, Predicate};
use crate::error::Result;
use crate::spec::bucket::BucketFunction;
use crate::spec::options::BucketFunctionType;
use crate::types::{DataField, Datum, DatumRow};

/// Bucket keys beyond which hashing them costs more than it saves (the limit of Java too).
const MAX_KEYS: usize = 1000;

/// The buckets of a set of bucket keys, for every number of buckets: partitions may differ after a rescale.
#[derive(Debug)]
pub struct BucketFilter {
    function: BucketFunction,
    keys: Vec<DatumRow>,
    /// Buckets by the total number of buckets.
    buckets: Mutex<BTreeMap<i32, Option<BTreeSet<i32>>>>,
}

/// The bucket keys that `predicate` leaves, when it fixes every bucket key column by `=` or `IN` (or an OR of those on
/// one column) and there are at most 1000 of them; else `None`. Errors: `Invalid` where the function does not take keys
/// of these types.
pub fn select(
    predicate: &Predicate,
    bucket_keys: &[DataField],
    function: BucketFunctionType,
) -> Result<Option<BucketFilter>> {
    if bucket_keys.is_empty() {
        return Ok(None);
    }
    let mut keys: Vec<DatumRow> = vec![Vec::with_capacity(bucket_keys.len())];
    for field in bucket_keys {
        let candidates = predicate.conjuncts().iter().filter_map(|part| values(part, field.id));
        let Some(candidates) = candidates.min_by_key(Vec::len) else { return Ok(None) };
        if keys.len().saturating_mul(candidates.len()) > MAX_KEYS || candidates.iter().any(has_many_encodings) {
            return Ok(None);
        }
        let with = |key: &DatumRow, value: &Datum| key.iter().cloned().chain([Some(value.clone())]).collect();
        keys = keys.iter().flat_map(|key| candidates.iter().map(move |value| with(key, value))).collect();
    }
    let types = bucket_keys.iter().map(|field| field.data_type.clone()).collect();
    let function = BucketFunction::new(function, types)?;
    Ok(Some(BucketFilter { function, keys, buckets: Mutex::default() }))
}

/// The values that a filter allows for a column, when it lists them.
fn values(predicate: &Predicate, id: i32) -> Option<Vec<Datum>> {
    match predicate {
        Predicate::Compare { column, op: CompareOp::Eq, literal } if column.id == id => Some(vec![literal.clone()]),
        Predicate::In { column, literals, negated: false } if column.id == id => Some(literals.clone()),
        Predicate::Or(children) => {
            let lists = children.iter().map(|child| values(child, id)).collect::<Option<Vec<_>>>()?;
            Some(lists.into_iter().flatten().collect())
        }
        Predicate::And(children) => children.iter().filter_map(|child| values(child, id)).min_by_key(Vec::len),
        Predicate::False => Some(Vec::new()),
        _ => None,
    }
}

/// NaNs are equal but differ in their bits, and so in their hash.
fn has_many_encodings(value: &Datum) -> bool {
    match value {
        Datum::Float(value) => value.is_nan(),
        Datum::Double(value) => value.is_nan(),
        _ => false,
    }
}

impl BucketFilter {
    /// False when no key belongs to `bucket` of `total_buckets`. Buckets that are not chosen by the key (a negative
    /// bucket or total: dynamic, postponed, unaware) always match.
    pub fn matches(&self, bucket: i32, total_buckets: i32) -> bool {
        if bucket < 0 || total_buckets <= 0 {
            return true;
        }
        let mut cache = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let buckets = cache.entry(total_buckets).or_insert_with(|| self.buckets_of(total_buckets));
        buckets.as_ref().is_none_or(|buckets| buckets.contains(&bucket))
    }

    /// `None` when some key has no bucket that this build can tell.
    fn buckets_of(&self, total_buckets: i32) -> Option<BTreeSet<i32>> {
        self.keys.iter().map(|key| self.function.bucket(key, total_buckets).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predicate::testing::{fields, parse};
    use crate::spec::binary_row::{BinaryRow, bucket_of};

    fn filter(text: &str, keys: &[&str]) -> Option<BucketFilter> {
        let keys: Vec<DataField> =
            keys.iter().map(|name| fields().into_iter().find(|field| field.name == *name).unwrap()).collect();
        select(&parse(text), &keys, BucketFunctionType::Default).unwrap()
    }

    #[test]
    fn keys_choose_their_buckets() {
        let found = filter("s IN ('a', 'b') AND i = 1 AND l > 5", &["s", "i"]).unwrap();
        let types: Vec<_> = [7, 2].map(|index| fields()[index].data_type.clone()).into();
        let bucket = |text: &str| {
            let key = [Some(Datum::String(text.into())), Some(Datum::Int(1))];
            bucket_of(BinaryRow::encode(&types, &key).unwrap().hash(), 97)
        };
        let expected = BTreeSet::from([bucket("a"), bucket("b")]);
        assert_eq!((0..97).filter(|bucket| found.matches(*bucket, 97)).collect::<BTreeSet<_>>(), expected);
        assert!(found.matches(0, -1) && found.matches(-2, 4) && found.matches(0, 1));
    }

    #[test]
    fn ors_on_one_column_are_lists() {
        assert_eq!(filter("i = 1 OR i = 2 OR i IN (3)", &["i"]).unwrap().keys.len(), 3);
        assert_eq!(filter("(i = 1 OR i = 2) AND i IN (1)", &["i"]).unwrap().keys.len(), 1);
        assert!(!filter("ti = 300", &["ti"]).unwrap().matches(0, 1), "no key at all");
    }

    #[test]
    fn open_filters_choose_nothing() {
        for text in ["i = 1", "i = 1 OR s = 'a'", "i = 1 AND s LIKE 'a%'", "i = 1 AND s IS NULL", "i = 1 AND s <> 'a'"]
        {
            assert!(filter(text, &["i", "s"]).is_none(), "{text}");
        }
        assert!(filter("d = 'NaN'", &["d"]).is_none());
        let many = (0..1001).map(|value| value.to_string()).collect::<Vec<_>>().join(",");
        assert!(filter(&format!("i IN ({many})"), &["i"]).is_none());
        assert!(filter("i = 1", &[]).is_none());
    }
}
