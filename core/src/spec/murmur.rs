//! Murmur3 with 32 bits as Paimon hashes rows (Java `MurmurHashUtils`).

const SEED: u32 = 42;

/// Hash of whole little-endian words; up to three bytes behind the last word are left out (rows have none), but count
/// into the length.
pub(super) fn hash_words(bytes: &[u8]) -> i32 {
    let (words, _) = bytes.as_chunks::<4>();
    let hash = words.iter().fold(SEED, |hash, word| mix_hash(hash, mix_word(u32::from_le_bytes(*word))));
    // Rows are shorter than 2 GiB; Java counts in 32 bits as well.
    finish(hash ^ bytes.len() as u32).cast_signed()
}

/// Hash of any bytes (Java `hashUnsafeBytes`): those behind the last word are words of their own, with their sign.
pub(super) fn hash_bytes(bytes: &[u8]) -> i32 {
    let (words, rest) = bytes.as_chunks::<4>();
    let words = words.iter().map(|word| u32::from_le_bytes(*word));
    let rest = rest.iter().map(|byte| i32::from(byte.cast_signed()).cast_unsigned());
    let hash = words.chain(rest).fold(SEED, |hash, word| mix_hash(hash, mix_word(word)));
    finish(hash ^ bytes.len() as u32).cast_signed()
}

fn mix_word(word: u32) -> u32 {
    word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

fn mix_hash(hash: u32, word: u32) -> u32 {
    (hash ^ word).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
}

fn finish(hash: u32) -> u32 {
    let hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    let hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}
