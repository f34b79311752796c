//! Pages on their way to the decoder, checked for what it takes for granted of their contents.

use bytes::Bytes;
use parquet::{
    basic::{Encoding, Type as PhysicalType},
    column::page::{Page, PageIterator, PageMetadata, PageReader},
    errors::{ParquetError, Result},
    schema::types::ColumnDescriptor,
};

use super::hybrid::Runs;

/// The pages of one column chunk.
pub(super) struct CheckedPages<R> {
    pages: R,
    max_def_level: i16,
    max_rep_level: i16,
    /// Dictionary keys of these columns are checked here: the decoder checks those of all others.
    check_keys: bool,
    /// Values in the dictionary, once it came.
    dictionary: Option<u32>,
}

impl<R: PageReader> CheckedPages<R> {
    /// `column` as written in the file.
    pub(super) fn new(pages: R, column: &ColumnDescriptor) -> Self {
        CheckedPages {
            pages,
            max_def_level: column.max_def_level(),
            max_rep_level: column.max_rep_level(),
            check_keys: matches!(column.physical_type(), PhysicalType::FIXED_LEN_BYTE_ARRAY | PhysicalType::INT96),
            dictionary: None,
        }
    }

    fn check(&mut self, page: Page) -> Result<Page> {
        match page {
            Page::DictionaryPage { num_values, .. } => {
                self.dictionary = Some(num_values);
                Ok(page)
            }
            Page::DataPage { ref buf, num_values, encoding, def_level_encoding, rep_level_encoding, .. } => {
                let levels = level_bytes(buf, self.max_rep_level, rep_level_encoding, num_values)
                    .and_then(|rep| {
                        Some(rep + level_bytes(buf.get(rep..)?, self.max_def_level, def_level_encoding, num_values)?)
                    })
                    .ok_or_else(|| wrong("levels do not fit their page"))?;
                self.check_values(page.clone(), buf, levels, encoding)
            }
            Page::DataPageV2 { ref buf, num_values, encoding, def_levels_byte_len, rep_levels_byte_len, .. } => {
                let (rep, def) = (rep_levels_byte_len as usize, def_levels_byte_len as usize);
                let levels = rep.saturating_add(def);
                if !levels_hold(buf.get(..rep), self.max_rep_level, num_values)
                    || !levels_hold(buf.get(rep..levels), self.max_def_level, num_values)
                {
                    return Err(wrong("levels do not fit their page"));
                }
                self.check_values(page.clone(), buf, levels, encoding)
            }
        }
    }

    /// Checks dictionary keys, which are all that needs it; `levels` is how many bytes of `buf` come before the values.
    fn check_values(&self, page: Page, buf: &Bytes, levels: usize, encoding: Encoding) -> Result<Page> {
        if !matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY) {
            return Ok(page);
        }
        let Some(dictionary) = self.dictionary else {
            return Err(wrong("a page refers to a dictionary that is not there"));
        };
        match buf.get(levels..).and_then(|values| values.split_first()) {
            // A page of nulls: the decoder wants the width of the keys all the same.
            None => Ok(with_buffer(page, [buf, &[0][..]].concat().into())),
            Some((width, _)) if *width > 32 => Err(wrong(&format!("dictionary keys of {width} bits"))),
            // The decoder does not look at the keys of an empty dictionary.
            Some((width, keys))
                if self.check_keys && dictionary > 0 && !Runs::new(keys, *width).all_below(dictionary) =>
            {
                Err(wrong(&format!("a key is not in the dictionary of {dictionary} values")))
            }
            Some(_) => Ok(page),
        }
    }
}

fn with_buffer(mut page: Page, buffer: Bytes) -> Page {
    match &mut page {
        Page::DataPage { buf, .. } | Page::DataPageV2 { buf, .. } | Page::DictionaryPage { buf, .. } => *buf = buffer,
    }
    page
}

fn wrong(message: &str) -> ParquetError {
    ParquetError::General(message.to_owned())
}

/// Length of the levels at the start of `buf`; `None` where they do not fit or are fewer than `values`.
fn level_bytes(buf: &[u8], max_level: i16, encoding: Encoding, values: u32) -> Option<usize> {
    let width = level_width(max_level);
    if width == 0 {
        return Some(0);
    }
    #[expect(deprecated, reason = "old files have it")]
    if encoding == Encoding::BIT_PACKED {
        let length = usize::try_from((u64::from(values) * u64::from(width)).div_ceil(8)).ok()?;
        return (length <= buf.len()).then_some(length);
    }
    let (length, levels) = buf.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    Runs::new(levels.get(..length)?, width).hold(values.into()).then_some(length + 4)
}

/// Whether the levels of a version 2 page, which have no length of their own, are as many as `values`.
fn levels_hold(levels: Option<&[u8]>, max_level: i16, values: u32) -> bool {
    let width = level_width(max_level);
    levels.is_some_and(|levels| width == 0 || Runs::new(levels, width).hold(values.into()))
}

fn level_width(max_level: i16) -> u8 {
    (u16::BITS - max_level.unsigned_abs().leading_zeros()) as u8
}

impl<R: PageReader> Iterator for CheckedPages<R> {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl<R: PageReader> PageReader for CheckedPages<R> {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        match self.pages.get_next_page()? {
            Some(page) => self.check(page).map(Some),
            None => Ok(None),
        }
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.pages.at_record_boundary()
    }
}

/// A column chunk's pages as the only chunk of a row group.
pub(super) struct OneChunk(pub(super) Option<Result<Box<dyn PageReader>>>);

impl Iterator for OneChunk {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take()
    }
}

impl PageIterator for OneChunk {}
