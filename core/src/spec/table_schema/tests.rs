use super::*;

const JAVA: &str = r#"{
  "version" : 3,
  "id" : 2,
  "fields" : [ {
    "id" : 0,
    "name" : "k",
    "type" : "INT NOT NULL",
    "description" : "the key"
  }, {
    "id" : 3,
    "name" : "dt",
    "type" : "DATE NOT NULL"
  }, {
    "id" : 1,
    "name" : "r",
    "type" : {
      "type" : "ROW NOT NULL",
      "fields" : [ {
        "id" : 2,
        "name" : "a",
        "type" : {
          "type" : "MAP",
          "key" : "STRING NOT NULL",
          "value" : "DECIMAL(10, 2)"
        },
        "defaultValue" : "x"
      } ]
    }
  } ],
  "highestFieldId" : 3,
  "partitionKeys" : [ "dt" ],
  "primaryKeys" : [ "dt", "k" ],
  "options" : {
    "bucket" : "2"
  },
  "comment" : "ünicode",
  "timeMillis" : 1795227768382
}"#;

#[test]
fn java_text_is_written_as_it_was_read() {
    let schema = TableSchema::from_json(JAVA.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(schema.to_json().unwrap()).unwrap(), JAVA);
}

#[test]
fn key_value_columns_stand_before_the_table_columns() {
    let schema = TableSchema::from_json(JAVA.as_bytes()).unwrap();
    let fields = schema.key_value_fields();
    let names = fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>();
    assert_eq!(names, ["_KEY_k", "_SEQUENCE_NUMBER", "_VALUE_KIND", "k", "dt", "r"]);
    let ids = fields.iter().take(3).map(|field| field.id).collect::<Vec<_>>();
    assert_eq!(ids, [1_073_741_823, 2_147_483_646, 2_147_483_645]);
}

#[test]
fn old_versions_get_the_defaults_of_their_time() {
    let text = r#"{"id": 0, "fields": [{"id":0,"name":"a","type":"INT"}], "highestFieldId": 0, "comment": null}"#;
    let schema = TableSchema::from_json(text.as_bytes()).unwrap();
    assert_eq!((schema.version, schema.comment.as_deref()), (1, None));
    assert_eq!(schema.options.get("bucket").map(String::as_str), Some("1"));
    assert_eq!(schema.options.get("file.format").map(String::as_str), Some("orc"));
}

#[test]
fn every_flipped_byte_gives_a_value_or_an_error() {
    let mut bytes = JAVA.as_bytes().to_vec();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            let _ = TableSchema::from_json(&bytes);
            bytes[at] ^= 1 << bit;
        }
    }
}

#[test]
fn hostile_nesting_is_refused() {
    let open = r#"{"type":"ARRAY","element":"#.repeat(10_000);
    let text = format!(r#"{{"id":0,"highestFieldId":0,"fields":[{{"id":0,"name":"a","type":{open}"#);
    assert_eq!(TableSchema::from_json(text.as_bytes()).unwrap_err().kind(), crate::ErrorKind::Corrupt);
}

#[test]
fn a_column_id_or_name_given_twice_is_corrupt() {
    for second in [r#"{"id":0,"name":"b","type":"STRING"}"#, r#"{"id":1,"name":"a","type":"STRING"}"#] {
        let text = format!(r#"{{"id":0,"fields":[{{"id":0,"name":"a","type":"INT"}},{second}],"highestFieldId":1}}"#);
        assert_eq!(TableSchema::from_json(text.as_bytes()).unwrap_err().kind(), crate::ErrorKind::Corrupt);
    }
}
