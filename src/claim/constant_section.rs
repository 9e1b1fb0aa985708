//! `[constant]`: the keys of a statement with an unknown constant, and the claim that it becomes.
//!
//! The statement's room ([`crate::lang::need`]) is put in the place of a predicate of the ordinary claim beside it: of `[claim]`, of the path, or of a
//! `[probability]` where something is random. Its margins are measured in the unit 1: they are rooms.

use super::diagnostic::Diagnostic;
use super::document::{Item, Value};
use super::load::Loader;
use super::model::{Claim, Constant, Named, Points, Probability, ProbabilityBound};
use super::points;
use super::reader::choose;
use super::sections::{all_givens, part};
use crate::lang::ast::{Expr, ExprKind, Given, Interval, Sampler};
use crate::lang::need::{Seek, need};
use crate::lang::parse::{parse_expr, parse_given};
use crate::lang::parts::{inlined, names};
use crate::lang::words::is_identifier;
use dashu_int::IBig;
use dashu_ratio::RBig;
use std::collections::BTreeMap;

pub(super) const CONSTANT_KEYS: &[&str] = &["name", "seek", "sweep", "claim", "always", "let", "random", "at_least"];

const TABLE: &str = "write `[constant]`, then `name`, `sweep`, and `claim` or `always`";
const NAME: &str = "write what the constant is called, like `name = \"c\"`";
const SEEK: &str = "write `seek = \"least\"` or `seek = \"greatest\"`";
const SWEEP: &str =
    "write what the constant should not depend on, like `sweep = { d = [1, 2, 4, 8], kappa = \"log [1, 1000] 7\" }`";
const CLAIM: &str = "write the statement, like `claim = \"norm(A) <= c*(sqrt(m) + sqrt(n))\"`";
const LET: &str = "write `[constant.let]`, then names of the statement, like `bound = \"c*sigma1\"`";
const RANDOM: &str = "write `random = { W = \"gaussian(m, n)\" }`: what is drawn anew in each trial, and how";
const AT_LEAST: &str =
    "write the probability with which the statement holds, of the givens alone, like `at_least = \"9/10\"`";

/// The most subexpressions that a statement may have once its names are opened.
const MOST_SIZE: usize = 20_000;
/// The most values of one given that is swept.
const MOST_VALUES: usize = 64;
/// Where a given that may be any positive number is looked for: 2 to the power of plus and minus this.
const OCTAVES: usize = 20;

/// A constant, and what makes an ordinary claim of its statement.
pub(super) struct Read {
    constant: Constant,
    room: Named<Expr>,
    asked: When,
    probability: Option<Probability>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Once,
    AtTheEnd,
    Always,
}

/// `None` where a part that the statement cannot do without is missing or cannot be read.
pub(super) fn constant(loader: &mut Loader, item: &Item, items: &[Item]) -> Option<Read> {
    stands_alone(loader, items);
    let entries = loader.errors.table(item, TABLE)?;
    for entry in entries.iter().filter(|entry| !CONSTANT_KEYS.contains(&entry.key.as_str())) {
        loader.errors.unknown_key(entry, "`[constant]`", CONSTANT_KEYS);
    }
    let find = |key: &str| entries.iter().find(|entry| entry.key == key);
    let moves = items.iter().any(|item| matches!(&*item.key, "trajectory" | "flow"));
    let unbounded = unbounded(loader);
    let name = part(loader, item, find("name"), "name", NAME).and_then(|entry| name(loader, entry));
    let seek = find("seek").map_or(Some(Seek::Least), |entry| seek(loader, entry));
    let sweep = part(loader, item, find("sweep"), "sweep", SWEEP).map(|entry| {
        all_givens(loader, entry);
        sweep(loader, entry, &unbounded)
    });
    // What is random is known to the statement, so its names are settled first.
    let random = find("random").map(|entry| loader.define(entry, RANDOM, parse_given));
    let lets = find("let").map(|entry| loader.define(entry, LET, parse_expr)).unwrap_or_default();
    let at_least = at_least(loader, item, find("random"), find("at_least"));
    let at_least = at_least.filter(|at_least| is_probability(loader, at_least));
    let (statement, always) = statement(loader, item, (find("claim"), find("always")), moves)?;
    let random = match (random, at_least) {
        (Some(random), Some(bound)) => Some((random, bound)),
        (None, None) => None,
        _ => return None,
    };
    if let (true, Some((random, _))) = (always, &random) {
        let place = random.first().map_or(&statement.place, |random| &random.place).clone();
        loader.errors.note(|| {
            Diagnostic::new(place, "what is random is looked at at the end of a run", "beside `always`")
                .help("state what holds at the end under `claim`, or the whole run by a part of the state that keeps its greatest value")
        });
        return None;
    }
    let (name, seek) = (name?, seek?);
    let with: BTreeMap<String, Expr> = opened(loader, &lets)?;
    let whole = inlined(&statement.value, &with, MOST_SIZE);
    let Some(whole) = whole else {
        loader.errors.note(|| {
            Diagnostic::new(statement.place.clone(), "the statement is too large", "with its names opened")
                .help("claim less at once")
        });
        return None;
    };
    let need = match need(&whole, &name, seek) {
        Ok(need) => need,
        Err(error) => {
            loader.errors.note(|| Diagnostic::in_expression(&statement.place, &error));
            return None;
        }
    };
    let room = Named {
        name: name.clone(),
        text: statement.text.clone(),
        place: statement.place.clone(),
        value: need.guarded.clone(),
    };
    let probability = random.map(|(random, bound)| Probability {
        random,
        lets: Vec::new(),
        event: Named { value: need.room.clone(), ..room.clone() },
        side: ProbabilityBound::AtLeast,
        bound: Named { name: name.clone(), ..bound },
    });
    let asked = match (always, moves) {
        (true, _) => When::Always,
        (false, true) => When::AtTheEnd,
        (false, false) => When::Once,
    };
    let constant = Constant { name, seek, sweep: sweep?, statement, lets, need, unbounded };
    Some(Read { constant, room, asked, probability })
}

impl Read {
    /// Makes the claim ask for the room.
    pub(super) fn put_into(self, claim: &mut Claim) {
        let Self { constant, room, asked, probability } = self;
        let one = ExprKind::Number { value: RBig::ONE, text: "1".to_owned() };
        claim.units.each.push(Named { value: Expr::new(one, room.value.span), ..room.clone() });
        match (&probability, asked, &mut claim.trajectory, &mut claim.flow) {
            (Some(_), ..) => {}
            (None, When::Once, ..) => claim.claim.push(room),
            (None, When::Always, Some(path), _) => path.always.push(room),
            (None, When::AtTheEnd, Some(path), _) => path.finally.push(room),
            (None, When::Always, None, Some(flow)) => flow.always.push(room),
            (None, When::AtTheEnd, None, Some(flow)) => flow.finally.push(room),
            // The path could not be read, which has its own error.
            (None, _, None, None) => {}
        }
        claim.probability = probability;
        claim.constant = Some(constant);
    }
}

/// Beside another conclusion it would be unclear what is sought.
fn stands_alone(loader: &mut Loader, items: &[Item]) {
    let path = items.iter().filter(|item| matches!(&*item.key, "trajectory" | "flow")).flat_map(Item::entries);
    let path = path.filter(|entry| matches!(&*entry.key, "always" | "finally"));
    let others = items.iter().filter(|item| matches!(&*item.key, "claim" | "probability" | "scaling" | "margin"));
    for other in others.chain(path) {
        loader.errors.note(|| {
            let help = match &*other.key {
                "margin" => "leave it out: the margin is the constant",
                "probability" => "write `random` and `at_least` under `[constant]`",
                _ => "state it in a file of its own",
            };
            let message = "a claim with `[constant]` speaks of a constant and nothing else";
            Diagnostic::new(other.key_place.clone(), message, "this would not be asked").help(help)
        });
    }
}

fn name(loader: &mut Loader, entry: &Item) -> Option<String> {
    let name = loader.errors.string(entry, NAME)?;
    // Defined once, as values and predicates are.
    let named =
        Item { key: name.clone(), key_place: entry.place.clone(), value: Value::Bool, place: entry.place.clone() };
    loader.values.value(&mut loader.errors, &named);
    loader.predicates.label(&mut loader.errors, &named);
    is_identifier(&name).then_some(name)
}

fn seek(loader: &mut Loader, entry: &Item) -> Option<Seek> {
    match loader.errors.string(entry, SEEK)?.as_str() {
        "least" => Some(Seek::Least),
        "greatest" => Some(Seek::Greatest),
        other => {
            loader.errors.note(|| {
                Diagnostic::new(
                    entry.place.clone(),
                    format!("a constant is not sought by `{other}`"),
                    "neither of the two ways",
                )
                .help(choose(other, &["least", "greatest"], "it is"))
            });
            None
        }
    }
}

/// `claim` or `always`, and whether it is the latter.
fn statement(
    loader: &mut Loader,
    item: &Item,
    written: (Option<&Item>, Option<&Item>),
    moves: bool,
) -> Option<(Named<Expr>, bool)> {
    let (entry, always) = match written {
        (Some(claim), None) => (claim, false),
        (None, Some(always)) if moves => (always, true),
        (None, Some(always)) => {
            loader.errors.note(|| {
                let message = "`always` is said of a run or a flow";
                Diagnostic::new(always.key_place.clone(), message, "nothing moves in this claim").help(CLAIM)
            });
            return None;
        }
        (Some(_), Some(always)) => {
            loader.errors.note(|| {
                let message = "`[constant]` has `claim` or `always`, not both";
                Diagnostic::new(always.key_place.clone(), message, "two statements")
                    .help("state the other one in a file of its own")
            });
            return None;
        }
        (None, None) => {
            loader.errors.note(|| {
                let message = "`[constant]` has neither `claim` nor `always`";
                Diagnostic::new(item.key_place.clone(), message, "something is missing").help(CLAIM)
            });
            return None;
        }
    };
    Some((loader.errors.expression(entry, CLAIM, parse_expr)?, always))
}

/// The probability that belongs to what is random.
fn at_least(loader: &mut Loader, item: &Item, random: Option<&Item>, entry: Option<&Item>) -> Option<Named<Expr>> {
    match (random, entry) {
        (None, None) => None,
        (Some(_), Some(entry)) => loader.errors.expression(entry, AT_LEAST, parse_expr),
        (Some(random), None) => {
            loader.errors.note(|| {
                let message = "`[constant]` has `random` and no `at_least`";
                Diagnostic::new(random.key_place.clone(), message, "with what probability?").help(AT_LEAST)
            });
            None
        }
        (None, Some(entry)) => {
            loader.errors.note(|| {
                let message = format!("`[{}]` has `at_least` and nothing that is random", item.key);
                Diagnostic::new(entry.key_place.clone(), message, "nothing has a probability").help(RANDOM)
            });
            None
        }
    }
}

/// Where it is a plain number it is above 0 and at most 1: with probability 0 everything holds, and with more than 1 nothing does.
fn is_probability(loader: &mut Loader, at_least: &Named<Expr>) -> bool {
    let wrong = points::number(&at_least.value).is_some_and(|value| value <= RBig::ZERO || value > RBig::ONE);
    if wrong {
        loader.errors.note(|| {
            let message = "`at_least` is a probability, above 0 and at most 1";
            Diagnostic::new(at_least.place.clone(), message, format!("found {}", at_least.text.trim())).help(AT_LEAST)
        });
    }
    !wrong
}

/// Each name with those before it opened.
fn opened(loader: &mut Loader, lets: &[Named<Expr>]) -> Option<BTreeMap<String, Expr>> {
    let mut with = BTreeMap::new();
    for entry in lets {
        let Some(value) = inlined(&entry.value, &with, MOST_SIZE).filter(|value| names(value).1 <= MOST_SIZE) else {
            loader.errors.note(|| {
                let message = format!("`{}` is too large", entry.name);
                Diagnostic::new(entry.place.clone(), message, "with its names opened").help("claim less at once")
            });
            return None;
        };
        with.insert(entry.name.clone(), value);
    }
    Some(with)
}

/// Gives `real in (0, inf)` an interval to look in, and answers which givens it stands for.
fn unbounded(loader: &mut Loader) -> Vec<String> {
    let mut found = Vec::new();
    for given in loader.givens_mut() {
        let Given { kind: Sampler::Real(interval), .. } = &mut given.value else { continue };
        if !is_half_line(interval) {
            continue;
        }
        let span = interval.span;
        let power = IBig::from(1) << OCTAVES;
        let number = |value: RBig, text: String| Box::new(Expr::new(ExprKind::Number { value, text }, span));
        let hi = number(RBig::from(power.clone()), power.to_string());
        let lo = number(RBig::ONE / RBig::from(power.clone()), format!("2^-{OCTAVES}"));
        *interval = Interval { lo: *lo, lo_open: false, hi: *hi, hi_open: false, log: true, half_line: true, span };
        found.push(given.name.clone());
    }
    found
}

/// A scale without a constant is a number that no sampler reaches.
pub(super) fn no_half_lines(loader: &mut Loader) {
    let half = |given: &&Named<Given>| matches!(&given.value.kind, Sampler::Real(interval) if is_half_line(interval));
    let places: Vec<_> = loader.givens().iter().filter(half).map(|given| given.place.clone()).collect();
    for place in places {
        loader.errors.note(|| {
            Diagnostic::new(place, "`(0, inf)` belongs to a claim with `[constant]`", "an interval without an end")
                .help("write where to look, like `real in [1/1000, 1000] log`")
        });
    }
}

/// `(0, inf)`
fn is_half_line(interval: &Interval) -> bool {
    let zero = matches!(&interval.lo.kind, ExprKind::Number { value, .. } if *value == RBig::ZERO);
    let endless = matches!(&interval.hi.kind, ExprKind::Name(name) if name == "inf");
    zero && endless && interval.lo_open && interval.hi_open && !interval.log
}

fn sweep(loader: &mut Loader, entry: &Item, unbounded: &[String]) -> Vec<Named<Points>> {
    let mut all = Vec::new();
    for item in loader.errors.table(entry, SWEEP).unwrap_or_default() {
        let found = points::points(&mut loader.errors, item, SWEEP, MOST_VALUES);
        let Some(values) = found else { continue };
        let given = loader.givens().iter().find(|given| given.name == item.key);
        let sampler = given.map(|given| given.value.kind.clone());
        match sampler {
            Some(Sampler::Int { .. }) if !values.iter().all(RBig::is_int) => {
                loader.errors.note(|| {
                    let message = format!("`{}` is an integer", item.key);
                    Diagnostic::new(item.place.clone(), message, "these values are not")
                        .help("write whole numbers, like `[1, 2, 4, 8]`")
                });
            }
            Some(Sampler::Int { lo, hi }) => {
                points::within(&mut loader.errors, item, &values, (&lo, false), (&hi, false))
            }
            // A scale may be any positive number.
            Some(Sampler::Real(_)) if unbounded.contains(&item.key) => {}
            Some(Sampler::Real(Interval { lo, lo_open, hi, hi_open, .. })) => {
                points::within(&mut loader.errors, item, &values, (&lo, lo_open), (&hi, hi_open));
            }
            Some(_) => {
                loader.errors.note(|| {
                    let message = "integers and reals in an interval can be swept";
                    Diagnostic::new(item.key_place.clone(), message, format!("`{}` is neither", item.key))
                        .help("sweep a number and make the matrix from it")
                });
            }
            // Said by `all_givens`.
            None => {}
        }
        let text = String::new();
        all.push(Named { name: item.key.clone(), text, place: item.place.clone(), value: Points { values } });
    }
    all
}
