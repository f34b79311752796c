//! The page: holds the state, keeps address and engine in step with it, lays out the frame.

use std::{ops::Deref, rc::Rc};

use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use crate::{
    browser,
    components::{
        help::Help,
        inspector::Inspector,
        io_panel::IoPanel,
        page::{Page, use_page},
        problem::ProblemView,
        table_head::TableHead,
        toast::Toast,
        top_bar::TopBar,
        tree::Tree,
    },
    engine::Engine,
    model::Problem,
    place::Place,
    route::{Route, Tab},
    runner::Runner,
    state::{Action, Overlay, Selection, Sheet, State},
    views,
};

const RECENT_KEY: &str = "cenote.recent";
/// What `cenote serve` says about its warehouse, or a host about the one that it offers with the page.
const SERVED_INDEX: &str = "./_cenote/warehouse.json";
/// Where `cenote serve` lets in who has its token.
const ENTRANCE: &str = "./_cenote/enter";

/// Shows the page.
pub fn mount() {
    let root = browser::window().document().and_then(|document| document.get_element_by_id("app"));
    if let Some(root) = root {
        root.set_text_content(None);
        yew::Renderer::<App>::with_root(root).render();
    }
}

/// The reducer as yew wants it.
#[derive(Clone, PartialEq)]
struct Store(Rc<State>);

impl Reducible for Store {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        Rc::new(Store(Rc::new(self.0.deref().clone().reduce(action))))
    }
}

fn start() -> Store {
    let recent = browser::remembered(RECENT_KEY).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    Store(Rc::new(State::at(Route::parse(&browser::fragment())).reduce(Action::Recent(recent))))
}

#[component]
fn App() -> Html {
    let store = use_reducer(start);
    let state = store.0.clone();
    let send = use_memo((), |()| {
        let dispatch = store.dispatcher();
        Callback::from(move |action: Action| dispatch.dispatch(action))
    });
    let send = (*send).clone();
    let runner = use_memo((), |()| {
        let engine = Engine::start();
        engine
            .map(|engine| Runner::new(engine, send.clone()))
            .map_err(|_| Problem::new("unsupported", "this browser cannot start a module worker"))
    });
    use_address(&state, &send);
    use_served(&send);
    use_narrow(&send);
    let runner = match &*runner {
        Ok(runner) => runner.clone(),
        Err(problem) => return html! { <main class="solo"><ProblemView problem={problem.clone()} /></main> },
    };
    let page = Page::new(state.clone(), send, runner);
    use_effect_with(page.clone(), |page| page.runner.follow(&page.state));
    use_keys(&page);
    html! {
        <ContextProvider<Page> context={page.clone()}>
            <a class="skip" href="#main" onclick={Callback::from(|event: MouseEvent| { event.prevent_default(); browser::focus("main"); })}>{"Skip to content"}</a>
            <TopBar />
            { frame(&page) }
            if state.overlay == Overlay::Help { <Help /> }
            if state.overlay == Overlay::Io { <IoPanel /> }
            <Toast />
        </ContextProvider<Page>>
    }
}

fn frame(page: &Page) -> Html {
    let state = &page.state;
    if state.route.place.is_none() || state.misses_folder() {
        return html! { <views::open::OpenScreen /> };
    }
    let sheet = match state.sheet {
        Sheet::None => "",
        Sheet::Tree => "show-tree",
        Sheet::Inspector => "show-inspector",
    };
    let alone = state.route.place.as_ref().is_some_and(Place::is_table).then_some("alone");
    html! {
        <div class={classes!("frame", sheet, alone)}>
            if alone.is_none() { <Tree /> }
            <main id="main" tabindex="-1">
                if state.route.shows_table() { <TableHead /> <Body /> } else { <views::warehouse::WarehouseView /> }
            </main>
            <Inspector />
            if state.sheet != Sheet::None {
                <button class="scrim" aria-label="Close" onclick={page.on(Action::Sheet(Sheet::None))}></button>
            }
        </div>
    }
}

/// The view of the chosen tab, or why there is none.
#[component]
fn Body() -> Html {
    let page = use_page();
    let state = &page.state;
    if let Some(problem) = page.opening_problem() {
        return html! { <section class="view" role="tabpanel" id="panel"><ProblemView {problem} /></section> };
    }
    let view = match state.route.tab {
        Tab::Overview => html! { <views::overview::Overview /> },
        Tab::Data if state.route.focus("row").is_some() => html! { <views::row_history::History /> },
        Tab::Data => html! { <views::data::Data /> },
        Tab::Changelog => html! { <views::changelog::Changelog /> },
        Tab::Snapshots => html! { <views::snapshots::Snapshots /> },
        Tab::Lsm => html! { <views::lsm::Lsm /> },
        Tab::Files => html! { <views::files::Files /> },
        Tab::Manifests => html! { <views::manifests::Manifests /> },
        Tab::Schema => html! { <views::schema::Schema /> },
        Tab::Options => html! { <views::options::Options /> },
        Tab::System => html! { <views::system::System /> },
    };
    html! {
        <section class={classes!("view", format!("view-{}", state.route.tab.slug()))} role="tabpanel" id="panel" aria-labelledby={format!("tab-{}", state.route.tab.slug())}>
            { view }
        </section>
    }
}

/// Address and route follow each other; places opened are remembered.
#[hook]
fn use_address(state: &Rc<State>, send: &Callback<Action>) {
    let heard = send.clone();
    use_effect_with((), move |()| {
        let listener = Closure::<dyn Fn()>::new(move || heard.emit(Action::Go(Route::parse(&browser::fragment()))));
        for event in ["popstate", "hashchange"] {
            let _ = browser::window().add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
        }
        move || {
            for event in ["popstate", "hashchange"] {
                let _ = browser::window().remove_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
            }
        }
    });
    use_effect_with(state.route.clone(), |route| {
        let (wanted, current) = (route.print(), browser::fragment());
        if wanted != current {
            let before = Route::parse(&current);
            let minor = before == *route
                || Route { bucket: route.bucket.clone(), focus: route.focus.clone(), ..before } == *route;
            browser::set_fragment(&wanted, minor);
        }
        let title = route.table.as_ref().map_or_else(
            || "Cenote".to_owned(),
            |name| format!("{}.{} · {} · Cenote", name.database, name.table, route.tab.label()),
        );
        if let Some(document) = browser::window().document() {
            document.set_title(&title);
        }
    });
    use_effect_with(state.recent.clone(), |recent| {
        browser::remember(RECENT_KEY, &serde_json::to_string(&**recent).unwrap_or_default());
    });
}

/// Asks once whether the page's own server offers a warehouse.
#[hook]
fn use_served(send: &Callback<Action>) {
    let send = send.clone();
    use_effect_with((), move |()| {
        spawn_local(async move {
            let Some((status, text)) = browser::fetch_text(SERVED_INDEX).await else { return };
            // The page was kept from another day, the cookie was not.
            if status == 401 {
                return browser::go_to(ENTRANCE);
            }
            let Ok(index) = serde_json::from_str::<serde_json::Value>(&text) else { return };
            let base = index.get("base").and_then(|base| base.as_str()).filter(|_| status == 200);
            if let Some(url) = base.and_then(served_at) {
                send.emit(Action::Served(url));
            }
        });
    });
}

/// The address of a served warehouse: below the page's own folder, wherever a proxy put that, or anywhere by a whole URL.
fn served_at(base: &str) -> Option<String> {
    let is_whole = base.contains("://");
    browser::address_of(&if is_whole { base.to_owned() } else { format!("./{}", base.trim_start_matches('/')) })
}

/// Tells whether the inspector is a sheet, as the style sheet has it.
#[hook]
fn use_narrow(send: &Callback<Action>) {
    let send = send.clone();
    use_effect_with((), move |()| {
        let query = browser::window().match_media("(max-width: 1180px)").ok().flatten();
        let listener = query.clone().map(|query| {
            send.emit(Action::Narrow(query.matches()));
            Closure::<dyn Fn()>::new(move || send.emit(Action::Narrow(query.matches())))
        });
        if let (Some(query), Some(listener)) = (&query, &listener) {
            let _ = query.add_event_listener_with_callback("change", listener.as_ref().unchecked_ref());
        }
        move || drop(listener)
    });
}

/// Keys of the whole page; see `components::help` for the list shown.
#[hook]
fn use_keys(page: &Page) {
    let latest = use_mut_ref(|| page.clone());
    *latest.borrow_mut() = page.clone();
    use_effect_with((), move |()| {
        let listener = Closure::<dyn Fn(KeyboardEvent)>::new(move |event: KeyboardEvent| {
            let page = latest.borrow().clone();
            if key(&page, &event) {
                event.prevent_default();
            }
        });
        let _ = browser::window().add_event_listener_with_callback("keydown", listener.as_ref().unchecked_ref());
        move || {
            let _ = browser::window().remove_event_listener_with_callback("keydown", listener.as_ref().unchecked_ref());
        }
    });
}

/// Does what a key asks for; says whether it meant anything.
fn key(page: &Page, event: &KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    let name = event.key();
    if name == "Escape" {
        if page.state.overlay == Overlay::None && !page.state.activities.is_empty() {
            page.runner.cancel_all();
        } else {
            page.send(Action::Dismiss);
        }
        return true;
    }
    if browser::typing() {
        return false;
    }
    let shows_table = page.state.route.shows_table();
    match name.as_str() {
        "?" => page.send(Action::Overlay(Overlay::Help)),
        "i" => page.send(Action::Overlay(Overlay::Io)),
        "r" if shows_table => page.send(Action::Reload),
        "t" if shows_table => page.send(Action::Overlay(Overlay::TimeTravel)),
        "/" if shows_table => {
            if !matches!(page.state.route.tab, Tab::Data | Tab::Files) {
                page.send(Action::Tab(Tab::Data));
            }
            browser::focus("filter");
        }
        "[" if shows_table => page.step(1),
        "]" if shows_table => page.step(-1),
        "Enter" if matches!(page.state.selection, Some(Selection::Cell { .. })) => {
            page.send(Action::Sheet(Sheet::Inspector))
        }
        digit => {
            // 1 is the first and 0 the tenth.
            let place = digit.parse::<usize>().ok().map(|number| (number + 9) % 10);
            let tab = place.and_then(|place| Tab::ALL.get(place).copied());
            match tab.filter(|_| shows_table) {
                Some(tab) => page.send(Action::Tab(tab)),
                None => return false,
            }
        }
    }
    true
}
