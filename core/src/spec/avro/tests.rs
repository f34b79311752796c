use super::*;
use crate::error::{Error, ErrorKind, Result};

avro_fields! {
    /// A record of tests.
    TestField {
        A = "a" Number required,
        B = "b" Bytes optional,
    }
}

/// Records of a file whose writer's schema is `schema`, laid out by hand.
fn read(schema: &str, codec: Codec, count: i64, block: &[u8]) -> Result<Vec<(i64, Option<String>)>> {
    let mut file = b"Obj\x01".to_vec();
    let number = |out: &mut Vec<u8>, value: i64| {
        let mut encoded = (value << 1 ^ value >> 63) as u64;
        while encoded >= 0x80 {
            out.push(encoded as u8 | 0x80);
            encoded >>= 7;
        }
        out.push(encoded as u8);
    };
    let sized = |out: &mut Vec<u8>, bytes: &[u8]| {
        number(out, bytes.len() as i64);
        out.extend_from_slice(bytes);
    };
    number(&mut file, 2);
    for (key, value) in [("avro.schema", schema), ("avro.codec", codec.header_name())] {
        sized(&mut file, key.as_bytes());
        sized(&mut file, value.as_bytes());
    }
    number(&mut file, 0);
    file.extend_from_slice(&[7; 16]);
    number(&mut file, count);
    sized(&mut file, block);
    file.extend_from_slice(&[7; 16]);
    decode(&file)
}

fn decode(file: &[u8]) -> Result<Vec<(i64, Option<String>)>> {
    read_records(
        file,
        Plan::<TestField>::new,
        || (0, None),
        |plan, cursor, record| {
            for step in plan.steps() {
                match step.field {
                    Some(TestField::A) => record.0 = cursor.number(step.shape)?.unwrap_or(-1),
                    Some(TestField::B) => record.1 = cursor.text(step.shape)?,
                    None => cursor.skip(step.shape)?,
                }
            }
            Ok(())
        },
    )
}

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"r","fields":[{fields}]}}"#)
}

const A: &str = r#"{"name":"a","type":"long"}"#;

fn kind<T: std::fmt::Debug>(result: Result<T>) -> ErrorKind {
    Error::kind(&result.unwrap_err())
}

#[test]
fn fields_are_found_by_name_and_others_skipped() {
    let every = r#"{"name":"x","type":"null"},{"name":"x1","type":"boolean"},{"name":"x2","type":"float"},
        {"name":"x3","type":"double"},{"name":"x4","type":{"type":"fixed","name":"f","size":3}},
        {"name":"x5","type":{"type":"enum","name":"e","symbols":["A"]}},{"name":"x6","type":{"type":"map","values":"f"}},
        {"name":"x7","type":["string","int","null"]},{"name":"x8","type":{"type":"array","items":"null"}},
        {"name":"x9","type":{"type":"record","name":"n.inner","fields":[{"name":"next","type":["null","n.inner"]}]}}"#;
    let schema = record(&format!(r#"{every},{{"name":"b","type":["string","null"]}},{A}"#));
    let mut block = vec![1];
    block.extend([0; 4 + 8 + 3]);
    block.push(0);
    block.extend([2, 2, b'k', 9, 9, 9, 0]);
    block.extend([2, 4]);
    block.extend([6, 0]);
    block.extend([2, 2, 0]);
    block.extend([0, 4, b'h', b'i', 5]);
    assert_eq!(read(&schema, Codec::Null, 1, &block).unwrap(), [(-3, Some("hi".to_owned()))]);
}

#[test]
fn records_may_be_wrapped_in_a_union_with_null() {
    let schema = format!(r#"["null",{}]"#, record(A));
    assert_eq!(read(&schema, Codec::Null, 2, &[2, 2, 2, 4]).unwrap(), [(1, None), (2, None)]);
    assert_eq!(kind(read(&schema, Codec::Null, 1, &[0])), ErrorKind::Corrupt);
}

#[test]
fn required_fields_and_contents_are_checked_once_a_file() {
    let missing = record(r#"{"name":"c","type":"long"}"#);
    assert_eq!(kind(read(&missing, Codec::Null, 0, &[])), ErrorKind::Corrupt);
    let other = record(r#"{"name":"a","type":"string"}"#);
    let message = read(&other, Codec::Null, 0, &[]).unwrap_err().to_string();
    assert!(message.contains("Number as avro field a"), "{message}");
}

#[test]
fn counts_and_lengths_that_lie_are_refused() {
    let schema = record(&format!(r#"{A},{{"name":"b","type":"string"}}"#));
    for (count, block) in [
        (i64::MAX, &[2, 0][..]),
        (-1, &[2, 0]),
        (1, &[2, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F]),
        (1, &[2, 1]),
        (1, &[2]),
        (1, &[2, 0, 0]),
        (1, &[0xFF; 12]),
    ] {
        assert_eq!(kind(read(&schema, Codec::Null, count, block)), ErrorKind::Corrupt, "{count} {block:?}");
    }
}

#[test]
fn nested_values_are_skipped_to_a_bounded_depth() {
    let own = r#"{"name":"x","type":{"type":"record","name":"n","fields":[{"name":"next","type":["null","n"]}]}}"#;
    let schema = record(&format!("{own},{A}"));
    let chain = |length: usize| [vec![2; length], vec![0, 14]].concat();
    assert_eq!(read(&schema, Codec::Null, 1, &chain(10)).unwrap(), [(7, None)]);
    assert_eq!(kind(read(&schema, Codec::Null, 1, &chain(100_000))), ErrorKind::Corrupt);
}

#[test]
fn endless_arrays_of_nothing_end() {
    let schema = record(&format!(r#"{{"name":"x","type":{{"type":"array","items":"null"}}}},{A}"#));
    let block = [200, 1].repeat(5000);
    assert_eq!(kind(read(&schema, Codec::Null, 1, &block)), ErrorKind::Corrupt);
}

#[test]
fn bombs_are_refused() {
    let schema = record(A);
    let zeros = vec![0; 80 << 20];
    for codec in [Codec::Deflate, Codec::Snappy, Codec::Zstandard] {
        let bomb = codec.compress(&zeros, 1).unwrap();
        let message = read(&schema, codec, 1, &bomb).unwrap_err().to_string();
        assert!(message.contains("at most"), "{message}");
    }
}

#[test]
fn damaged_blocks_are_corrupt() {
    let schema = record(A);
    for codec in [Codec::Deflate, Codec::Snappy, Codec::Zstandard] {
        let block = codec.compress(&[2; 1000], 1).unwrap();
        assert_eq!(read(&schema, codec, 1000, &block).unwrap().len(), 1000);
        for cut in 0..block.len() {
            assert_eq!(kind(read(&schema, codec, 1000, &block[..cut])), ErrorKind::Corrupt, "{codec:?} {cut}");
        }
    }
    let mut snappy = Codec::Snappy.compress(&[2; 1000], 1).unwrap();
    *snappy.last_mut().unwrap() ^= 1;
    assert!(read(&schema, Codec::Snappy, 1000, &snappy).unwrap_err().to_string().contains("checksum"));
}

#[test]
fn codecs_without_support_are_named() {
    assert_eq!(kind(Codec::from_option("bzip2")), ErrorKind::Unsupported);
    assert_eq!(kind(Codec::from_header(b"lzma")), ErrorKind::Unsupported);
    assert_eq!(kind(Codec::from_option("zip")), ErrorKind::Invalid);
    assert_eq!(kind(decode(b"PAR1")), ErrorKind::Corrupt);
}

#[test]
fn many_records_make_many_blocks() {
    let schema = record(A);
    let numbers: Vec<i64> = (0..100_000).collect();
    let file = write_records(&schema, Codec::Zstandard, &numbers, |encoder, number| encoder.number(*number)).unwrap();
    let read: Vec<i64> = decode(&file).unwrap().into_iter().map(|(number, _)| number).collect();
    assert_eq!(read, numbers);
}
