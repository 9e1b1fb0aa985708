//! Claims about iterates and laws of scaling, end to end: each true one beside a false twin that must not hold.

use std::path::Path;
use theoremcheck::arith::Backend;
use theoremcheck::check::CheckOptions;
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::{ClaimId, Verdict};
use theoremcheck::engine::budget::Budget;
use theoremcheck::engine::outcome::{ClaimResult, Outcome};
use theoremcheck::engine::run::{RunOptions, run};

fn check(text: &str) -> ClaimResult {
    let text = format!("title = \"t\"\nat = \"here\"\n{text}");
    let claim = load(&text, Path::new("claims/p/c.toml"), ClaimId("p/c".to_owned()), &|_| None)
        .unwrap_or_else(|e| panic!("{}", e.render(100, false)));
    let check = CheckOptions { seed: 1, backend: Backend::best(), max_elements: 1 << 16, kernel: None };
    let options = RunOptions { budget: Budget::Quick, cases: None, jobs: 1, check };
    let mut outcomes = run(&[&claim], &options, &|_| {}).expect("one thread starts");
    match outcomes.remove(0) {
        Outcome::Checked(result) => *result,
        Outcome::Malformed(m) => panic!("{m:?}"),
    }
}

fn verdicts(text: &str) -> Vec<(String, Verdict)> {
    check(text).predicates.into_iter().map(|p| (p.info.name, p.judgement.verdict)).collect()
}

fn of(found: &[(String, Verdict)], name: &str) -> Verdict {
    found.iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no {name} in {found:?}")).1
}

const HALVING: &str = r#"
[given]
T  = "int in 1..=40"
x0 = "real in [1, 2]"
[trajectory]
state = { x = "x0" }
step  = { x = "x/2" }
steps = "T"
"#;

#[test]
fn always_finally_and_prev_are_asked_where_they_should_be() {
    let found = verdicts(&format!(
        r#"{HALVING}
[trajectory.always]
closed   = "x <= 2*(1/2)^t"
tight    = "x <= 2*(2/5)^t"
halves   = "2*x == prev(x)"
thirds   = "3*x == prev(x)"
[trajectory.finally]
end      = "x <= 2*(1/2)^T"
too_low  = "x < x0/4*(1/2)^T"
"#
    ));
    assert_eq!(of(&found, "closed"), Verdict::Held);
    assert_eq!(of(&found, "tight"), Verdict::Suspect);
    assert_eq!(of(&found, "halves"), Verdict::Held);
    assert_eq!(of(&found, "thirds"), Verdict::Suspect);
    assert_eq!(of(&found, "end"), Verdict::Held);
    assert_eq!(of(&found, "too_low"), Verdict::Suspect);
}

#[test]
fn a_violation_names_the_step_where_it_is_worst() {
    let result = check(&format!("{HALVING}[trajectory.always]\nc = \"x >= 3/4\"\n"));
    let worst = result.predicates[0].counts.as_ref().and_then(|c| c.worst).expect("it is violated");
    assert!(worst.at.expect("a run has steps") > 1);
}

#[test]
fn all_components_of_a_state_step_at_once() {
    let found = verdicts(
        r#"
[given]
a = "real in [1, 2]"
b = "real in [3, 4]"
[trajectory]
state = { x = "a", y = "b" }
step  = { x = "y", y = "x" }
steps = "6"
[trajectory.always]
sum  = "x + y == a + b"
[trajectory.finally]
back = "x == a"
gone = "x == b"
"#,
    );
    assert_eq!(of(&found, "sum"), Verdict::Held);
    assert_eq!(of(&found, "back"), Verdict::Held);
    assert_eq!(of(&found, "gone"), Verdict::Suspect);
}

#[test]
fn until_ends_a_run_and_the_first_time_is_known_from_then_on() {
    let found = verdicts(
        r#"
[given]
x0 = "real in [1, 1000]"
[trajectory]
state = { x = "x0" }
step  = { x = "x/2" }
steps = "60"
until = "x < 1/8"
[trajectory.let]
twice = "2*x"
[trajectory.first]
T0 = "x < 1"
[trajectory.always]
bounded = "x >= 1/16"
after   = "t >= T0 => twice < 2"
wrong   = "t >= T0 => twice < 1"
[trajectory.finally]
small   = "x < 1/8"
time    = "T0 <= 10"
short   = "T0 <= 8"
"#,
    );
    assert_eq!(of(&found, "bounded"), Verdict::Held);
    assert_eq!(of(&found, "after"), Verdict::Held);
    assert_eq!(of(&found, "wrong"), Verdict::Suspect);
    assert_eq!(of(&found, "small"), Verdict::Held);
    assert_eq!(of(&found, "time"), Verdict::Held);
    assert_eq!(of(&found, "short"), Verdict::Suspect);
}

#[test]
fn a_hypothesis_on_the_path_is_asked_as_long_as_it_has_held() {
    let found = verdicts(
        r#"
[given]
x0 = "real in [1/8, 1/4]"
[trajectory]
state = { x = "x0" }
step  = { x = "2*x" }
steps = "20"
[trajectory.assume]
small = "x <= 8"
[trajectory.always]
kept  = "x <= 8"
wrong = "x <= 4"
"#,
    );
    assert_eq!(of(&found, "kept"), Verdict::Held);
    assert_eq!(of(&found, "wrong"), Verdict::Suspect);
}

#[test]
fn a_step_may_use_the_names_of_the_path_and_matrices_keep_their_symmetry() {
    let found = verdicts(
        r#"
[given]
d   = "int in 1..=4"
S0  = "symmetric(d, [0, 1])"
Sigma = "symmetric(d, [1/2, 1])"
eta = "real in (0, 1/8]"
[trajectory]
state = { S = "S0" }
step  = { S = "M*S*M" }
steps = "10"
at    = "every 5"
[trajectory.let]
M = "I + eta*(Sigma - S)"
[trajectory.always]
psd     = "lambda_min(S) >= -1/1000"
grows   = "tr(S) >= tr(S0) - 1/1000"
shrinks = "tr(S) <= tr(S0)"
"#,
    );
    assert_eq!(of(&found, "psd"), Verdict::Held);
    assert_eq!(of(&found, "shrinks"), Verdict::Suspect);
}

#[test]
fn a_slope_is_held_against_what_is_claimed_of_it() {
    let law = |slope: &str| {
        verdicts(&format!(
            r#"
[given]
x = "real in [1/1000, 1] log"
y = "real in [1, 5/4]"
[scaling]
sweep = {{ x = "log [1e-3, 1] 8" }}
fit   = "log(y*x^2) ~ log(x)"
slope = "{slope}"
runs  = 16
"#
        ))[0]
            .1
    };
    assert_eq!(law("about 2"), Verdict::Held);
    assert_eq!(law(">= 3/2"), Verdict::Held);
    assert_eq!(law("<= 3"), Verdict::Held);
    assert_eq!(law(">= 3"), Verdict::Rejected);
    assert_eq!(law("about 3"), Verdict::Rejected);
    assert_eq!(law("<= 2"), Verdict::Inconclusive);
}

#[test]
fn a_sweep_of_the_length_of_a_run_sees_its_rate() {
    let found = verdicts(
        r#"
[given]
T = "int in 1..=4096"
x0 = "real in [1, 2]"
[trajectory]
state = { x = "x0" }
step  = { x = "x - x^2/4" }
steps = "T"
at    = "log 4"
[scaling]
sweep = { T = "log [64, 4096] 7" }
fit   = "log(x) ~ log(T)"
slope = "about -1"
runs  = 8
"#,
    );
    assert_eq!(found[0].1, Verdict::Held, "{found:?}");
}
