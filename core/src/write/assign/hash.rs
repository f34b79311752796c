//! Dynamic buckets: a key stays in the bucket where it came first (Java `HashBucketAssigner`, `PartitionIndex`, format digest
//! 6.3). Keys are known by their 32-bit hash alone; keys of equal hash share a bucket.
//!
//! Memory: about 12 bytes for each key of a partition that is written to. A table must have one writing job at a time; that
//! another one has replaced an index meanwhile is found out at the commit.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
};

use arrow_array::RecordBatch;

use super::{
    super::{
        restore::Restored,
        route::{BucketOf, KeyColumns, Partitions},
    },
    hash_index::{self, NewIndex},
};
use crate::{
    error::{Error, Result},
    spec::binary_row::{BinaryRow, hash_rows},
    table::Table,
};

/// Most buckets of a partition (Java keeps them in a `short`).
const MOST_BUCKETS: i32 = i16::MAX as i32;

/// Assigns the buckets of all partitions.
pub(super) struct HashAssigner {
    table: Table,
    key: KeyColumns,
    limits: Limits,
    /// In order, so that the same rows make the same requests.
    partitions: BTreeMap<BinaryRow, PartitionIndex>,
    uuid: String,
    files: u32,
}

/// What bounds the buckets.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Keys of a bucket (`dynamic-bucket.target-row-num`).
    keys: i64,
    /// Buckets of a partition (`dynamic-bucket.max-buckets`); `None` for as many as there can be.
    buckets: Option<i32>,
    /// Buckets that are filled side by side (`dynamic-bucket.initial-buckets`): what so many parallel writers would do.
    lanes: i32,
}

impl HashAssigner {
    pub(super) fn new(table: &Table) -> Result<Self> {
        let options = table.options();
        let buckets = Some(options.dynamic_bucket_max_buckets).filter(|most| *most > 0);
        let lanes = options.dynamic_bucket_initial_buckets.unwrap_or(1).min(buckets.unwrap_or(MOST_BUCKETS));
        Ok(HashAssigner {
            table: table.clone(),
            key: KeyColumns::new(table, &table.schema().trimmed_primary_key_fields())?,
            limits: Limits { keys: options.dynamic_bucket_target_row_num.max(1), buckets, lanes: lanes.max(1) },
            partitions: BTreeMap::new(),
            uuid: table.runtime().uuid(),
            files: 0,
        })
    }

    /// The bucket of each row.
    pub(super) async fn buckets(
        &mut self,
        batch: &RecordBatch,
        partitions: &Partitions,
        restored: &Restored,
    ) -> Result<Vec<i32>> {
        let hashes = hash_rows(&self.key.of(batch), self.key.types())?;
        // Taken out one by one, so that rows need no look-up by partition.
        let mut indexes = Vec::with_capacity(partitions.distinct.len());
        for partition in &partitions.distinct {
            indexes.push(match self.partitions.remove(partition) {
                Some(index) => index,
                None => self.load(partition, restored).await?,
            });
        }
        let runtime = self.table.runtime();
        let mut assign = |(row, hash): (usize, &i32)| {
            let index = indexes.get_mut(partitions.of(row) as usize);
            let index = index.ok_or_else(|| Error::internal("a row of no partition"))?;
            index.assign(*hash, self.limits, || runtime.random_u64())
        };
        let buckets = hashes.iter().enumerate().map(&mut assign).collect::<Result<Vec<_>>>();
        self.partitions.extend(partitions.distinct.iter().cloned().zip(indexes));
        buckets.map_err(|error| error.at(self.table.name()))
    }

    async fn load(&self, partition: &BinaryRow, restored: &Restored) -> Result<PartitionIndex> {
        let mut index = PartitionIndex::new(partition.hash(), self.limits);
        for (bucket, file) in restored.hash_indexes(partition) {
            let of = BucketOf { partition: partition.clone(), bucket };
            index.restore(bucket, &hash_index::read(&self.table, &of, file).await?, self.limits)?;
        }
        Ok(index)
    }

    /// Writes the whole index of each bucket that has new keys.
    pub(super) async fn write_indexes(&mut self, restored: &Restored) -> Result<Vec<NewIndex>> {
        let mut written = Vec::new();
        for (partition, index) in &mut self.partitions {
            for (bucket, added) in std::mem::take(&mut index.added) {
                let of = BucketOf { partition: partition.clone(), bucket };
                let replaces = restored.hash_indexes(partition).find(|(there, _)| *there == bucket);
                let replaces = replaces.map(|(_, file)| file.clone());
                let mut hashes = match &replaces {
                    Some(file) => hash_index::read(&self.table, &of, file).await?,
                    None => Vec::new(),
                };
                hashes.extend(added);
                let name = format!("index-{}-{}", self.uuid, self.files);
                self.files += 1;
                let (path, file) = hash_index::write(&self.table, &of, name, &hashes).await?;
                written.push(NewIndex { of, file, replaces, path });
            }
        }
        Ok(written)
    }
}

impl std::fmt::Debug for HashAssigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HashAssigner").field("partitions", &self.partitions.len()).finish_non_exhaustive()
    }
}

/// The keys of one partition.
struct PartitionIndex {
    partition_hash: i32,
    bucket_of: HashMap<i32, i16, BuildHasherDefault<MixedHasher>>,
    lanes: Vec<Lane>,
    /// New keys by bucket, in order.
    added: BTreeMap<i32, Vec<i32>>,
}

/// The buckets of one of several parallel writers: those whose number leaves its number as the remainder.
#[derive(Default)]
struct Lane {
    /// All of them, in order of appearance.
    buckets: Vec<i32>,
    /// The same, to be asked.
    taken: HashSet<i32>,
    /// All of the lane's numbers below this many steps are taken.
    steps: i32,
    /// Keys of those that are not known to be full.
    open: BTreeMap<i32, i64>,
    /// No further bucket can be made.
    closed: bool,
}

impl PartitionIndex {
    fn new(partition_hash: i32, limits: Limits) -> Self {
        let lanes = (0..limits.lanes).map(|_| Lane::default()).collect();
        PartitionIndex { partition_hash, bucket_of: HashMap::default(), lanes, added: BTreeMap::new() }
    }

    /// Takes in the index file of a bucket.
    fn restore(&mut self, bucket: i32, hashes: &[i32], limits: Limits) -> Result<()> {
        let short = i16::try_from(bucket).ok().filter(|bucket| *bucket >= 0);
        let short = short.ok_or_else(|| Error::corrupt(format!("expected a dynamic bucket, found {bucket}")))?;
        self.bucket_of.extend(hashes.iter().map(|hash| (*hash, short)));
        if let Some(lane) = self.lanes.get_mut((bucket % limits.lanes) as usize) {
            lane.take(bucket);
            lane.open.insert(bucket, i64::try_from(hashes.len()).unwrap_or(i64::MAX));
        }
        Ok(())
    }

    /// The bucket of a key, a new one if need be. `random` chooses among full buckets.
    fn assign(&mut self, hash: i32, limits: Limits, random: impl FnOnce() -> u64) -> Result<i32> {
        if let Some(bucket) = self.bucket_of.get(&hash) {
            return Ok((*bucket).into());
        }
        let number = lane_of(self.partition_hash, hash, limits.lanes);
        let lane = self.lanes.get_mut(number as usize).ok_or_else(|| Error::internal("a key of no lane"))?;
        let bucket = lane.assign(number, limits, random)?;
        let short = i16::try_from(bucket).map_err(|_| Error::internal("a bucket beyond 32767"))?;
        self.bucket_of.insert(hash, short);
        self.added.entry(bucket).or_default().push(hash);
        Ok(bucket)
    }
}

impl Lane {
    /// False where the bucket is taken already.
    fn take(&mut self, bucket: i32) -> bool {
        let is_new = self.taken.insert(bucket);
        if is_new {
            self.buckets.push(bucket);
        }
        is_new
    }

    fn assign(&mut self, number: i32, limits: Limits, random: impl FnOnce() -> u64) -> Result<i32> {
        while let Some(mut entry) = self.open.first_entry() {
            if *entry.get() < limits.keys {
                *entry.get_mut() += 1;
                return Ok(*entry.key());
            }
            entry.remove();
        }
        if !self.closed {
            let most = limits.buckets.unwrap_or(MOST_BUCKETS);
            // A lane never gives a bucket back, so what was taken once need not be looked at again.
            while let Some(bucket) = self.steps.checked_mul(limits.lanes).and_then(|from| from.checked_add(number)) {
                if bucket >= most {
                    break;
                }
                self.steps += 1;
                if self.take(bucket) {
                    self.open.insert(bucket, 1);
                    return Ok(bucket);
                }
            }
            if limits.buckets.is_none() {
                let message = format!("a partition has no room in {MOST_BUCKETS} buckets of {} keys", limits.keys);
                return Err(Error::invalid(message).with("option", "dynamic-bucket.target-row-num"));
            }
            self.closed = true;
        }
        let chosen = random() % (self.buckets.len() as u64).max(1);
        let bucket = self.buckets.get(chosen as usize).copied();
        bucket.ok_or_else(|| Error::internal("no bucket to choose from"))
    }
}

/// The lane of a key (Java `BucketAssigner.computeAssigner`).
fn lane_of(partition_hash: i32, key_hash: i32, lanes: i32) -> i32 {
    ((partition_hash % lanes).abs() + (key_hash % lanes).abs()) % lanes
}

/// For keys that are hashes already.
#[derive(Default)]
struct MixedHasher(u64);

impl Hasher for MixedHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }

    fn write_i32(&mut self, value: i32) {
        // Both halves must be good: the map takes its slot from one and its tag from the other.
        self.0 = u64::from(value.cast_unsigned()).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { keys: 2, buckets: None, lanes: 1 };

    fn assign_all(index: &mut PartitionIndex, limits: Limits, hashes: impl IntoIterator<Item = i32>) -> Vec<i32> {
        hashes.into_iter().map(|hash| index.assign(hash, limits, || 5).unwrap()).collect()
    }

    #[test]
    fn buckets_fill_one_after_the_other_and_known_keys_stay() {
        let mut index = PartitionIndex::new(0, LIMITS);
        assert_eq!(assign_all(&mut index, LIMITS, [10, -4, 10, 7, 8, 9, -4]), [0, 0, 0, 1, 1, 2, 0]);
        assert_eq!(index.added, BTreeMap::from([(0, vec![10, -4]), (1, vec![7, 8]), (2, vec![9])]));
    }

    #[test]
    fn restored_buckets_are_filled_up_first() {
        let mut index = PartitionIndex::new(0, LIMITS);
        index.restore(1, &[1, 2], LIMITS).unwrap();
        index.restore(4, &[3], LIMITS).unwrap();
        assert_eq!(assign_all(&mut index, LIMITS, [5, 6, 7, 2, 3]), [4, 0, 0, 1, 4]);
        assert_eq!(index.added, BTreeMap::from([(0, vec![6, 7]), (4, vec![5])]));
        assert!(index.restore(40_000, &[], LIMITS).is_err());
    }

    #[test]
    fn no_more_than_the_most_buckets_are_made() {
        let limits = Limits { buckets: Some(2), ..LIMITS };
        let mut index = PartitionIndex::new(0, limits);
        assert_eq!(assign_all(&mut index, limits, 0..6), [0, 0, 1, 1, 1, 1]);
        let endless = Limits { keys: 1, ..LIMITS };
        let mut index = PartitionIndex::new(0, endless);
        assign_all(&mut index, endless, 0..MOST_BUCKETS);
        assert!(index.assign(-1, endless, || 0).unwrap_err().to_string().contains("target-row-num"));
    }

    #[test]
    fn lanes_own_buckets_by_remainder() {
        let limits = Limits { lanes: 3, ..LIMITS };
        let mut index = PartitionIndex::new(-7, limits);
        for hash in -20..20 {
            let bucket = index.assign(hash, limits, || 0).unwrap();
            assert_eq!(bucket % 3, lane_of(-7, hash, 3));
        }
    }
}
