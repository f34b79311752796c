//! How rows of one key become one, and what is said of it: engines, sequence fields, changelogs, deletion vectors.

use super::{Subject, check_distinct, require};
use crate::{
    error::{Error, ErrorKind, Result},
    merge::merge_function,
    spec::options::{ChangelogProducer, MergeEngine},
    types::TypeKind,
};

pub(super) fn check(subject: &Subject<'_>) -> Result<()> {
    check_sequence(subject)?;
    check_functions(subject)?;
    check_changelog(subject)?;
    check_deletion_vectors(subject)?;
    check_snapshot_ordering(subject)?;
    check_clustering_override(subject)?;
    check_expiry_column(subject)
}

fn check_sequence(subject: &Subject<'_>) -> Result<()> {
    let options = subject.options;
    if options.sequence_field.is_empty() {
        return Ok(());
    }
    for name in &options.sequence_field {
        subject.column("sequence.field", name)?;
        require(options.field_option(name, "aggregate-function").is_none(), || {
            format!("the sequence field {name} must not have an aggregate function")
        })?;
    }
    check_distinct("sequence field", &options.sequence_field)?;
    require(options.merge_engine != MergeEngine::FirstRow, || {
        "the option sequence.field contradicts merge-engine=first-row".into()
    })?;
    require(!subject.schema.is_cross_partition(), || {
        "the option sequence.field needs a primary key with all partition keys".into()
    })
}

/// Options that no merge function can be made of.
fn check_functions(subject: &Subject<'_>) -> Result<()> {
    if !subject.has_primary_key() {
        return Ok(());
    }
    match merge_function(subject.options, subject.schema, &subject.schema.key_value_fields()) {
        // A function that only Java has is no mistake of the table.
        Err(error) if error.kind() != ErrorKind::Unsupported => Err(error),
        _ => Ok(()),
    }
}

fn check_changelog(subject: &Subject<'_>) -> Result<()> {
    let options = subject.options;
    let producer = options.changelog_producer;
    let compacts = matches!(producer, ChangelogProducer::Lookup | ChangelogProducer::FullCompaction);
    require(subject.has_primary_key() || producer == ChangelogProducer::None, || {
        "the option changelog-producer needs a primary key".into()
    })?;
    if subject.flag("streaming-read-overwrite") {
        require(!compacts, || {
            "the option streaming-read-overwrite contradicts changelog-producer: changes would be read twice".into()
        })?;
        require(subject.has_primary_key(), || {
            "the option streaming-read-overwrite needs a primary key, see streaming-read-append-overwrite".into()
        })?;
    }
    require(options.full_compaction_delta_commits.is_none() || producer != ChangelogProducer::Lookup, || {
        "the option full-compaction.delta-commits contradicts changelog-producer=lookup".into()
    })?;
    let lookup_or_none = matches!(producer, ChangelogProducer::None | ChangelogProducer::Lookup);
    require(options.merge_engine != MergeEngine::FirstRow || lookup_or_none, || {
        "merge-engine=first-row allows changelog-producer none or lookup only".into()
    })?;
    require(!options.primary_key_nullable || subject.has_primary_key(), || {
        "the option primary-key.nullable needs a primary key".into()
    })?;
    require(!options.table_read_sequence_number_enabled || subject.has_primary_key(), || {
        "the option table-read.sequence-number.enabled needs a primary key".into()
    })?;
    options.rowkind_field.iter().try_for_each(|name| subject.column("rowkind.field", name).map(drop))
}

fn check_deletion_vectors(subject: &Subject<'_>) -> Result<()> {
    let options = subject.options;
    if !options.deletion_vectors_enabled {
        return Ok(());
    }
    require(options.changelog_producer != ChangelogProducer::FullCompaction, || {
        "deletion-vectors.enabled contradicts changelog-producer=full-compaction".into()
    })?;
    require(options.merge_engine != MergeEngine::FirstRow || subject.flag("pk-clustering-override"), || {
        "deletion-vectors.enabled contradicts merge-engine=first-row".into()
    })
}

fn check_snapshot_ordering(subject: &Subject<'_>) -> Result<()> {
    let options = subject.options;
    if !options.sequence_snapshot_ordering {
        return Ok(());
    }
    require(subject.has_primary_key(), || "the option sequence.snapshot-ordering needs a primary key".into())?;
    require(options.sequence_field.is_empty(), || {
        "the option sequence.snapshot-ordering contradicts sequence.field".into()
    })?;
    require(options.write_only, || {
        "the option sequence.snapshot-ordering needs write-only=true: files get their snapshot after a compaction"
            .into()
    })
}

fn check_clustering_override(subject: &Subject<'_>) -> Result<()> {
    let options = subject.options;
    if !subject.flag("pk-clustering-override") {
        return Ok(());
    }
    let columns = subject.text("clustering.columns").or(subject.text("sink.clustering.by-columns"));
    require(columns.is_some_and(|text| !text.trim().is_empty()), || {
        "the option pk-clustering-override needs clustering.columns".into()
    })?;
    let first_row = options.merge_engine == MergeEngine::FirstRow;
    let contradicts = |what: &str| Error::invalid(format!("the option pk-clustering-override contradicts {what}"));
    match options {
        _ if !options.deletion_vectors_enabled && !first_row => Err(contradicts("deletion-vectors.enabled=false")),
        _ if options.record_level_expire_time.is_some() => Err(contradicts("record-level.expire-time")),
        _ if !first_row && options.merge_engine != MergeEngine::Deduplicate => Err(contradicts("this merge-engine")),
        _ if !options.sequence_field.is_empty() => Err(contradicts("sequence.field")),
        _ if !matches!(options.changelog_producer, ChangelogProducer::None | ChangelogProducer::Input) => {
            Err(contradicts("this changelog-producer"))
        }
        _ => Ok(()),
    }
}

fn check_expiry_column(subject: &Subject<'_>) -> Result<()> {
    let Some(name) = &subject.options.record_level_time_field else { return Ok(()) };
    let data_type = &subject.column("record-level.time-field", name)?.data_type;
    let is_time =
        matches!(data_type.kind, TypeKind::Int | TypeKind::BigInt | TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_));
    require(is_time, || {
        format!("the option record-level.time-field needs INT, BIGINT or a timestamp, {name} has the type {data_type}")
    })
}
