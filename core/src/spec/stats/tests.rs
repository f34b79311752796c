use super::*;

fn text(value: &str) -> Datum {
    Datum::String(value.to_owned())
}

/// Bounds of `value` cut to `length` characters, as `min..max`.
fn bounds(value: &str, length: usize) -> String {
    let stats = ColumnStats { min: Some(text(value)), max: Some(text(value)), null_count: Some(0) };
    let stats = StatsMode::Truncate(length).apply(&DataType::nullable(TypeKind::STRING), stats);
    let show = |value: Option<Datum>| match value {
        Some(Datum::String(value)) => value,
        _ => "?".to_owned(),
    };
    format!("{}..{}", show(stats.min), show(stats.max))
}

#[test]
fn strings_are_cut_by_characters_and_the_maximum_rounded_up() {
    assert_eq!(bounds("ab", 2), "ab..ab");
    assert_eq!(bounds("abc", 2), "ab..ac");
    assert_eq!(bounds("éée", 2), "éé..éê");
    assert_eq!(bounds("a\u{10FFFF}x", 2), "a\u{10FFFF}..b");
    assert_eq!(bounds("\u{10FFFF}\u{10FFFF}x", 2), "?..?");
    assert_eq!(bounds("\u{D7FF}x", 1), "\u{D7FF}..\u{E000}");
}

#[test]
fn bytes_are_cut_and_the_maximum_rounded_up() {
    assert_eq!(truncate_max(Datum::Bytes(vec![1, 0xFF, 2]), 2), Some(Datum::Bytes(vec![2])));
    assert_eq!(truncate_max(Datum::Bytes(vec![0xFF, 0xFF, 2]), 2), None);
    assert_eq!(truncate_min(Datum::Bytes(vec![1, 0xFF, 2]), 2), Datum::Bytes(vec![1, 0xFF]));
}

#[test]
fn modes_read_their_text() {
    assert_eq!(StatsMode::from_text("TRUNCATE(16)"), Some(StatsMode::Truncate(16)));
    assert_eq!(StatsMode::from_text("Counts"), Some(StatsMode::Counts));
    for wrong in ["truncate(0)", "truncate(-1)", "truncate", "all", ""] {
        assert_eq!(StatsMode::from_text(wrong), None, "{wrong:?}");
    }
}

#[test]
fn dense_statistics_leave_out_unknown_columns() {
    let fields = ["a", "b"].map(|name| DataField::new(0, name, DataType::nullable(TypeKind::Int)));
    let known = ColumnStats { min: Some(Datum::Int(1)), max: Some(Datum::Int(3)), null_count: Some(0) };
    let (stats, names) = SimpleStats::dense_from_columns(&fields, &[ColumnStats::default(), known.clone()]).unwrap();
    assert_eq!(names, Some(vec!["b".to_owned()]));
    assert_eq!(stats.decode(&[DataType::nullable(TypeKind::Int)]).unwrap(), std::slice::from_ref(&known));
    let (_, names) = SimpleStats::dense_from_columns(&fields, &[known.clone(), known]).unwrap();
    assert_eq!(names, None);
    let (stats, names) =
        SimpleStats::dense_from_columns(&fields, &[ColumnStats::default(), ColumnStats::default()]).unwrap();
    assert_eq!((stats, names), (SimpleStats::empty(), Some(Vec::new())));
}
