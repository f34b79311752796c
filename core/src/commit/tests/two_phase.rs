//! Commits that may have been made before, commits that are given up, and statistics.

use bytes::Bytes;

use super::*;

fn committed(outcome: &CommitOutcome) -> Option<&[i64]> {
    match outcome {
        CommitOutcome::Committed(ids) => Some(ids),
        CommitOutcome::AlreadyCommitted { .. } => None,
    }
}

#[test]
fn a_repeated_commit_does_nothing_and_says_so() {
    block_on(async {
        let table = table(false, &[]).await;
        let stream = || table.new_commit(Some("stream".into()));
        assert_eq!(stream().filter_committed(&[1, 2]).await.unwrap(), [1, 2]);
        let outcome = stream().commit_once(1, &[new_files(1, -1, "a")]).await.unwrap();
        assert_eq!(committed(&outcome), Some([1].as_slice()));
        table.new_commit(None).commit(9, &[new_files(1, -1, "other")]).await.unwrap();
        let outcome = stream().commit_once(1, &[new_files(1, -1, "a")]).await.unwrap();
        assert_eq!(outcome, CommitOutcome::AlreadyCommitted { snapshot_id: 1, identifier: 1 });
        stream().commit_once(5, &[new_files(1, -1, "b")]).await.unwrap();
        assert_eq!(stream().filter_committed(&[1, 4, 5, 6, 7]).await.unwrap(), [6, 7]);
        assert_eq!(committed(&stream().commit_once(4, &[new_files(1, -1, "c")]).await.unwrap()), None);
        assert_eq!(live(&table).await, "a@0 b@0 other@0");
        assert_eq!(stream().filter_committed(&[3, 3]).await.unwrap_err().kind(), ErrorKind::Invalid);
    });
}

#[test]
fn of_two_processes_with_the_same_commit_one_makes_it() {
    block_on(async {
        let table = table(false, &[]).await;
        // The second one looked before the first one committed.
        let (first, second) = (table.new_commit(Some("u".into())), table.new_commit(Some("u".into())));
        let messages = [new_files(1, -1, "a")];
        let looked = 0;
        first.commit_once(1, &messages).await.unwrap();
        let (id, made_now) = second.publish_after(Change::append(1, &messages), Some(looked)).await.unwrap();
        assert_eq!((id, made_now), (1, false));
        assert_eq!(latest(&table).await.id, 1);
    });
}

#[test]
fn old_messages_leave_the_bucket_count_to_the_table() {
    block_on(async {
        let table = table(true, &[("bucket", "4")]).await;
        table.new_commit(None).commit(1, &[new_files(1, CommitMessage::TABLE_BUCKETS, "a")]).await.unwrap();
        let buckets = data_files(&table, &latest(&table).await).await.unwrap();
        assert_eq!(buckets[0].total_buckets, 4);
    });
}

#[test]
fn aborts_remove_what_nobody_committed() {
    block_on(async {
        let table = table(false, &[]).await;
        let storage = table.storage();
        let mut message = new_files(1, -1, "a b");
        message.new_files[0].extra_files = vec!["a.index".into()];
        message.new_index_files = vec![vectors("v", "a")];
        let mut elsewhere = new_files(1, -1, "c");
        elsewhere.new_files[0].external_path = Some("s3://elsewhere/c".into());
        let paths = ["p=1/bucket-0/a", "p=1/bucket-0/a.index", "p=1/bucket-0/b", "index/v"];
        for path in paths {
            storage.put(path, Bytes::from_static(b"x")).await.unwrap();
        }
        let commit = table.new_commit(None);
        commit.commit(1, &[new_files(1, -1, "b")]).await.unwrap();
        // What was committed once is kept as long as a snapshot names it.
        commit.truncate(2, None).await.unwrap();
        let report = commit.abort(&[message, elsewhere]).await.unwrap();
        assert_eq!(report.committed, ["p=1/bucket-0/b"]);
        assert_eq!(report.elsewhere, ["s3://elsewhere/c"]);
        let mut left = Vec::new();
        for path in paths {
            left.extend(storage.get_opt(path).await.unwrap().map(|_| path));
        }
        assert_eq!(left, ["p=1/bucket-0/b"]);
        assert_eq!(report.deleted.len(), 3);
    });
}

#[test]
fn statistics_last_until_the_schema_changes() {
    block_on(async {
        let table = table(false, &[]).await;
        let commit = table.new_commit(None);
        commit.commit(1, &[new_files(1, -1, "a")]).await.unwrap();
        let column = ColumnStatistics { col_id: 1, distinct_count: Some(1), ..ColumnStatistics::default() };
        let mut statistics = TableStatistics {
            snapshot_id: 1,
            schema_id: 0,
            merged_record_count: Some(1),
            merged_record_size: Some(10),
            col_stats: [("k".to_owned(), column.clone())].into(),
        };
        commit.analyze(2, &statistics).await.unwrap();
        let analyzed = latest(&table).await;
        assert_eq!((analyzed.commit_kind, analyzed.total_record_count), (CommitKind::Analyze, Some(1)));
        let path = format!("statistics/{}", analyzed.statistics.clone().unwrap());
        let file = table.storage().get(&path).await.unwrap();
        assert_eq!(serde_json::from_slice::<TableStatistics>(&file).unwrap(), statistics);
        commit.commit(3, &[new_files(1, -1, "b")]).await.unwrap();
        assert_eq!(latest(&table).await.statistics, analyzed.statistics);
        statistics.col_stats = [("gone".to_owned(), column)].into();
        assert_eq!(commit.analyze(4, &statistics).await.unwrap_err().kind(), ErrorKind::Invalid);
        let mut next = (**table.schema()).clone();
        next.id = 1;
        table.schemas().commit_next(&next).await.unwrap();
        commit.commit(5, &[new_files(1, -1, "c")]).await.unwrap();
        assert_eq!(latest(&table).await.statistics, None);
    });
}

/// A store on which, right after our snapshot, somebody else's takes its place.
#[test]
fn a_snapshot_that_was_overwritten_is_noticed() {
    block_on(async {
        let store = Arc::new(overwriting::Overwriting::default());
        let storage = Storage::new(store, Path::from("t"), runtime());
        let mut new = NewTable::new(vec![DataField::new(0, "k", DataType::nullable(TypeKind::Int))]);
        new.options = Default::default();
        SchemaManager::new(storage.clone(), "main").commit_next(&new.into_schema(0).unwrap()).await.unwrap();
        let table = Table::open(storage, "t", runtime()).await.unwrap();
        let mut message = CommitMessage::new(BinaryRow::empty(), 0, -1);
        message.new_files = vec![file("a", 0)];
        let error = table.new_commit(None).commit(1, &[message]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.to_string().contains("overwritten") && error.to_string().contains("somebody"), "{error}");
    });
}

mod overwriting {
    //! Puts another commit user into each snapshot that is created.

    use std::fmt;

    use futures::stream::BoxStream;
    use object_store::{
        CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
        PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, memory::InMemory, path::Path,
    };

    use crate::spec::snapshot::Snapshot;

    #[derive(Debug, Default)]
    pub(super) struct Overwriting(InMemory);

    impl fmt::Display for Overwriting {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Overwriting")
        }
    }

    #[async_trait::async_trait]
    impl ObjectStore for Overwriting {
        async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
            let body: bytes::Bytes = payload.clone().into();
            let snapshot = Snapshot::from_json(&body).ok().filter(|_| opts.mode == PutMode::Create);
            let result = self.0.put_opts(location, payload, opts).await;
            if let Some(mut theirs) = snapshot {
                theirs.commit_user = "somebody".into();
                theirs.uuid = Some("theirs".into());
                let body = PutPayload::from(theirs.to_json().unwrap());
                self.0.put_opts(location, body, PutOptions::default()).await?;
            }
            result
        }

        async fn put_multipart_opts(
            &self,
            location: &Path,
            opts: PutMultipartOptions,
        ) -> Result<Box<dyn MultipartUpload>> {
            self.0.put_multipart_opts(location, opts).await
        }

        async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
            self.0.get_opts(location, options).await
        }

        fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
            self.0.delete_stream(locations)
        }

        fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
            self.0.list(prefix)
        }

        async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
            self.0.list_with_delimiter(prefix).await
        }

        async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
            self.0.copy_opts(from, to, options).await
        }
    }
}
