//! From counts to verdicts.
//!
//! The rules, in the order in which they are asked, for one predicate:
//!
//! 1. a counterexample is certified (every hypothesis proved, the conclusion proved false): `refuted`;
//! 2. some case is violated beyond its rounding floor, or an identity fails as one of rational functions, and no certificate was
//!    found: `suspect`, with the reason;
//! 3. it is proved, for all that it speaks of, and some case met the hypotheses: `proved`;
//! 4. too few random cases met the hypotheses and were in the predicate's branch, and the hunt did not get there either: `vacuous`;
//! 5. more than half of those were undefined: `error`;
//! 6. some case held (of an identity: agreed to rounding), in `f64` or settled exactly: `held`, with the number of undecided ones beside it;
//! 7. no case was decided either way: `inconclusive`. An undecided case never refutes, but a claim of which every case is
//!    within the floor was not tested at all, and "could not tell" must not read as "held".
//!
//! A stratum that gave cases of which none met the hypotheses is reported, but does not by itself make a claim `vacuous`: whether
//! it is feasible is not known. A claim's verdict is the gravest of its predicates'.

use crate::check::chance::{Chance, ERROR_RATE, Setting, Standing, error_at, in_full};
use crate::check::constant::{Barred, Constant, End, Measured};
use crate::check::evidence::{Evidence, Refutation};
use crate::check::figure::numbers;
use crate::check::fit::{Claimed, Fit, LEVEL, REJECTED_WRONGLY, Shape, Withheld, cut_off, decimals, judged};
use crate::check::line::Estimate;
use crate::check::reading::{Answer, Read};
use crate::check::tally::{PredicateTally, Tally};
use crate::check::trend::Trend;
use crate::claim::model::{Expect, ProbabilityBound, Verdict};
use crate::lang::ast::SlopeBound;
use crate::lang::need::Seek;

/// A verdict, and why, where it is not plainly `held`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    pub reason: Option<String>,
}

impl Judgement {
    pub fn new(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self { verdict, reason: Some(reason.into()) }
    }
}

/// The least number of cases that a predicate must have been asked of, out of `cases` that were run: 20 (all, if fewer were
/// run), and one in a thousand.
pub fn least_asked(cases: u64) -> u64 {
    cases.min(20).max(cases.div_ceil(1000))
}

/// So many evaluations of the hunt that met the hypotheses make up for a random phase that hardly ever did.
const ENOUGH_HUNTED: u64 = 1000;

/// The verdict of one predicate after `cases` cases, of which `met` met the hypotheses, and what was found beyond them.
pub fn judge(predicate: &PredicateTally, evidence: &Evidence, cases: u64, met: u64) -> Judgement {
    if let Some(refutation) = &evidence.refutation {
        return judge_refuted(None, refutation);
    }
    let count = predicate.total();
    let asked = count.in_branch();
    let undecided = count.out_of_range + if predicate.identity { 0 } else { count.within_floor };
    let hunted = evidence.hunt.as_ref();
    let found = hunted.and_then(|hunt| hunt.best.as_ref()).is_some_and(|best| best.is_violated());
    if count.violated > 0 || found {
        let where_ = match count.violated {
            0 => "by the hunt".to_owned(),
            n => format!("in {n} of {asked} cases"),
        };
        let doubt = evidence.doubt.as_ref().map(|doubt| format!("; no certificate: {doubt}")).unwrap_or_default();
        return Judgement::new(Verdict::Suspect, format!("violated beyond rounding {where_}{doubt}"));
    }
    // An identity that fails in general, which no case that was looked at shows.
    if let Some(doubt) = evidence.doubt.as_ref().filter(|_| asked > 0) {
        return Judgement::new(Verdict::Suspect, doubt.clone());
    }
    // Nor is what is hardly ever defined, or measured in a unit that is hardly ever positive.
    let enough_hunted = hunted.is_some_and(|hunt| hunt.feasible >= ENOUGH_HUNTED);
    if (asked >= least_asked(cases) || enough_hunted) && count.undefined > asked / 2 {
        let first = predicate.first_undefined.map(|case| format!(", first in case {case}")).unwrap_or_default();
        return Judgement::new(Verdict::Error, format!("undefined in {} of {asked} cases{first}", count.undefined));
    }
    // What is true because nothing meets the hypotheses is not shown to a reader as proved.
    let met_at_all = asked > 0 || hunted.is_some_and(|hunt| hunt.feasible > 0);
    if met_at_all && evidence.proof.as_ref().is_some_and(|proof| proof.is_complete()) {
        return Judgement { verdict: Verdict::Proved, reason: None };
    }
    if asked < least_asked(cases) && !enough_hunted {
        let perhaps = if count.unplaced > 0 { format!(", {} perhaps", count.unplaced) } else { String::new() };
        let branch = if met > asked { format!(", {asked} of them in its branch{perhaps}") } else { String::new() };
        return Judgement::new(Verdict::Vacuous, format!("{met} of {cases} cases met the hypotheses{branch}"));
    }
    let hunt_held =
        enough_hunted && hunted.and_then(|hunt| hunt.best.as_ref()).is_some_and(|best| best.margin > best.floor);
    if count.in_branch() - count.undefined == undecided && evidence.settled.held == 0 && !hunt_held {
        let what = "every case is within the rounding floor or beyond f64";
        return Judgement::new(Verdict::Inconclusive, format!("{what} ({undecided} of {asked})"));
    }
    Judgement { verdict: Verdict::Held, reason: None }
}

/// The ends with four decimals at least; where none tell them apart, `2.00000000 ± 3.3e-15`.
fn interval_of(slope: &Estimate, (lo, hi): (f64, f64)) -> String {
    match decimals((lo, hi)) {
        Some(digits) => {
            let digits = digits.max(4);
            format!("[{lo:.digits$}, {hi:.digits$}]")
        }
        None => format!("{:.8} ± {:.1e}", slope.value, (hi - lo) / 2.0),
    }
}

/// An interval of this part of a bound that it contains is that of a slope which is as steep.
const PLAIN: f64 = 0.01;

/// Why a slope is not decided: the two lines differ; an end of what is claimed lies within an interval, the wider one where the others are beyond; or
/// the repeats' slopes are too skewed for so few of them.
fn undecided(fit: &Fit) -> String {
    let robust = &fit.line.slope;
    let narrow = |slope: &Estimate| interval_of(slope, slope.interval(1.0 - LEVEL));
    if let Some(other) = fit.other() {
        return format!(
            "the robust line and that of least squares differ, {} and {} at {} %: the noise is skewed, or some runs stray",
            narrow(robust),
            narrow(&other),
            100.0 * LEVEL
        );
    }
    if let Some(interval) = fit.skewed_to_hold() {
        return format!(
            "the slopes of the repeats are too skewed for so few of them: the {} % interval by least squares, which is within what is claimed, reaches {} where it \
             allows for that",
            100.0 * LEVEL,
            interval_of(&fit.line.least_squares, interval)
        );
    }
    if let Some(interval) = fit.skewed() {
        return format!(
            "the slopes of the repeats are too skewed for so few of them: the {} % interval by least squares, which allows for that, is {}",
            100.0 * (1.0 - REJECTED_WRONGLY),
            interval_of(&fit.line.least_squares, interval)
        );
    }
    let (least, most) = fit.claimed.allowed();
    let within =
        |(lo, hi): (f64, f64)| [least, most].into_iter().find(|end| end.is_finite() && (lo..=hi).contains(end));
    let at = |slope: &Estimate| within(slope.interval(1.0 - LEVEL)).map(|end| (LEVEL, narrow(slope), end));
    let of_squares =
        || judged(&fit.line).get(1).and_then(at).map(|(level, shown, end)| (level, shown + " by least squares", end));
    let by_wide = || {
        let wide = fit.wide_interval();
        within(wide).map(|end| (1.0 - REJECTED_WRONGLY, interval_of(robust, wide), end))
    };
    let Some((level, shown, end)) = at(robust).or_else(of_squares).or_else(by_wide) else {
        return "the interval of the fitted slope does not decide".to_owned();
    };
    let mut why = format!(
        "what is claimed ends at {}, which is in the {} % interval of the slope, {shown}",
        numbers(&[end])[0],
        100.0 * level
    );
    let interval = fit.interval();
    // However well it is known, a law that is as steep as the bound is not told from one that is steeper.
    let Claimed { bound, value, within } = fit.claimed;
    if bound != SlopeBound::About && within.is_none() && interval.1 - interval.0 <= PLAIN * value.abs() {
        why += "; a slope that is just as steep is held where the claim says `within` how far off it may be";
    }
    why
}

/// Why a slope is not decided by one repeat, whatever its interval.
fn withheld(fit: &Fit, why: Withheld) -> String {
    let (asked, made) = fit.runs;
    let lowered = made < asked;
    // Two octets are two repeats where eight runs are one.
    let more = |least: u64| {
        if lowered && asked >= least {
            format!("a budget that leaves {least} of the {asked} runs a point or more is needed")
        } else {
            format!("`runs = {least}` at least is needed, and more are better")
        }
    };
    match why {
        Withheld::Single if fit.left_out.repeats > 0 => {
            "one repeat alone has values at all of the points that count, and one does not tell a mean".to_owned()
        }
        Withheld::Single if fit.shared => format!(
            "eight runs share the integers that are drawn and are one repeat, so {} one, which does not tell a mean: {}",
            if lowered {
                format!("the {made} of {asked} runs that the budget leaves make")
            } else {
                format!("{made} runs make")
            },
            more(16)
        ),
        Withheld::Single => format!("one run of a point does not tell a mean: {}", more(2)),
        Withheld::Same => format!(
            "the {} repeats are all the same, as those of eight runs that drew the same integers would be: {}",
            made.div_ceil(8),
            more(64)
        ),
        Withheld::Alone if fit.others == 0 => {
            "one run is against it, and the budget has no other to hold beside it: say `runs`, or give more".to_owned()
        }
        Withheld::Alone => format!(
            "one run is against it, {} beside it do not tell: say how many `runs` the law is the mean of",
            numbers(&[fit.others as f64])[0]
        ),
    }
}

/// The verdict of a fitted slope. What is not held says at which points runs are cut off, since a longer run may tell more.
pub fn judge_fit(fit: &Fit) -> Judgement {
    let Judgement { verdict, reason } = judge_line(fit);
    let cut = cut_off(&fit.cut_at, fit.left_out.cut).map(|cut| format!("; {cut}")).unwrap_or_default();
    Judgement { verdict, reason: reason.map(|reason| reason + &cut) }
}

fn judge_line(fit: &Fit) -> Judgement {
    if let Some(why) = fit.withheld {
        return Judgement::new(Verdict::Inconclusive, withheld(fit, why));
    }
    match (fit.ok, fit.shape) {
        (Some(true), _) => Judgement { verdict: Verdict::Held, reason: None },
        (Some(false), _) => {
            let level = 100.0 * (1.0 - REJECTED_WRONGLY);
            let interval = interval_of(&fit.line.slope, fit.wide_interval());
            let others = match fit.others {
                0 => String::new(),
                n => format!("; {n} repeats beside it are against it too"),
            };
            let why = format!("the {level} % interval of the slope, {interval}, is beyond what is claimed{others}");
            Judgement::new(Verdict::Rejected, why)
        }
        (None, Shape::Line) => Judgement::new(Verdict::Inconclusive, undecided(fit)),
        (None, Shape::Bends) => {
            let ((first, last), (from, to)) = (fit.line.ends, fit.line.span);
            let room = fit.claimed.straight(fit.line.slope.value);
            let how = format!("the local slope goes from {first:.4} at {from:.4} to {last:.4} at {to:.4}");
            let why = format!("it bends: {how}, and may be off its middle by {room:.4}");
            Judgement::new(Verdict::Inconclusive, why)
        }
        (None, Shape::Off) => {
            let why = format!("the points are off the line by {:.3e} in the mean, and not by chance", fit.line.off.0);
            Judgement::new(Verdict::Inconclusive, why)
        }
    }
}

/// The verdict of a predicate with a certified counterexample, whatever else was found. `constant`: its name, where one is sought.
pub fn judge_refuted(constant: Option<&str>, refutation: &Refutation) -> Judgement {
    let (margin, bits) = (refutation.margin.describe(), refutation.bits);
    let why = match constant {
        Some(name) => format!("no positive `{name}` works at a case, certified: its room is {margin}, in {bits} bits"),
        None => format!("certified counterexample, margin {margin}, in {bits} bits"),
    };
    Judgement::new(Verdict::Refuted, why)
}

/// The verdict of a constant: what is certain, what grows, what could not be told.
pub fn judge_constant(name: &str, constant: &Constant, tally: &Tally, evidence: &Evidence) -> Judgement {
    if let Some(refutation) = &evidence.refutation {
        return judge_refuted(Some(name), refutation);
    }
    if let Some(scaled) = &constant.scaled {
        let why = format!("{}: no `{name}` works at all scales, certified", scaled.describe());
        return Judgement::new(Verdict::Refuted, why);
    }
    let by_cases = tally.predicates.first().map(|counts| judge(counts, evidence, tally.cases, tally.met));
    match by_cases {
        // Where nothing is asked, cases are out of the branch of what asks.
        Some(found) if found.verdict == Verdict::Vacuous && tally.met >= least_asked(tally.cases) => {}
        Some(found) if matches!(found.verdict, Verdict::Error | Verdict::Vacuous | Verdict::Suspect) => return found,
        _ => {}
    }
    if let Some((given, value)) = &constant.impossible {
        let why = format!("no `{name}` works where {given} = {value}, beyond rounding; no certificate");
        return Judgement::new(Verdict::Suspect, why);
    }
    if let Some(barred) = constant.barred.as_ref().filter(|b| b.chance <= error_at(1) / constant.settings() as f64) {
        let told = told_barred(name, barred);
        let how = format!("{told}; so far from it with probability below {ERROR_RATE:e} in a run of a whole library");
        return Judgement::new(Verdict::Rejected, how);
    }
    let telling = constant.drifts().filter(|(curve, ..)| !constant.is_told(curve));
    let mut growth = telling.map(|(curve, end, trend)| {
        let Trend::Grows { exponent, interval: (lo, hi) } = trend else { return String::new() };
        let way = curve.way(end);
        let of = curve.near(end).map(|near| format!(" of one over the distance from {near}")).unwrap_or_default();
        format!("what `{name}` must meet grows as {way} (exponent {exponent:.3}{of}, [{lo:.3}, {hi:.3}])")
    });
    if let Some(first) = growth.next() {
        let more: Vec<String> = growth.collect();
        let why = std::iter::once(first).chain(more).collect::<Vec<_>>().join("; ");
        return Judgement::new(Verdict::Drifts, why);
    }
    if let Some(barred) = &constant.barred {
        return Judgement::new(Verdict::Inconclusive, told_barred(name, barred));
    }
    let ends = constant.curves.iter().flat_map(|curve| curve.ends.iter().map(move |(end, trend)| (curve, end, trend)));
    let unclear = ends.filter_map(|(curve, end, trend)| match trend {
        Trend::Unclear { why } => {
            let end = match end {
                End::Upper => "upper",
                End::Lower => "lower",
            };
            Some(format!("towards the {end} end of {}: {why}", curve.given))
        }
        _ => None,
    });
    let unclear: Vec<String> = unclear.chain(constant.endless.iter().map(|without| without.describe(name))).collect();
    if !unclear.is_empty() {
        return Judgement::new(Verdict::Inconclusive, unclear.join("; "));
    }
    if constant.worst.is_none() {
        let large = match constant.seek {
            Seek::Least => "large",
            Seek::Greatest => "small",
        };
        let none = match constant.measured() {
            Measured::All | Measured::Nowhere => {
                format!("no case asks for a positive `{name}`: the statement holds with any")
            }
            Measured::Some => format!("nothing is asked of `{name}` where that could be measured"),
            Measured::None => format!("what is asked of `{name}` could not be measured"),
        };
        let why = format!("{none}, and this says nothing of how {large} it must be");
        return Judgement { verdict: Verdict::Held, reason: Some(why) };
    }
    Judgement { verdict: Verdict::Held, reason: None }
}

/// What the trials of a setting say in too many of which no constant works, or what is asked is not known.
fn told_barred(name: &str, barred: &Barred) -> String {
    let Barred { at, trials: (against, trials), unknown, level, .. } = barred;
    let at: Vec<String> = at.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let at = at.join(", ");
    let known = format!("no `{name}` works in {against} of {trials} trials where {at}");
    let open = format!("in {unknown} it is not known what they ask: they are undefined, or f64 cannot measure them");
    match (against, unknown) {
        (_, 0) => format!("{known}, and it should in a part of {level}"),
        (0, _) => format!("of {trials} trials where {at}, {open}; `{name}` should work in a part of {level}"),
        _ => format!("{known}, and {open}; it should in a part of {level}"),
    }
}

/// The verdict of a reading. It is of the runs that were made, so what fails is rejected and not refuted: no paper claims it of these draws.
pub fn judge_reading(read: &Read) -> Judgement {
    let missing = || {
        let each = read.missing.iter().map(|(name, what)| format!("`{name}` {what}"));
        each.collect::<Vec<_>>().join("; ")
    };
    match read.answer {
        Answer::Yes => Judgement { verdict: Verdict::Held, reason: None },
        Answer::No => Judgement::new(Verdict::Rejected, "the runs do not show it"),
        Answer::Undefined => Judgement::new(Verdict::Error, "undefined of the numbers that were found"),
        Answer::Open if read.missing.is_empty() => {
            Judgement::new(Verdict::Inconclusive, "the numbers are not known well enough to tell")
        }
        Answer::Open => Judgement::new(Verdict::Inconclusive, missing()),
    }
}

/// The verdict of a probability: gravest first, what is certain, what is as good as certain, what could not be told.
pub fn judge_chance(chance: &Chance, evidence: &Evidence) -> Judgement {
    if let Some(refutation) = &evidence.refutation {
        let margin = refutation.margin.describe();
        let what = match chance.side {
            ProbabilityBound::AtLeast => "a trial fails",
            ProbabilityBound::AtMost => "the event happens in a trial",
        };
        let how = format!("{what}, certified, margin {margin}, in {} bits", refutation.bits);
        return Judgement::new(Verdict::Refuted, how);
    }
    let nearest = chance.nearest.and_then(|i| chance.settings.get(i));
    let nearest_is = |standing: Standing| nearest.filter(|setting| setting.standing == standing);
    if let Some(setting) = nearest_is(Standing::Contradicted) {
        if setting.allowed.1 < 0.0 {
            let side = match chance.side {
                ProbabilityBound::AtLeast => "at least",
                ProbabilityBound::AtMost => "at most",
            };
            let (number, claimed) = (setting.number, setting.claimed);
            let why = format!("no probability is {side} {claimed}, which is claimed at setting {number}");
            return Judgement::new(Verdict::Rejected, why);
        }
        let doubt = evidence.doubt.as_ref().map(|doubt| format!("; no certificate: {doubt}")).unwrap_or_default();
        let told = told(chance, setting);
        return Judgement::new(
            Verdict::Rejected,
            format!(
                "{told}; so far from the bound with probability below {ERROR_RATE:e} in a run of a whole library{doubt}"
            ),
        );
    }
    if let Some(undefined) = chance.searched.undefined().filter(|_| chance.searched.is_unbounded()) {
        return Judgement::new(Verdict::Error, undefined);
    }
    let trivial = chance.count(Standing::Trivial);
    if chance.settings.is_empty() {
        let rejected = chance.searched.rejected;
        return Judgement::new(Verdict::Vacuous, format!("none of {rejected} settings met the hypotheses"));
    }
    if trivial == chance.settings.len() {
        return Judgement::new(Verdict::Vacuous, "the bound is 0 or less, or 1 or more, at every setting");
    }
    let (trials, undefined) = chance.settings.iter().fold((0, 0), |(trials, undefined), setting| {
        (trials + setting.counts.trials, undefined + setting.counts.undefined)
    });
    if undefined > trials / 2 {
        return Judgement::new(Verdict::Error, format!("undefined in {undefined} of {trials} trials"));
    }
    let more = |setting: &Setting| match chance.would_decide(setting) {
        Some(cases) => format!("; about `--cases {cases}` would decide"),
        None => String::new(),
    };
    if let Some(setting) = nearest_is(Standing::Doubtful) {
        let told = told(chance, setting);
        let text = format!("{told}: doubtful, and short of the error rate{}", more(setting));
        return Judgement::new(Verdict::Inconclusive, text);
    }
    if let Some(setting) = nearest_is(Standing::Blurred) {
        let unclear = setting.counts.unclear();
        let text = format!(
            "{}: {unclear} trials within the rounding floor or undefined might contradict it",
            told(chance, setting)
        );
        return Judgement::new(Verdict::Inconclusive, text);
    }
    if let Some(setting) = nearest_is(Standing::Untold)
        && chance.count(Standing::Consistent) + chance.count(Standing::Confirmed) == 0
    {
        let text = format!("{}: no outcome of so few would contradict it{}", told(chance, setting), more(setting));
        return Judgement::new(Verdict::Inconclusive, text);
    }
    Judgement { verdict: Verdict::Held, reason: None }
}

/// `the event failed in 40 of 1000 trials of setting 3, and at least 0.99 is claimed`
fn told(chance: &Chance, setting: &Setting) -> String {
    let (what, bound) = match chance.side {
        ProbabilityBound::AtLeast => ("failed", "at least"),
        ProbabilityBound::AtMost => ("happened", "at most"),
    };
    let (against, trials) = (setting.counts.against(chance.side), setting.counts.trials);
    let (number, claimed) = (setting.number, setting.bound(in_full));
    format!("the event {what} in {against} of {trials} trials of setting {number}, and {bound} {claimed} is claimed")
}

/// From the gravest down. What is decided against a claim comes before what could not be decided.
const BY_GRAVITY: [Verdict; 10] = [
    Verdict::Refuted,
    Verdict::Rejected,
    Verdict::Drifts,
    Verdict::Suspect,
    Verdict::Error,
    Verdict::Vacuous,
    Verdict::Inconclusive,
    Verdict::NotRun,
    Verdict::Held,
    Verdict::Proved,
];

/// The gravest; `not-run` of nothing.
pub fn gravest(verdicts: impl Iterator<Item = Verdict> + Clone) -> Verdict {
    BY_GRAVITY.into_iter().find(|grave| verdicts.clone().any(|v| v == *grave)).unwrap_or(Verdict::NotRun)
}

/// What a predicate is expected to be.
pub fn expected(expect: &Expect, predicate: &str) -> Verdict {
    match expect {
        Expect::Held => Verdict::Held,
        Expect::All(verdict) => *verdict,
        Expect::Each(each) => {
            each.iter().find(|(name, _)| name == predicate).map_or(Verdict::Held, |(_, verdict)| *verdict)
        }
    }
}

/// Whether a verdict is the one expected. `held` is satisfied by `proved`.
pub fn satisfies(verdict: Verdict, expected: Verdict) -> bool {
    verdict == expected || (expected == Verdict::Held && verdict == Verdict::Proved)
}

/// Whether a verdict says something about the claim, rather than that nothing could be said.
pub fn is_decided(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Proved | Verdict::Held | Verdict::Refuted | Verdict::Rejected | Verdict::Drifts => true,
        Verdict::Suspect | Verdict::Vacuous | Verdict::Inconclusive | Verdict::Error | Verdict::NotRun => false,
    }
}

/// A verdict as it is written everywhere.
pub fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Proved => "proved",
        Verdict::Held => "held",
        Verdict::Refuted => "refuted",
        Verdict::Rejected => "rejected",
        Verdict::Drifts => "drifts",
        Verdict::Suspect => "suspect",
        Verdict::Vacuous => "vacuous",
        Verdict::Inconclusive => "inconclusive",
        Verdict::Error => "error",
        Verdict::NotRun => "not-run",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::record::{CaseRecord, Fate, Hypotheses, Look, Stratum};
    use crate::check::tally::Tally;

    fn tally(identity: bool, fates: &[(Fate, u64)]) -> Tally {
        let mut tally = Tally::new(&[identity], 0, 0);
        for (fate, count) in fates {
            for _ in 0..*count {
                let looks = [Look { fate: *fate, margin: 1.0, floor: 0.5, at: None, cut: false }];
                let (stratum, hypotheses) = (Stratum::Plain, Hypotheses::Met);
                tally.record(&CaseRecord { index: tally.cases, stratum, hypotheses, scaled: false, looks: &looks });
            }
        }
        tally
    }

    fn verdict(identity: bool, fates: &[(Fate, u64)]) -> Verdict {
        let tally = tally(identity, fates);
        judge(&tally.predicates[0], &Evidence::default(), tally.cases, tally.met).verdict
    }

    #[test]
    fn one_violation_beyond_the_floor_is_enough_to_be_suspect() {
        assert_eq!(verdict(false, &[(Fate::Held, 999), (Fate::Violated, 1)]), Verdict::Suspect);
        assert_eq!(verdict(false, &[(Fate::Undefined, 999), (Fate::Violated, 1)]), Verdict::Suspect);
    }

    #[test]
    fn cases_within_the_floor_hold_an_identity_but_leave_an_inequality_undecided() {
        assert_eq!(verdict(true, &[(Fate::WithinFloor, 100)]), Verdict::Held);
        assert_eq!(verdict(false, &[(Fate::WithinFloor, 100)]), Verdict::Inconclusive);
        assert_eq!(verdict(false, &[(Fate::WithinFloor, 99), (Fate::Held, 1)]), Verdict::Held);
        assert_eq!(verdict(true, &[(Fate::OutOfRange, 100)]), Verdict::Inconclusive);
    }

    #[test]
    fn a_claim_that_is_mostly_undefined_is_an_error() {
        assert_eq!(verdict(false, &[(Fate::Undefined, 51), (Fate::Held, 49)]), Verdict::Error);
        assert_eq!(verdict(false, &[(Fate::Undefined, 50), (Fate::Held, 50)]), Verdict::Held);
    }

    #[test]
    fn a_branch_that_is_hardly_ever_taken_is_vacuous() {
        assert_eq!(verdict(false, &[(Fate::OutOfBranch, 100), (Fate::Held, 19)]), Verdict::Vacuous);
        assert_eq!(verdict(false, &[(Fate::OutOfBranch, 100), (Fate::Held, 20)]), Verdict::Held);
        assert_eq!(verdict(false, &[(Fate::OutOfBranch, 100_000), (Fate::Held, 50)]), Verdict::Vacuous);
        let tally = tally(false, &[(Fate::OutOfBranch, 100), (Fate::Held, 3)]);
        let reason = judge(&tally.predicates[0], &Evidence::default(), tally.cases, tally.met).reason;
        assert_eq!(reason.as_deref(), Some("103 of 103 cases met the hypotheses, 3 of them in its branch"));
    }

    #[test]
    fn a_run_of_few_cases_must_meet_the_hypotheses_in_all_of_them() {
        assert_eq!(verdict(false, &[(Fate::Held, 8)]), Verdict::Held);
        assert_eq!(verdict(false, &[(Fate::Held, 7), (Fate::OutOfBranch, 1)]), Verdict::Vacuous);
    }

    #[test]
    fn the_gravest_verdict_puts_falsity_before_doubt_before_success() {
        assert_eq!(gravest([Verdict::Held, Verdict::Vacuous, Verdict::Suspect].into_iter()), Verdict::Suspect);
        assert_eq!(gravest([Verdict::Proved, Verdict::Held].into_iter()), Verdict::Held);
        assert_eq!(gravest([Verdict::Suspect, Verdict::Refuted].into_iter()), Verdict::Refuted);
        assert_eq!(gravest([].into_iter()), Verdict::NotRun);
    }

    #[test]
    fn every_verdict_has_its_place_in_the_order_of_gravity() {
        for (i, verdict) in BY_GRAVITY.into_iter().enumerate() {
            assert_eq!(BY_GRAVITY.iter().position(|v| *v == verdict), Some(i));
            assert_eq!(serde_json::to_value(verdict).ok(), Some(name(verdict).into()));
        }
    }

    #[test]
    fn held_is_satisfied_by_proved_and_refuted_by_nothing_less() {
        assert!(satisfies(Verdict::Proved, Verdict::Held));
        assert!(!satisfies(Verdict::Suspect, Verdict::Refuted));
        assert!(!satisfies(Verdict::Suspect, Verdict::Held));
        assert!(!satisfies(Verdict::Held, Verdict::Proved));
        assert!(!satisfies(Verdict::Held, Verdict::Refuted));
    }
}
