//! Row groups (stripes) of a file and the columns in them.

use yew::prelude::*;

use crate::{
    cell::Cell,
    components::{
        bits::{bytes, panel},
        page::Page,
    },
    format,
    model::{ColumnSum, FooterChunk, FooterGroup, FooterInfo},
    state::Action,
};

/// Columns told apart in a bar; the rest are one part.
const PARTS: usize = 24;

/// What the format calls its groups.
pub(super) fn noun(footer: &FooterInfo, capital: bool) -> String {
    let noun = match footer.format.as_str() {
        "orc" => "stripe",
        "avro" => "block",
        _ => "row group",
    };
    if capital { noun[..1].to_uppercase() + &noun[1..] } else { noun.to_owned() }
}

/// Bytes by column: of one group, or of the whole file.
pub(super) fn sums(footer: &FooterInfo, group: Option<i64>) -> Vec<ColumnSum> {
    let Some(group) = group.and_then(|number| footer.groups.iter().find(|own| own.index == number)) else {
        return footer.column_sums.clone();
    };
    let sum = |chunk: &FooterChunk| ColumnSum {
        column: chunk.column.clone(),
        compressed: chunk.compressed.unwrap_or_default(),
        uncompressed: chunk.uncompressed,
        nulls: chunk.nulls,
    };
    group.chunks.iter().map(sum).collect()
}

/// A bar for each group, its columns as parts; one is chosen with a click.
pub(super) fn bars(page: &Page, footer: &FooterInfo, chosen: Option<i64>) -> Html {
    let most = footer.groups.iter().map(|group| group.compressed).max().unwrap_or(1).max(1);
    let mut order: Vec<(usize, i64)> = footer.column_sums.iter().map(|sum| sum.compressed).enumerate().collect();
    order.sort_by_key(|(_, compressed)| std::cmp::Reverse(*compressed));
    // The colour of a column is that of its area above.
    let ranks: Vec<&str> =
        order.iter().filter_map(|(index, _)| footer.column_sums.get(*index)).map(|sum| sum.column.as_str()).collect();
    let set = |group: Option<i64>| page.on(Action::Focus("group", group.map(|group| group.to_string())));
    let title = format!("{}s", noun(footer, true));
    let tools = html! { if chosen.is_some() { <button onclick={set(None)}>{"All of them"}</button> } };
    let body = html! {
        <ul class="group-bars">{ for footer.groups.iter().map(|group| {
            let on = chosen == Some(group.index);
            let label = format!("{} {}: {} rows, {}", noun(footer, true), group.index, format::exact(group.rows), format::bytes(group.compressed));
            html! {
                <li key={group.index.to_string()}><button class="plain group-bar" aria-pressed={on.to_string()} aria-label={label.clone()} title={label} onclick={set((!on).then_some(group.index))}>
                    <span class="group-name">{ group.index.to_string() }</span>
                    { parts(group, &ranks, most) }
                    <span class="group-size">{ format::short(group.rows) }{" rows · "}{ format::bytes(group.compressed) }</span>
                </button></li>
            }
        }) }</ul>
    };
    // The panel takes a title that lives as long as the page.
    let title = match title.as_str() {
        "Stripes" => "Stripes",
        "Blocks" => "Blocks",
        _ => "Row groups",
    };
    panel(
        title,
        html! { "As long as they are in the file, their columns as parts, the largest first. Choose one to see only it." },
        tools,
        body,
    )
}

#[allow(clippy::cast_precision_loss)]
fn parts(group: &FooterGroup, ranks: &[&str], most: i64) -> Html {
    let share = |bytes: i64| bytes as f64 / most as f64 * 100.0;
    let mut own: Vec<(usize, &FooterChunk)> = group
        .chunks
        .iter()
        .map(|chunk| (ranks.iter().position(|name| *name == chunk.column).unwrap_or(ranks.len()), chunk))
        .collect();
    own.sort_by_key(|(rank, _)| *rank);
    let rest: i64 = own.iter().skip(PARTS).filter_map(|(_, chunk)| chunk.compressed).sum();
    html! {
        <span class="group-parts" aria-hidden="true">
            { for own.iter().take(PARTS).filter(|(_, chunk)| chunk.compressed.is_some_and(|bytes| bytes > 0)).map(|(rank, chunk)| html! {
                <i class={format!("t{}", rank % 6)} style={format!("width:{:.2}%", share(chunk.compressed.unwrap_or_default()))}></i>
            }) }
            if rest > 0 { <i class="rest" style={format!("width:{:.2}%", share(rest))}></i> }
        </span>
    }
}

/// A line for each column: of the chosen group, else of the first one with the sums of all.
pub(super) fn table(page: &Page, footer: &FooterInfo, chosen: Option<i64>) -> Html {
    let group =
        chosen.map_or_else(|| footer.groups.first(), |number| footer.groups.iter().find(|own| own.index == number));
    let sums = sums(footer, chosen);
    let many = footer.group_count.unwrap_or(1) > 1 && chosen.is_none();
    let remark = if group.is_none() {
        "What the schema in the header says."
    } else if many {
        "Sizes and nulls are of the whole file; encodings, least and greatest values of its first part. Choose one above for its own."
    } else {
        "Sizes, encodings and values as the footer has them."
    };
    let lines: Vec<Line> = footer
        .columns
        .iter()
        .map(|column| Line {
            name: &column.name,
            type_text: &column.type_text,
            sum: sums.iter().find(|sum| sum.column == column.name),
            chunk: group.and_then(|group| group.chunks.iter().find(|chunk| chunk.column == column.name)),
        })
        .collect();
    let copy = page.copier(lines.iter().map(Line::tabbed).collect::<Vec<_>>().join("\n"));
    panel(
        "Columns",
        html! { remark },
        html! { <button class="quiet" onclick={copy}>{"Copy as text"}</button> },
        html! {
            <div class="scroll-x"><table class="list footer-columns">
                <thead><tr><th scope="col">{"Column"}</th><th scope="col">{"Type"}</th><th scope="col" class="num">{"In the file"}</th><th scope="col" class="num">{"Unpacked"}</th><th scope="col" class="num">{"Nulls"}</th><th scope="col">{"Least"}</th><th scope="col">{"Greatest"}</th><th scope="col">{"Codec"}</th><th scope="col">{"Encodings"}</th><th scope="col">{"Kept besides"}</th></tr></thead>
                <tbody>{ for lines.iter().map(line) }</tbody>
            </table></div>
        },
    )
}

/// A column of the table.
struct Line<'a> {
    name: &'a str,
    type_text: &'a str,
    sum: Option<&'a ColumnSum>,
    chunk: Option<&'a FooterChunk>,
}

impl Line<'_> {
    fn besides(&self) -> Vec<&'static str> {
        let Some(chunk) = self.chunk else { return Vec::new() };
        let all =
            [(chunk.dictionary, "dictionary"), (chunk.page_index, "page index"), (chunk.bloom_filter, "bloom filter")];
        all.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect()
    }

    /// For the clipboard.
    fn tabbed(&self) -> String {
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let cell = |cell: Option<&Cell>| cell.map(Cell::copy_text).unwrap_or_default();
        [
            self.name.to_owned(),
            self.type_text.to_owned(),
            number(self.sum.map(|sum| sum.compressed)),
            number(self.sum.and_then(|sum| sum.uncompressed)),
            number(self.sum.and_then(|sum| sum.nulls)),
            cell(self.chunk.map(|chunk| &chunk.min)),
            cell(self.chunk.map(|chunk| &chunk.max)),
            self.chunk.and_then(|chunk| chunk.codec.clone()).unwrap_or_default(),
            self.chunk.map(|chunk| chunk.encodings.join(" ")).unwrap_or_default(),
            self.besides().join(" "),
        ]
        .map(|field| field.replace(['\t', '\n', '\r'], " "))
        .join("\t")
    }
}

fn line(line: &Line) -> Html {
    let none = || html! { <span class="none">{"–"}</span> };
    let bound = |cell: Option<&Cell>| match cell {
        None | Some(Cell::Null) => none(),
        Some(cell) => html! { <span title={cell.copy_text()}>{ format::middle_cut(&cell.copy_text(), 14, 6) }</span> },
    };
    let codec =
        line.chunk.and_then(|chunk| chunk.codec.as_ref()).map_or_else(none, |codec| html! { codec.to_lowercase() });
    let encodings = line.chunk.map(|chunk| chunk.encodings.join(", ").to_lowercase()).unwrap_or_default();
    html! {
        <tr key={line.name.to_owned()}>
            <th scope="row" title={line.name.to_owned()}>{ format::middle_cut(line.name, 24, 8) }</th>
            <td class="mono">{ line.type_text.to_owned() }</td>
            <td class="num">{ line.sum.map_or_else(none, |sum| bytes(sum.compressed)) }</td>
            <td class="num">{ line.sum.and_then(|sum| sum.uncompressed).map_or_else(none, bytes) }</td>
            <td class="num">{ line.sum.and_then(|sum| sum.nulls).map_or_else(none, |nulls| html! { format::exact(nulls) }) }</td>
            <td class="mono">{ bound(line.chunk.map(|chunk| &chunk.min)) }</td>
            <td class="mono">{ bound(line.chunk.map(|chunk| &chunk.max)) }</td>
            <td>{ codec }</td>
            <td class="encodings">{ encodings }</td>
            <td>{ line.besides().join(", ") }</td>
        </tr>
    }
}
