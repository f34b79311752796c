use super::*;
use crate::{cell::Cell, model::FieldInfo};

fn file(level: i64, from: i64, to: i64) -> FileInfo {
    FileInfo { level, min_key: vec![Cell::Int(from)], max_key: vec![Cell::Int(to)], ..FileInfo::default() }
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
fn a_bucket_survives_a_link() {
    for id in [BucketId { partition: "a=1/b=2".into(), bucket: 3 }, BucketId { partition: String::new(), bucket: -2 }] {
        assert_eq!(BucketId::parse(&id.print()), Some(id));
    }
    assert_eq!(BucketId::parse("month=1"), None);
}

#[test]
fn partitions_order_like_people_count() {
    let mut names = ["month=10", "month=9", "month=1"];
    names.sort_by_key(|name| natural(name));
    assert_eq!(names, ["month=1", "month=9", "month=10"]);
}

#[test]
fn depth_counts_runs_not_files() {
    let files = [file(0, 25, 75), file(5, 0, 50), file(5, 51, 100)];
    let drawing = draw(&files, &table(&[("k", "INT")]), ScaleKind::Value);
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
        assert!(scale.ticks(View::default(), 3).len() >= 2);
    }
}

#[test]
fn one_key_and_no_keys_do_not_divide_by_zero() {
    let files = [file(0, 7, 7), FileInfo::default()];
    let drawing = draw(&files, &table(&[("k", "INT")]), ScaleKind::Value);
    assert!(drawing.bars.iter().all(|bar| bar.from.is_finite() && bar.to.is_finite()));
}
