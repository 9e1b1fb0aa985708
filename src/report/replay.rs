//! One case, every value: what a person reads after `theoremcheck replay`.
//!
//! A real is printed with the digits that give its bits back; matrices in columns, to six digits, or as bits where they are to
//! be compared to the last one.

use super::closest::moment;
use super::number::short;
use super::paint::Paint;
use super::terminal::{describe_margin, on_one_line};
use crate::check::record::{Fate, Hypotheses, Look};
use crate::check::{PredicateInfo, Replay, Value};
use crate::claim::model::{Claim, Probability, ProbabilityBound};

/// More rows or columns than this are not readable; bits are shown of all.
const MOST_SHOWN: usize = 12;

#[derive(Debug)]
pub struct Shown<'a> {
    pub claim: &'a Claim,
    /// Which case it is, in words.
    pub label: String,
    pub replay: &'a Replay,
    pub predicates: &'a [PredicateInfo],
    pub givens: &'a [String],
    pub assumes: &'a [String],
    /// Show bits too.
    pub bits: bool,
    pub paint: Paint,
}

impl Shown<'_> {
    pub fn render(&self) -> String {
        let (claim, replay, paint) = (self.claim, self.replay, self.paint);
        let mut out =
            format!("{}  {}: {}\n", paint.bold(&claim.id.0), on_one_line(&claim.at), on_one_line(&claim.title));
        out += &format!("{}\n", self.label);
        out += &format!("hypotheses: {}\n\n", self.hypotheses());
        for (name, value) in &replay.ints {
            out += &format!("{name} = {value}\n");
        }
        // Integers that are dimensions are values too.
        let integer = |name: &str| replay.ints.iter().any(|(int, _)| int == name);
        for (name, value) in replay.values.iter().filter(|(name, _)| !integer(name)) {
            out += &self.value(name, value);
        }
        if !replay.looks.is_empty() {
            out.push('\n');
        }
        // Of a constant the room is what is looked at, whether or not something is random.
        let probability = claim.probability.as_ref().filter(|_| claim.constant.is_none());
        for (predicate, look) in self.predicates.iter().zip(&replay.looks) {
            out += &match probability {
                Some(probability) => self.trial(probability, predicate, look),
                None => self.look(predicate, look),
            };
        }
        out
    }

    fn hypotheses(&self) -> String {
        let name = |names: &[String], i: usize| names.get(i).cloned().unwrap_or_else(|| format!("number {}", i + 1));
        match self.replay.hypotheses {
            Hypotheses::Met => self.paint.good("met"),
            Hypotheses::EmptyGiven(i) => format!("not met: there is no such {}", name(self.givens, i)),
            Hypotheses::GivenOutOfRange(i) => format!("not met: {} is beyond f64", name(self.givens, i)),
            Hypotheses::Failed(i) => format!("not met: {} is false", name(self.assumes, i)),
            Hypotheses::Undecided(i) => format!("not met: {} is undecided in f64", name(self.assumes, i)),
            Hypotheses::Undefined(i) => format!("not met: {} is undefined", name(self.assumes, i)),
        }
    }

    fn value(&self, name: &str, value: &Value) -> String {
        match value {
            Value::Bool(Some(truth)) => format!("{name} = {truth}\n"),
            Value::Bool(None) => format!("{name} is undecided or undefined\n"),
            Value::Int(value) => format!("{name} = {value}\n"),
            Value::Real { value, error } => {
                format!("{name} = {value:?}{}{}\n", self.bits_of(*value), self.paint.dim(&bound(*error)))
            }
            Value::Matrix { value, error } => {
                let (rows, cols) = value.shape();
                // nalgebra keeps columns; a person reads rows.
                let entries = value.transpose();
                let mut out = format!("{name} = {rows}×{cols} matrix{}\n", self.paint.dim(&bound(*error)));
                out += &matrix(rows, cols, entries.as_slice());
                if self.bits {
                    out += &matrix_bits(cols, entries.as_slice());
                }
                out
            }
        }
    }

    fn bits_of(&self, value: f64) -> String {
        if self.bits { format!("  {:#018x}", value.to_bits()) } else { String::new() }
    }

    fn look(&self, predicate: &PredicateInfo, look: &Look) -> String {
        let fate = match look.fate {
            Fate::Held => self.paint.good("holds"),
            Fate::Violated => self.paint.bad("violated"),
            Fate::WithinFloor if predicate.identity => self.paint.good("agrees to rounding"),
            Fate::WithinFloor => "undecided: within the rounding floor".to_owned(),
            Fate::OutOfRange => "undecided: beyond f64".to_owned(),
            Fate::Unplaced => "undecided: whether the case is in its branch".to_owned(),
            Fate::Undefined => "undefined".to_owned(),
            Fate::OutOfBranch => "not asked: the case is out of its branch".to_owned(),
        };
        let step = look.at.map(|at| format!(" at {}", moment(predicate.looks, at))).unwrap_or_default();
        let margin = self.margin(look).map(|margin| format!(", {margin}")).unwrap_or_default();
        format!("{}: {fate}{step}{margin}\n", predicate.name)
    }

    fn margin(&self, look: &Look) -> Option<String> {
        match look.fate {
            Fate::Held | Fate::Violated | Fate::WithinFloor => {
                Some(format!("{}{}", describe_margin(look.margin, look.floor), self.bits_of(look.margin)))
            }
            Fate::OutOfRange | Fate::Unplaced | Fate::Undefined | Fate::OutOfBranch => None,
        }
    }

    /// What is looked at in a trial is the event; what is claimed is its probability.
    fn trial(&self, probability: &Probability, predicate: &PredicateInfo, look: &Look) -> String {
        let at_least = probability.side == ProbabilityBound::AtLeast;
        let (event, side) = match look.fate {
            Fate::Held => ("happens", Some(at_least)),
            Fate::Violated => ("does not happen", Some(!at_least)),
            Fate::WithinFloor => ("undecided: within the rounding floor", None),
            Fate::OutOfRange => ("undecided: beyond f64", None),
            Fate::Unplaced => ("undecided: whether the case is in its branch", None),
            Fate::Undefined => ("undefined", None),
            Fate::OutOfBranch => ("not asked: the case is out of its branch", None),
        };
        let step = look.at.map(|at| format!(" at {}", moment(predicate.looks, at))).unwrap_or_default();
        let margin = self.margin(look).map(|margin| format!("; of the event: {margin}")).unwrap_or_default();
        let says = match side {
            Some(true) => self.paint.good("a trial for"),
            Some(false) => self.paint.bad("a trial against"),
            None => "a trial that tells nothing of".to_owned(),
        };
        let sign = if at_least { ">=" } else { "<=" };
        let bound = on_one_line(&probability.bound.text);
        format!("event: {event}{step}{margin}\n{}: {says} P[event] {sign} {bound}\n", predicate.name)
    }
}

fn bound(error: f64) -> String {
    if error == 0.0 || error.is_nan() { String::new() } else { format!("  ± {}", short(error)) }
}

/// Rows in aligned columns; the middle of a large matrix is left out.
fn matrix(rows: usize, cols: usize, entries: &[f64]) -> String {
    if rows == 0 || cols == 0 {
        return String::new();
    }
    let shown: Vec<Vec<String>> = entries
        .chunks(cols)
        .take(rows.min(MOST_SHOWN))
        .map(|row| row.iter().take(MOST_SHOWN).map(|entry| digits(*entry)).collect())
        .collect();
    let width = |j: usize| shown.iter().filter_map(|row| row.get(j)).map(|entry| entry.chars().count()).max();
    let mut out = String::new();
    for row in &shown {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(j, entry)| format!("{entry:>width$}", width = width(j).unwrap_or(0)))
            .collect();
        let more = if cols > MOST_SHOWN { "  …" } else { "" };
        out += &format!("    {}{more}\n", cells.join("  "));
    }
    if rows > MOST_SHOWN {
        out += "    …\n";
    }
    out
}

fn matrix_bits(cols: usize, entries: &[f64]) -> String {
    if cols == 0 {
        return String::new();
    }
    let rows = entries.chunks(cols).map(|row| {
        let cells: Vec<String> = row.iter().map(|entry| format!("{:#018x}", entry.to_bits())).collect();
        format!("    {}\n", cells.join(" "))
    });
    rows.collect()
}

/// Six significant digits, or as few as say it exactly.
fn digits(value: f64) -> String {
    let exact = format!("{value:?}");
    let exact = exact.strip_suffix(".0").unwrap_or(&exact);
    if exact.len() <= 8 || !value.is_finite() {
        return exact.to_owned();
    }
    let scientific = format!("{value:.5e}");
    match scientific.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok()) {
        Some(exponent @ -4..=6) => {
            let decimals = usize::try_from(5 - exponent).unwrap_or(0);
            format!("{value:.decimals$}")
        }
        _ => scientific,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Premise;
    use crate::check::record::Stratum;
    use crate::claim::load::load;
    use crate::claim::model::ClaimId;
    use nalgebra::DMatrix;
    use std::path::Path;

    fn info(name: &str) -> PredicateInfo {
        let (name, unit) = (name.to_owned(), "1".to_owned());
        PredicateInfo { name, identity: false, unit, looks: None, premise: Premise::None }
    }

    fn shown(bits: bool) -> String {
        let text =
            "title = \"T\\u001b[31m\"\nat = \"Lemma 1\"\n[given]\nx = \"real in [0, 1]\"\n[claim]\nc = \"x >= 0\"\n";
        let claim = load(text, Path::new("p/c.toml"), ClaimId("p/c".to_owned()), &|_| None).unwrap();
        let third = 1.0 / 3.0;
        let replay = Replay {
            stratum: Stratum::AntiAligned,
            hypotheses: Hypotheses::Met,
            ints: vec![("d".to_owned(), 2)],
            values: vec![
                ("d".to_owned(), Value::Int(2)),
                ("x".to_owned(), Value::Real { value: third, error: 1e-16 }),
                (
                    "A".to_owned(),
                    Value::Matrix { value: DMatrix::from_row_slice(2, 2, &[1.0, -third, 1e-300, 1234.5]), error: 0.0 },
                ),
                ("E".to_owned(), Value::Matrix { value: DMatrix::zeros(0, 2), error: 0.0 }),
                ("small".to_owned(), Value::Bool(None)),
            ],
            looks: vec![Look { fate: Fate::Violated, margin: -0.25, floor: 1e-15, at: Some(7), cut: false }],
        };
        let predicates = [info("c")];
        let (claim, paint) = (&claim, Paint::OFF);
        let (givens, assumes) = (&["x".to_owned()][..], &[][..]);
        Shown {
            claim,
            label: "case 12, seed 1, stratum anti-aligned".to_owned(),
            replay: &replay,
            predicates: &predicates,
            givens,
            assumes,
            bits,
            paint,
        }
        .render()
    }

    #[test]
    fn a_replay_shows_every_value() {
        insta::assert_snapshot!(shown(false), @r"
        p/c  Lemma 1: T?[31m
        case 12, seed 1, stratum anti-aligned
        hypotheses: met

        d = 2
        x = 0.3333333333333333  ± 1e-16
        A = 2×2 matrix
                 1  -0.333333
            1e-300     1234.5
        E = 0×2 matrix
        small is undecided or undefined

        c: violated at step 7, margin -0.25, floor 1e-15
        ");
    }

    /// What a trial of a probability says below its values.
    fn trial(side: &str, fate: Fate) -> String {
        let text = format!(
            "title = \"T\"\nat = \"Lemma 1\"\n[given]\nx = \"real in [0, 1]\"\n[probability]\n\
             random = {{ g = \"gaussian(1, 1)\" }}\nevent = \"norm(g) >= x\"\n{side} = \"x/10\"\n"
        );
        let claim = load(&text, Path::new("p/c.toml"), ClaimId("p/c".to_owned()), &|_| None).unwrap();
        let replay = Replay {
            stratum: Stratum::Plain,
            hypotheses: Hypotheses::Met,
            ints: Vec::new(),
            values: Vec::new(),
            looks: vec![Look { fate, margin: 0.5, floor: 1e-15, at: None, cut: false }],
        };
        let predicates = [info(side)];
        let (label, givens, assumes) = ("case 1".to_owned(), &[][..], &[][..]);
        let (claim, replay, predicates) = (&claim, &replay, &predicates[..]);
        let shown = Shown { claim, label, replay, predicates, givens, assumes, bits: false, paint: Paint::OFF };
        let text = shown.render();
        text.split_once("\n\n").map(|(_, rest)| rest.trim_start().to_owned()).unwrap_or_default()
    }

    #[test]
    fn a_trial_says_whether_the_event_happens_and_for_which_side_that_speaks() {
        let happens = "event: happens; of the event: margin 0.5, floor 1e-15\n";
        let not = "event: does not happen; of the event: margin 0.5, floor 1e-15\n";
        for (side, fate, wanted) in [
            ("at_most", Fate::Held, format!("{happens}at_most: a trial against P[event] <= x/10\n")),
            ("at_most", Fate::Violated, format!("{not}at_most: a trial for P[event] <= x/10\n")),
            ("at_least", Fate::Held, format!("{happens}at_least: a trial for P[event] >= x/10\n")),
            ("at_least", Fate::Violated, format!("{not}at_least: a trial against P[event] >= x/10\n")),
            (
                "at_least",
                Fate::Undefined,
                "event: undefined\nat_least: a trial that tells nothing of P[event] >= x/10\n".to_owned(),
            ),
        ] {
            assert_eq!(trial(side, fate), wanted);
        }
    }

    #[test]
    fn bits_are_shown_where_they_are_asked_for() {
        let text = shown(true);
        for bits in ["0x3fd5555555555555", "0x3ff0000000000000 0xbfd5555555555555", "0xbfd0000000000000"] {
            assert!(text.contains(bits), "{text}");
        }
    }

    #[test]
    fn a_large_matrix_is_cut_for_reading() {
        let text = matrix(20, 30, &[0.5; 600]);
        assert_eq!(text.lines().count(), MOST_SHOWN + 1);
        assert!(text.lines().all(|line| line.ends_with('…')));
    }
}
