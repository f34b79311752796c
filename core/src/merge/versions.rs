//! The rows of keys that have several versions, numbered through, and what an engine does with each of them.

use std::ops::Range;

use super::{function::Groups, segment::RowRef};

/// The keys of [`Groups`] that must be merged; keys that pass unchanged are left out.
#[derive(Debug, Default)]
pub(super) struct Versions {
    pub(super) rows: Vec<RowRef>,
    ends: Vec<u32>,
}

impl Versions {
    pub(super) fn new(groups: &Groups) -> Self {
        let mut versions = Versions::default();
        for group in groups.iter_passing().filter(|group| !group.passes) {
            versions.rows.extend_from_slice(group.rows);
            versions.ends.push(versions.rows.len() as u32);
        }
        versions
    }

    /// Number of keys.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The numbers of each key's rows, oldest first; never empty.
    pub(super) fn keys(&self) -> impl Iterator<Item = Range<usize>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| start as usize..*end as usize)
    }

    /// The newest row of each key.
    pub(super) fn newest(&self) -> impl Iterator<Item = u32> {
        self.ends.iter().map(|end| end - 1)
    }
}

/// What a row does to one column of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Nothing.
    Skip,
    /// It is added as the newest.
    Add,
    /// It is added although a newer one is there (sequence groups).
    AddOlder,
    /// It takes back what it once added.
    Retract,
    /// The same, where a newer one is there.
    RetractOlder,
}

/// What becomes of a key's state at a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Action {
    /// First, the row's values replace the state, nulls included.
    pub(super) reset: bool,
    /// Then this happens.
    pub(super) operation: Operation,
}

impl Action {
    pub(super) const ADD: Action = Action { reset: false, operation: Operation::Add };
    pub(super) const SKIP: Action = Action { reset: false, operation: Operation::Skip };
    pub(super) const RESET: Action = Action { reset: true, operation: Operation::Skip };
}

/// The actions that some columns have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Track<'a> {
    /// One action a row; `None` where all are additions.
    pub(super) actions: Option<&'a [Action]>,
    /// `fields.<column>.ignore-retract`.
    pub(super) ignore_retract: bool,
}

impl Track<'_> {
    #[inline]
    pub(super) fn at(&self, row: usize) -> Action {
        let Some(actions) = self.actions else { return Action::ADD };
        let action = actions[row];
        match action.operation {
            Operation::Retract | Operation::RetractOlder if self.ignore_retract => {
                Action { operation: Operation::Skip, ..action }
            }
            _ => action,
        }
    }
}

/// Everything that an engine decides by rows, before it looks at values.
#[derive(Debug, Default)]
pub(super) struct Actions {
    /// Actions of groups of columns, in the engine's own numbering; `None` where all rows are added.
    pub(super) tracks: Vec<Option<Vec<Action>>>,
    /// For each key the row whose sequence number the result takes, `None` for 0. The newest where absent.
    pub(super) applied: Option<Vec<Option<u32>>>,
    /// For each key whether the result is -D. All are +I where absent.
    pub(super) deleted: Option<Vec<bool>>,
}

/// The value of a merged column for one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    /// That of a row.
    Row(u32),
    /// A new one.
    Computed(u32),
    /// Null.
    Null,
}
