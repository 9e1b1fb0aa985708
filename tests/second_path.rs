//! An independent check of counterexamples, and of what the crate computes: `second` evaluates claims in rational intervals from their
//! syntax trees, with an eigenvalue argument of its own.

mod second;

use dashu_ratio::RBig;
use second::evaluate::{Scope, Value, compared, equal_matrices};
use second::files::{self, Witness, claim};
use second::judge::{Values, hypotheses, refuted, scope, truth, truths};
use second::matrix::Matrix;
use second::rational::Rational;
use second::spectra;
use second::values::{Interval, Stop, two};
use serde_json::{Value as Json, json};
use std::path::Path;
use theoremcheck::arith::Backend;
use theoremcheck::check::record::{Fate, Hypotheses};
use theoremcheck::check::{CheckOptions, Checker, Replay, Value as Computed};
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::{Claim, ClaimId, Expect, Named, Trajectory, Verdict};
use theoremcheck::lang::ast::{Comparison, Expr, ExprKind, Sampler};

/// Counterexamples by hand, most of them from the claims' notes: claim, predicate, values.
fn by_hand() -> Vec<(&'static str, &'static str, Json)> {
    let none = json!({ "rows": 0, "cols": 1 });
    let eq_31 = json!({ "d": 1, "scale": "2", "Sbar": ["0"], "Stilde": ["1"], "Sigma": ["2"], "eta": "1" });
    let step = json!({ "d": 1, "mc": 0, "nc": 1, "sigma1": "1", "sigma_d": "1", "Sigma": ["1"], "A": ["1"], "B": ["1"],
        "J": none, "K": ["1"], "eta": "1" });
    let q = json!({ "d": 2, "L": "4", "sig": ["4", "4"], "P": [["-1", "0"], ["0", "-1"]],
        "B": [["1/4", "0"], ["0", "1/4"]], "O": [["0", "-1"], ["1", "0"]] });
    let gram = |turn: i64| {
        json!({ "d": 1, "mc": 0, "nc": 0, "top": "1", "r": ["1"], "W": ["1"], "c": "1", "e_b": "2", "epsilon": "1/2",
            "rho": "1", "w": ["1"], "turn": turn, "J": none, "K": none })
    };
    // A first row of squared norm 121/100, and a second with as much of it as the invariants allow.
    let phase_3 = json!({ "r": 1, "q": 1, "e": 1, "L": "1", "sig": ["1"], "s": ["11/10"], "alpha": "1/16", "eta": "1/1000",
        "l": ["1/16"], "w": ["1"], "W": ["1"], "side": 0, "tau": "1/16", "g": ["1"], "mix": "0", "h": ["0"],
        "Q": [["1", "0"], ["0", "1"]] });
    vec![
        ("xiong-ding-du-2024/eq-b.66", "b_66", phase_3.clone()),
        ("xiong-ding-du-2024/eq-b.67", "b_67", phase_3.clone()),
        ("xiong-ding-du-2024/sec-b.4-row", "second", phase_3),
        (
            "ye-du-2021/app-e-final",
            "final",
            json!({ "T": 2, "d": 1, "c": "1", "eps": "1", "p": "1/2", "q": "1/2", "b0": "0", "bT": "5/4" }),
        ),
        ("ye-du-2021/app-f-q", "printed", q.clone()),
        ("ye-du-2021/app-f-q", "q", q),
        (
            "ye-du-2021/app-f-uv-upper",
            "upper_bound",
            json!({ "d": 1, "L": "1", "sig": ["1"], "P": ["0"], "B": ["-3/4"], "O": ["1"] }),
        ),
        ("ye-du-2021/eq-12", "update", step.clone()),
        (
            "ye-du-2021/eq-19-first",
            "growth",
            json!({ "d": 1, "mc": 1, "nc": 0, "r1": "1", "r": ["1"], "W": ["11/8"], "c": "1", "e_b": "2", "eps": "1/2",
                "x": ["1"], "b": "1/8", "J": ["1/2"], "K": none, "eta": "1/16" }),
        ),
        ("ye-du-2021/eq-22-equality", "expansion", step),
        ("ye-du-2021/eq-31-first", "first", eq_31.clone()),
        ("ye-du-2021/eq-31-second", "second", eq_31.clone()),
        ("ye-du-2021/eq-31-third", "third", eq_31),
        (
            "ye-du-2021/eq-4-arxiv",
            "u",
            json!({ "d": 1, "mc": 0, "nc": 0, "eta": "1", "sig": ["1"], "Phi": ["1"], "Psi": ["-1"], "U": ["1"], "V": ["1"] }),
        ),
        (
            "ye-du-2021/lemma-3.3-drop",
            "drop",
            json!({ "sigma1": "1", "sigma_d": "1", "p": "-1/4", "beta": "1/2", "eta": "1/16" }),
        ),
        (
            "ye-du-2021/lemma-3.3-second",
            "bound",
            json!({ "d": 2, "sigma1": "1", "sigma_d": "1/5", "Sigma": [["1", "0"], ["0", "1/5"]], "v": ["0", "-1"],
                "P": [["-1", "0"], ["0", "0"]], "beta": "15/16", "eta": "15/128" }),
        ),
        (
            "ye-du-2021/sec-2.1-pl",
            "pl",
            json!({ "d": 1, "mc": 1, "nc": 0, "sigma1": "1", "sigma_d": "1", "Sigma": ["1", "0"], "c_max": "1", "side": 1,
                "U": ["0", "1"], "V": ["0"] }),
        ),
        ("ye-du-2021/sec-3.2.2-gram", "u_upper", gram(1)),
        ("ye-du-2021/sec-3.2.2-gram", "v_upper", gram(-1)),
        (
            "ye-du-2021/sec-3.2.5-flow",
            "form",
            json!({ "d": 1, "sigma1": "1", "sigma_d": "1", "Sigma": ["1"], "A": ["1"], "B": ["1"] }),
        ),
        (
            "ye-du-2021/sec-3.2.5-flow-bound",
            "bound",
            json!({ "d": 1, "r1": "1", "r": ["1"], "W": ["5/4"], "B": ["1/4"] }),
        ),
        (
            "ye-du-2021/summary-split",
            "split",
            json!({ "d": 1, "mc": 1, "nc": 0, "sigma1": "1", "sigma_d": "1", "Sigma": ["1"], "U": ["0"], "V": ["1"],
                "J": ["1"], "K": none }),
        ),
    ]
}

/// The predicates that a claim expects with such a verdict.
fn expected(claim: &Claim, verdicts: &[Verdict]) -> Vec<String> {
    match &claim.expect {
        Expect::Held => Vec::new(),
        Expect::All(verdict) if verdicts.contains(verdict) => claim.predicates().map(str::to_owned).collect(),
        Expect::All(_) => Vec::new(),
        Expect::Each(each) => each.iter().filter(|e| verdicts.contains(&e.1)).map(|e| e.0.clone()).collect(),
    }
}

#[test]
fn every_stored_witness_refutes_its_predicate() {
    for id in files::witnessed() {
        let claim = claim(&id);
        let witnesses = files::witnesses(&id).unwrap_or_else(|e| panic!("{id}: {e}"));
        // A flow has no second path: its solutions are enclosed by the crate alone.
        let along = |predicate: &str| {
            claim.flow.as_ref().is_some_and(|flow| flow.always.iter().chain(&flow.finally).any(|p| p.name == predicate))
        };
        for Witness { predicate, values } in witnesses.into_iter().filter(|w| !along(&w.predicate)) {
            refuted(&claim, &values, &predicate).unwrap_or_else(|e| panic!("{id}, {predicate}: {e}"));
        }
    }
}

/// Constants that an exact change of scale refutes: no case does it alone.
const BY_SCALE: [&str; 3] =
    ["jiang-chen-ding-2022/thm-4.1-stepsize", "xiong-ding-du-2024/eq-d.7", "ye-du-2021/summary-bound-2"];

#[test]
fn every_predicate_that_is_expected_to_be_refuted_has_a_witness() {
    for id in files::claims() {
        // A trial that refutes a sure event is not stored: any run finds one.
        if claim(&id).probability.is_some() || BY_SCALE.contains(&id.as_str()) {
            continue;
        }
        let wanted = expected(&claim(&id), &[Verdict::Refuted]);
        let stored =
            if wanted.is_empty() { Vec::new() } else { files::witnesses(&id).unwrap_or_else(|e| panic!("{id}: {e}")) };
        for predicate in wanted {
            assert!(stored.iter().any(|w| w.predicate == predicate), "{id}: no witness against {predicate}");
        }
    }
}

#[test]
fn the_counterexamples_by_hand_refute_their_claims_and_none_of_the_first_paper_is_left_out() {
    let by_hand = by_hand();
    for (id, predicate, values) in &by_hand {
        let values = files::values(values).unwrap_or_else(|e| panic!("{id}: {e}"));
        refuted(&claim(id), &values, predicate).unwrap_or_else(|e| panic!("{id}, {predicate}: {e}"));
    }
    // Of the paper they were found for, all but the constants; of the others the stored ones stand for themselves.
    for id in files::claims().into_iter().filter(|id| id.starts_with("ye-du-2021/")) {
        if claim(&id).constant.is_some() {
            continue;
        }
        for predicate in expected(&claim(&id), &[Verdict::Refuted, Verdict::Suspect]) {
            let found = by_hand.iter().any(|(claim, of, _)| *claim == id && *of == predicate);
            assert!(found, "{id}, {predicate}: nothing by hand");
        }
    }
}

/// What the second path says of a counterexample by hand in which some values are others.
fn changed(id: &str, predicate: &str, changes: &[(&str, Json)]) -> Result<(), String> {
    let (.., mut values) = by_hand().into_iter().find(|(claim, of, _)| *claim == id && *of == predicate).expect("one");
    for (name, value) in changes {
        values[*name] = value.clone();
    }
    refuted(&claim(id), &files::values(&values)?, predicate)
}

#[test]
fn a_counterexample_with_one_value_changed_is_not_accepted() {
    for (id, predicate, name, value, why) in [
        // No counterexample any more.
        ("eq-31-second", "second", "Stilde", json!(["0"]), "Ok(true)"),
        ("lemma-3.3-drop", "drop", "p", json!("0"), "Ok(true)"),
        ("lemma-3.3-drop", "drop", "beta", json!("0"), "given `beta`"),
        ("app-f-q", "q", "O", json!([["1", "0"], ["0", "1"]]), "Ok(true)"),
        ("app-e-final", "final", "bT", json!("1"), "Ok(true)"),
        ("sec-2.1-pl", "pl", "V", json!(["1"]), "Ok(true)"),
        // No value of its given: past an end by a little, open ends, shapes, symmetry, spectra, orthogonality.
        ("lemma-3.3-drop", "drop", "eta", json!("1000001/16000000"), "given `eta`"),
        ("app-f-uv-upper", "upper_bound", "B", json!(["-867/1000"]), "given `B`"),
        ("app-f-uv-upper", "upper_bound", "L", json!("9"), "given `L`"),
        ("app-f-uv-upper", "upper_bound", "O", json!(["2"]), "given `O`"),
        ("app-f-q", "q", "P", json!([["-1", "0"], ["1/100", "-1"]]), "given `P`"),
        ("app-f-q", "q", "P", json!([["-1", "1/100"], ["1/100", "-1"]]), "given `P`"),
        ("app-f-q", "q", "O", json!([["0", "-1"], ["1", "1/1000000"]]), "given `O`"),
        ("app-f-q", "q", "sig", json!(["15/4", "4"]), "given `sig`"),
        ("lemma-3.3-second", "bound", "v", json!(["0", "-999/1000"]), "given `P`"),
        ("lemma-3.3-second", "bound", "d", json!(3), "given `Sigma`"),
        ("summary-split", "split", "J", json!({ "rows": 0, "cols": 1 }), "given `J`"),
        ("sec-2.1-pl", "pl", "side", json!(2), "given `side`"),
        ("sec-2.1-pl", "pl", "U", json!(["0", "99/100"]), "given `U`"),
        ("eq-19-first", "growth", "x", json!(["1/2"]), "given `x`"),
        ("eq-31-first", "first", "d", json!("3/2"), "given `d`"),
        ("eq-31-first", "first", "d", json!(5), "given `d`"),
        // What follows from others has no value of its own, and nothing is made up.
        ("eq-12", "update", "P", json!(["1"]), "no sampled given"),
        // Another predicate of the claim.
        ("sec-3.2.2-gram", "u_upper", "turn", json!(-1), "Ok(true)"),
    ] {
        let id = format!("ye-du-2021/{id}");
        let found = changed(&id, predicate, &[(name, value)]);
        let said = found.expect_err(&format!("{id} with another {name}"));
        assert!(said.contains(why), "{id} with another {name}: {said}");
    }
    let said = changed("xiong-ding-du-2024/eq-b.66", "b_66", &[("mix", json!("1/2")), ("tau", json!("0"))]);
    assert!(said.is_err_and(|e| e.contains("Ok(true)")), "without angles");
}

#[test]
fn a_witness_file_is_read_by_its_format_alone() {
    let entry = json!({ "predicate": "p", "values": { "d": 1, "x": "-1/3", "S": [["1", "0"], ["0", "1"]] } });
    let file = json!({ "format": 1, "claim": "p/c", "refuted": [entry] });
    let read = files::parse("p/c", &file).expect("a witness");
    assert_eq!(read[0].values["x"], Value::Number(Interval::from(ratio(-1, 3)).into()));
    assert!(files::parse("p/d", &file).is_err());
    for bad in [json!(0.5), json!("1/0"), json!("x"), json!([["1"], ["1", "2"]]), json!(null), json!([]), json!("0.5")]
    {
        assert!(files::values(&json!({ "x": bad })).is_err(), "{bad}");
    }
}

fn ratio(p: i64, q: u64) -> Rational {
    Rational::new(p, q)
}

fn integers(n: usize, entries: &[i64]) -> Matrix {
    Matrix::exact(n, n, &entries.iter().map(|x| Rational::from(*x)).collect::<Vec<_>>())
}

/// Within `2^-130`, and at the place.
fn near(x: &Interval, decimal: f64) -> bool {
    let far = |end: &Rational| (end.to_f64() - decimal).abs() <= 1e-15 * decimal.abs();
    x.lo <= x.hi && x.radius() <= two(-130) && far(&x.lo) && far(&x.hi)
}

#[test]
fn functions_of_a_real_enclose_known_values() {
    use std::f64::consts::{E, FRAC_PI_3, LN_2, PI, SQRT_2};
    let x = |p, q| Interval::from(ratio(p, q));
    for (name, found, decimal) in [
        ("sqrt 2", x(2, 1).sqrt(), SQRT_2),
        ("exp 1", x(1, 1).exp(), E),
        ("exp -30", x(-30, 1).exp(), 9.357_622_968_840_174e-14),
        ("log 2", x(2, 1).log(), LN_2),
        ("log 1e-6", x(1, 1_000_000).log(), -13.815_510_557_964_274),
        ("log 4097/4096", x(4097, 4096).log(), (1.0_f64 / 4096.0).ln_1p()),
        ("sin 1", x(1, 1).sin(), 0.841_470_984_807_896_5),
        ("cos 20", x(20, 1).cos(), 0.408_082_061_813_392),
        ("pi", Ok(Interval::pi()), PI),
        ("atan -7", x(-7, 1).atan(), -1.428_899_272_190_732_7),
        ("asin sqrt(3)/2", x(3, 4).sqrt().and_then(|s| s.asin()), FRAC_PI_3),
        ("2^(1/3)", x(2, 1).pow(&x(1, 3)), 1.259_921_049_894_873_2),
    ] {
        let found = found.unwrap_or_else(|e| panic!("{name}: {e:?}"));
        assert!(near(&found, decimal), "{name}: {} to {}", found.lo.to_f64(), found.hi.to_f64());
    }
    assert_eq!(x(9, 4).sqrt(), Ok(x(3, 2)));
    assert_eq!(x(27, 8).pow(&x(-2, 3)), Ok(x(4, 9)));
    assert_eq!(x(-1, 1).sqrt(), Err(Stop::Undefined));
    assert_eq!(x(0, 1).log(), Err(Stop::Undefined));
    // Identities across functions, with more digits than an f64 has.
    let log_of_exp = x(1, 3).exp().and_then(|y| y.log()).expect("a number");
    assert!(log_of_exp.lo <= ratio(1, 3) && ratio(1, 3) <= log_of_exp.hi && log_of_exp.radius() < two(-250));
    let circle = &x(5, 7).sin().expect("a number").powi(2) + &x(5, 7).cos().expect("a number").powi(2);
    assert!(circle.lo <= ratio(1, 1) && ratio(1, 1) <= circle.hi && circle.radius() < two(-250));
}

#[test]
fn eigenvalues_are_found_exactly_where_they_are_short_rationals_and_enclosed_elsewhere() {
    let exact = |m: &Matrix| {
        spectra::eigenvalues(m).expect("a spectrum").iter().map(|x| x.exact().cloned()).collect::<Vec<_>>()
    };
    let rational = |x: i64| Some(Rational::from(x));
    // Ties, and a zero.
    assert_eq!(exact(&integers(3, &[2, -1, -1, -1, 2, -1, -1, -1, 2])), [rational(3), rational(3), rational(0)]);
    assert_eq!(exact(&integers(2, &[0, 0, 0, 0])), [rational(0), rational(0)]);
    let golden = spectra::eigenvalues(&integers(2, &[1, 1, 1, 0])).expect("a spectrum");
    assert!(near(&golden[0], 1.618_033_988_749_895) && near(&golden[1], -0.618_033_988_749_894_9));
    // Of the second difference matrix: 2 - 2 cos(k pi/6).
    let second = |i: usize, j: usize| (2 * i64::from(i == j) - i64::from(i.abs_diff(j) == 1)).into();
    let found = spectra::eigenvalues(&Matrix::from_fn(5, 5, second)).expect("a spectrum");
    for (k, x) in (1..=5).rev().zip(&found) {
        assert!(near(x, 2.0 - 2.0 * (f64::from(k) * std::f64::consts::PI / 6.0).cos()), "{k}");
    }
    assert!(found[1].exact() == Some(&Rational::from(3)) && found[2].exact() == Some(&Rational::from(2)));
    // A matrix of intervals: its eigenvalues are enclosed by Weyl's inequality.
    let root = Interval::from(2).sqrt().expect("a root");
    let wide = Matrix::from_fn(2, 2, |i, j| if i == j { 1.into() } else { root.clone().into() });
    let found = spectra::eigenvalues(&wide).expect("a spectrum");
    assert!(near(&found[0], 1.0 + std::f64::consts::SQRT_2) && near(&found[1], 1.0 - std::f64::consts::SQRT_2));
}

#[test]
fn order_and_roots_of_matrices_are_decided_at_the_boundary() {
    let (zero, one) = (integers(2, &[0; 4]), integers(2, &[1; 4]));
    let ordered = |op, l: &Matrix, r: &Matrix| compared(op, Value::Matrix(l.clone()), Value::Matrix(r.clone()));
    assert_eq!(ordered(Comparison::LessEqual, &zero, &one), Ok(true));
    assert_eq!(ordered(Comparison::Less, &zero, &one), Ok(false));
    assert_eq!(ordered(Comparison::LessEqual, &one, &integers(2, &[1, 0, 0, 1])), Ok(false));
    let m = integers(3, &[6, 2, 1, 2, 5, 2, 1, 2, 4]);
    let square = m.times(&m).expect("a product");
    assert_eq!(spectra::square_root(&square), Ok(m.clone()));
    let root = spectra::square_root(&m).expect("a root");
    let back = root.times(&root).expect("a product");
    for (x, y) in back.entries.iter().zip(&m.entries) {
        assert!(x.real().lo <= y.real().lo && y.real().lo <= x.real().hi && x.real().radius() < two(-130));
    }
    assert_eq!(spectra::square_root(&integers(2, &[0, 1, 1, 0])), Err(Stop::Undefined));
    assert_eq!(m.inverse().and_then(|i| equal_matrices(&i.times(&m)?, &Matrix::scalar(3, &1.into()))), Ok(true));
}

#[test]
fn expressions_mean_what_the_reference_says() {
    let given = "title = \"t\"\nat = \"x\"\n[given]\nn = \"int in 2..=2\"\nzero = \"int in 0..=0\"\nx = \"real in [0, 9]\"\n\
         A = \"gaussian(n, n)\"\nH = \"gaussian(n, n)\"\nv = \"gaussian(3, 1)\"\n[claim]\n";
    let values = json!({ "n": 2, "zero": 0, "x": "3/2", "A": [["1", "2"], ["3", "5"]], "H": [["0", "1"], ["-1", "2"]],
        "v": ["1", "-2", "2"] });
    let values = files::values(&values).expect("values");
    for (predicate, wanted) in [
        ("-x^2 == 0 - x*x and 2^3^2 == 512", Ok(true)),
        ("A[2, 1] == 3 and v[2] == -2 and A[.., 2]' == vec(i in 1..=2: A[i, 2])'", Ok(true)),
        (
            "A^-1 == mat(i in 1..=2, j in 1..=2: if i == j then (if i == 1 then -5 else -1) else (if i == 1 then 2 else 3))",
            Ok(true),
        ),
        // [2 1; 1 2] with eigenvectors u = (1, 1), v = (1, -1), moving along K = [0 0; 0 4]: u'Ku/2, and (u'Kv)^2/2/(3 - 1).
        ("D(lambda_max(mat(i in 1..=2, j in 1..=2: if i == j then 2 else 1) + (x - 3/2)*(H + H')); x) == 2", Ok(true)),
        (
            "D(D(lambda(1, mat(i in 1..=2, j in 1..=2: if i == j then 2 else 1) + (x - 3/2)*(H + H')); x); x) == 4",
            Ok(true),
        ),
        ("det(A) == -1 and tr(A) == 6 and inv(A)*A == I and A^2 - 6*A - I == zeros(2, 2)", Ok(true)),
        ("kron(A, H)[3, 2] == 3 and flatten(A)[2] == 3 and unflatten(flatten(A), 2, 2) == A", Ok(true)),
        ("hcat(A, I) == hcat(A, identity(n)) and vcat(A, H)[3, 2] == 1", Ok(true)),
        ("norm(v) == 3 and norm_F(A)^2 == 39 and inner(A, H) == 9 and norm(v*v') == 9", Ok(true)),
        ("sigma(1, v*v') == 9 and sigma(2, v*v') == 0 and sigma(4, v*v') == 0 and norm_nuc(v*v') == 9", Ok(true)),
        ("lambda_min(A + A') < -2/5 and lambda(1, A + A') > 12 and eigvals(sym(H))[1] == 2", Ok(true)),
        (
            "sum(i in 1..=3, v[i] > 0: v[i]) == 3 and prod(i in 1..=3: v[i]) == -4 and max(i in 1..=3: v[i]) == 2",
            Ok(true),
        ),
        ("sum(i in 1..=zero: v[i]) == 0 and prod(i in 1..=zero: x) == 1 and det(zeros(zero, zero)) == 1", Ok(true)),
        ("all(i in 1..=3, j in i..=3: v[i]*v[j] <= 4) and not any(i in 1..=3: v[i] == 0)", Ok(true)),
        ("D(x^3; x) == 27/4 and D(1/x; x) == -4/9 and D(D(x^3; x); x) == 9 and D(exp(x); x) == exp(x) + 1", Ok(false)),
        ("D(norm_F(A)^2/2; A -> H) == inner(A, H) and D(D(norm_F(A)^2/2; A -> H); A -> H) == inner(H, H)", Ok(true)),
        ("D(inv(A); A -> H) == -inv(A)*H*inv(A) and D(det(A); A -> H) == det(A)*tr(inv(A)*H)", Ok(true)),
        ("D(norm(v); v -> v) == 3 and D(abs(v[2]); v -> v) == 2 and D(sqrt(x); x)*2*sqrt(x) >= 1/2", Ok(true)),
        ("1/zero == 1 and false", Ok(false)),
        ("1/zero == 1 or true", Ok(true)),
        ("1/zero == 1", Err(Stop::Undefined)),
        ("norm(A) == sqrt((39 + sqrt(39^2 - 4))/2)", Err(Stop::Undecided)),
        ("v[4] == 0", Err(Stop::Undefined)),
        ("D(norm(x*v - 3/2*v); x) > 0", Err(Stop::Undefined)),
        ("max(i in 1..=zero: x) > 0", Err(Stop::Undefined)),
    ] {
        let text = format!("{given}p = \"{predicate}\"\n");
        let claim = load(&text, Path::new("p/c.toml"), ClaimId("p/c".into()), &|_| None);
        let claim = claim.unwrap_or_else(|e| panic!("{}", e.render(100, false)));
        assert_eq!(truth(&claim, &values, "p"), wanted, "{predicate}");
    }
}

/// Small rationals from a fixed linear congruence (Knuth's MMIX).
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn integer(&mut self) -> Rational {
        Rational::from(self.below(7) as i64 - 3)
    }

    /// Some value of the kind and shape that each sampler makes. Spectra are let be.
    fn values(&mut self, claim: &Claim) -> Values {
        let mut values = Values::new();
        for given in &claim.givens {
            let known = second::evaluate::Scope::new(claim, values.clone());
            let size = |e| known.size(e, None).expect("a size");
            let value = match &given.value.kind {
                Sampler::Value(_) => continue,
                Sampler::Int { lo, hi } => {
                    let (lo, hi) = (known.integer(lo, None).expect("an end"), known.integer(hi, None).expect("an end"));
                    Value::integer(lo + self.below((hi - lo + 1) as u64) as i64)
                }
                Sampler::Real(_) => {
                    Value::Number(Interval::from(ratio(1 + self.below(5) as i64, 1 + self.below(5))).into())
                }
                Sampler::Gaussian { rows, cols, .. } => {
                    let (rows, cols) = (size(rows), size(cols));
                    let entries: Vec<Rational> = (0..rows * cols).map(|_| self.integer()).collect();
                    Value::Matrix(Matrix::exact(rows, cols, &entries))
                }
                Sampler::Symmetric { size: n, .. } => {
                    let n = size(n);
                    let entries: Vec<Rational> = (0..n * n).map(|_| self.integer()).collect();
                    let m = Matrix::exact(n, n, &entries);
                    Value::Matrix(m.plus(&m.transposed()).expect("a sum"))
                }
                Sampler::Spectrum { len, .. } => {
                    let n = size(len);
                    let entries: Vec<Rational> = (0..n).map(|i| Rational::from((2 * (n - i)) as i64 - 1)).collect();
                    Value::Matrix(Matrix::exact(n, 1, &entries))
                }
                other => panic!("{}: {other:?}", claim.id),
            };
            values.insert(given.name.clone(), value);
        }
        values
    }
}

#[test]
fn identities_that_hold_are_exactly_true_of_any_small_rationals() {
    let mut draws = Draws(3);
    for stem in [
        "eq-10",
        "eq-11",
        "eq-12-corrected",
        "eq-14",
        "eq-22-equality-corrected",
        "eq-31-first-corrected",
        "eq-31-second-corrected",
        "eq-31-third-corrected",
        "sec-2.1-pythagoras",
        "sec-3.2.5-flow-corrected",
        "summary-split-corrected",
    ] {
        let claim = claim(&format!("ye-du-2021/{stem}"));
        for _ in 0..5 {
            let values = draws.values(&claim);
            for predicate in claim.predicates() {
                assert_eq!(truth(&claim, &values, predicate), Ok(true), "{stem}, {predicate}: {values:?}");
            }
        }
    }
}

/// Of an exact `f64`.
fn dyadic(x: f64) -> Rational {
    RBig::try_from(x).expect("a finite number").into()
}

fn checker(claim: &Claim) -> Checker {
    // The fastest: all back ends give the same bits (tests/determinism.rs).
    let options = CheckOptions { seed: 1, backend: Backend::best(), max_elements: 1 << 16, kernel: None };
    Checker::new(claim, &options).unwrap_or_else(|e| panic!("{}", e.render(100, false)))
}

/// The sampled givens of a case, with their `f64` for exact.
fn sampled(claim: &Claim, replay: &Replay) -> Values {
    let sampled = claim.givens.iter().filter(|g| !matches!(g.value.kind, Sampler::Value(_)));
    let value = |name: &str| {
        let int = replay.ints.iter().find(|i| i.0 == name).map(|i| Value::integer(i.1));
        int.or_else(|| given(&replay.values.iter().find(|v| v.0 == name)?.1))
    };
    sampled.map(|g| (g.name.clone(), value(&g.name).unwrap_or_else(|| panic!("{}: {}", claim.id, g.name)))).collect()
}

fn given(value: &Computed) -> Option<Value> {
    Some(match value {
        Computed::Int(i) => Value::integer(*i),
        Computed::Real { value, .. } => Value::Number(Interval::from(dyadic(*value)).into()),
        Computed::Matrix { value, .. } => {
            let entries: Vec<Rational> = value.transpose().iter().map(|x| dyadic(*x)).collect();
            Value::Matrix(Matrix::exact(value.nrows(), value.ncols(), &entries))
        }
        Computed::Bool(_) => return None,
    })
}

/// Whether a value is what the crate computed. Its bound is on the way from the draws; here the way starts from givens that are rounded
/// already, which moves results by about as much again: a thousand bounds are far below what an error of meaning would do.
fn agrees(found: &Value, computed: &Computed) -> bool {
    let close = |x: &Interval, y: f64, error: f64| {
        let far = 1e3 * error + 1e-12 * y.abs();
        // Where the bound is infinite or there is none, nothing is known.
        !far.is_finite() || (x.lo.to_f64() <= y + far && y - far <= x.hi.to_f64())
    };
    match computed {
        Computed::Bool(known) => known.is_none_or(|known| *found == Value::Truth(known)),
        Computed::Matrix { value, error } => found.clone().matrix().is_ok_and(|m| {
            let entries: Vec<f64> = value.transpose().iter().copied().collect();
            let mut pairs = m.entries.iter().zip(&entries);
            m.shape() == value.shape() && pairs.all(|(x, y)| close(x.real(), *y, *error))
        }),
        Computed::Int(i) => found.clone().number().is_ok_and(|x| close(x.real(), *i as f64, 0.0)),
        Computed::Real { value, error } => found.clone().number().is_ok_and(|x| close(x.real(), *value, *error)),
    }
}

/// In two halves, for two cores.
#[test]
fn values_and_verdicts_of_the_library_are_those_of_the_f64_path_where_that_is_sure() {
    values_and_verdicts(0);
}

#[test]
fn values_and_verdicts_of_the_rest_of_the_library_are_those_of_the_f64_path_where_that_is_sure() {
    values_and_verdicts(1);
}

/// The most steps of a run that are walked.
const MOST_STEPS: i64 = 100;
/// The most work of a run that is walked in more than one case of a claim, and of a constant's at all: steps, times the entries of the state to the power
/// of a product's.
const MOST_WORK: f64 = 1_000.0;
/// Entries of the matrices that are computed in more than one case of a claim, at most: the spectrum of a larger one takes seconds.
const MOST_ENTRIES: usize = 64;

/// Whether a run is short enough to be walked here, where a step takes a millisecond and more; one of much work is once, if `dear` is not set yet.
fn is_short(claim: &Claim, path: &Trajectory, names: &Scope, dear: &mut bool) -> bool {
    let Ok(steps) = names.integer(&path.steps.value, None) else { return true };
    let entries = |part: &Named<Expr>| match names.value(&part.value, None) {
        Ok(Value::Matrix(matrix)) => matrix.entries.len() as f64,
        _ => 1.0,
    };
    let work: f64 = path.state.iter().map(|part| entries(part).powf(1.5)).sum();
    let much = steps as f64 * work > MOST_WORK;
    let walked = steps <= MOST_STEPS && !(much && (claim.constant.is_some() || *dear));
    *dear |= walked && much;
    walked
}

/// The claim without the rest of a run that is too long to be walked here, and of a flow: what is given and defined is the same, and the crate takes
/// seconds for the rest.
fn cut_off(claim: &Claim) -> Claim {
    let mut cut = claim.clone();
    let number = |value: RBig| ExprKind::Number { text: value.to_string(), value };
    if let Some(path) = &mut cut.trajectory
        && matches!(&path.steps.value.kind, ExprKind::Number { value, .. } if *value > MOST_STEPS.into())
    {
        path.steps.value.kind = number(1.into());
    } else if let Some(flow) = &mut cut.flow {
        flow.end.value.kind = number(RBig::from_parts(1.into(), 1_000_000_u32.into()));
    }
    cut
}

fn values_and_verdicts(half: usize) {
    let (mut asked, mut compared) = (0, 0);
    for id in files::claims().into_iter().skip(half).step_by(2) {
        let claim = claim(&id);
        // Trials, slopes and experiments have no cases, and a path of their own in the tests of each.
        if claim.experiment.is_some() {
            continue;
        }
        let checker = checker(&cut_off(&claim));
        if checker.is_scaling() || checker.is_probability() || checker.is_random_constant() {
            continue;
        }
        // A case of large matrices, and a run of much work.
        let mut dear = (false, false);
        for case in (0..128).step_by(43) {
            let replay = checker.replay(case).unwrap_or_else(|e| panic!("{id}: {e}"));
            if replay.hypotheses != Hypotheses::Met {
                continue;
            }
            // A constant's sum of so many logarithms takes minutes here.
            if claim.constant.is_some()
                && replay.values.iter().any(|(_, value)| matches!(value, Computed::Int(i) if i.abs() > 1_000))
            {
                continue;
            }
            let large =
                |value: &Computed| matches!(value, Computed::Matrix { value, .. } if value.len() > MOST_ENTRIES);
            if replay.values.iter().any(|(_, value)| large(value)) && std::mem::replace(&mut dear.0, true) {
                continue;
            }
            let values = sampled(&claim, &replay);
            let names = scope(&claim, &values).expect("all givens");
            let defined = |name: &str| {
                let values = claim.givens.iter().map(|g| &g.name).chain(claim.lets.iter().map(|l| &l.name));
                values.into_iter().any(|n| n == name)
            };
            for (name, value) in replay.values.iter().filter(|v| defined(&v.0)) {
                match names.named(name) {
                    Ok(found) => {
                        assert!(agrees(&found, value), "{id}, case {case}: {name} is {found:?}, not {value:?}");
                        compared += 1;
                    }
                    Err(Stop::Beyond(what)) => panic!("{id}, case {case}: {name} needs {what}"),
                    Err(_) => {}
                }
            }
            if claim.trajectory.as_ref().is_some_and(|path| !is_short(&claim, path, &names, &mut dear.1)) {
                continue;
            }
            let sure = claim.predicates().zip(&replay.looks).filter_map(|(predicate, look)| {
                let sure = look.margin.abs() > 1e3 * look.floor + 1e-7;
                match look.fate {
                    Fate::Held if sure => Some((predicate, true, look)),
                    Fate::Violated if sure => Some((predicate, false, look)),
                    _ => None,
                }
            });
            let sure: Vec<_> = sure.collect();
            let found = truths(&claim, &names, &sure.iter().map(|one| one.0).collect::<Vec<_>>());
            for ((predicate, wanted, look), found) in sure.into_iter().zip(found) {
                match found {
                    // Long iterations and flows are left to the crate.
                    Err(Stop::Beyond(_)) if claim.trajectory.is_some() || claim.flow.is_some() => {}
                    // A guard that speaks of a first time that has not come.
                    Err(Stop::Undefined) if claim.trajectory.as_ref().is_some_and(|t| !t.first.is_empty()) => {}
                    found => {
                        assert_eq!(found, Ok(wanted), "{id}, case {case}, {predicate}: {look:?}");
                        asked += 1;
                    }
                }
            }
        }
    }
    assert!(asked >= 100 && compared >= 1000, "{asked} predicates, {compared} values");
}

#[test]
fn cases_that_are_exact_in_f64_are_found_to_meet_the_hypotheses() {
    let claim = claim("ye-du-2021/eq-12");
    let checker = checker(&claim);
    let met = (0..128).filter(|case| {
        let replay = checker.replay(*case).expect("a case");
        replay.hypotheses == Hypotheses::Met && hypotheses(&claim, &sampled(&claim, &replay)).is_ok()
    });
    // Tiny integers without rotations, above all.
    let met = met.count();
    assert!(met >= 16, "{met} of 128");
}
