//! The page's entry point: all of it lives in the library, so that its plain parts are tested natively.

fn main() {
    #[cfg(target_family = "wasm")]
    cenote_explorer::app::mount();
}
