//! Compactors: several at once, on the same buckets.

use cenote_core::compact::{self, CompactOptions};

use super::{Handle, Quota, judge};
use crate::process::Main;

pub(crate) fn compactor(quota: Quota) -> Main {
    Box::new(move |process| {
        let quota = quota.clone();
        Box::pin(async move {
            let mut handle = Handle::new(&process);
            while quota.take() {
                process.rest(3_000).await;
                let Some(table) = handle.table().await else { continue };
                let full = process.chance(4_000);
                let result = compact::run(&table, &CompactOptions { full, ..CompactOptions::default() }).await;
                judge(&process, if full { "full compaction" } else { "compaction" }, &result);
            }
        })
    })
}
