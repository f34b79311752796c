//! Runs of integers, version 2: short repeats, constant differences, and values packed in bits.

use super::message::{varint, zigzag};

/// Most values of a run.
const MOST: usize = 512;
/// Fewest and most values of a short repeat.
const LEAST_REPEAT: usize = 3;
const MOST_REPEAT: usize = 10;
/// Values with one difference from which they are a run of their own.
const LEAST_STEPS: usize = 10;
/// Bits that values are packed in, where more than 24 are needed.
const WIDE: [u32; 8] = [26, 28, 30, 32, 40, 48, 56, 64];

/// Integers, encoded as they come.
#[derive(Debug)]
pub(super) struct Numbers {
    out: Vec<u8>,
    pending: Vec<i64>,
    /// Whether there may be negative ones.
    signed: bool,
}

impl Numbers {
    pub(super) fn new(signed: bool) -> Self {
        Numbers { out: Vec::new(), pending: Vec::new(), signed }
    }

    pub(super) fn push(&mut self, value: i64) {
        self.pending.push(value);
        if self.pending.len() >= 2 * MOST {
            self.drain(MOST);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.out.len() + self.pending.len() * 4
    }

    pub(super) fn finish(&mut self) -> Vec<u8> {
        self.drain(0);
        std::mem::take(&mut self.out)
    }

    /// Encodes until at most `keep` values are pending.
    fn drain(&mut self, keep: usize) {
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        while rest.len() > keep {
            let taken = self.run(rest);
            rest = rest.get(taken..).unwrap_or_default();
        }
        self.pending.extend_from_slice(rest);
    }

    /// Encodes one run from the front of `values`; how many it has.
    fn run(&mut self, values: &[i64]) -> usize {
        let (count, step) = steps(values);
        if step == 0 && (LEAST_REPEAT..=MOST_REPEAT).contains(&count) {
            self.short_repeat(values, count);
            return count;
        }
        if count >= LEAST_STEPS {
            self.steps(values, count, step);
            return count;
        }
        let mut count = count.min(2);
        while count < values.len().min(MOST) {
            let (further, step) = steps(values.get(count..).unwrap_or_default());
            if further >= LEAST_STEPS || step == 0 && further >= 5 {
                break;
            }
            count += 1;
        }
        self.packed(values, count);
        count
    }

    fn stored(&self, value: i64) -> u64 {
        if self.signed { zigzag(value) } else { value.cast_unsigned() }
    }

    fn short_repeat(&mut self, values: &[i64], count: usize) {
        let value = self.stored(values.first().copied().unwrap_or_default());
        let bytes = (8 - value.leading_zeros() / 8).max(1) as usize;
        self.out.push(((bytes - 1) << 3 | (count - LEAST_REPEAT)) as u8);
        self.out.extend(value.to_be_bytes().iter().skip(8 - bytes));
    }

    /// First value and the difference that all others have from the one before.
    fn steps(&mut self, values: &[i64], count: usize, step: i64) {
        self.head(3, 0, count);
        varint(self.stored(values.first().copied().unwrap_or_default()), &mut self.out);
        varint(zigzag(step), &mut self.out);
    }

    fn packed(&mut self, values: &[i64], count: usize) {
        let values = values.get(..count).unwrap_or_default();
        let widest = values.iter().map(|value| self.stored(*value)).max().unwrap_or_default();
        let (width, code) = width(u64::BITS - widest.leading_zeros());
        self.head(1, code, count);
        let (mut bits, mut held) = (0_u128, 0);
        for value in values {
            bits = bits << width | u128::from(self.stored(*value));
            held += width;
            while held >= 8 {
                held -= 8;
                self.out.push((bits >> held) as u8);
            }
            bits &= (1 << held) - 1;
        }
        if held > 0 {
            self.out.push((bits << (8 - held)) as u8);
        }
    }

    fn head(&mut self, kind: u8, width_code: u8, count: usize) {
        let length = count - 1;
        self.out.push(kind << 6 | width_code << 1 | (length >> 8) as u8);
        self.out.push(length as u8);
    }
}

/// How many values from the first on have the same difference, and that.
fn steps(values: &[i64]) -> (usize, i64) {
    let step = match values {
        [first, second, ..] => second.checked_sub(*first),
        _ => None,
    };
    let Some(step) = step else { return (values.len().min(1), 1) };
    let pairs = values.windows(2).take(MOST - 1);
    let same = pairs.take_while(|pair| matches!(pair, [a, b] if b.checked_sub(*a) == Some(step)));
    (same.count() + 1, step)
}

/// Bits that values of so many bits are packed in, and their code.
fn width(bits: u32) -> (u32, u8) {
    match bits {
        0..=1 => (1, 0),
        2..=24 => (bits, (bits - 1) as u8),
        _ => {
            let place = WIDE.iter().position(|width| *width >= bits).unwrap_or(WIDE.len() - 1);
            (WIDE.get(place).copied().unwrap_or(64), 24 + place as u8)
        }
    }
}
