//! A place in the state for something that is loaded: what for, how far, and what it last held.

use crate::{model::Problem, shared::Shared};

/// Holds a `T` for the `K` it was asked for with.
///
/// Invariant: an answer counts only when the slot still waits for its key, so a late one changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot<K, T> {
    key: Option<K>,
    load: Load<T>,
    /// The value before the one that is being loaded, shown meanwhile.
    last: Option<Shared<T>>,
}

#[derive(Debug, Clone, PartialEq)]
enum Load<T> {
    Loading,
    Ready(Shared<T>),
    Failed(Problem),
}

impl<K, T> Default for Slot<K, T> {
    fn default() -> Self {
        Slot { key: None, load: Load::Loading, last: None }
    }
}

/// What to draw.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown<T> {
    /// Nothing yet: a skeleton.
    Waiting,
    /// The value.
    Fresh(Shared<T>),
    /// The value of before, dimmed, while the new one is on its way.
    Stale(Shared<T>),
    /// What went wrong.
    Failed(Problem),
}

impl<T> Shown<T> {
    /// The value, fresh or not.
    #[must_use]
    pub fn value(&self) -> Option<&Shared<T>> {
        match self {
            Shown::Fresh(value) | Shown::Stale(value) => Some(value),
            Shown::Waiting | Shown::Failed(_) => None,
        }
    }
}

impl<K: PartialEq + Clone, T> Slot<K, T> {
    /// Whether nobody asked for `key` yet.
    #[must_use]
    pub fn lacks(&self, key: &K) -> bool {
        self.key.as_ref() != Some(key)
    }

    /// Whether `key` is asked for and not answered.
    #[must_use]
    pub fn waits_for(&self, key: &K) -> bool {
        !self.lacks(key) && matches!(self.load, Load::Loading)
    }

    /// The value for `key`.
    #[must_use]
    pub fn ready(&self, key: &K) -> Option<&Shared<T>> {
        match &self.load {
            Load::Ready(value) if self.key.as_ref() == Some(key) => Some(value),
            _ => None,
        }
    }

    /// What to draw for `key`.
    #[must_use]
    pub fn show(&self, key: Option<&K>) -> Shown<T> {
        match (&self.load, key) {
            (Load::Ready(value), Some(key)) if !self.lacks(key) => Shown::Fresh(value.clone()),
            (Load::Failed(problem), Some(key)) if !self.lacks(key) => Shown::Failed(problem.clone()),
            (Load::Ready(value), _) => Shown::Stale(value.clone()),
            _ => self.last.clone().map_or(Shown::Waiting, Shown::Stale),
        }
    }

    /// `key` has been asked for.
    pub fn begin(&mut self, key: K) {
        if let Load::Ready(value) = std::mem::replace(&mut self.load, Load::Loading) {
            self.last = Some(value);
        }
        self.key = Some(key);
    }

    /// `key` has been answered; says whether anybody still waited for it.
    pub fn finish(&mut self, key: &K, answer: Result<T, Problem>) -> bool {
        let waited = self.waits_for(key);
        if waited {
            self.last = None;
            self.load = match answer {
                Ok(value) => Load::Ready(Shared::new(value)),
                Err(problem) => Load::Failed(problem),
            };
        }
        waited
    }

    /// Forgets a failure, so that it is asked for again.
    pub fn retry(&mut self) {
        if matches!(self.load, Load::Failed(_)) {
            self.key = None;
            self.load = Load::Loading;
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Slot::default();
    }
}
