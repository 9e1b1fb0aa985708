//! Eigenvalues by counting roots, without any rotation or factorisation.
//!
//! The characteristic polynomial of an exact symmetric matrix has only real roots, and of such a polynomial the rule of signs is exact:
//! it has as many positive roots as its coefficients change sign (Descartes; equality for real-rooted polynomials, e.g. Basu, Pollack and
//! Roy, Algorithms in Real Algebraic Geometry, prop. 2.39 and remarks). Shifted by `x` it tells how many eigenvalues lie above, at and
//! below `x`, and bisection brackets each, by the sign of the polynomial once it is alone in its bracket; a short rational in the bracket is
//! tried, so that a rational eigenvalue is found exactly.
//!
//! A matrix of intervals: that of its midpoints, and each eigenvalue moves by no more than the Frobenius norm of the radii (Weyl).

use super::evaluate::equal_matrices;
use super::jets::Jet;
use super::matrix::Matrix;
use super::rational::Rational;
use super::values::{BITS, Interval, Maybe, Stop, beyond, two};
use dashu_int::ops::Gcd;
use dashu_int::{IBig, UBig};

/// A bracket is this many halvings of a bound on the spectrum.
const HALVINGS: usize = 200;

/// How many eigenvalues lie there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub above: usize,
    pub at: usize,
    pub below: usize,
}

/// The spectrum of an exact symmetric matrix.
pub struct Spectrum {
    /// Of a multiple of the characteristic polynomial, the constant first.
    coefficients: Vec<IBig>,
    /// All eigenvalues are at most this in size.
    bound: Rational,
}

/// Whether it is symmetric, entry by entry.
pub fn is_symmetric(m: &Matrix) -> Maybe<bool> {
    equal_matrices(m, &m.transposed())
}

impl Spectrum {
    pub fn of(n: usize, entries: &[Rational]) -> Maybe<Self> {
        let matrix = Matrix::exact(n, n, entries);
        if is_symmetric(&matrix) != Ok(true) {
            return beyond("the spectrum of a matrix that is not symmetric");
        }
        let exact: Vec<Rational> = matrix
            .characteristic_polynomial()?
            .iter()
            .map(|c| Some(c.plain()?.exact()?.clone()))
            .collect::<Option<_>>()
            .ok_or(Stop::Undecided)?;
        let common = exact.iter().map(Rational::denominator).fold(UBig::ONE, |q, d| &q / (&q).gcd(&d) * d);
        let coefficients = exact.iter().map(|x| x.numerator() * (&common / x.denominator())).collect();
        let sums = entries.chunks(n.max(1)).map(|row| row.iter().fold(Rational::ZERO, |s, x| s + x.abs()));
        Ok(Self { coefficients, bound: sums.max().unwrap_or(Rational::ZERO) })
    }

    pub fn size(&self) -> usize {
        self.coefficients.len() - 1
    }

    pub fn counts(&self, x: &Rational) -> Counts {
        let n = self.size();
        let (a, d) = (x.numerator(), IBig::from(x.denominator()));
        // The polynomial of d times the matrix, shifted by a (Horner, again and again).
        let mut shifted: Vec<IBig> = self.coefficients.iter().enumerate().map(|(i, c)| c * d.pow(n - i)).collect();
        for i in 0..n {
            for j in (i..n).rev() {
                let carried = &shifted[j + 1] * &a;
                shifted[j] += carried;
            }
        }
        let signs: Vec<bool> = shifted.iter().filter(|c| **c != IBig::ZERO).map(|c| *c > IBig::ZERO).collect();
        let above = signs.windows(2).filter(|pair| pair[0] != pair[1]).count();
        let at = shifted.iter().take_while(|c| **c == IBig::ZERO).count();
        Counts { above, at, below: n - above - at }
    }

    /// Decreasing.
    pub fn eigenvalues(&self) -> Vec<Interval> {
        (1..=self.size()).map(|k| self.eigenvalue(k)).collect()
    }

    /// Whether the polynomial is positive at `x`; none where it is zero.
    fn is_positive(&self, x: &Rational) -> Option<bool> {
        let (a, d) = (x.numerator(), IBig::from(x.denominator()));
        let (leading, rest) = self.coefficients.split_last()?;
        let (mut value, mut power) = (leading.clone(), IBig::ONE);
        for c in rest.iter().rev() {
            power *= &d;
            value = value * &a + c * &power;
        }
        (value != IBig::ZERO).then(|| value > IBig::ZERO)
    }

    /// The k-th greatest, from 1.
    pub fn eigenvalue(&self, k: usize) -> Interval {
        // Above `lo` there are at least k, from `hi` on fewer.
        let (mut lo, mut hi) = (-self.bound.scaled(1), self.bound.scaled(1));
        let (mut above, mut past) = (self.size(), 0);
        for halving in 0..HALVINGS {
            if halving == 80 || halving == HALVINGS - 1 {
                let x = Interval { lo: lo.clone(), hi: hi.clone() }.simplest();
                let counts = self.counts(&x);
                if counts.above < k && k <= counts.above + counts.at {
                    return x.into();
                }
            }
            // Dyadic after the first.
            let middle = if halving == 0 { Rational::ZERO } else { (&lo + &hi).scaled(-1) };
            // Where it is alone, and so simple, the polynomial changes its sign there and nowhere else.
            let (over, reached) = if (above, past) == (k, k - 1) {
                match self.is_positive(&middle) {
                    None => (k - 1, k),
                    Some(positive) if positive == k.is_multiple_of(2) => (k, k),
                    Some(_) => (k - 1, k - 1),
                }
            } else {
                let counts = self.counts(&middle);
                (counts.above, counts.above + counts.at)
            };
            if over >= k {
                (lo, above) = (middle, over);
            } else if reached >= k {
                return middle.into();
            } else {
                (hi, past) = (middle, reached);
            }
        }
        Interval { lo, hi }
    }
}

/// An exact symmetric matrix near one of intervals, and a bound on how far each eigenvalue of theirs may differ.
pub fn middle(m: &Matrix) -> Maybe<(Vec<Rational>, Rational)> {
    if m.rows != m.cols {
        return beyond("the spectrum of a matrix that is not square");
    }
    if let Some(exact) = m.rationals() {
        return Ok((exact, Rational::ZERO));
    }
    let n = m.rows;
    let entries = m.intervals()?;
    let mut middle = vec![Rational::ZERO; n * n];
    let mut squares = Rational::ZERO;
    for i in 0..n {
        for j in 0..n {
            // The matrix is symmetric, so that both entries enclose one number.
            let (x, y) = (entries[i * n + j], entries[j * n + i]);
            let both = Interval { lo: x.lo.clone().max(y.lo.clone()), hi: x.hi.clone().min(y.hi.clone()) };
            if both.lo > both.hi {
                return beyond("the spectrum of a matrix that is not symmetric");
            }
            middle[i * n + j] = Interval::from(both.middle()).shortened().lo;
            squares = squares + (&both.hi - &middle[i * n + j]).max(&middle[i * n + j] - &both.lo).pow(2);
        }
    }
    let radius = Interval::from(squares).sqrt()?.shortened().hi;
    Ok((middle, radius))
}

/// The eigenvalues of a symmetric matrix, decreasing.
pub fn eigenvalues(m: &Matrix) -> Maybe<Vec<Interval>> {
    let (middle, radius) = middle(m)?;
    let values = Spectrum::of(m.rows, &middle)?.eigenvalues();
    Ok(values.into_iter().map(|x| Interval { lo: x.lo - &radius, hi: x.hi + &radius }).collect())
}

/// The k-th greatest alone.
pub fn eigenvalue(m: &Matrix, k: usize) -> Maybe<Interval> {
    let (middle, radius) = middle(m)?;
    let x = Spectrum::of(m.rows, &middle)?.eigenvalue(k);
    Ok(Interval { lo: x.lo - &radius, hi: x.hi + &radius })
}

/// Units that a derivative may nest.
const UNITS: usize = 3;

/// The k-th greatest of a matrix that may move, if it is simple: a root of the characteristic polynomial moves as Newton's step says, exactly
/// so in nilpotent units.
pub fn moving_eigenvalue(m: &Matrix, k: usize) -> Maybe<Jet> {
    let still = m.map(|x| x.real().clone().into());
    let start: Jet = eigenvalue(&still, k)?.into();
    if m.intervals().is_ok() {
        return Ok(start);
    }
    let coefficients = m.characteristic_polynomial()?;
    let at = |x: &Jet| {
        let (mut value, mut slope) = (Jet::from(0), Jet::from(0));
        for c in coefficients.iter().rev() {
            slope = &(&slope * x) + &value;
            value = &(&value * x) + c;
        }
        (value, slope)
    };
    let slope: Jet = at(&start).1.real().clone().into();
    let share = slope.recip()?;
    let mut x = start;
    for _ in 0..UNITS {
        x = &x - &(&at(&x).0.nilpotent() * &share);
    }
    Ok(x)
}

/// The singular values, decreasing: roots of the eigenvalues of a Gram matrix, which are at least 0.
pub fn singular_values(m: &Matrix) -> Maybe<Vec<Interval>> {
    let squares = eigenvalues(&m.gram()?)?;
    squares.into_iter().map(|x| x.max(&0.into()).sqrt()).collect()
}

/// Whether `L <= R` (`strict`: `<`) in the Loewner order.
pub fn ordered(left: &Matrix, right: &Matrix, strict: bool) -> Maybe<bool> {
    let (middle, radius) = middle(&right.minus(left)?)?;
    let spectrum = Spectrum::of(left.rows, &middle)?;
    // All eigenvalues of the difference are above `radius`: it is definite, whatever it is within its radii.
    let (low, high) = (spectrum.counts(&radius), spectrum.counts(&-&radius));
    match strict {
        false if low.below == 0 => Ok(true),
        true if low.below + low.at == 0 => Ok(true),
        false if high.below > 0 => Ok(false),
        true if high.below + high.at > 0 => Ok(false),
        _ => Err(Stop::Undecided),
    }
}

/// The positive semidefinite root.
///
/// By the Newton iteration of Denman and Beavers in dyadics, which proves nothing; then the residual does. With `S^2 = M` and
/// `R = M - X^2`, `R = S (S - X) + (S - X) X`, so that `|S - X|_F <= |R|_F / lambda_min(X)` for a positive definite `X`.
pub fn square_root(m: &Matrix) -> Maybe<Matrix> {
    let n = m.rows;
    let half = Interval::from(Rational::two(-1)).into();
    if n == 1 {
        return Ok(Matrix { entries: vec![m.entries[0].sqrt()?], ..*m });
    }
    let off_diagonal = |i: &usize| i / n != i % n;
    if (0..n * n).filter(off_diagonal).all(|i| m.entries[i].plain().is_some_and(Interval::is_zero)) {
        let entry = |i: usize| if off_diagonal(&i) { Ok(0.into()) } else { m.entries[i].sqrt() };
        return Ok(Matrix { entries: (0..n * n).map(entry).collect::<Maybe<_>>()?, ..*m });
    }
    let (middle, radius) = middle(m)?;
    let spectrum = Spectrum::of(n, &middle)?;
    if spectrum.counts(&-&radius).below > 0 {
        return Err(Stop::Undefined);
    }
    if spectrum.counts(&radius).below > 0 {
        return Err(Stop::Undecided);
    }
    let (mut x, mut y) = (short(&Matrix::exact(n, n, &middle)), Matrix::scalar(n, &1.into()));
    for _ in 0..60 {
        let (inverse_x, inverse_y) = (x.inverse()?, y.inverse()?);
        let next = short(&x.plus(&inverse_y)?.scaled(&half));
        y = short(&y.plus(&inverse_x)?.scaled(&half));
        let step = next.minus(&x)?.square()?.real().hi.clone();
        x = next;
        if step <= two(80 - 2 * BITS) * &x.square()?.real().hi {
            break;
        }
    }
    // A rational root is found as such.
    let slack = two(-200) * Interval::from(x.square()?.real().hi.clone()).sqrt()?.hi;
    let candidate = x.map(|x| Interval::from(Interval::around(&x.real().lo, &slack).simplest()).into());
    if m.rationals().is_some() && equal_matrices(&candidate.times(&candidate)?, m) == Ok(true) {
        let exact = candidate.rationals().ok_or(Stop::Undecided)?;
        if Spectrum::of(n, &exact)?.counts(&Rational::ZERO).below == 0 {
            return Ok(candidate);
        }
    }
    let residual = m.minus(&x.times(&x)?)?;
    let largest = residual.intervals()?.iter().fold(Rational::ZERO, |s, r| s + r.abs().hi.pow(2));
    let least = eigenvalue(&x, n)?.lo;
    if least <= Rational::ZERO {
        return Err(Stop::Undecided);
    }
    let far = Interval::from(largest).sqrt()?.hi / least;
    Ok(x.map(|x| Interval::around(&x.real().lo, &far).shortened().into()))
}

/// Exact, symmetric and of short numbers, near an exact matrix.
fn short(m: &Matrix) -> Matrix {
    Matrix::from_fn(m.rows, m.cols, |i, j| {
        let mean = (&m.at(i, j).real().lo + &m.at(j, i).real().lo).scaled(-1);
        Interval::from(Interval::from(mean).shortened().lo).into()
    })
}
