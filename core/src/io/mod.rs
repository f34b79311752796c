//! Everything the engine asks of the outside: bytes ([`Storage`]) and time, randomness, tasks ([`Runtime`]).
//!
//! ```text
//! storage      what the engine calls: get, get_ranges, put, put_if_absent, list, delete, upload
//! cache        bounded memory of immutable files          request_log   what was asked, and how much it moved
//! requests     single requests, logged             create         only if absent: what makes commits safe
//! ranges       which byte ranges to fetch together        retry         again, later, when that may help
//! location     relative names -> object paths, checked    store_error   what the store said -> `Error`
//! moment       what can change, asked once; no file fetched twice at a time
//! spill        room on a disk while a job runs
//! tasks        work side by side                      elsewhere     absolute locations in the same store
//! list_stream  folders that are larger than memory    list_document listings laid beside the files
//! local        folders of this machine                    open_url      a URL -> a store (native)
//! ```

mod cache;
mod create;
mod elsewhere;
mod list_document;
mod list_stream;
#[cfg(not(target_family = "wasm"))]
mod local;
mod location;
mod moment;
#[cfg(not(target_family = "wasm"))]
mod open_url;
mod queue;
mod ranges;
mod request_log;
mod requests;
mod retry;
mod runtime;
mod spill;
mod storage;
mod store_error;
mod tasks;
mod upload;

pub use create::CreateIfAbsent;
pub use elsewhere::Elsewhere;
pub use request_log::{IoLog, IoTotals, Method, Outcome, RequestRecord};
pub use runtime::{InlineRuntime, Runtime};
pub use spill::{SpillArea, SpillFile};
pub use storage::{DirEntry, Listing, PutOutcome, Storage, StorageTraits};
pub use tasks::{concat_ordered, spawn_value};
pub use upload::Upload;

#[cfg(test)]
pub(crate) mod tests;
