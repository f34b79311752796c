//! The reducer: what an action makes of the state.

use super::{Action, Activity, Answer, IoState, Need, Overlay, Selection, Sheet, State};
use crate::{
    model::{IoReply, Problem, Progress},
    place::{Access, Place},
    route::{At, Route, Tab},
    shared::Shared,
};

/// Places remembered.
const RECENT: usize = 8;

impl State {
    /// The state after an action.
    #[must_use]
    pub fn reduce(mut self, action: Action) -> State {
        match action {
            Action::Go(route) => self.go(route),
            Action::Open { place, access } => self.open(place, access),
            Action::FolderPicked(place) => {
                Shared::make_mut(&mut self.folders).extend(place.folder().map(str::to_owned));
                self.open(place, Access::default());
            }
            Action::Served(url) => self.served = Some(url),
            Action::Recent(links) => self.recent = Shared::new(links),
            Action::Table(name) => self.go(self.route.to_table(name)),
            Action::Tab(tab) => self.go(Route { tab, focus: Vec::new(), ..self.route.clone() }),
            Action::TimeTravel(at) => {
                self.overlay = Overlay::None;
                self.go(Route { at, ..self.route.clone() });
            }
            Action::Filter(filter) => self.go(Route { filter, ..self.route.clone() }),
            Action::Columns(columns) => self.go(Route { columns, ..self.route.clone() }),
            Action::Changes(range) => self.go(Route { tab: Tab::Changelog, range, ..self.route.clone() }),
            Action::System(name) => self.go(Route { tab: Tab::System, system: Some(name), ..self.route.clone() }),
            Action::Bucket(bucket) => {
                self.select(bucket.clone().map(Selection::Bucket));
                self.route.bucket = bucket;
            }
            Action::Focus(name, value) => self.route.set_focus(name, value),
            Action::Show(ask) => self.asks.show(ask),
            Action::Hide(ask) => self.asks.hide(&ask),
            Action::Reload => self.opened_anew(),
            Action::Retry => self.retry(),
            Action::Asked(need) => self.asked(need),
            Action::Answered(need, answer) => self.answered(&need, answer),
            Action::Look(rows) => self.scan.look(rows),
            Action::LookAtEnd => self.scan.look_at_end(),
            Action::Width(column, width) => self.width(column, width),
            Action::Select(selection) => self.select(selection),
            Action::Narrow(narrow) => self.narrow = narrow,
            Action::Sheet(sheet) => self.sheet = sheet,
            Action::Overlay(overlay) => self.overlay = if self.overlay == overlay { Overlay::None } else { overlay },
            Action::Dismiss => self.dismiss(),
            Action::CallBegan { id, method } => {
                Shared::make_mut(&mut self.activities).push(Activity { id, method, progress: Progress::default() });
            }
            Action::CallProgress(id, progress) => {
                let running = Shared::make_mut(&mut self.activities).iter_mut().filter(|activity| activity.id == id);
                running.for_each(|activity| activity.progress = progress);
            }
            Action::CallEnded(id) => Shared::make_mut(&mut self.activities).retain(|activity| activity.id != id),
            Action::Io(reply) => self.io(reply),
            Action::Exporting(export) => self.export = Some(export),
            Action::ExportEnded => self.export = None,
            Action::Toast(text) => {
                self.toast = Some((self.toast.map_or(0, |(number, _)| number.wrapping_add(1)), text))
            }
            Action::ToastOver(over) => self.toast = self.toast.filter(|(number, _)| *number != over),
        }
        self
    }

    /// Another address: what hangs on what changed is closed or forgotten.
    fn go(&mut self, route: Route) {
        if route == self.route {
            return;
        }
        let old = std::mem::replace(&mut self.route, route);
        self.io.mark = self.io.last_seq();
        self.sheet = Sheet::None;
        if old.place != self.route.place {
            self.opened_anew();
            self.warehouse.clear();
            self.counts = Shared::default();
            // Another engine counts its requests from the start.
            self.io = IoState::default();
        }
        if old.place != self.route.place || old.table != self.route.table {
            self.forget_table();
        } else if old.at != self.route.at || old.tab != self.route.tab {
            self.selection = None;
        }
        let rows = |route: &Route| {
            let Route { filter, columns, at, range, system, .. } = route.clone();
            (filter, columns, at, range, system)
        };
        if rows(&old) != rows(&self.route) {
            self.selection = self.selection.take().filter(|chosen| !matches!(chosen, Selection::Cell { .. }));
        }
        if self.overlay != Overlay::Io && self.overlay != Overlay::Columns {
            self.overlay = Overlay::None;
        }
    }

    /// On a narrow page what is chosen opens; a cell, which is also moved over, when it is chosen again.
    fn select(&mut self, selection: Option<Selection>) {
        let cell = matches!(selection, Some(Selection::Cell { .. }));
        if self.narrow && selection.is_some() && (!cell || selection == self.selection) {
            self.sheet = Sheet::Inspector;
        }
        self.selection = selection;
    }

    /// Nothing of the table before may be shown as the stale state of the next one.
    fn forget_table(&mut self) {
        self.selection = None;
        self.table.clear();
        self.snapshots.clear();
        self.tags.clear();
        self.asks.forget_hidden();
        self.widths = Shared::default();
        self.scan.retry();
    }

    fn width(&mut self, column: String, width: Option<f64>) {
        let widths = Shared::make_mut(&mut self.widths);
        widths.retain(|(other, _)| *other != column);
        widths.extend(width.map(|width| (column, width)));
    }

    fn open(&mut self, place: Place, access: Access) {
        let known = Shared::make_mut(&mut self.access);
        known.retain(|(other, _)| *other != place);
        if access != Access::default() {
            known.push((place.clone(), access));
        }
        // A link into this place may already say which table: keep it.
        if self.route.place.as_ref() != Some(&place) {
            self.go(Route { place: Some(place), ..Route::default() });
        } else {
            self.opened_anew();
        }
        self.remember();
    }

    fn remember(&mut self) {
        let link = Route { place: self.route.place.clone(), ..Route::default() }.print();
        let recent = Shared::make_mut(&mut self.recent);
        recent.retain(|other| *other != link);
        recent.insert(0, link);
        recent.truncate(RECENT);
    }

    fn opened_anew(&mut self) {
        self.opening += 1;
        self.scan.retry();
    }

    fn retry(&mut self) {
        self.warehouse.retry();
        self.table.retry();
        self.snapshots.retry();
        self.tags.retry();
        self.asks.retry();
        if self.scan.problem.is_some() {
            self.scan.retry();
        }
    }

    fn asked(&mut self, need: Need) {
        match need {
            Need::Warehouse(key) => self.warehouse.begin(key),
            Need::Table(key) => self.table.begin(key),
            Need::Snapshots(key) => self.snapshots.begin(key),
            Need::Tags(key) => self.tags.begin(key),
            Need::Ask(ask) => self.asks.begin(&ask),
            Need::Scan(key) => self.scan.begin(key),
            Need::Page(_, index) => self.scan.fetch(index),
        }
    }

    fn answered(&mut self, need: &Need, answer: Result<Answer, Problem>) {
        if !self.waits_for(need) {
            if let Need::Page(key, index) = need
                && self.scan.is_for(key)
            {
                self.scan.gave_up(*index);
            }
            return;
        }
        let answer = match answer {
            Ok(answer) => answer,
            Err(problem) => return self.failed(need, problem),
        };
        match (need, answer) {
            (Need::Warehouse(key), Answer::Warehouse(value)) => drop(self.warehouse.finish(key, Ok(value))),
            (Need::Table(key), Answer::Table(value)) => {
                self.count(value.info.record_count);
                self.table.finish(key, Ok(*value));
            }
            (Need::Snapshots(key), Answer::Snapshots(value)) => drop(self.snapshots.finish(key, Ok(value))),
            (Need::Tags(key), Answer::Tags(value)) => drop(self.tags.finish(key, Ok(value))),
            (Need::Ask(ask), Answer::Told(text)) => self.asks.finish(ask, Ok(text)),
            (Need::Scan(_), Answer::Scan(value)) => self.scan.opened(value),
            (Need::Page(_, index), Answer::Page(value)) => self.scan.page(*index, value),
            (need, _) => self.failed(need, Problem::new("internal", "the engine answered something else")),
        }
    }

    fn failed(&mut self, need: &Need, problem: Problem) {
        match need {
            Need::Warehouse(key) => drop(self.warehouse.finish(key, Err(problem))),
            Need::Table(key) => drop(self.table.finish(key, Err(problem))),
            Need::Snapshots(key) => drop(self.snapshots.finish(key, Err(problem))),
            Need::Tags(key) => drop(self.tags.finish(key, Err(problem))),
            Need::Ask(ask) => self.asks.finish(ask, Err(problem)),
            Need::Scan(_) | Need::Page(..) => self.scan.failed(problem),
        }
    }

    fn count(&mut self, rows: Option<i64>) {
        if let (Some(name), Some(rows)) = (&self.route.table, rows) {
            let id = format!("{}/{}", name.database, name.table);
            let counts = Shared::make_mut(&mut self.counts);
            counts.retain(|(other, _)| *other != id);
            counts.push((id, rows));
        }
    }

    fn io(&mut self, reply: IoReply) {
        self.io.totals = reply.totals;
        let last = self.io.last_seq();
        let requests = Shared::make_mut(&mut self.io.requests);
        requests.extend(reply.requests.into_iter().filter(|request| request.seq > last));
        let excess = requests.len().saturating_sub(State::REQUEST_LIMIT);
        requests.drain(..excess);
    }

    fn dismiss(&mut self) {
        if self.overlay != Overlay::None {
            self.overlay = Overlay::None;
        } else if self.sheet != Sheet::None {
            self.sheet = Sheet::None;
        } else if self.selection.is_some() {
            self.selection = None;
        } else if self.route.at != At::Latest {
            self.go(Route { at: At::Latest, ..self.route.clone() });
        }
    }
}
