//! Arithmetic of DECIMAL as Java does it: a result with too many digits is null.

use std::cmp::Ordering;

use arrow_buffer::i256;

use super::arithmetic::Numbers;
use crate::error::{Error, Result};

/// Digits that Java keeps in a 64-bit integer, unchecked.
const MAX_COMPACT: u8 = 18;

/// Decimals of one type, as whole numbers of 10^-`scale`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimals {
    pub(super) precision: u8,
    pub(super) scale: u8,
}

impl Decimals {
    /// The number, unless it has too many digits.
    fn fit(self, unscaled: i256) -> Option<i128> {
        let limit = 10i128.checked_pow(self.precision.into())?;
        unscaled.to_i128().filter(|unscaled| unscaled.unsigned_abs() < limit.unsigned_abs())
    }

    /// A sum or difference. Java checks the digits of long decimals only, and those of short ones that leave 64 bits.
    fn fit_sum(self, unscaled: i128) -> Option<i128> {
        if self.precision <= MAX_COMPACT && i64::try_from(unscaled).is_ok() {
            return Some(unscaled);
        }
        self.fit(i256::from_i128(unscaled))
    }

    fn power(self) -> Result<i256> {
        let power = 10i128.checked_pow(self.scale.into()).map(i256::from_i128);
        power.ok_or_else(|| Error::internal(format!("a decimal of scale {}", self.scale)))
    }
}

impl Numbers<i128> for Decimals {
    fn add(&self, a: i128, b: i128) -> Result<Option<i128>> {
        Ok(a.checked_add(b).and_then(|sum| self.fit_sum(sum)))
    }

    fn subtract(&self, a: i128, b: i128) -> Result<Option<i128>> {
        Ok(a.checked_sub(b).and_then(|difference| self.fit_sum(difference)))
    }

    fn negate(&self, a: i128) -> Result<Option<i128>> {
        Ok(self.fit(i256::from_i128(a).wrapping_neg()))
    }

    fn multiply(&self, a: i128, b: i128) -> Result<Option<i128>> {
        // 38 digits times 38 digits fit 256 bits.
        let product = i256::from_i128(a).checked_mul(i256::from_i128(b));
        let power = self.power()?;
        Ok(product.and_then(|product| round_half_up(product, power)).and_then(|product| self.fit(product)))
    }

    fn divide(&self, a: i128, b: i128) -> Result<Option<i128>> {
        if b == 0 {
            return Err(Error::invalid(format!("division of {a} by 0 when a product is retracted")));
        }
        if !terminates(a, b) {
            let message = "a product is retracted by a division without an exact decimal result";
            return Err(Error::invalid(message).with("dividend", a).with("divisor", b));
        }
        let power = self.power()?;
        let scaled = i256::from_i128(a).checked_mul(power);
        let quotient = scaled.and_then(|scaled| round_half_up(scaled, i256::from_i128(b)));
        Ok(quotient.and_then(|quotient| self.fit(quotient)))
    }
}

/// `a / b` rounded to the nearest whole number, halves away from zero.
fn round_half_up(a: i256, b: i256) -> Option<i256> {
    let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
    let double = rest.checked_mul(i256::from_i128(2))?.checked_abs()?;
    if double.cmp(&b.checked_abs()?) == Ordering::Less {
        return Some(quotient);
    }
    let away = if (a < i256::ZERO) == (b < i256::ZERO) { i256::ONE } else { i256::MINUS_ONE };
    quotient.checked_add(away)
}

/// Whether `a / b` has finitely many decimal digits.
fn terminates(a: i128, b: i128) -> bool {
    let (mut x, mut y) = (a.unsigned_abs(), b.unsigned_abs());
    while y != 0 {
        (x, y) = (y, x % y);
    }
    let mut divisor = b.unsigned_abs() / x.max(1);
    for prime in [2, 5] {
        while divisor > 1 && divisor.is_multiple_of(prime) {
            divisor /= prime;
        }
    }
    divisor <= 1
}
