//! `theta_sketch`: the union of theta sketches of Apache DataSketches, of 4096 nominal entries, compact and ordered.
//!
//! Crate `datasketches` gives the bytes of Java (datasketches-java 4.2.0, `ThetaSketch.union`) but for two things: Java
//! writes the sampling probability, 1, where the others leave zeros, and a flag on sketches of a single entry.

use datasketches::theta::{CompactThetaSketch, ThetaUnionBuilder};

use super::sketch::{Sketch, refused};
use crate::error::{Error, Result};

/// Theta sketches.
#[derive(Debug)]
pub(super) struct Theta;

/// Places of bytes in an image.
const LONGS_OF_PREAMBLE: usize = 0;
const FLAGS: usize = 5;
const PROBABILITY: std::ops::Range<usize> = 12..16;
const SINGLE: u8 = 0x20;
/// Bytes of a sketch of one entry.
const SINGLE_BYTES: usize = 16;

impl Sketch for Theta {
    const NAME: &'static str = "theta_sketch";

    fn union(&self, state: &[u8], input: &[u8]) -> Result<Vec<u8>> {
        let union = ThetaUnionBuilder::default().build();
        let mut union = union.map_err(|error| Error::internal("a theta union by default").because(error))?;
        for image in [state, input] {
            let sketch = CompactThetaSketch::deserialize(image);
            let sketch = sketch.map_err(|error| refused("a compact theta sketch", error))?;
            union.update(&sketch).map_err(|error| refused("a theta sketch of the default seed", error))?;
        }
        let mut image = union.to_sketch(true).serialize();
        match (image.get(LONGS_OF_PREAMBLE), image.len()) {
            (Some(1), SINGLE_BYTES) => image[FLAGS] |= SINGLE,
            (Some(2..), _) => image[PROBABILITY].copy_from_slice(&1f32.to_le_bytes()),
            _ => {}
        }
        Ok(image)
    }
}
