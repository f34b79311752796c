use super::*;

#[test]
fn only_a_large_row_group_with_a_page_index_is_cut() {
    let group = |mebibytes: u64, rows, has_page_index| RowGroupLayout { rows, bytes: mebibytes << 20, has_page_index };
    assert_eq!(pieces(&[group(22, 1_000_000, true)]), 5);
    assert_eq!(pieces(&[group(22, 1_000_000, false)]), 1);
    assert_eq!(pieces(&[group(22, 2, true)]), 2, "a piece has a row");
    assert_eq!(pieces(&[group(1, 10, true), group(1, 10, true)]), 1);
    assert_eq!(pieces(&[group(22, 0, true)]), 1);
}

#[test]
fn neighbouring_row_groups_are_packed() {
    let group = |mebibytes: u64| RowGroupLayout { rows: 10, bytes: mebibytes << 20, has_page_index: true };
    assert_eq!(pack(&[group(1), group(2), group(2), group(9), group(1)]), [0..2, 2..3, 3..4, 4..5]);
}
