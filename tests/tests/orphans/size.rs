//! Memory of a cleaning of many files.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use cenote_core::maintain::orphans;
use futures::executor::block_on;

use crate::{ALLOCATOR, LOOK, hooked::Hooked, lab::Lab, support};

/// Files in the table's folder. A million take 9 MB.
const FILES: usize = 200_000;
/// Bytes that they may take, far below what their names alone do.
const MOST_BYTES: usize = 16 << 20;

#[test]
fn many_files_take_little_memory() {
    block_on(async {
        let lab = Lab::new(20);
        lab.create(&[]).await;
        let store = Hooked::new(lab.object_store()).with_phantoms(FILES);
        let peak = store.peak.clone();
        let table = support::catalog(lab.storage(Arc::new(store))).get_table("db", "t").await.unwrap();
        let (before, start, mut count) = (ALLOCATOR.allocated(), Instant::now(), 0);
        let mut add = |_: &orphans::OrphanFile| {
            count += 1;
            peak.fetch_max(ALLOCATOR.allocated(), Ordering::Relaxed);
        };
        let report = orphans::clean(&table, &LOOK, &mut add).await.unwrap();
        let took = peak.load(Ordering::Relaxed).saturating_sub(before);
        println!("{FILES} files: {} MB, {} ms", took >> 20, start.elapsed().as_millis());
        assert_eq!((report.total().files, count), (FILES as u64, FILES));
        assert!(took < MOST_BYTES, "{took} bytes");
    });
}
