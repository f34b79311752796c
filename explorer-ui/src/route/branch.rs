//! The branch of a table: what stands behind `$branch_` in its name or address.

use super::{Route, TableName};
use crate::place::{Location, Place};

const MARK: &str = "$branch_";
/// The branch that needs no name.
pub const MAIN: &str = "main";

fn split(name: &str) -> (&str, Option<&str>) {
    name.rsplit_once(MARK).map_or((name, None), |(base, branch)| (base, Some(branch)))
}

fn joined(name: &str, branch: &str) -> String {
    let base = split(name).0;
    if branch.is_empty() || branch == MAIN { base.to_owned() } else { format!("{base}{MARK}{branch}") }
}

impl TableName {
    /// The table without its branch.
    #[must_use]
    pub fn base(&self) -> &str {
        split(&self.table).0
    }
}

impl Route {
    /// The branch looked at.
    #[must_use]
    pub fn branch(&self) -> &str {
        let named = match (&self.place, &self.table) {
            (Some(Place::Table(at)), _) => split(&at.url).1,
            (_, Some(name)) => split(&name.table).1,
            _ => None,
        };
        named.unwrap_or(MAIN)
    }

    /// The same view of the table on another branch, at its newest state.
    #[must_use]
    pub fn on_branch(&self, branch: &str) -> Route {
        let mut route = Route { place: self.place.clone(), tab: self.tab, ..Route::default() };
        if let Some(Place::Table(at)) = &self.place {
            route.place = Some(Place::Table(Location { url: joined(&at.url, branch), ..at.clone() }));
        }
        let named = |name: &TableName| TableName { table: joined(&name.table, branch), ..name.clone() };
        route.table = self.table.as_ref().map(named);
        route
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_is_part_of_the_tables_name() {
        let table = Some(TableName { database: "d".into(), table: "t".into() });
        let route = Route { place: Some(Place::Served), table, ..Route::default() };
        assert_eq!(route.branch(), "main");
        let dev = route.on_branch("dev");
        assert_eq!((dev.branch(), Route::parse(&dev.print()) == dev), ("dev", true));
        assert_eq!(dev.table.as_ref().map(TableName::base), Some("t"));
        assert_eq!(dev.on_branch("test").branch(), "test");
        assert_eq!(dev.on_branch("main"), route);
    }

    #[test]
    fn a_table_opened_by_its_address_has_branches_too() {
        let at = Location { url: "https://h/wh/d.db/t".into(), ..Location::default() };
        let route = Route { place: Some(Place::Table(at)), ..Route::default() };
        let dev = route.on_branch("dev");
        assert_eq!(dev.place.as_ref().map(Place::label), Some("https://h/wh/d.db/t$branch_dev"));
        assert_eq!(Route::parse(&dev.print()), dev);
        assert_eq!(dev.on_branch("main"), route);
    }
}
