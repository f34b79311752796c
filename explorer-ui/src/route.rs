//! Deep links: the part of the state that the address bar holds, in the fragment, so that no server sees it.
//!
//! ```text
//! #/                                               the open screen
//! #/demo/<database>/<table>/<tab>?…                the server's own warehouse
//! #/w/<url>/<database>/<table>/<tab>?…             a warehouse;   #/t/<url>/<tab>?…  one table
//! #/local/<folder>/<database>/<table>/<tab>?…      a folder of this machine;   #/localtable/<folder>/<tab>?…  one table
//!   ?at=snapshot:14 | tag:july | time:1700000000000 | watermark:1700000000000 | version:july
//!   &filter=…  &columns=a,b  &bucket=month=1/0  &from=3&to=july&mode=diff  &system=files
//!   &f.<name>=…  what a view shows besides: a file, a manifest, the snapshots compared
//!   &endpoint=…  &region=…  &style=path  &signer=…  &signby=get
//! ```
//! There is no place in it for a secret: see `place`.

use crate::place::{Location, Place};

mod branch;
mod percent;

pub use branch::MAIN;

/// A view of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// What the table is and how it does.
    #[default]
    Overview,
    /// Rows.
    Data,
    /// Rows that changed between two states.
    Changelog,
    /// History.
    Snapshots,
    /// Levels and key ranges of each bucket.
    Lsm,
    /// Data files.
    Files,
    /// Manifests.
    Manifests,
    /// Columns over time.
    Schema,
    /// What the table sets, and what holds where it does not.
    Options,
    /// System tables.
    System,
}

impl Tab {
    /// All tabs in their order.
    pub const ALL: [Tab; 10] = [
        Tab::Overview,
        Tab::Data,
        Tab::Snapshots,
        Tab::Lsm,
        Tab::Files,
        Tab::Manifests,
        Tab::Schema,
        Tab::Changelog,
        Tab::Options,
        Tab::System,
    ];

    /// Its name in an address.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Tab::Overview => "overview",
            Tab::Data => "data",
            Tab::Changelog => "changelog",
            Tab::Snapshots => "snapshots",
            Tab::Lsm => "lsm",
            Tab::Files => "files",
            Tab::Manifests => "manifests",
            Tab::Schema => "schema",
            Tab::Options => "options",
            Tab::System => "system",
        }
    }

    /// Its name on the page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Tab::Overview => "Overview",
            Tab::Data => "Data",
            Tab::Changelog => "Changelog",
            Tab::Snapshots => "Snapshots",
            Tab::Lsm => "LSM",
            Tab::Files => "Files",
            Tab::Manifests => "Manifests",
            Tab::Schema => "Schema",
            Tab::Options => "Options",
            Tab::System => "System",
        }
    }

    fn parse(slug: &str) -> Tab {
        Tab::ALL.into_iter().find(|tab| tab.slug() == slug).unwrap_or_default()
    }
}

/// Which state of the table is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum At {
    /// The newest.
    #[default]
    Latest,
    /// A snapshot.
    Snapshot(i64),
    /// A tag.
    Tag(String),
    /// The last snapshot at or before a time, milliseconds since 1970.
    Time(i64),
    /// The first snapshot with this watermark or a later one, milliseconds since 1970.
    Watermark(i64),
    /// A version as SQL takes it: a tag, a snapshot id, `watermark-<millis>`.
    Version(String),
}

impl At {
    fn print(&self) -> Option<String> {
        match self {
            At::Latest => None,
            At::Snapshot(id) => Some(format!("snapshot:{id}")),
            At::Tag(name) => Some(format!("tag:{name}")),
            At::Time(millis) => Some(format!("time:{millis}")),
            At::Watermark(millis) => Some(format!("watermark:{millis}")),
            At::Version(version) => Some(format!("version:{version}")),
        }
    }

    fn parse(text: &str) -> At {
        let parsed = match text.split_once(':') {
            Some(("snapshot", id)) => id.parse().ok().map(At::Snapshot),
            Some(("tag", name)) if !name.is_empty() => Some(At::Tag(name.to_owned())),
            Some(("time", millis)) => millis.parse().ok().map(At::Time),
            Some(("watermark", millis)) => millis.parse().ok().map(At::Watermark),
            Some(("version", version)) if !version.is_empty() => Some(At::Version(version.to_owned())),
            _ => None,
        };
        parsed.unwrap_or_default()
    }
}

/// Which changes are looked at: after one state, up to another one. Empty text is as far as there is anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Range {
    /// Snapshot id or tag before the first change.
    pub from: String,
    /// Snapshot id or tag of the last change.
    pub to: String,
    /// How they are found out, empty for the engine's choice.
    pub mode: String,
}

/// A table of a place: its database is empty where the place is the table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableName {
    /// Database.
    pub database: String,
    /// Table.
    pub table: String,
}

/// Where the user is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Route {
    /// What is opened; none on the open screen.
    pub place: Option<Place>,
    /// The table looked at.
    pub table: Option<TableName>,
    /// The view.
    pub tab: Tab,
    /// Time travel.
    pub at: At,
    /// Filter of the rows, as typed.
    pub filter: String,
    /// Columns shown; none means all.
    pub columns: Vec<String>,
    /// `partition/bucket` shown by the LSM view.
    pub bucket: Option<String>,
    /// Changes shown by the Changelog view.
    pub range: Range,
    /// System table shown by the System view; none means the first.
    pub system: Option<String>,
    /// What the view shows besides, by name: see `Route::focus`.
    pub focus: Vec<(String, String)>,
}

impl Route {
    /// The same place, at another table's first view.
    #[must_use]
    pub fn to_table(&self, name: TableName) -> Route {
        let tab = if self.table.is_some() { self.tab } else { Tab::Overview };
        Route { place: self.place.clone(), table: Some(name), tab, ..Route::default() }
    }

    /// What the view shows by this name: a file, a manifest, the snapshots compared.
    #[must_use]
    pub fn focus(&self, name: &str) -> Option<&str> {
        self.focus.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Another value, or none, of what the view shows by this name.
    pub fn set_focus(&mut self, name: &str, value: Option<String>) {
        self.focus.retain(|(other, _)| other != name);
        self.focus.extend(value.filter(|value| !value.is_empty()).map(|value| (name.to_owned(), value)));
        self.focus.sort();
    }

    /// The same table in another view that shows `value` by `name`.
    #[must_use]
    pub fn focused(&self, tab: Tab, name: &str, value: &str) -> Route {
        let mut route = Route { tab, focus: Vec::new(), ..self.clone() };
        route.set_focus(name, Some(value.to_owned()));
        route
    }

    /// Whether there is a table to show.
    #[must_use]
    pub fn shows_table(&self) -> bool {
        self.table.is_some() || self.place.as_ref().is_some_and(Place::is_table)
    }

    /// The fragment, with its `#`.
    #[must_use]
    pub fn print(&self) -> String {
        let mut out = String::from("#/");
        let mut parts: Vec<&str> = Vec::new();
        let mut query: Vec<(&str, String)> = Vec::new();
        match &self.place {
            None => return out,
            Some(Place::Served) => parts.push("demo"),
            Some(Place::Warehouse(at)) => {
                parts.extend(["w", &at.url]);
                location_query(at, &mut query);
            }
            Some(Place::Table(at)) => {
                parts.extend(["t", &at.url]);
                location_query(at, &mut query);
            }
            Some(Place::Local(root)) => parts.extend(["local", root]),
            Some(Place::LocalTable(root)) => parts.extend(["localtable", root]),
        }
        if let Some(name) = &self.table {
            parts.extend([name.database.as_str(), name.table.as_str()]);
        }
        if self.shows_table() {
            parts.push(self.tab.slug());
        }
        query.extend(self.at.print().map(|at| ("at", at)));
        query.extend((!self.filter.is_empty()).then(|| ("filter", self.filter.clone())));
        query.extend((!self.columns.is_empty()).then(|| ("columns", percent::join(&self.columns))));
        query.extend(self.bucket.clone().map(|bucket| ("bucket", bucket)));
        let Range { from, to, mode } = &self.range;
        let ends = [("from", from), ("to", to), ("mode", mode)];
        query.extend(ends.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| (key, text.clone())));
        query.extend(self.system.clone().map(|system| ("system", system)));
        let focus = self.focus.iter().map(|(name, value)| (format!("f.{}", percent::encode(name)), value.clone()));
        let query = query.into_iter().map(|(key, value)| (key.to_owned(), value)).chain(focus).collect::<Vec<_>>();
        out.push_str(&parts.iter().map(|part| percent::encode(part)).collect::<Vec<_>>().join("/"));
        for (index, (key, value)) in query.iter().enumerate() {
            out.push(if index == 0 { '?' } else { '&' });
            out.push_str(&format!("{key}={}", percent::encode(value)));
        }
        out
    }

    /// The route that a fragment means; what cannot be understood is left at its default.
    #[must_use]
    pub fn parse(fragment: &str) -> Route {
        let fragment = fragment.trim_start_matches('#').trim_start_matches('/');
        let (path, query) = fragment.split_once('?').unwrap_or((fragment, ""));
        let mut parts = path.split('/').filter(|part| !part.is_empty()).map(percent::decode);
        let mut route = Route::default();
        let mut location = Location::default();
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let value = percent::decode(value);
            match key {
                "at" => route.at = At::parse(&value),
                "filter" => route.filter = value,
                "columns" => route.columns = percent::split(&value),
                "bucket" => route.bucket = Some(value),
                "from" => route.range.from = value,
                "to" => route.range.to = value,
                "mode" => route.range.mode = value,
                "system" => route.system = Some(value).filter(|name| !name.is_empty()),
                "endpoint" => location.endpoint = Some(value),
                "region" => location.region = Some(value),
                "style" => location.path_style = value == "path",
                "signer" => location.signer.get_or_insert_default().url = bare(&value),
                "signby" => location.signer.get_or_insert_default().by_get = value == "get",
                key => {
                    if let Some(name) = key.strip_prefix("f.") {
                        route.set_focus(&percent::decode(name), Some(value));
                    }
                }
            }
        }
        route.place = match parts.next().as_deref() {
            Some("demo") => Some(Place::Served),
            Some("w") => parts.next().map(|url| Place::Warehouse(Location { url: bare(&url), ..location })),
            Some("t") => parts.next().map(|url| Place::Table(Location { url: bare(&url), ..location })),
            Some("local") => parts.next().map(Place::Local),
            Some("localtable") => parts.next().map(Place::LocalTable),
            _ => None,
        };
        match &route.place {
            None => return Route::default(),
            Some(place) if place.is_table() => {}
            Some(_) => {
                let (database, table) = (parts.next(), parts.next());
                route.table = database.zip(table).map(|(database, table)| TableName { database, table });
            }
        }
        route.tab = parts.next().map(|slug| Tab::parse(&slug)).unwrap_or_default();
        route
    }
}

fn location_query(at: &Location, query: &mut Vec<(&'static str, String)>) {
    query.extend(at.endpoint.clone().map(|endpoint| ("endpoint", endpoint)));
    query.extend(at.region.clone().map(|region| ("region", region)));
    query.extend(at.path_style.then(|| ("style", "path".to_owned())));
    if let Some(signer) = &at.signer {
        query.push(("signer", signer.url.clone()));
        query.extend(signer.by_get.then(|| ("signby", "get".to_owned())));
    }
}

/// A link made elsewhere may carry a user or a signed query: they do not enter the state.
fn bare(url: &str) -> String {
    crate::place::split_url(url).map_or_else(|_| String::new(), |(url, _)| url)
}

#[cfg(test)]
mod tests;
