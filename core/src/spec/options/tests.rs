use super::*;

fn parse(name: &str, value: &str) -> Result<CoreOptions> {
    CoreOptions::parse(&BTreeMap::from([(name.to_owned(), value.to_owned())]))
}

#[test]
fn no_options_are_the_defaults() {
    let options = CoreOptions::parse(&BTreeMap::new()).unwrap();
    assert_eq!(options, CoreOptions::default());
    assert_eq!(options.target_file_size(true), 128 << 20);
    assert_eq!(options.target_file_size(false), 256 << 20);
    assert_eq!((options.num_levels(), options.num_sorted_run_stop_trigger()), (6, 8));
    assert_eq!(options.manifest_codec().unwrap(), Codec::Zstandard);
}

#[test]
fn sizes_and_durations_take_units() {
    for (text, bytes) in [("1", 1), ("128 mb", 128 << 20), ("64KB", 64 << 10), (" 2 gibibytes ", 2 << 30)] {
        assert_eq!(parse("page-size", text).unwrap().page_size, bytes);
    }
    for (text, millis) in [("7", 7), ("1 h", 3_600_000), ("2d", 172_800_000), ("10 min", 600_000), ("5 µs", 0)] {
        assert_eq!(parse("snapshot.time-retained", text).unwrap().snapshot_time_retained.as_millis(), millis);
    }
    for text in ["", "mb", "1 xb", "99999999999999999999", "9223372036854775807 kb"] {
        assert!(parse("page-size", text).is_err(), "{text:?}");
    }
}

#[test]
fn wrong_value_is_named_with_what_is_allowed() {
    let error = parse("merge-engine", "dedup").unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Invalid);
    let message = error.to_string();
    assert!(
        message.contains("merge-engine") && message.contains("partial-update") && message.contains("dedup"),
        "{message}"
    );
    for (name, value) in [("bucket", "0"), ("write-only", "yes"), ("fields.a.stats-mode", "most"), ("num-levels", "x")]
    {
        assert!(parse(name, value).unwrap_err().to_string().contains(name));
    }
}

#[test]
fn unknown_names_are_kept() {
    let options = parse("my.own", "x").unwrap();
    assert_eq!(options.raw().get("my.own").map(String::as_str), Some("x"));
}

#[test]
fn words_ignore_case_and_dashes() {
    assert_eq!(parse("merge-engine", "PARTIAL_UPDATE").unwrap().merge_engine, MergeEngine::PartialUpdate);
    assert_eq!(parse("bucket", "-2").unwrap().bucket, Bucket::Postpone);
    assert_eq!(parse("sequence.field", "a, b").unwrap().sequence_field, ["a", "b"]);
    let levels = parse("file.format.per.level", "0:avro,5:parquet").unwrap().file_format_per_level;
    assert_eq!(levels.get(&5).map(String::as_str), Some("parquet"));
}

#[test]
fn stats_mode_of_a_column_wins() {
    let raw = [("metadata.stats-mode.per.level", "0:none"), ("fields.a.b.stats-mode", "full")];
    let raw = raw.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let options = CoreOptions::parse(&raw).unwrap();
    assert_eq!(options.stats_mode("a.b", 0, Some(0)).unwrap(), StatsMode::Full);
    assert_eq!(options.stats_mode("c", 1, Some(0)).unwrap(), StatsMode::None);
    assert_eq!(options.stats_mode("c", 1, Some(1)).unwrap(), StatsMode::Truncate(16));
}
