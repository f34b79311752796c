//! Mistakes and damage: a typed error that says what to do, the right exit code, never a panic.

use crate::harness::Lab;

#[test]
fn usage() {
    let lab = Lab::with_keyed_table();
    for line in
        ["", "tabel", "read", "read d.t --snapshot x", "read d.t --tag a --snapshot 1", "write d.t", "delete d.t"]
    {
        let run = lab.run(&line.split_whitespace().collect::<Vec<_>>());
        assert_eq!(run.code, 2, "{line}: {}", run.stderr);
        assert!(!run.stderr.is_empty());
    }
    assert!(lab.run(&["table", "describe", "nothing"]).fails(2).contains("hint: "));
    assert!(lab.run(&["describe"]).code == 2);
    assert_eq!(lab.run(&["--version"]).code, 0);
}

#[test]
fn help_shows_examples() {
    let lab = Lab::new();
    for verb in [&["--help"][..], &["read", "--help"], &["write", "--help"], &["table", "create", "--help"]] {
        assert!(lab.run(verb).ok().contains("Examples:"), "{verb:?}");
    }
    assert!(lab.run(&["completions", "bash"]).ok().contains("_cenote"));
}

#[test]
fn no_warehouse() {
    let lab = Lab::new();
    let output = lab.command(&["db", "list"]).env_remove("CENOTE_WAREHOUSE").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--warehouse"));
}

#[test]
fn what_is_not_there() {
    let lab = Lab::with_keyed_table();
    for line in [
        "table describe d.none",
        "table describe none.t",
        "table describe ./nowhere",
        "snapshot list d.none",
        "snapshot show d.t",
        "snapshot show d.t 7",
        "tag create d.t x",
        "tag delete d.t x",
        "table list none",
        "serve --warehouse ./nowhere --port 0",
    ] {
        let said = lab.run(&line.split_whitespace().collect::<Vec<_>>()).fails(3);
        assert!(said.contains("hint: ") || said.contains("no such file"), "{line}: {said}");
    }
}
