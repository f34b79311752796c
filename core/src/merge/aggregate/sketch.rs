//! Aggregate functions that unite sketches of Apache DataSketches, which columns hold as bytes.

use std::fmt;

use super::{Stepwise, not_retractable};
use crate::{
    error::{Error, Result},
    merge::column::{Cell, Column},
    types::Datum,
};

/// A family of sketches.
pub(super) trait Sketch: fmt::Debug + Send + Sync {
    /// The name of the aggregate function.
    const NAME: &'static str;

    /// Bytes of the union. Errors: `Corrupt` for bytes that are no such sketch.
    fn union(&self, state: &[u8], input: &[u8]) -> Result<Vec<u8>>;
}

impl<S: Sketch> Stepwise for S {
    fn aggregate(&self, column: &Column<'_>, state: Cell, input: Cell, _: &mut bool) -> Result<Cell> {
        match (state, input) {
            (state, Cell::Null) => Ok(state),
            (Cell::Null, input) => Ok(input),
            (state, input) => match (column.datum(state)?, column.datum(input)?) {
                (Some(Datum::Bytes(state)), Some(Datum::Bytes(input))) => {
                    Ok(Cell::Value(Datum::Bytes(self.union(&state, &input)?)))
                }
                _ => Err(Error::internal("expected bytes")),
            },
        }
    }

    fn retract(&self, _: &Column<'_>, _: Cell, _: Cell) -> Result<Cell> {
        Err(not_retractable(S::NAME))
    }
}

/// The error for bytes that the sketch library refuses.
pub(super) fn refused(expected: &str, error: datasketches::error::Error) -> Error {
    Error::corrupt(format!("expected {expected}")).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::aggregate::{hll_sketch::Hll, theta_sketch::Theta};

    /// Unions by Java Paimon 1.3.1: a name, state, input and union in hexadecimal digits.
    fn unions(lines: &'static str) -> impl Iterator<Item = (&'static str, [Vec<u8>; 3])> {
        let bytes = |hex: &str| -> Vec<u8> {
            let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
            digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
        };
        lines.lines().map(move |line| {
            let words: Vec<&str> = line.split(' ').collect();
            (words[0], [1, 2, 3].map(|place| bytes(words[place])))
        })
    }

    const HLL: &str = include_str!("testdata/hll_unions.txt");
    const THETA: &str = include_str!("testdata/theta_unions.txt");

    fn check(sketch: &impl Sketch, lines: &'static str) {
        let mut count = 0;
        for (name, [state, input, expected]) in unions(lines) {
            assert!(sketch.union(&state, &input).unwrap() == expected, "{name}");
            count += 1;
        }
        assert!(count > 20);
    }

    #[test]
    fn unions_are_those_of_java() {
        check(&Hll, HLL);
        check(&Theta, THETA);
    }

    fn break_bytes(sketch: &impl Sketch, lines: &'static str) {
        for (_, [state, input, _]) in unions(lines) {
            for end in 0..8 {
                assert!(sketch.union(&state, &input[..end]).is_err());
            }
            // Bytes of values may change anything but panic; headers are what leads astray.
            for place in (0..input.len()).filter(|place| *place < 64 || place % 97 == 0) {
                for value in [0, 1, 3, 0x10, 0x7f, 0xff] {
                    let mut broken = input.clone();
                    broken[place] = value;
                    let _ = (sketch.union(&state, &broken), sketch.union(&broken, &state));
                }
            }
        }
    }

    #[test]
    fn broken_bytes_are_no_panics() {
        break_bytes(&Hll, HLL);
        break_bytes(&Theta, THETA);
    }
}
