use super::*;
use crate::{
    model::{Problem, ScanColumn, ScanOpened, ScanPage, TableInfo},
    place::Location,
    route::TableName,
};

fn place(url: &str) -> Place {
    Place::Warehouse(Location { url: url.into(), ..Location::default() })
}

fn name(table: &str) -> TableName {
    TableName { database: "d".into(), table: table.into() }
}

fn answer(state: State, need: &Need, answer: Answer) -> State {
    state.reduce(Action::Asked(need.clone())).reduce(Action::Answered(need.clone(), Ok(answer)))
}

/// A page with table `d.t` open at a view.
fn opened(tab: Tab) -> State {
    let state =
        State::at(Route { place: Some(place("https://h/wh")), table: Some(name("t")), tab, ..Route::default() });
    let state = answer(state, &Need::Warehouse(1), Answer::Warehouse(WarehouseInfo::default()));
    let key = state.table_key().unwrap();
    let info = TableInfo {
        latest_snapshot: Some(SnapshotInfo { id: 3, ..SnapshotInfo::default() }),
        record_count: Some(7),
        ..TableInfo::default()
    };
    answer(state, &Need::Table(key), Answer::Table(Box::new(OpenedTable { info, ..OpenedTable::default() })))
}

#[test]
fn needs_follow_the_route_one_after_the_other() {
    assert!(needs(&State::at(Route::default())).is_empty());
    let state = State::at(Route { place: Some(place("https://h/wh")), table: Some(name("t")), ..Route::default() });
    assert_eq!(needs(&state), [Need::Warehouse(1)]);
    assert!(needs(&state.reduce(Action::Asked(Need::Warehouse(1)))).is_empty());
    let state = opened(Tab::Snapshots);
    let key = state.table_key().unwrap();
    assert_eq!(needs(&state), [Need::Snapshots(key.clone()), Need::Tags(key)]);
    assert!(needs(&state.reduce(Action::Tab(Tab::Files))).is_empty(), "views ask for themselves");
}

#[test]
fn the_served_warehouse_waits_until_the_server_answered() {
    let state = State::at(Route { place: Some(Place::Served), ..Route::default() });
    assert!(needs(&state).is_empty());
    assert_eq!(needs(&state.reduce(Action::Served("http://h/".into()))), [Need::Warehouse(1)]);
}

#[test]
fn a_folder_must_be_picked_again() {
    let state =
        State::at(Route { place: Some(Place::Local("lake".into())), table: Some(name("t")), ..Route::default() });
    assert!(needs(&state).is_empty() && state.misses_folder());
    let state = state.reduce(Action::FolderPicked(Place::Local("lake".into())));
    assert_eq!(state.route.table, Some(name("t")), "the link's table is kept");
    assert_eq!(needs(&state).len(), 1);
}

#[test]
fn late_answers_change_nothing() {
    let state = opened(Tab::Snapshots);
    let need = Need::Tags(state.table_key().unwrap());
    let state = state.reduce(Action::Asked(need.clone())).reduce(Action::Table(name("u")));
    assert!(!state.waits_for(&need));
    let after = state.clone().reduce(Action::Answered(need, Ok(Answer::Tags(vec![]))));
    assert_eq!(after, state);
}

#[test]
fn reloading_shows_what_was_before_until_the_new_is_there() {
    let state = opened(Tab::Snapshots);
    let need = Need::Tags(state.table_key().unwrap());
    let state = answer(state, &need, Answer::Tags(vec![]));
    assert!(matches!(state.tags.show(state.table_key().as_ref()), Shown::Fresh(_)));
    let state = state.reduce(Action::Reload);
    assert!(matches!(state.tags.show(state.table_key().as_ref()), Shown::Stale(_)));
    let state = state.reduce(Action::Table(name("u")));
    assert!(matches!(state.tags.show(state.table_key().as_ref()), Shown::Waiting), "never another table's");
}

#[test]
fn a_time_is_resolved_to_a_snapshot() {
    let state = opened(Tab::Data).reduce(Action::TimeTravel(At::Time(250)));
    assert_eq!(state.at_key(), None);
    let key = state.table_key().unwrap();
    let list = (1..=3).rev().map(|id| SnapshotInfo { id, time_millis: id * 100, ..SnapshotInfo::default() }).collect();
    let state = answer(state, &Need::Snapshots(key), Answer::Snapshots(list));
    assert_eq!(state.at_key().unwrap().at, At::Snapshot(2));
    assert_eq!(state.snapshot().unwrap().id, 2);
    // Older than those known: never another snapshot than the one meant.
    let state = state.reduce(Action::TimeTravel(At::Time(99)));
    assert_eq!((state.at_key().unwrap().at, state.snapshot()), (At::Time(99), None));
    assert_eq!(at_params(&state.at_key().unwrap().at), serde_json::json!({ "timestampMillis": 99 }));
}

fn page(rows: usize, total: Option<usize>) -> Answer {
    Answer::Page(ScanPage { rows: vec![vec![crate::cell::Cell::Int(1)]; rows], total, done: false, millis: 1.0 })
}

#[test]
fn rows_are_read_where_they_are_looked_at() {
    let state = opened(Tab::Data);
    let key = state.scan_key().unwrap();
    assert_eq!(needs(&state), [Need::Scan(key.clone())]);
    let columns = vec![ScanColumn { name: "a".into(), type_text: "INT".into() }];
    let state = answer(state, &Need::Scan(key.clone()), Answer::Scan(ScanOpened { columns, ..ScanOpened::default() }));
    let rows = state.scan.page_rows();
    assert_eq!(needs(&state), [Need::Page(key.clone(), 0)]);
    let state = answer(state, &Need::Page(key.clone(), 0), page(rows, Some(100 * rows)));
    let state = answer(state, &Need::Page(key.clone(), 1), page(rows, Some(100 * rows)));
    assert!(needs(&state).is_empty(), "the page in sight and the next are enough until somebody scrolls");
    let far = Need::Page(key.clone(), 50);
    let state = state.reduce(Action::Look(50 * rows..50 * rows + 20));
    assert_eq!(needs(&state), std::slice::from_ref(&far));
    // Who looks elsewhere meanwhile gives the page up, and is served once that is confirmed.
    let state = state.reduce(Action::Asked(far.clone())).reduce(Action::Look(0..20));
    assert!(!state.waits_for(&far) && needs(&state).is_empty());
    let state = state.reduce(Action::Answered(far, Err(Problem::new("cancelled", ""))));
    assert!(state.scan.problem.is_none() && !state.scan.stopped && state.scan.fetching.is_none());
    assert!(state.scan.row(0).is_some() && state.scan.row(50 * rows).is_none());
    let state = state.reduce(Action::Filter("a = 1".into()));
    assert!(matches!(&needs(&state)[..], [Need::Scan(key)] if key.filter == "a = 1"));
    // Stopped before there was a row: that is said, and can be tried again.
    let scan = needs(&state).remove(0);
    let state = state.reduce(Action::Asked(scan.clone()));
    let state = state.reduce(Action::Answered(scan, Err(Problem::new("cancelled", ""))));
    assert!(state.scan.problem.is_some());
    assert_eq!(needs(&state.reduce(Action::Retry)).len(), 1);
}

#[test]
fn secrets_stay_out_of_links_and_recent_places() {
    let access = Access { secret_access_key: Some("hunter2".into()), ..Access::default() };
    let state = State::at(Route::default()).reduce(Action::Open { place: place("s3://b/wh"), access });
    assert_eq!(state.access().secret_access_key.as_deref(), Some("hunter2"));
    assert!(!state.recent.concat().contains("hunter2") && !state.route.print().contains("hunter2"));
    let state = state.reduce(Action::Go(Route::default()));
    assert_eq!(state.access(), Access::default());
}

#[test]
fn failures_stay_until_asked_again() {
    let state = opened(Tab::Snapshots);
    let need = Need::Snapshots(state.table_key().unwrap());
    let state = state.reduce(Action::Asked(need.clone()));
    let state = state.reduce(Action::Answered(need.clone(), Err(Problem::new("corrupt", "x"))));
    assert!(!needs(&state).contains(&need));
    assert!(needs(&state.reduce(Action::Retry)).contains(&need));
}

#[test]
fn the_request_log_is_bounded_and_marked_by_view() {
    let request = |seq| RequestInfo { seq, ..RequestInfo::default() };
    let reply = |from, to| crate::model::IoReply { requests: (from..=to).map(request).collect(), ..Default::default() };
    let state = opened(Tab::Files).reduce(Action::Io(reply(1, 600)));
    assert_eq!(state.io.requests.len(), State::REQUEST_LIMIT);
    let state = state.reduce(Action::Tab(Tab::Data)).reduce(Action::Io(reply(598, 603)));
    assert_eq!(state.io.of_view().len(), 3);
}

#[test]
fn escape_closes_the_topmost_thing_first() {
    let state = opened(Tab::Files).reduce(Action::TimeTravel(At::Snapshot(1)));
    let state = state.reduce(Action::Select(Some(Selection::Snapshot(1)))).reduce(Action::Overlay(Overlay::Help));
    let state = state.reduce(Action::Dismiss);
    assert!(state.overlay == Overlay::None && state.selection.is_some());
    let state = state.reduce(Action::Dismiss);
    assert!(state.selection.is_none() && state.route.at == At::Snapshot(1));
    assert_eq!(state.reduce(Action::Dismiss).route.at, At::Latest);
}

#[test]
fn questions_of_a_view_are_asked_while_it_is_shown() {
    let state = opened(Tab::Snapshots);
    let ask = Ask::of_table(&state, "diff", serde_json::json!({ "from": 1 })).unwrap();
    let state = state.reduce(Action::Show(ask.clone()));
    let need = Need::Ask(ask.clone());
    assert!(needs(&state).contains(&need));
    let asked = state.clone().reduce(Action::Asked(need.clone()));
    assert!(asked.waits_for(&need) && !needs(&asked).contains(&need));
    let hidden = asked.clone().reduce(Action::Hide(ask.clone()));
    assert!(!hidden.waits_for(&need) && !needs(&hidden).contains(&need));
    let told = asked.reduce(Action::Answered(need, Ok(Answer::Told("7".to_owned()))));
    assert_eq!(told.asks.answer(&ask).unwrap().unwrap().as_str(), "7");
}
