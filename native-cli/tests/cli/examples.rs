//! The examples of the repository do what they say.

use std::{path::Path, process::Command};

#[cfg(unix)]
#[test]
fn orders() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/orders/run.sh");
    let output = Command::new("sh").arg(script).env("CENOTE", env!("CARGO_BIN_EXE_cenote")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let rows = String::from_utf8(output.stdout).unwrap();
    let mut lines = rows.lines().rev().take(5).collect::<Vec<_>>();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "1,espresso,2.20,2026-01-01T08:01:00.000Z,2026-01-01",
            "2,\"cake, large\",24.00,2026-01-01T08:15:00.000Z,2026-01-01",
            "4,espresso,2.20,2026-01-02T08:03:00.000Z,2026-01-02",
            "5,tea,7.00,2026-01-02T09:30:00.000Z,2026-01-02",
            "6,grinder,149.00,2026-01-02T11:00:00.000Z,2026-01-02",
        ]
    );
}

#[test]
fn the_demo_reads_back_right() {
    let lab = crate::harness::Lab::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/nycflights13");
    let run = lab.run(&["demo", "--check", "--no-open", "--data", data.to_str().unwrap(), "--warehouse", "demo"]);
    assert!(run.stderr.contains("ok    demo.flights: 328521 rows"), "{}", run.stderr);
    run.ok();
    let read = |args: &[&str]| lab.run(&[&["--warehouse", "demo"], args].concat());
    let snapshots = read(&["snapshot", "list", "demo.flights"]).json_lines();
    assert!(snapshots.len() >= 12);
    assert!(snapshots.iter().any(|snapshot| snapshot["kind"] == "COMPACT"));
    assert!(!read(&["tag", "list", "demo.flights"]).json_lines().is_empty());
    assert_eq!(read(&["schema", "list", "demo.weather"]).json_lines().len(), 2);
    let again = lab.run(&["demo", "--check", "--data", data.to_str().unwrap(), "--warehouse", "demo"]);
    assert!(again.fails(1).contains("already"));
}
