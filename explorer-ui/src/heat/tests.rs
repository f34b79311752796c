use super::*;

fn bucket(partition: &str, number: i64, runs: i64, bytes: i64) -> BucketLevels {
    BucketLevels {
        partition: partition.into(),
        bucket: number,
        sorted_runs: runs,
        bytes,
        rows: 100,
        files: 3,
        ..BucketLevels::default()
    }
}

fn all(buckets: &[BucketLevels]) -> Vec<usize> {
    listed(buckets, "", None, &Base::default())
}

#[test]
fn values_say_what_they_measure() {
    let mut one = bucket("m=1", 0, 7, 4 << 20);
    one.deleted_by_vectors = 4;
    one.newest_millis = Some(0);
    let base = Base { median_bytes: 1 << 20, now_millis: 7_200_000 };
    let text = |measure: Measure| measure.text(measure.value(&one, &base).unwrap());
    assert_eq!(
        [Measure::Runs, Measure::Size, Measure::Skew, Measure::Deleted, Measure::Age].map(text),
        ["7", "4 MB", "4.0 ×", "4.0 %", "2 h"]
    );
    assert_eq!(Measure::Skew.value(&one, &Base::default()), None);
    assert_eq!(Measure::Deleted.value(&BucketLevels::default(), &base), None);
}

#[test]
fn scales_reach_from_cold_to_warm_and_few_runs_stay_cold() {
    let buckets = [bucket("", 0, 1, 1), bucket("", 1, 2, 1 << 30)];
    let base = Base::of(&buckets, 0);
    let runs = HeatScale::over(Measure::Runs, &buckets, &base);
    assert!(runs.share(2.0) < 0.3 && runs.share(5.0) > 0.99 && runs.share(1.0) < 1e-9);
    let size = HeatScale::over(Measure::Size, &buckets, &base);
    assert!((size.share(32_768.0) - 0.5).abs() < 0.01, "by magnitude");
    assert_eq!(size.stops(3).len(), 3);
    let skew = HeatScale::over(Measure::Skew, &buckets, &Base { median_bytes: 1 << 29, now_millis: 0 });
    assert!((skew.share(1.0) - 0.5).abs() < 1e-9);
    let none = HeatScale::over(Measure::Age, &buckets, &base);
    assert!(none.share(0.0).is_finite() && !none.stops(3).is_empty());
}

#[test]
fn few_partitions_lie_across_as_in_the_picture() {
    let buckets: Vec<_> =
        (0..24).map(|number| bucket(&format!("month={}", number / 2 + 1), number % 2, 1, 1)).collect();
    let grid = Grid::of(&buckets, &all(&buckets), None, 10);
    assert_eq!((grid.lines.len(), grid.columns.len(), grid.wrapped), (2, 12, false));
    assert_eq!((grid.columns[9].as_str(), grid.lines[1].label.as_str()), ("month=10", "b 1"));
    assert_eq!(grid.find(grid.lines[1].at(9).unwrap()), Some((1, 9)));
}

#[test]
fn many_partitions_go_down_and_single_ones_wrap() {
    let buckets: Vec<_> =
        (0..4000).map(|number| bucket(&format!("d={}", number / 4), number % 4, number % 9, 1)).collect();
    let grid = Grid::of(&buckets, &all(&buckets), None, 10);
    assert_eq!((grid.lines.len(), grid.columns.len()), (1000, 4));
    let one: Vec<_> = (0..1024).map(|number| bucket("", number, number, 1)).collect();
    let grid = Grid::of(&one, &all(&one), None, 16);
    assert!(grid.wrapped);
    assert_eq!((grid.lines.len(), grid.lines[1].label.as_str(), grid.lines[1].at(0)), (64, "b 16", Some(16)));
}

#[test]
fn the_warmest_come_first_and_words_narrow() {
    let buckets = [bucket("d=1", 0, 1, 9), bucket("d=2", 0, 8, 1), bucket("d=3", 0, 3, 5)];
    let base = Base::default();
    assert_eq!(listed(&buckets, "", Some(Measure::Runs), &base), [1, 2, 0]);
    assert_eq!(listed(&buckets, "D=3", None, &base), [2]);
    let grid = Grid::of(&buckets, &[0, 1, 2], Some((Measure::Size, &base)), 9);
    assert_eq!(grid.columns, ["d=1", "d=3", "d=2"]);
}

#[test]
fn keys_lead_to_cells_that_are_there() {
    let buckets = [bucket("a=1", 0, 1, 1), bucket("a=1", 5, 1, 1), bucket("a=2", 5, 1, 1)];
    let grid = Grid::of(&buckets, &[0, 1, 2], None, 9);
    assert_eq!(grid.step((0, 0), "ArrowDown", false, 5), Some((1, 0)));
    assert_eq!(grid.step((1, 0), "ArrowRight", false, 5), Some((1, 1)));
    assert_eq!(grid.step((1, 1), "ArrowUp", false, 5), Some((0, 0)), "the nearest where there is none above");
    assert_eq!(grid.step((1, 1), "ArrowRight", false, 5), Some((1, 1)));
    assert_eq!(grid.step((0, 0), "End", true, 5), Some((1, 1)));
    assert_eq!((grid.step((0, 0), "x", false, 5), Grid::default().step((0, 0), "End", true, 1)), (None, None));
}
