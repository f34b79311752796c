//! `cargo xtask fuzz`: libFuzzer on every decoder of bytes from outside.

use std::fs;

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::files;

/// Seconds for each decoder unless the arguments say otherwise.
const SECONDS: &str = "600";

/// `[SECONDS] [DECODER...]`: fuzzes the named decoders, or all; fails at the first crash.
pub(crate) fn run(shell: &Shell, args: Vec<String>) -> Result<()> {
    if cmd!(shell, "cargo +nightly fuzz --version").quiet().ignore_stdout().ignore_stderr().run().is_err() {
        bail!("fuzzing needs `rustup toolchain install nightly` and `cargo install cargo-fuzz`");
    }
    let mut args = args.into_iter().peekable();
    let seconds = args.next_if(|arg| arg.parse::<u32>().is_ok()).unwrap_or_else(|| SECONDS.to_owned());
    let mut decoders = args.collect::<Vec<_>>();
    let known = cmd!(shell, "cargo run --quiet --package cenote-tests --example decoders").read()?;
    if decoders.is_empty() {
        decoders = known.lines().filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect();
    }
    shell.change_dir(files::root().join("fuzz"));
    for decoder in decoders {
        let corpus = files::root().join("fuzz/corpus").join(&decoder);
        fs::create_dir_all(&corpus)?;
        let seeds = known.lines().filter_map(|line| line.split_once(' ')).filter(|(name, _)| *name == decoder);
        for (number, (_, seed)) in seeds.enumerate() {
            fs::copy(seed, corpus.join(format!("seed-{number}"))).with_context(|| seed.to_owned())?;
        }
        println!("== {decoder}, {seconds} s");
        let limits = ["-rss_limit_mb=2048", "-malloc_limit_mb=512", "-timeout=30", "-max_len=32768"];
        cmd!(
            shell,
            "cargo +nightly fuzz run -O --fuzz-dir . decoder {corpus} -- -max_total_time={seconds} -print_final_stats=1 {limits...}"
        )
        .env("CENOTE_DECODER", &decoder)
        .run()?;
    }
    Ok(())
}
