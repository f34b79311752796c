//! Findings about a table as the page shows them: the engine's, with commands that name this place.

use crate::{
    commands, format,
    model::{DoctorInfo, FindingInfo, Severity},
    route::Route,
};

/// How a finding looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters; none where all is well.
    pub severity: Option<Severity>,
    /// What it is.
    pub title: String,
    /// Figures that say so.
    pub detail: String,
    /// What mends it.
    pub command: Option<String>,
}

/// What there is to say about a table.
#[must_use]
pub fn findings(route: &Route, doctor: &DoctorInfo, origin: &str) -> Vec<Finding> {
    let mut found: Vec<Finding> = doctor.findings.iter().map(|finding| shown(route, finding, origin)).collect();
    if found.is_empty() {
        found.push(Finding {
            severity: None,
            title: "Nothing to mend".to_owned(),
            detail: "Few runs to merge, files of a good size, buckets in balance, history within its retention."
                .to_owned(),
            command: None,
        });
    }
    found
}

fn shown(route: &Route, finding: &FindingInfo, origin: &str) -> Finding {
    let figure = |(name, value): (&String, &serde_json::Value)| match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(format!("{} {text}", spaced(name))),
        serde_json::Value::Array(items) if items.is_empty() => None,
        serde_json::Value::Number(number) if name.ends_with("millis") => {
            let name = name.trim_end_matches("millis").trim_end_matches('_');
            Some(format!("{} {}", spaced(name), format::utc(number.as_i64()?)))
        }
        other => Some(format!("{} {other}", spaced(name))),
    };
    Finding {
        severity: Some(finding.severity),
        title: capital(&finding.what),
        detail: finding.evidence.iter().filter_map(figure).collect::<Vec<_>>().join(" · "),
        command: finding.command.as_ref().map(|command| commands::in_warehouse(command, route, origin)),
    }
}

/// `worst_runs` as people read it.
fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{place::Place, route::TableName};

    #[test]
    fn findings_carry_figures_and_the_command_of_this_place() {
        let doctor: DoctorInfo = serde_json::from_str(
            r#"{"findings":[{"rule":"x","severity":"warning","what":"many runs","evidence":{"worst_runs":6,"none":null,"z_commit_millis":0},
                "command":"cenote compact d.t"},{"severity":"new kind","what":"b"}],"notLookedAt":[]}"#,
        )
        .unwrap();
        let table = Some(TableName { database: "d".into(), table: "t".into() });
        let route = Route { place: Some(Place::Served), table, ..Route::default() };
        let found = findings(&route, &doctor, "http://h:1");
        assert_eq!(found[0].severity, Some(Severity::Warning));
        assert_eq!(
            (found[0].title.as_str(), found[0].detail.as_str()),
            ("Many runs", "worst runs 6 · z commit 1970-01-01 00:00:00")
        );
        assert_eq!(found[0].command.as_deref(), Some("cenote compact d.t \\\n  --warehouse http://h:1"));
        assert_eq!(found[1].severity, Some(Severity::Note));
    }

    #[test]
    fn a_settled_table_is_good() {
        let found = findings(&Route::default(), &DoctorInfo::default(), "");
        assert_eq!((found.len(), found[0].severity), (1, None));
    }
}
