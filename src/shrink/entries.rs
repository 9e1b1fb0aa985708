//! Simpler values: a given is set instead of drawn, number by number, to the shortest rationals that the certificate allows.
//!
//! Givens are taken in the order of the claim. Those that were not set yet follow from the draws and the values before them, so an interval
//! that depends on an earlier given moves with it. A value that its sampler ties to others (a matrix with given eigenvalues, an orthogonal
//! one) is never set: it gets simpler through its draws.

use super::search::Search;
use super::simplicity::{abs, bits, candidates, distinct, is_negative};
use crate::case::point::{Exactly, Values};
use crate::lang::ast::{Sampler, Spectrum};
use dashu_ratio::RBig;
use std::collections::BTreeSet;

/// Rationals that are tried for a real, and for one entry of many.
const FOR_A_REAL: usize = 48;
const FOR_AN_ENTRY: usize = 14;
/// Other numbers of the case that one is compared with.
const MOST_PRESENT: usize = 6;
/// Larger matrices are changed as a whole only.
const MOST_ENTRIES: usize = 144;

/// How the numbers of a given may be changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Free,
    Symmetric,
    /// `A' = -A`
    Skew,
    /// Not number by number.
    Tied,
}

pub(super) fn pass(search: &mut Search<'_>) {
    let givens: Vec<usize> = search.best.values.keys().copied().collect();
    for given in givens {
        if search.is_structural(given) {
            continue;
        }
        let form = form(search, given);
        match (search.best.values.get(&given).cloned(), form) {
            (None, _) | (_, Form::Tied) => {}
            (Some(Exactly::Int(i)), _) => integer(search, given, i),
            (Some(Exactly::Rational(x)), _) => real(search, given, &x),
            (Some(Exactly::Matrix { .. }), form) => matrix(search, given, form),
        }
        if search.spent() {
            return;
        }
    }
    classes(search);
}

fn form(search: &Search<'_>, given: usize) -> Form {
    let Some(named) = search.claim.givens.get(given) else { return Form::Tied };
    match &named.value.kind {
        Sampler::Symmetric { eigenvalues: Spectrum::Values(_), .. }
        | Sampler::Matrix { singular: Spectrum::Values(_), .. }
        | Sampler::Sphere(_)
        | Sampler::Orthogonal(_)
        | Sampler::Stiefel { .. }
        | Sampler::Permutation(_)
        | Sampler::Choice(_)
        | Sampler::Haar(_)
        | Sampler::Value(_) => Form::Tied,
        Sampler::Skew(_) => Form::Skew,
        // What is symmetric stays so: where it has to be, nothing else is a member.
        _ => match search.best.values.get(&given) {
            Some(Exactly::Matrix { rows, cols, entries }) if rows == cols && is_symmetric(*rows, entries) => {
                Form::Symmetric
            }
            _ => Form::Free,
        },
    }
}

fn is_symmetric(n: usize, entries: &[RBig]) -> bool {
    (0..n).all(|i| (0..i).all(|j| entries[i * n + j] == entries[j * n + i]))
}

/// Offers a value for a given: with later values as they are, then with those recomputed from their draws.
fn set(search: &mut Search<'_>, given: usize, value: Exactly) -> bool {
    let mut fixed = search.best.fixed.clone();
    fixed.insert(given, value);
    let earlier: Values = fixed.range(..=given).map(|(g, v)| (*g, v.clone())).collect();
    let recomputed = earlier.len() < fixed.len();
    let point = search.best.point.clone();
    search.offer(point.clone(), fixed) || recomputed && search.offer(point, earlier)
}

fn integer(search: &mut Search<'_>, given: usize, i: i64) {
    let candidates: BTreeSet<(u64, i64)> = [0, 1, 2, 3, 4, i / 4, i / 2, i - i.signum()]
        .into_iter()
        .filter(|c| c.unsigned_abs() < i.unsigned_abs())
        .map(|c| (c.unsigned_abs(), c))
        .collect();
    for (_, c) in candidates {
        if set(search, given, Exactly::Int(c)) {
            return;
        }
    }
}

/// The shortest other numbers of the case.
fn present(search: &Search<'_>, x: &RBig) -> Vec<RBig> {
    let mut present: Vec<(usize, RBig)> = distinct(&search.best.values)
        .into_iter()
        .map(|c| if is_negative(x) { -c } else { c })
        .filter(|c| c != x)
        .map(|c| (bits(&c), c))
        .collect();
    present.sort();
    present.into_iter().take(MOST_PRESENT).map(|(_, c)| c).collect()
}

fn real(search: &mut Search<'_>, given: usize, x: &RBig) {
    for c in candidates(x, &present(search, x), FOR_A_REAL) {
        if set(search, given, Exactly::Rational(c)) {
            return;
        }
    }
}

fn matrix(search: &mut Search<'_>, given: usize, form: Form) {
    let Some(Exactly::Matrix { rows, cols, entries }) = search.best.values.get(&given).cloned() else { return };
    for whole in wholes(rows, cols, &entries, form) {
        if set(search, given, Exactly::Matrix { rows, cols, entries: whole }) {
            break;
        }
    }
    if entries.len() > MOST_ENTRIES {
        return;
    }
    // Off the diagonal first: a diagonal matrix is simpler than one of short entries.
    let places = (0..rows).flat_map(|i| (0..cols).map(move |j| (i, j)));
    let places: Vec<(usize, usize)> = match form {
        Form::Free => places.collect(),
        _ => places.filter(|(i, j)| j < i || (i == j && form == Form::Symmetric)).collect(),
    };
    let (diagonal, off): (Vec<_>, Vec<_>) = places.into_iter().partition(|(i, j)| i == j);
    for (i, j) in off.into_iter().chain(diagonal) {
        let Some(Exactly::Matrix { entries, .. }) = search.best.values.get(&given).cloned() else { return };
        let x = entries[i * cols + j].clone();
        for c in candidates(&x, &present(search, &x), FOR_AN_ENTRY) {
            let mut changed = entries.clone();
            match form {
                Form::Symmetric => changed[j * cols + i] = c.clone(),
                Form::Skew => changed[j * cols + i] = -c.clone(),
                _ => {}
            }
            changed[i * cols + j] = c;
            if set(search, given, Exactly::Matrix { rows, cols, entries: changed }) {
                break;
            }
        }
    }
}

/// What a whole matrix may be, simplest first.
fn wholes(rows: usize, cols: usize, entries: &[RBig], form: Form) -> Vec<Vec<RBig>> {
    let build = |f: &dyn Fn(usize, usize, &RBig) -> RBig| {
        entries.iter().enumerate().map(|(at, x)| f(at / cols, at % cols, x)).collect::<Vec<RBig>>()
    };
    let Some(first) = entries.first() else { return Vec::new() };
    let mut whole = vec![build(&|_, _, _| RBig::ZERO)];
    if form != Form::Skew {
        let on = |x: RBig| move |i: usize, j: usize, _: &RBig| if i == j { x.clone() } else { RBig::ZERO };
        whole.push(build(&on(RBig::ONE)));
        whole.push(build(&on(first.clone())));
        whole.push(build(&|i, j, x| if i == j { x.clone() } else { RBig::ZERO }));
        if rows.min(cols) == 1 {
            whole.push(build(&|_, _, _| RBig::ONE));
            whole.push(build(&|_, _, _| first.clone()));
        }
    }
    for q in [1, 2, 4, 10, 100].map(RBig::from) {
        let half = RBig::ONE / RBig::from(2);
        whole.push(build(&|_, _, x| RBig::from((abs(x) * &q + &half).floor()) / &q * signum(x)));
    }
    whole.retain(|w| w != entries);
    whole.dedup();
    whole
}

fn signum(x: &RBig) -> RBig {
    if is_negative(x) { -RBig::ONE } else { RBig::ONE }
}

/// A number that stands in several places is changed in all of them at once: one by one it could not be, since each alone would make
/// one more different number.
fn classes(search: &mut Search<'_>) {
    for x in distinct(&search.best.values) {
        let givens: Vec<usize> = search.best.values.keys().copied().collect();
        let free = givens.into_iter().filter(|&g| form(search, g) != Form::Tied);
        let concerned: Vec<usize> = free.filter(|g| places(&search.best.values[g], &x) > 0).collect();
        let count: usize = concerned.iter().map(|g| places(&search.best.values[g], &x)).sum();
        if count < 2 {
            continue;
        }
        for c in candidates(&x, &present(search, &x), FOR_AN_ENTRY) {
            let mut fixed = search.best.fixed.clone();
            for &given in &concerned {
                fixed.insert(given, replaced(&search.best.values[&given], &x, &c));
            }
            if search.offer(search.best.point.clone(), fixed) {
                break;
            }
        }
    }
}

fn places(value: &Exactly, x: &RBig) -> usize {
    match value {
        Exactly::Int(_) => 0,
        Exactly::Rational(y) => usize::from(abs(y) == *x),
        Exactly::Matrix { entries, .. } => entries.iter().filter(|y| abs(y) == *x).count(),
    }
}

/// With `x` and `-x` replaced by `c` and `-c`.
fn replaced(value: &Exactly, x: &RBig, c: &RBig) -> Exactly {
    let one = |y: &RBig| if abs(y) == *x { signum(y) * c } else { y.clone() };
    match value {
        Exactly::Int(i) => Exactly::Int(*i),
        Exactly::Rational(y) => Exactly::Rational(one(y)),
        Exactly::Matrix { rows, cols, entries } => {
            Exactly::Matrix { rows: *rows, cols: *cols, entries: entries.iter().map(one).collect() }
        }
    }
}
