//! The one case of a claim, or of a predicate, that says most: its worst violation, else its closest approach.

use super::chance;
use super::constant;
use super::experiment;
use super::number::{grouped, short};
use crate::check::evidence::{Proof, Refutation, Stored, Tightness};
use crate::check::fit::{Claimed, Fit, LEVEL, LeftOut, cut_off, decimals};
use crate::check::line::Line;
use crate::check::tally::Extreme;
use crate::check::{PredicateInfo, Premise};
use crate::engine::outcome::{ClaimResult, PredicateResult};
use crate::engine::verdict::name;
use crate::lang::ast::{Looks, SlopeBound};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Closest {
    /// The worst case that was violated beyond its floor.
    Violated(Extreme),
    /// The least margin of a case that held.
    Held(Extreme),
    /// An identity: the greatest share of the rounding floor that a case used up.
    Agrees(f64, Extreme),
    /// Only cases within the rounding floor.
    Undecided(Extreme),
}

impl Closest {
    pub fn of_predicate(predicate: &PredicateResult) -> Option<Self> {
        let counts = predicate.counts.as_ref()?;
        let agrees = || counts.ratio.map(|(ratio, extreme)| Self::Agrees(ratio, extreme));
        let held = || counts.closest.map(Self::Held);
        let undecided = || counts.undecided.map(Self::Undecided);
        counts.worst.map(Self::Violated).or_else(agrees).or_else(held).or_else(undecided)
    }

    /// Over the predicates that have the claim's verdict (over all, if those have no case to show): a violation before an
    /// approach, then the lesser margin (of identities, the greater ratio), then the earlier predicate.
    pub fn of_claim(claim: &ClaimResult) -> Option<(&PredicateResult, Self)> {
        let all = || claim.predicates.iter().filter_map(|p| Some((p, Self::of_predicate(p)?)));
        let order = |a: &Self, b: &Self| a.rank().cmp(&b.rank()).then(a.size().total_cmp(&b.size()));
        let graver = all().filter(|(p, _)| p.judgement.verdict == claim.verdict).min_by(|(_, a), (_, b)| order(a, b));
        graver.or_else(|| all().min_by(|(_, a), (_, b)| order(a, b)))
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Violated(_) => 0,
            Self::Held(_) => 1,
            Self::Undecided(_) => 2,
            Self::Agrees(..) => 3,
        }
    }

    fn size(&self) -> f64 {
        match self {
            Self::Agrees(ratio, _) => -ratio,
            Self::Violated(extreme) | Self::Held(extreme) | Self::Undecided(extreme) => extreme.margin,
        }
    }

    pub fn extreme(&self) -> &Extreme {
        match self {
            Self::Violated(extreme) | Self::Held(extreme) | Self::Agrees(_, extreme) | Self::Undecided(extreme) => {
                extreme
            }
        }
    }

    /// `closest 0.031 (case 5,120, edges)`
    pub fn describe(&self, predicate: &PredicateInfo) -> String {
        let extreme = self.extreme();
        let what = match self {
            Self::Violated(extreme) => format!("violated, margin {}", short(extreme.margin)),
            Self::Held(extreme) => format!("closest {}", short(extreme.margin)),
            Self::Agrees(ratio, _) => format!("agrees, {} of rounding", short(*ratio)),
            Self::Undecided(extreme) => format!("undecided, margin {}", short(extreme.margin)),
        };
        let moment = extreme.at.map(|at| format!(", {}", moment(predicate.looks, at))).unwrap_or_default();
        format!("{what} (case {}, {}{moment})", extreme.case, stratum_name(extreme.stratum))
    }
}

/// A step of an iteration or, where there are `looks`, a time of a flow.
pub fn moment(looks: Option<Looks>, at: u64) -> String {
    match looks {
        None => format!("step {}", grouped(at)),
        Some(_) if at == 0 => "t = 0".to_owned(),
        Some(Looks::Even(count) | Looks::Log(count)) if at == count => "the end".to_owned(),
        Some(Looks::Even(count)) => format!("t = {}/{} of the end", grouped(at), grouped(count)),
        Some(Looks::Log(count)) => format!("look {} of {}", grouped(at), grouped(count)),
    }
}

/// Where along an iteration or a flow a counterexample fails, as words that follow a margin; empty for other statements.
pub fn place(refutation: &Refutation, looks: Option<Looks>) -> String {
    refutation.at.map_or(String::new(), |at| format!(" at {}", moment(looks, at)))
}

/// `slope 0.98 in [0.95, 1.01], claimed >= 0.9`; where no decimals tell the ends apart, `slope 2.00000000 ± 3.3e-15, claimed <= 2`.
pub fn describe_fit(fit: &Fit) -> String {
    let Claimed { bound, value, within } = fit.claimed;
    let bound = match bound {
        SlopeBound::AtLeast => ">=",
        SlopeBound::AtMost => "<=",
        SlopeBound::About => "about",
    };
    let within = within.map(|within| format!(" within {}", short(within))).unwrap_or_default();
    let (lo, hi) = fit.interval();
    let (asked, made) = fit.runs;
    let cut = if made < asked { format!(", {made} of {asked} runs a point") } else { String::new() };
    let LeftOut { cut: cut_off, empty, blurred, before, .. } = fit.left_out;
    let empty = empty + cut_off;
    let counted = fit.points.len() as u64 + empty + blurred;
    let why = match (empty, blurred) {
        (_, 0) => "without a value",
        (0, _) => "within rounding",
        _ => "without a value or within rounding",
    };
    let from = if before > 0 { " after `from`" } else { "" };
    let lost = empty + blurred;
    let lost = if lost > 0 { format!(", {lost} of {counted} points{from} {why}") } else { String::new() };
    let slope = fit.line.slope.value;
    let slope = match decimals((lo, hi)) {
        Some(digits) => format!("{} in [{}, {}]", fixed(slope, digits), fixed(lo, digits), fixed(hi, digits)),
        None => format!("{} ± {}", fixed(slope, 8), short((hi - lo) / 2.0)),
    };
    // An interval that is not that of the slope of the means is not shown alone.
    let other = fit.other().map(|other| {
        let (lo, hi) = other.interval(1.0 - LEVEL);
        let digits = decimals((lo, hi)).unwrap_or(8);
        let shown = [other.value, lo, hi].map(|number| fixed(number, digits));
        format!(" (by least squares {} in [{}, {}])", shown[0], shown[1], shown[2])
    });
    format!("slope {slope}{}, claimed {bound} {}{within}{cut}{lost}", other.unwrap_or_default(), short(value))
}

/// With so many decimals, if it is not huge.
pub fn fixed(number: f64, digits: usize) -> String {
    if number.abs() < 1e6 { format!("{number:.digits$}") } else { short(number) }
}

/// What there is to say of the line beside its slope, one line each.
pub fn describe_line(fit: &Fit) -> Vec<String> {
    let Line { least_squares, offset, bend, ends, span, repeats, points, effective, slope, .. } = &fit.line;
    let level = 100.0 * LEVEL;
    let (lo, hi) = least_squares.interval(1.0 - LEVEL);
    let LeftOut { before, cut, empty, blurred, copies, repeats: lacking } = fit.left_out;
    let (points, n) = (*points, *repeats);
    // The points of one repeat need not be independent of one another.
    let worth = if n == 1 { format!(", worth {effective:.1} that are independent") } else { String::new() };
    let mut lines = vec![
        format!("{level} % interval from {} over {}{worth}", counted(n, "repeat"), counted(points, "point")),
        format!("by least squares {:.4} in [{lo:.4}, {hi:.4}]", least_squares.value),
        format!(
            "offset {}: the line at abscissa 0; fitted over [{}, {}]",
            short(*offset),
            short(span.0),
            short(span.1)
        ),
        format!(
            "local slope {:.4} at the least abscissa, {:.4} at the greatest: a change of {:.4} ± {:.4}",
            ends.0,
            ends.1,
            bend.value,
            bend.half(1.0 - LEVEL)
        ),
    ];
    if slope.rounding > 0.0 {
        lines.push(format!("rounding, and steps of counts, may have moved the slope by {}", short(slope.rounding)));
    }
    let left = [
        (before, "point", "before `from`"),
        (cut, "point", "at which runs are cut off"),
        (empty, "point", "without values"),
        (blurred, "point", "that rounding may have made anything of"),
        (copies, "point", "that are copies of others"),
        (lacking, "repeat", "that lack a point"),
    ];
    let left: Vec<String> =
        left.iter().filter(|(n, ..)| *n > 0).map(|(n, what, why)| format!("{} {why}", counted(*n, what))).collect();
    if !left.is_empty() {
        lines.push(format!("left out: {}", left.join(", ")));
    }
    lines.extend(cut_off(&fit.cut_at, cut));
    if fit.others > 0 {
        lines.push(format!("beside the one that is against what is claimed: {}", counted(fit.others, "repeat")));
    }
    lines
}

/// `1 point`, `12 points`
fn counted(n: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// What to say of a claim in one line; empty if there is nothing. The random phase and the hunt each have their own number.
pub fn describe_claim(claim: &ClaimResult) -> String {
    let telling =
        claim.predicates.iter().find(|p| p.judgement.verdict == claim.verdict && p.evidence.refutation.is_some());
    if let Some((predicate, refutation)) = telling.and_then(|p| Some((p, p.evidence.refutation.as_ref()?))) {
        return format!(
            "{} fails, margin {}{}",
            predicate.info.name,
            refutation.margin.describe(),
            place(refutation, predicate.info.looks)
        );
    }
    if let Some(sought) = &claim.constant {
        return constant::describe(claim.constant_name(), sought, claim.verdict);
    }
    let Some((predicate, closest)) = Closest::of_claim(claim) else {
        let chance = claim.chance.as_ref().map(chance::describe);
        let figure = || claim.figure.as_ref().map(experiment::describe);
        return chance.or_else(|| claim.fit.as_ref().map(describe_fit)).or_else(figure).unwrap_or_default();
    };
    let mut text = closest.describe(&predicate.info);
    if let Some(best) = predicate.evidence.hunt.as_ref().and_then(|hunt| hunt.best.as_ref()) {
        text += &format!("; hunt {}", Hunted::of(best.margin, best.floor).brief());
    }
    if let Some(tightness) = &predicate.evidence.tightness {
        text += &format!("; {}", describe_tightness(tightness));
    }
    text
}

/// `loose by a factor of 1.3`
pub fn describe_tightness(tightness: &Tightness) -> String {
    match tightness {
        Tightness::Attained => "attained".to_owned(),
        Tightness::Approached { .. } => "approached".to_owned(),
        Tightness::Loose { factor } if *factor > 1e6 => "loose: nothing of what is allowed is used".to_owned(),
        // Three digits would call it a factor of 1.
        Tightness::Loose { factor } if *factor < 1.01 => format!("loose by a factor of {factor:.4}"),
        Tightness::Loose { factor } => format!("loose by a factor of {}", short(*factor)),
    }
}

/// The margin where a hunt came nearest, as far as rounding lets it be known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hunted {
    /// Below 0 by more than its floor.
    Violated(f64),
    /// Not 0, and no further from it than its floor, which this is: it has no sign, and its digits say nothing.
    Within(f64),
    Closest(f64),
}

impl Hunted {
    pub fn of(margin: f64, floor: f64) -> Self {
        if margin + floor < 0.0 {
            Self::Violated(margin)
        } else if margin != 0.0 && margin.abs() <= floor {
            Self::Within(floor)
        } else {
            Self::Closest(margin)
        }
    }

    /// `0.031`, `0 ± 103`
    pub fn brief(self) -> String {
        match self {
            Self::Violated(margin) | Self::Closest(margin) => short(margin),
            Self::Within(floor) => format!("0 ± {}", short(floor)),
        }
    }

    /// `closest 0.031`, `within rounding of 0 (floor 103)`
    pub fn describe(self) -> String {
        match self {
            Self::Violated(margin) => format!("violated, margin {}", short(margin)),
            Self::Within(floor) => format!("within rounding of 0 (floor {})", short(floor)),
            Self::Closest(margin) => format!("closest {}", short(margin)),
        }
    }
}

/// Whether the hunt came nearer than any random case, so that the case to see is its own. `random`: the least margin of those.
pub fn hunt_is_nearer(hunted: f64, random: Option<f64>) -> bool {
    !hunted.is_nan() && random.is_none_or(|random| hunted < random)
}

/// Whether it did, of a predicate; an identity is told by how far it agrees, which is no matter of the hunt.
pub fn nearest_is_hunted(predicate: &PredicateResult) -> bool {
    let hunt = predicate.evidence.hunt.as_ref().filter(|hunt| hunt.evaluations > 0 && !predicate.info.identity);
    let random = Closest::of_predicate(predicate).map(|closest| closest.extreme().margin);
    hunt.and_then(|hunt| hunt.best.as_ref()).is_some_and(|best| hunt_is_nearer(best.margin, random))
}

/// What the search phase says of a predicate, a line each.
pub fn describe_evidence(predicate: &PredicateResult) -> Vec<String> {
    let mut lines = describe_hunt(predicate);
    lines.extend(describe_findings(predicate));
    lines
}

/// How near the hunt came, and what binds there.
pub fn describe_hunt(predicate: &PredicateResult) -> Vec<String> {
    let mut lines = Vec::new();
    // A hunt that starts from a violation has nothing to look for.
    if let Some(hunt) = predicate.evidence.hunt.as_ref().filter(|hunt| hunt.evaluations > 0) {
        let met = match predicate.info.premise {
            Premise::None => "met the hypotheses",
            Premise::Stated => "met the hypotheses and the premise",
            Premise::Demand => "met the hypotheses and asked for something",
        };
        let feasible = format!("{} of {} evaluations {met}", grouped(hunt.feasible), grouped(hunt.evaluations));
        match &hunt.best {
            None => lines.push(format!("hunt: nothing to measure; {feasible}")),
            Some(best) => {
                let what = Hunted::of(best.margin, best.floor).describe();
                let ints: Vec<String> = best.ints.iter().map(|(name, value)| format!("{name} = {value}")).collect();
                let at = if ints.is_empty() { String::new() } else { format!(" at {}", ints.join(", ")) };
                lines.push(format!("hunt: {what}{at}; {feasible}"));
                if !best.active.is_empty() {
                    lines.push(format!("  with equality there: {}", best.active.join(", ")));
                }
            }
        }
    }
    lines
}

/// What beside the hunt was found: how tight it is, what was settled or proved.
pub fn describe_findings(predicate: &PredicateResult) -> Vec<String> {
    let evidence = &predicate.evidence;
    let mut lines = Vec::new();
    match &evidence.tightness {
        Some(Tightness::Approached { along }) if !along.is_empty() => {
            lines.push(format!("approached as {}", along.join(", ")));
        }
        Some(tightness) => lines.push(describe_tightness(tightness)),
        None => {}
    }
    let settled = &evidence.settled;
    let counts = [
        ("held", settled.held),
        ("violated", settled.violated),
        ("outside the hypotheses", settled.outside),
        ("undecided", settled.undecided),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(_, n)| *n > 0).map(|(what, n)| format!("{what} {}", grouped(*n))).collect();
    if !counts.is_empty() {
        lines.push(format!("settled exactly: {}", counts.join(", ")));
    }
    match &evidence.proof {
        Some(Proof::Identity { integers, complete, degree, points, failure }) => {
            let only = if *complete { "" } else { "only " };
            let range = if integers.is_empty() { String::new() } else { format!(" {only}for {integers}") };
            let trust = match degree {
                0 => "both sides are constant".to_owned(),
                degree => format!(
                    "rational functions of degree at most {}, equal at {points} random points each, modulo random primes; wrong with probability below 1e{:.0}",
                    grouped(*degree),
                    failure.ceil()
                ),
            };
            lines.push(format!("proved{range} as an identity: {trust}"));
        }
        Some(Proof::Boxes { boxes, complete: true, .. }) => {
            lines.push(format!("proved by subdivision into {}", count_boxes(*boxes)));
        }
        Some(Proof::Boxes { boxes, complete: false, left }) => {
            lines.push(format!("proved outside {left} ({})", count_boxes(*boxes)));
        }
        None => {}
    }
    match &evidence.stored {
        Some(Stored::Proved) => lines.push("the stored witness proves it".to_owned()),
        Some(Stored::Stale) => lines.push("the stored witness is stale: the statement has changed since".to_owned()),
        Some(Stored::Failed(why)) => lines.push(format!("the stored witness does not prove it: {why}")),
        None => {}
    }
    lines
}

fn count_boxes(boxes: u64) -> String {
    format!("{} {}", grouped(boxes), if boxes == 1 { "box" } else { "boxes" })
}

/// `suspect, expected held`; the expectation only where it was not met.
pub fn describe_verdict(predicate: &PredicateResult) -> String {
    let verdict = name(predicate.judgement.verdict);
    if predicate.as_expected { verdict.to_owned() } else { format!("{verdict}, expected {}", name(predicate.expected)) }
}

/// The case of the random phase that shows most of a predicate.
pub fn telling_case(claim: &ClaimResult, predicate: &PredicateResult) -> Option<u64> {
    Closest::of_predicate(predicate).map(|closest| closest.extreme().case).or_else(|| chance::case(claim))
}

/// A stratum as it is written everywhere.
pub fn stratum_name(stratum: crate::check::record::Stratum) -> &'static str {
    use crate::check::record::Stratum;
    match stratum {
        Stratum::Plain => "plain",
        Stratum::Edges => "edges",
        Stratum::Ties => "ties",
        Stratum::Aligned => "aligned",
        Stratum::AntiAligned => "anti-aligned",
        Stratum::LowRank => "low-rank",
        Stratum::ExtremeScales => "extreme-scales",
        Stratum::TinyIntegers => "tiny-integers",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hunted_margin_that_rounding_hides_is_0_with_its_floor() {
        let brief = |margin, floor| Hunted::of(margin, floor).brief();
        assert_eq!(brief(-103.0, 103.03), "0 ± 103");
        assert_eq!(brief(2e-16, 3e-16), "0 ± 3e-16");
        assert_eq!(brief(0.0, 1e-15), "0");
        assert_eq!(brief(0.25, 1e-15), "0.25");
        assert_eq!(brief(-0.25, 1e-15), "-0.25");
        let describe = |margin, floor| Hunted::of(margin, floor).describe();
        assert_eq!(describe(-103.0, 103.03), "within rounding of 0 (floor 103)");
        assert_eq!(describe(-103.0, 3.0), "violated, margin -103");
        assert_eq!(describe(0.25, 0.0), "closest 0.25");
    }

    #[test]
    fn the_hunt_is_nearer_only_where_no_random_case_is_as_near() {
        assert!(hunt_is_nearer(0.1, Some(0.2)) && hunt_is_nearer(0.1, None));
        assert!(!hunt_is_nearer(0.2, Some(0.2)) && !hunt_is_nearer(f64::NAN, None));
    }
}
