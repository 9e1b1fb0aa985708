//! Functions of matrices of enclosures: square root, exponential, logarithm, spectral projector, inverse, determinant.
//!
//! For a function `f` of a symmetric `A`, the refined frame gives `V` and `d` with `A ≈ V diag(d) V'`. Let `δ >= ‖V'V - I‖_F`, `δ < 1`, and let `U` be
//! the orthogonal polar factor of `V`: every singular value `s` of `V` has `|s - 1| <= |s^2 - 1|`, so `‖V - U‖_F <= δ`, and for any diagonal
//! `F`, `‖V F V' - U F U'‖_F <= δ (2 + δ) max|F|`. So `B = U diag(d) U'` is within
//! `ε = ‖A - V diag(d) V'‖_F + 3 δ max|d|` of `A`, where the first norm is computed from exact products of integers and includes what the entries of
//! `A` leave open, and `f(B) = U f(d) U'` exactly. What is left is `f(A) - f(B)`, in the Frobenius norm:
//!
//! - root, `A` and `B` semidefinite: `<= ε / (√λ_min(A) + √λ_min(B))` (the Sylvester equation `√A X + X √B = A - B`), and `<= √(n ε)`
//!   (Bhatia, theorem X.1.1, in the spectral norm);
//! - exponential: `<= ε e^max(λ_max(A), λ_max(B))` (from `e^A - e^B = ∫ e^{tA} (A - B) e^{(1-t)B} dt`);
//! - logarithm: `<= ε / min(λ_min(A), λ_min(B))` (from `log A - log B = ∫ (A + t)^-1 (A - B) (B + t)^-1 dt`);
//! - projector of a simple eigenvalue: `<= √2 ε / η`, `η` the distance from `λ_i(A)` to the other eigenvalues of `B` (Davis and Kahan; Bhatia, theorem
//!   VII.3.1).
//!
//! Square roots that are rational are recognised entry by entry and proved by squaring; the projector of a rational eigenvalue
//! comes from its null vector. A value is called undefined only where the exact inertia or an enclosure proves it.
//!
//! An inverse is verified by its residual: `‖I - X A‖_F <= ρ < 1` proves `A` regular and `‖A^-1 - X‖_F <= ρ ‖X‖_F / (1 - ρ)`; with the same `X`, the
//! determinant is that of the middle times one between `(1 - ρ)^n` and `(1 + ρ)^n`.
//!
//! Reference: R. Bhatia, *Matrix Analysis* (1997); N. J. Higham, *Functions of Matrices* (2008), sections 6.1 and 10.1.

use super::ball::{Ball, bits, with_bits};
use super::ball_spectrum::{
    Decomposed, MAX_ORDER, Scaled, at_most, between, blocks, decompose, eigenvalues, lower, shifted, submatrix,
};
use super::fixed::{congruent, norm_above, product, rounded, scaled};
use super::inertia::{self, Cleared, Inertia, inertia, null_vector, shifted_inertia, simplest};
use super::number::{Number, RealFn};
use dashu_int::IBig;
use dashu_int::ops::{Abs, BitTest};
use dashu_ratio::RBig;

/// A matrix, or the proof that there is none.
#[derive(Clone, Debug)]
pub enum Image {
    Matrix(Vec<Ball>),
    Undefined,
}

use Image::{Matrix, Undefined};

/// A matrix of which nothing is known.
fn unknown(n: usize) -> Image {
    Matrix(vec![Ball::Unknown; n * n])
}

/// `f(A)` for a symmetric `a` (the lower triangle counts) and `f` one of `sqrt`, `exp`, `log`; `semidefinite`: it is known to be.
pub fn function(n: usize, f: RealFn, semidefinite: bool, a: &[Ball]) -> Image {
    if n > MAX_ORDER || !(0..n).all(|i| (0..=i).all(|j| a[i * n + j].is_known())) {
        return unknown(n);
    }
    let mut out = vec![Ball::zero(); n * n];
    let mut doubtful = false;
    for block in blocks(n, a) {
        let k = block.len();
        let part = submatrix(n, a, &block);
        let image = if k == 1 { of_real(f, semidefinite, &part[0]) } else { of_block(k, f, semidefinite, &part) };
        let Matrix(image) = image else { return Undefined };
        doubtful |= image.iter().any(|x| !x.is_known());
        for (x, i) in block.iter().enumerate() {
            for (y, j) in block.iter().enumerate() {
                out[i * n + j] = image[x * k + y].clone();
            }
        }
    }
    // Whether a block has an image decides whether the matrix has.
    if doubtful { unknown(n) } else { Matrix(out) }
}

/// Whether a number is certainly outside of the domain of `f`.
fn outside(f: RealFn, x: &Ball) -> bool {
    match f {
        RealFn::Sqrt => x.lt(&Ball::zero()) != 0,
        RealFn::Log => x.le(&Ball::zero()) != 0,
        _ => false,
    }
}

fn of_real(f: RealFn, semidefinite: bool, x: &Ball) -> Image {
    if outside(f, x) && !(f == RealFn::Sqrt && semidefinite) {
        return Undefined;
    }
    let clipped = if f == RealFn::Sqrt && semidefinite { x.max(&Ball::zero()) } else { x.clone() };
    Matrix(vec![if f == RealFn::Sqrt { clipped.sqrt() } else { Ball::elementary(f, &clipped).0 }])
}

/// The approximation `V diag(d) V'` of a block, and how good it is.
struct Approximation {
    n: usize,
    digits: usize,
    v: Vec<IBig>,
    /// About the eigenvalues, in the order of the columns, in units of `2^unit / denominator`.
    d: Vec<IBig>,
    unit: i64,
    /// `ε`, and `3 δ`.
    distance: Ball,
    defect: Ball,
}

impl Approximation {
    /// `None` if the vectors are not nearly orthonormal. With `clip`, `d` has no negative entries.
    fn new(n: usize, matrix: &Scaled, digits: usize, clip: bool) -> Option<Self> {
        let Decomposed { frame, unit, fixed, .. } = decompose(n, &matrix.entries, digits);
        let delta = frame.defect();
        if delta >= IBig::ONE << digits {
            return None;
        }
        let mut d = frame.values();
        if clip {
            for x in &mut d {
                if *x < IBig::ZERO {
                    *x = IBig::ZERO;
                }
            }
        }
        let rebuilt = congruent(&frame.v, &d, n);
        let residual: Vec<IBig> = fixed.iter().zip(&rebuilt).map(|(m, x)| m - rounded(x, 2 * digits)).collect();
        // Rounding: half a unit an entry for the product, and half a unit for the entries of the matrix.
        let residual = norm_above(residual.iter()) + IBig::from(n);
        let greatest = d.iter().map(Abs::abs).max().unwrap_or_default();
        let three = IBig::from(3) * &delta;
        let turned = rounded(&(&three * greatest), digits) + IBig::ONE;
        let radius = at_most(&matrix.radius, matrix.exponent);
        let distance =
            matrix.ball(&(&residual + &turned), &(residual + turned + IBig::ONE), unit).rounded().add(&radius);
        let defect = at_most(&three, -(digits as i64));
        Some(Self { n, digits, v: frame.v, d, unit, distance, defect })
    }

    /// The number that an entry of `d` stands for.
    fn value(&self, matrix: &Scaled, k: usize) -> Ball {
        if self.d[k].is_zero() {
            return Ball::zero();
        }
        let exact = matrix.exponent == 0 && self.unit <= 0;
        if exact && let Ok(shift) = usize::try_from(-self.unit) {
            let denominator = &matrix.denominator << shift;
            return Ball::from(RBig::from_parts(self.d[k].clone(), denominator));
        }
        matrix.ball(&self.d[k], &self.d[k], self.unit)
    }

    /// `U diag(image) U'`, and everything within `carried` of it.
    fn assembled(&self, image: &[Ball], carried: &Ball) -> Option<Vec<Ball>> {
        let n = self.n;
        let fixed = Scaled::new(n, &image.iter().collect::<Vec<_>>())?;
        let size = fixed.entries.iter().map(BitTest::bit_len).max().unwrap_or(0);
        let unit = size as i64 - self.digits as i64;
        let f: Vec<IBig> = fixed.entries.iter().map(|x| scaled(x, -unit)).collect();
        let x = congruent(&self.v, &f, n);
        let greatest = image.iter().fold(Ball::zero(), |most, x| most.max(&x.abs()));
        // Rounding of the images (n) and of the product (n).
        let own = fixed.ball(&IBig::from(2 * n), &IBig::from(2 * n + 1), unit).rounded();
        let open = at_most(&fixed.radius, fixed.exponent).mul(&Ball::from_f64(2.0));
        let radius = greatest.mul(&self.defect).add(&own).add(&open).add(carried).rounded();
        if !radius.is_known() {
            return None;
        }
        Some(
            x.iter()
                .map(|x| {
                    let x = rounded(x, 2 * self.digits);
                    fixed.ball(&x, &x, unit).widened(&radius)
                })
                .collect(),
        )
    }
}

/// `f(A)` of a block that is no single number.
fn of_block(n: usize, f: RealFn, semidefinite: bool, a: &[Ball]) -> Image {
    let Some(matrix) = Scaled::symmetric(n, a) else { return unknown(n) };
    let target = bits();
    let least = if f == RealFn::Exp { Ball::zero() } else { eigenvalues(n, a, Some(n - 1))[n - 1].clone() };
    let known = f == RealFn::Sqrt && semidefinite;
    if outside(f, &least) && !known {
        return Undefined;
    }
    let inside = match f {
        RealFn::Sqrt => known || Ball::zero().le(&least) != 0,
        RealFn::Log => Ball::zero().lt(&least) != 0,
        _ => true,
    };
    if !inside {
        return unknown(n);
    }
    // A root next to a singular matrix has half of the digits.
    let digits = (if f == RealFn::Sqrt { 2 * target } else { target } + 64).next_multiple_of(64);
    let image = with_bits(digits, || {
        let approximation = Approximation::new(n, &matrix, digits, f == RealFn::Sqrt)?;
        let d: Vec<Ball> = (0..n).map(|k| approximation.value(&matrix, k)).collect();
        let image: Vec<Ball> =
            d.iter().map(|x| if f == RealFn::Sqrt { x.sqrt() } else { Ball::elementary(f, x).0 }).collect();
        let (low, high) = d[1..].iter().fold((d[0].clone(), d[0].clone()), |(lo, hi), x| (lo.min(x), hi.max(x)));
        let e = &approximation.distance;
        let carried = match f {
            RealFn::Sqrt => {
                let holder = e.mul(&Ball::from_f64(n as f64)).sqrt();
                let below = least.max(&Ball::zero()).sqrt().add(&low.sqrt());
                let smooth = e.div(&below);
                if smooth.is_known() { smooth.min(&holder) } else { holder }
            }
            // λ_max(A) <= λ_max(B) + ε.
            RealFn::Exp => e.mul(&Ball::elementary(RealFn::Exp, &high.add(e)).0),
            _ => e.div(&least.min(&low)),
        };
        let entries = approximation.assembled(&image, &carried)?;
        Some(match f {
            RealFn::Sqrt if matrix.is_exact() => exact_root(n, a, &entries).unwrap_or(entries),
            _ => entries,
        })
    });
    match image {
        Some(entries) => Matrix(entries.iter().map(Ball::rounded).collect()),
        None => unknown(n),
    }
}

/// The square root, if it is rational and short: the simplest entries in their enclosures, proved by squaring and by their inertia.
fn exact_root(n: usize, a: &[Ball], entries: &[Ball]) -> Option<Vec<Ball>> {
    let root: Vec<Ball> = entries.iter().map(|x| short(x).map(Ball::from)).collect::<Option<_>>()?;
    let mut square = vec![Ball::zero(); n * n];
    Ball::matmul(&root, &root, &mut square, n, n, n);
    let same = (0..n).all(|i| (0..=i).all(|j| square[i * n + j].eq(&a[i * n + j]) != 0));
    if !same {
        return None;
    }
    let rationals: Vec<&RBig> = root.iter().filter_map(Ball::rational).collect();
    let cleared = Cleared::new(n, rationals.iter().copied())?;
    (inertia(n, cleared.entries).negative == 0).then_some(root)
}

/// The simplest rational in an enclosure, if chance does not explain it.
fn short(x: &Ball) -> Option<RBig> {
    let (lo, hi) = x.enclosure()?;
    if lo == hi {
        return Some(lo);
    }
    let d = lo.denominator() * hi.denominator();
    let (a, b) = (lo.numerator() * hi.denominator(), hi.numerator() * lo.denominator());
    let sharp = (&a).abs().bit_len().max((&b).abs().bit_len()).saturating_sub((&b - &a).bit_len());
    simplest(&a, &b, &IBig::from(d), (sharp * 3 / 4).saturating_sub(8))
}

/// The orthogonal projector onto the eigenvectors of the `i`-th greatest eigenvalue (`i` from 0) of a symmetric matrix; undefined if that is
/// not simple.
pub fn projector(n: usize, i: usize, a: &[Ball]) -> Image {
    if n > MAX_ORDER || i >= n || !(0..n).all(|i| (0..=i).all(|j| a[i * n + j].is_known())) {
        return unknown(n);
    }
    if n == 1 {
        return Matrix(vec![Ball::one()]);
    }
    let full: Vec<Ball> = (0..n * n).map(|k| lower(n, a, k / n, k % n).clone()).collect();
    let Some(matrix) = Scaled::symmetric(n, &full) else { return unknown(n) };
    if matrix.is_exact()
        && let Some(c) = eigenvalues(n, &full, Some(i))[i].rational()
    {
        let cleared = Cleared { entries: matrix.entries.clone(), denominator: matrix.denominator.clone() };
        return exact_projector(n, &cleared, c);
    }
    let digits = (bits() + 64).next_multiple_of(64);
    let entries = with_bits(digits, || {
        let approximation = Approximation::new(n, &matrix, digits, false)?;
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|a, b| approximation.d[*b].cmp(&approximation.d[*a]));
        let column = order[i];
        let own = approximation.value(&matrix, column);
        let others = order.iter().filter(|k| **k != column);
        let gap = others
            .map(|k| own.sub(&approximation.value(&matrix, *k)).abs())
            .reduce(|least, x| least.min(&x))
            .unwrap_or(Ball::Unknown);
        let e = &approximation.distance;
        // By Weyl eigenvalues of the matrix are within ε of those of the approximation: simple, and that far from the others.
        if e.mul(&Ball::from_f64(4.0)).lt(&gap) == 0 {
            return None;
        }
        let carried = Ball::from_f64(2.0).sqrt().mul(e).div(&gap.sub(e));
        let image: Vec<Ball> = (0..n).map(|k| if k == column { Ball::one() } else { Ball::zero() }).collect();
        approximation.assembled(&image, &carried)
    });
    match entries {
        Some(entries) => Matrix(entries.iter().map(Ball::rounded).collect()),
        None => unknown(n),
    }
}

/// The projector of a rational eigenvalue.
fn exact_projector(n: usize, a: &Cleared, c: &RBig) -> Image {
    let Inertia { zero, .. } = shifted_inertia(n, a, c);
    if zero > 1 {
        return Undefined;
    }
    let (p, q) = (c.numerator() * &a.denominator, c.denominator());
    let mut shifted: Vec<IBig> = a.entries.iter().map(|x| x * q).collect();
    for k in 0..n {
        shifted[k * n + k] -= &p;
    }
    let Some(v) = null_vector(n, shifted) else { return unknown(n) };
    let square: IBig = v.iter().map(|x| x * x).sum();
    let square = RBig::from(square);
    Matrix((0..n * n).map(|k| Ball::from(RBig::from(&v[k / n] * &v[k % n]) / &square)).collect())
}

/// The inverse of an n×n matrix.
pub fn inverse(n: usize, a: &[Ball]) -> Image {
    let a = &a[..n * n];
    if n == 0 {
        return Matrix(vec![]);
    }
    if n > MAX_ORDER || !a.iter().all(Ball::is_known) {
        return unknown(n);
    }
    let Some(matrix) = Scaled::new(n, &a.iter().collect::<Vec<_>>()) else { return unknown(n) };
    if matrix.is_exact() {
        let Some((b, d)) = inertia::inverse(n, &matrix.entries) else { return Undefined };
        let factor = RBig::from(IBig::from(matrix.denominator)) / RBig::from(d);
        return Matrix(b.into_iter().map(|x| Ball::from(RBig::from(x) * &factor)).collect());
    }
    let digits = bits() + 64;
    let entries = with_bits(digits, || {
        let Verified { x, unit, radius, .. } = Verified::new(n, &matrix, digits)?;
        Some(x.iter().map(|x| between(x, x, unit - matrix.exponent).widened(&radius)).collect::<Vec<_>>())
    });
    match entries {
        Some(entries) => Matrix(entries.iter().map(Ball::rounded).collect()),
        None => unknown(n),
    }
}

/// An inverse of the middle, and what it proves.
struct Verified {
    /// In units of `2^unit` over the unit of the matrix.
    x: Vec<IBig>,
    unit: i64,
    /// `‖A^-1 - X‖_F` is at most this.
    radius: Ball,
    /// `‖I - M^-1 A‖_F` is at most this, `M` the middle.
    contraction: Ball,
}

impl Verified {
    /// `None` if the matrix may be singular as far as this tells.
    fn new(n: usize, matrix: &Scaled, digits: usize) -> Option<Self> {
        let (b, d) = inertia::inverse(n, &matrix.entries)?;
        // The entries are about as long as each of them needs to be `digits` bits together.
        let size = b.iter().map(BitTest::bit_len).max().unwrap_or(0) as i64 - d.bit_len() as i64;
        let unit = size - digits as i64;
        // No less than zero digits: a matrix as ill-conditioned as that is not told from a singular one.
        let shift = usize::try_from(-unit).ok()?;
        let x: Vec<IBig> = b.iter().map(|x| (x << shift) / &d).collect();
        // I - X M in units of 2^unit, exactly.
        let residual = product(&x, &matrix.entries, n, n, n);
        let one = |k: usize| if k.is_multiple_of(n + 1) { IBig::ONE << shift } else { IBig::ZERO };
        let residual: Vec<IBig> = residual.iter().enumerate().map(|(k, x)| one(k) - x).collect();
        let norm = norm_above(x.iter());
        let open = &norm * &matrix.radius;
        let rho = at_most(&(norm_above(residual.iter()) + open), unit);
        let left = Ball::one().sub(&rho);
        if Ball::zero().lt(&left) == 0 {
            return None;
        }
        let radius = shifted(&rho.div(&left).mul(&at_most(&norm, unit)), -matrix.exponent).rounded();
        // With the exact inverse of the middle, whose entries are within a unit of these.
        let contraction = at_most(&((norm + IBig::from(n)) * &matrix.radius), unit);
        Some(Self { x, unit, radius, contraction })
    }
}

/// The determinant of an n×n matrix.
pub fn determinant(n: usize, a: &[Ball]) -> Ball {
    let a = &a[..n * n];
    if n > MAX_ORDER || !a.iter().all(Ball::is_known) {
        return Ball::Unknown;
    }
    let Some(matrix) = Scaled::new(n, &a.iter().collect::<Vec<_>>()) else { return Ball::Unknown };
    let det = inertia::determinant(n, matrix.entries.clone());
    if matrix.is_exact() {
        let power = IBig::from(matrix.denominator).pow(n);
        return Ball::from(RBig::from(det) / RBig::from(power));
    }
    let digits = bits() + 64;
    let value = with_bits(digits, || {
        let exponent = matrix.exponent.saturating_mul(n as i64);
        let middle = between(&det, &det, exponent);
        // |det(M + E) - det M| <= n ‖E‖ (‖M‖ + ‖E‖)^(n-1) (Bhatia, section I.4, problem 6).
        let norm = norm_above(matrix.entries.iter()) + &matrix.radius;
        let wide =
            middle.widened(&at_most(&(norm.pow(n.saturating_sub(1)) * &matrix.radius * IBig::from(n)), exponent));
        let Some(Verified { contraction, .. }) = Verified::new(n, &matrix, digits) else { return wide };
        let one = Ball::one();
        if contraction.lt(&one) == 0 {
            return wide;
        }
        // The eigenvalues of M^-1 E are at most its norm, so the factor is the product of n numbers that near to one.
        let power = |x: &Ball| (1..n).fold(x.clone(), |p, _| p.mul(x));
        let factor = power(&one.sub(&contraction)).hull(&power(&one.add(&contraction)));
        middle.mul(&factor)
    });
    value.rounded()
}
