//! The rows of one answer, as far as they are in sight.

use yew::prelude::*;

use super::CHUNK;
use crate::{
    components::{
        ask::use_ask,
        bits::{ago, bytes, count, level_class, optional},
        long_list::row_id,
        page::{Page, use_page},
    },
    files_query::{COLUMNS, FilesQuery},
    format,
    model::{FileInfo, FilesPage},
    state::{Action, Ask, Selection, Shown},
};

/// Properties of [`FileRows`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// Which files.
    pub(super) query: FilesQuery,
    /// Number of the first file of the answer.
    pub(super) offset: usize,
    /// Rows to draw, from one to before another.
    pub(super) range: (usize, usize),
    /// Where the keyboard is.
    pub(super) at: Option<usize>,
    /// Brings it elsewhere.
    pub(super) go: Callback<usize>,
}

/// Some rows of the list.
#[component]
pub(super) fn FileRows(props: &Props) -> Html {
    let page = use_page();
    let shown = use_ask::<FilesPage>(Ask::at(&page.state, "filesPage", props.query.page(props.offset, CHUNK)));
    let file_at = |row: usize| shown.value().and_then(|answer| answer.files.get(row.checked_sub(props.offset)?));
    {
        // What the keyboard comes to is chosen, once it is known.
        let send = page.sender();
        let fresh = matches!(shown, Shown::Fresh(_));
        let path = props.at.filter(|_| fresh).and_then(file_at).map(|file| file.path.clone());
        use_effect_with(path, move |path| {
            if let Some(path) = path {
                send.emit(Action::Select(Some(Selection::File(path.clone()))));
            }
        });
    }
    let chosen = match &page.state.selection {
        Some(Selection::File(path)) => Some(path.as_str()),
        _ => None,
    };
    if let Shown::Failed(problem) = &shown {
        return html! {
            <tr role="row"><td colspan={COLUMNS.len().to_string()} class="bad">{ problem.message.clone() }{" "}<button class="plain" onclick={page.on(Action::Retry)}>{"Try again"}</button></td></tr>
        };
    }
    html! { <>{ for (props.range.0..props.range.1).map(|number| match file_at(number) {
        Some(file) => row(&page, props, number, file, chosen == Some(file.path.as_str())),
        None => html! { <tr key={number} role="row" aria-rowindex={(number + 2).to_string()}><td colspan={COLUMNS.len().to_string()}><div class="skeleton"></div></td></tr> },
    }) }</> }
}

fn row(page: &Page, props: &Props, number: usize, file: &FileInfo, on: bool) -> Html {
    let onclick = {
        let (page, path, go) = (page.clone(), file.path.clone(), props.go.clone());
        Callback::from(move |_: MouseEvent| {
            go.emit(number);
            page.send(Action::Select(Some(Selection::File(path.clone()))));
        })
    };
    let none = || html! { <span class="none">{"–"}</span> };
    html! {
        <tr key={number} role="row" id={row_id("Data files", number)} aria-rowindex={(number + 2).to_string()} aria-selected={on.to_string()} class={classes!(on.then_some("on"), (props.at == Some(number)).then_some("at"))} {onclick}>
            <td title={file.partition.clone()}>{ if file.partition.is_empty() { none() } else { html! { format::middle_cut(&file.partition, 18, 9) } } }</td>
            <td class="num">{ file.bucket.to_string() }</td>
            <td class="num"><i class={classes!("swatch", level_class(file.level))}></i>{ file.level.to_string() }</td>
            <td class="mono" title={file.path.clone()}>{ format::middle_cut(&file.name, 13, 12) }{ for marks(file).into_iter().map(|(mark, why)| html! { <span class="mark" title={why}>{ mark }</span> }) }</td>
            <td>{ file.format.clone() }</td>
            <td class="num">{ count(file.rows) }</td>
            <td class="num">{ file.delete_rows.filter(|deletes| *deletes > 0).map_or_else(none, count) }</td>
            <td class="num">{ hidden(file) }</td>
            <td class="num">{ bytes(file.size) }</td>
            <td>{ optional(file.creation_millis, ago) }</td>
            <td class="num">{ file.schema_id.to_string() }</td>
        </tr>
    }
}

/// Rows that the file's deletion vector hides, and what part of it they are.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn hidden(file: &FileInfo) -> Html {
    match file.deleted_by_vector {
        Some(hidden) if hidden > 0 => {
            let share = hidden as f64 / file.rows.max(1) as f64 * 100.0;
            let title = format!(
                "{} of {} rows are hidden by a deletion vector: {share:.2} %",
                format::exact(hidden),
                format::exact(file.rows)
            );
            html! { <span class="density" {title}><i style={format!("width:{:.0}%", share.clamp(4.0, 100.0))}></i><span>{ format::short(hidden) }</span></span> }
        }
        _ if file.has_vector => {
            html! { <span title="It has a deletion vector whose index does not say how many rows it hides">{"yes"}</span> }
        }
        _ => html! { <span class="none">{"–"}</span> },
    }
}

/// What is special about a file, in a word each.
fn marks(file: &FileInfo) -> Vec<(&'static str, &'static str)> {
    let marks = [
        (file.is_indexed(), ("index", "A file index of its columns is kept")),
        (file.external, ("external", "Kept outside the table's folder")),
        (file.write_cols.is_some(), ("columns", "Holds only some of the columns")),
    ];
    marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect()
}
