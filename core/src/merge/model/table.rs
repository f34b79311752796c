//! A table of random options, its rows, and their merge by the engine under test.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Int8Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray,
    cast::AsArray,
    types::{Int8Type, Int32Type, Int64Type},
};

use super::{
    engines::Merged,
    functions::Function,
    nested::{Inner, Nesting, Timed},
    values,
};
use crate::{
    error::Result,
    merge::{MergeLayout, MergePlan, Merger, Step, merge_function},
    spec::{options::CoreOptions, table_schema::TableSchema},
    types::{self, DataField, DataType, Datum, TypeKind, datums_to_array},
};

/// The key, two columns that may order, and those of the functions.
pub(super) const COLUMNS: [&str; 12] = ["k", "s1", "s2", "a", "b", "c", "d", "e", "f", "g", "h", "i"];

#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(super) enum Value {
    Null,
    Int(i64),
    Text(String),
    Bool(bool),
    List(Vec<Option<i64>>),
    Map(Vec<(i64, Option<i64>)>),
    Times(Vec<(i64, Timed)>),
    Rows(Vec<Option<Inner>>),
    Set(Vec<i64>),
}

#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) key: i64,
    pub(super) sequence: i64,
    pub(super) kind: i8,
    pub(super) level: i32,
    pub(super) values: Vec<Value>,
}

impl Row {
    pub(super) fn is_add(&self) -> bool {
        self.kind % 2 == 0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Deduplicate,
    PartialUpdate,
    Groups,
    Aggregation,
    FirstRow,
}

impl Engine {
    pub(super) const ALL: [Engine; 5] =
        [Engine::Deduplicate, Engine::PartialUpdate, Engine::Groups, Engine::Aggregation, Engine::FirstRow];
}

/// Which columns order which.
#[derive(Clone, Copy, Debug)]
pub(super) enum Grouping {
    One,
    Two,
    Pair,
}

/// Functions of the columns a to i.
#[derive(Clone, Debug)]
pub(super) struct Functions {
    pub(super) names: Vec<&'static str>,
    pub(super) ignore_retract: Vec<bool>,
    pub(super) distinct: bool,
    pub(super) nesting: Nesting,
    /// Sequence groups: whether the column has a function at all.
    pub(super) present: Vec<bool>,
}

#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) engine: Engine,
    pub(super) grouping: Grouping,
    pub(super) sequence_fields: Vec<&'static str>,
    pub(super) descending: bool,
    pub(super) ignore_delete: bool,
    /// Whether a -D removes the row, by the engine's option for it.
    pub(super) removes: bool,
    pub(super) looks_up: bool,
    pub(super) keep_deletes: bool,
    pub(super) functions: Functions,
    /// Rows of a batch.
    pub(super) batch: usize,
}

impl Table {
    pub(super) fn aggregates(&self, column: usize) -> bool {
        match (self.engine, column) {
            (Engine::Aggregation, 3..) => true,
            (Engine::Groups, 3..) => self.functions.present[column - 3] && self.groups().contains(COLUMNS[column]),
            _ => false,
        }
    }

    /// Every column that a group orders, as text.
    fn groups(&self) -> &'static str {
        match self.grouping {
            Grouping::One => "a,b,c,f,h",
            Grouping::Two => "a,c,f,h;b,d,g,i",
            Grouping::Pair => "a,b,c,d,f,g,h,i",
        }
    }

    pub(super) fn function(&self, column: usize) -> Function {
        let place = column.checked_sub(3);
        let ordered = self.sequence_fields.contains(&COLUMNS[column]);
        Function {
            name: place.map_or(if ordered { "last_value" } else { "last_non_null_value" }, |place| {
                self.functions.names[place]
            }),
            distinct: self.functions.distinct,
            nesting: self.functions.nesting,
            ignore_retract: place.is_some_and(|place| self.ignores_retract(place)),
            initialized: false,
        }
    }

    /// Java refuses the option beside `aggregation.remove-record-on-delete`.
    fn ignores_retract(&self, place: usize) -> bool {
        self.functions.ignore_retract[place] && !(self.engine == Engine::Aggregation && self.removes)
    }

    fn options(&self) -> Vec<(String, String)> {
        let mut options: Vec<(String, String)> = Vec::new();
        let mut set = |name: &str, value: &str| options.push((name.to_owned(), value.to_owned()));
        let (engine, remove) = match self.engine {
            Engine::Deduplicate => ("deduplicate", None),
            Engine::FirstRow => ("first-row", None),
            Engine::Aggregation => ("aggregation", Some(("aggregation.remove-record-on-delete", "true"))),
            Engine::PartialUpdate => ("partial-update", Some(("partial-update.remove-record-on-delete", "true"))),
            Engine::Groups => ("partial-update", Some(("partial-update.remove-record-on-sequence-group", "s1"))),
        };
        set("merge-engine", engine);
        if let Some((name, value)) = remove.filter(|_| self.removes) {
            set(name, value);
        }
        set("ignore-delete", if self.ignore_delete { "true" } else { "false" });
        if self.looks_up {
            set("changelog-producer", "lookup");
        }
        if !self.sequence_fields.is_empty() {
            set("sequence.field", &self.sequence_fields.join(","));
            set("sequence.field.sort-order", if self.descending { "descending" } else { "ascending" });
        }
        if self.engine == Engine::Groups {
            match self.grouping {
                Grouping::Pair => set("fields.s2,s1.sequence-group", self.groups()),
                _ => self.groups().split(';').zip(["s1", "s2"]).for_each(|(columns, order)| {
                    set(&format!("fields.{order}.sequence-group"), columns);
                }),
            }
        }
        for column in (3..COLUMNS.len()).filter(|column| self.aggregates(*column)) {
            let option = |name: &str| format!("fields.{}.{name}", COLUMNS[column]);
            let name = self.functions.names[column - 3];
            set(&option("aggregate-function"), name);
            if self.ignores_retract(column - 3) {
                set(&option("ignore-retract"), "true");
            }
            if self.functions.distinct && ["listagg", "collect"].contains(&name) {
                set(&option("distinct"), "true");
            }
            self.nested_options(name).into_iter().for_each(|(name, value)| set(&option(name), &value));
        }
        options
    }

    fn nested_options(&self, function: &str) -> Vec<(&'static str, String)> {
        let Nesting { keyed, sequenced, limit } = self.functions.nesting;
        let key = ("nested-key", "id".to_owned());
        match function {
            "nested_partial_update" => vec![key],
            "nested_update" => {
                let sequence = ("nested-sequence-field", "v".to_owned());
                let limit = limit.map(|limit| ("count-limit", limit.to_string()));
                [keyed.then_some(key), sequenced.then_some(sequence), limit].into_iter().flatten().collect()
            }
            _ => vec![],
        }
    }

    /// Whether bitmaps are of 64-bit numbers.
    fn wide(&self) -> bool {
        self.functions.names[8] == "rbm64"
    }

    fn schema(&self) -> TableSchema {
        let kind = |place: usize| match place {
            0 => DataType::not_null(TypeKind::Int),
            4 => DataType::nullable(TypeKind::STRING),
            5 => DataType::nullable(TypeKind::Boolean),
            6 => DataType::nullable(TypeKind::Array(Box::new(DataType::nullable(TypeKind::BigInt)))),
            8.. => values::data_type(place),
            _ => DataType::nullable(TypeKind::BigInt),
        };
        let field = |(place, name): (usize, &&str)| DataField::new(place as i32, *name, kind(place));
        TableSchema {
            version: 3,
            id: 0,
            fields: COLUMNS.iter().enumerate().map(field).collect(),
            highest_field_id: COLUMNS.len() as i32,
            partition_keys: vec![],
            primary_keys: vec![COLUMNS[0].to_owned()],
            options: self.options().into_iter().collect(),
            comment: None,
            time_millis: 0,
        }
    }

    /// The oldest runs become levels, the highest first, where levels count.
    pub(super) fn give_levels(&self, runs: &mut [Vec<Row>]) {
        let high = if self.looks_up { runs.len() / 2 } else { 0 };
        for (level, run) in runs.iter_mut().take(high).enumerate() {
            run.iter_mut().for_each(|row| row.level = (high - level) as i32);
        }
    }

    /// The merge by the engine.
    pub(super) fn merge(&self, runs: &[Vec<Row>]) -> Result<Vec<Merged>> {
        let schema = self.schema();
        let options = CoreOptions::parse(&schema.options)?;
        let fields = schema.key_value_fields();
        let input = types::arrow::schema(&fields);
        let place = |name: &&str| 3 + COLUMNS.iter().position(|column| column == name).unwrap();
        let layout = MergeLayout {
            keys: vec![0],
            sequence_fields: self.sequence_fields.iter().map(place).collect(),
            sequence_descending: self.descending,
            sequence_number: Some(1),
            value_kind: Some(2),
            output: (2..fields.len()).collect(),
        };
        let plan = MergePlan::new(Arc::clone(&input), layout, merge_function(&options, &schema, &fields)?)?;
        let plan = Arc::new(plan.keep_deletes(self.keep_deletes).with_batch_rows(self.batch));
        let mut levels: Vec<i32> = runs.iter().map(|run| run.first().map_or(0, |row| row.level)).collect();
        levels.resize(runs.len(), 0);
        let mut merger = Merger::new(plan, runs.len()).with_levels(levels);
        let mut left: Vec<_> = runs.iter().map(|run| run.chunks(self.batch)).collect();
        let mut rows = Vec::new();
        loop {
            match merger.advance()? {
                Step::Done => return Ok(rows),
                Step::LookUp(_) => unreachable!("nothing is looked up"),
                Step::Changelog(batch) => panic!("a changelog nobody asked for: {batch:?}"),
                Step::Batch(batch) => rows.extend((0..batch.num_rows()).map(|row| self.row(&batch, row))),
                Step::Need(needed) => {
                    for run in needed {
                        let batch = left[run]
                            .next()
                            .map(|rows| RecordBatch::try_new(Arc::clone(&input), arrays(rows, self.wide())));
                        merger.supply(run, batch.transpose()?)?;
                    }
                }
            }
        }
    }

    fn row(&self, batch: &RecordBatch, row: usize) -> Merged {
        let kind = batch.column(0).as_primitive::<Int8Type>().value(row);
        let mut values: Vec<Value> =
            (1..batch.num_columns()).map(|place| value(batch.column(place), place - 1, row, self.wide())).collect();
        self.forget_order(&mut values);
        (kind, values)
    }

    /// The order of collected elements, of entries and of nested rows means nothing.
    pub(super) fn forget_order(&self, values: &mut [Value]) {
        for value in values {
            match value {
                Value::List(elements) => elements.sort(),
                Value::Map(entries) => entries.sort(),
                Value::Times(entries) => entries.sort(),
                Value::Rows(rows) => rows.sort(),
                _ => {}
            }
        }
    }
}

fn arrays(rows: &[Row], wide: bool) -> Vec<ArrayRef> {
    let ints = |place: usize| -> ArrayRef {
        Arc::new(
            rows.iter()
                .map(|row| if let Value::Int(int) = row.values[place] { Some(int) } else { None })
                .collect::<Int64Array>(),
        )
    };
    let key = || -> ArrayRef { Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| row.key as i32))) };
    let texts = rows.iter().map(|row| if let Value::Text(text) = &row.values[4] { Some(text.as_str()) } else { None });
    let bools = rows.iter().map(|row| if let Value::Bool(bool) = row.values[5] { Some(bool) } else { None });
    let lists = rows.iter().map(|row| if let Value::List(list) = &row.values[6] { Some(list.clone()) } else { None });
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>(lists);
    let element = types::arrow::field(&DataField::new(
        0,
        "d",
        DataType::nullable(TypeKind::Array(Box::new(DataType::nullable(TypeKind::BigInt)))),
    ));
    let arrow_schema::DataType::List(element) = element.data_type().clone() else { panic!("expected a list") };
    let (_, offsets, values, nulls) = lists.into_parts();
    let nested = |place: usize| {
        let datums: Vec<_> = rows.iter().map(|row| values::datum(&row.values[place], wide)).collect();
        datums_to_array(&datums, &values::data_type(place)).unwrap()
    };
    vec![
        key(),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.sequence))),
        Arc::new(Int8Array::from_iter_values(rows.iter().map(|row| row.kind))),
        key(),
        ints(1),
        ints(2),
        ints(3),
        Arc::new(texts.collect::<StringArray>()),
        Arc::new(bools.collect::<BooleanArray>()),
        Arc::new(ListArray::new(element, offsets, values, nulls)),
        ints(7),
        nested(8),
        nested(9),
        nested(10),
        nested(11),
    ]
}

fn value(column: &ArrayRef, place: usize, row: usize, wide: bool) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match place {
        0 => Value::Int(i64::from(column.as_primitive::<Int32Type>().value(row))),
        4 => Value::Text(column.as_string::<i32>().value(row).to_owned()),
        5 => Value::Bool(column.as_boolean().value(row)),
        6 => Value::List(column.as_list::<i32>().value(row).as_primitive::<Int64Type>().iter().collect()),
        8.. => values::value(Datum::from_array(column, row).unwrap(), place, wide),
        _ => Value::Int(column.as_primitive::<Int64Type>().value(row)),
    }
}
