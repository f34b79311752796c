//! What verification finds.

use serde::Serialize;

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// It is not there.
    Missing,
    /// It has another length than the metadata says.
    WrongSize,
    /// Its bytes disagree with its format or with themselves.
    Undecodable,
    /// A count in the metadata differs from what is there.
    WrongCount,
    /// An entry removes a file that no entry adds.
    DanglingDelete,
    /// An entry adds a file that is there already.
    AddedTwice,
    /// Files of one level above 0 overlap in their keys.
    LevelOverlap,
    /// Keys do not ascend in the file, or one comes twice.
    KeyOrder,
    /// A key is outside of the range in the metadata.
    KeyRange,
    /// A sequence number is outside of the range in the metadata.
    SequenceRange,
    /// A value is outside of the statistics in the metadata: filters would lose rows.
    Statistics,
    /// A deletion vector is about a file that is not live, or about rows that it has not.
    DeletionVector,
}

impl Fault {
    /// The word of reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Fault::Missing => "missing",
            Fault::WrongSize => "wrong-size",
            Fault::Undecodable => "undecodable",
            Fault::WrongCount => "wrong-count",
            Fault::DanglingDelete => "dangling-delete",
            Fault::AddedTwice => "added-twice",
            Fault::LevelOverlap => "level-overlap",
            Fault::KeyOrder => "key-order",
            Fault::KeyRange => "key-range",
            Fault::SequenceRange => "sequence-range",
            Fault::Statistics => "statistics",
            Fault::DeletionVector => "deletion-vector",
        }
    }

    /// What to do about it.
    pub fn mend(self) -> &'static str {
        match self {
            Fault::Missing | Fault::WrongSize | Fault::Undecodable => {
                "restore the file from a copy; states that do not need it are still readable, and \
                 `cenote rollback` goes back to one"
            }
            Fault::WrongCount => "rewrite the file: cenote compact --full",
            Fault::DanglingDelete | Fault::AddedTwice => {
                "two writers disagreed about a file; read the table as it is and report how it was written"
            }
            Fault::LevelOverlap | Fault::KeyOrder | Fault::KeyRange | Fault::SequenceRange => {
                "merged reads may be wrong; overwrite the partition from what `cenote read` gives"
            }
            Fault::Statistics => "filters may lose rows; rewrite the file: cenote compact --full",
            Fault::DeletionVector => "rewrite the bucket: cenote compact --full",
        }
    }
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifyFinding {
    /// What is wrong.
    pub fault: Fault,
    /// The file, relative to the table folder unless it is external.
    pub path: String,
    /// The first state looked at that needs the file, such as `snapshot 7` or `tag a of branch b`.
    pub state: String,
    /// What was expected and what was found.
    pub detail: String,
    /// What to do about it.
    pub mend: &'static str,
}
