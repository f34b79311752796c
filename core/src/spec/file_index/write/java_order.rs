//! The order in which Java's `HashMap` gives its entries, which decides where things stand in the files that it writes.

/// How entries came into the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// `put`: behind those of the same bin.
    Put,
    /// `computeIfAbsent`: in front of those of the same bin; and the map grows one entry later.
    ComputeIfAbsent,
}

/// Entries, given in order of insertion, as a `HashMap` iterates over them.
///
/// Differs from Java where more than eight keys fall into one of the map's bins, which it then makes a tree.
pub(super) fn of_hash_map<T>(mut entries: Vec<T>, by: By, hash: impl Fn(&T) -> i32) -> Vec<T> {
    let counted = match by {
        By::Put => entries.len(),
        By::ComputeIfAbsent => {
            entries.reverse();
            entries.len().saturating_sub(1)
        }
    };
    let mut bins = 16_usize;
    while counted > bins / 4 * 3 {
        bins *= 2;
    }
    entries.sort_by_cached_key(|entry| {
        let hash = hash(entry).cast_unsigned();
        (hash ^ hash >> 16) as usize & (bins - 1)
    });
    entries
}

/// `String.hashCode`
pub(super) fn string_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0, |hash: i32, unit| hash.wrapping_mul(31).wrapping_add(unit.into()))
}

/// Entries in the order of a `HashMap` of strings.
pub(super) fn of_names<T>(entries: Vec<T>, by: By, name: impl Fn(&T) -> &str) -> Vec<T> {
    of_hash_map(entries, by, |entry| string_hash(name(entry)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_and_order_are_javas() {
        assert_eq!(string_hash("hello"), 99_162_322);
        assert_eq!(string_hash("é😀"), 31 * (31 * 0xE9 + 0xD83D) + 0xDE00);
        // What Java gives for these.
        let names = vec!["range-bitmap", "bitmap", "bsi", "bloom-filter"];
        assert_eq!(of_names(names, By::Put, |name| name), ["bloom-filter", "bitmap", "bsi", "range-bitmap"]);
        // Two of one bin.
        let names = vec!["c_ts6", "c_big"];
        assert_eq!(of_names(names.clone(), By::Put, |name| name), ["c_ts6", "c_big"]);
        assert_eq!(of_names(names, By::ComputeIfAbsent, |name| name), ["c_big", "c_ts6"]);
    }
}
