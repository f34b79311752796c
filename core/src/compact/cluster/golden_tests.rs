//! Places on the curves that Java 1.4.2 and 2.0.0 computed alike (`tests/interop/java/CurveIndexes.java`, seed 7).

use arrow_array::Array;

use super::{hilbert, zorder};
use crate::types::{DataField, DataType, Datum, datum_text, datums_to_array, type_json};

const CASES: &str = include_str!("testdata/indexes.txt");

fn datum(text: &str, data_type: &DataType) -> Option<Datum> {
    (text != "\\N").then(|| datum_text::parse(text, data_type).unwrap())
}

#[test]
fn places_are_those_of_java() {
    let mut curves = [0, 0];
    for (number, line) in CASES.lines().enumerate() {
        let [curve, length, types, values, expected] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("line {number}: {line}")
        };
        let columns: Vec<_> = types
            .split(';')
            .zip(values.split('|'))
            .enumerate()
            .map(|(place, (data_type, value))| {
                let data_type = type_json::type_from_json(&data_type.into()).unwrap();
                let column = datums_to_array(&[datum(value, &data_type)], &data_type).unwrap();
                (column, DataField::new(place as i32, format!("c{place}"), data_type))
            })
            .collect();
        let places = match curve {
            "zorder" => zorder::indexes(&columns, length.parse().unwrap()).unwrap(),
            _ => hilbert::indexes(&columns).unwrap(),
        };
        curves[usize::from(curve == "hilbert")] += 1;
        assert_eq!(places.len(), 1);
        let found: String = places.value(0).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, expected, "line {number}: {types} {values}");
    }
    assert_eq!(curves, [200, 200]);
}
