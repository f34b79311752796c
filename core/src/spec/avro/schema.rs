//! The writer's schema of a container, as a list of nodes that refer to each other by place.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// Place of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeId(usize);

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Null,
    Boolean,
    /// `int`, `long` and `enum`: a zig-zag number.
    Number,
    Float,
    Double,
    /// `bytes` and `string`: a length and bytes.
    Bytes,
    Fixed(usize),
    Array(NodeId),
    Map(NodeId),
    Record(Vec<(String, NodeId)>),
    Union(Vec<NodeId>),
}

/// A type that may be wrapped in a union with null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The type itself.
    pub(crate) node: NodeId,
    /// Branch of the union that is null; `None` without union.
    pub(crate) null_branch: Option<i64>,
}

/// What a type stands for beyond its encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Logical {
    /// A time or timestamp in so many parts of a second.
    Parts(i64),
    /// A decimal with this scale.
    Decimal(u64),
}

impl Logical {
    /// From `logicalType` of a type; `None` for those that change nothing.
    fn of(object: &Map<String, Value>) -> Option<Logical> {
        let name = object.get("logicalType").and_then(Value::as_str)?;
        Some(match name.strip_prefix("local-").unwrap_or(name) {
            "time-millis" | "timestamp-millis" => Logical::Parts(1_000),
            "time-micros" | "timestamp-micros" => Logical::Parts(1_000_000),
            "timestamp-nanos" => Logical::Parts(1_000_000_000),
            "decimal" => Logical::Decimal(object.get("scale").and_then(Value::as_u64).unwrap_or(0)),
            _ => return None,
        })
    }
}

/// A parsed schema.
#[derive(Debug)]
pub(crate) struct Schema {
    nodes: Vec<Node>,
    /// Logical types, by the place of their nodes.
    logical: HashMap<usize, Logical>,
    /// Whether values of the node of the same place take no bytes.
    empty: Vec<bool>,
    /// Shapes of the fields, where the node of the same place is a record.
    members: Vec<Vec<Shape>>,
    root: NodeId,
}

impl Schema {
    /// Parses the JSON of a container header. Errors: `Corrupt`.
    pub(crate) fn parse(json: &[u8]) -> Result<Self> {
        let json: Value =
            serde_json::from_slice(json).map_err(|error| Error::corrupt("expected an avro schema").because(error))?;
        let mut parser = Parser { nodes: Vec::new(), logical: HashMap::new(), names: HashMap::new() };
        let root = parser.node(&json, "")?;
        let (nodes, logical) = (parser.nodes, parser.logical);
        let mut schema = Schema { empty: empty(&nodes), nodes, logical, members: Vec::new(), root };
        let members = |node: &Node| match node {
            Node::Record(fields) => fields.iter().map(|(_, field)| schema.shape(*field)).collect(),
            _ => Vec::new(),
        };
        schema.members = schema.nodes.iter().map(members).collect();
        Ok(schema)
    }

    /// Shapes of the fields of a record.
    #[inline]
    pub(crate) fn members(&self, id: NodeId) -> &[Shape] {
        self.members.get(id.0).map_or(&[], Vec::as_slice)
    }

    /// Whether values of this type take no bytes.
    pub(crate) fn is_empty(&self, id: NodeId) -> bool {
        self.empty.get(id.0).copied().unwrap_or(true)
    }

    /// What values of this type stand for; `None` for just what they are.
    pub(crate) fn logical(&self, id: NodeId) -> Option<Logical> {
        self.logical.get(&id.0).copied()
    }

    #[inline]
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0).unwrap_or(&Node::Null)
    }

    /// The type of each datum of the container.
    pub(crate) fn root(&self) -> NodeId {
        self.root
    }

    /// Looks through a union of one type with null. Other unions stay what they are.
    pub(crate) fn shape(&self, node: NodeId) -> Shape {
        let plain = Shape { node, null_branch: None };
        let Node::Union(branches) = self.node(node) else { return plain };
        match branches.as_slice() {
            [null, other] if *self.node(*null) == Node::Null => Shape { node: *other, null_branch: Some(0) },
            [other, null] if *self.node(*null) == Node::Null => Shape { node: *other, null_branch: Some(1) },
            _ => plain,
        }
    }

    /// Shape of the elements, where `node` is an array.
    pub(crate) fn element(&self, node: NodeId) -> Option<Shape> {
        match self.node(node) {
            Node::Array(element) => Some(self.shape(*element)),
            _ => None,
        }
    }
}

/// See [`Schema::is_empty`]; for each node.
fn empty(nodes: &[Node]) -> Vec<bool> {
    let mut empty = vec![false; nodes.len()];
    let is_empty = |node: &Node, empty: &[bool]| match node {
        Node::Null | Node::Fixed(0) => true,
        Node::Record(fields) => fields.iter().all(|(_, field)| empty.get(field.0).copied().unwrap_or(true)),
        _ => false,
    };
    // Most nodes stand behind those that they are parts of; only names of earlier ones take another round.
    loop {
        let mut changed = false;
        for (index, node) in nodes.iter().enumerate().rev() {
            if empty.get(index) == Some(&false) && is_empty(node, &empty) {
                changed = true;
                empty.iter_mut().skip(index).take(1).for_each(|empty| *empty = true);
            }
        }
        if !changed {
            return empty;
        }
    }
}

struct Parser {
    nodes: Vec<Node>,
    logical: HashMap<usize, Logical>,
    names: HashMap<String, NodeId>,
}

// Depth is bounded by the JSON parser, which refuses text nested deeper than 128.
impl Parser {
    fn add(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        NodeId(self.nodes.len() - 1)
    }

    fn node(&mut self, json: &Value, namespace: &str) -> Result<NodeId> {
        match json {
            Value::String(name) => self.named(name, namespace),
            Value::Array(branches) => {
                let branches =
                    branches.iter().map(|branch| self.node(branch, namespace)).collect::<Result<Vec<_>>>()?;
                Ok(self.add(Node::Union(branches)))
            }
            Value::Object(object) => {
                let id = self.object(object, namespace)?;
                if let Some(logical) = Logical::of(object) {
                    self.logical.insert(id.0, logical);
                }
                Ok(id)
            }
            other => Err(Error::corrupt(format!("expected an avro type, found {other}"))),
        }
    }

    fn named(&mut self, name: &str, namespace: &str) -> Result<NodeId> {
        let primitive = match name {
            "null" => Node::Null,
            "boolean" => Node::Boolean,
            "int" | "long" => Node::Number,
            "float" => Node::Float,
            "double" => Node::Double,
            "bytes" | "string" => Node::Bytes,
            _ => {
                let known = self.names.get(&full_name(name, namespace)).or_else(|| self.names.get(name));
                return known.copied().ok_or_else(|| Error::corrupt(format!("expected an avro type, found {name:?}")));
            }
        };
        Ok(self.add(primitive))
    }

    fn object(&mut self, object: &Map<String, Value>, namespace: &str) -> Result<NodeId> {
        let member = |name: &str| {
            object.get(name).ok_or_else(|| Error::corrupt(format!("expected {name:?} in an avro type, found none")))
        };
        let kind = match member("type")? {
            Value::String(kind) => kind.as_str(),
            nested => return self.node(nested, namespace),
        };
        match kind {
            "array" => {
                let element = self.node(member("items")?, namespace)?;
                Ok(self.add(Node::Array(element)))
            }
            "map" => {
                let value = self.node(member("values")?, namespace)?;
                Ok(self.add(Node::Map(value)))
            }
            "enum" => Ok(self.define(object, namespace, Node::Number)),
            "fixed" => {
                let size = member("size")?.as_u64().and_then(|size| usize::try_from(size).ok());
                let size = size.ok_or_else(|| Error::corrupt("expected a size of an avro fixed type"))?;
                Ok(self.define(object, namespace, Node::Fixed(size)))
            }
            "record" | "error" => self.record(object, member("fields")?, namespace),
            primitive => self.named(primitive, namespace),
        }
    }

    fn record(&mut self, object: &Map<String, Value>, fields: &Value, namespace: &str) -> Result<NodeId> {
        // Named before its fields are read, because they may refer to it.
        let id = self.define(object, namespace, Node::Record(Vec::new()));
        let inner = inner_namespace(object, namespace);
        let fields = fields.as_array().ok_or_else(|| Error::corrupt("expected a list of avro fields"))?;
        let mut parsed = Vec::with_capacity(fields.len());
        for field in fields {
            let name = field.get("name").and_then(Value::as_str);
            let (Some(name), Some(field_type)) = (name, field.get("type")) else {
                return Err(Error::corrupt(format!("expected an avro field with name and type, found {field}")));
            };
            parsed.push((name.to_owned(), self.node(field_type, &inner)?));
        }
        if let Some(node) = self.nodes.get_mut(id.0) {
            *node = Node::Record(parsed);
        }
        Ok(id)
    }

    fn define(&mut self, object: &Map<String, Value>, namespace: &str, node: Node) -> NodeId {
        let id = self.add(node);
        if let Some(name) = object.get("name").and_then(Value::as_str) {
            let namespace = object.get("namespace").and_then(Value::as_str).unwrap_or(namespace);
            self.names.insert(full_name(name, namespace), id);
        }
        id
    }
}

fn full_name(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() { name.to_owned() } else { format!("{namespace}.{name}") }
}

/// Namespace of names within a named type.
fn inner_namespace(object: &Map<String, Value>, namespace: &str) -> String {
    let name = object.get("name").and_then(Value::as_str).and_then(|name| name.rsplit_once('.'));
    let own = name.map(|(namespace, _)| namespace).or_else(|| object.get("namespace").and_then(Value::as_str));
    own.unwrap_or(namespace).to_owned()
}
