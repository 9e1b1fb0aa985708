//! `[constant]` from end to end: statements whose constants are known, with and without drift, true and false; along runs and flows, over
//! changes of scale; what cannot be read; the same report for any number of threads. Those with chance are in `tests/constants_random.rs`.

mod sought;

use sought::{CHANCE, check, checked, claim, near, of, sought, value};
use theoremcheck::check::constant::{Clipped, End};
use theoremcheck::check::trend::Trend;
use theoremcheck::claim::model::Verdict;

const NORMS: &str = r#"
[given]
n = "int in 1..=8"
L = "real in (0, inf)"
S = "symmetric(n, [-L, L])"
"#;

#[test]
fn the_least_constant_is_found_and_does_not_drift() {
    // norm_F <= sqrt(n)*norm, attained by multiples of the identity.
    let result = check(
        "frobenius",
        &format!(
            "{NORMS}[constant]\nname = \"c\"\nsweep = {{ n = [1, 2, 4, 8], L = \"log [1/1000, 1000] 5\" }}\nclaim = \"norm_F(S) <= c*sqrt(n)*norm(S)\"\n"
        ),
    );
    assert_eq!(result.verdict, Verdict::Held, "{result:?}");
    assert!(near(value(&result), 1.0, 1e-6), "{}", value(&result));
}

#[test]
fn what_grows_towards_an_open_end_drifts() {
    for (name, given, side) in [
        ("below-one", "y = \"real in [0, 1)\"", "1 <= c*(1 - y)"),
        ("above-one", "y = \"real in (1, 2]\"", "1 <= c*(y - 1)"),
    ] {
        let text = format!(
            "[given]\n{given}\n[constant]\nname = \"c\"\nsweep = {{ y = \"linear [5/4, 7/4] 3\" }}\nclaim = \"{side}\"\n"
        );
        let text = if name == "below-one" { text.replace("[5/4, 7/4]", "[1/4, 3/4]") } else { text };
        let result = check(name, &text);
        assert_eq!(result.verdict, Verdict::Drifts, "{name}: {result:?}");
    }
    // What does not grow there is held.
    let result = check(
        "bounded",
        "[given]\ny = \"real in [0, 1)\"\n[constant]\nname = \"c\"\nsweep = { y = [0.5, 0.9, 0.99, 0.995] }\nclaim = \"1 <= c*(2 - y)\"\n",
    );
    assert_eq!(result.verdict, Verdict::Held, "{result:?}");
}

#[test]
fn what_no_search_comes_to_the_end_of_is_not_held() {
    let result = check(
        "gaussian",
        "[given]\nn = \"int in 1..=4\"\nA = \"gaussian(n, n)\"\n[constant]\nname = \"c\"\nsweep = { n = [1, 2, 3, 4] }\nclaim = \"norm(A) <= c\"\n",
    );
    assert!(matches!(result.verdict, Verdict::Inconclusive | Verdict::Drifts), "{result:?}");
}

#[test]
fn what_grows_towards_an_open_end_of_many_numbers_drifts() {
    for (name, given, statement, verdict) in [
        ("singular", "matrix(n, n, sv in (0, 1])", "norm(inv(A)) <= c", Verdict::Drifts),
        ("upper", "vector(n, [0, 1))", "all(i in 1..=n: 1 <= c*(1 - A[i]))", Verdict::Drifts),
        ("indexed", "vector(n, i: (0, i])", "all(i in 1..=n: 1 <= c*A[i])", Verdict::Drifts),
        ("bounded", "matrix(n, n, sv in (0, 1])", "norm(A) <= c", Verdict::Held),
    ] {
        let text = format!(
            "[given]\nn = \"int in 1..=4\"\nA = \"{given}\"\n[constant]\nname = \"c\"\nsweep = {{ n = [1, 2, 3, 4] }}\nclaim = \"{statement}\"\n"
        );
        let result = check(name, &text);
        assert_eq!(result.verdict, verdict, "{name}: {result:?}");
    }
}

#[test]
fn the_worst_case_of_one_curve_is_on_all_of_them() {
    // A needle that no search finds but the one whose values it is among.
    for (name, given, needle, values) in [
        ("real", "real in [0, 1]", "abs(3*y - 1) <= 1/10^9", "\"linear [0, 1] 4\""),
        ("octaves", "real in [1/64, 1] log", "abs(3*y - 1) <= 1/10^9", "\"linear [1/6, 1] 6\""),
        ("integer", "int in 0..=1000000", "y == 333333", "[0, 333333, 666666, 1000000]"),
    ] {
        let text = format!(
            "[given]\nx = \"real in [1, 16] log\"\ny = \"{given}\"\n[constant]\nname = \"c\"\nsweep = {{ x = \"log [1, 16] 5\", y = {values} }}\nclaim = \"(if {needle} then 100 else x/16) <= c\"\n"
        );
        let result = check(name, &text);
        let curve = &sought(&result).curves[0];
        assert_eq!(curve.given, "x");
        assert!(
            curve.points.iter().all(|p| p.asked.demand().is_some_and(|d| near(d, 100.0, 1e-9))),
            "{name}: {curve:?}"
        );
    }
}

#[test]
fn growth_that_two_givens_have_to_themselves_is_seen() {
    // Each alone has nothing to show: the other is large then.
    let reals = "[given]\na = \"real in [1, 1000] log\"\nb = \"real in [1, 1000] log\"\n[constant]\nname = \"c\"\nsweep = { a = \"log [1, 1000] 7\", b = \"log [1, 1000] 7\" }\n";
    for (name, claim) in [("larger", "max(a, b) <= c"), ("root", "sqrt(max(a, b)) <= c")] {
        let result = check(name, &format!("{reals}claim = \"{claim}\"\n"));
        assert_eq!(result.verdict, Verdict::Drifts, "{name}: {result:?}");
    }
    let result = check("smaller", &format!("{reals}claim = \"max(1/a, 1/b) + 1 <= c\"\n"));
    assert_eq!(result.verdict, Verdict::Held, "{result:?}");
    let norms = "[given]\nm = \"int in 1..=64\"\nn = \"int in 1..=64\"\n[constant]\nname = \"c\"\nsweep = { m = [1, 2, 4, 8, 16, 32, 64], n = [1, 2, 4, 8, 16, 32, 64] }\nclaim = \"max(sqrt(m), sqrt(n)) <= c\"\n";
    assert_eq!(check("sizes", norms).verdict, Verdict::Drifts);
    let chance = "[given]\nm = \"int in 1..=64\"\nn = \"int in 1..=64\"\n[constant]\nname = \"c\"\nsweep = { m = [1, 2, 4, 8, 16, 32, 64], n = [1, 2, 4, 8, 16, 32, 64] }\nrandom = { u = \"uniform\" }\nclaim = \"max(m, n)*u <= c\"\nat_least = \"1/2\"\n";
    assert_eq!(check("chance", &chance.replace("uniform", "real in [0, 1]")).verdict, Verdict::Drifts);
}

#[test]
fn open_ends_do_not_hide_each_other() {
    for (name, givens, claim) in [
        ("two", "x = \"real in (0, 1]\"\ny = \"real in (0, 1]\"", "1/x + 1/y <= c"),
        ("two-upper", "x = \"real in [0, 1)\"\ny = \"real in [0, 1)\"", "1/(1 - x) + 1/(1 - y) <= c"),
        ("both", "n = \"int in 1..=3\"\nS = \"symmetric(n, (-1, 1))\"", "1 <= c*(1 - norm(S))"),
        ("dependent", "a = \"real in [1, 2]\"\ny = \"real in (a, 3]\"", "1 <= c*(y - a)"),
    ] {
        let size = if givens.contains("n = ") { "n = [1, 2, 3]" } else { "k = [1, 2, 3]" };
        let text = format!(
            "[given]\nk = \"int in 1..=3\"\n{givens}\n[constant]\nname = \"c\"\nsweep = {{ {size} }}\nclaim = \"{claim}\"\n"
        );
        let result = check(name, &text);
        assert_eq!(result.verdict, Verdict::Drifts, "{name}: {result:?}");
    }
    // Along a run.
    let run = "[given]\nk = \"int in 1..=3\"\nx0 = \"real in (0, 1]\"\n[trajectory]\nstate = { x = \"x0\" }\nstep = { x = \"x\" }\nsteps = 2\n[constant]\nname = \"c\"\nsweep = { k = [1, 2, 3] }\nalways = \"1 <= c*x\"\n";
    let result = check("run", run);
    assert_eq!(result.verdict, Verdict::Drifts, "{result:?}");
}

#[test]
fn a_swept_value_that_leaves_another_given_nothing_is_no_error() {
    let text = "[given]\na = \"real in [1, 10]\"\nx = \"real in [a, 5]\"\n[constant]\nname = \"c\"\nsweep = { a = [1, 2, 3, 4, 8] }\nclaim = \"x <= c\"\n";
    let result = check("empty", text);
    assert_eq!(result.verdict, Verdict::Inconclusive, "{result:?}");
    assert_eq!(sought(&result).curves[0].points[4].asked.demand(), None);
}

#[test]
fn what_has_a_limit_beyond_the_sweep_is_not_said_to_drift() {
    let text = "[given]\nv = \"real in [1, 1000] log\"\n[constant]\nname = \"c\"\nsweep = { v = \"log [1, 1000] 7\" }\nclaim = \"v/(v + 300) <= c\"\n";
    assert_eq!(check("far", text).verdict, Verdict::Inconclusive);
}

#[test]
fn the_worst_case_of_one_size_is_tried_at_the_next() {
    // A needle in the first entry, which only a size that is small enough to be searched well shows.
    let text = "[given]\nn = \"int in 1..=64\"\nv = \"vector(n, [0, 1])\"\n[constant]\nname = \"c\"\nsweep = { n = [1, 4, 16, 64] }\nclaim = \"1/(1/100 + sum(i in 1..=n: (v[i] - (if i == 1 then 1/3 else 0))^2)) <= c\"\n";
    let result = check("sizes", text);
    let curve = &sought(&result).curves[0];
    assert!(curve.points.iter().all(|p| p.asked.demand().is_some_and(|d| d > 70.0)), "{curve:?}");
}

#[test]
fn a_demand_that_is_too_small_to_be_told_from_none_is_not_held() {
    let text = "[given]\nk = \"int in 1..=8\"\n[constant]\nname = \"c\"\nsweep = { k = [1, 2, 4, 8] }\nclaim = \"k <= c*1e295\"\n";
    assert_eq!(check("faint", text).verdict, Verdict::Inconclusive);
}

#[test]
fn what_is_swept_from_end_to_end_has_no_end_to_drift_to() {
    let result = check(
        "whole",
        "[given]\nx = \"real in [0, 1]\"\n[constant]\nname = \"c\"\nsweep = { x = \"linear [0, 1] 5\" }\nclaim = \"x <= c\"\n",
    );
    assert_eq!(result.verdict, Verdict::Held, "{result:?}");
    assert!(near(value(&result), 1.0, 1e-9), "{}", value(&result));
}

#[test]
fn a_first_time_is_not_late_by_the_looks() {
    // Half of it is gone at ln(2)/L, which eight looks see at 0.75/L; and the end is where that is the first look.
    let flow = |end: &str, at: u64, given: &str, sweep: &str| {
        format!(
            "[given]\nL = \"{given}\"\n[flow]\nstate = {{ x = \"1\" }}\nrate = {{ x = \"-L*x\" }}\nend = \"{end}\"\nat = {at}\n[flow.first]\nT = \"x <= 1/2\"\n[constant]\nname = \"c\"\nsweep = {{ L = \"{sweep}\" }}\nclaim = \"T <= c/L\"\n"
        )
    };
    for (name, text) in [
        ("half", flow("2/L", 8, "real in [1/4, 4]", "log [1/4, 4] 5")),
        ("coarse", flow("2", 32, "real in [1, 64]", "log [1, 64] 7")),
    ] {
        let result = check(name, &text);
        assert_eq!(result.verdict, Verdict::Held, "{name}: {result:?}");
        assert!(near(value(&result), std::f64::consts::LN_2, 0.04), "{name}: {}", value(&result));
    }
}

#[test]
fn the_greatest_constant_is_found_and_does_not_drift() {
    let result = check(
        "nuclear",
        &format!(
            "{NORMS}[constant]\nname = \"c\"\nseek = \"greatest\"\nsweep = {{ n = [1, 2, 4, 8] }}\nclaim = \"norm_nuc(S) >= c*norm_F(S)\"\n"
        ),
    );
    assert_eq!(result.verdict, Verdict::Held, "{result:?}");
    assert!(near(value(&result), 1.0, 1e-3), "{}", value(&result));
}

#[test]
fn a_constant_that_depends_on_the_dimension_drifts_with_its_exponent() {
    let result = check(
        "dimension",
        &format!(
            "{NORMS}[constant]\nname = \"c\"\nsweep = {{ n = [1, 2, 4, 8] }}\nclaim = \"norm_F(S) <= c*norm(S)\"\n"
        ),
    );
    assert_eq!(result.verdict, Verdict::Drifts, "{result:?}");
    let (curve, end, trend) = sought(&result).drifts().next().expect("one drifts");
    let Trend::Grows { exponent, interval } = trend else { panic!("{trend:?}") };
    assert!(curve.given == "n" && end == End::Upper && near(*exponent, 0.5, 0.02), "{exponent}");
    assert!(interval.0 <= 0.5 && 0.5 <= interval.1, "{interval:?}");
}

#[test]
fn a_condition_number_that_is_left_out_drifts() {
    let text = r#"
[given]
kappa = "real in [1, 1000] log"
s = "real in [1/kappa, 1]"
[constant]
name = "c"
sweep = { kappa = "log [1, 1000] 7" }
claim = "1/s <= c*POWER"
"#;
    assert_eq!(check("kappa", &text.replace("POWER", "kappa")).verdict, Verdict::Held);
    assert_eq!(check("root", &text.replace("POWER", "sqrt(kappa)")).verdict, Verdict::Drifts);
    assert_eq!(check("logarithm", &text.replace("POWER", "kappa/(1 + log(kappa))")).verdict, Verdict::Drifts);
    // Too much is allowed: the constant falls.
    assert_eq!(check("square", &text.replace("POWER", "kappa^2")).verdict, Verdict::Held);
}

#[test]
fn what_grows_towards_a_limit_does_not_drift() {
    let text = r#"
[given]
x = "real in [1, 300] log"
[constant]
name = "c"
sweep = { x = "log [1, 300] 7" }
claim = "x <= c*(1 + x)"
"#;
    let result = check("limit", text);
    assert_eq!(result.verdict, Verdict::Held, "{result:?}");
    assert_eq!(sought(&result).curves[0].ends[0].1, Trend::Settles, "{result:?}");
}

#[test]
fn a_small_parameter_drifts_towards_zero_alone() {
    let text = r#"
[given]
eps = "real in (0, 1/2] log"
[constant]
name = "c"
sweep = { eps = "log [1e-6, 1/2] 7" }
claim = "1 <= c*FACTOR"
"#;
    assert_eq!(check("small", &text.replace("FACTOR", "eps^(1/4)")).verdict, Verdict::Drifts);
    assert_eq!(check("none", &text.replace("FACTOR", "(1 + eps)")).verdict, Verdict::Held);
}

#[test]
fn another_unit_is_refuted_by_an_exact_change_of_scale() {
    let result = check(
        "units",
        &format!("{NORMS}[constant]\nname = \"c\"\nsweep = {{ n = [1, 2, 4, 8] }}\nclaim = \"norm(S*S) <= c*L\"\n"),
    );
    assert_eq!(result.verdict, Verdict::Refuted, "{result:?}");
    assert!(sought(&result).scaled.is_some() && result.predicates[0].evidence.refutation.is_none());
    // Terms of the greatest degree outweigh the others whatever their signs; together, where they are subtracted from one another.
    let of = |name: &str, statement: &str| {
        let text = "[given]\nn = \"int in 1..=4\"\nL = \"real in (0, inf)\"\nx = \"real in [0, 1]\"\n[constant]\nname = \"c\"\nsweep = { n = [1, 2, 3, 4] }\n";
        check(name, &format!("{text}claim = \"{statement}\"\n"))
    };
    for (name, statement) in [("subtracted", "L*x - L*x^2 <= c*x"), ("outweighed", "L^2*x - 3*L - 7 <= c*L")] {
        let result = of(name, statement);
        assert!(result.verdict == Verdict::Refuted && sought(&result).scaled.is_some(), "{name}: {result:?}");
    }
    let result = of("never-positive", "L^2*x^2 - 2*L^2*x + L*x <= c*L");
    assert_eq!(result.verdict, Verdict::Held, "{result:?}");
    // Two scales that change in step, or against each other: only so the terms have one degree.
    let of = |name: &str, statement: &str| {
        let text = "[given]\nL = \"real in (0, inf)\"\nK = \"real in (0, inf)\"\n[constant]\nname = \"c\"\nsweep = { L = \"log [1/1000, 1000] 7\" }\n";
        check(name, &format!("{text}claim = \"{statement}\"\n"))
    };
    for (name, statement) in [
        ("in-step", "3*L*K - L^2 - K^2 <= c"),
        ("and-less", "3*L*K - L^2 - K^2 - 1 <= c"),
        ("against", "3*L/K - L^2 - 1/K^2 <= c"),
    ] {
        let result = of(name, statement);
        assert!(result.verdict == Verdict::Refuted && sought(&result).scaled.is_some(), "{name}: {result:?}");
    }
    // Squares, so that their sum is never positive.
    for (name, statement) in [("less", "L*K - L^2 - K^2 <= c"), ("square", "2*L*K - L^2 - K^2 + 1 <= c")] {
        let result = of(name, statement);
        assert!(result.verdict == Verdict::Held && sought(&result).scaled.is_none(), "{name}: {result:?}");
    }
    // The same with nothing at all that could be asked is not.
    let result = check(
        "empty",
        &format!("{NORMS}[constant]\nname = \"c\"\nsweep = {{ n = [1, 2, 4, 8] }}\nclaim = \"-norm(S*S) <= c*L\"\n"),
    );
    assert_eq!(result.verdict, Verdict::Held, "{result:?}");
    assert!(sought(&result).worst.is_none());
}

#[test]
fn where_no_constant_works_a_case_is_the_certificate() {
    let text = r#"
[given]
x = "real in [0, 1]"
y = "real in [0, 1]"
[constant]
name = "c"
sweep = { x = [1/4, 1/2, 3/4, 1] }
claim = "x <= c*y*(x - 1/2)^2"
"#
    .replace("[1/4, 1/2, 3/4, 1]", "[\"1/4\", \"1/2\", \"3/4\", 1]");
    let result = check("nothing", &text);
    assert_eq!(result.verdict, Verdict::Refuted, "{result:?}");
    assert!(result.predicates[0].evidence.refutation.is_some());
}

#[test]
fn the_parts_of_a_statement_join() {
    let text = |claim: &str| {
        format!(
            "[given]\nx = \"real in [1, 8]\"\ny = \"real in [1, 8]\"\nn = \"int in 1..=4\"\nv = \"vector(n, [1, 4])\"\n[constant]\nname = \"c\"\nsweep = {{ n = [1, 2, 3, 4] }}\nclaim = \"{claim}\"\n"
        )
    };
    for (name, statement, wanted) in [
        ("and", "x <= c and y <= 2*c", 8.0),
        ("chain", "x <= c <= c*y", 8.0),
        ("all", "all(i in 1..=n: v[i] <= c)", 4.0),
        ("guard", "x <= 2 => x <= c", 2.0),
        ("inner", "x <= 2*c and (y >= x => x <= c)", 8.0),
        ("branch", "if x <= y then x <= c else y <= c/2", 16.0),
        // Of either the least: at x = y = 8.
        ("or", "x <= c or y <= 2*c", 4.0),
        ("empty", "all(i in 1..=n, i > 4: v[i] <= c) and x <= c", 8.0),
    ] {
        let result = check(name, &text(statement));
        assert!(near(value(&result), wanted, 0.01), "{name}: {}", value(&result));
    }
}

#[test]
fn a_hypothesis_with_the_constant_asks_for_a_small_one() {
    // The conclusion fails from eta = 2/L on.
    let text = r#"
[given]
L = "real in [1/8, 8] log"
eta = "real in (0, 4/L]"
[constant]
name = "c"
seek = "greatest"
sweep = { L = "log [1/8, 8] 7" }
claim = "eta <= c/L => abs(1 - eta*L) <= 1"
"#;
    let result = check("stepsize", text);
    assert!(near(value(&result), 2.0, 0.01), "{}", value(&result));
    assert_eq!(result.verdict, Verdict::Held, "{result:?}");
}

#[test]
fn a_constant_along_a_run() {
    let text = r#"
[given]
kappa = "real in [1, 100] log"
eta = "real in [1/8, 1/4]"
[trajectory]
state = { x = "1" }
step = { x = "x - eta*x/kappa" }
steps = 2000
until = "x <= 1/2"
[trajectory.first]
T = "x <= 1/2"
[constant]
name = "c"
sweep = { kappa = "log [1, 100] 5" }
STATEMENT
"#;
    let right = check("time", &text.replace("STATEMENT", "claim = \"T <= c*kappa/eta\""));
    assert_eq!(right.verdict, Verdict::Held, "{right:?}");
    // ln 2, and a step more.
    assert!(value(&right) >= 0.69 && value(&right) < 1.0, "{}", value(&right));
    let wrong = check("short", &text.replace("STATEMENT", "claim = \"T <= c/eta\""));
    assert_eq!(wrong.verdict, Verdict::Drifts, "{wrong:?}");
    let always = check("always", &text.replace("STATEMENT", "always = \"x <= c*exp(-eta*t/kappa)\""));
    assert_eq!(always.verdict, Verdict::Held, "{always:?}");
    assert!(near(value(&always), 1.0, 1e-3), "{}", value(&always));
}

#[test]
fn what_is_asked_at_the_end_of_runs_that_are_cut_off_is_no_trend() {
    // The sum is (1 - x)/eta, so 1/(2*eta) at the end, and no more than 200 after 200 steps.
    let text = |steps: u32, statement: &str| {
        format!(
            "[given]\neta = \"real in [1/1000, 1/10] log\"\n[trajectory]\nstate = {{ x = \"1\", s = \"0\", n = \"0\" }}\nstep = {{ x = \"(1 - eta)*x\", s = \"s + x\", n = \"n + 1\" }}\n\
             steps = {steps}\nuntil = \"x <= 1/2\"\n[constant]\nname = \"c\"\nsweep = {{ eta = \"log [1/1000, 1/10] 8\" }}\n{statement}\n"
        )
    };
    for statement in ["s", "n"] {
        let short = check(&format!("cut-{statement}"), &text(200, &format!("claim = \"{statement} <= c\"")));
        assert_eq!(short.verdict, Verdict::Inconclusive, "{statement}: {short:?}");
        let reason = short.predicates[0].judgement.reason.clone().unwrap_or_default();
        assert!(reason.contains("runs are cut off"), "{statement}: {reason}");
        let points = &sought(&short).curves[0].points;
        assert_eq!((points[0].clipped, points[7].clipped), (Some(Clipped::Runs), None), "{statement}: {points:?}");
        let long = check(&format!("whole-{statement}"), &text(2000, &format!("claim = \"{statement} <= c\"")));
        assert_eq!(long.verdict, Verdict::Drifts, "{statement}: {long:?}");
        // On the way nothing is cut off.
        let always = check(&format!("way-{statement}"), &text(200, &format!("always = \"{statement} <= c\"")));
        assert!(sought(&always).curves[0].points.iter().all(|point| point.clipped.is_none()), "{always:?}");
    }
    // A flow of which nothing speaks of the time is asked at its end, too.
    let flow = |end: u32| {
        format!(
            "[given]\na = \"real in [1/1000, 1/10] log\"\n[flow]\nstate = {{ x = \"1\", s = \"0\" }}\nrate = {{ x = \"-a*x\", s = \"x\" }}\nend = {end}\nuntil = \"x <= 1/2\"\n\
             [constant]\nname = \"c\"\nsweep = {{ a = \"log [1/1000, 1/10] 6\" }}\nclaim = \"s <= c\"\n"
        )
    };
    let short = check("cut-flow", &flow(200));
    assert_eq!(short.verdict, Verdict::Inconclusive, "{short:?}");
    let points = &sought(&short).curves[0].points;
    assert_eq!(points[0].clipped, Some(Clipped::Runs), "{points:?}");
    assert!(points[0].asked.demand().is_some_and(|demand| demand > 150.0), "{points:?}");
}

#[test]
fn a_constant_along_a_flow() {
    let text = |most: u32| {
        format!(
            "[given]\nx0 = \"real in (0, {most}]\"\n[flow]\nstate = {{ x = \"x0\" }}\nrate = {{ x = \"-x^2\" }}\nend = \"10\"\n[constant]\nname = \"c\"\n\
             sweep = {{ x0 = \"log [1/1000, {most}] 6\" }}\nalways = \"x <= c/(1 + t)\"\n"
        )
    };
    // x is x0/(1 + x0*t), so it is x0 that is asked for from 1 on, at t = 0, and less than 1 below.
    let below = check("inverse", &text(1));
    assert!(below.verdict == Verdict::Held && near(value(&below), 1.0, 1e-6), "{below:?}");
    let grows = check("inverse-large", &text(100));
    assert!(grows.verdict == Verdict::Drifts && near(value(&grows), 100.0, 1e-6), "{grows:?}");
    // Whether it is an end of its interval alone, or where x0 goes on to, a value of 2 does not say.
    let between = check("inverse-two", &text(2));
    assert!(between.verdict == Verdict::Inconclusive && near(value(&between), 2.0, 1e-6), "{between:?}");
}

#[test]
fn the_wrong_way_round_is_an_error_that_names_the_other_way() {
    let text =
        "[given]\nx = \"real in [1, 2]\"\n[constant]\nname = \"c\"\nsweep = { x = [1, 2] }\nclaim = \"x >= c\"\n";
    let result = check("wrong-way", text);
    assert_eq!(result.verdict, Verdict::Error, "{result:?}");
    let reason = result.failure.as_ref().map(|failure| failure.reason()).unwrap_or_default();
    assert!(reason.contains("`seek = \"greatest\"`"), "{reason}");
    let right = check("right-way", &text.replace("name = \"c\"", "name = \"c\"\nseek = \"greatest\""));
    assert!(near(value(&right), 1.0, 1e-6));
}

#[test]
fn growth_over_too_few_values_is_not_told() {
    let text = "[given]\nx = \"real in [1, 100]\"\n[constant]\nname = \"c\"\nsweep = { x = [1, 10, 100] }\nclaim = \"x <= c\"\n";
    assert_eq!(check("few", text).verdict, Verdict::Inconclusive);
}

#[test]
fn a_part_of_the_state_that_starts_at_zero_has_no_scale_to_show() {
    // L/(L + 1)^2 is at most 1/4.
    let text = "[given]\nL = \"real in (0, inf)\"\nn = \"int in 1..=4\"\n[trajectory]\nstate = { x = \"0\" }\nstep = { x = \"1\" }\nsteps = 1\n[constant]\nname = \"c\"\nsweep = { n = [1, 2, 3, 4] }\nclaim = \"L <= c*(L + x)^2\"\n";
    let result = check("zero-start", text);
    assert!(sought(&result).scaled.is_none(), "{result:?}");
    assert!(near(value(&result), 0.25, 0.01), "{}", value(&result));
}

#[test]
fn a_size_of_one_is_still_a_size() {
    let given = "n = \"int in 1..=4\"\nS = \"symmetric(n, [0, 1])\"";
    let result = of("one", given, "n = [1, 2, 3, 4]", "claim = \"norm(S + I) <= c\"");
    assert!(result.verdict == Verdict::Held && near(value(&result), 2.0, 1e-6), "{result:?}");
}

#[test]
fn values_at_which_nothing_can_be_measured_are_no_level() {
    for (name, given, sweep, claim) in [
        ("overflow", "q = \"real in [1, 1000] log\"", "q = \"log [1, 1000] 7\"", "exp(q) <= c"),
        ("cancel", "q = \"real in (0, 1] log\"", "q = \"log [1e-12, 1] 7\"", "exp(q) - 1 - q <= c*q^3"),
    ] {
        let result = of(name, given, sweep, &format!("claim = \"{claim}\""));
        assert_ne!(result.verdict, Verdict::Held, "{name}: {result:?}");
    }
    let never = "[given]\nkappa = \"real in [1, 1000] log\"\n[trajectory]\nstate = { x = \"1\" }\nstep = { x = \"x - x/(4*kappa)\" }\nsteps = 200\n[trajectory.first]\nT0 = \"x <= 1/2\"\n[constant]\nname = \"c\"\nsweep = { kappa = \"log [1, 1000] 7\" }\nclaim = \"T0 <= c\"\n";
    let result = check("never", never);
    assert_ne!(result.verdict, Verdict::Held, "{result:?}");
}

#[test]
fn a_swept_given_keeps_an_interval_that_depends_on_others() {
    let given = "kappa = \"real in [1, 1000] log\"\ns = \"real in [1/kappa, 1]\"";
    let result = of("dependent", given, "s = \"log [1/1000, 1] 7\"", "claim = \"1/s <= c*kappa\"");
    assert!(near(value(&result), 1.0, 1e-6), "{result:?}");
    let given = "n = \"int in 1..=8\"\nk = \"int in 1..=n\"";
    let result = of("dependent-size", given, "k = [1, 2, 4, 8]", "claim = \"k <= c*n\"");
    assert!(result.verdict == Verdict::Held && near(value(&result), 1.0, 1e-6), "{result:?}");
}

#[test]
fn a_size_that_is_no_dimension_has_values_of_its_own() {
    let given = "j = \"int in 1..=64\"\nx = \"real in [1, 2]\"";
    let result = of("bound", given, "j = [1, 4, 16, 64]", "claim = \"sum(i in 1..=j: x) <= c\"");
    let demands: Vec<f64> = sought(&result).curves[0].points.iter().filter_map(|point| point.asked.demand()).collect();
    assert_eq!(demands, [2.0, 8.0, 32.0, 128.0]);
    assert_eq!(result.verdict, Verdict::Drifts, "{result:?}");
}

#[test]
fn what_goes_up_and_down_is_no_drift() {
    let given = "x = \"real in [1, 1000] log\"";
    let result = of("waves", given, "x = \"log [1, 1000] 7\"", "claim = \"2 + sin(3*log(x)) <= c\"");
    assert_ne!(result.verdict, Verdict::Drifts, "{result:?}");
}

#[test]
fn a_factor_near_one_drifts_to_the_end_of_its_interval() {
    let given = "beta = \"real in [0, 1)\"";
    let sweep = "beta = [0, 0.5, 0.9, 0.99, 0.999, 0.9999]";
    let wrong = of("momentum", given, sweep, "claim = \"1/(1 - beta) <= c\"");
    assert_eq!(wrong.verdict, Verdict::Drifts, "{wrong:?}");
    let right = of("momentum-right", given, sweep, "claim = \"(1 + beta)/(1 - beta) <= c/(1 - beta)\"");
    assert_eq!(right.verdict, Verdict::Held, "{right:?}");
}

#[test]
fn what_is_not_swept_hides_no_drift() {
    let result =
        of("corner", "n = \"int in 1..=4\"\ny = \"real in (0, 1]\"", "n = [1, 2, 3, 4]", "claim = \"1 <= c*y\"");
    assert_eq!(result.verdict, Verdict::Drifts, "{result:?}");
    let given = "n = \"int in 1..=8\"\nL = \"real in (0, inf)\"";
    let result = of("scale", given, "n = [1, 2, 4, 8]", "claim = \"n <= 4 and 1 + L <= c\"");
    assert_ne!(result.verdict, Verdict::Held, "{result:?}");
}

#[test]
fn a_strict_comparison_of_zeros_is_false() {
    let given = "x = \"real in [-1, 1]\"\nn = \"int in 1..=4\"";
    let result = of("strict", given, "n = [1, 2, 3, 4]", "claim = \"abs(x) < c*abs(x)\"");
    assert_eq!(result.verdict, Verdict::Refuted, "{result:?}");
}

#[test]
fn the_outcome_is_the_same_for_any_number_of_threads() {
    let claims = [
        claim("threads-a", &CHANCE.replace("BOUND", "(sqrt(n) + sqrt(k))")),
        claim(
            "threads-b",
            &format!(
                "{NORMS}[constant]\nname = \"c\"\nsweep = {{ n = [1, 2, 4, 8] }}\nclaim = \"norm_F(S) <= c*norm(S)\"\n"
            ),
        ),
    ];
    let told = |jobs| -> Vec<String> {
        checked(&claims, jobs)
            .iter()
            .map(|r| format!("{:?} {:?} {:?}", r.verdict, r.constant, r.predicates[0].judgement))
            .collect()
    };
    assert_eq!(told(1), told(3));
}
