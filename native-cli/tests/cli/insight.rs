//! `diff`, `pins`, `footer`, `history`, `table options`.

use serde_json::{Value, json};

use crate::harness::Lab;

/// A keyed table of two snapshots, each of which writes the same row.
fn lab() -> Lab {
    let lab = Lab::with_keyed_table();
    for name in ["a", "b"] {
        let row = format!("{{\"id\":1,\"name\":\"{name}\",\"dt\":\"x\"}}\n");
        lab.run_with_input(&["write", "d.t", "-", "--format", "ndjson"], row).ok();
    }
    lab
}

fn shown(lab: &Lab, args: &[&str]) -> Value {
    serde_json::from_str(&lab.run(args).ok()).unwrap()
}

#[test]
fn diff_counts_files_and_commits() {
    let lab = lab();
    let diff = shown(&lab, &["diff", "d.t", "1", "2", "-o", "json"]);
    assert_eq!(diff["files"]["added"]["files"], 1);
    assert_eq!(diff["files"]["removed"]["files"], 0);
    assert_eq!(diff["files"]["kept"], 1);
    assert_eq!(diff["files"]["by_partition"][0]["partition"], "dt=x");
    assert_eq!((&diff["from"]["id"], &diff["to"]["id"]), (&json!(1), &json!(2)));
    assert_eq!(diff["commits"].as_array().unwrap().len(), 1);
    let text = lab.run(&["diff", "d.t", "1", "-o", "table"]).ok();
    assert!(text.starts_with("snapshot 1 to 2, 1 commit\n"), "{text}");
    assert!(
        text.contains("files added: 1, ") && text.contains(" bytes, 1 row\n") && text.contains(" 0 rows\n"),
        "{text}"
    );
    lab.run(&["diff", "d.t", "77"]).fails(3);
}

#[test]
fn pins_name_who_keeps_a_file_and_the_command_that_frees_it() {
    let lab = lab();
    lab.run(&["tag", "create", "d.t", "keep", "--snapshot", "1"]).ok();
    lab.run(&["compact", "d.t", "--full"]).ok();
    let pins = shown(&lab, &["pins", "d.t", "-o", "json"]);
    assert_eq!((&pins["live"]["files"], &pins["old"]["files"]), (&json!(1), &json!(2)), "{pins}");
    let keepers = pins["keepers"].as_array().unwrap();
    let tag = keepers.iter().find(|keeper| keeper["kind"] == "tag").unwrap();
    assert_eq!((&tag["name"], &tag["kept"]["files"], &tag["alone"]["files"]), (&json!("keep"), &json!(1), &json!(0)));
    assert_eq!(tag["release"], "cenote tag delete d.t keep");
    let text = lab.run(&["pins", "d.t", "-o", "table"]).ok();
    assert!(text.starts_with("live: 1 file of ") && text.contains("; old: 2 files of "), "{text}");
    assert!(text.contains("\n  latest: 1 file of ") && text.contains("\n  tag keep: 1 file of "), "{text}");
    assert!(!text.contains(" :") && !text.contains(" 1 files"), "{text}");
    let removed = shown(&lab, &["diff", "d.t", "1", "3", "-o", "json"]);
    let path = removed["files"]["removed_files"][0]["path"].as_str().unwrap();
    let file = shown(&lab, &["pins", "d.t", path, "-o", "json"]);
    assert_eq!((&file["live"], &file["tags"]), (&json!(false), &json!(["keep"])), "{file}");
    assert!(lab.run(&["pins", "d.t", path, "-o", "table"]).ok().contains("$ cenote tag delete d.t keep"));
    lab.run(&["pins", "d.t", "none.parquet"]).fails(3);
}

#[test]
fn footers_show_groups() {
    let lab = lab();
    let diff = shown(&lab, &["diff", "d.t", "1", "2", "-o", "json"]);
    let path = diff["files"]["added_files"][0]["path"].as_str().unwrap();
    let footer = shown(&lab, &["footer", "d.t", path, "-o", "json"]);
    assert_eq!(
        (&footer["format"], &footer["rows"], &footer["groups"][0]["rows"]),
        (&json!("parquet"), &json!(1), &json!(1))
    );
    assert!(lab.run(&["footer", "d.t", path, "-o", "table"]).ok().contains("group 0: 1 row, "));
    lab.run(&["footer", "d.t", "dt=x/bucket-0/none.parquet"]).fails(3);
}

#[test]
fn history_tells_the_versions_of_a_row() {
    let lab = lab();
    let history = shown(&lab, &["history", "d.t", "--key", "id=1", "--key", "dt=x", "-o", "json"]);
    let picked: Vec<&Value> =
        history["versions"].as_array().unwrap().iter().map(|version| &version["picked"]).collect();
    assert_eq!(picked, [&json!("none"), &json!("whole")]);
    assert_eq!(history["commits"].as_array().unwrap().len(), 2);
    let text = lab.run(&["history", "d.t", "--key", "id=1", "--key", "dt=x", "--snapshot", "1", "-o", "table"]).ok();
    assert!(text.contains("<- the row") && text.contains("name=\"a\"") && !text.contains("name=\"b\""), "{text}");
    lab.run(&["history", "d.t", "--key", "id=1"]).fails(2);
    lab.run(&["history", "d.t", "--key", "id=one", "--key", "dt=x"]).fails(2);
}

#[test]
fn options_are_listed_with_their_defaults() {
    let lab = lab();
    let rows = lab.run(&["table", "options", "d.t", "-o", "ndjson"]).json_lines();
    let of = |key: &str| rows.iter().find(|row| row["key"] == key).unwrap();
    assert_eq!((&of("bucket")["status"], &of("bucket")["default"]), (&json!("changed"), &json!("-1")));
    assert_eq!(
        (&of("merge-engine")["status"], &of("merge-engine")["value"]),
        (&json!("default"), &json!("deduplicate"))
    );
}
