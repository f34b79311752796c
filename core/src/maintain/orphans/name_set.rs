//! Which of many names were seen, in nine bytes a name. Pure.
//!
//! Names are kept as 64-bit hashes. Two names with one hash count as one: then both are taken for referred to where one
//! of them is, so that a collision keeps a file and never removes one.

use crate::maintain::names;

/// Names as they are listed.
#[derive(Debug, Default)]
pub(crate) struct NameSetBuilder(Vec<u64>);

impl NameSetBuilder {
    /// Adds a name.
    pub(crate) fn add(&mut self, name: &str) {
        self.0.push(names::hash(name));
    }

    /// The set of the names added, none of which is marked.
    pub(crate) fn build(mut self) -> NameSet {
        self.0.sort_unstable();
        self.0.dedup();
        self.0.shrink_to_fit();
        let marked = vec![false; self.0.len()];
        NameSet { hashes: self.0, marked }
    }
}

/// Names, some of them marked.
#[derive(Debug, Default)]
pub(crate) struct NameSet {
    hashes: Vec<u64>,
    marked: Vec<bool>,
}

impl NameSet {
    /// Marks a name, if it is in the set.
    pub(crate) fn mark(&mut self, name: &str) {
        if let Ok(place) = self.hashes.binary_search(&names::hash(name))
            && let Some(mark) = self.marked.get_mut(place)
        {
            *mark = true;
        }
    }

    /// Whether a name is in the set and was never marked.
    pub(crate) fn is_unmarked(&self, name: &str) -> bool {
        let place = self.hashes.binary_search(&names::hash(name)).ok();
        place.and_then(|place| self.marked.get(place)).is_some_and(|marked| !marked)
    }

    /// Names that were never marked.
    pub(crate) fn unmarked(&self) -> usize {
        self.marked.iter().filter(|marked| !**marked).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unmarked_names_are_those_added_and_not_marked() {
        let mut builder = NameSetBuilder::default();
        for name in ["a", "b", "b", "c"] {
            builder.add(name);
        }
        let mut set = builder.build();
        set.mark("b");
        set.mark("never added");
        assert_eq!(set.unmarked(), 2);
        let found = ["a", "b", "c", "d"].map(|name| set.is_unmarked(name));
        assert_eq!(found, [true, false, true, false]);
    }

    #[test]
    fn nothing_is_unmarked_in_an_empty_set() {
        assert!(!NameSet::default().is_unmarked("a"));
    }
}
