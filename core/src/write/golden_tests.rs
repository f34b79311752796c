//! The file indexes of tables that Java wrote, against those built here of the same rows.

use std::{path::PathBuf, sync::Arc};

use futures::{StreamExt, TryStreamExt, executor::block_on};

use crate::{
    catalog::FileSystemCatalog,
    format::{self, ReadRequest},
    io::{InlineRuntime, Storage},
    spec::file_index::{FileIndexBuilder, FileIndexPlan},
};

/// Builds the indexes of every data file of a golden table; how many there were. Where the golden tables are not at hand
/// there are none.
async fn compare(case: &str) -> usize {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = ["../shared/golden", "../../shared/golden"].map(|folder| root.join(folder).join(case));
    let Some(folder) = folders.iter().find(|folder| folder.is_dir()) else { return 0 };
    let expect: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("expect.json")).unwrap()).unwrap();
    let runtime = Arc::new(InlineRuntime::new(1, 0));
    let storage = Storage::local(folder.join("warehouse"), runtime.clone()).unwrap();
    let catalog = FileSystemCatalog::new(storage, runtime);
    let name = |part: &str| expect[part].as_str().unwrap().to_owned();
    let table = catalog.get_table(&name("database"), &name("table")).await.unwrap();
    let schema = table.schema();
    let plan = FileIndexPlan::parse(&schema.options, &schema.fields).unwrap();
    let mut compared = 0;
    for split in table.scan().plan().await.unwrap().splits {
        for file in &split.files {
            let path = format!("{}/{}", split.bucket_path, file.file_name);
            let request = ReadRequest::new(schema.fields.clone());
            let size = u64::try_from(file.file_size).unwrap();
            let mut rows = format::read(table.storage(), &path, size, request).await.unwrap().boxed();
            let mut builder = FileIndexBuilder::new(&plan).unwrap();
            while let Some(batch) = rows.try_next().await.unwrap() {
                builder.add(&batch).unwrap();
            }
            let expected = match &file.embedded_index {
                Some(bytes) => bytes.clone(),
                None => {
                    let side_car = format!("{}/{}", split.bucket_path, file.extra_files[0]);
                    table.storage().get_immutable(&side_car).await.unwrap()
                }
            };
            assert!(builder.finish().unwrap() == expected, "{case} {path}");
            compared += 1;
        }
    }
    assert!(compared > 0, "{case}");
    compared
}

#[test]
fn indexes_have_the_bytes_of_java() {
    for case in ["index_bitmap", "index_bsi", "index_bloom_filter", "index_range_bitmap"] {
        block_on(compare(case));
    }
}
