//! Tournament among the heads of sorted runs: the least head wins, and a new head is placed with one comparison a level.

use std::cmp::Ordering;

/// Contestants are numbered from 0; lower numbers win ties.
pub(super) struct LoserTree {
    /// `nodes[0]` is the winner, `nodes[1..]` the losers of the matches of a complete binary tree whose leaf `i` is node
    /// `i + len`.
    nodes: Vec<u32>,
}

impl LoserTree {
    /// Plays all matches among `len` contestants, at least one.
    pub(super) fn new(len: usize, compare: impl Fn(usize, usize) -> Ordering) -> Self {
        let mut tree = LoserTree { nodes: vec![0; len.max(1)] };
        let winner = tree.play(1, len, &compare);
        tree.nodes[0] = winner as u32;
        tree
    }

    /// The contestant with the least head.
    #[inline]
    pub(super) fn winner(&self) -> usize {
        self.nodes[0] as usize
    }

    /// Plays again the matches of the winner, whose head has changed.
    #[inline]
    pub(super) fn replay(&mut self, compare: impl Fn(usize, usize) -> Ordering) {
        let mut winner = self.nodes[0] as usize;
        let mut node = (winner + self.nodes.len()) / 2;
        while node > 0 {
            let loser = self.nodes[node] as usize;
            if beats(loser, winner, &compare) {
                self.nodes[node] = winner as u32;
                winner = loser;
            }
            node /= 2;
        }
        self.nodes[0] = winner as u32;
    }

    /// The best of all but the winner: the best of those that lost against it. `None` when it is alone.
    pub(super) fn runner_up(&self, compare: impl Fn(usize, usize) -> Ordering) -> Option<usize> {
        let mut best: Option<usize> = None;
        let mut node = (self.winner() + self.nodes.len()) / 2;
        while node > 0 {
            let loser = self.nodes[node] as usize;
            if best.is_none_or(|best| beats(loser, best, &compare)) {
                best = Some(loser);
            }
            node /= 2;
        }
        best
    }

    fn play(&mut self, node: usize, len: usize, compare: &impl Fn(usize, usize) -> Ordering) -> usize {
        if node >= len {
            return node - len;
        }
        let (left, right) = (self.play(2 * node, len, compare), self.play(2 * node + 1, len, compare));
        let (winner, loser) = if beats(right, left, compare) { (right, left) } else { (left, right) };
        self.nodes[node] = loser as u32;
        winner
    }
}

#[inline]
fn beats(a: usize, b: usize, compare: &impl Fn(usize, usize) -> Ordering) -> bool {
    match compare(a, b) {
        Ordering::Less => true,
        Ordering::Equal => a < b,
        Ordering::Greater => false,
    }
}
