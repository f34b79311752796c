//! The Range header (RFC 9110, 14).

use std::ops::Range;

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The whole object: no Range, or one that a server may ignore (several parts, other units, nonsense).
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// Bytes that are not there.
    Unsatisfiable,
}

/// Reads a Range header against an object of `size` bytes.
pub(super) fn asked(header: Option<&str>, size: u64) -> Asked {
    let Some(spec) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else { return Asked::Whole };
    let Some((first, last)) = spec.split_once('-') else { return Asked::Whole };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (first.trim(), last.trim()) {
        (_, last) if last.contains(',') => Asked::Whole,
        ("", last) => match number(last) {
            Some(0) => Asked::Unsatisfiable,
            Some(_) if size == 0 => Asked::Unsatisfiable,
            Some(length) => Asked::Part(size.saturating_sub(length)..size),
            None => Asked::Whole,
        },
        (first, last) => {
            let (Some(start), Some(end)) = (number(first), if last.is_empty() { Some(u64::MAX) } else { number(last) })
            else {
                return Asked::Whole;
            };
            if end < start {
                Asked::Whole
            } else if start >= size {
                Asked::Unsatisfiable
            } else {
                Asked::Part(start..end.saturating_add(1).min(size))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        assert_eq!(asked(None, 10), Asked::Whole);
        assert_eq!(asked(Some("bytes=0-0"), 10), Asked::Part(0..1));
        assert_eq!(asked(Some("bytes=2-"), 10), Asked::Part(2..10));
        assert_eq!(asked(Some("bytes=2-99"), 10), Asked::Part(2..10));
        assert_eq!(asked(Some("bytes=-3"), 10), Asked::Part(7..10));
        assert_eq!(asked(Some("bytes=-99"), 10), Asked::Part(0..10));
        assert_eq!(asked(Some("bytes=10-"), 10), Asked::Unsatisfiable);
        assert_eq!(asked(Some("bytes=-0"), 10), Asked::Unsatisfiable);
        assert_eq!(asked(Some("bytes=0-"), 0), Asked::Unsatisfiable);
        assert_eq!(asked(Some(&format!("bytes=1-{}", u64::MAX)), 10), Asked::Part(1..10));
        for ignored in ["bytes=5-2", "bytes=0-1,3-4", "lines=1-2", "bytes=x-", "bytes=1", "bytes=-", ""] {
            assert_eq!(asked(Some(ignored), 10), Asked::Whole, "{ignored}");
        }
    }
}
