//! Decimal number text of any length, kept exactly until the type it shall have is known.

/// `±digits × 10^exponent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExactNumber {
    negative: bool,
    /// Digits 0..=9 without leading and trailing zeros; none for zero.
    digits: Vec<u8>,
    exponent: i64,
}

/// An exact number as a whole count of units 10^-scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scaled {
    /// It is this many units.
    Exact(i128),
    /// It lies between `floor` and `floor` + 1 units.
    Between {
        /// The next count below.
        floor: i128,
        /// The nearest count, a half rounding away from zero.
        rounded: i128,
    },
    /// Less than every number of 38 digits.
    TooLow,
    /// More than every number of 38 digits.
    TooHigh,
}

/// Digits that surely fit an `i128`.
const MAX_DIGITS: i64 = 38;

impl ExactNumber {
    /// Parses `[+-]digits[.digits][e[+-]digits]` (also `.5` and `5.`).
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?.into()),
            None => (unsigned, 0i64),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
        if !all_digits || whole.len() + fraction.len() == 0 {
            return None;
        }
        let digits = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0').skip_while(|digit| *digit == 0);
        let mut number = ExactNumber { negative, digits: digits.collect(), exponent: exponent - fraction.len() as i64 };
        while number.digits.pop_if(|digit| *digit == 0).is_some() {
            number.exponent += 1;
        }
        Some(number)
    }

    /// Counts the units of 10^-`scale`.
    pub(crate) fn scaled(&self, scale: u8) -> Scaled {
        let shift = self.exponent + i64::from(scale);
        let count = self.digits.len() as i64;
        if count == 0 {
            return Scaled::Exact(0);
        }
        if count + shift > MAX_DIGITS {
            return if self.negative { Scaled::TooLow } else { Scaled::TooHigh };
        }
        let kept = usize::try_from(count + shift.min(0)).unwrap_or(0);
        let magnitude = self.digits.iter().take(kept).fold(0i128, |value, digit| value * 10 + i128::from(*digit));
        if shift >= 0 {
            let value = magnitude * 10i128.pow(shift as u32);
            return Scaled::Exact(if self.negative { -value } else { value });
        }
        // Something that is not zero was cut off, for digits never end in a zero.
        let half = count + shift >= 0 && self.digits.get(kept).is_some_and(|digit| *digit >= 5);
        let rounded = magnitude + i128::from(half);
        if self.negative {
            Scaled::Between { floor: -magnitude - 1, rounded: -rounded }
        } else {
            Scaled::Between { floor: magnitude, rounded }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, scale: u8, expected: Scaled) {
        assert_eq!(ExactNumber::parse(text).unwrap().scaled(scale), expected, "{text} at scale {scale}");
    }

    #[test]
    fn numbers_scale_exactly() {
        check("12.50", 2, Scaled::Exact(1250));
        check("12.50", 1, Scaled::Exact(125));
        check("12.50", 0, Scaled::Between { floor: 12, rounded: 13 });
        check("-12.5", 0, Scaled::Between { floor: -13, rounded: -13 });
        check("-0.04", 1, Scaled::Between { floor: -1, rounded: 0 });
        check("0.004", 1, Scaled::Between { floor: 0, rounded: 0 });
        check("1.5e3", 0, Scaled::Exact(1500));
        check(".5", 1, Scaled::Exact(5));
        check("-000.000", 3, Scaled::Exact(0));
        check(&"9".repeat(38), 0, Scaled::Exact(10i128.pow(38) - 1));
        check(&"9".repeat(39), 0, Scaled::TooHigh);
        check("-1e2000000000", 9, Scaled::TooLow);
        check("1e-2000000000", 9, Scaled::Between { floor: 0, rounded: 0 });
        check(
            &format!("{}.5", "9".repeat(38)),
            0,
            Scaled::Between { floor: 10i128.pow(38) - 1, rounded: 10i128.pow(38) },
        );
    }

    #[test]
    fn other_text_is_no_number() {
        for text in ["", "-", ".", "1e", "1.2.3", "abc", "1 ", "٣", "0x1", "--1", "1e99999999999"] {
            assert_eq!(ExactNumber::parse(text), None, "{text}");
        }
    }
}
