//! Deliberately false claims are not `held` at the default budget, and their true twins are.

mod twin;

use theoremcheck::arith::Backend;
use theoremcheck::check::CheckOptions;
use theoremcheck::claim::model::Verdict;
use theoremcheck::engine::budget::Budget;
use theoremcheck::engine::outcome::Outcome;
use theoremcheck::engine::run::{MAX_ELEMENTS, RunOptions, SEED, run};
use theoremcheck::engine::verdict::satisfies;

fn verdict(body: &str) -> (Verdict, String) {
    let claim = twin::claim(body);
    let check = CheckOptions { seed: SEED, backend: Backend::best(), max_elements: MAX_ELEMENTS, kernel: None };
    let options = RunOptions { budget: Budget::Default, cases: None, jobs: 1, check };
    let outcomes = run(&[&claim], &options, &|_| {}).expect("threads");
    match &outcomes[0] {
        Outcome::Checked(result) => {
            let counts = result.predicates.first().and_then(|p| p.counts.as_ref()).map(|c| c.total());
            (result.verdict, format!("{:?} {:?} {:?}", result.predicates[0].judgement, counts, result.failure))
        }
        Outcome::Malformed(malformed) => panic!("{}", malformed.diagnostics.render(100, false)),
    }
}

/// The given, what is false of them, and what is true.
const PAIRS: &[(&str, &str, &str, &str)] = &[
    (
        "squares do not keep the order",
        r#"d = "int in 1..=4"
B = "symmetric(d, [0, 1])"
C = "symmetric(d, [0, 1])"
[let]
A = "B + C""#,
        "B*B <= A*A",
        "B <= A",
    ),
    (
        "norms are not multiplicative",
        "d = \"int in 1..=4\"\nA = \"gaussian(d, d)\"\nB = \"gaussian(d, d)\"",
        "norm(A*B) == norm(A)*norm(B)",
        "norm(A*B) <= norm(A)*norm(B)",
    ),
    (
        "the trace is not multiplicative",
        "d = \"int in 1..=4\"\nA = \"gaussian(d, d)\"\nB = \"gaussian(d, d)\"",
        "tr(A*B) == tr(A)*tr(B)",
        "tr(A*B) == tr(B*A)",
    ),
    (
        "the determinant is not additive",
        "d = \"int in 1..=3\"\nA = \"gaussian(d, d)\"\nB = \"gaussian(d, d)\"",
        "det(A + B) == det(A) + det(B)",
        "det(A*B) == det(A)*det(B)",
    ),
    (
        "the least eigenvalue is concave, not convex",
        "d = \"int in 1..=4\"\nA = \"symmetric(d, [-1, 1])\"\nB = \"symmetric(d, [-1, 1])\"",
        "lambda_min(A + B) <= lambda_min(A) + lambda_min(B)",
        "lambda_min(A + B) >= lambda_min(A) + lambda_min(B)",
    ),
    (
        "a product of positive matrices is not positive in its symmetric part",
        "d = \"int in 1..=3\"\nA = \"symmetric(d, (0, 1])\"\nB = \"symmetric(d, (0, 1])\"",
        "zeros(d, d) <= sym(A*B)",
        "lambda_min(A + B) > 0",
    ),
    (
        "a bound that is an octave off",
        "d = \"int in 1..=6\"\nA = \"gaussian(d, d)\"",
        "norm_F(A)^2 <= d/2*norm(A)^2",
        "norm_F(A)^2 <= d*norm(A)^2",
    ),
    (
        "a wrong sign in an identity",
        "d = \"int in 1..=4\"\nx = \"real in [1/8, 8] log\"\nA = \"gaussian(d, d)\"",
        "(A - x*I)*(A - x*I) == A*A - 2*x*A - x^2*I",
        "(A - x*I)*(A - x*I) == A*A - 2*x*A + x^2*I",
    ),
    (
        "false only at ties",
        "d = \"int in 2..=4\"\nh = \"spectrum(d, [0, 1])\"\nS = \"symmetric(d, h)\"",
        "lambda_max(S) > lambda(2, S)",
        "lambda_max(S) >= lambda(2, S)",
    ),
    (
        "false only at a rank deficient matrix",
        "d = \"int in 1..=4\"\nA = \"matrix(d, d, sv in [0, 1])\"",
        "sigma_min(A) > 0",
        "sigma_min(A) >= 0",
    ),
    ("false only at an end", "x = \"real in [0, 1]\"", "x^2 < x or x == 0", "x^2 <= x"),
    ("false only at a third", "x = \"real in [0, 1]\"", "(x - 1/3)^2 > 0", "(x - 1/3)^2 >= 0"),
    (
        "false only at a pair of sevenths",
        "x = \"real in [0, 1]\"\ny = \"real in [0, 1]\"",
        "x^2 + y^2 > 2/7*(2*x + 3*y) - 13/49",
        "x^2 + y^2 >= 2/7*(2*x + 3*y) - 13/49",
    ),
    ("one term alone", "x = \"real in [-1, 1]\"\ny = \"real in [1/4, 1]\"", "exp(x + y) - 3/2 >= 0", "exp(x + y) > 0"),
    ("false only at an end of octaves", "x = \"real in [1/3, 3] log\"", "x*x < 9", "x*x <= 9"),
    ("false only at the last integer", "n = \"int in 1..=1000\"", "n < 1000", "n <= 1000"),
    (
        "false only at extreme scales",
        "x = \"real in (0, 1] log\"",
        "x + 1/10^30 <= 10^12*x",
        "x + 1/10^30*x <= 10^12*x",
    ),
    (
        "false only near matrices that commute in opposite order",
        "d = \"int in 2..=3\"\nA = \"symmetric(d, [1/2, 1])\"\nB = \"symmetric(d, [1/2, 1])\"",
        "tr(A*B) >= 1.0001*sum(i in 1..=d: lambda(i, A)*lambda(d + 1 - i, B))",
        "tr(A*B) >= sum(i in 1..=d: lambda(i, A)*lambda(d + 1 - i, B))",
    ),
    (
        "the exponential of a sum",
        "d = \"int in 1..=3\"\nA = \"symmetric(d, [-1, 1])\"\nB = \"symmetric(d, [-1, 1])\"",
        "tr(expm(A + B)) >= tr(expm(A)*expm(B))",
        "tr(expm(A + B)) <= tr(expm(A)*expm(B))",
    ),
    (
        "a gap that is one too small",
        "n = \"int in 1..=20\"",
        "sum(i in 1..=n: 1/i) <= log(n) + 0.9",
        "sum(i in 1..=n: 1/i) <= log(n) + 1",
    ),
    (
        "a square that is not that of a matrix",
        "d = \"int in 1..=4\"\nS = \"symmetric(d, [0, 4])\"",
        "sqrtm(S) <= S",
        "tr(sqrtm(S)*sqrtm(S)) == tr(S)",
    ),
    ("0 is off the grid of the draws", "x = \"real in [-1, 2]\"", "x^2 > 0", "x^2 >= 0"),
    (
        "so is the zero matrix",
        "n = \"int in 1..=3\"\nS = \"symmetric(n, [-1, 2])\"",
        "lambda_min(S) >= 0 => tr(S) > 0",
        "lambda_min(S) >= 0 => tr(S) >= 0",
    ),
    (
        "squares that vanish together",
        "x = \"real in [0, 1]\"\ny = \"real in [0, 1]\"",
        "(3*x - 1)^2 + (7*y - 2)^2 > 0",
        "(3*x - 1)^2 + (7*y - 2)^2 >= 0",
    ),
    (
        "a sampler without a value is no counterexample",
        "a = \"real in [0, 1]\"\nv = \"vector(2, [7*a^2 - 3, 5] log)\"",
        "7*a^2 > 7/2",
        "7*a^2 >= 3",
    ),
    (
        "nor is one whose mean is undefined",
        "m = \"real in [0, 1]\"\ny = \"normal(1/(3*m - 1), 1)\"",
        "m > 1/10",
        "m != 1/3",
    ),
    ("without deviation a normal number is its mean", "x = \"normal(2, 0)\"", "x <= 1", "x <= 2"),
    (
        "a derivative is in a name",
        "x = \"real in [1/2, 2]\"\n[let]\ny = \"x + 0\"",
        "D(x*y; y) == 2*x",
        "D(x*y; y) == x",
    ),
];

#[test]
fn false_claims_are_not_held_and_their_true_twins_are() {
    let mut wrong = Vec::new();
    for (name, given, no, yes) in PAIRS {
        for (predicate, expected) in [(no, Verdict::Refuted), (yes, Verdict::Held)] {
            let (found, why) = verdict(&format!("[given]\n{given}\n[claim]\np = \"{predicate}\"\n"));
            if !satisfies(found, expected) {
                wrong.push(format!("{name}: {predicate}: {found:?}, not {expected:?}: {why}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn identities_that_f64_cannot_tell_apart_are_decided_in_rationals() {
    let given = "[given]\nx = \"real in [1, 2]\"\n";
    for no in ["(x + 1e-20)^2 == x^2", "1e-300*x == 0", "1e200*x*1e200 == 1e401*x"] {
        let (found, why) = verdict(&format!("{given}[claim]\np = \"{no}\"\n"));
        assert_eq!(found, Verdict::Refuted, "{no}: {why}");
    }
    let (found, why) = verdict(&format!("{given}[claim]\np = \"1e200*x*1e200 == 1e400*x\"\n"));
    assert_eq!(found, Verdict::Proved, "{why}");
    // The same difference where no case meets the hypotheses is no violation.
    let never = format!("{given}[assume]\nno = \"x > 3\"\n[claim]\np = \"(x + 1e-20)^2 == x^2\"\n");
    assert_eq!(verdict(&never).0, Verdict::Vacuous);
}

#[test]
fn what_is_never_asked_is_vacuous() {
    let given = "[given]\nx = \"real in [0, 1]\"\n";
    assert_eq!(verdict(&format!("{given}[assume]\nno = \"x > 2\"\n[claim]\np = \"x > 1\"\n")).0, Verdict::Vacuous);
    assert_eq!(verdict(&format!("{given}[claim]\np = \"x > 2 => x > 3\"\n")).0, Verdict::Vacuous);
}

#[test]
fn what_is_mostly_undefined_is_an_error() {
    let given = "[given]\nx = \"real in [-1, 1/10]\"\n";
    assert_eq!(verdict(&format!("{given}[claim]\np = \"log(x) <= 1\"\n")).0, Verdict::Error);
    // An undefined case neither refutes nor supports.
    let found = verdict("[given]\nx = \"real in [0, 1]\"\n[claim]\np = \"1/(1/x) <= 1\"\n").0;
    assert!(satisfies(found, Verdict::Held), "{found:?}");
}
