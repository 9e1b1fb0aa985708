//! Shrinking against stand-ins whose simplest counterexample is known.

use super::search::{Limits, Oracles, Shrunk, shrink};
use super::simplicity::{complexity, distinct};
use crate::case::point::{Exactly, Point, Values};
use crate::case::values::{one_line, parse_rational};
use crate::claim::load::load;
use crate::claim::model::{Claim, ClaimId};
use crate::claim::program::Program;
use crate::lang::ir::IntId;
use dashu_ratio::RBig;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;

fn claim(givens: &str) -> (Claim, Program) {
    let text = format!("title = \"t\"\nat = \"x\"\n[given]\n{givens}\n[claim]\nbound = \"1 <= 2\"\n");
    let claim = load(&text, Path::new("c.toml"), ClaimId("p/c".into()), &|_| None).unwrap();
    let program = Program::new(&claim).unwrap();
    (claim, program)
}

const MATRIX: &str = "d = \"int in 1..=6\"\nx = \"real in [0, 4]\"\nA = \"gaussian(d, d)\"";
const SYMMETRIC: &str = "d = \"int in 1..=6\"\nx = \"real in [0, 4]\"\nS = \"symmetric(d, [0, x])\"";
const TIED: &str = "d = \"int in 1..=6\"\nv = \"spectrum(d, [0, 4])\"\nS = \"symmetric(d, v)\"";

fn q(text: &str) -> RBig {
    parse_rational(text).unwrap()
}

fn exact(x: f64) -> RBig {
    RBig::try_from(x).unwrap()
}

fn dimension(point: &Point) -> usize {
    *point.ints.values().next().unwrap() as usize
}

fn entries(value: &Exactly) -> (usize, &[RBig]) {
    match value {
        Exactly::Matrix { cols, entries, .. } => (*cols, entries),
        _ => panic!("no matrix"),
    }
}

fn rational(value: &Exactly) -> &RBig {
    match value {
        Exactly::Rational(x) => x,
        _ => panic!("no real"),
    }
}

fn matrix(rows: usize, cols: usize, entries: Vec<RBig>) -> Exactly {
    Exactly::Matrix { rows, cols, entries }
}

fn sum(all: impl Iterator<Item = RBig>) -> RBig {
    all.fold(RBig::ZERO, |sum, x| sum + x)
}

/// `Q diag(spectrum) Q'` with the reflectors in the columns of `v`.
fn congruence(v: &[f64], spectrum: &[RBig]) -> Vec<RBig> {
    let n = spectrum.len();
    let mut s: Vec<RBig> =
        (0..n * n).map(|at| if at / n == at % n { spectrum[at / n].clone() } else { RBig::ZERO }).collect();
    for j in (0..n).rev() {
        let w: Vec<RBig> = (0..n).map(|i| if i < j { RBig::ZERO } else { exact(v[i * n + j]) }).collect();
        let square = sum(w.iter().map(|x| x * x));
        if square == RBig::ZERO {
            continue;
        }
        for _ in 0..2 {
            // One side, then the transpose's: the other.
            let mut next = s.clone();
            for c in 0..n {
                let dot = sum((0..n).map(|i| &w[i] * &s[i * n + c]));
                for i in 0..n {
                    next[c * n + i] = &s[i * n + c] - RBig::from(2) * &w[i] * &dot / &square;
                }
            }
            s = next;
        }
    }
    s
}

/// Symmetric elimination: no negative pivot, and nothing beside a zero one.
fn is_semidefinite(n: usize, s: &[RBig]) -> bool {
    let mut s = s.to_vec();
    for k in 0..n {
        let pivot = s[k * n + k].clone();
        if pivot < RBig::ZERO || (pivot == RBig::ZERO && (k..n).any(|i| s[i * n + k] != RBig::ZERO)) {
            return false;
        }
        for i in k + 1..n {
            if pivot != RBig::ZERO {
                let factor = &s[i * n + k] / &pivot;
                for j in k..n {
                    let step = &factor * &s[k * n + j];
                    s[i * n + j] -= step;
                }
            }
        }
    }
    true
}

/// The values of the three givens of [`MATRIX`] and [`SYMMETRIC`].
fn values_with(point: &Point, fixed: &Values, last: &dyn Fn(&RBig, &[f64]) -> Exactly) -> Option<Values> {
    let x = fixed.get(&1).cloned().unwrap_or_else(|| Exactly::Rational(exact(point.draws[1]) * RBig::from(4)));
    let third = fixed.get(&2).cloned().unwrap_or_else(|| last(rational(&x), &point.draws[2..]));
    Some(Values::from([(0, Exactly::Int(dimension(point) as i64)), (1, x), (2, third)]))
}

fn of_matrix(point: &Point, fixed: &Values) -> Option<Values> {
    let n = dimension(point);
    values_with(point, fixed, &|_, draws| matrix(n, n, draws.iter().copied().map(exact).collect()))
}

fn of_symmetric(point: &Point, fixed: &Values) -> Option<Values> {
    let n = dimension(point);
    values_with(point, fixed, &|x, draws| {
        let spectrum: Vec<RBig> = draws[..n].iter().map(|&u| x * exact(u)).collect();
        matrix(n, n, congruence(&draws[n..], &spectrum))
    })
}

/// `0 <= S <= x I`, `0 <= x <= 4`
fn is_between(values: &Values) -> bool {
    let (x, (n, s)) = (rational(&values[&1]), entries(&values[&2]));
    let rest: Vec<RBig> = (0..n * n).map(|at| if at / n == at % n { x - &s[at] } else { -s[at].clone() }).collect();
    let symmetric = (0..n).all(|i| (0..i).all(|j| s[i * n + j] == s[j * n + i]));
    symmetric && *x <= RBig::from(4) && is_semidefinite(n, s) && is_semidefinite(n, &rest)
}

fn ints(program: &Program, d: i64) -> BTreeMap<IntId, i64> {
    BTreeMap::from([(program.samples.ints[0].id, d)])
}

/// Something without a pattern, on the grid of draws.
fn noise(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / 16_777_216.0
    };
    (0..count).map(|_| next()).collect()
}

fn none(_: &BTreeMap<IntId, i64>) -> Vec<Point> {
    Vec::new()
}

fn shown(shrunk: &Shrunk) -> String {
    let names = ["d", "x", "A"];
    let lines: Vec<String> = shrunk.values.iter().map(|(g, v)| one_line(names[*g], v, 400)).collect();
    lines.join(", ")
}

/// By how much `x` and `A`, of a number of columns, violate.
type Violation<'a> = dyn Fn(&RBig, usize, &[RBig]) -> Option<RBig> + 'a;

/// Shrinks a case of [`MATRIX`] that is violated by `violation`.
fn shrunk(d: i64, seed: u64, limits: &Limits, violation: &Violation<'_>) -> Option<Shrunk> {
    let (claim, program) = claim(MATRIX);
    let oracle = |values: &Values| {
        let (x, (n, a)) = (rational(&values[&1]), entries(&values[&2]));
        if *x < RBig::ZERO || *x > RBig::from(4) { None } else { violation(x, n, a) }
    };
    let oracles = Oracles { values: &of_matrix, violation: &oracle, fresh: &none };
    let start = Point { ints: ints(&program, d), draws: noise(2 + (d * d) as usize, seed) };
    let found = shrink(&claim, &program, &oracles, limits, &start, &Values::new())?;
    // What is handed back is what was certified, and enough of the violation is left.
    assert_eq!(of_matrix(&found.point, &found.fixed).as_ref(), Some(&found.values));
    assert_eq!(oracle(&found.values).as_ref(), Some(&found.violation));
    assert!(found.violation >= &found.start * &limits.share);
    assert!(found.decisions <= limits.decisions);
    Some(found)
}

fn positive(x: RBig) -> Option<RBig> {
    (x > RBig::ZERO).then_some(x)
}

#[test]
fn a_trace_needs_one_dimension_and_one_entry() {
    let found =
        shrunk(5, 1, &Limits::default(), &|_, n, a| positive(sum((0..n).map(|i| a[i * n + i].clone())))).unwrap();
    assert_eq!(shown(&found), "d = 1, x = 0, A = [1]");
    assert!(found.complete && found.decisions < 40, "{}", found.decisions);
}

#[test]
fn what_needs_three_dimensions_keeps_three() {
    let corner = |_: &RBig, n: usize, a: &[RBig]| {
        if n < 3 { None } else { positive(&a[2] - &a[2 * n] - q("1/3")) }
    };
    let found = (1..20).filter_map(|seed| shrunk(6, seed, &Limits::default(), &corner)).next().unwrap();
    assert_eq!(shown(&found), "d = 3, x = 0, A = [0 0 1; 0 0 0; 0 0 0]");
}

#[test]
fn a_real_becomes_the_simplest_rational_that_the_share_allows() {
    // Violated between 3.141 and 3.143, most in the middle; from about 3.142.
    let window = |x: &RBig, _: usize, _: &[RBig]| {
        let (below, above) = (x - q("3141/1000"), q("3143/1000") - x);
        positive(below.min(above))
    };
    let (claim, program) = claim(MATRIX);
    let oracle = |values: &Values| window(rational(&values[&1]), 0, &[]);
    let oracles = Oracles { values: &of_matrix, violation: &oracle, fresh: &none };
    let start = Point { ints: ints(&program, 1), draws: vec![0.5, 0.78549, 0.25] };
    let with = |share: &str| {
        let limits = Limits { share: q(share), ..Limits::default() };
        let found = shrink(&claim, &program, &oracles, &limits, &start, &Values::new()).unwrap();
        assert!(found.violation >= &found.start * q(share) && found.complete);
        rational(&found.values[&1]).clone()
    };
    assert_eq!(with("1/10"), q("22/7"));
    // 22/7 is too near the end: then one as short as the simplest rational of what is left.
    let start = window(&exact(0.78549 * 4.0), 0, &[]).unwrap();
    let floor = start * q("9/10");
    let simplest = super::simplicity::simplest(&(q("3141/1000") + &floor), &(q("3143/1000") - &floor));
    assert_eq!(super::simplicity::bits(&with("9/10")), super::simplicity::bits(&simplest));
}

#[test]
fn a_number_in_two_places_is_shortened_in_both() {
    let (claim, program) = claim(MATRIX);
    // Neither may change alone.
    let oracle = |values: &Values| {
        let (x, (_, a)) = (rational(&values[&1]), entries(&values[&2]));
        (*x == a[0] && (q("11/10")..q("13/10")).contains(x)).then_some(RBig::ONE)
    };
    let oracles = Oracles { values: &of_matrix, violation: &oracle, fresh: &none };
    let start = Point { ints: ints(&program, 1), draws: vec![0.5, 0.3017578125, 4.0 * 0.3017578125] };
    let found = shrink(&claim, &program, &oracles, &Limits::default(), &start, &Values::new()).unwrap();
    assert_eq!(*rational(&found.values[&1]), q("6/5"), "{}", shown(&found));
    assert!(distinct(&found.values).len() == 1);
}

#[test]
fn a_symmetric_matrix_stays_between_its_bounds() {
    let (claim, program) = claim(SYMMETRIC);
    let oracle = |values: &Values| {
        let (n, s) = entries(&values[&2]);
        if !is_between(values) || n < 2 { None } else { positive(&s[n] - q("1/10")) }
    };
    let oracles = Oracles { values: &of_symmetric, violation: &oracle, fresh: &none };
    for seed in 1..6 {
        let mut draws = noise(2 + 4 + 16, seed);
        draws[6..].iter_mut().for_each(|x| *x = (*x * 8.0).floor() - 4.0);
        let start = Point { ints: ints(&program, 4), draws };
        let Some(found) = shrink(&claim, &program, &oracles, &Limits::default(), &start, &Values::new()) else {
            continue;
        };
        let of = complexity(&found.point.ints, &found.values);
        assert!(is_between(&found.values) && found.complete);
        assert!(of.integers == 2 && of.off_diagonals == 2 && of.distinct <= 1 && of.bits <= 17, "{}", shown(&found));
    }
}

#[test]
fn a_matrix_with_given_eigenvalues_changes_through_them_and_its_rotation() {
    let (claim, program) = claim(TIED);
    let values = |point: &Point, fixed: &Values| {
        let n = dimension(point);
        assert!(!fixed.contains_key(&2), "a tied value was set");
        let drawn = || {
            let mut v: Vec<RBig> = point.draws[1..=n].iter().map(|&u| exact(u) * RBig::from(4)).collect();
            v.sort_by(|a, b| b.cmp(a));
            matrix(n, 1, v)
        };
        let v = fixed.get(&1).cloned().unwrap_or_else(drawn);
        let s = matrix(n, n, congruence(&point.draws[n + 1..], entries(&v).1));
        Some(Values::from([(0, Exactly::Int(n as i64)), (1, v), (2, s)]))
    };
    let oracle = |values: &Values| {
        let ((_, v), (n, s)) = (entries(&values[&1]), entries(&values[&2]));
        let inside = v.iter().all(|x| (RBig::ZERO..=RBig::from(4)).contains(x)) && v.windows(2).all(|w| w[0] >= w[1]);
        // Two different eigenvalues.
        if n < 2 || !inside { None } else { positive(&s[0] - &s[n + 1]) }
    };
    let oracles = Oracles { values: &values, violation: &oracle, fresh: &none };
    let found = (1..20).find_map(|seed| {
        let start = Point { ints: ints(&program, 3), draws: noise(1 + 3 + 9, seed) };
        shrink(&claim, &program, &oracles, &Limits::default(), &start, &Values::new())
    });
    let found = found.unwrap();
    assert_eq!(found.values[&1], matrix(2, 1, vec![RBig::ONE, RBig::ZERO]));
    assert_eq!(found.values[&2], matrix(2, 2, vec![RBig::ONE, RBig::ZERO, RBig::ZERO, RBig::ZERO]));
}

#[test]
fn a_fresh_case_is_asked_for_once_where_cut_ones_fail() {
    let (claim, program) = claim(MATRIX);
    // Small dimensions need a negative entry, which the start lacks.
    let oracle = |values: &Values| {
        let (n, a) = entries(&values[&2]);
        if n < 4 && a[0] >= RBig::ZERO { None } else { Some(RBig::ONE) }
    };
    let asked = Cell::new(0);
    let fresh = |ints: &BTreeMap<IntId, i64>| {
        asked.set(asked.get() + 1);
        let d = *ints.values().next().unwrap();
        let draws = vec![-1.5; 2 + (d * d) as usize];
        if d == 2 { vec![Point { ints: ints.clone(), draws }] } else { Vec::new() }
    };
    let oracles = Oracles { values: &of_matrix, violation: &oracle, fresh: &fresh };
    let start = Point { ints: ints(&program, 5), draws: noise(27, 4) };
    let found = shrink(&claim, &program, &oracles, &Limits::default(), &start, &Values::new()).unwrap();
    // Once it has such an entry, the fresh case can be cut.
    assert_eq!(dimension(&found.point), 1);
    assert_eq!(entries(&found.values[&2]).1, [-RBig::ONE]);
    assert!(asked.get() <= 3, "{}", asked.get());
}

#[test]
fn values_that_were_set_are_cut_with_the_dimensions() {
    // A second dimension is needed until x is 0, which only setting it reaches.
    let found = shrunk(3, 5, &Limits::default(), &|x, n, a| {
        if n < 2 && *x != RBig::ZERO { None } else { positive(a[0].clone()) }
    });
    assert_eq!(shown(&found.unwrap()), "d = 1, x = 0, A = [1]");
}

#[test]
fn a_strict_inequality_violated_by_nothing_shrinks_to_zeros() {
    let found = shrunk(4, 2, &Limits::default(), &|_, _, _| Some(RBig::ZERO)).unwrap();
    assert_eq!(shown(&found), "d = 1, x = 0, A = [0]");
}

#[test]
fn what_is_not_certified_is_not_shrunk() {
    assert!(shrunk(4, 2, &Limits::default(), &|_, _, _| None).is_none());
}

#[test]
fn the_limits_hold_and_what_is_left_is_certified() {
    let awkward = |x: &RBig, n: usize, a: &[RBig]| {
        let squares = sum(a.iter().map(|y| y * y));
        positive(x * squares - RBig::from(n as i64))
    };
    let started = (1..40).find(|&seed| shrunk(5, seed, &Limits::default(), &awkward).is_some());
    let seed = started.unwrap();
    for decisions in [1, 2, 7] {
        let limits = Limits { decisions, ..Limits::default() };
        assert!(!shrunk(5, seed, &limits, &awkward).unwrap().complete);
    }
    let light = Limits { weight: 3, ..Limits::default() };
    assert!(shrunk(5, seed, &light, &awkward).unwrap().decisions <= 5);
}

#[test]
fn shrinking_twice_gives_the_same_case() {
    let violation = |x: &RBig, n: usize, a: &[RBig]| positive(x + &a[n - 1] - q("13/29"));
    for seed in 1..5 {
        let (one, two) =
            (shrunk(4, seed, &Limits::default(), &violation), shrunk(4, seed, &Limits::default(), &violation));
        let all = |s: &Option<Shrunk>| s.as_ref().map(|s| (s.point.clone(), s.values.clone(), s.decisions));
        assert_eq!(all(&one), all(&two));
    }
}
