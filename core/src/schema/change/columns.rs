//! Columns added, renamed, dropped, moved and changed.

use super::{Draft, Position, casts, directive, path};
use crate::{
    error::{Error, Result},
    schema::{default_value::default_array, field_ids},
    types::{DataField, DataType, TypeKind},
};

/// Options that list columns with an index over a primary key table.
const INDEX_COLUMNS: [&str; 5] = [
    "pk-vector.index.columns",
    "pk-btree.index.columns",
    "pk-bitmap.index.columns",
    "pk-multivalue.index.columns",
    "pk-full-text.index.columns",
];

/// Whether values go to files of their own: BLOB, ARRAY of BLOB, MAP to BLOB.
pub(crate) fn is_blob_column(data_type: &DataType) -> bool {
    match &data_type.kind {
        TypeKind::Blob => true,
        TypeKind::Array(inner) | TypeKind::Map { value: inner, .. } => inner.kind == TypeKind::Blob,
        _ => false,
    }
}

fn place_of(fields: &[DataField], name: &str) -> Result<usize> {
    let place = fields.iter().position(|field| field.name == name);
    place.ok_or_else(|| Error::not_found(format!("there is no column {name}")))
}

fn check_absent(fields: &[DataField], name: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::invalid("a column name is blank"));
    }
    match fields.iter().any(|field| field.name == name) {
        true => Err(Error::already_exists(format!("there is a column {name} already"))),
        false => Ok(()),
    }
}

/// Moves a column to `position`. Errors: `NotFound`, `Invalid` for a place relative to itself or the one it has.
pub(super) fn shift(fields: &mut Vec<DataField>, column: &str, position: &Position) -> Result<()> {
    let from = place_of(fields, column)?;
    let (to, neighbour) = match position {
        Position::First => (0, 0),
        Position::Last => (fields.len() - 1, fields.len() - 1),
        Position::After(other) => {
            let other = place_of(fields, other)?;
            (if from > other { other + 1 } else { other }, other)
        }
        Position::Before(other) => {
            let other = place_of(fields, other)?;
            (if from < other { other.saturating_sub(1) } else { other }, other)
        }
    };
    if neighbour == from {
        return Err(Error::invalid(format!("the column {column} is there already, or named as its own neighbour")));
    }
    let field = fields.remove(from);
    fields.insert(to, field);
    Ok(())
}

impl Draft {
    pub(super) fn add_column(
        &mut self,
        way: &[String],
        data_type: &DataType,
        comment: Option<&str>,
        position: Option<&Position>,
    ) -> Result<()> {
        let name = path::text(way);
        if !data_type.nullable {
            return Err(Error::invalid(format!("the column {name} is NOT NULL, and old rows have no value for it")));
        }
        let (data_type, comment) = match directive::parse(comment)? {
            None => (data_type.clone(), comment.map(str::to_owned)),
            Some(directive) => {
                let [column] = way else {
                    return Err(Error::invalid(format!("the field {name} cannot have a directive in its comment")));
                };
                (directive.apply(column, data_type, &mut self.options)?, directive.comment)
            }
        };
        let id = self.next_id()?;
        let data_type = field_ids::reassign(data_type, &mut self.highest_field_id)?;
        let partition_keys =
            if self.rules.adds_before_partition && way.len() == 1 { self.partition_keys.as_slice() } else { &[] };
        path::with_siblings(&mut self.fields, way, |siblings, name| {
            check_absent(siblings, name)?;
            let place = match position {
                Some(Position::First) => 0,
                Some(Position::Last) => siblings.len(),
                Some(Position::After(other)) => place_of(siblings, other)? + 1,
                Some(Position::Before(other)) => place_of(siblings, other)?,
                None => {
                    let first_key = siblings.iter().position(|field| partition_keys.contains(&field.name));
                    first_key.unwrap_or(siblings.len())
                }
            };
            siblings.insert(place, DataField { description: comment, ..DataField::new(id, name, data_type) });
            Ok(())
        })
    }

    pub(super) fn rename_column(&mut self, way: &[String], new_name: &str) -> Result<()> {
        self.check_no_partition_key(way, "renamed")?;
        self.check_not_indexed(way, "renamed")?;
        path::with_siblings(&mut self.fields, way, |siblings, name| {
            let place = place_of(siblings, name)?;
            check_absent(siblings, new_name)?;
            let Some(field) = siblings.get_mut(place) else { return Ok(()) };
            if way.len() == 1 && is_blob_column(&field.data_type) {
                return Err(Error::invalid(format!("the BLOB column {name} cannot be renamed")));
            }
            new_name.clone_into(&mut field.name);
            Ok(())
        })?;
        if let [name] = way {
            let renamed = self.primary_keys.iter_mut().filter(|key| *key == name);
            renamed.for_each(|key| new_name.clone_into(key));
            self.rename_in_options(name, new_name);
        }
        Ok(())
    }

    pub(super) fn drop_column(&mut self, way: &[String]) -> Result<()> {
        self.check_no_partition_key(way, "dropped")?;
        self.check_no_primary_key(way, "dropped")?;
        self.check_not_indexed(way, "dropped")?;
        let dropped = path::with_siblings(&mut self.fields, way, |siblings, name| {
            let place = place_of(siblings, name)?;
            if siblings.len() == 1 {
                return Err(Error::invalid(format!("the column {} is the last one", path::text(way))));
            }
            Ok(siblings.remove(place))
        })?;
        if way.len() == 1 {
            directive::forget(&dropped, &mut self.options);
        }
        Ok(())
    }

    pub(super) fn update_type(&mut self, way: &[String], data_type: &DataType, keep_nullability: bool) -> Result<()> {
        self.check_no_partition_key(way, "given another type")?;
        self.check_no_primary_key(way, "given another type")?;
        self.check_not_indexed(way, "given another type")?;
        let (refuses_not_null, explicit) = (self.rules.refuses_null_to_not_null, self.rules.allows_explicit_casts);
        path::with_field(&mut self.fields, way, |field, steps| {
            if way.len() == 1 && (is_blob_column(&field.data_type) || is_blob_column(data_type)) {
                return Err(Error::invalid(format!("the type of {} cannot change to or from BLOB", field.name)));
            }
            let found = path::type_at(&mut field.data_type, steps)?;
            let nullable = if keep_nullability { found.nullable } else { data_type.nullable };
            check_nullability(way, found.nullable, nullable, refuses_not_null)?;
            let wanted = DataType { nullable, ..data_type.clone() };
            if !casts::may_become(found, &wanted, explicit) {
                let message = format!("the type of {} cannot change from {found} to {wanted}", path::text(way));
                return Err(Error::invalid(message));
            }
            *found = wanted;
            default_array(field).map(drop)
        })
    }

    pub(super) fn update_nullability(&mut self, way: &[String], nullable: bool) -> Result<()> {
        if nullable {
            self.check_no_primary_key(way, "made nullable")?;
        }
        let refuses_not_null = self.rules.refuses_null_to_not_null;
        path::with_field(&mut self.fields, way, |field, steps| {
            let found = path::type_at(&mut field.data_type, steps)?;
            check_nullability(way, found.nullable, nullable, refuses_not_null)?;
            found.nullable = nullable;
            Ok(())
        })
    }

    pub(super) fn update_comment(&mut self, way: &[String], comment: Option<&str>) -> Result<()> {
        if directive::parse(comment)?.is_some() {
            let message = format!("the comment of {} is a directive, which only new columns take", path::text(way));
            return Err(Error::invalid(message));
        }
        self.with_whole_field(way, |field| {
            field.description = comment.map(str::to_owned);
            Ok(())
        })
    }

    pub(super) fn update_default(&mut self, way: &[String], default_value: Option<&str>) -> Result<()> {
        self.with_whole_field(way, |field| {
            field.default_value = default_value.map(str::to_owned);
            default_array(field).map(drop)
        })
    }

    fn with_whole_field(&mut self, way: &[String], change: impl FnOnce(&mut DataField) -> Result<()>) -> Result<()> {
        path::with_siblings(&mut self.fields, way, |siblings, name| {
            let field = siblings.iter_mut().find(|field| field.name == name);
            change(field.ok_or_else(|| Error::not_found(format!("there is no column {}", path::text(way))))?)
        })
    }

    /// Keys are columns of the table, never fields within them.
    fn check_no_partition_key(&self, way: &[String], what: &str) -> Result<()> {
        match way {
            [name] if self.partition_keys.contains(name) => {
                Err(Error::invalid(format!("the partition column {name} cannot be {what}")))
            }
            _ => Ok(()),
        }
    }

    fn check_no_primary_key(&self, way: &[String], what: &str) -> Result<()> {
        match way {
            [name] if self.primary_keys.contains(name) => {
                Err(Error::invalid(format!("the primary key column {name} cannot be {what}")))
            }
            _ => Ok(()),
        }
    }

    fn check_not_indexed(&self, way: &[String], what: &str) -> Result<()> {
        let [name] = way else { return Ok(()) };
        let lists = INDEX_COLUMNS.iter().filter_map(|option| Some((option, self.rules.old_options.get(*option)?)));
        for (option, columns) in lists {
            if columns.split(',').any(|column| column.trim() == name) {
                return Err(Error::invalid(format!(
                    "the column {name} cannot be {what}: the option {option} names it"
                )));
            }
        }
        Ok(())
    }
}

fn check_nullability(way: &[String], old: bool, new: bool, refuses_not_null: bool) -> Result<()> {
    if refuses_not_null && old && !new {
        return Err(Error::invalid(format!(
            "the column {} cannot become NOT NULL, unless the option alter-column-null-to-not-null.disabled is false",
            path::text(way)
        )));
    }
    Ok(())
}
