//! `WHEN …` clauses.

use crate::{
    error::{Error, Result},
    modify::{
        expression::{Expression, ScopeColumn},
        update::{Assignment, parse_assignments, place_of},
    },
    predicate::Tokens,
    table::Table,
    types::{DataField, DataType, TypeKind},
};

/// The clauses of a merge, each list in the order of the text.
#[derive(Clone, Debug, Default)]
pub(super) struct Clauses {
    pub(super) matched: super::ClauseList,
    pub(super) not_matched: super::ClauseList,
    pub(super) not_matched_by_source: super::ClauseList,
}

/// What to do with rows for which a condition holds.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    /// `None` for all.
    pub(super) condition: Option<Expression>,
    pub(super) action: Action,
}

#[derive(Clone, Debug)]
pub(super) enum Action {
    Update {
        assignments: Vec<Assignment>,
        is_star: bool,
    },
    Delete,
    /// One assignment for each column that gets a value.
    Insert(Vec<Assignment>),
}

impl Clauses {
    /// Adds the clauses of a text. Places: columns of the table, then those of the source.
    ///
    /// Errors: `Invalid` with the position.
    pub(super) fn parse(
        &mut self,
        text: &str,
        table: &Table,
        source: &[DataField],
        both: &[ScopeColumn],
    ) -> Result<()> {
        let mut tokens = Tokens::new(text, "the end")?;
        let fields = &table.schema().fields;
        while !tokens.is_at_end() {
            tokens.expect_word("WHEN")?;
            let negated = tokens.take_word("NOT");
            tokens.expect_word("MATCHED")?;
            let by_source = negated
                && tokens.take_word("BY")
                && match tokens.take_word("TARGET") {
                    true => false,
                    false => {
                        tokens.expect_word("SOURCE")?;
                        true
                    }
                };
            let (list, sides) = match (negated, by_source) {
                (false, _) => (&mut self.matched, Sides::Both),
                (true, true) => (&mut self.not_matched_by_source, Sides::Table),
                (true, false) => (&mut self.not_matched, Sides::Source),
            };
            let scope = sides.scope(both, fields.len());
            let condition = match tokens.take_word("AND") {
                true => Some(condition(&mut tokens, &scope)?),
                false => None,
            };
            tokens.expect_word("THEN")?;
            let action = match sides {
                Sides::Source => insert(&mut tokens, fields, source, &scope)?,
                _ => change(&mut tokens, fields, source, &scope, sides == Sides::Both)?,
            };
            list.push(Clause { condition, action });
        }
        Ok(())
    }

    /// Errors: `Invalid` where there is no clause, or one that can never hold because one before it always does.
    pub(super) fn check_order(&self) -> Result<()> {
        let lists = [&self.matched, &self.not_matched, &self.not_matched_by_source];
        if lists.iter().all(|list| list.is_empty()) {
            return Err(Error::invalid("expected at least one WHEN clause"));
        }
        let unreachable = |list: &super::ClauseList| list.iter().rev().skip(1).any(|clause| clause.condition.is_none());
        match lists.into_iter().any(unreachable) {
            true => Err(Error::invalid("only the last WHEN clause of its kind may go without a condition")),
            false => Ok(()),
        }
    }
}

/// Whose columns a clause may name.
#[derive(Clone, Copy, PartialEq)]
enum Sides {
    Both,
    Table,
    Source,
}

impl Sides {
    /// The columns of both, in their places; those that may not be named get no name.
    fn scope(self, both: &[ScopeColumn], table_columns: usize) -> Vec<ScopeColumn> {
        let seen = |place: usize| match self {
            Sides::Both => true,
            Sides::Table => place < table_columns,
            Sides::Source => place >= table_columns,
        };
        let hide = |(place, column): (usize, &ScopeColumn)| match seen(place) {
            true => column.clone(),
            false => ScopeColumn { tables: Vec::new(), name: String::new(), ..column.clone() },
        };
        both.iter().enumerate().map(hide).collect()
    }
}

fn condition(tokens: &mut Tokens<'_>, scope: &[ScopeColumn]) -> Result<Expression> {
    let found = tokens.expression(scope)?;
    match found.data_type() {
        Some(DataType { kind: TypeKind::Boolean, .. }) => Ok(found),
        _ => Err(tokens.expected("a condition before this")),
    }
}

fn change(
    tokens: &mut Tokens<'_>,
    fields: &[DataField],
    source: &[DataField],
    scope: &[ScopeColumn],
    may_star: bool,
) -> Result<Action> {
    if tokens.take_word("DELETE") {
        return Ok(Action::Delete);
    }
    if !tokens.take_word("UPDATE") {
        return Err(tokens.expected("UPDATE or DELETE"));
    }
    tokens.take_word("SET");
    if may_star && tokens.take_symbol("*") {
        return Ok(Action::Update { assignments: star(fields, source)?, is_star: true });
    }
    Ok(Action::Update { assignments: parse_assignments(tokens, fields, scope)?, is_star: false })
}

fn insert(
    tokens: &mut Tokens<'_>,
    fields: &[DataField],
    source: &[DataField],
    scope: &[ScopeColumn],
) -> Result<Action> {
    tokens.expect_word("INSERT")?;
    if tokens.take_symbol("*") {
        return Ok(Action::Insert(star(fields, source)?));
    }
    tokens.expect_symbol("(")?;
    let mut places: Vec<usize> = Vec::new();
    loop {
        let name = tokens.name()?;
        let place = place_of(&name, fields)?;
        if places.contains(&place) {
            return Err(Error::invalid(format!("column {name:?} is named twice")));
        }
        places.push(place);
        if !tokens.take_symbol(",") {
            break;
        }
    }
    tokens.expect_symbol(")")?;
    tokens.expect_word("VALUES")?;
    tokens.expect_symbol("(")?;
    let mut assignments = Vec::with_capacity(places.len());
    for (index, place) in places.iter().enumerate() {
        if index > 0 {
            tokens.expect_symbol(",")?;
        }
        let field = fields.get(*place).ok_or_else(|| Error::internal("a column out of place"))?;
        assignments.push(Assignment::new(*place, field, tokens.expression(scope)?)?);
    }
    tokens.expect_symbol(")")?;
    Ok(Action::Insert(assignments))
}

/// Every column of the table from the column of the source of the same name. Errors: `Invalid` where one is missing.
fn star(fields: &[DataField], source: &[DataField]) -> Result<Vec<Assignment>> {
    let one = |(place, field): (usize, &DataField)| {
        let found = place_of(&field.name, source).map_err(|_| {
            let known = source.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
            Error::invalid(format!("* needs a column {:?} in the source, which has {known}", field.name))
        })?;
        let column = source.get(found).ok_or_else(|| Error::internal("a column out of place"))?;
        Assignment::new(place, field, Expression::column(fields.len() + found, column.data_type.clone()))
    };
    fields.iter().enumerate().map(one).collect()
}
