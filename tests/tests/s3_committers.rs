//! Committers as processes against a real S3 server over HTTP, which `cargo xtask test s3` starts and names in
//! `CENOTE_S3_ENDPOINT`, with the bucket `cenote` and the credentials in `AWS_…` variables.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/racing.rs"]
mod racing;

use std::{collections::BTreeMap, env};

use cenote_core::io::{CreateIfAbsent, Storage};

use racing::{Race, Sleeping};

const BUCKET: &str = "s3://cenote";

fn endpoint() -> String {
    env::var("CENOTE_S3_ENDPOINT").expect("CENOTE_S3_ENDPOINT names the S3 server; cargo xtask test s3 starts one")
}

fn options(endpoint: &str) -> [(&'static str, &str); 3] {
    [("s3.endpoint", endpoint), ("s3.region", "us-east-1"), ("s3.path.style.access", "true")]
}

#[test]
fn processes_on_s3_lose_no_row() {
    let endpoint = endpoint();
    let options = options(&endpoint);
    let given: BTreeMap<String, String> =
        options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let warehouse = format!("{BUCKET}/race-{}", std::process::id());
    let storage = Storage::open_url(&warehouse, &given, Sleeping::start()).unwrap();
    let race = Race::sized();
    runtime.block_on(async {
        storage.check_commits().await.unwrap();
        assert_eq!(storage.creates_if_absent(), CreateIfAbsent::Yes, "the server honours If-None-Match");
        race.create_table(storage.clone()).await;
    });
    let won = race.processes("a_committer_of_its_own", &warehouse, &options);
    race.settle(won, &storage);
}

/// Runs as one of the processes of the test above; on its own it is a race of one.
#[test]
fn a_committer_of_its_own() {
    if racing::run_as_process() {
        return;
    }
    let endpoint = endpoint();
    let given: BTreeMap<String, String> =
        options(&endpoint).iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let storage = Storage::open_url(&format!("{BUCKET}/alone-{}", std::process::id()), &given, Sleeping::start());
    let storage = storage.unwrap();
    let race = Race { committers: 1, rounds: 3 };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(race.create_table(storage.clone()));
    race.settle(race.threads(&storage), &storage);
}
