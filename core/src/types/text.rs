//! Appending values to text output: the pieces that canonical rows, datum text and variants share.

use serde::Serialize;

/// A number whose JSON text reads back as the same value.
pub(crate) trait JsonNumber: Serialize {
    /// The quoted text of a value that JSON has no number for.
    fn special(&self) -> Option<&'static [u8]>;
}

macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl JsonNumber for $integer {
            fn special(&self) -> Option<&'static [u8]> {
                None
            }
        }
    )*};
}

macro_rules! floats {
    ($($float:ty)*) => {$(
        impl JsonNumber for $float {
            fn special(&self) -> Option<&'static [u8]> {
                if self.is_finite() {
                    None
                } else if self.is_nan() {
                    Some(b"\"NaN\"")
                } else if *self > 0.0 {
                    Some(b"\"Infinity\"")
                } else {
                    Some(b"\"-Infinity\"")
                }
            }
        }
    )*};
}

integers!(i8 i16 i32 i64);
floats!(f32 f64);

/// Appends a JSON number (the shortest text for floats), or the string `"NaN"`, `"Infinity"`, `"-Infinity"`.
pub(crate) fn write_number<N: JsonNumber>(number: N, out: &mut Vec<u8>) {
    match number.special() {
        Some(text) => out.extend_from_slice(text),
        None => write_json(&number, out),
    }
}

/// Appends a quoted and escaped string.
pub(crate) fn write_json_string(text: &str, out: &mut Vec<u8>) {
    write_json(text, out);
}

fn write_json<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
    let written = serde_json::to_writer(out, value);
    debug_assert!(written.is_ok(), "numbers and strings always serialize, and a vector takes every byte");
}

/// Appends `unscaled` × 10^-`scale` with exactly `scale` digits behind the point and no exponent.
pub(crate) fn write_decimal(unscaled: i128, scale: u8, out: &mut Vec<u8>) {
    if unscaled < 0 {
        out.push(b'-');
    }
    let start = out.len();
    match u64::try_from(unscaled.unsigned_abs()) {
        Ok(small) => write_json(&small, out),
        Err(_) => write_json(&unscaled.unsigned_abs(), out),
    }
    if scale > 0 {
        let scale = usize::from(scale);
        let zeros = (scale + 1).saturating_sub(out.len() - start);
        out.splice(start..start, std::iter::repeat_n(b'0', zeros));
        out.insert(out.len() - scale, b'.');
    }
}

/// Appends lower-case hex digits.
pub(crate) fn write_hex(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.reserve(bytes.len() * 2);
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
}

/// The bytes of an even number of hex digits of either case.
pub(crate) fn parse_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let pairs = text.as_bytes().chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

/// Appends standard base64 with padding.
pub(crate) fn write_base64(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().enumerate().fold(0u32, |group, (i, byte)| group | u32::from(*byte) << (16 - 8 * i));
        for index in 0..4 {
            let digit = (group >> (18 - 6 * index)) as usize & 63;
            out.push(if index <= chunk.len() { DIGITS[digit] } else { b'=' });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn decimals_keep_their_scale() {
        for (unscaled, scale, expected) in [
            (0, 2, "0.00"),
            (-5, 2, "-0.05"),
            (12345, 2, "123.45"),
            (-100, 0, "-100"),
            (7, 1, "0.7"),
            (i128::MIN, 38, "-1.70141183460469231731687303715884105728"),
        ] {
            assert_eq!(text(|out| write_decimal(unscaled, scale, out)), expected);
        }
    }

    #[test]
    fn numbers_are_shortest_and_specials_are_text() {
        assert_eq!(text(|out| write_number(0.1f32, out)), "0.1");
        assert_eq!(text(|out| write_number(-0.0f64, out)), "-0.0");
        assert_eq!(text(|out| write_number(f32::NEG_INFINITY, out)), "\"-Infinity\"");
        assert_eq!(text(|out| write_number(i64::MIN, out)), "-9223372036854775808");
    }

    #[test]
    fn bytes_as_hex_and_base64() {
        assert_eq!(text(|out| write_hex(&[0, 0xab, 0xff], out)), "00abff");
        assert_eq!(parse_hex("00ABff"), Some(vec![0, 0xab, 0xff]));
        assert_eq!(parse_hex("0"), None);
        assert_eq!(parse_hex("zz"), None);
        for (bytes, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(text(|out| write_base64(bytes.as_bytes(), out)), expected);
        }
    }
}
