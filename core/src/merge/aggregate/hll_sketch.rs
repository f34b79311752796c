//! `hll_sketch`: the union of HyperLogLog sketches of Apache DataSketches, written as HLL_4.
//!
//! Java (datasketches-java 4.2.0, `HllSketchUtil.union`) makes a union of the input and adds the state to it. Crate
//! `datasketches` merges the same way but for what is repaired here, so that the bytes are Java's:
//!
//! - hash sets are filled from their smallest size on, which tells the order of what they hold;
//! - a sketch "out of order" still counts `hipAccum` where single values come to it, although nothing reads that then;
//! - byte 4 of an array is the size of its table of exceptions.

use datasketches::hll::{HllSketch, HllType, HllUnion};

use super::sketch::{Sketch, refused};
use crate::error::{Error, Result};

/// HyperLogLog sketches.
#[derive(Debug)]
pub(super) struct Hll;

/// Places of bytes in an image: log2 of the size of a set or of an array's exceptions, flags, mode.
const LG_SIZE: usize = 4;
const FLAGS: usize = 5;
/// The least value of all registers, where they have four bits.
const LEAST: usize = 6;
const MODE: usize = 7;
/// Where the values of a set start, and the number of an array's exceptions.
const SET_START: usize = 12;
const EXCEPTIONS: usize = 36;

const MAX_REGISTER: usize = 63;

const COMPACT: u8 = 8;
const OUT_OF_ORDER: u8 = 16;
/// The low bits of the mode.
const SET: u8 = 1;
const ARRAY: u8 = 2;

impl Sketch for Hll {
    const NAME: &'static str = "hll_sketch";

    fn union(&self, state: &[u8], input: &[u8]) -> Result<Vec<u8>> {
        let (mut state, mut input) = (Image::new(state)?, Image::new(input)?);
        let counts_on = (state.is_disordered() && !input.is_array()) || (input.is_disordered() && !state.is_array());
        for image in [&mut state, &mut input] {
            if image.is_compact_set() {
                image.lay_out()?;
            }
            if counts_on && image.is_array() {
                image.0[FLAGS] &= !OUT_OF_ORDER;
            }
        }
        let (state, input) = (state.sketch()?, input.sketch()?);
        let union = HllUnion::new(input.lg_config_k());
        let mut union = union.map_err(|error| Error::corrupt("expected an HLL sketch").because(error))?;
        union.update(&input);
        union.update(&state);
        let mut image = Image::new(&union.to_sketch(HllType::Hll4).serialize())?;
        if image.is_array() {
            image.set_size_of_exceptions();
            if counts_on {
                image.0[FLAGS] |= OUT_OF_ORDER;
            }
        }
        Ok(image.0)
    }
}

/// The bytes of a sketch, at least those of a header.
struct Image(Vec<u8>);

impl Image {
    fn new(bytes: &[u8]) -> Result<Self> {
        let least = match bytes.get(MODE).map(|mode| mode & 3) {
            Some(SET) => SET_START,
            Some(ARRAY) => EXCEPTIONS + 4,
            _ => MODE + 1,
        };
        if bytes.len() < least {
            return Err(Error::corrupt(format!("expected an HLL sketch, found {} bytes", bytes.len())));
        }
        Ok(Image(bytes.to_vec()))
    }

    fn sketch(&self) -> Result<HllSketch> {
        if !self.registers_fit() {
            return Err(Error::corrupt("HLL sketch with a register above 63"));
        }
        HllSketch::deserialize(&self.0).map_err(|error| refused("an HLL sketch", error))
    }

    /// Registers count bits of a 64-bit hash; the library takes that for granted.
    fn registers_fit(&self) -> bool {
        let Some(registers) = self.0.get(EXCEPTIONS + 4..).filter(|_| self.is_array()) else { return true };
        let size = 1 << self.0[3].min(31);
        match self.0[MODE] >> 2 & 3 {
            // Four bits above the least value; 15 says that the value is an exception, which has six bits.
            0 => {
                let fits = |bits: u8| bits == 15 || usize::from(self.0[LEAST]) + usize::from(bits) <= MAX_REGISTER;
                registers.iter().take(size / 2).all(|pair| fits(pair & 15) && fits(pair >> 4))
            }
            2 => registers.iter().take(size).all(|value| usize::from(*value) <= MAX_REGISTER),
            _ => true,
        }
    }

    fn is_array(&self) -> bool {
        self.0[MODE] & 3 == ARRAY
    }

    fn is_disordered(&self) -> bool {
        self.is_array() && self.0[FLAGS] & OUT_OF_ORDER != 0
    }

    fn is_compact_set(&self) -> bool {
        self.0[MODE] & 3 == SET && self.0[FLAGS] & COMPACT != 0
    }

    /// Makes a list of values a hash table, as it is when they come one by one.
    fn lay_out(&mut self) -> Result<()> {
        let count = self.0.get(8..SET_START).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes);
        let size = (count as usize).saturating_mul(4);
        let values = self.0.get(SET_START..SET_START.saturating_add(size));
        let values = values.ok_or_else(|| Error::corrupt("HLL sketch of a set that ends too early"))?;
        let mut table = Table { lg_size: 5, slots: vec![0; 1 << 5], count: 0 };
        for value in values.chunks_exact(4) {
            table.add(value.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte)));
        }
        if table.count != count as usize {
            return Err(Error::corrupt("HLL sketch of a set with the same value twice"));
        }
        self.0[LG_SIZE] = table.lg_size;
        self.0[FLAGS] &= !COMPACT;
        self.0.truncate(SET_START);
        self.0.extend(table.slots.iter().flat_map(|slot| slot.to_le_bytes()));
        Ok(())
    }

    /// Sizes double from a first size, which `lgK` tells, so that a quarter stays free.
    fn set_size_of_exceptions(&mut self) {
        const FIRST: [u8; 22] = [0, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 11, 12, 13];
        let count = self.0.get(EXCEPTIONS..EXCEPTIONS + 4).and_then(|bytes| bytes.try_into().ok());
        let count = u64::from(count.map_or(0, u32::from_le_bytes));
        if count > 0 {
            let mut lg_size = FIRST.get(usize::from(self.0[3])).copied().unwrap_or(0);
            while 4 * count > 3 << lg_size {
                lg_size += 1;
            }
            self.0[LG_SIZE] = lg_size;
        }
    }
}

/// A hash table of values that are not 0.
struct Table {
    lg_size: u8,
    slots: Vec<u32>,
    count: usize,
}

impl Table {
    fn add(&mut self, value: u32) {
        if value == 0 || !self.put(value) {
            return;
        }
        self.count += 1;
        if 4 * self.count > 3 * self.slots.len() {
            self.lg_size += 1;
            let grown = vec![0; 1 << self.lg_size];
            for value in std::mem::replace(&mut self.slots, grown) {
                if value != 0 {
                    self.put(value);
                }
            }
        }
    }

    /// Whether the value is new. There is always a free slot, and an odd step finds it.
    fn put(&mut self, value: u32) -> bool {
        const KEY: u32 = (1 << 26) - 1;
        let mask = self.slots.len() as u32 - 1;
        let (mut place, step) = (value & mask, (value & KEY) >> self.lg_size | 1);
        loop {
            match &mut self.slots[place as usize] {
                slot if *slot == value => return false,
                slot if *slot == 0 => {
                    *slot = value;
                    return true;
                }
                _ => place = place.wrapping_add(step) & mask,
            }
        }
    }
}
