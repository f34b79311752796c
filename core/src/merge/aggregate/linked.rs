//! Values by key, in the order in which their keys came.

use std::collections::HashMap;

use crate::{
    error::Result,
    spec::binary_row::BinaryRow,
    types::{DataType, Datum},
};

/// What makes a value the same as another: its bytes in Paimon's row format.
pub(super) type Identity = Vec<u8>;

/// The identity of values of `types`.
pub(super) fn identity(types: &[DataType], values: &[Option<Datum>]) -> Result<Identity> {
    Ok(BinaryRow::encode(types, values)?.row_bytes().to_vec())
}

/// See the module.
#[derive(Debug)]
pub(super) struct Linked<V> {
    places: HashMap<Identity, usize>,
    values: Vec<Option<V>>,
}

impl<V> Default for Linked<V> {
    fn default() -> Self {
        Linked { places: HashMap::new(), values: Vec::new() }
    }
}

impl<V> Linked<V> {
    /// Number of keys.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn get_mut(&mut self, key: &Identity) -> Option<&mut V> {
        let place = *self.places.get(key)?;
        self.values.get_mut(place)?.as_mut()
    }

    /// Sets the value of a key, which keeps its place.
    pub(super) fn insert(&mut self, key: Identity, value: V) {
        match self.get_mut(&key) {
            Some(present) => *present = value,
            None => {
                self.places.insert(key, self.values.len());
                self.values.push(Some(value));
            }
        }
    }

    pub(super) fn remove(&mut self, key: &Identity) {
        if let Some(value) = self.places.remove(key).and_then(|place| self.values.get_mut(place)) {
            *value = None;
        }
    }

    pub(super) fn into_values(self) -> impl Iterator<Item = V> {
        self.values.into_iter().flatten()
    }
}
