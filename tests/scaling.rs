//! Laws of scaling from a claim's text to its verdict: planted true and false ones, noise that repeats share, transients, bends, kernels, and
//! what is refused. The statistics by themselves are tested in `src/check/line_tests.rs`.

use std::path::Path;
use theoremcheck::arith::Backend;
use theoremcheck::check::fit::{Fit, LeftOut, Shape, Withheld};
use theoremcheck::check::{CheckOptions, Checker};
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::{Claim, ClaimId, Verdict};
use theoremcheck::engine::budget::Budget;
use theoremcheck::engine::outcome::Outcome;
use theoremcheck::engine::run::{MAX_ELEMENTS, RunOptions, run};
use theoremcheck::engine::verdict::{Judgement, judge_fit};
use theoremcheck::report::closest::{describe_fit, describe_line};

fn claim(text: &str) -> Claim {
    let text = format!("title = \"t\"\nat = \"x\"\n{text}");
    load(&text, Path::new("claims/p/c.toml"), ClaimId("p/c".into()), &|_| None)
        .unwrap_or_else(|e| panic!("{}", e.render(100, false)))
}

fn fit_on(text: &str, backend: Backend) -> Fit {
    let options = CheckOptions { seed: 1, backend, max_elements: MAX_ELEMENTS, kernel: None };
    let checker = Checker::new(&claim(text), &options).unwrap_or_else(|e| panic!("{}", e.render(100, false)));
    checker.scaling(20_000).unwrap_or_else(|e| panic!("{e}"))
}

fn fit(text: &str) -> Fit {
    fit_on(text, Backend::best())
}

fn verdict(text: &str) -> Verdict {
    judge_fit(&fit(text)).verdict
}

/// What is wrong with a claim, at load, when it is typed, or when it is run.
fn refused(text: &str) -> String {
    let text = format!("title = \"t\"\nat = \"x\"\n{text}");
    let claim = match load(&text, Path::new("claims/p/c.toml"), ClaimId("p/c".into()), &|_| None) {
        Ok(claim) => claim,
        Err(errors) => return errors.render(100, false),
    };
    let options = CheckOptions { seed: 1, backend: Backend::best(), max_elements: MAX_ELEMENTS, kernel: None };
    match Checker::new(&claim, &options) {
        Err(errors) => errors.render(100, false),
        Ok(checker) => checker.scaling(1000).err().map(|e| e.to_string()).unwrap_or_default(),
    }
}

/// `y ~ log(x)` over three decades.
fn law(givens: &str, y: &str, slope: &str) -> String {
    format!(
        "[given]\nx = \"real in [1/1000, 1] log\"\n{givens}\n[scaling]\nsweep = {{ x = \"log [1e-3, 1] 9\" }}\n\
         fit = \"{y} ~ log(x)\"\nslope = \"{slope}\"\nruns = 16\n"
    )
}

const NOISE: &str = "u = \"normal\"\nv = \"normal\"";

#[test]
fn true_laws_hold_and_false_ones_are_rejected() {
    // Independent of one another only over repeats: heights and slopes differ from draw to draw.
    let y = "2*log(x) + 3*u + v*log(x)/50";
    for (slope, wanted) in [
        ("about 2", Verdict::Held),
        ("about 2 within 1/20", Verdict::Held),
        (">= 19/10", Verdict::Held),
        ("<= 21/10", Verdict::Held),
        ("<= 2 within 1/20", Verdict::Held),
        ("about 5/2", Verdict::Rejected),
        ("about 11/5 within 1/10", Verdict::Rejected),
        (">= 21/10", Verdict::Rejected),
        ("<= 19/10", Verdict::Rejected),
        ("<= 19/10 within 1/50", Verdict::Rejected),
        (">= 2", Verdict::Inconclusive),
        ("about 2 within 1/1000", Verdict::Inconclusive),
    ] {
        assert_eq!(verdict(&law(NOISE, y, slope)), wanted, "{slope}");
    }
}

#[test]
fn a_law_as_steep_as_its_bound_is_not_decided_and_the_report_says_why() {
    let exact = fit(&law("", "2*log(x)", "<= 2"));
    let Judgement { verdict: found, reason } = judge_fit(&exact);
    let reason = reason.unwrap_or_default();
    assert_eq!(found, Verdict::Inconclusive, "{reason}");
    let start = "what is claimed ends at 2, which is in the 99 % interval of the slope, 2.00000000 ± ";
    assert!(reason.starts_with(start) && reason.contains("`within`"), "{reason}");
    let shown = describe_fit(&exact);
    assert!(shown.starts_with("slope 2.00000000 ± ") && shown.ends_with(", claimed <= 2"), "{shown}");
    assert_eq!(verdict(&law("", "2*log(x)", "<= 2 within 1/1000")), Verdict::Held);
    // Where the interval is wide, how far off it may be is not what is missing.
    let rough = judge_fit(&fit(&law(NOISE, "2*log(x) + v*log(x)/2", ">= 2"))).reason.unwrap_or_default();
    assert!(
        rough.contains("ends at 2, which is in the 99 % interval of the slope, [") && !rough.contains("within`"),
        "{rough}"
    );
}

#[test]
fn what_a_repeat_shares_does_not_blur_the_slope() {
    let fit = fit(&law(NOISE, "2*log(x) + 3*u", "about 2 within 1/1000"));
    assert!(fit.ok == Some(true) && fit.line.slope.half(0.01) < 1e-9, "{fit:?}");
    assert_eq!((fit.line.repeats, fit.runs), (16, (16, 16)));
}

#[test]
fn a_curve_has_no_slope_and_the_report_says_how_it_bends() {
    let bent = law(NOISE, "log(x + 1/30) + u/10", "about 1/2");
    let fit = fit(&bent);
    assert_eq!((fit.shape, fit.ok), (Shape::Bends, None));
    let judgement = judge_fit(&fit);
    let reason = judgement.reason.unwrap_or_default();
    assert_eq!(judgement.verdict, Verdict::Inconclusive);
    assert!(reason.contains("it bends: the local slope goes from ") && reason.contains(" at -6.9078 to "), "{reason}");
    // The same without chance.
    assert_eq!(verdict(&law("", "log(x + 1/30)", "about 1/2")), Verdict::Inconclusive);
    // One side of a claim does not make a line of it.
    assert_eq!(verdict(&law("", "log(x + 1/30)", ">= 0 within 1/100")), Verdict::Inconclusive);
}

#[test]
fn a_transient_is_left_out_by_design() {
    let decay = |from: &str| {
        format!(
            "[given]\nT = \"int in 1..=4096\"\nx0 = \"real in [1/5, 2/5]\"\n[trajectory]\nstate = {{ x = \"x0\" }}\n\
             step = {{ x = \"x - x^2/4\" }}\nsteps = \"T\"\nat = \"every 4096\"\n[scaling]\n\
             sweep = {{ T = \"log [4, 4096] 21\" }}\n{from}fit = \"log(x) ~ log(T)\"\nslope = \"about -1\"\nruns = 8\n"
        )
    };
    assert_eq!(fit(&decay("")).shape, Shape::Bends);
    let late = fit(&decay("from = \"x0*T >= 75\"\n"));
    assert_eq!((late.shape, late.ok), (Shape::Line, Some(true)), "{late:?}");
    let LeftOut { before, empty, repeats, .. } = late.left_out;
    assert!(before > 10 && empty == 0 && repeats == 0 && before as usize + late.points.len() == 21);
    // In some repeat the point before the first would come too early.
    assert!(late.line.span.0 >= 375_f64.ln() && (late.line.offset - 4_f64.ln()).abs() < 0.5, "{late:?}");
}

#[test]
fn a_stray_run_does_not_move_the_slope() {
    // Of 144 runs, some are off by a factor of 1e6.
    let y = "2*log(x) + (if u > 2 then 14 else 0) + v*log(x)/100";
    let stray = y.replace('u', "u*cos(1000*v + 7000*x)*2");
    let fit = fit(&law(NOISE, &stray, "about 2 within 1/10"));
    let off = |slope: f64| (slope - 2.0).abs();
    assert!(off(fit.line.slope.value) < 0.02, "{fit:?}");
    assert!(off(fit.line.least_squares.value) > off(fit.line.slope.value), "{fit:?}");
}

#[test]
fn a_run_that_is_cut_off_before_its_end_has_no_value() {
    let halving = |steps: u64, slope: &str| {
        format!(
            "[given]\nk = \"real in [1, 1000]\"\n[trajectory]\nstate = {{ x = \"1\" }}\nstep = {{ x = \"(1 - 1/k)*x\" }}\nsteps = {steps}\n\
             until = \"x <= 1/100\"\n[scaling]\nsweep = {{ k = \"log [100, 1000] 8\" }}\nfit = \"log(t) ~ log(k)\"\nslope = \"{slope}\"\n"
        )
    };
    // 4600 steps at most; of 300 none comes to its end, and of 2000 some do.
    assert_eq!(verdict(&halving(5000, "about 1")), Verdict::Held);
    assert_eq!(verdict(&halving(5000, "<= 1/2")), Verdict::Rejected);
    for slope in ["about 1", "<= 1/2"] {
        let told = refused(&halving(300, slope));
        assert!(told.contains("8 have no value"), "{told}");
        assert_ne!(verdict(&halving(2000, slope)), if slope == "about 1" { Verdict::Rejected } else { Verdict::Held });
    }
}

/// With this seed and so many evaluations.
fn fit_within(text: &str, seed: u64, evaluations: u64) -> Fit {
    let options = CheckOptions { seed, backend: Backend::best(), max_elements: MAX_ELEMENTS, kernel: None };
    let checker = Checker::new(&claim(text), &options).unwrap_or_else(|e| panic!("{}", e.render(100, false)));
    checker.scaling(evaluations).unwrap_or_else(|e| panic!("{e}"))
}

fn reason(fit: &Fit) -> String {
    judge_fit(fit).reason.unwrap_or_default()
}

#[test]
fn a_point_at_which_runs_are_cut_off_has_no_value_and_no_run_is_dropped_for_that() {
    // The mean of log(2*x0) is 4.15. Of 605 steps at eta = 1/100 those come to their end that start low: their mean is another.
    let halving = |steps: u64, slope: &str| {
        format!(
            "[given]\neta = \"real in [1/1000, 1/2]\"\nx0 = \"real in [1, 1000] log\"\n[trajectory]\nstate = {{ x = \"x0\" }}\n\
             step = {{ x = \"(1 - eta)*x\" }}\nsteps = {steps}\nuntil = \"x <= 1/2\"\n[scaling]\n\
             sweep = {{ eta = \"log [1/100, 1/10] 8\" }}\nfit = \"t ~ 1/eta\"\nslope = \"{slope}\"\nruns = 256\n"
        )
    };
    let said = "at eta = 0.01 runs are cut off by `steps`: it has no value";
    for seed in 1..=20 {
        let (least, most) =
            (fit_within(&halving(605, ">= 4"), seed, 2_000_000), fit_within(&halving(605, "<= 4"), seed, 2_000_000));
        assert!(least.ok != Some(false) && most.ok != Some(true), "{seed}: {least:?}");
        assert_eq!((least.left_out.cut, least.left_out.empty, least.left_out.repeats), (1, 0, 0), "{least:?}");
        assert_eq!((least.line.repeats, least.points.len()), (256, 7), "{least:?}");
    }
    let (far, wrong) =
        (fit_within(&halving(605, ">= 3"), 1, 2_000_000), fit_within(&halving(605, "<= 2"), 1, 2_000_000));
    assert_eq!((far.ok, wrong.ok), (Some(true), Some(false)), "{far:?} {wrong:?}");
    assert!(describe_line(&far).iter().any(|line| line == said), "{:?}", describe_line(&far));
    assert!(describe_fit(&far).contains("1 of 8 points without a value"), "{}", describe_fit(&far));
    assert!(reason(&wrong).ends_with(&format!("; {said}")), "{}", reason(&wrong));
    // Too few points are left.
    let none = refused(&halving(20, ">= 4"));
    assert!(none.contains("8 have no value") && none.contains("and at 5 more points, runs are cut off"), "{none}");
}

#[test]
fn a_first_time_that_had_not_come_when_the_steps_ended_leaves_its_point_no_value() {
    let text = |motion: &str| {
        format!(
            "[given]\neta = \"real in [1/1000, 1/2]\"\nx0 = \"real in [1, 1000] log\"\n{motion}[scaling]\n\
             sweep = {{ eta = \"log [1/100, 1/10] 8\" }}\nfit = \"T ~ 1/eta\"\nslope = \">= 4\"\nruns = 256\n"
        )
    };
    let steps = "[trajectory]\nstate = { x = \"x0\" }\nstep = { x = \"(1 - eta)*x\" }\nsteps = 605\n[trajectory.first]\nT = \"x <= 1/2\"\n";
    let time =
        "[flow]\nstate = { x = \"x0\" }\nrate = { x = \"-eta*x\" }\nend = \"605\"\n[flow.first]\nT = \"x <= 1/2\"\n";
    for motion in [steps, time] {
        let fit = fit_within(&text(motion), 1, 2_000_000);
        assert!(fit.ok != Some(false), "{fit:?}");
        assert_eq!((fit.left_out.cut, fit.left_out.repeats, fit.points.len()), (1, 0, 7), "{fit:?}");
    }
}

/// A size is drawn, which eight runs share; its mean is 4.5.
fn of_a_size(slope: &str, runs: &str) -> String {
    format!(
        "[given]\nn = \"int in 1..=8\"\nz = \"gaussian(n, 1)\"\nx = \"real in [1, 100]\"\n[scaling]\n\
         sweep = {{ x = \"linear [1, 100] 8\" }}\nfit = \"norm(z)^2*x ~ x\"\nslope = \"{slope}\"\n{runs}"
    )
}

#[test]
fn one_repeat_of_several_runs_decides_nothing() {
    for seed in 1..=20 {
        for slope in ["about 4.5 within 1", ">= 8", "<= 4"] {
            let fit = fit_within(&of_a_size(slope, "runs = 8\n"), seed, 20_000);
            assert_eq!((fit.ok, fit.withheld), (None, Some(Withheld::Single)), "{fit:?}");
            assert!(reason(&fit).contains("`runs = 16` at least"), "{}", reason(&fit));
        }
    }
    // A budget that leaves eight.
    let lowered = fit_within(&of_a_size("about 4.5 within 1", "runs = 64\n"), 1, 1);
    assert_eq!((lowered.runs, lowered.ok), ((64, 8), None), "{lowered:?}");
    let why = reason(&lowered);
    assert!(why.contains("the 8 of 64 runs that the budget leaves") && why.contains("leaves 16 of the 64"), "{why}");
    let many = |slope: &str| fit_within(&of_a_size(slope, "runs = 1024\n"), 1, 200_000);
    assert_eq!(many("about 4.5 within 4").ok, Some(true), "{:?}", many("about 4.5 within 4"));
    assert_eq!(many("about 20 within 1").ok, Some(false), "{:?}", many("about 20 within 1"));
}

#[test]
fn repeats_that_may_have_drawn_the_same_integer_by_chance_decide_nothing() {
    // The mean is 3/2, and two repeats are the same every other time.
    let text = |slope: &str| {
        format!(
            "[given]\nn = \"int in 1..=2\"\nx = \"real in [1, 100]\"\n[scaling]\nsweep = {{ x = \"linear [1, 100] 8\" }}\n\
             fit = \"sum(i in 1..=n: x) ~ x\"\nslope = \"{slope}\"\nruns = 16\n"
        )
    };
    let mut same = 0;
    for seed in 1..=20 {
        for slope in ["about 1 within 1/10", "about 2 within 1/10", "about 3/2 within 1/10"] {
            let fit = fit_within(&text(slope), seed, 20_000);
            assert!(fit.ok.is_none(), "{fit:?}");
            same += u32::from(fit.withheld == Some(Withheld::Same) && reason(&fit).contains("`runs = 64` at least"));
        }
    }
    assert!(same > 0);
}

#[test]
fn one_run_of_what_is_random_rejects_only_with_others_beside_it() {
    let once = |givens: &str, y: &str, slope: &str| law(givens, y, slope).replace("runs = 16\n", "");
    let wrong = once(NOISE, "2*log(x) + u", "about 3");
    for (evaluations, others) in [(20_000, 16), (216, 16), (144, 8), (72, 7), (1, 7)] {
        let fit = fit_within(&wrong, 1, evaluations);
        assert_eq!((fit.ok, fit.others, fit.runs), (Some(false), others, (1, 1)), "{fit:?}");
        assert!(reason(&fit).contains(&format!("; {others} repeats beside it are against it too")), "{}", reason(&fit));
    }
    // Nothing is drawn: one run is all there is.
    let exact = fit_within(&once("", "2*log(x)", "about 3"), 1, 20_000);
    assert_eq!((exact.ok, exact.others), (Some(false), 0), "{exact:?}");
    // Each run lies on a line of its own.
    let apart = fit_within(&once(NOISE, "(2 + v)*log(x)", "about 2 within 1/1000"), 1, 20_000);
    assert_eq!((apart.ok, apart.withheld, apart.others), (None, Some(Withheld::Alone), 16), "{apart:?}");
    assert!(reason(&apart).starts_with("one run is against it, 16 beside it do not tell"), "{}", reason(&apart));
    // Repeats of a size that is drawn are octets.
    let size = fit_within(&of_a_size("about 4.5 within 1/1000", ""), 1, 20_000);
    assert_eq!((size.ok, size.others), (None, 16), "{size:?}");
    let size = fit_within(&of_a_size("about 4.5 within 1/1000", ""), 1, 1);
    assert_eq!((size.ok, size.withheld, size.others), (None, Some(Withheld::Alone), 0), "{size:?}");
    assert!(reason(&size).contains("the budget has no other"), "{}", reason(&size));
    assert_eq!(fit_within(&of_a_size("about 1000 within 1", ""), 1, 20_000).ok, Some(false));
}

#[test]
fn true_laws_of_cumulative_sums_are_not_rejected_by_one_run() {
    let text = |points: u64, fit: &str, slope: &str| {
        format!(
            "[given]\nn = \"int in 1..=64\"\nz = \"gaussian(n, 1)\"\n[scaling]\nsweep = {{ n = \"linear [4, 64] {points}\" }}\n\
             fit = \"{fit} ~ n\"\nslope = \"{slope}\"\n"
        )
    };
    let mut alone = 0;
    for points in [8, 16, 31, 61] {
        for (sum, slope) in [("sum(i in 1..=n: z[i])", "about 0 within 1/20"), ("norm(z)^2", "about 1")] {
            for seed in 1..=150 {
                let fit = fit_within(&text(points, sum, slope), seed, 200_000);
                assert!(fit.ok != Some(false), "{sum}, {points} points, seed {seed}: {fit:?}");
                alone += u32::from(fit.withheld == Some(Withheld::Alone));
            }
        }
    }
    println!("of 1200 runs of true laws {alone} were against them alone");
    assert!(alone > 0);
}

#[test]
fn skewed_noise_that_grows_along_the_sweep_does_not_decide_against_its_mean() {
    // Of the square of a sum of n normal numbers the mean is n; the median of the slopes of its pairs is another.
    let text = |slope: &str| {
        format!(
            "[given]\nn = \"int in 1..=64\"\nz = \"gaussian(n, 1)\"\n[scaling]\nsweep = {{ n = \"int [4, 64] 9\" }}\n\
             fit = \"sum(i in 1..=n: z[i])^2 ~ n\"\nslope = \"{slope}\"\nruns = 10000\n"
        )
    };
    let made = |slope: &str| {
        let options = CheckOptions { seed: 1, backend: Backend::best(), max_elements: MAX_ELEMENTS, kernel: None };
        let checker =
            Checker::new(&claim(&text(slope)), &options).unwrap_or_else(|e| panic!("{}", e.render(100, false)));
        checker.scaling(2_000_000).unwrap_or_else(|e| panic!("{e}"))
    };
    for slope in ["about 1", ">= 95/100", "about 9/10 within 1/50"] {
        let judgement = judge_fit(&made(slope));
        let reason = judgement.reason.unwrap_or_default();
        assert_eq!(judgement.verdict, Verdict::Inconclusive, "{slope}: {reason}");
        assert!(reason.contains("the robust line and that of least squares differ"), "{slope}: {reason}");
    }
    assert_eq!(judge_fit(&made("about 2")).verdict, Verdict::Rejected);
    assert!(describe_fit(&made("about 1")).contains(" (by least squares "), "{}", describe_fit(&made("about 1")));
}

#[test]
fn several_givens_are_swept_and_each_point_has_all_repeats() {
    let text = "[given]\na = \"real in [1, 10]\"\nn = \"int in 1..=9\"\nu = \"normal\"\n[scaling]\n\
                sweep = { a = \"linear [1, 10] 4\", n = \"int [1, 9] 3\" }\nfit = \"log(a*n) + u ~ log(a) + log(n)\"\n\
                slope = \"about 1 within 1/100\"\nruns = 12\n";
    let fit = fit(text);
    assert_eq!((fit.points.len(), fit.line.repeats, fit.ok), (12, 12, Some(true)));
}

#[test]
fn runs_that_share_a_drawn_integer_are_one_repeat() {
    let text = |n: &str| {
        format!(
            "[given]\nx = \"real in [1/1000, 1] log\"\nn = \"int in {n}\"\ng = \"gaussian(n, 1)\"\n[scaling]\n\
             sweep = {{ x = \"log [1e-3, 1] 9\" }}\nfit = \"log(x)*(1 + n/100) + g[1, 1] ~ log(x)\"\n\
             slope = \"about 1\"\nruns = 64\n"
        )
    };
    assert_eq!(fit(&text("1..=4")).line.repeats, 8);
    assert_eq!(fit(&text("3..=3")).line.repeats, 64);
}

const DESCENT: &str = r#"
[given]
T  = "int in 1..=3000"
X0 = "matrix(3, 2, sv in [1/2, 1])"
[trajectory]
state = { X = "X0" }
step  = { X = "X + (1/4)*(diag(unit(3, 1)) - X*X')*X" }
steps = "T"
at    = "every 3000"
[scaling]
sweep = { T = "log [300, 3000] 5" }
fit   = "log(norm_F(X*X' - diag(unit(3, 1)))) ~ log(T)"
slope = "about -1 within 1/20"
runs  = 8
"#;

#[test]
fn a_kernel_gives_the_slope_that_the_steps_give() {
    let own = fit(DESCENT);
    let kernel = "kernel = { kind = \"symmetric-gd\", Sigma = \"diag(unit(3, 1))\", eta = \"1/4\" }\nstate";
    let fast = fit(&DESCENT.replace("state", kernel));
    assert_eq!((own.ok, own.shape), (fast.ok, fast.shape), "{own:?} {fast:?}");
    let apart = |of: fn(&Fit) -> f64| (of(&own) - of(&fast)).abs();
    assert!(apart(|fit| fit.line.slope.value) < 1e-9 && apart(|fit| fit.line.slope.half(0.01)) < 1e-9);
}

#[test]
fn every_back_end_gives_the_same_bits() {
    let text = law(NOISE, "2*log(x) + exp(u/5)*sin(v + x) + v*log(x)/50", "about 2");
    let best = format!("{:?}", fit(&text));
    for backend in Backend::available() {
        assert_eq!(format!("{:?}", fit_on(&text, backend)), best, "{backend}");
    }
}

#[test]
fn what_cannot_be_measured_is_refused_with_what_would_be_right() {
    let slope = |slope: &str| refused(&law("", "log(x)", slope));
    assert!(slope("about 0").contains("a slope of 0 needs `within`"), "{}", slope("about 0"));
    assert!(slope("about 0").contains("about 0 within 1/100") && slope("about 0").contains("c.toml:9:"));
    assert!(slope("about 1 within 0").contains("how far off a slope may be is positive"));
    assert!(slope("about 1 within -1/100").contains("this is -1/100"));
    assert!(slope("about x").contains("differs from point to point"));
    assert!(slope("about x").contains("it has `x` in it, which is swept") && slope("about x").contains("c.toml:9:"));
    assert!(slope("about 2 +- 1/10").contains("write `about 2 within 1/10`"), "{}", slope("about 2 +- 1/10"));
    assert!(slope("near 1").contains("with `within d` behind it"));
    let few = law("", "log(x)", "about 1").replace("1] 9", "1] 3");
    assert!(
        refused(&few).contains("a slope needs 4 points with values, none a copy of another, and there are 3"),
        "{}",
        refused(&few)
    );
    assert!(refused(&few).contains("c.toml:7:"), "{}", refused(&few));
    let swept = |points: &str| refused(&law("", "log(x)", "about 1").replace("log [1e-3, 1] 9", points));
    let turned = swept("log [1, 1e-3] 9");
    assert!(turned.contains("the lower one first") && turned.contains("write `log [1/1000, 1] 9`"), "{turned}");
    assert!(turned.contains("c.toml:7:"), "{turned}");
    assert!(swept("linear [1/2, 1/2] 9").contains("found 1/2 twice, which is one point"));
    let from_zero = swept("log [0, 1] 9");
    assert!(from_zero.contains("begins above 0") && from_zero.contains("or write `linear`"), "{from_zero}");
    let level = refused(&law("", "x", "about 1").replace("~ log(x)", "~ 3"));
    assert!(level.contains("nothing that is swept is on this side of `~`") && level.contains("c.toml:8:"), "{level}");
    let equal = refused(&law("", "x", "about 1").replace('~', "="));
    assert!(equal.contains("write `y ~ x` for a fit"), "{equal}");
    let from = |from: &str| refused(&law("", "log(x)", &format!("about 1\"\nfrom = \"{from}")));
    assert_eq!(from("x >= 1/100"), "");
    assert!(from("x >= 1/2").contains("8 come before `from`"), "{}", from("x >= 1/2"));
    assert!(from("x").contains("c.toml:10:"), "{}", from("x"));
    assert!(from("y >= 1").contains('y') && from("y >= 1").contains("c.toml:10:"), "{}", from("y >= 1"));
    let state = DESCENT.replace("[scaling]", "[scaling]\nfrom = \"norm_F(X) <= 1\"");
    assert!(refused(&state).contains("from") && !refused(&state).is_empty(), "{}", refused(&state));
}

#[test]
fn a_point_counts_from_the_decimal_on_that_is_written() {
    let points = |sweep: &str, from: &str| {
        let text = format!(
            "[given]\nx = \"real in (0, 1]\"\nu = \"real in [1, 2]\"\n[scaling]\nsweep = {{ x = \"{sweep}\" }}\nfrom = \"{from}\"\nfit = \"u*x ~ x\"\n\
             slope = \">= 1\"\nruns = 8\n"
        );
        let fit = fit(&text);
        (fit.left_out.before, fit.points.len())
    };
    for (sweep, from, wanted) in [
        ("linear [0.1, 0.4] 4", "x >= 0.1", (0, 4)),
        ("linear [0.1, 0.8] 8", "x >= 0.3", (2, 6)),
        ("linear [0.1, 0.8] 8", "x > 0.3", (3, 5)),
        ("linear [0.1, 0.8] 8", "x <= 0.7", (1, 7)),
        ("linear [1/3, 1] 5", "3*x >= 1", (0, 5)),
        ("log [0.001, 1] 7", "x >= 0.001", (0, 7)),
        ("log [0.001, 1] 7", "x > 0.001", (1, 6)),
        // Of what is drawn beside it, too: lane by lane.
        ("linear [0.1, 0.8] 8", "u*x >= 0.3*u", (2, 6)),
    ] {
        assert_eq!(points(sweep, from), wanted, "{sweep}, from {from}");
    }
}

#[test]
fn a_sweep_stays_within_its_given() {
    let swept = |given: &str, sweep: &str| {
        refused(&format!(
            "[given]\nx = \"{given}\"\n[scaling]\nsweep = {{ x = \"{sweep}\" }}\nfit = \"x ~ x\"\nslope = \"about 1\"\n"
        ))
    };
    assert_eq!(swept("real in [1/10, 1]", "linear [0.1, 1] 4"), "");
    assert_eq!(swept("int in 1..=9", "int [1, 9] 5"), "");
    let wide = swept("real in [0, 1]", "linear [1/2, 2] 4");
    assert!(
        wide.contains("leaves the given's own range") && wide.contains("ends at 2, and the given ends at 1"),
        "{wide}"
    );
    assert!(wide.contains("c.toml:6:"), "{wide}");
    let open = swept("real in (0, 1]", "linear [0, 1] 4");
    assert!(open.contains("begins at 0, and the given is above 0"), "{open}");
    assert!(swept("int in 1..=9", "int [1, 10] 5").contains("ends at 10, and the given ends at 9"));
}

#[test]
fn a_point_that_rounding_may_have_made_anything_of_has_no_value() {
    // At the last point, a difference of numbers of which each is known to 1e27.
    let y = "log(x) + u/100 + (if x > 1/2 then exp(100*x) - exp(101*x - x) else 0)";
    let fit = self::fit(&law(NOISE, y, "about 1"));
    assert_eq!((fit.left_out.blurred, fit.left_out.empty, fit.points.len()), (1, 0, 8), "{fit:?}");
    assert!(fit.ok == Some(true) && fit.line.slope.rounding < 1e-12, "{fit:?}");
    // What becomes 0 has no value at all.
    let sunk = law("", "log((x + 1) - 1)", "about 1").replace("[1e-3, 1] 9", "[1e-18, 1] 19");
    let sunk = self::fit(&sunk.replace("[1/1000, 1]", "[1e-18, 1]"));
    assert!(sunk.left_out.empty >= 2 && sunk.points.len() >= 12, "{sunk:?}");
    assert!(sunk.ok == Some(true) && sunk.line.slope.rounding < 0.05, "{sunk:?}");
}

#[test]
fn a_given_that_does_nothing_narrows_no_interval() {
    let text = |sweep: &str| {
        format!(
            "[given]\nx = \"real in [0.1, 10]\"\nz = \"real in [0, 1]\"\n[scaling]\nsweep = {{ x = \"linear [1, 4] 6\"{sweep} }}\n\
             fit = \"log(1 + floor(x^2)) ~ log(x)\"\nslope = \"about 1.24 within 1/100\"\n"
        )
    };
    let (alone, many) = (fit(&text("")), fit(&text(", z = \"linear [0, 1] 40\"")));
    assert_eq!((alone.line.slope, alone.ok), (many.line.slope, many.ok));
    assert_eq!((many.line.points, many.left_out.copies, many.points.len()), (6, 234, 240));
}

#[test]
fn a_slope_of_counts_is_known_to_a_step() {
    // At powers of ten the steps lie on a line of slope 2/log(10), exactly and in every repeat; the law has 1/log(3).
    let steps = |at: &str, fit: &str, given: &str| {
        format!(
            "[given]\neps = \"real in (0, 1/10]\"\nx0 = \"real in [1, 1.2]\"\n{given}[trajectory]\nstate = {{ x = \"x0\" }}\nstep = {{ x = \"x/3\" }}\nsteps = 200\n{at}\
             until = \"x <= eps\"\n[trajectory.first]\nT = \"x <= eps\"\n[scaling]\nsweep = {{ eps = \"log [1e-8, 1e-2] 7\" }}\nfit = \"{fit} ~ log(1/eps)\"\n\
             slope = \"about 1/log(3) within 0.02\"\nruns = 8\n"
        )
    };
    for ordinate in ["t", "T", "floor(T)", "2*t - T"] {
        let fit = fit(&steps("", ordinate, ""));
        let (lo, hi) = fit.interval();
        assert!(lo < 0.9102 && 0.9103 < hi && fit.ok.is_none(), "{ordinate}: {fit:?}");
    }
    // Two steps between looks are twice as much; and what the givens are made of is no count.
    let (every, other) = (fit(&steps("", "t", "")), fit(&steps("at = \"every 2\"\n", "t", "")));
    let by = other.line.slope.rounding / every.line.slope.rounding;
    assert!((by - 2.0).abs() < 1e-9, "{by}");
    let log = fit(&steps("at = \"log 30\"\n", "t", ""));
    assert!(log.line.slope.rounding > every.line.slope.rounding, "{log:?}");
    let parameter = fit(&steps("", "log(1/eps)*N", "N = \"ceil(x0)\"\n"));
    assert!(parameter.line.slope.rounding < 1e-9, "{parameter:?}");
}

#[test]
fn a_sweep_of_which_no_point_counts_says_why() {
    let text = |from: &str| {
        format!(
            "[given]\nx = \"real in [1, 1000]\"\n[assume]\nsmall = \"x > 2000\"\n[scaling]\nsweep = {{ x = \"log [1, 1000] 5\" }}\n{from}fit = \"log(x) ~ log(x)\"\nslope = \"about 1\"\n"
        )
    };
    assert!(refused(&text("")).contains("no point of the sweep met the hypotheses"));
    let all = refused(&text("from = \"x > 2000\"\n").replace("[assume]\nsmall = \"x > 2000\"\n", ""));
    assert!(all.contains("all 5 points of the sweep come before `from`"), "{all}");
}

#[test]
fn a_law_of_scaling_has_no_cases_to_replay() {
    let options = CheckOptions { seed: 1, backend: Backend::best(), max_elements: MAX_ELEMENTS, kernel: None };
    let checker = Checker::new(&claim(&law(NOISE, "log(x) + u", "about 1")), &options).expect("a claim");
    let error = checker.replay(7).expect_err("no case").to_string();
    assert!(error.contains("no cases"), "{error}");
}

#[test]
fn what_a_sweep_takes_is_held_against_the_budget_before_it_runs() {
    let text = "[given]\na = \"real in [0, 1]\"\nb = \"real in [0, 1]\"\n[trajectory]\nstate = { x = \"1\" }\n\
                step = { x = \"x*(1 - a*b/100000000)\" }\nsteps = 10000000\n[scaling]\n\
                sweep = { a = \"linear [1/2, 1] 300\", b = \"linear [1/2, 1] 300\" }\nfit = \"log(x) ~ a*b\"\nslope = \"about -1\"\n";
    let asked = |text: &str| {
        let options = CheckOptions { seed: 1, backend: Backend::best(), max_elements: MAX_ELEMENTS, kernel: None };
        Checker::new(&claim(text), &options).unwrap_or_else(|e| panic!("{}", e.render(100, false))).asked()
    };
    let hostile = asked(text).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((hostile.points, hostile.runs, hostile.eight), (90_000, 1, 90_000 * 8 * 1_000_000));
    let noisy = asked(&law(NOISE, "log(x) + u", "about 1")).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((noisy.points, noisy.runs, noisy.eight), (9, 16, 72));
    assert_eq!((noisy.made(71), noisy.made(143), noisy.made(144), noisy.made(u64::MAX)), (8, 8, 16, 16));

    let verdict_of = |text: &str, cases: Option<u64>| {
        let check = CheckOptions { seed: 1, backend: Backend::best(), max_elements: MAX_ELEMENTS, kernel: None };
        let options = RunOptions { budget: Budget::Default, cases, jobs: 1, check };
        let outcomes = run(&[&claim(text)], &options, &|_| ()).unwrap_or_else(|e| panic!("{e}"));
        let Some(Outcome::Checked(result)) = outcomes.into_iter().next() else { panic!("not read") };
        (result.verdict, result.fit.map(|fit| fit.runs.1), format!("{:?}", result.failure))
    };
    let (verdict, _, why) = verdict_of(text, None);
    assert!(
        verdict == Verdict::NotRun && why.contains("90000 points count for up to 720000000000 evaluations"),
        "{why}"
    );
    let many = law(NOISE, "log(x) + u/100", "about 1");
    assert_eq!(verdict_of(&many, None).1, Some(16));
    assert_eq!(verdict_of(&many, Some(10)).1, Some(8));
    let (verdict, _, why) = verdict_of(&format!("{many}[budget]\ncases = 900\n"), None);
    assert!(
        verdict == Verdict::NotRun && why.contains("asks for 900 cases, and 16 runs of each of 9 points are 144"),
        "{why}"
    );
}
