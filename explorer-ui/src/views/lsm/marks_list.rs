//! Files by name: those that a mark stands for, or all of a bucket without keys.

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    components::{
        bits::{ago, bytes, count, level_class, optional},
        long_list::{LongList, row_id},
        page::use_page,
    },
    format,
    model::FileInfo,
    state::{Action, Selection},
    views::files::list::hidden,
};

/// Properties of [`MarksList`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// What they are.
    pub(super) title: AttrValue,
    /// Files of the bucket.
    pub(super) files: Rc<Vec<FileInfo>>,
    /// Positions of those to list.
    pub(super) chosen: Vec<usize>,
}

/// The list.
#[component]
pub(super) fn MarksList(props: &Props) -> Html {
    let page = use_page();
    let at = use_state_eq(|| None::<usize>);
    let selected = match &page.state.selection {
        Some(Selection::File(path)) => Some(path.clone()),
        _ => None,
    };
    let go = {
        let (at, page, files, chosen) = (at.clone(), page.clone(), props.files.clone(), props.chosen.clone());
        Callback::from(move |to: usize| {
            at.set(Some(to));
            if let Some(file) = chosen.get(to).and_then(|&index| files.get(index)) {
                page.send(Action::Select(Some(Selection::File(file.path.clone()))));
            }
        })
    };
    // Of a table whose files hold single columns: which rows and which columns.
    let evolves = props.files.iter().any(|file| file.write_cols.is_some());
    let rows = {
        let (files, chosen, go) = (props.files.clone(), props.chosen.clone(), go.clone());
        let (title, at) = (props.title.clone(), *at);
        Callback::from(move |(first, end): (usize, usize)| {
            let rows = (first..end).filter_map(|row| Some((row, files.get(*chosen.get(row)?)?)));
            rows.map(|(row, file)| {
                let (go, on) = (go.clone(), selected.as_deref() == Some(file.path.as_str()));
                html! {
                    <tr key={row} role="row" id={row_id(&title, row)} aria-rowindex={(row + 2).to_string()} aria-selected={on.to_string()} class={classes!(on.then_some("on"), (at == Some(row)).then_some("at"))} onclick={Callback::from(move |_: MouseEvent| go.emit(row))}>
                        <td class="num"><i class={classes!("swatch", level_class(file.level))}></i>{ file.level.to_string() }</td>
                        <td class="mono" title={file.path.clone()}>{ format::middle_cut(&file.name, 13, 14) }</td>
                        if evolves { <td class="num">{ row_ids(file) }</td><td class="mono">{ columns(file) }</td> }
                        <td class="num">{ count(file.rows) }</td>
                        <td class="num">{ hidden(file) }</td>
                        <td class="num">{ bytes(file.size) }</td>
                        <td>{ optional(file.creation_millis, ago) }</td>
                    </tr>
                }
            }).collect::<Html>()
        })
    };
    let head = html! { <><th scope="col" class="num">{"Level"}</th><th scope="col">{"File"}</th>if evolves { <th scope="col" class="num">{"Row ids"}</th><th scope="col">{"Columns"}</th> }<th scope="col" class="num">{"Rows"}</th><th scope="col" class="num">{"Hidden"}</th><th scope="col" class="num">{"Size"}</th><th scope="col">{"Written"}</th></> };
    let high = if props.chosen.len() > 8 { "some" } else { "few" };
    html! { <LongList label={props.title.clone()} class={classes!("marks-list", high)} total={props.chosen.len()} {head} columns={if evolves { 8 } else { 6 }} {rows} at={*at} {go} /> }
}

/// The ids of its rows.
fn row_ids(file: &FileInfo) -> Html {
    match file.first_row_id {
        Some(first) => {
            html! { format!("{} – {}", format::exact(first), format::exact(first.saturating_add(file.rows - 1))) }
        }
        None => html! { <span class="none">{"–"}</span> },
    }
}

/// The columns that it holds.
fn columns(file: &FileInfo) -> Html {
    match &file.write_cols {
        Some(names) => html! { <span title={names.join(", ")}>{ format::middle_cut(&names.join(", "), 20, 8) }</span> },
        None => html! { "all" },
    }
}
