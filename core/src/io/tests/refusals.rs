use std::sync::{Arc, atomic::Ordering};

use bytes::Bytes;
use futures::executor::block_on;
use object_store::{memory::InMemory, path::Path};

use super::{
    refusing_store::{Refusals, RefusingStore},
    runtime,
};
use crate::{error::ErrorKind, io::Storage};

fn refusing(refusals: Refusals) -> Storage {
    let store = RefusingStore { inner: Arc::new(InMemory::new()), refusals };
    Storage::new(Arc::new(store), Path::ROOT, runtime())
}

#[test]
fn a_busy_store_is_asked_again() {
    block_on(async {
        let refusals = Refusals::default();
        let storage = refusing(refusals.clone());
        storage.put("a", Bytes::from_static(b"x")).await.unwrap();
        storage.io().reset();
        refusals.unavailable.store(3, Ordering::SeqCst);
        assert_eq!(storage.get("a").await.unwrap(), "x");
        let totals = storage.io().totals();
        assert_eq!((totals.requests, totals.failures), (4, 3));

        refusals.unavailable.store(4, Ordering::SeqCst);
        let error = storage.get("a").await.unwrap_err();
        assert_eq!((error.kind(), error.path()), (ErrorKind::Unavailable, Some("refusing:/a")));
        assert_eq!(refusals.unavailable.load(Ordering::SeqCst), 0, "four attempts, no more");
    });
}

#[test]
fn a_conditional_put_is_tried_once() {
    block_on(async {
        let refusals = Refusals::default();
        let storage = refusing(refusals.clone());
        refusals.unavailable.store(1, Ordering::SeqCst);
        let error = storage.put_if_absent("a", Bytes::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert_eq!(storage.io().totals().requests, 1);
    });
}

#[test]
fn stores_without_conditional_puts_say_so() {
    let storage = refusing(Refusals { create: true, ..Refusals::default() });
    let error = block_on(storage.put_if_absent("snapshot/snapshot-1", Bytes::new())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("create a file only if it is absent"), "{error}");
}

#[test]
fn listing_is_not_asked_for_twice() {
    block_on(async {
        let storage = refusing(Refusals { list: true, ..Refusals::default() });
        assert!(storage.can_list());
        for _ in 0..2 {
            assert_eq!(storage.list("x").await.unwrap_err().kind(), ErrorKind::Unsupported);
            assert_eq!(storage.list_all("x").await.unwrap_err().kind(), ErrorKind::Unsupported);
        }
        assert!(!storage.can_list());
        // The store is asked once, and once for a listing document.
        assert_eq!(storage.io().totals().requests, 2);
    });
}

#[test]
fn a_403_is_absent_once_a_neighbour_reads() {
    block_on(async {
        let storage = refusing(Refusals { absent_is_forbidden: true, ..Refusals::default() });
        storage.put("schema/schema-0", Bytes::from_static(b"{}")).await.unwrap();
        assert_eq!(storage.get_opt("snapshot/LATEST").await.unwrap_err().kind(), ErrorKind::Unavailable);
        assert!(!storage.learn_from("schema/schema-7").await);
        assert!(storage.learn_from("schema/schema-0").await);
        assert_eq!(storage.get_opt("snapshot/LATEST").await.unwrap(), None);
        assert!(storage.get("snapshot/snapshot-1").await.unwrap_err().is_not_found());
    });
}

#[test]
fn uploads_work_without_multipart() {
    block_on(async {
        let storage = refusing(Refusals { multipart: true, ..Refusals::default() });
        let mut upload = storage.upload("f").unwrap();
        for _ in 0..3 {
            upload.write(Bytes::from(vec![1; 5 << 20])).await.unwrap();
        }
        assert_eq!(upload.finish().await.unwrap(), 15 << 20);
        assert_eq!(storage.get("f").await.unwrap().len(), 15 << 20);
    });
}
