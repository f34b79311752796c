//! Run-length encoded integers, both versions.

use super::compression::Stream;
use crate::error::{Error, Result};

/// Most values of a run.
const MAX_RUN: usize = 512;

/// Which encoding a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// Runs with a constant difference, or single numbers.
    One,
    /// Short repeats, bit-packed values, patched values, differences.
    Two,
}

/// Integers in runs.
pub(super) struct IntegerRuns {
    stream: Stream,
    version: Version,
    signed: bool,
    run: Vec<i64>,
    /// Values of the run that were taken.
    taken: usize,
}

impl IntegerRuns {
    pub(super) fn new(stream: Stream, version: Version, signed: bool) -> Self {
        IntegerRuns { stream, version, signed, run: Vec::with_capacity(MAX_RUN), taken: 0 }
    }

    /// Appends the next `count` values. Errors: `Corrupt` where there are fewer.
    pub(super) fn take(&mut self, mut count: usize, out: &mut Vec<i64>) -> Result<()> {
        while count > 0 {
            if self.taken >= self.run.len() {
                self.next_run()?;
            }
            let rest = self.run.get(self.taken..).unwrap_or_default();
            let part = rest.get(..count.min(rest.len())).unwrap_or_default();
            out.extend_from_slice(part);
            self.taken += part.len();
            count -= part.len();
        }
        Ok(())
    }

    fn next_run(&mut self) -> Result<()> {
        self.run.clear();
        self.taken = 0;
        let first = self.stream.byte()?;
        match (self.version, first >> 6) {
            (Version::One, _) => self.version_one(first),
            (Version::Two, 0) => self.short_repeat(first),
            (Version::Two, 1) => self.direct(first),
            (Version::Two, 2) => self.patched(first),
            (Version::Two, _) => self.delta(first),
        }
    }

    fn version_one(&mut self, control: u8) -> Result<()> {
        if control < 0x80 {
            let delta = i64::from(self.stream.byte()?.cast_signed());
            let mut value = self.number(self.signed)?;
            for _ in 0..usize::from(control) + 3 {
                self.run.push(value);
                value = value.wrapping_add(delta);
            }
        } else {
            for _ in 0..256 - usize::from(control) {
                let value = self.number(self.signed)?;
                self.run.push(value);
            }
        }
        Ok(())
    }

    fn short_repeat(&mut self, first: u8) -> Result<()> {
        let width = u32::from(first >> 3 & 7) + 1;
        let value = self.big_endian(width)?;
        let value = self.stored(value);
        self.run.resize(usize::from(first & 7) + 3, value);
        Ok(())
    }

    fn direct(&mut self, first: u8) -> Result<()> {
        let (width, length) = (width(first >> 1 & 0x1F), self.length(first)?);
        let mut packed = Packed::new();
        for _ in 0..length {
            let value = packed.next(&mut self.stream, width)?;
            let value = self.stored(value);
            self.run.push(value);
        }
        Ok(())
    }

    fn patched(&mut self, first: u8) -> Result<()> {
        let (width, length) = (width(first >> 1 & 0x1F), self.length(first)?);
        let (third, fourth) = (self.stream.byte()?, self.stream.byte()?);
        let (base_bytes, patch_width) = (u32::from(third >> 5) + 1, self::width(third & 0x1F));
        let (gap_width, patches) = (u32::from(fourth >> 5) + 1, usize::from(fourth & 0x1F));
        // The highest bit of the base is its sign, the others its size.
        let base = self.big_endian(base_bytes)?;
        let sign = 1_u64 << (base_bytes * 8 - 1);
        let size = (base & !sign).cast_signed();
        let base = if base & sign == 0 { size } else { size.wrapping_neg() };

        let mut packed = Packed::new();
        let mut values = Vec::with_capacity(length);
        for _ in 0..length {
            values.push(packed.next(&mut self.stream, width)?);
        }
        if patch_width + gap_width > 64 {
            return Err(Error::corrupt("expected orc patches of at most 64 bits"));
        }
        let (mut packed, mut at) = (Packed::new(), 0);
        for _ in 0..patches {
            let patch = packed.next(&mut self.stream, closest_width(patch_width + gap_width))?;
            let gap = patch.checked_shr(patch_width).unwrap_or(0);
            let bits = patch & u64::MAX.checked_shr(64 - patch_width).unwrap_or(0);
            at += usize::try_from(gap).unwrap_or(usize::MAX).min(MAX_RUN);
            match values.get_mut(at) {
                Some(value) => *value |= bits.checked_shl(width).unwrap_or(0),
                // The last patch may only lengthen a gap.
                None if bits == 0 => {}
                None => return Err(Error::corrupt("expected an orc patch within its run")),
            }
        }
        self.run.extend(values.into_iter().map(|value| base.wrapping_add(value.cast_signed())));
        Ok(())
    }

    fn delta(&mut self, first: u8) -> Result<()> {
        let code = first >> 1 & 0x1F;
        let length = self.length(first)?;
        let mut value = self.number(self.signed)?;
        let delta = self.number(true)?;
        self.run.push(value);
        if length == 1 {
            return Ok(());
        }
        value = value.wrapping_add(delta);
        self.run.push(value);
        let mut packed = Packed::new();
        for _ in 2..length {
            let step = match code {
                0 => delta,
                _ => {
                    let size = packed.next(&mut self.stream, width(code))?.cast_signed();
                    if delta < 0 { size.wrapping_neg() } else { size }
                }
            };
            value = value.wrapping_add(step);
            self.run.push(value);
        }
        Ok(())
    }

    /// Number of values of a run with a header of two bytes.
    fn length(&mut self, first: u8) -> Result<usize> {
        Ok((usize::from(first & 1) << 8 | usize::from(self.stream.byte()?)) + 1)
    }

    fn number(&mut self, signed: bool) -> Result<i64> {
        let value = u64::try_from(self.stream.varint()?)
            .map_err(|_| Error::corrupt("expected an orc integer of at most 64 bits"))?;
        Ok(if signed { zigzag(value) } else { value.cast_signed() })
    }

    fn big_endian(&mut self, bytes: u32) -> Result<u64> {
        let mut value = 0;
        for _ in 0..bytes {
            value = value << 8 | u64::from(self.stream.byte()?);
        }
        Ok(value)
    }

    fn stored(&self, value: u64) -> i64 {
        if self.signed { zigzag(value) } else { value.cast_signed() }
    }
}

fn zigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

/// Bits of a value, from the code of five bits.
fn width(code: u8) -> u32 {
    match code {
        0..=23 => u32::from(code) + 1,
        24 => 26,
        25 => 28,
        26 => 30,
        27 => 32,
        28 => 40,
        29 => 48,
        30 => 56,
        _ => 64,
    }
}

/// The least width that has a code and is not below `bits`.
fn closest_width(bits: u32) -> u32 {
    (0..32).map(width).find(|width| *width >= bits).unwrap_or(64)
}

/// Values of any width, the highest bit first.
struct Packed {
    current: u8,
    left: u32,
}

impl Packed {
    fn new() -> Self {
        Packed { current: 0, left: 0 }
    }

    fn next(&mut self, stream: &mut Stream, width: u32) -> Result<u64> {
        let (mut value, mut missing) = (0_u64, width);
        while missing > 0 {
            if self.left == 0 {
                (self.current, self.left) = (stream.byte()?, 8);
            }
            let bits = missing.min(self.left);
            self.left -= bits;
            value = value << bits | u64::from(self.current >> self.left) & ((1 << bits) - 1);
            missing -= bits;
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::compression::Compression, *};

    fn decode(bytes: &[u8], version: Version, signed: bool, count: usize) -> Vec<i64> {
        let stream = Stream::new(Compression::new(0, None).unwrap(), bytes.to_vec().into());
        let mut out = Vec::new();
        let mut runs = IntegerRuns::new(stream, version, signed);
        runs.take(count, &mut out).unwrap();
        assert!(runs.take(1, &mut out).is_err());
        out
    }

    /// The examples of the ORC specification.
    #[test]
    fn runs_of_version_two() {
        assert_eq!(decode(&[0x0a, 0x27, 0x10], Version::Two, false, 5), [10000; 5]);
        let direct = [0x5e, 0x03, 0x5c, 0xa1, 0xab, 0x1e, 0xde, 0xad, 0xbe, 0xef];
        assert_eq!(decode(&direct, Version::Two, false, 4), [23713, 43806, 57005, 48879]);
        let patched = [
            0x8e, 0x13, 0x2b, 0x21, 0x07, 0xd0, 0x1e, 0x00, 0x14, 0x70, 0x28, 0x32, 0x3c, 0x46, 0x50, 0x5a, 0x64, 0x6e,
            0x78, 0x82, 0x8c, 0x96, 0xa0, 0xaa, 0xb4, 0xbe, 0xfc, 0xe8,
        ];
        let expected = [
            2030, 2000, 2020, 1000000, 2040, 2050, 2060, 2070, 2080, 2090, 2100, 2110, 2120, 2130, 2140, 2150, 2160,
            2170, 2180, 2190,
        ];
        assert_eq!(decode(&patched, Version::Two, false, 20), expected);
        let delta = [0xc6, 0x09, 0x02, 0x02, 0x22, 0x42, 0x42, 0x46];
        assert_eq!(decode(&delta, Version::Two, false, 10), [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
    }

    #[test]
    fn runs_of_version_one() {
        assert_eq!(decode(&[0x61, 0x00, 0x07], Version::One, false, 100), [7; 100]);
        assert_eq!(decode(&[0x61, 0xff, 0x64], Version::One, false, 100), (1..=100).rev().collect::<Vec<_>>());
        assert_eq!(decode(&[0xfb, 0x02, 0x03, 0x04, 0x07, 0x0b], Version::One, false, 5), [2, 3, 4, 7, 11]);
    }
}
