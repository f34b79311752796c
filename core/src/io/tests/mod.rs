//! What every store must do, and what happens when one refuses.

mod conformance;
mod local_names;
mod refusals;
pub(crate) mod refusing_store;

use std::sync::Arc;

use super::{InlineRuntime, Runtime};

pub(crate) fn runtime() -> Arc<dyn Runtime> {
    Arc::new(InlineRuntime::new(1, 1_700_000_000_000))
}
