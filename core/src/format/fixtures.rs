//! The files in `testdata`, for the tests of the decoders.

use std::{fs, path::PathBuf};

use serde_json::Value;

use super::{ReadRequest, golden::read_cells};
use crate::{
    error::{ErrorKind, Result},
    spec::table_schema::TableSchema,
    types::DataField,
};

/// Whether tests are to be thorough, which takes minutes: the environment variable `CENOTE_LONG` is 1.
pub(super) fn long() -> bool {
    std::env::var_os("CENOTE_LONG").is_some_and(|value| value == "1")
}

/// A file of another writer.
pub(super) struct Fixture {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) fields: Vec<DataField>,
    /// Its rows, as canonical JSON cells.
    pub(super) rows: Vec<Vec<Value>>,
}

impl Fixture {
    /// The file `name` with the rows `rows` and the fields of `schema`.
    pub(super) fn load(name: &str, schema: &str, rows: &str) -> Fixture {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/format/testdata");
        let read = |name: String| fs::read(folder.join(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let schema = TableSchema::from_json(&read(format!("{schema}.schema.json"))).unwrap();
        let rows = String::from_utf8(read(format!("{rows}.rows.ndjson"))).unwrap();
        let cells = |line: &str| {
            let row: Value = serde_json::from_str(line).unwrap();
            schema.fields.iter().map(|field| row[&field.name].clone()).collect()
        };
        Fixture {
            name: name.to_owned(),
            bytes: read(name.to_owned()),
            rows: rows.lines().map(cells).collect(),
            fields: schema.fields,
        }
    }

    pub(super) fn request(&self) -> ReadRequest {
        ReadRequest::new(self.fields.clone())
    }

    /// Reads the file and compares every cell.
    pub(super) fn check(&self, request: ReadRequest) {
        let found = read_cells(&self.name, &self.bytes, request).unwrap();
        for (row, expected) in self.rows.iter().enumerate() {
            for (index, field) in self.fields.iter().enumerate() {
                let cell = found.get(row).map(|row| &row[index]);
                assert_eq!(cell, Some(&expected[index]), "{} row {row} {}", self.name, field.name);
            }
        }
        assert_eq!(found.len(), self.rows.len(), "{}", self.name);
    }

    /// Reads `count` broken copies: none may do worse than fail with an error about the file.
    pub(super) fn survive_mutations(&self, count: u64) {
        for seed in 0..count {
            let file = mutated(&self.bytes, seed);
            let _ = self.survive(&file);
        }
    }

    /// Reads copies with one byte changed, at every place in the long form: none may do worse than fail.
    pub(super) fn survive_flips(&self) {
        let masks = [0xFF, 0x01, 0x80, 0x10, 0x04, 0x40];
        let step = if long() { 1 } else { 1 + self.bytes.len() / 150 };
        for (count, position) in (0..self.bytes.len()).step_by(step).enumerate() {
            for mask in masks.iter().skip(count % masks.len()).step_by(if long() { 1 } else { masks.len() }) {
                let mut flipped = self.bytes.clone();
                flipped[position] ^= mask;
                let _ = self.survive(&flipped);
            }
        }
    }

    /// Reads beginnings of the file: none is whole.
    pub(super) fn refuse_truncations(&self) {
        let step = if long() { 1 } else { 1 + self.bytes.len() / 500 };
        for length in (0..self.bytes.len()).step_by(step) {
            let result = self.survive(&self.bytes[..length]);
            assert!(result.is_err() || result.unwrap().len() < self.rows.len(), "{} {length}", self.name);
        }
    }

    fn survive(&self, file: &[u8]) -> Result<Vec<Vec<Value>>> {
        let result = read_cells(&self.name, file, self.request().with_batch_rows(50));
        if let Err(error) = &result {
            assert!(matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::Unsupported), "{error:?}");
            assert!(error.to_string().contains(&self.name), "{error}");
        }
        result
    }
}

/// A copy of `file` with one to four changes that depend on `seed` alone.
pub(super) fn mutated(file: &[u8], seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x2545_F491_4F6C_DD1D;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % below.max(1)
    };
    let mut file = file.to_vec();
    for _ in 0..1 + random(4) {
        let at = random(file.len());
        let length = (1 + random(8)).min(file.len().saturating_sub(at));
        match random(6) {
            0 => file[at..at + length].fill(0xFF),
            1 => file[at..at + length].fill(random(256) as u8),
            2 => file[at] ^= 1 << random(8),
            3 => drop(file.drain(at..at + length)),
            4 => {
                let copy = file[at..at + length].to_vec();
                let to = random(file.len());
                file.splice(to..to, copy);
            }
            _ => file[at] = [0x00, 0x7F, 0x80, 0x81, 0xFE][random(5)],
        }
        if file.is_empty() {
            break;
        }
    }
    file
}
