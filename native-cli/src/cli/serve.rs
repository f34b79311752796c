//! Arguments of `serve` and `demo`.

use std::path::PathBuf;

use clap::Args;

/// `cenote serve`
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Port on 127.0.0.1; 0 picks a free one
    #[arg(long, short, default_value_t = 7433)]
    pub(crate) port: u16,
    /// Folder of the built explorer; looked for beside the binary and in dist/explorer where not given
    #[arg(long, value_name = "DIR")]
    pub(crate) explorer: Option<PathBuf>,
    /// Do not open the browser
    #[arg(long)]
    pub(crate) no_open: bool,
}

/// `cenote demo`
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
    /// Load, read everything back, compare with the source files, and exit
    #[arg(long)]
    pub(crate) check: bool,
    /// Folder with the source data; looked for in examples/data/nycflights13 where not given
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Do not remove the warehouse on exit
    #[arg(long)]
    pub(crate) keep: bool,
}
