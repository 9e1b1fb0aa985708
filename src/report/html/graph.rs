//! What rests on what: which claims use which, what rests on something false, and a paper's graph as SVG.
//!
//! Premises stand left of what uses them, each as far left as it can be; within a rank, nodes are moved to the middle of their neighbours
//! a few times over, which takes most crossings away (Sugiyama, Tagawa, Toda 1981). Components are laid out on their own and put on
//! shelves. All sums are of integers, so that the picture is the same everywhere.

use super::data::{Claim, Run};
use super::page::{claim_path, escaped, kind, shape, up};
use crate::engine::verdict::name;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Claims of a run by index, with their edges.
pub struct Links<'a> {
    pub run: &'a Run,
    by_id: BTreeMap<&'a str, usize>,
    /// Those that use it.
    users: Vec<Vec<usize>>,
    /// What is false among all that it rests on, near or far.
    false_below: Vec<BTreeSet<usize>>,
}

impl<'a> Links<'a> {
    pub fn of(run: &'a Run) -> Self {
        let by_id: BTreeMap<&str, usize> = run.claims.iter().enumerate().map(|(i, c)| (c.id.as_str(), i)).collect();
        let mut users = vec![Vec::new(); run.claims.len()];
        for (i, claim) in run.claims.iter().enumerate() {
            for used in claim.uses() {
                if let Some(&used) = by_id.get(used.as_str())
                    && used != i
                {
                    users[used].push(i);
                }
            }
        }
        let mut false_below = vec![BTreeSet::new(); run.claims.len()];
        for (source, claim) in run.claims.iter().enumerate() {
            if kind(claim.verdict) != "false" {
                continue;
            }
            let mut left = users[source].clone();
            while let Some(at) = left.pop() {
                // A claim may rest on itself in a circle; it is entered once.
                if at != source && false_below[at].insert(source) {
                    left.extend(&users[at]);
                }
            }
        }
        Self { run, by_id, users, false_below }
    }

    pub fn claim(&self, id: &str) -> Option<&'a Claim> {
        self.by_id.get(id).map(|&i| &self.run.claims[i])
    }

    pub fn users(&self, id: &str) -> Vec<&'a Claim> {
        self.listed(self.by_id.get(id).map_or(&[][..], |&i| &self.users[i]).iter())
    }

    /// What is false below a claim.
    pub fn false_below(&self, id: &str) -> Vec<&'a Claim> {
        self.by_id.get(id).map_or_else(Vec::new, |&i| self.listed(self.false_below[i].iter()))
    }

    fn listed<'b>(&self, indices: impl Iterator<Item = &'b usize>) -> Vec<&'a Claim> {
        indices.map(|&i| &self.run.claims[i]).collect()
    }

    /// The graph of a paper's claims that use one another, and of what they use elsewhere; none if there are no such.
    pub fn svg(&self, paper: &str, page: &str) -> Option<String> {
        let own = |i: &usize| self.run.claims[*i].paper() == paper;
        let mut edges = Vec::new();
        for (user, claim) in self.run.claims.iter().enumerate().filter(|(i, _)| own(i)) {
            let used = claim.uses().iter().filter_map(|id| self.by_id.get(id.as_str()));
            edges.extend(used.filter(|used| **used != user).map(|used| (*used, user)));
        }
        edges.sort_unstable();
        edges.dedup();
        if edges.is_empty() {
            return None;
        }
        let mut shelves = Shelves::default();
        for component in components(&edges) {
            shelves.put(Layers::of(component));
        }
        Some(self.drawn(paper, page, &shelves))
    }

    fn drawn(&self, paper: &str, page: &str, shelves: &Shelves) -> String {
        let (width, height) = shelves.size();
        let mut lines = String::new();
        let mut nodes = String::new();
        for (layers, left, top) in &shelves.placed {
            let at = |node: usize| {
                let (rank, row) = layers.place(node);
                (left + rank * COLUMN, top + row * ROW / 2)
            };
            for &(from, to) in &layers.edges {
                let ((x1, y1), (x2, y2)) = (at(from), at(to));
                let start = x1 + MARK + 4 + self.label(from, paper).chars().count() as i64 * GLYPH;
                let bend = ((x2 - start) / 2).max(24);
                let bad = kind(self.run.claims[from].verdict) == "false" || !self.false_below[from].is_empty();
                let class = if bad { " class=\"bad\"" } else { "" };
                let (y1, y2) = (y1 + ROW / 2, y2 + ROW / 2);
                let _ = write!(
                    lines,
                    "<path{class} d=\"M{start} {y1}C{} {y1} {} {y2} {} {y2}\"/>",
                    start + bend,
                    x2 - 3 - bend,
                    x2 - 3
                );
            }
            for &node in &layers.nodes {
                let claim = &self.run.claims[node];
                let (x, y) = at(node);
                let below = &self.false_below[node];
                let ring = if below.is_empty() { "" } else { "<circle class=\"shaken\" cx=\"6\" cy=\"6\" r=\"8\"/>" };
                let rests = match below.len() {
                    0 => String::new(),
                    n => format!("; rests on {n} false claim{}", if n == 1 { "" } else { "s" }),
                };
                let _ = write!(
                    nodes,
                    "<a href=\"{}{}\" class=\"{}\"><title>{}: {}{rests}</title><g transform=\"translate({x} {})\">{ring}{}</g>\
                     <text x=\"{}\" y=\"{}\">{}</text></a>",
                    up(page),
                    claim_path(&claim.id),
                    kind(claim.verdict),
                    escaped(&claim.title),
                    name(claim.verdict),
                    y + (ROW - MARK) / 2,
                    shape(claim.verdict),
                    x + MARK + 4,
                    y + ROW / 2 + 4,
                    escaped(&self.label(node, paper))
                );
            }
        }
        format!(
            "<svg class=\"graph\" width=\"{width}\" height=\"{height}\" viewBox=\"-10 -4 {width} {height}\" role=\"img\" \
             aria-label=\"What rests on what\"><g class=\"edges\">{lines}</g>{nodes}</svg>"
        )
    }

    fn label(&self, node: usize, paper: &str) -> String {
        let claim = &self.run.claims[node];
        let label = if claim.paper() == paper { claim.stem() } else { &claim.id };
        match label.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &label[..end - 1]),
            None => label.to_owned(),
        }
    }
}

/// In units of the picture.
const ROW: i64 = 20;
const COLUMN: i64 = 190;
const MARK: i64 = 12;
const GLYPH: i64 = 6;
/// Characters of a label.
const LONGEST: usize = 24;
/// Components stand beside each other up to this width.
const SHELF: i64 = 1120;
const GAP: i64 = 14;

type Edges = Vec<(usize, usize)>;

/// The edges of each component; the largest first, then in order.
fn components(edges: &Edges) -> Vec<Edges> {
    let mut of: BTreeMap<usize, usize> = BTreeMap::new();
    for &(a, b) in edges {
        let (a, b) = (*of.entry(a).or_insert(a), *of.entry(b).or_insert(b));
        if a != b {
            for component in of.values_mut().filter(|component| **component == a.max(b)) {
                *component = a.min(b);
            }
        }
    }
    let mut all: BTreeMap<usize, Edges> = BTreeMap::new();
    for edge in edges {
        all.entry(of[&edge.0]).or_default().push(*edge);
    }
    let mut all: Vec<Edges> = all.into_values().collect();
    all.sort_by_key(|edges| std::cmp::Reverse(edges.len()));
    all
}

/// A component in its ranks.
struct Layers {
    nodes: Vec<usize>,
    edges: Edges,
    /// By rank, from the premises on.
    ranks: Vec<Vec<usize>>,
    tallest: i64,
}

impl Layers {
    fn of(edges: Edges) -> Self {
        let nodes: Vec<usize> = edges.iter().flat_map(|(a, b)| [*a, *b]).collect::<BTreeSet<_>>().into_iter().collect();
        let mut rank: BTreeMap<usize, usize> = nodes.iter().map(|&node| (node, 0)).collect();
        // As often as there are nodes: a circle would go on for ever.
        for _ in 0..nodes.len() {
            let mut changed = false;
            for (from, to) in &edges {
                let least = rank[from] + 1;
                if rank[to] < least && least < nodes.len() {
                    rank.insert(*to, least);
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        let mut ranks = vec![Vec::new(); rank.values().max().map_or(0, |most| most + 1)];
        for &node in &nodes {
            ranks[rank[&node]].push(node);
        }
        ranks.retain(|rank| !rank.is_empty());
        for sweep in 0..12 {
            let there: BTreeMap<usize, i64> = ranks.iter().flat_map(|rank| middle(rank).collect::<Vec<_>>()).collect();
            let towards = |node: usize| {
                let neighbours: Vec<i64> = edges
                    .iter()
                    .filter_map(|&(a, b)| match sweep % 2 {
                        0 => (b == node).then(|| there[&a]),
                        _ => (a == node).then(|| there[&b]),
                    })
                    .collect();
                match neighbours.len() {
                    0 => there[&node] * 1000,
                    n => neighbours.iter().sum::<i64>() * 1000 / n as i64,
                }
            };
            for rank in &mut ranks {
                rank.sort_by_key(|&node| towards(node));
            }
        }
        let tallest = ranks.iter().map(Vec::len).max().unwrap_or(0) as i64;
        Self { nodes, edges, ranks, tallest }
    }

    /// Rank, and half rows from the top.
    fn place(&self, node: usize) -> (i64, i64) {
        let found =
            self.ranks.iter().enumerate().find_map(|(r, rank)| Some((r, rank.iter().position(|n| *n == node)?)));
        let (rank, at) = found.unwrap_or((0, 0));
        let spare = self.tallest - self.ranks.get(rank).map_or(0, Vec::len) as i64;
        (rank as i64, 2 * at as i64 + spare)
    }

    fn width(&self) -> i64 {
        self.ranks.len() as i64 * COLUMN
    }

    fn height(&self) -> i64 {
        self.tallest * ROW
    }
}

/// Half rows from the middle of a rank.
fn middle(rank: &[usize]) -> impl Iterator<Item = (usize, i64)> + '_ {
    rank.iter().enumerate().map(|(i, &node)| (node, 2 * i as i64 - rank.len() as i64))
}

/// Components in rows.
#[derive(Default)]
struct Shelves {
    /// With left and top.
    placed: Vec<(Layers, i64, i64)>,
    x: i64,
    y: i64,
    tallest: i64,
    widest: i64,
}

impl Shelves {
    fn put(&mut self, layers: Layers) {
        if self.x > 0 && self.x + layers.width() > SHELF {
            self.y += self.tallest + GAP;
            (self.x, self.tallest) = (0, 0);
        }
        let (width, height) = (layers.width(), layers.height());
        self.placed.push((layers, self.x, self.y));
        self.x += width;
        self.widest = self.widest.max(self.x);
        self.tallest = self.tallest.max(height);
    }

    fn size(&self) -> (i64, i64) {
        (self.widest + 20, self.y + self.tallest + 8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_premise_stands_left_of_what_uses_it() {
        let layers = Layers::of(vec![(0, 1), (1, 2), (0, 2), (3, 2)]);
        let rank = |node| layers.place(node).0;
        assert_eq!([0, 1, 2, 3].map(rank), [0, 1, 2, 0]);
    }

    #[test]
    fn a_circle_is_drawn_all_the_same() {
        let layers = Layers::of(vec![(0, 1), (1, 2), (2, 0)]);
        assert_eq!(layers.nodes, [0, 1, 2]);
        assert!(layers.ranks.iter().flatten().count() == 3);
    }

    #[test]
    fn components_are_apart() {
        let parts = components(&vec![(0, 1), (2, 3), (3, 4), (5, 1)]);
        assert_eq!(parts, [vec![(0, 1), (5, 1)], vec![(2, 3), (3, 4)]]);
    }
}
