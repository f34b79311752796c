//! `rescale`, and `compact` of postpone tables.

use serde_json::json;

use crate::harness::Lab;

fn postpone_table() -> Lab {
    let lab = Lab::new();
    let schema = "id BIGINT NOT NULL, name STRING, dt STRING";
    let keys = ["--primary-key", "id,dt", "--partition-by", "dt", "--option", "bucket=-2"];
    let options = ["--option", "postpone.target-row-num-per-bucket=2"];
    lab.run(&[&["table", "create", "d.t", "--schema", schema], keys.as_slice(), options.as_slice()].concat()).ok();
    lab
}

#[test]
fn a_compaction_brings_postponed_rows_to_buckets() {
    let lab = postpone_table();
    let rows = "id,name,dt\n1,a,x\n2,b,x\n3,c,x\n1,d,y\n";
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], rows).ok();
    assert!(lab.rows(&["d.t"]).is_empty(), "they wait");
    let planned = lab.run(&["compact", "d.t", "--dry-run"]).json_lines();
    let buckets: Vec<_> = planned.iter().map(|one| (one["bucket"].clone(), one["reason"].clone())).collect();
    assert_eq!(
        buckets,
        [(json!("dt=x/bucket-postpone"), json!("postponed")), (json!("dt=y/bucket-postpone"), json!("postponed"))]
    );
    assert!(lab.rows(&["d.t"]).is_empty(), "a dry run moves nothing");
    lab.run(&["compact", "d.t", "--partition", "dt=x"]).ok();
    assert_eq!(lab.rows(&["d.t"]).len(), 3);
    lab.run(&["compact", "d.t"]).ok();
    assert_eq!(lab.rows(&["d.t"]).len(), 4);
    // Rows of partitions with buckets need not wait.
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], "id,name,dt\n9,z,x\n").ok();
    assert_eq!(lab.rows(&["d.t", "--where", "id = 9"]).len(), 1);
    let files = lab.rows(&["d.t$files", "--columns", "partition,bucket"]);
    assert!(files.iter().any(|file| file.contains("\"bucket\":1")), "{files:?}");
}

#[test]
fn partitions_get_another_number_of_buckets() {
    let lab = Lab::with_keyed_table();
    let rows = "id,name,dt\n1,a,x\n2,b,x\n3,c,x\n1,d,y\n";
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], rows).ok();
    let before = lab.rows(&["d.t"]);
    lab.run(&["rescale", "d.t"]).ok();
    assert_eq!(lab.run(&["rescale", "d.t", "-o", "csv"]).ok().lines().count(), 1, "they have 2 buckets");
    let dry = ["rescale", "d.t", "--buckets", "5", "--where", "dt = 'x'", "-o", "csv"];
    let listed = lab.run(&[dry.as_slice(), &["--dry-run"]].concat()).ok();
    assert!(listed.lines().nth(1).unwrap().starts_with("dt=x,2,5,0,"), "{listed}");
    let done = lab.run(&dry);
    assert!(done.stderr.contains("rescaled 1 partitions") && done.stderr.contains("bucket=2"), "{}", done.stderr);
    assert!(done.ok().lines().nth(1).unwrap().starts_with("dt=x,2,5,3,"));
    assert_eq!(lab.rows(&["d.t"]), before);
    let refused = lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], "id,name,dt\n7,q,x\n").fails(4);
    assert!(refused.contains("5 buckets"), "{refused}");
    lab.run(&["table", "alter", "d.t", "SET ('bucket' = '5')"]).ok();
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], "id,name,dt\n7,q,x\n").ok();
    lab.run(&["rescale", "d.t", "--partition", "dt=y"]).ok();
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], "id,name,dt\n7,q,y\n").ok();
    assert_eq!(lab.rows(&["d.t"]).len(), before.len() + 2);
}

#[test]
fn a_rescale_that_makes_no_sense_is_refused() {
    let lab = postpone_table();
    assert!(lab.run(&["rescale", "d.t"]).fails(1).contains("expected a number of buckets"));
    assert!(lab.run(&["rescale", "d.t", "--buckets", "0"]).fails(1).contains("found 0"));
    assert!(lab.run(&["rescale", "d.t", "--buckets", "2", "--where", "id = 1"]).fails(2).contains("id"));
    lab.run(&["table", "create", "d.u", "--schema", "id INT", "--primary-key", "id"]).ok();
    assert!(lab.run(&["rescale", "d.u", "--buckets", "2"]).fails(1).contains("dynamic buckets"));
}
