//! The types of a file against the fields asked.

use super::{
    byte_runs::{Bits, ByteRuns},
    column::{Column, Values},
    leaf::{Booleans, Decimals, Doubles, Floats, Integers, Numbers},
    nested::{Lists, Maps, Rows},
    stripe::{StreamKind, StripeData},
    tail::{Kind, Tail},
    text::{Form, Texts},
    timestamp::Timestamps,
};
use crate::{
    error::{Error, Result},
    types::{self, DataField, DataType, TypeKind},
};

/// What to do with the columns of a file.
#[derive(Debug)]
pub(super) struct Plan {
    /// For each field asked, its column; `None` where the file lacks it.
    fields: Vec<Option<Node>>,
    /// For each column of the file, whether its streams are needed.
    pub(super) needed: Vec<bool>,
    /// Whether instants were written as wall clock of the writer: option `orc.timestamp-ltz.legacy.type`.
    legacy_instants: bool,
}

/// A column, its children and the types they are to have.
#[derive(Debug)]
struct Node {
    column: usize,
    kind: Kind,
    to: DataType,
    children: Vec<(String, Node)>,
}

impl Plan {
    /// Finds `fields` in a file, by name. Errors: `Corrupt` where one is stored in a way that cannot hold its type.
    pub(super) fn new(tail: &Tail, fields: &[DataField], legacy_instants: bool) -> Result<Plan> {
        let mut needed = vec![false; tail.types.len()];
        let fields = fields.iter().map(|field| {
            let Some(column) = child(tail, 0, &field.name) else { return Ok(None) };
            let node = node(tail, column, &field.data_type).map_err(|error| error.with("column", &field.name))?;
            node.mark(&mut needed);
            Ok(Some(node))
        });
        Ok(Plan { fields: fields.collect::<Result<_>>()?, needed, legacy_instants })
    }

    /// Readers of the columns in a stripe, one for each field.
    pub(super) fn open(&self, stripe: &mut StripeData) -> Result<Vec<Option<Column>>> {
        let open = |node: &Option<Node>| node.as_ref().map(|node| node.open(stripe, self.legacy_instants)).transpose();
        self.fields.iter().map(open).collect()
    }
}

/// The column of a struct's field.
pub(super) fn child(tail: &Tail, column: usize, name: &str) -> Option<usize> {
    let parent = tail.types.get(column)?;
    let index = parent.names.iter().position(|child| child == name)?;
    parent.children.get(index).copied()
}

fn node(tail: &Tail, column: usize, to: &DataType) -> Result<Node> {
    let stored = tail.types.get(column).ok_or_else(|| Error::internal(format!("orc column {column} is not there")))?;
    let kind = stored.kind;
    if !fits(kind, &to.kind) {
        return Err(Error::corrupt(format!(
            "column of type {to} is stored as orc {}",
            format!("{kind:?}").to_lowercase()
        )));
    }
    let part = |index: usize, to: &DataType| -> Result<(String, Node)> {
        let child = stored.children.get(index).copied().unwrap_or(usize::MAX);
        Ok((String::new(), node(tail, child, to)?))
    };
    let children = match &to.kind {
        TypeKind::Array(element) | TypeKind::Vector { element, .. } => vec![part(0, element)?],
        TypeKind::Map { key, value } => vec![part(0, key)?, part(1, value)?],
        TypeKind::Multiset(element) => vec![part(0, element)?, part(1, &DataType::not_null(TypeKind::Int))?],
        TypeKind::Row(fields) => {
            members(tail, column, fields.iter().map(|field| (field.name.as_str(), &field.data_type)))?
        }
        TypeKind::Variant => {
            let bytes = DataType::not_null(TypeKind::BYTES);
            members(tail, column, [("value", &bytes), ("metadata", &bytes)].into_iter())?
        }
        _ => Vec::new(),
    };
    Ok(Node { column, kind, to: to.clone(), children })
}

/// Those of `fields` that a struct has.
fn members<'a>(
    tail: &Tail,
    column: usize,
    fields: impl Iterator<Item = (&'a str, &'a DataType)>,
) -> Result<Vec<(String, Node)>> {
    let mut members = Vec::new();
    for (name, data_type) in fields {
        if let Some(child) = child(tail, column, name) {
            let child = node(tail, child, data_type).map_err(|error| error.with("field", name))?;
            members.push((name.to_owned(), child));
        }
    }
    Ok(members)
}

/// Whether values of type `to` can be read from columns of `kind`.
fn fits(kind: Kind, to: &TypeKind) -> bool {
    match kind {
        Kind::Boolean => *to == TypeKind::Boolean,
        Kind::Byte | Kind::Short | Kind::Int | Kind::Long | Kind::Date => Numbers::can_be(to),
        Kind::Float => *to == TypeKind::Float,
        Kind::Double => *to == TypeKind::Double,
        Kind::String | Kind::Varchar | Kind::Char => matches!(to, TypeKind::Char(_) | TypeKind::Varchar(_)),
        Kind::Binary => matches!(to, TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob),
        Kind::Decimal => matches!(to, TypeKind::Decimal { .. }),
        Kind::Timestamp => matches!(to, TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_)),
        Kind::Instant => matches!(to, TypeKind::TimestampLtz(_)),
        Kind::List => matches!(to, TypeKind::Array(_) | TypeKind::Vector { .. }),
        Kind::Map => matches!(to, TypeKind::Map { .. } | TypeKind::Multiset(_)),
        Kind::Struct => matches!(to, TypeKind::Row(_) | TypeKind::Variant),
        Kind::Union => false,
    }
}

impl Node {
    fn mark(&self, needed: &mut [bool]) {
        if let Some(needed) = needed.get_mut(self.column) {
            *needed = true;
        }
        self.children.iter().for_each(|(_, child)| child.mark(needed));
    }

    fn open(&self, stripe: &mut StripeData, legacy_instants: bool) -> Result<Column> {
        let present = stripe.present(self.column);
        Ok(Column::new(present, self.values(stripe, legacy_instants)?))
    }

    fn values(&self, stripe: &mut StripeData, legacy: bool) -> Result<Box<dyn Values>> {
        let column = self.column;
        Ok(match self.kind {
            Kind::Boolean => Box::new(Booleans(Bits::new(stripe.stream(column, StreamKind::Data)))),
            Kind::Byte => {
                let bytes = ByteRuns::new(stripe.stream(column, StreamKind::Data));
                Box::new(Numbers { stored: Integers::Bytes(bytes), kind: self.to.kind.clone() })
            }
            Kind::Short | Kind::Int | Kind::Long | Kind::Date => {
                let runs = stripe.integers(column, StreamKind::Data, true)?;
                Box::new(Numbers { stored: Integers::Runs(runs), kind: self.to.kind.clone() })
            }
            Kind::Float => Box::new(Floats(stripe.stream(column, StreamKind::Data))),
            Kind::Double => Box::new(Doubles(stripe.stream(column, StreamKind::Data))),
            Kind::String | Kind::Varchar => Box::new(Texts::open(stripe, column, Form::Text)?),
            Kind::Char => Box::new(Texts::open(stripe, column, Form::Padded)?),
            Kind::Binary => Box::new(Texts::open(stripe, column, Form::Binary)?),
            Kind::Decimal => self.decimals(stripe)?,
            Kind::Timestamp | Kind::Instant => self.timestamps(stripe, legacy)?,
            Kind::List | Kind::Map | Kind::Struct => self.nested(stripe, legacy)?,
            Kind::Union => return Err(Error::internal("orc unions are not read")),
        })
    }

    fn decimals(&self, stripe: &mut StripeData) -> Result<Box<dyn Values>> {
        let TypeKind::Decimal { precision, scale } = self.to.kind else {
            return Err(Error::internal(format!("{} is no decimal", self.to)));
        };
        let unscaled = stripe.stream(self.column, StreamKind::Data);
        let scales = stripe.integers(self.column, StreamKind::Secondary, true)?;
        Ok(Box::new(Decimals { unscaled, scales, precision, scale }))
    }

    fn timestamps(&self, stripe: &mut StripeData, legacy: bool) -> Result<Box<dyn Values>> {
        let seconds = stripe.integers(self.column, StreamKind::Data, true)?;
        let nanos = stripe.integers(self.column, StreamKind::Secondary, false)?;
        let target = types::arrow::data_type(&self.to);
        Ok(Box::new(if self.kind == Kind::Timestamp {
            Timestamps::of_wall_clock(seconds, nanos, stripe.zone()?, target)
        } else {
            let zone = if legacy { Some(stripe.zone()?) } else { None };
            Timestamps::of_instant(seconds, nanos, zone, target)
        }))
    }

    fn nested(&self, stripe: &mut StripeData, legacy: bool) -> Result<Box<dyn Values>> {
        let mut fields = Vec::with_capacity(self.children.len());
        for (name, child) in &self.children {
            fields.push((name.clone(), child.open(stripe, legacy)?));
        }
        if self.kind == Kind::Struct {
            return Ok(Box::new(Rows { fields }));
        }
        let lengths = stripe.integers(self.column, StreamKind::Length, false)?;
        let mut parts = fields.into_iter().map(|(_, column)| column);
        match (parts.next(), parts.next()) {
            (Some(element), None) => Ok(Box::new(Lists { lengths, element })),
            (Some(key), Some(value)) => Ok(Box::new(Maps { lengths, key, value })),
            _ => Err(Error::internal("an orc list without elements")),
        }
    }
}
