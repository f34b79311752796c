//! The pages of one column chunk for the decoder, each decompressed when it is its turn.

use std::collections::VecDeque;

use bytes::Bytes;
use parquet::{
    basic::{Compression, Encoding},
    column::page::{Page, PageMetadata, PageReader},
    errors::{ParquetError, Result},
    file::page_index::offset_index::PageLocation,
};

use super::{
    page_codec::PageCodec,
    page_header::{INDEX_PAGE, Part, StoredPage},
};
use crate::error::Error;

/// Numbers of page types in Thrift.
const DATA_PAGE: i64 = 0;
const DICTIONARY_PAGE: i64 = 2;
const DATA_PAGE_V2: i64 = 3;

/// Pages to come.
pub(super) struct StoredPages {
    pages: VecDeque<Slot>,
    codec: PageCodec,
    /// Whether it is known where each page's rows begin.
    is_indexed: bool,
}

/// A page in its place.
struct Slot {
    /// `None` where it was not fetched, because it is skipped.
    page: Option<StoredPage>,
    /// What is known without looking at it.
    metadata: PageMetadata,
}

impl StoredPages {
    /// All pages of a chunk, one behind the other. Errors: a header is not whole.
    pub(super) fn of_chunk(pages: &[StoredPage], codec: Compression) -> Result<StoredPages> {
        let slot = |page: &StoredPage| Ok(Slot { metadata: metadata(page)?, page: Some(page.clone()) });
        let pages = pages.iter().filter(|page| page.header.page_type() != Some(INDEX_PAGE)).map(slot);
        Ok(StoredPages { pages: pages.collect::<Result<_>>()?, codec: PageCodec::new(codec), is_indexed: false })
    }

    /// Those pages of a chunk that were fetched, in the places that its offset index tells; `rows` are in the row group.
    pub(super) fn at(pages: &[StoredPage], places: &[PageLocation], rows: usize, codec: Compression) -> StoredPages {
        let first = places.first().map_or(u64::MAX, |place| place.offset.unsigned_abs());
        let dictionary = pages.first().filter(|page| page.at < first);
        let slot = |page: &StoredPage| Slot {
            page: Some(page.clone()),
            metadata: PageMetadata { num_rows: None, num_levels: None, is_dict: true },
        };
        let mut slots = dictionary.map(slot).into_iter().collect::<VecDeque<_>>();
        let begin_of = |place: &PageLocation| usize::try_from(place.first_row_index).unwrap_or(0);
        for (number, place) in places.iter().enumerate() {
            let found = pages.binary_search_by_key(&place.offset.unsigned_abs(), |page| page.at).ok();
            let end = places.get(number + 1).map_or(rows, begin_of);
            let num_rows = Some(end.saturating_sub(begin_of(place)));
            slots.push_back(Slot {
                page: found.and_then(|found| pages.get(found)).cloned(),
                metadata: PageMetadata { num_rows, num_levels: None, is_dict: false },
            });
        }
        StoredPages { pages: slots, codec: PageCodec::new(codec), is_indexed: true }
    }

    fn decode(&mut self, page: StoredPage) -> Result<Page> {
        let header = &page.header;
        let part = part(&page)?;
        let number = |id: usize| part.number(id).map_err(wrong);
        match header.page_type() {
            Some(DATA_PAGE) => Ok(Page::DataPage {
                num_values: number(1)?,
                encoding: encoding(number(2)?)?,
                def_level_encoding: encoding(number(3)?)?,
                rep_level_encoding: encoding(number(4)?)?,
                statistics: None,
                buf: self.plain(&page, 0)?,
            }),
            Some(DICTIONARY_PAGE) => Ok(Page::DictionaryPage {
                num_values: number(1)?,
                encoding: encoding(number(2)?)?,
                is_sorted: part.flag == Some(true),
                buf: self.plain(&page, 0)?,
            }),
            Some(DATA_PAGE_V2) => {
                let (def_levels_byte_len, rep_levels_byte_len) = (number(5)?, number(6)?);
                let is_compressed = part.flag != Some(false);
                let levels = (def_levels_byte_len as usize).saturating_add(rep_levels_byte_len as usize);
                Ok(Page::DataPageV2 {
                    num_values: number(1)?,
                    encoding: encoding(number(4)?)?,
                    num_nulls: number(2)?,
                    num_rows: number(3)?,
                    def_levels_byte_len,
                    rep_levels_byte_len,
                    is_compressed,
                    statistics: None,
                    buf: if is_compressed { self.plain(&page, levels)? } else { page.body },
                })
            }
            other => Err(ParquetError::General(format!("page of type {other:?} among data pages"))),
        }
    }

    /// The body of a page, of which the first `levels` bytes are stored as they are.
    fn plain(&mut self, page: &StoredPage, levels: usize) -> Result<Bytes> {
        let length = page.header.plain_bytes();
        if self.codec.is_plain() {
            return Ok(page.body.clone());
        }
        let (levels, stored) = page
            .body
            .split_at_checked(levels)
            .filter(|(levels, _)| levels.len() <= length)
            .ok_or_else(|| ParquetError::General(format!("levels of {levels} bytes do not fit their page")))?;
        let mut plain = Vec::with_capacity(length);
        plain.extend_from_slice(levels);
        // A page of nulls may have no values at all, not even compressed ones.
        if plain.len() < length {
            self.codec.decompress(stored, &mut plain, length).map_err(wrong)?;
        }
        if plain.len() != length {
            let message = format!("page of {length} bytes holds {}", plain.len());
            return Err(ParquetError::General(message));
        }
        Ok(plain.into())
    }
}

impl Iterator for StoredPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for StoredPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let Some(slot) = self.pages.pop_front() else { return Ok(None) };
        let page = slot.page.ok_or_else(|| ParquetError::General("a page was not fetched".to_owned()))?;
        self.decode(page).map(Some)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        Ok(self.pages.front().map(|slot| slot.metadata.clone()))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.pop_front();
        Ok(())
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        // Pages of an offset index, and those of version 2, which tell their rows, begin with a row.
        Ok(self.is_indexed || self.pages.front().is_none_or(|slot| slot.metadata.num_rows.is_some()))
    }
}

/// What the header tells of a page.
fn metadata(page: &StoredPage) -> Result<PageMetadata> {
    let part = part(page)?;
    let number = |id: usize| part.number(id).map(|number| number as usize).map_err(wrong);
    Ok(match page.header.page_type() {
        Some(DICTIONARY_PAGE) => PageMetadata { num_rows: None, num_levels: None, is_dict: true },
        Some(DATA_PAGE_V2) => PageMetadata { num_rows: Some(number(3)?), num_levels: Some(number(1)?), is_dict: false },
        _ => PageMetadata { num_rows: None, num_levels: Some(number(1)?), is_dict: false },
    })
}

fn part(page: &StoredPage) -> Result<&Part> {
    page.header.part().ok_or_else(|| ParquetError::General("a page lacks its header".to_owned()))
}

fn wrong(error: Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}

/// The encoding of a number in Thrift.
fn encoding(number: u32) -> Result<Encoding> {
    #[expect(deprecated, reason = "old files have it")]
    Ok(match number {
        0 => Encoding::PLAIN,
        2 => Encoding::PLAIN_DICTIONARY,
        3 => Encoding::RLE,
        4 => Encoding::BIT_PACKED,
        5 => Encoding::DELTA_BINARY_PACKED,
        6 => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        7 => Encoding::DELTA_BYTE_ARRAY,
        8 => Encoding::RLE_DICTIONARY,
        9 => Encoding::BYTE_STREAM_SPLIT,
        other => return Err(ParquetError::General(format!("encoding {other} is not known"))),
    })
}
