//! Run-length and bit-packed hybrid, the encoding of levels and dictionary keys: looked through for what the decoder takes
//! for granted.
//!
//! Runs follow each other: a varint header, then for `count << 1` one value in whole bytes, for `groups << 1 | 1` eight
//! values a group, packed from the lowest bit. The last packed run may be cut short. A header 0 ends the runs.

/// Runs of values of `width` bits.
pub(super) struct Runs<'a> {
    bytes: &'a [u8],
    width: u8,
}

/// One run.
pub(super) enum Run<'a> {
    /// `count` times `value`; `None` where the value is cut off.
    Repeated { value: Option<u64>, count: u64 },
    /// As many values as fit.
    Packed { bytes: &'a [u8] },
}

impl<'a> Runs<'a> {
    pub(super) fn new(bytes: &'a [u8], width: u8) -> Self {
        Runs { bytes, width }
    }

    /// Whether there are at least `wanted` values, as far as the decoder gets.
    pub(super) fn hold(self, wanted: u64) -> bool {
        let width = u64::from(self.width);
        let mut held = 0u64;
        for run in self {
            held = held.saturating_add(match run {
                Run::Repeated { value: None, .. } => return false,
                Run::Repeated { count, .. } => count,
                Run::Packed { bytes } => (bytes.len() as u64 * 8).checked_div(width).unwrap_or(u64::MAX),
            });
            if held >= wanted {
                return true;
            }
        }
        wanted == 0
    }

    /// Whether all values are below `limit`. Those in the padding of the last run count too: writers fill it with zeros.
    pub(super) fn all_below(mut self, limit: u32) -> bool {
        let (width, limit) = (self.width, u64::from(limit));
        self.all(|run| match run {
            Run::Repeated { count: 0, .. } => true,
            Run::Repeated { value, .. } => value.is_some_and(|value| value < limit),
            Run::Packed { bytes } => packed_below(bytes, width, limit),
        })
    }
}

impl<'a> Iterator for Runs<'a> {
    type Item = Run<'a>;

    fn next(&mut self) -> Option<Run<'a>> {
        let (header, rest) = varint(self.bytes).filter(|(header, _)| *header != 0)?;
        if header & 1 == 0 {
            let (value, rest) = rest.split_at_checked(usize::from(self.width).div_ceil(8)).unwrap_or((&[], &[]));
            self.bytes = rest;
            let whole = self.width == 0 || !value.is_empty();
            let value = whole.then(|| value.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)));
            return Some(Run::Repeated { value, count: header >> 1 });
        }
        let length = usize::try_from(header >> 1).unwrap_or(usize::MAX).saturating_mul(self.width.into());
        let (packed, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        self.bytes = rest;
        Some(Run::Packed { bytes: packed })
    }
}

fn packed_below(packed: &[u8], width: u8, limit: u64) -> bool {
    let (mut bits, mut held) = (0u64, 0u32);
    let mask = (1u64 << width) - 1;
    for byte in packed {
        bits |= u64::from(*byte) << held;
        held += 8;
        while held >= width.into() {
            if bits & mask >= limit {
                return false;
            }
            bits >>= width;
            held -= u32::from(width);
        }
    }
    true
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7F) << (7 * index);
        if *byte < 0x80 {
            return Some((value, bytes.get(index + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three times 5, then 1..=8 packed, in four bits.
    const RUNS: [u8; 7] = [3 << 1, 5, 1 << 1 | 1, 0x21, 0x43, 0x65, 0x87];

    #[test]
    fn values_are_counted() {
        assert!(Runs::new(&RUNS, 4).hold(11));
        assert!(!Runs::new(&RUNS, 4).hold(12));
        assert!(Runs::new(&RUNS[..5], 4).hold(7), "a last run that is cut short");
        assert!(!Runs::new(&RUNS[..1], 4).hold(1));
        assert!(Runs::new(&[], 4).hold(0));
    }

    #[test]
    fn values_are_bounded() {
        assert!(Runs::new(&RUNS, 4).all_below(9));
        assert!(!Runs::new(&RUNS, 4).all_below(8));
        assert!(!Runs::new(&RUNS[..2], 4).all_below(5));
    }
}
