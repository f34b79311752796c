//! By which columns and how rows are sorted (Java `CoreOptions.OrderType`, `clustering.*`).

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    spec::{options::CoreOptions, table_schema::TableSchema},
    types::{DataField, TypeKind},
};

/// Fewest columns that `auto` sorts along a Hilbert curve.
const HILBERT_COLUMNS: usize = 5;

/// How rows are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// By the first column, then by the second, …
    Order,
    /// By the interleaved bits of the columns.
    Zorder,
    /// By the place on a Hilbert curve through the values of at least two columns.
    Hilbert,
}

impl Strategy {
    /// The strategy of an option or a flag; `auto` sorts one column by order, up to four by z-order and more by Hilbert.
    ///
    /// Errors: `Invalid` for another name.
    pub fn parse(name: &str, columns: usize) -> Result<Self> {
        match name.trim().to_ascii_lowercase().as_str() {
            "auto" if columns == 1 => Ok(Strategy::Order),
            "auto" if columns < HILBERT_COLUMNS => Ok(Strategy::Zorder),
            "auto" | "hilbert" => Ok(Strategy::Hilbert),
            "order" => Ok(Strategy::Order),
            "zorder" => Ok(Strategy::Zorder),
            _ => {
                let message = format!("expected a strategy of auto, order, zorder or hilbert, found {name:?}");
                Err(Error::invalid(message))
            }
        }
    }

    /// The name in options and listings.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::Order => "order",
            Strategy::Zorder => "zorder",
            Strategy::Hilbert => "hilbert",
        }
    }
}

/// What to sort the rows of a table by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterBy {
    /// Columns, the most important first.
    pub columns: Vec<String>,
    /// How.
    pub strategy: Strategy,
}

impl ClusterBy {
    /// What the options `clustering.columns` and `clustering.strategy` say; `None` where they name no columns.
    ///
    /// Errors: `Invalid` for an unknown strategy.
    pub fn of_options(options: &CoreOptions) -> Result<Option<Self>> {
        let option = |name: &str, older: &str| options.raw().get(name).or_else(|| options.raw().get(older));
        let columns = option("clustering.columns", "sink.clustering.by-columns").map_or("", String::as_str);
        let columns: Vec<String> =
            columns.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        if columns.is_empty() {
            return Ok(None);
        }
        let strategy = option("clustering.strategy", "sink.clustering.strategy").map_or("auto", String::as_str);
        Ok(Some(ClusterBy { strategy: Strategy::parse(strategy, columns.len())?, columns }))
    }
}

/// How the files of one bucket are clustered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClusterTask {
    /// Columns, the most important first.
    pub columns: Vec<String>,
    /// How.
    pub strategy: Strategy,
    /// Level of the new files: 0, or with `clustering.incremental` that of the run.
    #[serde(default)]
    pub output_level: i32,
}

impl ClusterTask {
    /// Whether rows of a table can be sorted like that.
    ///
    /// Errors: `Invalid` for no columns, unknown ones, one named twice, partition columns, or one column for a Hilbert
    /// curve; `Unsupported` for columns whose type has no order.
    pub fn check(&self, schema: &TableSchema) -> Result<()> {
        let mut seen = HashSet::new();
        for field in self.fields(schema)? {
            let invalid = |message: &str| Err(Error::invalid(message).with("column", &field.name));
            if !seen.insert(field.id) {
                return invalid("a column to cluster by is named twice");
            }
            if schema.partition_keys.contains(&field.name) {
                return invalid("cannot cluster by a partition column: it has one value in each partition");
            }
            if !is_ordered(&field.data_type.kind) {
                return Err(super::values::wrong_type(&field));
            }
        }
        match (self.strategy, seen.len()) {
            (_, 0) => Err(Error::invalid("expected columns to cluster by")),
            (Strategy::Hilbert, 1) => Err(Error::invalid("strategy hilbert needs at least two columns; use order")),
            _ => Ok(()),
        }
    }

    /// The columns. Errors: `Invalid` for unknown ones.
    pub(super) fn fields(&self, schema: &TableSchema) -> Result<Vec<DataField>> {
        let field = |name: &String| {
            let field = schema.field(name).cloned();
            field.ok_or_else(|| {
                Error::invalid("cannot cluster by a column that the table does not have").with("column", name)
            })
        };
        self.columns.iter().map(field).collect()
    }
}

fn is_ordered(kind: &TypeKind) -> bool {
    !matches!(
        kind,
        TypeKind::Variant
            | TypeKind::Blob
            | TypeKind::Array(_)
            | TypeKind::Vector { .. }
            | TypeKind::Multiset(_)
            | TypeKind::Map { .. }
            | TypeKind::Row(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_goes_by_the_number_of_columns() {
        let auto = |columns| Strategy::parse("auto", columns).unwrap().name();
        assert_eq!([1, 2, 4, 5].map(auto), ["order", "zorder", "zorder", "hilbert"]);
        assert_eq!(Strategy::parse("Hilbert", 1).unwrap(), Strategy::Hilbert);
        assert!(Strategy::parse("peano", 2).is_err());
    }
}
