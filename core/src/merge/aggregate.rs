//! Aggregate functions of columns (options `fields.<column>.aggregate-function`), one a file.
//!
//! | function | types | retract |
//! |---|---|---|
//! | `sum`, `product` | numbers | subtracts, divides |
//! | `max`, `min` | types with an order | refused |
//! | `last_value`, `last_non_null_value` | all | null |
//! | `first_value`, `first_non_null_value` | all | refused |
//! | `listagg` | STRING | refused |
//! | `bool_and`, `bool_or` | BOOLEAN | refused |
//! | `collect` | ARRAY | removes the elements |
//! | `merge_map` | MAP | removes the keys |
//! | `merge_map_with_keytime` | MAP of ROW | refused |
//! | `nested_update` | ARRAY of ROW | removes the rows |
//! | `nested_partial_update` | ARRAY of ROW | refused |
//! | `rbm32`, `rbm64`, `hll_sketch`, `theta_sketch` | VARBINARY | refused |

mod arithmetic;
mod bitmap;
pub(super) mod bitmap64;
mod boolean;
mod collect;
mod decimal;
mod extremum;
mod field_options;
#[cfg(feature = "complete")]
mod hll_sketch;
mod linked;
mod listagg;
mod merge_map;
mod nested;
mod nested_partial_update;
mod nested_update;
mod picking;
#[cfg(feature = "complete")]
mod sketch;
#[cfg(feature = "complete")]
mod theta_sketch;

use std::{fmt, sync::Arc};

pub(super) use self::field_options::FieldOptions;
use self::{
    arithmetic::Arithmetic,
    bitmap::Bitmap32,
    bitmap64::Bitmap64,
    boolean::Boolean,
    collect::Collect,
    extremum::Extremum,
    listagg::ListAgg,
    merge_map::{MergeMap, MergeMapWithKeyTime},
    nested_partial_update::NestedPartialUpdate,
    nested_update::NestedUpdate,
    picking::Picking,
};
#[cfg(feature = "complete")]
use self::{hll_sketch::Hll, theta_sketch::Theta};
use super::{
    column::{Cell, Column, Outcome, fold},
    versions::{Operation, Track, Versions},
};
use crate::{
    error::{Error, Result},
    types::{DataField, TypeKind},
};

/// Makes one value of a column of the rows of each key.
pub(super) trait FieldAggregator: fmt::Debug + Send + Sync {
    /// Errors: `Unsupported` for retracts that the function cannot undo, `Invalid` for results outside the type.
    fn merge(&self, column: &Column<'_>, versions: &Versions, track: Track<'_>) -> Result<Outcome>;
}

/// An aggregate function that goes row by row.
trait Stepwise: fmt::Debug + Send + Sync {
    /// The state after `input`; `seen` is the key's own flag, false at first.
    fn aggregate(&self, column: &Column<'_>, state: Cell, input: Cell, seen: &mut bool) -> Result<Cell>;

    /// The state after an input that is older than what is in it.
    fn aggregate_older(&self, column: &Column<'_>, state: Cell, input: Cell, seen: &mut bool) -> Result<Cell> {
        self.aggregate(column, input, state, seen)
    }

    /// The state without `input`.
    fn retract(&self, column: &Column<'_>, state: Cell, input: Cell) -> Result<Cell>;
}

impl<S: Stepwise> FieldAggregator for S {
    fn merge(&self, column: &Column<'_>, versions: &Versions, track: Track<'_>) -> Result<Outcome> {
        fold(column, versions, track, |operation, state, input, seen| match operation {
            Operation::Skip => Ok(state),
            Operation::Add => self.aggregate(column, state, input, seen),
            Operation::AddOlder => self.aggregate_older(column, state, input, seen),
            Operation::Retract | Operation::RetractOlder => self.retract(column, state, input),
        })
    }
}

/// The function `name` for `field`.
///
/// Errors: `Invalid` for unknown names, for types that the function does not take and for options that contradict each
/// other.
pub(super) fn field_aggregator(
    name: &str,
    field: &DataField,
    options: &FieldOptions<'_>,
) -> Result<Arc<dyn FieldAggregator>> {
    let refuse = |expected: &str| {
        let message = format!("aggregate function {name} takes {expected}, found {}", field.data_type);
        Err(Error::invalid(message).with("column", &field.name).with("option", options.name("aggregate-function")))
    };
    let kind = &field.data_type.kind;
    Ok(match name {
        "sum" | "product" => match Arithmetic::new(name == "product", kind) {
            Some(function) => Arc::new(function),
            None => return refuse("a number"),
        },
        "max" | "min" if !Extremum::takes(kind) => return refuse("a type with an order"),
        "max" => Arc::new(Extremum::Max),
        "min" => Arc::new(Extremum::Min),
        "last_value" => Arc::new(Picking::Last),
        "last_non_null_value" => Arc::new(Picking::LastNonNull),
        "first_value" => Arc::new(Picking::First),
        "first_non_null_value" | "first_not_null_value" => Arc::new(Picking::FirstNonNull),
        "bool_and" | "bool_or" if *kind != TypeKind::Boolean => return refuse("BOOLEAN"),
        "bool_and" => Arc::new(Boolean::And),
        "bool_or" => Arc::new(Boolean::Or),
        "listagg" if *kind != TypeKind::STRING => return refuse("STRING"),
        "listagg" => Arc::new(ListAgg::new(options)?),
        "collect" => match kind {
            TypeKind::Array(element) => Arc::new(Collect::new(element, options)?),
            _ => return refuse("an ARRAY"),
        },
        "merge_map" => match kind {
            TypeKind::Map { key, .. } => Arc::new(MergeMap::new(key)),
            _ => return refuse("a MAP"),
        },
        "merge_map_with_keytime" => match kind {
            TypeKind::Map { key, value } => Arc::new(MergeMapWithKeyTime::new(key, value, options)?),
            _ => return refuse("a MAP"),
        },
        "nested_update" | "nested_partial_update" => match nested::element_fields(kind) {
            Some(fields) if name == "nested_update" => Arc::new(NestedUpdate::new(fields, options)?),
            Some(fields) => Arc::new(NestedPartialUpdate::new(fields, options)?),
            None => return refuse("an ARRAY of ROW"),
        },
        "rbm32" | "rbm64" | "hll_sketch" | "theta_sketch" if !matches!(kind, TypeKind::Varbinary(_)) => {
            return refuse("VARBINARY");
        }
        "rbm32" => Arc::new(Bitmap32),
        "rbm64" => Arc::new(Bitmap64),
        #[cfg(feature = "complete")]
        "hll_sketch" => Arc::new(Hll),
        #[cfg(feature = "complete")]
        "theta_sketch" => Arc::new(Theta),
        #[cfg(not(feature = "complete"))]
        "hll_sketch" | "theta_sketch" => return Err(Error::lacking("sketches").with("column", &field.name)),
        _ => {
            let message = format!("there is no aggregate function {name:?}");
            return Err(Error::invalid(message).with("column", &field.name));
        }
    })
}

/// The error of functions that cannot undo.
fn not_retractable(name: &str) -> Error {
    let message = format!("aggregate function {name} cannot undo a -U or -D row");
    Error::unsupported(message).with("option", "fields.<column>.ignore-retract=true skips such rows")
}
