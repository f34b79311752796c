//! Kinds of tables, and how they are set up for a seed.

use std::collections::BTreeMap;

use cenote_core::{
    catalog::NewTable,
    types::{DataField, DataType, TypeKind},
};

use crate::{dice::Dice, guard::Retention};

/// How money is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Money {
    /// Rows with balances: the later replaces the earlier.
    Balances,
    /// Rows with differences, which the table sums up.
    Differences,
    /// Entries of a ledger, each with an id of its own.
    Entries,
}

/// A kind of table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) options: &'static [(&'static str, &'static str)],
    pub(crate) money: Money,
    /// Partitions in which accounts are.
    pub(crate) partitions: i32,
    /// Writers at the same time.
    pub(crate) writers: usize,
    /// Whether rows are deleted: accounts closed, or entries taken back.
    pub(crate) deletes: bool,
    /// Whether rows are seen only once they are compacted.
    pub(crate) hides: bool,
}

const PLAIN: Kind = Kind {
    name: "deduplicate, 1 bucket",
    options: &[("bucket", "1")],
    money: Money::Balances,
    partitions: 1,
    writers: 2,
    deletes: true,
    hides: false,
};

const APPEND: Kind = Kind { name: "append", options: &[], money: Money::Entries, partitions: 2, ..PLAIN };

/// Every kind of table that takes part.
pub(crate) const KINDS: &[Kind] = &[
    PLAIN,
    Kind { name: "deduplicate, 2 partitions", options: &[("bucket", "2")], partitions: 2, writers: 3, ..PLAIN },
    Kind { name: "deduplicate, 3 buckets", options: &[("bucket", "3"), ("num-levels", "4")], ..PLAIN },
    Kind {
        name: "deletion vectors",
        options: &[("bucket", "1"), ("deletion-vectors.enabled", "true")],
        hides: true,
        ..PLAIN
    },
    Kind { name: "lookup", options: &[("bucket", "2"), ("changelog-producer", "lookup")], ..PLAIN },
    Kind { name: "full-compaction", options: &[("bucket", "1"), ("changelog-producer", "full-compaction")], ..PLAIN },
    Kind { name: "input", options: &[("bucket", "2"), ("changelog-producer", "input")], partitions: 2, ..PLAIN },
    Kind {
        name: "partial-update",
        options: &[("bucket", "2"), ("merge-engine", "partial-update")],
        deletes: false,
        ..PLAIN
    },
    Kind {
        name: "aggregation",
        options: &[("bucket", "2"), ("merge-engine", "aggregation"), ("fields.balance.aggregate-function", "sum")],
        money: Money::Differences,
        deletes: false,
        writers: 3,
        ..PLAIN
    },
    Kind {
        name: "aggregation, lookup",
        options: &[
            ("bucket", "1"),
            ("merge-engine", "aggregation"),
            ("fields.balance.aggregate-function", "sum"),
            ("changelog-producer", "lookup"),
        ],
        money: Money::Differences,
        deletes: false,
        ..PLAIN
    },
    Kind {
        name: "dynamic buckets",
        options: &[("bucket", "-1"), ("dynamic-bucket.target-row-num", "4")],
        partitions: 2,
        writers: 1,
        ..PLAIN
    },
    Kind { name: "append", writers: 3, ..APPEND },
    Kind { name: "append, 2 buckets", options: &[("bucket", "2"), ("bucket-key", "id")], deletes: false, ..APPEND },
    Kind { name: "append, vectors", options: &[("deletion-vectors.enabled", "true")], ..APPEND },
];

/// Retention of snapshots by chance: by age, or by number, too.
pub(crate) fn retention(dice: &mut Dice) -> Retention {
    let least = dice.between(1, 3);
    let most = if dice.chance(3_000) { least + dice.between(1, 4) } else { 1_000_000 };
    Retention { least, most, millis: 3_600_000 }
}

impl Kind {
    /// The table of this kind, with the options that chance chooses.
    pub(crate) fn table(&self, dice: &mut Dice, retention: &Retention) -> NewTable {
        let mut new = NewTable::new(vec![
            DataField::new(0, "part", DataType::not_null(TypeKind::Int)),
            DataField::new(1, "id", DataType::not_null(TypeKind::BigInt)),
            DataField::new(2, "balance", DataType::nullable(TypeKind::BigInt)),
            DataField::new(3, "note", DataType::nullable(TypeKind::STRING)),
        ]);
        if self.money != Money::Entries {
            new.primary_keys = vec!["part".into(), "id".into()];
        }
        new.partition_keys = vec!["part".into()];
        let mut options: BTreeMap<String, String> = BTreeMap::new();
        let mut set = |name: &str, value: &str| drop(options.insert(name.to_owned(), value.to_owned()));
        set("file.format", dice.word(&["parquet", "avro", "orc"]));
        set("file.compression", "none");
        set("manifest.compression", "none");
        set("manifest.merge-min-count", dice.word(&["2", "4", "30"]));
        set("num-sorted-run.compaction-trigger", dice.word(&["2", "3", "5"]));
        set("compaction.min.file-num", dice.word(&["2", "3"]));
        set("snapshot.num-retained.min", &retention.least.to_string());
        set("snapshot.num-retained.max", &retention.most.min(i64::from(i32::MAX)).to_string());
        set("snapshot.time-retained", &format!("{} s", retention.millis / 1000));
        self.options.iter().for_each(|(name, value)| set(name, value));
        new.options = options;
        new
    }
}
