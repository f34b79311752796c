//! Lines for the user on standard error. Data never goes here, and notices never go to standard output.

use std::{
    env,
    io::{IsTerminal, Write, stderr},
    sync::atomic::{AtomicBool, Ordering},
};

static QUIET: AtomicBool = AtomicBool::new(false);

/// Leaves out notices and progress bars from now on (`--quiet`).
pub(crate) fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// Whether notices are left out.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// A line about what was done.
pub(crate) fn notice(text: &str) {
    if !is_quiet() {
        line("", "", text);
    }
}

/// `error: …`
pub(crate) fn error_line(text: &str) {
    line("error: ", "\x1b[1;31m", text);
}

/// `hint: …`
pub(crate) fn hint_line(text: &str) {
    line("hint: ", "\x1b[1;36m", text);
}

/// Whether the user lets terminals be coloured (<https://no-color.org>).
pub(crate) fn may_colour() -> bool {
    env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn line(label: &str, style: &str, text: &str) {
    let text = if !label.is_empty() && stderr().is_terminal() && may_colour() {
        format!("{style}{label}\x1b[0m{text}\n")
    } else {
        format!("{label}{text}\n")
    };
    // Nobody is left to tell when standard error is closed.
    let _ = stderr().write_all(text.as_bytes());
}
