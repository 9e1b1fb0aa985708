//! Claims about flows, end to end: solutions that are known in closed form, against the integrator and against the enclosures, each true
//! claim beside a false twin that must not hold.

mod texts;

use texts::{check_with, claim, options};
use theoremcheck::arith::Backend;
use theoremcheck::case::point::{Exactly, Values};
use theoremcheck::certify::{Certificate, Certifier, Decision};
use theoremcheck::check::Checker;
use theoremcheck::check::record::{CaseRecord, Fate};
use theoremcheck::claim::model::Verdict;
use theoremcheck::engine::outcome::ClaimResult;

fn check(text: &str, cases: u64) -> ClaimResult {
    check_with(text, Some(cases), options(Backend::best()))
}

/// A look to the bit: what became of it, margin, floor, where.
type Bits = (Fate, u64, u64, Option<u64>);

fn looks(text: &str, backend: Backend, cases: u64) -> Vec<Vec<Bits>> {
    let checker = Checker::new(&claim(text), &options(backend)).unwrap_or_else(|e| panic!("{}", e.render(100, false)));
    let mut all = Vec::new();
    let mut keep = |case: &CaseRecord<'_>| {
        all.push(case.looks.iter().map(|l| (l.fate, l.margin.to_bits(), l.floor.to_bits(), l.at)).collect());
    };
    checker.run(0..cases, &mut keep).expect("a plan");
    all
}

fn fates(text: &str, predicate: usize, cases: u64) -> Vec<Fate> {
    let found = looks(text, Backend::best(), cases);
    found.iter().filter_map(|case| case.get(predicate)).map(|look| look.0).collect()
}

/// Flows with their solutions, each an equality of the state and its closed form.
const CLOSED: [(&str, &str, &str); 8] = [
    (
        "logistic",
        "[given]\nx0 = \"real in [1/10, 2]\"\nT = \"real in [0, 3]\"\n[flow]\nstate = { x = \"x0\" }\nrate = { x = \"x*(1 - x)\" }\nend = \"T\"\n",
        "x == x0*exp(t)/(1 - x0 + x0*exp(t))",
    ),
    (
        "oscillator",
        "[given]\nx0 = \"real in [-1, 1]\"\nT = \"real in [0, 20]\"\n[flow]\nstate = { x = \"x0\", v = \"1\" }\nrate = { x = \"v\", v = \"-x\" }\nend = \"T\"\n",
        "x + v*2 == x0*cos(t) + sin(t) + 2*(cos(t) - x0*sin(t)) + 4 - 4",
    ),
    (
        "linear",
        "[given]\nn = \"int in 1..=3\"\nA = \"symmetric(n, [-2, 2])\"\nx0 = \"gaussian(n, 1)\"\nT = \"real in [0, 3]\"\n[flow]\nstate = { x = \"x0\" }\nrate = { x = \"A*x\" }\nend = \"T\"\n",
        "x == expm(t*A)*x0",
    ),
    (
        "decay to nothing",
        "[given]\nx0 = \"real in [1, 2]\"\n[flow]\nstate = { x = \"x0\" }\nrate = { x = \"-x\" }\nend = \"40\"\n",
        "x == x0*exp(-t)",
    ),
    (
        "rate in time",
        "[given]\nx0 = \"real in [1, 2]\"\nT = \"real in [0, 3]\"\n[flow]\nstate = { x = \"x0\" }\nrate = { x = \"t*x\" }\nend = \"T\"\nat = \"log 12\"\n",
        "x == x0*exp(t^2/2)",
    ),
    (
        "integral",
        "[given]\nw = \"real in [1/2, 4]\"\nT = \"real in [0, 5]\"\n[flow]\nstate = { L = \"0\" }\nrate = { L = \"sin(w*t)\" }\nend = \"T\"\n",
        "w*L == 1 - cos(w*t)",
    ),
    // S' = (Sigma - S) S + S (Sigma - S) from a start that commutes with Sigma: the logistic equation in each eigenvalue.
    (
        "riccati",
        "[given]\nd = \"int in 1..=3\"\nSigma = \"symmetric(d, [1/2, 2])\"\ns0 = \"real in [1/10, 1]\"\nT = \"real in [0, 2]\"\n[flow]\nstate = { S = \"s0*Sigma\" }\nrate = { S = \"(Sigma - S)*S + S*(Sigma - S)\" }\nend = \"T\"\n",
        "S*((1 - s0)*I + s0*expm(2*t*Sigma)) == s0*Sigma*expm(2*t*Sigma)",
    ),
    (
        "rotation",
        "[given]\nT = \"real in [0, 6]\"\n[flow]\nstate = { c = \"1\", s = \"0\", a = \"1\" }\nrate = { c = \"-s\", s = \"c\", a = \"a*c\" }\nend = \"T\"\n",
        "a == exp(sin(t))",
    ),
];

#[test]
fn the_true_error_is_within_the_floor_and_a_part_in_ten_million_is_beyond_it() {
    for (name, flow, law) in CLOSED {
        let (left, right) = law.split_once(" == ").expect("a law is an equality");
        let wrong = format!("{left} == (1 + 1e-7)*({right})");
        let text = format!("{flow}[flow.always]\nlaw = \"{law}\"\nwrong = \"t > 0 => {wrong}\"\n");
        let found = looks(&text, Backend::best(), 128);
        assert!(found.iter().filter(|case| !case.is_empty()).count() >= 64, "{name}: too few cases");
        for (index, case) in found.iter().enumerate().filter(|(_, case)| !case.is_empty()) {
            let (fate, margin, floor, at) = case[0];
            let (margin, floor) = (f64::from_bits(margin), f64::from_bits(floor));
            assert!(
                matches!(fate, Fate::WithinFloor | Fate::Held),
                "{name}, case {index}: {fate:?} at {at:?}, margin {margin:e}, floor {floor:e}"
            );
            assert!(floor < 1e-8, "{name}, case {index}: floor {floor:e}");
        }
        let violated = found.iter().filter(|case| case.get(1).is_some_and(|look| look.0 == Fate::Violated)).count();
        assert!(violated >= 48, "{name}: the wrong law is violated in {violated} cases");
    }
}

#[test]
fn a_false_claim_is_refuted_with_its_look_and_a_true_one_holds() {
    let result = check(
        r#"
[given]
x0 = "real in [1/2, 2]"
T  = "real in [1/2, 2]"
[flow]
state = { x = "x0" }
rate  = { x = "-x" }
end   = "T"
[flow.always]
falls = "x <= x0 + 1/1000"
slow  = "x >= x0*(1 - t/2)"
[flow.finally]
small = "x <= 1"
"#,
        128,
    );
    let of = |name: &str| result.predicates.iter().find(|p| p.info.name == name).expect("it is asked");
    assert_eq!(of("falls").judgement.verdict, Verdict::Held);
    assert_eq!(of("slow").judgement.verdict, Verdict::Refuted);
    assert_eq!(of("small").judgement.verdict, Verdict::Refuted);
    let refutation = of("slow").evidence.refutation.as_ref().expect("it is certified");
    assert!(refutation.at.is_some_and(|at| (1..=32).contains(&at)));
    assert!(refutation.margin.hi < dashu_ratio::RBig::ZERO);
    assert_eq!(of("small").evidence.refutation.as_ref().and_then(|r| r.at), Some(32));
}

fn rational(text: &str) -> Exactly {
    let (p, q) = text.split_once('/').unwrap_or((text, "1"));
    Exactly::Rational(dashu_ratio::RBig::from_parts(p.parse().expect("an integer"), q.parse().expect("a natural")))
}

fn decided(text: &str, values: &[Exactly], bits: usize) -> Decision {
    let claim = claim(text);
    let certifier = Certifier::new(&claim, 1 << 16).unwrap_or_else(|e| panic!("{}", e.render(100, false)));
    let values: Values = values.iter().cloned().enumerate().collect();
    certifier.decide(&values, 0, bits).expect("values that fit")
}

#[test]
fn an_enclosure_holds_the_closed_form_and_is_narrow() {
    let cases: [(&str, &str, &str); 6] = [
        ("x = \"1/3\"", "x = \"x*(1 - x)\"", "exp(t)/3/(2/3 + exp(t)/3)"),
        ("x = \"0\", v = \"1\"", "x = \"v\", v = \"-x\"", "sin(t)"),
        ("x = \"1\"", "x = \"t*x\"", "exp(t^2/2)"),
        ("x = \"1\"", "x = \"1/(2*x)\"", "sqrt(1 + t)"),
        ("x = \"1\", A = \"identity(2)\"", "x = \"-tr(inv(A))*x/2\", A = \"A\"", "exp(exp(-t) - 1)"),
        ("x = \"1\", y = \"1\"", "x = \"-x/sqrt(y)\", y = \"1\"", "exp(2 - 2*sqrt(1 + t))"),
    ];
    for (start, rate, closed) in cases {
        for end in ["1/2", "2"] {
            let flow = format!(
                "[given]\nT = \"real in [0, 4]\"\n[flow]\nstate = {{ {start} }}\nrate = {{ {rate} }}\nend = \"T\"\nat = 2\n"
            );
            let near = format!("{flow}[flow.always]\nnear = \"abs(x - {closed}) <= 1e-7\"\n");
            let off = format!("{flow}[flow.finally]\noff = \"abs(x - ({closed}) - 2e-6) <= 1e-6\"\n");
            assert!(
                matches!(decided(&near, &[rational(end)], 256), Decision::Holds(_)),
                "{rate} until {end}: {:?}",
                decided(&near, &[rational(end)], 256)
            );
            assert!(matches!(decided(&off, &[rational(end)], 256), Decision::Violated(_)), "{rate} until {end}");
        }
    }
}

#[test]
fn more_bits_enclose_more_closely() {
    let text = "[given]\nT = \"real in [0, 4]\"\n[flow]\nstate = { x = \"1\" }\nrate = { x = \"-x^2\" }\nend = \"T\"\nat = 1\n\
                [flow.finally]\nc = \"x <= 1/(1 + t)\"\n";
    // x(1) is exactly 1/2: no enclosure decides `x <= 1/2`, whatever its bits.
    assert!(matches!(decided(text, &[rational("1")], 512), Decision::Undecided(_)));
    for (digits, bits) in [(7, 128), (16, 256)] {
        let text = text.replace("1/(1 + t)\"", &format!("1/(1 + t) - 1e-{digits}\""));
        match decided(&text, &[rational("1")], bits) {
            Decision::Violated(Certificate { bits: used, .. }) => assert!(used <= bits, "1e-{digits} took {used} bits"),
            other => panic!("1e-{digits} in {bits} bits: {other:?}"),
        }
    }
}

#[test]
fn what_cannot_be_enclosed_is_undecided_and_never_violated() {
    let flow = |rate: &str, predicate: &str| {
        format!(
            "[given]\nT = \"real in [0, 4]\"\n[flow]\nstate = {{ x = \"0\" }}\nrate = {{ x = \"{rate}\" }}\nend = \"T\"\n[flow.always]\nc = \"{predicate}\"\n"
        )
    };
    // From 1/2, what is zero in finite time has a root at the end of its domain; a kink at a tie has no series; a blow-up has no box.
    for (rate, predicate) in [("-sqrt(x + 1/2) - 1", "x >= -9"), ("1/2 - abs(x)", "x <= 9"), ("1 + x^2", "x >= -9")] {
        let start = if rate.contains("abs") { "-1/100" } else { "0" };
        let text = flow(rate, predicate).replace("state = { x = \"0\" }", &format!("state = {{ x = \"{start}\" }}"));
        let decision = decided(&text, &[rational("3")], 256);
        assert!(matches!(decision, Decision::Undecided(_)), "{rate}: {decision:?}");
    }
}

#[test]
fn a_part_below_the_range_of_f64_is_beyond_it() {
    let text = r#"
[given]
a = "real in [1, 2]"
[flow]
state = { x = "1e-170", y = "1" }
rate = { x = "-a*x", y = "-y" }
end = "4"
[flow.always]
up = "x <= 1e-170*exp(-a*t)*(1 + 1e-6)"
lo = "x >= 1e-170*exp(-a*t)*(1 - 1e-6)"
low = "x >= 2e-170*exp(-a*t)"
"#;
    for predicate in [0, 1] {
        let found = fates(text, predicate, 32);
        assert!(found.iter().all(|fate| *fate != Fate::Violated), "{found:?}");
        assert!(found.contains(&Fate::Held));
    }
    assert!(fates(text, 2, 32).contains(&Fate::Violated));
}

/// All solutions leave the line that the exact one stays on, and meet again at its end.
#[test]
fn solutions_that_part_and_meet_again_say_nothing() {
    let text = r#"
[given]
a = "real in [1/4, 1/2]"
[flow]
state = { x = "sqrt(a)*sqrt(a) - a", y = "1" }
rate  = { x = "x*(1 - x)", y = "0" }
end   = "100"
[flow.always]
rests = "abs(x) <= 1e-3"
"#;
    let found = fates(text, 0, 32);
    assert!(found.iter().all(|fate| *fate != Fate::Violated), "{found:?}");
}

#[test]
fn a_blow_up_ends_and_says_nothing_beyond_it() {
    let text = r#"
[given]
x0 = "real in [1, 2]"
[flow]
state = { x = "x0" }
rate  = { x = "x^2" }
end   = "2"
[flow.always]
before = "t < 9/10*(1/x0) => x*(1 - x0*t) == x0"
ever   = "x >= 0"
[flow.finally]
end    = "t == 1"
"#;
    assert!(fates(text, 0, 64).iter().all(|fate| matches!(fate, Fate::Held | Fate::WithinFloor | Fate::OutOfRange)));
    // It does not get to the end, so it neither holds nor fails there. A look right at the pole is within its floor.
    assert!(fates(text, 1, 64).iter().all(|fate| matches!(fate, Fate::OutOfRange | Fate::WithinFloor)));
    assert!(fates(text, 2, 64).iter().all(|fate| *fate == Fate::OutOfRange));
}

#[test]
fn a_stiff_flow_ends_in_bounded_work() {
    let text = r#"
[given]
k = "real in [1e8, 1e9]"
[flow]
state = { x = "1" }
rate  = { x = "-k*(x - cos(t))" }
end   = "10"
[flow.finally]
end   = "x <= 2"
"#;
    assert!(fates(text, 0, 16).iter().all(|fate| *fate == Fate::OutOfRange));
}

#[test]
fn a_flow_that_ends_before_it_begins_is_undefined() {
    let text = "[given]\nT = \"real in [-2, -1]\"\n[flow]\nstate = { x = \"1\" }\nrate = { x = \"x\" }\nend = \"T\"\n[flow.always]\nc = \"x >= 0\"\n";
    assert!(fates(text, 0, 16).iter().all(|fate| *fate == Fate::Undefined));
}

#[test]
fn until_first_times_and_hypotheses_on_the_path_are_watched_at_the_looks() {
    let result = check(
        r#"
[given]
x0 = "real in [1, 2]"
[flow]
state = { x = "x0" }
rate  = { x = "1" }
end   = "4"
until = "x >= 4"
[flow.first]
T0 = "x >= 31/10"
[flow.assume]
alive = "x <= 36/10"
[flow.always]
after = "x >= 31/10 => t >= T0"
when  = "x >= 31/10 => T0 <= 2 + 1/4"
never = "x <= 36/10"
late  = "x >= 31/10 => T0 >= 3/2"
[flow.finally]
nothing = "x <= 0"
"#,
        64,
    );
    let of =
        |name: &str| result.predicates.iter().find(|p| p.info.name == name).expect("it is asked").judgement.verdict;
    assert_eq!(of("after"), Verdict::Held);
    assert_eq!(of("when"), Verdict::Held);
    assert_eq!(of("never"), Verdict::Held);
    assert_eq!(of("late"), Verdict::Refuted);
    // Every run ends when the hypothesis fails, before its end.
    assert_eq!(of("nothing"), Verdict::Vacuous);
}

#[test]
fn the_end_of_a_flow_that_is_cut_off_is_asked_whether_or_not_anything_speaks_of_the_time() {
    let text = "[given]\nx0 = \"real in [1, 2]\"\n[flow]\nstate = { x = \"x0\" }\nrate = { x = \"-x\" }\nend = \"1\"\nuntil = \"x <= 1/100\"\n\
        [flow.finally]\nlow = \"x <= 1/100\"\nhigh = \"x >= 1/10\"\n";
    for text in [text.to_owned(), format!("{text}time = \"t <= 1\"\n")] {
        for (predicate, wanted) in [Fate::Violated, Fate::Held, Fate::Undefined].into_iter().enumerate() {
            assert!(fates(&text, predicate, 64).into_iter().all(|fate| fate == wanted), "{text}: {predicate}");
        }
    }
    assert_eq!(fates(text, 0, 64).len(), 64);
}

#[test]
fn a_derivative_along_the_flow_is_asked_of_the_state() {
    let result = check(
        r#"
[given]
d     = "int in 1..=2"
Sigma = "symmetric(d, [1/2, 2])"
S0    = "symmetric(d, [1/10, 1])"
[flow]
state = { S = "S0", n = "norm_F(S0)^2" }
rate  = { S = "(Sigma - S)*S + S*(Sigma - S)", n = "2*inner(S, (Sigma - S)*S + S*(Sigma - S))" }
end   = "1"
[flow.let]
P = "Sigma - S"
[flow.always]
norm = "n == norm_F(S)^2"
rate = "D(norm_F(S)^2; S -> P*S + S*P) == 4*tr(S*P*S)"
psd  = "zeros(d, d) <= S"
"#,
        64,
    );
    for predicate in &result.predicates {
        assert_eq!(predicate.judgement.verdict, Verdict::Held, "{}", predicate.info.name);
    }
}

#[test]
fn a_slope_is_fitted_at_the_end_of_flows() {
    let result = check(
        r#"
[given]
k = "real in [1/10, 10] log"
[flow]
state = { x = "1" }
rate  = { x = "-k*x" }
end   = "2/k"
[flow.first]
T0 = "x <= 1/2"
[scaling]
sweep = { k = "log [1/10, 10] 6" }
fit   = "log(T0) ~ log(k)"
slope = "about -1"
"#,
        64,
    );
    assert_eq!(result.verdict, Verdict::Held);
}

#[test]
fn every_back_end_and_any_part_of_the_cases_give_the_same_bits() {
    let (_, riccati, law) = CLOSED[6];
    let text = format!("{riccati}[flow.always]\nlaw = \"{law}\"\npsd = \"S >= zeros(d, d)\"\n");
    let best = looks(&text, Backend::best(), 48);
    for backend in Backend::available() {
        assert!(best == looks(&text, backend, 48), "{backend}");
    }
    let checker =
        Checker::new(&claim(&text), &options(Backend::best())).unwrap_or_else(|e| panic!("{}", e.render(100, false)));
    let mut alone = Vec::new();
    let mut keep = |case: &CaseRecord<'_>| {
        alone
            .push(case.looks.iter().map(|l| (l.fate, l.margin.to_bits(), l.floor.to_bits(), l.at)).collect::<Vec<_>>());
    };
    checker.run(13..22, &mut keep).expect("a plan");
    assert!(alone[..] == best[13..22]);
}
