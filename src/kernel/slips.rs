//! The ways to get a step wrong, as formulas: what a kernel that makes this slip returns, exactly.
//!
//! A kernel that disagrees with its kind is held against each of them. One that it agrees with to rounding is not a guess: it is what the
//! kernel computes. Most are the right step on other inputs; the rest are made of the same [`Update`]s, put together wrongly. A slip that
//! uses an array too early uses the one that the kernel itself returned, so that its own rounding counts for nothing.

use super::reference::{Instance, Next, Sensing, Update};
use crate::arith::dyadic::Dyadic;

/// Where an array that was just updated is used too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Early {
    Factor,
    Residual,
    Both,
}

/// One mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// `eta^2`
    EtaTwice,
    EtaMissing,
    EtaDoubled,
    EtaHalved,
    WrongSign,
    Unchanged,
    /// The second update uses the first array as just updated.
    SecondUsesFirst(Early),
    /// The same, the other way round.
    FirstUsesSecond(Early),
    /// Entries of the one state array are overwritten while the step still reads them.
    InPlace,
    /// The residual is not transposed where it should be.
    ResidualNotTransposed,
    /// The residual is transposed where it should not be.
    ResidualTransposed,
    /// The product of the factors without its transpose: `F*G`, `X*X`.
    ProductNotTransposed,
    /// `X'*X` in place of `X*X'`.
    ProductTurned,
    /// `X'` in place of `X`.
    TargetTransposed,
    /// The two arrays are returned in each other's place.
    AnswersSwapped,
    /// `flatten` lists rows.
    FlattensRows,
    /// Divided by the number of measurements.
    PerMeasurement,
    /// Arrays are read and written column by column where they are sent row by row.
    ByColumns,
}

use Slip::*;

impl Slip {
    pub const ALL: [Self; 22] = [
        EtaTwice,
        EtaMissing,
        EtaDoubled,
        EtaHalved,
        WrongSign,
        Unchanged,
        SecondUsesFirst(Early::Factor),
        SecondUsesFirst(Early::Residual),
        SecondUsesFirst(Early::Both),
        FirstUsesSecond(Early::Factor),
        FirstUsesSecond(Early::Residual),
        FirstUsesSecond(Early::Both),
        InPlace,
        ResidualNotTransposed,
        ResidualTransposed,
        ProductNotTransposed,
        ProductTurned,
        TargetTransposed,
        AnswersSwapped,
        FlattensRows,
        PerMeasurement,
        ByColumns,
    ];

    /// For programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            EtaTwice => "eta-twice",
            EtaMissing => "eta-missing",
            EtaDoubled => "eta-doubled",
            EtaHalved => "eta-halved",
            WrongSign => "wrong-sign",
            Unchanged => "unchanged",
            SecondUsesFirst(Early::Factor) => "second-uses-new-first-factor",
            SecondUsesFirst(Early::Residual) => "second-uses-new-first-residual",
            SecondUsesFirst(Early::Both) => "second-uses-new-first",
            FirstUsesSecond(Early::Factor) => "first-uses-new-second-factor",
            FirstUsesSecond(Early::Residual) => "first-uses-new-second-residual",
            FirstUsesSecond(Early::Both) => "first-uses-new-second",
            InPlace => "in-place",
            ResidualNotTransposed => "residual-not-transposed",
            ResidualTransposed => "residual-transposed",
            ProductNotTransposed => "product-not-transposed",
            ProductTurned => "product-turned",
            TargetTransposed => "target-transposed",
            AnswersSwapped => "answers-swapped",
            FlattensRows => "flattens-rows",
            PerMeasurement => "per-measurement",
            ByColumns => "by-columns",
        }
    }

    /// For people.
    #[must_use]
    pub fn says(self) -> String {
        let early = |updated: &str, other: &str, early: Early| {
            let place = match early {
                Early::Factor => "as a factor",
                Early::Residual => "in the residual",
                Early::Both => "in the residual and as a factor",
            };
            format!(
                "the update of {updated} uses the {other} that was just updated, {place}; all of the state is stepped at once \
                 (Gauss-Seidel, where Jacobi is meant)"
            )
        };
        match self {
            EtaTwice => "eta is applied twice (eta^2)".to_owned(),
            EtaMissing => "eta is missing (as if it were 1)".to_owned(),
            EtaDoubled => "the step is twice as long (2*eta): the gradient of the square without its half".to_owned(),
            EtaHalved => "the step is half as long (eta/2)".to_owned(),
            WrongSign => "the residual has the wrong sign (ascent, not descent)".to_owned(),
            Unchanged => "the state is returned as it came".to_owned(),
            SecondUsesFirst(when) => early("G", "F", when),
            FirstUsesSecond(when) => early("F", "G", when),
            InPlace => "entries of the state are overwritten while the same step still reads them".to_owned(),
            ResidualNotTransposed => "a transpose is missing: the residual in the update of G".to_owned(),
            ResidualTransposed => "a transpose too many: the residual in the update of F".to_owned(),
            ProductNotTransposed => "a transpose is missing: the product of the factors".to_owned(),
            ProductTurned => "the transpose is on the wrong side: X'*X where X*X' is meant".to_owned(),
            TargetTransposed => "X is read transposed".to_owned(),
            AnswersSwapped => "F and G are returned in each other's place".to_owned(),
            FlattensRows => {
                "flatten lists rows, where it is to list columns (or the sensed matrix is transposed)".to_owned()
            }
            PerMeasurement => "the step is divided by the number of measurements".to_owned(),
            ByColumns => "arrays are read and written column by column, where they are sent row by row".to_owned(),
        }
    }

    /// What a kernel with this slip returns, given what it did return; nothing where the slip makes no sense: for another kind, or
    /// shapes that the wrong formula does not fit.
    #[must_use]
    pub fn predict(self, x: &Instance, returned: &[Dyadic]) -> Option<Vec<Next>> {
        let with_eta = |eta: Dyadic| Some(Instance { eta, ..x.clone() }.step());
        let times = |c: f64| Some(x.eta.scale(&Dyadic::number(c)?));
        let (m, n) = x.target.shape();
        match self {
            EtaTwice => with_eta(x.eta.mul(&x.eta)),
            EtaMissing => with_eta(Dyadic::number(1.0)?),
            EtaDoubled => with_eta(times(2.0)?),
            EtaHalved => with_eta(times(0.5)?),
            WrongSign => with_eta(x.eta.negate()),
            Unchanged => with_eta(times(0.0)?),
            PerMeasurement => {
                let Sensing::Map(map) = &x.sensing else { return None };
                with_eta(times(1.0 / map.shape().0 as f64)?)
            }
            SecondUsesFirst(when) => second_uses_first(x, returned, when),
            FirstUsesSecond(when) => {
                let [f, g] = returned else { return None };
                let mut next = second_uses_first(&swapped(x)?, &[g.clone(), f.clone()], when)?;
                next.reverse();
                Some(next)
            }
            InPlace => in_place(x, returned),
            ResidualNotTransposed => {
                let (f, g) = factors(x)?;
                let second = Update { base: g, left: f, right: g, turned: false, factor: f }.of(x)?;
                Some(vec![x.step().into_iter().next()?, second])
            }
            ResidualTransposed => {
                let (f, g) = factors(x)?;
                let first = Update { base: f, left: f, right: g, turned: true, factor: g }.of(x)?;
                Some(vec![first, x.step().pop()?])
            }
            ProductNotTransposed => match &x.state[..] {
                [s] => Some(vec![Update { base: s, left: s, right: &s.transpose(), turned: false, factor: s }.of(x)?]),
                [f, g] => {
                    let right = &g.transpose();
                    let first = Update { base: f, left: f, right, turned: false, factor: g }.of(x)?;
                    Some(vec![first, Update { base: g, left: f, right, turned: true, factor: f }.of(x)?])
                }
                _ => None,
            },
            ProductTurned => {
                let [s] = &x.state[..] else { return None };
                let turned = &s.transpose();
                Some(vec![Update { base: s, left: turned, right: turned, turned: false, factor: s }.of(x)?])
            }
            TargetTransposed => {
                factors(x)?;
                let target = x.target.transpose();
                (m == n).then(|| Instance { target, ..x.clone() }.step())
            }
            AnswersSwapped => {
                factors(x)?;
                let mut next = x.step();
                next.reverse();
                Some(next)
            }
            FlattensRows => {
                let sensing = x.sensing.listed(|p| (p % m) * n + p / m)?;
                Some(Instance { sensing, ..x.clone() }.step())
            }
            ByColumns => {
                let read = |a: &Dyadic| {
                    let (rows, cols) = a.shape();
                    a.pick(rows, cols, |i, j| ((i + j * rows) / cols, (i + j * rows) % cols))
                };
                let written = |a: &Dyadic| {
                    let (rows, cols) = a.shape();
                    a.pick(rows, cols, |i, j| ((i * cols + j) % rows, (i * cols + j) / rows))
                };
                let state = x.state.iter().map(read).collect();
                let sensing = match &x.sensing {
                    Sensing::Direct => Sensing::Direct,
                    Sensing::Map(map) => Sensing::Map(read(map)),
                    Sensing::Near { s, delta } => Sensing::Near { s: read(s), delta: delta.clone() },
                };
                let read = Instance { sensing, target: read(&x.target), state, ..x.clone() };
                Some(read.step().into_iter().map(|next| Next { exact: written(&next.exact), ..next }).collect())
            }
        }
    }
}

impl Sensing {
    /// The same for residuals whose entry `p` is the entry `from(p)` of what is meant; nothing where nothing is listed.
    fn listed(&self, from: impl Fn(usize) -> usize) -> Option<Self> {
        match self {
            Self::Direct => None,
            Self::Map(map) => Some(Self::Map(map.pick(map.shape().0, map.shape().1, |q, p| (q, from(p))))),
            Self::Near { s, delta } => {
                let listed = s.pick(s.shape().0, s.shape().1, |q, p| (from(q), from(p)));
                Some(Self::Near { s: listed, delta: delta.clone() })
            }
        }
    }
}

fn factors(x: &Instance) -> Option<(&Dyadic, &Dyadic)> {
    let [f, g] = &x.state[..] else { return None };
    Some((f, g))
}

/// The same iteration with the names of the factors exchanged.
fn swapped(x: &Instance) -> Option<Instance> {
    let (f, g) = factors(x)?;
    let (m, n) = x.target.shape();
    // What lists the transpose column by column.
    let sensing = x.sensing.listed(|p| (p / n) + (p % n) * m).unwrap_or(Sensing::Direct);
    Some(Instance { sensing, target: x.target.transpose(), state: vec![g.clone(), f.clone()], ..x.clone() })
}

fn second_uses_first(x: &Instance, returned: &[Dyadic], when: Early) -> Option<Vec<Next>> {
    let (f, g) = factors(x)?;
    let new = returned.first()?;
    let (left, factor) = match when {
        Early::Factor => (f, new),
        Early::Residual => (new, f),
        Early::Both => (new, new),
    };
    let second = Update { base: g, left, right: g, turned: true, factor }.of(x)?;
    Some(vec![x.step().into_iter().next()?, second])
}

/// Row by row with the residual of the old state: row i meets rows that are new already above it.
fn in_place(x: &Instance, returned: &[Dyadic]) -> Option<Vec<Next>> {
    let ([old], [new]) = (&x.state[..], returned) else { return None };
    let (n, k) = old.shape();
    let residual = x.residual(old, old)?;
    let mut next = x.step().pop()?;
    for i in 0..n {
        let row = |a: &Dyadic| a.pick(1, a.shape().1, |_, j| (i, j));
        let change = row(&residual.exact).mul(&old.with_rows(i, new)).scale(&x.eta);
        let changed = row(old).add(&change).pick(n, k, |_, j| (0, j));
        next.exact = changed.with_rows(i, &next.exact);
    }
    next.size = old.norm() + x.eta.norm() * residual.size * old.norm().max(new.norm());
    Some(vec![next])
}
