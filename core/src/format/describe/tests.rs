//! Footers of files of other writers, whole and broken.

use std::sync::Arc;

use futures::executor::block_on;

use super::*;
use crate::{
    error::ErrorKind,
    format::fixtures::{Fixture, mutated},
    io::InlineRuntime,
};

fn described(name: &str, file: &[u8], size: u64, offset: usize, limit: Option<usize>) -> Result<FooterDescription> {
    let storage = Storage::memory(Arc::new(InlineRuntime::new(1, 0)));
    block_on(async {
        storage.put(name, file.to_vec().into()).await?;
        describe(&storage, name, size, offset, limit).await
    })
}

fn whole(fixture: &Fixture) -> FooterDescription {
    described(&fixture.name, &fixture.bytes, fixture.bytes.len() as u64, 0, None).unwrap()
}

fn fixtures() -> [Fixture; 4] {
    [
        Fixture::load("java2_shredded.parquet", "java2_shredded", "java2_shredded"),
        Fixture::load("stripes.orc", "stripes", "stripes"),
        Fixture::load("java2_orc.orc", "java2_orc", "java2_orc"),
        Fixture::load("java2_types.avro", "java2_types", "java2_types"),
    ]
}

#[test]
fn rows_and_columns_are_those_of_the_file() {
    for fixture in fixtures() {
        let footer = whole(&fixture);
        let rows = fixture.rows.len() as u64;
        assert_eq!(footer.rows, (footer.format != "avro").then_some(rows), "{}", fixture.name);
        assert_eq!(footer.groups.iter().map(|group| group.rows).sum::<u64>(), footer.rows.unwrap_or(0));
        assert_eq!(footer.size, fixture.bytes.len() as u64);
        assert!(footer.footer_bytes > 0 && footer.footer_bytes < footer.size);
        for field in &fixture.fields {
            let of = |column: &ColumnDescription| column.name.split('.').next() == Some(field.name.as_str());
            assert!(footer.columns.iter().any(of), "{}: {} in {:?}", fixture.name, field.name, footer.columns);
        }
        for group in &footer.groups {
            assert!(group.compressed > 0 && group.compressed < footer.size, "{}", fixture.name);
            assert_eq!(group.chunks.len(), footer.columns.len());
        }
    }
}

#[test]
fn stripes_come_in_pages_with_their_bounds() {
    let fixture = Fixture::load("stripes.orc", "stripes", "stripes");
    let all = whole(&fixture);
    let count = all.group_count.unwrap();
    assert!(count > 2, "{count}");
    let page = described(&fixture.name, &fixture.bytes, all.size, 1, Some(1)).unwrap();
    assert_eq!((page.offset, page.groups.as_slice()), (1, &all.groups[1..2]));
    assert_eq!(described(&fixture.name, &fixture.bytes, all.size, count + 7, None).unwrap().groups, []);
    // The bounds of each stripe are those of its rows.
    let place = fixture.fields.iter().position(|field| field.data_type.to_string().starts_with("BIGINT")).unwrap();
    let mut rows = fixture.rows.iter();
    for group in &all.groups {
        let chunk = group.chunks.iter().find(|chunk| chunk.column == fixture.fields[place].name).unwrap();
        let cells = rows.by_ref().take(group.rows as usize).filter_map(|row| row[place].as_i64());
        let (min, max) = cells.fold((i64::MAX, i64::MIN), |(min, max), cell| (min.min(cell), max.max(cell)));
        if !chunk.min.is_null() {
            assert_eq!((chunk.min.as_i64(), chunk.max.as_i64()), (Some(min), Some(max)));
        }
    }
}

#[test]
fn a_size_that_lies_is_an_error_that_names_the_file() {
    for fixture in fixtures() {
        let size = fixture.bytes.len() as u64;
        for wrong in [size + 1, size * 1000, u64::MAX] {
            let error = described(&fixture.name, &fixture.bytes, wrong, 0, None).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{} {wrong}: {error}", fixture.name);
            assert!(error.path().is_some_and(|path| path.contains(&fixture.name)), "{error:?}");
        }
        for wrong in [0, 1, 11] {
            let found = described(&fixture.name, &fixture.bytes, wrong, 0, None);
            assert_eq!(found.unwrap_err().kind(), ErrorKind::Corrupt, "{} {wrong}", fixture.name);
        }
    }
    let other = described("data.csv", b"a,b", 3, 0, None).unwrap_err();
    assert_eq!(other.kind(), ErrorKind::Unsupported);
}

#[test]
fn broken_files_are_survived() {
    for fixture in fixtures() {
        for seed in 0..300 {
            let file = mutated(&fixture.bytes, seed);
            let _ = described(&fixture.name, &file, file.len() as u64, 0, None);
        }
    }
}

#[test]
fn long_texts_are_cut_between_characters() {
    let entry = MetadataEntry::new(b"k", "ä".repeat(1000).as_bytes());
    assert_eq!((entry.bytes, entry.value.chars().count()), (2000, MAX_TEXT + 1));
    assert_eq!(MetadataEntry::new(b"k", &[0xFF, b'x']).value, "\u{FFFD}x");
}
