//! The claim loader from outside: good files, and every kind of bad one, as a person sees it.

#[path = "loader/hostile.rs"]
mod hostile;
#[path = "loader/shipped.rs"]
mod shipped;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use theoremcheck::claim::diagnostic::Diagnostics;
use theoremcheck::claim::library::{ClaimFile, Library};
use theoremcheck::claim::load::{MAX_BYTES, load, load_bytes};
use theoremcheck::claim::model::{Claim, ClaimId, Expect, Source, Verdict};
use theoremcheck::claim::schema::{claim_schema, claim_schema_text};
use theoremcheck::lang::ast::{Sampler, Schedule, SlopeBound};

const FIXTURES: [&str; 6] = [
    include_str!("fixtures/loader/trajectory.toml"),
    include_str!("fixtures/loader/scaling.toml"),
    include_str!("fixtures/loader/sec-3.2.2-gram.toml"),
    include_str!("fixtures/loader/eq-30.toml"),
    include_str!("fixtures/loader/sec-3.2.5-flow-bound.toml"),
    include_str!("fixtures/loader/sec-3.2-lax-bound.toml"),
];
const SETTING: &str = include_str!("fixtures/loader/setting.toml");

fn setting(name: &str) -> Option<Arc<Source>> {
    let path = PathBuf::from(format!("claims/paper/settings/{name}.toml"));
    let text = match name {
        "b-lemma-b1" => SETTING,
        "broken" => "[given]\nd = \"int in 1..=\"\ntitle = \"t\"\n",
        _ => return None,
    };
    Some(Arc::new(Source { path, text: text.into() }))
}

fn read_bytes(bytes: &[u8]) -> Result<Claim, Diagnostics> {
    load_bytes(bytes, Path::new("claims/paper/lemma.toml"), ClaimId("paper/lemma".into()), &setting)
}

fn read(text: &str) -> Result<Claim, Diagnostics> {
    load(text, Path::new("claims/paper/lemma.toml"), ClaimId("paper/lemma".into()), &setting)
}

fn errors(text: &str) -> Diagnostics {
    read(text).expect_err("an error")
}

/// What a terminal of 100 columns shows of the first line's claim with a title and a place.
fn shown(rest: &str) -> String {
    errors(&format!("title = \"T\"\nat = \"Lemma 1\"\n{rest}")).render(100, false)
}

/// `line:column message`, of each error.
fn places(text: &str) -> Vec<String> {
    let errors = errors(text);
    errors.0.iter().map(|error| format!("{}:{} {}", error.line(), error.column(), error.message)).collect()
}

// Good files.

#[test]
fn every_part_of_a_trajectory_is_read() {
    let claim = read(FIXTURES[0]).unwrap();
    assert_eq!(claim.at, "Theorem 3.1");
    assert_eq!(claim.tex.as_deref(), Some("f(U_t, V_t) \\le δ"));
    assert_eq!(claim.uses, ["lemma-3.2", "other/lemma-1"]);
    assert_eq!(claim.corrects.as_deref(), Some("theorem-3.1"));
    assert_eq!(claim.links.len(), 3);
    assert_eq!(claim.expect, Expect::Each(vec![("upper".into(), Verdict::Refuted), ("small".into(), Verdict::Held)]));
    assert_eq!(claim.predicates().collect::<Vec<_>>(), ["upper", "falls", "small"]);
    assert_eq!(claim.budget.cases, Some(1000));
    assert_eq!(claim.units.each[0].name, "upper");
    let path = claim.trajectory.unwrap();
    let names = |named: &[theoremcheck::claim::model::Named<theoremcheck::lang::ast::Expr>]| {
        named.iter().map(|entry| entry.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!((names(&path.state), names(&path.step)), (vec!["F".into(), "G".into()], vec!["F".into(), "G".into()]));
    assert_eq!(path.at.unwrap().value, Schedule::Log(200));
    assert_eq!((path.steps.text.as_str(), path.until.unwrap().text.as_str()), ("T", "loss <= delta"));
    assert_eq!((path.lets.len(), path.assume.len(), path.first.len()), (1, 1, 1));
    assert_eq!((path.always.len(), path.finally.len()), (2, 1));
}

#[test]
fn every_part_of_a_scaling_claim_is_read() {
    let claim = read(FIXTURES[1]).unwrap();
    assert_eq!(claim.expect, Expect::All(Verdict::Held));
    assert_eq!(claim.predicates().collect::<Vec<_>>(), ["slope"]);
    let scaling = claim.scaling.unwrap();
    assert_eq!((scaling.sweep[0].name.as_str(), scaling.sweep[0].value.count), ("rho", 10));
    assert_eq!(scaling.slope.value.bound, SlopeBound::AtLeast);
    assert_eq!(scaling.runs, 3);
}

#[test]
fn keys_keep_the_order_of_the_file() {
    let claim = read("title = 't'\nat = 'a'\n[claim]\nz = '1 < 2'\na = '1 < 2'\nm = '1 < 2'\n").unwrap();
    assert_eq!(claim.predicates().collect::<Vec<_>>(), ["z", "a", "m"]);
}

#[test]
fn a_setting_comes_before_the_file_s_own() {
    let claim = read(FIXTURES[3]).unwrap();
    let lets: Vec<&str> = claim.lets.iter().map(|entry| entry.name.as_str()).collect();
    let givens: Vec<&str> = claim.givens.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(givens, ["d", "r1", "r", "Q", "W", "e1", "e", "S", "P", "Sigma", "E"]);
    assert_eq!(lets, ["Z"]);
    assert!(claim.givens[0].place.source.path.ends_with("settings/b-lemma-b1.toml"));
    assert!(claim.lets[0].place.source.path.ends_with("lemma.toml"));
}

#[test]
fn numbers_are_read_as_they_are_written() {
    let text = "title = 't'\nat = 'a'\n[given]\na = 2\nb = -0.1\nc = 1e-350\nd = +1_000\ne = 0x10\n\
                f = 123456789012345678901234567890\n[claim]\nx = '1 < 2'\n";
    let claim = read(text).unwrap();
    let texts: Vec<&str> = claim.givens.iter().map(|given| given.text.as_str()).collect();
    assert_eq!(texts, ["2", "-0.1", "1e-350", "1000", "16", "123456789012345678901234567890"]);
    assert!(claim.givens.iter().all(|given| matches!(given.value.kind, Sampler::Value(_))));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_nothing_special() {
    let text = "\u{feff}title = 't'\r\nat = 'a'\r\n[claim]\r\nx = '''\r\n1 < 2 and\r\n1 < '''\r\n";
    assert_eq!(places(text), ["6:5 expected an expression"]);
    assert_eq!(places("\u{feff}titel = 't'\nat = 'a'\n[claim]\na='1<2'\n")[0], "1:1 unknown key `titel`");
}

// Places.

#[test]
fn an_error_in_an_expression_has_its_own_line_and_column() {
    let text = "title = 'σ σ'\nat = 'a'\n[given]\nd = \"int in 1..=8\"\nS = \"symmetric(d, [0 1])\"\n\
                [let]\ns  = \"lambda_min(S) +\"\nt2 = '''\n  (1 +\n   2'''\n[claim]\n\"a\"   = \"s >= 0 =\"\n";
    insta::assert_snapshot!(places(text).join("\n"), @"
    5:22 expected `,` and the upper end
    7:22 expected an expression
    9:3 this `(` is never closed
    12:17 expected an operator or the end
    ");
}

#[test]
fn where_a_string_has_escapes_the_whole_string_is_shown() {
    insta::assert_snapshot!(shown("[claim]\na = \"1 \\u003c \"\n"), @r#"
     × expected an expression
      ╭─[claims/paper/lemma.toml:4:5]
    3 │ [claim]
    4 │ a = "1 \u003c "
      ·     ─────┬─────
      ·          ╰── found the end
      ╰────
    "#);
}

// What a person sees.

#[test]
fn malformed_toml() {
    insta::assert_snapshot!(shown("[given]\nd = \"int in 1..=8\nS = 'symmetric(d, [0, 1])'\n[claim\na = '1 < 2'\n"), @r#"
     × not TOML: invalid basic string, expected `"`
      ╭─[claims/paper/lemma.toml:4:18]
    3 │ [given]
    4 │ d = "int in 1..=8
      ·                  ▲
      ·                  ╰── the line ends here
    5 │ S = 'symmetric(d, [0, 1])'
      ╰────

     × not TOML: unclosed table, expected `]`
      ╭─[claims/paper/lemma.toml:6:7]
    5 │ S = 'symmetric(d, [0, 1])'
    6 │ [claim
      ·       ▲
      ·       ╰── the line ends here
    7 │ a = '1 < 2'
      ╰────
    "#);
}

#[test]
fn an_unknown_key_and_what_was_meant() {
    insta::assert_snapshot!(shown("notse = 'n'\n[givens]\n[claim]\na = '1 < 2'\n[margin]\nunits = '1'\n"), @r#"
     × unknown key `notse`
      ╭─[claims/paper/lemma.toml:3:1]
    2 │ at = "Lemma 1"
    3 │ notse = 'n'
      · ──┬──
      ·   ╰── a claim has no such key
    4 │ [givens]
      ╰────
     help: did you mean `notes`?

     × unknown key `givens`
      ╭─[claims/paper/lemma.toml:4:2]
    3 │ notse = 'n'
    4 │ [givens]
      ·  ───┬──
      ·     ╰── a claim has no such key
    5 │ [claim]
      ╰────
     help: did you mean `given`?

     × unknown key `units`
      ╭─[claims/paper/lemma.toml:8:1]
    7 │ [margin]
    8 │ units = '1'
      · ──┬──
      ·   ╰── `[margin]` has no such key
      ╰────
     help: did you mean `unit`?
    "#);
}

#[test]
fn missing_title_and_conclusion() {
    insta::assert_snapshot!(errors("at = 'Lemma 1'\n[given]\nd = 'int in 1..=8'\n").render(100, false), @r#"
     × `title` is missing
      ╭─[claims/paper/lemma.toml:1:1]
    1 │ at = 'Lemma 1'
      · ▲
      · ╰── a claim starts with it
    2 │ [given]
      ╰────
     help: write `title = "what the statement says, in a sentence"`

     × the claim has no conclusion
      ╭─[claims/paper/lemma.toml:1:1]
    1 │ at = 'Lemma 1'
      · ▲
      · ╰── nothing is claimed
    2 │ [given]
      ╰────
     help: a claim has `[claim]`, `[scaling]`, `[probability]`, `[constant]`, `[experiment]`, or
           `always` or `finally` under `[trajectory]` or `[flow]`, with a predicate
    "#);
}

#[test]
fn wrong_types() {
    insta::assert_snapshot!(
        shown("tex = 3\nuses = 'lemma-2'\nclaim = 's >= 0'\n[given]\nd = true\na.b = '1'\nc = inf\n"),
        @r#"
         × `tex` is a string
          ╭─[claims/paper/lemma.toml:3:7]
        2 │ at = "Lemma 1"
        3 │ tex = 3
          ·       ┬
          ·       ╰── found a number
        4 │ uses = 'lemma-2'
          ╰────
         help: write `tex = '''..'''`, or leave the key out

         × `uses` is an array of strings
          ╭─[claims/paper/lemma.toml:4:9]
        3 │ tex = 3
        4 │ uses = 'lemma-2'
          ·         ───┬───
          ·            ╰── found a string
        5 │ claim = 's >= 0'
          ╰────
         help: write the claims used, like `uses = ["lemma-3.3"]`

         × `claim` is a table
          ╭─[claims/paper/lemma.toml:5:10]
        4 │ uses = 'lemma-2'
        5 │ claim = 's >= 0'
          ·          ───┬──
          ·             ╰── found a string
        6 │ [given]
          ╰────
         help: write `[claim]`, then what is claimed, like `growth = "s1 >= s"`

         × `d` is an expression in quotes
          ╭─[claims/paper/lemma.toml:7:5]
        6 │ [given]
        7 │ d = true
          ·     ──┬─
          ·       ╰── found a truth value
        8 │ a.b = '1'
          ╰────
         help: write `[given]`, then what the statement quantifies over, like `d = "int in 1..=8"`

         × `a` is an expression in quotes
          ╭─[claims/paper/lemma.toml:8:1]
        7 │ d = true
        8 │ a.b = '1'
          · ┬
          · ╰── found a table
        9 │ c = inf
          ╰────
         help: write `[given]`, then what the statement quantifies over, like `d = "int in 1..=8"`

         × `c` is an expression in quotes
          ╭─[claims/paper/lemma.toml:9:5]
        8 │ a.b = '1'
        9 │ c = inf
          ·     ─┬─
          ·      ╰── found no finite number
          ╰────
         help: write `[given]`, then what the statement quantifies over, like `d = "int in 1..=8"`
        "#
    );
}

#[test]
fn names_that_cannot_be_or_are_taken() {
    insta::assert_snapshot!(
        shown("[given]\nd = 'int in 1..=8'\n\"σ\" = '1'\nt = '1'\n[let]\nd = '2'\n[claim]\northogonal = '1 < 2'\n"),
        @r#"
         × `σ` cannot be a name
          ╭─[claims/paper/lemma.toml:5:1]
        4 │ d = 'int in 1..=8'
        5 │ "σ" = '1'
          · ─┬─
          ·  ╰── not a name
        6 │ t = '1'
          ╰────
         help: a name is a letter from a to z or A to Z, then letters, digits and `_`, 64 characters at
               most

         × `t` cannot be a name
          ╭─[claims/paper/lemma.toml:6:1]
        5 │ "σ" = '1'
        6 │ t = '1'
          · ┬
          · ╰── a word of the language
        7 │ [let]
          ╰────
         help: choose another name

         × `d` is already defined
          ╭─[claims/paper/lemma.toml:8:1]
        7 │ [let]
        8 │ d = '2'
          · ┬
          · ╰── defined before, in line 4
        9 │ [claim]
          ╰────
         help: a name is never redefined; choose another one
        "#
    );
}

#[test]
fn an_expectation_and_a_unit_of_no_predicate() {
    insta::assert_snapshot!(
        shown("expect = { secnd = 'refuted', first = 'refutd' }\n[claim]\nfirst = '1 < 2'\nsecond = '1 < 2'\n[margin]\nunit.third = '1'\n"),
        @r#"
         × there is no predicate `secnd`
          ╭─[claims/paper/lemma.toml:3:12]
        2 │ at = "Lemma 1"
        3 │ expect = { secnd = 'refuted', first = 'refutd' }
          ·            ──┬──
          ·              ╰── not a predicate of this claim
        4 │ [claim]
          ╰────
         help: did you mean `second`?

         × unknown verdict `refutd`
          ╭─[claims/paper/lemma.toml:3:40]
        2 │ at = "Lemma 1"
        3 │ expect = { secnd = 'refuted', first = 'refutd' }
          ·                                        ───┬──
          ·                                           ╰── not a verdict
        4 │ [claim]
          ╰────
         help: did you mean `refuted`?

         × there is no predicate `third`
          ╭─[claims/paper/lemma.toml:8:6]
        7 │ [margin]
        8 │ unit.third = '1'
          ·      ──┬──
          ·        ╰── not a predicate of this claim
          ╰────
         help: the predicates are `first` and `second`
        "#
    );
}

#[test]
fn a_flow_with_parts_that_do_not_fit() {
    let flow = "[flow]\nstate = { x = '1', y = '1' }\nrate = { x = 'x', z = 'y' }\nend = 1\nat = 'every 10'\nsteps = 3\n[flow.always]\na = 'x > 0'\n";
    let mut found = places(&format!("title = 'T'\nat = 'Lemma 1'\n{flow}"));
    found.sort();
    assert_eq!(
        found,
        [
            "4:20 `y` has no rate",
            "5:19 `z` is no part of the state",
            "7:7 expected a number of looks",
            "8:1 unknown key `steps`",
        ]
    );
    let flow = "[flow]\nstate = { x = '1' }\n[flow.always]\na = 'x > 0'\n";
    let found = places(&format!("title = 'T'\nat = 'Lemma 1'\n{flow}"));
    assert_eq!(found, ["3:2 `[flow]` has no `rate`", "3:2 `[flow]` has no `end`"]);
    let both = "[flow]\nstate = { x = '1' }\nrate = { x = '0' }\nend = 1\n[flow.always]\na = 'x > 0'\n[trajectory]\nstate = { y = '1' }\nstep = { y = 'y' }\nsteps = 3\n";
    let found = places(&format!("title = 'T'\nat = 'Lemma 1'\n{both}"));
    assert_eq!(found, ["9:2 a claim has `[trajectory]` or `[flow]`, not both"]);
}

#[test]
fn a_trajectory_with_parts_that_do_not_fit() {
    insta::assert_snapshot!(
        shown("[trajectory]\nstate = { F = '1', G = '1' }\nstep = { F = 'F', H = 'G' }\nat = 'often'\n[trajectory.always]\n"),
        @r#"
         × `[trajectory]` has no `steps`
          ╭─[claims/paper/lemma.toml:3:2]
        2 │ at = "Lemma 1"
        3 │ [trajectory]
          ·  ─────┬────
          ·       ╰── something is missing
        4 │ state = { F = '1', G = '1' }
          ╰────
         help: write the number of steps, like `steps = "T"`

         × the claim has no conclusion
          ╭─[claims/paper/lemma.toml:3:2]
        2 │ at = "Lemma 1"
        3 │ [trajectory]
          ·  ─────┬────
          ·       ╰── nothing is claimed
        4 │ state = { F = '1', G = '1' }
          ╰────
         help: a claim has `[claim]`, `[scaling]`, `[probability]`, `[constant]`, `[experiment]`, or
               `always` or `finally` under `[trajectory]` or `[flow]`, with a predicate

         × `G` has no step
          ╭─[claims/paper/lemma.toml:4:20]
        3 │ [trajectory]
        4 │ state = { F = '1', G = '1' }
          ·                    ┬
          ·                    ╰── has a start, but no step
        5 │ step = { F = 'F', H = 'G' }
          ╰────
         help: add `G = "G"` to `step` if it never changes

         × `H` is no part of the state
          ╭─[claims/paper/lemma.toml:5:19]
        4 │ state = { F = '1', G = '1' }
        5 │ step = { F = 'F', H = 'G' }
          ·                   ┬
          ·                   ╰── has a step, but no start
        6 │ at = 'often'
          ╰────
         help: the state has `F` and `G`

         × expected which steps are looked at
          ╭─[claims/paper/lemma.toml:6:7]
        5 │ step = { F = 'F', H = 'G' }
        6 │ at = 'often'
          ·       ──┬──
          ·         ╰── found `often`
        7 │ [trajectory.always]
          ╰────
         help: write `log 200` or `every 10`
        "#
    );
}

#[test]
fn a_scaling_claim_with_parts_that_do_not_fit() {
    insta::assert_snapshot!(
        shown("[given]\nrho = 'real in [0, 1]'\n[scaling]\nsweep = { rh = 'log [1, 2] 3' }\nslope = '= 1'\nruns = 0\n"),
        @r#"
         × `[scaling]` has no `fit`
          ╭─[claims/paper/lemma.toml:5:2]
        4 │ rho = 'real in [0, 1]'
        5 │ [scaling]
          ·  ───┬───
          ·     ╰── something is missing
        6 │ sweep = { rh = 'log [1, 2] 3' }
          ╰────
         help: write what is fitted to what, like `fit = "log(eps) ~ log(rho)"`

         × there is no given `rh`
          ╭─[claims/paper/lemma.toml:6:11]
        5 │ [scaling]
        6 │ sweep = { rh = 'log [1, 2] 3' }
          ·           ─┬
          ·            ╰── not a given of this claim
        7 │ slope = '= 1'
          ╰────
         help: did you mean `rho`?

         × expected what the slope is held against
          ╭─[claims/paper/lemma.toml:7:10]
        6 │ sweep = { rh = 'log [1, 2] 3' }
        7 │ slope = '= 1'
          ·          ┬
          ·          ╰── found `=`
        8 │ runs = 0
          ╰────
         help: write `>= e`, `<= e` or `about e`, with `within d` behind it to say how far off it may be

         × `runs` is a whole number from 1 to 1000000
          ╭─[claims/paper/lemma.toml:8:8]
        7 │ slope = '= 1'
        8 │ runs = 0
          ·        ┬
          ·        ╰── found 0
          ╰────
        "#
    );
}

#[test]
fn a_setting_that_does_not_exist() {
    insta::assert_snapshot!(shown("setting = 'gd-blocks'\n[claim]\na = '1 < 2'\n"), @r#"
     × there is no setting `gd-blocks`
      ╭─[claims/paper/lemma.toml:3:12]
    2 │ at = "Lemma 1"
    3 │ setting = 'gd-blocks'
      ·            ────┬────
      ·                ╰── not a setting of this paper
    4 │ [claim]
      ╰────
     help: a setting is a file `paper/settings/<name>.toml`
    "#);
}

#[test]
fn what_is_wrong_with_a_setting_is_told_at_its_place() {
    let errors = errors("title = 't'\nat = 'a'\nsetting = 'broken'\n[claim]\na = '1 <'\n");
    insta::assert_snapshot!(errors, @"
    claims/paper/settings/broken.toml:2:17: expected an expression: found the end
    claims/paper/lemma.toml:5:9: expected an expression: found the end
    ");
}

#[test]
fn a_name_of_a_setting_is_not_redefined() {
    let errors = errors("title = 't'\nat = 'a'\nsetting = 'b-lemma-b1'\n[let]\nSigma = '1'\n[claim]\na = '1 < 2'\n");
    insta::assert_snapshot!(errors, @"claims/paper/lemma.toml:5:1: `Sigma` is already defined: defined before, in line 16 of claims/paper/settings/b-lemma-b1.toml (a name is never redefined; choose another one)");
}

#[test]
fn a_setting_s_name_is_no_path() {
    for name in ["../other/settings/x", "/etc/passwd", "a/b", "..", ""] {
        let text = format!("title = 't'\nat = 'a'\nsetting = '{name}'\n[claim]\na = '1 < 2'\n");
        let looked_up = |_: &str| -> Option<Arc<Source>> { panic!("looked up {name}") };
        load(&text, Path::new("c.toml"), ClaimId("p/c".into()), &looked_up).expect_err("an error");
    }
}

// Hostile files.

#[test]
fn a_constant_with_chance_has_a_probability_and_its_sweep_a_limit_of_its_own() {
    let text = |values: &str, at_least: &str| {
        format!(
            "title = \"t\"\nat = \"x\"\n[given]\na = \"real in [1, 1000] log\"\n[constant]\nname = \"c\"\nsweep = {{ a = \"log [1, 1000] {values}\" }}\nrandom = {{ z = \"normal\" }}\nat_least = \"{at_least}\"\nclaim = \"z <= c\"\n"
        )
    };
    let wrong = |text: &str| read_bytes(text.as_bytes()).err().map(|errors| errors.render(100, false));
    for level in ["3/2", "0", "-1/2", "2 - 1/2"] {
        let error = wrong(&text("7", level)).unwrap_or_default();
        let parts = ["above 0 and at most 1", "lemma.toml:9:13", &format!("found {level}")];
        assert!(parts.iter().all(|part| error.contains(part)), "{level}: {error}");
    }
    for level in ["1", "9/10", "1 - 1/a"] {
        assert_eq!(wrong(&text("7", level)), None, "{level}");
    }
    for count in ["1", "65"] {
        let error = wrong(&text(count, "9/10")).unwrap_or_default();
        assert!(error.contains("a sweep has 2 to 64 points") && error.contains("lemma.toml:7:"), "{count}: {error}");
    }
}
