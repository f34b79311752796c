#!/bin/sh
# Builds the page for development into $1 (default target/explorer-dev): quick profile, fake engine beside it.
# Needs wasm-bindgen at the version of Cargo.lock on the PATH; `cargo xtask explorer` is what makes the real one.
set -eu
cd "$(dirname "$0")/.."
out=${1:-../target/explorer-dev}
cargo build -p cenote-explorer --target wasm32-unknown-unknown
mkdir -p "$out/dev"
wasm-bindgen --target web --no-typescript --out-name cenote-explorer --out-dir "$out" ../target/wasm32-unknown-unknown/debug/cenote-explorer.wasm
cp static/* "$out/"
cp dev/mock-engine.js "$out/dev/"
