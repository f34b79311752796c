//! A map of many keys in little memory: the keys' bytes stand one after the other, entries name them by position.
//!
//! Memory: the bytes of a key and about 24 more.

use crate::error::{Error, Result};

/// Where a key's row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Number of the partition.
    pub(super) partition: u32,
    pub(super) bucket: i32,
}

/// Keys in order of appearance, found by open addressing.
#[derive(Debug, Default)]
pub(super) struct KeyMap {
    /// Number of an entry plus one, 0 for none; a power of two of them, at most three quarters used.
    slots: Vec<u32>,
    entries: Vec<Entry>,
    bytes: Vec<u8>,
}

#[derive(Debug)]
struct Entry {
    /// Where its key begins; it ends where the next one begins.
    start: usize,
    place: Place,
}

const LEAST_SLOTS: usize = 1 << 10;

impl KeyMap {
    /// Number of keys.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The place of a key.
    pub(super) fn get(&self, key: &[u8]) -> Option<Place> {
        let entry = self.entries.get(self.find(key).ok()?)?;
        Some(entry.place)
    }

    /// Sets the place of a key; gives the one that it had. Errors: `Unsupported` for more than 2^32 keys.
    pub(super) fn insert(&mut self, key: &[u8], place: Place) -> Result<Option<Place>> {
        if (self.entries.len() + 1) * 4 > self.slots.len() * 3 {
            self.grow()?;
        }
        match self.find(key) {
            Ok(number) => Ok(self.entries.get_mut(number).map(|entry| std::mem::replace(&mut entry.place, place))),
            Err(slot) => {
                self.entries.push(Entry { start: self.bytes.len(), place });
                self.bytes.extend_from_slice(key);
                self.set(slot, self.entries.len())?;
                Ok(None)
            }
        }
    }

    fn set(&mut self, slot: usize, number: usize) -> Result<()> {
        let number = u32::try_from(number).map_err(|_| Error::unsupported("a table has more than 2^32 keys"))?;
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = number;
        }
        Ok(())
    }

    fn grow(&mut self) -> Result<()> {
        let slots = (self.slots.len() * 2).max(LEAST_SLOTS);
        self.slots = vec![0; slots];
        for number in 0..self.entries.len() {
            let mut slot = start_of(self.key(number), slots);
            while self.slots.get(slot).is_some_and(|taken| *taken != 0) {
                slot = (slot + 1) & (slots - 1);
            }
            self.set(slot, number + 1)?;
        }
        Ok(())
    }

    fn key(&self, number: usize) -> &[u8] {
        let start = self.entries.get(number).map_or(0, |entry| entry.start);
        let end = self.entries.get(number + 1).map_or(self.bytes.len(), |entry| entry.start);
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The entry of a key, or the slot for it.
    fn find(&self, key: &[u8]) -> Result<usize, usize> {
        let mut slot = start_of(key, self.slots.len());
        loop {
            match self.slots.get(slot).copied() {
                None | Some(0) => return Err(slot),
                Some(number) if self.key(number as usize - 1) == key => return Ok(number as usize - 1),
                Some(_) => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }
}

/// First slot of a key among a power of two.
fn start_of(key: &[u8], slots: usize) -> usize {
    let (words, rest) = key.as_chunks::<8>();
    let mut hash = key.len() as u64;
    for word in words {
        hash = mix(hash ^ u64::from_le_bytes(*word));
    }
    for byte in rest {
        hash = (hash << 8) | u64::from(*byte);
    }
    (mix(hash) as usize) & slots.saturating_sub(1)
}

fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    value ^ (value >> 29)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_equals_a_hash_map(steps in proptest::collection::vec(("[a-c]{0,9}", 0..9u32), 0..200)) {
            let (mut map, mut model) = (KeyMap::default(), HashMap::new());
            for (key, partition) in steps {
                let place = Place { partition, bucket: 1 };
                prop_assert_eq!(map.get(key.as_bytes()), model.get(&key).copied());
                prop_assert_eq!(map.insert(key.as_bytes(), place).unwrap(), model.insert(key, place));
                prop_assert_eq!(map.len(), model.len());
            }
        }
    }

    #[test]
    fn it_grows() {
        let mut map = KeyMap::default();
        let place = |number: u32| Place { partition: number, bucket: -1 };
        for number in 0..20_000_u32 {
            assert_eq!(map.insert(&number.to_be_bytes(), place(number)).unwrap(), None);
        }
        assert!((0..20_000_u32).all(|number| map.get(&number.to_be_bytes()) == Some(place(number))));
        assert_eq!(map.get(&20_000_u32.to_be_bytes()), None);
    }
}
