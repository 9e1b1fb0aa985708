//! The coordinates of a search: the draws of a case that a claim reads, each as a number that can be moved by any amount.
//!
//! A draw in `[0, 1]` is its own coordinate in the bulk. Past a closed end it stays at the end, so that ends have a share of every
//! search; towards an open end the coordinate counts octaves, and the end is never reached. Reflectors are any real vectors and their
//! length is free. A case's draws stay so short that the samplers' error bounds hold for them: `v'v` of a reflector is exact, and so is
//! the octave of a draw that is spread over octaves.

use crate::case::octet::Drawn;
use crate::sample::draws::Role;
use crate::sample::strata::{BlockShape, Lanes};

/// Where the octaves of an open end begin.
const TAIL: f64 = 0.125;
/// Octaves to a unit of the coordinate.
const OCTAVES: f64 = 8.0;
/// The most octaves that a draw goes towards zero below [`TAIL`], and towards one, where numbers are less dense.
const LOW_OCTAVES: f64 = 57.0;
const HIGH_OCTAVES: f64 = 49.0;
/// How far past a closed end a coordinate goes: enough for an end to be met by half of the steps around it.
const PAST: f64 = 0.1;
/// Bits of a draw that is spread over octaves: with the eleven of a number of octaves they are a whole number.
const LOG_BITS: u32 = 40;
/// The nearest that such a draw comes to an open end.
const LOG_LEAST: f64 = 1.0 / (1_u64 << LOG_BITS) as f64;
/// Draws that choose an integer are on this grid.
const FRACTIONS: f64 = 4_294_967_296.0;
/// The largest normal.
const NORMAL_MOST: f64 = (1_u64 << 40) as f64;

/// What a coordinate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Unit {
        lo_open: bool,
        hi_open: bool,
        log: bool,
    },
    Fraction,
    Order,
    Normal,
    Reflector,
    /// The only entry of a reflector: only whether it is zero counts.
    Sign,
}

/// One draw that is read.
#[derive(Clone, Copy, Debug)]
pub struct Coordinate {
    /// Its place among the draws of the case.
    pub at: usize,
    pub kind: Kind,
    /// Its block, by index in [`Space::blocks`].
    pub block: usize,
}

/// A block of draws that is read.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its number among the claim's blocks.
    pub number: usize,
    pub role: Role,
    pub rows: usize,
    pub cols: usize,
    /// Place of its first draw.
    pub start: usize,
    /// Its coordinates.
    pub coordinates: std::ops::Range<usize>,
}

impl Block {
    pub fn is_spectrum(&self) -> bool {
        matches!(self.role, Role::Unit { spectrum: true, .. })
    }
}

/// The coordinates of the cases with one choice of integers.
#[derive(Clone, Debug, Default)]
pub struct Space {
    pub coordinates: Vec<Coordinate>,
    pub blocks: Vec<Block>,
    /// Draws of a case, read or not.
    pub draws: usize,
}

impl Space {
    pub fn new(shapes: &[BlockShape], drawn: &[Drawn]) -> Self {
        let mut space = Self::default();
        for (number, shape) in shapes.iter().enumerate() {
            let start = space.draws;
            space.draws += shape.len();
            if !drawn.iter().any(|(_, place, _)| place.start == start && place.len() == shape.len()) {
                continue;
            }
            let (block, first) = (space.blocks.len(), space.coordinates.len());
            for entry in 0..shape.len() {
                let (row, col) = (entry / shape.cols, entry % shape.cols);
                let kind = match shape.role {
                    Role::Unit { lo_open, hi_open, log, .. } => Kind::Unit { lo_open, hi_open, log },
                    Role::Fraction => Kind::Fraction,
                    Role::Order => Kind::Order,
                    Role::Normal => Kind::Normal,
                    // What is above the diagonal is no part of a reflector.
                    Role::Reflector if row < col => continue,
                    Role::Reflector if row + 1 == shape.rows && col == row => Kind::Sign,
                    Role::Reflector => Kind::Reflector,
                };
                space.coordinates.push(Coordinate { at: start + entry, kind, block });
            }
            let &BlockShape { role, rows, cols } = shape;
            let coordinates = first..space.coordinates.len();
            space.blocks.push(Block { number, role, rows, cols, start, coordinates });
        }
        space
    }

    /// The coordinates of a case into `x`.
    pub fn encode(&self, draws: &[f64], x: &mut Vec<f64>) {
        x.clear();
        x.extend(self.coordinates.iter().map(|c| encode(c.kind, draws[c.at])));
        for block in self.blocks.iter().filter(|b| b.role == Role::Reflector) {
            for j in 0..block.cols.min(block.rows) {
                let column = |c: &&usize| (self.coordinates[**c].at - block.start) % block.cols == j;
                let places: Vec<usize> = block.coordinates.clone().collect();
                let places: Vec<usize> = places.iter().filter(column).copied().collect();
                let most = places.iter().fold(0.0, |most: f64, c| most.max(x[*c].abs()));
                for (i, c) in places.iter().enumerate() {
                    // A zero column reflects nothing; along the first axis it reflects next to nothing, and can be moved.
                    x[*c] = if most > 0.0 { x[*c] / most } else { f64::from(u8::from(i == 0)) };
                }
            }
        }
    }

    /// The case with these coordinates into a lane; draws that are not coordinates stay as they are.
    pub fn decode(&self, x: &[f64], lanes: &mut [Lanes], lane: usize) {
        for (c, x) in self.coordinates.iter().zip(x) {
            lanes[c.at].0[lane] = decode(c.kind, *x);
        }
        self.settle(lanes, lane);
    }

    /// Shortens the draws of a lane where the samplers need it.
    pub fn settle(&self, lanes: &mut [Lanes], lane: usize) {
        for block in self.blocks.iter().filter(|b| b.role == Role::Reflector) {
            for j in 0..block.cols.min(block.rows) {
                let at = |i: usize| block.start + i * block.cols + j;
                let most = (j..block.rows).fold(0.0, |most: f64, i| most.max(lanes[at(i)].0[lane].abs()));
                if most == 0.0 || !most.is_finite() {
                    (j..block.rows).for_each(|i| lanes[at(i)].0[lane] = 0.0);
                    continue;
                }
                let grid = reflector_grid(most, block.rows - j);
                for i in j..block.rows {
                    let x = &mut lanes[at(i)].0[lane];
                    *x = (*x / grid).round_ties_even() * grid;
                }
            }
        }
    }

    /// Keeps coordinates where they mean something.
    pub fn keep_near(&self, x: &mut [f64]) {
        for (c, x) in self.coordinates.iter().zip(x) {
            *x = match c.kind {
                Kind::Unit { lo_open, hi_open, log } => {
                    let end = |open: bool, octaves: f64| {
                        if open && !log { octaves / OCTAVES - TAIL + PAST } else { PAST }
                    };
                    x.clamp(-end(lo_open, LOW_OCTAVES), 1.0 + end(hi_open, HIGH_OCTAVES))
                }
                Kind::Fraction | Kind::Order => x.clamp(-PAST, 1.0 + PAST),
                Kind::Normal => x.clamp(-NORMAL_MOST, NORMAL_MOST),
                Kind::Reflector | Kind::Sign => x.clamp(-16.0, 16.0),
            };
        }
    }
}

/// The grid of a reflector of this length whose largest entry is `most`: a power of two, fine as far as the sum of the squares is exact.
fn reflector_grid(most: f64, len: usize) -> f64 {
    let bits = (53 - (usize::BITS - len.leading_zeros())) / 2;
    let exponent = (most.to_bits() >> 52) as i32 - 1023;
    power_of_two(exponent + 1 - bits as i32)
}

/// `2^k`, for exponents of normal numbers.
fn power_of_two(k: i32) -> f64 {
    f64::from_bits(((1023 + k.clamp(-1022, 1023)) as u64) << 52)
}

/// The draw of a coordinate.
pub fn decode(kind: Kind, x: f64) -> f64 {
    let x = if x.is_finite() { x } else { 0.5 };
    match kind {
        Kind::Unit { lo_open, hi_open, log: false } => {
            if lo_open && x < TAIL {
                tail((TAIL - x) * OCTAVES, LOW_OCTAVES)
            } else if hi_open && x > 1.0 - TAIL {
                1.0 - tail((x - (1.0 - TAIL)) * OCTAVES, HIGH_OCTAVES)
            } else {
                x.clamp(0.0, 1.0)
            }
        }
        Kind::Unit { lo_open, hi_open, log: true } => {
            let least = if lo_open { LOG_LEAST } else { 0.0 };
            let most = if hi_open { 1.0 - LOG_LEAST } else { 1.0 };
            short(x.clamp(least, most))
        }
        Kind::Fraction => ((x.clamp(0.0, 1.0) * FRACTIONS).floor()).min(FRACTIONS - 1.0) / FRACTIONS,
        Kind::Order => x.clamp(0.0, 1.0 - f64::EPSILON),
        Kind::Normal => x.clamp(-NORMAL_MOST, NORMAL_MOST),
        Kind::Reflector => x,
        Kind::Sign => f64::from(u8::from(x > 0.5)),
    }
}

/// The coordinate of a draw.
pub fn encode(kind: Kind, draw: f64) -> f64 {
    match kind {
        Kind::Unit { lo_open, hi_open, log: false } => {
            if lo_open && draw < TAIL {
                TAIL - depth(draw) / OCTAVES
            } else if hi_open && draw > 1.0 - TAIL {
                1.0 - TAIL + depth(1.0 - draw) / OCTAVES
            } else {
                draw
            }
        }
        _ => draw,
    }
}

/// `TAIL` less this many octaves, linear in each.
fn tail(depth: f64, most: f64) -> f64 {
    let depth = depth.clamp(0.0, most);
    let whole = depth.floor();
    TAIL * power_of_two(-(whole as i32)) * (1.0 - (depth - whole) / 2.0)
}

/// How many octaves a number in `(0, TAIL]` is below `TAIL`.
fn depth(x: f64) -> f64 {
    let (mut scale, mut whole) = (TAIL, 0.0);
    while whole < LOW_OCTAVES && x <= scale / 2.0 {
        scale /= 2.0;
        whole += 1.0;
    }
    whole + 2.0 * (1.0 - x / scale).clamp(0.0, 1.0)
}

/// Rounded to [`LOG_BITS`] bits; ends of octaves stay.
fn short(x: f64) -> f64 {
    const DROPPED: u32 = 53 - LOG_BITS;
    f64::from_bits((x.to_bits() + (1 << (DROPPED - 1))) & !((1 << DROPPED) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 6] = [
        Kind::Unit { lo_open: false, hi_open: false, log: false },
        Kind::Unit { lo_open: true, hi_open: false, log: false },
        Kind::Unit { lo_open: false, hi_open: true, log: false },
        Kind::Unit { lo_open: true, hi_open: true, log: false },
        Kind::Unit { lo_open: true, hi_open: true, log: true },
        Kind::Unit { lo_open: true, hi_open: false, log: true },
    ];

    #[test]
    fn closed_ends_are_reached_and_open_ends_never() {
        for kind in KINDS {
            let Kind::Unit { lo_open, hi_open, .. } = kind else { continue };
            for far in [0.1, 1.0, 8.0, 1e9, f64::INFINITY] {
                let (low, high) = (decode(kind, -far), decode(kind, 1.0 + far));
                assert!((0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high));
                assert!(!lo_open || low > 0.0, "{kind:?}");
                assert!(!hi_open || high < 1.0, "{kind:?}");
                assert!(lo_open || far.is_infinite() || low == 0.0, "{kind:?}");
                assert!(hi_open || far.is_infinite() || high == 1.0, "{kind:?}");
            }
        }
    }

    #[test]
    fn coordinates_and_draws_are_inverse() {
        for kind in KINDS {
            for i in 1..4000 {
                let x = decode(kind, f64::from(i) / 4000.0 * 12.0 - 6.0);
                let again = decode(kind, encode(kind, x));
                let distance = (x - again).abs();
                assert!(distance <= 1e-12 * x.min(1.0 - x) || distance <= 1e-15, "{kind:?}: {x} became {again}");
            }
        }
    }

    #[test]
    fn a_larger_coordinate_is_a_larger_draw() {
        for kind in KINDS {
            let mut last = -1.0;
            for i in 0..100_000 {
                let x = decode(kind, f64::from(i) / 100_000.0 * 20.0 - 10.0);
                assert!(x >= last, "{kind:?}");
                last = x;
            }
        }
    }

    #[test]
    fn the_square_of_a_settled_reflector_is_exact_and_small_integers_stay() {
        use dashu_ratio::RBig;
        for n in [1, 2, 5, 40, 300] {
            let shape = BlockShape { role: Role::Reflector, rows: n, cols: 1 };
            let space = Space::new(&[shape], &[(0, 0..n, None)]);
            let mut lanes = vec![Lanes::default(); n];
            for (i, x) in lanes.iter_mut().enumerate() {
                x.0[0] = (i as f64 + 0.123_456_789).sqrt() - 3.0;
                x.0[1] = i as f64 % 33.0 - 16.0;
            }
            space.settle(&mut lanes, 0);
            space.settle(&mut lanes, 1);
            let square: f64 = lanes.iter().fold(0.0, |sum, x| x.0[0].mul_add(x.0[0], sum));
            let exact = lanes.iter().fold(RBig::ZERO, |sum, x| {
                let x = RBig::try_from(x.0[0]).expect("finite");
                sum + &x * &x
            });
            assert_eq!(RBig::try_from(square).expect("finite"), exact, "{n}");
            assert!(lanes.iter().enumerate().all(|(i, x)| x.0[1] == i as f64 % 33.0 - 16.0), "{n}");
        }
    }

    #[test]
    fn draws_that_no_plan_reads_are_no_coordinates() {
        let unit = Role::Unit { lo_open: false, hi_open: false, log: false, spectrum: false };
        let shapes = [
            BlockShape { role: Role::Fraction, rows: 1, cols: 1 },
            BlockShape { role: unit, rows: 3, cols: 1 },
            BlockShape { role: Role::Reflector, rows: 3, cols: 3 },
        ];
        let space = Space::new(&shapes, &[(0, 1..4, None), (1, 4..13, None)]);
        // Three, and the six on and below the diagonal.
        assert_eq!(space.coordinates.len(), 9);
        assert_eq!(space.draws, 13);
        assert_eq!(space.coordinates[8].kind, Kind::Sign);
    }
}
