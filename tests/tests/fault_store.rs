//! The misbehaving stores misbehave as they say.

use std::sync::Arc;

use bytes::Bytes;
use cenote_core::{
    ErrorKind,
    io::{InlineRuntime, PutOutcome, Storage},
};
use cenote_tests::fault_store::{ConditionalPut, Fault, FaultStore, NoConditionalPut};
use futures::executor::block_on;
use object_store::{ObjectStore, memory::InMemory, path::Path};

fn storage(store: impl ObjectStore) -> Storage {
    Storage::new(Arc::new(store), Path::ROOT, Arc::new(InlineRuntime::new(1, 0)))
}

fn body() -> Bytes {
    Bytes::from_static(b"x")
}

#[test]
fn changing_calls_are_counted() {
    block_on(async {
        let faults = FaultStore::new(Arc::new(InMemory::new()));
        let storage = storage(faults.clone());
        storage.put("a", body()).await.unwrap();
        storage.put_if_absent("b", body()).await.unwrap();
        let mut upload = storage.upload("c").unwrap();
        upload.write(Bytes::from(vec![0; 9 << 20])).await.unwrap();
        upload.finish().await.unwrap();
        storage.get("a").await.unwrap();
        storage.delete("a").await.unwrap();
        assert_eq!(faults.log(), ["put a", "create b", "part c", "part c", "finish c", "delete a"]);
    });
}

#[test]
fn a_refused_put_is_tried_again_and_a_refused_create_is_not() {
    block_on(async {
        let faults = FaultStore::new(Arc::new(InMemory::new()));
        let storage = storage(faults.clone());
        faults.set(Fault::Refuse(0));
        storage.put("a", body()).await.unwrap();
        assert_eq!(faults.calls(), 2);
        faults.set(Fault::Refuse(0));
        assert_eq!(storage.put_if_absent("b", body()).await.unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(storage.get_opt("b").await.unwrap(), None);
    });
}

#[test]
fn a_lost_reply_leaves_the_object() {
    block_on(async {
        let faults = FaultStore::new(Arc::new(InMemory::new()));
        let storage = storage(faults.clone());
        faults.set(Fault::LoseReply(0));
        assert_eq!(storage.put_if_absent("a", body()).await.unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(storage.get("a").await.unwrap(), body());
        assert_eq!(storage.put_if_absent("a", body()).await.unwrap(), PutOutcome::Exists);
    });
}

#[test]
fn a_crash_stops_everything_until_revived() {
    block_on(async {
        for (fault, found) in [(Fault::CrashBefore(1), None), (Fault::CrashAfter(1), Some(body()))] {
            let faults = FaultStore::new(Arc::new(InMemory::new()));
            let first = storage(faults.clone());
            faults.set(fault);
            first.put("a", body()).await.unwrap();
            assert!(first.put("b", body()).await.is_err());
            assert!(first.put("c", body()).await.is_err());
            assert!(first.get("a").await.is_err());
            assert!(first.list("").await.is_err());
            assert_eq!(faults.calls(), 2);
            faults.revive();
            let second = storage(faults.clone());
            assert_eq!(second.get("a").await.unwrap(), body());
            assert_eq!(second.get_opt("b").await.unwrap(), found);
        }
    });
}

#[test]
fn conditional_puts_fail_openly_or_silently() {
    block_on(async {
        let refused = storage(NoConditionalPut::new(Arc::new(InMemory::new()), ConditionalPut::Refused));
        assert_eq!(refused.put_if_absent("a", body()).await.unwrap_err().kind(), ErrorKind::Unsupported);
        let ignored = storage(NoConditionalPut::new(Arc::new(InMemory::new()), ConditionalPut::Ignored));
        for _ in 0..2 {
            assert_eq!(ignored.put_if_absent("a", body()).await.unwrap(), PutOutcome::Created);
        }
    });
}

#[test]
fn a_full_disk_stays_full_and_a_lost_request_is_not_done() {
    block_on(async {
        let faults = FaultStore::new(Arc::new(InMemory::new()));
        let storage = storage(faults.clone());
        storage.put("a", body()).await.unwrap();
        faults.set(Fault::NoSpace(0));
        assert!(storage.put("b", body()).await.is_err());
        assert!(storage.put("c", body()).await.is_err());
        storage.delete("a").await.unwrap();
        assert_eq!(storage.get_opt("a").await.unwrap(), None);
        faults.set(Fault::LoseRequest(0));
        assert_eq!(storage.put_if_absent("d", body()).await.unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(storage.get_opt("d").await.unwrap(), None);
    });
}

#[test]
fn a_failed_read_fails_once_and_a_crash_at_a_read_is_for_good() {
    block_on(async {
        let faults = FaultStore::new(Arc::new(InMemory::new()));
        let first = storage(faults.clone());
        first.put("a", body()).await.unwrap();
        faults.set(Fault::FailRead(1));
        first.get("a").await.unwrap();
        assert!(first.get("a").await.is_err());
        first.get("a").await.unwrap();
        assert_eq!(faults.reads(), 3);
        faults.set(Fault::CrashAtRead(0));
        assert!(first.list("").await.is_err());
        assert!(first.put("b", body()).await.is_err());
    });
}
