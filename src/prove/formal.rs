//! An arithmetic for plans whose numbers are constants or rational functions of the draws.
//!
//! Constants keep their value, in rationals, so that conditions on integers are decided. Of a function only that is kept which its
//! [`Function`] keeps: how large it is ([`super::size`]), or its value at a point modulo a prime ([`super::residue`]).
//!
//! What it does not do: anything that is not rational. Such an instruction gives [`Formal::Unknown`], and comparisons of what is not constant
//! are undecided; `identity` refuses plans that need them.

use crate::arith::exact::Exact;
use crate::arith::lane::{ALL, Mask};
use crate::arith::number::{Number, RealFn};
use dashu_ratio::RBig;

/// A rational function of the draws, as far as it is kept. `None`: not known.
pub trait Function: Clone + Send + 'static {
    /// A constant, beside `self`.
    fn constant(&self, x: &RBig) -> Option<Self>;
    fn neg(&self) -> Self;
    fn add(&self, b: &Self) -> Self;
    fn mul(&self, b: &Self) -> Self;
    /// `1/self`
    fn inverse(&self) -> Option<Self>;

    /// `x self`, `x` not zero.
    fn scaled(&self, x: &RBig) -> Option<Self> {
        Some(self.mul(&self.constant(x)?))
    }

    /// The inverse of a matrix (n×n).
    fn matrix_inverse(n: usize, a: &[Self]) -> Option<Vec<Self>>;
    /// The determinant of a matrix (n×n, n > 0).
    fn determinant(n: usize, a: &[Self]) -> Option<Self>;
}

#[derive(Clone, Debug)]
pub enum Formal<F> {
    Unknown,
    Constant(Exact),
    Function(F),
}

use Formal::{Constant, Function as Of, Unknown};

/// A matrix.
enum Matrix<F> {
    Unknown,
    Constants(Vec<Exact>),
    Functions(Vec<F>),
}

impl<F: Function> Formal<F> {
    fn is_zero(&self) -> bool {
        matches!(self, Constant(x) if x.rational().is_some_and(RBig::is_zero))
    }

    fn known(x: Exact) -> Self {
        // A constant that is irrational, or too long, is no constant of this arithmetic.
        if matches!(x, Exact::Unknown) { Unknown } else { Constant(x) }
    }

    fn of(x: Option<F>) -> Self {
        x.map_or(Unknown, Of)
    }

    fn constants(&self, b: &Self, f: impl FnOnce(&Exact, &Exact) -> Exact) -> Option<Self> {
        match (self, b) {
            (Unknown, _) | (_, Unknown) => Some(Unknown),
            (Constant(x), Constant(y)) => Some(Self::known(f(x, y))),
            _ => None,
        }
    }

    /// The same, as a function beside another.
    fn beside(&self, other: &F) -> Option<F> {
        match self {
            Unknown => None,
            Constant(x) => other.constant(x.rational()?),
            Of(f) => Some(f.clone()),
        }
    }

    fn sum(&self, b: &Self) -> Self {
        if self.is_zero() {
            return b.clone();
        }
        if b.is_zero() {
            return self.clone();
        }
        self.constants(b, Exact::add).unwrap_or_else(|| match (self, b) {
            (Of(f), other) | (other, Of(f)) => Self::of(other.beside(f).map(|g| f.add(&g))),
            _ => Unknown,
        })
    }

    /// The least or the greatest of two is rational only where both are constants.
    fn extreme(&self, b: &Self, f: impl FnOnce(&Exact, &Exact) -> Exact) -> Self {
        self.constants(b, f).unwrap_or(Unknown)
    }

    fn compare(&self, b: &Self, f: impl FnOnce(&Exact, &Exact) -> Mask) -> Mask {
        match (self, b) {
            (Constant(x), Constant(y)) => f(x, y),
            _ => 0,
        }
    }

    fn matrix(a: &[Self]) -> Matrix<F> {
        let function = a.iter().find_map(|x| if let Of(f) = x { Some(f) } else { None });
        let whole = match function {
            Some(f) => a.iter().map(|x| x.beside(f)).collect::<Option<_>>().map(Matrix::Functions),
            None => {
                let constant = |x: &Self| if let Constant(x) = x { Some(x.clone()) } else { None };
                a.iter().map(constant).collect::<Option<_>>().map(Matrix::Constants)
            }
        };
        whole.unwrap_or(Matrix::Unknown)
    }
}

impl<F: Function> Number for Formal<F> {
    const LANES: usize = 1;
    const TRACKED: bool = false;

    fn from_f64(x: f64) -> Self {
        Self::known(Exact::from_f64(x))
    }

    fn from_lanes(x: &[f64; 8]) -> Self {
        Self::from_f64(x[0])
    }

    fn from_rational(x: &RBig) -> (Self, Self) {
        (Self::known(Exact::from_rational(x).0), Self::zero())
    }

    fn pi() -> (Self, Self) {
        (Unknown, Self::zero())
    }

    fn to_f64(&self, lane: usize) -> f64 {
        if let Constant(x) = self { x.to_f64(lane) } else { f64::NAN }
    }

    fn add(&self, b: &Self) -> Self {
        self.sum(b)
    }

    fn sub(&self, b: &Self) -> Self {
        self.sum(&b.neg())
    }

    fn mul(&self, b: &Self) -> Self {
        if matches!((self, b), (Unknown, _) | (_, Unknown)) {
            return Unknown;
        }
        if self.is_zero() || b.is_zero() {
            return Self::zero();
        }
        self.constants(b, Exact::mul).unwrap_or_else(|| match (self, b) {
            (Of(f), Of(g)) => Of(f.mul(g)),
            (Of(f), Constant(x)) | (Constant(x), Of(f)) => Self::of(x.rational().and_then(|x| f.scaled(x))),
            _ => Unknown,
        })
    }

    fn div(&self, b: &Self) -> Self {
        if b.is_zero() {
            return Unknown;
        }
        self.constants(b, Exact::div).unwrap_or_else(|| match b {
            Of(g) => self.mul(&Self::of(g.inverse())),
            _ => self.mul(&Self::one().div(b)),
        })
    }

    fn neg(&self) -> Self {
        match self {
            Unknown => Unknown,
            Constant(x) => Constant(x.neg()),
            Of(f) => Of(f.neg()),
        }
    }

    fn abs(&self) -> Self {
        match self {
            Constant(x) => Constant(x.abs()),
            _ => Unknown,
        }
    }

    fn sqrt(&self) -> Self {
        match self {
            Constant(x) => Self::known(x.sqrt()),
            _ => Unknown,
        }
    }

    fn mul_add(&self, b: &Self, c: &Self) -> Self {
        self.mul(b).sum(c)
    }

    fn neg_mul_add(&self, b: &Self, c: &Self) -> Self {
        self.mul(b).neg().sum(c)
    }

    fn max(&self, b: &Self) -> Self {
        self.extreme(b, Exact::max)
    }

    fn min(&self, b: &Self) -> Self {
        self.extreme(b, Exact::min)
    }

    fn floor(&self) -> Self {
        match self {
            Constant(x) => Self::known(x.floor()),
            _ => Unknown,
        }
    }

    fn lt(&self, b: &Self) -> Mask {
        self.compare(b, Exact::lt)
    }

    fn le(&self, b: &Self) -> Mask {
        self.compare(b, Exact::le)
    }

    fn eq(&self, b: &Self) -> Mask {
        self.compare(b, Exact::eq)
    }

    fn finite(&self) -> Mask {
        match self {
            Unknown => 0,
            Constant(x) => x.finite(),
            Of(_) => ALL,
        }
    }

    fn select(mask: Mask, a: &Self, b: &Self) -> Self {
        if mask & 1 == 1 { a.clone() } else { b.clone() }
    }

    fn exp2i(&self) -> Self {
        match self {
            Constant(x) => Self::known(x.exp2i()),
            _ => Unknown,
        }
    }

    fn split_exponent(&self) -> (Self, Self) {
        match self {
            Constant(x) => {
                let (m, e) = x.split_exponent();
                (Self::known(m), Self::known(e))
            }
            _ => (Unknown, Unknown),
        }
    }

    fn elementary(f: RealFn, x: &Self) -> (Self, f64) {
        match x {
            Constant(x) => (Self::known(Exact::elementary(f, x).0), 0.0),
            _ => (Unknown, 0.0),
        }
    }

    fn power(x: &Self, y: &Self) -> (Self, f64) {
        (x.constants(y, |x, y| Exact::power(x, y).0).unwrap_or(Unknown), 0.0)
    }

    fn scratch_len(_n: usize) -> usize {
        0
    }

    fn eigenvalue(_n: usize, _i: usize, _a: &mut [Self], _scratch: &mut [Self]) -> (Self, Self) {
        (Unknown, Self::zero())
    }

    fn eigenvalues(_n: usize, _a: &mut [Self], out: &mut [Self], _scratch: &mut [Self]) -> Self {
        out.fill(Unknown);
        Self::zero()
    }

    fn eigenvectors(_n: usize, _a: &mut [Self], values: &mut [Self], vectors: &mut [Self], _: &mut [Self]) -> Self {
        values.fill(Unknown);
        vectors.fill(Unknown);
        Self::zero()
    }

    fn singular_values(_m: usize, _n: usize, _a: &mut [Self], out: &mut [Self], _scratch: &mut [Self]) -> Self {
        out.fill(Unknown);
        Self::zero()
    }

    fn inverse(n: usize, a: &mut [Self], _error: &Self, out: &mut [Self], _scratch: &mut [Self]) -> (Self, Mask) {
        let out = &mut out[..n * n];
        let inverse = match Self::matrix(&a[..n * n]) {
            Matrix::Unknown => None,
            Matrix::Constants(mut a) => {
                let mut inverse = vec![Exact::Unknown; n * n];
                let (_, singular) = Exact::inverse(n, &mut a, &Exact::zero(), &mut inverse, &mut []);
                if singular != 0 {
                    out.fill(Unknown);
                    return (Self::zero(), singular);
                }
                Some(inverse.into_iter().map(Self::known).collect())
            }
            Matrix::Functions(a) => F::matrix_inverse(n, &a).map(|all| all.into_iter().map(Of).collect::<Vec<_>>()),
        };
        match inverse {
            Some(inverse) => out.clone_from_slice(&inverse),
            None => out.fill(Unknown),
        }
        (Self::zero(), 0)
    }

    fn determinant(n: usize, a: &mut [Self], _scratch: &mut [Self]) -> (Self, Self) {
        let value = match Self::matrix(&a[..n * n]) {
            Matrix::Unknown => Unknown,
            Matrix::Constants(mut a) => Self::known(Exact::determinant(n, &mut a, &mut []).0),
            Matrix::Functions(a) => Self::of(F::determinant(n, &a)),
        };
        (value, Self::zero())
    }
}
