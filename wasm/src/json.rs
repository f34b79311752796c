//! JSON text for JavaScript, whose numbers are exact only up to 2^53 - 1: longer integers become strings.

use cenote_core::{Error, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The largest integer that a JavaScript number holds exactly.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// A 64-bit integer: a JSON number where JavaScript reads it exactly, else a string of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Long(pub(crate) i64);

impl Serialize for Long {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.unsigned_abs() <= MAX_SAFE {
            serializer.serialize_i64(self.0)
        } else {
            serializer.serialize_str(&self.0.to_string())
        }
    }
}

impl<'de> Deserialize<'de> for Long {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "an integer of 64 bits")]
        enum Either {
            Number(i64),
            Digits(String),
        }
        match Either::deserialize(deserializer)? {
            Either::Number(value) => Ok(Long(value)),
            Either::Digits(text) => {
                text.trim().parse().map(Long).map_err(|_| D::Error::custom("an integer of 64 bits"))
            }
        }
    }
}

/// Sizes and counts as they come from usize and u64.
impl From<u64> for Long {
    fn from(value: u64) -> Self {
        Long(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

/// The value's JSON text.
pub(crate) fn to_text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal("cannot write an answer as JSON").because(error))
}

/// The JSON text of an answer of core, whose integers are plain numbers.
pub(crate) fn answer_text(value: &impl Serialize) -> Result<String> {
    let json =
        serde_json::to_vec(value).map_err(|error| Error::internal("cannot write an answer as JSON").because(error))?;
    let mut out = Vec::with_capacity(json.len());
    quote_long_integers(&json, &mut out);
    String::from_utf8(out).map_err(|error| Error::internal("an answer is no text").because(error))
}

/// Reads a request. Errors: `Invalid` naming the member.
pub(crate) fn from_text<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::invalid(format!("not a valid request: {error}")))
}

/// Copies JSON text and puts the integers that JavaScript cannot hold into quotes. Fractions and exponents stay: they
/// are floating point on both sides.
pub(crate) fn quote_long_integers(json: &[u8], out: &mut Vec<u8>) {
    let mut rest = json;
    while let Some((&first, tail)) = rest.split_first() {
        let length = match first {
            b'"' => 1 + string_length(tail),
            b'-' | b'0'..=b'9' => 1 + tail.iter().take_while(|byte| is_numeric(**byte)).count(),
            _ => 1,
        };
        let (token, after) = rest.split_at(length.min(rest.len()));
        if is_unsafe_integer(token) {
            out.push(b'"');
            out.extend_from_slice(token);
            out.push(b'"');
        } else {
            out.extend_from_slice(token);
        }
        rest = after;
    }
}

/// Bytes up to and with the closing quote of a string whose opening quote is behind us.
fn string_length(tail: &[u8]) -> usize {
    let mut escaped = false;
    for (index, byte) in tail.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    tail.len()
}

fn is_numeric(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')
}

fn is_unsafe_integer(token: &[u8]) -> bool {
    let digits = token.strip_prefix(b"-").unwrap_or(token);
    if digits.len() < 16 || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let value = std::str::from_utf8(digits).ok().and_then(|text| text.parse::<u64>().ok());
    value.is_none_or(|value| value > MAX_SAFE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(json: &str) -> String {
        let mut out = Vec::new();
        quote_long_integers(json.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_integers_beyond_2_to_the_53_are_quoted() {
        assert_eq!(quoted("[9007199254740991,9007199254740992]"), r#"[9007199254740991,"9007199254740992"]"#);
        assert_eq!(quoted(r#"{"a":-9223372036854775808}"#), r#"{"a":"-9223372036854775808"}"#);
        assert_eq!(quoted("[1e300,12345678901234567890.0,-1]"), "[1e300,12345678901234567890.0,-1]");
    }

    #[test]
    fn digits_in_strings_stay() {
        let text = r#"["12345678901234567890","\"12345678901234567890","\\"]"#;
        assert_eq!(quoted(text), text);
    }

    #[test]
    fn longs_are_numbers_where_exact() {
        let text = r#"[7,"9223372036854775807"]"#;
        assert_eq!(to_text(&[Long(7), Long(i64::MAX)]).unwrap(), text);
        assert_eq!(from_text::<[Long; 2]>(text).unwrap(), [Long(7), Long(i64::MAX)]);
        assert!(from_text::<[Long; 1]>("[1.5]").unwrap_err().to_string().contains("64 bits"));
    }
}
