//! One step of a kind without rounding, and what rounding may do to it.
//!
//! Floats are dyadic numbers and a step is sums and products of them, so the next state is computed exactly ([`Dyadic`]). What a
//! kernel returns is held against it in units of an a-priori bound: with unit roundoff `u`, an array `Y + eta*R*C` that is made of
//! `R = T - L*U'` may be off by
//!
//! ```text
//! gamma_N * (|Y| + |eta| * (|T| + |L| |U|) * |C|),    gamma_N = N u / (1 - N u)
//! ```
//!
//! in the Frobenius norm, with `N` the lengths of the sums on the way, added up, and four for `eta`, the last sum and what is around
//! them. A sum of n products in any order is off by at most `gamma_n` times the sum of their absolute values, a matrix product by
//! `gamma_n |A| |B|`, and such factors combine as `gamma_j + gamma_k + gamma_j gamma_k <= gamma_(j+k)` (Higham, *Accuracy and
//! Stability of Numerical Algorithms*, 2nd ed., sections 3.1 and 3.5 and lemma 3.3). The same holds of `X*G - F*(G'*G)`: each product has
//! the same absolute values behind it. Norms, not entries, because a kernel may turn its rows by an orthogonal matrix first. For
//! sensing `|T| + |L| |U|` is multiplied by `|A|^2` (or `1 + |delta| |S|`), and the lengths `q` and `m n` are added.
//!
//! The *ratio* of the error to that bound is below 1 for any sensible order of operations (0.1 is usual: roundings cancel), and
//! far above for a kernel that does something else. Underflow is not in the bound: see [`super::trials`].

use super::{KernelError, Kind, Problem, State, shapes};
use crate::arith::dyadic::Dyadic;
use nalgebra::DMatrix;

/// Roundings beside the sums of products: of `eta` times something, of the difference, of the last sum, and one for `eta` itself.
const BESIDE: usize = 4;

/// What a residual passes through, listed by columns, before it meets a factor.
#[derive(Clone, Debug)]
pub enum Sensing {
    /// Nothing.
    Direct,
    /// `A'*A`
    Map(Dyadic),
    /// `I + delta*S`
    Near { s: Dyadic, delta: Dyadic },
}

/// A problem and a state, exactly.
#[derive(Clone, Debug)]
pub struct Instance {
    pub kind: Kind,
    pub eta: Dyadic,
    pub sensing: Sensing,
    /// What the product of the factors is to become.
    pub target: Dyadic,
    pub state: Vec<Dyadic>,
}

/// Whether a kind has a definition here. Rebalancing has none: singular vectors are no sums and products.
#[must_use]
pub const fn exists(kind: Kind) -> bool {
    !matches!(kind, Kind::RebalancedGd | Kind::RebalancedSensingGd)
}

pub(super) fn none(kind: Kind) -> KernelError {
    KernelError::Unsupported(format!("{} has no step without rounding to compare with", kind.name()))
}

/// One array of the next state, exactly, and what its rounding errors are measured in.
#[derive(Clone, Debug)]
pub struct Next {
    pub exact: Dyadic,
    /// The norms of what is added up.
    pub(super) size: f64,
    /// The roundings that any of it passes through.
    pub(super) roundings: usize,
}

impl Next {
    /// What rounding to `unit` may do, if every input was rounded to it first `more` times.
    fn bound(&self, unit: f64, more: usize) -> f64 {
        let n = (self.roundings + more) as f64 * unit;
        n / (1.0 - n) * self.size
    }

    /// The error of what a kernel returned, as a multiple of what rounding may do to it.
    #[must_use]
    pub fn ratio(&self, computed: &DMatrix<f64>, unit: f64) -> f64 {
        self.ratio_after(computed, unit, 0)
    }

    /// The same for a kernel that rounds its inputs to `unit` too: the base, the target, two factors and `eta`.
    #[must_use]
    pub fn ratio_of_rounded(&self, computed: &DMatrix<f64>, unit: f64) -> f64 {
        self.ratio_after(computed, unit, 5)
    }

    fn ratio_after(&self, computed: &DMatrix<f64>, unit: f64, more: usize) -> f64 {
        if computed.shape() != self.exact.shape() {
            return f64::INFINITY;
        }
        let error = self.exact.distance(computed);
        // Also where the bound is 0: nothing is added up, and nothing must come out.
        if error == 0.0 { 0.0 } else { error / self.bound(unit, more) }
    }

    /// The bound itself.
    #[must_use]
    pub fn allowed(&self, unit: f64) -> f64 {
        self.bound(unit, 0)
    }
}

impl Instance {
    /// # Errors
    /// If shapes do not fit, a number is not finite, or the kind has no definition here.
    pub fn new(problem: &Problem, state: &State) -> Result<Self, KernelError> {
        shapes::dimensions(problem, state)?;
        let exact = |a: &DMatrix<f64>| {
            Dyadic::new(a).ok_or_else(|| KernelError::Unsupported("a number that is not finite".to_owned()))
        };
        // By kind, not by the number of arrays: another kind may mean something else by as many.
        let number = |x: f64| exact(&DMatrix::from_element(1, 1, x));
        let (sensing, target) = match (problem.kind, &problem.data[..], &problem.scalars[..]) {
            (Kind::SymmetricGd | Kind::AsymmetricGd, [target], _) => (Sensing::Direct, target),
            (Kind::SymmetricSensingGd | Kind::AsymmetricSensingGd, [map, target], _) => {
                (Sensing::Map(exact(map)?), target)
            }
            (Kind::SymmetricNearSensingGd | Kind::AsymmetricNearSensingGd, [s, target], [_, delta]) => {
                (Sensing::Near { s: exact(s)?, delta: number(*delta)? }, target)
            }
            _ => return Err(none(problem.kind)),
        };
        let target = exact(target)?;
        let eta = number(problem.scalars[0])?;
        let state = state.iter().map(exact).collect::<Result<_, _>>()?;
        Ok(Self { kind: problem.kind, eta, sensing, target, state })
    }

    /// At least how many times larger than the residual what meets the factors may be, in norm.
    #[must_use]
    pub fn gain(&self) -> f64 {
        match &self.sensing {
            Sensing::Direct => 1.0,
            Sensing::Map(map) => map.norm() * map.norm(),
            Sensing::Near { s, delta } => 1.0 + delta.norm() * s.norm(),
        }
    }

    /// `target - left*right'`, or what sensing makes of it, and what its rounding is measured in; nothing if the shapes do not fit.
    #[must_use]
    pub fn residual(&self, left: &Dyadic, right: &Dyadic) -> Option<Next> {
        let ((m, n), inner) = (self.target.shape(), left.shape().1);
        if (left.shape().0, right.shape()) != (m, (n, inner)) {
            return None;
        }
        let mut exact = self.target.sub(&left.mul(&right.transpose()));
        let mut roundings = inner;
        match &self.sensing {
            Sensing::Direct => {}
            Sensing::Map(map) => {
                exact = map.transpose().mul(&map.mul(&exact.reshape(m * n, 1))).reshape(m, n);
                roundings += map.shape().0 + map.shape().1;
            }
            Sensing::Near { s, delta } => {
                let flat = exact.reshape(m * n, 1);
                exact = flat.add(&s.mul(&flat).scale(delta)).reshape(m, n);
                // The sum over S, delta itself, its product, and the last sum.
                roundings += m * n + 3;
            }
        }
        let size = self.gain() * (self.target.norm() + left.norm() * right.norm());
        Some(Next { exact, size, roundings })
    }

    /// The next state.
    #[must_use]
    pub fn step(&self) -> Vec<Next> {
        let update = |base, turned, factor| {
            let [left, right] = [&self.state[0], &self.state[self.state.len() - 1]];
            Update { base, left, right, turned, factor }.of(self)
        };
        let next = match &self.state[..] {
            [x] => vec![update(x, false, x)],
            [f, g] => vec![update(f, false, g), update(g, true, f)],
            _ => Vec::new(),
        };
        // The shapes were found to fit.
        next.into_iter().flatten().collect()
    }
}

/// `base + eta * R * factor` with `R = target - left*right'`, or what sensing makes of it; `R'` if `turned`.
pub struct Update<'a> {
    pub base: &'a Dyadic,
    pub left: &'a Dyadic,
    pub right: &'a Dyadic,
    pub turned: bool,
    pub factor: &'a Dyadic,
}

impl Update<'_> {
    /// Nothing if the shapes do not fit, as happens to formulas that are wrong.
    #[must_use]
    pub fn of(&self, x: &Instance) -> Option<Next> {
        let (m, n) = x.target.shape();
        let turned = if self.turned { (n, m) } else { (m, n) };
        let fits = self.factor.shape() == (turned.1, self.base.shape().1) && self.base.shape().0 == turned.0;
        let residual = x.residual(self.left, self.right).filter(|_| fits)?;
        let exact = if self.turned { residual.exact.transpose() } else { residual.exact };
        Some(Next {
            exact: self.base.add(&exact.mul(self.factor).scale(&x.eta)),
            size: self.base.norm() + x.eta.norm() * residual.size * self.factor.norm(),
            roundings: residual.roundings + turned.1 + BESIDE,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, entry by entry: F = [1; 2], G = [3], X = [5; 7], eta = 1/2.
    #[test]
    fn a_step_is_that_of_the_definition() {
        let column = |entries: &[f64]| DMatrix::from_column_slice(entries.len(), 1, entries);
        let problem = Problem { kind: Kind::AsymmetricGd, scalars: vec![0.5], data: vec![column(&[5.0, 7.0])] };
        let state = vec![column(&[1.0, 2.0]), column(&[3.0])];
        // R = [5 - 3; 7 - 6] = [2; 1]: F + R*3/2 = [4; 3.5], G + (2*1 + 1*2)/2 = 5.
        let next = Instance::new(&problem, &state).unwrap().step();
        assert_eq!(next[0].exact.to_f64(), column(&[4.0, 3.5]));
        assert_eq!(next[1].exact.to_f64(), column(&[5.0]));
    }

    /// With entries of a unit of A at a time, A'*A keeps those entries of the residual: flatten lists columns.
    #[test]
    fn sensing_lists_columns() {
        let target = DMatrix::from_row_slice(2, 2, &[10.0, 20.0, 30.0, 40.0]);
        let third = DMatrix::from_row_slice(1, 4, &[0.0, 0.0, 1.0, 0.0]);
        let problem = Problem { kind: Kind::AsymmetricSensingGd, scalars: vec![1.0], data: vec![third, target] };
        let state = vec![DMatrix::from_element(2, 1, 1.0), DMatrix::from_element(2, 1, 1.0)];
        let next = Instance::new(&problem, &state).unwrap().step();
        // The third entry by columns is (1, 2): the residual there is 20 - 1.
        assert_eq!(next[0].exact.to_f64().as_slice(), [20.0, 1.0]);
        assert_eq!(next[1].exact.to_f64().as_slice(), [1.0, 20.0]);
    }

    #[test]
    fn an_error_of_the_bound_has_ratio_1() {
        let one = |x: f64| DMatrix::from_element(1, 1, x);
        let problem = Problem { kind: Kind::SymmetricGd, scalars: vec![0.25], data: vec![one(1.0)] };
        let next = Instance::new(&problem, &vec![one(1.0)]).unwrap().step();
        assert_eq!(next[0].exact.to_f64(), one(1.0));
        // N = 1 + 1 + 4, and the terms add up to 1 + (1 + 1)/4.
        let unit = f64::EPSILON / 2.0;
        let ratio = next[0].ratio(&one(1.0 + 9.0 * unit - unit), unit);
        assert!((ratio - 8.0 / 9.0).abs() < 1e-12, "{ratio}");
        assert_eq!(next[0].ratio(&one(1.0), unit), 0.0);
        assert_eq!(next[0].ratio(&one(f64::NAN), unit), f64::INFINITY);
        assert_eq!(next[0].ratio(&DMatrix::zeros(1, 2), unit), f64::INFINITY);
    }
}
