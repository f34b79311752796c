//! A checksum of rows in no order, as `peers/bench_rows.py` counts it too: `ROWS/ROW HASHES/TEXT BYTES`.
//!
//! It sees every value of fixed width together with its row, of texts their lengths with the row and the sum of all
//! bytes; so a read that is fast because it is wrong does not pass for fast.

use std::fmt;

use anyhow::{Result, bail};
use arrow_array::{Array, RecordBatch, cast::AsArray, types};
use arrow_schema::{DataType, TimeUnit};

const NULL: u64 = 0x9E37_79B9_7F4A_7C15;

/// Rows seen, the sum of their hashes, and the sum of the bytes of their texts.
#[derive(Default)]
pub(crate) struct Checksum {
    rows: usize,
    hashes: u64,
    texts: u64,
}

impl Checksum {
    pub(crate) fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut mixed = vec![0_u64; batch.num_rows()];
        for column in batch.columns() {
            let words = words(column.as_ref())?;
            for (row, (mixed, word)) in mixed.iter_mut().zip(words).enumerate() {
                let word = if column.is_null(row) { NULL } else { word };
                *mixed = mixed.wrapping_mul(31).wrapping_add(word);
            }
            if let Some(texts) = column.as_string_opt::<i32>() {
                let bytes = texts.iter().flatten().flat_map(str::bytes);
                self.texts += bytes.map(u64::from).sum::<u64>();
            }
        }
        self.rows += batch.num_rows();
        let hashes = mixed.into_iter().map(|mixed| (mixed ^ (mixed >> 32)).wrapping_mul(NULL));
        self.hashes = hashes.fold(self.hashes, u64::wrapping_add);
        Ok(())
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{:016x}/{}", self.rows, self.hashes, self.texts)
    }
}

/// A column as one word a row: values of fixed width by their bits, texts by their length; any word where it is null.
fn words(column: &dyn Array) -> Result<Vec<u64>> {
    let signed = |value: i64| value as u64;
    Ok(match column.data_type() {
        DataType::Int64 => column.as_primitive::<types::Int64Type>().values().iter().copied().map(signed).collect(),
        DataType::Int32 => {
            column.as_primitive::<types::Int32Type>().values().iter().map(|value| signed((*value).into())).collect()
        }
        DataType::Float64 => {
            column.as_primitive::<types::Float64Type>().values().iter().map(|value| value.to_bits()).collect()
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            let times = column.as_primitive::<types::TimestampMillisecondType>();
            times.values().iter().copied().map(signed).collect()
        }
        DataType::Utf8 => column.as_string::<i32>().offsets().lengths().map(|length| length as u64).collect(),
        other => bail!("the rows of the benches have no column of type {other}"),
    })
}
