//! Matrices of integers, without rounding and without fractions: inertia, determinant, inverse, rank, null vector.
//!
//! A rational matrix is brought to one denominator once ([`Cleared`]); after that everything is integers. Bareiss' elimination keeps
//! every intermediate number a minor of the matrix: the update `(p a_ij - a_ik a_kj) / p'` with the pivot `p` and the one
//! before it, `p'`, divides without a remainder, so numbers grow linearly with the step instead of doubling at each.
//!
//! # Inertia
//!
//! By Sylvester's law congruent matrices have as many positive, zero and negative eigenvalues. Symmetric elimination is a
//! congruence; the pivot of `L D L'` at a step is `p / p'`, so its sign is the product of theirs. Where every diagonal entry that is
//! left is zero but `a_ij` is not, adding row and column `j` to row and column `i` makes the diagonal entry `2 a_ij`; the numbers
//! are minors bordered by one row and one column, linear in each, so what is done to them is done to the matrix. What is left when
//! all entries are zero is the null space.
//!
//! What it does not do: enclosures, nor anything that costs more than [`MAX_MINOR_BITS`] allow; numbers that long are refused by
//! [`Cleared::new`].
//!
//! Reference: E. H. Bareiss, *Sylvester's identity and multistep integer-preserving Gaussian elimination*, Math. Comp. 22 (1968);
//! R. A. Horn and C. R. Johnson, *Matrix Analysis*, 2nd ed., theorem 4.5.8 (Sylvester).

use dashu_int::ops::{BitTest, Gcd, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// Bits of the longest minor that is worked with: order times bits of an entry.
pub const MAX_MINOR_BITS: usize = 1 << 16;

/// A rational matrix as integers over one denominator.
#[derive(Clone, Debug)]
pub struct Cleared {
    pub entries: Vec<IBig>,
    pub denominator: UBig,
}

impl Cleared {
    /// `None` if the integers would be too long to eliminate with, for a matrix whose smaller side is `order`.
    pub fn new<'a>(order: usize, numbers: impl Iterator<Item = &'a RBig> + Clone) -> Option<Self> {
        let limit = MAX_MINOR_BITS / order.max(1);
        let mut denominator = UBig::ONE;
        for x in numbers.clone() {
            let q = x.denominator();
            if *q == denominator || q.is_one() {
                continue;
            }
            let common = q.gcd(&denominator);
            denominator *= q / common;
            if denominator.bit_len() > limit {
                return None;
            }
        }
        let mut entries = Vec::with_capacity(order * order);
        for x in numbers {
            let entry = if x.denominator() == &denominator {
                x.numerator().clone()
            } else {
                x.numerator() * (&denominator / x.denominator())
            };
            if entry.bit_len() > limit {
                return None;
            }
            entries.push(entry);
        }
        Some(Self { entries, denominator })
    }
}

/// How many eigenvalues are negative, zero and positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Inertia {
    pub negative: usize,
    pub zero: usize,
    pub positive: usize,
}

/// `(a p - b c) / q`, which is known to have no remainder.
fn eliminated(a: &IBig, p: &IBig, b: &IBig, c: &IBig, q: &IBig) -> IBig {
    let x = if b.is_zero() || c.is_zero() { a * p } else { a * p - b * c };
    if q.is_one() { x } else { x / q }
}

/// The inertia of the symmetric matrix (n×n, row-major) whose lower triangle this is.
pub fn inertia(n: usize, mut a: Vec<IBig>) -> Inertia {
    let mut counts = Inertia::default();
    let mut active: Vec<usize> = (0..n).collect();
    let mut previous = IBig::ONE;
    let mut column: Vec<IBig> = vec![IBig::ZERO; n];
    let at = |i: usize, j: usize| if i >= j { i * n + j } else { j * n + i };
    while !active.is_empty() {
        let pivot = active
            .iter()
            .enumerate()
            .filter(|(_, i)| !a[at(**i, **i)].is_zero())
            .min_by_key(|(_, i)| a[at(**i, **i)].bit_len())
            .map(|(place, _)| place);
        let place = match pivot {
            Some(place) => place,
            None => {
                let pair = (0..active.len())
                    .flat_map(|x| (0..x).map(move |y| (x, y)))
                    .find(|(x, y)| !a[at(active[*x], active[*y])].is_zero());
                let Some((x, y)) = pair else {
                    counts.zero += active.len();
                    return counts;
                };
                let (i, j) = (active[x], active[y]);
                for &k in active.iter().filter(|k| **k != i && **k != j) {
                    let added = &a[at(i, k)] + &a[at(j, k)];
                    a[at(i, k)] = added;
                }
                // Both diagonal entries are zero.
                a[at(i, i)] = &a[at(i, j)] * IBig::from(2);
                x
            }
        };
        let k = active.swap_remove(place);
        let p = std::mem::take(&mut a[at(k, k)]);
        for &i in &active {
            column[i] = std::mem::take(&mut a[at(i, k)]);
        }
        for (x, &i) in active.iter().enumerate() {
            for &j in &active[..=x] {
                let entry = at(i, j);
                a[entry] = eliminated(&a[entry], &p, &column[i], &column[j], &previous);
            }
        }
        if (p < IBig::ZERO) == (previous < IBig::ZERO) {
            counts.positive += 1;
        } else {
            counts.negative += 1;
        }
        previous = p;
    }
    counts
}

/// The inertia of `A - c` for the symmetric rational `A`.
pub fn shifted_inertia(n: usize, a: &Cleared, c: &RBig) -> Inertia {
    let (p, q) = (c.numerator(), c.denominator());
    let mut shifted = a.entries.clone();
    if !q.is_one() {
        for x in &mut shifted {
            *x *= q;
        }
    }
    if !p.is_zero() {
        let shift = p * &a.denominator;
        for i in 0..n {
            shifted[i * n + i] -= &shift;
        }
    }
    inertia(n, shifted)
}

/// What an elimination by rows found.
struct Echelon {
    /// The column of the pivot of each row that has one.
    pivots: Vec<usize>,
    /// The last pivot: the determinant, if every column had one and but for the sign.
    last: IBig,
    /// Whether an odd number of rows changed places.
    odd: bool,
}

/// Fraction-free elimination with pivots from the first `columns` of `width` columns; `above` the pivots too if asked, after which every
/// pivot's entry is the last pivot.
fn eliminate(rows: usize, columns: usize, width: usize, a: &mut [IBig], above: bool) -> Echelon {
    let mut found = Echelon { pivots: Vec::new(), last: IBig::ONE, odd: false };
    for column in 0..columns {
        let k = found.pivots.len();
        if k == rows {
            break;
        }
        let best =
            (k..rows).filter(|r| !a[r * width + column].is_zero()).min_by_key(|r| a[r * width + column].bit_len());
        let Some(best) = best else { continue };
        if best != k {
            found.odd = !found.odd;
            for j in 0..width {
                a.swap(best * width + j, k * width + j);
            }
        }
        let pivot_row: Vec<IBig> = a[k * width..(k + 1) * width].to_vec();
        let p = &pivot_row[column];
        for r in (if above { 0 } else { k + 1 }..rows).filter(|r| *r != k) {
            let factor = a[r * width + column].clone();
            for j in if above { 0 } else { column }..width {
                a[r * width + j] = eliminated(&a[r * width + j], p, &factor, &pivot_row[j], &found.last);
            }
        }
        found.last = p.clone();
        found.pivots.push(column);
    }
    found
}

/// The determinant of an n×n matrix.
pub fn determinant(n: usize, mut a: Vec<IBig>) -> IBig {
    let found = eliminate(n, n, n, &mut a, false);
    match (found.pivots.len() == n, found.odd) {
        (false, _) => IBig::ZERO,
        (true, false) => found.last,
        (true, true) => -found.last,
    }
}

/// The rank of a matrix.
pub fn rank(rows: usize, columns: usize, mut a: Vec<IBig>) -> usize {
    eliminate(rows, columns, columns, &mut a, false).pivots.len()
}

/// Integers `b` and `d` with `A^-1 = b / d`; `None` if `A` is singular.
pub fn inverse(n: usize, a: &[IBig]) -> Option<(Vec<IBig>, IBig)> {
    let width = 2 * n;
    let mut work = vec![IBig::ZERO; n * width];
    for i in 0..n {
        work[i * width..i * width + n].clone_from_slice(&a[i * n..(i + 1) * n]);
        work[i * width + n + i] = IBig::ONE;
    }
    let found = eliminate(n, n, width, &mut work, true);
    if found.pivots.len() < n {
        return None;
    }
    let inverse = work.chunks(width).flat_map(|row| row[n..].iter().cloned()).collect();
    Some((inverse, found.last))
}

/// A vector that spans the null space of an n×n matrix, if that is a line.
pub fn null_vector(n: usize, mut a: Vec<IBig>) -> Option<Vec<IBig>> {
    let found = eliminate(n, n, n, &mut a, true);
    if found.pivots.len() + 1 != n {
        return None;
    }
    let free = (0..n).find(|j| !found.pivots.contains(j))?;
    let mut vector = vec![IBig::ZERO; n];
    for (row, column) in found.pivots.iter().enumerate() {
        vector[*column] = -&a[row * n + free];
    }
    vector[free] = found.last;
    Some(vector)
}

/// The rational with the smallest denominator (and then numerator) in `[a/d, b/d]`, for `a <= b` and `d > 0`, if numerator and
/// denominator together need no more than `most_bits`: a walk down the Stern–Brocot tree, many steps at a time.
pub fn simplest(a: &IBig, b: &IBig, d: &IBig, most_bits: usize) -> Option<RBig> {
    if *a <= IBig::ZERO && *b >= IBig::ZERO {
        return Some(RBig::ZERO);
    }
    let negative = *b < IBig::ZERO;
    let (mut lo, mut hi) =
        if negative { ((-b, d.clone()), (-a, d.clone())) } else { ((a.clone(), d.clone()), (b.clone(), d.clone())) };
    // The last two convergents.
    let (mut p0, mut q0, mut p1, mut q1) = (IBig::ZERO, IBig::ONE, IBig::ONE, IBig::ZERO);
    loop {
        let floor = &lo.0 / &lo.1;
        let rest = &lo.0 - &floor * &lo.1;
        let above = &floor + IBig::ONE;
        // A value with a finite expansion that ends here: the least integer in what is left of the interval.
        let last = if rest.is_zero() {
            Some(floor.clone())
        } else if &above * &hi.1 <= hi.0 {
            Some(above)
        } else {
            None
        };
        let term = last.as_ref().unwrap_or(&floor);
        let (p, q) = (term * &p1 + &p0, term * &q1 + &q0);
        if p.bit_len() + q.bit_len() > most_bits {
            return None;
        }
        if last.is_some() {
            let value = RBig::from_parts(p, q.unsigned_abs());
            return Some(if negative { -value } else { value });
        }
        let rest_of_hi = &hi.0 - &floor * &hi.1;
        (lo, hi) = ((hi.1, rest_of_hi), (lo.1, rest));
        (p0, q0, p1, q1) = (p1, q1, p, q);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small integers from a fixed stream.
    pub fn stream(seed: u64) -> impl FnMut(i64) -> i64 {
        let mut state = seed;
        move |size| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as i64 % (2 * size + 1) - size
        }
    }

    fn ints(numbers: &[i64]) -> Vec<IBig> {
        numbers.iter().map(|x| IBig::from(*x)).collect()
    }

    fn product(n: usize, a: &[IBig], b: &[IBig]) -> Vec<IBig> {
        (0..n * n).map(|k| (0..n).map(|l| &a[k / n * n + l] * &b[l * n + k % n]).sum()).collect()
    }

    fn transposed(n: usize, a: &[IBig]) -> Vec<IBig> {
        (0..n * n).map(|k| a[k % n * n + k / n].clone()).collect()
    }

    #[test]
    fn inertia_survives_congruence_whatever_the_signs_and_zeros() {
        let mut next = stream(7);
        for n in 1..=7 {
            for round in 0..40 {
                let signs: Vec<i64> = (0..n).map(|_| next(1)).collect();
                let mut diagonal = vec![IBig::ZERO; n * n];
                for i in 0..n {
                    diagonal[i * n + i] = IBig::from(signs[i] * (1 + round));
                }
                // Unit triangular, so regular.
                let l: Vec<IBig> = (0..n * n)
                    .map(|k| {
                        IBig::from(if k / n == k % n {
                            1
                        } else if k / n > k % n {
                            next(3)
                        } else {
                            0
                        })
                    })
                    .collect();
                let a = product(n, &product(n, &l, &diagonal), &transposed(n, &l));
                let count = |s: i64| signs.iter().filter(|x| **x == s).count();
                let expected = Inertia { negative: count(-1), zero: count(0), positive: count(1) };
                assert_eq!(inertia(n, a.clone()), expected);
                assert_eq!(rank(n, n, a.clone()), n - expected.zero);
            }
        }
    }

    #[test]
    fn a_zero_diagonal_is_not_a_zero_matrix() {
        let exchange = ints(&[0, 1, 0, 1, 0, 0, 0, 0, 0]);
        assert_eq!(inertia(3, exchange), Inertia { negative: 1, zero: 1, positive: 1 });
        // All ones off the diagonal: eigenvalues n - 1 once and -1 otherwise.
        for n in 2..8 {
            let a: Vec<IBig> = (0..n * n).map(|k| IBig::from(u8::from(k / n != k % n))).collect();
            assert_eq!(inertia(n, a), Inertia { negative: n - 1, zero: 0, positive: 1 });
        }
        // Only the lower triangle counts.
        assert_eq!(inertia(2, ints(&[1, 99, 0, 1])), Inertia { negative: 0, zero: 0, positive: 2 });
        assert_eq!(inertia(0, vec![]), Inertia::default());
    }

    #[test]
    fn inverse_and_determinant_agree_with_the_product() {
        let mut next = stream(3);
        for n in 1..=6 {
            for _ in 0..20 {
                let a: Vec<IBig> = (0..n * n).map(|_| IBig::from(next(4))).collect();
                let det = determinant(n, a.clone());
                match inverse(n, &a) {
                    None => assert!(det.is_zero() && rank(n, n, a) < n),
                    Some((b, d)) => {
                        assert!(d == det || d == -&det);
                        let unit: Vec<IBig> =
                            (0..n * n).map(|k| if k / n == k % n { d.clone() } else { IBig::ZERO }).collect();
                        assert_eq!(product(n, &a, &b), unit);
                    }
                }
            }
        }
        assert_eq!(determinant(2, ints(&[0, 1, 1, 0])), IBig::from(-1));
        assert_eq!(determinant(0, vec![]), IBig::ONE);
        assert!(inverse(2, &ints(&[1, 2, 2, 4])).is_none());
    }

    #[test]
    fn a_null_vector_is_found_where_the_null_space_is_a_line() {
        let a = ints(&[1, 2, 3, 2, 4, 6, 1, 1, 1]);
        let v = null_vector(3, a.clone()).unwrap();
        for row in a.chunks(3) {
            assert!(row.iter().zip(&v).map(|(x, y)| x * y).sum::<IBig>().is_zero());
        }
        assert!(v.iter().any(|x| !x.is_zero()));
        assert!(null_vector(2, ints(&[1, 0, 0, 1])).is_none() && null_vector(2, ints(&[0, 0, 0, 0])).is_none());
    }

    #[test]
    fn denominators_are_cleared_once_and_numbers_too_long_are_refused() {
        let q = |p: i64, q: u64| RBig::from_parts(IBig::from(p), UBig::from(q));
        let numbers = [q(1, 6), q(-3, 4), q(2, 1), q(0, 1)];
        let cleared = Cleared::new(2, numbers.iter()).unwrap();
        assert_eq!((cleared.entries, cleared.denominator), (ints(&[2, -9, 24, 0]), UBig::from(12u8)));
        let long = RBig::from(IBig::ONE << MAX_MINOR_BITS);
        assert!(Cleared::new(2, [long].iter()).is_none());
        // 1/2 is an eigenvalue of [[1, 1/2], [1/2, 1]].
        let a = Cleared::new(2, [q(1, 1), q(1, 2), q(1, 2), q(1, 1)].iter()).unwrap();
        assert_eq!(shifted_inertia(2, &a, &q(1, 2)), Inertia { negative: 0, zero: 1, positive: 1 });
        assert_eq!(shifted_inertia(2, &a, &q(1, 1)), Inertia { negative: 1, zero: 0, positive: 1 });
    }

    #[test]
    fn the_simplest_rational_of_an_interval_is_found_within_the_bits() {
        let find = |a: i64, b: i64, d: i64, bits| simplest(&IBig::from(a), &IBig::from(b), &IBig::from(d), bits);
        let q = |p: i64, q: u64| Some(RBig::from_parts(IBig::from(p), UBig::from(q)));
        assert_eq!(find(333_332, 333_334, 1_000_000, 10), q(1, 3));
        assert_eq!(find(-333_334, -333_332, 1_000_000, 10), q(-1, 3));
        assert_eq!(find(-1, 1, 7, 0), q(0, 1));
        // Closed at both ends.
        assert_eq!(find(3, 4, 2, 64), q(2, 1));
        assert_eq!(find(8, 9, 4, 64), q(2, 1));
        // The first denominator for which a multiple of its inverse falls into the interval.
        let d = (1i64..).find(|d| 314_160 * d / 100_000 * 100_000 >= 314_159 * d).unwrap();
        assert_eq!(find(314_159, 314_160, 100_000, 64), q(314_160 * d / 100_000, d as u64));
        assert_eq!(find(314_159, 314_160, 100_000, 8), None);
    }
}
