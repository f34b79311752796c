//! Every change of a column's type that Java allows, on edge values, against what Java makes of them.

use std::fmt::Write;

use serde_json::Value;

use super::convert;
use crate::{
    ErrorKind,
    types::{DataType, Datum, TypeKind, datums_to_array},
};

/// A cast and its lines: value before, value after.
struct Pair {
    from: DataType,
    to: DataType,
    lines: Vec<(&'static str, &'static str)>,
}

fn data_type(text: &str) -> DataType {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn pairs() -> (Vec<Pair>, Vec<(DataType, DataType)>) {
    let (mut pairs, mut refused) = (Vec::<Pair>::new(), Vec::new());
    for line in include_str!("testdata/casts.txt").lines().filter(|line| !line.starts_with("# ")) {
        if let Some((from, to)) = line.strip_prefix("+ ").and_then(|pair| pair.split_once(" > ")) {
            pairs.push(Pair { from: data_type(from), to: data_type(to), lines: Vec::new() });
        } else if let Some((from, to)) = line.strip_prefix("- ").and_then(|pair| pair.split_once(" > ")) {
            refused.extend(to.split("; ").map(|to| (data_type(from), data_type(to))));
        } else {
            pairs.last_mut().unwrap().lines.push(line.split_once('\t').unwrap());
        }
    }
    (pairs, refused)
}

/// A value as the fixture writes it; `None` is null.
fn value(text: &str, data_type: &DataType) -> Option<Datum> {
    if text == "null" {
        return None;
    }
    let json = || serde_json::from_str::<Value>(text).unwrap();
    let items = |json: &Value| json.as_array().unwrap().iter().map(Value::to_string).collect::<Vec<_>>();
    Some(match &data_type.kind {
        TypeKind::Boolean => Datum::Boolean(text.parse().unwrap()),
        TypeKind::TinyInt => Datum::TinyInt(text.parse().unwrap()),
        TypeKind::SmallInt => Datum::SmallInt(text.parse().unwrap()),
        TypeKind::Int => Datum::Int(text.parse().unwrap()),
        TypeKind::BigInt => Datum::BigInt(text.parse().unwrap()),
        TypeKind::Float => Datum::Float(text.parse().unwrap()),
        TypeKind::Double => Datum::Double(text.parse().unwrap()),
        TypeKind::Decimal { scale, .. } => {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            let digits = format!("{whole}{fraction:0<width$}", width = usize::from(*scale));
            Datum::Decimal { unscaled: digits.parse().unwrap(), scale: *scale }
        }
        TypeKind::Char(_) | TypeKind::Varchar(_) => Datum::String(serde_json::from_str(text).unwrap()),
        TypeKind::Binary(_) | TypeKind::Varbinary(_) => {
            let hex = text.strip_prefix('x').unwrap().as_bytes().chunks(2);
            Datum::Bytes(hex.map(|hex| u8::from_str_radix(std::str::from_utf8(hex).unwrap(), 16).unwrap()).collect())
        }
        TypeKind::Date => Datum::Date(text.parse().unwrap()),
        TypeKind::Time(_) => Datum::Time(text.parse().unwrap()),
        TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => {
            let (millis, nanos) = text.split_once('+').unwrap_or((text, "0"));
            Datum::Timestamp { millis: millis.parse().unwrap(), nanos: nanos.parse().unwrap() }
        }
        TypeKind::Array(element) => Datum::Array(items(&json()).iter().map(|item| value(item, element)).collect()),
        TypeKind::Map { .. } | TypeKind::Multiset(_) => {
            let int = DataType::not_null(TypeKind::Int);
            let (key, of_value) = match &data_type.kind {
                TypeKind::Map { key, value } => (&**key, &**value),
                TypeKind::Multiset(element) => (&**element, &int),
                _ => unreachable!(),
            };
            let json = json();
            let pairs = json.as_array().unwrap().iter().map(items);
            let pairs = pairs.map(|pair| (value(&pair[0], key), value(&pair[1], of_value)));
            let (keys, values) = pairs.unzip();
            Datum::Map(keys, values)
        }
        TypeKind::Row(fields) => {
            let items = items(&json());
            Datum::Row(items.iter().zip(fields).map(|(item, field)| value(item, &field.data_type)).collect())
        }
        other => panic!("{other}"),
    })
}

/// Equal bit by bit, where NaN is NaN and -0.0 is not 0.0.
fn is_same(ours: Option<&Datum>, java: Option<&Datum>) -> bool {
    format!("{ours:?}") == format!("{java:?}")
}

#[test]
fn values_are_cast_as_java_casts_them() {
    let (pairs, _) = pairs();
    let (mut wrong, mut lines) = (String::new(), 0);
    for Pair { from, to, lines: values } in &pairs {
        let convert = match convert(from, to) {
            Ok(convert) => convert,
            Err(error) => {
                writeln!(wrong, "{from} > {to}: {error}").unwrap();
                continue;
            }
        };
        for (before, after) in values {
            lines += 1;
            let array = datums_to_array(&[value(before, from)], from).unwrap();
            let ours = convert.apply(&array).and_then(|array| Datum::from_array(&array, 0));
            let same = match &ours {
                Ok(ours) => *after != "!" && is_same(ours.as_ref(), value(after, to).as_ref()),
                // Arrow's timestamps have 64 bits: nanoseconds end in 2262, microseconds in 294247.
                Err(error) if error.kind() == ErrorKind::Unsupported => to.to_string().starts_with("TIMESTAMP"),
                Err(_) => *after == "!",
            };
            if !same {
                writeln!(wrong, "{from} > {to}: {before} gives {ours:?}, Java {after}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {lines} differ:\n{wrong}", wrong.lines().count());
    assert!(lines > 5500 && pairs.len() > 350, "{lines} {}", pairs.len());
}

#[test]
fn what_java_has_no_rule_for_is_refused() {
    let (_, refused) = pairs();
    assert!(refused.len() > 700);
    let accepted = refused.iter().filter(|(from, to)| match convert(from, to) {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{from} > {to}");
            false
        }
    });
    // Elements are cast one by one, without a rule for the whole.
    let elements = ["ARRAY<INT> > ARRAY<STRING>", "ARRAY<STRING> > ARRAY<INT>"];
    assert_eq!(accepted.map(|(from, to)| format!("{from} > {to}")).collect::<Vec<_>>(), elements);
}
