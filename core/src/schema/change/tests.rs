//! Random changes that Java applied, or refused (`tests/interop/java/SchemaFuzz.java`).

use serde_json::Value;

use super::*;

/// What the Java that wrote the cases allowed and a later one refuses, or did not know: defaults that a new type cannot
/// have, nullable keys without keys, a changed `type`, options of 2.x.
const LATER_RULES: [&str; 5] = [
    "the default",
    "primary-key.nullable needs",
    "type cannot change",
    "sequence.snapshot-ordering",
    "target-file-row-num",
];

/// Schemas equal but for the time they were made, and for `type=table`, which 1.x wrote down.
fn same(ours: &TableSchema, json: &str) -> bool {
    let mut java = TableSchema::from_json(json.as_bytes()).unwrap();
    if !ours.options.contains_key("type") && java.options.get("type").is_some_and(|text| text == "table") {
        java.options.remove("type");
    }
    TableSchema { time_millis: 0, ..ours.clone() } == TableSchema { time_millis: 0, ..java }
}

/// Runs the changes of one file: lines `T schema`, `C has-snapshots changes`, then `S schema` or `E error`. Gives what
/// differs, besides the numbers of changes made and refused.
fn replay(text: &str) -> (Vec<String>, usize, usize) {
    let (mut differences, mut made, mut refused) = (Vec::new(), 0, 0);
    let (mut schema, mut change) = (None::<TableSchema>, None::<(bool, &str)>);
    for line in text.lines() {
        let (tag, rest) = line.split_once(' ').unwrap();
        match tag {
            "T" => schema = Some(TableSchema::from_json(rest.as_bytes()).unwrap()),
            "C" => {
                let (flag, changes) = rest.split_once(' ').unwrap();
                change = Some((flag == "true", changes));
            }
            _ => {
                let (has_snapshots, changes) = change.unwrap();
                let parsed: Vec<Value> = serde_json::from_str(changes).unwrap();
                let parsed = parsed.iter().map(|json| SchemaChange::from_json(json).unwrap()).collect::<Vec<_>>();
                for one in &parsed {
                    assert_eq!(SchemaChange::from_json(&one.to_json()).unwrap(), *one);
                }
                let old = schema.clone().unwrap();
                let ours = apply(&old, &parsed, has_snapshots, 1);
                match (&ours, tag) {
                    (Ok(ours), "S") if same(ours, rest) => made += 1,
                    (Err(_), "E") => refused += 1,
                    (Err(error), "S") if LATER_RULES.iter().any(|rule| error.message().contains(rule)) => refused += 1,
                    (Ok(ours), "S") => {
                        let ours = String::from_utf8(ours.to_json().unwrap()).unwrap().replace('\n', "");
                        differences.push(format!("{changes}\n  ours {ours}\n  java {rest}"));
                    }
                    (Err(error), _) => differences.push(format!("{changes}\n  we refuse: {error:?}\n  old {old:?}")),
                    (Ok(_), _) => {
                        differences.push(format!("{has_snapshots} {changes}\n  java refuses: {rest}\n  {old:?}"))
                    }
                }
                if tag == "S" {
                    schema = Some(TableSchema::from_json(rest.as_bytes()).unwrap());
                }
            }
        }
    }
    (differences, made, refused)
}

#[test]
fn changes_are_those_of_java_2() {
    let (differences, made, refused) = replay(include_str!("testdata/changes-2.x.txt"));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(made > 100 && refused > 50, "{made} made, {refused} refused");
}

#[test]
fn changes_are_those_of_java_1() {
    let (differences, made, refused) = replay(include_str!("testdata/changes-1.x.txt"));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(made > 100 && refused > 50, "{made} made, {refused} refused");
}

#[test]
fn casts_are_those_of_java() {
    for line in include_str!("testdata/casts.txt").lines() {
        let [from, to, java] = line.split('|').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let (from, to): (DataType, DataType) = (from.parse().unwrap(), to.parse().unwrap());
        let ours = [false, true].map(|explicit| if casts::may_become(&from, &to, explicit) { '1' } else { '0' });
        assert_eq!(ours.iter().collect::<String>(), java, "{line}");
    }
}
