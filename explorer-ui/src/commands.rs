//! The same thing elsewhere: the CLI command and the JavaScript that do what the page shows.

use crate::{
    model::TableInfo,
    place::Place,
    route::{At, Route},
};

/// How the CLI is told a table: `demo.flights`, then further arguments, then `--warehouse URL` on a line of its own;
/// a table opened by URL is its URL.
pub(crate) fn with_table(verb: &str, arguments: &str, route: &Route, info: &TableInfo, origin: &str) -> String {
    let table = shell(&address(route, &info.cli_name()));
    in_warehouse(&format!("cenote {verb} {table}{arguments}"), route, origin)
}

/// How the CLI is told the table: `demo.flights`, or the URL of a table opened by it; `name` elsewhere.
#[must_use]
pub fn address(route: &Route, name: &str) -> String {
    match (&route.place, &route.table) {
        (Some(Place::Table(at)), _) => at.url.clone(),
        (Some(Place::LocalTable(root)), _) => format!("./{root}"),
        (Some(_), Some(name)) => format!("{}.{}", name.database, name.table),
        _ => name.to_owned(),
    }
}

/// A command about a table of this place, with the warehouse where it needs one.
#[must_use]
pub fn in_warehouse(command: &str, route: &Route, origin: &str) -> String {
    let warehouse = match (&route.place, &route.table) {
        (Some(Place::Served), Some(_)) => origin.to_owned(),
        (Some(Place::Local(root)), Some(_)) => format!("./{root}"),
        (Some(Place::Warehouse(at)), Some(_)) => at.url.clone(),
        _ => return command.to_owned(),
    };
    let warehouse = shell(&warehouse);
    let told = command.split(" && ").map(|command| format!("{command} \\\n  --warehouse {warehouse}"));
    told.collect::<Vec<_>>().join(" && \\\n")
}

/// `cenote compact …` as Paimon's rules pick, for one partition, or all with an empty one.
#[must_use]
pub fn compact_now(route: &Route, info: &TableInfo, origin: &str, partition: &str) -> String {
    let mut out = with_table("compact", "", route, info, origin);
    for part in partition.split('/').filter(|part| !part.is_empty()) {
        out.push_str(&format!(" \\\n  --partition {}", shell(part)));
    }
    out
}

/// `cenote table alter …` that sets an option.
#[must_use]
pub fn set_option(route: &Route, info: &TableInfo, origin: &str, key: &str, value: &str) -> String {
    let quoted = |text: &str| text.replace('\'', "''");
    let clause = format!("SET ('{}' = '{}')", quoted(key), quoted(value));
    // Double quotes read better around SQL's own, where the shell leaves what is between them alone.
    let plain = !clause.contains(['"', '$', '`', '\\', '!']);
    let word = if plain { format!("\"{clause}\"") } else { shell(&clause) };
    with_table("table alter", &format!(" {word}"), route, info, origin)
}

/// `cenote read …` for what the Data view shows.
#[must_use]
pub fn read(route: &Route, info: &TableInfo, origin: &str) -> String {
    let mut out = with_table("read", "", route, info, origin);
    match &route.at {
        At::Latest => {}
        At::Snapshot(id) => out.push_str(&format!(" \\\n  --snapshot {id}")),
        At::Tag(name) => out.push_str(&format!(" \\\n  --tag {}", shell(name))),
        At::Time(millis) => out.push_str(&format!(" \\\n  --timestamp {millis}")),
        At::Watermark(millis) => out.push_str(&format!(" \\\n  --watermark {millis}")),
        At::Version(version) => out.push_str(&format!(" \\\n  --version-as-of {}", shell(version))),
    }
    if !route.columns.is_empty() {
        out.push_str(&format!(" \\\n  --columns {}", shell(&route.columns.join(","))));
    }
    if !route.filter.trim().is_empty() {
        out.push_str(&format!(" \\\n  --where {}", shell(route.filter.trim())));
    }
    out
}

/// `cenote read …` of a system table: of the table, or of the warehouse where its name begins with `sys.`.
#[must_use]
pub fn read_system(route: &Route, info: &TableInfo, origin: &str, system: &str) -> String {
    let name = match crate::system::is_global(system) {
        true => system.to_owned(),
        false => format!("{}${system}", address(route, &info.cli_name())),
    };
    in_warehouse(&format!("cenote read {}", shell(&name)), route, origin)
}

/// The same with the npm package.
#[must_use]
pub fn system_javascript(route: &Route, info: &TableInfo, origin: &str, system: &str) -> String {
    let rows = |table: &str| format!("for await (const row of {table}.scan().rows()) {{\n  console.log(row);\n}}");
    match system.strip_prefix("sys.").filter(|_| crate::system::is_global(system)) {
        Some(name) => {
            let warehouse = quoted(origin);
            let table = format!("const tables = await warehouse.table(\"sys\", {});", quoted(name));
            format!(
                "import {{ openWarehouse }} from \"cenote\";\n\nconst warehouse = await openWarehouse({warehouse});\n{table}\n{}",
                rows("tables")
            )
        }
        None => {
            let table = format!("const system = await table.system({});", quoted(system));
            format!("{}{table}\n{}", opening(route, info, origin), rows("system"))
        }
    }
}

/// `cenote compact …` for one partition, or all with an empty one.
#[must_use]
pub fn compact(route: &Route, info: &TableInfo, origin: &str, partition: &str) -> String {
    let mut out = with_table("compact", " --full", route, info, origin);
    if !partition.is_empty() {
        out.push_str(&format!(" \\\n  --partition {}", shell(&partition.replace('/', ","))));
    }
    out
}

/// A command with nothing but the table: `cenote snapshot list …`.
#[must_use]
pub fn plain(verb: &str, route: &Route, info: &TableInfo, origin: &str) -> String {
    with_table(verb, "", route, info, origin)
}

/// `cenote tag create …` that keeps a snapshot.
#[must_use]
pub fn tag(route: &Route, info: &TableInfo, origin: &str, snapshot: i64) -> String {
    with_table("tag create", &format!(" NAME --snapshot {snapshot}"), route, info, origin)
}

/// The npm package reading what the Data view shows.
#[must_use]
pub fn javascript(route: &Route, info: &TableInfo, origin: &str) -> String {
    let mut out = opening(route, info, origin);
    let at = match &route.at {
        At::Latest => None,
        At::Snapshot(id) => Some(format!("snapshot: {id}")),
        At::Tag(name) => Some(format!("tag: {}", quoted(name))),
        At::Time(millis) => Some(format!("timestampMillis: {millis}")),
        At::Watermark(millis) => Some(format!("watermark: {millis}")),
        At::Version(version) => Some(format!("version: {}", quoted(version))),
    };
    let source = if let Some(at) = at {
        out.push_str(&format!("const at = table.at({{ {at} }});\n"));
        "at"
    } else {
        "table"
    };
    let mut options = Vec::new();
    if !route.columns.is_empty() {
        options.push(format!(
            "columns: [{}]",
            route.columns.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
        ));
    }
    if !route.filter.trim().is_empty() {
        options.push(format!("filter: {}", quoted(route.filter.trim())));
    }
    let options = if options.is_empty() { String::new() } else { format!("{{ {} }}", options.join(", ")) };
    out.push_str(&format!("for await (const row of {source}.scan({options}).rows()) {{\n  console.log(row);\n}}"));
    out
}

/// The npm package telling all of a data file.
#[must_use]
pub fn file_javascript(route: &Route, info: &TableInfo, origin: &str, path: &str) -> String {
    let path = quoted(path);
    let opening = opening(route, info, origin);
    format!(
        "{opening}const {{ files: [file] }} = await table.filesPage({{ filter: {{ text: {path} }}, stats: true }});\nconst footer = await table.footer({{ path: {path} }});\nconsole.log(file, footer);"
    )
}

/// Import and opening of the table, by what kind of place it is in. Never a credential: those stay the reader's.
pub(crate) fn opening(route: &Route, info: &TableInfo, origin: &str) -> String {
    if let (Some(Place::Local(root)), Some(name)) = (&route.place, &route.table) {
        return format!(
            "import {{ openWarehouse }} from \"cenote\";\n\n// picked: the files of an <input webkitdirectory> over {root}\n\
             const warehouse = await openWarehouse(picked);\nconst table = await warehouse.table({}, {});\n",
            quoted(&name.database),
            quoted(&name.table)
        );
    }
    let url = match &route.place {
        Some(Place::Table(at)) => at.url.clone(),
        _ if !info.url.is_empty() => info.url.clone(),
        _ => origin.to_owned(),
    };
    match &route.place {
        Some(Place::Warehouse(at) | Place::Table(at)) if url.starts_with("s3://") => {
            let mut options = Vec::new();
            options.extend(at.region.iter().map(|region| format!("region: {}", quoted(region))));
            options.extend(at.endpoint.iter().map(|endpoint| format!("endpoint: {}", quoted(endpoint))));
            options.extend(at.path_style.then(|| "pathStyle: true".to_owned()));
            options.push("credentials".to_owned());
            let storage = format!("s3({{ {} }})", options.join(", "));
            format!(
                "import {{ openTable, s3 }} from \"cenote\";\n\nconst table = await openTable({}, {{\n  storage: {storage},\n}});\n",
                quoted(&url)
            )
        }
        _ => format!("import {{ openTable }} from \"cenote\";\n\nconst table = await openTable({});\n", quoted(&url)),
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// A word for a POSIX shell, quoted where it must be.
#[must_use]
pub fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::TableName;

    fn route() -> Route {
        let table = Some(TableName { database: "demo".into(), table: "flights".into() });
        Route { place: Some(Place::Served), table, ..Route::default() }
    }

    #[test]
    fn commands_carry_the_view_and_quote_it() {
        let route = Route {
            at: At::Tag("july".into()),
            filter: "carrier = 'UA'".into(),
            columns: vec!["day".into()],
            ..route()
        };
        let command = read(&route, &TableInfo::default(), "http://127.0.0.1:7433");
        assert!(
            command.starts_with("cenote read demo.flights \\\n  --warehouse http://127.0.0.1:7433 \\\n  --tag july")
        );
        assert!(command.ends_with(r"--where 'carrier = '\''UA'\'''"));
    }

    #[test]
    fn an_option_is_set_by_sql_whatever_its_value() {
        let set = |value| set_option(&route(), &TableInfo::default(), "http://h", "k", value);
        assert!(set("4").starts_with(r#"cenote table alter demo.flights "SET ('k' = '4')""#));
        assert!(set("it's").contains(r"= 'it''s')"), "{}", set("it's"));
        assert!(set("$x").contains("'SET ("), "{}", set("$x"));
    }

    #[test]
    fn javascript_escapes_what_it_quotes() {
        let route = Route { filter: "a = \"x\"".into(), ..route() };
        let info = TableInfo { url: "https://h/t".into(), ..TableInfo::default() };
        assert!(javascript(&route, &info, "").contains(r#"filter: "a = \"x\"""#));
    }

    #[test]
    fn hostile_names_stay_one_word() {
        assert_eq!(shell("a; rm -rf /"), "'a; rm -rf /'");
        assert_eq!(
            compact(&route(), &TableInfo::default(), "w", "month=1/day=2"),
            "cenote compact demo.flights --full \\\n  --warehouse w \\\n  --partition month=1,day=2"
        );
    }
}
