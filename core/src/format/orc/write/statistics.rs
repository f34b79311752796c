//! Statistics of a column, of a stripe or of the file.

use std::cmp::Ordering;

use arrow_array::{Array, ArrayRef};

use super::message::Message;
use crate::{
    error::Result,
    format::gathered::extremes,
    types::{Datum, TypeKind},
};

/// Texts beyond so many bytes are not kept, as in Java.
const LONGEST_TEXT: usize = 1024;

/// Values of a column so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Statistics {
    /// Values that are not null.
    pub(super) values: u64,
    pub(super) nulls: u64,
    pub(super) min: Option<Datum>,
    pub(super) max: Option<Datum>,
}

impl Statistics {
    /// Takes note of the values of a column.
    pub(super) fn add(&mut self, column: &ArrayRef) -> Result<()> {
        let mut part = Statistics {
            values: (column.len() - column.null_count()) as u64,
            nulls: column.null_count() as u64,
            ..Statistics::default()
        };
        if let Some((least, greatest)) = extremes(column) {
            part.min = Datum::from_array(column, least)?;
            part.max = Datum::from_array(column, greatest)?;
        }
        self.merge(&part);
        Ok(())
    }

    /// Takes note of what another part of the column has.
    pub(super) fn merge(&mut self, other: &Statistics) {
        self.values += other.values;
        self.nulls += other.nulls;
        let better = |ours: &Option<Datum>, theirs: &Option<Datum>, wanted| match (ours, theirs) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(ours), Some(theirs)) => theirs.try_cmp(ours) == Some(wanted),
        };
        if better(&self.min, &other.min, Ordering::Less) {
            self.min.clone_from(&other.min);
        }
        if better(&self.max, &other.max, Ordering::Greater) {
            self.max.clone_from(&other.max);
        }
    }

    /// As the file has them. Left out is what readers would take another way: bounds with NaN, of long texts, of padded
    /// CHAR, of times and of bytes.
    pub(super) fn message(&self, kind: &TypeKind) -> Message {
        let message = Message::default().number(1, self.values);
        let message = match (self.min.as_ref().zip(self.max.as_ref()), kind) {
            (
                Some(bounds),
                TypeKind::TinyInt | TypeKind::SmallInt | TypeKind::Int | TypeKind::BigInt | TypeKind::Time(_),
            ) => integers(bounds).map_or(message.clone(), |(min, max)| {
                message.part(2, Message::default().signed(1, min).signed(2, max).bytes())
            }),
            (Some(bounds), TypeKind::Date) => integers(bounds).map_or(message.clone(), |(min, max)| {
                message.part(7, Message::default().signed(1, min).signed(2, max).bytes())
            }),
            (Some(bounds), TypeKind::Float | TypeKind::Double) => match doubles(bounds) {
                Some((min, max)) => message.part(3, Message::default().double(1, min).double(2, max).bytes()),
                None => message,
            },
            (Some((Datum::String(min), Datum::String(max))), TypeKind::Varchar(_))
                if min.len().max(max.len()) <= LONGEST_TEXT =>
            {
                message.part(4, Message::default().part(1, min.as_bytes()).part(2, max.as_bytes()).bytes())
            }
            _ => message,
        };
        message.number(10, u64::from(self.nulls > 0))
    }
}

fn integers((min, max): (&Datum, &Datum)) -> Option<(i64, i64)> {
    let integer = |datum: &Datum| match datum {
        Datum::TinyInt(value) => Some((*value).into()),
        Datum::SmallInt(value) => Some((*value).into()),
        Datum::Int(value) | Datum::Date(value) | Datum::Time(value) => Some((*value).into()),
        Datum::BigInt(value) => Some(*value),
        _ => None,
    };
    integer(min).zip(integer(max))
}

/// NaN is the greatest of all.
fn doubles((min, max): (&Datum, &Datum)) -> Option<(f64, f64)> {
    let double = |datum: &Datum| match datum {
        Datum::Float(value) => Some((*value).into()),
        Datum::Double(value) => Some(*value),
        _ => None,
    };
    double(min).zip(double(max)).filter(|(_, max): &(f64, f64)| !max.is_nan())
}
