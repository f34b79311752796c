//! Avro object containers, as manifests use them: our own small codec, which resolves fields by name.

mod codec;

pub use codec::Codec;
