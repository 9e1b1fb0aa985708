//! What a constant is looked at over: the values of a given, of several together, or all that is open; and the claim with them fixed, or looked at more
//! closely.

use super::End;
use crate::claim::model::{self, Claim, Named};
use crate::claim::points::{literal, number};
use crate::lang::ast::{BinaryOp, Comparison, Expr, ExprKind, Interval, Looks, Sampler, Schedule, Spectrum};
use dashu_int::IBig;
use dashu_ratio::RBig;

/// A given that is swept.
#[derive(Clone, PartialEq)]
pub(super) struct Line {
    pub given: String,
    pub values: Vec<RBig>,
    pub of: Of,
}

/// What the values of a line are.
#[derive(Clone, PartialEq)]
pub(super) enum Of {
    /// Values of the given.
    Values,
    /// Shares of the upper end of its interval.
    Shares,
    /// By how much it is below a number, or above it.
    Below(RBig),
    Above(RBig),
    /// Of a given that is many numbers: how far all of them stay from an end of their interval, as a share of it.
    Within(Side),
    /// How far everything that is drawn stays from each open end of its interval, as a share of it.
    Inside,
    /// Several givens at once, each with as many values, towards an end of those of the first, which are the line's own.
    Together(Vec<Line>, End),
}

/// An end of an interval.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Side {
    Lower,
    Upper,
}

impl Line {
    pub fn name(&self) -> String {
        let given = &self.given;
        let shown = |end: &RBig| crate::check::figure::number(end.to_f64().value());
        match &self.of {
            Of::Values => given.clone(),
            Of::Shares => format!("{given}/max"),
            Of::Below(end) => format!("{} - {given}", shown(end)),
            Of::Above(end) => format!("{given} - {}", shown(end)),
            Of::Within(Side::Lower) => format!("the distance of {given} from its lower end"),
            Of::Within(Side::Upper) => format!("the distance of {given} from its upper end"),
            Of::Inside => "the distance from all open ends".to_owned(),
            Of::Together(parts, _) => parts.iter().map(Self::name).collect::<Vec<_>>().join(" with "),
        }
    }

    /// The givens that are fixed, each by itself.
    pub fn parts(&self) -> &[Self] {
        if let Of::Together(parts, _) = &self.of { parts } else { std::slice::from_ref(self) }
    }

    /// Whether its values are distances from what is not reached.
    pub fn is_gap(&self) -> bool {
        matches!(self.of, Of::Below(_) | Of::Above(_) | Of::Within(_) | Of::Inside)
    }

    /// The value of the given, where that is a number.
    pub fn given_at(&self, value: &RBig) -> Option<RBig> {
        match &self.of {
            Of::Values => Some(value.clone()),
            Of::Shares | Of::Within(_) | Of::Inside | Of::Together(..) => None,
            Of::Below(end) => Some(end - value),
            Of::Above(end) => Some(end + value),
        }
    }
}

/// Values at which a scale that nothing sweeps is looked at, and how near to an open end of its interval a given is; as powers of ten.
const SCALES: [i32; 7] = [-3, -2, -1, 0, 1, 2, 3];
const NEAR: [i32; 3] = [-9, -6, -3];

/// Distances from an open end, the last of them well inside.
fn distances() -> Vec<RBig> {
    let half = RBig::from_parts(1.into(), 2_u8.into());
    NEAR.into_iter().map(power).chain([half]).collect()
}

fn power(k: i32) -> RBig {
    let ten = RBig::from(IBig::from(10).pow(k.unsigned_abs() as usize));
    if k < 0 { RBig::ONE / ten } else { ten }
}

/// The interval of many numbers: of the entries, eigenvalues or singular values of a given.
fn numbers_of(sampler: &mut Sampler) -> Option<&mut Interval> {
    match sampler {
        Sampler::Vector { law, .. }
        | Sampler::Spectrum { law, .. }
        | Sampler::Symmetric { eigenvalues: Spectrum::In(law), .. }
        | Sampler::Matrix { singular: Spectrum::In(law), .. } => Some(&mut law.interval),
        _ => None,
    }
}

/// What is swept: the givens that the claim names and, since nothing may be hidden in them, scales, and givens that come as near as one likes to a number that
/// they are not, or that none of their numbers is. (Not those along a run, which are dear.)
pub(super) fn lines(claim: &Claim, constant: &model::Constant) -> Vec<Line> {
    let named = constant.sweep.iter().map(|swept| Line {
        given: swept.name.clone(),
        values: swept.value.values.clone(),
        of: Of::Values,
    });
    let mut lines: Vec<Line> = named.collect();
    let mut open_ends = 0;
    let moves = claim.trajectory.is_some() || claim.flow.is_some();
    for entry in &claim.givens {
        let given = entry.name.clone();
        if !constant.unbounded.contains(&given) && constant.sweep.iter().all(|swept| swept.name != given) {
            open_ends += open(&entry.value.kind);
        }
        if let (Some(interval), false) = (numbers_of(&mut entry.value.kind.clone()), moves) {
            let open = [(interval.lo_open, Side::Lower), (interval.hi_open, Side::Upper)];
            for (_, side) in open.into_iter().filter(|(open, _)| *open) {
                lines.push(Line { given: given.clone(), values: distances(), of: Of::Within(side) });
            }
        }
        let Sampler::Real(interval) = &entry.value.kind else { continue };
        let swept = constant.sweep.iter().find(|swept| swept.name == given).map(|swept| &swept.value.values);
        if constant.unbounded.contains(&given) {
            if swept.is_none() {
                lines.push(Line { given, values: SCALES.into_iter().map(power).collect(), of: Of::Values });
            }
            continue;
        }
        let (Some(lo), false) = (number(&interval.lo), moves) else { continue };
        if interval.lo_open && lo == RBig::ZERO && swept.is_none() {
            // An open end is not reached.
            lines.push(Line { given: given.clone(), values: distances(), of: Of::Shares });
        }
        let Some(hi) = number(&interval.hi).filter(|hi| *hi > lo) else { continue };
        let reach = &hi - &lo;
        // Over octaves what is near the lower end is so as a part of it.
        let above = if interval.log && lo > RBig::ZERO { lo.clone().min(reach.clone()) } else { reach.clone() };
        // A sweep of the claim's own may come as near.
        let near = |reach: &RBig, gap: &dyn Fn(&RBig) -> RBig| {
            swept.is_some_and(|values| values.iter().any(|value| gap(value) <= reach * power(-3)))
        };
        let gaps = |reach: &RBig| distances().into_iter().map(|share| reach * share).collect();
        if interval.lo_open && lo != RBig::ZERO && !near(&above, &|value| value - &lo) {
            lines.push(Line { given: given.clone(), values: gaps(&above), of: Of::Above(lo.clone()) });
        }
        if interval.hi_open && !near(&reach, &|value| &hi - value) {
            lines.push(Line { given, values: gaps(&reach), of: Of::Below(hi.clone()) });
        }
    }
    // One open end may be near where another is, or be none that is a number.
    let alone = lines.iter().filter(|line| line.is_gap() || line.of == Of::Shares).count();
    if open_ends > 1 || open_ends > alone {
        let quarter = RBig::from_parts(1.into(), 4_u8.into());
        let values = NEAR.into_iter().map(power).chain([quarter]).collect();
        lines.push(Line { given: String::new(), values, of: Of::Inside });
    }
    lines
}

/// The open ends of what a given is drawn from.
fn open(sampler: &Sampler) -> usize {
    let ends = |interval: &Interval| usize::from(interval.lo_open) + usize::from(interval.hi_open);
    match sampler {
        Sampler::Real(interval) => ends(interval),
        other => numbers_of(&mut other.clone()).map_or(0, |interval| ends(interval)),
    }
}

/// The claim with what is swept fixed at the value of this place. Ends of intervals that are not plain numbers stay as hypotheses.
pub(super) fn fixed(claim: &Claim, line: &Line, place: usize) -> Claim {
    let mut claim = claim.clone();
    claim.witness = None;
    match &line.of {
        Of::Together(parts, _) => parts.iter().fold(claim, |claim, part| fixed(&claim, part, place)),
        Of::Inside => {
            for given in &mut claim.givens {
                let like = Expr::new(ExprKind::Pi, given.value.span);
                let share = literal(&line.values[place], &like);
                let interval = match &mut given.value.kind {
                    Sampler::Real(interval) if !interval.half_line => Some(interval),
                    other => numbers_of(other),
                };
                let Some(interval) = interval else { continue };
                let open = [(interval.lo_open, Side::Lower), (interval.hi_open, Side::Upper)];
                let (lo, hi) = (interval.lo.clone(), interval.hi.clone());
                for (_, side) in open.into_iter().filter(|(open, _)| *open) {
                    move_end(interval, side, share.clone(), &lo, &hi);
                }
            }
            claim
        }
        _ => fixed_alone(claim, line, &line.values[place]),
    }
}

fn fixed_alone(mut claim: Claim, line: &Line, value: &RBig) -> Claim {
    let Some(given) = claim.givens.iter_mut().find(|entry| entry.name == line.given) else { return claim };
    let like = Expr::new(ExprKind::Pi, given.value.span);
    let literal = literal(&line.given_at(value).unwrap_or_else(|| value.clone()), &like);
    if let (Of::Within(side), Some(interval)) = (&line.of, numbers_of(&mut given.value.kind)) {
        let (lo, hi) = (interval.lo.clone(), interval.hi.clone());
        move_end(interval, *side, literal, &lo, &hi);
        return claim;
    }
    let ends = match &given.value.kind {
        Sampler::Int { lo, hi } => Some((lo.clone(), false, hi.clone(), false)),
        Sampler::Real(interval) => Some((interval.lo.clone(), interval.lo_open, interval.hi.clone(), interval.hi_open)),
        _ => None,
    };
    given.value.kind = match (&given.value.kind, &line.of, &ends) {
        // Still a size that is drawn: a literal 1 would make a real of a matrix.
        (Sampler::Int { .. }, ..) => Sampler::Int { lo: literal.clone(), hi: literal },
        (_, Of::Shares, Some((_, _, hi, _))) => {
            let (left, right) = (Box::new(literal), Box::new(hi.clone()));
            Sampler::Value(Expr::new(ExprKind::Binary { op: BinaryOp::Mul, left, right }, like.span))
        }
        _ => Sampler::Value(literal),
    };
    let named = Named { name: given.name.clone(), text: given.text.clone(), place: given.place.clone(), value: () };
    let Some((lo, lo_open, hi, hi_open)) = ends.filter(|_| line.of == Of::Values) else { return claim };
    let order = |open| if open { Comparison::Less } else { Comparison::LessEqual };
    let name = || Expr::new(ExprKind::Name(line.given.clone()), like.span);
    let below = number(&lo).is_none().then(|| (lo, order(lo_open), name()));
    let above = number(&hi).is_none().then(|| (name(), order(hi_open), hi));
    for (left, comparison, right) in below.into_iter().chain(above) {
        let value = Expr::new(ExprKind::Compare { first: Box::new(left), rest: vec![(comparison, right)] }, like.span);
        let Named { name, text, place, .. } = named.clone();
        claim.assume.push(Named { name, text, place, value });
    }
    claim
}

/// Moves an end of an interval inwards by a share of what it was; the end is closed then.
fn move_end(interval: &mut Interval, side: Side, share: Expr, lo: &Expr, hi: &Expr) {
    let span = interval.span;
    let binary = |op, left: Expr, right: Expr| {
        Expr::new(ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) }, span)
    };
    let room = binary(BinaryOp::Mul, share, binary(BinaryOp::Sub, hi.clone(), lo.clone()));
    match side {
        Side::Lower => (interval.lo, interval.lo_open) = (binary(BinaryOp::Add, lo.clone(), room), false),
        Side::Upper => (interval.hi, interval.hi_open) = (binary(BinaryOp::Sub, hi.clone(), room), false),
    }
}

/// How many times as often a closer look is.
const CLOSER: u64 = 8;

/// The claim with looks that are closer by the factor [`CLOSER`]; `None` where it is looked at as often as can be.
pub(super) fn closer(as_it_is: &Claim) -> Option<Claim> {
    let mut claim = as_it_is.clone();
    if let Some(flow) = &mut claim.flow {
        let most = |count: u64| count.saturating_mul(CLOSER).min(Looks::MOST);
        let looks = match flow.looks() {
            Looks::Even(count) => Looks::Even(most(count)),
            Looks::Log(count) => Looks::Log(most(count)),
        };
        let end = &flow.end;
        let (name, text, place) = ("at".to_owned(), end.text.clone(), end.place.clone());
        flow.at = Some(Named { name, text, place, value: looks });
    } else {
        let at = claim.trajectory.as_mut()?.at.as_mut()?;
        at.value = match at.value {
            Schedule::Every(steps) => Schedule::Every((steps / CLOSER).max(1)),
            Schedule::Log(count) => Schedule::Log(count.saturating_mul(CLOSER).min(Looks::MOST)),
        };
    }
    (claim != *as_it_is).then_some(claim)
}
