//! Builds messages of protocol buffers, as far as ORC needs them; `proto` reads them.

/// A message.
#[derive(Clone, Debug, Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// A field with a number.
    pub(super) fn number(mut self, field: u64, value: u64) -> Self {
        varint(field << 3, &mut self.0);
        varint(value, &mut self.0);
        self
    }

    /// A field with a number that may be negative (`sint64`).
    pub(super) fn signed(self, field: u64, value: i64) -> Self {
        self.number(field, zigzag(value))
    }

    /// A field with a number of 64 fixed bits (`double`).
    pub(super) fn double(mut self, field: u64, value: f64) -> Self {
        varint(field << 3 | 1, &mut self.0);
        self.0.extend(value.to_le_bytes());
        self
    }

    /// A field with bytes, a text or a message.
    pub(super) fn part(mut self, field: u64, value: &[u8]) -> Self {
        varint(field << 3 | 2, &mut self.0);
        varint(value.len() as u64, &mut self.0);
        self.0.extend(value);
        self
    }

    /// A field with packed numbers; left out where there are none.
    pub(super) fn packed(self, field: u64, values: impl Iterator<Item = u64>) -> Self {
        let mut packed = Vec::new();
        values.for_each(|value| varint(value, &mut packed));
        if packed.is_empty() { self } else { self.part(field, &packed) }
    }
}

/// Seven bits a byte, lowest first.
pub(super) fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Small magnitudes as small numbers.
pub(super) fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}
