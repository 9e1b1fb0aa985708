//! A constant that was sought, as people and programs read it.

use super::number::{JsonNumber, grouped, near_one, short};
use crate::check::constant::{Asked, Constant, Curve, End, Measured, Worst, in_step};
use crate::check::trend::Trend;
use crate::claim::model::Verdict;
use crate::lang::need::Seek;
use serde::Serialize;
use std::collections::BTreeMap;

/// How the number that was found is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As far as was seen, the constant that it is works: the least one, or the greatest.
    Works,
    /// That one works is refuted, or was not found: it is what some case asks for.
    Asked,
    /// At some case no constant works at all: it is what another asks for, at which some does.
    AskedElsewhere,
}

impl Standing {
    /// `scaled`: whether an exact change of scale is what refutes it, so that each case by itself is met by some constant.
    pub fn of(verdict: Verdict, scaled: bool) -> Self {
        match verdict {
            Verdict::Held | Verdict::Proved => Self::Works,
            Verdict::Refuted | Verdict::Rejected | Verdict::Suspect if !scaled => Self::AskedElsewhere,
            _ => Self::Asked,
        }
    }
}

/// One line: the constant, and what becomes of it towards the ends of what was swept. `verdict`: of what is claimed of it.
pub fn describe(name: &str, constant: &Constant, verdict: Verdict) -> String {
    let value = value(name, constant, verdict);
    // What is said of several ends is said once; that nothing is asked at any of them is said of all.
    let mut said: Vec<(String, Vec<String>)> = Vec::new();
    let telling = constant.curves.iter().filter(|curve| !constant.is_told(curve));
    let all = telling.flat_map(|curve| trends(curve, constant.seek));
    for (what, way) in all.filter(|(what, _)| constant.worst.is_some() || what != NOTHING) {
        match said.iter_mut().find(|(before, _)| *before == what) {
            Some((_, ways)) => ways.push(way),
            None => said.push((what, vec![way])),
        }
    }
    let trends = said.iter().map(|(what, ways)| format!("; {what} {}", ways.join(", ")));
    value + &trends.collect::<String>()
}

/// `c >= 0.031`; where it is not known to work, `a case asks for c >= 0.031`. With chance it is an estimate: `the least c is about 99 (84 to 116)`.
fn value(name: &str, constant: &Constant, verdict: Verdict) -> String {
    if let (Some(value), Some(_)) = (constant.value(), &constant.trials) {
        let (which, side) = match constant.seek {
            Seek::Least => ("least", "at least"),
            Seek::Greatest => ("greatest", "at most"),
        };
        let about = format!("about {}", estimate(value, constant.interval()));
        return match Standing::of(verdict, constant.scaled.is_some()) {
            Standing::Works => format!("the {which} {name} is {about}"),
            Standing::Asked => format!("a setting asks for {name} of {side} {about}"),
            Standing::AskedElsewhere => format!("where some {name} works, a setting asks for {name} of {side} {about}"),
        };
    }
    let bound = constant.value().map(|value| match constant.seek {
        Seek::Least => format!("{name} >= {}", short(value)),
        Seek::Greatest => format!("{name} <= {}", short(value)),
    });
    match (Standing::of(verdict, constant.scaled.is_some()), bound) {
        (Standing::Works, Some(bound)) => bound,
        (Standing::Asked, Some(bound)) => format!("a case asks for {bound}"),
        (Standing::AskedElsewhere, Some(bound)) => format!("where some {name} works, a case asks for {bound}"),
        (standing, None) => unasked(name, standing, constant.measured()),
    }
}

/// `99 (84 to 116)`; where trials tell no end, `99 (84 or more)`.
pub fn estimate(value: f64, interval: Option<(f64, f64)>) -> String {
    let within = interval.map(|(least, most)| match (least > 0.0, most.is_finite()) {
        (true, true) => format!(" ({} to {})", short(least), short(most)),
        (true, false) => format!(" ({} or more)", short(least)),
        (false, true) => format!(" ({} or less)", short(most)),
        (false, false) => " (trials tell no end of it)".to_owned(),
    });
    format!("{}{}", short(value), within.unwrap_or_default())
}

/// What is said where no case is known to ask for anything.
pub fn unasked(name: &str, standing: Standing, measured: Measured) -> String {
    match (standing, measured) {
        (_, Measured::None) => format!("what is asked of {name} could not be measured"),
        (_, Measured::Some) => format!("nothing is asked of {name} where that could be measured"),
        // No curve is sought beside a case at which none works.
        (Standing::AskedElsewhere, Measured::Nowhere) => format!("what other cases ask of {name} was not sought"),
        (Standing::AskedElsewhere, Measured::All) => format!("where some {name} works, nothing is asked of it"),
        (Standing::Works | Standing::Asked, _) => format!("nothing is asked of {name}"),
    }
}

/// What is said of an end at which nothing is asked.
const NOTHING: &str = "nothing is asked";

/// What becomes of what is asked, and towards where: `no more is asked`, `as kappa grows`; `drifts like L^-0.5`, `as L grows`.
fn trends(curve: &Curve, seek: Seek) -> impl Iterator<Item = (String, String)> + '_ {
    curve.ends.iter().map(move |(end, trend)| {
        let what = match trend {
            Trend::Level if curve.is_silent(*end) => NOTHING.to_owned(),
            Trend::Level => "no more is asked".to_owned(),
            Trend::Settles => "settles".to_owned(),
            Trend::Grows { exponent, .. } => {
                // The constant, not what is asked of it.
                let (given, _) = in_step(&curve.given);
                let base = match (end, curve.near(*end)) {
                    (End::Upper, Some(near)) => format!("({} - {given})", short(near)),
                    (End::Lower, Some(near)) => format!("({given} - {})", short(near)),
                    (_, None) if given.contains(' ') => format!("({given})"),
                    (_, None) => given.to_owned(),
                };
                // A distance falls towards either end.
                let rises = *end == End::Upper && curve.near(*end).is_none();
                let sign = if rises == (seek == Seek::Least) { 1.0 } else { -1.0 };
                format!("drifts like {base}^{}", short(sign * exponent))
            }
            Trend::Unclear { .. } => "unclear".to_owned(),
        };
        (what, format!("as {}", curve.way(*end)))
    })
}

/// `d`; of several that go together `d, R to its end with it`
fn over(given: &str) -> String {
    match in_step(given) {
        (given, None) => given.to_owned(),
        (given, Some(others)) => format!("{given}, {others} with it"),
    }
}

/// Some lines: the case that asks for most, the curves with their trends, the trials.
pub fn lines(name: &str, constant: &Constant, verdict: Verdict) -> Vec<String> {
    let mut lines = Vec::new();
    let at = constant.worst.as_ref().map(|worst| format!(", at {}", places(worst))).unwrap_or_default();
    lines.push(format!("{}{at}", value(name, constant, verdict)));
    for curve in constant.curves.iter().filter(|curve| !curve.points.is_empty()) {
        let points: Vec<String> = curve
            .points
            .iter()
            .map(|point| {
                let asked = match point.asked {
                    Asked::NoCase => "no case".to_owned(),
                    Asked::Unmeasured => "?".to_owned(),
                    Asked::Demand(0.0) => "nothing".to_owned(),
                    Asked::Demand(demand) => short(Constant::constant(constant.seek, demand)),
                };
                format!("{} → {asked}", short(point.value))
            })
            .collect();
        lines.push(format!("  over {}: {}", over(&curve.given), points.join(", ")));
        for ((what, way), (_, trend)) in trends(curve, constant.seek).zip(&curve.ends) {
            let more = match trend {
                Trend::Level | Trend::Settles => String::new(),
                Trend::Grows { interval: (lo, hi), .. } => {
                    format!(", what is asked has an exponent in [{lo:.3}, {hi:.3}]")
                }
                Trend::Unclear { why } => format!(": {why}"),
            };
            lines.push(format!("    {what} {way}{more}"));
        }
        let spread = curve.points.iter().fold(0.0, |most, point| point.spread.max(most));
        if spread > 0.001 {
            let part = short(100.0 * spread);
            lines.push(match constant.trials {
                None => format!("    the last search of a value added up to {part} %"),
                Some(_) => format!("    the quantiles are known to within {part} % or better"),
            });
        }
    }
    if let Some(trials) = &constant.trials {
        let seen = trials.clipped.map(|(level, seen)| {
            // Rounded down: so many can tell no more.
            let (seen, level) = (near_one(1.0 - seen, true), near_one(1.0 - level, true));
            format!("; the quantile at {seen} is what so many can tell, not that at {level}")
        });
        let seen = seen.unwrap_or_default();
        lines.push(format!("  {} settings, {} trials{seen}", grouped(trials.settings), grouped(trials.trials)));
    }
    if let Some(scaled) = &constant.scaled {
        lines.push(format!("  an exact change of scale: {}", scaled.describe()));
    }
    lines
}

fn places(worst: &Worst) -> String {
    if worst.at.is_empty() {
        return "the only case".to_owned();
    }
    worst.at.iter().map(|(name, value)| format!("{name} = {}", short(*value))).collect::<Vec<_>>().join(", ")
}

#[derive(Serialize)]
pub struct ConstantJson<'a> {
    name: &'a str,
    seek: &'static str,
    /// What the case that asks for most asks for: where the claim holds, the least constant that works, or the greatest.
    value: Option<JsonNumber>,
    /// What it lies between where it is an estimate; null where nothing is random.
    interval: Option<[JsonNumber; 2]>,
    /// The givens of the case that asks for most, where they are numbers.
    at: BTreeMap<&'a str, JsonNumber>,
    curves: Vec<CurveJson<'a>>,
    trials: Option<TrialsJson>,
    scaled: Option<ScaledJson<'a>>,
}

#[derive(Serialize)]
struct CurveJson<'a> {
    given: &'a str,
    points: Vec<PointJson>,
    ends: Vec<EndJson>,
}

#[derive(Serialize)]
struct PointJson {
    value: JsonNumber,
    /// Null where nothing is asked, or nothing could be measured.
    constant: Option<JsonNumber>,
    measured: bool,
    /// Whether any case was found that meets the hypotheses.
    cases: bool,
    spread: JsonNumber,
}

#[derive(Serialize)]
struct EndJson {
    end: &'static str,
    trend: &'static str,
    exponent: Option<JsonNumber>,
    interval: Option<[JsonNumber; 2]>,
    /// The number one over the distance from which has that exponent, where it is not the given itself.
    near: Option<JsonNumber>,
    why: Option<&'static str>,
}

#[derive(Serialize)]
struct TrialsJson {
    settings: u64,
    trials: u64,
    level: Option<JsonNumber>,
    seen: Option<JsonNumber>,
}

#[derive(Serialize)]
struct ScaledJson<'a> {
    /// The powers of a common factor by which givens are multiplied, as fractions.
    scales: BTreeMap<&'a str, String>,
    degree: String,
    bits: usize,
}

impl<'a> ConstantJson<'a> {
    pub fn of(name: &'a str, constant: &'a Constant) -> Self {
        let seek = constant.seek;
        let asked = |demand: f64| (demand > 0.0).then(|| JsonNumber(Constant::constant(seek, demand)));
        let curves = constant.curves.iter().map(|curve| CurveJson {
            given: &curve.given,
            points: curve
                .points
                .iter()
                .map(|point| PointJson {
                    value: JsonNumber(point.value),
                    constant: point.asked.demand().and_then(asked),
                    measured: point.asked.demand().is_some(),
                    cases: point.asked != Asked::NoCase,
                    spread: JsonNumber(point.spread),
                })
                .collect(),
            ends: curve.ends.iter().map(|(end, trend)| end_json(*end, trend, curve.near(*end))).collect(),
        });
        Self {
            name,
            seek: match seek {
                Seek::Least => "least",
                Seek::Greatest => "greatest",
            },
            value: constant.value().map(JsonNumber),
            interval: constant.interval().map(|(least, most)| [JsonNumber(least), JsonNumber(most)]),
            at: constant
                .worst
                .iter()
                .flat_map(|worst| &worst.at)
                .map(|(name, value)| (name.as_str(), JsonNumber(*value)))
                .collect(),
            curves: curves.collect(),
            trials: constant.trials.as_ref().map(|trials| TrialsJson {
                settings: trials.settings,
                trials: trials.trials,
                level: trials.clipped.map(|(level, _)| JsonNumber(level)),
                seen: trials.clipped.map(|(_, seen)| JsonNumber(seen)),
            }),
            scaled: constant.scaled.as_ref().map(|scaled| ScaledJson {
                scales: scaled.scales.iter().map(|(name, power)| (name.as_str(), power.to_string())).collect(),
                degree: scaled.degree.to_string(),
                bits: scaled.bits,
            }),
        }
    }
}

fn end_json(end: End, trend: &Trend, near: Option<f64>) -> EndJson {
    let end = match end {
        End::Upper => "upper",
        End::Lower => "lower",
    };
    let blank = EndJson { end, trend: "level", exponent: None, interval: None, near: None, why: None };
    match trend {
        Trend::Level => blank,
        Trend::Settles => EndJson { trend: "settles", ..blank },
        Trend::Grows { exponent, interval: (lo, hi) } => EndJson {
            trend: "grows",
            exponent: Some(JsonNumber(*exponent)),
            interval: Some([JsonNumber(*lo), JsonNumber(*hi)]),
            near: near.map(JsonNumber),
            ..blank
        },
        Trend::Unclear { why } => EndJson { trend: "unclear", why: Some(why), ..blank },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::constant::{CurvePoint, Trials};

    fn constant(seek: Seek, demand: Option<f64>) -> Constant {
        let point = |value, demand: Option<f64>| CurvePoint {
            value,
            asked: demand.map_or(Asked::Unmeasured, Asked::Demand),
            spread: 0.0,
            clipped: None,
        };
        Constant {
            seek,
            worst: demand.map(|demand| Worst { demand, at: vec![("d".to_owned(), 3.0)] }),
            curves: vec![Curve {
                given: "mc".to_owned(),
                points: vec![point(256.0, Some(1.0)), point(1024.0, Some(0.0)), point(4096.0, None)],
                ends: Vec::new(),
                near: (None, None),
            }],
            trials: None,
            scaled: None,
            impossible: None,
            barred: None,
            endless: None,
        }
    }

    #[test]
    fn no_constant_is_said_to_work_where_the_claim_does_not_hold() {
        let least = |verdict| describe("C", &constant(Seek::Least, Some(354.0)), verdict);
        assert_eq!(least(Verdict::Held), "C >= 354");
        assert_eq!(least(Verdict::Drifts), "a case asks for C >= 354");
        assert_eq!(least(Verdict::Inconclusive), "a case asks for C >= 354");
        assert_eq!(least(Verdict::Refuted), "where some C works, a case asks for C >= 354");
        let greatest = |verdict| describe("c", &constant(Seek::Greatest, Some(4.0)), verdict);
        assert_eq!(greatest(Verdict::Held), "c <= 0.25");
        assert_eq!(greatest(Verdict::Rejected), "where some c works, a case asks for c <= 0.25");
        let mut silent = constant(Seek::Least, None);
        silent.curves[0].points.iter_mut().for_each(|point| point.asked = Asked::Unmeasured);
        assert_eq!(describe("c", &silent, Verdict::Rejected), "what is asked of c could not be measured");
        silent.curves[0].points[1].asked = Asked::Demand(0.0);
        assert_eq!(describe("c", &silent, Verdict::Held), "nothing is asked of c where that could be measured");
        silent.curves[0].points.iter_mut().for_each(|point| point.asked = Asked::Demand(0.0));
        assert_eq!(describe("c", &silent, Verdict::Refuted), "where some c works, nothing is asked of it");
        silent.curves.clear();
        assert_eq!(describe("c", &silent, Verdict::Held), "nothing is asked of c");
        assert_eq!(describe("c", &silent, Verdict::Refuted), "what other cases ask of c was not sought");
        // A change of scale leaves every case some constant.
        assert_eq!(Standing::of(Verdict::Refuted, true), Standing::Asked);
    }

    #[test]
    fn a_trend_is_of_what_is_asked_and_none_where_nothing_is() {
        let mut sought = constant(Seek::Least, Some(5.0));
        let asked = |demands: [f64; 5]| -> Vec<CurvePoint> {
            let values = [1.0, 2.0, 4.0, 8.0, 16.0].into_iter().zip(demands);
            values
                .map(|(value, demand)| CurvePoint { value, asked: Asked::Demand(demand), spread: 0.0, clipped: None })
                .collect()
        };
        let grows = Trend::Grows { exponent: 0.999, interval: (0.99, 1.01) };
        let curve = |given: &str, demands, ends: &[(End, Trend)]| Curve {
            given: given.to_owned(),
            points: asked(demands),
            ends: ends.to_vec(),
            near: (None, (given == "gamma").then_some(1.0)),
        };
        sought.curves = vec![
            curve("d", [0.0; 5], &[(End::Upper, Trend::Level)]),
            curve("kappa", [5.0, 4.0, 3.0, 2.0, 1.0], &[(End::Upper, Trend::Level), (End::Lower, Trend::Level)]),
            curve("L", [5.0, 0.0, 0.0, 0.0, 0.0], &[(End::Upper, Trend::Level)]),
            curve("s1 with kappa with n", [5.0, 4.0, 3.0, 2.0, 1.0], &[(End::Lower, grows.clone())]),
            curve("R with h", [1.0, 2.0, 3.0, 4.0, 5.0], &[(End::Upper, grows.clone())]),
            curve("gamma", [1.0, 2.0, 3.0, 4.0, 5.0], &[(End::Upper, grows.clone())]),
        ];
        assert_eq!(
            describe("C", &sought, Verdict::Drifts),
            "a case asks for C >= 5; nothing is asked as d grows, as L grows; no more is asked as kappa grows, as kappa falls; \
             drifts like s1^-0.999 as s1 falls, kappa and n to their ends with it; drifts like R^0.999 as R grows, h to its end with it; \
             drifts like (1 - gamma)^-0.999 as gamma grows"
        );
        let all = lines("C", &sought, Verdict::Drifts);
        assert!(all.contains(&"    no more is asked as kappa falls".to_owned()), "{all:?}");
        assert!(all.iter().any(|line| line.starts_with("  over R, h to its end with it: 1 → 1, ")), "{all:?}");
        // Of what drifts by itself, that it does so beside others is said in full alone.
        let joint = "drifts like s1^-0.999 as s1 falls, kappa and n to their ends with it";
        for (given, end) in [("n", End::Upper), ("s1", End::Lower)] {
            let mut sought = sought.clone();
            sought.curves.push(curve(given, [1.0, 2.0, 3.0, 4.0, 5.0], &[(end, grows.clone())]));
            let summary = describe("C", &sought, Verdict::Drifts);
            assert!(!summary.contains(joint) && summary.contains("as R grows, h to its end with it"), "{summary}");
            let all = lines("C", &sought, Verdict::Drifts);
            assert!(
                all.iter().any(|line| line.contains("    drifts like s1^-0.999 as s1 falls, kappa and n")),
                "{all:?}"
            );
        }
        // The other end of the first is another matter.
        sought.curves.push(curve("s1", [1.0, 2.0, 3.0, 4.0, 5.0], &[(End::Upper, grows)]));
        let summary = describe("C", &sought, Verdict::Drifts);
        assert!(summary.contains(joint), "{summary}");
    }

    #[test]
    fn with_chance_a_constant_is_an_estimate_and_not_a_bound() {
        let with = |seek, within| {
            let trials = Trials { settings: 7, trials: 140_000, clipped: None, within };
            Constant { trials: Some(trials), ..constant(seek, Some(4.0)) }
        };
        let least = |within, verdict| describe("C", &with(Seek::Least, within), verdict);
        assert_eq!(least((3.5, 5.0), Verdict::Held), "the least C is about 4 (3.5 to 5)");
        assert_eq!(least((3.5, 5.0), Verdict::Drifts), "a setting asks for C of at least about 4 (3.5 to 5)");
        assert_eq!(
            least((3.5, 5.0), Verdict::Rejected),
            "where some C works, a setting asks for C of at least about 4 (3.5 to 5)"
        );
        // No upper end is known, or no lower one.
        assert_eq!(least((3.5, f64::INFINITY), Verdict::Held), "the least C is about 4 (3.5 or more)");
        assert_eq!(least((0.0, 5.0), Verdict::Held), "the least C is about 4 (5 or less)");
        assert_eq!(least((0.0, f64::INFINITY), Verdict::Held), "the least C is about 4 (trials tell no end of it)");
        let greatest = |within| describe("c", &with(Seek::Greatest, within), Verdict::Held);
        assert_eq!(greatest((2.0, 5.0)), "the greatest c is about 0.25 (0.2 to 0.5)");
        assert_eq!(greatest((2.0, f64::INFINITY)), "the greatest c is about 0.25 (0.5 or less)");
        assert_eq!(greatest((0.0, 5.0)), "the greatest c is about 0.25 (0.2 or more)");
        let json = |constant: &Constant| serde_json::to_value(ConstantJson::of("C", constant)).expect("it is JSON");
        assert_eq!(json(&with(Seek::Least, (3.5, 5.0)))["interval"], serde_json::json!([3.5, 5.0]));
        assert_eq!(json(&with(Seek::Least, (3.5, f64::INFINITY)))["interval"], serde_json::json!([3.5, "inf"]));
        let known = json(&constant(Seek::Least, Some(4.0)));
        assert!(known["interval"].is_null() && known.as_object().expect("an object").contains_key("interval"));
    }

    #[test]
    fn a_curve_is_a_list_of_values_and_what_is_asked_at_each() {
        let lines = lines("C", &constant(Seek::Least, Some(354.0)), Verdict::Held);
        assert_eq!(lines, ["C >= 354, at d = 3", "  over mc: 256 → 1, 1024 → nothing, 4096 → ?"]);
    }
}
