//! Matrices of dyadic numbers, added and multiplied exactly.
//!
//! Every float is an integer times a power of two, and so is every sum and product of them: a matrix here is integers over one
//! power of two. No rounding, no greatest common divisors, and a few hundred bits where the entries are of moderate range. It is what a
//! computation in floats is held against, not what anything fast is made of.
//!
//! What it does not do: divide. Shapes are the caller's to keep: a sum or product of matrices that do not fit panics, as it does in nalgebra.

use super::float;
use dashu_int::IBig;
use dashu_int::ops::BitTest;
use nalgebra::DMatrix;

/// A matrix whose entry `(i, j)` is `entries[i + j*rows] * 2^exponent`.
#[derive(Clone, Debug)]
pub struct Dyadic {
    rows: usize,
    cols: usize,
    entries: Vec<IBig>,
    exponent: i64,
}

/// `(m, e)` with `x = m 2^e`; nothing if `x` is not finite.
fn parts(x: f64) -> Option<(i64, i64)> {
    if !x.is_finite() {
        return None;
    }
    let bits = x.to_bits();
    let fraction = (bits & ((1 << 52) - 1)) as i64;
    let biased = ((bits >> 52) & 0x7ff) as i64;
    let (m, e) = if biased == 0 { (fraction, -1074) } else { (fraction | (1 << 52), biased - 1075) };
    if m == 0 {
        return Some((0, 0));
    }
    let zeros = m.trailing_zeros();
    let m = m >> zeros;
    Some((if x < 0.0 { -m } else { m }, e + i64::from(zeros)))
}

/// A shift that is known to be nonnegative; no exponent that comes from floats is near the ends of `i64`.
fn raised(x: &IBig, by: i64) -> IBig {
    x << usize::try_from(by).unwrap_or(0)
}

impl Dyadic {
    /// The same matrix; nothing if an entry is not finite.
    #[must_use]
    pub fn new(a: &DMatrix<f64>) -> Option<Self> {
        let parts: Vec<(i64, i64)> = a.iter().map(|x| parts(*x)).collect::<Option<_>>()?;
        let exponent = parts.iter().filter(|(m, _)| *m != 0).map(|(_, e)| *e).min().unwrap_or(0);
        // A zero has the exponent 0, which may be below the others'.
        let entries = parts.iter().map(|(m, e)| raised(&IBig::from(*m), (e - exponent).max(0))).collect();
        Some(Self { rows: a.nrows(), cols: a.ncols(), entries, exponent })
    }

    /// A number, as a 1×1 matrix; nothing if it is not finite.
    #[must_use]
    pub fn number(x: f64) -> Option<Self> {
        Self::new(&DMatrix::from_element(1, 1, x))
    }

    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.cols)
    }

    fn at(&self, i: usize, j: usize) -> &IBig {
        &self.entries[i + j * self.rows]
    }

    /// A matrix of these entries, in units of `2^exponent`.
    fn build(rows: usize, cols: usize, exponent: i64, f: impl Fn(usize, usize) -> IBig) -> Self {
        let entries = (0..cols).flat_map(|j| (0..rows).map(move |i| (i, j))).map(|(i, j)| f(i, j)).collect();
        Self { rows, cols, entries, exponent }
    }

    #[must_use]
    pub fn transpose(&self) -> Self {
        Self::build(self.cols, self.rows, self.exponent, |i, j| self.at(j, i).clone())
    }

    #[must_use]
    pub fn negate(&self) -> Self {
        Self::build(self.rows, self.cols, self.exponent, |i, j| -self.at(i, j))
    }

    #[must_use]
    pub fn add(&self, b: &Self) -> Self {
        assert_eq!(self.shape(), b.shape(), "matrices of different shapes are added");
        let exponent = self.exponent.min(b.exponent);
        let (up_a, up_b) = (self.exponent - exponent, b.exponent - exponent);
        Self::build(self.rows, self.cols, exponent, |i, j| raised(self.at(i, j), up_a) + raised(b.at(i, j), up_b))
    }

    #[must_use]
    pub fn sub(&self, b: &Self) -> Self {
        self.add(&b.negate())
    }

    /// The matrix product.
    #[must_use]
    pub fn mul(&self, b: &Self) -> Self {
        assert_eq!(self.cols, b.rows, "matrices that do not fit are multiplied");
        let sum = |i, j| (0..self.cols).map(|l| self.at(i, l) * b.at(l, j)).sum();
        Self::build(self.rows, b.cols, self.exponent + b.exponent, sum)
    }

    /// Times a number (a 1×1 matrix).
    #[must_use]
    pub fn scale(&self, c: &Self) -> Self {
        assert_eq!(c.shape(), (1, 1), "a number is 1×1");
        Self::build(self.rows, self.cols, self.exponent + c.exponent, |i, j| self.at(i, j) * c.at(0, 0))
    }

    /// The same entries, listed column by column, in another shape.
    #[must_use]
    pub fn reshape(&self, rows: usize, cols: usize) -> Self {
        assert_eq!(rows * cols, self.entries.len(), "a shape of another number of entries");
        Self { rows, cols, entries: self.entries.clone(), exponent: self.exponent }
    }

    /// The matrix whose entry `(i, j)` is that of this one at `from(i, j)`.
    #[must_use]
    pub fn pick(&self, rows: usize, cols: usize, from: impl Fn(usize, usize) -> (usize, usize)) -> Self {
        Self::build(rows, cols, self.exponent, |i, j| {
            let (i, j) = from(i, j);
            self.at(i, j).clone()
        })
    }

    /// With the first `count` rows of another matrix in place of its own.
    #[must_use]
    pub fn with_rows(&self, count: usize, b: &Self) -> Self {
        assert_eq!(self.shape(), b.shape(), "matrices of different shapes are mixed");
        let exponent = self.exponent.min(b.exponent);
        Self::build(self.rows, self.cols, exponent, |i, j| {
            let from = if i < count { b } else { self };
            raised(from.at(i, j), from.exponent - exponent)
        })
    }

    /// Each entry rounded to the nearest `f64`.
    #[must_use]
    pub fn to_f64(&self) -> DMatrix<f64> {
        let exponent = isize::try_from(self.exponent).unwrap_or(0);
        DMatrix::from_fn(self.rows, self.cols, |i, j| float::to_f64(&float::of_parts(self.at(i, j).clone(), exponent)))
    }

    /// The Frobenius norm, to a few roundings.
    #[must_use]
    pub fn norm(&self) -> f64 {
        let squares: IBig = self.entries.iter().map(|x| x * x).sum();
        // An even number of bits is dropped, so that the root of what they stand for is a power of two; squares may be out of range.
        let drop = squares.bit_len().saturating_sub(120).next_multiple_of(2);
        let root = float::to_f64(&float::of_parts(squares >> drop, 0)).sqrt();
        let Some((m, e)) = parts(root) else { return f64::INFINITY };
        let exponent = e + self.exponent + i64::try_from(drop / 2).unwrap_or(i64::MAX / 4);
        float::to_f64(&float::of_parts(IBig::from(m), isize::try_from(exponent).unwrap_or(isize::MAX / 4)))
    }

    /// The Frobenius norm of the difference, to a few roundings; infinite if an entry of `b` is not finite.
    #[must_use]
    pub fn distance(&self, b: &DMatrix<f64>) -> f64 {
        Self::new(b).map_or(f64::INFINITY, |b| self.sub(&b).norm())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: usize, cols: usize, entries: &[f64]) -> DMatrix<f64> {
        DMatrix::from_row_slice(rows, cols, entries)
    }

    fn exact(rows: usize, cols: usize, entries: &[f64]) -> Dyadic {
        Dyadic::new(&matrix(rows, cols, entries)).unwrap()
    }

    #[test]
    fn floats_go_there_and_back() {
        let a = matrix(2, 3, &[0.1, -3.5e300, 5e-324, 0.0, f64::MIN_POSITIVE, -1.0]);
        assert_eq!(Dyadic::new(&a).unwrap().to_f64(), a);
        assert!(Dyadic::number(f64::NAN).is_none() && Dyadic::number(f64::INFINITY).is_none());
        assert_eq!(exact(1, 2, &[0.0, 0.0]).norm(), 0.0);
        for scale in [1e-300, 1.0, 1e200] {
            let norm = exact(1, 2, &[3.0 * scale, 4.0 * scale]).norm();
            assert!((norm / (5.0 * scale) - 1.0).abs() < 4.0 * f64::EPSILON, "{norm}");
        }
    }

    #[test]
    fn nothing_is_lost_in_sums_and_products() {
        let (big, one) = (exact(1, 1, &[1e200]), exact(1, 1, &[1.0]));
        assert_eq!(big.add(&one).sub(&big).to_f64()[0], 1.0);
        // (1 + 2^-52)^2 - 1 - 2^-51 = 2^-104
        let x = Dyadic::number(1.0 + f64::EPSILON).unwrap();
        let rest = x.mul(&x).sub(&one).sub(&Dyadic::number(2.0 * f64::EPSILON).unwrap());
        assert_eq!(rest.to_f64()[0], f64::EPSILON * f64::EPSILON);
    }

    #[test]
    fn products_transposes_and_shapes_are_those_of_matrices() {
        let a = exact(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.5]);
        assert_eq!(a.mul(&a.transpose()).to_f64(), matrix(2, 2, &[14.0, 33.5, 33.5, 83.25]));
        assert_eq!(a.reshape(3, 2).to_f64(), matrix(3, 2, &[1.0, 5.0, 4.0, 3.0, 2.0, 6.5]));
        assert_eq!(a.pick(1, 2, |_, j| (1, j)).to_f64(), matrix(1, 2, &[4.0, 5.0]));
        let mixed = a.with_rows(1, &exact(2, 3, &[0.5, 0.25, 0.0, 9.0, 9.0, 9.0]));
        assert_eq!(mixed.to_f64(), matrix(2, 3, &[0.5, 0.25, 0.0, 4.0, 5.0, 6.5]));
        assert_eq!(a.scale(&Dyadic::number(-0.5).unwrap()).to_f64()[(1, 2)], -3.25);
    }

    #[test]
    fn the_distance_is_that_of_the_exact_numbers() {
        let a = exact(1, 2, &[1.0, 1.0]);
        assert_eq!(a.distance(&matrix(1, 2, &[4.0, 5.0])), 5.0);
        assert_eq!(a.distance(&matrix(1, 2, &[1.0 + f64::EPSILON, 1.0])), f64::EPSILON);
        assert_eq!(a.distance(&matrix(1, 2, &[f64::NAN, 1.0])), f64::INFINITY);
    }
}
