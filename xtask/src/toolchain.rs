//! Tools that a task needs: found, installed where we may, or named in one line.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use xshell::{Shell, cmd};

/// Rust's name of the target that browsers and Node run.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Environment of cargo calls that compile C for wasm.
pub(crate) struct WasmTools {
    pub(crate) vars: Vec<(&'static str, String)>,
}

/// The wasm target of Rust, and a clang that knows wasm.
pub(crate) fn wasm(shell: &Shell) -> Result<WasmTools> {
    rust_target(shell)?;
    let clang = std::env::var("CC_wasm32_unknown_unknown").unwrap_or_else(|_| "clang".into());
    if !compiles_wasm(shell, &clang) {
        apt_install(shell, &["clang"]);
        if !compiles_wasm(shell, &clang) {
            bail!(
                "no clang that targets wasm32: install LLVM's clang (Debian: apt-get install clang, macOS: brew \
                 install llvm) or point CC_wasm32_unknown_unknown at one"
            );
        }
    }
    // Any archiver will do, even one that does not know wasm: rustc packs the objects anew, with its own index.
    Ok(WasmTools { vars: vec![("CC_wasm32_unknown_unknown", clang)] })
}

fn rust_target(shell: &Shell) -> Result<()> {
    let sysroot = cmd!(shell, "rustc --print sysroot").quiet().read()?;
    if Path::new(&sysroot).join("lib/rustlib").join(WASM).is_dir() {
        return Ok(());
    }
    if find("rustup").is_none() {
        bail!("this Rust has no {WASM} and there is no rustup: install the target with your package manager");
    }
    cmd!(shell, "rustup target add {WASM}").run()?;
    Ok(())
}

fn compiles_wasm(shell: &Shell, clang: &str) -> bool {
    cmd!(shell, "{clang} --target={WASM} -x c -c -o - -")
        .stdin("int answer(void) { return 42; }")
        .quiet()
        .ignore_stderr()
        .output()
        .is_ok_and(|output| output.stdout.starts_with(b"\0asm"))
}

/// The full path of a program on `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|dir| dir.join(program)).find(|path| path.is_file())
}

/// Node 20 or later, with npm.
pub(crate) fn node(shell: &Shell) -> Result<()> {
    if find("node").is_none() || find("npm").is_none() {
        apt_install(shell, &["nodejs", "npm"]);
    }
    let version = cmd!(shell, "node --version").quiet().ignore_stderr().read().unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().and_then(|text| text.parse::<u32>().ok());
    match major {
        Some(major) if major >= 20 && find("npm").is_some() => Ok(()),
        Some(major) if major < 20 => bail!("Node 20 or later is needed, found {version}: see https://nodejs.org"),
        _ => bail!("no Node with npm: install Node 20 or later (https://nodejs.org)"),
    }
}

/// A Chromium or Chrome to drive.
pub(crate) fn chromium(shell: &Shell) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        return Ok(path.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let search = || names.iter().find_map(|name| find(name));
    if search().is_none() {
        apt_install(shell, &["chromium"]);
    }
    match search() {
        Some(path) => Ok(path),
        None => bail!("no Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM to its path"),
    }
}

/// Python 3 with venv.
pub(crate) fn python(shell: &Shell) -> Result<PathBuf> {
    let works =
        |path: &PathBuf| cmd!(shell, "{path} -c 'import venv, ensurepip'").quiet().ignore_stderr().run().is_ok();
    let search = || ["python3", "python"].iter().filter_map(|name| find(name)).find(works);
    if search().is_none() {
        apt_install(shell, &["python3", "python3-venv", "python3-pip"]);
    }
    match search() {
        Some(path) => Ok(path),
        None => bail!("no Python 3 with venv: install it (Debian: apt-get install python3-venv)"),
    }
}

/// Go 1.21 or later, which fetches the version that a program asks for.
pub(crate) fn go(shell: &Shell) -> Result<PathBuf> {
    let usual = PathBuf::from("/usr/local/go/bin/go");
    let search = || find("go").or_else(|| usual.is_file().then(|| usual.clone()));
    if search().is_none() {
        apt_install(shell, &["golang-go"]);
    }
    match search() {
        Some(path) => Ok(path),
        None => bail!("no Go: install it (Debian: apt-get install golang-go)"),
    }
}

/// Maven and a JDK, for the Java reference implementation.
pub(crate) fn maven(shell: &Shell) -> Result<()> {
    if find("mvn").is_none() || find("java").is_none() {
        apt_install(shell, &["maven", "default-jdk-headless"]);
    }
    match find("mvn").and(find("java")) {
        Some(_) => Ok(()),
        None => bail!("no Maven with a JDK: install them (Debian: apt-get install maven default-jdk-headless)"),
    }
}

/// Installs Debian packages where apt is there and we are root; otherwise does nothing and the caller says what misses.
fn apt_install(shell: &Shell, packages: &[&str]) {
    let root = cmd!(shell, "id -u").quiet().read().is_ok_and(|uid| uid == "0");
    if !root || find("apt-get").is_none() {
        return;
    }
    let install = || {
        cmd!(shell, "apt-get install -y --no-install-recommends {packages...}")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .ignore_stdout()
            .run()
    };
    let installed = install().or_else(|_| cmd!(shell, "apt-get update").ignore_stdout().run().and_then(|()| install()));
    if let Err(error) = installed {
        eprintln!("xtask: apt-get failed: {error}");
    }
}
