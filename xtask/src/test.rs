//! `cargo xtask test`: what CI runs, in the order in which a mistake shows soonest.

use anyhow::{Result, bail};
use xshell::{Shell, cmd};

use crate::{demo, explorer, files, golden, matrix, npm, peers, s3, steps::Steps, tidy, toolchain, wasm, writes};

type Step = fn(&Shell) -> Result<()>;

const STEPS: &[(&str, Step)] = &[
    ("tidy", |_| tidy::check()),
    ("fmt", |shell| Ok(cmd!(shell, "cargo fmt --all --check").run()?)),
    ("clippy native", clippy_native),
    ("clippy wasm32", clippy_wasm),
    ("rustdoc", rustdoc),
    ("cargo test", cargo_test),
    ("s3", s3::run),
    // Before the CLI, which takes it in.
    ("explorer", build_explorer),
    ("cli", |shell| demo::build_cli(shell).map(drop)),
    ("golden", golden::run),
    ("node tests", node_tests),
    ("size", size),
    ("demo check", demo_check),
    ("browser tests", browser_tests),
    ("package tests", package_tests),
    ("interop", interop),
    ("java matrix", matrix::run),
    ("write matrix", writes::run),
    ("changelog histories", writes::changelogs),
    ("spark", writes::spark),
];

/// Runs all steps, or those whose names are given.
pub(crate) fn run(shell: &Shell, args: Vec<String>) -> Result<()> {
    if args.iter().any(|arg| arg == "--list") {
        STEPS.iter().for_each(|(name, _)| println!("{name}"));
        return Ok(());
    }
    if let Some(unknown) = args.iter().find(|arg| !STEPS.iter().any(|(name, _)| name == arg)) {
        bail!("no step {unknown:?}; `cargo xtask test --list` names them");
    }
    let chosen = STEPS.iter().filter(|(name, _)| args.is_empty() || args.iter().any(|arg| arg == name));
    let chosen = chosen.collect::<Vec<_>>();
    let mut steps = Steps::new(chosen.len());
    for (name, step) in chosen {
        steps.run(name, || step(shell));
    }
    steps.finish()
}

fn clippy_native(shell: &Shell) -> Result<()> {
    cmd!(shell, "cargo clippy --workspace --all-targets --quiet -- -D warnings").run()?;
    Ok(())
}

fn clippy_wasm(shell: &Shell) -> Result<()> {
    let tools = toolchain::wasm(shell)?;
    let target = toolchain::WASM;
    let packages = ["-p", "cenote-core", "-p", "cenote-wasm", "-p", "cenote-explorer"];
    cmd!(shell, "cargo clippy {packages...} --target {target} --quiet -- -D warnings")
        .envs(tools.vars.clone())
        .run()?;
    // The reader, which lacks what the feature `full` brings.
    let reader = ["-p", "cenote-wasm", "--no-default-features"];
    cmd!(shell, "cargo clippy {reader...} --target {target} --quiet -- -D warnings").envs(tools.vars).run()?;
    Ok(())
}

fn rustdoc(shell: &Shell) -> Result<()> {
    cmd!(shell, "cargo doc --workspace --no-deps --document-private-items --quiet")
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()?;
    Ok(())
}

fn cargo_test(shell: &Shell) -> Result<()> {
    cmd!(shell, "cargo test --workspace --no-fail-fast").run()?;
    Ok(())
}

fn build_explorer(shell: &Shell) -> Result<()> {
    explorer::build(shell, wasm::Profile::Small, wasm::Modules::Both).map(drop)
}

/// The package as it is published: no larger than it may be, and how long it takes to start.
fn size(shell: &Shell) -> Result<()> {
    npm::build(shell)?;
    node_test_files(shell, "tests/size")
}

fn demo_check(shell: &Shell) -> Result<()> {
    demo::run(shell, wasm::Modules::Both, vec!["--check".into(), "--no-open".into()])
}

fn node_tests(shell: &Shell) -> Result<()> {
    toolchain::node(shell)?;
    let _env = shell.push_env("CENOTE_CLI", demo::build_cli(shell)?);
    node_test_files(shell, "tests/node")
}

fn browser_tests(shell: &Shell) -> Result<()> {
    toolchain::node(shell)?;
    let chromium = toolchain::chromium(shell)?;
    install(shell, "tests/browser")?;
    let _cli = shell.push_env("CENOTE_CLI", demo::build_cli(shell)?);
    let _chromium = shell.push_env("CHROMIUM", chromium);
    node_test_files(shell, "tests/browser")
}

/// The packed tarball in fresh projects: bundlers, pages, Node, examples, types.
fn package_tests(shell: &Shell) -> Result<()> {
    toolchain::node(shell)?;
    let chromium = toolchain::chromium(shell)?;
    install(shell, "tests/browser")?;
    install(shell, "tests/package")?;
    let _env = shell.push_env("CHROMIUM", chromium);
    node_test_files(shell, "tests/package")
}

/// The npm packages that the tests of a folder use.
pub(crate) fn install(shell: &Shell, folder: &str) -> Result<()> {
    let folder = files::root().join(folder);
    cmd!(shell, "npm ci --prefix {folder} --no-audit --no-fund").env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1").run()?;
    Ok(())
}

/// Runs `<folder>/*.test.mjs`, reported in the words of `cargo test`.
fn node_test_files(shell: &Shell, folder: &str) -> Result<()> {
    let mut tests = files::sources(&files::root().join(folder), &["mjs"])?;
    tests.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    if tests.is_empty() {
        bail!("no tests in {folder}");
    }
    let reporter = files::root().join("tests/node/cargo-reporter.mjs");
    cmd!(
        shell,
        "node --test --test-concurrency=1 --test-reporter={reporter} --test-reporter-destination=stdout {tests...}"
    )
    .run()?;
    Ok(())
}

/// Java Paimon, pypaimon and paimon-rust read what we wrote.
fn interop(shell: &Shell) -> Result<()> {
    let python = peers::python(shell)?;
    let java = peers::java_classes(shell, peers::JAVA_1)?;
    let cenote = demo::build_cli(shell)?;
    let script = files::root().join("tests/interop/read_back.py");
    cmd!(shell, "{python} {script} {cenote} {java}").run()?;
    Ok(())
}
