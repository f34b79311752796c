//! Arguments of the commands that finish what `cenote write --prepare` began.

use std::path::PathBuf;

use clap::Args;

use super::{KeyValue, shared::ExistingTable};

/// `cenote commit`
#[derive(Debug, Args)]
#[command(after_help = "\
With --commit-user and --identifier a commit happens once, however often it is tried: identifiers of a user grow, and \
one that is not greater than the last is taken for done. Without them a second try is a conflict.")]
pub(crate) struct CommitArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// Files of `cenote write --prepare`, committed together
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Who commits, by default a new user each time
    #[arg(long, value_name = "NAME", requires = "identifier")]
    pub(crate) commit_user: Option<String>,
    /// Number of this commit, greater than those before it of the same user
    #[arg(long, value_name = "N", requires = "commit_user")]
    pub(crate) identifier: Option<i64>,
    /// Event time up to which the rows are complete, in milliseconds since 1970
    #[arg(long, value_name = "MILLIS", allow_hyphen_values = true)]
    pub(crate) watermark: Option<i64>,
    /// Property of the snapshot; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) property: Vec<KeyValue>,
}

/// `cenote abort`
#[derive(Debug, Args)]
pub(crate) struct AbortArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// Files of `cenote write --prepare` that will not be committed
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}
