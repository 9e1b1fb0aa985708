//! Descent from starts, and to states, that `f64` cannot hold: each row of the state with a power of two beside it.
//!
//! A row is `2^e * x` with the largest entry of `x` in [1/2, 1): a start of 1e-400 is as good as one of 1. Rows of a state are apart by
//! factors that grow like `(1 + eta*sigma)^t`, so each has its own exponent; within a row, what is 2^1022 below the largest entry is
//! lost, gradually. A step adds to a row only rows that the target couples it with, in the largest of their units. The Gram
//! matrix is made in the unit of the largest row; if it is below the range of `f64` it changes nothing that is not, as it changes nothing in
//! exact arithmetic rounded to 53 bits.
//!
//! Rounding is relative to the row. A direction that is 2^53 below what else is in its rows is lost in it, and what rounding put there
//! grows in its place. A diagonal target keeps directions in rows of their own; one that is not should be turned until it is.
//!
//! Scaling by powers of two is exact, and the order of operations is that of [`super::symmetric`] and [`super::asymmetric`]: where
//! nothing leaves the range of `f64` and the target is diagonal, so are the bits. (Other targets are for [`super::residual`] there, and for the
//! Gram form here.)

use super::packing::{WIDTH, tree};
use super::{KernelError, Kind, Problem, shapes};
use nalgebra::DMatrix;

/// Below the exponent of any row that is not zero.
const NONE: i64 = i64::MIN;
/// No shift by more changes what comes of it: zero or infinity.
const FAR: i64 = 2200;

/// `x * 2^e`, rounded once, and only where the result is subnormal.
#[must_use]
pub fn shifted(x: f64, e: i64) -> f64 {
    let mut e = e.clamp(-FAR, FAR);
    let mut x = x;
    // Down in one rounding: the steps before the last keep all bits.
    while e > 1000 {
        x *= 2f64.powi(1000);
        e -= 1000;
    }
    if e < -1000 {
        // As far as nothing is lost, then the rest at once.
        let room = (exponent_of(x) + 1000).clamp(0, -e);
        let first = room.min(1000);
        x *= 2f64.powi(-(first as i32));
        e += first;
        while e < -1000 {
            x *= 2f64.powi(-1000);
            e += 1000;
        }
    }
    x * 2f64.powi(e as i32)
}

/// The `e` with `|x|` in `[2^(e-1), 2^e)`; 0 for zero and for what is not finite.
#[must_use]
pub fn exponent_of(x: f64) -> i64 {
    if x == 0.0 || !x.is_finite() {
        return 0;
    }
    let biased = |x: f64| ((x.to_bits() >> 52) & 0x7ff).cast_signed();
    match biased(x) {
        0 => biased(x * 2f64.powi(64)) - 1022 - 64,
        e => e - 1022,
    }
}

/// A matrix whose rows have exponents of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaled {
    /// The largest entry of a row is in `[1/2, 1)`, or 0, or not finite.
    mantissas: DMatrix<f64>,
    exponents: Vec<i64>,
}

impl Scaled {
    /// `matrix * 2^exponent`.
    #[must_use]
    pub fn new(matrix: &DMatrix<f64>, exponent: i64) -> Self {
        let mut scaled = Self { mantissas: matrix.clone(), exponents: vec![exponent; matrix.nrows()] };
        for row in 0..matrix.nrows() {
            scaled.normalize(row);
        }
        scaled
    }

    /// `matrix * 10^power`, each entry within two units of rounding.
    #[must_use]
    pub fn times_ten_to(matrix: &DMatrix<f64>, power: i32) -> Self {
        let (mantissa, exponent) = ten_to(power);
        let unit = Self::new(matrix, 0);
        let mut scaled = Self { mantissas: unit.mantissas * mantissa, exponents: unit.exponents };
        for row in 0..matrix.nrows() {
            if scaled.exponents[row] != NONE {
                scaled.exponents[row] = scaled.exponents[row].saturating_add(exponent);
                scaled.normalize(row);
            }
        }
        scaled
    }

    /// The nearest matrix of `f64`s: what is out of range is 0 or infinite.
    #[must_use]
    pub fn to_f64(&self) -> DMatrix<f64> {
        self.at(0)
    }

    /// An entry as a mantissa and an exponent.
    #[must_use]
    pub fn entry(&self, row: usize, column: usize) -> Option<(f64, i64)> {
        let x = *self.mantissas.get((row, column))?;
        let e = exponent_of(x);
        Some(if x == 0.0 { (0.0, 0) } else { (shifted(x, -e), self.exponents[row].saturating_add(e)) })
    }

    /// The base-2 logarithm of the Frobenius norm; minus infinity for zero.
    #[must_use]
    pub fn log2_norm(&self) -> f64 {
        let unit = self.unit();
        if unit == NONE { f64::NEG_INFINITY } else { self.at(unit).norm().log2() + unit as f64 }
    }

    /// The largest exponent.
    fn unit(&self) -> i64 {
        self.exponents.iter().copied().max().unwrap_or(NONE)
    }

    /// In units of `2^unit`.
    fn at(&self, unit: i64) -> DMatrix<f64> {
        DMatrix::from_fn(self.mantissas.nrows(), self.mantissas.ncols(), |i, c| self.part(i, c, unit))
    }

    fn part(&self, row: usize, column: usize, unit: i64) -> f64 {
        let e = self.exponents[row];
        if e == NONE {
            self.mantissas[(row, column)]
        } else {
            shifted(self.mantissas[(row, column)], e.saturating_sub(unit))
        }
    }

    fn normalize(&mut self, row: usize) {
        let largest = self.mantissas.row(row).iter().fold(0.0_f64, |a, &x| if x.abs() > a { x.abs() } else { a });
        if largest == 0.0 {
            self.exponents[row] = NONE;
            return;
        }
        let e = exponent_of(largest);
        if e != 0 {
            for x in &mut self.mantissas.row_mut(row) {
                *x = shifted(*x, -e);
            }
            self.exponents[row] = self.exponents[row].saturating_add(e);
        }
    }

    /// `eta` times its Gram matrix, as an `f64`.
    fn gram(&self, eta: f64) -> DMatrix<f64> {
        let k = self.mantissas.ncols();
        let unit = self.unit();
        if unit == NONE {
            return DMatrix::zeros(k, k);
        }
        let x = self.at(unit);
        DMatrix::from_fn(k, k, |a, b| {
            let (a, b) = (a.min(b), a.max(b));
            let mut sums = [0.0_f64; WIDTH];
            for i in 0..x.nrows() {
                sums[i % WIDTH] = x[(i, a)].mul_add(x[(i, b)], sums[i % WIDTH]);
            }
            eta * shifted(tree(&sums), unit.saturating_mul(2))
        })
    }

    /// `self + (eta*T)*other - self*H`, row by row.
    fn stepped(&self, target: &dyn Fn(usize, usize) -> f64, other: &Self, eta: f64, h: &DMatrix<f64>) -> Self {
        let (rows, k) = self.mantissas.shape();
        let mut out = self.clone();
        for i in 0..rows {
            let coupled: Vec<(usize, f64)> = (0..other.mantissas.nrows())
                .map(|j| (j, target(i, j)))
                .filter(|&(j, t)| t != 0.0 && other.exponents[j] != NONE)
                .collect();
            let unit = coupled.iter().map(|&(j, _)| other.exponents[j]).fold(self.exponents[i], i64::max);
            if unit == NONE {
                continue;
            }
            for c in 0..k {
                let mut new = self.part(i, c, unit);
                for &(j, t) in &coupled {
                    new = (eta * t).mul_add(other.part(j, c, unit), new);
                }
                for l in 0..k {
                    new = (-self.part(i, l, unit)).mul_add(h[(l, c)], new);
                }
                out.mantissas[(i, c)] = new;
            }
            out.exponents[i] = unit;
            out.normalize(i);
        }
        out
    }
}

/// `10^power` as a mantissa, to the nearest, and an exponent.
fn ten_to(power: i32) -> (f64, i64) {
    use dashu_int::UBig;
    use dashu_int::ops::BitTest;
    let five = UBig::from(5u8).pow(power.unsigned_abs() as usize);
    // As an integer of 64 to 66 bits whose last bit says whether more follow; the conversion then rounds once.
    let length = five.bit_len();
    let (whole, exponent) = if power < 0 {
        let shift = length + 64;
        let one = UBig::ONE << shift;
        let quotient = &one / &five;
        (quotient | UBig::ONE, -(shift as i64))
    } else {
        let shift = length.saturating_sub(64);
        let kept = &five >> shift;
        let lost = (&kept << shift) != five;
        (if lost { kept | UBig::ONE } else { kept }, shift as i64)
    };
    (whole.to_f64().value(), exponent + i64::from(power))
}

/// Runs gradient descent, symmetric or asymmetric, on a scaled state.
///
/// # Errors
/// If the problem is of another kind, or the arrays do not fit.
pub fn run(problem: &Problem, state: &mut [Scaled], steps: u64) -> Result<(), KernelError> {
    if !matches!(problem.kind, Kind::SymmetricGd | Kind::AsymmetricGd) {
        let found = problem.kind.name();
        return Err(KernelError::Unsupported(format!(
            "scaled states are for symmetric-gd and asymmetric-gd, found {found}"
        )));
    }
    shapes::dimensions(problem, &state.iter().map(|array| array.mantissas.clone()).collect())?;
    let (eta, target) = (problem.scalars[0], &problem.data[0]);
    for _ in 0..steps {
        match &mut *state {
            [x] => {
                let new = x.stepped(&|i, j| target[(i, j)], x, eta, &x.gram(eta));
                if new == *x {
                    return Ok(());
                }
                *x = new;
            }
            [f, g] => {
                let new_f = f.stepped(&|i, j| target[(i, j)], g, eta, &g.gram(eta));
                let new_g = g.stepped(&|i, j| target[(j, i)], f, eta, &f.gram(eta));
                if new_f == *f && new_g == *g {
                    return Ok(());
                }
                (*f, *g) = (new_f, new_g);
            }
            _ => {}
        }
    }
    Ok(())
}
