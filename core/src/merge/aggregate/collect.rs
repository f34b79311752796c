//! `collect`: the elements of all arrays in one.

use std::collections::{HashMap, HashSet};

use super::{
    FieldOptions, Stepwise,
    linked::{Identity, identity},
};
use crate::{
    error::{Error, Result},
    merge::column::{Cell, Column},
    types::{DataType, Datum, DatumRow, TypeKind},
};

/// Concatenates arrays; the order of elements means nothing.
#[derive(Debug)]
pub(super) struct Collect {
    element: DataType,
    /// `distinct`: an element is kept once.
    distinct: bool,
    /// Java takes the state as distinct already where elements are nested or bytes.
    trusts_state: bool,
}

impl Collect {
    pub(super) fn new(element: &DataType, options: &FieldOptions<'_>) -> Result<Self> {
        use TypeKind::*;
        let trusts_state = matches!(
            element.kind,
            Array(_) | Vector { .. } | Multiset(_) | Map { .. } | Row(_) | Binary(_) | Varbinary(_)
        );
        Ok(Collect { element: element.clone(), distinct: options.flag("distinct")?, trusts_state })
    }

    fn identity(&self, element: &Option<Datum>) -> Result<Identity> {
        identity(std::slice::from_ref(&self.element), std::slice::from_ref(element))
    }

    fn distinct(&self, state: DatumRow, input: DatumRow) -> Result<DatumRow> {
        let mut present = HashSet::new();
        let mut elements = DatumRow::new();
        for (element, always) in
            state.into_iter().map(|e| (e, self.trusts_state)).chain(input.into_iter().map(|e| (e, false)))
        {
            if present.insert(self.identity(&element)?) || always {
                elements.push(element);
            }
        }
        Ok(elements)
    }
}

impl Stepwise for Collect {
    fn aggregate(&self, column: &Column<'_>, state: Cell, input: Cell, _: &mut bool) -> Result<Cell> {
        let elements = match (state, input) {
            (Cell::Null, Cell::Null) => return Ok(Cell::Null),
            (state, Cell::Null) if !self.distinct => return Ok(state),
            (Cell::Null, input) if !self.distinct => return Ok(input),
            (state, input) => {
                let (mut state, input) = (array(column, state)?, array(column, input)?);
                if self.distinct {
                    self.distinct(state, input)?
                } else {
                    state.extend(input);
                    state
                }
            }
        };
        Ok(Cell::Value(Datum::Array(elements)))
    }

    /// Elements are kept once or as they are, whichever comes first: no need to turn the order round.
    fn aggregate_older(&self, column: &Column<'_>, state: Cell, input: Cell, seen: &mut bool) -> Result<Cell> {
        self.aggregate(column, state, input, seen)
    }

    fn retract(&self, column: &Column<'_>, state: Cell, input: Cell) -> Result<Cell> {
        if matches!(state, Cell::Null) {
            return Ok(Cell::Null);
        }
        let mut gone: HashMap<Identity, usize> = HashMap::new();
        for element in array(column, input)? {
            *gone.entry(self.identity(&element)?).or_default() += 1;
        }
        if gone.is_empty() {
            return Ok(state);
        }
        let mut elements = DatumRow::new();
        for element in array(column, state)? {
            match gone.get_mut(&self.identity(&element)?) {
                Some(times) if *times > 0 => *times -= 1,
                _ => elements.push(element),
            }
        }
        Ok(Cell::Value(Datum::Array(elements)))
    }
}

/// The elements; none of null.
fn array(column: &Column<'_>, cell: Cell) -> Result<DatumRow> {
    match column.datum(cell)? {
        None => Ok(DatumRow::new()),
        Some(Datum::Array(elements)) => Ok(elements),
        Some(_) => Err(Error::internal("expected an array")),
    }
}
