//! One suite for every store: run by a plain `block_on`, with no runtime started.

use bytes::Bytes;
use futures::executor::block_on;

use super::runtime;
use crate::{
    error::{ErrorKind, Result},
    io::{Method, PutOutcome, Storage},
};

macro_rules! conformance {
    ($($case:ident),* $(,)?) => {
        mod memory { use super::*; $(#[test] fn $case() {
            block_on(super::$case(Storage::memory(runtime()))).unwrap();
        })* }
        mod local { use super::*; $(#[test] fn $case() {
            let folder = tempfile::tempdir().unwrap();
            // The folder does not exist yet: writing makes it.
            block_on(super::$case(Storage::local(folder.path().join("new/wh"), runtime()).unwrap())).unwrap();
        })* }
    };
}

conformance!(
    reads_what_was_written,
    absent_objects_are_none_or_not_found,
    creates_only_once,
    lists_children_and_descendants,
    absent_folders_are_empty,
    deletes_are_repeatable,
    deletes_folders,
    reads_ranges_in_the_order_asked,
    short_objects_are_corrupt,
    uploads_large_and_small_files,
    unfinished_uploads_are_invisible,
    children_stay_inside,
    refuses_names_that_leave,
    keeps_odd_names,
    caches_immutable_files,
    forgets_what_is_replaced,
    notices_a_replaced_table,
    makes_empty_folders_visible,
    logs_every_request,
);

async fn reads_what_was_written(storage: Storage) -> Result<()> {
    storage.put("a/b", Bytes::from_static(b"one")).await?;
    assert_eq!(storage.get("a/b").await?, "one");
    storage.put("a/b", Bytes::from_static(b"two, longer")).await?;
    assert_eq!(storage.get("a/b").await?, "two, longer");
    storage.put("empty", Bytes::new()).await?;
    assert_eq!(storage.get("empty").await?, "");
    let found = storage.stat("a/b").await?.unwrap();
    assert_eq!((found.name.as_str(), found.size), ("a/b", 11));
    assert_eq!(storage.stat("a/c").await?, None);
    Ok(())
}

async fn absent_objects_are_none_or_not_found(storage: Storage) -> Result<()> {
    assert_eq!(storage.get_opt("a/b").await?, None);
    let error = storage.get("a/b").await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.path(), Some(storage.location("a/b").as_str()));
    storage.put("a/b", Bytes::from_static(b"x")).await?;
    // A folder is no object, and nothing is below an object.
    assert_eq!(storage.get_opt("a").await?, None);
    assert_eq!(storage.get_opt("a/b/c").await?, None);
    Ok(())
}

async fn creates_only_once(storage: Storage) -> Result<()> {
    assert_eq!(storage.put_if_absent("snapshot/snapshot-1", Bytes::from_static(b"1")).await?, PutOutcome::Created);
    assert_eq!(storage.put_if_absent("snapshot/snapshot-1", Bytes::from_static(b"2")).await?, PutOutcome::Exists);
    assert_eq!(storage.get("snapshot/snapshot-1").await?, "1");
    let names = storage.list("snapshot").await?.files.into_iter().map(|file| file.name).collect::<Vec<_>>();
    assert_eq!(names, ["snapshot-1"], "no temporary files stay");
    Ok(())
}

async fn lists_children_and_descendants(storage: Storage) -> Result<()> {
    for path in ["t/b", "t/a", "t/d/x", "t/d/e/y", "t2/z"] {
        storage.put(path, Bytes::from_static(b"12345")).await?;
    }
    let listing = storage.list("t").await?;
    assert_eq!(listing.dirs, ["d"]);
    assert_eq!(listing.files.iter().map(|f| (f.name.as_str(), f.size)).collect::<Vec<_>>(), [("a", 5), ("b", 5)]);
    let all = storage.list_all("t").await?;
    assert_eq!(all.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["a", "b", "d/e/y", "d/x"]);
    let child = storage.child("t")?;
    assert_eq!(child.list("").await?, listing);
    assert_eq!(storage.list("").await?.dirs, ["t", "t2"]);
    Ok(())
}

async fn absent_folders_are_empty(storage: Storage) -> Result<()> {
    assert_eq!(storage.list("nothing").await?, Default::default());
    assert_eq!(storage.list_all("nothing").await?, []);
    Ok(())
}

async fn deletes_are_repeatable(storage: Storage) -> Result<()> {
    storage.put("a/b", Bytes::from_static(b"x")).await?;
    storage.delete("a/b").await?;
    storage.delete("a/b").await?;
    storage.delete("never/there").await?;
    assert_eq!(storage.get_opt("a/b").await?, None);
    Ok(())
}

async fn deletes_folders(storage: Storage) -> Result<()> {
    for path in ["t/a", "t/d/e/y", "t2/z"] {
        storage.put(path, Bytes::from_static(b"x")).await?;
    }
    storage.delete_dir("t").await?;
    storage.delete_dir("t").await?;
    assert_eq!(storage.list("").await?.dirs, ["t2"]);
    Ok(())
}

async fn reads_ranges_in_the_order_asked(storage: Storage) -> Result<()> {
    let body = (0..300_000u32).map(|i| (i % 251) as u8).collect::<Vec<_>>();
    storage.put("data", body.clone().into()).await?;
    storage.io().reset();
    let ranges = [200_000..200_010, 0..4, 10..20, 15..30, 7..7];
    let parts = storage.get_ranges("data", &ranges).await?;
    for (range, part) in ranges.iter().zip(&parts) {
        assert_eq!(part[..], body[range.start as usize..range.end as usize]);
    }
    assert_eq!(storage.io().to_string(), "get data [0..30]\nget data [200000..200010]\n");
    assert_eq!(storage.io().totals().bytes_read, 40);
    Ok(())
}

async fn short_objects_are_corrupt(storage: Storage) -> Result<()> {
    storage.put("data", Bytes::from_static(b"0123456789")).await?;
    for range in [5..11, 20..30] {
        let error = storage.get_range("data", range).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    }
    assert!(storage.get_range("absent", 0..1).await.unwrap_err().is_not_found());
    Ok(())
}

async fn uploads_large_and_small_files(storage: Storage) -> Result<()> {
    let piece = Bytes::from((0..1_500_000u32).map(|i| (i % 249) as u8).collect::<Vec<_>>());
    for pieces in [0, 1, 20] {
        let mut upload = storage.upload("d/file")?;
        for _ in 0..pieces {
            upload.write(piece.clone()).await?;
        }
        assert_eq!(upload.finish().await?, pieces * 1_500_000);
        let body = storage.get("d/file").await?;
        assert!(body.len() as u64 == pieces * 1_500_000 && body.chunks(1_500_000).all(|chunk| chunk == piece));
        storage.delete("d/file").await?;
    }
    Ok(())
}

async fn unfinished_uploads_are_invisible(storage: Storage) -> Result<()> {
    let piece = Bytes::from(vec![7; 9 << 20]);
    let mut upload = storage.upload("d/file")?;
    upload.write(piece.clone()).await?;
    assert_eq!(storage.get_opt("d/file").await?, None);
    assert_eq!(storage.list_all("").await?, []);
    upload.abort().await?;
    let mut dropped = storage.upload("d/file")?;
    dropped.write(piece).await?;
    drop(dropped);
    assert_eq!(storage.get_opt("d/file").await?, None);
    Ok(())
}

async fn children_stay_inside(storage: Storage) -> Result<()> {
    let child = storage.child("db.db/t")?;
    child.put("schema/schema-0", Bytes::from_static(b"{}")).await?;
    assert_eq!(storage.get("db.db/t/schema/schema-0").await?, "{}");
    assert_eq!(child.location("x"), format!("{}/db.db/t/x", storage.location("").trim_end_matches('/')));
    Ok(())
}

async fn refuses_names_that_leave(storage: Storage) -> Result<()> {
    let child = storage.child("t")?;
    for name in ["../x", "/etc/passwd", "a/../b", "a//b", "./a", "a/", "a\nb", "a\0"] {
        for error in [
            child.get_opt(name).await.unwrap_err(),
            child.put(name, Bytes::new()).await.unwrap_err(),
            child.delete(name).await.unwrap_err(),
            child.child(name).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Invalid, "{name:?}: {error}");
        }
    }
    Ok(())
}

async fn keeps_odd_names(storage: Storage) -> Result<()> {
    let names =
        ["p=%22dq%22", "p=a+b&c", "p=日本語", "p=100%25", "p=p|q<r>", "p=sp ace", "p=~`^{}", "p=.x", "p=%2e%2e", "%2E"];
    for name in names {
        storage.put(&format!("t/{name}/f"), name.as_bytes().into()).await?;
    }
    for name in names {
        assert_eq!(storage.get(&format!("t/{name}/f")).await?, name);
    }
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    assert_eq!(storage.list("t").await?.dirs, sorted);
    assert_eq!(storage.list_all("t").await?.len(), names.len());
    Ok(())
}

async fn caches_immutable_files(storage: Storage) -> Result<()> {
    storage.put("manifest/m", Bytes::from_static(b"0123456789")).await?;
    storage.io().reset();
    assert_eq!(storage.get_immutable("manifest/m").await?, "0123456789");
    assert_eq!(storage.get_immutable("manifest/m").await?, "0123456789");
    assert_eq!(storage.get_range_immutable("manifest/m", 2..4).await?, "23");
    assert_eq!(storage.child("manifest")?.get_range_immutable("m", 2..4).await?, "23");
    assert!(storage.get_immutable("manifest/n").await.unwrap_err().is_not_found());
    assert!(storage.get_immutable("manifest/n").await.unwrap_err().is_not_found());
    assert_eq!(
        storage.io().to_string(),
        "get manifest/m\nget manifest/m cached\nget manifest/m [2..4]\nget manifest/m [2..4] cached\n\
         get manifest/n absent\nget manifest/n absent\n"
    );
    let totals = storage.io().totals();
    assert_eq!((totals.requests, totals.bytes_read, totals.cache_hits, totals.failures), (4, 12, 2, 0));
    Ok(())
}

async fn forgets_what_is_replaced(storage: Storage) -> Result<()> {
    storage.put("s", Bytes::from_static(b"old")).await?;
    assert_eq!(storage.get_immutable("s").await?, "old");
    storage.put("s", Bytes::from_static(b"new")).await?;
    assert_eq!(storage.get_immutable("s").await?, "new");
    storage.delete("s").await?;
    assert_eq!(storage.get_immutable_opt("s").await?, None);
    Ok(())
}

async fn notices_a_replaced_table(storage: Storage) -> Result<()> {
    let table = storage.child("t")?;
    for path in ["schema-0", "manifest"] {
        table.put(path, Bytes::from_static(b"old")).await?;
        assert_eq!(table.get_immutable(path).await?, "old");
    }
    // Somebody else replaces the table: another handle's cache does not hear of it.
    let elsewhere = Storage::with_traits(
        storage.shared.store.clone(),
        storage.locate("t")?,
        runtime(),
        storage.shared.traits.clone(),
    );
    for path in ["schema-0", "manifest"] {
        elsewhere.put(path, Bytes::from_static(b"new")).await?;
    }
    assert_eq!(table.get_immutable("manifest").await?, "old");
    assert_eq!(table.get_fresh("schema-0").await?.unwrap(), "new");
    assert_eq!(table.get_immutable("manifest").await?, "new");
    Ok(())
}

async fn makes_empty_folders_visible(storage: Storage) -> Result<()> {
    storage.create_dir("empty.db").await?;
    storage.create_dir("empty.db").await?;
    assert_eq!(storage.list("").await?.dirs, ["empty.db"]);
    storage.delete_dir("empty.db").await?;
    assert_eq!(storage.list("").await?.dirs, [] as [&str; 0]);
    Ok(())
}

async fn logs_every_request(storage: Storage) -> Result<()> {
    storage.put("a", Bytes::from_static(b"12")).await?;
    storage.put_if_absent("a", Bytes::from_static(b"345")).await?;
    storage.get_opt("b").await?;
    storage.list("").await?;
    storage.delete("a").await?;
    assert_eq!(storage.io().to_string(), "put a\ncreate a exists\nget b absent\nlist \ndelete a\n");
    let records = storage.io().requests();
    assert_eq!(records.iter().map(|r| (r.seq, r.bytes)).collect::<Vec<_>>(), [(1, 2), (2, 0), (3, 0), (4, 0), (5, 0)]);
    assert_eq!(storage.io().since(3).iter().map(|r| r.method).collect::<Vec<_>>(), [Method::List, Method::Delete]);
    Ok(())
}
