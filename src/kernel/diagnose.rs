//! What a kernel that disagrees with its kind does instead.
//!
//! A hypothesis is a [`Slip`] (or none) and a precision. It is tested on every step that was seen: the kernel must agree with the
//! formula of the slip to what rounding in that precision allows, everywhere. Finer precisions are tried first, and no slip before any. What
//! explains the whole state is named for it; else what explains single arrays, array by array; else nothing is named.

use super::reference::{Instance, Next};
use super::slips::Slip;
use super::{Precision, State};
use crate::arith::dyadic::Dyadic;
use nalgebra::DMatrix;

/// A step that was seen.
pub struct Observation {
    pub before: Instance,
    /// What the kind makes of it.
    pub next: Vec<Next>,
    /// What the kernel made of it, all finite.
    pub returned: State,
}

/// A hypothesis that agrees with all that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub slip: Option<Slip>,
    pub rounding: Rounding,
}

/// A kernel that rounds to `float32` on its way comes as near to what that may do.
const LEAST_OF_SINGLE: f64 = 1.0 / 1024.0;

/// What a kernel's rounding is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// That of the precision it says it computes in.
    AsDeclared,
    /// That of `float32`, though it says `float64`; `stored`: its results are `float32` numbers, too.
    Float32 { stored: bool },
}

/// What is known of a disagreement.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// What explains all arrays together; more than one where what was seen does not tell them apart.
    pub whole: Vec<Explanation>,
    /// If nothing does: what explains each array that is wrong.
    pub arrays: Vec<(&'static str, Vec<Explanation>)>,
}

impl Diagnosis {
    /// Whether all that is wrong is explained.
    #[must_use]
    pub fn named(&self) -> bool {
        !self.whole.is_empty() || self.arrays.iter().all(|(_, found)| !found.is_empty())
    }
}

impl Explanation {
    /// For people.
    #[must_use]
    pub fn says(self) -> String {
        let rounding = match self.rounding {
            Rounding::AsDeclared => None,
            Rounding::Float32 { stored: true } => Some("it computes in float32: its results are float32 numbers"),
            Rounding::Float32 { stored: false } => Some(
                "its errors are those of 24 bits, in results of 53: it accumulates in float32, or a number in it has no more digits",
            ),
        };
        match (self.slip.map(Slip::says), rounding) {
            (Some(slip), None) => slip,
            (Some(slip), Some(rounding)) => format!("{slip}; and {rounding}"),
            (None, Some(rounding)) => rounding.to_owned(),
            (None, None) => "agrees".to_owned(),
        }
    }

    /// For programs: `stale-factor`, `float32`, `eta-twice+float32`.
    #[must_use]
    pub fn name(self) -> String {
        let rounding = match self.rounding {
            Rounding::AsDeclared => None,
            Rounding::Float32 { .. } => Some("float32"),
        };
        let parts: Vec<&str> = self.slip.map(Slip::name).into_iter().chain(rounding).collect();
        if parts.is_empty() { "agrees".to_owned() } else { parts.join("+") }
    }
}

/// The kernel's precision and what was seen of it. `wrong` says of each array whether it disagrees somewhere.
#[must_use]
pub fn diagnose(declared: Precision, seen: &[Observation], names: &[&'static str], wrong: &[bool]) -> Diagnosis {
    let whole = explanations(declared, seen, None);
    let arrays = if whole.is_empty() {
        let wrong = names.iter().enumerate().filter(|(array, _)| wrong[*array]);
        wrong.map(|(array, name)| (*name, explanations(declared, seen, Some(array)))).collect()
    } else {
        Vec::new()
    };
    Diagnosis { whole, arrays }
}

/// What explains an array, or all of them, in the finest precision in which anything does.
fn explanations(declared: Precision, seen: &[Observation], array: Option<usize>) -> Vec<Explanation> {
    let slips: Vec<Option<Slip>> = std::iter::once(None).chain(Slip::ALL.map(Some)).collect();
    let exact: Vec<Vec<Dyadic>> =
        seen.iter().map(|seen| seen.returned.iter().filter_map(Dyadic::new).collect()).collect();
    let agree = |rounding| -> Vec<Explanation> {
        let agrees = |slip: &Option<Slip>| agrees(*slip, rounding, declared, seen, &exact, array);
        slips.iter().filter(|slip| agrees(slip)).map(|slip| Explanation { slip: *slip, rounding }).collect()
    };
    let mut found = agree(Rounding::AsDeclared);
    // What was seen of it is right; what is wrong could not be seen, a number that is none.
    if found.iter().any(|explanation| explanation.slip.is_none()) {
        return Vec::new();
    }
    if found.is_empty() && declared == Precision::Double {
        let numbers = || seen.iter().flat_map(|seen| &seen.returned).flat_map(DMatrix::iter);
        let stored = numbers().all(|x| f64::from(*x as f32) == *x);
        found = agree(Rounding::Float32 { stored });
        // What is far closer than float32 comes is off for another reason.
        let ratio = |seen: &Observation| -> f64 {
            let arrays = seen.next.iter().zip(&seen.returned);
            arrays.map(|(next, array)| next.ratio_of_rounded(array, Precision::Single.unit())).fold(0.0, f64::max)
        };
        if !stored && seen.iter().map(ratio).fold(0.0, f64::max) < LEAST_OF_SINGLE {
            found.retain(|explanation| explanation.slip.is_some());
        }
    }
    // Where the right formula explains it, a wrong one that cannot be told from it says nothing.
    if found.iter().any(|explanation| explanation.slip.is_none()) {
        found.retain(|explanation| explanation.slip.is_none());
    }
    found
}

fn agrees(
    slip: Option<Slip>,
    rounding: Rounding,
    declared: Precision,
    seen: &[Observation],
    exact: &[Vec<Dyadic>],
    array: Option<usize>,
) -> bool {
    // A slip that fits no shape that was seen explains nothing.
    !seen.is_empty()
        && seen.iter().zip(exact).all(|(seen, exact)| {
            let predicted = match slip {
                None => Some(seen.next.clone()),
                Some(slip) => slip.predict(&seen.before, exact),
            };
            let Some(predicted) = predicted else { return false };
            let mut arrays = predicted.iter().zip(&seen.returned).enumerate();
            predicted.len() == seen.returned.len()
                && arrays.all(|(index, (next, returned))| {
                    let ratio = match rounding {
                        Rounding::AsDeclared => next.ratio(returned, declared.unit()),
                        Rounding::Float32 { .. } => next.ratio_of_rounded(returned, Precision::Single.unit()),
                    };
                    array.is_some_and(|array| array != index) || ratio <= 1.0
                })
        })
}
