//! Experiments from a claim's text to its figure and verdict: readings that are true, false and open, numbers and when they are taken, lanes
//! that are shared by points, runs that diverge, budgets, and what is refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use theoremcheck::arith::Backend;
use theoremcheck::check::figure::Found;
use theoremcheck::check::reading::Answer;
use theoremcheck::check::{CheckOptions, Checker};
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::{Claim, ClaimId, Verdict};
use theoremcheck::engine::budget::Budget;
use theoremcheck::engine::exit::Exit;
use theoremcheck::engine::outcome::{ClaimResult, Outcome};
use theoremcheck::engine::run::{MAX_ELEMENTS, RunOptions, run};

fn loaded(text: &str) -> Result<Claim, String> {
    let text = format!("title = \"t\"\nat = \"x\"\n{text}");
    load(&text, Path::new("claims/p/c.toml"), ClaimId("p/c".into()), &|_| None).map_err(|e| e.render(100, false))
}

fn claim(text: &str) -> Claim {
    loaded(text).unwrap_or_else(|e| panic!("{e}"))
}

fn options(backend: Backend) -> CheckOptions {
    CheckOptions { seed: 1, backend, max_elements: MAX_ELEMENTS, kernel: None }
}

fn found_on(text: &str, backend: Backend) -> Found {
    let checker = Checker::new(&claim(text), &options(backend)).unwrap_or_else(|e| panic!("{}", e.render(100, false)));
    checker.experiment().unwrap_or_else(|e| panic!("{e}"))
}

fn found(text: &str) -> Found {
    found_on(text, Backend::best())
}

fn result(text: &str, budget: Budget) -> ClaimResult {
    let options = RunOptions { budget, cases: None, jobs: 1, check: options(Backend::best()) };
    let mut outcomes = run(&[&claim(text)], &options, &|_| {}).expect("threads");
    match outcomes.pop() {
        Some(Outcome::Checked(result)) => *result,
        Some(Outcome::Malformed(bad)) => panic!("{}", bad.diagnostics.render(100, false)),
        None => panic!("no outcome"),
    }
}

/// What is wrong with a claim, at load, when it is typed, or when it is run.
fn refused(text: &str) -> String {
    let claim = match loaded(text) {
        Ok(claim) => claim,
        Err(errors) => return errors,
    };
    match Checker::new(&claim, &options(Backend::best())) {
        Err(errors) => errors.render(100, false),
        Ok(checker) => checker.experiment().err().map(|e| e.to_string()).unwrap_or_default(),
    }
}

fn number(found: &Found, name: &str) -> Vec<f64> {
    let number = found.numbers.iter().find(|number| number.name == name).unwrap_or_else(|| panic!("no {name}"));
    number.values.iter().map(|value| value.map_or(f64::NAN, |(value, _)| value)).collect()
}

fn close(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-12 * b.abs())
}

/// `x` is halved, or multiplied by another factor, in each step.
const HALVES: &str =
    "[given]\nq = \"real in (0, 2]\"\n[trajectory]\nstate = { x = \"1\" }\nstep = { x = \"q*x\" }\nsteps = 10\n";
const PLOT: &str = "[experiment.plot.x]\ny = \"x\"\n";

fn halves(experiment: &str) -> String {
    format!("{HALVES}[experiment]\nsweep = {{ q = [1/2, 1/4] }}\n{experiment}").replace("1/2, 1/4", "\"1/2\", \"1/4\"")
}

#[test]
fn numbers_are_taken_at_the_end_at_a_step_and_over_all_looks() {
    let found = found(&halves(&format!(
        "[experiment.number]\nlast = \"x\"\nthird = {{ of = \"x\", at = 3 }}\nleast = {{ least = \"(x - 1/16)^2\" }}\nwhere = {{ least_at = \"(x - 1/16)^2\" }}\n\
         most = {{ greatest = \"x\" }}\nwhen = {{ greatest_at = \"-x\" }}\n{PLOT}[experiment.reading]\nfalls = \"last[1] > last[2]\"\n"
    )));
    assert_eq!(number(&found, "last"), [0.5_f64.powi(10), 0.25_f64.powi(10)]);
    assert_eq!(number(&found, "third"), [0.125, 1.0 / 64.0]);
    assert_eq!(number(&found, "least"), [0.0, 0.0]);
    assert_eq!(number(&found, "where"), [4.0, 2.0]);
    assert_eq!(number(&found, "most"), [1.0, 1.0]);
    assert_eq!(number(&found, "when"), [10.0, 10.0]);
    // A curve for each value, a point for each look.
    let curves = &found.panels[0].curves;
    let labels: Vec<&str> = curves.iter().map(|curve| curve.label.as_str()).collect();
    assert_eq!(labels, ["q = 0.5", "q = 0.25"]);
    assert_eq!(curves[1].points[2], (2.0, 1.0 / 16.0));
    assert_eq!(curves[0].points.len(), 11);
}

#[test]
fn a_reading_is_held_rejected_or_open_and_never_refuted() {
    let verdicts = |reading: &str| {
        let text =
            halves(&format!("[experiment.number]\nlast = \"x\"\n{PLOT}[experiment.reading]\nr = \"{reading}\"\n"));
        result(&text, Budget::Quick)
    };
    for (reading, wanted) in [
        ("last[1] > last[2]", Verdict::Held),
        ("last[1] < last[2]", Verdict::Rejected),
        ("all(i in 1..=2: last[i] == q[i]^10)", Verdict::Held),
        ("any(i in 1..=2: last[i] > 1)", Verdict::Rejected),
        ("last[1]/(last[1] - last[1]) > 0", Verdict::Error),
    ] {
        let result = verdicts(reading);
        assert_eq!(result.verdict, wanted, "{reading}: {:?}", result.predicates[0].judgement.reason);
    }
    let planted = verdicts("last[1] < last[2]");
    assert_eq!(Exit::of_claim(&planted), Exit::DecidedOtherwise);
    let margin = planted.figure.as_ref().and_then(|figure| figure.readings[0].margin).expect("a margin").0;
    // In the size of the terms: (4^-10 - 2^-10)/(4^-10 + 2^-10).
    assert!((margin + (1.0 - 0.5_f64.powi(10)) / (1.0 + 0.5_f64.powi(10))).abs() < 1e-12, "{margin}");
}

#[test]
fn a_number_within_its_rounding_decides_nothing_unless_it_is_meant_as_computed() {
    let text = |as_: &str| {
        format!(
            "[given]\na = \"real in [1, 2]\"\n[experiment]\nsweep = {{ a = [1, 2] }}\n\
             [experiment.number]\nnone = {{ of = \"sqrt(a + 1)^2 - a - 1\"{as_} }}\n[experiment.plot.p]\nover = \"a\"\ny = \"none\"\n\
             [experiment.reading]\nr = \"none[1] <= 1e-30\"\n"
        )
    };
    assert_eq!(found(&text("")).readings[0].answer, Answer::Open);
    assert_ne!(found(&text(", as = \"computed\"")).readings[0].answer, Answer::Open);
}

/// What becomes of readings of runs at swept values of `eta`, one of which is allowed to be open.
fn at_equality(eta: &str, step: &str, readings: &[(&str, Answer)]) {
    let all: Vec<String> = readings.iter().enumerate().map(|(i, (text, _))| format!("r{i} = \"{text}\"\n")).collect();
    let found = found(&format!(
        "[given]\neta = \"real in (0, 10]\"\n[trajectory]\nstate = {{ x = \"1\" }}\nstep = {{ x = \"{step}\" }}\nsteps = 3\n[experiment]\n\
         sweep = {{ eta = [{eta}] }}\n[experiment.number]\none = {{ of = \"x\", at = 1 }}\ntwo = {{ of = \"x\", at = 2 }}\nlast = \"x\"\n\
         [experiment.plot.p]\ny = \"x\"\n[experiment.reading]\n{}",
        all.concat()
    ));
    for ((text, wanted), read) in readings.iter().zip(&found.readings) {
        assert_eq!(read.answer, *wanted, "{text}: {:?}", read.margin);
    }
}

#[test]
fn what_is_equal_but_for_its_rounding_is_not_told() {
    // A bound on a rounding error that is that error itself, rounded, is no bound.
    at_equality(
        "0.5, 1, 2, 4, 5",
        "x/(1 + eta)",
        &[
            ("all(i in 1..=5: one[i] <= 1/(1 + eta[i]))", Answer::Open),
            ("all(i in 1..=5: one[i] >= 1/(1 + eta[i]))", Answer::Open),
            ("all(i in 1..=5: one[i] <= 1/(1 + eta[i]) + 1e-15)", Answer::Yes),
            ("any(i in 1..=5: one[i] >= 1/(1 + eta[i]) + 1e-15)", Answer::No),
            // Exact.
            ("one[2] == 1/2 and last[2] == 1/8", Answer::Yes),
            ("one[3] == 1/3", Answer::Open),
        ],
    );
}

#[test]
fn a_swept_decimal_is_what_is_written() {
    at_equality(
        "0.1, 0.3, 0.7",
        "(1 - eta)*x",
        &[
            ("eta[1] == 1/10 and eta[2] >= 3/10 and eta[2] <= 3/10 and 10*eta[3] == 7", Answer::Yes),
            ("eta[1] > 1/10", Answer::No),
            // The run is of the nearest float, and known to that.
            ("two[2] <= 49/100 and two[2] >= 49/100", Answer::Open),
            ("all(i in 1..=3: two[i] <= (1 - eta[i])^2)", Answer::Open),
            ("all(i in 1..=3: two[i] <= (1 - eta[i])^2 + 1e-15 and two[i] >= (1 - eta[i])^2 - 1e-15)", Answer::Yes),
        ],
    );
}

#[test]
fn a_swept_decimal_between_two_ends_is_what_is_written() {
    let answers = |sweep: &str, readings: &[&str]| -> Vec<Answer> {
        let text = format!(
            "[given]\neta = \"real in (0, 1)\"\n[trajectory]\nstate = {{ x = \"1\" }}\nstep = {{ x = \"x/2\" }}\nsteps = 10\n[experiment]\nsweep = {{ eta = \"{sweep}\" }}\n\
             [experiment.number]\ne = \"eta\"\n{PLOT}[experiment.reading]\n"
        );
        let readings = readings.iter().enumerate().map(|(i, reading)| format!("r{i} = \"{reading}\"\n"));
        found(&(text + &readings.collect::<String>())).readings.iter().map(|reading| reading.answer).collect()
    };
    let linear = [
        "eta[1] <= 0.1 and eta[2] == 0.2 and eta[3] >= 0.3",
        "eta[1] == 1/10",
        "eta[1] < 0.1",
        // A number of the run is that of the nearest float, known to the difference.
        "e[1] <= 0.1",
        "e[3] > 0.3",
        "abs(e[2] - 0.2) <= 1e-16",
    ];
    let wanted = [Answer::Yes, Answer::Yes, Answer::No, Answer::Open, Answer::Open, Answer::Yes];
    assert_eq!(answers("linear [0.1, 0.3] 3", &linear), wanted);
    let log = ["eta[1] == 0.001 and eta[3] == 0.1", "eta[3] > 0.1", "abs(eta[2] - 0.01) <= 1e-16", "e[1] <= 0.001"];
    assert_eq!(answers("log [0.001, 0.1] 3", &log), [Answer::Yes, Answer::No, Answer::Yes, Answer::Open]);
}

#[test]
fn two_swept_givens_make_a_grid_with_two_indices() {
    let text = "[given]\na = \"real in [0, 9]\"\nn = \"int in 1..=9\"\n[experiment]\nsweep = { a = [1, 2, 3], n = [2, 5] }\n\
        [experiment.number]\nv = \"a*n + tr(identity(n))\"\n[experiment.plot.p]\nover = \"a\"\ny = \"v\"\n[experiment.plot.q]\nover = \"n\"\nx = \"v\"\ny = \"a\"\n\
        [experiment.reading]\ngrid = \"all(i in 1..=3, j in 1..=2: v[i, j] == a[i]*n[j] + n[j])\"\nsize = \"rows(v) == 3 and cols(v) == 2\"\n";
    let found = found(text);
    assert_eq!(number(&found, "v"), [4.0, 10.0, 6.0, 15.0, 8.0, 20.0]);
    assert!(found.readings.iter().all(|reading| reading.answer == Answer::Yes), "{:?}", found.readings);
    let curves = &found.panels[0].curves;
    assert_eq!(curves.len(), 2);
    assert_eq!(curves[1].label, "n = 5");
    assert_eq!(curves[1].points, [(1.0, 10.0), (2.0, 15.0), (3.0, 20.0)]);
    assert_eq!(found.panels[1].curves[2].points, [(8.0, 3.0), (20.0, 3.0)]);
}

#[test]
fn an_integer_that_is_no_size_shares_its_lanes_with_others() {
    let text = |given: &str| {
        format!(
            "[given]\np = \"{given}\"\nz = \"gaussian(3, 1)\"\n[trajectory]\nstate = {{ x = \"z/2^p\" }}\nstep = {{ x = \"x/2\" }}\nsteps = 5\n\
             [experiment]\nsweep = {{ p = [1, 2, 3, 4, 5] }}\n[experiment.number]\nv = \"norm(x)\"\n[experiment.plot.p]\nover = \"p\"\ny = \"v\"\n\
             [experiment.reading]\nfalls = \"all(i in 1..=4: v[i + 1] < v[i])\"\n"
        )
    };
    let (integer, real) = (found(&text("int in 0..=9")), found(&text("real in [0, 9]")));
    // One octet of five lanes: the cost of as many lanes of reals.
    assert_eq!(integer.cost.evaluations, real.cost.evaluations);
    let v = number(&integer, "v");
    let halves: Vec<f64> = (0..5).map(|i| v[0] * 0.5_f64.powi(i)).collect();
    assert!(close(&v, &halves), "{v:?}");
    assert_eq!(integer.readings[0].answer, Answer::Yes);
}

#[test]
fn runs_of_one_number_differ_by_the_swept_values_alone() {
    let text = |runs: u64| {
        format!(
            "[given]\na = \"real in [0, 9]\"\nz = \"normal\"\n[experiment]\nsweep = {{ a = [0, 1] }}\nruns = {runs}\n\
             [experiment.number]\nv = \"a + z\"\nlo = {{ of = \"z\", over_runs = \"least\" }}\nhi = {{ of = \"z\", over_runs = \"greatest\" }}\nm = \"z\"\n\
             [experiment.plot.p]\nover = \"a\"\ny = \"v\"\n[experiment.reading]\nshift = \"abs(v[2] - v[1] - 1) <= 1e-12\"\norder = \"all(i in 1..=2: lo[i] <= m[i] <= hi[i])\"\n"
        )
    };
    for runs in [2, 8, 13] {
        let found = found(&text(runs));
        assert!(found.readings.iter().all(|reading| reading.answer == Answer::Yes), "{runs}: {:?}", found.readings);
        // The draws are by law, and differ from run to run.
        assert!(number(&found, "lo")[0] < number(&found, "hi")[0]);
        assert_eq!(found.runs.records.len() as u64, 2 * runs);
    }
    let many = found(&text(4000));
    assert!(number(&many, "m")[0].abs() < 0.1, "{:?}", number(&many, "m"));
}

#[test]
fn what_is_drawn_has_the_law_of_its_sampler() {
    // The first entry of a uniform unit vector of three has mean 0 and mean square 1/3.
    let text = "[given]\na = \"real in [0, 1]\"\nQ = \"orthogonal(3)\"\n[experiment]\nsweep = { a = [0, 1] }\nruns = 2000\n\
        [experiment.number]\nm = \"Q[1, 2]\"\ns = \"Q[1, 2]^2\"\n[experiment.plot.p]\nover = \"a\"\ny = \"m\"\n\
        [experiment.reading]\nmean = \"abs(m[1]) <= 1/15\"\nsquare = \"abs(s[1] - 1/3) <= 1/25\"\n";
    let found = found(text);
    assert!(found.readings.iter().all(|reading| reading.answer == Answer::Yes), "{:?}", found.readings);
}

#[test]
fn a_run_that_diverges_has_no_values_from_there_on_and_says_so() {
    let text = "[given]\nq = \"real in (0, 20]\"\n[trajectory]\nstate = { x = \"2\" }\nstep = { x = \"q*x^2/4\" }\nsteps = 9\n[experiment]\nsweep = { q = [1, 16] }\n\
        [experiment.number]\nlast = \"x\"\nleast = { least = \"x\" }\n[experiment.plot.x]\ny = \"x\"\nlog = \"y\"\n\
        [experiment.reading]\nleast = \"least[2] > least[1]\"\nlast = \"last[2] > last[1]\"\n";
    let result = result(text, Budget::Quick);
    let verdict = |name: &str| {
        let predicate = result.predicates.iter().find(|predicate| predicate.info.name == name).expect("a reading");
        (predicate.judgement.verdict, predicate.judgement.reason.clone().unwrap_or_default())
    };
    assert_eq!(verdict("least").0, Verdict::Held);
    let (open, reason) = verdict("last");
    assert_eq!(open, Verdict::Inconclusive);
    assert!(reason.contains("`last` has no value at q = 16") && reason.contains("range of f64"), "{reason}");
    let figure = result.figure.expect("a figure");
    assert!(figure.panels[0].curves[1].points.len() < figure.panels[0].curves[0].points.len());
}

#[test]
fn a_reading_names_the_run_that_it_rests_on() {
    // The first run sinks below what is known, the third leaves the range; a reading of one of them says nothing of the other.
    let text = "[given]\nq = \"real in [0, 10]\"\n[trajectory]\nstate = { x = \"1\" }\nstep = { x = \"x - q*x\" }\nsteps = 2000\n[experiment]\nsweep = { q = [0.5, 1, 3] }\n\
        [experiment.number]\nlast = \"x\"\n[experiment.plot.x]\ny = \"abs(x)\"\nlog = \"y\"\n\
        [experiment.reading]\nfirst = \"last[1] < 1\"\nthird = \"last[3] > 1\"\nsecond = \"last[2] == 0\"\n";
    let result = result(text, Budget::Quick);
    let reason = |name: &str| {
        let predicate = result.predicates.iter().find(|predicate| predicate.info.name == name).expect("a reading");
        (predicate.judgement.verdict, predicate.judgement.reason.clone().unwrap_or_default())
    };
    let ((first, why), (third, other)) = (reason("first"), reason("third"));
    assert!(first == Verdict::Inconclusive && why.contains("rounding at q = 0.5"), "{why}");
    assert!(third == Verdict::Inconclusive && other.contains("no value at q = 3"), "{other}");
    assert_eq!(reason("second").0, Verdict::Held);
}

#[test]
fn a_first_time_that_has_not_come_has_no_value() {
    let text = halves(&format!(
        "[experiment.number]\ntime = \"T\"\n{PLOT}[experiment.reading]\nboth = \"time[1] > time[2]\"\none = \"time[2] <= 10\"\n"
    ))
    .replace("steps = 10\n", "steps = 10\n[trajectory.first]\nT = \"x <= 1/2^15\"\n");
    let found = found(&text);
    assert_eq!(found.readings[0].missing[0].0, "time");
    assert_eq!(found.readings[0].answer, Answer::Open);
    assert_eq!(found.readings[1].answer, Answer::Yes);
    assert_eq!(number(&found, "time")[1], 8.0);
}

#[test]
fn a_doubtful_branch_within_a_step_does_not_pass_for_a_value() {
    // Whether 3*x/3 == x is within rounding for an irrational x: the branch is not known, and so is nothing after it.
    let text = "[given]\na = \"real in [1, 2]\"\n[trajectory]\nstate = { x = \"sqrt(a + 1)\" }\nstep = { x = \"if 3*x/3 <= x then x/2 else x/3\" }\nsteps = 6\n\
        [experiment]\nsweep = { a = [1, 2] }\n[experiment.number]\nlast = \"x\"\n[experiment.plot.x]\ny = \"x\"\n[experiment.reading]\nr = \"last[1] > 0\"\n";
    let result = result(text, Budget::Quick);
    assert_eq!(result.verdict, Verdict::Inconclusive);
    let reason = result.predicates[0].judgement.reason.clone().unwrap_or_default();
    assert!(
        reason.contains("`last` has no bound on its rounding at a = 1: from step 1 on rounding may have done anything"),
        "{reason}"
    );
}

#[test]
fn a_run_that_stops_before_its_time_has_no_end() {
    // Whether sqrt(3)^2 <= 3 is within its rounding: nothing is known of where the run ends.
    let text = "[given]\na = \"real in [1, 2]\"\n[trajectory]\nstate = { x = \"1\" }\nstep = { x = \"x/2\" }\nsteps = 6\nuntil = \"t >= 3 and sqrt(a + 1)^2 <= a + 1\"\n\
        [experiment]\nsweep = { a = [1, 2] }\n[experiment.number]\nlast = \"x\"\nfirst = { of = \"x\", at = 1 }\n[experiment.plot.x]\ny = \"x\"\n\
        [experiment.reading]\nend = \"last[2] > 0\"\nway = \"first[2] == 1/2\"\n";
    let result = result(text, Budget::Quick);
    let verdicts: Vec<Verdict> = result.predicates.iter().map(|predicate| predicate.judgement.verdict).collect();
    assert_eq!(verdicts, [Verdict::Inconclusive, Verdict::Held]);
    let reason = result.predicates[0].judgement.reason.clone().unwrap_or_default();
    assert!(reason.contains("`last` has no value at a = ") && reason.contains("`until`"), "{reason}");
}

/// Two runs that come to their end (`until`), at steps 69 and 7, and two that 200 steps do not bring there.
const CUT: &str = "[given]\neta = \"real in (0, 1)\"\n[trajectory]\nstate = { x = \"1\" }\nstep = { x = \"(1 - eta)*x\" }\nsteps = 200\nuntil = \"x <= 1/2\"\n\
    [experiment]\nsweep = { eta = [0.001, 0.002, 0.01, 0.1] }\n";

#[test]
fn when_a_run_ends_that_is_cut_off_is_not_known() {
    let text = format!(
        "{CUT}[experiment.number]\ntime = \"t\"\nlast = \"x\"\nlatest = {{ greatest = \"t\" }}\nearliest = {{ least = \"t\" }}\nlow = {{ least_at = \"x\" }}\n\
         high = {{ greatest_at = \"x\" }}\nthird = {{ of = \"t\", at = 3 }}\nearly = {{ least = \"x + (t - 5)^2\" }}\n{PLOT}\
         [experiment.reading]\ntruth = \"time[1] > time[2]\"\nlie = \"time[1] <= 200\"\nended = \"time[3] == 69 and time[4] == 7\"\nstate = \"last[1] > last[2]\"\n"
    );
    let found = found(&text);
    let known = |name: &str| number(&found, name).iter().map(|value| !value.is_nan()).collect::<Vec<_>>();
    for name in ["time", "latest", "low"] {
        assert_eq!(known(name), [false, false, true, true], "{name}");
        assert_eq!(number(&found, name)[2..], [69.0, 7.0], "{name}");
    }
    // What does not speak of the end, or was seen before it, stays.
    for name in ["last", "early"] {
        assert_eq!(known(name), [true; 4], "{name}");
    }
    assert_eq!(number(&found, "earliest"), [0.0; 4]);
    assert_eq!(number(&found, "high"), [0.0; 4]);
    assert_eq!(number(&found, "third"), [3.0; 4]);
    let answers: Vec<Answer> = found.readings.iter().map(|reading| reading.answer).collect();
    assert_eq!(answers, [Answer::Open, Answer::Open, Answer::Yes, Answer::Yes]);
    let result = result(&text, Budget::Quick);
    let reason = result.predicates[0].judgement.reason.clone().unwrap_or_default();
    assert!(reason.contains("`time` has no value at eta = 0.001: it is cut off at step 200"), "{reason}");
    assert_eq!(result.verdict, Verdict::Inconclusive);
}

#[test]
fn a_mean_of_times_rests_on_every_run() {
    let text = "[given]\neta = \"real in [1/100, 1/10]\"\nx0 = \"real in [1, 1000] log\"\n[trajectory]\nstate = { x = \"x0\" }\nstep = { x = \"(1 - eta)*x\" }\n\
        steps = 50\nuntil = \"x <= 1/2\"\n[experiment]\nruns = 5\nsweep = { eta = [0.01, 0.1] }\n[experiment.number]\n\
        time = { of = \"t\", over_runs = \"mean\" }\n[experiment.plot.x]\ny = \"x\"\n[experiment.reading]\nr = \"time[1] >= time[2]\"\n";
    assert!(number(&found(text), "time")[0].is_nan());
    assert_eq!(result(text, Budget::Quick).verdict, Verdict::Inconclusive);
}

#[test]
fn when_a_flow_ends_that_is_cut_off_is_not_known() {
    let text = "[given]\na = \"real in (0, 1)\"\n[flow]\nstate = { x = \"1\" }\nrate = { x = \"-a*x\" }\nend = 200\nuntil = \"x <= 1/2\"\n\
        [experiment]\nsweep = { a = [0.001, 0.01, 0.1] }\n[experiment.number]\ntime = \"t\"\nlast = \"x\"\nlow = { least_at = \"x\" }\n\
        [experiment.plot.x]\ny = \"x\"\n[experiment.reading]\nlie = \"time[1] <= 200\"\nended = \"time[2] > time[3]\"\nstate = \"last[1] > last[2]\"\n";
    let found = found(text);
    let (time, low) = (number(&found, "time"), number(&found, "low"));
    assert!(time[0].is_nan() && low[0].is_nan(), "{time:?} {low:?}");
    assert_eq!(time[1..], [75.0, 12.5]);
    let answers: Vec<Answer> = found.readings.iter().map(|reading| reading.answer).collect();
    assert_eq!(answers, [Answer::Open, Answer::Yes, Answer::Yes]);
    assert!(found.readings[0].missing[0].1.contains("cut off at time 200"), "{:?}", found.readings[0].missing);
}

#[test]
fn a_flow_that_stops_before_its_time_has_no_end() {
    let text = |more: &str| {
        format!(
            "[given]\na = \"real in [1, 2]\"\n[flow]\nstate = {{ x = \"1\" }}\nrate = {{ x = \"-x\" }}\nend = 2\nat = 8\n{more}\
             [experiment]\nsweep = {{ a = [1, 2] }}\n[experiment.number]\nlast = \"x\"\nleast = {{ least = \"x\" }}\nfirst = {{ of = \"x\", at = 1/2 }}\n\
             [experiment.plot.x]\ny = \"x\"\n[experiment.reading]\nend = \"last[2] > 0\"\nlow = \"least[2] > 0\"\nway = \"abs(first[2] - exp(-1/2)) <= 1e-9\"\n"
        )
        .replace("at = 1/2", "at = \"1/2\"")
    };
    let answers =
        |more: &str| -> Vec<Answer> { found(&text(more)).readings.iter().map(|reading| reading.answer).collect() };
    assert_eq!(answers(""), [Answer::Yes; 3]);
    // Whether sqrt(3)^2 <= 3 is within its rounding.
    for more in [
        "until = \"t >= 1 and sqrt(a + 1)^2 <= a + 1\"\n",
        "[flow.assume]\nlate = \"t < 1\"\n",
        "[flow.first]\nT = \"t >= 1 and sqrt(a + 1)^2 <= a + 1\"\n",
    ] {
        assert_eq!(answers(more), [Answer::Open, Answer::Open, Answer::Yes], "{more}");
    }
    let reason =
        result(&text("[flow.assume]\nlate = \"t < 1\"\n"), Budget::Quick).predicates[0].judgement.reason.clone();
    assert!(reason.as_ref().is_some_and(|reason| reason.contains("after time 0.75 a hypothesis")), "{reason:?}");
}

/// `x` is doubled, or multiplied by more, until `f64` ends, each run at a step of its own.
const LEAVES: &str = "[given]\nq = \"real in [2, 20]\"\n[trajectory]\nstate = { x = \"1\", y = \"1\" }\nstep = { x = \"q*x\", y = \"y/2\" }\nsteps = 2000\n";

#[test]
fn what_leaves_f64_before_a_first_time_keeps_what_it_had_and_has_no_end() {
    let text = format!(
        "{LEAVES}[trajectory.first]\nT = \"x <= 1/2\"\n[experiment]\nsweep = {{ q = [20, 4, 2] }}\n[experiment.number]\nlast = \"x\"\n\
        g = {{ greatest = \"x\" }}\nwhere = {{ greatest_at = \"x\" }}\ntime = \"T\"\nearly = {{ of = \"if t < 5 then 1 else T\", at = 3 }}\n\
        mixed = {{ greatest = \"if t < 5 then 1 else T\" }}\n[experiment.plot.x]\ny = \"x\"\nlog = \"y\"\n\
        [experiment.reading]\na = \"last[3] > 1\"\nb = \"g[1] > 1 and g[2] > 1 and g[3] > 1\"\n"
    );
    let shown = found(&text);
    let none = |name: &str| number(&shown, name).iter().all(|value| value.is_nan());
    // The runs share their lanes: each has a step of its own from which on it is not known.
    assert!(none("last") && none("time") && none("mixed"), "{:?}", shown.numbers);
    assert_eq!(number(&shown, "where"), [236.0, 511.0, 1023.0]);
    assert!(close(&number(&shown, "g"), &[20_f64.powi(236), 4_f64.powi(511), 2_f64.powi(1023)]));
    assert_eq!(number(&shown, "early"), [1.0; 3]);
    let result = result(&text, Budget::Quick);
    let judged = |place: usize| &result.predicates[place].judgement;
    let reason = judged(0).reason.clone().unwrap_or_default();
    assert!(reason.contains("leaves the range of f64 before step 1024") && !reason.contains("rounding"), "{reason}");
    assert_eq!(judged(1).verdict, Verdict::Held);
}

#[test]
fn a_run_whose_end_is_beyond_f64_keeps_what_has_no_value_later() {
    let text = format!(
        "{LEAVES}until = \"x <= 1/2\"\n[experiment]\nsweep = {{ q = [4, 2] }}\n[experiment.number]\ng = {{ greatest = \"x\" }}\nother = {{ least = \"y\" }}\n\
        early = {{ of = \"y\", at = 10 }}\nlate = {{ of = \"y\", at = 1500 }}\n[experiment.plot.x]\ny = \"x\"\nlog = \"y\"\n[experiment.reading]\nr = \"late[1] < 1\"\n"
    );
    let shown = found(&text);
    assert!(close(&number(&shown, "g"), &[4_f64.powi(511), 2_f64.powi(1023)]));
    assert_eq!(number(&shown, "early"), [0.5_f64.powi(10); 2]);
    assert!(number(&shown, "other").iter().chain(&number(&shown, "late")).all(|value| value.is_nan()));
    let reason = result(&text, Budget::Quick).predicates[0].judgement.reason.clone().unwrap_or_default();
    assert!(reason.contains("range of f64 before step 512") && reason.contains("`until`"), "{reason}");
}

#[test]
fn a_first_time_that_is_lost_takes_those_with_it_that_speak_of_it() {
    // `x` sinks to where `f64` has no digits: whether it is 2 or more there is not known.
    let text = "[given]\nq = \"real in (0, 1]\"\n[trajectory]\nstate = { x = \"1\", y = \"1\" }\nstep = { x = \"q*x/2\", y = \"y/2 + 1\" }\nsteps = 3000\n\
        [trajectory.first]\nT = \"x >= 2\"\nS = \"t >= T + 2 or t >= 2000\"\nR = \"x <= 1/1000\"\n[experiment]\nsweep = { q = [1/2, 1] }\n\
        [experiment.number]\ntime = \"T\"\nafter = \"S\"\nother = \"R\"\nlast = \"y\"\n[experiment.plot.x]\ny = \"y\"\n[experiment.reading]\nr = \"other[1] == 5 and last[2] > 1\"\n"
        .replace("[1/2, 1]", "[\"1/2\", 1]");
    let shown = found(&text);
    assert!(number(&shown, "time").iter().chain(&number(&shown, "after")).all(|value| value.is_nan()));
    assert_eq!(number(&shown, "other"), [5.0, 10.0]);
    assert_eq!(number(&shown, "last"), [2.0; 2]);
    assert_eq!(shown.readings[0].answer, Answer::Yes);
}

#[test]
fn a_run_without_open_questions_is_not_said_to_leave_f64() {
    let text = halves(
        "[experiment.number]\ntime = \"T\"\n[experiment.plot.p]\nover = \"q\"\ny = \"time\"\n[experiment.reading]\nr = \"time[1] == 1\"\n",
    )
    .replace("steps = 10\n", "steps = 10\n[trajectory.first]\nT = \"x <= 1/2\"\n");
    let shown = found(&text);
    assert_eq!(number(&shown, "time"), [1.0, 1.0]);
    assert!(!format!("{shown:?}").contains("range of f64"), "{shown:?}");
}

#[test]
fn along_a_flow_the_time_is_drawn_to_the_right() {
    let text = "[given]\na = \"real in [1, 4]\"\n[flow]\nstate = { x = \"1\" }\nrate = { x = \"-a*x\" }\nend = 2\nat = 8\n[experiment]\nsweep = { a = [1, 2] }\n\
        [experiment.number]\nlast = \"x\"\nhalf = { of = \"x\", at = 1 }\n[experiment.plot.x]\ny = \"x\"\n\
        [experiment.reading]\nr = \"all(i in 1..=2: abs(last[i] - exp(-2*a[i])) <= 1e-9 and abs(half[i] - exp(-a[i])) <= 1e-9)\"\n";
    let found = found(text);
    assert_eq!(found.readings[0].answer, Answer::Yes, "{:?} {:?}", found.readings, found.numbers);
    let times: Vec<f64> = found.panels[0].curves[0].points.iter().map(|point| point.0).collect();
    assert_eq!(times, [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0]);
}

/// A factorization by its kernel, from three starts of two kinds.
const KERNEL: &str = "[given]\nalpha = \"real in (0, 1]\"\nasymmetric = \"int in 0..=1\"\nFt = \"gaussian(6, 3)\"\nGt = \"gaussian(6, 3)\"\neta = \"1/8\"\n\
    [let]\nX = \"diag(vec(i in 1..=6: if i <= 2 then 1/i else 0))\"\n\
    [trajectory]\nstate = { F = \"alpha/4*Ft\", G = \"alpha/4*(asymmetric/3*Gt + (1 - asymmetric)*Ft)\" }\n\
    step = { F = \"F + eta*(X - F*G')*G\", G = \"G + eta*(X - F*G')'*F\" }\nsteps = 400\nat = \"every 40\"\nkernel = \"asymmetric-gd\"\n\
    [trajectory.let]\nloss = \"norm_F(F*G' - X)^2/2\"\n\
    [experiment]\nsweep = { alpha = [0.5, 0.25, 0.125], asymmetric = [0, 1] }\nlegend = { asymmetric = [\"symmetric\", \"asymmetric\"], alpha = \"a={}\" }\n\
    [experiment.number]\nlast = \"loss\"\n[experiment.plot.loss]\ny = \"loss\"\nlog = \"y\"\n\
    [experiment.reading]\nr = \"all(i in 1..=3: last[i, 2] < last[i, 1])\"\n";

#[test]
fn a_kernel_makes_the_runs_and_is_held_against_the_step() {
    let (kernel, plain) = (found(KERNEL), found(&KERNEL.replace("kernel = \"asymmetric-gd\"\n", "")));
    let (a, b) = (number(&kernel, "last"), number(&plain, "last"));
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() <= 1e-9 * b.abs()), "{a:?} {b:?}");
    let labels: Vec<&str> = kernel.panels[0].curves.iter().map(|curve| curve.label.as_str()).collect();
    assert_eq!(labels[..2], ["a=0.5, symmetric", "a=0.5, asymmetric"]);
    let wrong = refused(&KERNEL.replace("F + eta*(X - F*G')*G", "F + eta*(X - 2*F*G')*G"));
    assert!(wrong.contains("is not the `step` of this claim"), "{wrong}");
}

#[test]
fn every_back_end_gives_the_same_figure() {
    let best = found(KERNEL);
    for backend in Backend::ALL.into_iter().filter(|backend| backend.is_available()) {
        let other = found_on(KERNEL, backend);
        assert_eq!(other.panels, best.panels, "{backend}");
        assert_eq!(other.readings, best.readings, "{backend}");
    }
}

#[test]
fn what_an_experiment_costs_is_known_before_it_is_run() {
    let text = |n: u64, least: &str| {
        format!(
            "{least}[given]\na = \"real in [0, 1]\"\nS = \"symmetric({n}, [1, 2])\"\n[trajectory]\nstate = {{ Y = \"S\" }}\nstep = {{ Y = \"Y*Y*Y/4\" }}\nsteps = 20000\nat = \"every 20000\"\n\
             [experiment]\nsweep = {{ a = [0, 1] }}\n[experiment.number]\nv = \"tr(Y)\"\n[experiment.plot.p]\nover = \"a\"\ny = \"v\"\n[experiment.reading]\nr = \"v[1] == v[2]\"\n"
        )
    };
    for (n, budget, wanted) in [
        (30, Budget::Quick, "run it with --budget default"),
        (100, Budget::Default, "run it with --budget deep"),
        (200, Budget::Deep, "no budget is enough"),
    ] {
        let result = result(&text(n, ""), budget);
        assert_eq!(result.verdict, Verdict::NotRun, "{n}");
        let reason = result.failure.as_ref().map(|failure| failure.reason()).unwrap_or_default();
        assert!(reason.contains(wanted) && reason.contains("2 points count for"), "{reason}");
        assert!(!result.as_expected && result.figure.is_none());
    }
    // A file that says so is as it is expected to be.
    let result = result(&text(100, "[budget]\nleast = \"deep\"\n"), Budget::Default);
    assert_eq!((result.verdict, result.as_expected), (Verdict::NotRun, true));
    assert_eq!(Exit::of_claim(&result), Exit::AsExpected);
    assert!(result.failure.is_some_and(|failure| failure.reason().contains("--budget deep")));
}

#[test]
fn what_is_wrong_is_said_at_its_place() {
    let reading = "[experiment.reading]\nr = \"last[1] > 0\"\n";
    let number = "[experiment.number]\nlast = \"x\"\n";
    let all = |experiment: &str| refused(&format!("{HALVES}{experiment}"));
    let sweep = "[experiment]\nsweep = { q = [0.5, 0.25] }\n";
    for (text, wanted) in [
        (format!("{sweep}{number}{reading}"), "`[experiment]` has no `plot`"),
        (format!("{sweep}{number}{PLOT}"), "`[experiment]` has no `reading`"),
        (format!("[experiment]\nsweep = {{ r = [1, 2] }}\n{number}{PLOT}{reading}"), "there is no given `r`"),
        (format!("[experiment]\nsweep = {{ q = [1] }}\n{number}{PLOT}{reading}"), "a sweep has 2 to 1000 values"),
        (format!("[experiment]\nsweep = {{ q = [1, 3] }}\n{number}{PLOT}{reading}"), "leaves the given's own range"),
        (
            format!("{sweep}[experiment.number]\nlast = {{ of = \"x\", least = \"x\" }}\n{PLOT}{reading}"),
            "is one of `of`",
        ),
        (
            format!("{sweep}[experiment.number]\nlast = {{ least = \"x\", at = 3 }}\n{PLOT}{reading}"),
            "is over all looks",
        ),
        (
            format!("{sweep}[experiment.number]\nlast = {{ of = \"x\", over_runs = \"some\" }}\n{PLOT}{reading}"),
            "has no such value",
        ),
        (format!("{sweep}{number}[experiment.plot.p]\nover = \"p\"\ny = \"last\"\n{reading}"), "`p` is not swept"),
        (
            format!("{sweep}{number}[experiment.plot.p]\nover = \"q\"\ny = \"x\"\n{reading}"),
            "a swept given or a number of",
        ),
        (format!("{sweep}{number}[experiment.plot.p]\nx = \"t\"\n{reading}"), "has no `y`"),
        (format!("{sweep}{number}{PLOT}log = \"z\"\n{reading}"), "which axes are logarithmic"),
        (format!("{sweep}{number}{PLOT}log = \"x\"\nx_range = [0, 1]\n{reading}"), "a logarithmic axis begins above 0"),
        (format!("{sweep}{number}{PLOT}y_range = [1, 0]\n{reading}"), "the lesser first"),
        (format!("{sweep}{number}{PLOT}[experiment.reading]\nr = \"x > 0\"\n"), "unknown name `x`"),
        (format!("{sweep}legend = {{ q = [\"one\"] }}\n{number}{PLOT}{reading}"), "`q` has 2 values"),
        (format!("{sweep}legend = {{ p = \"p\" }}\n{number}{PLOT}{reading}"), "`p` is not swept"),
        (
            format!("[trajectory.finally]\nz = \"x > 0\"\n{sweep}{number}{PLOT}{reading}"),
            "claims how the figure is read and nothing else",
        ),
        (
            format!("[claim]\nz = \"q > 0\"\n{sweep}{number}{PLOT}{reading}"),
            "claims how the figure is read and nothing else",
        ),
    ] {
        let error = all(&text);
        assert!(error.contains(wanted), "{wanted}: {error}");
    }
    let still = refused(
        "[given]\nq = \"real in [0, 1]\"\n[experiment]\nsweep = { q = [0, 1] }\n[experiment.number]\nv = { least = \"q\" }\n[experiment.plot.p]\nover = \"q\"\ny = \"v\"\n[experiment.reading]\nr = \"v[1] >= 0\"\n",
    );
    assert!(still.contains("nothing moves"), "{still}");
    let at =
        |at: &str| all(&format!("{sweep}[experiment.number]\nlast = {{ of = \"x\", at = {at} }}\n{PLOT}{reading}"));
    let late = at("11");
    assert!(
        late.contains("from step 11 on, and the run ends at step 10") && late.contains("step from 0 to 10"),
        "{late}"
    );
    assert_eq!(at("10"), "");
    let three = refused(
        "[given]\na = \"real in [0, 1]\"\nb = \"real in [0, 1]\"\nc = \"real in [0, 1]\"\n[experiment]\nsweep = { a = [0, 1], b = [0, 1], c = [0, 1] }\n[experiment.number]\nv = \"a\"\n[experiment.plot.p]\nover = \"a\"\ny = \"v\"\n[experiment.reading]\nr = \"v[1, 1] >= 0\"\n",
    );
    assert!(three.contains("sweeps 2 givens at most"), "{three}");
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("experiments").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("claims/p")).expect("a folder");
    let claim = |title: &str, text: &str| format!("title = \"{title}\"\nat = \"Figure 1\"\n{text}");
    fs::write(folder.join("claims/p/paper.toml"), "title = \"P\"\nauthors = [\"A\"]\nyear = 2026\n").expect("written");
    fs::write(folder.join("claims/p/fig-1.toml"), claim("Two < three", KERNEL)).expect("written");
    fs::write(
        folder.join("claims/p/lemma-1.toml"),
        claim("A lemma", "[given]\nx = \"real in [0, 1]\"\n[claim]\nc = \"x >= 0\"\n"),
    )
    .expect("written");
    folder
}

fn theoremcheck(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_theoremcheck"));
    for variable in ["THEOREMCHECK_BUDGET", "THEOREMCHECK_SEED", "THEOREMCHECK_BACKEND"] {
        command.env_remove(variable);
    }
    command.current_dir(folder).env("NO_COLOR", "1").args(args).output().expect("the program runs")
}

#[test]
fn plot_writes_the_figure_and_its_table_the_same_on_any_number_of_threads() {
    let folder = folder("plot");
    let mut all = Vec::new();
    for (jobs, out) in [("1", "one"), ("2", "two")] {
        let output = theoremcheck(&folder, &["plot", "claims", "-o", out, "--jobs", jobs]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        assert!(text.contains("p/fig-1") && text.contains("fig-1.svg") && !text.contains("lemma-1"), "{text}");
        let read = |name: &str| fs::read_to_string(folder.join(out).join("p").join(name)).expect("a figure");
        all.push((read("fig-1.svg"), read("fig-1.csv")));
    }
    assert!(all[0] == all[1]);
    let (svg, csv) = &all[0];
    assert!(svg.contains("Two &lt; three") && svg.contains("a=0.5, symmetric"), "{svg}");
    assert!(csv.starts_with("plot,curve,x,y\nloss,\"a=0.5, symmetric\",0,"), "{csv}");
    assert_eq!(csv.lines().count(), 1 + 6 * 11);
}

#[test]
fn check_reports_an_experiment_in_words_and_in_json() {
    let folder = folder("check");
    let output = theoremcheck(&folder, &["check", "-v", "--json", "report.json"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}");
    assert!(text.contains("closest") && text.contains("last[alpha, asymmetric]: "), "{text}");
    let report: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.join("report.json")).expect("a report")).expect("JSON");
    let claim = report["claims"].as_array().expect("claims").iter().find(|claim| claim["id"] == "p/fig-1").expect("it");
    assert_eq!(claim["experiment"]["points"], 6);
    assert_eq!(claim["experiment"]["numbers"][0]["values"].as_array().map(Vec::len), Some(6));
    assert!(claim["experiment"]["readings"][0]["margin"].as_f64().is_some_and(|margin| margin > 0.0));
    assert_eq!(claim["predicates"][0]["verdict"], "held");
    let explained = theoremcheck(&folder, &["explain", "p/fig-1"]);
    let text = String::from_utf8_lossy(&explained.stdout).into_owned();
    for piece in ["swept", "taken of each run", "drawn", "read", "α at 0.5, 0.25, 0.125"] {
        assert!(text.contains(piece), "{piece}: {text}");
    }
}

#[test]
fn the_site_shows_the_figure_that_plot_draws() {
    let folder = folder("site");
    for args in [
        &["check", "--json", "report.json", "--quiet"][..],
        &["report", "report.json", "-o", "site"],
        &["plot", "claims", "-o", "out"],
    ] {
        let output = theoremcheck(&folder, args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(read("site/figures/p/fig-1.svg"), read("out/p/fig-1.svg"));
    let page = read("site/claims/p/fig-1.html");
    assert!(page.contains("<img src=\"../../figures/p/fig-1.svg\" alt=\"loss\">"), "{page}");
    // The numbers of each point, under what its swept values are called.
    assert!(page.contains("<th>a=0.125</th><th>asymmetric</th><td class=\"n\">"), "{page}");
    assert!(!folder.join("site/figures/p/lemma-1.svg").exists());
}

#[test]
fn plot_without_experiments_says_what_one_is() {
    let folder = folder("none");
    let output = theoremcheck(&folder, &["plot", "claims/p/lemma-1.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("[experiment]"));
}
