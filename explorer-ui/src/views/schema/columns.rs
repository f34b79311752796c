//! The columns of a version, with when each came and what changed since the version compared.

use std::collections::HashMap;

use yew::prelude::*;

use super::{MANY, Versions, appeared, change_text};
use crate::{
    components::{
        bits::panel,
        long_list::{LongList, row_id},
        page::{Page, use_page},
    },
    format,
    model::{FieldInfo, SchemaInfo, SnapshotInfo},
    schema_diff::{self, FieldChange},
    shared::Shared,
    state::{Action, Selection},
};

const LABEL: &str = "Columns";

/// The list; of a wide table only what is in sight is drawn.
#[component]
pub(super) fn Columns(props: &Versions) -> Html {
    let page = use_page();
    let listed = use_memo((props.all.clone(), props.current, props.before), |(all, current, before)| {
        Listed::of(&Versions { all: all.clone(), current: *current, before: *before })
    });
    let Some(current) = props.current() else { return html! {} };
    let snapshots = page.state.snapshots.show(page.state.table_key().as_ref()).value().cloned();
    let total = current.fields.len() + listed.dropped.len();
    let drawn = Drawn { page: page.clone(), all: props.all.clone(), current: props.current, snapshots, listed };
    let head = html! { <><th class="num">{"Id"}</th><th>{"Column"}</th><th>{"Type"}</th><th>{"Appeared in"}</th></> };
    let body = if total > MANY {
        let at = match page.state.selection {
            Some(Selection::Field(id)) => drawn.place_of(id),
            _ => None,
        };
        let go = {
            let drawn = drawn.clone();
            Callback::from(move |row: usize| {
                drawn.field(row).into_iter().for_each(|(field, _)| drawn.page.send(select(field)));
            })
        };
        let rows = Callback::from(
            move |(first, end): (usize, usize)| html! { <>{ for (first..end).map(|row| drawn.row(row, true)) }</> },
        );
        html! { <LongList label={LABEL} {total} {head} columns={4} {rows} {at} {go} class="many columns" of={format!("{}", props.current)} /> }
    } else {
        html! {
            <div class="scroll-x" tabindex="0"><table class="list rows columns">
                <thead><tr>{ head }</tr></thead>
                <tbody>{ for (0..total).map(|row| drawn.row(row, false)) }</tbody>
            </table></div>
        }
    };
    let remark = format!(
        "Schema {}, {}; select one for its history.",
        current.id,
        format::counted(current.fields.len(), "column")
    );
    panel("Columns", html! { remark }, html! {}, body)
}

fn select(field: &FieldInfo) -> Action {
    Action::Select(Some(Selection::Field(field.id)))
}

/// What is worked out once for a pair of versions.
#[derive(PartialEq)]
struct Listed {
    changes: HashMap<i32, Vec<FieldChange>>,
    dropped: Vec<FieldInfo>,
    /// Index of the version that brought each column.
    since: HashMap<i32, usize>,
}

impl Listed {
    fn of(versions: &Versions) -> Listed {
        let diffs = match (versions.before(), versions.current()) {
            (Some(before), Some(current)) => schema_diff::fields(&before.fields, &current.fields),
            _ => Vec::new(),
        };
        let mut since = HashMap::new();
        for (index, field) in schema_diff::not_as_before(&versions.all) {
            since.entry(field.id).or_insert(index);
        }
        let is_dropped = |changes: &[FieldChange]| changes.contains(&FieldChange::Dropped);
        let dropped = diffs.iter().filter(|diff| is_dropped(&diff.changes)).map(|diff| diff.field.clone()).collect();
        Listed { dropped, changes: diffs.into_iter().map(|diff| (diff.field.id, diff.changes)).collect(), since }
    }
}

/// What rows are drawn from.
#[derive(Clone)]
struct Drawn {
    page: Page,
    all: Shared<Vec<SchemaInfo>>,
    current: i64,
    snapshots: Option<Shared<Vec<SnapshotInfo>>>,
    listed: std::rc::Rc<Listed>,
}

impl Drawn {
    fn schema(&self) -> Option<&SchemaInfo> {
        self.all.iter().find(|schema| schema.id == self.current)
    }

    /// The column of a row, and whether it is gone: those of the version come first.
    fn field(&self, row: usize) -> Option<(&FieldInfo, bool)> {
        let fields = &self.schema()?.fields;
        match row.checked_sub(fields.len()) {
            None => fields.get(row).map(|field| (field, false)),
            Some(row) => self.listed.dropped.get(row).map(|field| (field, true)),
        }
    }

    fn place_of(&self, id: i32) -> Option<usize> {
        let fields = &self.schema()?.fields;
        fields.iter().chain(&self.listed.dropped).position(|field| field.id == id)
    }

    /// A row; in a long list the list has the keyboard, in a short one each name is a button.
    fn row(&self, number: usize, in_long: bool) -> Html {
        let (Some((field, gone)), Some(schema)) = (self.field(number), self.schema()) else { return html! {} };
        let changes = self.listed.changes.get(&field.id).map(Vec::as_slice);
        let tone = match changes {
            _ if gone => Some("gone"),
            Some(changes) if changes.contains(&FieldChange::Added) => Some("came"),
            Some(_) => Some("changed"),
            None => None,
        };
        let words: Vec<String> = changes.unwrap_or_default().iter().map(change_text).collect();
        let on = self.page.state.selection == Some(Selection::Field(field.id));
        let snapshots: &[SnapshotInfo] = self.snapshots.as_ref().map_or(&[], |list| list.as_slice());
        let since = self.listed.since.get(&field.id).and_then(|index| self.all.get(*index));
        let name = match in_long {
            true => html! { field.name.clone() },
            false => html! { <button class="plain" aria-pressed={on.to_string()}>{ field.name.clone() }</button> },
        };
        let (role, id) = (in_long.then_some("row"), in_long.then(|| row_id(LABEL, number)));
        let place = in_long.then(|| (number + 2).to_string());
        html! {
            <tr key={field.id} {role} {id} aria-rowindex={place} aria-selected={in_long.then(|| on.to_string())} class={classes!(tone, on.then_some("on"), (on && in_long).then_some("at"))} title={field.description.clone()} onclick={self.page.on(select(field))}>
                <td class="num mute">{ field.id.to_string() }</td>
                <td>{ name }
                    if schema.primary_keys.contains(&field.name) { <span class="role">{"key"}</span> }
                    if schema.partition_keys.contains(&field.name) { <span class="role">{"partition"}</span> }
                    if !words.is_empty() { <small class="change">{ words.join(", ") }</small> }
                </td>
                <td class="mono">{ field.type_text.clone() }</td>
                <td class="mute since">{ since.map(|schema| appeared(schema, snapshots)).unwrap_or_default() }</td>
            </tr>
        }
    }
}
