//! What expressions mean in `f64` lanes: undefined and unknown values, empty things, integers of the structure, independence of lanes.

mod twin;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use theoremcheck::arith::Backend;
use theoremcheck::check::record::Fate::{self, Held, OutOfRange, Undefined, Violated, WithinFloor};
use theoremcheck::check::{CheckOptions, Checker, Value};
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::{ClaimId, Source};
use twin::{ROUND, Twin};

const GIVEN: &str = r#"
[given]
zero = "real in [0, 0]"
one = "real in [1, 1]"
minus = "real in [-1, -1]"
none = "int in 0..=0"
n = "int in 3..=3"
k = "int in 0..=5"
[let]
U = "1/zero == 1"
yes = "zero < one"
no = "one < zero"
E = "zeros(none, none)"
M = "mat(i in 1..=2, j in 1..=2: if i == j then 2*one else zero)"
Z = "zeros(2*n, 1)"
"#;

/// Asks a predicate in a few cases of every stratum; its fate must be one of these.
fn asked(predicate: &str, fates: &[Fate]) {
    let twin = Twin::new(&format!("{GIVEN}[claim]\np = \"{predicate}\"\nshape = \"norm(Z) + none < 1\"\n"));
    for case in (0..ROUND).step_by(5) {
        let found = twin.checker.replay(case).unwrap_or_else(|e| panic!("{predicate}: {e}")).looks[0];
        assert!(fates.contains(&found.fate), "{predicate}: {found:?} in case {case}, not {fates:?}");
    }
}

#[test]
fn connectives_follow_strong_kleene() {
    for (predicate, truth) in [
        ("U", None),
        ("not U", None),
        ("U and yes", None),
        ("yes and U", None),
        ("U and no", Some(false)),
        ("no and U", Some(false)),
        ("U or yes", Some(true)),
        ("yes or U", Some(true)),
        ("U or no", None),
        ("U and U", None),
        ("(U => yes) and yes", Some(true)),
        ("(U => no) and yes", None),
        ("(no => U) and yes", Some(true)),
        ("(yes => U) and yes", None),
        ("all(i in 1..=3: 1/(i - 2*one) < 5)", None),
        ("all(i in 1..=3: 1/(i - 2*one) < 1/2)", Some(false)),
        ("any(i in 1..=3: 1/(i - 2*one) > 1/2)", Some(true)),
        ("any(i in 1..=3: 1/(i - 2*one) > 5)", None),
        ("all(i in 1..=3, i != 2: 1/(i - 2*one) < 5)", Some(true)),
        // An item that may or may not be asked of leaves the whole open.
        ("all(i in 1..=3, 1/(i - 2*one) < 5: yes)", None),
        ("all(i in 1..=3, 1/(i - 2*one) < 5: i < 9*zero + 2)", Some(false)),
    ] {
        let twin = Twin::new(&format!("{GIVEN}asked = \"{predicate}\"\n[claim]\nshape = \"norm(Z) + none < 1\"\n"));
        for case in (0..ROUND).step_by(5) {
            let replay = twin.replay(case);
            let found = &replay.values.iter().find(|v| v.0 == "asked").expect("a value").1;
            assert_eq!(*found, Value::Bool(truth), "{predicate} in case {case}");
        }
    }
}

#[test]
fn what_is_undefined_neither_refutes_nor_supports_and_an_untaken_branch_does_no_harm() {
    for predicate in [
        "1/zero <= 1",
        "1/zero > 1",
        "log(minus) <= 1",
        "log(zero) <= 1",
        "sqrt(minus) <= 1",
        "asin(2*one) <= 1",
        "zero^(-n) >= 0",
        "zero^minus >= 0",
        "minus^(one/2) <= 1",
        "tr(inv(zero*M)) <= 1",
        "tr((zero*M)^(-2)) <= 1",
        "M[n, 1] <= 9",
        "M[1, n - 3] <= 9",
        "lambda(n, M*M') <= 9",
        "sigma(none, M) <= 9",
        "lambda_min(E) <= 9",
        "min(i in 1..=none: one) <= 9",
        "max(i in 1..=n, i > 4*one: one) <= 9",
        "(if U then one else one) <= 9",
        "(if yes then 1/zero else one) <= 9",
        "sum(i in 1..=n: 1/(i - one)) <= 9",
        "sqrtm(-M*M') <= M*M'",
    ] {
        asked(predicate, &[Undefined]);
    }
    for predicate in [
        "(if yes then one else 1/zero) <= 1",
        "(if no then log(minus) else one) <= 1",
        "if yes then yes else U",
        "(if yes then M else inv(zero*M)) == M",
        "sum(i in 1..=n, i > one: 1/(i - one)) <= 2",
        "min(i in 1..=n, i > one: 1/(i - one)) <= 1/2 + 1/8",
        "prod(i in 1..=n, i > one: 1/(i - one)) <= 1",
    ] {
        asked(predicate, &[Held]);
    }
}

#[test]
fn empty_things_have_the_values_of_the_reference() {
    for (predicate, fate) in [
        ("sum(i in 1..=none: one) == 0", Held),
        ("prod(i in 1..=none: one) == 1", Held),
        ("all(i in 1..=none: no)", Held),
        ("any(i in 1..=none: yes)", Violated),
        ("norm(E) == 0", Held),
        ("norm_F(E) == 0", Held),
        ("norm_nuc(E) == 0", Held),
        ("det(E) == 1", Held),
        ("tr(E) == 0", Held),
        ("E == E*E", Held),
        ("E <= -E*E'", Held),
        ("E < E'*E", Held),
        ("inv(E)*E == E", Held),
        ("sigma(1, E) == 0", Held),
        ("sigma(3, M) == 0", Held),
        ("norm(zeros(none, 2)*M) == 0", Held),
        ("zeros(2, none)*zeros(none, 2) == 0*M", Held),
        ("zero^none == 1", Held),
        ("zero^zero == 1", Held),
        ("zero^one == 0", Held),
        ("zero^n == 0", Held),
    ] {
        asked(predicate, &[fate]);
    }
}

#[test]
fn values_out_of_the_range_of_floating_point_decide_nothing() {
    for predicate in [
        "one*1e-350 > 0",
        "one*1e-350 == 0",
        "one*1e-350 <= 0",
        "(one*10^200)^2 < 0",
        "(one*10^200)^2 > 0",
        "(one*1e-200)^2 > 0",
        "exp(1000*one) < 0",
        "exp(-1000*one) <= 0",
        "norm_F(10^200*M) < 0",
        "det(10^200*M) < 0",
        "one + 1/10^20 > 1",
        "one + 1/10^20 <= 1",
    ] {
        asked(predicate, &[WithinFloor, OutOfRange]);
    }
}

#[test]
fn large_integers_are_known_to_rounding_and_never_wrap() {
    asked("n^40*n^40 > 0", &[Held]);
    asked("n^45 > n^44", &[Held]);
    asked("n^41 - n^42 + 5 < 0", &[Held]);
    asked("n^45 - n^45 + n == n", &[Held, WithinFloor, OutOfRange]);
    asked("n*2^60 + 1 > n*2^60", &[Held, WithinFloor, OutOfRange]);
    asked("sum(i in 1..=n: 9^(15*i)) > 0", &[Held, OutOfRange]);
    asked("sum(i in 1..=n: 9^(15*i)) < 0", &[Violated, OutOfRange]);
    asked("2^53 + n*one == 2^53 + n", &[Held, WithinFloor]);
}

#[test]
fn integers_of_the_structure_may_be_any_rational_function_of_integers() {
    for predicate in [
        "rows(zeros(floor(n/2), 2)) == 1",
        "rows(zeros(ceil(n/2), 2)) == 2",
        "rows(zeros(abs(1 - n), 2)) == 2",
        "rows(zeros(max(n, 2) + min(n, 1), 2)) == 4",
        "rows(zeros(if n > 2 then 4 else 2, 2)) == 4",
        "rows(zeros(sum(i in 1..=n: i), 2)) == 6",
        "rows(zeros(n^2 - floor(n^3/10), 2)) == 7",
        "rows(zeros(floor(n^2/4), 2)) == 2",
        "norm_F(one*ones(floor(n/2) + 1, 2))^2 <= 4.001",
        "sum(i in 1..=floor(n/2): one) == 1",
        "sum(i in 1..=n: Z[floor((i + 1)/2), 1]) == 0",
        "sum(i in 1..=n, j in 1..=floor(i/2): one) == 2",
        "sum(i in 1..=n: Z[(if i > 2 then i else 1), 1] + i) == 6",
        "sum(i in 1..=n, j in i..=n, i + j != 4: one*i*j) == 18",
        "sum(i in 1..=n: tr(one*ones(i, i))) == 6",
        "sum(i in 1..=n, j in 1..=i: tr(one*ones(j, j))) == 10",
        "sum(i in 1..=n: sum(j in 1..=i: sum(k2 in j..=i: tr(one*ones(k2 - j + 1, k2 - j + 1)))) ) == 15",
        "sum(i in 1..=n: norm_F(one*ones(floor(i/2), 1))^2) <= 2.001",
        "all(i in 1..=n: any(j in 1..=i: i == j*one))",
    ] {
        asked(predicate, &[Held]);
    }
    asked("tr(M^k) == 2^(k + 1)", &[Held, WithinFloor]);
    asked("tr(M^(-k))*2^k == 2", &[Held, WithinFloor]);
    asked("M^(-2)*M^2 == I", &[Held, WithinFloor]);
}

fn refused(predicate: &str) -> String {
    let twin = Twin::new(&format!("{GIVEN}[claim]\np = \"{predicate}\"\nshape = \"norm(Z) < 1\"\n"));
    twin.checker.run(0..8, &mut |_| {}).expect_err(predicate).to_string()
}

#[test]
fn what_cannot_be_a_size_is_named_and_loops_without_end_are_refused() {
    for (predicate, word) in [
        ("norm(zeros(floor(n/none), 1)) < 1", "a quotient by zero"),
        ("norm(zeros(1 - n, 1)) < 1", "negative"),
        ("norm(zeros(floor(n^40*n^40/2), 1)) < 1", "64 bits"),
        ("sum(i in 1..=10^12: one) > 0", "more"),
        ("sum(i in 1..=10^4, j in 1..=10^4: one) > 0", "more"),
        ("sum(i in 1..=n^30*n^30: one) > 0", "64 bits"),
    ] {
        let said = refused(predicate);
        assert!(said.contains(word), "{predicate}: {said}");
    }
}

#[test]
fn a_projector_at_a_tie_decides_nothing() {
    asked("tr(proj(1, M*M')) <= 1.5", &[OutOfRange, Undefined]);
    asked("tr(proj(1, M*M')) > 1.5", &[OutOfRange, Undefined]);
    asked("abs(tr(proj(1, diag(vec(i in 1..=3: i*one)))) - 1) < 1e-9", &[Held]);
}

#[test]
fn a_root_of_what_may_be_indefinite_is_not_known_and_of_a_gram_matrix_is() {
    let body = r#"
[given]
S = "symmetric(3, [0, 1])"
A = "matrix(3, 2, sv in [0, 1])"
B = "symmetric(3, [-1, 1])"
[claim]
sampled = "tr(sqrtm(S)) >= tr(S) - 1/1000"
gram = "tr(sqrtm(A*A')) <= 3"
open = "tr(sqrtm(B*one*B)) >= -1"
[let]
one = "2"
"#;
    let twin = Twin::new(body);
    for case in 0..ROUND {
        let replay = twin.replay(case);
        assert_eq!(replay.looks[0].fate, Held, "case {case}");
        assert_eq!(replay.looks[1].fate, Held, "case {case}");
        assert_ne!(replay.looks[2].fate, Violated, "case {case}");
    }
}

#[test]
fn a_lane_never_sees_its_neighbours() {
    let given = "[given]\nx = \"real in [-1, 1]\"\nA = \"gaussian(2, 2)\"\n";
    let claim = "[claim]\np = \"x <= 1\"\n";
    let small = Twin::new(&format!("{given}[let]\nw = \"3*x + A[1, 2]/7\"\n{claim}"));
    let large = Twin::new(&format!(
        "{given}[let]\na = \"log(x)\"\nb = \"inv(A*(if x > 0 then 1 else 0))\"\nc = \"1/(x - x)\"\nw = \"3*x + A[1, 2]/7\"\n{claim}"
    ));
    let named =
        |values: &[(String, Value)], name: &str| values.iter().find(|v| v.0 == name).expect("a value").1.clone();
    let bits = |value: &Value| match value {
        Value::Real { value, error } => (value.to_bits(), error.to_bits()),
        other => panic!("{other:?}"),
    };
    for case in 0..4 * ROUND {
        let (few, many) = (small.replay(case).values, large.replay(case).values);
        assert_eq!(bits(&named(&few, "w")), bits(&named(&many, "w")));
        let Value::Real { value: x, .. } = named(&many, "x") else { panic!("x") };
        let Value::Real { value: a, .. } = named(&many, "a") else { panic!("a") };
        assert_eq!(a.is_nan(), x <= 0.0, "case {case}: log({x})");
    }
}

/// Every claim of the repository that this version can check, in one list.
fn shipped() -> Vec<(String, Checker)> {
    let folder = Path::new("claims/ye-du-2021");
    let setting = |name: &str| {
        let path: PathBuf = folder.join("settings").join(format!("{name}.toml"));
        let text = std::fs::read_to_string(&path).ok()?;
        Some(Arc::new(Source { path, text: text.into() }))
    };
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("claims") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|e| e != "toml") || path.ends_with("paper.toml") {
            continue;
        }
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a text");
        let claim = load(&text, &path, ClaimId(format!("ye-du-2021/{stem}")), &setting).expect("a claim");
        let options = CheckOptions { seed: 1, backend: Backend::best(), max_elements: 1 << 16, kernel: None };
        all.push((stem, Checker::new(&claim, &options).expect("a checker")));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// In two halves, for two cores.
#[test]
fn a_case_does_not_depend_on_the_cases_before_it() {
    cases_alone_and_in_a_row(0);
}

#[test]
fn a_case_of_the_other_claims_does_not_depend_on_the_cases_before_it() {
    cases_alone_and_in_a_row(1);
}

fn cases_alone_and_in_a_row(half: usize) {
    let mut checkers = shipped();
    let more = "[given]\nd = \"int in 2..=3\"\nx = \"real in [-1, 1]\"\nA = \"gaussian(d, d)\"\n[claim]\n\
                p = \"sum(i in 1..=d + 1: i*sigma(i, A/x)) >= norm(A/x)\"\nq = \"tr(hcat(A/x, A)*vcat(A, log(x)*A)) < 100\"\n";
    let options = CheckOptions { seed: 1, backend: Backend::best(), max_elements: 1 << 16, kernel: None };
    checkers.push(("loops".into(), Checker::new(&twin::claim(more), &options).expect("a checker")));
    for (name, checker) in checkers.into_iter().skip(half).step_by(2) {
        if checker.is_scaling() || checker.cost() > 100 {
            continue;
        }
        // The runs and flows of constants take far longer than the cost of a case says.
        let round = if checker.is_constant() && checker.moves() { ROUND / 8 } else { ROUND };
        let looks = |cases: std::ops::Range<u64>| {
            let mut all = Vec::new();
            let ran = checker.run(cases, &mut |case| {
                let looks: Vec<_> =
                    case.looks.iter().map(|l| (l.fate, l.margin.to_bits(), l.floor.to_bits())).collect();
                all.push((case.index, format!("{:?}", case.hypotheses), looks));
            });
            ran.unwrap_or_else(|e| panic!("{name}: {e}"));
            all
        };
        let whole = looks(0..2 * round);
        let parts: Vec<_> = (0..round / 4).flat_map(|octet| looks(8 * octet..8 * octet + 8)).collect();
        assert_eq!(whole, parts, "{name}");
    }
}
