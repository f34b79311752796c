//! One target for every decoder: `CENOTE_DECODER` names the entry of `cenote_tests::decoders::DECODERS` that runs.
#![no_main]

use std::sync::LazyLock;

use cenote_tests::decoders::DECODERS;

static RUN: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = std::env::var("CENOTE_DECODER").unwrap_or_default();
    let known = || DECODERS.iter().map(|decoder| decoder.name).collect::<Vec<_>>().join(", ");
    let decoder = DECODERS.iter().find(|decoder| decoder.name == name);
    decoder.unwrap_or_else(|| panic!("CENOTE_DECODER={name:?}; known are {}", known())).run
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| RUN(bytes));
