//! What all pages share: the shell, escaping, links, the marks of verdicts.

use super::data::{Claim, Constant, Run};
use super::{evidence, figure};
use crate::check::constant::Measured;
use crate::claim::model::Verdict;
use crate::engine::verdict::name;
use crate::report::number::grouped;
use crate::report::terminal::plain;
use std::fmt::Write;

/// Text, for between tags and for attributes in double quotes. What could reorder or steer what is read is made visible.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            _ => out.push(c),
        }
    }
    out
}

/// Where a claim's page is, from the site's root. A claim's id is of such characters as need no escape.
pub fn claim_path(id: &str) -> String {
    format!("claims/{id}.html")
}

/// Where a paper's page is; `_` begins no paper's name.
pub fn paper_path(paper: &str) -> String {
    if paper.is_empty() { "papers/_.html".to_owned() } else { format!("papers/{paper}.html") }
}

pub fn paper_name(paper: &str) -> &str {
    if paper.is_empty() { "without a paper" } else { paper }
}

/// What a page needs to be one.
pub struct Page<'a> {
    pub run: &'a Run,
    /// From the site's root.
    pub path: String,
    pub title: String,
    /// Path and words of what stands above it.
    pub above: Vec<(String, String)>,
    pub main: String,
}

impl Page<'_> {
    pub fn html(&self) -> String {
        let root = up(&self.path);
        let mut above = format!("<a href=\"{root}index.html\">theoremcheck</a>");
        for (path, words) in &self.above {
            let _ =
                write!(above, " <span aria-hidden=\"true\">›</span> <a href=\"{root}{path}\">{}</a>", escaped(words));
        }
        let budget = &self.run.budget;
        let work = match budget.cases {
            Some(cases) => format!("{} cases a claim", grouped(cases)),
            None => format!("{} budget ({} random evaluations a claim)", budget.name, grouped(budget.evaluations)),
        };
        let program = if self.run.program.is_empty() { String::new() } else { format!(" {}", self.run.program) };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self' file: 'unsafe-inline'; \
             font-src 'self' file:; img-src 'self' file: data:\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{}</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"{root}style.css\">\n</head>\n\
             <body>\n<header><nav aria-label=\"breadcrumb\">{above}</nav><nav><a href=\"{root}errata.html\">Errata</a></nav></header>\n\
             <main>\n{}</main>\n\
             <footer>theoremcheck{} · seed {} · {}</footer>\n</body>\n</html>\n",
            escaped(&self.title),
            self.main,
            escaped(&program),
            self.run.seed,
            escaped(&work)
        )
    }
}

/// The way from a page to the root.
pub fn up(path: &str) -> String {
    "../".repeat(path.matches('/').count())
}

/// What a verdict says, in the three kinds that never share a colour or a shape: it stands, it is false, it could not be told.
pub fn kind(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Proved | Verdict::Held => "stands",
        Verdict::Refuted | Verdict::Rejected | Verdict::Drifts => "false",
        Verdict::Suspect | Verdict::Vacuous | Verdict::Inconclusive | Verdict::Error => "untold",
        Verdict::NotRun => "unrun",
    }
}

/// What stands is round or square and filled, what is false is a cross, what could not be told is an open diamond.
pub fn shape(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Proved => "<rect x=\"1.5\" y=\"1.5\" width=\"9\" height=\"9\"/>",
        Verdict::Held => "<circle cx=\"6\" cy=\"6\" r=\"4.5\"/>",
        Verdict::Refuted => "<path d=\"M1 3 3 1 6 4 9 1 11 3 8 6 11 9 9 11 6 8 3 11 1 9 4 6Z\"/>",
        Verdict::Rejected => "<path d=\"M1 3 3 1 6 4 9 1 11 3 8 6 11 9 9 11 6 8 3 11 1 9 4 6Z\" class=\"o\"/>",
        Verdict::Drifts => "<path d=\"M1 9 7 3H3V0H12V9H9V5L3 11Z\"/>",
        Verdict::Suspect => "<path d=\"M6 1 11 6 6 11 1 6Z\" class=\"o\"/><circle cx=\"6\" cy=\"6\" r=\"1.4\"/>",
        Verdict::Vacuous => "<path d=\"M6 1 11 6 6 11 1 6Z\" class=\"o\"/>",
        Verdict::Inconclusive => "<path d=\"M6 1 11 6 6 11 1 6Z\" class=\"o\"/><path d=\"M3.5 6H8.5\" class=\"o\"/>",
        Verdict::Error => "<path d=\"M6 1 11 6 6 11 1 6Z\" class=\"o\"/><path d=\"M6 3.5V8.5\" class=\"o\"/>",
        Verdict::NotRun => "<path d=\"M2 6H10\" class=\"o\"/>",
    }
}

/// A verdict: its shape and its word.
pub fn verdict(verdict: Verdict) -> String {
    format!("<span class=\"verdict {}\">{} {}</span>", kind(verdict), mark(verdict), name(verdict))
}

/// The shape alone, in the colour of what is around it.
pub fn mark(verdict: Verdict) -> String {
    format!("<svg class=\"mark\" viewBox=\"0 0 12 12\" aria-hidden=\"true\">{}</svg>", shape(verdict))
}

/// A link to a claim from the page at `from`, with its mark: `● lemma-3.2`.
pub fn claim_link(from: &str, paper: &str, id: &str, claim: Option<&Claim>) -> String {
    let words = id.strip_prefix(paper).and_then(|rest| rest.strip_prefix('/')).unwrap_or(id);
    match claim {
        Some(claim) => format!(
            "<a class=\"claim {}\" href=\"{}{}\" title=\"{}: {}\">{}&nbsp;{}</a>",
            kind(claim.verdict),
            up(from),
            claim_path(id),
            name(claim.verdict),
            escaped(&claim.title),
            mark(claim.verdict),
            escaped(words)
        ),
        None => format!("<span class=\"claim unrun\" title=\"not part of this run\">{}</span>", escaped(words)),
    }
}

/// What a verdict says of a claim, in a sentence: of values, of a probability, of a slope, of a constant it is not the same.
pub fn meaning_of(claim: &Claim) -> &'static str {
    let verdict = claim.verdict;
    match (&claim.experiment, &claim.fit, &claim.probability, &claim.constant) {
        (Some(_), ..) => figure::meaning(verdict),
        (_, Some(_), ..) => of_a_slope(verdict),
        (_, _, Some(_), _) => of_a_probability(verdict),
        (.., Some(constant)) => of_a_constant(verdict, constant),
        _ => of_values(verdict),
    }
}

fn of_values(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Held => "not violated in any case that was drawn or hunted",
        Verdict::Refuted => "a counterexample is proved in exact arithmetic",
        other => meaning(other),
    }
}

fn of_a_slope(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Held => "the interval of the fitted slope allows it",
        Verdict::Rejected => "the interval of the fitted slope excludes it",
        Verdict::Inconclusive => "the fitted slope does not decide it",
        other => of_values(other),
    }
}

fn of_a_probability(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Held => "the trials are consistent with it",
        Verdict::Refuted => "a trial that contradicts it is proved in exact arithmetic",
        Verdict::Rejected => "the trials contradict it, at the level of the whole suite",
        Verdict::Vacuous => "of no setting that was drawn is anything claimed",
        Verdict::Inconclusive => "the trials could not decide it",
        other => of_values(other),
    }
}

fn of_a_constant(verdict: Verdict, constant: &Constant) -> &'static str {
    match (verdict, constant.value) {
        (Verdict::Held, None) if evidence::measured(constant) == Measured::None => {
            "what is asked of its constant could not be measured"
        }
        (Verdict::Held, None) => "no case that was measured asks anything of its constant",
        (Verdict::Held, Some(_)) => "one constant works in all cases that were seen",
        (Verdict::Refuted, _) if constant.scaled.is_some() => "no constant works at all scales, certified",
        (Verdict::Refuted, _) => "at a case no constant works, proved in exact arithmetic",
        (Verdict::Rejected, _) => "in too many trials no constant works",
        (Verdict::Inconclusive, _) => "whether one constant works could not be told",
        (other, _) => of_values(other),
    }
}

/// What each verdict means, whatever the claim is about.
pub fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Proved => "shown in exact arithmetic, for the dimensions that are named",
        Verdict::Held => {
            "not violated in any case that was seen; the trials or the fitted slope allow it; or one constant works in all cases that were seen"
        }
        Verdict::Refuted => {
            "false, certified in exact arithmetic: by a counterexample or, of a constant, by a change of scale"
        }
        Verdict::Rejected => "the trials, the fitted slope or the runs of a figure contradict it",
        Verdict::Drifts => "what its constant must meet grows over the sweep",
        Verdict::Suspect => "violated beyond rounding, and no certificate was found",
        Verdict::Vacuous => "too few cases met the hypotheses",
        Verdict::Inconclusive => "the cases could not decide it",
        Verdict::Error => "could not be evaluated",
        Verdict::NotRun => "asks for a larger budget than this run's",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn what_is_false_and_what_could_not_be_told_share_neither_colour_nor_shape() {
        let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
        for verdict in Verdict::ALL {
            assert!(kinds.insert(shape(verdict), kind(verdict)).is_none(), "{verdict:?} has another's shape");
        }
        for verdict in [Verdict::Suspect, Verdict::Vacuous, Verdict::Inconclusive, Verdict::Error, Verdict::NotRun] {
            assert!(!["false", "stands"].contains(&kind(verdict)));
        }
    }

    #[test]
    fn what_a_verdict_says_is_true_of_what_the_claim_is_about() {
        let said = |verdict: &str, part: serde_json::Value| {
            let mut claim = serde_json::json!({
                "id": "p/c", "title": "", "at": "", "verdict": verdict, "expected": verdict, "as_expected": true,
                "predicates": [], "cases": 0, "met": 0
            });
            let parts = part.as_object().cloned().unwrap_or_default();
            claim.as_object_mut().unwrap().extend(parts);
            meaning_of(&serde_json::from_value(claim).unwrap())
        };
        let constant = |value: Option<f64>, measured: &[bool], scaled: bool| {
            let points: Vec<_> = measured
                .iter()
                .map(|measured| serde_json::json!({"value": 1, "constant": null, "measured": measured}))
                .collect();
            let scaled = scaled.then_some("x");
            let curves = [serde_json::json!({"given": "d", "points": points})];
            serde_json::json!({"constant": {"name": "c", "seek": "least", "value": value, "scaled": scaled, "curves": curves}})
        };
        assert_eq!(said("refuted", serde_json::json!({})), "a counterexample is proved in exact arithmetic");
        assert_eq!(said("refuted", constant(Some(1.0), &[true], true)), "no constant works at all scales, certified");
        let at_a_case = "at a case no constant works, proved in exact arithmetic";
        assert_eq!(said("refuted", constant(None, &[], false)), at_a_case);
        assert_eq!(said("held", constant(Some(1.0), &[true], false)), "one constant works in all cases that were seen");
        let nothing = "no case that was measured asks anything of its constant";
        assert_eq!(said("held", constant(None, &[true, false], false)), nothing);
        let unknown = "what is asked of its constant could not be measured";
        assert_eq!(said("held", constant(None, &[false], false)), unknown);
        assert_eq!(
            said("drifts", constant(Some(1.0), &[true], false)),
            "what its constant must meet grows over the sweep"
        );
        let chance = serde_json::json!({"probability": {
            "bound": "at-most", "error_rate": 1e-6, "level": 0.99, "trials": 1, "settings": [],
            "searched": {"settings": 1, "rejected": 0, "trials": 1}
        }});
        assert_eq!(said("held", chance), "the trials are consistent with it");
        assert_eq!(said("held", serde_json::json!({})), "not violated in any case that was drawn or hunted");
    }

    #[test]
    fn nothing_escaped_is_markup() {
        assert_eq!(escaped("<a href='x'>\"&\u{202e}"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;?");
    }
}
