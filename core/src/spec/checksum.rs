//! The checksum of deletion vectors and BLOBs: CRC-32 as of zip files (Java's `java.util.zip.CRC32`).

/// The CRC-32 of `bytes`.
///
/// By the library that inflates gzip, too: a module for browsers carries the tables once.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_check_value_of_the_standard() {
        assert_eq!(super::crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(super::crc32(b""), 0);
    }
}
