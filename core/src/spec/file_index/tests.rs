use bytes::Bytes;

use super::*;
use crate::{
    error::ErrorKind,
    types::{Datum, TypeKind},
};

/// A container with one index `bitmap` of column `a`, laid out by hand.
fn container(body: &[u8]) -> Vec<u8> {
    let mut head = MAGIC.to_be_bytes().to_vec();
    head.extend(1_i32.to_be_bytes());
    let length = 8 + 4 + 4 + 4 + (2 + 1) + 4 + (2 + 6) + 8 + 4;
    head.extend((length as i32).to_be_bytes());
    head.extend(1_i32.to_be_bytes());
    head.extend([0, 1, b'a']);
    head.extend(1_i32.to_be_bytes());
    head.extend([0, 6]);
    head.extend(b"bitmap");
    head.extend((length as i32).to_be_bytes());
    head.extend((body.len() as i32).to_be_bytes());
    head.extend(0_i32.to_be_bytes());
    assert_eq!(head.len(), length);
    head.extend(body);
    head
}

/// Version 1: rows null, 7, 7 and 9.
fn bitmap_body() -> Vec<u8> {
    let mut body = vec![1];
    body.extend(4_i32.to_be_bytes());
    body.extend(2_i32.to_be_bytes());
    body.push(1);
    body.extend((-1_i32).to_be_bytes());
    body.extend(7_i32.to_be_bytes());
    body.extend(0_i32.to_be_bytes());
    body.extend(9_i32.to_be_bytes());
    body.extend((-4_i32).to_be_bytes());
    roaring::RoaringBitmap::from_iter([1, 2]).serialize_into(&mut body).unwrap();
    body
}

fn int() -> DataType {
    DataType::nullable(TypeKind::Int)
}

#[test]
fn a_bitmap_in_its_container() {
    let index = FileIndex::decode(container(&bitmap_body()).into()).unwrap();
    assert_eq!(index.entries().collect::<Vec<_>>(), [("a", "bitmap")]);
    let indexes = index.column("a", &int()).unwrap();
    let [index] = indexes.as_slice() else { panic!("{indexes:?}") };
    let rows = |question| index.rows(&question, &int(), 4).unwrap().map(|rows| rows.iter().collect::<Vec<_>>());
    assert_eq!(rows(Question::In(&[Datum::Int(7)])), Some(vec![1, 2]));
    assert_eq!(rows(Question::In(&[Datum::Int(9), Datum::Int(8)])), Some(vec![3]));
    assert_eq!(rows(Question::NotIn(&[Datum::Int(7)])), Some(vec![3]));
    assert_eq!(rows(Question::IsNull), Some(vec![0]));
    assert_eq!(rows(Question::Less(&Datum::Int(8))), None);
    assert_eq!(index.rows(&Question::IsNull, &int(), 5).unwrap(), None, "of another file");
}

#[test]
fn every_cut_and_every_flipped_byte_is_an_error_or_an_index() {
    let good = container(&bitmap_body());
    let ask = |bytes: Vec<u8>| -> crate::Result<()> {
        for index in FileIndex::decode(Bytes::from(bytes))?.column("a", &int())? {
            for value in [7, 9] {
                index.rows(&Question::In(&[Datum::Int(value)]), &int(), 4)?;
            }
            index.rows(&Question::IsNull, &int(), 4)?;
        }
        Ok(())
    };
    for cut in 0..good.len() {
        assert_eq!(ask(good[..cut].to_vec()).unwrap_err().kind(), ErrorKind::Corrupt, "cut at {cut}");
    }
    for at in 0..good.len() {
        for flip in [1, 0x80, 0xFF] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            let _ = ask(bad);
        }
    }
}

#[test]
fn names_are_modified_utf8() {
    let text = [0, 11, 0xC0, 0x80, b'x', 0xC3, 0xA9, 0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80];
    assert_eq!(cursor::Cursor::new(&text).modified_utf8().unwrap(), "\0xé😀");
    assert!(cursor::Cursor::new(&[0, 1, 0xC3]).modified_utf8().is_err());
}

#[test]
fn keys_of_maps_are_not_columns() {
    let mut bytes = container(&bitmap_body());
    let at = bytes.windows(3).position(|part| part == [0, 1, b'a']).unwrap();
    bytes[at + 2] = b'[';
    assert!(FileIndex::decode(bytes.into()).unwrap().column("[", &int()).unwrap().is_empty());
}
