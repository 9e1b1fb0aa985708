//! A claim file's text to a [`Claim`]: which keys there are, what each may hold, and all that is wrong, not only the first.
//!
//! Expressions are parsed, not typed: a name that is not defined, a shape that does not fit are found by `program`.
//! No file is opened here; a setting's text is asked of the caller.

use super::diagnostic::{Diagnostic, Diagnostics};
use super::document::{self, Item, Value};
use super::experiment::Experiment;
use super::model::{
    Claim, ClaimBudget, ClaimId, Depth, Expect, Flow, Link, Named, Place, Probability, Scaling, Source, Trajectory,
    Units, Verdict,
};
use super::names::Names;
use super::reader::{Errors, choose};
use super::{constant_section, experiment_section, flow_section, probability_section, sections};
use crate::lang::ast;
use crate::lang::parse::{parse_expr, parse_given};
use crate::lang::span::LangError;
use std::path::Path;
use std::sync::Arc;

/// The most bytes a file may have.
/// Predicates in one table: each is counted stratum by stratum.
pub const MOST_PREDICATES: usize = 256;

pub const MAX_BYTES: usize = 1 << 20;
/// The most cases a claim can ask for.
const MAX_CASES: u64 = 1_000_000_000;

/// The keys of a claim file, in the order in which one is written.
pub const KEYS: &[&str] = &[
    "title",
    "at",
    "tex",
    "expect",
    "corrected",
    "corrects",
    "uses",
    "setting",
    "notes",
    "given",
    "let",
    "assume",
    "claim",
    "margin",
    "trajectory",
    "flow",
    "scaling",
    "probability",
    "constant",
    "experiment",
    "budget",
];
/// The keys of a setting's file.
const SETTING_KEYS: &[&str] = &["given", "let", "assume", "notes"];

const GIVEN: &str = "write `[given]`, then what the statement quantifies over, like `d = \"int in 1..=8\"`";
const LET: &str = "write `[let]`, then abbreviations, like `s = \"lambda_min(S)\"`";
const ASSUME: &str = "write `[assume]`, then hypotheses, like `small = \"norm(S) < 1\"`";
const CLAIM: &str = "write `[claim]`, then what is claimed, like `growth = \"s1 >= s\"`";
const TITLE: &str = "write `title = \"what the statement says, in a sentence\"`";
const AT: &str = "write where the statement stands, like `at = \"Lemma 3.2\"`";

/// Loads a claim. `path` only names the file in errors; `settings` answers with the text of `settings/<name>.toml` of the
/// claim's paper.
pub fn load(
    text: &str,
    path: &Path,
    id: ClaimId,
    settings: &dyn Fn(&str) -> Option<Arc<Source>>,
) -> Result<Claim, Diagnostics> {
    load_bytes(text.as_bytes(), path, id, settings)
}

/// The same from a file's bytes, which may be too many or no UTF-8.
pub fn load_bytes(
    bytes: &[u8],
    path: &Path,
    id: ClaimId,
    settings: &dyn Fn(&str) -> Option<Arc<Source>>,
) -> Result<Claim, Diagnostics> {
    let source = source(bytes, path)?;
    let items = document::parse(&source).map_err(Diagnostics)?;
    let mut loader = Loader::default();
    let claim = loader.claim(&items, &source, id, settings);
    loader.errors.finish(path, claim)
}

/// What is wrong with a setting by itself, if anything is.
pub fn check_setting(source: &Arc<Source>) -> Result<(), Diagnostics> {
    let mut loader = Loader::default();
    loader.setting_file(source);
    loader.errors.finish(&source.path, Some(()))
}

/// A file as text, if it can be a claim, a setting or a paper.
pub fn source(bytes: &[u8], path: &Path) -> Result<Arc<Source>, Diagnostics> {
    let named = |text: &str| Arc::new(Source { path: path.to_owned(), text: text.into() });
    if bytes.len() > MAX_BYTES {
        let message = "a claim file is at most 1 MiB";
        let found = format!("found {} bytes", bytes.len());
        return Err(Diagnostic::new(Place::file(&named("")), message, found).into());
    }
    match std::str::from_utf8(bytes) {
        // Some editors begin a file with a byte order mark; it is no character of a line.
        Ok(text) => Ok(named(text.strip_prefix('\u{feff}').unwrap_or(text))),
        Err(error) => {
            // What can be shown is the text before the place.
            let (good, rest) = bytes.split_at(error.valid_up_to());
            let byte = rest.first().copied().unwrap_or_default();
            let text = format!("{}\u{fffd}", String::from_utf8_lossy(good));
            let place = Place::new(&named(&text), good.len(), text.len());
            let found = format!("found the byte 0x{byte:02x}");
            Err(Diagnostic::new(place, "the file is not UTF-8", found).help("save the file as UTF-8").into())
        }
    }
}

/// What is known while a file is read.
#[derive(Default)]
pub(super) struct Loader {
    pub errors: Errors,
    pub values: Names,
    pub hypotheses: Names,
    pub predicates: Names,
    givens: Vec<Named<ast::Given>>,
    lets: Vec<Named<ast::Expr>>,
    assume: Vec<Named<ast::Expr>>,
}

impl Loader {
    fn claim(
        &mut self,
        items: &[Item],
        source: &Arc<Source>,
        id: ClaimId,
        settings: &dyn Fn(&str) -> Option<Arc<Source>>,
    ) -> Option<Claim> {
        for item in items {
            self.known(item);
        }
        let find = |key: &str| items.iter().find(|item| item.key == key);

        let title = self.required(source, find("title"), "title", TITLE);
        let at = self.required(source, find("at"), "at", AT);
        let optional = |loader: &mut Self, key: &str| find(key).and_then(|item| loader.text(item));
        let tex = optional(self, "tex");
        let notes = optional(self, "notes");
        let mut links = Vec::new();
        let uses = find("uses").map(|item| self.uses(item, &mut links)).unwrap_or_default();
        let corrected = find("corrected").and_then(|item| self.link(item, &mut links));
        let corrects = find("corrects").and_then(|item| self.link(item, &mut links));

        if let Some(item) = find("setting") {
            self.setting(item, &id, settings);
        }
        self.hypotheses_of(items);
        // What is random is known to the starts of a run.
        let probability: Option<Probability> =
            find("probability").and_then(|item| probability_section::probability(self, item));
        let trajectory: Option<Trajectory> = find("trajectory").and_then(|item| sections::trajectory(self, item));
        let flow: Option<Flow> = find("flow").and_then(|item| flow_section::flow(self, item));
        if let (Some(trajectory), Some(flow)) = (find("trajectory"), find("flow")) {
            self.two_paths(trajectory, flow);
        }
        let claim = find("claim").map(|item| self.predicates_of(item, CLAIM)).unwrap_or_default();
        let scaling: Option<Scaling> = find("scaling").and_then(|item| sections::scaling(self, item));
        if find("probability").is_some() {
            probability_section::stands_alone(self, items);
        }
        if find("constant").is_none() {
            constant_section::no_half_lines(self);
        }
        let constant = find("constant").and_then(|item| constant_section::constant(self, item, items));
        let experiment: Option<Experiment> =
            find("experiment").and_then(|item| experiment_section::experiment(self, item));
        if find("experiment").is_some() {
            experiment_section::stands_alone(self, items);
        }
        let units = find("margin").map(|item| self.units(item)).unwrap_or_default();
        let expect = find("expect").map(|item| self.expect(item)).unwrap_or_default();
        let budget = find("budget").map(|item| self.budget(item)).unwrap_or_default();

        let path = [find("trajectory"), find("flow")].into_iter().flatten().flat_map(Item::entries);
        let path = path.filter(|entry| matches!(&*entry.key, "always" | "finally"));
        // A table that cannot be read has its own error, and is not empty.
        let mut conclusions =
            [find("claim"), find("scaling"), find("probability"), find("constant"), find("experiment")]
                .into_iter()
                .flatten()
                .chain(path);
        if conclusions.all(Item::is_empty_table) {
            let place = find("trajectory").or(find("flow")).or(find("claim")).map(|item| item.key_place.clone());
            self.no_conclusion(place.unwrap_or(Place::file(source)));
        }

        let (title, at) = (title?, at?);
        let mut claim = Claim {
            id,
            source: Arc::clone(source),
            title,
            at,
            tex,
            notes,
            uses,
            corrected,
            corrects,
            links,
            expect,
            givens: std::mem::take(&mut self.givens),
            lets: std::mem::take(&mut self.lets),
            assume: std::mem::take(&mut self.assume),
            claim,
            units,
            trajectory,
            flow,
            scaling,
            probability,
            constant: None,
            experiment,
            budget,
            witness: None,
        };
        if let Some(constant) = constant {
            constant.put_into(&mut claim);
        }
        Some(claim)
    }

    fn known(&mut self, item: &Item) {
        if !KEYS.contains(&item.key.as_str()) {
            self.errors.unknown_key(item, "a claim", KEYS);
        }
    }

    fn no_conclusion(&mut self, place: Place) {
        self.errors.note(|| {
            Diagnostic::new(place, "the claim has no conclusion", "nothing is claimed").help(
                "a claim has `[claim]`, `[scaling]`, `[probability]`, `[constant]`, `[experiment]`, or `always` or `finally` under `[trajectory]` or `[flow]`, with a predicate",
            )
        });
    }

    /// One file is about one path.
    fn two_paths(&mut self, trajectory: &Item, flow: &Item) {
        let later = if flow.key_place.start > trajectory.key_place.start { flow } else { trajectory };
        self.errors.note(|| {
            let message = "a claim has `[trajectory]` or `[flow]`, not both";
            Diagnostic::new(later.key_place.clone(), message, "the other one stands above")
                .help("state them in two files")
        });
    }

    fn required(&mut self, source: &Arc<Source>, item: Option<&Item>, key: &str, example: &str) -> Option<String> {
        match item {
            Some(item) => self.errors.string(item, example),
            None => {
                self.errors.note(|| {
                    Diagnostic::new(Place::file(source), format!("`{key}` is missing"), "a claim starts with it")
                        .help(example)
                });
                None
            }
        }
    }

    fn text(&mut self, item: &Item) -> Option<String> {
        self.errors.string(item, &format!("write `{} = '''..'''`, or leave the key out", item.key))
    }

    fn uses(&mut self, item: &Item, links: &mut Vec<Link>) -> Vec<String> {
        match &item.value {
            Value::Array(elements) => elements.iter().filter_map(|element| self.link(element, links)).collect(),
            _ => {
                self.errors.wrong_type(
                    item,
                    "an array of strings",
                    "write the claims used, like `uses = [\"lemma-3.3\"]`",
                );
                Vec::new()
            }
        }
    }

    fn link(&mut self, item: &Item, links: &mut Vec<Link>) -> Option<String> {
        let example = "name a claim by its file without `.toml`: `lemma-3.3`, or `<paper>/lemma-3.3` of another paper";
        let name = self.errors.string(item, example)?;
        if !ClaimId::is_valid(&name) {
            self.errors.note(|| {
                Diagnostic::new(item.place.clone(), "no claim can have this name", "not the name of a claim")
                    .help(example)
            });
            return None;
        }
        links.push(Link { name: name.clone(), place: item.place.clone() });
        Some(name)
    }

    fn setting(&mut self, item: &Item, id: &ClaimId, settings: &dyn Fn(&str) -> Option<Arc<Source>>) {
        let Some(name) = self.errors.string(item, "write the name of a file in `settings/`, without `.toml`") else {
            return;
        };
        // A setting's name is part of a path, so only what can be one file's name is looked up.
        let found = if ClaimId::is_valid(&name) && !name.contains('/') { settings(&name) } else { None };
        match found {
            Some(source) => self.setting_file(&source),
            None => self.errors.note(|| {
                let file = match id.paper() {
                    "" => "settings/<name>.toml".to_owned(),
                    paper => format!("{paper}/settings/<name>.toml"),
                };
                Diagnostic::new(
                    item.place.clone(),
                    format!("there is no setting `{name}`"),
                    "not a setting of this paper",
                )
                .help(format!("a setting is a file `{file}`"))
            }),
        }
    }

    fn setting_file(&mut self, source: &Arc<Source>) {
        match document::parse(source) {
            Ok(items) => {
                for item in &items {
                    if !SETTING_KEYS.contains(&item.key.as_str()) {
                        self.errors.unknown_key(item, "a setting", SETTING_KEYS);
                    } else if item.key == "notes" {
                        self.text(item);
                    }
                }
                self.hypotheses_of(&items);
            }
            Err(errors) => self.errors.extend(errors),
        }
    }

    /// `[given]`, `[let]` and `[assume]`, of a claim or of a setting.
    fn hypotheses_of(&mut self, items: &[Item]) {
        let find = |key: &str| items.iter().find(|item| item.key == key);
        if let Some(item) = find("given") {
            let givens = self.define(item, GIVEN, parse_given);
            self.givens.extend(givens);
        }
        if let Some(item) = find("let") {
            let lets = self.define(item, LET, parse_expr);
            self.lets.extend(lets);
        }
        if let Some(item) = find("assume") {
            let assume = self.assumptions(item, ASSUME);
            self.assume.extend(assume);
        }
    }

    /// A table whose keys are names that later expressions use.
    pub fn define<T>(
        &mut self,
        item: &Item,
        example: &str,
        parse: impl Fn(&str) -> Result<T, LangError>,
    ) -> Vec<Named<T>> {
        for entry in item.entries() {
            self.values.value(&mut self.errors, entry);
        }
        self.errors.expressions(item, example, parse)
    }

    pub fn assumptions(&mut self, item: &Item, example: &str) -> Vec<Named<ast::Expr>> {
        for entry in item.entries() {
            self.hypotheses.label(&mut self.errors, entry);
        }
        self.errors.expressions(item, example, parse_expr)
    }

    pub fn predicates_of(&mut self, item: &Item, example: &str) -> Vec<Named<ast::Expr>> {
        if item.entries().len() > MOST_PREDICATES {
            self.errors.note(|| {
                Diagnostic::new(
                    item.place.clone(),
                    format!("a table has at most {MOST_PREDICATES} predicates"),
                    format!("{} are given here", item.entries().len()),
                )
                .help("spread them over several claims")
            });
            return Vec::new();
        }
        for entry in item.entries() {
            self.predicates.label(&mut self.errors, entry);
        }
        self.errors.expressions(item, example, parse_expr)
    }

    fn units(&mut self, item: &Item) -> Units {
        let example = "write `unit = \"sigma1^2\"`, or `unit.growth = \"sigma1^2\"` for one predicate";
        let mut units = Units::default();
        for entry in self.errors.table(item, example).unwrap_or_default() {
            match (&*entry.key, &entry.value) {
                ("unit", Value::Table(each)) => {
                    for unit in each {
                        self.predicate_exists(unit);
                        units.each.extend(self.errors.expression(unit, example, parse_expr));
                    }
                }
                ("unit", _) => units.all = self.errors.expression(entry, example, parse_expr),
                _ => self.errors.unknown_key(entry, "`[margin]`", &["unit"]),
            }
        }
        units
    }

    fn expect(&mut self, item: &Item) -> Expect {
        match &item.value {
            Value::Table(each) => Expect::Each(
                each.iter()
                    .filter_map(|entry| {
                        self.predicate_exists(entry);
                        Some((entry.key.clone(), self.verdict(entry)?))
                    })
                    .collect(),
            ),
            _ => self.verdict(item).map(Expect::All).unwrap_or_default(),
        }
    }

    fn verdict(&mut self, item: &Item) -> Option<Verdict> {
        let text = self.errors.string(item, "write a verdict, like `expect = \"refuted\"`")?;
        let verdict = Verdict::ALL.into_iter().find(|verdict| verdict.name() == text);
        if verdict.is_none() {
            self.errors.note(|| {
                let names = Verdict::ALL.map(Verdict::name);
                Diagnostic::new(item.place.clone(), format!("unknown verdict `{text}`"), "not a verdict").help(choose(
                    &text,
                    &names,
                    "the verdicts are",
                ))
            });
        }
        verdict
    }

    fn predicate_exists(&mut self, item: &Item) {
        if !self.predicates.contains(&item.key) {
            let known = &self.predicates;
            self.errors.note(|| {
                let message = format!("there is no predicate `{}`", item.key);
                Diagnostic::new(item.key_place.clone(), message, "not a predicate of this claim").help(choose(
                    &item.key,
                    &known.in_order(),
                    "the predicates are",
                ))
            });
        }
    }

    pub fn givens_mut(&mut self) -> &mut [Named<ast::Given>] {
        &mut self.givens
    }

    pub fn givens(&self) -> &[Named<ast::Given>] {
        &self.givens
    }

    fn depth(&mut self, item: &Item) -> Option<Depth> {
        let text = self.errors.string(item, "write the least budget that the claim is for, like `least = \"deep\"`")?;
        let found = Depth::ALL.into_iter().find(|depth| depth.name() == text);
        if found.is_none() {
            self.errors.note(|| {
                Diagnostic::new(item.place.clone(), format!("there is no budget `{text}`"), "not a budget")
                    .help(choose(&text, &Depth::ALL.map(Depth::name), "the budgets are"))
            });
        }
        found
    }

    fn budget(&mut self, item: &Item) -> ClaimBudget {
        let mut budget = ClaimBudget::default();
        for entry in self.errors.table(item, "write `[budget]`, then `cases = 100000`").unwrap_or_default() {
            match &*entry.key {
                "cases" => budget.cases = self.errors.count(entry, MAX_CASES),
                "least" => budget.least = self.depth(entry),
                _ => self.errors.unknown_key(entry, "`[budget]`", &["cases", "least"]),
            }
        }
        budget
    }
}
