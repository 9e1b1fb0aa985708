//! What a stored witness refutes: a hash of the statement as it was checked.
//!
//! The statement is written canonically from the syntax trees (givens with their samplers, those of a setting included; lets; hypotheses;
//! the predicate and its unit), so that layout, comments, titles, notes, and the names of hypotheses and predicates do not matter, and
//! everything that can change what is true does. Definitions keep their order; numbers keep their spelling, so that `0.5` for `1/2` is
//! another text, and asks for the witness to be accepted anew.
//!
//! The hash is SHA-256 (FIPS 180-4): a stale witness must not pass for a fresh one by accident or design, and a program that shares no
//! code with this one finds it in any standard library.

use super::model::{Claim, Flow, Named, Source, Trajectory};
use crate::lang::ast::{Expr, Looks, Schedule};
use crate::lang::print::{given_source, source};
use sha2::{Digest, Sha256};
use std::fmt;

/// The version of the canonical text; part of it.
const VERSION: &str = "theoremcheck statement 1";

/// `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// That of a predicate of `claim`; `None` if it has no such predicate. (A fitted slope is none: no single case refutes it.)
    pub fn of(claim: &Claim, predicate: &str) -> Option<Self> {
        Some(Self::of_text(&statement(claim, predicate)?))
    }

    /// That of all that a run of `claim` rests on: its file, its setting's and its witness, every character of them.
    pub fn of_files(claim: &Claim) -> Self {
        let mut sources: Vec<&Source> = vec![&claim.source];
        let givens = claim.givens.iter().map(|given| &given.place);
        let places = givens.chain(claim.lets.iter().chain(&claim.assume).map(|entry| &entry.place));
        for source in places.map(|place| &*place.source).chain(claim.witness.as_deref()) {
            if !sources.iter().any(|known| known.path == source.path) {
                sources.push(source);
            }
        }
        // A length before each, so that no two lists of files are one text.
        let texts = sources.iter().map(|source| format!("{}\n{}\n", source.text.len(), source.text));
        Self::of_text(&format!("theoremcheck files 1\n{}", texts.collect::<String>()))
    }

    /// That of a text.
    pub fn of_text(text: &str) -> Self {
        let digits = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        Self(format!("sha256:{digits}"))
    }

    /// One that was written by [`fmt::Display`].
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("sha256:")?;
        let hexadecimal = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
        (digits.len() == 64 && digits.bytes().all(hexadecimal)).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The canonical text of what one predicate of a claim states, a line each piece.
pub fn statement(claim: &Claim, predicate: &str) -> Option<String> {
    let named = |entries: &'_ [Named<Expr>]| entries.iter().find(|e| e.name == predicate).map(|e| source(&e.value));
    let (path, flow) = (claim.trajectory.as_ref(), claim.flow.as_ref());
    let always = path.map(|t| &t.always).or(flow.map(|f| &f.always));
    let finally = path.map(|t| &t.finally).or(flow.map(|f| &f.finally));
    let (word, predicate_text, on_path) = if let Some(text) = named(&claim.claim) {
        ("claim", text, false)
    } else if let Some(text) = always.and_then(|always| named(always)) {
        ("always", text, true)
    } else {
        ("finally", finally.and_then(|finally| named(finally))?, true)
    };
    let mut lines = vec![VERSION.to_owned()];
    lines.extend(claim.givens.iter().map(|g| format!("given {} = {}", g.name, given_source(&g.value))));
    defined(&mut lines, "let", &claim.lets);
    supposed(&mut lines, "assume", &claim.assume);
    if let Some(path) = path.filter(|_| on_path) {
        iteration(&mut lines, path);
    }
    if let Some(flow) = flow.filter(|_| on_path) {
        solution(&mut lines, flow);
    }
    lines.push(format!("{word} {predicate_text}"));
    let unit = claim.units.each.iter().find(|u| u.name == predicate).or(claim.units.all.as_ref());
    lines.extend(unit.map(|unit| format!("unit {}", source(&unit.value))));
    lines.push(String::new());
    Some(lines.join("\n"))
}

fn iteration(lines: &mut Vec<String>, path: &Trajectory) {
    defined(lines, "state", &path.state);
    defined(lines, "step", &path.step);
    lines.push(format!("steps {}", source(&path.steps.value)));
    lines.extend(path.at.as_ref().map(|at| match at.value {
        Schedule::Every(n) => format!("at every {n}"),
        Schedule::Log(n) => format!("at log {n}"),
    }));
    lines.extend(path.until.as_ref().map(|until| format!("until {}", source(&until.value))));
    defined(lines, "path let", &path.lets);
    supposed(lines, "path assume", &path.assume);
    defined(lines, "first", &path.first);
}

fn solution(lines: &mut Vec<String>, flow: &Flow) {
    defined(lines, "state", &flow.state);
    defined(lines, "rate", &flow.rate);
    lines.push(format!("end {}", source(&flow.end.value)));
    lines.push(match flow.looks() {
        Looks::Even(n) => format!("at {n}"),
        Looks::Log(n) => format!("at log {n}"),
    });
    lines.extend(flow.until.as_ref().map(|until| format!("until {}", source(&until.value))));
    defined(lines, "path let", &flow.lets);
    supposed(lines, "path assume", &flow.assume);
    defined(lines, "first", &flow.first);
}

fn defined(lines: &mut Vec<String>, word: &str, entries: &[Named<Expr>]) {
    lines.extend(entries.iter().map(|e| format!("{word} {} = {}", e.name, source(&e.value))));
}

/// Hypotheses have names that nothing refers to.
fn supposed(lines: &mut Vec<String>, word: &str, entries: &[Named<Expr>]) {
    lines.extend(entries.iter().map(|e| format!("{word} {}", source(&e.value))));
}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, statement};
    use crate::claim::load::load;
    use crate::claim::model::{Claim, ClaimId, Source};
    use std::path::Path;
    use std::sync::Arc;

    fn claim(text: &str) -> Claim {
        let setting = |name: &str| {
            let text = if name == "one" { "[given]\nc = \"1/2\"\n" } else { "[given]\nc = \"1/3\"\n" };
            Some(Arc::new(Source { path: "s.toml".into(), text: text.into() }))
        };
        load(text, Path::new("c.toml"), ClaimId("p/c".into()), &setting).unwrap()
    }

    fn fingerprint(text: &str) -> String {
        Fingerprint::of(&claim(text), "bound").unwrap().to_string()
    }

    const TEXT: &str = r#"title = "t"
at = "Lemma 1"
setting = "one"
[given]
n = "int in 1..=4"
S = "symmetric(n, (0, c])"
[let]
s = "lambda_min(S)"
[assume]
small = "norm(S) < 1"
[claim]
bound = "s >= c^2"
other = "s >= 0"
[margin]
unit.bound = "c"
"#;

    #[test]
    fn the_statement_is_written_canonically() {
        let text = "theoremcheck statement 1\ngiven c = 1/2\ngiven n = int in 1..=4\ngiven S = symmetric(n, (0, c])\n\
             let s = lambda_min(S)\nassume norm(S) < 1\nclaim s >= c^2\nunit c\n";
        assert_eq!(statement(&claim(TEXT), "bound").as_deref(), Some(text));
        // By coreutils' sha256sum.
        let hash = "sha256:f6ba502c23c9f675329a1eccbf89b4d4f6bab4b54ab001cb0e370aa899b064b8";
        assert_eq!(fingerprint(TEXT), hash);
        assert_eq!(Fingerprint::parse(hash).map(|f| f.to_string()).as_deref(), Some(hash));
        assert_eq!(statement(&claim(TEXT), "absent"), None);
    }

    #[test]
    fn layout_comments_titles_and_names_that_nothing_uses_do_not_matter() {
        let rewritten = r#"# A comment.
title = "another"
at = "Lemma 2"
notes = "some"
expect = { bound = "refuted" }
setting = "one"
[claim]
bound = "(s) >= (c^(2))"
[margin]
unit.bound = " c "
[assume]
tiny = "norm( S )<1"
[let]
s = "lambda_min( S )"
[given]
n = "int in 1 ..= 4"   # dimensions
S = "symmetric(n,(0,c])"
"#;
        assert_eq!(fingerprint(rewritten), fingerprint(TEXT));
    }

    #[test]
    fn every_part_of_the_statement_matters() {
        let changes = [
            ("setting = \"one\"", "setting = \"two\""),
            ("1..=4", "1..=5"),
            ("(0, c]", "[0, c]"),
            ("lambda_min", "lambda_max"),
            ("norm(S) < 1", "norm(S) <= 1"),
            ("s >= c^2", "s > c^2"),
            ("unit.bound = \"c\"", "unit.bound = \"2*c\""),
        ];
        let mut all = vec![fingerprint(TEXT)];
        for (from, to) in changes {
            assert!(TEXT.contains(from));
            all.push(fingerprint(&TEXT.replace(from, to)));
        }
        // Another predicate, and other predicates' parts, do not.
        assert_eq!(fingerprint(&TEXT.replace("s >= 0", "s >= -1")), all[0]);
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn a_predicate_of_a_path_is_fingerprinted_with_its_iteration() {
        let path = "title = \"t\"\nat = \"x\"\n[given]\na = \"real in [0, 1]\"\n[claim]\nonce = \"a >= 0\"\n[trajectory]\n\
            state = { x = \"a\" }\nstep = { x = \"x/2\" }\nsteps = \"10\"\n[trajectory.always]\nbound = \"x <= 1\"\n";
        let (before, after) = (claim(path), claim(&path.replace("x/2", "x/3")));
        assert_ne!(Fingerprint::of(&before, "bound"), Fingerprint::of(&after, "bound"));
        assert_eq!(Fingerprint::of(&before, "once"), Fingerprint::of(&after, "once"));
    }

    #[test]
    fn a_predicate_of_a_flow_is_fingerprinted_with_its_rate_its_end_and_its_looks() {
        let text = "title = \"t\"\nat = \"x\"\n[given]\na = \"real in [0, 1]\"\n[flow]\nstate = { x = \"a\" }\n\
            rate = { x = \"-x\" }\nend = \"10\"\nat = \"32\"\n[flow.always]\nbound = \"x <= 1\"\n";
        let statement = statement(&claim(text), "bound").unwrap();
        assert!(statement.contains("state x = a\nrate x = -x\nend 10\nat 32\nalways x <= 1\n"), "{statement}");
        let before = fingerprint(text);
        for (from, to) in [("-x", "-2*x"), ("10", "11"), ("at = \"32\"", "at = \"log 32\"")] {
            assert_ne!(fingerprint(&text.replace(from, to)), before, "{to}");
        }
        // The looks that are not written are 32 intervals.
        assert_eq!(fingerprint(&text.replace("at = \"32\"\n", "")), before);
    }
}
