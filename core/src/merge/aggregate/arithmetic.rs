//! `sum` and `product`: typed loops over the values of all versions.

use std::{fmt, sync::Arc};

use arrow_array::{
    Array, ArrowPrimitiveType, PrimitiveArray,
    cast::AsArray,
    types::{Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type},
};

use super::{FieldAggregator, decimal::Decimals};
use crate::{
    error::{Error, Result},
    merge::{
        column::{Column, Outcome},
        versions::{Operation, Pick, Track, Versions},
    },
    types::TypeKind,
};

/// `sum` or `product` of numbers of one type; null counts as absent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arithmetic {
    product: bool,
    kind: NumberKind,
}

#[derive(Clone, Copy, Debug)]
enum NumberKind {
    TinyInt,
    SmallInt,
    Int,
    BigInt,
    Float,
    Double,
    Decimal(Decimals),
}

/// Arithmetic of one type. Errors: `Invalid` for results outside the type; decimals give `None` instead.
pub(super) trait Numbers<T> {
    fn add(&self, a: T, b: T) -> Result<Option<T>>;
    fn subtract(&self, a: T, b: T) -> Result<Option<T>>;
    fn negate(&self, a: T) -> Result<Option<T>>;
    fn multiply(&self, a: T, b: T) -> Result<Option<T>>;
    fn divide(&self, a: T, b: T) -> Result<Option<T>>;
}

impl Arithmetic {
    /// `None` for types that are no numbers.
    pub(super) fn new(product: bool, kind: &TypeKind) -> Option<Self> {
        let kind = match kind {
            TypeKind::TinyInt => NumberKind::TinyInt,
            TypeKind::SmallInt => NumberKind::SmallInt,
            TypeKind::Int => NumberKind::Int,
            TypeKind::BigInt => NumberKind::BigInt,
            TypeKind::Float => NumberKind::Float,
            TypeKind::Double => NumberKind::Double,
            TypeKind::Decimal { precision, scale } => {
                NumberKind::Decimal(Decimals { precision: *precision, scale: *scale })
            }
            _ => return None,
        };
        Some(Arithmetic { product, kind })
    }

    #[inline]
    fn step<T: Copy>(
        self,
        numbers: &impl Numbers<T>,
        operation: Operation,
        state: Option<T>,
        input: Option<T>,
    ) -> Result<Option<T>> {
        let retract = matches!(operation, Operation::Retract | Operation::RetractOlder);
        match (state, input, self.product, retract) {
            (Some(a), Some(b), false, false) => numbers.add(a, b),
            (Some(a), Some(b), false, true) => numbers.subtract(a, b),
            (Some(a), Some(b), true, false) => numbers.multiply(a, b),
            (Some(a), Some(b), true, true) => numbers.divide(a, b),
            (None, Some(b), false, true) => numbers.negate(b),
            (None, Some(_), true, true) => Ok(None),
            (None, input, _, false) => Ok(input),
            (state, None, ..) => Ok(state),
        }
    }

    fn merge_typed<P: ArrowPrimitiveType>(
        self,
        numbers: &impl Numbers<P::Native>,
        column: &Column<'_>,
        versions: &Versions,
        track: Track<'_>,
    ) -> Result<Outcome> {
        let array = column.flat()?;
        let values = array.as_primitive_opt::<P>().ok_or_else(|| Error::internal("a column of another type"))?;
        let value = |row: usize| values.is_valid(row).then(|| values.value(row));
        let mut picks = Vec::with_capacity(versions.len());
        let mut computed = Vec::with_capacity(versions.len());
        for rows in versions.keys() {
            let mut state = None;
            for row in rows {
                let action = track.at(row);
                if action.reset {
                    column.check_null(row)?;
                    state = value(row);
                }
                if action.operation != Operation::Skip {
                    state = self.step(numbers, action.operation, state, value(row))?;
                }
            }
            picks.push(match state {
                Some(result) => {
                    computed.push(result);
                    Pick::Computed(computed.len() as u32 - 1)
                }
                None => Pick::Null,
            });
        }
        let computed = PrimitiveArray::<P>::from_iter_values(computed).with_data_type(array.data_type().clone());
        Ok(Outcome { picks, computed: Some(Arc::new(computed)) })
    }
}

impl FieldAggregator for Arithmetic {
    fn merge(&self, column: &Column<'_>, versions: &Versions, track: Track<'_>) -> Result<Outcome> {
        match self.kind {
            NumberKind::TinyInt => self.merge_typed::<Int8Type>(&Integers, column, versions, track),
            NumberKind::SmallInt => self.merge_typed::<Int16Type>(&Integers, column, versions, track),
            NumberKind::Int => self.merge_typed::<Int32Type>(&Integers, column, versions, track),
            NumberKind::BigInt => self.merge_typed::<Int64Type>(&Integers, column, versions, track),
            NumberKind::Float => self.merge_typed::<Float32Type>(&Floats, column, versions, track),
            NumberKind::Double => self.merge_typed::<Float64Type>(&Floats, column, versions, track),
            NumberKind::Decimal(decimals) => self.merge_typed::<Decimal128Type>(&decimals, column, versions, track),
        }
    }
}

struct Integers;
struct Floats;

fn exact<T: fmt::Display>(result: Option<T>, a: T, sign: &str, b: T) -> Result<Option<T>> {
    let overflow = || Error::invalid(format!("{a} {sign} {b} is outside the column's type, or has no value"));
    result.map(Some).ok_or_else(overflow)
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Numbers<$type> for Integers {
            #[inline]
            fn add(&self, a: $type, b: $type) -> Result<Option<$type>> {
                exact(a.checked_add(b), a, "+", b)
            }
            #[inline]
            fn subtract(&self, a: $type, b: $type) -> Result<Option<$type>> {
                exact(a.checked_sub(b), a, "-", b)
            }
            fn negate(&self, a: $type) -> Result<Option<$type>> {
                exact(a.checked_neg(), 0, "-", a)
            }
            #[inline]
            fn multiply(&self, a: $type, b: $type) -> Result<Option<$type>> {
                exact(a.checked_mul(b), a, "*", b)
            }
            fn divide(&self, a: $type, b: $type) -> Result<Option<$type>> {
                exact(a.checked_div(b), a, "/", b)
            }
        }
    )*};
}

macro_rules! floats {
    ($($type:ty),*) => {$(
        impl Numbers<$type> for Floats {
            #[inline]
            fn add(&self, a: $type, b: $type) -> Result<Option<$type>> {
                Ok(Some(a + b))
            }
            #[inline]
            fn subtract(&self, a: $type, b: $type) -> Result<Option<$type>> {
                Ok(Some(a - b))
            }
            fn negate(&self, a: $type) -> Result<Option<$type>> {
                Ok(Some(-a))
            }
            #[inline]
            fn multiply(&self, a: $type, b: $type) -> Result<Option<$type>> {
                Ok(Some(a * b))
            }
            fn divide(&self, a: $type, b: $type) -> Result<Option<$type>> {
                Ok(Some(a / b))
            }
        }
    )*};
}

integers!(i8, i16, i32, i64);
floats!(f32, f64);
