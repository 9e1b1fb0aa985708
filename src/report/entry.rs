//! One claim's entry of a report, read back: what is stored of a finished claim by a journal and by the report of a shard.
//!
//! The text is the entry itself, and what becomes part of another report; of what it says as much is read as is needed to sum up a run, to
//! compare it with a baseline, and to say it in the formats beside JSON. Fields that are not read here are kept in the text.

use super::layout::on_one_line;
use super::number::JsonNumber;
use crate::check::evidence::Tightness;
use crate::check::tally::FateCount;
use crate::claim::model::Verdict;
use crate::engine::exit::Exit;
use serde::Deserialize;
use std::fmt;

#[derive(Clone, Debug)]
pub struct Entry {
    /// JSON, on one line.
    pub text: String,
    pub said: Said,
    pub exit: Exit,
}

/// A text that is no entry of a report, and why.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct EntryError(String);

/// What is read of an entry.
#[derive(Clone, Debug, Deserialize)]
pub struct Said {
    pub id: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub at: String,
    pub verdict: Verdict,
    pub as_expected: bool,
    /// The exit status that this claim by itself asks for.
    exit: u8,
    /// Why it could not be evaluated, or was not run.
    pub reason: Option<String>,
    /// What is to be said of it in one line.
    #[serde(default)]
    pub summary: String,
    statement: Option<Statement>,
    #[serde(default)]
    pub cases: u64,
    #[serde(default)]
    pub met: u64,
    pub predicates: Vec<Predicate>,
    fit: Option<Fit>,
    probability: Option<Chance>,
    constant: Option<Constant>,
    experiment: Option<Experiment>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Predicate {
    pub name: String,
    pub verdict: Verdict,
    pub expected: Verdict,
    pub as_expected: bool,
    pub reason: Option<String>,
    pub fingerprint: String,
    /// What was found beyond counting, in words, a line each.
    #[serde(default)]
    pub says: Vec<String>,
    /// The case of the random phase that shows most of it.
    pub case: Option<u64>,
    pub written: Option<Written>,
    #[serde(default)]
    pub identity: bool,
    pub closest: Option<Extreme>,
    pub worst_violation: Option<Extreme>,
    pub closest_undecided: Option<Extreme>,
    pub ratio: Option<Ratio>,
    #[serde(default)]
    pub counts: Counts,
    pub evidence: Option<Evidence>,
}

#[derive(Clone, Debug, Deserialize)]
struct Statement {
    file: String,
}

/// Where a predicate stands in its file.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Written {
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

/// Looks by fate.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Counts {
    held: u64,
    violated: u64,
    within_floor: u64,
    out_of_range: u64,
    undefined: u64,
    unplaced: u64,
    out_of_branch: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Extreme {
    pub margin: JsonNumber,
    pub floor: JsonNumber,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Ratio {
    pub ratio: JsonNumber,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Evidence {
    pub hunt: Option<Hunt>,
    pub refutation: Option<Refutation>,
    pub tightness: Option<TightnessSaid>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Hunt {
    /// None where it starts from a violation, and has nothing to look for.
    #[serde(default)]
    pub evaluations: u64,
    pub best: Option<Extreme>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Refutation {
    /// Decimals that enclose it.
    pub margin: [String; 2],
    /// The counterexample's values, a line each.
    #[serde(default)]
    pub shown: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct TightnessSaid {
    kind: String,
    factor: Option<JsonNumber>,
}

impl Said {
    pub fn seeks_a_constant(&self) -> bool {
        self.constant.is_some()
    }
}

impl TightnessSaid {
    /// Nothing of a kind that is not known here.
    pub fn read(&self) -> Option<Tightness> {
        match (self.kind.as_str(), self.factor) {
            ("attained", _) => Some(Tightness::Attained),
            ("approached", _) => Some(Tightness::Approached { along: Vec::new() }),
            ("loose", Some(factor)) => Some(Tightness::Loose { factor: factor.0 }),
            _ => None,
        }
    }
}

impl From<Counts> for FateCount {
    fn from(count: Counts) -> Self {
        let Counts { held, violated, within_floor, out_of_range, undefined, unplaced, out_of_branch } = count;
        Self { held, violated, within_floor, out_of_range, undefined, unplaced, out_of_branch }
    }
}

#[derive(Clone, Debug, Deserialize)]
struct Fit {
    slope: JsonNumber,
    bound: String,
    value: JsonNumber,
}

#[derive(Clone, Debug, Deserialize)]
struct Chance {
    nearest: Option<usize>,
    settings: Vec<Setting>,
}

#[derive(Clone, Debug, Deserialize)]
struct Setting {
    slack: JsonNumber,
}

#[derive(Clone, Debug, Deserialize)]
struct Constant {
    seek: String,
    value: Option<JsonNumber>,
}

#[derive(Clone, Debug, Deserialize)]
struct Experiment {
    readings: Vec<Reading>,
}

#[derive(Clone, Debug, Deserialize)]
struct Reading {
    name: String,
    margin: Option<JsonNumber>,
    floor: Option<JsonNumber>,
}

/// What the closest approach of a predicate is a number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// The worst violation in a random case.
    Violation,
    /// Of an identity: error over what rounding may have done.
    Ratio,
    /// The least margin of a random case that held, or that of a reading.
    Margin,
    /// The least margin of the hunt.
    Hunt,
    /// A fitted slope.
    Slope,
    /// Of a probability: what is allowed less what the trials show.
    Slack,
    /// What the case that asks for most asks of a constant: the least that works where one does, or the greatest.
    Constant,
}

impl Measure {
    pub const ALL: [Self; 7] =
        [Self::Violation, Self::Ratio, Self::Margin, Self::Hunt, Self::Slope, Self::Slack, Self::Constant];

    pub fn name(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Ratio => "ratio",
            Self::Margin => "margin",
            Self::Hunt => "hunt",
            Self::Slope => "slope",
            Self::Slack => "slack",
            Self::Constant => "constant",
        }
    }
}

/// Which way a measure gets worse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Worse {
    Below,
    Above,
    /// The further from this.
    AwayFrom(f64),
}

/// How near a predicate comes to failing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Approach {
    pub measure: Measure,
    pub value: f64,
    /// A bound on what rounding may have done to it.
    pub floor: f64,
    pub worse: Worse,
}

impl Entry {
    /// From JSON, however it is laid out.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(json: &str) -> Result<Self, EntryError> {
        let said: Said = serde_json::from_str(json).map_err(|error| EntryError(error.to_string()))?;
        let unknown =
            || EntryError(format!("the exit status of `{}` is {}, which is none of these", said.id, said.exit));
        let exit = Exit::from_code(said.exit).ok_or_else(unknown)?;
        Ok(Self { text: on_one_line(json), said, exit })
    }

    /// The file that the claim is read from; empty where that is not known.
    pub fn file(&self) -> &str {
        self.said.statement.as_ref().map_or("", |statement| statement.file.as_str())
    }

    /// The numbers of a predicate's closest approach: those of the random phase and the hunt each by themselves.
    pub fn approaches(&self, predicate: &Predicate) -> Vec<Approach> {
        let below = |measure, value: JsonNumber, floor: JsonNumber| Approach {
            measure,
            value: value.0,
            floor: if floor.0.is_finite() { floor.0 } else { 0.0 },
            worse: Worse::Below,
        };
        let exactly = JsonNumber(0.0);
        let said = &self.said;
        let mut all = Vec::new();
        let last = said.predicates.last().is_some_and(|last| last.name == predicate.name);
        if let Some(fit) = said.fit.as_ref().filter(|_| last) {
            let worse = match fit.bound.as_str() {
                "at-least" => Worse::Below,
                "at-most" => Worse::Above,
                _ => Worse::AwayFrom(fit.value.0),
            };
            all.push(Approach { worse, ..below(Measure::Slope, fit.slope, exactly) });
        } else if let Some(chance) = &said.probability {
            let nearest = chance.nearest.and_then(|i| chance.settings.get(i));
            all.extend(nearest.map(|setting| below(Measure::Slack, setting.slack, exactly)));
        } else if let Some(constant) = &said.constant {
            let worse = if constant.seek == "greatest" { Worse::Below } else { Worse::Above };
            let value = constant.value.map(|value| below(Measure::Constant, value, exactly));
            all.extend(value.map(|approach| Approach { worse, ..approach }));
        } else if let Some(experiment) = &said.experiment {
            let reading = experiment.readings.iter().find(|reading| reading.name == predicate.name);
            let known = reading.and_then(|reading| Some((reading.margin?, reading.floor.unwrap_or(exactly))));
            all.extend(known.map(|(margin, floor)| below(Measure::Margin, margin, floor)));
        } else {
            let Predicate { identity, closest, worst_violation, ratio, .. } = predicate;
            match (worst_violation, ratio, closest) {
                (Some(worst), ..) => all.push(below(Measure::Violation, worst.margin, worst.floor)),
                (None, Some(ratio), _) => {
                    all.push(Approach { worse: Worse::Above, ..below(Measure::Ratio, ratio.ratio, exactly) });
                }
                (None, None, Some(closest)) => all.push(below(Measure::Margin, closest.margin, closest.floor)),
                (None, None, None) => {}
            }
            let hunt = predicate.evidence.as_ref().and_then(|evidence| evidence.hunt.as_ref());
            let best = hunt.and_then(|hunt| hunt.best.as_ref()).filter(|_| !identity);
            all.extend(best.map(|best| below(Measure::Hunt, best.margin, best.floor)));
        }
        all.retain(|approach| !approach.value.is_nan());
        all
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(more: &str, predicate: &str) -> Entry {
        let text = format!(
            "{{\"id\": \"p/c\", \"verdict\": \"held\", \"as_expected\": true, \"exit\": 0, {more}\n  \"predicates\": [\
             {{\"name\": \"a\", \"verdict\": \"held\", \"expected\": \"held\", \"as_expected\": true, \"reason\": null, \
             \"fingerprint\": \"sha256:00\", {predicate} \"unit\": \"1\"}}]}}"
        );
        Entry::read(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    fn approaches(more: &str, predicate: &str) -> Vec<(Measure, f64, f64, Worse)> {
        let entry = entry(more, predicate);
        let all = entry.approaches(&entry.said.predicates[0]);
        all.iter().map(|a| (a.measure, a.value, a.floor, a.worse)).collect()
    }

    #[test]
    fn the_random_phase_and_the_hunt_have_a_number_each() {
        let hunted = "\"closest\": {\"margin\": 0.5, \"floor\": 1e-15}, \"evidence\": {\"hunt\": {\"best\": \
                      {\"margin\": 0.25, \"floor\": 1e-16}}},";
        let wanted = [(Measure::Margin, 0.5, 1e-15, Worse::Below), (Measure::Hunt, 0.25, 1e-16, Worse::Below)];
        assert_eq!(approaches("", hunted), wanted);
        let violated =
            "\"worst_violation\": {\"margin\": -2.0, \"floor\": 0.0}, \"closest\": {\"margin\": 0.5, \"floor\": 0},";
        assert_eq!(approaches("", violated), [(Measure::Violation, -2.0, 0.0, Worse::Below)]);
        let identity = "\"identity\": true, \"ratio\": {\"ratio\": 0.1}, \"evidence\": {\"hunt\": {\"best\": \
                        {\"margin\": -1e-17, \"floor\": 1e-16}}},";
        assert_eq!(approaches("", identity), [(Measure::Ratio, 0.1, 0.0, Worse::Above)]);
        assert_eq!(approaches("", ""), []);
    }

    #[test]
    fn laws_probabilities_and_constants_have_their_own() {
        let slope = |bound| format!("\"fit\": {{\"slope\": 0.98, \"bound\": \"{bound}\", \"value\": 0.9}},");
        assert_eq!(approaches(&slope("at-least"), ""), [(Measure::Slope, 0.98, 0.0, Worse::Below)]);
        assert_eq!(approaches(&slope("at-most"), ""), [(Measure::Slope, 0.98, 0.0, Worse::Above)]);
        assert_eq!(approaches(&slope("about"), ""), [(Measure::Slope, 0.98, 0.0, Worse::AwayFrom(0.9))]);
        let chance = "\"probability\": {\"nearest\": 1, \"settings\": [{\"slack\": 1}, {\"slack\": 0.01}]},";
        assert_eq!(approaches(chance, ""), [(Measure::Slack, 0.01, 0.0, Worse::Below)]);
        let constant = |seek| format!("\"constant\": {{\"seek\": \"{seek}\", \"value\": \"inf\"}},");
        assert_eq!(approaches(&constant("least"), ""), [(Measure::Constant, f64::INFINITY, 0.0, Worse::Above)]);
        assert_eq!(approaches(&constant("greatest"), ""), [(Measure::Constant, f64::INFINITY, 0.0, Worse::Below)]);
        let readings = "\"experiment\": {\"readings\": [{\"name\": \"a\", \"margin\": 2, \"floor\": null}]},";
        assert_eq!(approaches(readings, ""), [(Measure::Margin, 2.0, 0.0, Worse::Below)]);
    }

    #[test]
    fn the_text_keeps_what_is_not_read() {
        let entry = entry("\"older\": 1e+300, \"new\": {\"a\": [1, 2]},", "");
        assert!(entry.text.contains("\"older\":1e+300,\"new\":{\"a\":[1,2]},\"predicates\":["), "{}", entry.text);
        assert!(Entry::read("{\"id\": 3}").is_err());
        assert!(Entry::read(&entry.text.replace("\"exit\":0", "\"exit\":9")).unwrap_err().to_string().contains('9'));
    }
}
