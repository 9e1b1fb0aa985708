//! Settings beside others: the same draws of the givens, with a few of them moved.
//!
//! A setting's number says how it was made, so that it can be made again without the search that came upon it. Below [`DRAWN`] it is a draw of the
//! givens; every setting has [`CHILDREN`] beside it, whose numbers follow from its own as in a heap. What is moved in a child depends on the seed, the
//! claim and its number alone: draws go to ends of their intervals, to each other's values, a step aside, a whole block at a time too; an integer that is a
//! size goes up, down or to an end of its range, and blocks keep what both sizes have.
//!
//! Which settings have children tried is [`super::probability`]'s business. A child need not meet the hypotheses.

use crate::arith::lane::Backend;
use crate::case::octet::Chooser;
use crate::case::point::Point;
use crate::case::resize::refill;
use crate::claim::program::Program;
use crate::eval::compile::{PlanError, integer};
use crate::hunt::moves::values;
use crate::hunt::random::Random;
use crate::hunt::space::{Coordinate, Space, decode};
use crate::lang::ir::IntId;
use crate::sample::draws::Role;
use crate::sample::strata::{BlockShape, Lanes, Stratum};
use crate::sample::stream::{Key, Stream};
use std::collections::BTreeMap;

/// The numbers below this are draws.
pub const DRAWN: u64 = 8_192;
/// Children of a setting.
pub const CHILDREN: u64 = 16;
/// Generations of them; with so many, a setting's number times [`super::TRIALS`] is a number of 64 bits.
pub const GENERATIONS: u64 = 5;
/// The most moves that make a child of its parent.
const MOST_MOVES: u32 = 3;
/// The least step of a coordinate is two to minus this.
const FINEST: usize = 8;
/// What is ranked is on this grid.
const RANKS: f64 = 4_294_967_296.0;

/// The number of a setting's child.
pub fn child(parent: u64, index: u64) -> u64 {
    DRAWN.saturating_add(parent.saturating_mul(CHILDREN)).saturating_add(index)
}

/// The setting that this one is a child of; `None` of a draw.
pub fn parent(number: u64) -> Option<u64> {
    Some(number.checked_sub(DRAWN)? / CHILDREN)
}

/// The draw that a setting was made from, and how many generations away it is.
pub fn ancestor(number: u64) -> (u64, u64) {
    let (mut number, mut generations) = (number, 0);
    while let Some(above) = parent(number) {
        (number, generations) = (above, generations + 1);
    }
    (number, generations)
}

/// Blocks of the givens, for a choice of the integers, and their coordinates.
pub type Shapes<'a> = dyn Fn(&BTreeMap<IntId, i64>) -> Result<(Vec<BlockShape>, Space), PlanError> + 'a;

/// Makes children of settings.
pub struct Neighbours<'a> {
    pub program: &'a Program,
    pub key: Key,
    pub shapes: &'a Shapes<'a>,
}

impl Neighbours<'_> {
    /// The child of this number, or the given that has no value of its sizes.
    ///
    /// # Errors
    /// Where no plan can be made.
    pub fn of(&self, parent: &Point, number: u64) -> Result<Result<Point, usize>, PlanError> {
        let mut random = Random::new(&self.key, number);
        let mut point = parent.clone();
        let moves = 1 + (random.word() as u32).trailing_ones().min(MOST_MOVES - 1);
        for _ in 0..moves {
            let (shapes, space) = (self.shapes)(&point.ints)?;
            let sizes = !self.program.structural.is_empty();
            let moved = match (sizes, space.coordinates.is_empty()) {
                (false, true) => false,
                (true, false) => random.below(4) == 0,
                (sizes, _) => sizes,
            };
            if !moved {
                moved_draws(&space, &mut point.draws, &mut random);
                continue;
            }
            match self.resized(&point, &shapes, &mut random)? {
                Ok(resized) => point = resized,
                Err(given) => return Ok(Err(given)),
            }
        }
        Ok(Ok(point))
    }

    /// With another value of an integer, the others being kept as far as they can be.
    fn resized(
        &self,
        point: &Point,
        from: &[BlockShape],
        random: &mut Random,
    ) -> Result<Result<Point, usize>, PlanError> {
        let Self { program, .. } = self;
        let moved = random.below(program.structural.len());
        let mut ints: BTreeMap<IntId, i64> = BTreeMap::new();
        for (i, &id) in program.structural.iter().enumerate() {
            let spec = program.int_given(id);
            let (lo, hi) = (integer(&program.graph, &ints, spec.lo)?, integer(&program.graph, &ints, spec.hi)?);
            if lo > hi {
                return Ok(Err(spec.given));
            }
            let known = point.ints.get(&id).copied().unwrap_or(lo);
            let value = match random.below(4) {
                _ if i != moved => known,
                0 => lo,
                1 => hi,
                2 => known.saturating_sub(1),
                _ => known.saturating_add(1),
            };
            ints.insert(id, value.clamp(lo, hi));
        }
        let stream = Stream::new(&self.key, 0);
        if let Some(given) = Chooser::new(program, &ints).choose(&stream, 0, Stratum::Plain, &mut BTreeMap::new())? {
            return Ok(Err(given));
        }
        let (to, _) = (self.shapes)(&ints)?;
        let (mut draws, mut at) = (Vec::new(), 0);
        for (from, to) in from.iter().zip(&to) {
            let old = point.draws.get(at..at + from.len()).unwrap_or_default();
            at += from.len();
            if refill(old, *from, *to, &mut draws).is_none() {
                // Ranks of another size are drawn anew.
                draws.extend((0..to.len()).map(|_| (random.word() >> 32) as f64 / RANKS));
            }
        }
        Ok(Ok(Point { ints, draws }))
    }
}

/// One move of the draws.
fn moved_draws(space: &Space, draws: &mut [f64], random: &mut Random) {
    let (count, blocks) = (space.coordinates.len(), space.blocks.len());
    if count == 0 {
        return;
    }
    let at = random.below(count);
    let coordinate = space.coordinates[at];
    let block = &space.blocks[coordinate.block];
    let marks = values(coordinate.kind);
    let alike: Vec<f64> = {
        let alike = space.coordinates.iter().filter(|other| other.kind == coordinate.kind);
        alike.map(|other| draws[other.at]).collect()
    };
    let step = |random: &mut Random| {
        let mut normal = [[0.0; 8]];
        random.normals(Backend::Scalar, &mut normal);
        normal[0][0] / (1_u64 << random.below(FINEST + 1)) as f64
    };
    match random.below(6) {
        0 => draws[coordinate.at] = marks[random.below(marks.len())],
        1 => draws[coordinate.at] = alike[random.below(alike.len())],
        // All of a block alike.
        2 => {
            let any = random.below(marks.len() + 1);
            let value = marks.get(any).copied().unwrap_or(draws[coordinate.at]);
            block.coordinates.clone().for_each(|c| draws[space.coordinates[c].at] = value);
        }
        3 => {
            let other = &space.blocks[random.below(blocks)];
            if (other.role, other.rows, other.cols) == (block.role, block.rows, block.cols) {
                draws.copy_within(other.start..other.start + other.rows * other.cols, block.start);
            }
        }
        // A step, of one draw or of all.
        kind => {
            let mut x = Vec::new();
            space.encode(draws, &mut x);
            let moved = if kind == 4 { at..at + 1 } else { 0..count };
            moved.clone().for_each(|c| x[c] += step(random));
            space.keep_near(&mut x);
            // The coordinates of a reflector are in units of its length.
            let changed = if block.role == Role::Reflector && kind == 4 { block.coordinates.clone() } else { moved };
            for coordinate in changed.map(|c| (space.coordinates[c], x[c])) {
                let (Coordinate { at, kind, .. }, x) = coordinate;
                draws[at] = decode(kind, x);
            }
        }
    }
    let mut lanes: Vec<Lanes> = draws.iter().map(|x| Lanes([*x; 8])).collect();
    space.settle(&mut lanes, 0);
    draws.iter_mut().zip(&lanes).for_each(|(x, lanes)| *x = lanes.0[0]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::TRIALS;

    #[test]
    fn a_number_says_what_a_setting_was_made_from() {
        let mut numbers = std::collections::BTreeSet::new();
        for draw in [0, 1, 77, DRAWN - 1] {
            for index in 0..CHILDREN {
                let number = child(draw, index);
                assert_eq!((parent(number), ancestor(number)), (Some(draw), (draw, 1)));
                let next = child(number, CHILDREN - 1 - index);
                assert_eq!((parent(next), ancestor(next)), (Some(number), (draw, 2)));
                assert!(numbers.insert(number) && numbers.insert(next));
            }
        }
        assert_eq!((parent(DRAWN - 1), ancestor(5)), (None, (5, 0)));
        let last = (0..GENERATIONS).fold(DRAWN - 1, |number, _| child(number, CHILDREN - 1));
        assert_eq!(ancestor(last), (DRAWN - 1, GENERATIONS));
        assert!(last.checked_mul(TRIALS).is_some() && last < 1 << 34);
    }
}
