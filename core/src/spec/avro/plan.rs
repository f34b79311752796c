//! The writer's record against the fields we know: matched by name once a file, so that reading a record is a walk
//! over a list.

use super::schema::{Node, NodeId, Schema, Shape};
use crate::error::{Error, Result};

/// What a field holds; all but lists of nullable elements may also be null where the writer's schema says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `int` or `long`.
    Number,
    /// `bytes` or `string`.
    Bytes,
    /// A list of numbers.
    Numbers,
    /// A list of texts.
    Texts,
    /// A record.
    Record,
    /// A list of records.
    Records,
}

/// The fields of a record that we know.
pub(crate) trait FieldSet: Copy + PartialEq + 'static {
    /// Name, content, whether it must be there, and which one it is.
    const FIELDS: &'static [(&'static str, Kind, bool, Self)];
}

/// Declares a [`FieldSet`]: `Name = "_NAME" Kind required,`.
macro_rules! avro_fields {
    ($(#[$doc:meta])* $name:ident { $($field:ident = $text:literal $kind:ident $need:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum $name {
            $($field,)*
        }

        impl $crate::spec::avro::FieldSet for $name {
            const FIELDS: &'static [(&'static str, $crate::spec::avro::Kind, bool, Self)] = &[
                $(($text, $crate::spec::avro::Kind::$kind, avro_fields!(@$need), $name::$field),)*
            ];
        }
    };
    (@required) => { true };
    (@optional) => { false };
}
pub(crate) use avro_fields;

/// How to read one record of the writer.
pub(crate) struct Plan<F> {
    steps: Vec<Step<F>>,
}

/// One field of the writer, in its order.
#[derive(Clone, Copy)]
pub(crate) struct Step<F> {
    /// Which of our fields it is; `None` to skip it.
    pub(crate) field: Option<F>,
    /// Its type.
    pub(crate) shape: Shape,
}

impl<F: FieldSet> Plan<F> {
    /// The plan for the record `node`. Errors: `Corrupt` where it is none, lacks a required field, or has another type
    /// of content in one.
    pub(crate) fn new(schema: &Schema, node: NodeId) -> Result<Self> {
        let Node::Record(writer_fields) = schema.node(node) else {
            return Err(Error::corrupt("expected an avro record"));
        };
        let mut steps = Vec::with_capacity(writer_fields.len());
        for (name, node) in writer_fields {
            let shape = schema.shape(*node);
            let known = F::FIELDS.iter().find(|(known, ..)| known == name);
            if let Some((_, kind, ..)) = known
                && !kind.fits(schema, shape)
            {
                let found = schema.node(shape.node);
                return Err(Error::corrupt(format!("expected {kind:?} as avro field {name}, found {found:?}")));
            }
            steps.push(Step { field: known.map(|(.., field)| *field), shape });
        }
        let plan = Plan { steps };
        match F::FIELDS.iter().find(|(_, _, required, field)| *required && plan.shape(*field).is_none()) {
            None => Ok(plan),
            Some((name, ..)) => Err(Error::corrupt(format!("expected avro field {name}, found none"))),
        }
    }

    /// The writer's fields, in their order.
    #[inline]
    pub(crate) fn steps(&self) -> &[Step<F>] {
        &self.steps
    }

    /// The writer's type of one of our fields.
    pub(crate) fn shape(&self, field: F) -> Option<Shape> {
        self.steps.iter().find(|step| step.field == Some(field)).map(|step| step.shape)
    }

    /// The plan for the record in one of our fields; of the elements, where the field is a list. `None` where the
    /// writer lacks the field.
    pub(crate) fn nested<G: FieldSet>(&self, schema: &Schema, field: F) -> Result<Option<Plan<G>>> {
        let Some(shape) = self.shape(field) else { return Ok(None) };
        let record = schema.element(shape.node).unwrap_or(shape);
        Plan::new(schema, record.node).map(Some)
    }
}

impl Kind {
    fn fits(self, schema: &Schema, shape: Shape) -> bool {
        let element = schema.element(shape.node).map(|element| schema.node(element.node));
        match self {
            Kind::Number => *schema.node(shape.node) == Node::Number,
            Kind::Bytes => *schema.node(shape.node) == Node::Bytes,
            Kind::Record => matches!(schema.node(shape.node), Node::Record(_)),
            Kind::Numbers => element == Some(&Node::Number),
            Kind::Texts => element == Some(&Node::Bytes),
            Kind::Records => matches!(element, Some(Node::Record(_))),
        }
    }
}
