//! Ctrl-C, and the system's request to end.

use std::io;

use crate::error::{Failure, Result};

/// Requests to end, caught from the moment this exists: they no longer kill the process.
pub(crate) struct Interrupts {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl Interrupts {
    /// Catches them from now on.
    pub(crate) fn catch() -> Result<Self> {
        Self::install().map_err(|error| Failure::error(format!("cannot catch Ctrl-C: {error}")))
    }

    #[cfg(unix)]
    fn install() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Interrupts { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(windows)]
    fn install() -> io::Result<Self> {
        Ok(Interrupts { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    /// Completes at the next one.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Completes at the next one.
    #[cfg(windows)]
    pub(crate) async fn next(&mut self) {
        self.interrupt.recv().await;
    }
}
