//! `compact`: what is chosen, and jobs in parts.

use crate::harness::Lab;

/// A table of two partitions of one bucket, with three runs each.
fn lab() -> Lab {
    let lab = Lab::new();
    let schema = "id BIGINT NOT NULL, name STRING, dt STRING";
    let keys = ["--primary-key", "id,dt", "--partition-by", "dt", "--option", "bucket=1"];
    lab.run(&[&["table", "create", "d.t", "--schema", schema], keys.as_slice()].concat()).ok();
    for round in 0..3 {
        let file = lab.file("rows.csv", format!("id,dt,name\n1,x,a{round}\n2,y,b{round}\n{},x,c\n", 10 + round));
        lab.run(&["write", "d.t", &file]).ok();
    }
    lab
}

#[test]
fn a_dry_run_says_why_and_what_reads_gain() {
    let lab = lab();
    let dry = lab.run(&["compact", "d.t", "--full", "--dry-run", "-o", "json"]).ok();
    let dry: serde_json::Value = serde_json::from_str(&dry).unwrap();
    let first = &dry[0];
    assert_eq!((&first["reason"], &first["runs_before"], &first["runs_after"]), (&"full".into(), &3.into(), &1.into()));
    assert_eq!((&first["overlap_before"], &first["overlap_after"]), (&3.into(), &1.into()));
    assert_eq!(lab.run(&["snapshot", "list", "d.t"]).json_lines().len(), 3);
}

#[test]
fn partitions_are_chosen_by_condition_and_age() {
    let lab = lab();
    let dry = |args: &[&str]| lab.run(&[&["compact", "d.t", "--full", "--dry-run"], args].concat()).json_lines().len();
    assert_eq!((dry(&["--where", "dt = 'x'"]), dry(&["--where", "dt < 'z'"]), dry(&["--bucket", "7"])), (1, 2, 0));
    assert_eq!((dry(&["--partition-idle-time", "1h"]), dry(&["--partition-idle-time", "0ms"])), (0, 2));
    lab.run(&["compact", "d.t", "--where", "id = 1"]).fails(2);
    lab.run(&["compact", "d.t", "--where", "dt = 'x'", "--partition", "dt=x"]).fails(2);
}

#[test]
fn one_decides_many_rewrite_one_commits() {
    let lab = lab();
    let rows = lab.rows(&["d.t"]);
    let path = |name: &str| lab.path().join(name).display().to_string();
    let plan = path("plan.json");
    lab.run(&["compact", "d.t", "--full", "--plan", &plan]).ok();
    assert_eq!(lab.run(&["snapshot", "list", "d.t"]).json_lines().len(), 3);
    let results: Vec<String> = (0..2).map(|task| path(&format!("{task}.commit"))).collect();
    for (task, result) in results.iter().enumerate() {
        lab.run(&["compact", "d.t", "--run-task", &plan, "--task", &task.to_string(), "--result", result]).ok();
    }
    let message = lab.run(&["compact", "d.t", "--run-task", &plan, "--task", "2", "--result", &path("no")]).fails(2);
    assert!(message.contains("2 tasks"), "{message}");
    let commit = ["compact", "d.t", "--commit", &plan, &results[0], &results[1]];
    lab.run(&commit).ok();
    assert_eq!(lab.rows(&["d.t"]), rows);
    let last = lab.run(&["snapshot", "list", "d.t", "--limit", "1"]).json_lines();
    assert_eq!(last[0]["kind"], "COMPACT");
    assert_eq!(lab.run(&["compact", "d.t", "--full", "--dry-run"]).json_lines().len(), 0);
    // What is committed is out of date the second time, and its files stay.
    let message = lab.run(&commit).fails(4);
    assert!(message.contains("out of date"), "{message}");
    lab.run(&["abort", "d.t", &results[0], &results[1]]).ok();
    assert_eq!(lab.rows(&["d.t"]), rows);
}

#[test]
fn plans_that_are_none_are_refused() {
    let lab = lab();
    let file = lab.file("plan.json", "{\"format\": \"something else\"}");
    let message = lab.run(&["compact", "d.t", "--commit", &file, &file]).fails(5);
    assert!(message.contains("plan"), "{message}");
    lab.run(&["compact", "d.t", "--run-task", &file, "--task", "0"]).fails(2);
    lab.run(&["compact", "d.t", "--full", "--commit", &file, &file]).fails(2);
}
