//! Time travel by watermark (Java `SnapshotManager.laterOrEqualWatermark`).

use std::cmp::Ordering;

use super::SnapshotManager;
use crate::{error::Result, spec::snapshot::Snapshot};

/// Flink's lowest watermark stands for none.
const NO_WATERMARK: i64 = i64::MIN;

impl SnapshotManager {
    /// The first snapshot whose watermark is `watermark` (epoch milliseconds) or later, `None` where there is none.
    ///
    /// Watermarks never fall from one snapshot to the next; those without one stand where the one before them does.
    /// Takes as many requests as halving the range needs, and more where snapshots lack watermarks.
    pub async fn at_or_after_watermark(&self, watermark: i64) -> Result<Option<Snapshot>> {
        let Some(latest) = self.latest().await? else { return Ok(None) };
        let Some(mut first) = self.earliest().await? else { return Ok(None) };
        while watermark_of(&first).is_none() && first.id < latest.id {
            first = self.get(first.id + 1).await?;
        }
        match watermark_of(&first) {
            None => return Ok(None),
            Some(found) if found >= watermark => return Ok(Some(first)),
            Some(_) => {}
        }
        let (mut low, mut high, mut found) = (first.id, latest.id, None);
        while low <= high {
            let middle = low + (high - low) / 2;
            let Some(marked) = self.last_marked(low, middle).await? else {
                low = middle + 1;
                continue;
            };
            match watermark_of(&marked).cmp(&Some(watermark)) {
                Ordering::Less => low = middle + 1,
                // Of several with this very watermark, Java takes the one that halving meets first: so do we.
                Ordering::Equal => return Ok(Some(marked)),
                Ordering::Greater => {
                    high = marked.id - 1;
                    found = Some(marked);
                }
            }
        }
        Ok(found)
    }

    /// The last snapshot in [low, high] with a watermark.
    async fn last_marked(&self, low: i64, high: i64) -> Result<Option<Snapshot>> {
        let mut id = high;
        while id >= low {
            let snapshot = self.get(id).await?;
            if watermark_of(&snapshot).is_some() {
                return Ok(Some(snapshot));
            }
            id -= 1;
        }
        Ok(None)
    }
}

fn watermark_of(snapshot: &Snapshot) -> Option<i64> {
    snapshot.watermark.filter(|watermark| *watermark != NO_WATERMARK)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use crate::table::tests::made::manager_of;

    async fn check(watermarks: &[Option<i64>], asked: i64, expected: Option<i64>) {
        let snapshots = manager_of(4, watermarks).await;
        let found = snapshots.at_or_after_watermark(asked).await.unwrap();
        assert_eq!(found.map(|snapshot| snapshot.id), expected, "{watermarks:?} {asked}");
    }

    #[test]
    fn first_snapshot_that_is_late_enough_is_found() {
        block_on(async {
            let marks = [None, Some(i64::MIN), Some(10), None, Some(20), Some(30), None];
            for (asked, expected) in [(5, 6), (10, 6), (11, 8), (20, 8), (21, 9), (30, 9)] {
                check(&marks, asked, Some(expected)).await;
            }
            check(&marks, 31, None).await;
            check(&[None, Some(i64::MIN)], 1, None).await;
            check(&[], 1, None).await;
        });
    }
}
