//! Questions of single views: a view says what it wants to know while it is shown, and needs no place of its own in the
//! state for the answer.

use serde_json::Value;

use super::{State, TableKey, needs::at_params, slot::Slot};
use crate::{model::Problem, shared::Shared};

/// A question to the engine about a table. Equal questions have one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The table that it is about.
    pub table: TableKey,
    /// The engine's method.
    pub method: &'static str,
    /// Its parameters besides the table: an object.
    pub params: Value,
}

impl Ask {
    /// A question about the whole table; none while no table is open.
    #[must_use]
    pub fn of_table(state: &State, method: &'static str, params: Value) -> Option<Ask> {
        state.opened()?;
        Some(Ask { table: state.table_key()?, method, params })
    }

    /// Every version of the table's schema.
    #[must_use]
    pub fn schemas(state: &State) -> Option<Ask> {
        Ask::of_table(state, "schemas", Value::Object(serde_json::Map::new()))
    }

    /// A question about the state of the table that the page looks at; none while that is not known.
    #[must_use]
    pub fn at(state: &State, method: &'static str, mut params: Value) -> Option<Ask> {
        state.opened()?;
        let key = state.at_key()?;
        if let (Some(object), Value::Object(at)) = (params.as_object_mut(), at_params(&key.at)) {
            object.extend(at);
        }
        Some(Ask { table: key.table, method, params })
    }
}

/// A question, who shows it, and its answer: JSON text, which the view understands.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    ask: Ask,
    shown: u32,
    slot: Slot<Ask, String>,
}

impl Asked {
    /// Length of the answer.
    fn bytes(&self) -> usize {
        self.slot.ready(&self.ask).map_or(0, |text| text.len())
    }
}

/// The questions of the views shown, and the last ones of views that were.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asks(Shared<Vec<Asked>>);

impl Asks {
    /// Answers kept of views that are not shown any more.
    const KEPT: usize = 24;
    /// Bytes of them: the layout of a large table is megabytes, which a page that shows another view does not hold.
    const KEPT_BYTES: usize = 4 << 20;

    fn find(&self, ask: &Ask) -> Option<&Asked> {
        self.0.iter().find(|asked| asked.ask == *ask)
    }

    fn change(&mut self, ask: &Ask, change: impl FnOnce(&mut Asked)) {
        if let Some(asked) = Shared::make_mut(&mut self.0).iter_mut().find(|asked| asked.ask == *ask) {
            change(asked);
        }
    }

    /// A view begins to show the answer.
    pub fn show(&mut self, ask: Ask) {
        if self.find(&ask).is_none() {
            let fresh = Asked { ask: ask.clone(), shown: 0, slot: Slot::default() };
            Shared::make_mut(&mut self.0).push(fresh);
        }
        self.change(&ask, |asked| asked.shown += 1);
    }

    /// A view is gone. An answer under way is given up, those that are there are kept for a while.
    pub fn hide(&mut self, ask: &Ask) {
        self.change(ask, |asked| asked.shown = asked.shown.saturating_sub(1));
        let all = Shared::make_mut(&mut self.0);
        all.retain(|asked| asked.shown > 0 || asked.slot.ready(&asked.ask).is_some());
        let hidden = || all.iter().filter(|asked| asked.shown == 0);
        let (mut count, mut bytes) = (hidden().count(), hidden().map(Asked::bytes).sum::<usize>());
        // The oldest go first.
        all.retain(|asked| {
            let goes = asked.shown == 0 && (count > Asks::KEPT || bytes > Asks::KEPT_BYTES);
            if goes {
                count -= 1;
                bytes -= asked.bytes();
            }
            !goes
        });
    }

    /// Answers that no view shows are forgotten.
    pub fn forget_hidden(&mut self) {
        Shared::make_mut(&mut self.0).retain(|asked| asked.shown > 0);
    }

    /// What views show and nobody has asked the engine yet.
    pub(super) fn lacking(&self) -> impl Iterator<Item = &Ask> {
        self.0.iter().filter(|asked| asked.shown > 0 && asked.slot.lacks(&asked.ask)).map(|asked| &asked.ask)
    }

    /// Whether a view still waits for the answer.
    pub(super) fn waits_for(&self, ask: &Ask) -> bool {
        self.find(ask).is_some_and(|asked| asked.shown > 0 && asked.slot.waits_for(ask))
    }

    /// The engine has been asked.
    pub(super) fn begin(&mut self, ask: &Ask) {
        self.change(ask, |asked| asked.slot.begin(ask.clone()));
    }

    /// The engine has answered.
    pub(super) fn finish(&mut self, ask: &Ask, answer: Result<String, Problem>) {
        self.change(ask, |asked| {
            asked.slot.finish(ask, answer);
        });
    }

    /// What failed may be asked again.
    pub(super) fn retry(&mut self) {
        Shared::make_mut(&mut self.0).iter_mut().for_each(|asked| asked.slot.retry());
    }

    /// The answer's text once it is there, or why there is none; `None` while it is awaited.
    #[must_use]
    pub fn answer(&self, ask: &Ask) -> Option<Result<Shared<String>, Problem>> {
        use super::Shown;
        match self.find(ask)?.slot.show(Some(ask)) {
            Shown::Fresh(text) => Some(Ok(text)),
            Shown::Failed(problem) => Some(Err(problem)),
            Shown::Waiting | Shown::Stale(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ask(name: &'static str) -> Ask {
        Ask { table: TableKey { opening: 1, name: None }, method: name, params: json!({}) }
    }

    #[test]
    fn a_question_is_asked_once_and_its_answer_kept_when_hidden() {
        let mut asks = Asks::default();
        asks.show(ask("a"));
        asks.show(ask("a"));
        assert_eq!(asks.lacking().count(), 1);
        asks.begin(&ask("a"));
        assert!(asks.lacking().next().is_none() && asks.waits_for(&ask("a")));
        asks.finish(&ask("a"), Ok("1".to_owned()));
        asks.hide(&ask("a"));
        asks.hide(&ask("a"));
        asks.show(ask("a"));
        assert!(asks.lacking().next().is_none());
        assert_eq!(asks.answer(&ask("a")).unwrap().unwrap().as_str(), "1");
    }

    #[test]
    fn nobody_waits_for_what_is_not_shown() {
        let mut asks = Asks::default();
        asks.show(ask("a"));
        asks.begin(&ask("a"));
        asks.hide(&ask("a"));
        assert!(!asks.waits_for(&ask("a")));
        asks.finish(&ask("a"), Ok("1".to_owned()));
        assert!(asks.answer(&ask("a")).is_none());
    }

    #[test]
    fn what_failed_is_asked_again_only_when_told() {
        let mut asks = Asks::default();
        asks.show(ask("a"));
        asks.begin(&ask("a"));
        asks.finish(&ask("a"), Err(Problem::new("cors", "no")));
        assert!(asks.lacking().next().is_none());
        assert!(asks.answer(&ask("a")).unwrap().is_err());
        asks.retry();
        assert_eq!(asks.lacking().count(), 1);
    }

    #[test]
    fn few_hidden_answers_are_kept() {
        let mut asks = Asks::default();
        let many = (0..100).map(|number| Ask { params: json!({ "number": number }), ..ask("a") }).collect::<Vec<_>>();
        for one in &many {
            asks.show(one.clone());
            asks.begin(one);
            asks.finish(one, Ok(String::new()));
            asks.hide(one);
        }
        let kept = many.iter().filter(|one| asks.answer(one).is_some()).count();
        assert_eq!(kept, Asks::KEPT);
        assert!(asks.answer(&many[99]).is_some());
        let large = ask("large");
        asks.show(large.clone());
        asks.begin(&large);
        asks.finish(&large, Ok("x".repeat(Asks::KEPT_BYTES - 1)));
        asks.hide(&large);
        assert!(asks.answer(&large).is_some() && asks.answer(&many[99]).is_some(), "empty answers weigh nothing");
        let other = ask("other");
        asks.show(other.clone());
        asks.begin(&other);
        asks.finish(&other, Ok("two".to_owned()));
        asks.hide(&other);
        assert!(asks.answer(&large).is_none() && asks.answer(&other).is_some(), "the oldest bytes go first");
    }
}
