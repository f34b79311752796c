//! What happens to the table while it is being cleaned.

use std::{fs, sync::Arc};

use cenote_core::{
    maintain::orphans::{self, OrphanReport},
    table::Table,
};
use futures::executor::block_on;

use crate::{DELETE, hooked::Hooked, lab::Lab, support};

async fn clean(lab: &Lab, store: Hooked) -> cenote_core::Result<OrphanReport> {
    let table: Table = support::catalog(lab.storage(Arc::new(store))).get_table("db", "t").await.unwrap();
    orphans::clean(&table, &DELETE, &mut |_| {}).await
}

async fn two_rows(lab: &Lab) -> Table {
    let table = lab.create(&[]).await;
    support::write(&table, &[(1, 1, Some("a".to_owned()))]).await.unwrap();
    support::write(&table, &[(1, 2, Some("b".to_owned()))]).await.unwrap();
    table
}

#[test]
fn a_commit_meanwhile_keeps_its_files() {
    for folder in ["branch", "snapshot", "tag", "changelog"] {
        block_on(async {
            let lab = Lab::new(10);
            let table = two_rows(&lab).await;
            let planted = lab.plant(10).len() as u64;
            lab.age(48);
            let writer = table.clone();
            let commit = move || {
                block_on(support::write(&writer, &[(1, 3, Some("c".to_owned())), (2, 1, Some("d".to_owned()))]))
                    .unwrap();
            };
            let report = clean(&lab, Hooked::new(lab.object_store()).before_list(folder, commit)).await.unwrap();
            assert_eq!(report.total().files, planted, "{folder}");
            assert_eq!(support::read(&table, None, None).await.len(), 4, "{folder}");
        });
    }
}

#[test]
fn a_state_that_moves_from_a_branch_to_the_table_is_seen() {
    block_on(async {
        let lab = Lab::new(11);
        two_rows(&lab).await;
        lab.branch("b").await;
        let branch = lab.open_branch("b").await;
        support::write(&branch, &[(1, 3, Some("only here".to_owned()))]).await.unwrap();
        lab.age(48);
        let path = lab.path();
        // A fast-forward between the looks at the table's snapshots and at the branch's; the branch keeps its schema.
        let forward = move || {
            fs::copy(path.join("branch/branch-b/snapshot/snapshot-3"), path.join("snapshot/snapshot-3")).unwrap();
            fs::remove_file(path.join("branch/branch-b/snapshot/snapshot-3")).unwrap();
        };
        let store = Hooked::new(lab.object_store()).before_list("branch/branch-b/snapshot", forward);
        let report = clean(&lab, store).await.unwrap();
        assert_eq!(report.total().files, 0);
        fs::write(lab.path().join("snapshot/LATEST"), "3").unwrap();
        assert_eq!(support::read(&lab.open().await, None, None).await.len(), 3);
    });
}

#[test]
fn a_snapshot_that_expires_meanwhile_is_no_damage() {
    block_on(async {
        let lab = Lab::new(12);
        let table = two_rows(&lab).await;
        let first = table.snapshots().get(1).await.unwrap();
        lab.age(48);
        let path = lab.path();
        let expire = move || {
            for list in [&first.base_manifest_list, &first.delta_manifest_list] {
                fs::remove_file(path.join("manifest").join(list)).unwrap();
            }
            fs::remove_file(path.join("snapshot/snapshot-1")).unwrap();
            fs::write(path.join("snapshot/EARLIEST"), "2").unwrap();
        };
        let report = clean(&lab, Hooked::new(lab.object_store()).before_list("tag", expire)).await.unwrap();
        assert_eq!(report.total().files, 0);
        assert_eq!(support::read(&table, Some(2), None).await.len(), 2);
    });
}

#[test]
fn a_snapshot_that_becomes_a_tag_meanwhile_keeps_its_files() {
    block_on(async {
        let lab = Lab::new(13);
        let table = two_rows(&lab).await;
        support::write(&table, &[(1, 2, None)]).await.unwrap();
        lab.age(48);
        let path = lab.path();
        // The tag is made after the tags were listed, and its snapshot goes before the next look.
        let tag = move || {
            fs::copy(path.join("snapshot/snapshot-1"), path.join("tag-tmp")).unwrap();
            fs::create_dir_all(path.join("tag")).unwrap();
            fs::rename(path.join("tag-tmp"), path.join("tag/tag-late")).unwrap();
            fs::remove_file(path.join("snapshot/snapshot-1")).unwrap();
        };
        let report = clean(&lab, Hooked::new(lab.object_store()).before_list("changelog", tag)).await.unwrap();
        assert_eq!(report.total().files, 0);
        let rows = table.scan().tag("late").stream().await.unwrap().collect().await.unwrap();
        assert_eq!(rows.iter().map(arrow_array::RecordBatch::num_rows).sum::<usize>(), 1);
    });
}
