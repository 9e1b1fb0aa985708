//! Matrices of jets: sums, products, and what the Faddeev-LeVerrier recursion gives (characteristic polynomial, determinant, inverse).
//!
//! F. R. Gantmacher, The Theory of Matrices, vol. 1, ch. IV §5. The recursion divides by 1..n only, so that it works in any ring with
//! rationals, jets among them.

use super::jets::Jet;
use super::rational::Rational;
use super::values::{Interval, Maybe, beyond};
use dashu_int::ops::Gcd;
use dashu_int::{IBig, UBig};

#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    pub rows: usize,
    pub cols: usize,
    /// Row by row.
    pub entries: Vec<Jet>,
}

impl Matrix {
    pub fn from_fn(rows: usize, cols: usize, entry: impl Fn(usize, usize) -> Jet) -> Self {
        let entries = (0..rows * cols).map(|i| entry(i / cols, i % cols)).collect();
        Self { rows, cols, entries }
    }

    pub fn exact(rows: usize, cols: usize, entries: &[Rational]) -> Self {
        Self { rows, cols, entries: entries.iter().map(|x| Interval::from(x.clone()).into()).collect() }
    }

    pub fn scalar(n: usize, x: &Jet) -> Self {
        Self::from_fn(n, n, |i, j| if i == j { x.clone() } else { 0.into() })
    }

    pub fn at(&self, i: usize, j: usize) -> &Jet {
        &self.entries[i * self.cols + j]
    }

    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.cols)
    }

    pub fn transposed(&self) -> Self {
        Self::from_fn(self.cols, self.rows, |i, j| self.at(j, i).clone())
    }

    pub fn map(&self, f: impl Fn(&Jet) -> Jet) -> Self {
        Self { entries: self.entries.iter().map(f).collect(), ..*self }
    }

    pub fn scaled(&self, x: &Jet) -> Self {
        self.map(|y| x * y)
    }

    pub fn zip(&self, other: &Self, f: impl Fn(&Jet, &Jet) -> Jet) -> Maybe<Self> {
        if self.shape() != other.shape() {
            return beyond(format!("{:?} beside {:?}", self.shape(), other.shape()));
        }
        Ok(Self { entries: self.entries.iter().zip(&other.entries).map(|(x, y)| f(x, y)).collect(), ..*self })
    }

    pub fn plus(&self, other: &Self) -> Maybe<Self> {
        self.zip(other, |x, y| x + y)
    }

    pub fn minus(&self, other: &Self) -> Maybe<Self> {
        self.zip(other, |x, y| x - y)
    }

    pub fn times(&self, other: &Self) -> Maybe<Self> {
        if self.cols != other.rows {
            return beyond(format!("{:?} times {:?}", self.shape(), other.shape()));
        }
        Ok(Self::from_fn(self.rows, other.cols, |i, j| {
            (0..self.cols).fold(0.into(), |sum, k| &sum + &(self.at(i, k) * other.at(k, j)))
        }))
    }

    /// The Gram matrix of the shorter side, which has the squared singular values.
    pub fn gram(&self) -> Maybe<Self> {
        let other = self.transposed();
        if self.rows < self.cols { self.times(&other) } else { other.times(self) }
    }

    pub fn trace(&self) -> Jet {
        (0..self.rows.min(self.cols)).fold(0.into(), |sum, i| &sum + self.at(i, i))
    }

    /// The sum of the squared entries.
    pub fn square(&self) -> Maybe<Jet> {
        self.entries.iter().try_fold(0.into(), |sum, x| Ok(&sum + &x.powi(2)?))
    }

    /// Coefficients of `det(x I - M)`, the constant first, and the adjugate up to the sign `(-1)^(n - 1)`.
    fn characteristic(&self) -> Maybe<(Vec<Jet>, Self)> {
        let n = self.rows;
        if n != self.cols {
            return beyond("a determinant of what is not square");
        }
        if let Some(entries) = self.rationals() {
            return Ok(exact_characteristic(n, &entries));
        }
        let mut coefficients = vec![Jet::from(0); n + 1];
        coefficients[n] = 1.into();
        let mut m = Self::scalar(n, &1.into());
        for k in 1..=n {
            let product = self.times(&m)?;
            let share = Interval::from(Rational::new(-1, k)).into();
            coefficients[n - k] = &product.trace() * &share;
            if k < n {
                m = product.plus(&Self::scalar(n, &coefficients[n - k]))?;
            }
        }
        Ok((coefficients, m))
    }

    pub fn characteristic_polynomial(&self) -> Maybe<Vec<Jet>> {
        Ok(self.characteristic()?.0)
    }

    pub fn determinant(&self) -> Maybe<Jet> {
        let constant = self.characteristic()?.0.swap_remove(0);
        Ok(if self.rows.is_multiple_of(2) { constant } else { -&constant })
    }

    /// Undefined of a singular matrix.
    pub fn inverse(&self) -> Maybe<Self> {
        let (coefficients, adjugate) = self.characteristic()?;
        if self.rows == 0 {
            return Ok(self.clone());
        }
        Ok(adjugate.scaled(&-&coefficients[0].recip()?))
    }

    /// All its entries as exact rationals, if they are.
    pub fn rationals(&self) -> Option<Vec<Rational>> {
        self.entries.iter().map(|x| x.plain()?.exact().cloned()).collect()
    }

    /// All its entries as intervals, if nothing moves.
    pub fn intervals(&self) -> Maybe<Vec<&Interval>> {
        let plain = self.entries.iter().map(Jet::plain).collect::<Option<Vec<_>>>();
        plain.map_or_else(|| beyond("the derivative of a spectrum"), Ok)
    }
}

/// The same of an exact matrix, in whole numbers: of `N/q` the coefficients are those of `N` over powers of `q`, and so is the adjugate.
fn exact_characteristic(n: usize, entries: &[Rational]) -> (Vec<Jet>, Matrix) {
    let q = entries.iter().map(Rational::denominator).fold(UBig::ONE, |q, d| &q / (&q).gcd(&d) * d);
    let whole: Vec<IBig> = entries.iter().map(|x| x.numerator() * (&q / x.denominator())).collect();
    let mut coefficients = vec![IBig::ZERO; n + 1];
    coefficients[n] = IBig::ONE;
    let unit = |x: &IBig| (0..n * n).map(|i| if i / n == i % n { x.clone() } else { IBig::ZERO }).collect::<Vec<_>>();
    let mut m = unit(&IBig::ONE);
    for k in 1..=n {
        let entry = |i: usize, j: usize| (0..n).fold(IBig::ZERO, |sum, l| sum + &whole[i * n + l] * &m[l * n + j]);
        let mut product: Vec<IBig> = (0..n * n).map(|at| entry(at / n, at % n)).collect();
        let trace = (0..n).fold(IBig::ZERO, |sum, i| sum + &product[i * n + i]);
        let c = -trace / IBig::from(k);
        if k < n {
            (0..n).for_each(|i| product[i * n + i] += &c);
            m = product;
        }
        coefficients[n - k] = c;
    }
    let over = |x: &IBig, power: usize| Jet::from(Interval::from(Rational::new(x.clone(), q.pow(power))));
    let coefficients = coefficients.iter().enumerate().map(|(i, c)| over(c, n - i)).collect();
    (coefficients, Matrix { rows: n, cols: n, entries: m.iter().map(|x| over(x, n.saturating_sub(1))).collect() })
}
