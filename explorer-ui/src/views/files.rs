//! The live data files: sorted, searched, inspected.

use web_sys::{Element, HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use crate::{
    components::{
        bits::{ago, bytes, count, empty, level_class, optional},
        page::{Page, use_page},
        problem::ProblemView,
        size::use_size,
        skeleton,
    },
    format,
    grid::{ROW_PX, window},
    model::FileInfo,
    shared::Shared,
    state::{Action, Selection, Shown},
    tables::{self, FileColumn},
};

/// The Files view.
#[component]
pub(crate) fn Files() -> Html {
    let page = use_page();
    let search = use_state_eq(String::new);
    let order = use_state_eq(|| (FileColumn::default(), false));
    let node = use_node_ref();
    let shown = page.state.files.show(page.state.at_key().as_ref());
    let chosen =
        use_memo((shown.value().cloned(), (*search).clone(), *order), |(files, search, (column, descending))| {
            files.as_ref().map(|files| tables::files(files, search, *column, *descending)).unwrap_or_default()
        });
    let never_written = page.info().is_some_and(|info| info.latest_snapshot.is_none());
    if never_written {
        return empty("No files", html! { "Nothing was written yet." });
    }
    let files = match &shown {
        Shown::Waiting => return skeleton::waiting(skeleton::panel(420)),
        Shown::Failed(problem) => return html! { <ProblemView problem={problem.clone()} /> },
        Shown::Fresh(files) | Shown::Stale(files) => files.clone(),
    };
    if files.is_empty() {
        return empty("No files", html! { "The table holds no rows at this snapshot." });
    }
    let oninput = {
        let search = search.clone();
        Callback::from(move |event: InputEvent| search.set(event.target_unchecked_into::<HtmlInputElement>().value()))
    };
    let size: i64 = chosen.iter().map(|&index| files[index].size).sum();
    html! {
        <>
        <div class="data-tools">
            <div class="filter"><input id="filter" type="search" placeholder="Search files: words, level:0, bucket:1" aria-label="Search files" value={(*search).clone()} {oninput} /></div>
            <span class="mute" role="status">{ format::counted(chosen.len(), "file") }{" · "}{ bytes(size) }</span>
        </div>
        <List {files} chosen={chosen.clone()} order={*order} set_order={let order = order.clone(); Callback::from(move |next| order.set(next))} selection={page.state.selection.clone()} node={node} />
        if chosen.is_empty() { <p class="note">{"No file holds these words."}</p> }
        </>
    }
}

/// Properties of [`List`].
#[derive(Properties, PartialEq)]
struct ListProps {
    files: Shared<Vec<FileInfo>>,
    chosen: std::rc::Rc<Vec<usize>>,
    order: (FileColumn, bool),
    set_order: Callback<(FileColumn, bool)>,
    selection: Option<Selection>,
    node: NodeRef,
}

/// The list, of which only what is in sight is drawn.
#[component]
fn List(props: &ListProps) -> Html {
    let page = use_page();
    let (_, height) = use_size(&props.node);
    let top = use_state_eq(|| 0.0);
    let onscroll = {
        let top = top.clone();
        Callback::from(move |event: Event| top.set(f64::from(event.target_unchecked_into::<Element>().scroll_top())))
    };
    let seen = window(*top, height, props.chosen.len());
    let rest = seen.content_px - seen.top_px - px(seen.end - seen.first);
    let at = match &props.selection {
        Some(Selection::File(path)) => props.chosen.iter().position(|&index| props.files[index].path == *path),
        _ => None,
    };
    let onkeydown = {
        let (page, chosen, files, node) = (page.clone(), props.chosen.clone(), props.files.clone(), props.node.clone());
        Callback::from(move |event: KeyboardEvent| {
            let to = match (event.key().as_str(), at) {
                ("ArrowDown", None) => 0,
                ("ArrowDown", Some(at)) => at + 1,
                ("ArrowUp", Some(at)) => at.saturating_sub(1),
                _ => return,
            };
            if let Some(&index) = chosen.get(to) {
                event.prevent_default();
                page.send(Action::Select(Some(Selection::File(files[index].path.clone()))));
                if let Some(element) = node.cast::<Element>()
                    && let Some(scroll) =
                        crate::grid::scroll_to(to, f64::from(element.scroll_top()), height - 34.0, chosen.len())
                {
                    #[allow(clippy::cast_possible_truncation)]
                    element.set_scroll_top(scroll.ceil() as i32);
                }
            }
        })
    };
    html! {
        <div class="list-box" ref={props.node.clone()} {onscroll} tabindex="0" role="group" aria-label="Files: arrow keys choose" {onkeydown}>
            <table class="list rows fixed" aria-rowcount={props.chosen.len().to_string()}>
                <thead><tr>{ for FileColumn::ALL.into_iter().map(|column| head(props, column)) }</tr></thead>
                <tbody>
                    <tr class="space" aria-hidden="true"><td colspan="10" style={format!("height:{}px", seen.top_px.max(0.0))}></td></tr>
                    { for (seen.first..seen.end).map(|line| row(&page, &props.files[props.chosen[line]], at == Some(line))) }
                    <tr class="space" aria-hidden="true"><td colspan="10" style={format!("height:{}px", rest.max(0.0))}></td></tr>
                </tbody>
            </table>
        </div>
    }
}

#[allow(clippy::cast_precision_loss)]
fn px(rows: usize) -> f64 {
    rows as f64 * ROW_PX
}

fn head(props: &ListProps, column: FileColumn) -> Html {
    let (by, descending) = props.order;
    let on = by == column;
    let sort = if on { Some(if descending { "descending" } else { "ascending" }) } else { None };
    let set_order = props.set_order.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        set_order.emit((column, if on { !descending } else { column.is_number() && column != FileColumn::Bucket }))
    });
    html! {
        <th class={classes!(format!("col-{}", column.label().to_lowercase()), column.is_number().then_some("num"))} aria-sort={sort}><button class="plain sort" {onclick}>{ column.label() }<span aria-hidden="true">{ match sort { Some("ascending") => " ↑", Some(_) => " ↓", None => "" } }</span></button></th>
    }
}

fn row(page: &Page, file: &FileInfo, on: bool) -> Html {
    html! {
        <tr key={file.path.clone()} class={on.then_some("on")} onclick={page.on(Action::Select(Some(Selection::File(file.path.clone()))))}>
            <td>{ if file.partition.is_empty() { "–".to_owned() } else { file.partition.clone() } }</td>
            <td class="num">{ file.bucket.to_string() }</td>
            <td class="num"><i class={classes!("swatch", level_class(file.level))}></i>{ file.level.to_string() }</td>
            <td class="mono" title={file.path.clone()}>{ format::middle_cut(&file.name, 13, 14) }{ for marks(file).into_iter().map(|(mark, why)| html! { <span class="mark" title={why}>{ mark }</span> }) }</td>
            <td>{ file.format.clone() }</td>
            <td class="num">{ count(file.rows) }</td>
            <td class="num">{ file.delete_rows.filter(|deletes| *deletes > 0).map_or_else(|| html! { <span class="none">{"–"}</span> }, count) }</td>
            <td class="num">{ bytes(file.size) }</td>
            <td>{ optional(file.creation_millis, ago) }</td>
            <td class="num">{ file.schema_id.to_string() }</td>
        </tr>
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
