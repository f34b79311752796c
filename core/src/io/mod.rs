//! Everything the engine asks of the outside: bytes ([`Storage`]) and time, randomness, tasks ([`Runtime`]).

mod runtime;
mod storage;

pub use runtime::{InlineRuntime, Runtime};
pub use storage::{DirEntry, Listing, PutOutcome, Storage};
