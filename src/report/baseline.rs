//! A baseline: what every predicate said once, to be compared with what it says now.
//!
//! A file of JSON with one line a predicate, sorted, so that a change reads well in a diff: the verdict, the numbers of its closest approach,
//! the fingerprint of what was stated. `docs/ci.md` says what counts as drift.
//!
//! A number has drifted if it got worse by more than the tolerance times its old size, and by more than rounding may have made of it. The size
//! of a [`Measure::Ratio`], error over what rounding may do, is taken as 1 at least: what happens far below rounding is no news. A verdict
//! has drifted if it is graver than it was, or was decided and is not. Of a statement that has changed since there is no drift: it is another.

use super::closest::Hunted;
use super::entry::{Approach, Entry, Measure, Worse};
use super::number::{JsonNumber, short};
use crate::claim::model::Verdict;
use crate::engine::exit::Exit;
use crate::engine::verdict::{is_decided, name};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const FORMAT: &str = "theoremcheck-baseline";
const VERSION: u32 = 1;

/// Which run the numbers are of: those of another are other numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Of {
    pub seed: u64,
    pub budget: String,
    pub cases: Option<u64>,
    pub max_elements: usize,
}

#[derive(Clone, Debug)]
pub struct Baseline {
    pub of: Of,
    lines: BTreeMap<Key, Line>,
}

/// Claim and predicate.
type Key = (String, String);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    claim: String,
    predicate: String,
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    violation: Option<JsonNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<JsonNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    margin: Option<JsonNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hunt: Option<JsonNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slope: Option<JsonNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slack: Option<JsonNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constant: Option<JsonNumber>,
    statement: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u32,
    of: Of,
    predicates: Vec<Line>,
}

/// How a predicate stands to its baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Worse than it was, or gone.
    Drift,
    /// The statement has changed since.
    OtherStatement,
    Better,
    /// It has no line.
    New,
    /// It moved, and not by enough to say so.
    Within,
    Same,
}

/// One predicate, compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    pub claim: String,
    pub predicate: String,
    pub standing: Standing,
    /// What there is to say, in words: from what to what, how much, since which statement.
    pub says: String,
}

/// What has drifted, for the reports.
#[derive(Clone, Debug, Default)]
pub struct Drift {
    /// The baseline's file.
    pub from: String,
    pub predicates: Vec<Compared>,
}

impl Drift {
    pub fn exit(&self) -> Exit {
        if self.predicates.is_empty() { Exit::AsExpected } else { Exit::Drift }
    }
}

impl Line {
    fn of(entry: &Entry, predicate: &super::entry::Predicate) -> Self {
        let approaches = entry.approaches(predicate);
        let number = |measure| {
            approaches.iter().find(|approach| approach.measure == measure).map(|approach| JsonNumber(approach.value))
        };
        Self {
            claim: entry.said.id.clone(),
            predicate: predicate.name.clone(),
            verdict: predicate.verdict,
            violation: number(Measure::Violation),
            ratio: number(Measure::Ratio),
            margin: number(Measure::Margin),
            hunt: number(Measure::Hunt),
            slope: number(Measure::Slope),
            slack: number(Measure::Slack),
            constant: number(Measure::Constant),
            statement: predicate.fingerprint.clone(),
        }
    }

    fn number(&self, measure: Measure) -> Option<f64> {
        let number = match measure {
            Measure::Violation => self.violation,
            Measure::Ratio => self.ratio,
            Measure::Margin => self.margin,
            Measure::Hunt => self.hunt,
            Measure::Slope => self.slope,
            Measure::Slack => self.slack,
            Measure::Constant => self.constant,
        };
        number.map(|number| number.0)
    }

    fn key(&self) -> Key {
        (self.claim.clone(), self.predicate.clone())
    }
}

impl Baseline {
    /// # Errors
    /// Why the text is none.
    pub fn read(text: &str) -> Result<Self, String> {
        let File { format, version, of, predicates } = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if format != FORMAT {
            return Err(format!("its format is `{format}`, not `{FORMAT}`"));
        }
        if version != VERSION {
            return Err(format!("it is of version {version}, and this program reads version {VERSION}"));
        }
        let mut lines = BTreeMap::new();
        for line in predicates {
            if let Some(twice) = lines.insert(line.key(), line) {
                return Err(format!("`{}` of {} is in it twice", twice.predicate, twice.claim));
            }
        }
        Ok(Self { of, lines })
    }

    pub fn empty(of: Of) -> Self {
        Self { of, lines: BTreeMap::new() }
    }

    /// As it is written: one line a predicate.
    ///
    /// # Errors
    /// Where it cannot be JSON.
    pub fn render(&self) -> Result<String, serde_json::Error> {
        let mut lines = Vec::with_capacity(self.lines.len());
        for line in self.lines.values() {
            lines.push(serde_json::to_string(line)?);
        }
        let of = serde_json::to_string(&self.of)?;
        let open = format!("{{\n\"format\":\"{FORMAT}\",\n\"version\":{VERSION},\n\"of\":{of},\n\"predicates\":[\n");
        Ok(format!("{open}{}\n]\n}}\n", lines.join(",\n")))
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// What it would be if this run were accepted. Claims that it was not asked about keep their lines.
    #[must_use]
    pub fn with(&self, of: Of, now: &[Entry], asked: &dyn Fn(&str) -> bool) -> Self {
        let kept = self.lines.iter().filter(|((claim, _), _)| !asked(claim));
        let mut lines: BTreeMap<Key, Line> = kept.map(|(key, line)| (key.clone(), line.clone())).collect();
        for entry in now {
            lines.extend(entry.said.predicates.iter().map(|p| Line::of(entry, p)).map(|line| (line.key(), line)));
        }
        Self { of, lines }
    }

    /// Every predicate of this run, and those of the baseline that were asked for and are gone, by claim and name.
    pub fn compare(&self, now: &[Entry], asked: &dyn Fn(&str) -> bool, tolerance: f64) -> Vec<Compared> {
        let mut all: BTreeMap<Key, (Standing, String)> = BTreeMap::new();
        for (key, line) in self.lines.iter().filter(|((claim, _), _)| asked(claim)) {
            let gone = format!("gone; it was {} ({})", name(line.verdict), brief(&line.statement));
            all.insert(key.clone(), (Standing::Drift, gone));
        }
        for entry in now {
            for predicate in &entry.said.predicates {
                let line = Line::of(entry, predicate);
                let compared = match self.lines.get(&line.key()) {
                    None => (Standing::New, format!("new: {}", name(line.verdict))),
                    Some(old) => compare(old, &line, &entry.approaches(predicate), tolerance),
                };
                all.insert(line.key(), compared);
            }
        }
        let compared = all.into_iter();
        compared.map(|((claim, predicate), (standing, says))| Compared { claim, predicate, standing, says }).collect()
    }
}

/// `sha256:0123456789ab..`, enough to tell one statement from another.
fn brief(statement: &str) -> String {
    let digits = statement.strip_prefix("sha256:").unwrap_or(statement);
    format!("sha256:{}", digits.chars().take(12).collect::<String>())
}

/// From the best to the worst.
fn gravity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Proved => 0,
        Verdict::Held => 1,
        Verdict::NotRun => 2,
        Verdict::Inconclusive => 3,
        Verdict::Vacuous => 4,
        Verdict::Error => 5,
        Verdict::Suspect => 6,
        Verdict::Drifts => 7,
        Verdict::Rejected => 8,
        Verdict::Refuted => 9,
    }
}

fn compare(old: &Line, new: &Line, approaches: &[Approach], tolerance: f64) -> (Standing, String) {
    if old == new {
        return (Standing::Same, String::new());
    }
    let mut parts = Vec::new();
    let mut standing = Standing::Same;
    // The first in the order of standings says most.
    let mut note = |found: Standing, says: String| {
        standing = standing.min(found);
        parts.push(says);
    };
    if old.verdict != new.verdict {
        let lost = is_decided(old.verdict) && !is_decided(new.verdict);
        let worse = lost || gravity(new.verdict) > gravity(old.verdict);
        let says = format!("{}, was {}", name(new.verdict), name(old.verdict));
        note(if worse { Standing::Drift } else { Standing::Better }, says);
    }
    for measure in Measure::ALL {
        let now = approaches.iter().find(|approach| approach.measure == measure);
        match (old.number(measure), now) {
            (Some(was), Some(now)) if was != now.value => {
                let (found, says) = moved(was, now, tolerance);
                note(found, says);
            }
            (Some(was), None) => {
                // What is proved or refuted is not hunted, and a violation that is gone is no loss.
                let needless = measure == Measure::Hunt && matches!(new.verdict, Verdict::Proved | Verdict::Refuted);
                let found = match measure {
                    Measure::Violation => Standing::Better,
                    Measure::Hunt if needless => Standing::Within,
                    _ => Standing::Drift,
                };
                note(found, format!("no {measure}, was {}", short(was)));
            }
            _ => {}
        }
    }
    if old.statement != new.statement {
        let since = format!("another statement ({}, was {})", brief(&new.statement), brief(&old.statement));
        let says = std::iter::once(since).chain(parts).collect::<Vec<_>>().join("; ");
        return (Standing::OtherStatement, says);
    }
    let unchanged = format!("the statement is the same, {}", brief(&new.statement));
    parts.push(unchanged);
    (standing, parts.join("; "))
}

/// A number that is not what it was.
fn moved(was: f64, now: &Approach, tolerance: f64) -> (Standing, String) {
    let &Approach { measure, value, floor, worse } = now;
    let harm = match worse {
        Worse::Below => was - value,
        Worse::Above => value - was,
        Worse::AwayFrom(target) => (value - target).abs() - (was - target).abs(),
    };
    let size = if measure == Measure::Ratio { was.abs().max(1.0) } else { was.abs() };
    // No part of what has no bound is allowed.
    let allowed = floor + if size.is_finite() { tolerance * size } else { 0.0 };
    let how_much = if size.is_finite() && size > 0.0 && harm.is_finite() {
        format!("{} %", short(100.0 * harm.abs() / size))
    } else {
        short(harm.abs())
    };
    let (standing, way) = if harm > allowed {
        (Standing::Drift, "worse by")
    } else if harm < -allowed {
        (Standing::Better, "better by")
    } else {
        (Standing::Within, "moved by")
    };
    let (mut there, mut here) = (short(was), short(value));
    if there == here {
        (there, here) = (was.to_string(), value.to_string());
    }
    // Its digits say nothing, and of those of the old one that is not known any more.
    if let (Measure::Hunt, hunted @ Hunted::Within(_)) = (measure, Hunted::of(value, floor)) {
        here = hunted.brief();
    }
    (standing, format!("{measure} {here}, was {there}: {way} {how_much}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of() -> Of {
        Of { seed: 1, budget: "quick".to_owned(), cases: None, max_elements: 65536 }
    }

    fn entry(id: &str, verdict: &str, statement: &str, more: &str) -> Entry {
        Entry::read(&format!(
            "{{\"id\":\"{id}\",\"verdict\":\"{verdict}\",\"as_expected\":true,\"exit\":0,\"predicates\":[{{\"name\":\"a\",\
             \"verdict\":\"{verdict}\",\"expected\":\"held\",\"as_expected\":true,\"reason\":null,\
             \"fingerprint\":\"sha256:{statement}\"{more}}}]}}"
        ))
        .unwrap()
    }

    fn held(margin: f64, floor: f64) -> Entry {
        let margin = serde_json::to_string(&JsonNumber(margin)).unwrap();
        let closest = format!(",\"closest\":{{\"margin\":{margin},\"floor\":{floor:e}}}");
        entry("p/c", "held", "aa", &closest)
    }

    fn baseline(entries: &[Entry]) -> Baseline {
        let written = Baseline::empty(of()).with(of(), entries, &|_| true).render().unwrap();
        let read = Baseline::read(&written).unwrap();
        assert_eq!(read.render().unwrap(), written);
        read
    }

    fn standing(old: &Entry, new: &Entry) -> (Standing, String) {
        let mut compared = baseline(std::slice::from_ref(old)).compare(std::slice::from_ref(new), &|_| true, 0.01);
        let only = compared.pop().unwrap();
        assert_eq!(compared, []);
        (only.standing, only.says)
    }

    #[test]
    fn a_margin_that_is_worse_by_more_than_the_tolerance_has_drifted() {
        assert_eq!(standing(&held(2.0, 0.0), &held(2.0, 0.0)), (Standing::Same, String::new()));
        let (drift, says) = standing(&held(2.0, 0.0), &held(1.9, 0.0));
        assert_eq!(drift, Standing::Drift);
        assert_eq!(says, "margin 1.9, was 2: worse by 5 %; the statement is the same, sha256:aa");
        assert_eq!(standing(&held(2.0, 0.0), &held(1.99, 0.0)).0, Standing::Within);
        assert_eq!(standing(&held(2.0, 0.0), &held(1.979, 0.0)).0, Standing::Drift);
        assert_eq!(standing(&held(2.0, 0.0), &held(2.1, 0.0)).0, Standing::Better);
        assert_eq!(standing(&held(-2.0, 0.0), &held(-2.1, 0.0)).0, Standing::Drift);
        assert_eq!(standing(&held(f64::INFINITY, 0.0), &held(1.0, 0.0)).0, Standing::Drift);
        assert_eq!(standing(&held(1.0, 0.0), &held(f64::INFINITY, 0.0)).0, Standing::Better);
    }

    #[test]
    fn what_rounding_may_have_done_is_no_drift() {
        assert_eq!(standing(&held(2e-16, 0.0), &held(1e-16, 1e-15)).0, Standing::Within);
        assert_eq!(standing(&held(2e-16, 0.0), &held(1e-16, 0.0)).0, Standing::Drift);
        let ratio =
            |ratio: f64| entry("p/c", "held", "aa", &format!(",\"identity\":true,\"ratio\":{{\"ratio\":{ratio}}}"));
        assert_eq!(standing(&ratio(0.001), &ratio(0.005)).0, Standing::Within);
        assert_eq!(standing(&ratio(0.1), &ratio(0.2)).0, Standing::Drift);
        assert_eq!(standing(&ratio(0.2), &ratio(0.1)).0, Standing::Better);
    }

    #[test]
    fn a_hunt_within_rounding_is_no_drift_and_one_below_it_has_another_verdict() {
        let hunted = |verdict, margin: f64, floor: f64| {
            let best = format!("{{\"margin\":{margin:?},\"floor\":{floor:?}}}");
            entry("p/c", verdict, "aa", &format!(",\"evidence\":{{\"hunt\":{{\"best\":{best}}}}}"))
        };
        let (within, says) = standing(&hunted("held", 0.5, 1e-15), &hunted("held", -200.0, 250.0));
        assert_eq!(within, Standing::Within);
        assert!(says.starts_with("hunt 0 ± 250, was 0.5: moved by "), "{says}");
        assert_eq!(standing(&hunted("held", -103.0, 103.1), &hunted("held", -200.0, 200.5)).0, Standing::Within);
        let (drift, says) = standing(&hunted("held", -103.0, 103.1), &hunted("suspect", -200.0, 103.1));
        assert_eq!(drift, Standing::Drift);
        assert!(says.starts_with("suspect, was held; hunt -200, was -103:"), "{says}");
    }

    #[test]
    fn a_verdict_that_is_graver_or_no_longer_decided_has_drifted() {
        let of = |verdict| entry("p/c", verdict, "aa", "");
        for (old, new, wanted) in [
            ("held", "proved", Standing::Better),
            ("proved", "held", Standing::Drift),
            ("held", "suspect", Standing::Drift),
            ("refuted", "suspect", Standing::Drift),
            ("refuted", "held", Standing::Better),
            ("suspect", "refuted", Standing::Drift),
            ("inconclusive", "held", Standing::Better),
        ] {
            let (found, says) = standing(&of(old), &of(new));
            assert_eq!(found, wanted, "{old} to {new}");
            assert!(says.starts_with(&format!("{new}, was {old}; the statement is the same")), "{says}");
        }
        // The number that went with it is told, too.
        let worse = entry("p/c", "suspect", "aa", ",\"worst_violation\":{\"margin\":-1.0,\"floor\":0.0}");
        let (_, says) = standing(&held(2.0, 0.0), &worse);
        assert!(says.starts_with("suspect, was held; no margin, was 2;"), "{says}");
    }

    #[test]
    fn another_statement_is_told_and_is_no_drift() {
        let (found, says) = standing(&held(2.0, 0.0), &entry("p/c", "refuted", "bb", ""));
        assert_eq!(found, Standing::OtherStatement);
        assert_eq!(says, "another statement (sha256:bb, was sha256:aa); refuted, was held; no margin, was 2");
    }

    #[test]
    fn what_is_gone_has_drifted_and_what_is_new_has_not() {
        let baseline = baseline(&[held(1.0, 0.0)]);
        let compared = baseline.compare(&[entry("p/d", "held", "aa", "")], &|_| true, 0.01);
        let told: Vec<_> = compared.iter().map(|c| (c.claim.as_str(), c.standing)).collect();
        assert_eq!(told, [("p/c", Standing::Drift), ("p/d", Standing::New)]);
        assert_eq!(compared[0].says, "gone; it was held (sha256:aa)");
        // A run of other claims does not ask after it, and keeps its line.
        assert_eq!(baseline.compare(&[], &|id| id == "p/d", 0.01), []);
        let kept = baseline.with(of(), &[entry("p/d", "held", "aa", "")], &|id| id == "p/d");
        assert_eq!(kept.len(), 2);
    }

    #[test]
    fn a_file_has_one_line_a_predicate() {
        let text = baseline(&[held(0.25, 0.0), entry("p/a", "proved", "cc", "")]).render().unwrap();
        let wanted = "{\n\"format\":\"theoremcheck-baseline\",\n\"version\":1,\n\"of\":{\"seed\":1,\"budget\":\"quick\",\
            \"cases\":null,\"max_elements\":65536},\n\"predicates\":[\n\
            {\"claim\":\"p/a\",\"predicate\":\"a\",\"verdict\":\"proved\",\"statement\":\"sha256:cc\"},\n\
            {\"claim\":\"p/c\",\"predicate\":\"a\",\"verdict\":\"held\",\"margin\":0.25,\"statement\":\"sha256:aa\"}\n]\n}\n";
        assert_eq!(text, wanted);
        assert!(Baseline::read(&text.replace("\"version\":1", "\"version\":2")).unwrap_err().contains("version 2"));
        assert!(Baseline::read(&text.replace("\"margin\"", "\"margins\"")).unwrap_err().contains("margins"));
        assert!(Baseline::read(&text.replace("p/c", "p/a")).unwrap_err().contains("`a` of p/a is in it twice"));
    }
}
