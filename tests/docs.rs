//! The documentation is run: what the examples of the README and of every page of the book say happens is what happens.
//!
//! | block | what is checked |
//! | --- | --- |
//! | ```` ```claim held ```` | a whole claim file: it loads, and a quick run gives this verdict; an `expect` in it is met |
//! | ```` ```setting name ```` | a setting that the claims of the page may include |
//! | ```` ```world ```` | givens that the expressions of the page are about |
//! | ```` ```expr ```` | `expression  # type; note` a line: it is accepted and has this type |
//! | ```` ```error ```` | a claim file that is refused as the next ```` ```text ```` block shows, character for character |
//! | ```` ```console ```` | a session: `$ theoremcheck ..` and `$ cat FILE` print what stands below them, times aside |
//! | ```` ```python name.py ```` | a program that sessions of the page may run |
//! | ```` ```rust path ```` | a part of this file of the repository, which its own tests run |
//!
//! Sessions are typed into a folder that holds the claims and programs shown above them, and into the root of the repository on pages that
//! show no file. With `THEOREMCHECK_DOCS_ACCEPT=1` what is printed is written into the pages. Blocks of other kinds are not looked at;
//! that the pages hang together is what `tests/book.rs` sees to.

mod pages;

use pages::{Block, blocks, differences, pages, read, root};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use theoremcheck::arith::Backend;
use theoremcheck::check::{CheckOptions, Checker};
use theoremcheck::claim::diagnostic::Diagnostics;
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::{Claim, ClaimId, Source};
use theoremcheck::claim::program::Program;
use theoremcheck::engine::budget::Budget;
use theoremcheck::engine::outcome::Outcome;
use theoremcheck::engine::run::{MAX_ELEMENTS, RunOptions, SEED, run};
use theoremcheck::lang::functions::FUNCTIONS;
use theoremcheck::lang::types::Names;
use theoremcheck::lang::words::SAMPLERS;

/// With this in the environment, what needs python3 is not left out.
const PYTHON: &str = "THEOREMCHECK_PYTHON";
/// Where the page's claims are said to stand.
const CLAIM_FILE: &str = "claims/my-paper/lemma-1.toml";

/// A word behind the fence that has to be there.
fn word<'a>(block: &'a Block, page: &str, n: usize) -> &'a str {
    block.words.get(n).unwrap_or_else(|| panic!("{page}:{}: the fence says too little", block.line))
}

fn settings(blocks: &[Block], page: &str) -> BTreeMap<String, Arc<Source>> {
    let settings = blocks.iter().filter(|b| b.kind() == "setting");
    settings
        .map(|b| {
            let name = word(b, page, 1).to_owned();
            let path = PathBuf::from(format!("claims/my-paper/settings/{name}.toml"));
            (name, Arc::new(Source { path, text: b.text.as_str().into() }))
        })
        .collect()
}

fn options() -> CheckOptions {
    CheckOptions { seed: SEED, backend: Backend::best(), max_elements: MAX_ELEMENTS, kernel: None }
}

/// A claim, loaded and typed.
fn claim(text: &str, settings: &BTreeMap<String, Arc<Source>>) -> Result<Claim, Diagnostics> {
    let id = ClaimId("my-paper/lemma-1".into());
    let claim = load(text, Path::new(CLAIM_FILE), id, &|name| settings.get(name).cloned())?;
    Checker::new(&claim, &options())?;
    Ok(claim)
}

#[test]
fn every_claim_in_the_documentation_has_the_verdict_that_is_said() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in &pages() {
        let blocks = blocks(page);
        let settings = settings(&blocks, page);
        for block in blocks.iter().filter(|b| b.kind() == "claim") {
            count += 1;
            let at = format!("{page}:{}", block.line);
            let claim = match claim(&block.text, &settings) {
                Ok(claim) => claim,
                Err(errors) => {
                    wrong.push(format!("{at}: malformed\n{}", errors.render(100, false)));
                    continue;
                }
            };
            let options = RunOptions { budget: Budget::Quick, cases: None, jobs: 1, check: options() };
            let outcomes = run(&[&claim], &options, &|_| {}).unwrap();
            let Some(Outcome::Checked(result)) = outcomes.into_iter().next() else { panic!("{at}: not run") };
            let verdict = result.verdict.name();
            if verdict != word(block, page, 1) {
                wrong.push(format!("{at}: {verdict} {:?} {:?}", result.failure, reasons(&result.predicates)));
            }
            if block.text.contains("expect") && !result.as_expected {
                wrong.push(format!("{at}: not as its `expect` says"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 20);
}

fn reasons(predicates: &[theoremcheck::engine::outcome::PredicateResult]) -> Vec<String> {
    let bad = predicates.iter().filter_map(|p| Some(format!("{}: {}", p.info.name, p.judgement.reason.as_ref()?)));
    bad.collect()
}

#[test]
fn every_expression_in_the_documentation_has_the_type_that_is_said() {
    let page = "docs/language.md";
    let blocks = blocks(page);
    let world = &blocks.iter().find(|b| b.kind() == "world").unwrap().text;
    let mut wrong = Vec::new();
    for block in blocks.iter().filter(|b| b.kind() == "expr") {
        for (i, line) in block.text.lines().enumerate() {
            let at = format!("{page}:{}", block.line + 1 + i);
            let Some((expression, said)) = line.split_once("  # ") else { panic!("{at}: no type is said: {line}") };
            let said = said.split(';').next().unwrap().trim();
            match type_of(world, expression.trim()) {
                Ok(found) if found == said => {}
                Ok(found) => wrong.push(format!("{at}: `{}` is {found}, not {said}", expression.trim())),
                Err(errors) => wrong.push(format!("{at}: {}", errors.render(100, false))),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The type of an expression as it is printed, `a matrix` left out: `n×n`, `a real`.
fn type_of(world: &str, expression: &str) -> Result<String, Diagnostics> {
    let text =
        format!("title = \"T\"\nat = \"Lemma 1\"\n{world}\n[let]\nit = '''{expression}'''\n[claim]\nfine = \"true\"\n");
    let program = Program::new(&claim(&text, &BTreeMap::new())?)?;
    let mut names = Names::default();
    program.givens.iter().for_each(|given| names.insert(given.node, &given.name));
    let it = program.lets.last().expect("one let");
    let ty = names.ty(&program.graph, program.graph.ty(it.node));
    Ok(ty.strip_prefix("a matrix ").unwrap_or(&ty).to_owned())
}

#[test]
fn every_error_in_the_documentation_reads_as_it_is_shown() {
    let mut wrong = String::new();
    let mut count = 0;
    for page in &pages() {
        let blocks = blocks(page);
        let settings = settings(&blocks, page);
        for pair in blocks.windows(2).filter(|pair| pair[0].kind() == "error") {
            count += 1;
            assert_eq!(pair[1].kind(), "text", "{page}:{}: the message follows", pair[0].line);
            let errors = claim(&pair[0].text, &settings).err();
            let shown = errors.map_or_else(|| "accepted\n".to_owned(), |errors| errors.render(100, false));
            if shown != pair[1].text {
                wrong.push_str(&format!("{page}:{}\n{shown}\n", pair[0].line));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count > 4);
}

/// What stands in blocks that are run.
fn examples(page: &str) -> String {
    let run = ["claim", "setting", "expr", "error"];
    blocks(page).into_iter().filter(|b| run.contains(&b.kind())).map(|b| b.text).collect()
}

/// The words of a text, with the character behind each.
fn words(text: &str) -> BTreeSet<(String, char)> {
    let mut words = BTreeSet::new();
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() || c == '_' {
            word.push(c);
        } else if !word.is_empty() {
            words.insert((std::mem::take(&mut word), c));
        }
    }
    words
}

#[test]
fn every_function_and_every_sampler_has_an_example_that_is_run() {
    let page = "docs/language.md";
    let examples = words(&examples(page));
    let functions = FUNCTIONS.iter().filter(|f| !examples.contains(&(f.name.to_owned(), '(')));
    let samplers = SAMPLERS.iter().filter(|s| !examples.iter().any(|(word, _)| word == *s));
    let missing: Vec<&str> = functions.map(|f| f.name).chain(samplers.copied()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_function_has_a_row_with_its_signature() {
    let text = read("docs/language.md");
    let rows = FUNCTIONS.iter().map(|f| format!("| `{}` |", f.signature));
    let missing: Vec<String> = rows.filter(|row| !text.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn the_sessions_of_the_pages_print_what_is_shown() {
    let python = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(python || std::env::var_os(PYTHON).is_none(), "{PYTHON} is set, and python3 does not start");
    let (mut sessions, mut wrong) = (0, String::new());
    for page in &pages() {
        let blocks = blocks(page);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs").join(page);
        let _ = fs::remove_dir_all(&folder);
        let (mut of_page, mut changed) = (root(), Vec::new());
        for block in &blocks {
            let file = match block.kind() {
                "claim" => block.words.get(2),
                "python" => block.words.get(1),
                _ => None,
            };
            if let Some(file) = file {
                let file = folder.join(file);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, &block.text).unwrap();
                of_page = &folder;
            }
            if block.kind() != "console" {
                continue;
            }
            let mut is = String::new();
            for (command, shown) in session(&block.text) {
                sessions += 1;
                let left_out = !python && command.contains("python3");
                let printed = if left_out { shown } else { printed(&command, of_page) };
                is += &format!("$ {command}\n{printed}");
            }
            if timeless(&is) != timeless(&block.text) {
                changed.push((block, is));
            }
        }
        wrong += &differences(page, &changed);
    }
    assert!(wrong.is_empty(), "what is printed now, to be pasted:\n{wrong}");
    assert!(sessions > 10);
}

/// What a command of a session prints in a folder, errors last.
fn printed(command: &str, folder: &Path) -> String {
    let words = shlex::split(command).unwrap_or_else(|| panic!("`{command}` has a quote that is not closed"));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["theoremcheck", ref arguments @ ..] => {
            let mut run = Command::new(env!("CARGO_BIN_EXE_theoremcheck"));
            for variable in ["THEOREMCHECK_BACKEND", "THEOREMCHECK_BUDGET", "THEOREMCHECK_SEED"] {
                run.env_remove(variable);
            }
            // Python is not to leave what it compiled of one program where the next of that name is looked for.
            run.env("PYTHONDONTWRITEBYTECODE", "1");
            let run = run.current_dir(folder).args(arguments).output().unwrap();
            let printed = String::from_utf8(run.stdout).unwrap() + &String::from_utf8(run.stderr).unwrap();
            printed.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
        }
        ["cat", file] => fs::read_to_string(folder.join(file)).unwrap_or_else(|e| panic!("{file}: {e}")),
        _ => panic!("`{command}` is not run: a session has `theoremcheck ..` and `cat FILE`"),
    }
}

#[test]
fn programs_in_rust_are_parts_of_files_that_are_run() {
    let mut found = 0;
    for page in &pages() {
        for block in blocks(page).iter().filter(|block| block.kind() == "rust") {
            if let Some(file) = block.words.get(1) {
                found += 1;
                assert!(read(file).contains(&block.text), "{page}:{}: that is not in {file}", block.line);
            }
        }
    }
    assert!(found >= 2);
}

/// The commands of a session, each with what stands below it.
fn session(text: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), String::new())),
            (None, Some((_, shown))) => *shown += &format!("{line}\n"),
            (None, None) => panic!("a session starts with a command"),
        }
    }
    commands
}

/// Without the time that a run took, and what depends on it.
fn timeless(text: &str) -> String {
    let line = |line: &str| match line.rsplit_once(", ") {
        Some((rest, time)) if time.ends_with(" s") && line.contains("random evaluations a claim") => rest.to_owned(),
        _ => line.trim_end().to_owned(),
    };
    let timed = |line: &&str| !line.contains(" ns a step (");
    text.trim_end().lines().filter(timed).map(|l| line(l) + "\n").collect()
}

#[test]
fn the_commands_of_the_readme_are_those_that_are_run_for_every_change() {
    let ci = read(".ci/run");
    let mut found = 0;
    for block in blocks("README.md").iter().filter(|b| b.kind() == "sh") {
        for command in block.text.lines().filter(|line| line.starts_with("cargo ")) {
            let command = command.split(" #").next().unwrap().trim();
            assert!(ci.contains(command), "`{command}` is not in .ci/run");
            found += 1;
        }
    }
    assert!(found >= 2);
}
