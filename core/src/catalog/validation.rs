//! What Paimon would refuse (Java `Schema`, `SchemaValidation`), as far as the engine writes such tables.

use std::collections::HashSet;

use crate::{
    error::{Error, Result},
    spec::{
        options::{Bucket, ChangelogProducer, CoreOptions, MergeEngine},
        table_schema::{KEY_PREFIX, ROW_ID, SEQUENCE_NUMBER, TableSchema, VALUE_KIND},
    },
    types::{DataField, TypeKind, datum_text},
};

/// Columns that files and system tables add.
const RESERVED: [&str; 5] = [SEQUENCE_NUMBER, VALUE_KIND, ROW_ID, "_LEVEL", "rowkind"];
const FORMATS: [&str; 3] = ["parquet", "orc", "avro"];

/// Names and keys, before ids are given.
pub(super) fn check_columns(fields: &[DataField], primary_keys: &[String], partition_keys: &[String]) -> Result<()> {
    if fields.is_empty() {
        return Err(Error::invalid("a table needs at least one column"));
    }
    for field in fields {
        if field.name.trim().is_empty() {
            return Err(Error::invalid("a column name is blank"));
        }
        if RESERVED.contains(&field.name.as_str()) || field.name.starts_with(KEY_PREFIX) {
            return Err(Error::invalid(format!("the column name {} is reserved", field.name)));
        }
    }
    let names = fields.iter().map(|field| &field.name).collect::<Vec<_>>();
    check_distinct("column", names.iter().copied())?;
    check_distinct("primary key", primary_keys)?;
    check_distinct("partition key", partition_keys)?;
    for (what, keys) in [("primary key", primary_keys), ("partition key", partition_keys)] {
        if let Some(key) = keys.iter().find(|key| !names.contains(key)) {
            return Err(Error::invalid(format!("the {what} {key} is not a column")));
        }
    }
    if !primary_keys.is_empty() && primary_keys.iter().all(|key| partition_keys.contains(key)) {
        let message = "the primary key consists of partition keys: a partition would have a single row";
        return Err(Error::invalid(message));
    }
    Ok(())
}

fn check_distinct<'a>(what: &str, names: impl IntoIterator<Item = &'a String>) -> Result<()> {
    let mut seen = HashSet::new();
    match names.into_iter().find(|name| !seen.insert(*name)) {
        Some(name) => Err(Error::invalid(format!("the {what} {name} is there twice"))),
        None => Ok(()),
    }
}

/// Types of keys, and options that contradict the columns or each other.
pub(super) fn check_schema(schema: &TableSchema, options: &CoreOptions) -> Result<()> {
    for (what, keys) in [("primary key", &schema.primary_keys), ("partition key", &schema.partition_keys)] {
        for field in schema.fields_named(keys) {
            if is_nested(&field.data_type.kind) {
                return Err(Error::invalid(format!("the {what} {} has the type {}", field.name, field.data_type)));
            }
        }
    }
    check_kind(options)?;
    check_defaults(&schema.fields)?;
    check_buckets(schema, options)?;
    check_sequence(schema, options)?;
    check_changelog(schema, options)?;
    check_field_options(schema)?;
    check_numbers(options)
}

fn is_nested(kind: &TypeKind) -> bool {
    matches!(
        kind,
        TypeKind::Array(_)
            | TypeKind::Map { .. }
            | TypeKind::Multiset(_)
            | TypeKind::Row(_)
            | TypeKind::Vector { .. }
            | TypeKind::Variant
            | TypeKind::Blob
    )
}

fn check_kind(options: &CoreOptions) -> Result<()> {
    if options.table_type != "table" {
        let message = format!("cannot make a table with the option type={}, only type=table", options.table_type);
        return Err(Error::unsupported(message));
    }
    let formats = options.file_format_per_level.values().chain([&options.file_format]);
    for format in formats.chain(&options.changelog_file_format) {
        if !FORMATS.contains(&format.to_ascii_lowercase().as_str()) {
            let message = format!("the option file.format is {format:?}, expected one of {}", FORMATS.join(", "));
            return Err(Error::invalid(message));
        }
    }
    Ok(())
}

fn check_defaults(fields: &[DataField]) -> Result<()> {
    for field in fields {
        if let Some(text) = &field.default_value {
            datum_text::parse(text, &field.data_type).map_err(|cause| {
                Error::invalid(format!("the default {text:?} of the column {} is no {}", field.name, field.data_type))
                    .because(cause)
            })?;
        }
    }
    Ok(())
}

fn check_buckets(schema: &TableSchema, options: &CoreOptions) -> Result<()> {
    let has_keys = schema.is_primary_key_table();
    match options.bucket {
        Bucket::Dynamic if !options.bucket_key.is_empty() => {
            Err(Error::invalid("the option bucket-key needs a number of buckets: set the option bucket"))
        }
        Bucket::Postpone if !has_keys => Err(Error::invalid("the option bucket=-2 needs a primary key")),
        Bucket::Fixed(_) if !has_keys && options.bucket_key.is_empty() => {
            Err(Error::invalid("a table with buckets and without primary key needs the option bucket-key"))
        }
        Bucket::Fixed(_) if schema.is_cross_partition() => {
            let message = "the primary key must contain all partition keys, unless the option bucket is -1";
            Err(Error::invalid(message))
        }
        _ => {
            let keys = schema.bucket_keys(options)?;
            match keys.iter().find(|key| is_nested(&key.data_type.kind)) {
                Some(key) => Err(Error::invalid(format!("the bucket key {} has the type {}", key.name, key.data_type))),
                None => Ok(()),
            }
        }
    }
}

fn check_sequence(schema: &TableSchema, options: &CoreOptions) -> Result<()> {
    for name in &options.sequence_field {
        if schema.field(name).is_none() {
            return Err(Error::invalid(format!("the option sequence.field names {name}, which is not a column")));
        }
    }
    check_distinct("sequence field", &options.sequence_field)?;
    if options.sequence_field.is_empty() {
        return Ok(());
    }
    if options.merge_engine == MergeEngine::FirstRow {
        return Err(Error::invalid("the option sequence.field contradicts merge-engine=first-row"));
    }
    if schema.is_cross_partition() {
        return Err(Error::invalid("the option sequence.field needs a primary key with all partition keys"));
    }
    Ok(())
}

fn check_changelog(schema: &TableSchema, options: &CoreOptions) -> Result<()> {
    let producer = options.changelog_producer;
    if !schema.is_primary_key_table() && producer != ChangelogProducer::None {
        return Err(Error::invalid("the option changelog-producer needs a primary key"));
    }
    let lookup_or_none = matches!(producer, ChangelogProducer::None | ChangelogProducer::Lookup);
    if options.merge_engine == MergeEngine::FirstRow && !lookup_or_none {
        return Err(Error::invalid("merge-engine=first-row allows changelog-producer none or lookup only"));
    }
    if options.deletion_vectors_enabled && producer == ChangelogProducer::FullCompaction {
        return Err(Error::invalid("deletion-vectors.enabled contradicts changelog-producer=full-compaction"));
    }
    if options.deletion_vectors_enabled && options.merge_engine == MergeEngine::FirstRow {
        return Err(Error::invalid("deletion-vectors.enabled contradicts merge-engine=first-row"));
    }
    if options.primary_key_nullable && !schema.is_primary_key_table() {
        return Err(Error::invalid("the option primary-key.nullable needs a primary key"));
    }
    match &options.rowkind_field {
        Some(name) if schema.field(name).is_none() => {
            Err(Error::invalid(format!("the option rowkind.field names {name}, which is not a column")))
        }
        _ => Ok(()),
    }
}

/// Options `fields.<columns>.…` name columns.
fn check_field_options(schema: &TableSchema) -> Result<()> {
    for option in schema.options.keys() {
        let Some((columns, _)) = option.strip_prefix("fields.").and_then(|rest| rest.split_once('.')) else { continue };
        for column in columns.split(',') {
            // `fields.default-aggregate-function` has no column, and no second dot.
            if schema.field(column).is_none() {
                return Err(Error::invalid(format!("the option {option} names {column}, which is not a column")));
            }
        }
    }
    Ok(())
}

fn check_numbers(options: &CoreOptions) -> Result<()> {
    let row_tracking_with_buckets = options.row_tracking_enabled && options.bucket != Bucket::Dynamic;
    if row_tracking_with_buckets {
        return Err(Error::invalid("row-tracking.enabled allows only bucket=-1"));
    }
    if options.target_file_row_num < 1 {
        return Err(Error::invalid("the option target-file-row-num must be at least 1"));
    }
    if options.snapshot_num_retained_min < 1 {
        return Err(Error::invalid("the option snapshot.num-retained.min must be at least 1"));
    }
    if options.snapshot_num_retained_min > options.snapshot_num_retained_max {
        return Err(Error::invalid("the option snapshot.num-retained.min is larger than snapshot.num-retained.max"));
    }
    Ok(())
}
