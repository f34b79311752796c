use super::*;
use crate::{cell::Cell, model::FieldInfo};

fn file(partition: &str, bucket: i64, level: i64, from: i64, to: i64) -> FileInfo {
    FileInfo {
        partition: partition.into(),
        bucket,
        level,
        rows: 10,
        min_key: vec![Cell::Int(from)],
        max_key: vec![Cell::Int(to)],
        ..FileInfo::default()
    }
}

fn table(keys: &[(&str, &str)]) -> TableInfo {
    let field = |&(name, type_text): &(&str, &str)| FieldInfo {
        name: name.into(),
        type_text: type_text.into(),
        ..FieldInfo::default()
    };
    TableInfo {
        primary_keys: keys.iter().map(|(name, _)| (*name).into()).collect(),
        fields: keys.iter().map(field).collect(),
        ..TableInfo::default()
    }
}

#[test]
fn each_level_0_file_is_a_run_and_each_higher_level_one() {
    let files = [file("", 0, 0, 0, 9), file("", 0, 0, 5, 6), file("", 0, 5, 0, 4), file("", 0, 5, 5, 9)];
    let buckets = buckets(&files);
    assert_eq!((buckets.len(), buckets[0].runs, buckets[0].rows), (1, 3, 40));
}

#[test]
fn partitions_order_like_people_count() {
    let files = [file("month=10", 0, 0, 0, 1), file("month=9", 1, 0, 0, 1), file("month=9", 0, 0, 0, 1)];
    let names: Vec<String> = buckets(&files).iter().map(|bucket| bucket.id.print()).collect();
    assert_eq!(names, ["month=9/0", "month=9/1", "month=10/0"]);
}

#[test]
fn depth_counts_runs_not_files() {
    let files = [file("", 0, 0, 25, 75), file("", 0, 5, 0, 50), file("", 0, 5, 51, 100)];
    let drawing = draw(&buckets(&files)[0], &files, &table(&[("k", "INT")]), ScaleKind::Value);
    assert_eq!(drawing.levels, [(0, 0), (5, 1)]);
    assert_eq!(drawing.lines, 2);
    assert_eq!(drawing.depth.iter().map(|step| step.depth).max(), Some(2));
    assert_eq!(drawing.depth.first().map(|step| step.depth), Some(1));
}

#[test]
fn positions_keep_the_order_of_composite_keys() {
    let keys = [
        vec![Cell::Int(1), Cell::Text("UA".into())],
        vec![Cell::Int(1), Cell::Text("YV".into())],
        vec![Cell::Int(2), Cell::Text("AA".into())],
    ];
    let files: Vec<FileInfo> =
        keys.iter().map(|key| FileInfo { min_key: key.clone(), max_key: key.clone(), ..FileInfo::default() }).collect();
    let chosen: Vec<&FileInfo> = files.iter().collect();
    for kind in [ScaleKind::Value, ScaleKind::Rank] {
        let scale = KeyScale::over(&chosen, &[Look::Number, Look::Text], kind);
        let at: Vec<f64> = keys.iter().map(|key| scale.position(key)).collect();
        assert!(at[0] < at[1] && at[1] < at[2], "{kind:?}: {at:?}");
        assert!(scale.ticks(3).len() >= 2);
    }
}

#[test]
fn one_key_and_no_keys_do_not_divide_by_zero() {
    let files = [file("", 0, 0, 7, 7), FileInfo::default()];
    let drawing = draw(&buckets(&files)[0], &files, &table(&[("k", "INT")]), ScaleKind::Value);
    assert!(drawing.bars.iter().all(|bar| bar.from.is_finite() && bar.to.is_finite()));
}

#[test]
fn amplification_weighs_by_rows_and_names_the_worst() {
    let files = [file("", 0, 5, 0, 9), file("", 1, 0, 0, 9), file("", 1, 0, 0, 9), file("", 1, 5, 0, 9)];
    let found = amplification(&buckets(&files), &table(&[("k", "INT")]));
    assert_eq!(found.worst.unwrap().1, 3);
    assert!((found.average - 2.5).abs() < 1e-9);
    assert_eq!(found.trigger, 5);
}
