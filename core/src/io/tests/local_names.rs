//! Local files have the names that Java gives them.

use std::{fs, path::Path};

use bytes::Bytes;
use futures::executor::block_on;

use super::{golden_folder, runtime};
use crate::io::Storage;

fn folder_names(folder: &Path) -> Vec<String> {
    let mut names = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect::<Vec<_>>();
    names.sort_unstable();
    names
}

#[test]
fn names_on_disk_are_the_names_asked_for() {
    let temp = tempfile::tempdir().unwrap();
    let storage = Storage::local(temp.path(), runtime()).unwrap();
    let names = ["a b", "dt=2024-01-01T12%3A00", "p=%2Fx", "p=100%25", "p=#1x", "p=é", "p=a?b*c", "back\\slash"];
    for name in names {
        block_on(storage.put(&format!("{name}/f"), Bytes::from_static(b"x"))).unwrap();
        block_on(storage.put_if_absent(&format!("{name}/g"), Bytes::from_static(b"x"))).unwrap();
    }
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    assert_eq!(folder_names(temp.path()), sorted);
    assert_eq!(folder_names(&temp.path().join("a b")), ["f", "g"]);
}

#[test]
fn folders_with_odd_names_open() {
    let temp = tempfile::tempdir().unwrap();
    let odd = temp.path().join("100% sure#1 日本");
    fs::create_dir(&odd).unwrap();
    fs::write(odd.join("f"), "x").unwrap();
    let storage = Storage::local(odd.join("../100% sure#1 日本"), runtime()).unwrap();
    assert_eq!(block_on(storage.get("f")).unwrap(), "x");
    assert_eq!(storage.location("f"), odd.canonicalize().unwrap().join("f").to_str().unwrap());
    assert!(Storage::local(temp.path().join("absent/../../x"), runtime()).is_err());
    assert!(Storage::local("", runtime()).is_err());
}

/// Every file of the golden tables can be listed and read under the name that its writer gave it.
#[test]
fn golden_tables_list_and_read() {
    let Some(golden) = golden_folder() else { return };
    for case in ["append_part_escape", "odd_names", "py_odd_names", "rs_append_part"] {
        let folder = golden.join(case).join("warehouse");
        if !folder.exists() {
            continue;
        }
        let storage = Storage::local(&folder, runtime()).unwrap();
        let files = block_on(storage.list_all("")).unwrap();
        assert!(files.len() > 5, "{case}");
        for file in &files {
            let on_disk = fs::metadata(folder.join(&file.name)).unwrap().len();
            assert_eq!(file.size, on_disk, "{}", file.name);
            assert_eq!(block_on(storage.get(&file.name)).unwrap().len() as u64, on_disk, "{}", file.name);
        }
    }
}
