//! Arguments of `serve` and `demo`.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
};

use clap::Args;

/// `cenote serve`
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Port; 0 picks a free one
    #[arg(long, short, default_value_t = 7433)]
    pub(crate) port: u16,
    /// Address to listen at; any other than this machine's own needs a token
    #[arg(long, value_name = "ADDR", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) bind: IpAddr,
    /// Token that readers must show; a random one where other machines can reach the server and none is given
    #[arg(long, env = "CENOTE_SERVE_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// Origin whose pages may read, such as https://host, besides pages of this machine; * for all
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) allow_origin: Vec<String>,
    /// Folder of another explorer than the built-in one; without that looked for beside the binary and in dist/explorer
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
