//! Java Paimon, one JVM a measurement (`benches/peers/Compactions.java`).

use std::{env, path::Path, process::Command};

use super::bound;

/// Class path of the compiled program and of Paimon; `cargo xtask bench` sets it.
const CLASSPATH: &str = "CENOTE_BENCH_CLASSPATH";

/// Heap of a JVM.
const HEAP: &str = "-Xmx6g";

pub(super) struct Java {
    classpath: String,
}

impl Java {
    /// `None` where no class path is given.
    pub(super) fn find() -> Option<Self> {
        env::var(CLASSPATH).ok().map(|classpath| Java { classpath })
    }

    /// The program on a warehouse; what it does comes as further arguments.
    pub(super) fn command(&self, cores: &[usize], warehouse: &Path) -> Command {
        let mut command = bound("java", cores);
        command.args([HEAP, "-cp", &self.classpath, "Compactions"]).arg(warehouse);
        command
    }
}
