//! Random nested types and edits of them, against a model that goes value by value and id by id.

use arrow_array::RecordBatch;
use proptest::prelude::*;

use super::{Evolution, convert};
use crate::types::{DataField, DataType, Datum, TypeKind, arrow, datums_to_array};

/// A small random source, seeded by proptest.
struct Dice {
    state: u64,
    next_id: i32,
}

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % sides
    }

    fn data_type(&mut self, depth: u32) -> DataType {
        let sides = if depth == 0 { 4 } else { 8 };
        let kind = match self.roll(sides) {
            0 => TypeKind::Int,
            1 => TypeKind::STRING,
            2 => TypeKind::Decimal { precision: 9, scale: 2 },
            3 => TypeKind::SmallInt,
            4 => TypeKind::Array(Box::new(self.data_type(depth - 1))),
            5 => {
                let key = DataType::not_null(TypeKind::STRING);
                TypeKind::Map { key: Box::new(key), value: Box::new(self.data_type(depth - 1)) }
            }
            _ => TypeKind::Row(self.fields(depth - 1)),
        };
        if self.roll(5) == 0 { DataType::not_null(kind) } else { DataType::nullable(kind) }
    }

    fn fields(&mut self, depth: u32) -> Vec<DataField> {
        (0..=self.roll(3)).map(|_| self.field(depth)).collect()
    }

    fn field(&mut self, depth: u32) -> DataField {
        let id = self.next_id;
        self.next_id += 1;
        DataField::new(id, format!("f{id}"), self.data_type(depth))
    }

    /// Adds, drops, drops and adds again, renames, moves and re-types fields, at any depth.
    fn edit_fields(&mut self, fields: &mut Vec<DataField>) {
        for _ in 0..=self.roll(2) {
            let at = self.roll(fields.len() as u64) as usize;
            match self.roll(6) {
                0 => {
                    let mut field = self.field(1);
                    field.data_type.nullable = true;
                    fields.insert(at, field);
                }
                1 if fields.len() > 1 => drop(fields.remove(at)),
                2 => {
                    let name = fields[at].name.clone();
                    fields[at] = DataField { name, ..self.field(1) };
                }
                3 => fields[at].name += "_renamed",
                4 => fields.rotate_left(at),
                _ => self.edit_type(&mut fields[at].data_type),
            }
        }
    }

    fn edit_type(&mut self, data_type: &mut DataType) {
        match &mut data_type.kind {
            TypeKind::Row(fields) => self.edit_fields(fields),
            TypeKind::Array(element) => self.edit_type(element),
            TypeKind::Map { value, .. } => self.edit_type(value),
            kind => {
                let others = [TypeKind::BigInt, TypeKind::STRING, TypeKind::Decimal { precision: 20, scale: 3 }];
                // Text is not always a number.
                *kind = if *kind == TypeKind::STRING { kind.clone() } else { others[self.roll(3) as usize].clone() };
            }
        }
        data_type.nullable ^= self.roll(4) == 0;
    }

    fn value(&mut self, data_type: &DataType) -> Option<Datum> {
        if data_type.nullable && self.roll(4) == 0 {
            return None;
        }
        let number = self.roll(2000) as i32 - 1000;
        Some(match &data_type.kind {
            TypeKind::Int => Datum::Int(number),
            TypeKind::SmallInt => Datum::SmallInt(number as i16),
            TypeKind::Decimal { scale, .. } => Datum::Decimal { unscaled: number.into(), scale: *scale },
            TypeKind::Array(element) => Datum::Array((0..self.roll(4)).map(|_| self.value(element)).collect()),
            TypeKind::Map { value, .. } => {
                let keys = (0..self.roll(3)).map(|key| Some(Datum::String(key.to_string()))).collect::<Vec<_>>();
                let values = keys.iter().map(|_| self.value(value)).collect();
                Datum::Map(keys, values)
            }
            TypeKind::Row(fields) => Datum::Row(fields.iter().map(|field| self.value(&field.data_type)).collect()),
            _ => Datum::String(format!("text {number}")),
        })
    }
}

/// Whether Java reads anything of the old type.
fn is_read(old: &DataType, new: &DataType) -> bool {
    match (&old.kind, &new.kind) {
        (TypeKind::Row(old), TypeKind::Row(new)) => {
            new.iter().any(|new| old.iter().any(|old| old.id == new.id && is_read(&old.data_type, &new.data_type)))
        }
        (TypeKind::Array(old), TypeKind::Array(new)) => is_read(old, new),
        (TypeKind::Map { value: old, .. }, TypeKind::Map { value: new, .. }) => is_read(old, new),
        _ => true,
    }
}

fn fields_model(row: &[Option<Datum>], old: &[DataField], new: &[DataField]) -> Vec<Option<Datum>> {
    let field = |new: &DataField| {
        let at = old.iter().position(|old| old.id == new.id)?;
        model(row[at].as_ref(), &old[at].data_type, &new.data_type)
    };
    new.iter().map(field).collect()
}

/// The value under the new type.
fn model(value: Option<&Datum>, old: &DataType, new: &DataType) -> Option<Datum> {
    let value = value.filter(|_| is_read(old, new))?;
    match (value, &old.kind, &new.kind) {
        (Datum::Row(row), TypeKind::Row(old), TypeKind::Row(new)) => Some(Datum::Row(fields_model(row, old, new))),
        (Datum::Array(items), TypeKind::Array(old), TypeKind::Array(new)) => {
            Some(Datum::Array(items.iter().map(|item| model(item.as_ref(), old, new)).collect()))
        }
        (Datum::Map(keys, values), TypeKind::Map { value: old, .. }, TypeKind::Map { value: new, .. }) => {
            Some(Datum::Map(keys.clone(), values.iter().map(|value| model(value.as_ref(), old, new)).collect()))
        }
        _ => {
            let array = datums_to_array(&[Some(value.clone())], old).unwrap();
            Datum::from_array(&convert(old, new).unwrap().apply(&array).unwrap(), 0).unwrap()
        }
    }
}

fn check(seed: u64) {
    let mut dice = Dice { state: seed, next_id: 0 };
    let old = dice.fields(3);
    let rows = (0..dice.roll(6)).map(|_| old.iter().map(|field| dice.value(&field.data_type)).collect::<Vec<_>>());
    let rows = rows.collect::<Vec<_>>();
    let mut new = old.clone();
    dice.edit_fields(&mut new);
    let evolution = Evolution::new(&new, &old, &[]).unwrap();
    let column = |field: &DataField| {
        let at = old.iter().position(|old| old.id == field.id).unwrap();
        datums_to_array(&rows.iter().map(|row| row[at].clone()).collect::<Vec<_>>(), &field.data_type).unwrap()
    };
    let columns = evolution.file_fields.iter().map(column).collect::<Vec<_>>();
    let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows.len()));
    let schema = arrow::schema(&evolution.file_fields);
    let batch = evolution.apply(&RecordBatch::try_new_with_options(schema, columns, &options).unwrap()).unwrap();
    for (at, row) in rows.iter().enumerate() {
        let ours = batch.columns().iter().map(|column| Datum::from_array(column, at).unwrap()).collect::<Vec<_>>();
        assert_eq!(ours, fields_model(row, &old, &new), "{old:?}\n{new:?}");
    }
    for (field, column) in new.iter().zip(batch.schema().fields()) {
        assert_eq!(field.name, *column.name());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nested_rows_evolve_by_id(seed in any::<u64>()) {
        check(seed);
    }
}
