//! What is read of encoded variants: the dictionary of names, and the fields of an object.

use std::collections::HashMap;

use crate::error::{Error, Result};

/// The names of one metadata value.
#[derive(Debug, Default)]
pub(super) struct Names {
    names: Vec<String>,
    ids: HashMap<String, usize>,
}

impl Names {
    /// Reads metadata: a byte with version 1 and the width of numbers, how many names there are, where each starts, all
    /// names. Errors: `Corrupt`.
    pub(super) fn parse(metadata: &[u8]) -> Result<Names> {
        let header = *metadata.first().ok_or_else(outside)?;
        if header & 0x0F != 1 {
            return Err(Error::corrupt(format!("expected variant metadata of version 1, found {}", header & 0x0F)));
        }
        let width = usize::from(header >> 6) + 1;
        let size = number(metadata, 1, width)?;
        let texts = size.checked_add(2).and_then(|numbers| numbers.checked_mul(width)).ok_or_else(outside)? + 1;
        if texts > metadata.len() {
            return Err(outside());
        }
        let mut names = Names { names: Vec::with_capacity(size), ids: HashMap::with_capacity(size) };
        for id in 0..size {
            let start = number(metadata, 1 + width * (id + 1), width)?;
            let end = number(metadata, 1 + width * (id + 2), width)?;
            let name = metadata.get(texts..).and_then(|texts| texts.get(start..end)).ok_or_else(outside)?;
            let name = str::from_utf8(name);
            let name = name.map_err(|error| Error::corrupt("a name in a variant is not UTF-8").because(error))?;
            names.ids.entry(name.to_owned()).or_insert(id);
            names.names.push(name.to_owned());
        }
        Ok(names)
    }

    /// The number of a name. Errors: `Corrupt` where the dictionary lacks it.
    pub(super) fn id(&self, name: &str) -> Result<usize> {
        let id = self.ids.get(name).copied();
        id.ok_or_else(|| Error::corrupt(format!("expected the name '{name}' in the metadata of a variant")))
    }

    /// The name of a number. Errors: `Corrupt` where the dictionary is shorter.
    pub(super) fn name(&self, id: usize) -> Result<&str> {
        let name = self.names.get(id).map(String::as_str);
        name.ok_or_else(|| Error::corrupt(format!("variant names field {id} of a dictionary of {}", self.names.len())))
    }
}

/// Number of the name, and bytes of the value, of each field of an encoded object. Errors: `Corrupt`, also for other values.
pub(super) fn fields_of_object(value: &[u8]) -> Result<Vec<(usize, &[u8])>> {
    let header = *value.first().ok_or_else(outside)?;
    if header & 3 != 2 {
        return Err(Error::corrupt("expected an object beside the shredded fields of a variant"));
    }
    let shape = Container::of_object(header >> 2);
    let size = number(value, 1, shape.size_width)?;
    let ids = 1 + shape.size_width;
    let starts = size.checked_mul(shape.id_width).ok_or_else(outside)? + ids;
    let data = size.checked_add(1).and_then(|size| size.checked_mul(shape.offset_width)).ok_or_else(outside)? + starts;
    if data > value.len() {
        return Err(outside());
    }
    let field = |index: usize| {
        let id = number(value, ids + index * shape.id_width, shape.id_width)?;
        let start = number(value, starts + index * shape.offset_width, shape.offset_width)?;
        let rest = value.get(data..).and_then(|data| data.get(start..)).ok_or_else(outside)?;
        let length = length(rest)?;
        Ok((id, rest.get(..length).ok_or_else(outside)?))
    };
    (0..size).map(field).collect()
}

/// Widths of the numbers of an object or array.
struct Container {
    size_width: usize,
    id_width: usize,
    offset_width: usize,
}

impl Container {
    fn of_object(info: u8) -> Self {
        let size_width = if info & 0x10 == 0 { 1 } else { 4 };
        Container { size_width, id_width: usize::from(info >> 2 & 3) + 1, offset_width: usize::from(info & 3) + 1 }
    }

    fn of_array(info: u8) -> Self {
        let size_width = if info & 4 == 0 { 1 } else { 4 };
        Container { size_width, id_width: 0, offset_width: usize::from(info & 3) + 1 }
    }

    /// Bytes of the whole value, by where its last child ends.
    fn length(&self, value: &[u8]) -> Result<usize> {
        let size = number(value, 1, self.size_width)?;
        let last = size.checked_mul(self.id_width + self.offset_width).ok_or_else(outside)? + 1 + self.size_width;
        let end = number(value, last, self.offset_width)?;
        last.checked_add(self.offset_width).and_then(|data| data.checked_add(end)).ok_or_else(outside)
    }
}

/// Bytes of the value that `bytes` begins with. Errors: `Corrupt` for unknown types.
pub(super) fn length(bytes: &[u8]) -> Result<usize> {
    let header = *bytes.first().ok_or_else(outside)?;
    let info = header >> 2;
    match header & 3 {
        0 => Ok(match info {
            0..=2 => 1,
            3 => 2,
            4 => 3,
            5 | 11 | 14 => 5,
            6 | 7 | 12 | 13 | 17..=19 => 9,
            8 => 6,
            9 => 10,
            10 => 18,
            15 | 16 => number(bytes, 1, 4)?.checked_add(5).ok_or_else(outside)?,
            20 => 17,
            other => return Err(Error::corrupt(format!("unknown primitive type {other} in a variant"))),
        }),
        1 => Ok(usize::from(info) + 1),
        2 => Container::of_object(info).length(bytes),
        _ => Container::of_array(info).length(bytes),
    }
}

fn number(bytes: &[u8], at: usize, width: usize) -> Result<usize> {
    let bytes = at.checked_add(width).and_then(|end| bytes.get(at..end)).ok_or_else(outside)?;
    let number = bytes.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    usize::try_from(number).map_err(|_| outside())
}

fn outside() -> Error {
    Error::corrupt("variant points outside its bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_both_ways() {
        let names = Names::parse(&[1, 2, 0, 1, 3, b'b', b'a', b'c']).unwrap();
        assert_eq!((names.id("ac").unwrap(), names.name(0).unwrap()), (1, "b"));
        assert!(names.id("c").is_err() && names.name(2).is_err());
        for broken in [&[][..], &[2, 0, 0], &[1], &[1, 9, 0], &[1, 1, 0, 9, b'a'], &[0xC1, 0xFF, 0xFF, 0xFF, 0xFF]] {
            assert!(Names::parse(broken).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn fields_are_taken_apart() {
        // {1: 7, 0: [null]}
        let value = [2, 2, 1, 0, 0, 2, 7, 3 << 2, 7, 3, 1, 0, 1, 0];
        let fields = fields_of_object(&value).unwrap();
        assert_eq!(fields, [(1, &[3 << 2, 7][..]), (0, &[3, 1, 0, 1, 0][..])]);
        assert_eq!(length(&value).unwrap(), value.len());
        assert!(fields_of_object(&[0]).is_err());
        for end in 0..value.len() {
            assert!(fields_of_object(&value[..end]).is_err(), "{end}");
        }
        assert!(fields_of_object(&[0x10 << 2 | 2, 0xFF, 0xFF, 0xFF, 0xFF]).is_err());
    }
}
