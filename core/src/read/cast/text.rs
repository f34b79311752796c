//! To and from CHAR, VARCHAR, BINARY and VARBINARY.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BinaryArray, PrimitiveArray, StringArray,
    cast::AsArray,
    types::{Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type},
};

use super::{integers, number::parse_decimal, unsupported};
use crate::{
    error::{Error, Result},
    spec::java_text,
    types::{DataType, Datum, TypeKind, datum_text},
};

pub(super) fn from_number(array: &ArrayRef, from: &TypeKind, to: &TypeKind) -> Result<ArrayRef> {
    let texts: StringArray = match from {
        TypeKind::Boolean => array.as_boolean().iter().map(|value| value.map(|value| value.to_string())).collect(),
        TypeKind::Float => {
            array.as_primitive::<Float32Type>().iter().map(|value| value.map(java_text::float)).collect()
        }
        TypeKind::Double => {
            array.as_primitive::<Float64Type>().iter().map(|value| value.map(java_text::double)).collect()
        }
        TypeKind::Decimal { scale, .. } => {
            let data_type = DataType::nullable(from.clone());
            let text = |unscaled| datum_text::to_text(&Datum::Decimal { unscaled, scale: *scale }, &data_type);
            array.as_primitive::<Decimal128Type>().iter().map(|value| value.map(text)).collect()
        }
        _ => integers(array).iter().map(|value| value.map(|value| value.to_string())).collect(),
    };
    Ok(Arc::new(fit_texts(&texts, to)))
}

/// Whether Java has a text for values of a nested type.
pub(super) fn has_text(kind: &TypeKind) -> bool {
    match kind {
        TypeKind::Array(element) => has_text(&element.kind),
        TypeKind::Map { key, value } => has_text(&key.kind) && has_text(&value.kind),
        TypeKind::Row(fields) => fields.iter().all(|field| has_text(&field.data_type.kind)),
        TypeKind::Multiset(_) | TypeKind::Vector { .. } | TypeKind::Variant | TypeKind::Blob => false,
        _ => true,
    }
}

/// ARRAY, MAP and ROW as `[a, b]`, `{k -> v}` and `{a, b}`; not cut to the length of the type.
pub(super) fn from_nested(array: &ArrayRef, from: &TypeKind, _: &TypeKind) -> Result<ArrayRef> {
    let data_type = DataType::nullable(from.clone());
    let text = |index| Ok(Datum::from_array(array, index)?.map(|value| java_text::cast_to_string(&value, &data_type)));
    Ok(Arc::new((0..array.len()).map(text).collect::<Result<StringArray>>()?))
}

pub(super) fn to_number(array: &ArrayRef, from: &TypeKind, to: &TypeKind) -> Result<ArrayRef> {
    let texts = array.as_string::<i32>();
    let refuse = |text: &str| {
        let to = DataType::nullable(to.clone());
        Error::invalid(format!("cannot read the text {text:?} as {to}"))
    };
    Ok(match to {
        TypeKind::Boolean => {
            let parse = |text: &str| parse_boolean(text).ok_or_else(|| refuse(text));
            let booleans = texts.iter().map(|text| text.map(parse).transpose());
            Arc::new(booleans.collect::<Result<arrow_array::BooleanArray>>()?)
        }
        TypeKind::TinyInt => parse_all::<Int8Type>(texts, |text| parse_integer(text)?.try_into().ok(), refuse)?,
        TypeKind::SmallInt => parse_all::<Int16Type>(texts, |text| parse_integer(text)?.try_into().ok(), refuse)?,
        TypeKind::Int => parse_all::<Int32Type>(texts, |text| parse_integer(text)?.try_into().ok(), refuse)?,
        TypeKind::BigInt => parse_all::<Int64Type>(texts, parse_integer, refuse)?,
        TypeKind::Float => parse_all::<Float32Type>(texts, |text| java_number(text)?.parse().ok(), refuse)?,
        TypeKind::Double => parse_all::<Float64Type>(texts, |text| java_number(text)?.parse().ok(), refuse)?,
        TypeKind::Decimal { precision, scale } => {
            let parse = |text: &str| parse_decimal(text, *precision, *scale).ok_or_else(|| refuse(text));
            let decimals = texts.iter().map(|text| Ok(text.map(parse).transpose()?.flatten()));
            let decimals = decimals.collect::<Result<PrimitiveArray<Decimal128Type>>>()?;
            Arc::new(decimals.with_precision_and_scale(*precision, *scale as i8)?)
        }
        _ => return Err(unsupported(from, to)),
    })
}

/// Parses every text; where `parse` gives nothing, that is an error.
pub(super) fn parse_all<T: ArrowPrimitiveType>(
    texts: &StringArray,
    parse: impl Fn(&str) -> Option<T::Native>,
    refuse: impl Fn(&str) -> Error,
) -> Result<ArrayRef> {
    let parse = |text: &str| parse(text).ok_or_else(|| refuse(text));
    let values = texts.iter().map(|text| text.map(parse).transpose());
    Ok(Arc::new(values.collect::<Result<PrimitiveArray<T>>>()?))
}

fn parse_boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "1" => Some(true),
        "f" | "false" | "n" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// An optional sign and digits, and a fraction that is cut off.
pub(super) fn parse_integer(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match whole {
        // Java takes ".5" and "-.5", but no lone sign.
        "" | "+" | "-" => (whole.len() < text.len()).then_some(0),
        _ => whole.parse().ok(),
    }
}

/// What Java's `parseDouble` takes, as Rust takes it: blanks around, a suffix, `NaN` and `Infinity` spelled so.
fn java_number(text: &str) -> Option<&str> {
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, "NaN" | "Infinity") {
        return Some(text);
    }
    let text = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)).then_some(text)
}

pub(super) fn to_text_or_bytes(array: &ArrayRef, from: &TypeKind, to: &TypeKind) -> Result<ArrayRef> {
    match (array.as_string_opt::<i32>(), to) {
        (Some(texts), TypeKind::Char(_) | TypeKind::Varchar(_)) => Ok(Arc::new(fit_texts(texts, to))),
        (Some(texts), _) => {
            let bytes: BinaryArray = texts.iter().map(|text| text.map(|text| fit_bytes(text.as_bytes(), to))).collect();
            Ok(Arc::new(bytes))
        }
        (None, TypeKind::Char(_) | TypeKind::Varchar(_)) => {
            let texts = array.as_binary::<i32>().iter().map(|bytes| bytes.map(String::from_utf8_lossy));
            Ok(Arc::new(texts.collect::<StringArray>()))
        }
        (None, TypeKind::Binary(_) | TypeKind::Varbinary(_)) => {
            let bytes: BinaryArray =
                array.as_binary::<i32>().iter().map(|bytes| bytes.map(|bytes| fit_bytes(bytes, to))).collect();
            Ok(Arc::new(bytes))
        }
        _ => Err(unsupported(from, to)),
    }
}

/// Cuts to the length of the type, in characters, and pads CHAR with blanks.
pub(super) fn fit_texts(texts: &StringArray, to: &TypeKind) -> StringArray {
    let (TypeKind::Char(length) | TypeKind::Varchar(length)) = to else { return texts.clone() };
    let length = *length as usize;
    let pads = matches!(to, TypeKind::Char(_));
    // Bytes are no fewer than characters.
    if !pads && texts.iter().flatten().all(|text| text.len() <= length) {
        return texts.clone();
    }
    let fit = |text: &str| match text.char_indices().nth(length) {
        Some((end, _)) => text[..end].to_owned(),
        None if pads => text.to_owned() + &" ".repeat(length - text.chars().count()),
        None => text.to_owned(),
    };
    texts.iter().map(|text| text.map(fit)).collect()
}

fn fit_bytes(bytes: &[u8], to: &TypeKind) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    match to {
        TypeKind::Binary(length) => bytes.resize(*length as usize, 0),
        TypeKind::Varbinary(length) => bytes.truncate(*length as usize),
        _ => {}
    }
    bytes
}
