use super::*;

const JAVA: &[u8] = include_bytes!("../testdata/java-2.0.manifest-list");
const RUST: &[u8] = include_bytes!("../testdata/rust-0.4.manifest-list");

#[test]
fn lists_decode_and_survive_a_rewrite() {
    for bytes in [JAVA, RUST] {
        let list = decode(bytes).unwrap();
        assert_eq!(list.len(), 1);
        assert_eq!((list[0].num_deleted_files, list[0].min_bucket.is_some()), (0, true));
        assert!(list[0].num_added_files > 0);
        assert_eq!(decode(&encode(&list, Codec::Snappy).unwrap()).unwrap(), list);
    }
}

#[test]
fn schema_is_javas() {
    assert!(JAVA.windows(SCHEMA.len()).any(|window| window == SCHEMA.as_bytes()));
}

#[test]
fn every_flipped_byte_gives_a_list_or_an_error() {
    let plain = encode(&decode(JAVA).unwrap(), Codec::Null).unwrap();
    for original in [JAVA, RUST, &plain] {
        let mut bytes = original.to_vec();
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xFF] {
                bytes[at] ^= flip;
                let _ = decode(&bytes);
                bytes[at] ^= flip;
            }
        }
    }
}
