//! Aggregate functions of one value at a time.

use super::{
    nested::{self, Nesting},
    table::Value,
};

/// A function and what it remembers of a key.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) distinct: bool,
    pub(super) nesting: Nesting,
    pub(super) ignore_retract: bool,
    pub(super) initialized: bool,
}

impl Function {
    pub(super) fn agg(&mut self, state: Value, input: Value) -> Value {
        use Value::{Bool, Int, List, Map, Null, Set, Text, Times};
        match (self.name, state, input) {
            ("last_value", _, input) => input,
            ("last_non_null_value", state, Null) => state,
            ("last_non_null_value", _, input) => input,
            ("first_value", state, input) => self.first(state, input),
            ("first_non_null_value", state, Null) => state,
            ("first_non_null_value", state, input) => self.first(state, input),
            ("listagg", state, input) => listagg(state, input, self.distinct),
            ("collect", Null, Null) => Null,
            ("collect", Null, input) if !self.distinct => input,
            ("collect", state, Null) if !self.distinct => state,
            ("collect", state, input) => {
                let mut all = [elements(state), elements(input)].concat();
                if self.distinct {
                    all.sort();
                    all.dedup();
                }
                List(all)
            }
            ("nested_update", state, input) => self.nesting.update(state, input),
            ("nested_partial_update", state, input) => nested::partial_update(state, input),
            (_, Null, input) => input,
            (_, state, Null) => state,
            ("merge_map", Map(a), Map(b)) => nested::merge_map(a, b),
            ("merge_map_with_keytime", Times(a), Times(b)) => nested::merge_times(a, b),
            ("rbm32" | "rbm64", Set(a), Set(b)) => {
                let mut all = [a, b].concat();
                all.sort_unstable();
                all.dedup();
                Set(all)
            }
            ("sum", Int(a), Int(b)) => Int(a + b),
            ("product", Int(a), Int(b)) => Int(a * b),
            ("max", Int(a), Int(b)) => Int(a.max(b)),
            ("min", Int(a), Int(b)) => Int(a.min(b)),
            ("max", Text(a), Text(b)) => Text(a.max(b)),
            ("min", Text(a), Text(b)) => Text(a.min(b)),
            ("bool_and", Bool(a), Bool(b)) => Bool(a && b),
            ("bool_or", Bool(a), Bool(b)) => Bool(a || b),
            (name, state, input) => panic!("{name} of {state:?} and {input:?}"),
        }
    }

    /// The input is older than the state.
    pub(super) fn agg_reversed(&mut self, state: Value, input: Value) -> Value {
        self.agg(input, state)
    }

    pub(super) fn retract(&mut self, state: Value, input: Value) -> Result<Value, String> {
        use Value::{Int, Null};
        if self.ignore_retract {
            return Ok(state);
        }
        Ok(match (self.name, state, input) {
            ("last_value", ..) => Null,
            ("last_non_null_value", state, Null) => state,
            ("last_non_null_value", ..) => Null,
            ("sum", Null, Int(b)) => Int(-b),
            ("sum", Int(a), Int(b)) => Int(a - b),
            ("product", Int(_), Int(0)) => return Err("division by zero".into()),
            ("product", Int(a), Int(b)) => Int(a / b),
            ("sum" | "product", state, _) => state,
            ("nested_update", state, input) => self.nesting.retract(state, input),
            ("merge_map", Value::Map(mut entries), Value::Map(gone)) => {
                entries.retain(|(key, _)| !gone.iter().any(|(other, _)| other == key));
                Value::Map(entries)
            }
            ("merge_map", state, _) => state,
            ("collect", Null, _) => Null,
            ("collect", state, input) => {
                let mut gone = elements(input);
                let keep = |element: &Option<i64>| match gone.iter().position(|other| other == element) {
                    Some(place) => {
                        gone.remove(place);
                        false
                    }
                    None => true,
                };
                Value::List(elements(state).into_iter().filter(keep).collect())
            }
            (name, ..) => return Err(format!("{name} takes nothing back")),
        })
    }

    fn first(&mut self, state: Value, input: Value) -> Value {
        if std::mem::replace(&mut self.initialized, true) { state } else { input }
    }
}

fn elements(list: Value) -> Vec<Option<i64>> {
    match list {
        Value::List(elements) => elements,
        _ => vec![],
    }
}

fn listagg(state: Value, input: Value, distinct: bool) -> Value {
    let blank = |value: &Value| !matches!(value, Value::Text(text) if !text.trim().is_empty());
    if blank(&input) {
        return state;
    }
    if blank(&state) {
        return input;
    }
    let (Value::Text(mut text), Value::Text(input)) = (state, input) else { panic!("listagg of other than text") };
    if !distinct {
        return Value::Text(format!("{text},{input}"));
    }
    for part in input.split(',') {
        if !part.trim().is_empty() && !text.split(',').any(|known| known == part) {
            text = format!("{text},{part}");
        }
    }
    Value::Text(text)
}
