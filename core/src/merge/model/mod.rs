//! Every merge engine against a model that goes row by row and column by column, as Java's merge functions do.
//!
//! `CENOTE_LONG=1` runs 10,000 cases, `PROPTEST_CASES` any other number.

mod engines;
mod functions;
mod nested;
mod table;
mod values;

use proptest::prelude::*;

use self::{
    nested::Nesting,
    table::{Engine, Functions, Grouping, Row, Table, Value},
};

fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    asked.unwrap_or(if std::env::var_os("CENOTE_LONG").is_some() { 10_000 } else { 300 })
}

fn maybe() -> impl Strategy<Value = Option<i64>> {
    prop::option::weighted(0.8, 0i64..4)
}

fn any_value(kind: usize) -> BoxedStrategy<Value> {
    let some = match kind {
        0 => (-4i64..5).prop_map(Value::Int).boxed(),
        1 => prop::sample::select(vec!["", " ", "a", "b", "a,b", "b,c,c", "ä"])
            .prop_map(|text| Value::Text(text.to_owned()))
            .boxed(),
        2 => any::<bool>().prop_map(Value::Bool).boxed(),
        3 => prop::collection::vec(maybe(), 0..4).prop_map(Value::List).boxed(),
        4 => prop::collection::btree_map(0i64..4, maybe(), 0..4)
            .prop_map(|map| Value::Map(map.into_iter().collect()))
            .boxed(),
        5 => {
            // Java orders the last two by their UTF-16 units, the other way round.
            let time = prop::option::weighted(0.9, prop::sample::select(vec!["1", "2", "10", "\u{ff5e}", "\u{10000}"]));
            let timed = prop::option::weighted(0.8, (maybe(), time.prop_map(|time| time.map(str::to_owned))));
            prop::collection::btree_map(0i64..4, timed, 0..4)
                .prop_map(|map| Value::Times(map.into_iter().collect()))
                .boxed()
        }
        6 => {
            let inner = prop::collection::vec(maybe(), 3);
            prop::collection::vec(prop::option::weighted(0.9, inner), 0..4).prop_map(Value::Rows).boxed()
        }
        _ => prop::collection::btree_set(prop_oneof![0i64..9, 65_534i64..65_540], 0..4)
            .prop_map(|set| Value::Set(set.into_iter().collect()))
            .boxed(),
    };
    prop_oneof![1 => Just(Value::Null), 4 => some].boxed()
}

fn any_row() -> impl Strategy<Value = Row> {
    let order = || prop_oneof![1 => Just(Value::Null), 3 => (0i64..4).prop_map(Value::Int)];
    let kind = prop_oneof![6 => Just(0i8), 2 => Just(2i8), 1 => Just(1i8), 1 => Just(3i8)];
    let values = (any_value(0), any_value(1), any_value(2), any_value(3), any_value(0));
    let nested = (any_value(4), any_value(5), any_value(6), any_value(7));
    let order = (order(), order());
    (0i64..12, 0i64..8, kind, order, values, nested).prop_map(
        |(key, sequence, kind, (s1, s2), (a, b, c, d, e), (f, g, h, i))| Row {
            key,
            sequence,
            kind,
            level: 0,
            values: vec![Value::Int(key), s1, s2, a, b, c, d, e, f, g, h, i],
        },
    )
}

/// Runs, oldest first; a key is in a run once, as in the files of a level.
fn any_runs() -> impl Strategy<Value = Vec<Vec<Row>>> {
    prop::collection::vec(prop::collection::vec(any_row(), 0..14), 1..6).prop_map(|mut runs| {
        for run in &mut runs {
            run.sort_by_key(|row| row.key);
            run.dedup_by_key(|row| row.key);
        }
        runs
    })
}

fn any_functions() -> impl Strategy<Value = Functions> {
    let names = |own: &[&'static str]| {
        let common = ["last_value", "last_non_null_value", "first_value", "first_non_null_value"];
        prop::sample::select([own, &common].concat())
    };
    let number = || names(&["sum", "sum", "product", "max", "min"]);
    let columns = (number(), names(&["listagg", "listagg", "max", "min"]), names(&["bool_and", "bool_or"]));
    let more = (names(&["collect", "collect", "collect"]), number());
    let maps = (names(&["merge_map", "merge_map"]), names(&["merge_map_with_keytime", "merge_map_with_keytime"]));
    let nested = names(&["nested_update", "nested_update", "nested_update", "nested_partial_update"]);
    let nested = (maps, nested, names(&["rbm32", "rbm64"]));
    let nesting = (any::<bool>(), any::<bool>(), prop::option::of(1usize..5));
    let flags = prop::collection::vec(any::<bool>(), 9);
    let some = prop::collection::vec(any::<bool>(), 9);
    (columns, more, nested, nesting, flags, any::<bool>(), some).prop_map(
        |((a, b, c), (d, e), ((f, g), h, i), (keyed, sequenced, limit), ignores, distinct, some)| Functions {
            names: vec![a, b, c, d, e, f, g, h, i],
            ignore_retract: ignores,
            distinct,
            nesting: Nesting { keyed, sequenced: keyed && sequenced, limit },
            present: some,
        },
    )
}

fn any_table() -> impl Strategy<Value = Table> {
    let engine = prop::sample::select(Engine::ALL.to_vec());
    let grouping = prop::sample::select(vec![Grouping::One, Grouping::Two, Grouping::Pair]);
    let sequence_fields = prop::sample::select(vec![vec![], vec!["s1"], vec!["s2", "s1"]]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (engine, grouping, sequence_fields, flags, any_functions(), 1usize..9).prop_map(
        |(
            engine,
            grouping,
            sequence_fields,
            (descending, ignore_delete, removes, looks_up, keep_deletes),
            functions,
            batch,
        )| {
            let orders = matches!(engine, Engine::Deduplicate | Engine::Aggregation | Engine::PartialUpdate);
            Table {
                engine,
                grouping,
                sequence_fields: if orders { sequence_fields } else { vec![] },
                descending,
                ignore_delete: ignore_delete && engine != Engine::Aggregation,
                removes: removes && !ignore_delete,
                looks_up,
                keep_deletes,
                functions,
                batch,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn engines_equal_the_model(table in any_table(), mut runs in any_runs()) {
        table.give_levels(&mut runs);
        let ours = table.merge(&runs);
        match table.model(&runs) {
            Ok(expected) => prop_assert_eq!(ours.map_err(|error| error.to_string()), Ok(expected)),
            Err(why) => prop_assert!(ours.is_err(), "expected an error: {}, found {:?}", why, ours),
        }
    }
}
