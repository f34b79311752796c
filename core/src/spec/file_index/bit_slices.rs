//! Numbers of rows, bit by bit: slice `i` holds the rows whose number has bit `i`.

use roaring::RoaringBitmap;

/// Numbers of the rows that have one.
#[derive(Clone, Debug, Default)]
pub(super) struct BitSlices {
    /// Rows with a number.
    pub(super) exists: RoaringBitmap,
    /// At most 64, from the least bit.
    pub(super) slices: Vec<RoaringBitmap>,
}

/// Rows by how their number compares.
#[derive(Clone, Debug, Default)]
pub(super) struct Compared {
    pub(super) less: RoaringBitmap,
    pub(super) equal: RoaringBitmap,
    pub(super) greater: RoaringBitmap,
}

impl BitSlices {
    /// Compares every number with `value` (O'Neil, "Improved Query Performance with Variant Indexes").
    pub(super) fn compare(&self, value: u64) -> Compared {
        let mut found = Compared { equal: self.exists.clone(), ..Compared::default() };
        if u32::try_from(self.slices.len()).is_ok_and(|bits| value.checked_shr(bits).unwrap_or(0) != 0) {
            found.less = std::mem::take(&mut found.equal);
            return found;
        }
        for (bit, slice) in self.slices.iter().enumerate().rev() {
            let with = &found.equal & slice;
            let without = &found.equal - slice;
            if value >> bit & 1 == 1 {
                found.less |= without;
                found.equal = with;
            } else {
                found.greater |= with;
                found.equal = without;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparison_agrees_with_numbers() {
        let numbers = [5_u64, 0, 7, 5, 2, 9];
        let mut slices = BitSlices { exists: (0..6).collect(), slices: vec![RoaringBitmap::new(); 4] };
        for (row, number) in numbers.iter().enumerate() {
            for bit in 0..4 {
                if number >> bit & 1 == 1 {
                    slices.slices[bit].insert(row as u32);
                }
            }
        }
        for value in 0..20 {
            let found = slices.compare(value);
            let rows = |keep: &dyn Fn(u64) -> bool| -> RoaringBitmap {
                (0..6).filter(|row| keep(numbers[*row as usize])).collect()
            };
            assert_eq!(found.less, rows(&|number| number < value), "{value}");
            assert_eq!(found.equal, rows(&|number| number == value), "{value}");
            assert_eq!(found.greater, rows(&|number| number > value), "{value}");
        }
    }
}
