//! `cenote compact --order-by`

use crate::harness::Lab;

fn lab() -> Lab {
    let lab = Lab::with_append_table("a INT, b INT, name STRING");
    for start in 0..3 {
        let rows = (0..20).map(|row| format!("{},{},n{row}\n", (row * 7 + start) % 20, (row * 3 + start) % 20));
        let file = lab.file("f.csv", format!("a,b,name\n{}", rows.collect::<String>()));
        lab.run(&["write", "d.t", &file]).ok();
    }
    lab
}

/// The values of a column in the order in which they are read.
fn numbers(lab: &Lab, column: &str) -> Vec<i64> {
    let rows = lab.run(&["read", "d.t", "--columns", column]).json_lines();
    rows.iter().map(|row| row[column].as_i64().unwrap()).collect()
}

#[test]
fn rows_are_sorted_and_stay_the_same() {
    let lab = lab();
    let before = lab.rows(&["d.t"]);
    let dry = lab.run(&["compact", "d.t", "--order-by", "a,b", "--strategy", "order", "--dry-run"]).json_lines();
    assert_eq!((&dry[0]["reason"], &dry[0]["files_in"]), (&"cluster".into(), &3.into()));
    lab.run(&["compact", "d.t", "--order-by", "a,b", "--strategy", "order"]).ok();
    let numbers = numbers(&lab, "a");
    assert!(numbers.is_sorted(), "{numbers:?}");
    for strategy in ["zorder", "hilbert", "auto"] {
        lab.run(&["compact", "d.t", "--order-by", "a,name", "--strategy", strategy]).ok();
        assert_eq!(lab.rows(&["d.t"]), before);
    }
    let last = lab.run(&["snapshot", "list", "d.t", "--limit", "1"]).json_lines();
    assert_eq!(last[0]["kind"], "COMPACT");
}

#[test]
fn the_table_may_say_the_columns() {
    let lab = lab();
    let message = lab.run(&["compact", "d.t", "--strategy", "auto"]).fails(2);
    assert!(message.contains("clustering.columns"), "{message}");
    lab.run(&["table", "alter", "d.t", "SET ('clustering.columns' = 'b')"]).ok();
    lab.run(&["compact", "d.t", "--strategy", "auto"]).ok();
    assert!(numbers(&lab, "b").is_sorted());
}

#[test]
fn wrong_columns_and_strategies_are_told() {
    let lab = lab();
    assert!(lab.run(&["compact", "d.t", "--order-by", "zz"]).fails(1).contains("zz"));
    assert!(lab.run(&["compact", "d.t", "--order-by", "a", "--strategy", "peano"]).fails(2).contains("peano"));
    assert!(lab.run(&["compact", "d.t", "--order-by", "a", "--strategy", "hilbert"]).fails(1).contains("two columns"));
    lab.run(&["compact", "d.t", "--order-by", "a", "--full"]).fails(2);
}
