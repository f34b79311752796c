//! Texts and bytes, direct or through a dictionary.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BinaryArray, StringArray, UInt32Array, builder::StringBuilder};
use arrow_buffer::OffsetBuffer;

use super::{
    column::{MAX_BATCH_BYTES, Values},
    compression::Stream,
    integer_runs::IntegerRuns,
    nested::offsets,
    stripe::{StreamKind, StripeData},
};
use crate::error::{Error, Result};

/// What bytes become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Binary,
    Text,
    /// Text that the writer filled up with blanks, as for CHAR: they are cut off, as Java does.
    Padded,
}

/// Where values come from.
enum Stored {
    Direct { lengths: IntegerRuns, data: Stream },
    Dictionary { places: IntegerRuns, entries: ArrayRef },
}

/// CHAR, VARCHAR, BINARY, VARBINARY
pub(super) struct Texts {
    stored: Stored,
    form: Form,
}

impl Texts {
    /// The values of `column`. Reads its dictionary, if there is one.
    pub(super) fn open(stripe: &mut StripeData, column: usize, form: Form) -> Result<Self> {
        let mut lengths = stripe.integers(column, StreamKind::Length, false)?;
        let stored = match stripe.encoding(column)?.dictionary {
            None => Stored::Direct { lengths, data: stripe.stream(column, StreamKind::Data) },
            Some(entries) => {
                let data = stripe.dictionary(column)?;
                // Entries differ, so no more than one is empty.
                let entries = usize::try_from(entries).ok().filter(|entries| *entries <= data.len() + 1);
                let entries = entries.ok_or_else(|| Error::corrupt("expected fewer entries of an orc dictionary"))?;
                let offsets = offsets(&mut lengths, entries, data.len())?;
                let places = stripe.integers(column, StreamKind::Data, false)?;
                Stored::Dictionary { places, entries: array(form, offsets, data)? }
            }
        };
        Ok(Texts { stored, form })
    }
}

impl Values for Texts {
    fn take(&mut self, count: usize) -> Result<ArrayRef> {
        match &mut self.stored {
            Stored::Direct { lengths, data } => {
                let offsets = offsets(lengths, count, MAX_BATCH_BYTES)?;
                let mut bytes = Vec::new();
                data.take(offsets.last().map_or(0, |last| *last as usize), &mut bytes)?;
                array(self.form, offsets, bytes)
            }
            Stored::Dictionary { places, entries } => {
                let mut taken = Vec::new();
                places.take(count, &mut taken)?;
                let place = |place: i64| {
                    let known = usize::try_from(place).ok().filter(|place| *place < entries.len());
                    known.map(|place| place as u32).ok_or_else(|| {
                        Error::corrupt(format!("expected one of {} dictionary entries, found {place}", entries.len()))
                    })
                };
                let places = taken.into_iter().map(place).collect::<Result<Vec<_>>>()?;
                // Long entries could come often: the batch has a limit however short the file is.
                let bytes = places.iter().map(|place| length(entries, *place)).fold(0_usize, usize::saturating_add);
                if bytes > MAX_BATCH_BYTES {
                    return Err(Error::corrupt(format!("expected at most {MAX_BATCH_BYTES} bytes in a batch")));
                }
                arrow_select::take::take(entries, &UInt32Array::from(places), None)
                    .map_err(|error| Error::internal("dictionary entries cannot be taken").because(error))
            }
        }
    }
}

/// Bytes of an entry.
fn length(entries: &ArrayRef, place: u32) -> usize {
    let place = place as usize;
    match entries.as_any().downcast_ref::<StringArray>() {
        Some(texts) => texts.value_length(place) as usize,
        None => entries.as_any().downcast_ref::<BinaryArray>().map_or(0, |bytes| bytes.value_length(place) as usize),
    }
}

fn array(form: Form, offsets: OffsetBuffer<i32>, data: Vec<u8>) -> Result<ArrayRef> {
    let wrong = |error| Error::corrupt("expected UTF-8").because(error);
    Ok(match form {
        Form::Binary => Arc::new(BinaryArray::try_new(offsets, data.into(), None)?),
        Form::Text => Arc::new(StringArray::try_new(offsets, data.into(), None).map_err(wrong)?),
        Form::Padded => {
            let padded = StringArray::try_new(offsets, data.into(), None).map_err(wrong)?;
            let mut trimmed = StringBuilder::with_capacity(padded.len(), padded.value_data().len());
            padded.iter().flatten().for_each(|text| trimmed.append_value(text.trim_end_matches(' ')));
            Arc::new(trimmed.finish())
        }
    })
}
