//! A progress bar on standard error, on a terminal only.

use std::{
    io::{self, IsTerminal, Read, stderr},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::notice;

/// Progress of one command; silent where standard error is no terminal.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A spinner that says `what` is being done.
    pub(crate) fn start(what: &str) -> Self {
        let bar = if stderr().is_terminal() && !notice::is_quiet() {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        } else {
            ProgressBar::hidden()
        };
        bar.set_message(what.to_owned());
        Progress { bar }
    }

    /// Nothing to see.
    pub(crate) fn silent() -> Self {
        Progress { bar: ProgressBar::hidden() }
    }

    /// Shows bytes done out of `total` from now on.
    pub(crate) fn expect_bytes(&self, total: u64) {
        self.bar.set_length(total);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar:.cyan/dim} {bytes}/{total_bytes} {eta}") {
            self.bar.set_style(style);
        }
    }

    /// Says how many of the bytes are done.
    pub(crate) fn reach_bytes(&self, done: u64) {
        self.bar.set_position(done);
    }

    /// Changes what is said.
    pub(crate) fn say(&self, what: impl Into<String>) {
        self.bar.set_message(what.into());
    }

    /// Counts the bytes that go through `reader`.
    pub(crate) fn count_bytes<R: Read>(&self, reader: R) -> impl Read + use<R> {
        CountingReader { reader, bar: self.bar.clone() }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

struct CountingReader<R> {
    reader: R,
    bar: ProgressBar,
}

impl<R: Read> Read for CountingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.bar.inc(read as u64);
        Ok(read)
    }
}
