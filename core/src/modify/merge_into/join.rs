//! The source as a hash table, and rows of the table that find their partners in it.

use std::collections::HashMap;

use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, UInt32Array, cast::AsArray};
use arrow_row::{RowConverter, SortField};
use arrow_select::take::take;

use crate::{
    error::{Error, Result},
    modify::{expression::Expression, update::Assignment},
    predicate::{Column, CompareOp, Predicate},
    types::{DataField, Datum, TypeKind},
};

/// Distinct keys up to which files of the table are looked for by each of them, and not by the least and greatest.
const MOST_KEYS_IN_FILTER: usize = 200;

/// A source, by its keys.
#[derive(Debug)]
pub(super) struct Join {
    pub(super) source: RecordBatch,
    table_columns: usize,
    /// Equal sides: of the table and of the source.
    keys: Vec<(Expression, Expression)>,
    /// What else must hold of a pair.
    residual: Vec<Expression>,
    converter: RowConverter,
    rows_of: HashMap<Box<[u8]>, Vec<u32>>,
    /// What rows of the table must look like to have a partner.
    filter: Predicate,
}

/// Rows that belong together: places in a batch of the table, ascending, and in the source.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    pub(super) table_rows: Vec<u32>,
    pub(super) source_rows: Vec<u32>,
}

impl Join {
    /// Errors: `Invalid` where no part of the condition says that a column of the table equals one of the source.
    pub(super) fn new(
        on: Expression,
        fields: &[DataField],
        source_fields: &[DataField],
        source: &[RecordBatch],
    ) -> Result<Self> {
        let table_columns = fields.len();
        let of_table =
            |side: &Expression| !side.columns().is_empty() && side.columns().iter().all(|at| *at < table_columns);
        let of_source =
            |side: &Expression| !side.columns().is_empty() && side.columns().iter().all(|at| *at >= table_columns);
        let (mut keys, mut residual) = (Vec::new(), Vec::new());
        for part in on.conjuncts() {
            match part.equal_sides() {
                Some((a, b)) if of_table(a) && of_source(b) => keys.push((a.clone(), b.clone())),
                Some((a, b)) if of_source(a) && of_table(b) => keys.push((b.clone(), a.clone())),
                _ => residual.push(part),
            }
        }
        if keys.is_empty() {
            let message = "expected a column of the table to equal one of the source, as in `t.id = s.id`";
            return Err(Error::invalid(message).with("clause", "ON"));
        }
        let source = super::one_batch(source_fields, source)?;
        if u32::try_from(source.num_rows()).is_err() {
            return Err(Error::invalid("a source of more than 2^32 rows"));
        }
        let column = |place: usize| column_of(&source, place.wrapping_sub(table_columns));
        let arrays =
            keys.iter().map(|(_, side)| side.evaluate(&column, source.num_rows())).collect::<Result<Vec<_>>>()?;
        let sort_fields = arrays.iter().map(|array| SortField::new(array.data_type().clone())).collect();
        let converter = RowConverter::new(sort_fields)?;
        let mut rows_of: HashMap<Box<[u8]>, Vec<u32>> = HashMap::new();
        for (row, key) in converter_rows(&converter, &arrays)?.into_iter().enumerate() {
            if let Some(key) = key {
                rows_of.entry(key).or_default().push(row as u32);
            }
        }
        let filter = filter_of(fields, &keys, &arrays)?;
        Ok(Join { source, table_columns, keys, residual, converter, rows_of, filter })
    }

    /// Rows of the table outside of it have no partner.
    pub(super) fn filter(&self) -> &Predicate {
        &self.filter
    }

    /// Columns of the table that it takes to find partners.
    pub(super) fn table_places(&self) -> Vec<usize> {
        let keys = self.keys.iter().flat_map(|(side, _)| side.columns());
        let residual = self.residual.iter().flat_map(Expression::columns);
        keys.chain(residual).filter(|place| *place < self.table_columns).collect()
    }

    /// Whether partners have the value that is assigned anyway.
    pub(super) fn equates(&self, assignment: &Assignment) -> bool {
        let same = |(table, source): &(Expression, Expression)| {
            let table = table.without_cast().as_column();
            table == Some(assignment.place())
                && source.without_cast().as_column() == assignment.value().without_cast().as_column()
        };
        self.keys.iter().any(same)
    }

    /// The pairs of a batch of the table; `column` gives its columns.
    pub(super) fn pairs(&self, column: &dyn Fn(usize) -> Result<ArrayRef>, rows: usize) -> Result<Pairs> {
        let arrays = self.keys.iter().map(|(side, _)| side.evaluate(column, rows)).collect::<Result<Vec<_>>>()?;
        let mut pairs = Pairs::default();
        for (row, key) in converter_rows(&self.converter, &arrays)?.into_iter().enumerate() {
            let Some(partners) = key.and_then(|key| self.rows_of.get(&key)) else { continue };
            pairs.table_rows.extend(std::iter::repeat_n(row as u32, partners.len()));
            pairs.source_rows.extend(partners);
        }
        for part in &self.residual {
            let holds = self.evaluate_pairs(part, column, &pairs)?;
            pairs = pairs.filtered(&holds)?;
        }
        Ok(pairs)
    }

    /// A value of each pair.
    pub(super) fn evaluate_pairs(
        &self,
        expression: &Expression,
        column: &dyn Fn(usize) -> Result<ArrayRef>,
        pairs: &Pairs,
    ) -> Result<ArrayRef> {
        let (table_rows, source_rows) =
            (UInt32Array::from(pairs.table_rows.clone()), UInt32Array::from(pairs.source_rows.clone()));
        let of_pair = |place: usize| match place.checked_sub(self.table_columns) {
            None => Ok(take(&column(place)?, &table_rows, None)?),
            Some(place) => Ok(take(&column_of(&self.source, place)?, &source_rows, None)?),
        };
        expression.evaluate(&of_pair, pairs.table_rows.len())
    }
}

impl Pairs {
    /// The pairs for which a condition is true.
    pub(super) fn filtered(&self, holds: &ArrayRef) -> Result<Pairs> {
        let holds = booleans(holds)?;
        let mut kept = Pairs::default();
        for (at, (table, source)) in self.table_rows.iter().zip(&self.source_rows).enumerate() {
            if holds.is_valid(at) && holds.value(at) {
                kept.table_rows.push(*table);
                kept.source_rows.push(*source);
            }
        }
        Ok(kept)
    }
}

/// Errors: `Internal` for an array of another type.
pub(super) fn booleans(array: &ArrayRef) -> Result<&BooleanArray> {
    array.as_boolean_opt().ok_or_else(|| Error::internal("expected conditions"))
}

pub(super) fn column_of(batch: &RecordBatch, place: usize) -> Result<ArrayRef> {
    batch.columns().get(place).cloned().ok_or_else(|| Error::internal("a column out of place"))
}

/// Keys as bytes; `None` where a part is null, which equals nothing.
fn converter_rows(converter: &RowConverter, arrays: &[ArrayRef]) -> Result<Vec<Option<Box<[u8]>>>> {
    let rows = converter.convert_columns(arrays)?;
    let has_null = |row: usize| arrays.iter().any(|array| array.is_null(row));
    Ok(rows.iter().enumerate().map(|(at, row)| (!has_null(at)).then(|| row.as_ref().into())).collect())
}

/// What the keys of the source say of columns of the table.
fn filter_of(fields: &[DataField], keys: &[(Expression, Expression)], arrays: &[ArrayRef]) -> Result<Predicate> {
    let mut parts = Vec::new();
    for ((side, _), array) in keys.iter().zip(arrays) {
        let Some(field) = side.as_column().and_then(|place| fields.get(place)) else { continue };
        // Floats have values that compare equal in one way and not in another.
        if matches!(field.data_type.kind, TypeKind::Float | TypeKind::Double) {
            continue;
        }
        let mut few: Vec<Datum> = Vec::new();
        let mut bounds: Option<(Datum, Datum)> = None;
        for row in 0..array.len() {
            let Some(value) = Datum::from_array(array.as_ref(), row)? else { continue };
            if few.len() <= MOST_KEYS_IN_FILTER && !few.contains(&value) {
                few.push(value.clone());
            }
            bounds = Some(match bounds {
                None => (value.clone(), value),
                Some((low, high)) if value.try_cmp(&low).is_some_and(|order| order.is_lt()) => (value, high),
                Some((low, high)) if value.try_cmp(&high).is_some_and(|order| order.is_gt()) => (low, value),
                Some(bounds) => bounds,
            });
        }
        let column = Column::of(field);
        parts.push(match bounds {
            None => Predicate::False,
            Some(_) if few.len() <= MOST_KEYS_IN_FILTER => Predicate::In { column, literals: few, negated: false },
            Some((low, high)) => Predicate::And(vec![
                Predicate::Compare { column: column.clone(), op: CompareOp::GtEq, literal: low },
                Predicate::Compare { column, op: CompareOp::LtEq, literal: high },
            ]),
        });
    }
    Ok(Predicate::And(parts).simplify())
}
