//! The containers of a bitmap: sets of 16-bit numbers, each at a place that it keeps.
//!
//! They are the number of lists (4 bytes; always 1 here), then per list a mark (-2), the number of places (4) and the places:
//! 0 for none, or 1, the form (1), the number of members (4) and the members. Last come the number of containers (8), the last
//! list (4) and the last place taken (4). Java keeps places ready for more containers and writes them, too.

use roaring::RoaringBitmap;

use super::{Input, corrupt};
use crate::error::{Error, Result};

/// Members of the largest array.
const MAX_ARRAY: u64 = 4096;
/// Members of a full container.
const FULL: u64 = 1 << 16;
const BITMAP_BYTES: u64 = 8192;
const NOT_TRIMMED: u8 = -2i8 as u8;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Containers {
    places: Vec<Option<Container>>,
    /// Number of places taken, also by containers that went.
    taken: usize,
}

/// Numbers below 2^16, and the form in which Java holds them.
#[derive(Debug)]
pub(super) struct Container {
    members: RoaringBitmap,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Runs,
    Bitmap,
    Array,
}

impl Containers {
    pub(super) fn parse(input: &mut Input<'_>) -> Result<Self> {
        let lists = input.count()?;
        if lists != 1 {
            return Err(Error::unsupported(format!("a roaring bitmap of 64-bit numbers with {lists} lists, not 1")));
        }
        input.byte()?;
        let mut places = Vec::new();
        for _ in 0..input.count()? {
            places.push(match input.byte()? {
                0 => None,
                1 => Some(Container::parse(input)?),
                other => return Err(corrupt(format!("expected 0 or 1 before a container, found {other}"))),
            });
        }
        let [_count, last_list_and_place]: [[u8; 8]; 2] = [input.array()?, input.array()?];
        let last = (u64::from_le_bytes(last_list_and_place) >> 32) as usize;
        if last >= places.len() {
            return Err(corrupt(format!("the last of {} places is number {last}", places.len())));
        }
        Ok(Containers { places, taken: last + 1 })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) -> Result<()> {
        let size = i32::try_from(self.places.len());
        let size = size.map_err(|_| Error::unsupported("a roaring bitmap of more than 2^31 containers"))?;
        out.extend(1i32.to_le_bytes());
        out.push(NOT_TRIMMED);
        out.extend(size.to_le_bytes());
        for place in &self.places {
            out.push(u8::from(place.is_some()));
            if let Some(container) = place {
                container.write(out);
            }
        }
        out.extend((self.places.iter().flatten().count() as u64).to_le_bytes());
        out.extend(0i32.to_le_bytes());
        out.extend((self.taken as u32).wrapping_sub(1).to_le_bytes());
        Ok(())
    }

    pub(super) fn get(&self, place: u64) -> Option<&Container> {
        self.places.get(usize::try_from(place).ok()?)?.as_ref()
    }

    pub(super) fn take(&mut self, place: u64) -> Option<Container> {
        self.places.get_mut(usize::try_from(place).ok()?)?.take()
    }

    /// The place of one more container.
    pub(super) fn push(&mut self, container: Container) -> u64 {
        let place = self.taken;
        self.taken += 1;
        if place >= self.places.len() {
            // Java's lists grow by half.
            let size = self.places.len() + self.places.len() / 2;
            self.places.resize_with(size.max(self.taken), || None);
        }
        self.places[place] = Some(container);
        place as u64
    }

    pub(super) fn unite(&mut self, place: u64, other: &Container) {
        if let Some(Some(container)) = self.places.get_mut(place as usize) {
            container.unite(other);
        }
    }

    /// Turns containers into runs where those are smaller; other containers stay as they are.
    pub(super) fn pack(&mut self) {
        for container in self.places.iter_mut().flatten() {
            let size = match container.form {
                Form::Runs => continue,
                Form::Bitmap => BITMAP_BYTES,
                Form::Array => 2 * container.members.len(),
            };
            if size > container.size_as_runs() {
                container.form = Form::Runs;
            }
        }
    }
}

impl Container {
    #[cfg(test)]
    pub(super) fn of(number: u32) -> Self {
        Container { members: [number].into_iter().collect(), form: Form::Array }
    }

    #[cfg(test)]
    pub(super) fn members(&self) -> &RoaringBitmap {
        &self.members
    }

    fn parse(input: &mut Input<'_>) -> Result<Self> {
        let form = input.byte()?;
        let count = u32::from_le_bytes(input.array()?);
        let (form, members) = match form {
            0 => (Form::Runs, runs(input)?),
            1 => (Form::Bitmap, RoaringBitmap::from_lsb0_bytes(0, input.take(BITMAP_BYTES as usize)?)),
            2 => {
                let numbers = input.take((count as usize).saturating_mul(2))?.chunks_exact(2);
                let numbers = numbers.map(|number| u32::from(number[0]) | u32::from(number[1]) << 8);
                let members = RoaringBitmap::from_sorted_iter(numbers);
                (Form::Array, members.map_err(|error| corrupt("an array out of order").because(error))?)
            }
            other => return Err(corrupt(format!("there is no container of form {other}"))),
        };
        if members.len() != u64::from(count) {
            return Err(corrupt(format!("expected {count} members in a container, found {}", members.len())));
        }
        Ok(Container { members, form })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.form as u8);
        out.extend((self.members.len() as u32).to_le_bytes());
        match self.form {
            Form::Array => self.members.iter().for_each(|member| out.extend((member as u16).to_le_bytes())),
            Form::Bitmap => {
                let start = out.len();
                out.resize(start + BITMAP_BYTES as usize, 0);
                self.members.iter().for_each(|member| out[start + member as usize / 8] |= 1 << (member % 8));
            }
            Form::Runs => {
                let runs = self.runs();
                out.extend((runs.len() as u16).to_le_bytes());
                for (start, end) in runs {
                    out.extend((start as u16).to_le_bytes());
                    out.extend(((end - start) as u16).to_le_bytes());
                }
            }
        }
    }

    /// First and last members of runs.
    fn runs(&self) -> Vec<(u32, u32)> {
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for member in &self.members {
            match runs.last_mut() {
                Some((_, end)) if *end + 1 == member => *end = member,
                _ => runs.push((member, member)),
            }
        }
        runs
    }

    fn size_as_runs(&self) -> u64 {
        2 + 4 * self.runs().len() as u64
    }

    /// Java decides by size only where runs meet runs or an array.
    fn unite(&mut self, other: &Container) {
        if self.form == Form::Runs && self.members.len() == FULL {
            return;
        }
        self.members |= &other.members;
        let forms = [self.form, other.form];
        let count = self.members.len();
        self.form = if count == FULL {
            Form::Runs
        } else if forms.contains(&Form::Bitmap) {
            Form::Bitmap
        } else if forms.contains(&Form::Runs) && self.size_as_runs() <= BITMAP_BYTES.min(2 * count + 2) {
            Form::Runs
        } else if count <= MAX_ARRAY {
            Form::Array
        } else {
            Form::Bitmap
        };
    }
}

fn runs(input: &mut Input<'_>) -> Result<RoaringBitmap> {
    let mut members = RoaringBitmap::new();
    for _ in 0..input.u16()? {
        let (start, more) = (u32::from(input.u16()?), u32::from(input.u16()?));
        if start + more >= FULL as u32 {
            return Err(corrupt(format!("a run of {more} after {start}")));
        }
        members.insert_range(start..=start + more);
    }
    Ok(members)
}
