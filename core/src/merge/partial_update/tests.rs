use crate::merge::testing::merge;

const ENGINE: (&str, &str) = ("merge-engine", "partial-update");

#[test]
fn values_overwrite_and_nulls_do_not() {
    let merged = merge(&["k", "a", "b"], &[ENGINE], "+I 1 1 . | +I 1 . 2 | +I 1 3 . | +I 2 . .");
    assert_eq!(merged.unwrap(), "+I 1 3 2 | +I 2 . .");
}

/// The worked example of format digest 7.7.
#[test]
fn a_newer_sequence_group_overwrites_with_null_too() {
    let groups = [ENGINE, ("fields.g1.sequence-group", "a,b"), ("fields.g2.sequence-group", "c")];
    let rows = "+I 1 2 10 11 1 5 | +I 1 3 . 12 . 99 | +I 1 1 77 77 2 .";
    assert_eq!(merge(&["k", "g1", "a", "b", "g2", "c"], &groups, rows).unwrap(), "+I 1 3 . 12 2 .");
}

#[test]
fn deletes_are_errors_or_ignored_or_remove_the_row() {
    let rows = "+I 1 1 2 | -D 1 1 2";
    assert!(merge(&["k", "a", "b"], &[ENGINE], rows).is_err());
    assert_eq!(merge(&["k", "a", "b"], &[ENGINE, ("ignore-delete", "true")], rows).unwrap(), "+I 1 1 2");
    let remove = [ENGINE, ("partial-update.remove-record-on-delete", "true")];
    assert!(merge(&["k", "a", "b"], &remove, rows).unwrap().starts_with("-D 1"));
}

#[test]
fn first_row_keeps_the_first() {
    let merged = merge(&["k", "a"], &[("merge-engine", "first-row")], "+I 1 5 | +I 1 6 | +I 2 1");
    assert_eq!(merged.unwrap(), "+I 1 5 | +I 2 1");
}
