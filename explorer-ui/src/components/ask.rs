//! What a view wants to know of the engine while it is shown.

use serde::de::DeserializeOwned;
use yew::prelude::*;

use super::page::use_page;
use crate::{
    model::Problem,
    shared::Shared,
    state::{Action, Ask, Shown},
};

/// Asks the engine while this component is shown, and draws again when the answer comes. While another question of the
/// same method about the same table is awaited, the answer before is given as stale.
#[hook]
pub(crate) fn use_ask<T: DeserializeOwned + 'static>(ask: Option<Ask>) -> Shown<T> {
    let page = use_page();
    let send = page.sender();
    use_effect_with(ask.clone(), move |ask| {
        let shown = ask.clone();
        if let Some(ask) = &shown {
            send.emit(Action::Show(ask.clone()));
        }
        move || {
            if let Some(ask) = shown {
                send.emit(Action::Hide(ask));
            }
        }
    });
    let answer = ask.as_ref().and_then(|ask| page.state.asks.answer(ask));
    let method = ask.as_ref().map_or("", |ask| ask.method);
    let read = use_memo(answer, move |answer| answer.clone().map(|answer| read::<T>(method, answer)));
    let last = use_mut_ref(|| None::<(Ask, Shared<T>)>);
    match (&*read, ask) {
        (Some(Ok(value)), Some(ask)) => {
            *last.borrow_mut() = Some((ask, value.clone()));
            Shown::Fresh(value.clone())
        }
        (Some(Err(problem)), _) => Shown::Failed(problem.clone()),
        (_, Some(ask)) => match &*last.borrow() {
            Some((before, value)) if before.table == ask.table && before.method == ask.method => {
                Shown::Stale(value.clone())
            }
            _ => Shown::Waiting,
        },
        (_, None) => Shown::Waiting,
    }
}

fn read<T: DeserializeOwned>(method: &str, answer: Result<Shared<String>, Problem>) -> Result<Shared<T>, Problem> {
    let read = serde_json::from_str(&answer?);
    read.map(Shared::new).map_err(|error| {
        Problem::new("internal", format!("the engine's answer to {method} was not understood: {error}"))
    })
}
