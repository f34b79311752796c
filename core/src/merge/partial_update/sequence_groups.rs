//! Options `fields.<g1>[,<g2>…].sequence-group` = `<c1>,<c2>…`: the columns g order the versions of the columns c.

use crate::{
    error::{Error, Result},
    spec::{options::CoreOptions, table_schema::TableSchema},
};

/// One option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::merge) struct SequenceGroup {
    /// The columns that order, most significant first.
    pub(in crate::merge) ordering: Vec<String>,
    /// The columns that are ordered.
    pub(in crate::merge) protected: Vec<String>,
    /// Whether a -D of this group removes the row (`partial-update.remove-record-on-sequence-group`).
    pub(in crate::merge) removes: bool,
}

/// All groups of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::merge) struct SequenceGroups(Vec<SequenceGroup>);

impl SequenceGroups {
    /// Reads the options. Errors: `Invalid` for names that are no column or in the primary key, and for columns in two
    /// groups.
    pub(in crate::merge) fn new(options: &CoreOptions, schema: &TableSchema) -> Result<Self> {
        let mut groups = SequenceGroups::default();
        for (name, value) in options.raw() {
            let ordering = name.strip_prefix("fields.").and_then(|name| name.strip_suffix(".sequence-group"));
            if let Some(ordering) = ordering {
                let ordering = columns(schema, name, ordering)?;
                let mut protected = columns(schema, name, value)?;
                // A group orders its own columns anyway.
                protected.retain(|column| !ordering.contains(column));
                groups.add(name, SequenceGroup { ordering, protected, removes: false })?;
            }
        }
        for column in &options.partial_update_remove_record_on_sequence_group {
            let group = groups.0.iter_mut().find(|group| group.ordering.contains(column));
            let Some(group) = group else {
                let message = format!(
                    "option partial-update.remove-record-on-sequence-group: expected columns that order a sequence \
                     group, found {column:?}"
                );
                return Err(Error::invalid(message));
            };
            group.removes = true;
        }
        Ok(groups)
    }

    fn add(&mut self, option: &str, group: SequenceGroup) -> Result<()> {
        for column in group.ordering.iter().chain(&group.protected) {
            if self.ordered_by(column).or(self.protecting(column)).is_some() {
                return Err(Error::invalid(format!("option {option}: column {column:?} is in two sequence groups")));
            }
        }
        self.0.push(group);
        Ok(())
    }

    pub(in crate::merge) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::merge) fn iter(&self) -> impl Iterator<Item = &SequenceGroup> {
        self.0.iter()
    }

    /// Number of the group that the column orders.
    pub(super) fn ordered_by(&self, column: &str) -> Option<usize> {
        self.0.iter().position(|group| group.ordering.iter().any(|name| name == column))
    }

    /// Number of the group that orders the column.
    pub(super) fn protecting(&self, column: &str) -> Option<usize> {
        self.0.iter().position(|group| group.protected.iter().any(|name| name == column))
    }
}

/// Column names between commas. Java does not trim them.
fn columns(schema: &TableSchema, option: &str, names: &str) -> Result<Vec<String>> {
    let column = |name: &str| {
        let refuse = |why: &str| Err(Error::invalid(format!("option {option}: {name:?} {why}")));
        match schema.field(name) {
            None => refuse("is no column"),
            Some(_) if schema.primary_keys.iter().any(|key| key == name) => refuse("is in the primary key"),
            Some(_) => Ok(name.to_owned()),
        }
    };
    names.split(',').map(column).collect()
}
