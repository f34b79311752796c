//! `max` and `min`: values are compared in normalised form, none is copied.

use super::{FieldAggregator, not_retractable};
use crate::{
    error::{Error, Result},
    merge::{
        column::{Cell, Column, Outcome, fold},
        versions::{Operation, Track, Versions},
    },
    types::TypeKind,
};

/// Which end. Of equal values the older one stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extremum {
    Max,
    Min,
}

impl Extremum {
    /// Whether values of the type have an order.
    pub(super) fn takes(kind: &TypeKind) -> bool {
        use TypeKind::*;
        !matches!(kind, Array(_) | Vector { .. } | Multiset(_) | Map { .. } | Row(_) | Variant | Blob)
    }

    fn name(self) -> &'static str {
        match self {
            Extremum::Max => "max",
            Extremum::Min => "min",
        }
    }
}

impl FieldAggregator for Extremum {
    fn merge(&self, column: &Column<'_>, versions: &Versions, track: Track<'_>) -> Result<Outcome> {
        let keys = column.sort_keys()?;
        let better = |state: u32, input: u32| {
            let order = keys.compare(input as usize, &keys, state as usize);
            if *self == Extremum::Max { order.is_gt() } else { order.is_lt() }
        };
        fold(column, versions, track, |operation, state, input, _| match (operation, state, input) {
            (Operation::Skip, state, _) => Ok(state),
            (Operation::Retract | Operation::RetractOlder, ..) => Err(not_retractable(self.name())),
            (_, state, Cell::Null) => Ok(state),
            (_, Cell::Null, input) => Ok(input),
            (_, Cell::Row(state), Cell::Row(input)) => Ok(Cell::Row(if better(state, input) { input } else { state })),
            (_, Cell::Value(_), _) | (_, _, Cell::Value(_)) => Err(Error::internal("max and min compute no values")),
        })
    }
}
