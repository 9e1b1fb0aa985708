//! Eigenvalues and singular values of matrices of enclosures, proved at any working precision; exact where they are rational and short.
//!
//! A symmetric matrix falls into blocks where its entries are exactly zero. A block becomes a matrix of integers in one unit, plus
//! a radius: none where all entries are rational, else a bound on the Frobenius norm of what the enclosures leave open, which moves no
//! eigenvalue further than that (Weyl). The integers go through [`Frame`], whose enclosures hold for any vectors, and the digits rise
//! until the wanted eigenvalues have about the working precision *relative to themselves*.
//!
//! # Recognition
//!
//! Of a rational matrix `A`, an enclosure suggests the simplest rational `c` in it. If that is much shorter than the enclosure
//! is sharp, chance does not explain it; the inertia of `A - c I`, exactly, proves which eigenvalues equal `c` and on which side of it the others
//! are (Sylvester). So rational eigenvalues, zero first, come out exact, and a boundary case is decided.
//!
//! # Singular values
//!
//! Roots of the eigenvalues of the smaller Gram matrix, which is exact where the matrix is. A matrix of enclosures is taken at its middle, whose
//! Gram matrix is exact, and the radius is added afterwards (Weyl for singular values), so squaring costs digits, not width.
//!
//! Reference: R. A. Horn and C. R. Johnson, *Matrix Analysis*, 2nd ed., theorems 4.3.1, 4.5.8, 4.5.9 and corollary 7.3.5.

use super::ball::{Ball, bits, with_bits};
use super::ball_vectors::{Frame, components, dominated};
use super::fixed::{norm_above, quotient_above, quotient_below, scaled};
use super::float::{self, Float, Way};
use super::inertia::{Cleared, shifted_inertia, simplest};
use super::number::Number;
use dashu_int::ops::{Abs, BitTest};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// Larger matrices are not decomposed.
pub const MAX_ORDER: usize = 64;

/// Digits beyond the working precision that a decomposition starts with.
const GUARD: usize = 56;

/// Digits that are spent, at working precisions of up to half as many, on an eigenvalue that is small beside the others.
const MOST_DIGITS: usize = 4096;

/// Integers in one unit, and how far from them the matrix may be in the Frobenius norm: `(entries ± radius) 2^exponent / denominator`.
#[derive(Clone, Debug)]
pub struct Scaled {
    pub entries: Vec<IBig>,
    pub radius: IBig,
    pub exponent: i64,
    pub denominator: UBig,
}

impl Scaled {
    /// Of numbers that are all known; `None` otherwise. `order` is the smaller side of the matrix.
    pub fn new(order: usize, numbers: &[&Ball]) -> Option<Self> {
        let rationals: Option<Vec<&RBig>> = numbers.iter().map(|x| x.rational()).collect();
        if let Some(rationals) = rationals
            && let Some(Cleared { entries, denominator }) = Cleared::new(order, rationals.iter().copied())
        {
            return Some(Self { entries, radius: IBig::ZERO, exponent: 0, denominator });
        }
        let digits = bits() + GUARD;
        let ends: Option<Vec<(Float, Float)>> = with_bits(digits, || numbers.iter().map(|x| x.ends()).collect());
        let ends = ends?;
        let top = |x: &Float| -> Option<i64> {
            let size = i64::try_from(x.significand().bit_len()).ok()?;
            (size > 0).then_some(size + i64::try_from(x.exponent()).ok()?)
        };
        let greatest = ends.iter().flat_map(|(a, b)| [top(a), top(b)]).flatten().max().unwrap_or(0);
        let exponent = greatest - i64::try_from(digits).ok()?;
        let mut entries = Vec::with_capacity(ends.len());
        let mut radii = Vec::with_capacity(ends.len());
        for (lo, hi) in &ends {
            let (lo, hi) = (below(lo, exponent)?, -below(&float::neg(hi), exponent)?);
            let middle = (&lo + &hi) >> 1;
            radii.push(&hi - &middle);
            entries.push(middle);
        }
        Some(Self { entries, radius: norm_above(radii.iter()), exponent, denominator: UBig::ONE })
    }

    /// The lower triangle of a square matrix, mirrored.
    pub fn symmetric(n: usize, a: &[Ball]) -> Option<Self> {
        let numbers: Vec<&Ball> = (0..n * n).map(|k| lower(n, a, k / n, k % n)).collect();
        Self::new(n, &numbers)
    }

    pub fn is_exact(&self) -> bool {
        self.radius.is_zero() && self.exponent == 0
    }

    /// `x 2^exponent / denominator` for integers `lo <= x <= hi` in units of `2^unit`.
    pub fn ball(&self, lo: &IBig, hi: &IBig, unit: i64) -> Ball {
        let exponent = self.exponent + unit;
        if self.denominator.is_one() {
            return between(lo, hi, exponent);
        }
        // Divided at some more digits than the enclosure has.
        let spare = self.denominator.bit_len() + bits() / 4 + 8;
        let d = IBig::from(self.denominator.clone());
        let (lo, hi) = (quotient_below(&(lo << spare), &d), quotient_above(&(hi << spare), &d));
        between(&lo, &hi, exponent - spare as i64)
    }
}

/// `⌊x / 2^exponent⌋`
fn below(x: &Float, exponent: i64) -> Option<IBig> {
    let shift = i64::try_from(x.exponent()).ok()?.checked_sub(exponent)?;
    let size = usize::try_from(shift.unsigned_abs()).ok()?;
    let m = x.significand();
    Some(if shift >= 0 {
        m << size
    } else if size > m.bit_len() {
        IBig::from(if *m < IBig::ZERO { -1 } else { 0 })
    } else {
        m >> size
    })
}

/// The numbers between `lo 2^e` and `hi 2^e`, rounded outward to a little more than the working precision.
pub fn between(lo: &IBig, hi: &IBig, e: i64) -> Ball {
    let Ok(e) = isize::try_from(e) else { return Ball::Unknown };
    let digits = bits() + 8;
    let round = |way: Way, x: &IBig| {
        let exact = float::of_parts(x.clone(), e);
        if x.bit_len() <= digits { Some(exact) } else { float::add(way, digits, &exact, &float::zero()) }
    };
    if lo == hi {
        let exact = float::of_parts(lo.clone(), e);
        return Ball::between(Some(exact.clone()), Some(exact));
    }
    Ball::between(round(Way::Down, lo), round(Way::Up, hi))
}

/// A number that is at least `x 2^e` and hardly more.
pub fn at_most(x: &IBig, e: i64) -> Ball {
    if x.is_zero() { Ball::zero() } else { between(x, &(x + IBig::ONE), e) }
}

/// `x 2^k`
pub fn shifted(x: &Ball, k: i64) -> Ball {
    let Some((lo, hi)) = x.ends() else { return Ball::Unknown };
    match x {
        Ball::Exact(x) if x.is_zero() => Ball::zero(),
        _ => Ball::between(float::scaled(&lo, k), float::scaled(&hi, k)),
    }
}

/// An entry of the symmetric matrix whose lower triangle counts.
pub fn lower(n: usize, a: &[Ball], i: usize, j: usize) -> &Ball {
    if i >= j { &a[i * n + j] } else { &a[j * n + i] }
}

/// The sets of rows between which a symmetric matrix has nothing but exact zeros.
pub fn blocks(n: usize, a: &[Ball]) -> Vec<Vec<usize>> {
    let edges: Vec<(usize, usize)> =
        (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).filter(|(i, j)| !a[i * n + j].is_zero()).collect();
    let mut blocks = components(n, &edges);
    let joined: Vec<usize> = blocks.iter().flatten().copied().collect();
    blocks.extend((0..n).filter(|i| !joined.contains(i)).map(|i| vec![i]));
    blocks.sort();
    blocks
}

/// The square submatrix with these rows and columns.
pub fn submatrix(n: usize, a: &[Ball], rows: &[usize]) -> Vec<Ball> {
    rows.iter().flat_map(|i| rows.iter().map(|j| lower(n, a, *i, *j).clone())).collect()
}

/// All eigenvalues of a symmetric matrix (the lower triangle counts), decreasing; of a single one that is `wanted` the others may be left
/// less sharp.
pub fn eigenvalues(n: usize, a: &[Ball], wanted: Option<usize>) -> Vec<Ball> {
    if n > MAX_ORDER || !(0..n).all(|i| (0..=i).all(|j| a[i * n + j].is_known())) {
        return vec![Ball::Unknown; n];
    }
    let blocks = blocks(n, a);
    let alone = blocks.len() == 1;
    let mut found: Vec<Ball> = Vec::with_capacity(n);
    for block in &blocks {
        match block[..] {
            [i] => found.push(a[i * n + i].clone()),
            _ => {
                let part = submatrix(n, a, block);
                let Some(matrix) = Scaled::symmetric(block.len(), &part) else { return vec![Ball::Unknown; n] };
                found.extend(of_block(block.len(), &matrix, wanted.filter(|_| alone)));
            }
        }
    }
    if alone { found } else { merged(found) }
}

/// Enclosures of some numbers as enclosures of the same numbers in decreasing order: the `k`-th greatest lies between the
/// `k`-th greatest ends.
fn merged(found: Vec<Ball>) -> Vec<Ball> {
    let Some(ends) = found.iter().map(Ball::enclosure).collect::<Option<Vec<_>>>() else {
        return vec![Ball::Unknown; found.len()];
    };
    let (mut lows, mut highs): (Vec<RBig>, Vec<RBig>) = ends.into_iter().unzip();
    lows.sort_by(|a, b| b.cmp(a));
    highs.sort_by(|a, b| b.cmp(a));
    lows.iter().zip(&highs).map(|(lo, hi)| Ball::from_enclosure(lo, hi)).collect()
}

/// What is known of one eigenvalue.
#[derive(Clone, Debug)]
struct Found {
    lo: IBig,
    hi: IBig,
    exact: Option<RBig>,
}

impl Found {
    /// Bits to which the enclosure tells the eigenvalue; `None` if it may be zero.
    fn sharpness(&self) -> Option<usize> {
        let straddles = self.lo <= IBig::ZERO && self.hi >= IBig::ZERO;
        let size = (&self.lo).abs().bit_len().max((&self.hi).abs().bit_len());
        (!straddles).then(|| size.saturating_sub((&self.hi - &self.lo).bit_len()))
    }
}

/// Eigenvalues of a matrix of integers, decreasing, as integers in units of `2^unit`, with the frame behind them.
pub struct Decomposed {
    pub frame: Frame,
    pub bounds: Vec<(IBig, IBig)>,
    pub unit: i64,
    /// The matrix in units of `2^unit`, each entry within a unit.
    pub fixed: Vec<IBig>,
}

/// Decomposes the integers of a symmetric matrix with this many digits.
pub fn decompose(n: usize, entries: &[IBig], digits: usize) -> Decomposed {
    let size = entries.iter().map(BitTest::bit_len).max().unwrap_or(0);
    // One bit for rounding up.
    let unit = size as i64 + 1 - digits as i64;
    let fixed: Vec<IBig> = entries.iter().map(|x| scaled(x, -unit)).collect();
    let frame = Frame::new(n, digits, &fixed);
    let bounds = frame.enclosures().unwrap_or_else(|| dominated(n, &fixed, IBig::ZERO));
    // Entries dropped by rounding: at most half a unit each.
    let slack = IBig::from(if unit > 0 { n } else { 0 });
    let bounds = bounds.into_iter().map(|(lo, hi)| (lo - &slack, hi + &slack)).collect();
    Decomposed { frame, bounds, unit, fixed }
}

/// The eigenvalues of one block.
fn of_block(n: usize, matrix: &Scaled, wanted: Option<usize>) -> Vec<Ball> {
    let target = bits();
    let most = (2 * target).max(MOST_DIGITS);
    let mut digits = (target + GUARD).next_multiple_of(64);
    let mut exact: Vec<Option<RBig>> = vec![None; n];
    let mut counts: Option<(usize, usize)> = None;
    let mut tried: Vec<RBig> = Vec::new();
    loop {
        let decomposed = decompose(n, &matrix.entries, digits);
        let unit = decomposed.unit;
        let mut found: Vec<Found> = decomposed
            .bounds
            .iter()
            .zip(&exact)
            .map(|((lo, hi), exact)| Found { lo: lo.clone(), hi: hi.clone(), exact: exact.clone() })
            .collect();
        if matrix.is_exact() {
            recognise(n, matrix, unit, wanted, &mut found, &mut tried, &mut counts);
            exact = found.iter().map(|x| x.exact.clone()).collect();
            let lacking = (0..n)
                .filter(|k| wanted.is_none_or(|w| w == *k) && found[*k].exact.is_none())
                .map(|k| match found[k].sharpness() {
                    Some(sharp) => target.saturating_sub(sharp),
                    None => digits,
                })
                .max()
                .unwrap_or(0);
            // A few bits short of the precision are not worth another round.
            if lacking > 24 && digits < most {
                digits = (digits + lacking + 32).next_multiple_of(64).min(most);
                continue;
            }
        }
        return found
            .iter()
            .map(|x| match &x.exact {
                Some(value) => Ball::from(value.clone()),
                None if matrix.is_exact() => matrix.ball(&x.lo, &x.hi, unit),
                None => widened(matrix, x, unit),
            })
            .collect();
    }
}

/// An eigenvalue with the radius of the matrix added.
fn widened(matrix: &Scaled, x: &Found, unit: i64) -> Ball {
    let radius = if unit >= 0 {
        (&matrix.radius >> unit.unsigned_abs() as usize) + IBig::ONE
    } else {
        &matrix.radius << unit.unsigned_abs() as usize
    };
    matrix.ball(&(&x.lo - &radius), &(&x.hi + &radius), unit)
}

/// Finds eigenvalues of an exact matrix that are rational and short, and signs where they are in doubt.
fn recognise(
    n: usize,
    matrix: &Scaled,
    unit: i64,
    wanted: Option<usize>,
    found: &mut [Found],
    tried: &mut Vec<RBig>,
    positive: &mut Option<(usize, usize)>,
) {
    let size = unit.unsigned_abs() as usize;
    let cleared = Cleared { entries: matrix.entries.clone(), denominator: matrix.denominator.clone() };
    let denominator = IBig::from(matrix.denominator.clone());
    for k in 0..n {
        if found[k].exact.is_some() || wanted.is_some_and(|w| w != k) {
            continue;
        }
        let limit = found[k].sharpness().map_or(0, |sharp| (sharp * 3 / 4).saturating_sub(8));
        let (lo, hi) = (&found[k].lo, &found[k].hi);
        let candidate = if unit >= 0 {
            simplest(&(lo << size), &(hi << size), &denominator, limit)
        } else {
            simplest(lo, hi, &(&denominator << size), limit)
        };
        let Some(c) = candidate.filter(|c| !tried.contains(c)) else { continue };
        let inertia = shifted_inertia(n, &cleared, &c);
        if c.is_zero() {
            *positive = Some((inertia.positive, inertia.zero));
        }
        for x in &mut found[inertia.positive..inertia.positive + inertia.zero] {
            x.exact = Some(c.clone());
        }
        tried.push(c);
    }
    // Signs that are known bound what is not.
    if let Some((above, zero)) = *positive {
        for (k, x) in found.iter_mut().enumerate().filter(|(_, x)| x.exact.is_none()) {
            if k < above && x.lo < IBig::ZERO {
                x.lo = IBig::ZERO;
            } else if k >= above + zero && x.hi > IBig::ZERO {
                x.hi = IBig::ZERO;
            }
        }
    }
}

/// All singular values of an m×n matrix, decreasing.
pub fn singular_values(m: usize, n: usize, a: &[Ball]) -> Vec<Ball> {
    let count = m.min(n);
    if count > MAX_ORDER || !a[..m * n].iter().all(Ball::is_known) {
        return vec![Ball::Unknown; count];
    }
    if let Some(values) = sparse(m, n, &a[..m * n]) {
        return values;
    }
    let numbers: Vec<&Ball> = a[..m * n].iter().collect();
    let Some(matrix) = Scaled::new(count, &numbers) else { return vec![Ball::Unknown; count] };
    let x = |i: usize, l: usize| if m <= n { &matrix.entries[i * n + l] } else { &matrix.entries[l * n + i] };
    let inner = m.max(n);
    let gram: Vec<Ball> = (0..count * count)
        .map(|k| {
            let (i, j) = (k / count, k % count);
            let sum: IBig = if j <= i { (0..inner).map(|l| x(i, l) * x(j, l)).sum() } else { IBig::ZERO };
            RBig::from(sum)
        })
        .map(Ball::Exact)
        .collect();
    // The denominator goes into the eigenvalues, so that short ones are recognised.
    let square = RBig::from(&matrix.denominator * &matrix.denominator);
    let gram: Vec<Ball> = gram
        .into_iter()
        .map(|x| match x {
            Ball::Exact(x) => Ball::Exact(x / &square),
            other => other,
        })
        .collect();
    let radius = at_most(&matrix.radius, matrix.exponent);
    eigenvalues(count, &gram, None)
        .iter()
        .map(|square| {
            // A Gram matrix has no negative eigenvalue.
            let root = square.max(&Ball::zero()).sqrt();
            if matrix.is_exact() {
                return root;
            }
            shifted(&root, matrix.exponent).widened(&radius).max(&Ball::zero())
        })
        .collect()
}

/// With one nonzero entry a row and a column at most, the entries are the singular values; those of a single row or column
/// are its norm.
fn sparse(m: usize, n: usize, a: &[Ball]) -> Option<Vec<Ball>> {
    let count = m.min(n);
    if count == 1 {
        return Some(vec![Ball::sum_of_squares(a).sqrt()]);
    }
    let filled: Vec<usize> = (0..m * n).filter(|k| !a[*k].is_zero()).collect();
    let alone = |k: &usize| filled.iter().filter(|l| **l / n == k / n || **l % n == k % n).count() == 1;
    if filled.len() > count || !filled.iter().all(alone) {
        return None;
    }
    let mut values: Vec<Ball> = filled.iter().map(|k| a[*k].abs()).collect();
    values.resize(count, Ball::zero());
    Some(merged(values))
}
