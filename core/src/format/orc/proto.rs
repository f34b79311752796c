//! The wire format of protocol buffers, as far as ORC needs it.

use crate::error::{Error, Result};

/// Value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A number.
    Number(u64),
    /// A message, text or packed list.
    Bytes(&'a [u8]),
}

/// The fields of a message, in the order they are stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn new(message: &'a [u8]) -> Self {
        Fields { rest: message }
    }

    /// Number and value of the next field; `None` at the end. Errors: `Corrupt`.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Value<'a>)>> {
        loop {
            if self.rest.is_empty() {
                return Ok(None);
            }
            let tag = varint(&mut self.rest)?;
            let value = match tag & 7 {
                0 => Value::Number(varint(&mut self.rest)?),
                2 => {
                    let length = varint(&mut self.rest)?;
                    Value::Bytes(self.take(length)?)
                }
                // Nothing that is read here has a fixed size.
                1 => {
                    self.take(8)?;
                    continue;
                }
                5 => {
                    self.take(4)?;
                    continue;
                }
                other => return Err(Error::corrupt(format!("expected a protobuf wire type, found {other}"))),
            };
            return Ok(Some((tag >> 3, value)));
        }
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8]> {
        let left = self.rest.len();
        let split = usize::try_from(length).ok().and_then(|length| self.rest.split_at_checked(length));
        let (taken, rest) = split
            .ok_or_else(|| Error::corrupt(format!("expected {length} bytes in a protobuf message, found {left}")))?;
        self.rest = rest;
        Ok(taken)
    }
}

impl<'a> Value<'a> {
    /// The value as a number. Errors: `Corrupt`.
    pub(super) fn number(self) -> Result<u64> {
        match self {
            Value::Number(number) => Ok(number),
            Value::Bytes(_) => Err(Error::corrupt("expected a number in a protobuf message, found bytes")),
        }
    }

    /// The value as bytes. Errors: `Corrupt`.
    pub(super) fn bytes(self) -> Result<&'a [u8]> {
        match self {
            Value::Bytes(bytes) => Ok(bytes),
            Value::Number(_) => Err(Error::corrupt("expected bytes in a protobuf message, found a number")),
        }
    }

    /// Adds the value of a repeated number, packed or not, to `list`. Errors: `Corrupt`.
    pub(super) fn numbers(self, list: &mut Vec<u64>) -> Result<()> {
        match self {
            Value::Number(number) => list.push(number),
            Value::Bytes(mut packed) => {
                while !packed.is_empty() {
                    list.push(varint(&mut packed)?);
                }
            }
        }
        Ok(())
    }
}

/// A number of seven bits a byte, lowest first, taken from the front of `bytes`.
fn varint(bytes: &mut &[u8]) -> Result<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let Some((byte, rest)) = bytes.split_first() else {
            return Err(Error::corrupt("expected more bytes of a protobuf message"));
        };
        *bytes = rest;
        value |= u64::from(byte & 0x7F) << shift;
        if *byte < 0x80 {
            return Ok(value);
        }
    }
    Err(Error::corrupt("expected a protobuf number of at most ten bytes"))
}
