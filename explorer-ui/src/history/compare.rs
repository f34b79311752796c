//! The two states that are compared, and how they are told elsewhere.

use crate::{
    commands,
    model::{SnapshotInfo, TableInfo, TagInfo},
    route::{Range, Route, Tab},
};

/// Two states as an address has them: snapshot ids or names of tags. One alone is the first of a pair to come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pair {
    /// The older.
    pub from: String,
    /// The newer.
    pub to: String,
}

impl Pair {
    /// What a route compares.
    #[must_use]
    pub fn of(route: &Route) -> Pair {
        let end = |name| route.focus(name).unwrap_or_default().to_owned();
        Pair { from: end("from"), to: end("to") }
    }

    /// Whether both are there.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.from.is_empty() && !self.to.is_empty()
    }

    /// Whether a snapshot is one of them.
    #[must_use]
    pub fn holds(&self, id: i64) -> bool {
        let id = id.to_string();
        self.from == id || self.to == id
    }

    /// With a snapshot picked, or let go where it was one of them. A third takes the place of the newer.
    #[must_use]
    pub fn picked(&self, id: i64) -> Pair {
        let text = id.to_string();
        let Pair { from, to } = self.clone();
        if text == from {
            Pair { from: to, to: String::new() }
        } else if text == to {
            Pair { from, to: String::new() }
        } else if from.is_empty() {
            Pair { from: text, to: String::new() }
        } else {
            Pair { from, to: text }.in_order()
        }
    }

    /// The older id first; tags stay where they are.
    fn in_order(self) -> Pair {
        match (self.from.parse::<i64>(), self.to.parse::<i64>()) {
            (Ok(from), Ok(to)) if from > to => Pair { from: self.to, to: self.from },
            _ => self,
        }
    }

    /// The other way round.
    #[must_use]
    pub fn swapped(self) -> Pair {
        Pair { from: self.to, to: self.from }
    }

    /// A snapshot and the one before it.
    #[must_use]
    pub fn with_previous(id: i64) -> Pair {
        Pair { from: (id - 1).to_string(), to: id.to_string() }
    }

    /// A tag and a snapshot, the older first where that is known.
    #[must_use]
    pub fn with_tag(tag: &TagInfo, id: i64) -> Pair {
        let (tag_name, id_text) = (tag.name.clone(), id.to_string());
        if tag.snapshot_id <= id { Pair { from: tag_name, to: id_text } } else { Pair { from: id_text, to: tag_name } }
    }

    /// The route that shows the pair in the Snapshots view.
    #[must_use]
    pub fn route(&self, route: &Route) -> Route {
        let mut to = Route { tab: Tab::Snapshots, ..route.clone() };
        if route.tab != Tab::Snapshots {
            to.focus.clear();
        }
        to.set_focus("show", None);
        to.set_focus("rows", None);
        to.set_focus("from", Some(self.from.clone()));
        to.set_focus("to", Some(self.to.clone()));
        to
    }

    /// Its rows, as the Changelog view has them.
    #[must_use]
    pub fn range(&self) -> Range {
        Range { from: self.from.clone(), to: self.to.clone(), mode: "diff".to_owned() }
    }

    /// Ends as the engine takes them: ids as numbers, so that a tag called `7` is none.
    #[must_use]
    pub fn params(&self) -> serde_json::Value {
        let end = |text: &str| text.parse::<i64>().map_or_else(|_| serde_json::json!(text), |id| serde_json::json!(id));
        serde_json::json!({ "from": end(&self.from), "to": end(&self.to), "limit": 1000 })
    }
}

/// How an end of a pair is named: `#12`, or the tag.
#[must_use]
pub fn name_of(end: &str) -> String {
    if end.parse::<i64>().is_ok() { format!("#{end}") } else { end.to_owned() }
}

/// What an end may be: value and text of each tag and snapshot, and what the address says where that is none of them.
#[must_use]
pub fn choices(chosen: &str, snapshots: &[SnapshotInfo], tags: &[TagInfo]) -> Vec<(String, String)> {
    let tag = |tag: &TagInfo| (tag.name.clone(), format!("tag {} (#{})", tag.name, tag.snapshot_id));
    let snapshot = |snapshot: &SnapshotInfo| {
        let (kind, time) = (snapshot.commit_kind.to_lowercase(), crate::format::utc(snapshot.time_millis));
        (snapshot.id.to_string(), format!("#{} {kind} {time}", snapshot.id))
    };
    let mut choices: Vec<_> = tags.iter().map(tag).chain(snapshots.iter().map(snapshot)).collect();
    if !chosen.is_empty() && !choices.iter().any(|(value, _)| value == chosen) {
        choices.insert(0, (chosen.to_owned(), name_of(chosen)));
    }
    choices
}

/// `cenote read … --incremental` of the pair: the rows that differ.
#[must_use]
pub fn command(pair: &Pair, route: &Route, info: &TableInfo, origin: &str) -> String {
    let ends = commands::shell(&format!("{},{}", pair.from, pair.to));
    let line = commands::with_table("read", "", route, info, origin);
    format!("{line} \\\n  --incremental {ends} \\\n  --incremental-mode diff")
}

/// The range that the page shows: where it ends with the newest snapshot, the one that was the newest when the page was
/// opened, so that the same is read elsewhere.
fn shown_range(route: &Route, info: &TableInfo) -> Range {
    let newest = || info.latest_snapshot.as_ref().map(|latest| latest.id.to_string()).unwrap_or_default();
    let range = route.range.clone();
    if range.to.is_empty() { Range { to: newest(), ..range } } else { range }
}

/// `cenote read … --incremental` of the changes that the Changelog view shows.
#[must_use]
pub fn changes_command(route: &Route, info: &TableInfo, origin: &str, filter: &str) -> String {
    let Range { from, to, mode } = &shown_range(route, info);
    let mut line = commands::with_table("read", "", route, info, origin);
    line.push_str(&format!(" \\\n  --incremental {}", commands::shell(&format!("{from},{to}"))));
    if !mode.is_empty() {
        line.push_str(&format!(" \\\n  --incremental-mode {}", commands::shell(mode)));
    }
    if !filter.is_empty() {
        line.push_str(&format!(" \\\n  --where {}", commands::shell(filter)));
    }
    line
}

/// The same with the npm package.
#[must_use]
pub fn changes_javascript(route: &Route, info: &TableInfo, origin: &str, filter: &str) -> String {
    let Range { from, to, mode } = &shown_range(route, info);
    let options = [("from", from.as_str()), ("to", to), ("mode", mode), ("filter", filter)];
    let options = options.into_iter().filter(|(_, text)| !text.is_empty());
    let options = options.map(|(name, text)| format!("{name}: {}", serde_json::to_string(text).unwrap_or_default()));
    let options = options.collect::<Vec<_>>().join(", ");
    let options = if options.is_empty() { String::new() } else { format!("{{ {options} }}") };
    format!(
        "{}for await (const row of table.changes({options}).rows()) {{\n  console.log(row._rowkind, row);\n}}",
        commands::opening(route, info, origin)
    )
}

/// The same with the npm package: metadata, then rows.
#[must_use]
pub fn javascript(pair: &Pair, route: &Route, info: &TableInfo, origin: &str) -> String {
    let end = |text: &str| {
        if text.parse::<i64>().is_ok() { text.to_owned() } else { serde_json::to_string(text).unwrap_or_default() }
    };
    let (from, to) = (end(&pair.from), end(&pair.to));
    format!(
        "{}const {{ manifests, files, schema }} = await table.diff({{ from: {from}, to: {to} }});\n\
         for await (const row of table.changes({{ from: {from}, to: {to}, mode: \"diff\" }}).rows()) {{\n  console.log(row._rowkind, row);\n}}",
        commands::opening(route, info, origin)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(from: &str, to: &str) -> Pair {
        Pair { from: from.to_owned(), to: to.to_owned() }
    }

    #[test]
    fn two_picks_make_a_pair_in_order() {
        assert_eq!(pair("", "").picked(14), pair("14", ""));
        assert_eq!(pair("14", "").picked(9), pair("9", "14"));
        assert_eq!(pair("14", "").picked(14), pair("", ""));
        assert_eq!(pair("9", "14").picked(9), pair("14", ""));
        assert_eq!(pair("9", "14").picked(14), pair("9", ""));
        assert_eq!(pair("9", "14").picked(3), pair("3", "9"));
        assert_eq!(pair("july", "").picked(3), pair("july", "3"));
    }

    #[test]
    fn pairs_are_addresses() {
        let route = Route::parse("#/demo/d/t/lsm?bucket=x&f.file=a");
        let printed = pair("july", "14").route(&route).print();
        assert_eq!(printed, "#/demo/d/t/snapshots?bucket=x&f.from=july&f.to=14");
        assert_eq!(Pair::of(&Route::parse(&printed)), pair("july", "14"));
    }

    #[test]
    fn tags_are_compared_in_the_order_of_time() {
        let tag = TagInfo { name: "july".into(), snapshot_id: 8, ..TagInfo::default() };
        assert_eq!(Pair::with_tag(&tag, 9), pair("july", "9"));
        assert_eq!(Pair::with_tag(&tag, 7), pair("7", "july"));
    }

    #[test]
    fn ids_are_numbers_and_tags_text() {
        assert_eq!(pair("july", "14").params(), serde_json::json!({ "from": "july", "to": 14, "limit": 1000 }));
        let script = javascript(&pair("a\"b", "14"), &Route::default(), &TableInfo::default(), "http://h");
        assert!(script.contains(r#"from: "a\"b", to: 14"#), "{script}");
    }

    #[test]
    fn changes_are_told_elsewhere() {
        let route = Route::parse("#/demo/d/t/changelog?from=july&to=14&mode=diff");
        let line = changes_command(&route, &TableInfo::default(), "http://h", "_rowkind in ('+I')");
        assert!(line.contains("--incremental july,14 \\\n  --incremental-mode diff \\\n  --where"), "{line}");
        let script = changes_javascript(&route, &TableInfo::default(), "http://h", "");
        assert!(script.contains(r#"table.changes({ from: "july", to: "14", mode: "diff" }).rows()"#), "{script}");
    }

    #[test]
    fn an_open_end_is_the_newest_snapshot_that_the_page_shows() {
        let latest = SnapshotInfo { id: 38, ..SnapshotInfo::default() };
        let info = TableInfo { latest_snapshot: Some(latest), ..TableInfo::default() };
        let route = Route::parse("#/demo/d/t/changelog");
        assert!(changes_command(&route, &info, "http://h", "").contains("--incremental ,38"));
        assert!(changes_javascript(&route, &info, "http://h", "").contains(r#"changes({ to: "38" })"#));
    }

    #[test]
    fn an_end_of_the_address_is_among_the_choices() {
        let list = [SnapshotInfo { id: 3, ..SnapshotInfo::default() }];
        assert_eq!(choices("99", &list, &[])[0], ("99".to_owned(), "#99".to_owned()));
        assert_eq!(choices("3", &list, &[]).len(), 1);
    }
}
