//! Members of every sampler in all strata and values moved out of them; boundary cases; what stays open and is named.

use super::*;
use crate::arith::Backend;
use crate::case::evaluate::Evaluator;
use crate::case::point::Point;
use crate::claim::load::load;
use crate::claim::model::{ClaimId, Source};
use dashu_ratio::RBig;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const BITS: usize = 2048;

fn claim(text: &str) -> Claim {
    let text = format!("title = \"t\"\nat = \"x\"\n{text}");
    load(&text, Path::new("claims/p/c.toml"), ClaimId("p/c".into()), &|_| None).expect("it parses")
}

fn certifier(claim: &Claim) -> Certifier {
    Certifier::new(claim, 1 << 16).unwrap_or_else(|e| panic!("{}", e.render(100, false)))
}

/// Points of the random phase, whose ranges are none empty.
fn points(claim: &Claim, cases: std::ops::Range<u64>) -> Vec<Point> {
    let evaluator =
        Evaluator::new(claim, 1, Backend::Scalar, 1 << 16, None).expect("it is typed").expect("it is pointwise");
    cases.filter_map(|case| evaluator.point(case).expect("a plan")).collect()
}

fn q(text: &str) -> RBig {
    let (p, q) = text.split_once('/').unwrap_or((text, "1"));
    RBig::from_parts(p.parse().expect("an integer"), q.parse().expect("a natural number"))
}

fn matrix(rows: usize, entries: &[&str]) -> Exactly {
    let cols = entries.len().checked_div(rows).unwrap_or(0);
    Exactly::Matrix { rows, cols, entries: entries.iter().map(|x| q(x)).collect() }
}

fn real(text: &str) -> Exactly {
    Exactly::Rational(q(text))
}

fn decided(text: &str, values: &[Exactly]) -> Decision {
    let claim = claim(text);
    let values: Values = values.iter().cloned().enumerate().collect();
    certifier(&claim).decide(&values, 0, BITS).expect("values that fit")
}

fn is_violated(decision: &Decision) -> bool {
    matches!(decision, Decision::Violated(_))
}

fn is_held(decision: &Decision) -> bool {
    matches!(decision, Decision::Holds(_))
}

/// Samplers, each as the last given; how the last value is moved to be none of its values.
enum Move {
    /// Adds to the first entry.
    Add(&'static str),
    /// Adds to an entry above the diagonal, of matrices that have one.
    Skewed,
    /// Nothing is outside.
    Nothing,
}

const SAMPLERS: &[(&str, Move)] = &[
    (r#"x = "real in [1/3, sqrt(2)]""#, Move::Add("3")),
    (r#"x = "real in (exp(-1), 1] log""#, Move::Add("1")),
    (r#"x = "real in (0, 1/7] log""#, Move::Add("-1")),
    (r#"x = "real in (0, pi)""#, Move::Add("4")),
    (r#"x = "normal""#, Move::Nothing),
    (r#"x = "normal(pi, sqrt(n))""#, Move::Nothing),
    (r#"x = "choice(1, 2, n + 5)""#, Move::Add("-1/2")),
    (r#"x = "gaussian(n, m, 1/sqrt(n))""#, Move::Nothing),
    (r#"x = "vector(n, [-1, sqrt(2)])""#, Move::Add("4")),
    (r#"x = "vector(n, i: [i, i + 1/2))""#, Move::Add("1/2")),
    (r#"x = "spectrum(n, (0, 1])""#, Move::Add("2")),
    (r#"x = "spectrum(n, i: [i, i + 1])""#, Move::Add("2")),
    (r#"x = "symmetric(n, [0, 1])""#, Move::Add("3")),
    (r#"x = "symmetric(n, [0, 1])""#, Move::Skewed),
    (r#"x = "symmetric(n, (-sqrt(2), sqrt(3)))""#, Move::Add("4")),
    (r#"x = "symmetric(n, i: [i, i + 1/2])""#, Move::Add("10")),
    ("v = \"spectrum(n, [0, 1])\"\nx = \"symmetric(n, v)\"", Move::Add("1/97")),
    ("v = \"spectrum(n, [0, 1])\"\nx = \"symmetric(n, v)\"", Move::Skewed),
    (r#"x = "matrix(n, m, sv in [1/2, 1])""#, Move::Add("4")),
    (r#"x = "matrix(n, m, sv in [0, sqrt(2)])""#, Move::Add("4")),
    (r#"x = "matrix(n, n + 1, sv in (1/4, 1], rank 1)""#, Move::Add("4")),
    (r#"x = "matrix(n, m, sv in i: [1/i, 2/i])""#, Move::Add("9")),
    ("v = \"vector(min(n, m), [0, 1])\"\nx = \"matrix(n, m, sv = v)\"", Move::Add("1/97")),
    ("v = \"vector(1, [0, 1])\"\nx = \"matrix(n, m, sv = v, rank 1)\"", Move::Add("1/97")),
    (r#"x = "sphere(n)""#, Move::Add("1/97")),
    (r#"x = "orthogonal(n)""#, Move::Add("1/97")),
    (r#"x = "stiefel(n + 1, n)""#, Move::Add("1/97")),
    (r#"x = "skew(n)""#, Move::Add("1/97")),
    (r#"x = "permutation(n)""#, Move::Add("1/97")),
    ("S = \"symmetric(n, [0, 1])\"\nx = \"near(S, 1/3)\"", Move::Add("1")),
    ("S = \"symmetric(n, [0, 1])\"\nx = \"near(S, sqrt(2)/3)\"", Move::Skewed),
    ("A = \"gaussian(n, m)\"\nx = \"near(A, 1/3)\"", Move::Add("1")),
    ("a = \"normal\"\nx = \"near(a, sqrt(2))\"", Move::Add("3")),
    ("S = \"symmetric(n, [-1, 1])\"\nx = \"commuting(S)\"", Move::Skewed),
    ("A = \"gaussian(n, m)\"\nx = \"commuting(A*A')\"", Move::Skewed),
    ("S = \"symmetric(n, [0, 1])\"\nx = \"below(S)\"", Move::Add("2")),
    ("a = \"real in [0, 1]\"\nx = \"below(a)\"", Move::Add("2")),
    (r#"x = "operator(n, 1, 1/2)""#, Move::Add("5")),
    (r#"x = "operator(1, n, sqrt(2)/2)""#, Move::Add("5")),
    (r#"x = "int in n..=n + 2""#, Move::Add("7")),
];

fn sampled(given: &str) -> Claim {
    claim(&format!("[given]\nn = \"int in 1..=4\"\nm = \"int in 1..=3\"\n{given}\n[claim]\nc = \"n >= 1\"\n"))
}

#[test]
fn what_a_sampler_makes_in_any_stratum_is_one_of_its_values() {
    for (given, _) in SAMPLERS {
        let claim = sampled(given);
        let certifier = certifier(&claim);
        for (case, point) in points(&claim, 0..256).iter().enumerate().step_by(3) {
            let settled =
                certifier.values(point, &Values::new()).unwrap_or_else(|e| panic!("{given}, case {case}: {e}"));
            let decision = certifier.decide(&settled.values, 0, BITS).expect("they fit");
            assert!(is_held(&decision), "{given}, case {case}: {decision:?} of {:?}", settled.values);
        }
    }
}

#[test]
fn a_value_that_is_moved_out_of_its_sampler_is_outside() {
    for (given, by) in SAMPLERS {
        let claim = sampled(given);
        let certifier = certifier(&claim);
        let last = claim.givens.len() - 1;
        let mut moved = 0;
        for (case, point) in points(&claim, 0..128).iter().enumerate().step_by(5) {
            let mut values = certifier.values(point, &Values::new()).expect("exact values").values;
            let value = values.get_mut(&last).expect("a sampled given");
            match (by, value) {
                (Move::Add(x), Exactly::Rational(value)) => *value += q(x),
                (Move::Add(x), value @ Exactly::Int(_)) if x.contains('/') => *value = real(x),
                (Move::Add(x), Exactly::Int(value)) => *value += x.parse::<i64>().expect("whole"),
                (Move::Add(x), Exactly::Matrix { entries, .. }) if !entries.is_empty() => entries[0] += q(x),
                (Move::Skewed, Exactly::Matrix { cols, entries, .. }) if *cols > 1 => entries[1] += q("1/97"),
                _ => continue,
            }
            moved += 1;
            match certifier.decide(&values, 0, BITS) {
                Ok(decision) => {
                    assert_eq!(decision, Decision::Outside(Part::Given(last)), "{given}, case {case}: {values:?}");
                }
                // An integer choice set to a fraction.
                Err(error) => assert!(matches!(error, CertifyError::Kind { .. }), "{given}: {error}"),
            }
        }
        assert!(matches!(by, Move::Nothing) || moved > 10, "{given}: only {moved} were moved");
    }
}

#[test]
fn a_case_has_the_draws_of_the_program_that_samples() {
    for (given, _) in SAMPLERS {
        let claim = sampled(given);
        let evaluator = Evaluator::new(&claim, 1, Backend::Scalar, 1 << 16, None).expect("typed").expect("pointwise");
        let blocks = |program: &Program| -> Vec<_> {
            program.samples.blocks.iter().map(|block| (block.id, block.given, block.role)).collect()
        };
        let certifier = certifier(&claim);
        assert_eq!(blocks(evaluator.program()), blocks(certifier.program()), "{given}");
    }
}

#[test]
fn exact_values_are_near_those_that_are_sampled() {
    // The trace of what is sampled, in rationals and in floating point.
    let text = r#"
[given]
n = "int in 2..=4"
a = "real in [1/3, sqrt(2)]"
S = "symmetric(n, [-a, a])"
[claim]
c = "tr(S) + a <= 0"
[margin]
unit = "1"
"#;
    let claim = claim(text);
    let evaluator = Evaluator::new(&claim, 1, Backend::Scalar, 1 << 16, None).expect("typed").expect("pointwise");
    let certifier = certifier(&claim);
    let points = points(&claim, 0..256);
    let evaluations = evaluator.evaluate(&points).expect("a plan");
    for (point, evaluation) in points.iter().zip(&evaluations) {
        let values = certifier.values(point, &Values::new()).expect("exact values").values;
        let margin = match certifier.decide(&values, 0, BITS).expect("they fit") {
            Decision::Violated(c) | Decision::Holds(c) => c.margin.to_f64(),
            other => panic!("{other:?}"),
        };
        assert!((margin - evaluation.looks[0].margin).abs() < 1e-12, "{margin} and {:?}", evaluation.looks[0]);
    }
}

#[test]
fn contact_is_decided_on_the_right_side() {
    let order = |claim: &str| format!("[given]\nS = \"symmetric(2, [0, 2])\"\n[claim]\nc = \"{claim}\"\n");
    let eye = matrix(2, &["1", "0", "0", "1"]);
    assert!(is_held(&decided(&order("S <= I"), std::slice::from_ref(&eye))));
    assert!(is_violated(&decided(&order("S < I"), std::slice::from_ref(&eye))));
    assert!(is_held(&decided(&order("tr(S) == 2"), std::slice::from_ref(&eye))));
    let singular = matrix(2, &["1", "1", "1", "1"]);
    assert!(is_held(&decided(&order("zeros(2, 2) <= S"), std::slice::from_ref(&singular))));
    assert!(is_violated(&decided(&order("zeros(2, 2) < S"), &[singular])));
    let number = |claim: &str| format!("[given]\nx = \"real in [0, 1]\"\n[claim]\nc = \"{claim}\"\n");
    assert!(is_violated(&decided(&number("x < x"), &[real("1/3")])));
    assert!(is_held(&decided(&number("x <= x"), &[real("1/3")])));
    assert!(is_violated(&decided(&number("exp(x) <= 1 + x"), &[real("1/1000000000000000000000000")])));
}

#[test]
fn ends_belong_to_an_interval_or_not() {
    let number = |interval: &str| format!("[given]\nx = \"real in {interval}\"\n[claim]\nc = \"0 <= 1\"\n");
    let outside = Decision::Outside(Part::Given(0));
    assert!(is_held(&decided(&number("[0, 1]"), &[real("1")])));
    assert_eq!(decided(&number("[0, 1)"), &[real("1")]), outside);
    assert_eq!(decided(&number("(0, 1]"), &[real("0")]), outside);
    let spectrum = |interval: &str| format!("[given]\nS = \"symmetric(2, {interval})\"\n[claim]\nc = \"0 <= 1\"\n");
    let singular = matrix(2, &["1", "1", "1", "1"]);
    assert!(is_held(&decided(&spectrum("[0, 2]"), std::slice::from_ref(&singular))));
    assert_eq!(decided(&spectrum("(0, 2]"), std::slice::from_ref(&singular)), outside);
    assert_eq!(decided(&spectrum("[0, 2)"), &[singular]), outside);
}

#[test]
fn an_irrational_end_is_replaced_by_a_rational_inside_and_said_to_be() {
    let claim = claim(
        "[given]\nx = \"real in [0, sqrt(2)]\"\ny = \"real in [0, x]\"\n[claim]\nc = \"x^2 < 2\"\ntight = \"x^2 < 2 - 1/10^30\"\n",
    );
    let certifier = certifier(&claim);
    let point = Point { ints: BTreeMap::new(), draws: vec![1.0, 1.0] };
    let settled = certifier.values(&point, &Values::new()).expect("exact values");
    assert_eq!(settled.inside, [0]);
    assert_eq!(settled.values[&0], settled.values[&1]);
    assert!(is_held(&certifier.decide(&settled.values, 0, BITS).expect("they fit")));
    // Inside, but not by more than the enclosure is wide.
    assert!(is_violated(&certifier.decide(&settled.values, 1, BITS).expect("they fit")));
}

#[test]
fn later_givens_follow_from_those_that_are_set() {
    let claim = claim(
        "[given]\nn = \"int in 1..=3\"\nx = \"real in [0, 1]\"\ny = \"real in [x, 2*x]\"\n[claim]\nc = \"y <= 2\"\n",
    );
    let certifier = certifier(&claim);
    let n = certifier.program().samples.ints[0].id;
    // The integer's own draw is there too.
    let point = Point { ints: BTreeMap::from([(n, 2)]), draws: vec![0.5, 0.25, 0.5] };
    let fixed = Values::from([(1, real("1/3"))]);
    let structural = certifier.program().structural.contains(&n);
    let values = certifier.values(&point, &fixed).expect("exact values").values;
    assert_eq!(values[&2], real("1/2"));
    assert!(!structural);
    let other = Values::from([(0, Exactly::Int(3))]);
    assert!(matches!(certifier.values(&point, &other), Err(CertifyError::Kind { .. })));
}

#[test]
fn values_of_the_wrong_kind_or_shape_are_an_error() {
    let claim = claim(
        "[given]\nn = \"int in 1..=3\"\nk = \"choice(1, 2)\"\nS = \"symmetric(n, [0, 1])\"\n[claim]\nc = \"tr(S) <= k + 3\"\n",
    );
    let certifier = certifier(&claim);
    let eye = matrix(2, &["1", "0", "0", "1"]);
    let decide = |n: Exactly, k: Exactly, s: Exactly| {
        certifier.decide(&Values::from([(0, n), (1, k), (2, s)]), 0, BITS).map_err(|e| e.to_string())
    };
    assert!(decide(Exactly::Int(2), Exactly::Int(1), eye.clone()).is_ok_and(|d| is_held(&d)));
    let refused = |result: Result<Decision, String>, part: &str| {
        let error = result.expect_err("refused");
        assert!(error.contains(part), "{error}");
    };
    refused(decide(real("2"), Exactly::Int(1), eye.clone()), "`n` is not an integer");
    refused(decide(Exactly::Int(3), Exactly::Int(1), eye.clone()), "`S` is not 3×3");
    refused(decide(Exactly::Int(2), real("1/2"), eye.clone()), "`k` is not an integer");
    refused(decide(Exactly::Int(2), eye.clone(), eye.clone()), "`k` is not a number");
    refused(decide(Exactly::Int(2), Exactly::Int(1), Exactly::Int(1)), "`S` is not a matrix");
    let ragged = Exactly::Matrix { rows: 2, cols: 2, entries: vec![RBig::ONE; 3] };
    refused(decide(Exactly::Int(2), Exactly::Int(1), ragged), "`S` is not 2×2");
    refused(decide(Exactly::Int(-1), Exactly::Int(1), eye.clone()), "-1");
    refused(decide(Exactly::Int(i64::MAX), Exactly::Int(1), eye.clone()), "");
    assert_eq!(
        decide(Exactly::Int(2), Exactly::Int(3), eye.clone()),
        Ok(Decision::Outside(Part::Given(1))),
        "not one of the choices"
    );
    let missing = certifier.decide(&Values::from([(0, Exactly::Int(2))]), 0, BITS);
    assert_eq!(missing, Err(CertifyError::Missing("k".into())));
    assert_eq!(certifier.decide(&Values::new(), 7, BITS), Err(CertifyError::NoPredicate));
}

#[test]
fn the_part_that_fails_or_stays_open_is_named() {
    let text = r#"
[given]
x = "real in [0, 10]"
[assume]
small = "x <= 8"
odd = "sqrt(x)^2 == x or x < 1"
[claim]
c = "x >= 1 => x >= 2 => 1/(x - 3) <= 5"
root = "sqrt(x)*sqrt(x) <= x"
"#;
    let claim = claim(text);
    let certifier = certifier(&claim);
    let decide = |x: &str, i: usize| certifier.decide(&Values::from([(0, real(x))]), i, 256).expect("it fits");
    assert_eq!(decide("11", 0), Decision::Outside(Part::Given(0)));
    assert_eq!(decide("9", 0), Decision::Outside(Part::Assume(0)));
    assert_eq!(decide("7", 0), Decision::Undecided(Part::Assume(1)));
    assert_eq!(decide("1/2", 0), Decision::OutOfBranch);
    assert_eq!(decide("1", 0), Decision::OutOfBranch);
    assert!(is_held(&decide("4", 0)));
    assert!(is_violated(&decide("841/256", 0)) || is_held(&decide("841/256", 0)));
    // A false hypothesis counts before one that is open.
    assert_eq!(decide("83/10", 0), Decision::Outside(Part::Assume(0)));
    assert_eq!(certifier.name_of(Part::Assume(1)), "odd");
    assert_eq!(certifier.name_of(Part::Given(0)), "x");
}

#[test]
fn what_is_undefined_neither_refutes_nor_supports() {
    let number = |claim: &str| format!("[given]\nx = \"real in [-1, 1]\"\n[claim]\nc = \"{claim}\"\n");
    assert_eq!(decided(&number("1/x <= 5"), &[real("0")]), Decision::Undefined);
    assert_eq!(decided(&number("log(x) <= 5"), &[real("-1")]), Decision::Undefined);
    let unit = |claim: &str| format!("{}[margin]\nunit = \"x\"\n", number(claim));
    assert_eq!(decided(&unit("x + 1 < 0"), &[real("0")]), Decision::Undefined);
    // Nothing over nothing is nothing.
    assert!(is_violated(&decided(&unit("x < 0"), &[real("0")])));
    assert_eq!(decided(&unit("x + 1 >= 0"), &[real("0")]), Decision::Undefined);
    assert!(is_held(&decided(&unit("x + 1 >= 0"), &[real("1/2")])));
    // Nothing over nothing supports nothing either.
    assert_eq!(decided(&unit("x <= 2*x"), &[real("0")]), Decision::Undefined);
}

#[test]
fn statements_about_nothing_hold_by_a_margin_of_one() {
    let text =
        "[given]\nn = \"int in 0..=2\"\nS = \"symmetric(n, [0, 1])\"\n[claim]\nc = \"S < I\"\n[margin]\nunit = \"1\"\n";
    match decided(text, &[Exactly::Int(0), Exactly::Matrix { rows: 0, cols: 0, entries: Vec::new() }]) {
        Decision::Holds(certificate) => assert_eq!(certificate.margin.lo, RBig::ONE),
        other => panic!("{other:?}"),
    }
}

#[test]
fn sizes_far_outside_floating_point_are_no_matter() {
    let text = |claim: &str| {
        format!("[given]\nx = \"real in [0, 1e200]\"\ny = \"real in [0, x]\"\n[claim]\nc = \"{claim}\"\n")
    };
    let tiny = Exactly::Rational(RBig::ONE / RBig::from(dashu_int::UBig::from(10u8).pow(150)));
    let huge = Exactly::Rational(RBig::from(dashu_int::UBig::from(10u8).pow(150)));
    let pair = [huge, tiny];
    assert!(is_held(&decided(&text("y^3 < x^3"), &pair)));
    assert!(is_violated(&decided(&text("y*x < 1"), &pair)));
    assert!(is_violated(&decided(&text("exp(y) <= 1"), &pair)));
    assert!(is_held(&decided(&text("sqrt(x^2 + y) > x"), &pair)));
}

#[test]
fn sides_and_margin_enclose_what_they_say() {
    let text = "[given]\nx = \"real in [1, 2]\"\n[claim]\nc = \"exp(x) <= 2*x\"\n[margin]\nunit = \"1\"\n";
    let Decision::Violated(certificate) = decided(text, &[real("1")]) else { panic!("it is false") };
    let Sides { relation, left, right } = certificate.sides.expect("one comparison");
    assert_eq!(relation, Relation::LessEqual);
    assert!(left.lo < left.hi && (left.to_f64() - std::f64::consts::E).abs() < 1e-15);
    assert!(right.is_exact() && right.lo == q("2"));
    assert!((certificate.margin.to_f64() - (2.0 - std::f64::consts::E)).abs() < 1e-15);
    assert!(certificate.margin.hi < RBig::ZERO);
}

#[test]
fn a_law_of_scaling_is_typed_and_not_decided() {
    let values = Values::from([(0, real("1"))]);
    let slope = "[given]\nn = \"int in 1..=8\"\nx = \"real in [1, 2]\"\n[scaling]\nsweep = { n = \"int [2, 8] 4\" }\n\
                 fit = \"log(x*n) ~ log(n)\"\nslope = \">= 0 within 1/10\"\n";
    assert_eq!(certifier(&claim(slope)).decide(&values, 0, BITS), Err(CertifyError::NoPredicate));
}

/// What is decided of the only predicate of a run from `x`.
fn decided_run(tables: &str, x: &str) -> Decision {
    let text = format!(
        "[given]\nx = \"real in [0, 4]\"\n[trajectory]\nstate = {{ y = \"x\" }}\nstep = {{ y = \"y/2 + y^2/8\" }}\nsteps = \"40\"\n{tables}"
    );
    certifier(&claim(&text)).decide(&Values::from([(0, real(x))]), 0, BITS).expect("it is decided")
}

#[test]
fn a_predicate_along_a_path_is_decided_at_every_look() {
    let always = |predicate: &str| format!("[trajectory.always]\nc = \"{predicate}\"\n");
    // y = 4 is fixed and repels; from 2 the run goes to 0: 2, 3/2, 33/32, ..
    assert!(is_held(&decided_run(&always("y <= 2"), "2")));
    assert!(is_held(&decided_run(&always("y >= prev(y)"), "4")));
    let Decision::Violated(certificate) = decided_run(&always("y > 1"), "2") else { panic!("it is false") };
    assert_eq!(certificate.at, Some(3));
    assert!(certificate.margin.hi < RBig::ZERO);
    assert!(is_held(&decided_run("[trajectory.finally]\nc = \"y <= 1/10^9\"\n", "2")));
    // In the exact run nothing is 0.
    assert!(is_violated(&decided_run("[trajectory.finally]\nc = \"y == 0\"\n", "2")));
}

#[test]
fn a_path_is_followed_only_as_far_as_its_hypotheses_are_proved() {
    let tables = |assume: &str, predicate: &str| {
        format!("[trajectory.assume]\na = \"{assume}\"\n[trajectory.always]\nc = \"{predicate}\"\n")
    };
    // y falls below 1 at step 3 and below 1/2 at step 4.
    assert!(is_violated(&decided_run(&tables("y > 1/2", "y > 1"), "2")));
    assert!(is_held(&decided_run(&tables("y > 1", "y > 1"), "2")));
    assert_eq!(decided_run(&tables("y > 3", "y > 1"), "2"), Decision::OutOfBranch);
    // sqrt(2)^2 = 2 is never told from 2.
    let open = decided_run(&tables("sqrt(2)^2*y <= 4", "y > 1"), "2");
    assert_eq!(open, Decision::Undecided(Part::Path(0)));
}

#[test]
fn an_end_and_a_first_time_are_taken_only_where_they_are_certain() {
    let until = |until: &str| format!("until = \"{until}\"\n[trajectory.finally]\nc = \"y > 1\"\n");
    assert!(is_held(&decided_run(&until("y <= 3/2"), "2")), "it ends at step 1");
    assert!(is_violated(&decided_run(&until("y < 1"), "2")));
    assert_eq!(decided_run(&until("sqrt(2)^2*y < 4"), "2"), Decision::Undecided(Part::Until));
    let first = |first: &str, claim: &str| {
        format!("[trajectory.first]\nT0 = \"{first}\"\n[trajectory.always]\nc = \"{claim}\"\n")
    };
    assert!(is_held(&decided_run(&first("y < 1", "t >= T0 => y < 1"), "2")));
    assert!(is_violated(&decided_run(&first("y < 1", "t >= T0 => y < 1/2"), "2")));
    assert_eq!(decided_run(&first("sqrt(2)^2*y < 4", "t >= T0 => y < 1"), "2"), Decision::Undecided(Part::First(0)));
}

#[test]
fn a_loop_too_long_for_rationals_is_refused() {
    let text = "[given]\nn = \"int in 1..=100000000\"\n[claim]\nc = \"sum(i in 1..=n: 1/i) <= 100\"\n";
    let claim = claim(text);
    let refused = certifier(&claim).decide(&Values::from([(0, Exactly::Int(50_000_000))]), 0, BITS);
    assert!(matches!(refused, Err(CertifyError::Plan(PlanError::TooMuchWork { .. }))), "{refused:?}");
}

fn shipped(name: &str) -> Claim {
    let path = PathBuf::from(format!("{}/claims/{name}.toml", env!("CARGO_MANIFEST_DIR")));
    let text = std::fs::read_to_string(&path).expect("a shipped claim");
    let setting = |name: &str| {
        let path = path.parent()?.join("settings").join(name).with_extension("toml");
        let text = std::fs::read_to_string(&path).ok()?;
        Some(Arc::new(Source { path, text: text.into() }))
    };
    load(&text, &path, ClaimId(name.into()), &setting).expect("it parses")
}

#[test]
fn cases_of_lemma_3_2_in_all_strata_hold() {
    let claim = shipped("ye-du-2021/lemma-3.2");
    let certifier = certifier(&claim);
    for point in points(&claim, 0..128).iter().step_by(3) {
        let values = certifier.values(point, &Values::new()).expect("exact values").values;
        let decision = certifier.decide(&values, 0, 256).expect("they fit");
        assert!(is_held(&decision), "{decision:?} of {values:?}");
    }
}

#[test]
fn the_worst_cases_of_a_false_claim_are_violated_and_none_of_its_correction() {
    for (name, holds) in [("ye-du-2021/eq-12", false), ("ye-du-2021/eq-12-corrected", true)] {
        let claim = shipped(name);
        let certifier = certifier(&claim);
        let evaluator = Evaluator::new(&claim, 1, Backend::Scalar, 1 << 16, None).expect("typed").expect("pointwise");
        let points = points(&claim, 0..512);
        let evaluations = evaluator.evaluate(&points).expect("a plan");
        let margin = |i: usize| evaluations[i].looks.first().map_or(f64::NAN, |look| look.margin);
        let mut order: Vec<usize> = (0..points.len()).filter(|i| !margin(*i).is_nan()).collect();
        order.sort_by(|a, b| margin(*a).total_cmp(&margin(*b)));
        for i in order.into_iter().take(8) {
            let values = certifier.values(&points[i], &Values::new()).expect("exact values").values;
            let decision = certifier.decide(&values, 0, BITS).expect("they fit");
            assert!(if holds { !is_violated(&decision) } else { is_violated(&decision) }, "{name}: {decision:?}");
        }
    }
}

#[test]
fn a_normal_number_that_does_not_vary_is_none() {
    let text = "[given]\ns = \"real in [0, 1]\"\nx = \"normal(0, s)\"\n[claim]\nc = \"x <= 1\"\n";
    let values =
        |s: i64, x: i64| Values::from([(0, Exactly::Rational(RBig::from(s))), (1, Exactly::Rational(RBig::from(x)))]);
    let claim = claim(text);
    let certifier = certifier(&claim);
    let decide = |s, x| certifier.decide(&values(s, x), 0, BITS).expect("they fit");
    assert!(is_violated(&decide(1, 2)));
    assert_eq!(decide(0, 2), Decision::Outside(Part::Given(1)));
}
