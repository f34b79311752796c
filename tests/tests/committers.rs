//! Many committers, one table: exactly one wins each snapshot, every row is kept. In memory as threads, in a local folder
//! as processes; `CENOTE_LONG=1` runs more of them for longer. The control: a store that only looks before it writes loses
//! rows, and says so.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/racing.rs"]
mod racing;

use std::sync::Arc;

use cenote_core::{
    ErrorKind,
    io::{CreateIfAbsent, Storage, StorageTraits},
};
use cenote_tests::fault_store::{ConditionalPut, NoConditionalPut};
use futures::executor::block_on;
use object_store::{memory::InMemory, path::Path};

use racing::{Race, Sleeping};

#[test]
fn committers_in_memory_lose_no_row() {
    let storage = Storage::memory(Sleeping::start());
    let race = Race::sized();
    block_on(race.create_table(storage.clone()));
    race.settle(race.threads(&storage), &storage);
}

#[test]
fn processes_on_a_local_folder_lose_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().to_str().unwrap();
    let storage = Storage::local(folder.path(), Sleeping::start()).unwrap();
    let race = Race::sized();
    block_on(race.create_table(storage.clone()));
    race.settle(race.processes("a_committer_of_its_own", url, &[]), &storage);
}

/// Runs as one of the processes of the test above; on its own it is a race of one.
#[test]
fn a_committer_of_its_own() {
    if racing::run_as_process() {
        return;
    }
    let storage = Storage::memory(Sleeping::start());
    let race = Race { committers: 1, rounds: 3 };
    block_on(race.create_table(storage.clone()));
    race.settle(race.threads(&storage), &storage);
}

/// A store that overwrites although it was told not to.
fn careless() -> Storage {
    let store = NoConditionalPut::new(Arc::new(InMemory::new()), ConditionalPut::Ignored);
    Storage::new(Arc::new(store), Path::ROOT, Sleeping::start())
}

#[test]
fn a_store_that_ignores_the_condition_loses_rows() {
    // Whether two committers meet is luck: some of the races lose rows.
    let lost = (0..20).any(|_| {
        let storage = careless();
        let race = Race { committers: 8, rounds: 10 };
        block_on(race.create_table(storage.clone()));
        let won = race.threads_that_may_fail(&storage);
        let acknowledged = (race.committers * race.rounds) as usize - won.failed;
        block_on(racing::all_ids(&storage)).len() < acknowledged
    });
    assert!(lost, "the control must lose rows, or the other races prove nothing");
}

#[test]
fn a_store_of_unknown_make_is_tried_out() {
    let with = |how, create_if_absent| {
        let store: Arc<dyn object_store::ObjectStore> = match how {
            Some(how) => Arc::new(NoConditionalPut::new(Arc::new(InMemory::new()), how)),
            None => Arc::new(InMemory::new()),
        };
        let traits = StorageTraits {
            can_list: true,
            visible_while_written: false,
            create_if_absent,
            label: "s3://made-up".to_owned(),
        };
        Storage::with_traits(store, Path::ROOT, Sleeping::start(), traits)
    };
    let race = Race { committers: 1, rounds: 2 };
    for how in [ConditionalPut::Refused, ConditionalPut::Ignored] {
        let storage = with(Some(how), CreateIfAbsent::Unproven);
        let error = block_on(storage.check_commits()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("unsafe"), "{error}");
        storage.allow_unsafe_commits();
        block_on(race.create_table(storage.clone()));
        race.settle(race.threads(&storage), &storage);
        assert_eq!(storage.creates_if_absent(), CreateIfAbsent::No);
    }
    let storage = with(None, CreateIfAbsent::Unproven);
    block_on(race.create_table(storage.clone()));
    race.settle(race.threads(&storage), &storage);
    assert_eq!(storage.creates_if_absent(), CreateIfAbsent::Yes);
    let files = block_on(storage.list("snapshot")).unwrap().files;
    assert!(files.is_empty(), "the scratch object is gone: {files:?}");
    let refused = block_on(with(None, CreateIfAbsent::No).check_commits()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
}
