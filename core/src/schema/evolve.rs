//! A schema that follows loose inputs: columns are added, types widened, never the other way
//! (Java `SchemaMergingUtils`, `UpdatedDataFieldsProcessFunctionBase.canConvert`).

use super::{SchemaChange, apply};
use crate::{
    error::Result,
    spec::table_schema::TableSchema,
    table::Table,
    types::{DataField, DataType, TypeKind},
};

/// Most digits of a DECIMAL.
const MOST_DIGITS: u8 = 38;

impl Table {
    /// Adds the columns, and fields of ROWs, of `fields` that the table lacks, and widens columns to types of `fields` that
    /// hold all their values: longer texts and bytes, wider integers, floats and DECIMALs, more digits of a second.
    /// Columns are known by name; ids do not matter. Keys and columns that `fields` lacks stay as they are, and so do
    /// types that do not widen. Gives a handle under the schema that then is the latest, which may be the old one.
    ///
    /// Errors: as for [`Table::alter`].
    pub async fn evolve_to(&self, fields: &[DataField]) -> Result<Table> {
        self.alter_by(|latest, has_snapshots| {
            let changes = evolution(latest, fields);
            if changes.is_empty() {
                return Ok(None);
            }
            apply(latest, &changes, has_snapshots, self.runtime().now_millis()).map(Some)
        })
        .await
    }
}

/// The changes from a schema to one that also takes rows of `fields`.
pub fn evolution(schema: &TableSchema, fields: &[DataField]) -> Vec<SchemaChange> {
    let mut changes = Vec::new();
    let is_key = |name: &String| schema.primary_keys.contains(name) || schema.partition_keys.contains(name);
    let free = fields.iter().filter(|field| !is_key(&field.name)).cloned().collect::<Vec<_>>();
    follow_fields(&schema.fields, &free, &[], &mut changes);
    changes
}

fn follow_fields(own: &[DataField], given: &[DataField], parents: &[String], changes: &mut Vec<SchemaChange>) {
    for field in given {
        let path = step(parents, &field.name);
        match own.iter().find(|other| other.name == field.name) {
            Some(other) => follow_type(&other.data_type, &field.data_type, path, changes),
            None => changes.push(SchemaChange::AddColumn {
                path,
                data_type: DataType { nullable: true, ..field.data_type.clone() },
                comment: field.description.clone(),
                position: None,
            }),
        }
    }
}

fn follow_type(own: &DataType, given: &DataType, path: Vec<String>, changes: &mut Vec<SchemaChange>) {
    match (&own.kind, &given.kind) {
        (TypeKind::Row(own), TypeKind::Row(given)) => follow_fields(own, given, &path, changes),
        (TypeKind::Array(own), TypeKind::Array(given)) => follow_type(own, given, step(&path, "element"), changes),
        // A key of another type would have another hash.
        (TypeKind::Map { key: own_key, value: own }, TypeKind::Map { key, value }) if own_key.kind == key.kind => {
            follow_type(own, value, step(&path, "value"), changes);
        }
        (own, given) => {
            if let Some(kind) = wider(own, given).filter(|kind| kind != own) {
                let data_type = DataType::nullable(kind);
                changes.push(SchemaChange::UpdateColumnType { path, data_type, keep_nullability: true });
            }
        }
    }
}

fn step(parents: &[String], name: &str) -> Vec<String> {
    parents.iter().cloned().chain([name.to_owned()]).collect()
}

/// The type that holds the values of both; `None` where they are of different kinds.
fn wider(own: &TypeKind, given: &TypeKind) -> Option<TypeKind> {
    use TypeKind::{
        BigInt, Binary, Char, Decimal, Double, Float, Int, SmallInt, Time, Timestamp, TimestampLtz, TinyInt, Varbinary,
        Varchar,
    };
    const INTEGERS: [TypeKind; 4] = [TinyInt, SmallInt, Int, BigInt];
    let place = |kind: &TypeKind| INTEGERS.iter().position(|integer| integer == kind);
    if let (Some(a), Some(b)) = (place(own), place(given)) {
        return INTEGERS.get(a.max(b)).cloned();
    }
    Some(match (own, given) {
        (Float | Double, Float | Double) if *own == Double || *given == Double => Double,
        (Float, Float) => Float,
        (Char(a), Char(b)) if a == b => Char(*a),
        (Char(a) | Varchar(a), Char(b) | Varchar(b)) => Varchar(*a.max(b)),
        (Binary(a), Binary(b)) if a == b => Binary(*a),
        (Binary(a) | Varbinary(a), Binary(b) | Varbinary(b)) => Varbinary(*a.max(b)),
        (Decimal { precision: p, scale: s }, Decimal { precision: q, scale: t }) => {
            let scale = *s.max(t);
            let whole = p.saturating_sub(*s).max(q.saturating_sub(*t));
            let precision = whole.checked_add(scale).filter(|digits| *digits <= MOST_DIGITS)?;
            Decimal { precision, scale }
        }
        (Timestamp(a), Timestamp(b)) => Timestamp(*a.max(b)),
        (TimestampLtz(a), TimestampLtz(b)) => TimestampLtz(*a.max(b)),
        (Time(a), Time(b)) => Time(*a.max(b)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::NewTable;

    fn fields(columns: &[&str]) -> Vec<DataField> {
        let field = |text: &&str| {
            let (name, data_type) = text.split_once(' ').unwrap();
            DataField::new(0, name, data_type.parse().unwrap())
        };
        columns.iter().map(field).collect()
    }

    /// The columns after following `given`.
    fn evolved(own: &[&str], given: &[&str]) -> Vec<String> {
        let table = NewTable { primary_keys: vec!["k".into()], ..NewTable::new(fields(own)) };
        let schema = table.into_schema(0).unwrap();
        let changes = evolution(&schema, &fields(given));
        let next = apply(&schema, &changes, true, 0).unwrap();
        assert!(evolution(&next, &fields(given)).is_empty(), "once is enough");
        next.fields.iter().map(|field| format!("{} {}", field.name, field.data_type)).collect()
    }

    #[test]
    fn columns_are_added_and_types_widened() {
        let own =
            ["k INT NOT NULL", "a INT NOT NULL", "b VARCHAR(3)", "d DECIMAL(5, 2)", "r ROW<x INT, l ARRAY<FLOAT>>"];
        let given = [
            "n DATE NOT NULL",
            "a BIGINT",
            "k BIGINT",
            "b CHAR(5)",
            "d DECIMAL(6, 4)",
            "r ROW<y INT, l ARRAY<DOUBLE>>",
        ];
        let expected = [
            "k INT NOT NULL",
            "a BIGINT NOT NULL",
            "b VARCHAR(5)",
            "d DECIMAL(7, 4)",
            "r ROW<x INT, l ARRAY<DOUBLE>, y INT>",
            "n DATE",
        ];
        assert_eq!(evolved(&own, &given), expected);
    }

    #[test]
    fn nothing_is_narrowed_or_made_another_kind() {
        let own = ["k INT", "a BIGINT", "b STRING", "t TIMESTAMP(6)", "d DECIMAL(38, 0)", "m MAP<STRING, INT>"];
        let given = ["a INT", "b INT", "t TIMESTAMP(3)", "d DECIMAL(10, 5)", "m MAP<INT, BIGINT>"];
        let before = evolved(&own, &[]);
        assert_eq!(evolved(&own, &given), before);
    }
}
