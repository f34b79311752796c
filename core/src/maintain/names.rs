//! Names that must stay, remembered by their hashes.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

/// A set of file names in 8 bytes each. Names of Paimon files hold UUIDs; two that share a hash make us keep a file too
/// many, never delete one too many.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(HashSet<u64>);

impl Names {
    pub(super) fn insert(&mut self, name: &str) {
        self.0.insert(hash(name));
    }

    pub(super) fn hashes(&self) -> impl Iterator<Item = u64> {
        self.0.iter().copied()
    }

    pub(super) fn holds(&self, name: &str) -> bool {
        self.0.contains(&hash(name))
    }
}

/// The hash of a name, the same in every run.
pub(super) fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}
