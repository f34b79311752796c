//! Finding the last of numbered files whose numbers have no gaps, by asking for single numbers.

use futures::future::BoxFuture;

use crate::{error::Result, io::Storage};

/// The greatest number that exists, given one that does: doubles the step until a number is absent, then halves the
/// interval. One probe when `known` is the last.
pub(super) async fn last_existing<'a, T>(
    known: (i64, T),
    probe: impl Fn(i64) -> BoxFuture<'a, Result<Option<T>>>,
) -> Result<(i64, T)> {
    let mut last = known;
    let mut step = 1;
    let mut absent = loop {
        let next = last.0.saturating_add(step);
        match probe(next).await? {
            Some(value) => last = (next, value),
            None => break next,
        }
        step *= 2;
    };
    while absent - last.0 > 1 {
        let middle = last.0 + (absent - last.0) / 2;
        match probe(middle).await? {
            Some(value) => last = (middle, value),
            None => absent = middle,
        }
    }
    Ok(last)
}

/// The least number above `absent` that exists, given one that does.
pub(super) async fn first_existing<'a, T>(
    absent: i64,
    known: (i64, T),
    probe: impl Fn(i64) -> BoxFuture<'a, Result<Option<T>>>,
) -> Result<(i64, T)> {
    let (mut absent, mut first) = (absent, known);
    while first.0 - absent > 1 {
        let middle = absent + (first.0 - absent) / 2;
        match probe(middle).await? {
            Some(value) => first = (middle, value),
            None => absent = middle,
        }
    }
    Ok(first)
}

/// Numbers of the files in a folder whose names are `prefix` and a positive number, ascending.
///
/// Errors: `Unsupported` where the store cannot list.
pub(super) async fn listed(storage: &Storage, folder: &str, prefix: &str) -> Result<Vec<i64>> {
    let listing = storage.list(folder).await?;
    let number = |name: &str| name.strip_prefix(prefix)?.parse::<i64>().ok().filter(|number| *number > 0);
    let mut numbers = listing.files.iter().filter_map(|file| number(&file.name)).collect::<Vec<_>>();
    numbers.sort_unstable();
    Ok(numbers)
}

/// Numbers worth trying when a hint turned out wrong: below it at growing distance, then the first ones, then above.
pub(super) fn around(hint: i64) -> Vec<i64> {
    let distances = || (0..62).map(|power| 1i64 << power);
    let below = distances().map_while(move |distance| hint.checked_sub(distance).filter(|number| *number > 1));
    let above = distances().skip(1).take(10).filter_map(move |distance| hint.checked_add(distance));
    below.chain([1]).chain(above).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures::executor::block_on;

    use super::*;

    fn check(existing: std::ops::RangeInclusive<i64>, known: i64, probes: usize) {
        let asked = Cell::new(0);
        let probe = |number: i64| -> BoxFuture<'_, Result<Option<()>>> {
            asked.set(asked.get() + 1);
            let found = existing.contains(&number).then_some(());
            Box::pin(async move { Ok(found) })
        };
        assert_eq!(block_on(last_existing((known, ()), probe)).unwrap().0, *existing.end());
        assert!(asked.get() <= probes, "{} probes", asked.get());
        assert_eq!(block_on(first_existing(0, (known, ()), probe)).unwrap().0, *existing.start());
    }

    #[test]
    fn finds_the_ends() {
        check(1..=1, 1, 1);
        check(3..=9, 9, 1);
        check(3..=9, 8, 3);
        check(1..=1000, 1, 20);
        check(500..=100_000, 500, 34);
    }

    #[test]
    fn candidates_are_positive_and_few() {
        assert_eq!(around(10)[..6], [9, 8, 6, 2, 1, 12]);
        assert_eq!(around(1)[..3], [1, 3, 5]);
        assert!(around(i64::MAX).iter().all(|number| *number > 0));
        assert!(around(i64::MAX).len() < 80);
    }
}
