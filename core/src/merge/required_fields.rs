//! Columns that a merge needs besides those that are asked for.

use super::partial_update::SequenceGroups;
use crate::{
    error::{Error, Result},
    spec::{
        options::{CoreOptions, MergeEngine},
        table_schema::TableSchema,
    },
};

/// Places of the columns of `schema` to read so that the columns `projection` can be merged: these first, then, where
/// they are not among them, those of `sequence.field`, the columns that order the sequence groups of all of these, and
/// those whose -D removes a row. The primary key is not added.
///
/// Errors: `Invalid` where an option names no column, and for places outside the schema.
pub fn required_fields(options: &CoreOptions, schema: &TableSchema, projection: &[usize]) -> Result<Vec<usize>> {
    let mut places = Vec::with_capacity(projection.len());
    let mut add = |place: usize| {
        if !places.contains(&place) {
            places.push(place);
        }
    };
    projection.iter().copied().for_each(&mut add);
    for name in &options.sequence_field {
        let place = schema.field_index(name);
        add(place.ok_or_else(|| Error::invalid(format!("option sequence.field names no column: {name:?}")))?);
    }
    if options.merge_engine != MergeEngine::PartialUpdate {
        return Ok(places);
    }
    let asked = places.iter().map(|place| schema.fields.get(*place).map(|field| field.name.as_str()));
    let asked = asked.collect::<Option<Vec<_>>>();
    let asked = asked.ok_or_else(|| Error::invalid(format!("expected places of columns, found {places:?}")))?;
    for group in SequenceGroups::new(options, schema)?.iter() {
        let used = group.ordering.iter().chain(&group.protected).any(|column| asked.contains(&column.as_str()));
        if used || group.removes {
            for place in group.ordering.iter().filter_map(|column| schema.field_index(column)) {
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
    }
    Ok(places)
}
