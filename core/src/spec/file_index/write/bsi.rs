//! Bit-sliced indexes of numbers (Java `BitSliceIndexBitmapFileIndex`); for the layout see [`super::super::bsi`].

use roaring::RoaringBitmap;

use super::{IndexBuilder, bitmap_bytes, int, key_of, next_row};
use crate::{
    error::{Error, Result},
    spec::file_index::Key,
    types::{DataType, Datum},
};

pub(super) struct BsiBuilder {
    data_type: DataType,
    rows: u32,
    positive: Magnitudes,
    negative: Magnitudes,
}

#[derive(Default)]
struct Magnitudes {
    max: u64,
    exists: RoaringBitmap,
    slices: Vec<RoaringBitmap>,
}

impl BsiBuilder {
    pub(super) fn new(data_type: &DataType) -> Self {
        let (positive, negative) = (Magnitudes::default(), Magnitudes::default());
        BsiBuilder { data_type: data_type.clone(), rows: 0, positive, negative }
    }
}

impl Magnitudes {
    fn add(&mut self, row: u32, magnitude: u64) {
        self.max = self.max.max(magnitude);
        self.exists.insert(row);
        let slices = (u64::BITS - magnitude.leading_zeros()) as usize;
        if self.slices.len() < slices {
            self.slices.resize_with(slices, RoaringBitmap::new);
        }
        for (bit, slice) in self.slices.iter_mut().enumerate().take(slices) {
            if magnitude >> bit & 1 == 1 {
                slice.insert(row);
            }
        }
    }

    /// Java's minimum is always 0.
    fn write(self, out: &mut Vec<u8>) -> Result<()> {
        let is_there = !self.exists.is_empty();
        out.push(is_there.into());
        if is_there {
            out.push(1);
            out.extend(0_i64.to_be_bytes());
            out.extend(self.max.to_be_bytes());
            out.extend(bitmap_bytes(self.exists)?);
            out.extend(int(self.slices.len())?);
            for slice in self.slices {
                out.extend(bitmap_bytes(slice)?);
            }
        }
        Ok(())
    }
}

impl IndexBuilder for BsiBuilder {
    fn add(&mut self, value: Option<Datum>) -> Result<()> {
        let row = next_row(&mut self.rows)?;
        let Some(value) = value else { return Ok(()) };
        match key_of(&value, &self.data_type)? {
            // Java cannot hold its magnitude.
            Key::Number(i64::MIN) => return Err(Error::invalid(format!("a bsi index cannot hold {}", i64::MIN))),
            Key::Number(number) if number < 0 => self.negative.add(row, number.unsigned_abs()),
            Key::Number(number) => self.positive.add(row, number.unsigned_abs()),
            Key::Text(_) => return Err(Error::internal("a text came to a bsi index")),
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>> {
        let mut out = vec![1];
        out.extend(self.rows.to_be_bytes());
        self.positive.write(&mut out)?;
        self.negative.write(&mut out)?;
        Ok(out)
    }
}
