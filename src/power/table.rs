//! The power of a claim's check as text: a table of mutants, then what it says.

use super::mutant::{Kind, Strength};
use super::outcome::{Conclusion, MutantOutcome, Power, Row};
use std::fmt::Write;

/// The widest that what was changed is shown.
const WIDEST: usize = 44;

impl Power {
    /// The whole as text for a terminal, without colour.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let (refuted, telling) = self.counts();
        let _ = writeln!(out, "power of {}: {refuted} of {telling} mutants refuted", self.claim);
        if self.left_out > 0 {
            let _ = writeln!(out, "{} more were left out", self.left_out);
        }
        let lines: Vec<[String; 5]> = self.rows.iter().map(cells).collect();
        let width = |i: usize| lines.iter().map(|cells| cells[i].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..4).map(width).collect();
        for cells in &lines {
            let mut line = String::new();
            for (cell, width) in cells.iter().zip(widths.iter().copied().chain([0])) {
                let _ = write!(line, "{cell}{}  ", " ".repeat(width.saturating_sub(cell.chars().count())));
            }
            let _ = writeln!(out, "  {}", line.trim_end());
        }
        for conclusion in &self.conclusions {
            let _ = writeln!(out, "{}", self.sentence(conclusion));
        }
        out
    }

    /// A conclusion as a sentence.
    pub fn sentence(&self, conclusion: &Conclusion) -> String {
        match conclusion {
            Conclusion::NoPower { reason } => format!("no power: {reason}"),
            Conclusion::Loose { factor } => {
                format!("loose by a factor of {factor}: constants moved past it are refuted")
            }
            Conclusion::NotNeeded { row } => self.rows.get(*row).map_or(String::new(), not_needed),
        }
    }
}

fn not_needed(row: &Row) -> String {
    let Row { kind, entry, line, column, was, is, .. } = row;
    let place = format!("{entry}, {line}:{column}");
    match kind {
        Kind::Hypothesis => format!("the hypothesis `{was}` may not be needed ({place})"),
        Kind::Guard => format!("the condition `{was}` may not be needed ({place})"),
        Kind::Interval => format!("`{was}` may be widened to `{is}` ({place})"),
        Kind::Constant | Kind::PastLooseness => format!("the constant `{was}` could be `{is}` ({place})"),
        Kind::Term => format!("the term `{was}` may not be needed ({place})"),
        Kind::Sign | Kind::Exponent => format!("`{was}` could be `{is}` ({place})"),
        Kind::Strict | Kind::Comparison => format!("`{was}` could be `{is}` ({place})"),
    }
}

fn cells(row: &Row) -> [String; 5] {
    let change = if row.is.is_empty() {
        format!("without {}", cut(&row.was, WIDEST))
    } else {
        format!("{} -> {}", cut(&row.was, WIDEST / 2), cut(&row.is, WIDEST / 2))
    };
    let strength = if row.strength == Strength::Different { "" } else { row.strength.name() };
    let outcome = match &row.outcome {
        MutantOutcome::Refuted { witness } => format!("refuted by {witness}"),
        MutantOutcome::Survived { closest } => format!("survived, {closest}"),
        MutantOutcome::Suspect { closest } => format!("suspect, {closest}"),
        MutantOutcome::Vacuous { reason } => format!("vacuous: {reason}"),
        MutantOutcome::Malformed { reason } => format!("malformed: {reason}"),
        MutantOutcome::NotRun { reason } => format!("not run: {reason}"),
    };
    let place = format!("{}:{}", row.line, row.column);
    [format!("{place} {}", row.entry), row.kind.name().to_owned(), change, strength.to_owned(), outcome]
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most.saturating_sub(2)).collect();
    format!("{start}..")
}

#[cfg(test)]
mod tests {
    use crate::claim::load::load;
    use crate::claim::model::ClaimId;
    use crate::power::outcome::power;
    use crate::power::{MutantOutcome, Options};
    use std::path::Path;

    #[test]
    fn the_table_names_each_change_with_its_place_and_ends_with_what_it_says() {
        let text = "title = \"t\"\nat = \"x\"\n[given]\na = \"real in [0, 1)\"\n[claim]\nbound = \"a <= 1\"\n";
        let claim = load(text, Path::new("claims/p/c.toml"), ClaimId("p/c".into()), &|_| None).expect("it loads");
        let hunt = |claim: &crate::claim::model::Claim| {
            let text = claim.givens[0].value.kind.clone();
            match text {
                crate::lang::ast::Sampler::Real(i) if i.hi_open => {
                    MutantOutcome::Survived { closest: "margin 0.01".to_owned() }
                }
                _ => MutantOutcome::Refuted { witness: "a = 11/10".to_owned() },
            }
        };
        let text = power(&claim, &Options::default(), &hunt).text();
        insta::assert_snapshot!(text);
    }
}
