//! Matrices with a structure, where a hunt moves entries: the identity, signs, permutations, what has equal singular values, copies of a part on the diagonal.
//!
//! A matrix of normal draws has neither a spectrum nor a rotation to move, and where an inequality between norms is nearest to equality, all of its entries
//! have to agree: no move of some of them leads there, and random matrices of more than a few rows are never near. So a table of structures is put in
//! place of such blocks of the best case: in all of them the same one, then one for each.

use super::probe::Probe;
use super::random::Random;
use super::space::{Block, Space};
use crate::sample::draws::Role;

/// What is put in place of a block: of its shape alone or, from [`Structure::Polar`] on, of what it is in the best case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Structure {
    Identity,
    /// 1 and -1 in turn on the diagonal.
    Alternating,
    /// Each two neighbours change places.
    Pairs,
    /// Quarter turns of each two neighbours: with the two before, three matrices any two of which anticommute.
    Turns,
    Ones,
    /// Entries 1 and -1, in columns that are orthogonal where their number is a power of two.
    Hadamard,
    /// The first entry alone.
    Corner,
    /// The reflection that turns the ones around.
    Reflection,
    /// Ones on and below the diagonal.
    Triangle,
    /// Ones on the other diagonal.
    Mirror,
    /// All change places, in one cycle.
    Cycle,
    /// Ones beside the diagonal: the largest nilpotent block.
    Shift,
    /// The smallest nilpotent blocks.
    Steps,
    /// A random permutation with random signs.
    Permutation,
    /// The nearest matrix whose singular values are equal.
    Polar,
    /// Copies of the leading block on the diagonal: of what is not 0, or else of half the size.
    Copies,
    Diagonal,
    /// The leading half, and 0.
    Leading,
    /// The column and the row of the largest entry.
    RankOne,
    Symmetric,
    Transposed,
    /// The sign of each entry.
    Signs,
    Zero,
    Keep,
}

/// All that change something, those first that most is expected of: few evaluations do not come to the end.
const TABLE: [Structure; 23] = [
    Structure::Identity,
    Structure::Polar,
    Structure::Copies,
    Structure::Ones,
    Structure::Alternating,
    Structure::Pairs,
    Structure::Turns,
    Structure::Diagonal,
    Structure::Hadamard,
    Structure::Corner,
    Structure::Reflection,
    Structure::Triangle,
    Structure::Leading,
    Structure::RankOne,
    Structure::Symmetric,
    Structure::Signs,
    Structure::Shift,
    Structure::Steps,
    Structure::Cycle,
    Structure::Mirror,
    Structure::Permutation,
    Structure::Transposed,
    Structure::Zero,
];
/// The part of an island's evaluations that is for structures.
pub const PART: u64 = 20;
/// Of the blocks that are given structures of their own, one in so many is kept.
const KEPT: usize = 4;
/// Multiplications of one step towards equal singular values, at most, and steps; each makes small ones larger by half.
const MOST_POLAR: usize = 1 << 16;
const POLAR_STEPS: usize = 30;

/// What of an island's evaluations is left for structures.
pub struct Structures {
    /// The blocks of normal draws, by index in the space; none if none has several rows and columns.
    blocks: Vec<usize>,
    left: u64,
    /// Structures of the table that were tried in all blocks.
    tried: usize,
}

impl Structures {
    pub fn new(space: &Space, evaluations: u64) -> Self {
        let normal = |block: &Block| block.role == Role::Normal && block.rows * block.cols > 1;
        let blocks: Vec<usize> = (0..space.blocks.len()).filter(|b| normal(&space.blocks[*b])).collect();
        let some = blocks.iter().any(|b| space.blocks[*b].rows > 1 && space.blocks[*b].cols > 1);
        Self { blocks: if some { blocks } else { Vec::new() }, left: evaluations / PART, tried: 0 }
    }

    /// Another case is the best: the table is tried anew.
    pub fn restart(&mut self) {
        self.tried = 0;
    }

    /// Looks at the best case with structures in place of its blocks; half of what is left is spent, at most.
    pub fn look(&mut self, probe: &mut Probe<'_>, random: &mut Random) {
        if self.blocks.is_empty() {
            return;
        }
        let mut room = usize::try_from(self.left / 2 / probe.cost).unwrap_or(usize::MAX).min(self.combinations());
        let before = probe.spent;
        let mut moved = Vec::new();
        while room > 0 && !probe.is_done() {
            let count = room.min(8);
            for lane in 0..count {
                moved.clone_from(&probe.best.draws);
                self.next(probe.space, random, &mut moved);
                probe.put(lane, &moved);
            }
            probe.look(count);
            room -= count;
        }
        self.left = self.left.saturating_sub(probe.spent - before);
    }

    /// What is left of the table, and as many as the blocks can have between them; of one block no more than the table.
    fn combinations(&self) -> usize {
        let rest = TABLE.len() - self.tried;
        match u32::try_from(self.blocks.len()) {
            Ok(1) => rest.max(TABLE.len() / 2),
            Ok(blocks) => rest.saturating_add(TABLE.len().saturating_pow(blocks)),
            Err(_) => usize::MAX,
        }
    }

    /// The next of the table in all blocks; after its end a random one in all, or one for each.
    fn next(&mut self, space: &Space, random: &mut Random, draws: &mut [f64]) {
        let in_all = if let Some(structure) = TABLE.get(self.tried) {
            self.tried += 1;
            Some((*structure, 1.0))
        } else if self.blocks.len() == 1 || random.below(4) == 0 {
            let structure = TABLE[random.below(TABLE.len())];
            Some((structure, scale(random)))
        } else {
            None
        };
        for b in &self.blocks {
            let block = &space.blocks[*b];
            let (structure, scale) = in_all.unwrap_or_else(|| match random.below(KEPT) {
                0 => (Structure::Keep, 1.0),
                _ => (TABLE[random.below(TABLE.len())], scale(random)),
            });
            let entries = &mut draws[block.start..block.start + block.rows * block.cols];
            structured(structure, block.rows, block.cols, random, entries);
            entries.iter_mut().for_each(|x| *x *= scale);
        }
    }
}

/// Mostly none.
fn scale(random: &mut Random) -> f64 {
    [1.0, 1.0, 1.0, 1.0, 1.0, -1.0, 0.5, 2.0][random.below(8)]
}

/// Puts a structure in place of a matrix, row by row.
fn structured(structure: Structure, rows: usize, cols: usize, random: &mut Random, a: &mut [f64]) {
    let least = rows.min(cols);
    // With which neighbour a row is paired; the last of an odd number with itself.
    let partner = |i: usize| if i ^ 1 < least { i ^ 1 } else { i };
    let sign = |negative: bool| if negative { -1.0 } else { 1.0 };
    let one = |yes: bool| f64::from(u8::from(yes));
    let mut fill = |entry: &dyn Fn(usize, usize) -> f64| {
        for (place, x) in a.iter_mut().enumerate() {
            *x = entry(place / cols, place % cols);
        }
    };
    match structure {
        Structure::Identity => fill(&|i, j| one(i == j)),
        Structure::Alternating => fill(&|i, j| one(i == j) * sign(i % 2 == 1)),
        Structure::Pairs => fill(&|i, j| one(i < least && j == partner(i))),
        Structure::Turns => fill(&|i, j| one(i < least && j == partner(i)) * sign(i < j)),
        Structure::Ones => fill(&|_, _| 1.0),
        Structure::Hadamard => fill(&|i, j| sign((i & j).count_ones() % 2 == 1)),
        Structure::Corner => fill(&|i, j| one(i + j == 0)),
        Structure::Reflection => {
            fill(&|i, j| if i.max(j) < least { one(i == j) - 2.0 / least as f64 } else { 0.0 });
        }
        Structure::Triangle => fill(&|i, j| one(j <= i)),
        Structure::Mirror => fill(&|i, j| one(i + j + 1 == least)),
        Structure::Cycle => fill(&|i, j| one(i < least && j == (i + 1) % least)),
        Structure::Shift => fill(&|i, j| one(j == i + 1)),
        Structure::Steps => fill(&|i, j| one(i % 2 == 0 && j == i + 1)),
        Structure::Permutation => {
            let mut order: Vec<usize> = (0..rows.max(cols)).collect();
            random.shuffle(&mut order);
            let signs = random.word();
            fill(&|i, j| {
                let (short, long) = if rows <= cols { (i, j) } else { (j, i) };
                one(order[short] == long) * sign(signs >> (short % 64) & 1 == 1)
            });
        }
        Structure::Zero => fill(&|_, _| 0.0),
        Structure::Signs => a.iter_mut().for_each(|x| *x = sign(*x < 0.0)),
        Structure::Keep => {}
        Structure::Polar => polar(rows, cols, a),
        Structure::Copies => {
            let (r, c) = copied(rows, cols, a);
            let old = a.to_vec();
            let copy = |i: usize, j: usize| if i / r == j / c { old[i % r * cols + j % c] } else { 0.0 };
            a.iter_mut().enumerate().for_each(|(place, x)| *x = copy(place / cols, place % cols));
        }
        Structure::Diagonal | Structure::Leading => {
            let (r, c) = (rows.div_ceil(2), cols.div_ceil(2));
            for (place, x) in a.iter_mut().enumerate() {
                let (i, j) = (place / cols, place % cols);
                let stays = if structure == Structure::Diagonal { i == j } else { i < r && j < c };
                if !stays {
                    *x = 0.0;
                }
            }
        }
        Structure::RankOne => {
            let largest = (0..a.len()).fold(0, |most, place| if a[place].abs() > a[most].abs() { place } else { most });
            let (p, q) = (largest / cols, largest % cols);
            if a[largest] != 0.0 {
                let column: Vec<f64> = (0..rows).map(|i| a[i * cols + q] / a[largest]).collect();
                let row = a[p * cols..(p + 1) * cols].to_vec();
                a.iter_mut().enumerate().for_each(|(place, x)| *x = column[place / cols] * row[place % cols]);
            }
        }
        Structure::Symmetric | Structure::Transposed if rows == cols => {
            let old = a.to_vec();
            let kept = if structure == Structure::Symmetric { 0.5 } else { 0.0 };
            for (place, x) in a.iter_mut().enumerate() {
                *x = kept * *x + (1.0 - kept) * old[place % cols * cols + place / cols];
            }
        }
        Structure::Symmetric | Structure::Transposed => {}
    }
}

/// The size of the leading block that is copied.
fn copied(rows: usize, cols: usize, a: &[f64]) -> (usize, usize) {
    let used = |place: &usize| a[*place] != 0.0;
    let r = (0..a.len()).filter(used).map(|place| place / cols + 1).max().unwrap_or(rows);
    let c = (0..a.len()).filter(used).map(|place| place % cols + 1).max().unwrap_or(cols);
    if r < rows && c < cols { (r, c) } else { (rows.div_ceil(2), cols.div_ceil(2)) }
}

/// Makes the singular values equal, by the iteration of G. Schulz (1933; N. J. Higham, *Functions of matrices*, 2008, section 8.3): `X (3I - X'X)/2`.
/// Those that are 0 stay so; larger matrices stay as they are.
fn polar(rows: usize, cols: usize, a: &mut [f64]) {
    let least = rows.min(cols);
    let most = a.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    if least == 0 || a.len().saturating_mul(least) > MOST_POLAR || most <= 0.0 || !most.is_finite() {
        return;
    }
    // Below the greatest singular value at which it converges, the root of 3.
    let length = a.iter().fold(0.0, |sum, x| sum + (x / most) * (x / most)).sqrt();
    a.iter_mut().for_each(|x| *x = *x / most / length);
    // The shorter side has the Gram matrix: entry `i` of vector `k` of that side.
    let at = |k: usize, i: usize| if rows <= cols { k * cols + i } else { i * cols + k };
    let long = rows.max(cols);
    let mut gram = vec![0.0; least * least];
    let mut vector = vec![0.0; least];
    for _ in 0..POLAR_STEPS {
        let mut off: f64 = 0.0;
        for k in 0..least {
            for l in 0..=k {
                let product = (0..long).fold(0.0, |sum, i| sum + a[at(k, i)] * a[at(l, i)]);
                (gram[k * least + l], gram[l * least + k]) = (product, product);
                off = off.max((product - f64::from(u8::from(k == l))).abs());
            }
        }
        if off < 1e-15 {
            return;
        }
        for i in 0..long {
            for (k, x) in vector.iter_mut().enumerate() {
                let product = (0..least).fold(0.0, |sum, l| sum + gram[k * least + l] * a[at(l, i)]);
                *x = 1.5 * a[at(k, i)] - 0.5 * product;
            }
            for (k, x) in vector.iter().enumerate() {
                a[at(k, i)] = *x;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::stream::Key;

    fn made(structure: Structure, rows: usize, cols: usize, a: &[f64]) -> Vec<f64> {
        let mut a = a.to_vec();
        structured(structure, rows, cols, &mut Random::new(&Key::new(1, "a"), 0), &mut a);
        a
    }

    /// The greatest entry of `X'X - I`, or of `X X' - I` where that is smaller.
    fn off(rows: usize, cols: usize, a: &[f64]) -> f64 {
        let at = |k: usize, i: usize| if rows <= cols { a[k * cols + i] } else { a[i * cols + k] };
        let mut off: f64 = 0.0;
        for k in 0..rows.min(cols) {
            for l in 0..rows.min(cols) {
                let product: f64 = (0..rows.max(cols)).map(|i| at(k, i) * at(l, i)).sum();
                off = off.max((product - f64::from(u8::from(k == l))).abs());
            }
        }
        off
    }

    #[test]
    fn what_is_named_orthogonal_is_at_every_shape() {
        use Structure::{Alternating, Cycle, Identity, Mirror, Pairs, Permutation, Polar, Reflection, Turns};
        for (rows, cols) in [(1, 3), (2, 2), (3, 3), (5, 2), (2, 7), (8, 8)] {
            let a: Vec<f64> = (0..rows * cols).map(|k| ((k * k + 3 * k + 1) % 17) as f64 - 8.0).collect();
            for structure in [Identity, Alternating, Pairs, Turns, Reflection, Mirror, Cycle, Permutation, Polar] {
                let found = off(rows, cols, &made(structure, rows, cols, &a));
                assert!(found < 1e-14, "{structure:?}, {rows} x {cols}: {found}");
            }
        }
    }

    #[test]
    fn two_of_three_structures_of_pairs_anticommute() {
        use Structure::{Alternating, Pairs, Turns};
        let n = 4;
        let product = |a: &[f64], b: &[f64]| -> Vec<f64> {
            (0..n * n).map(|p| (0..n).map(|k| a[p / n * n + k] * b[k * n + p % n]).sum()).collect()
        };
        let [a, b, c] = [Alternating, Pairs, Turns].map(|s| made(s, n, n, &[0.0; 16]));
        for (x, y) in [(&a, &b), (&b, &c), (&a, &c)] {
            let there_and_back: Vec<f64> = product(x, y).iter().zip(product(y, x)).map(|(p, q)| p + q).collect();
            assert_eq!(there_and_back, [0.0; 16]);
        }
    }

    #[test]
    fn a_leading_block_is_copied_down_the_diagonal() {
        let half = [1.0, 2.0, 5.0, 5.0, 3.0, 4.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0];
        let copies = [1.0, 2.0, 0.0, 0.0, 3.0, 4.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 3.0, 4.0];
        assert_eq!(made(Structure::Copies, 4, 4, &half), copies);
        let corner = [7.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(made(Structure::Copies, 3, 3, &corner), [7.0, 0.0, 0.0, 0.0, 7.0, 0.0, 0.0, 0.0, 7.0]);
        assert_eq!(made(Structure::Copies, 1, 2, &[1.0, 2.0]), [1.0, 0.0]);
    }

    #[test]
    fn structures_of_nothing_are_numbers() {
        for structure in TABLE {
            for (rows, cols) in [(1, 2), (2, 1), (3, 3)] {
                let of_zero = made(structure, rows, cols, &vec![0.0; rows * cols]);
                assert!(of_zero.iter().all(|x| x.is_finite()), "{structure:?}");
            }
        }
    }
}
