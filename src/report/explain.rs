//! A claim as mathematics, with the evidence of a run: what a person reads after `theoremcheck explain`; and its statement alone, section
//! by section, for the other reports.
//!
//! The statement stands there twice on purpose: as the paper prints it, and as it is checked.

use super::chance;
use super::closest::{
    Closest, describe_findings, describe_fit, describe_hunt, describe_line, describe_verdict, nearest_is_hunted,
};
use super::constant;
use super::experiment;
use super::number::{grouped, short};
use super::paint::Paint;
use super::run_report::Setup;
use super::terminal::{describe_counts, describe_rejections, describe_strata, describe_unit, on_one_line, plain};
use crate::claim::experiment::{Experiment, Measure, Plot, Points, Taken};
use crate::claim::model::{Claim, Constant, Flow, Named, Paper, Probability, ProbabilityBound, Trajectory};
use crate::engine::outcome::ClaimResult;
use crate::lang::ast::{Expr, ExprKind, Given, Looks, Schedule, Slope, SlopeBound, Sweep, SweepScale};
use crate::lang::need::Seek;
use crate::lang::print::{Style, given_tex_with, given_unicode_with, tex_with, unicode_with};
use crate::lang::span::Span;
use dashu_ratio::RBig;

pub struct Explained<'a> {
    pub claim: &'a Claim,
    pub paper: Option<&'a Paper>,
    /// What a run found out, if there was one.
    pub result: Option<&'a ClaimResult>,
    pub setup: &'a Setup,
    pub notation: Notation,
    /// What the printers cannot see.
    pub style: Style<'a>,
    pub paint: Paint,
}

/// How mathematics is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    Unicode,
    Tex,
    /// TeX between dollar signs, in lines that are prose otherwise: what a program can typeset.
    Marked,
}

/// Longer fractions are no easier to read than three digits.
const LONGEST_FRACTION: usize = 4;

/// `1/10`, `3.16`, `1e-8`
fn swept_value(value: &RBig) -> String {
    let fraction = value.to_string();
    if fraction.len() <= LONGEST_FRACTION { fraction } else { short(value.to_f64().value()) }
}

/// Some lines under a heading.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Section {
    pub title: &'static str,
    pub lines: Vec<String>,
}

/// A line that is no workflow command to a code host, which takes those that begin with two colons.
fn no_command(line: String) -> String {
    if line.trim_start().starts_with("::") { format!("\\{line}") } else { line }
}

impl Explained<'_> {
    pub fn render(&self) -> String {
        let claim = self.claim;
        let mut out = format!("{}  {}\n", self.paint.bold(&claim.id.0), on_one_line(&claim.at));
        out += &format!("{}\n", no_command(on_one_line(&claim.title)));
        if let Some(paper) = self.paper {
            let year = (!paper.venue_has_year()).then(|| paper.year.to_string());
            let appeared: Vec<String> = paper.venue.iter().map(|venue| on_one_line(venue)).chain(year).collect();
            let paper = format!(
                "{}: {} ({})",
                on_one_line(&paper.authors.join(", ")),
                on_one_line(&paper.title),
                appeared.join(", ")
            );
            out += &format!("{}\n", self.paint.dim(&no_command(paper)));
        }
        let mut sections = Vec::new();
        if let Some(tex) = &claim.tex {
            self.section(&mut sections, "as printed", plain(tex.trim()).lines().map(str::to_owned));
        }
        sections.extend(self.statement());
        if let Some(result) = self.result {
            self.section(&mut sections, "evidence", self.evidence(result).into_iter());
        }
        if let Some(notes) = &claim.notes {
            self.section(&mut sections, "notes", plain(notes.trim()).lines().map(str::to_owned));
        }
        let uses = claim.uses.iter().map(|id| format!("uses {id}"));
        let corrected = claim.corrected.iter().map(|id| format!("corrected by {id}"));
        let corrects = claim.corrects.iter().map(|id| format!("corrects {id}"));
        self.section(&mut sections, "see also", uses.chain(corrected).chain(corrects).map(|line| plain(&line)));
        for Section { title, lines } in sections {
            out += &format!("\n{}\n", self.paint.bold(title));
            for line in lines {
                out += &format!("  {line}\n");
            }
        }
        out
    }

    /// What is checked: from the givens to the conclusions.
    pub fn statement(&self) -> Vec<Section> {
        let claim = self.claim;
        let mut out = Vec::new();
        self.section(&mut out, "given", claim.givens.iter().map(|given| self.given(given)));
        self.section(&mut out, "where", claim.lets.iter().map(|entry| self.equation(entry)));
        self.section(&mut out, "assuming", claim.assume.iter().map(|entry| self.named(entry)));
        if let Some(probability) = claim.probability.as_ref().filter(|_| claim.constant.is_none()) {
            self.section(
                &mut out,
                "drawn anew in each trial",
                probability.random.iter().map(|entry| self.given(entry)),
            );
            self.section(&mut out, "where, in a trial", probability.lets.iter().map(|entry| self.equation(entry)));
        }
        if let Some(trajectory) = &claim.trajectory {
            self.trajectory(&mut out, trajectory);
        }
        if let Some(flow) = &claim.flow {
            self.flow(&mut out, flow);
        }
        if claim.constant.is_none() {
            self.section(&mut out, "claimed", claim.claim.iter().map(|entry| self.named(entry)));
        }
        if let Some(scaling) = &claim.scaling {
            let (left, right) = &scaling.fit.value;
            let Slope { bound, value, within } = &scaling.slope.value;
            let fit = format!("{} against {}", self.expr(left), self.expr(right));
            let bound = match bound {
                SlopeBound::AtLeast => self.pick("≥", r"\ge"),
                SlopeBound::AtMost => self.pick("≤", r"\le"),
                SlopeBound::About => self.pick("≈", r"\approx"),
            };
            let sweep = scaling.sweep.iter().map(|swept| self.spread(&swept.name, &swept.value));
            let from = scaling.from.iter().map(|from| format!("where {}", self.expr(&from.value)));
            let within = within.as_ref().map(|within| format!(", within {}", self.expr(within))).unwrap_or_default();
            let slope = format!("{}: slope of {fit} {bound} {}{within}", scaling.slope.name, self.expr(value));
            let runs = (scaling.runs > 1).then(|| format!("{} runs of each point", grouped(scaling.runs)));
            self.section(&mut out, "claimed of a fitted slope", sweep.chain(from).chain(runs).chain([slope]));
        }
        if let Some(constant) = &claim.constant {
            self.constant(&mut out, claim, constant);
        } else if let Some(probability) = &claim.probability {
            let when = if claim.trajectory.is_some() {
                "claimed of the probability at the end"
            } else {
                "claimed of a probability"
            };
            self.section(&mut out, when, std::iter::once(self.probability(probability)));
        }
        if let Some(experiment) = &claim.experiment {
            self.experiment(&mut out, experiment);
        }
        let units = claim.units.all.iter().map(|unit| self.expr(&unit.value));
        // The margin of a constant is the constant.
        let each = claim
            .units
            .each
            .iter()
            .filter(|_| claim.constant.is_none())
            .map(|unit| format!("{}: {}", unit.name, self.expr(&unit.value)));
        self.section(&mut out, "margins in units of", units.chain(each));
        out
    }

    fn constant(&self, out: &mut Vec<Section>, claim: &Claim, constant: &Constant) {
        let name = self.name(&constant.name);
        let seek = match constant.seek {
            Seek::Least => format!("{name}: the least constant with"),
            Seek::Greatest => format!("{name}: the greatest constant with"),
        };
        let moves = claim.trajectory.is_some() || claim.flow.is_some();
        let when = match (&*constant.statement.name, moves) {
            ("always", _) => ", at all times",
            (_, true) => ", at the end",
            _ => "",
        };
        let statement = format!("{}{when}", self.expr(&constant.statement.value));
        let lets = constant.lets.iter().map(|entry| format!("where {}", self.equation(entry)));
        let random =
            claim.probability.iter().flat_map(|p| p.random.iter().map(|r| format!("random: {}", self.given(r))));
        let bound = claim
            .probability
            .iter()
            .map(|p| format!("with probability {} {}", self.pick("≥", r"\ge"), self.expr(&p.bound.value)));
        let sweep = constant.sweep.iter().map(|swept| {
            let values: Vec<String> = swept.value.values.iter().map(swept_value).collect();
            format!("whatever {} is: {}", self.name(&swept.name), values.join(", "))
        });
        let unbounded =
            constant.unbounded.iter().map(|given| format!("{} may be any positive number", self.name(given)));
        let all = std::iter::once(seek)
            .chain([statement])
            .chain(lets)
            .chain(random)
            .chain(bound)
            .chain(sweep)
            .chain(unbounded);
        self.section(out, "claimed of a constant", all);
    }

    fn experiment(&self, out: &mut Vec<Section>, experiment: &Experiment) {
        let sweep = experiment.sweep.iter().map(|swept| match &swept.value {
            Points::Spread(sweep) => self.spread(&swept.name, sweep),
            Points::Values(values) => {
                let values: Vec<String> = values.iter().map(|value| self.expr(&value.value)).collect();
                format!("{} at {}", self.name(&swept.name), values.join(", "))
            }
        });
        let runs = (experiment.runs > 1).then(|| format!("{} runs of each point", grouped(experiment.runs)));
        self.section(out, "swept", sweep.chain(runs));
        let number = |number: &Named<Measure>| {
            let Measure { of, taken, over_runs, computed } = &number.value;
            let of = self.expr(&of.value);
            let what = match taken {
                Taken::End => format!("{of} at the end"),
                Taken::From(at) => format!("{of} at the first look from {} on", self.expr(&at.value)),
                Taken::Least => format!("the least {of}"),
                Taken::Greatest => format!("the greatest {of}"),
                Taken::LeastAt => format!("where {of} is least"),
                Taken::GreatestAt => format!("where {of} is greatest"),
            };
            let over = if experiment.runs > 1 { format!(", {} of the runs", over_runs.name()) } else { String::new() };
            let computed = if *computed { ", as computed" } else { "" };
            format!("{} = {what}{over}{computed}", self.name(&number.name))
        };
        self.section(out, "taken of each run", experiment.numbers.iter().map(number));
        let plot = |plot: &Named<Plot>| {
            let Plot { over, x, y, .. } = &plot.value;
            let y: Vec<String> = y.iter().map(|(_, y)| self.expr(&y.value)).collect();
            let x = match (x, over) {
                (Some(x), _) => self.expr(&x.value),
                (None, Some(over)) => self.name(&over.value),
                (None, None) => "t".to_owned(),
            };
            format!("{}: {} against {x}", plot.name, y.join(", "))
        };
        self.section(out, "drawn", experiment.plots.iter().map(plot));
        self.section(out, "read", experiment.readings.iter().map(|reading| self.named(reading)));
    }

    /// `T at 11 values from 5 to 10, evenly spread`
    fn spread(&self, given: &str, sweep: &Sweep) -> String {
        let Sweep { scale, lo, hi, count, .. } = sweep;
        let how = match scale {
            SweepScale::Log => "evenly spread in the logarithm",
            SweepScale::Linear => "evenly spread",
            SweepScale::Int => "evenly spread, rounded to integers",
        };
        let (lo, hi) = (self.expr(lo), self.expr(hi));
        format!("{} at {} values from {lo} to {hi}, {how}", self.name(given), grouped(*count))
    }

    fn probability(&self, probability: &Probability) -> String {
        let (event, bound) = (self.expr(&probability.event.value), self.expr(&probability.bound.value));
        let side = match probability.side {
            ProbabilityBound::AtLeast => self.pick("≥", r"\ge"),
            ProbabilityBound::AtMost => self.pick("≤", r"\le"),
        };
        let (open, close) = (self.pick("P[", r"\Pr\left["), self.pick("]", r"\right]"));
        let of = format!("{open}{event}{close}");
        format!("{}: {of} {side} {bound}", probability.bound.name)
    }

    fn section(&self, out: &mut Vec<Section>, title: &'static str, lines: impl Iterator<Item = String>) {
        let lines: Vec<String> = match self.notation {
            Notation::Marked => lines.map(|line| joined(&line)).collect(),
            Notation::Unicode | Notation::Tex => lines.collect(),
        };
        if !lines.is_empty() {
            out.push(Section { title, lines });
        }
    }

    /// Predicates of a path; the room of a constant is no statement that anybody made.
    fn unless_sought<'a>(&self, entries: &'a [Named<Expr>]) -> impl Iterator<Item = &'a Named<Expr>> + use<'a> {
        let shown: &[Named<Expr>] = if self.claim.constant.is_some() { &[] } else { entries };
        shown.iter()
    }

    fn trajectory(&self, out: &mut Vec<Section>, trajectory: &Trajectory) {
        let assign =
            |sign: &str, entry: &Named<Expr>| format!("{} {sign} {}", self.name(&entry.name), self.expr(&entry.value));
        let start = trajectory.state.iter().map(|entry| assign("=", entry));
        self.section(out, "starting from", start);
        let arrow = self.pick("←", r"\leftarrow");
        let step = trajectory.step.iter().map(|entry| assign(&arrow, entry));
        let steps = format!("{} steps", self.expr(&trajectory.steps.value));
        let until = trajectory.until.iter().map(|until| format!("until {}", self.expr(&until.value)));
        let at = trajectory.at.iter().map(|at| match at.value {
            Schedule::Every(n) => format!("looked at every {n} steps"),
            Schedule::Log(n) => format!("looked at about {n} times, evenly in log t"),
        });
        self.section(out, "in each step", step.chain([steps]).chain(until).chain(at));
        self.section(out, "where, at step t", trajectory.lets.iter().map(|entry| self.equation(entry)));
        self.section(out, "assuming, at every step", trajectory.assume.iter().map(|entry| self.named(entry)));
        let first = trajectory.first.iter();
        let first = first.map(|entry| format!("{} = first t with {}", self.name(&entry.name), self.expr(&entry.value)));
        self.section(out, "with", first);
        self.section(
            out,
            "claimed at every step",
            self.unless_sought(&trajectory.always).map(|entry| self.named(entry)),
        );
        self.section(out, "claimed at the end", self.unless_sought(&trajectory.finally).map(|entry| self.named(entry)));
    }

    fn flow(&self, out: &mut Vec<Section>, flow: &Flow) {
        let assign =
            |sign: &str, entry: &Named<Expr>| format!("{} {sign} {}", self.name(&entry.name), self.expr(&entry.value));
        self.section(out, "starting from", flow.state.iter().map(|entry| assign("=", entry)));
        let rate = flow.rate.iter().map(|entry| {
            let (name, value) = (self.raw_name(&entry.name), self.expr(&entry.value));
            let rate = match self.notation {
                Notation::Unicode => format!("d{name}/dt"),
                Notation::Tex | Notation::Marked => self.marked(format!("\\dot{{{name}}}")),
            };
            format!("{rate} = {value}")
        });
        let end = format!("over 0 {} t {0} {}", self.pick("≤", r"\le"), self.expr(&flow.end.value));
        let until = flow.until.iter().map(|until| format!("until {}", self.expr(&until.value)));
        self.section(out, "flowing by", rate.chain([end]).chain(until).chain([looked_at(flow.looks())]));
        self.section(out, "where, at time t", flow.lets.iter().map(|entry| self.equation(entry)));
        self.section(out, "assuming, at every time", flow.assume.iter().map(|entry| self.named(entry)));
        let first = flow.first.iter();
        let first = first.map(|entry| format!("{} = first t with {}", self.name(&entry.name), self.expr(&entry.value)));
        self.section(out, "with", first);
        self.section(out, "claimed at every time", self.unless_sought(&flow.always).map(|entry| self.named(entry)));
        self.section(out, "claimed at the end", self.unless_sought(&flow.finally).map(|entry| self.named(entry)));
    }

    fn evidence(&self, result: &ClaimResult) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(failure) = &result.failure {
            lines.push(failure.reason());
        }
        for predicate in &result.predicates {
            let reason = match (&result.failure, &predicate.judgement.reason) {
                (None, Some(reason)) => format!(": {reason}"),
                _ => String::new(),
            };
            let verdict = self.paint.verdict(predicate.judgement.verdict, &describe_verdict(predicate));
            lines.push(format!("{}: {verdict}{reason}", predicate.info.name));
            let mut read = result.figure.iter().flat_map(|figure| &figure.readings);
            if let Some(read) = read.find(|read| read.name == predicate.info.name) {
                lines.push(format!("  {}", experiment::reading(read)));
            }
            if predicate.counts.is_some() {
                lines.push(format!("  {}", describe_counts(predicate)));
            }
            if let Some(closest) = Closest::of_predicate(predicate) {
                lines.push(format!("  {}, {}", closest.describe(&predicate.info), describe_unit(predicate)));
                lines.push(format!("  {}", self.setup.replay_line(&result.id, closest.extreme().case)));
            }
            lines.extend(describe_hunt(predicate).iter().map(|line| format!("  {line}")));
            // A constant's hunt goes on from value to value, which no replay does.
            if result.constant.is_none() && nearest_is_hunted(predicate) {
                let line = self.setup.hunted_line(&result.id, &predicate.info.name);
                lines.extend(line.map(|line| format!("  {line}")));
            }
            lines.extend(describe_findings(predicate).iter().map(|line| format!("  {line}")));
            if let Some(refutation) = &predicate.evidence.refutation {
                lines.extend(result.values(refutation).map(|line| format!("  {line}")));
            }
        }
        if let Some(sought) = &result.constant {
            lines.extend(constant::lines(result.constant_name(), sought, result.verdict));
        }
        if let Some(chance) = &result.chance {
            lines.extend(chance::lines(chance));
            lines.extend(chance::case(result).map(|case| self.setup.replay_line(&result.id, case)));
        }
        if let Some(figure) = &result.figure {
            lines.push(experiment::describe(figure));
            lines.extend(experiment::lines(figure).iter().map(|line| format!("  {line}")));
        }
        if let Some(fit) = &result.fit {
            lines.push(describe_fit(fit));
            lines.extend(describe_line(fit).iter().map(|line| format!("  {line}")));
        }
        if result.tally.cases > 0 {
            let (met, cases) = (grouped(result.tally.met), grouped(result.tally.cases));
            lines.push(format!("{met} of {cases} cases met the hypotheses: {}", describe_strata(result)));
            if result.tally.scaled > 0 {
                let scaled = grouped(result.tally.scaled);
                lines.push(format!(
                    "{scaled} of them leave the range of f64, and were run with exponents that have no bound"
                ));
            }
        }
        if let Some(rejections) = describe_rejections(result) {
            lines.push(format!("rejected: {rejections}"));
        }
        lines
    }

    fn pick(&self, unicode: &str, tex: &str) -> String {
        match self.notation {
            Notation::Unicode => unicode.to_owned(),
            Notation::Tex | Notation::Marked => self.marked(tex.to_owned()),
        }
    }

    /// TeX, as it stands in a line.
    fn marked(&self, tex: String) -> String {
        if self.notation == Notation::Marked { format!("${tex}$") } else { tex }
    }

    fn expr(&self, e: &Expr) -> String {
        match self.notation {
            Notation::Unicode => unicode_with(e, &self.style),
            Notation::Tex | Notation::Marked => self.marked(tex_with(e, &self.style)),
        }
    }

    fn name(&self, name: &str) -> String {
        self.expr(&Expr::new(ExprKind::Name(name.to_owned()), Span::default()))
    }

    /// A name that a command will be put around.
    fn raw_name(&self, name: &str) -> String {
        self.name(name).trim_matches('$').to_owned()
    }

    fn given(&self, given: &Named<Given>) -> String {
        match self.notation {
            Notation::Unicode => given_unicode_with(&given.name, &given.value, &self.style),
            Notation::Tex | Notation::Marked => self.marked(given_tex_with(&given.name, &given.value, &self.style)),
        }
    }

    fn equation(&self, entry: &Named<Expr>) -> String {
        format!("{} = {}", self.name(&entry.name), self.expr(&entry.value))
    }

    fn named(&self, entry: &Named<Expr>) -> String {
        format!("{}: {}", entry.name, self.expr(&entry.value))
    }
}

/// At which times a flow is looked at.
fn looked_at(looks: Looks) -> String {
    match looks {
        Looks::Even(1) => "looked at 0 and at the end".to_owned(),
        Looks::Even(n) => format!("looked at 0 and at the ends of {n} equal intervals"),
        Looks::Log(n) => format!("looked at 0 and at {n} times, evenly in log t"),
    }
}

/// The same of the line of a report.
pub fn looks_of(line: &str) -> Option<Looks> {
    let count = line.split(' ').find_map(|word| word.parse().ok().filter(|n| *n > 0)).unwrap_or(1);
    [Looks::Even(count), Looks::Log(count)].into_iter().find(|looks| looked_at(*looks) == line)
}

/// Neighbours that make one formula: `$S$ = $T$` is `$S = T$`.
fn joined(line: &str) -> String {
    let signs = [("$ = $", " = "), ("$ $", " "), ("$$", "")];
    signs.iter().fold(line.to_owned(), |line, (apart, together)| line.replace(apart, together))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swept_value_is_as_short_as_it_reads_well() {
        let shown = |over: i64, under: u64| swept_value(&RBig::from_parts(over.into(), under.into()));
        let all = [shown(1, 10), shown(79, 25), shown(1, 100_000_000), shown(10_000, 1), shown(1, 3)];
        assert_eq!(all, ["1/10", "3.16", "1e-8", "10000", "1/3"]);
    }

    #[test]
    fn the_times_of_a_flow_are_read_off_their_line() {
        for looks in [Looks::Even(1), Looks::Even(64), Looks::Log(1), Looks::Log(200)] {
            assert_eq!(looks_of(&looked_at(looks)), Some(looks));
        }
        assert_eq!(looks_of("over 0 $\\le$ t $\\le T$"), None);
    }

    #[test]
    fn neighbours_make_one_formula() {
        assert_eq!(joined("root: $S$ = $T$"), "root: $S = T$");
        assert_eq!(joined("$a$ $\\le$ $b$, of $c$"), "$a \\le b$, of $c$");
        assert_eq!(joined("p: $\\Pr\\left[$$x > 0$$\\right]$ $\\ge$ $1/2$"), "p: $\\Pr\\left[x > 0\\right] \\ge 1/2$");
    }
}
