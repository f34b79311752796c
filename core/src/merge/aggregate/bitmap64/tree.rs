//! The adaptive radix tree of a bitmap: keys of 6 bytes to the places of their containers.
//!
//! A node is its type (1 byte), the number of its children (2), the length of its prefix (1), the prefix, the bytes that
//! tell its children apart, then the children. Types 0 and 1 hold up to 4 and 16 bytes in groups of 4 and 8, each group
//! turned round; type 2 a slot for each of the 256 bytes (255: none) in groups of 8 turned round; type 3 a bit for each.
//! A leaf (type 4) is its key and a container's place (8).

use super::{Input, Key, corrupt};
use crate::error::Result;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Tree {
    root: Option<Node>,
    size: u64,
}

#[derive(Debug)]
enum Node {
    Leaf { key: Key, place: u64 },
    Branch(Branch),
}

#[derive(Debug)]
struct Branch {
    prefix: Vec<u8>,
    width: Width,
    /// By their bytes.
    children: Vec<Child>,
}

#[derive(Debug)]
struct Child {
    byte: u8,
    /// Among 48, in the order in which they came; nothing in other widths.
    slot: u8,
    node: Node,
}

/// Most children of a branch; it grows as they come.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Width {
    Four,
    Sixteen,
    FortyEight,
    All,
}

const LEAF: u8 = 4;
const NO_SLOT: u8 = 0xff;

impl Tree {
    pub(super) fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    pub(super) fn parse(input: &mut Input<'_>) -> Result<Self> {
        let size = u64::from_le_bytes(input.array()?);
        let root = Node::parse(input, &mut Vec::new())?;
        let tree = Tree { root: Some(root), size };
        let found = tree.entries().len() as u64;
        if found == size { Ok(tree) } else { Err(corrupt(format!("expected {size} keys, found {found}"))) }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.size.to_le_bytes());
        if let Some(root) = &self.root {
            root.write(out);
        }
    }

    /// Keys in order and the places of their containers.
    pub(super) fn entries(&self) -> Vec<(Key, u64)> {
        let mut entries = Vec::new();
        if let Some(root) = &self.root {
            root.entries(&mut entries);
        }
        entries
    }

    pub(super) fn find(&self, key: &Key) -> Option<u64> {
        let (mut node, mut rest) = (self.root.as_ref()?, &key[..]);
        loop {
            match node {
                Node::Leaf { key: found, place } => return (found == key).then_some(*place),
                Node::Branch(branch) => {
                    let (byte, below) = rest.strip_prefix(&branch.prefix[..])?.split_first()?;
                    node = &branch.children[branch.child(*byte).ok()?].node;
                    rest = below;
                }
            }
        }
    }

    /// Adds a key that is not there.
    pub(super) fn insert(&mut self, key: Key, place: u64) {
        self.size += 1;
        self.root = Some(match self.root.take() {
            None => Node::Leaf { key, place },
            Some(root) => root.insert(key, &key, place),
        });
    }
}

impl Node {
    /// `path` is what the bytes above say of the keys below.
    fn parse(input: &mut Input<'_>, path: &mut Vec<u8>) -> Result<Node> {
        let kind = input.byte()?;
        let (count, prefix_size) = (usize::from(input.u16()?), usize::from(input.byte()?));
        let prefix = input.take(prefix_size)?.to_vec();
        if kind == LEAF {
            let (key, place): (Key, _) = (input.array()?, u64::from_le_bytes(input.array()?));
            let fits = key.starts_with(path);
            return if fits { Ok(Node::Leaf { key, place }) } else { Err(corrupt("a key at the place of another")) };
        }
        let above = path.len();
        path.extend(&prefix);
        if path.len() >= size_of::<Key>() {
            return Err(corrupt("a branch below the last byte of a key"));
        }
        let (width, bytes) = Width::parse(kind, count, input)?;
        let mut children = Vec::with_capacity(bytes.len());
        for (byte, slot) in bytes {
            path.push(byte);
            children.push(Child { byte, slot, node: Node::parse(input, path)? });
            path.pop();
        }
        path.truncate(above);
        Ok(Node::Branch(Branch { prefix, width, children }))
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Node::Leaf { key, place } => {
                out.extend([LEAF, 0, 0, 0]);
                out.extend(key);
                out.extend(place.to_le_bytes());
            }
            Node::Branch(branch) => {
                out.push(branch.width as u8);
                out.extend((branch.children.len() as u16).to_le_bytes());
                out.push(branch.prefix.len() as u8);
                out.extend(&branch.prefix);
                branch.width.write(&branch.children, out);
                branch.children.iter().for_each(|child| child.node.write(out));
            }
        }
    }

    fn entries(&self, entries: &mut Vec<(Key, u64)>) {
        match self {
            Node::Leaf { key, place } => entries.push((*key, *place)),
            Node::Branch(branch) => branch.children.iter().for_each(|child| child.node.entries(entries)),
        }
    }

    /// `rest` is what of `key` is below this node.
    fn insert(self, key: Key, rest: &[u8], place: u64) -> Node {
        let leaf = Node::Leaf { key, place };
        match self {
            Node::Leaf { key: present, .. } => {
                let present = &present[present.len() - rest.len()..];
                let common = common(present, rest);
                Node::pair(&rest[..common], (present[common], self), (rest[common], leaf))
            }
            Node::Branch(mut branch) => {
                let common = common(&branch.prefix, rest);
                if common < branch.prefix.len() {
                    let (prefix, byte) = (branch.prefix[..common].to_vec(), branch.prefix[common]);
                    branch.prefix.drain(..=common);
                    return Node::pair(&prefix, (byte, Node::Branch(branch)), (rest[common], leaf));
                }
                let byte = rest[common];
                match branch.child(byte) {
                    Ok(place_of_child) => {
                        let child = branch.children.remove(place_of_child);
                        let node = child.node.insert(key, &rest[common + 1..], place);
                        branch.children.insert(place_of_child, Child { node, ..child });
                    }
                    Err(place_of_child) => branch.insert(place_of_child, byte, leaf),
                }
                Node::Branch(branch)
            }
        }
    }

    fn pair(prefix: &[u8], one: (u8, Node), other: (u8, Node)) -> Node {
        let mut children = [one, other].map(|(byte, node)| Child { byte, slot: 0, node });
        children.sort_by_key(|child| child.byte);
        Node::Branch(Branch { prefix: prefix.to_vec(), width: Width::Four, children: children.into() })
    }
}

impl Branch {
    /// The place of the child at `byte`, or where it would be.
    fn child(&self, byte: u8) -> Result<usize, usize> {
        self.children.binary_search_by_key(&byte, |child| child.byte)
    }

    fn insert(&mut self, at: usize, byte: u8, node: Node) {
        let count = self.children.len();
        if self.width == Width::Four && count >= 4 {
            self.width = Width::Sixteen;
        } else if self.width == Width::Sixteen && count >= 16 {
            self.width = Width::FortyEight;
            self.children.iter_mut().zip(0..).for_each(|(child, slot)| child.slot = slot);
        } else if self.width == Width::FortyEight && count >= 48 {
            self.width = Width::All;
        }
        let is_free = |slot: &u8| !self.children.iter().any(|child| child.slot == *slot);
        let slot = match self.width {
            Width::FortyEight => [count as u8].into_iter().chain(0..48).find(is_free).unwrap_or(NO_SLOT),
            _ => 0,
        };
        self.children.insert(at, Child { byte, slot, node });
    }
}

impl Width {
    /// The width, and the bytes of the children with their slots.
    fn parse(kind: u8, count: usize, input: &mut Input<'_>) -> Result<(Width, Vec<(u8, u8)>)> {
        let mut read = |size: usize, group: usize| -> Result<Vec<u8>> {
            let mut bytes = input.take(size)?.to_vec();
            bytes.chunks_mut(group).for_each(|group| group.reverse());
            Ok(bytes)
        };
        let some = |bytes: Vec<u8>| bytes.into_iter().take(count).map(|byte| (byte, 0)).collect::<Vec<_>>();
        let (width, bytes) = match kind {
            0 => (Width::Four, some(read(4, 4)?)),
            1 => (Width::Sixteen, some(read(16, 8)?)),
            2 => {
                let slots = (0..=255).zip(read(256, 8)?);
                (Width::FortyEight, slots.filter(|(_, slot)| *slot != NO_SLOT).collect())
            }
            3 => {
                let bits = read(32, 1)?;
                let is_set =
                    |byte: &u8| bits.get(usize::from(byte / 8)).is_some_and(|bits| bits >> (byte % 8) & 1 == 1);
                (Width::All, (0..=255).filter(is_set).map(|byte| (byte, 0)).collect())
            }
            other => return Err(corrupt(format!("there is no node of type {other}"))),
        };
        let ascending = bytes.is_sorted_by(|one, other| one.0 < other.0);
        let slots_fit = bytes.iter().all(|(_, slot)| *slot < 48);
        if bytes.len() != count || count == 0 || !ascending || !slots_fit {
            return Err(corrupt(format!("expected a node of {count} children in order, found {bytes:?}")));
        }
        Ok((width, bytes))
    }

    fn write(self, children: &[Child], out: &mut Vec<u8>) {
        let mut bytes = match self {
            Width::Four => vec![0; 4],
            Width::Sixteen => vec![0; 16],
            Width::FortyEight => vec![NO_SLOT; 256],
            Width::All => vec![0; 32],
        };
        for (number, child) in children.iter().enumerate() {
            match self {
                Width::Four | Width::Sixteen => bytes[number] = child.byte,
                Width::FortyEight => bytes[usize::from(child.byte)] = child.slot,
                Width::All => bytes[usize::from(child.byte / 8)] |= 1 << (child.byte % 8),
            }
        }
        let group = match self {
            Width::Four => 4,
            Width::Sixteen | Width::FortyEight => 8,
            Width::All => 1,
        };
        bytes.chunks_mut(group).for_each(|group| group.reverse());
        out.extend(bytes);
    }
}

/// Number of first bytes that are the same.
fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}
