//! One bucket: its files read page after page, drawn to scale, and the tools to look closer.

use std::{collections::BTreeSet, rc::Rc};

use yew::prelude::*;

use super::{bucket_chart::BucketChart, marks_list::MarksList};
use crate::{
    components::{
        ask::use_ask,
        bits::{bytes, level_class, panel},
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    files_query, format,
    lsm::{BucketId, ScaleKind, View},
    model::{FileInfo, FilesPage, PreviewInfo, Problem},
    shared::Shared,
    state::{Action, Ask, Shown},
};

/// Files read at once: few enough that reading an answer is not felt.
const PAGE: usize = 500;
/// Files of a bucket that are drawn.
const MOST: usize = 20_000;

/// Properties of [`BucketPanel`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// Which bucket.
    pub(super) id: BucketId,
    /// Whether rows have keys, so that there is an axis.
    pub(super) keyed: bool,
    /// What a compaction would take, where it is known.
    pub(super) preview: Option<Shared<PreviewInfo>>,
}

/// The pages of a bucket as they come.
#[derive(PartialEq, Default)]
struct Pages(Vec<Option<Shown<FilesPage>>>);

impl Reducible for Pages {
    type Action = (usize, Shown<FilesPage>);

    fn reduce(self: Rc<Self>, (number, shown): Self::Action) -> Rc<Self> {
        let mut pages = self.0.clone();
        if pages.len() <= number {
            pages.resize(number + 1, None);
        }
        if let Some(page) = pages.get_mut(number) {
            *page = Some(shown);
        }
        Rc::new(Pages(pages))
    }
}

impl Pages {
    fn first(&self) -> Option<&FilesPage> {
        self.0.first()?.as_ref()?.value().map(|page| &**page)
    }

    fn total(&self) -> usize {
        self.first().and_then(|first| usize::try_from(first.total).ok()).unwrap_or_default()
    }

    /// Pages to read of what the first one says.
    fn wanted(&self) -> usize {
        self.total().min(MOST).div_ceil(PAGE).max(1)
    }

    fn there(&self) -> usize {
        self.0.iter().take(self.wanted()).filter(|page| matches!(page, Some(Shown::Fresh(_) | Shown::Stale(_)))).count()
    }

    fn is_stale(&self) -> bool {
        self.0.iter().flatten().any(|page| matches!(page, Shown::Stale(_)))
    }

    fn problem(&self) -> Option<&Problem> {
        self.0.iter().flatten().find_map(|page| match page {
            Shown::Failed(problem) => Some(problem),
            _ => None,
        })
    }
}

/// The panel of a bucket.
#[component]
pub(super) fn BucketPanel(props: &Props) -> Html {
    let page = use_page();
    let pages = use_reducer(Pages::default);
    let scale = use_state_eq(ScaleKind::default);
    let inside = use_state(|| None::<Vec<usize>>);
    let all_there = pages.there() >= pages.wanted();
    // The first page is drawn at once, the rest when it is complete: drawing thousands for each page would take long.
    let drawn = if all_there { pages.wanted() } else { 1 };
    let drawn: Vec<Shared<FilesPage>> =
        pages.0.iter().take(drawn).flatten().filter_map(|page| page.value().cloned()).collect();
    let files =
        use_memo(drawn, |drawn| drawn.iter().flat_map(|page| page.files.iter().cloned()).collect::<Vec<FileInfo>>());
    let preview = props.preview.clone();
    let picked: Rc<BTreeSet<String>> = use_memo((preview, props.id.clone()), |(preview, id)| {
        let tasks = preview.iter().flat_map(|preview| preview.tasks.iter()).filter(|task| task.is_of(id));
        tasks.flat_map(|task| task.files.iter().cloned()).collect()
    });
    {
        // Positions mean nothing in another list.
        let inside = inside.clone();
        use_effect_with(files.clone(), move |_| inside.set(None));
    }
    let told = {
        let pages = pages.dispatcher();
        Callback::from(move |page| pages.dispatch(page))
    };
    let loaders = (0..pages.wanted()).map(|number| {
        let params = files_query::of_bucket(&props.id.partition, props.id.bucket, number * PAGE, PAGE);
        html! { <PageOf key={number} {number} ask={Ask::at(&page.state, "filesPage", params)} told={told.clone()} /> }
    });
    let loaders = loaders.collect::<Html>();
    let view = page.state.route.focus("zoom").map(View::parse).unwrap_or_default();
    let body = match (pages.problem(), pages.first()) {
        (Some(problem), _) => html! { <ProblemView problem={problem.clone()} /> },
        (None, None) => skeleton::waiting(html! { <div class="skeleton block bucket-skeleton"></div> }),
        (None, Some(first)) if first.total == 0 => {
            html! { <p class="note">{"This bucket holds no files at this state."}</p> }
        }
        (None, Some(_)) if props.keyed => {
            let open = {
                let inside = inside.clone();
                Callback::from(move |files| inside.set(Some(files)))
            };
            html! { <BucketChart files={files.clone()} scale={*scale} {view} {picked} {open} /> }
        }
        (None, Some(_)) => {
            html! { <MarksList title={AttrValue::from("Files of the bucket")} files={files.clone()} chosen={(0..files.len()).collect::<Vec<_>>()} /> }
        }
    };
    let levels = levels_of(&files);
    let close = {
        let inside = inside.clone();
        Callback::from(move |_: MouseEvent| inside.set(None))
    };
    let tools = html! {
        if props.keyed {
            { level_legend(&levels) }
            { scale_tools(&scale) }
        }
    };
    let remark = remark(props, &pages);
    html! {
        <div class={pages.is_stale().then_some("stale")}>
            { loaders }
            { panel("Levels", remark, tools, html! {
                <>
                { body }
                if props.keyed && pages.first().is_some_and(|first| first.total > 0) { { zoom_tools(&page, view) } }
                if let Some(chosen) = (*inside).clone() {
                    <div class="inside">
                        <div class="inside-head"><h3>{ format!("{} drawn as one", format::counted(chosen.len(), "file")) }</h3><button class="quiet" onclick={close}>{"Close"}</button></div>
                        <MarksList title={AttrValue::from("Files drawn as one")} files={files.clone()} {chosen} />
                    </div>
                }
                </>
            }) }
        </div>
    }
}

fn remark(props: &Props, pages: &Pages) -> Html {
    let total = pages.total();
    let sums =
        pages.first().map(|first| html! { <>{" · "}{ format::counted(total, "file") }{", "}{ bytes(first.bytes) }</> });
    let progress = (pages.there() < pages.wanted() && pages.first().is_some()).then(|| {
        format!(
            " Reading {} of {}…",
            format::short(i64::try_from(pages.there() * PAGE).unwrap_or_default()),
            format::counted(total.min(MOST), "file")
        )
    });
    let bounded = (total > MOST)
        .then(|| format!(" The first {} in the order of level and key are drawn.", format::counted(MOST, "file")));
    let meaning = if props.keyed {
        ". A bar is a file, as wide as the keys it covers; the curve counts the runs that a read of a key merges."
    } else if pages.first().is_some_and(|first| first.files.iter().any(|file| file.write_cols.is_some())) {
        ". Files with the same row ids hold columns of the same rows: a read puts them side by side, the newest of each column."
    } else {
        ". Rows have no keys: nothing is merged, each file is read as it is."
    };
    html! { <><b>{ props.id.title() }</b>{ sums }{ meaning }<span role="status">{ progress }</span>{ bounded }</> }
}

fn levels_of(files: &[FileInfo]) -> Vec<i64> {
    files.iter().map(|file| file.level).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Names of the levels present, with their colours.
fn level_legend(levels: &[i64]) -> Html {
    html! { <div class="legend">{ for levels.iter().map(|level| html! { <span key={level.to_string()}><i class={classes!("swatch", level_class(*level))}></i>{ format!("L{level}") }</span> }) }</div> }
}

fn scale_tools(scale: &UseStateHandle<ScaleKind>) -> Html {
    let kind = |kind: ScaleKind, label: &'static str, title: &'static str| {
        let set = scale.clone();
        html! { <button aria-pressed={(**scale == kind).to_string()} {title} onclick={Callback::from(move |_: MouseEvent| set.set(kind))}>{ label }</button> }
    };
    html! {
        <div class="segments" role="group" aria-label="Key axis">
            { kind(ScaleKind::Value, "To scale", "A range twice as wide is drawn twice as wide") }
            { kind(ScaleKind::Rank, "By rank", "Every file bound gets the same room") }
        </div>
    }
}

/// Which part of the keys is in sight.
fn zoom_tools(page: &Page, view: View) -> Html {
    let to = |next: View| page.on(Action::Focus("zoom", next.print()));
    html! {
        <div class="zoom" role="group" aria-label="Part of the keys in sight">
            <button class="quiet" aria-label="Zoom in" title="Zoom in" onclick={to(view.zoomed(0.5))}>{"+"}</button>
            <button class="quiet" aria-label="Zoom out" title="Zoom out" disabled={view.is_all()} onclick={to(view.zoomed(2.0))}>{"−"}</button>
            <button class="quiet" aria-label="Lesser keys" title="Lesser keys" disabled={view.is_all()} onclick={to(view.moved(-0.5))}>{"←"}</button>
            <button class="quiet" aria-label="Greater keys" title="Greater keys" disabled={view.is_all()} onclick={to(view.moved(0.5))}>{"→"}</button>
            <button class="quiet" disabled={view.is_all()} onclick={to(View::default())}>{"All keys"}</button>
            <span class="mute" role="status">{ if view.is_all() { String::new() } else { format!("{:.3} % of the axis", (view.to - view.from) * 100.0) } }</span>
        </div>
    }
}

/// Properties of [`PageOf`].
#[derive(Properties, PartialEq)]
struct PageProps {
    number: usize,
    ask: Option<Ask>,
    told: Callback<(usize, Shown<FilesPage>)>,
}

/// Draws nothing: asks for a page and tells what comes.
#[component]
fn PageOf(props: &PageProps) -> Html {
    let shown = use_ask::<FilesPage>(props.ask.clone());
    let (number, told) = (props.number, props.told.clone());
    use_effect_with(shown, move |shown| told.emit((number, shown.clone())));
    html! {}
}
