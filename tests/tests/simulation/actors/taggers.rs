//! Taggers: name the latest snapshot, and at times drop a tag.

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
                let tags = table.tags().list().await.unwrap_or_default();
                if tags.len() > 2 || (!tags.is_empty() && process.chance(3_000)) {
                    let name = &tags[process.below(tags.len())].0;
                    judge(&process, &format!("delete tag {name}"), &table.tags().delete(name).await);
                    continue;
                }
                let name = format!("t{}", process.below(1 << 40));
                judge(&process, &format!("create tag {name}"), &table.tags().create(&name, None).await);
            }
        })
    })
}
