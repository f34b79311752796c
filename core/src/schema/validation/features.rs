//! Row tracking, BLOB and VECTOR columns, clustering, chains, sorted manifests, indexes over a primary key.

use super::{Subject, check_distinct, holds, require};
use crate::{
    error::{Error, Result},
    schema::change::is_blob_column,
    spec::options::{Bucket, ChangelogProducer, MergeEngine},
    types::TypeKind,
};

/// Options that list columns with an index over a primary key table.
const KEY_INDEXES: [&str; 5] = [
    "pk-vector.index.columns",
    "pk-full-text.index.columns",
    "pk-btree.index.columns",
    "pk-bitmap.index.columns",
    "pk-multivalue.index.columns",
];

pub(super) fn check(subject: &Subject<'_>) -> Result<()> {
    check_row_tracking(subject)?;
    check_blobs(subject)?;
    check_vectors(subject)?;
    check_clustering(subject)?;
    check_chain(subject)?;
    check_manifest_sort(subject)?;
    check_key_indexes(subject)
}

fn check_row_tracking(subject: &Subject<'_>) -> Result<()> {
    let options = subject.options;
    if options.row_tracking_enabled {
        require(!subject.has_primary_key(), || "row-tracking.enabled contradicts a primary key".into())?;
        require(options.bucket == Bucket::Dynamic, || "row-tracking.enabled allows only bucket=-1".into())?;
    }
    if options.data_evolution_enabled {
        require(options.row_tracking_enabled, || "data-evolution.enabled needs row-tracking.enabled".into())?;
        require(!subject.flag("clustering.incremental"), || {
            "data-evolution.enabled contradicts clustering.incremental".into()
        })?;
    }
    Ok(())
}

fn check_blobs(subject: &Subject<'_>) -> Result<()> {
    let schema = subject.schema;
    for field in &schema.fields {
        let has_blob = holds(&field.data_type, &|kind| *kind == TypeKind::Blob);
        require(!has_blob || is_blob_column(&field.data_type), || {
            format!(
                "the column {} has the type {}: BLOB stands alone, in an ARRAY or in a MAP",
                field.name, field.data_type
            )
        })?;
    }
    let blobs = schema.fields.iter().filter(|field| is_blob_column(&field.data_type)).collect::<Vec<_>>();
    for option in ["blob-field", "blob-descriptor-field", "blob-view-field"] {
        for name in subject.list(option) {
            let fits = blobs
                .iter()
                .any(|field| field.name == name && (option == "blob-field" || field.data_type.kind == TypeKind::Blob));
            require(fits, || format!("the option {option} names {name}, which is no BLOB column"))?;
        }
    }
    let descriptors = subject.list("blob-descriptor-field");
    require(!subject.list("blob-view-field").iter().any(|name| descriptors.contains(name)), || {
        "a column is in blob-descriptor-field and in blob-view-field".into()
    })?;
    if blobs.is_empty() {
        return Ok(());
    }
    require(subject.has_primary_key() || subject.options.data_evolution_enabled, || {
        "BLOB columns need the option data-evolution.enabled".into()
    })?;
    require(schema.fields.len() > blobs.len(), || "BLOB columns need another column beside them".into())?;
    let key = |keys: &[String]| blobs.iter().find(|field| keys.contains(&field.name)).map(|field| field.name.clone());
    for (what, keys) in [("partition key", &schema.partition_keys), ("primary key", &schema.primary_keys)] {
        if let Some(name) = key(keys) {
            return Err(Error::invalid(format!("the BLOB column {name} cannot be a {what}")));
        }
    }
    if subject.has_primary_key() {
        let options = subject.options;
        require(options.merge_engine != MergeEngine::Aggregation, || {
            "BLOB columns contradict merge-engine=aggregation".into()
        })?;
        require(options.changelog_producer == ChangelogProducer::None, || {
            "BLOB columns contradict changelog-producer in tables with a primary key".into()
        })?;
        require(options.data_file_external_paths.is_empty() && !subject.flag("pk-clustering-override"), || {
            "BLOB columns contradict data-file.external-paths and pk-clustering-override".into()
        })?;
    }
    Ok(())
}

fn check_vectors(subject: &Subject<'_>) -> Result<()> {
    let schema = subject.schema;
    for name in subject.list("vector-field") {
        let is_vector = matches!(subject.column("vector-field", name)?.data_type.kind, TypeKind::Vector { .. });
        require(is_vector, || format!("the option vector-field names {name}, which is no VECTOR column"))?;
    }
    if subject.text("vector.file.format").is_none_or(|format| format.trim().is_empty()) {
        return Ok(());
    }
    let vectors = schema.fields.iter().filter(|field| matches!(field.data_type.kind, TypeKind::Vector { .. }));
    let vectors = vectors.collect::<Vec<_>>();
    require(schema.fields.len() > vectors.len(), || "VECTOR columns need another column beside them".into())?;
    require(!vectors.iter().any(|field| schema.partition_keys.contains(&field.name)), || {
        "a VECTOR column cannot be a partition key".into()
    })?;
    require(subject.options.data_evolution_enabled, || {
        "the option vector.file.format needs data-evolution.enabled".into()
    })
}

fn check_clustering(subject: &Subject<'_>) -> Result<()> {
    let options = subject.options;
    if !subject.flag("clustering.incremental") {
        return Ok(());
    }
    require(!subject.has_primary_key(), || "clustering.incremental contradicts a primary key".into())?;
    if options.bucket != Bucket::Dynamic {
        require(!options.bucket_append_ordered, || {
            "clustering.incremental needs bucket-append-ordered=false with a number of buckets".into()
        })?;
        require(!options.deletion_vectors_enabled, || {
            "clustering.incremental contradicts deletion-vectors.enabled with a number of buckets".into()
        })?;
    }
    Ok(())
}

fn check_chain(subject: &Subject<'_>) -> Result<()> {
    let (schema, options) = (subject.schema, subject.options);
    if !subject.flag("chain-table.enabled") {
        return Ok(());
    }
    let needs = |what: &str| Error::invalid(format!("the option chain-table.enabled needs {what}"));
    let by_values = subject.text("partition.expiration-strategy").is_none_or(|strategy| strategy == "values-time");
    match options {
        _ if !subject.has_primary_key() => return Err(needs("a primary key")),
        _ if schema.partition_keys.is_empty() => return Err(needs("partition keys")),
        _ if !matches!(options.bucket, Bucket::Fixed(_)) => return Err(needs("a number of buckets")),
        _ if options.sequence_field.is_empty() => return Err(needs("the option sequence.field")),
        _ if !matches!(options.changelog_producer, ChangelogProducer::None | ChangelogProducer::Input) => {
            return Err(needs("changelog-producer none or input"));
        }
        _ if options.deletion_vectors_enabled && options.merge_engine != MergeEngine::Deduplicate => {
            return Err(needs("merge-engine=deduplicate with deletion vectors"));
        }
        _ if subject.text("partition.timestamp-pattern").is_none() => {
            return Err(needs("the option partition.timestamp-pattern"));
        }
        _ if subject.text("partition.timestamp-formatter").is_none() => {
            return Err(needs("the option partition.timestamp-formatter"));
        }
        _ if subject.text("partition.expiration-time").is_some() && !by_values => {
            return Err(needs("partition.expiration-strategy=values-time"));
        }
        _ => {}
    }
    if subject.text("chain-table.chain-partition-keys").is_some() {
        let chain = subject.list("chain-table.chain-partition-keys");
        let suffix = schema
            .partition_keys
            .iter()
            .map(String::as_str)
            .skip(schema.partition_keys.len().saturating_sub(chain.len()));
        require(!chain.is_empty() && suffix.eq(chain.iter().copied()), || {
            "the option chain-table.chain-partition-keys must be the last of the partition keys".into()
        })?;
    }
    Ok(())
}

fn check_manifest_sort(subject: &Subject<'_>) -> Result<()> {
    if !subject.flag("manifest-sort.enabled") {
        return Ok(());
    }
    let partitions = &subject.schema.partition_keys;
    require(subject.options.data_evolution_enabled || !partitions.is_empty(), || {
        "the option manifest-sort.enabled needs partition keys".into()
    })?;
    match subject.text("manifest-sort.partition-field").filter(|name| !name.is_empty()) {
        Some(name) if !partitions.iter().any(|key| key == name) => Err(Error::invalid(format!(
            "the option manifest-sort.partition-field names {name}, which is no partition key"
        ))),
        _ => Ok(()),
    }
}

fn check_key_indexes(subject: &Subject<'_>) -> Result<()> {
    let options = subject.options;
    let columns = KEY_INDEXES.iter().flat_map(|option| subject.list(option)).map(str::to_owned).collect::<Vec<_>>();
    check_distinct("column of a primary key index", &columns)?;
    for option in KEY_INDEXES {
        let names = subject.list(option);
        if names.is_empty() {
            continue;
        }
        let single = option.starts_with("pk-vector") || option.starts_with("pk-full-text");
        let without_vectors = single && options.merge_engine == MergeEngine::FirstRow;
        require(subject.has_primary_key(), || format!("the option {option} needs a primary key"))?;
        require(options.deletion_vectors_enabled || without_vectors, || {
            format!("the option {option} needs deletion-vectors.enabled")
        })?;
        require(!options.deletion_vectors_merge_on_read, || {
            format!("the option {option} contradicts deletion-vectors.merge-on-read")
        })?;
        require(options.bucket != Bucket::Dynamic, || {
            format!("the option {option} needs a number of buckets, or bucket=-2")
        })?;
        require(!subject.flag("pk-clustering-override"), || {
            format!("the option {option} contradicts pk-clustering-override")
        })?;
        require(!single || names.len() == 1, || format!("the option {option} takes one column"))?;
        for name in names {
            let kind = &subject.column(option, name)?.data_type.kind;
            let fits = match kind {
                TypeKind::Vector { element, .. } => {
                    option != "pk-vector.index.columns" || element.kind == TypeKind::Float
                }
                TypeKind::Char(_) | TypeKind::Varchar(_) => option != "pk-vector.index.columns",
                _ => !single,
            };
            require(fits, || format!("the option {option} does not take the type of {name}"))?;
        }
    }
    Ok(())
}
