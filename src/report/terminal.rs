//! The table of verdicts that a person reads: a row a claim, and below it what was not as expected and how to see it again.
//!
//! Everything here returns text; the command line decides where it goes.

use super::chance;
use super::closest::{self, Closest, describe_verdict, stratum_name};
use super::constant;
use super::entry::Entry;
use super::experiment;
use super::number::{grouped, short};
use super::paint::Paint;
use super::record::Error;
use super::run_report::{RunReport, Setup};
use crate::check::record::Stratum;
use crate::check::tally::FateCount;
use crate::claim::model::{ClaimId, Verdict};
use crate::engine::exit::Exit;
use crate::engine::outcome::{ClaimResult, Failure, Malformed, PredicateResult};
use crate::engine::verdict::name;

/// Width that diagnostics are wrapped to.
pub const WIDTH: usize = 100;

/// A column wider than this would push the rest off most terminals.
const WIDEST_ID: usize = 48;

/// Width of the longest verdict, `inconclusive`.
const VERDICT: usize = 12;

/// The longest that a closest approach usually is.
const CLOSEST: usize = 56;

#[derive(Clone, Debug)]
pub struct Table<'a> {
    pub setup: &'a Setup,
    pub paint: Paint,
    /// Strata, rejections, units and counts too.
    pub verbose: bool,
    /// Only what is not as expected.
    pub quiet: bool,
    id_width: usize,
}

impl<'a> Table<'a> {
    pub fn new(setup: &'a Setup, paint: Paint, verbose: bool, quiet: bool, ids: &[&ClaimId]) -> Self {
        let longest = ids.iter().map(|id| id.0.chars().count()).max().unwrap_or(0);
        Self { setup, paint, verbose, quiet, id_width: longest.min(WIDEST_ID) }
    }

    /// One claim: its row, and the lines below it. Empty where nothing is to be said.
    pub fn claim(&self, claim: &ClaimResult) -> String {
        if self.quiet && claim.as_expected {
            return String::new();
        }
        let paint = self.paint;
        let mark = match (claim.as_expected, Exit::of_claim(claim)) {
            (true, _) => paint.good("✓"),
            (false, Exit::DecidedOtherwise) => paint.bad("✗"),
            (false, _) => paint.verdict(claim.verdict, "?"),
        };
        let id = format!("{:<width$}", claim.id.0, width = self.id_width);
        let verdict = paint.verdict(claim.verdict, &format!("{:<VERDICT$}", name(claim.verdict)));
        let closest = closest::describe_claim(claim);
        let cases = if claim.tally.cases > 0 {
            format!("{} of {} cases{}", grouped(claim.tally.met), grouped(claim.tally.cases), describe_undecided(claim))
        } else {
            String::new()
        };
        let mut out = format!("{mark} {id}  {verdict}  {closest:<CLOSEST$}  {cases}").trim_end().to_owned();
        out.push('\n');
        let mut line = |text: String| {
            out += "      ";
            out += &text;
            out.push('\n');
        };
        if let Some(failure) = &claim.failure {
            line(failure.reason());
            if matches!(failure, Failure::Panic(_)) {
                line("this is a bug in theoremcheck, not in the claim".to_owned());
            }
        }
        for predicate in &claim.predicates {
            if self.verbose || !predicate.as_expected {
                for text in self.predicate(claim, predicate) {
                    line(text);
                }
            }
        }
        if let Some(figure) = claim.figure.as_ref().filter(|_| self.verbose || !claim.as_expected) {
            for text in experiment::lines(figure) {
                line(paint.dim(&text));
            }
        }
        if self.verbose {
            for text in self.coverage(claim) {
                line(paint.dim(&text));
            }
        }
        out
    }

    fn predicate(&self, claim: &ClaimResult, predicate: &PredicateResult) -> Vec<String> {
        let reason = match (&claim.failure, &predicate.judgement.reason) {
            (None, Some(reason)) => format!(": {reason}"),
            _ => String::new(),
        };
        let verdict = self.paint.verdict(predicate.judgement.verdict, &describe_verdict(predicate));
        let mut lines = vec![format!("{}: {verdict}{reason}", predicate.info.name)];
        if let Some(chance) = &claim.chance {
            lines.extend(chance::lines(chance).iter().map(|line| self.paint.dim(&format!("  {line}"))));
            let refutation = predicate.evidence.refutation.iter();
            lines.extend(refutation.flat_map(|r| claim.values(r)).map(|line| format!("  {line}")));
            lines.extend(chance::case(claim).map(|case| format!("  {}", self.setup.replay_line(&claim.id, case))));
        }
        if let Some(sought) = &claim.constant {
            lines.extend(
                constant::lines(&predicate.info.name, sought, predicate.judgement.verdict)
                    .iter()
                    .map(|line| self.paint.dim(&format!("  {line}"))),
            );
            let refutation = predicate.evidence.refutation.iter();
            lines.extend(refutation.flat_map(|r| claim.values(r)).map(|line| format!("  {line}")));
            return lines;
        }
        let Some(counts) = &predicate.counts else {
            let read = claim.figure.iter().flat_map(|figure| &figure.readings);
            if let Some(read) = read.into_iter().find(|read| read.name == predicate.info.name) {
                lines.push(self.paint.dim(&format!("  {}", experiment::reading(read))));
            }
            if let Some(fit) = claim.fit.as_ref().filter(|_| self.verbose) {
                lines.extend(closest::describe_line(fit).iter().map(|line| self.paint.dim(&format!("  {line}"))));
            }
            return lines;
        };
        if self.verbose {
            lines.push(self.paint.dim(&format!("  {}", describe_counts(predicate))));
            if let Some(closest) = Closest::of_predicate(predicate) {
                lines.push(self.paint.dim(&format!(
                    "  {}, {}",
                    closest.describe(&predicate.info),
                    describe_unit(predicate)
                )));
            }
        }
        if self.verbose || !predicate.as_expected {
            let evidence = closest::describe_evidence(predicate);
            lines.extend(evidence.iter().map(|line| self.paint.dim(&format!("  {line}"))));
        }
        if let Some(refutation) = &predicate.evidence.refutation {
            lines.extend(claim.values(refutation).map(|line| format!("  {line}")));
        }
        let telling = match predicate.judgement.verdict {
            Verdict::Suspect | Verdict::Refuted => counts.worst.map(|worst| worst.case),
            Verdict::Inconclusive => counts.undecided.map(|extreme| extreme.case).or(counts.first_out_of_range),
            Verdict::Error => counts.first_undefined,
            _ => None,
        };
        if let Some(case) = telling {
            lines.push(format!("  {}", self.setup.replay_line(&claim.id, case)));
        }
        if (self.verbose || !predicate.as_expected) && closest::nearest_is_hunted(predicate) {
            let line = self.setup.hunted_line(&claim.id, &predicate.info.name);
            lines.extend(line.map(|line| format!("  {line}")));
        }
        lines
    }

    fn coverage(&self, claim: &ClaimResult) -> Vec<String> {
        let mut lines = Vec::new();
        if claim.tally.cases > 0 {
            lines.push(format!("cases that met the hypotheses: {}", describe_strata(claim)));
        }
        if let Some(rejections) = describe_rejections(claim) {
            lines.push(format!("rejected: {rejections}"));
        }
        let barren: Vec<&str> = claim.tally.barren_strata().map(stratum_name).collect();
        if !barren.is_empty() {
            lines.push(format!("no case met the hypotheses in: {}", barren.join(", ")));
        }
        lines
    }

    /// What stands below the table.
    pub fn summary(&self, report: &RunReport) -> String {
        let verdicts = report.claims.iter().map(|claim| (claim.id.0.as_str(), claim.verdict, claim.as_expected));
        let taken =
            report.taken.iter().map(|entry| (entry.said.id.as_str(), entry.said.verdict, entry.said.as_expected));
        let took = match report.taken.len() {
            0 => String::new(),
            n => format!(", {} taken over", grouped(n as u64)),
        };
        let options = &report.setup.options;
        let seconds = report.elapsed.as_secs_f64();
        let sums = Sums {
            claims: verdicts.chain(taken).collect(),
            malformed: report.malformed.iter().map(|bad| bad.id.as_ref().map(|id| id.0.as_str())).collect(),
            exit: report.exit(),
            cases: options.cases,
            evaluations: options.budget.evaluations(),
            seed: options.check.seed,
            more: format!("{took}, {seconds:.1} s"),
        };
        sums.render(self.paint)
    }
}

/// What a run comes to.
#[derive(Debug)]
pub struct Sums<'a> {
    /// Id, verdict, whether it is as expected.
    pub claims: Vec<(&'a str, Verdict, bool)>,
    /// Ids of what is malformed, where there is one.
    pub malformed: Vec<Option<&'a str>>,
    pub exit: Exit,
    pub cases: Option<u64>,
    pub evaluations: u64,
    pub seed: u64,
    /// What follows the seed.
    pub more: String,
}

impl Sums<'_> {
    pub fn render(&self, paint: Paint) -> String {
        let mut parts = Vec::new();
        for verdict in BY_GRAVITY {
            let count = self.claims.iter().filter(|(_, found, _)| *found == verdict).count();
            if count > 0 {
                parts.push(paint.verdict(verdict, &format!("{count} {}", name(verdict))));
            }
        }
        // A claim that was run all the same has a malformed witness.
        let run = |bad: &&Option<&str>| bad.is_some_and(|bad| self.claims.iter().any(|(id, ..)| *id == bad));
        let witnesses = self.malformed.iter().filter(run).count();
        // Of a paper, or of a folder without claims: no claim is wrong.
        let files = self.malformed.iter().filter(|bad| bad.is_none()).count();
        let malformed = self.malformed.len() - witnesses - files;
        if malformed > 0 {
            parts.push(paint.bad(&format!("{malformed} malformed")));
        }
        if files > 0 {
            parts.push(paint.bad(&format!("{files} malformed file{}", if files == 1 { "" } else { "s" })));
        }
        if witnesses > 0 {
            let plural = if witnesses == 1 { "" } else { "es" };
            parts.push(paint.bad(&format!("{witnesses} malformed witness{plural}")));
        }
        let unexpected = self.claims.iter().filter(|(.., as_expected)| !as_expected).count();
        let expected = match (unexpected, self.exit) {
            (0, Exit::AsExpected) => paint.good("all as expected"),
            (0, _) => String::new(),
            (n, _) => paint.bold(&format!("{n} not as expected")),
        };
        if !expected.is_empty() {
            parts.push(expected);
        }
        let work = match self.cases {
            Some(cases) => format!("{} cases a claim", grouped(cases)),
            None => format!("{} random evaluations a claim", grouped(self.evaluations)),
        };
        let claims = self.claims.len() + malformed;
        format!(
            "{claims} claim{}: {}\n{}\n",
            if claims == 1 { "" } else { "s" },
            parts.join(", "),
            paint.dim(&format!("{work}, seed {}{}", self.seed, self.more))
        )
    }
}

/// From the best to what could not even be run: the order that counts are shown in.
pub const BY_GRAVITY: [Verdict; 10] = [
    Verdict::Proved,
    Verdict::Held,
    Verdict::Refuted,
    Verdict::Rejected,
    Verdict::Drifts,
    Verdict::Suspect,
    Verdict::Vacuous,
    Verdict::Inconclusive,
    Verdict::Error,
    Verdict::NotRun,
];

/// A claim that was not run here, where it is not as expected: its row, and below it each predicate that is not.
pub fn unexpected(entry: &Entry, paint: Paint) -> String {
    let said = &entry.said;
    if said.as_expected {
        return String::new();
    }
    let mark = if entry.exit == Exit::DecidedOtherwise { paint.bad("✗") } else { paint.verdict(said.verdict, "?") };
    let mut out = format!("{mark} {}  {}\n", plain(&said.id), paint.verdict(said.verdict, name(said.verdict)));
    for predicate in said.predicates.iter().filter(|predicate| !predicate.as_expected) {
        let reason = predicate.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let verdict = format!("{}, expected {}", name(predicate.verdict), name(predicate.expected));
        let verdict = paint.verdict(predicate.verdict, &verdict);
        out += &format!("      {}: {verdict}{}\n", plain(&predicate.name), plain(&reason));
    }
    out
}

/// A malformed file, as it is shown on standard error.
pub fn malformed(malformed: &Malformed, paint: Paint) -> String {
    let mut text = malformed.diagnostics.render(WIDTH, paint.on);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// What is wrong with a file, as a report has it: the line of its place, that the single run shows with its source.
pub fn error_line(error: &Error, paint: Paint) -> String {
    format!("{}: {}: {}\n", paint.bad("error"), on_one_line(&error.place()), on_one_line(&error.says()))
}

/// `held 950, violated 3, undecided 2`
pub fn describe_counts(predicate: &PredicateResult) -> String {
    predicate.counts.as_ref().map_or_else(String::new, |counts| counted(&counts.total(), counts.identity))
}

/// Looks by fate, in words.
pub fn counted(count: &FateCount, identity: bool) -> String {
    let within = if identity { "agreed to rounding" } else { "within the rounding floor" };
    let all = [
        ("held", count.held),
        ("violated", count.violated),
        (within, count.within_floor),
        ("beyond f64", count.out_of_range),
        ("undefined", count.undefined),
        ("perhaps out of its branch", count.unplaced),
        ("out of its branch", count.out_of_branch),
    ];
    let some: Vec<String> =
        all.iter().filter(|(_, n)| *n > 0).map(|(what, n)| format!("{what} {}", grouped(*n))).collect();
    if some.is_empty() { "never asked".to_owned() } else { some.join(", ") }
}

pub fn describe_unit(predicate: &PredicateResult) -> String {
    match predicate.info.unit.as_str() {
        "" | "1" => "as a plain number".to_owned(),
        unit => format!("in units of {unit}"),
    }
}

/// `, 85 undecided, 3 undefined`: looks that say nothing; they belong beside a verdict that does not rest on them. `12 scaled`: runs
/// that leave the range of `f64`.
fn describe_undecided(claim: &ClaimResult) -> String {
    let (mut undecided, mut undefined) = (0, 0);
    for counts in claim.predicates.iter().filter_map(|p| p.counts.as_ref()) {
        let total = counts.total();
        undecided += total.out_of_range + total.unplaced + if counts.identity { 0 } else { total.within_floor };
        undefined += total.undefined;
    }
    let scaled = claim.tally.scaled;
    let parts = [(undecided, "undecided"), (undefined, "undefined"), (scaled, "scaled")];
    parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!(", {} {what}", grouped(*n))).collect()
}

/// `plain 800/1,000, edges 64/64`
pub fn describe_strata(claim: &ClaimResult) -> String {
    let counts = Stratum::ALL.iter().zip(&claim.tally.strata).filter(|(_, count)| count.cases > 0);
    let parts: Vec<String> = counts
        .map(|(stratum, count)| format!("{} {}/{}", stratum_name(*stratum), grouped(count.met), grouped(count.cases)))
        .collect();
    parts.join(", ")
}

/// `small false in 12, undefined in 1; eta empty in 3`
pub fn describe_rejections(claim: &ClaimResult) -> Option<String> {
    let rejections = &claim.tally.rejections;
    let givens = claim
        .givens
        .iter()
        .zip(&rejections.givens)
        .map(|(given, count)| (given, vec![("empty", count.empty), ("beyond f64", count.out_of_range)]));
    let assumes = claim.assumes.iter().zip(&rejections.assumes).map(|(assume, count)| {
        (assume, vec![("false", count.failed), ("undecided", count.undecided), ("undefined", count.undefined)])
    });
    let parts: Vec<String> = givens
        .chain(assumes)
        .filter_map(|(name, causes)| {
            let causes = causes.iter().filter(|(_, n)| *n > 0);
            let causes: Vec<String> = causes.map(|(what, n)| format!("{what} in {}", grouped(*n))).collect();
            (!causes.is_empty()).then(|| format!("{name} {}", causes.join(", ")))
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// `margin -0.31, floor 1e-15`
pub fn describe_margin(margin: f64, floor: f64) -> String {
    if margin.is_nan() { "no margin".to_owned() } else { format!("margin {}, floor {}", short(margin), short(floor)) }
}

/// Text of a claim file for a terminal: without what could steer it or reorder what is read.
pub fn plain(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if steers(c) && c != '\n' { '?' } else { c }).collect()
}

/// [`plain`] text on one line: a break is shown as `\n`, so that nothing in it begins a line, a workflow command say.
pub fn on_one_line(text: &str) -> String {
    plain(text).replace('\n', "\\n")
}
