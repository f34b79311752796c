//! `cenote serve`

use std::{
    env,
    io::{Write, stdout},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use crate::{
    cli::ServeArgs,
    error::{Failure, Result},
    interrupt::Interrupts,
    notice::notice,
    serve::{self, Explorer, Gate, Origins, Site, Source},
    session::Session,
};

/// Serves the warehouse until Ctrl-C.
pub(super) async fn run(session: &Session, args: ServeArgs) -> Result<()> {
    serve_warehouse(session, &args, &mut Interrupts::catch()?).await
}

/// Serves the warehouse of `session`, says where, and opens the browser where that is wanted.
pub(crate) async fn serve_warehouse(session: &Session, args: &ServeArgs, interrupts: &mut Interrupts) -> Result<()> {
    let warehouse = session.warehouse()?;
    // A folder that is not there is told before an address is.
    let files = source(session)?;
    let explorer = explorer(args.explorer.as_deref())?;
    let has_explorer = explorer.is_some();
    let (listener, at) = serve::listen(args.bind, args.port).await?;
    let gate = match (&args.token, args.bind.is_loopback()) {
        (None, true) => None,
        (token, _) => Some(Gate::new(token.clone(), at.port())?),
    };
    let address = shown_address(at);
    notice(&format!("serving {warehouse} at {address}/ (Ctrl-C stops)"));
    if !has_explorer {
        notice(
            "this binary has no explorer in it: build it with `cargo xtask explorer`, or name its folder with --explorer",
        );
    }
    let mut link = format!("{address}/");
    if let Some(gate) = &gate {
        link = format!("{address}/_cenote/enter#{}", gate.ticket());
        say_how_to_enter(gate, args, &link);
    }
    // The address alone on standard output: for scripts that started us, which need not listen.
    let _ = writeln!(stdout(), "{address}/");
    if !args.no_open && has_explorer {
        open_browser(&link);
    }
    let site = Site {
        warehouse: files,
        catalog: Arc::new(session.catalog()?),
        title: warehouse.to_owned(),
        explorer,
        gate,
        origins: Origins { allowed: args.allow_origin.clone() },
    };
    serve::run(listener, site, interrupts).await
}

/// An address that a browser of this machine can open.
fn shown_address(at: SocketAddr) -> String {
    let reachable = match at.ip() {
        IpAddr::V4(any) if any.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(any) if any.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        one => one,
    };
    format!("http://{}", SocketAddr::new(reachable, at.port()))
}

fn say_how_to_enter(gate: &Gate, args: &ServeArgs, link: &str) {
    notice(&format!("open {link} in a browser (the link works once)"));
    if args.token.is_none() {
        notice(&format!("other clients send the header `Authorization: Bearer {}`", gate.token()));
    }
    if !args.bind.is_loopback() {
        notice("what is read goes over the network as it is: put a server with https in front where others can listen");
    }
}

/// Where the files of the warehouse are. Errors: not found, for a local folder that is absent.
fn source(session: &Session) -> Result<Source> {
    let warehouse = session.warehouse()?;
    let Some(folder) = session.local_folder() else { return Ok(Source::Store(session.storage()?)) };
    let folder = folder.canonicalize().map_err(|error| Failure::file(warehouse, &error))?;
    Ok(Source::Folder(Arc::new(folder)))
}

/// The explorer to serve: the folder that was named, else the one in this binary, else `explorer` beside the binary, else
/// `dist/explorer` in the working folder or above it or above the binary. Errors: a folder that was named and has no index.
fn explorer(named: Option<&Path>) -> Result<Option<Explorer>> {
    let is_explorer = |folder: &PathBuf| folder.join("index.html").is_file();
    if let Some(folder) = named.map(Path::to_owned) {
        if !is_explorer(&folder) {
            return Err(Failure::not_found(format!("{}: no index.html there", folder.display()))
                .hint("build the explorer with `cargo xtask explorer`, it lands in dist/explorer"));
        }
        return in_folder(&folder).map(Some);
    }
    if let Some(embedded) = Explorer::embedded() {
        return Ok(Some(embedded));
    }
    let here = env::current_dir().unwrap_or_default();
    let binary = env::current_exe().unwrap_or_default();
    let beside = binary.parent().map(|folder| folder.join("explorer"));
    let built = here.ancestors().chain(binary.ancestors()).map(|folder| folder.join("dist").join("explorer"));
    beside.into_iter().chain(built).find(is_explorer).map(|folder| in_folder(&folder)).transpose()
}

fn in_folder(folder: &Path) -> Result<Explorer> {
    let found = folder.canonicalize().map_err(|error| Failure::file(folder.display(), &error))?;
    Ok(Explorer::Folder(Arc::new(found)))
}

/// Opens the address in the user's browser, where there is a desktop; failing that is no failure.
fn open_browser(address: &str) {
    let (program, args): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start", ""])
    } else if env::var_os("DISPLAY").or_else(|| env::var_os("WAYLAND_DISPLAY")).is_some() {
        ("xdg-open", &[])
    } else {
        return;
    };
    let mut command = Command::new(program);
    let _ = command.args(args).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}
