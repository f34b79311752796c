//! Taggers: name the latest snapshot, and at times drop a tag.

use cenote_core::maintain::tags::{self, NewTag};

use super::{Handle, Quota, judge};
use crate::process::Main;

pub(crate) fn tagger(quota: Quota) -> Main {
    Box::new(move |process| {
        let quota = quota.clone();
        Box::pin(async move {
            let mut handle = Handle::new(&process);
            while quota.take() {
                process.rest(4_000).await;
                let Some(table) = handle.table().await else { continue };
                let have = table.tags().list().await.unwrap_or_default();
                if have.len() > 2 || (!have.is_empty() && process.chance(3_000)) {
                    let name = &have[process.below(have.len())].0;
                    judge(&process, &format!("delete tag {name}"), &tags::delete(&table, name, false).await);
                    continue;
                }
                let name = format!("t{}", process.below(1 << 40));
                judge(&process, &format!("create tag {name}"), &tags::create(&table, &name, &NewTag::default()).await);
            }
        })
    })
}
