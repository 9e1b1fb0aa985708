//! Claims about iterates and laws of scaling, end to end: each true one beside a false twin that must not hold.

mod texts;

use nalgebra::DMatrix;
use std::sync::Arc;
use texts::{check_with, claim, options};
use theoremcheck::arith::Backend;
use theoremcheck::check::{CheckOptions, Checker};
use theoremcheck::claim::model::Verdict;
use theoremcheck::engine::outcome::ClaimResult;
use theoremcheck::kernel::{Kernel, KernelError, Kind, Problem, SharedKernel, State};

fn check(text: &str) -> ClaimResult {
    check_by(text, None)
}

fn check_by(text: &str, kernel: Option<SharedKernel>) -> ClaimResult {
    check_with(text, None, CheckOptions { kernel, ..options(Backend::best()) })
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
    assert_eq!(of(&found, "tight"), Verdict::Refuted);
    assert_eq!(of(&found, "halves"), Verdict::Held);
    assert_eq!(of(&found, "thirds"), Verdict::Refuted);
    assert_eq!(of(&found, "end"), Verdict::Held);
    assert_eq!(of(&found, "too_low"), Verdict::Refuted);
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
    assert_eq!(of(&found, "gone"), Verdict::Refuted);
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
    assert_eq!(of(&found, "wrong"), Verdict::Refuted);
    assert_eq!(of(&found, "small"), Verdict::Held);
    assert_eq!(of(&found, "time"), Verdict::Held);
    assert_eq!(of(&found, "short"), Verdict::Refuted);
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
    assert_eq!(of(&found, "wrong"), Verdict::Refuted);
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
    assert_eq!(of(&found, "shrinks"), Verdict::Refuted);
}

#[test]
fn a_slope_is_held_against_what_is_claimed_of_it() {
    let law = |slope: &str| {
        verdicts(&format!(
            r#"
[given]
x = "real in [1/1000, 1] log"
y = "real in [1, 5/4]"
u = "normal"
z = "u*log(x)"
[scaling]
sweep = {{ x = "log [1e-3, 1] 8" }}
fit   = "log(y*x^2) + z/20 ~ log(x)"
slope = "{slope}"
runs  = 16
"#
        ))[0]
            .1
    };
    assert_eq!(law("about 2"), Verdict::Held);
    assert_eq!(law("about 2 within 1/10"), Verdict::Held);
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

/// Gradient descent from a start of size 1e-400, whose Gram matrix is far below `f64`.
const TINY: &str = r#"
[given]
n  = "int in 1..=2"
a  = "real in [1, 2]"
X0 = "matrix(n, n, sv in [1, 2])"
[trajectory]
state = { X = "1e-400*X0" }
step  = { X = "X + (1/4)*(a*I - X*X')*X" }
steps = "4800"
at    = "every 480"
"#;

#[test]
fn a_run_that_leaves_the_range_of_f64_is_made_with_exponents_that_have_no_bound() {
    let result = check(&format!(
        r#"{TINY}
[trajectory.always]
grows = "t >= 1 => norm(X) > prev(norm(X))*(1 - 1e-6)"
least = "lambda_min(X'*X) >= 1e-801"
[trajectory.finally]
limit = "norm(X*X' - a*I) <= 1/2^20"
early = "norm(X) <= 1e-300"
"#
    ));
    assert_eq!(result.tally.scaled, result.tally.met, "every run starts below the range");
    let found: Vec<(String, Verdict)> =
        result.predicates.into_iter().map(|p| (p.info.name, p.judgement.verdict)).collect();
    assert_eq!(of(&found, "grows"), Verdict::Held);
    assert_eq!(of(&found, "least"), Verdict::Held);
    assert_eq!(of(&found, "limit"), Verdict::Held);
    // Enclosures have exponents without a bound anyway.
    assert_eq!(of(&found, "early"), Verdict::Refuted);
}

#[test]
fn what_leaves_f64_is_followed_past_a_first_time_or_an_end_that_f64_does_not_decide() {
    // Each is false beyond f64 only: where x sinks, where it overflows, and where its square does.
    for (step, watched, wrong) in
        [("q*x/2", "x >= 2", "x >= 1e-310"), ("2*x/q", "x <= 1/2", "x <= 1e308"), ("2*x/q", "x^2 <= 1/2", "x <= 1e300")]
    {
        let run = format!(
            "[given]\nq = \"real in [1/2, 1]\"\n[trajectory]\nstate = {{ x = \"1\" }}\nstep = {{ x = \"{step}\" }}\nsteps = 1500\n"
        );
        for watch in [format!("[trajectory.first]\nT = \"{watched}\"\n"), format!("until = \"{watched}\"\n")] {
            let result = check(&format!("{run}{watch}[trajectory.always]\nwrong = \"{wrong}\"\n"));
            assert_eq!(result.predicates[0].judgement.verdict, Verdict::Refuted, "{step}, {watch}");
            assert_eq!(result.tally.scaled, result.tally.met, "{step}, {watch}");
        }
    }
}

#[test]
fn a_violation_in_a_run_too_long_to_be_certified_says_so() {
    let result = check(
        "[given]\nX0 = \"symmetric(5, [1/2, 1])\"\n[trajectory]\nstate = { X = \"X0\" }\nstep = { X = \"X + (I - X*X)*X/4 + X*(I - X*X)/4\" }\n\
         steps = \"10000\"\nat = \"every 1000\"\n[trajectory.finally]\nc = \"norm(X) <= 99/100\"\n",
    );
    let judged = &result.predicates[0].judgement;
    assert_eq!(judged.verdict, Verdict::Suspect, "{judged:?}");
    assert!(judged.reason.as_ref().is_some_and(|reason| reason.contains("no certificate")), "{judged:?}");
}

#[test]
fn a_run_that_drives_starts_apart_is_not_known_once_its_digits_are_lost() {
    // 4x(1 - x) loses a bit a step: after some hundred steps two ways to write it have nothing in common.
    let twice = |steps: u64| {
        check(&format!(
            "[given]\nx0 = \"real in [1/4, 3/4]\"\n[trajectory]\nstate = {{ x = \"x0\", y = \"x0\" }}\n\
             step = {{ x = \"4*x*(1 - x)\", y = \"4*y - 4*y^2\" }}\nsteps = \"{steps}\"\n[trajectory.finally]\nc = \"abs(x - y) <= 1/1000\"\n"
        ))
    };
    for steps in [90, 130, 300] {
        let judged = &twice(steps).predicates[0].judgement;
        assert!(!matches!(judged.verdict, Verdict::Suspect | Verdict::Refuted), "{steps}: {judged:?}");
    }
    assert_eq!(twice(20).predicates[0].judgement.verdict, Verdict::Held);
}

const FACTORS: &str = r#"
[given]
n  = "int in 1..=2"
S  = "symmetric(n, [1/2, 1])"
U0 = "gaussian(n, n)"
V0 = "gaussian(n, n)"
h  = "real in [1/16, 1/8]"
[assume]
small = "norm(U0) <= 1 and norm(V0) <= 1"
[trajectory]
state  = { U = "U0", V = "V0" }
step   = { U = "U + h*(S - U*V')*V", V = "V + h*(S - U*V')'*U" }
kernel = { kind = "asymmetric-gd", F = "U", G = "V", X = "S", eta = "h" }
steps  = "20"
at     = "every 4"
[trajectory.always]
bounded = "norm(U) <= 4"
"#;

#[test]
fn a_part_that_keeps_the_last_iterate_keeps_its_rounding_and_where_it_is_undefined() {
    let found = verdicts(
        r#"
[given]
x0 = "real in [1, 2]"
[trajectory]
state = { x = "x0", old = "x0", older = "x0" }
step  = { x = "x + 1", old = "x", older = "old" }
steps = 6
[trajectory.always]
before = "t >= 1 => x == old + 1"
second = "t >= 2 => x - 2*old + older == 0"
wrong  = "t >= 1 => x == old"
"#,
    );
    assert_eq!(of(&found, "before"), Verdict::Held);
    assert_eq!(of(&found, "second"), Verdict::Held);
    assert_eq!(of(&found, "wrong"), Verdict::Refuted);
    // In either order, what is undefined once stays so a step later.
    for order in ["b = \"x0\", a = \"x0\"", "a = \"x0\", b = \"x0\""] {
        let result = check(&format!(
            "[given]\nx0 = \"real in [1, 2]\"\n[trajectory]\nstate = {{ {order} }}\nstep = {{ b = \"x0/t\", a = \"b\" }}\nsteps = 4\n[trajectory.always]\nc = \"a >= 1/4\"\n"
        ));
        assert_eq!(result.verdict, Verdict::Error, "{order}");
    }
    // The floor of a copy is that of what was copied.
    let copied = verdicts(
        r#"
[given]
x0 = "real in [1, 2]"
[trajectory]
state = { b = "sqrt(x0)", a = "sqrt(x0)" }
step  = { b = "if t <= 0 then sqrt(x0)*sqrt(x0 + 1)/sqrt(x0 + 1) else 1", a = "b" }
steps = 2
[trajectory.always]
c = "t == 2 => a*a <= x0"
"#,
    );
    assert_ne!(of(&copied, "c"), Verdict::Suspect);
}

#[test]
fn what_sinks_below_the_range_of_f64_is_not_zero() {
    let sinking = "[given]\na = \"real in [1/2, 1]\"\n[trajectory]\nstate = { z = \"a\" }\nstep = { z = \"z/1000\" }\nsteps = 200\nat = \"every 50\"\n[trajectory.finally]\nzero = \"z == 0\"\nsome = \"z > 0\"\n";
    let result = check(sinking);
    assert_eq!(result.tally.scaled, result.tally.met);
    let found = verdicts(sinking);
    assert_eq!(of(&found, "zero"), Verdict::Refuted);
    assert_eq!(of(&found, "some"), Verdict::Held);
    let started = verdicts(
        "[given]\na = \"real in [1/2, 1]\"\n[trajectory]\nstate = { z = \"a*1e-400\" }\nstep = { z = \"z/2\" }\nsteps = 100\nat = \"every 50\"\n[trajectory.always]\npos = \"z > 0\"\n",
    );
    assert_eq!(of(&started, "pos"), Verdict::Held);
}

#[test]
fn a_part_that_is_nothing_but_rounding_refutes_nothing() {
    let heavy = verdicts(
        r#"
[given]
a = "real in [1/2, 1]"
b = "real in [1, 2]"
[trajectory]
state = { x = "0", v = "0" }
step = { x = "x + v/2 - (a*x - b)/4", v = "v/2 - (a*x - b)/4" }
steps = 400
[trajectory.always]
decays = "abs(v) <= 20*(9/10)^t"
"#,
    );
    assert_eq!(of(&heavy, "decays"), Verdict::Held);
}

#[test]
fn an_end_that_is_not_decided_ends_what_is_said() {
    let found = verdicts(
        r#"
[given]
a = "real in [1, 2]"
[trajectory]
state = { x = "a" }
step = { x = "sqrt(2)*x" }
steps = 40
until = "x >= 32*a"
[trajectory.first]
T1 = "x >= 4*a"
[trajectory.finally]
ten = "t <= 10"
t1 = "T1 <= 4"
"#,
    );
    for name in ["ten", "t1"] {
        assert_ne!(of(&found, name), Verdict::Suspect, "{name}");
    }
}

#[test]
fn a_hypothesis_with_prev_is_met_at_the_start() {
    let found = verdicts(&format!(
        "{HALVING}[trajectory.assume]\nfalls = \"x < prev(x)\"\n[trajectory.always]\nkept = \"x <= 2\"\nwrong = \"x >= 1/2\"\n"
    ));
    assert_eq!(of(&found, "kept"), Verdict::Held);
    assert_eq!(of(&found, "wrong"), Verdict::Refuted);
}

#[test]
fn what_was_before_is_one_step_back_and_no_part_of_a_step() {
    let error = |text: &str| {
        let errors = Checker::new(&claim(text), &options(Backend::best())).err().expect("an error");
        let first = &errors.0[0];
        format!("{}:{} {}", first.line(), first.column(), first.message)
    };
    let stepping =
        "[trajectory]\nstate = { x = '1' }\nstep = { x = 'prev(x)' }\nsteps = 3\n[trajectory.always]\na = 'x > 0'\n";
    assert_eq!(error(stepping), "5:15 a step is made of the state as it is");
    let twice = "[trajectory]\nstate = { x = '1' }\nstep = { x = 'x' }\nsteps = 3\n[trajectory.let]\nfall = 'prev(x) - x'\n[trajectory.always]\na = 'x + prev(fall) > 0'\n";
    assert_eq!(error(twice), "10:10 `prev` goes one step back, and of what is now");
}

/// Gradient descent as it is printed, or with a fault.
struct Plain {
    stale: bool,
}

impl Kernel for Plain {
    fn name(&self) -> &str {
        "plain"
    }

    fn kind(&self) -> Kind {
        Kind::AsymmetricGd
    }

    fn run(&self, problem: &Problem, state: &mut State, _at: u64, steps: u64) -> Result<(), KernelError> {
        let ([x], [eta], [f, g]) = (&problem.data[..], &problem.scalars[..], &mut state[..]) else {
            return Err(KernelError::Unsupported("not the arrays of its kind".to_owned()));
        };
        for _ in 0..steps {
            let residual: DMatrix<f64> = x - &*f * g.transpose();
            let new = &*f + *eta * &residual * &*g;
            let used = if self.stale { &new } else { &*f };
            *g = &*g + *eta * residual.transpose() * used;
            *f = new;
        }
        Ok(())
    }
}

#[test]
fn a_kernel_takes_the_steps_and_is_held_against_the_step_that_is_printed() {
    let by = |stale: bool| check_by(FACTORS, Some(SharedKernel(Arc::new(Plain { stale }))));
    let right = by(false);
    assert_eq!(right.predicates[0].judgement.verdict, Verdict::Held, "{:?}", right.failure);
    assert!(right.tally.met > 20);
    let wrong = by(true);
    assert_eq!(wrong.verdict, Verdict::Error);
    let why = format!("{:?}", wrong.failure);
    assert!(why.contains("`plain` is not the `step` of this claim") && why.contains("its V is off by"), "{why}");
}
