//! Options that take one of a few words.

use super::values::{Choice, Expected};

/// Declares an enum whose values are words of an option.
macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$value_doc])* $value,)*
        }

        impl $name {
            /// The word of the option.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$value => $word,)*
                }
            }
        }

        impl Choice for $name {
            const CHOICES: &'static [(&'static str, Self)] = &[$(($word, $name::$value),)*];
        }
    )*};
}

choices! {
    /// How rows of one key become one row (`merge-engine`).
    MergeEngine {
        /// The last row wins.
        Deduplicate = "deduplicate",
        /// Columns that are not null win.
        PartialUpdate = "partial-update",
        /// Columns are aggregated.
        Aggregation = "aggregation",
        /// The first row wins.
        FirstRow = "first-row",
    }

    /// Who makes changelog files (`changelog-producer`).
    ChangelogProducer {
        /// Nobody.
        None = "none",
        /// The writer, from its input.
        Input = "input",
        /// Full compactions.
        FullCompaction = "full-compaction",
        /// Compactions, by looking up old rows.
        Lookup = "lookup",
    }

    /// How a key becomes a bucket (`bucket-function.type`).
    BucketFunctionType {
        /// Murmur hash of the key row.
        Default = "default",
        /// Remainder of a whole number.
        Mod = "mod",
        /// Hive's hash.
        Hive = "hive",
    }

    /// Direction of the sequence fields (`sequence.field.sort-order`).
    SortOrder {
        /// The greater wins.
        Ascending = "ascending",
        /// The lesser wins.
        Descending = "descending",
    }

    /// When lookup compaction runs (`lookup-compact`).
    LookupCompact {
        /// At every write.
        Radical = "radical",
        /// Now and then.
        Gentle = "gentle",
    }

    /// Where the first sequence number of a bucket comes from (`write.sequence-number-init-mode`).
    SequenceInitMode {
        /// The files of the bucket.
        Scan = "scan",
        /// The greatest number, kept as a property of snapshots.
        Snapshot = "snapshot",
    }
}

/// Buckets of new files (`bucket`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// This many, chosen by hash.
    Fixed(i32),
    /// -1: assigned while writing (primary key tables), or a single bucket without meaning (append tables).
    Dynamic,
    /// -2: assigned by compaction.
    Postpone,
}

impl Bucket {
    /// The number of the option, and of `_TOTAL_BUCKETS`.
    pub fn number(self) -> i32 {
        match self {
            Bucket::Fixed(count) => count,
            Bucket::Dynamic => -1,
            Bucket::Postpone => -2,
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, Expected> {
        match text.trim().parse() {
            Ok(-1) => Ok(Bucket::Dynamic),
            Ok(-2) => Ok(Bucket::Postpone),
            Ok(count @ 1..) => Ok(Bucket::Fixed(count)),
            _ => Err("a number above 0, -1 or -2".into()),
        }
    }
}
