//! An ORC tail in words.

use super::{
    proto::Fields,
    statistics,
    stripe::{Encoding, Footer},
    tail::{self, Kind, Tail},
};
use crate::{
    error::Result,
    format::{
        ChunkDescription, ColumnDescription, ColumnSum, FileFormat, FooterDescription, GroupDescription, MetadataEntry,
        describe::{Shown, bound, short},
        source::Source,
    },
    io::Storage,
    predicate::ColumnBounds,
    types::{DataType, TypeKind},
};

/// Streams of statistics within a stripe.
const ROW_INDEX: u64 = 6;
/// Streams of bloom filters.
const BLOOM_FILTERS: [u64; 2] = [7, 8];
/// Writers by their numbers.
const WRITERS: [&str; 6] = ["ORC Java", "ORC C++", "Presto", "Scritchley Go", "Trino", "cuDF"];

/// See [`crate::format::describe()`]. Of each stripe shown its footer is fetched, too.
pub(in crate::format) async fn describe(
    storage: &Storage,
    path: &str,
    size: u64,
    shown: Shown,
) -> Result<FooterDescription> {
    let source = Source::open_tail(storage, path, size).await?;
    let tail = tail::load(&source).await?;
    let names = names(&tail);
    let stripes = shown.groups(tail.stripes.len(), names.len());
    let bounds = statistics::of_stripes(&source, &tail, stripes.clone()).await?;
    let (offset, mut groups) = (stripes.start, Vec::new());
    for (index, bounds) in stripes.zip(bounds.into_iter().map(Some).chain(std::iter::repeat(None))) {
        groups.push(stripe(&source, &tail, &names, index, bounds.unwrap_or_default()).await?);
    }
    let description = FooterDescription {
        codec: Some(tail.compression.name().to_owned()),
        columns: names.iter().filter_map(|(column, name)| Some(shape(name, tail.types.get(*column)?.kind))).collect(),
        group_count: Some(tail.stripes.len()),
        offset,
        groups,
        ..FooterDescription::of(path, FileFormat::Orc, size)
    };
    file_facts(&source, &names, description).await
}

/// The columns that hold values, with their dotted names: all but the root and the structs.
fn names(tail: &Tail) -> Vec<(usize, String)> {
    let mut names: Vec<Option<String>> = vec![None; tail.types.len()];
    // Parents precede their children.
    for (column, node) in tail.types.iter().enumerate() {
        let parent = names.get(column).cloned().flatten();
        for (number, child) in node.children.iter().enumerate() {
            let own = match node.kind {
                Kind::Struct => node.names.get(number).cloned().unwrap_or_default(),
                Kind::List => "element".to_owned(),
                Kind::Map => if number == 0 { "key" } else { "value" }.to_owned(),
                _ => number.to_string(),
            };
            let name = parent.as_ref().map_or_else(|| own.clone(), |parent| format!("{parent}.{own}"));
            // Nested names of a hostile file could grow without end.
            if let Some(slot) = names.get_mut(*child) {
                *slot = Some(short(name));
            }
        }
    }
    let holds = |column: usize| tail.types.get(column).is_some_and(|node| node.kind != Kind::Struct);
    let named = names.into_iter().enumerate().filter(|(column, _)| holds(*column));
    named.filter_map(|(column, name)| Some((column, name?))).collect()
}

fn shape(name: &str, kind: Kind) -> ColumnDescription {
    let sql = statistics::type_of(kind).map(|kind| DataType::nullable(kind).to_string());
    ColumnDescription { name: name.to_owned(), r#type: sql.unwrap_or_else(|| format!("{kind:?}").to_uppercase()) }
}

async fn stripe(
    source: &Source,
    tail: &Tail,
    names: &[(usize, String)],
    index: usize,
    bounds: Vec<ColumnBounds>,
) -> Result<GroupDescription> {
    let Some(stripe) = tail.stripes.get(index) else {
        return Err(crate::error::Error::internal(format!("orc stripe {index} is not there")));
    };
    let (footer, _) = Footer::load(source, tail, *stripe).await?;
    let mut chunks = vec![ChunkDescription::default(); tail.types.len()];
    for stream in &footer.streams {
        let Some(chunk) = usize::try_from(stream.column).ok().and_then(|column| chunks.get_mut(column)) else {
            continue;
        };
        chunk.page_index |= stream.kind == ROW_INDEX;
        chunk.bloom_filter |= BLOOM_FILTERS.contains(&stream.kind);
        chunk.compressed = Some(chunk.compressed.unwrap_or(0).saturating_add(stream.length));
    }
    let chunk = |(column, name): &(usize, String)| {
        let encoding = footer.encodings.get(*column);
        let kind = tail.types.get(*column).map(|node| node.kind);
        let bounds = bounds.get(*column).cloned().unwrap_or_default();
        let data_type = DataType::nullable(kind.and_then(statistics::type_of).unwrap_or(TypeKind::STRING));
        ChunkDescription {
            column: name.clone(),
            r#type: kind.map(|kind| format!("{kind:?}").to_uppercase()).unwrap_or_default(),
            codec: Some(tail.compression.name().to_owned()),
            encodings: encoding.map(Encoding::name).map(str::to_owned).into_iter().collect(),
            nulls: bounds.null_count.and_then(|nulls| u64::try_from(nulls).ok()),
            min: bound(bounds.min.as_ref(), &data_type),
            max: bound(bounds.max.as_ref(), &data_type),
            dictionary: encoding.is_some_and(|encoding| encoding.dictionary.is_some()),
            ..chunks.get(*column).cloned().unwrap_or_default()
        }
    };
    Ok(GroupDescription {
        index,
        start: Some(stripe.offset),
        rows: stripe.rows,
        compressed: stripe.index_length.saturating_add(stripe.data_length).saturating_add(stripe.footer_length),
        uncompressed: None,
        chunks: names.iter().map(chunk).collect(),
    })
}

/// What postscript and footer say of the whole file.
async fn file_facts(
    source: &Source,
    names: &[(usize, String)],
    mut description: FooterDescription,
) -> Result<FooterDescription> {
    let (postscript, _, footer) = tail::postscript_and_footer(source).await?;
    description.footer_bytes = postscript.footer_length;
    let version = postscript.version.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
    description.version = Some(version).filter(|version| !version.is_empty());
    let footer = postscript.compression.expand(footer, tail::MAX_FOOTER_BYTES)?;
    let (mut sums, mut writer, mut software) = (Vec::new(), None, None);
    let mut fields = Fields::new(&footer);
    while let Some((field, value)) = fields.next()? {
        match field {
            5 => description.metadata.push(metadata(value.bytes()?)?),
            6 => description.rows = Some(value.number()?),
            7 => sums.push(statistics::of_file(value)?),
            9 => writer = usize::try_from(value.number()?).ok().and_then(|number| WRITERS.get(number)),
            12 => software = Some(short(tail::text(value)?)),
            _ => {}
        }
        tail::check_parts(sums.len().max(description.metadata.len()))?;
    }
    // Java is number 0, which is not written.
    description.writer = Some(
        [Some((*writer.unwrap_or(&WRITERS[0])).to_owned()), software]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
    );
    let sum = |(column, name): &(usize, String)| {
        let (bytes, values): (Option<u64>, Option<u64>) = sums.get(*column).copied().unwrap_or_default();
        // Columns within others have more or fewer values than the file has rows.
        let nulls = (!name.contains('.')).then(|| description.rows?.checked_sub(values?)).flatten();
        ColumnSum { column: name.clone(), compressed: bytes, uncompressed: None, nulls }
    };
    description.column_sums = names.iter().map(sum).collect();
    Ok(description)
}

fn metadata(message: &[u8]) -> Result<MetadataEntry> {
    let (mut name, mut value): (&[u8], &[u8]) = (&[], &[]);
    let mut fields = Fields::new(message);
    while let Some((field, found)) = fields.next()? {
        match field {
            1 => name = found.bytes()?,
            2 => value = found.bytes()?,
            _ => {}
        }
    }
    Ok(MetadataEntry::new(name, value))
}
