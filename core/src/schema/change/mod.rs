//! Changes of a schema, and what they make of it (Java `SchemaChange`, `SchemaManager.generateTableSchema`).
//!
//! Where Java's own result would be wrong, this refuses or does what was meant: a list of changes is applied one after
//! the other, renamed columns included, and a path that leads to no column is an error.

mod casts;
mod columns;
mod directive;
mod json;
mod options;
mod path;

use std::collections::BTreeMap;

pub(crate) use columns::is_blob_column;

use super::{field_ids, validation};
use crate::{
    error::Result,
    spec::{
        options::CoreOptions,
        table_schema::{CURRENT_VERSION, TableSchema},
    },
    types::{DataField, DataType},
};

/// One change of a schema.
///
/// A path names a column, or a field within it: `["address", "street"]`. Through an ARRAY leads the step `element`,
/// through a MAP `value`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaChange {
    /// Sets a table option.
    SetOption {
        /// Name of the option.
        key: String,
        /// Its value.
        value: String,
    },
    /// Sets a table option back to its default.
    RemoveOption {
        /// Name of the option.
        key: String,
    },
    /// Changes the comment of the table; `None` removes it.
    UpdateComment {
        /// The comment.
        comment: Option<String>,
    },
    /// Adds a nullable column, at the end unless `position` says otherwise. Old rows have null there.
    AddColumn {
        /// Where and under which name.
        path: Vec<String>,
        /// Its type; ids inside it are given anew.
        data_type: DataType,
        /// Comment of the column.
        comment: Option<String>,
        /// Place among its siblings.
        position: Option<Position>,
    },
    /// Renames a column; options that name it follow.
    RenameColumn {
        /// The column.
        path: Vec<String>,
        /// Its new name, without the path.
        new_name: String,
    },
    /// Drops a column.
    DropColumn {
        /// The column.
        path: Vec<String>,
    },
    /// Changes the type of a column; old values are cast when they are read.
    UpdateColumnType {
        /// The column, or a type within it.
        path: Vec<String>,
        /// The new type.
        data_type: DataType,
        /// Takes the nullability of the old type instead of that of the new one.
        keep_nullability: bool,
    },
    /// Lets a column be null, or not any more.
    UpdateColumnNullability {
        /// The column, or a type within it.
        path: Vec<String>,
        /// Whether null is allowed from now on.
        nullable: bool,
    },
    /// Changes the comment of a column; `None` removes it.
    UpdateColumnComment {
        /// The column.
        path: Vec<String>,
        /// The comment.
        comment: Option<String>,
    },
    /// Changes what is written where the input has no value; `None` removes it.
    UpdateColumnDefaultValue {
        /// The column.
        path: Vec<String>,
        /// Text that a cast makes a value of the type.
        default_value: Option<String>,
    },
    /// Moves a column of the table.
    UpdateColumnPosition {
        /// Name of the column.
        column: String,
        /// Its new place.
        position: Position,
    },
    /// Makes a table without primary key; only while it has no snapshot.
    DropPrimaryKey,
}

/// A place among columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// Before all others.
    First,
    /// Behind all others.
    Last,
    /// Behind the named column.
    After(String),
    /// Before the named column.
    Before(String),
}

/// A schema while it is changed.
#[derive(Debug)]
struct Draft {
    fields: Vec<DataField>,
    highest_field_id: i32,
    partition_keys: Vec<String>,
    primary_keys: Vec<String>,
    options: BTreeMap<String, String>,
    comment: Option<String>,
    rules: Rules,
}

/// What the options before the change say about changes, and whether there is data.
#[derive(Debug)]
struct Rules {
    old_options: BTreeMap<String, String>,
    has_snapshots: bool,
    refuses_null_to_not_null: bool,
    allows_explicit_casts: bool,
    adds_before_partition: bool,
}

/// The schema after `changes`, made at `now_millis`: the next version of `schema`.
///
/// `has_snapshots` says whether the table has data: some options must not change then. Errors: `Invalid` for what
/// Paimon refuses, `NotFound` and `AlreadyExists` for columns, `Unsupported` for what this crate cannot judge.
pub fn apply(
    schema: &TableSchema,
    changes: &[SchemaChange],
    has_snapshots: bool,
    now_millis: i64,
) -> Result<TableSchema> {
    let mut draft = Draft::new(schema, has_snapshots);
    for change in changes {
        draft.apply(change)?;
    }
    draft.into_schema(schema, now_millis)
}

impl Draft {
    fn new(schema: &TableSchema, has_snapshots: bool) -> Self {
        let flag = |name: &str, default: bool| {
            schema.options.get(name).map_or(default, |value| value.eq_ignore_ascii_case("true"))
        };
        Draft {
            fields: schema.fields.clone(),
            highest_field_id: schema.highest_field_id,
            partition_keys: schema.partition_keys.clone(),
            primary_keys: schema.primary_keys.clone(),
            options: schema.options.clone(),
            comment: schema.comment.clone(),
            rules: Rules {
                old_options: schema.options.clone(),
                has_snapshots,
                refuses_null_to_not_null: flag("alter-column-null-to-not-null.disabled", true),
                allows_explicit_casts: !flag("disable-explicit-type-casting", false),
                adds_before_partition: flag("add-column-before-partition", false),
            },
        }
    }

    fn apply(&mut self, change: &SchemaChange) -> Result<()> {
        match change {
            SchemaChange::SetOption { key, value } => self.set_option(key, value),
            SchemaChange::RemoveOption { key } => self.remove_option(key),
            SchemaChange::UpdateComment { comment } => {
                self.comment.clone_from(comment);
                Ok(())
            }
            SchemaChange::AddColumn { path, data_type, comment, position } => {
                self.add_column(path, data_type, comment.as_deref(), position.as_ref())
            }
            SchemaChange::RenameColumn { path, new_name } => self.rename_column(path, new_name),
            SchemaChange::DropColumn { path } => self.drop_column(path),
            SchemaChange::UpdateColumnType { path, data_type, keep_nullability } => {
                self.update_type(path, data_type, *keep_nullability)
            }
            SchemaChange::UpdateColumnNullability { path, nullable } => self.update_nullability(path, *nullable),
            SchemaChange::UpdateColumnComment { path, comment } => self.update_comment(path, comment.as_deref()),
            SchemaChange::UpdateColumnDefaultValue { path, default_value } => {
                self.update_default(path, default_value.as_deref())
            }
            SchemaChange::UpdateColumnPosition { column, position } => {
                columns::shift(&mut self.fields, column, position)
            }
            SchemaChange::DropPrimaryKey => self.drop_primary_key(),
        }
    }

    /// Checks everything as for a new table.
    fn into_schema(mut self, old: &TableSchema, now_millis: i64) -> Result<TableSchema> {
        // An empty table may get its keys from options.
        let primary_keys = validation::keys(self.primary_keys, &mut self.options, "primary-key")?;
        let partition_keys = validation::keys(self.partition_keys, &mut self.options, "partition")?;
        let options = CoreOptions::parse(&self.options)?;
        validation::check_columns(&self.fields, &primary_keys, &partition_keys)?;
        for field in &mut self.fields {
            if primary_keys.contains(&field.name) {
                field.data_type.nullable = options.primary_key_nullable;
            }
        }
        let schema = TableSchema {
            version: CURRENT_VERSION,
            id: old.id + 1,
            fields: self.fields,
            highest_field_id: self.highest_field_id,
            partition_keys,
            primary_keys,
            options: self.options,
            comment: self.comment,
            time_millis: now_millis,
        };
        validation::check_schema(&schema, &options)?;
        Ok(schema)
    }

    fn drop_primary_key(&mut self) -> Result<()> {
        if self.rules.has_snapshots {
            return Err(crate::Error::invalid("cannot drop the primary key of a table that has snapshots"));
        }
        self.primary_keys.clear();
        Ok(())
    }

    fn next_id(&mut self) -> Result<i32> {
        field_ids::next_id(&mut self.highest_field_id)
    }
}

#[cfg(test)]
mod tests;
