//! What every store must do, and what happens when one refuses.

mod conformance;
mod local_names;
mod refusals;
pub(crate) mod refusing_store;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{InlineRuntime, Runtime};

pub(crate) fn runtime() -> Arc<dyn Runtime> {
    Arc::new(InlineRuntime::new(1, 1_700_000_000_000))
}

/// The golden tables: `shared/golden` beside the checkout or beside a work tree of it. `None` where there are none.
pub(crate) fn golden_folder() -> Option<PathBuf> {
    let core = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = ["../../shared/golden", "../../../shared/golden"].into_iter().map(|place| core.join(place));
    places.filter_map(|place| place.canonicalize().ok()).next()
}
