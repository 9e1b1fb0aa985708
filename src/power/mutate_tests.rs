//! Which mutants a claim has, and how strong they are.

use super::*;
use crate::claim::load::load;
use crate::claim::model::{ClaimId, Named};
use std::fmt::Write;
use std::path::Path;

fn claim(text: &str) -> Claim {
    let text = format!("title = \"t\"\nat = \"x\"\n{text}");
    load(&text, Path::new("claims/p/c.toml"), ClaimId("p/c".into()), &|_| None)
        .unwrap_or_else(|e| panic!("{}", e.render(100, false)))
}

fn listed(claim: &Claim, options: &Options) -> String {
    let mut out = String::new();
    for m in mutants(claim, options).mutants {
        let (line, column) = m.place.line_column();
        let (kind, strength) = (m.kind.name(), m.strength.name());
        let _ = writeln!(out, "{line}:{column} {} | {kind} | {strength} | {} -> {}", m.entry, m.was, m.is);
    }
    out
}

#[test]
fn the_mutants_of_a_small_claim() {
    let claim = claim(
        r#"
[given]
n   = "int in 1..=4"
a   = "real in (0, 1]"
c   = "3/2"
S   = "symmetric(n, [0, a))"
[let]
s   = "lambda_max(S) + a^2"
[assume]
far = "a < 1/2"
[claim]
top = "a > 1/8 => s - 1 <= c*a + 2*a^2"
all = "all(i in 1..=n, j in 1..=n, i != j: S[i, j] < a)"
"#,
    );
    insta::assert_snapshot!(listed(&claim, &Options::default()));
}

#[test]
fn the_mutants_of_lemma_3_2() {
    let text = include_str!("../../claims/ye-du-2021/lemma-3.2.toml");
    let claim = load(text, Path::new("lemma-3.2.toml"), ClaimId("ye-du-2021/lemma-3.2".into()), &|_| None)
        .unwrap_or_else(|e| panic!("{}", e.render(100, false)));
    let mut options = Options::default();
    options.looseness.insert("growth".to_owned(), 1.25);
    insta::assert_snapshot!(listed(&claim, &options));
}

#[test]
fn no_two_mutants_are_the_same_claim_and_none_is_the_claim_itself() {
    for text in [
        include_str!("../../claims/ye-du-2021/lemma-3.2.toml"),
        include_str!("../../claims/jiang-chen-ding-2022/sec-3-ii.toml"),
        include_str!("../../claims/ye-du-2021/lemma-3.3-second.toml"),
    ] {
        let claim = load(text, Path::new("x.toml"), ClaimId("p/x".into()), &|_| None).expect("it loads");
        let statement = |c: &Claim| {
            let texts = |list: &[Named<Expr>]| list.iter().map(|e| source(&e.value)).collect::<Vec<_>>();
            let givens: Vec<String> = c.givens.iter().map(|g| format!("{:?}", g.value.kind)).collect();
            (givens, texts(&c.lets), texts(&c.assume), texts(&c.claim))
        };
        let all = mutants(&claim, &Options::default());
        let mut seen: Vec<_> = all.mutants.iter().map(|m| statement(&m.claim)).collect();
        let count = seen.len();
        assert!(count > 10);
        assert!(!seen.contains(&statement(&claim)));
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }
}

#[test]
fn too_many_mutants_are_cut_to_the_most_telling_ones_and_counted() {
    let claim =
        claim("[given]\na = \"real in (0, 1]\"\n[assume]\nh = \"a < 1\"\n[claim]\nc = \"a + 2*a^2 + 3*a^3 <= 7\"\n");
    let options = Options { most: 3, ..Options::default() };
    let few = mutants(&claim, &options);
    let all = mutants(&claim, &Options::default());
    assert_eq!(few.mutants.len(), 3);
    assert!(few.left_out > 0 && few.left_out + 3 >= all.mutants.len());
    assert!(few.mutants.iter().any(|m| m.kind == Kind::Hypothesis));
    assert!(few.mutants.iter().all(|m| m.kind <= Kind::Interval));
}

#[test]
fn a_trajectory_is_mutated_in_its_step_and_its_conclusions() {
    let claim = claim(
        r#"
[given]
x0 = "real in [0, 1]"
[trajectory]
state = { x = "x0" }
step  = { x = "x/2" }
steps = "5"
[trajectory.let]
y = "3*x"
[trajectory.always]
p = "y <= 3"
"#,
    );
    let text = listed(&claim, &Options::default());
    assert!(text.contains("[trajectory.step] x | constant"), "{text}");
    assert!(text.contains("[trajectory.always] p | constant | stronger | 3 -> 30/11"), "{text}");
    assert!(
        text.contains("[trajectory.let] y | constant | different")
            || text.contains("[trajectory.let] y | constant | stronger | 3 -> 3.3"),
        "{text}"
    );
}

#[test]
fn a_flow_is_mutated_in_its_rate_and_its_conclusions() {
    let claim = claim(
        r#"
[given]
x0 = "real in [0, 1]"
[flow]
state = { x = "x0" }
rate  = { x = "-x/2" }
end   = "5"
[flow.always]
p = "x <= 3"
"#,
    );
    let text = listed(&claim, &Options::default());
    assert!(text.contains("[flow.rate] x | constant"), "{text}");
    assert!(text.contains("[flow.always] p | constant | stronger | 3 -> 30/11"), "{text}");
}
