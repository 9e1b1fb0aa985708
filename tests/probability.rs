//! Claims about probabilities: planted ones of known truth, a simulation that shows the rates of error and the power, what is refused, and
//! that the outcome is the same however it is run.

use std::fs;
use std::path::{Path, PathBuf};
use theoremcheck::arith::Backend;
use theoremcheck::case::point::Exactly;
use theoremcheck::check::chance::{Chance, ERROR_RATE, LEVEL, Standing};
use theoremcheck::check::evidence::Origin;
use theoremcheck::check::record::Fate;
use theoremcheck::check::{CheckOptions, Checker, Value, replay_case};
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::{Claim, ClaimId, Expect, Verdict};
use theoremcheck::engine::budget::Budget;
use theoremcheck::engine::outcome::{ClaimResult, Outcome};
use theoremcheck::engine::run::{MAX_ELEMENTS, RunOptions, SEED, run};

fn options(seed: u64, backend: Backend) -> CheckOptions {
    CheckOptions { seed, backend, max_elements: MAX_ELEMENTS, kernel: None }
}

fn read(id: &str, text: &str) -> Claim {
    let path = PathBuf::from(format!("claims/{id}.toml"));
    load(text, &path, ClaimId(id.to_owned()), &|_| None).unwrap_or_else(|e| panic!("{}", e.render(100, false)))
}

/// The lines of `[probability]` and before it, as a claim.
fn claim(id: &str, rest: &str) -> Claim {
    read(id, &format!("title = \"t\"\nat = \"Lemma 1\"\n{rest}"))
}

fn results(claims: &[Claim], cases: Option<u64>, jobs: usize, check: CheckOptions) -> Vec<ClaimResult> {
    let claims: Vec<&Claim> = claims.iter().collect();
    let options = RunOptions { budget: Budget::Default, cases, jobs, check };
    let outcomes = run(&claims, &options, &|_| {}).expect("threads");
    let checked = |outcome: Outcome| match outcome {
        Outcome::Checked(result) => *result,
        Outcome::Malformed(malformed) => panic!("{}", malformed.diagnostics.render(100, false)),
    };
    outcomes.into_iter().map(checked).collect()
}

fn one(claim: &Claim, trials: u64) -> ClaimResult {
    results(std::slice::from_ref(claim), Some(trials), 1, options(SEED, Backend::best())).remove(0)
}

fn chance(result: &ClaimResult) -> &Chance {
    result.chance.as_ref().unwrap_or_else(|| panic!("{:?}", result.failure))
}

fn planted() -> Vec<Claim> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planted/probability");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    paths.sort();
    let stem = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| read(&format!("planted/{}", stem(path)), &fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn planted_claims_come_out_as_they_should() {
    let claims = planted();
    let mut wrong = Vec::new();
    for (claim, result) in claims.iter().zip(results(&claims, None, 2, options(SEED, Backend::best()))) {
        let Expect::All(expected) = claim.expect else { panic!("{}: no `expect`", claim.id) };
        let is_false = claim.id.stem().starts_with("false-");
        assert_eq!(is_false, matches!(expected, Verdict::Rejected | Verdict::Refuted), "{}", claim.id);
        if result.verdict != expected {
            wrong.push(format!("{}: {:?}", claim.id, result.predicates[0].judgement));
        }
        println!("{}: {:?}, {:?}", claim.id, result.verdict, result.chance.as_ref().and_then(Chance::resolution));
    }
    assert!(claims.len() >= 13 && wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is drawn over octaves is uniform in the logarithm: at the median, whatever the octaves, and where the ends are drawn too.
#[test]
fn numbers_over_octaves_are_uniform_in_the_logarithm() {
    let laws = [
        ("u = \"real in [1, 2] log\"", "u <= sqrt(2)"),
        ("u = \"real in [1, 10] log\"", "u <= sqrt(10)"),
        ("u = \"real in (1/3, 100] log\"", "u <= sqrt(100/3)"),
        ("a = \"real in [1, 9] log\", u = \"real in [a, 5*a^2] log\"", "u <= sqrt(5*a^3)"),
        ("v = \"vector(3, i: [i, 3*i^2] log)\"", "v[2] <= sqrt(24)"),
        ("v = \"spectrum(2, [1, 6] log)\"", "(v[1] - sqrt(6))*(v[2] - sqrt(6)) <= 0"),
    ];
    for (i, (random, event)) in laws.into_iter().enumerate() {
        for (side, bound) in [("at_least", "0.49"), ("at_most", "0.51")] {
            let rest = format!("[probability]\nrandom = {{ {random} }}\nevent = \"{event}\"\n{side} = \"{bound}\"\n");
            let result = one(&claim(&format!("octaves/c{i}-{}", side.replace('_', "-")), &rest), 200_000);
            assert_eq!(
                chance(&result).settings[0].standing,
                Standing::Confirmed,
                "{event} {side}: {:?}",
                chance(&result)
            );
        }
    }
}

/// Where a simulated claim stands to the truth: the event `u <= p` and the bound that is claimed of its probability.
struct Synthetic {
    p: f64,
    bound: f64,
    at_least: bool,
}

impl Synthetic {
    fn is_true(&self) -> bool {
        if self.at_least { self.p >= self.bound } else { self.p <= self.bound }
    }

    /// How far on the wrong side of the truth the bound is.
    fn excess(&self) -> f64 {
        if self.at_least { self.bound - self.p } else { self.p - self.bound }
    }

    fn claim(&self, i: usize) -> Claim {
        let key = if self.at_least { "at_least" } else { "at_most" };
        let (p, bound) = (self.p, self.bound);
        let text = format!(
            "[probability]\nrandom = {{ u = \"real in [0, 1]\" }}\nevent = \"u <= {p}\"\n{key} = \"{bound}\"\n"
        );
        claim(&format!("synthetic/c{i}"), &text)
    }
}

#[test]
fn the_rates_of_error_are_those_stated_and_the_power_is_printed() {
    const TRIALS: u64 = 4000;
    const EXCESS: [f64; 8] = [-0.05, 0.0, 0.01, 0.02, 0.04, 0.06, 0.09, 0.14];
    const P: [f64; 5] = [0.15, 0.3, 0.5, 0.7, 0.85];
    let mut synthetic = Vec::new();
    for i in 0..2000 {
        // Half of the claims are true, most of them with no room at all.
        let excess = if i % 2 == 0 { EXCESS[((i / 2) % 4 / 3) ^ 1] } else { EXCESS[2 + (i / 2) % 6] };
        let (p, at_least) = (P[i % 5], i % 3 != 0);
        // Decimals, so that a bound without room is the same number.
        let bound = ((if at_least { p + excess } else { p - excess }) * 1e4_f64).round() / 1e4;
        synthetic.push(Synthetic { p, bound, at_least });
    }
    let claims: Vec<Claim> = synthetic.iter().enumerate().map(|(i, s)| s.claim(i)).collect();
    let results = results(&claims, Some(TRIALS), 2, options(SEED, Backend::best()));

    let (mut truths, mut false_rejections, mut doubted, mut missed) = (0, 0, 0, 0);
    let mut power = vec![(0, 0); EXCESS.len()];
    for (s, result) in synthetic.iter().zip(&results) {
        let setting = &chance(result).settings[0];
        assert_eq!(setting.counts.trials, setting.counts.happened + setting.counts.failed);
        assert!(matches!(result.verdict, Verdict::Held | Verdict::Rejected | Verdict::Inconclusive));
        if s.is_true() {
            truths += 1;
            false_rejections += u32::from(result.verdict == Verdict::Rejected);
            doubted += u32::from(result.verdict == Verdict::Inconclusive);
        }
        let (lo, hi) = setting.interval(chance(result).side);
        missed += u32::from(s.p < lo || s.p > hi);
        let column = EXCESS.iter().position(|e| (e - s.excess()).abs() < 1e-9).expect("an excess of the list");
        power[column].0 += u32::from(result.verdict == Verdict::Rejected);
        power[column].1 += 1;
    }
    println!("{TRIALS} trials a claim, error rate {ERROR_RATE:e} over the library");
    println!("the bound is wrong by  rejected");
    for (excess, (rejected, all)) in EXCESS.iter().zip(&power) {
        println!("{excess:>20}  {rejected} of {all}");
    }
    println!("{truths} true claims: {false_rejections} rejected, {doubted} doubted; {missed} of 2000 intervals miss");
    assert!(truths >= 1000 && false_rejections == 0, "{false_rejections} of {truths}");
    // Both are at most 1 %, so of 1000 at most 10, and 20 of 2000, and five standard deviations.
    assert!(doubted <= 26, "{doubted} of {truths} are doubted");
    assert!(f64::from(missed) <= 2000.0 * (1.0 - LEVEL) + 5.0 * 4.5, "{missed} of 2000 intervals miss");
    let share = |i: usize| f64::from(power[i].0) / f64::from(power[i].1);
    assert!(share(7) == 1.0 && (2..7).all(|i| share(i) <= share(i + 1) + 0.05), "{power:?}");
}

#[test]
fn the_outcome_does_not_depend_on_threads_back_ends_or_other_claims() {
    let claims = planted();
    let texts = |jobs, backend, claims: &[Claim]| -> Vec<String> {
        let results = results(claims, Some(6000), jobs, options(7, backend));
        results.iter().map(|r| format!("{:?} {:?} {:?}", r.id, r.verdict, r.chance)).collect()
    };
    let all = texts(1, Backend::Scalar, &claims);
    assert_eq!(all, texts(3, Backend::best(), &claims));
    let few = &claims[4..6];
    assert_eq!(all[4..6], texts(1, Backend::best(), few));
}

#[test]
fn settings_are_searched_with_one_stream_and_judged_with_another() {
    // The search takes the settings with most failures in few trials; fresh trials do not repeat that luck.
    let text = "[given]\nx = \"real in [0, 1]\"\n[probability]\nrandom = { u = \"real in [0, 1]\" }\nevent = \"u <= 1/2\"\nat_least = \"0.5\"\n";
    let result = one(&claim("p/same", text), 20_000);
    let chance = chance(&result);
    assert_eq!((chance.searched.settings, chance.settings.len()), (256, 16));
    assert!(chance.searched.trials > 0 && chance.searched.trials <= 20_000 / 4);
    let failed: u64 = chance.settings.iter().map(|s| s.counts.failed).sum();
    let (n, mean) = (chance.trials() as f64, chance.trials() as f64 / 2.0);
    assert!((failed as f64 - mean).abs() < 5.0 * (n / 4.0).sqrt(), "{failed} of {n}");
    assert_eq!(result.verdict, Verdict::Held);
}

#[test]
fn a_replayed_trial_is_the_one_that_was_counted() {
    let text = "[given]\nn = \"int in 1..=3\"\n[probability]\nrandom = { z = \"gaussian(n, 1)\" }\nevent = \"norm(z)^2 <= 2*n\"\nat_least = \"1/4\"\n";
    let claim = claim("p/replay", text);
    let result = one(&claim, 4000);
    let setting = &chance(&result).settings[0];
    let checker =
        Checker::new(&claim, &options(SEED, Backend::best())).unwrap_or_else(|e| panic!("{}", e.render(100, false)));
    let first = setting.counts.first_failed.expect("it fails at times");
    for trial in 0..=first {
        let replay = checker.replay(replay_case(setting.number, trial)).expect("it runs");
        let fate = if trial == first { Fate::Violated } else { Fate::Held };
        assert_eq!(replay.looks[0].fate, fate, "trial {trial}");
        let value = |name: &str| replay.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let Some(Value::Int(n)) = value("n") else { panic!("n is no integer") };
        let square = match value("z") {
            Some(Value::Matrix { value, .. }) => value.norm_squared(),
            Some(Value::Real { value, .. }) => value * value,
            other => panic!("{other:?}"),
        };
        assert_eq!(square > 2.0 * n as f64, trial == first);
    }
}

#[test]
fn what_cannot_be_told_says_how_many_trials_would() {
    let text = "[probability]\nrandom = { u = \"real in [0, 1]\" }\nevent = \"u <= 0.3\"\nat_least = \"0.000001\"\n";
    let claims = claim("p/untold", &text.replace("u <= 0.3", "u <= 0.0000001"));
    let reason = one(&claims, 2000).predicates[0].judgement.clone();
    assert_eq!(reason.verdict, Verdict::Inconclusive);
    assert!(
        reason.reason.as_deref().is_some_and(|r| r.contains("about `--cases 30000000` would decide")),
        "{reason:?}"
    );
    // Where the event happens, that is enough.
    assert_eq!(one(&claim("p/told", text), 2000).verdict, Verdict::Held);
}

#[test]
fn a_bound_that_claims_nothing_is_vacuous_and_hypotheses_that_nothing_meets_are() {
    let random = "[probability]\nrandom = { u = \"real in [0, 1]\" }\nevent = \"u <= 0.3\"\n";
    assert_eq!(one(&claim("p/zero", &format!("{random}at_least = \"0\"\n")), 2000).verdict, Verdict::Vacuous);
    assert_eq!(one(&claim("p/one", &format!("{random}at_most = \"1\"\n")), 2000).verdict, Verdict::Vacuous);
    let never = format!("[given]\nx = \"real in [0, 1]\"\n[assume]\nnever = \"x > 2\"\n{random}at_most = \"1/2\"\n");
    assert_eq!(one(&claim("p/never", &never), 2000).verdict, Verdict::Vacuous);
    // More than a certainty.
    let more = format!("[given]\nx = \"real in [1, 2]\"\n{random}at_least = \"x + 1/2\"\n");
    assert_eq!(one(&claim("p/more", &more), 2000).verdict, Verdict::Rejected);
}

#[test]
fn a_bound_beyond_certainty_at_some_settings_only_is_not_lost_in_the_search() {
    // Below p = 1 the bound is exact, so that by chance many settings look worse than those above, where nothing ever fails.
    let text = "[given]\np = \"real in (0, 11/10]\"\n[probability]\nrandom = { u = \"real in [0, 1]\" }\nevent = \"u <= p\"\nat_least = \"p\"\n";
    assert_eq!(one(&claim("p/over-one", text), 20_000).verdict, Verdict::Rejected);
}

/// Of six numbers that are all 1 the sum with random signs is 4 or more in size in 14 of 64 cases, and their norm lies between 2 and 4.
const SIGNS: &str = "[given]\nn = \"int in 1..=6\"\na = \"vector(n, [0, 1])\"\n[probability]\nrandom = { u = \"vector(n, [-1, 1])\" }\n\
    event = \"abs(sum(i in 1..=n: if u[i] >= 0 then a[i] else -a[i])) >= norm(a)\"\nat_least = \"0.25\"\n";
/// At `a = c = 0`, `b = 1` and `n = 1` the event is sure.
const CORNER: &str = "[given]\na = \"real in [0, 1]\"\nb = \"real in [0, 1]\"\nc = \"real in [0, 1]\"\nn = \"int in 1..=10\"\n[probability]\n\
    random = { z = \"gaussian(n, 1)\" }\nevent = \"norm(z)^2 >= n*(1 + a) - b + c\"\nat_most = \"3/4\"\n";

#[test]
fn what_is_false_in_a_corner_is_found_whatever_the_seed() {
    for (id, text, trials) in [("p/signs", SIGNS, 400_000), ("p/corner", CORNER, 100_000)] {
        let claim = claim(id, text);
        for seed in 1..=8 {
            let result =
                results(std::slice::from_ref(&claim), Some(trials), 1, options(seed, Backend::best())).remove(0);
            assert_eq!(result.verdict, Verdict::Rejected, "{id}, seed {seed}: {:?}", chance(&result).settings);
        }
    }
}

#[test]
fn a_setting_beside_a_drawn_one_is_replayed_by_its_number() {
    let claim = claim("p/beside", CORNER);
    let result = one(&claim, 100_000);
    let chance = chance(&result);
    assert!(chance.searched.beside > 0, "{:?}", chance.searched);
    // Draws have numbers below 8192.
    let beside = chance.settings.iter().find(|setting| setting.number >= 8192).expect("one of them is kept");
    let checker =
        Checker::new(&claim, &options(SEED, Backend::best())).unwrap_or_else(|e| panic!("{}", e.render(100, false)));
    let first = beside.counts.first_happened.expect("it happens");
    for trial in 0..=first {
        let replay = checker.replay(replay_case(beside.number, trial)).expect("it runs");
        assert_eq!(replay.looks[0].fate, if trial == first { Fate::Held } else { Fate::Violated }, "trial {trial}");
        for (name, x) in &beside.givens {
            let shown = replay.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            let shown = match shown {
                Some(Value::Int(n)) => n as f64,
                Some(Value::Real { value, .. }) => value,
                other => panic!("{name}: {other:?}"),
            };
            assert_eq!(shown, *x, "{name}");
        }
    }
}

#[test]
fn more_trials_search_more_settings() {
    let text = "[given]\nx = \"real in [0, 1]\"\n[probability]\nrandom = { u = \"real in [0, 1]\" }\nevent = \"u <= 1/2\"\nat_least = \"0.4\"\n";
    let claim = claim("p/more-settings", text);
    assert_eq!(chance(&one(&claim, 100_000)).searched.settings, 256);
    assert_eq!(chance(&one(&claim, 1_600_000)).searched.settings, 1000);
}

#[test]
fn a_setting_without_a_bound_is_left_out_and_named() {
    let bound = |at_least: &str| {
        format!(
            "[given]\nn = \"int in 0..=9\"\n[probability]\nrandom = {{ u = \"real in [0, 1]\" }}\nevent = \"u <= 3/4\"\nat_least = \"{at_least}\"\n"
        )
    };
    let few = one(&claim("p/few", &bound("1/2 + 1/(8*n)")), 20_000);
    assert_eq!(few.verdict, Verdict::Held);
    let words = chance(&few).searched.undefined().expect("one is undefined");
    assert_eq!(words, "the bound is undefined or beyond f64 at 1 of 10 settings, first where n = 0");
    let most = one(&claim("p/most", &bound("1/2 + sqrt(2 - n)/10")), 20_000);
    let judgement = most.predicates[0].judgement.clone();
    assert_eq!(judgement.verdict, Verdict::Error);
    assert!(judgement.reason.is_some_and(|reason| reason.contains("at 7 of 10 settings, first where n = ")));
}

#[test]
fn a_failure_rate_over_octaves_is_tried_where_trials_can_tell() {
    let text = |scale: &str| {
        format!(
            "[given]\nn = \"int in 1..=50\"\ndelta = \"real in (0, 1) log\"\n[probability]\nrandom = {{ u = \"vector(n, [0, 1])\" }}\n\
             event = \"abs(sum(i in 1..=n: u[i])/n - 1/2) <= {scale}*sqrt(log(2/delta)/(2*n))\"\nat_least = \"1 - delta\"\n"
        )
    };
    let result = one(&claim("p/hoeffding", &text("1")), 100_000);
    assert_eq!(result.verdict, Verdict::Held, "{:?}", result.predicates[0].judgement);
    assert!(chance(&result).searched.faint > 0 && chance(&result).count(Standing::Blurred) == 0);
    assert_eq!(one(&claim("p/too-near", &text("1/3")), 100_000).verdict, Verdict::Rejected);
}

#[test]
fn what_is_said_of_a_rejected_claim_is_of_the_setting_that_decided() {
    let result = one(&claim("p/corner", CORNER), 100_000);
    let chance = chance(&result);
    let nearest = &chance.settings[chance.nearest.expect("one is nearest")];
    assert_eq!(nearest.standing, Standing::Contradicted);
    let reason = result.predicates[0].judgement.reason.clone().unwrap_or_default();
    assert!(reason.contains(&format!("of setting {}, and at most 0.75 is claimed", nearest.number)), "{reason}");
}

#[test]
fn integers_of_a_wide_range_are_drawn_evenly() {
    let text = "[probability]\nrandom = { k = \"int in 0..=3221225471\" }\nevent = \"3*floor(k/3) == k\"\nat_most = \"0.35\"\n";
    assert_eq!(one(&claim("p/thirds", text), 20_000).verdict, Verdict::Held);
}

#[test]
fn a_sure_event_that_fails_is_refuted_and_one_that_holds_is_only_consistent() {
    let text = "[probability]\nrandom = { u = \"real in [0, 1]\" }\nevent = \"u <= 9/10\"\nat_least = \"1\"\n";
    let result = one(&claim("p/sure", text), 2000);
    let refutation = result.predicates[0].evidence.refutation.as_ref().expect("a certified trial");
    assert_eq!((result.verdict, result.givens.as_slice()), (Verdict::Refuted, &["u".to_owned()][..]));
    assert!(refutation.margin.hi < dashu_ratio::RBig::ZERO && refutation.values.contains_key(&0));
    let result = one(&claim("p/surely", &text.replace("9/10", "1")), 2000);
    assert_eq!(result.verdict, Verdict::Held);
    assert_eq!(chance(&result).settings[0].standing, Standing::Consistent);
    assert!(chance(&result).resolution().is_some_and(|text| text.starts_with("consistent; failure rate below 0.0")));
}

#[test]
fn what_a_report_replays_of_a_refuted_sure_event_is_the_trial_that_was_certified() {
    // Settings of four sizes contradict it, and the nearest of them need not be the one that is certified.
    let text = "[given]\nn = \"int in 1..=4\"\n[probability]\nrandom = { W = \"gaussian(n, n)\" }\nevent = \"sigma_min(W) >= 1/100\"\nat_least = \"1\"\n";
    let claim = claim("p/certified", text);
    let result = one(&claim, 20_000);
    assert_eq!(result.verdict, Verdict::Refuted, "{:?}", result.predicates[0].judgement.reason);
    let refutation = result.predicates[0].evidence.refutation.as_ref().expect("a certified trial");
    let Origin::Case(case) = refutation.origin else { panic!("{:?}", refutation.origin) };
    assert_eq!(theoremcheck::report::chance::case(&result), Some(case));
    let checker = Checker::new(&claim, &options(SEED, Backend::best())).expect("it is typed");
    let replay = checker.replay(case).expect("it runs");
    assert_eq!(replay.looks[0].fate, Fate::Violated);
    assert_eq!(refutation.values.get(&0), Some(&Exactly::Int(replay.ints[0].1)));
}

#[test]
fn a_trial_refutes_no_sure_event_that_may_hold_right_beside_it() {
    // True with probability 1, and false at every number of 48 bits.
    let text = "[probability]\nrandom = { u = \"real in [0, 1]\" }\nevent = \"floor(2^49*u) + floor(-2^49*u) <= -1/2\"\nat_least = \"1\"\n";
    let result = one(&claim("p/lattice", text), 2000);
    let reason = result.predicates[0].judgement.reason.clone().unwrap_or_default();
    assert_eq!(result.verdict, Verdict::Rejected);
    assert!(reason.contains("says nothing of its neighbourhood: `floor` may jump there"), "{reason}");
}

#[test]
fn an_event_of_a_run_is_asked_at_its_end() {
    let text = "[probability]\nrandom = { z = \"normal\" }\nlet = { start = \"z/2\" }\nevent = \"abs(x) <= 1\"\nat_least = \"0.95\"\n\
        [trajectory]\nstate = { x = \"start\" }\nstep = { x = \"2*x\" }\nsteps = 2\n";
    // |z| <= 1/2 has probability 0.38.
    let result = one(&claim("p/run", text), 4000);
    assert_eq!(result.verdict, Verdict::Rejected);
    let counts = chance(&result).settings[0].counts;
    let share = counts.happened as f64 / counts.trials as f64;
    assert!((share - 0.3829).abs() < 5.0 * (0.25 / counts.trials as f64).sqrt(), "{share}");
}

#[test]
fn a_dear_trial_needs_a_larger_budget() {
    let text = "[probability]\nrandom = { z = \"normal\" }\nevent = \"abs(x) <= 1\"\nat_least = \"0.3\"\n\
        [trajectory]\nstate = { x = \"z\" }\nstep = { x = \"x/2\" }\nsteps = 1000000\n";
    let claims = [claim("p/dear", text)];
    let result = results(&claims, None, 1, options(SEED, Backend::best())).remove(0);
    assert_eq!(result.verdict, Verdict::NotRun);
    let reason = result.failure.expect("a reason").reason();
    assert!(reason.starts_with("one trial counts for 100000 evaluations"), "{reason}");
}

fn error(rest: &str) -> String {
    let text = format!("title = \"T\"\nat = \"Lemma 1\"\n{rest}");
    let claim = load(&text, Path::new("claims/paper/lemma.toml"), ClaimId("paper/lemma".into()), &|_| None);
    let errors = match claim {
        Err(errors) => errors,
        Ok(claim) => Checker::new(&claim, &options(SEED, Backend::best())).err().expect("an error"),
    };
    errors.render(100, false)
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_what_would_be_right() {
    let probability = |rest: &str| error(&format!("[probability]\n{rest}"));
    let whole = "random = { u = 'real in [0, 1]' }\nevent = 'u <= 1/2'\n";
    for (text, parts) in [
        (probability("at_least = '1/2'\n"), &["`[probability]` has no `random`", "`[probability]` has no `event`"][..]),
        (probability(whole), &["neither `at_least` nor `at_most`", "lemma.toml:3:2", "write what its probability is"]),
        (
            probability(&format!("{whole}at_least = '1/2'\nat_most = '1/2'\n")),
            &["`at_least` or `at_most`, not both", "lemma.toml:7:1"],
        ),
        (probability(&format!("{whole}at_lest = '1/2'\n")), &["unknown key `at_lest`", "did you mean `at_least`?"]),
        (probability(&format!("{whole}at_least = 'u'\n")), &["`u`", "lemma.toml:6:13"]),
        (
            probability(
                "random = { k = 'int in 1..=3', W = 'gaussian(k, k)' }\nevent = 'norm(W) <= 1'\nat_most = '1/2'\n",
            ),
            &["a random integer is no size", "make it a given"],
        ),
        (
            probability(&format!("{whole}at_least = '1/2'\n[claim]\nbound = '1 < 2'\n")),
            &["claims a probability and nothing else", "lemma.toml:7:2", "in a file of its own"],
        ),
        (
            probability(&format!(
                "{whole}at_least = '1/2'\n[flow]\nstate = {{ x = '1' }}\nrate = {{ x = '-x' }}\nend = 1\n"
            )),
            &["claims a probability and nothing else", "an event of a flow is not checked"],
        ),
        (
            probability("random = { u = 'real in (0, 1] log' }\nevent = 'u < 1/2'\nat_least = '1/2'\n"),
            &["no even law of the logarithm down to 0", "lemma.toml:4:", "write an end above 0"],
        ),
        (probability("random = { u = 'real in [0, 1]' }\nevent = 'u + 1'\nat_least = '1/2'\n"), &["lemma.toml:5:10"]),
        (
            error(
                "[given]\nu = 'real in [0, 1]'\n[probability]\nrandom = { u = 'normal' }\nevent = 'u <= 1'\nat_least = '1/2'\n",
            ),
            &["lemma.toml:6:12"],
        ),
        (
            probability(&format!("{whole}at_least = '1.2'\n")),
            &["a probability lies between 0 and 1", "this is 6/5", "lemma.toml:6:13"],
        ),
        (
            probability(&format!("{whole}at_most = '-1/2'\n")),
            &["a probability lies between 0 and 1", "lemma.toml:6:12"],
        ),
        (
            error(&format!("[let]\nq = 'u + 1'\n[probability]\n{whole}at_least = '1/2'\n")),
            &["`u` is random", "lemma.toml:4:6", "of the givens alone", "[probability.let]"],
        ),
        (
            error(&format!(
                "[given]\nx = 'real in [0, 1]'\n[assume]\nh = 'x < u'\n[probability]\n{whole}at_least = '1/2'\n"
            )),
            &["`u` is random", "lemma.toml:6:"],
        ),
        (
            error(
                "[given]\nx = 'real in [0, 1]'\n[probability]\nrandom = { u = 'normal' }\nevent = 'x <= 1'\nat_least = '1/2'\n",
            ),
            &["nothing in this event is random", "lemma.toml:7:", "belongs under `[claim]`"],
        ),
        (error("[given]\nQ = 'haar(3)'\n[claim]\nbound = 'norm(Q) <= 1'\n"), &["belongs under [probability]"]),
    ] {
        for part in parts {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
    }
}
