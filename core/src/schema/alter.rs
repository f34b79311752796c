//! Publishes changed schemas: one file a version, made only if it is absent (Java `SchemaManager.commitChanges`).

use std::sync::Arc;

use super::{SchemaChange, apply};
use crate::{
    error::{Error, Result},
    io::PutOutcome,
    spec::table_schema::TableSchema,
    table::{SchemaManager, Table},
};

/// Attempts against others who change the same schema.
const ATTEMPTS: usize = 100;

impl Table {
    /// Changes the schema, whatever version this handle has, and gives a handle under the new version. All `changes`
    /// are made or none. Where somebody else changes the schema meanwhile, they are applied to the outcome of that.
    ///
    /// Errors: those of [`apply`]; `Conflict` where others keep changing the schema; `Unsupported` where the store cannot
    /// create only if absent.
    pub async fn alter(&self, changes: &[SchemaChange]) -> Result<Table> {
        self.alter_by(|latest, has_snapshots| {
            apply(latest, changes, has_snapshots, self.runtime().now_millis()).map(Some)
        })
        .await
    }

    /// As [`Table::alter`], for changes that depend on the schema; `None` where there is nothing to change.
    pub(crate) async fn alter_by(
        &self,
        change: impl Fn(&TableSchema, bool) -> Result<Option<TableSchema>>,
    ) -> Result<Table> {
        let schemas = self.schemas();
        let has_snapshots = self.snapshots().latest().await?.is_some();
        for _ in 0..ATTEMPTS {
            let latest =
                schemas.latest().await?.ok_or_else(|| Error::not_found("the table is gone").at(self.name()))?;
            let next = change(&latest, has_snapshots).map_err(|error| error.at(self.name()))?;
            let Some(next) = next else { return self.at_schema(latest) };
            self.check_branches(&next).await?;
            if publish(&schemas, &next).await? {
                return self.at_schema(Arc::new(next));
            }
        }
        Err(Error::conflict(format!("somebody else changed the schema {ATTEMPTS} times meanwhile")).at(self.name()))
    }

    /// Branches that options name must be there.
    async fn check_branches(&self, schema: &TableSchema) -> Result<()> {
        let named = |option: &'static str| {
            schema.options.get(option).map(|branch| branch.trim()).filter(|branch| !branch.is_empty())
        };
        for option in ["scan.fallback-branch", "scan.primary-branch"] {
            if let Some(branch) = named(option)
                && SchemaManager::new(self.storage().clone(), branch).latest().await?.is_none()
            {
                return Err(Error::invalid(format!("the option {option} names {branch:?}, which is no branch")));
            }
        }
        Ok(())
    }
}

/// Makes the file of the next version; false where somebody else was faster.
async fn publish(schemas: &SchemaManager, next: &TableSchema) -> Result<bool> {
    match schemas.commit_next(next).await? {
        PutOutcome::Created => Ok(true),
        // A put that succeeded without our hearing of it finds its own file.
        PutOutcome::Exists => Ok(schemas.latest().await?.is_some_and(|latest| *latest == *next)),
    }
}
