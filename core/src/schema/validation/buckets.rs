//! Numbers of buckets, and the keys that choose them.

use super::{Subject, is_nested, require};
use crate::{
    error::{Error, Result},
    spec::options::Bucket,
};

pub(super) fn check(subject: &Subject<'_>) -> Result<()> {
    let (schema, options) = (subject.schema, subject.options);
    let has_keys = schema.is_primary_key_table();
    match options.bucket {
        Bucket::Dynamic => {
            require(subject.text("bucket-key").is_none(), || {
                "the option bucket-key needs a number of buckets: set the option bucket".into()
            })?;
            require(has_keys || options.full_compaction_delta_commits.is_none(), || {
                "the option full-compaction.delta-commits needs a primary key or a number of buckets".into()
            })
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
