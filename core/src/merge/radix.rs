//! Radix sort of fixed-width keys: linear, stable, and only over the digits in which the keys differ.

/// Bits of a digit: 2048 counters stay in the first-level cache.
const DIGIT_BITS: u32 = 11;
const DIGITS: usize = 1 << DIGIT_BITS;

/// Fewer entries are sorted faster by comparisons.
const MIN_ENTRIES: usize = 1024;

/// More passes than this lose against sorting by comparisons.
const MAX_PASSES: usize = 7;

/// A key as bits whose unsigned order is the key's.
pub(super) trait RadixKey: Copy {
    /// The bits.
    fn bits(self) -> u128;
}

impl RadixKey for i64 {
    #[inline]
    fn bits(self) -> u128 {
        u128::from((self as u64) ^ (1 << 63))
    }
}

impl RadixKey for u128 {
    #[inline]
    fn bits(self) -> u128 {
        self
    }
}

/// Sorts by key, keeping the order of equal keys. Returns false, with nothing done, where comparisons are faster.
pub(super) fn radix_sort<K: RadixKey, V: Copy>(entries: &mut Vec<(K, V)>) -> bool {
    let Some((first, _)) = entries.first().copied().filter(|_| entries.len() >= MIN_ENTRIES) else { return false };
    let differing = entries.iter().fold(0, |bits, (key, _)| bits | (key.bits() ^ first.bits()));
    let shifts: Vec<u32> = digit_shifts(differing);
    if shifts.len() > MAX_PASSES {
        return false;
    }
    let mut sorted = entries.clone();
    for shift in shifts {
        scatter(entries, &mut sorted, |key| (key.bits() >> shift) as usize & (DIGITS - 1));
        std::mem::swap(entries, &mut sorted);
    }
    true
}

/// Where the digits begin that cover all differing bits.
fn digit_shifts(mut differing: u128) -> Vec<u32> {
    let mut shifts = Vec::new();
    while differing != 0 {
        let shift = differing.trailing_zeros();
        shifts.push(shift);
        let digit = ((DIGITS - 1) as u128) << shift;
        differing &= !digit;
    }
    shifts
}

fn scatter<K: RadixKey, V: Copy>(from: &[(K, V)], to: &mut [(K, V)], digit: impl Fn(K) -> usize) {
    let mut next = [0usize; DIGITS];
    for (key, _) in from {
        next[digit(*key)] += 1;
    }
    let mut start = 0;
    for place in &mut next {
        start += std::mem::replace(place, start);
    }
    for entry in from {
        let place = &mut next[digit(entry.0)];
        to[*place] = *entry;
        *place += 1;
    }
}
