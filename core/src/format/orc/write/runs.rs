//! Runs of bytes and of bits.

/// Most bytes of a literal run.
const MOST_LITERALS: usize = 128;
/// Fewest and most bytes of a run of equal ones.
const LEAST_REPEAT: usize = 3;
const MOST_REPEAT: usize = 130;

/// Bytes, as runs of equal ones and literals.
#[derive(Debug, Default)]
pub(super) struct ByteRuns {
    out: Vec<u8>,
    pending: Vec<u8>,
}

impl ByteRuns {
    pub(super) fn push(&mut self, byte: u8) {
        self.pending.push(byte);
        // Enough for any run that could begin with the first of them.
        if self.pending.len() >= 2 * MOST_REPEAT {
            self.drain(MOST_REPEAT);
        }
    }

    /// Encodes until at most `keep` bytes are pending.
    fn drain(&mut self, keep: usize) {
        let mut at = 0;
        while self.pending.len() - at > keep {
            let rest = self.pending.get(at..).unwrap_or_default();
            let equal = equal(rest);
            if equal >= LEAST_REPEAT {
                self.out.push((equal - LEAST_REPEAT) as u8);
                self.out.extend(rest.first());
                at += equal;
                continue;
            }
            let mut count = equal;
            while count < rest.len().min(MOST_LITERALS)
                && self::equal(rest.get(count..).unwrap_or_default()) < LEAST_REPEAT
            {
                count += 1;
            }
            self.out.push((count as u8).wrapping_neg());
            self.out.extend(rest.iter().take(count));
            at += count;
        }
        self.pending.drain(..at);
    }

    pub(super) fn len(&self) -> usize {
        self.out.len() + self.pending.len()
    }

    pub(super) fn finish(&mut self) -> Vec<u8> {
        self.drain(0);
        std::mem::take(&mut self.out)
    }
}

/// How many bytes from the first on are equal to it, as far as a run goes.
fn equal(bytes: &[u8]) -> usize {
    let first = bytes.first();
    bytes.iter().take(MOST_REPEAT).take_while(|byte| Some(*byte) == first).count()
}

/// Bits, the first of a byte highest, in runs of bytes.
#[derive(Debug, Default)]
pub(super) struct Bits {
    bytes: ByteRuns,
    byte: u8,
    count: u32,
}

impl Bits {
    pub(super) fn push(&mut self, bit: bool) {
        self.byte |= u8::from(bit) << (7 - self.count);
        self.count += 1;
        if self.count == 8 {
            self.bytes.push(self.byte);
            (self.byte, self.count) = (0, 0);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn finish(&mut self) -> Vec<u8> {
        if self.count > 0 {
            self.bytes.push(self.byte);
            (self.byte, self.count) = (0, 0);
        }
        self.bytes.finish()
    }
}
