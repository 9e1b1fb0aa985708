//! What became of the mutants of a claim, and what that says of the claim and of its checker.
//!
//! A mutant that asks less than the claim survives whenever the claim does, and counts for nothing. One that asks more, or
//! something else, and survives is worth saying: what was changed may not be needed, or nothing would have shown that it is. The two are told
//! apart by the constants: those moved past the measured looseness must be refuted by a checker that has power.

use super::mutant::{Kind, Mutant, Mutants, Options, Strength};
use crate::claim::model::Claim;

/// What a hunt made of one mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MutantOutcome {
    /// A certified counterexample, in a line.
    Refuted { witness: String },
    /// The closest approach, in a few words (`margin 0.03`).
    Survived { closest: String },
    /// Violated in `f64`, and not decided.
    Suspect { closest: String },
    /// Hardly any case met its hypotheses.
    Vacuous { reason: String },
    /// It is no claim that can be checked.
    Malformed { reason: String },
    /// Not run: the budget ended, or the kind of statement is not hunted.
    NotRun { reason: String },
}

/// A mutant and its outcome.
#[derive(Clone, Debug)]
pub struct Row {
    pub kind: Kind,
    pub strength: Strength,
    pub entry: String,
    /// From 1.
    pub line: usize,
    pub column: usize,
    pub was: String,
    pub is: String,
    pub outcome: MutantOutcome,
}

/// What the outcomes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// A claim that asks more was not refuted: this may not be needed (the row).
    NotNeeded { row: usize },
    /// The claim is loose: constants survive as they were scaled and are refuted past the looseness (the predicates' factor).
    Loose { factor: String },
    /// Nothing that should have been refuted was.
    NoPower { reason: String },
}

/// The power of a claim's check.
#[derive(Clone, Debug)]
pub struct Power {
    pub claim: String,
    pub rows: Vec<Row>,
    /// Mutants beyond the limit.
    pub left_out: usize,
    pub conclusions: Vec<Conclusion>,
}

impl Row {
    fn new(mutant: &Mutant, outcome: MutantOutcome) -> Self {
        let (line, column) = mutant.place.line_column();
        let Mutant { kind, strength, entry, was, is, .. } = mutant.clone();
        Self { kind, strength, entry, line, column, was, is, outcome }
    }

    pub fn is_refuted(&self) -> bool {
        matches!(self.outcome, MutantOutcome::Refuted { .. })
    }

    pub fn survived(&self) -> bool {
        matches!(self.outcome, MutantOutcome::Survived { .. })
    }

    /// Whether refuting it would say something of the check.
    fn counts(&self) -> bool {
        self.strength != Strength::Weaker
    }

    fn is_constant(&self) -> bool {
        matches!(self.kind, Kind::Constant | Kind::PastLooseness)
    }
}

impl Power {
    /// The table and its conclusions. A mutant without an outcome was not run.
    pub fn new(claim: &Claim, options: &Options, all: &Mutants, outcomes: Vec<MutantOutcome>) -> Self {
        let missing = std::iter::repeat_with(|| MutantOutcome::NotRun { reason: "the budget ended".to_owned() });
        let outcomes = outcomes.into_iter().chain(missing);
        let rows: Vec<Row> =
            all.mutants.iter().zip(outcomes).map(|(mutant, outcome)| Row::new(mutant, outcome)).collect();
        let conclusions = conclusions(&rows, options);
        Self { claim: claim.id.to_string(), rows, left_out: all.left_out, conclusions }
    }

    /// Mutants that were refuted, and those that say something.
    pub fn counts(&self) -> (usize, usize) {
        let telling = self.rows.iter().filter(|row| row.counts() && (row.is_refuted() || row.survived()));
        (telling.clone().filter(|row| row.is_refuted()).count(), telling.count())
    }
}

fn conclusions(rows: &[Row], options: &Options) -> Vec<Conclusion> {
    let mut all = Vec::new();
    if let Some(reason) = no_power(rows, options) {
        all.push(Conclusion::NoPower { reason });
        return all;
    }
    let past = |row: &&Row| row.kind == Kind::PastLooseness && row.strength == Strength::Stronger;
    let refuted_past = rows.iter().filter(past).any(Row::is_refuted);
    let most = options.looseness.values().copied().filter(|k| *k > 1.0).reduce(f64::max);
    if let (true, Some(k)) = (refuted_past, most) {
        all.push(Conclusion::Loose { factor: format!("{k:.3}") });
    }
    // A constant that is refuted past the looseness is needed, up to that.
    let needed = |row: &Row| {
        let same = |other: &&Row| other.entry == row.entry && (other.line, other.column) == (row.line, row.column);
        row.kind == Kind::Constant && rows.iter().filter(past).filter(same).any(Row::is_refuted)
    };
    let survivors = rows.iter().enumerate().filter(|(_, row)| row.strength == Strength::Stronger && row.survived());
    all.extend(survivors.filter(|(_, row)| !needed(row)).map(|(row, _)| Conclusion::NotNeeded { row }));
    all
}

/// Why no mutant was refuted, if none was.
fn no_power(rows: &[Row], options: &Options) -> Option<String> {
    if rows.is_empty() {
        return Some("there is nothing in the statement to change".to_owned());
    }
    if rows.iter().any(Row::is_refuted) {
        return None;
    }
    let telling: Vec<&Row> = rows.iter().filter(|row| row.counts()).collect();
    let ran = |row: &&&Row| !matches!(row.outcome, MutantOutcome::NotRun { .. } | MutantOutcome::Malformed { .. });
    let run: Vec<&&Row> = telling.iter().filter(ran).collect();
    let vacuous = |row: &&&&Row| matches!(row.outcome, MutantOutcome::Vacuous { .. });
    let suspect = |row: &&&&Row| matches!(row.outcome, MutantOutcome::Suspect { .. });
    let reason = if telling.is_empty() {
        "every change that could be made asks less than the claim"
    } else if run.is_empty() {
        "no mutant was run"
    } else if run.iter().filter(vacuous).count() * 2 > run.len() {
        "most mutants met too few cases: the hypotheses are hardly ever met"
    } else if run.iter().any(|row| suspect(&row)) {
        "some mutants look violated, and none could be decided"
    } else if !run.iter().any(|row| row.is_constant() && row.strength == Strength::Stronger) {
        "all survive, and no constant is known to make the claim stronger: the hunt may not come near its bound"
    } else if run.iter().any(|row| row.kind == Kind::PastLooseness) {
        "all survive, even with the constants past the measured looseness: what comes nearest to the bound is not what they scale"
    } else if options.looseness.values().any(|k| *k > 1.0) {
        "all survive: the claim is looser than what was changed"
    } else {
        "all survive: the claim is looser than the changes made, or the hunt does not come near its bound; measure its looseness first"
    };
    Some(reason.to_owned())
}

/// Hunts all mutants of a claim, one after the other.
#[cfg(test)]
pub(super) fn power(claim: &Claim, options: &Options, hunt: &dyn Fn(&Claim) -> MutantOutcome) -> Power {
    let all = super::mutate::mutants(claim, options);
    let outcomes = all.mutants.iter().map(|mutant| hunt(&mutant.claim)).collect();
    Power::new(claim, options, &all, outcomes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::load::load;
    use crate::claim::model::ClaimId;
    use crate::lang::print::source;
    use std::path::Path;

    fn claim() -> Claim {
        let text = "title = \"t\"\nat = \"x\"\n[given]\na = \"real in [0, 1]\"\n[assume]\nsmall = \"a < 1/2\"\n[claim]\nbound = \"a <= 2*a + 3\"\n";
        load(text, Path::new("claims/p/c.toml"), ClaimId("p/c".into()), &|_| None).expect("it loads")
    }

    fn survived() -> MutantOutcome {
        MutantOutcome::Survived { closest: "margin 1".to_owned() }
    }

    #[test]
    fn a_stronger_claim_that_survives_says_what_may_not_be_needed() {
        let hunt = |claim: &Claim| {
            if source(&claim.claim[0].value).contains("2*a - 3") {
                MutantOutcome::Refuted { witness: "a = 0".to_owned() }
            } else {
                survived()
            }
        };
        let power = power(&claim(), &Options::default(), &hunt);
        assert!(!power.conclusions.iter().any(|c| matches!(c, Conclusion::NoPower { .. })));
        let not_needed: Vec<&Row> = power
            .conclusions
            .iter()
            .filter_map(|c| if let Conclusion::NotNeeded { row } = c { Some(&power.rows[*row]) } else { None })
            .collect();
        assert!(not_needed.iter().any(|row| row.entry == "[assume] small" && row.kind == Kind::Hypothesis));
        assert!(not_needed.iter().all(|row| row.strength == Strength::Stronger));
        assert_eq!(power.counts().0, 1);
    }

    #[test]
    fn a_claim_whose_mutants_all_survive_has_no_power_and_says_why() {
        let reason = |outcome: MutantOutcome, options: &Options| {
            let power = power(&claim(), options, &|_| outcome.clone());
            assert!(matches!(power.conclusions[..], [Conclusion::NoPower { .. }]));
            match &power.conclusions[..] {
                [Conclusion::NoPower { reason }] => reason.clone(),
                other => panic!("{other:?}"),
            }
        };
        let options = Options::default();
        assert!(reason(survived(), &options).contains("measure its looseness"));
        let mut past = options.clone();
        past.looseness.insert("bound".into(), 3.0);
        assert!(reason(survived(), &past).contains("past the measured looseness"));
        let vacuous = MutantOutcome::Vacuous { reason: "0 cases".to_owned() };
        assert!(reason(vacuous, &options).contains("hardly ever met"));
        let suspect = MutantOutcome::Suspect { closest: "-1e-17".to_owned() };
        assert!(reason(suspect, &options).contains("none could be decided"));
    }

    #[test]
    fn a_loose_claim_is_told_from_a_check_without_power() {
        let mut options = Options::default();
        options.looseness.insert("bound".into(), 2.0);
        let all = crate::power::mutants(&claim(), &options);
        let outcomes = all.mutants.iter().map(|mutant| match mutant.kind {
            Kind::PastLooseness => MutantOutcome::Refuted { witness: "a = 1".to_owned() },
            _ => survived(),
        });
        let power = Power::new(&claim(), &options, &all, outcomes.collect());
        assert_eq!(power.conclusions[0], Conclusion::Loose { factor: "2.000".to_owned() });
        let constants = power.conclusions.iter().filter(|c| {
            matches!(c, Conclusion::NotNeeded { row } if power.rows[*row].kind == Kind::Constant && power.rows[*row].entry.contains("bound"))
        });
        assert_eq!(constants.count(), 0, "{:?}", power.conclusions);
    }
}
