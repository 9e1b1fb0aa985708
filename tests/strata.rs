//! Samplers meet their hypotheses by construction, in every stratum: shown in exact rationals. And the strata do what they say.

mod twin;

use dashu_ratio::RBig;
use std::collections::{BTreeMap, BTreeSet};
use theoremcheck::check::Value as Float;
use theoremcheck::check::record::Hypotheses;
use theoremcheck::sample::strata::Stratum;
use twin::{Case, Matrix, ROUND, Twin};

const CLAIM: &str = "[claim]\nyes = \"1 < 2\"\n";

fn q(p: i64, r: u64) -> RBig {
    RBig::from_parts(p.into(), r.into())
}

fn value(case: &Case, name: &str) -> Matrix {
    case.exact[name].known().unwrap_or_else(|| panic!("{name} is not known: {:?}", case.exact[name]))
}

fn real(case: &Case, name: &str) -> RBig {
    value(case, name).entries[0].clone()
}

fn whole(case: &Case, name: &str) -> usize {
    real(case, name).to_int().value().try_into().expect("a size")
}

/// Whether all eigenvalues of `s` are in `[lo, hi]`.
fn between(s: &Matrix, lo: &RBig, hi: &RBig) -> bool {
    let n = s.rows;
    s.minus(&Matrix::scalar(n, lo)).is_semidefinite() && Matrix::scalar(n, hi).minus(s).is_semidefinite()
}

fn identity(n: usize) -> Matrix {
    Matrix::scalar(n, &RBig::ONE)
}

#[test]
fn a_symmetric_matrix_has_its_spectrum_in_the_interval() {
    let twin = Twin::new(&format!(
        r#"[given]
d = "int in 1..=5"
S = "symmetric(d, [-1, 2])"
T = "symmetric(d, (0, 1/4] log)"
U = "symmetric(d, i: [i, i + 1/2])"
h = "spectrum(d, [-2, 3])"
W = "symmetric(d, h)"
{CLAIM}"#
    ));
    let mut ends = BTreeSet::new();
    twin.each(8 * ROUND, |_, _, case| {
        let n = whole(case, "d");
        let s = value(case, "S");
        assert!(between(&s, &q(-1, 1), &q(2, 1)));
        let t = value(case, "T");
        assert!(between(&t, &q(0, 1), &q(1, 4)));
        assert_eq!(t.rank(), n, "an open end is never reached");
        assert!(between(&value(case, "U"), &q(1, 1), &(q(n as i64, 1) + q(1, 2))));
        let h = value(case, "h");
        assert!(h.entries.windows(2).all(|p| p[0] >= p[1]), "a spectrum is sorted");
        let w = value(case, "W");
        for x in &h.entries {
            assert!(w.minus(&Matrix::scalar(n, x)).rank() < n, "each value is an eigenvalue");
        }
        for (name, end) in [("low", q(-1, 1)), ("high", q(2, 1))] {
            if s.minus(&Matrix::scalar(n, &end)).rank() < n {
                ends.insert((name, case.stratum));
            }
        }
    });
    assert!(ends.contains(&("low", Stratum::Edges)) && ends.contains(&("high", Stratum::Edges)), "{ends:?}");
}

#[test]
fn a_matrix_has_its_singular_values_in_the_interval_and_its_rank() {
    let twin = Twin::new(&format!(
        r#"[given]
m = "int in 1..=4"
n = "int in 1..=4"
r = "int in 0..=min(m, n)"
A = "matrix(m, n, sv in [1/2, 3])"
B = "matrix(m, n, sv in (0, 2], rank r)"
h = "spectrum(min(m, n), [0, 1])"
C = "matrix(m, n, sv = h)"
{CLAIM}"#
    ));
    twin.each(8 * ROUND, |_, _, case| {
        assert!(between(&value(case, "A").gram(), &q(1, 4), &q(9, 1)));
        let b = value(case, "B");
        assert_eq!(b.rank(), whole(case, "r"));
        assert!(between(&b.gram(), &q(0, 1), &q(4, 1)));
        let gram = value(case, "C").gram();
        for x in &value(case, "h").entries {
            assert!(gram.minus(&Matrix::scalar(gram.rows, &(x * x))).rank() < gram.rows);
        }
    });
}

#[test]
fn rotations_are_orthogonal_without_rounding() {
    let twin = Twin::new(&format!(
        r#"[given]
n = "int in 1..=5"
k = "int in 1..=n"
O = "orthogonal(n)"
V = "stiefel(n, k)"
g = "sphere(n)"
P = "permutation(n)"
K = "skew(n)"
{CLAIM}"#
    ));
    let mut signs = BTreeSet::new();
    twin.each(8 * ROUND, |_, _, case| {
        let (n, k) = (whole(case, "n"), whole(case, "k"));
        for (name, size) in [("O", n), ("V", k), ("g", 1), ("P", n)] {
            let v = value(case, name);
            assert_eq!(v.transpose().times(&v), identity(size), "{name}");
        }
        assert!(value(case, "P").entries.iter().all(|x| x.is_zero() || x.is_one()));
        let skew = value(case, "K");
        let zero = Matrix { rows: n, cols: n, entries: vec![RBig::ZERO; n * n] };
        assert_eq!(zero.minus(&skew), skew.transpose());
        if n == 1 {
            signs.insert(real(case, "O"));
            signs.insert(real(case, "g"));
        }
    });
    assert_eq!(signs.len(), 2, "both signs occur");
}

#[test]
fn relatives_of_a_matrix_are_what_they_are_called() {
    let twin = Twin::new(&format!(
        r#"[given]
d = "int in 1..=4"
e = "real in [0, 2]"
S = "symmetric(d, [0, 2])"
G = "gaussian(d, 2)"
X = "commuting(S)"
Y = "commuting(S*S + S)"
N = "near(S, e)"
M = "near(G, e)"
T = "symmetric(d, (0, 1])"
L = "below(T)"
delta = "real in [0, 1]"
Q = "operator(d, 2, delta)"
{CLAIM}"#
    ));
    twin.each(6 * ROUND, |_, replay, case| {
        if replay.hypotheses != Hypotheses::Met {
            return;
        }
        let (n, e) = (whole(case, "d"), real(case, "e"));
        let s = value(case, "S");
        for name in ["X", "Y"] {
            let x = value(case, name);
            assert_eq!(s.times(&x), x.times(&s));
        }
        assert!(between(&value(case, "N").minus(&s), &-e.clone(), &e));
        assert!(between(&value(case, "M").minus(&value(case, "G")).gram(), &q(0, 1), &(&e * &e)));
        let (t, l) = (value(case, "T"), value(case, "L"));
        assert!(l.is_semidefinite() && t.minus(&l).is_semidefinite());
        let (a, delta) = (value(case, "Q"), real(case, "delta"));
        let defect = a.transpose().times(&a).minus(&identity(2 * n));
        assert!(between(&defect, &-delta.clone(), &delta));
    });
}

#[test]
fn closed_ends_are_reached_at_the_edges_and_open_ones_never() {
    let twin = Twin::new(
        r#"[given]
a = "real in [-1, 2]"
b = "real in (-1, 2)"
c = "real in [1/3, 5] log"
e = "real in (1/3, 5) log"
f = "real in (0, 3] log"
g = "real in [1/1000000, 1000000] log"
v = "vector(3, [0, 1))"
i = "int in 3..=300"
j = "int in -7..=9"
k = "choice(1, 2, 5/2)"
Z = "zeros(i, 1)"
[claim]
yes = "norm(Z) + j < 100"
"#,
    );
    let mut seen: BTreeMap<&str, BTreeSet<RBig>> = BTreeMap::new();
    let mut depths = BTreeSet::new();
    twin.each(24 * ROUND, |_, _, case| {
        for (name, lo, hi, lo_open, hi_open) in [
            ("a", q(-1, 1), q(2, 1), false, false),
            ("b", q(-1, 1), q(2, 1), true, true),
            ("c", q(1, 3), q(5, 1), false, false),
            ("e", q(1, 3), q(5, 1), true, true),
            ("f", q(0, 1), q(3, 1), true, false),
            ("g", q(1, 1_000_000), q(1_000_000, 1), false, false),
            ("v", q(0, 1), q(1, 1), false, true),
            ("i", q(3, 1), q(300, 1), false, false),
            ("j", q(-7, 1), q(9, 1), false, false),
        ] {
            for x in value(case, name).entries {
                assert!(if lo_open { x > lo } else { x >= lo }, "{name} = {x}");
                assert!(if hi_open { x < hi } else { x <= hi }, "{name} = {x}");
                if case.stratum == Stratum::Edges && (x == lo || x == hi) {
                    seen.entry(name).or_default().insert(x);
                }
            }
        }
        let f = real(case, "f").to_f64().value();
        depths.insert((f.log2() / 100.0) as i64);
        seen.entry("k").or_default().insert(real(case, "k"));
    });
    for (name, ends) in [("a", 2), ("c", 2), ("f", 1), ("g", 2), ("v", 1), ("i", 2), ("j", 2), ("k", 3)] {
        assert_eq!(seen[name].len(), ends, "{name}: {:?}", seen[name]);
    }
    assert!(depths.first() <= Some(&-9) && depths.contains(&0), "octaves are covered: {depths:?}");
}

#[test]
fn an_empty_interval_rejects_the_case_and_names_its_given() {
    let twin = Twin::new(
        r#"[given]
a = "real in [0, 1]"
b = "real in [1/2, a]"
n = "int in 0..=2"
m = "int in 1..=n"
[claim]
yes = "b + m <= 9"
"#,
    );
    let mut named = BTreeSet::new();
    for case in 0..4 * ROUND {
        let replay = twin.replay(case);
        let get = |name: &str| replay.values.iter().find(|v| v.0 == name).map(|v| v.1.clone());
        match replay.hypotheses {
            Hypotheses::EmptyGiven(given) => {
                named.insert(given);
                assert!(replay.looks.is_empty());
            }
            Hypotheses::Met => {
                let Some(Float::Real { value, .. }) = get("a") else { panic!("a") };
                assert!(value >= 0.5);
            }
            other => panic!("case {case}: {other:?}"),
        }
    }
    assert_eq!(named, BTreeSet::from([1, 3]));
}

#[test]
fn every_stratum_does_what_it_says() {
    let twin = Twin::new(&format!(
        r#"[given]
d = "int in 2..=4"
x = "real in (0, 1] log"
h = "spectrum(d, [0, 1])"
e = "spectrum(d, [0, 1])"
S = "symmetric(d, [0, 1])"
T = "symmetric(d, [0, 1])"
G = "gaussian(d, d)"
A = "matrix(d, d, sv in [0, 1])"
{CLAIM}"#
    ));
    let (mut ties, mut low, mut tiny, mut extreme, mut sizes) = (0, 0, 0, 0, BTreeMap::new());
    let mut cases = BTreeMap::new();
    twin.each(32 * ROUND, |_, _, case| {
        *cases.entry(case.stratum).or_insert(0) += 1;
        let n = whole(case, "d");
        let (s, t) = (value(case, "S"), value(case, "T"));
        match case.stratum {
            Stratum::Ties => ties += i32::from(value(case, "h").entries.windows(2).any(|p| p[0] == p[1])),
            Stratum::LowRank => low += i32::from(value(case, "A").rank() < n || s.rank() < n),
            Stratum::Aligned | Stratum::AntiAligned => {
                assert_eq!(s.times(&t), t.times(&s), "eigenbases are shared");
                if n == 2 && case.stratum == Stratum::Aligned {
                    // Same order: (S - S')(T - T') has no negative eigenvalue, so 2 tr ST >= tr S tr T.
                    let trace = |m: &Matrix| m.at(0, 0) + m.at(1, 1);
                    assert!(q(2, 1) * trace(&s.times(&t)) >= trace(&s) * trace(&t));
                }
                if n == 2 && case.stratum == Stratum::AntiAligned {
                    let trace = |m: &Matrix| m.at(0, 0) + m.at(1, 1);
                    assert!(q(2, 1) * trace(&s.times(&t)) <= trace(&s) * trace(&t));
                }
            }
            Stratum::TinyIntegers => {
                assert!(value(case, "G").entries.iter().all(|x| x.is_int() && x * x <= q(4, 1)));
                tiny += 1;
                *sizes.entry(n).or_insert(0) += 1;
            }
            Stratum::ExtremeScales => extreme += i32::from(real(case, "x") < q(1, 1 << 40)),
            Stratum::Plain | Stratum::Edges => {}
        }
    });
    assert_eq!(cases.len(), Stratum::ALL.len());
    let most = |count: i32, stratum| count * 2 > cases[&stratum];
    assert!(most(ties, Stratum::Ties) && most(low, Stratum::LowRank), "{ties} {low} of {cases:?}");
    assert!(extreme * 5 > cases[&Stratum::ExtremeScales], "{extreme} of {cases:?}");
    assert!(sizes[&2] > sizes[&4], "least dimensions first: {sizes:?} of {tiny}");
}
