//! `[constant]` with chance: quantiles and their intervals, growth of quantiles, what too few trials cannot tell, trials in which no constant works.

mod sought;

use sought::{CHANCE, check, of, sought, value};
use theoremcheck::check::constant::Clipped;
use theoremcheck::claim::model::Verdict;

#[test]
fn a_constant_with_a_probability_is_a_quantile() {
    let right = check("gaussian", &CHANCE.replace("BOUND", "(sqrt(n) + sqrt(k))"));
    assert!(value(&right) > 0.8 && value(&right) < 1.3, "{}", value(&right));
    assert!(!matches!(right.verdict, Verdict::Drifts | Verdict::Error), "{right:?}");
    // The most of any setting's: known to some parts in a hundred.
    let (least, most) = sought(&right).interval().expect("it is an estimate");
    assert!(least < value(&right) && value(&right) < most && most < 1.2 * least, "{least} {most}");
    let wrong = check("short-bound", &CHANCE.replace("BOUND", "sqrt(k)"));
    assert_eq!(wrong.verdict, Verdict::Drifts, "{wrong:?}");
    // A guard that is false asks for nothing, and leaves nothing to be asked.
    let guarded = check("guard-random", &CHANCE.replace("norm(W) <= c*BOUND", "norm(W) >= 1000 => norm(W) <= c"));
    assert_eq!(guarded.verdict, Verdict::Held, "{guarded:?}");
    assert!(sought(&guarded).worst.is_none(), "{guarded:?}");
}

#[test]
fn an_estimated_constant_lies_in_its_interval() {
    let text = |side: &str, level: &str| {
        let head = "[given]\ns = \"real in [1, 8]\"\n[constant]\nname = \"c\"\n";
        format!(
            "{head}{side}\nrandom = {{ u = \"real in [0, 1]\" }}\nat_least = \"{level}\"\nsweep = {{ s = [1, 2, 4, 8] }}\n"
        )
    };
    // The quantile of a uniform number is its level.
    let least = check("uniform", &(text("", "9/10") + "claim = \"s*u <= c*s\"\n"));
    let (from, to) = sought(&least).interval().expect("it is an estimate");
    assert!(from < 0.9 && 0.9 < to && to - from < 0.02, "{from} {to}");
    let greatest = check("uniform-below", &(text("seek = \"greatest\"", "9/10") + "claim = \"s*u >= c*s\"\n"));
    let (from, to) = sought(&greatest).interval().expect("it is an estimate");
    assert!(from < 0.1 && 0.1 < to && to - from < 0.02, "{from} {to}");
    // What so many trials cannot tell has no upper end; no lower one, of the greatest.
    let least = check("uniform-rare", &(text("", "1 - 1/10^9") + "claim = \"u <= c*(1 - u)\"\n"));
    assert_eq!(sought(&least).interval().expect("it is an estimate").1, f64::INFINITY);
    let greatest = check("uniform-rare-below", &(text("seek = \"greatest\"", "1 - 1/10^9") + "claim = \"u >= c\"\n"));
    assert_eq!(sought(&greatest).interval().expect("it is an estimate").0, 0.0);
    // What is searched, and not tried, is a bound.
    let found = check(
        "sure",
        "[given]\nx = \"real in [1, 2]\"\n[constant]\nname = \"c\"\nsweep = { x = [1, 2] }\nclaim = \"x <= c\"\n",
    );
    assert_eq!(sought(&found).interval(), None);
}

#[test]
fn what_is_random_hides_no_scale_and_no_open_end() {
    for (name, given) in [("scale", "real in (0, inf)"), ("open", "real in (0, 1]")] {
        let text = format!(
            "[given]\nk = \"int in 1..=3\"\nL = \"{given}\"\n[constant]\nname = \"c\"\nsweep = {{ k = [1, 2, 3] }}\nrandom = {{ z = \"gaussian(1, 1)\" }}\nclaim = \"norm_F(z) <= c*L\"\nat_least = \"1/2\"\n"
        );
        let result = check(name, &text);
        assert_eq!(result.verdict, Verdict::Drifts, "{name}: {result:?}");
    }
}

#[test]
fn growth_of_quantiles_that_are_roughly_known_is_told_by_more_trials() {
    let text = "[given]\np = \"real in [1/1000, 1/2] log\"\n[constant]\nname = \"c\"\nsweep = { p = \"log [1/1000, 1/2] 9\" }\nrandom = { u = \"real in [0, 1]\" }\nclaim = \"1 <= c*u\"\nat_least = \"1 - p\"\n";
    let result = check("quantile", text);
    // Trials are added until the growth is told.
    assert_eq!(result.verdict, Verdict::Drifts, "{result:?}");
    // As it is of quantiles of which a setting's share of trials sees nothing.
    let rare = check(
        "rare",
        &text.replace("[1/1000, 1/2] log", "[1/10000, 1/2] log").replace("[1/1000, 1/2] 9", "[1/10000, 1/2] 8"),
    );
    assert_eq!(rare.verdict, Verdict::Drifts, "{rare:?}");
}

#[test]
fn a_logarithm_under_a_root_does_not_settle_by_a_short_last_step() {
    // |z| at 1 - 1/n is about √(2 log n): at this seed the last step was short, and passed for the end.
    let text = "[given]\nn = \"int in 2..=256\"\n[constant]\nname = \"c\"\nrandom = { z = \"gaussian(n, 1)\" }\nat_least = \"1 - 1/n\"\nsweep = { n = [4, 8, 16, 32, 64, 128, 256] }\nclaim = \"abs(sum(i in 1..=n: z[i])) <= c*sqrt(n)\"\n";
    let result = check("mean-n", text);
    assert!(!matches!(result.verdict, Verdict::Held), "{result:?}");
}

#[test]
fn a_setting_at_which_nothing_can_be_measured_hides_nothing() {
    // At a = 0 no trial tells `0 <= c*0` from rounding; it was taken for the one that asks for most.
    let text = |room: &str| {
        format!(
            "[given]\nn = \"int in 1..=32\"\na = \"vector(n, [-1, 1])\"\n[constant]\nname = \"c\"\nrandom = {{ z = \"gaussian(n, 1)\" }}\nat_least = \"9/10\"\nsweep = {{ n = [2, 4, 8, 16, 32] }}\nclaim = \"abs(inner(a, z)) <= c*{room}\"\n"
        )
    };
    let right = check("inner", &text("norm(a)"));
    assert_eq!(right.verdict, Verdict::Held, "{right:?}");
    assert!((value(&right) - 1.645).abs() < 0.1, "{}", value(&right));
    let wrong = check("inner-wrong", &text("norm(a)/sqrt(n)"));
    assert_eq!(wrong.verdict, Verdict::Drifts, "{wrong:?}");
}

#[test]
fn trials_of_runs_that_are_cut_off_are_no_trend() {
    // It comes down to 1/2 after about log(2*x0)/eta steps, and the sum of what was there is then about (x0 - 1/2)/eta.
    let text = |steps: u32| {
        format!(
            "[given]\neta = \"real in [1/1000, 1/10] log\"\n[trajectory]\nstate = {{ x = \"x0\", s = \"0\" }}\nstep = {{ x = \"(1 - eta)*x\", s = \"s + x\" }}\nsteps = {steps}\n\
             until = \"x <= 1/2\"\n[constant]\nname = \"c\"\nrandom = {{ x0 = \"real in [1, 11/10]\" }}\nat_least = \"1/2\"\nsweep = {{ eta = \"log [1/1000, 1/10] 8\" }}\nclaim = \"s <= c\"\n"
        )
    };
    let short = check("cut", &text(200));
    assert_eq!(short.verdict, Verdict::Inconclusive, "{short:?}");
    let reason = short.predicates[0].judgement.reason.clone().unwrap_or_default();
    assert!(reason.contains("runs are cut off"), "{reason}");
    assert_eq!(sought(&short).curves[0].points[0].clipped, Some(Clipped::Runs), "{short:?}");
    assert_eq!(check("whole", &text(2000)).verdict, Verdict::Drifts);
}

#[test]
fn where_no_constant_works_often_enough_the_trials_reject_it() {
    let text = "[given]\ns = \"real in [1, 8]\"\n[constant]\nname = \"c\"\nrandom = { z = \"normal\" }\nat_least = \"9/10\"\nsweep = { s = [1, 2, 4, 8] }\nclaim = \"z <= 1 and abs(z) <= c*s\"\n";
    let result = check("barred", text);
    assert_eq!(result.verdict, Verdict::Rejected, "{result:?}");
    // Often enough: P[z <= 2] is 0.977.
    assert_eq!(check("allowed", &text.replace("z <= 1 and", "z <= 2 and")).verdict, Verdict::Held);
}

#[test]
fn a_probability_that_no_trials_can_tell_is_not_held_to_hold() {
    let given = "n = \"int in 1..=64\"";
    let rest = |level: &str| {
        format!("random = {{ z = \"gaussian(n, 1)\" }}\nat_least = \"{level}\"\nclaim = \"norm(z)/sqrt(n) <= c\"")
    };
    let sweep = "n = [4, 8, 16, 32, 64]";
    assert_eq!(of("beyond", given, sweep, &rest("1 - exp(-n)")).verdict, Verdict::Inconclusive);
    assert_eq!(of("above", given, sweep, &rest("n")).verdict, Verdict::Error);
    assert_eq!(of("within", given, sweep, &rest("9/10")).verdict, Verdict::Held);
}
