use super::*;

const JAVA: &[u8] = include_bytes!("../testdata/java-2.0.index-manifest");
const PYTHON: &[u8] = include_bytes!("../testdata/python-2.1.index-manifest");

#[test]
fn index_manifests_decode_and_survive_a_rewrite() {
    for bytes in [JAVA, PYTHON] {
        let entries = decode(bytes).unwrap();
        let entry = entries.first().unwrap();
        assert_eq!((entry.file.index_type.as_str(), entry.kind), ("DELETION_VECTORS", FileKind::Add));
        let vectors = entry.file.deletion_vectors.as_ref().unwrap();
        assert_eq!(vectors.len(), usize::try_from(entry.file.row_count).unwrap());
        assert_eq!(vectors[0].offset, 1);
        assert_eq!(decode(&encode(&entries, Codec::Deflate).unwrap()).unwrap(), entries);
    }
}

#[test]
fn schema_is_javas() {
    assert!(JAVA.windows(SCHEMA.len()).any(|window| window == SCHEMA.as_bytes()));
}

#[test]
fn global_index_survives_a_rewrite() {
    let global = GlobalIndexMeta {
        row_range_start: 5,
        row_range_end: i64::MAX,
        index_field_id: 3,
        extra_field_ids: Some(vec![1, -1]),
        index_meta: Some(Bytes::from_static(b"meta")),
        source_meta: None,
    };
    let mut entry = blank();
    entry.file.index_type = "btree".to_owned();
    entry.file.global_index = Some(global);
    entry.file.external_path = Some("s3://elsewhere/file".to_owned());
    assert_eq!(decode(&encode(std::slice::from_ref(&entry), Codec::Null).unwrap()).unwrap(), [entry]);
}

#[test]
fn every_flipped_byte_gives_entries_or_an_error() {
    let plain = encode(&decode(JAVA).unwrap(), Codec::Null).unwrap();
    for original in [JAVA, &plain] {
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
