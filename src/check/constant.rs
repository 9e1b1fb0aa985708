//! Statements with an unknown constant: the least constant that works over the sweep (or the greatest), the case that asks for most, and whether
//! what is asked grows with any of the swept givens.
//!
//! What a case asks for is its *demand*: the constant itself where the least is sought, its inverse where the greatest is; so more is always worse, and
//! "no demand" is 0. It is one over the room of [`crate::lang::need`], which is the margin of the claim's predicate.
//!
//! A curve belongs to each swept given: at each of its values the claim with the given fixed there is sampled and hunted for the greatest demand, all
//! other givens free. Where something is random, the demand is a quantile over trials, at every combination of the swept values.
//!
//! Every number is found in the order of values, by streams of their own, so the outcome is a function of claim, seed and effort.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `swept` | the values of a given, of several or of all open ends, and the claim with them fixed, or looked at more closely |
//! | `together` | the givens whose growth shows only together |
//! | `endless` | whether the case that asks for most is only where `f64` ends |
//! | `curve` | the search of a given's values |
//! | `across` | cases of one value as cases of another |
//! | `inverse` | the draw that gives a number its value |
//! | `combinations` | constants of what is random: trials at every combination of the swept values |
//! | `quantile` | what trials of a setting ask for |
//! | `ends`, [`super::trend`] | how curves are read |
//! | [`super::degrees`] | what can be certain: exact changes of scale |

mod across;
mod combinations;
mod curve;
mod endless;
mod ends;
mod inverse;
mod quantile;
mod swept;
mod together;

use super::checker::{CheckError, CheckOptions, Checker};
use super::degrees::{self, Scaled};
use super::evidence::{Evidence, Refutation};
use super::search::Effort;
use super::tally::Tally;
use super::trend::Trend;
use crate::case::evaluate::Evaluator;
use crate::case::point::Point;
use crate::case::record::{Fate, Hypotheses, Look};
use crate::claim::diagnostic::Diagnostics;
use crate::claim::model::{self, Claim, Named};
use crate::kernel::Kernel;
use crate::lang::ast::Expr;
use crate::lang::need::Seek;
pub use curve::least_evaluations;
use curve::{Found, GOOD};
use dashu_ratio::RBig;
pub use endless::Endless;
use ends::{doubt, unasked};
use swept::{Line, closer, lines};
use together::{Seen, widest};

/// What was found of a constant.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    pub seek: Seek,
    /// The case that asks for most; `None` if none asks for anything.
    pub worst: Option<Worst>,
    pub curves: Vec<Curve>,
    /// How the trials of what is random were made.
    pub trials: Option<Trials>,
    /// An exact change of scale that multiplies what is asked without bound.
    pub scaled: Option<Scaled>,
    /// A value of a given at which `f64` says that no constant works, without a certificate.
    pub impossible: Option<(String, f64)>,
    /// A setting at which no constant works in too many trials.
    pub barred: Option<Barred>,
    /// The case that asks for most is only where `f64` ends.
    pub endless: Option<Endless>,
}

/// Trials of a setting in which no constant works.
#[derive(Clone, Debug, PartialEq)]
pub struct Barred {
    /// The givens that are numbers.
    pub at: Vec<(String, f64)>,
    /// Those in which none works, for certain, and all.
    pub trials: (u64, u64),
    /// Those that are undefined, or that `f64` cannot measure.
    pub unknown: u64,
    /// The probability that is asked for.
    pub level: f64,
    /// At most so probable where the probability is what is asked for.
    pub chance: f64,
}

/// The greatest demand and where it is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Worst {
    pub demand: f64,
    /// The givens that are numbers.
    pub at: Vec<(String, f64)>,
}

/// At how many values what is asked could be measured: else that nothing is asked there is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    All,
    Some,
    None,
    /// There are no values.
    Nowhere,
}

impl Measured {
    /// From whether it could be at each.
    pub fn of(values: impl Iterator<Item = bool>) -> Self {
        let (all, some) = values.fold((0_u64, 0_u64), |(all, some), one| (all + 1, some + u64::from(one)));
        match (all, some) {
            (0, _) => Self::Nowhere,
            (_, 0) => Self::None,
            (all, some) if all == some => Self::All,
            _ => Self::Some,
        }
    }
}

/// What is asked at the values of one given.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pub given: String,
    pub points: Vec<CurvePoint>,
    /// Towards the ends at which growth would be a drift.
    pub ends: Vec<(End, Trend)>,
    /// The numbers, below and above, that the values come near: what grows there does so in one over the distance from it.
    pub near: (Option<f64>, Option<f64>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct CurvePoint {
    pub value: f64,
    pub asked: Asked,
    /// The part of it that the last search added.
    pub spread: f64,
    /// More may be asked than can be told.
    pub clipped: Option<Clipped>,
}

/// Why more may be asked than can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clipped {
    /// The quantile lies beyond what the trials can tell.
    Trials,
    /// Runs are cut off before what is asked of them.
    Runs,
}

/// What is asked at a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Asked {
    /// So much, the greatest that was found; 0 where nothing is.
    Demand(f64),
    /// Cases meet the hypotheses there, and what they ask could not be measured.
    Unmeasured,
    /// No case was found that meets them.
    NoCase,
}

impl Asked {
    pub fn demand(self) -> Option<f64> {
        if let Self::Demand(demand) = self { Some(demand) } else { None }
    }
}

/// The least values that a trend is read off.
const LEAST_READ: usize = 4;

impl Curve {
    /// Whether nothing is asked at any of the values that tell what becomes of it towards an end: then there is no trend.
    pub fn is_silent(&self, end: End) -> bool {
        let read = LEAST_READ.max(self.points.len() / 2 + 1).min(self.points.len());
        let window = match end {
            End::Upper => &self.points[self.points.len() - read..],
            End::Lower => &self.points[..read],
        };
        !window.is_empty() && window.iter().all(|point| point.asked == Asked::Demand(0.0))
    }

    /// Whether what is asked grows towards one of its ends.
    pub fn grows(&self) -> bool {
        self.ends.iter().any(|(_, trend)| matches!(trend, Trend::Grows { .. }))
    }

    /// The number that the values come near towards an end.
    pub fn near(&self, end: End) -> Option<f64> {
        match end {
            End::Upper => self.near.1,
            End::Lower => self.near.0,
        }
    }

    /// `kappa grows`; of several givens, which go together, each to an end of its own, `s1 falls, kappa and n to their ends with it`.
    pub fn way(&self, end: End) -> String {
        let way = match end {
            End::Upper => "grows",
            End::Lower => "falls",
        };
        match in_step(&self.given) {
            (given, None) => format!("{given} {way}"),
            (given, Some(others)) => format!("{given} {way}, {others} with it"),
        }
    }
}

/// What a curve is over: its given or, where several go together, the first, which its values are of, and the words for the others: `kappa and n to
/// their ends`.
pub fn in_step(given: &str) -> (&str, Option<String>) {
    let mut parts = parts(given);
    let first = parts.next().unwrap_or(given);
    let others: Vec<&str> = parts.collect();
    let words = match &others[..] {
        [] => None,
        [one] => Some(format!("{one} to its end")),
        [all @ .., last] => Some(format!("{} and {last} to their ends", all.join(", "))),
    };
    (first, words)
}

/// The names of what a curve is over: of several that go together each.
fn parts(given: &str) -> impl Iterator<Item = &str> {
    given.split(" with ")
}

/// An end of a given's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Upper,
    Lower,
}

impl End {
    pub fn other(self) -> Self {
        match self {
            Self::Upper => Self::Lower,
            Self::Lower => Self::Upper,
        }
    }
}

/// Trials of what is random.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trials {
    pub settings: u64,
    /// Of all settings.
    pub trials: u64,
    /// A probability that is asked for, and that of which so many trials can tell the quantile, where that is less: the widest apart.
    pub clipped: Option<(f64, f64)>,
    /// What the greatest demand lies between, as far as so many tell: from the least that the setting with the greatest may ask for to the most that any may.
    pub within: (f64, f64),
}

impl Constant {
    /// The constant that a demand asks for.
    pub fn constant(seek: Seek, demand: f64) -> f64 {
        match seek {
            Seek::Least => demand,
            Seek::Greatest => 1.0 / demand,
        }
    }

    /// The least constant that works (the greatest), as far as was found.
    pub fn value(&self) -> Option<f64> {
        self.worst.as_ref().map(|worst| Self::constant(self.seek, worst.demand))
    }

    /// What that constant lies between where it is an estimate: infinity, or 0 of the greatest, where trials tell no end of what is asked.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let ((least, most), _) = (self.trials.as_ref()?.within, self.worst.as_ref()?);
        Some(match self.seek {
            Seek::Least => (least, most),
            Seek::Greatest => (1.0 / most, 1.0 / least),
        })
    }

    /// At how many of the values that have cases one could be measured; where nothing was swept, or sought, at none.
    pub fn measured(&self) -> Measured {
        let points = self.curves.iter().flat_map(|curve| &curve.points).filter(|point| point.asked != Asked::NoCase);
        Measured::of(points.map(|point| point.asked != Asked::Unmeasured))
    }

    /// What is known where a stored case, at which no constant works, was proved and nothing was sought.
    pub fn unsought(seek: Seek) -> Self {
        Self {
            seek,
            worst: None,
            curves: Vec::new(),
            trials: None,
            scaled: None,
            impossible: None,
            barred: None,
            endless: None,
        }
    }

    /// Settings of what is random, 1 where nothing is.
    pub fn settings(&self) -> u64 {
        self.trials.map_or(1, |trials| trials.settings.max(1))
    }

    /// Whether it is of several givens together and says nothing that the curves of each do not: nothing grows there, or one of them drifts by itself.
    pub fn is_told(&self, curve: &Curve) -> bool {
        let mut parts = parts(&curve.given);
        let first = parts.next().filter(|first| *first != curve.given);
        if first.is_some() && curve.ends.iter().all(|(_, trend)| matches!(trend, Trend::Level | Trend::Settles)) {
            return true;
        }
        let drifts = |given: &str, to: Option<End>| {
            self.drifts().any(|(alone, end, _)| alone.given == given && to.is_none_or(|to| to == end))
        };
        // The ends that are known are those of the first.
        let first_drifts = |first| curve.ends.iter().any(|(end, _)| drifts(first, Some(*end)));
        first.is_some_and(|first| first_drifts(first) || parts.any(|part| drifts(part, None)))
    }

    /// The curves that drift, each with its end.
    pub fn drifts(&self) -> impl Iterator<Item = (&Curve, End, &Trend)> {
        let ends = self.curves.iter().flat_map(|curve| curve.ends.iter().map(move |(end, trend)| (curve, *end, trend)));
        ends.filter(|(_, _, trend)| matches!(trend, Trend::Grows { .. }))
    }
}

/// How often the worst case of a value is looked at more closely, of what moves, while that changes what is asked.
const CLOSER_TIMES: usize = 3;
/// Cases in which the statement is asked whether a larger constant helps, at least and at most.
const MONOTONE_CASES: (u64, u64) = (24, 512);
/// A room from here on asks for nothing: that of a true statement is 1e300 (see [`crate::lang::need`]).
const QUIET: f64 = 1e299;
/// Rooms between this one and that are neither: a demand so small is not told from none.
const FAINT: f64 = 1e290;

/// Swept values, of all givens together, those that are swept without being named among them.
pub fn values_of(claim: &Claim, constant: &model::Constant) -> u64 {
    lines(claim, constant).iter().map(|line| line.values.len() as u64).sum()
}

/// The claim with other predicates in place of the room.
pub(super) fn asking(claim: &Claim, constant: &model::Constant, predicates: &[Expr]) -> Claim {
    let mut claim = claim.clone();
    let replace = |entries: &mut Vec<Named<Expr>>| {
        let Some(place) = entries.iter().position(|entry| entry.name == constant.name) else { return };
        let room = entries.remove(place);
        let named = |(i, value): (usize, &Expr)| Named {
            name: format!("{}{i}", room.name),
            value: value.clone(),
            ..room.clone()
        };
        entries.extend(predicates.iter().enumerate().map(named));
    };
    replace(&mut claim.claim);
    if let Some(path) = &mut claim.trajectory {
        replace(&mut path.always);
        replace(&mut path.finally);
    }
    if let Some(flow) = &mut claim.flow {
        replace(&mut flow.always);
        replace(&mut flow.finally);
    }
    claim.units = model::Units::default();
    claim.witness = None;
    claim
}

/// The demand of a look, for certain: its room with rounding on top. `None` where it is not known; infinite where no constant will do.
fn demand_of(look: &Look) -> Option<f64> {
    match look.fate {
        Fate::Held | Fate::WithinFloor => {
            let room = look.margin + look.floor;
            // A room of which rounding may have made anything is none.
            if !room.is_finite() || room <= 0.0 || look.margin <= look.floor {
                None
            } else if room >= FAINT {
                (room >= QUIET).then_some(0.0)
            } else {
                // A room so small that its inverse overflows is not told from none either.
                Some(1.0 / room).filter(|demand| demand.is_finite())
            }
        }
        Fate::Violated => Some(f64::INFINITY),
        Fate::OutOfBranch => Some(0.0),
        Fate::OutOfRange | Fate::Undefined | Fate::Unplaced => None,
    }
}

/// Whether a run was cut off before the end at which it is asked, so that it may ask for more there; not where no constant works as it is.
fn is_cut(look: &Look) -> bool {
    look.cut && look.fate != Fate::Violated
}

/// What is searched beside the random cases and the hunt of the claim as a whole.
pub(super) struct Search<'a> {
    pub claim: &'a Claim,
    pub constant: &'a model::Constant,
    pub options: &'a CheckOptions,
    pub kernel: Option<&'a dyn Kernel>,
    pub effort: &'a Effort,
    pub cost: u64,
}

fn malformed(errors: Diagnostics) -> CheckError {
    CheckError(errors.to_string())
}

impl<'a> Search<'a> {
    /// The curves, and a certified case at which no constant will do, if one turns up.
    pub fn run(&self, tally: &Tally, evidence: &Evidence) -> Result<(Constant, Option<Refutation>), CheckError> {
        self.monotone()?;
        let Self { claim, constant, options, .. } = *self;
        // Where no constant will do there is none to be sought.
        if evidence.refutation.is_some() {
            let worst = self.overall(tally, evidence)?;
            return Ok((Constant { worst, ..Constant::unsought(constant.seek) }, None));
        }
        let cases = self.asking_cases(tally, evidence)?;
        let lines = lines(claim, constant);
        let (mut curves, mut worst) = (Vec::new(), self.overall(tally, evidence)?);
        let (mut refutation, mut impossible) = (None, None);
        let mut found = self.curves(&lines, &cases)?;
        let joint = self.joint(&lines, &found, &cases)?;
        found.extend(joint);
        let mut endless = self.endless(&cases)?;
        for Found { curve, worst: most, refutation: refuted, impossible: at, endless: without, .. } in found {
            impossible = impossible.or(at.map(|value| (curve.given.clone(), value)));
            curves.push(curve);
            refutation = refutation.or(refuted);
            worst = greater(worst, most);
            endless = endless.or(without);
        }
        let drifts = curves.iter().any(Curve::grows);
        if let (Some(worst), false) = (&worst, drifts) {
            for (curve, line) in curves.iter_mut().zip(lines.iter().map(Some).chain([None])) {
                doubt(curve, worst, line.map_or((None, None), |line| self.interval(line)));
            }
        }
        let scaled = match &worst {
            Some(_) if refutation.is_none() => {
                degrees::scaled(claim, constant, options, self.effort.bits, &self.asking_cases(tally, evidence)?)?
            }
            _ => None,
        };
        let found = Constant { worst, curves, scaled, impossible, endless, ..Constant::unsought(constant.seek) };
        Ok((found, refutation))
    }

    /// Of the case of these that asks for most: it may be at no value of any curve.
    fn endless(&self, cases: &[Point]) -> Result<Option<Endless>, CheckError> {
        let evaluator = self.evaluator(self.claim)?;
        let mut most: Option<(f64, &Point)> = None;
        for case in cases {
            let demand = self.look(&evaluator, case)?.as_ref().and_then(demand_of).filter(|demand| demand.is_finite());
            if let Some(demand) = demand.filter(|demand| most.is_none_or(|(known, _)| *demand > known)) {
                most = Some((demand, case));
            }
        }
        let Some((_, case)) = most else { return Ok(None) };
        Endless::seek(&evaluator, case, self.claim.trajectory.is_some() || self.claim.flow.is_some())
    }

    /// What is asked where givens go to their ends together, with more of them while that does not grow.
    fn joint(&self, lines: &[Line], found: &[Found], cases: &[Point]) -> Result<Option<Found>, CheckError> {
        let all: Vec<Seen<'_>> =
            lines.iter().zip(found).map(|(line, found)| (line, &found.curve, &found.places)).collect();
        let search = |line: &Line| -> Result<_, CheckError> {
            let one = self.curves(std::slice::from_ref(line), cases)?.pop();
            Ok(one.map(|one| {
                let (grows, places) = (one.curve.grows(), one.places.clone());
                (one, grows, places)
            }))
        };
        let Some((line, mut joint)) = widest(&all, search)? else { return Ok(None) };
        let alone = |part: &Line| -> Vec<Option<f64>> {
            let own = all.iter().find(|(line, ..)| line.of == part.of && line.given == part.given);
            let at = |value: &RBig| {
                let value = value.to_f64().value();
                own?.1.points.iter().find(|point| point.value == value)?.asked.demand()
            };
            part.values.iter().map(at).collect()
        };
        unasked(&mut joint.curve, &line.parts().iter().map(alone).collect::<Vec<_>>());
        Ok(Some(joint))
    }

    /// A larger constant must help, a smaller one where the greatest is sought.
    fn monotone(&self) -> Result<(), CheckError> {
        let Some(predicate) = &self.constant.need.monotone else { return Ok(()) };
        let claim = asking(self.claim, self.constant, std::slice::from_ref(predicate));
        let checker = Checker::new(&claim, self.options).map_err(malformed)?;
        let cases =
            (self.effort.hunt / 20 / self.cost.max(1)).clamp(MONOTONE_CASES.0, MONOTONE_CASES.1).next_multiple_of(8);
        let mut against = None;
        checker.run(0..cases, &mut |case| {
            let violated = case.looks.iter().any(|look| look.fate == Fate::Violated);
            if violated && case.hypotheses == Hypotheses::Met && against.is_none() {
                against = Some(case.index);
            }
        })?;
        let Some(case) = against else { return Ok(()) };
        let (word, seek) = match self.constant.seek {
            Seek::Least => ("larger", "greatest"),
            Seek::Greatest => ("smaller", "least"),
        };
        let name = &self.constant.name;
        Err(CheckError(format!(
            "in case {case} a {word} `{name}` makes the statement stronger; is the {seek} constant meant (`seek = \"{seek}\"`), or is a factor of it negative?"
        )))
    }

    /// What the random cases and the hunt of the claim as a whole found.
    fn overall(&self, tally: &Tally, evidence: &Evidence) -> Result<Option<Worst>, CheckError> {
        let checker = Checker::new(self.claim, self.options).map_err(malformed)?;
        let mut worst = None;
        for point in self.asking_cases(tally, evidence)? {
            let look = self.look(&self.evaluator(self.claim)?, &point)?;
            if let Some(demand) = look.as_ref().and_then(demand_of).filter(|demand| *demand > 0.0 && demand.is_finite())
            {
                let demand = self.closer(self.claim, &point, demand)?.map_or(demand, |(demand, _)| demand);
                worst = greater(worst, Some(Worst { demand, at: checker.numbers(&point)? }));
            }
        }
        Ok(worst)
    }

    /// The cases of the claim as a whole that ask for most.
    fn asking_cases(&self, tally: &Tally, evidence: &Evidence) -> Result<Vec<Point>, CheckError> {
        let evaluator = self.evaluator(self.claim)?;
        let mut points: Vec<Point> =
            evidence.hunt.iter().filter_map(|hunt| hunt.best.as_ref()).map(|best| best.point.clone()).collect();
        if let Some(closest) = tally.predicates.first().and_then(|predicate| predicate.closest) {
            points.extend(evaluator.point(closest.case)?);
        }
        Ok(points)
    }

    fn evaluator(&self, claim: &Claim) -> Result<Evaluator<'a>, CheckError> {
        let CheckOptions { seed, backend, max_elements, .. } = *self.options;
        let evaluator = Evaluator::new(claim, seed, backend, max_elements, self.kernel).map_err(malformed)?;
        evaluator.ok_or_else(|| CheckError("this claim is not asked of values alone".to_owned()))
    }

    /// The look at a case that meets the hypotheses; `None` where it does not, or does not fit.
    fn look(&self, evaluator: &Evaluator<'_>, point: &Point) -> Result<Option<Look>, CheckError> {
        let Ok(mut found) = evaluator.evaluate(std::slice::from_ref(point)) else { return Ok(None) };
        let met = found.pop().filter(|evaluation| evaluation.hypotheses == Hypotheses::Met);
        Ok(met.and_then(|evaluation| evaluation.looks.first().copied()))
    }

    /// What a case asks at looks so close that closer ones change little, and by which part of itself the last of them changed it; `None` where that
    /// is not known, or the claim is looked at as often as can be.
    fn closer(&self, claim: &Claim, point: &Point, known: f64) -> Result<Option<(f64, f64)>, CheckError> {
        let mut found: Option<(f64, f64)> = None;
        let path = claim.trajectory.as_ref().map(|path| &path.first);
        let timed = claim.flow.as_ref().map(|flow| &flow.first).or(path).is_some_and(|first| !first.is_empty());
        let mut claim = claim.clone();
        for _ in 0..CLOSER_TIMES {
            let known = found.map_or(known, |(demand, _)| demand);
            let Some(more) = closer(&claim).filter(|_| known > 0.0 && known.is_finite()) else { break };
            let look = self.look(&self.evaluator(&more)?, point)?;
            let Some(demand) = look.as_ref().and_then(demand_of).filter(|demand| *demand > 0.0) else { break };
            // More looks ask for more, unless they move a time that the statement speaks of; what is less was lost in rounding.
            if demand < known && !timed {
                break;
            }
            let off = (1.0 - known.min(demand) / known.max(demand)).clamp(0.0, 1.0);
            found = Some((demand, off));
            if off <= GOOD / 4.0 {
                break;
            }
            claim = more;
        }
        Ok(found)
    }
}

fn greater(a: Option<Worst>, b: Option<Worst>) -> Option<Worst> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.demand > a.demand { b } else { a }),
        (a, b) => a.or(b),
    }
}
