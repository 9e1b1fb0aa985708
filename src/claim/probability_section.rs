//! `[probability]`: the keys of a statement that holds with a probability.

use super::diagnostic::Diagnostic;
use super::document::Item;
use super::load::Loader;
use super::model::{Probability, ProbabilityBound};
use super::sections::part;
use crate::lang::parse::{parse_expr, parse_given};

pub(super) const PROBABILITY_KEYS: &[&str] = &["random", "let", "event", "at_least", "at_most"];

const TABLE: &str = "write `[probability]`, then `random`, `event`, and `at_least` or `at_most`";
const RANDOM: &str = "write `random = { W = \"gaussian(n, N)\" }`: what is drawn anew in each trial, and how";
const LET: &str = "write `[probability.let]`, then names of what is random, like `s = \"norm(W)\"`";
const EVENT: &str = "write the event, a predicate, like `event = \"norm(W) <= 3*sqrt(n + N)\"`";
const BOUND: &str = "write what its probability is, of the givens alone, like `at_least = \"1 - 2*exp(-n/2)\"`";

/// `None` where a part that the statement cannot do without is missing or cannot be read.
pub(super) fn probability(loader: &mut Loader, item: &Item) -> Option<Probability> {
    let entries = loader.errors.table(item, TABLE)?;
    for entry in entries.iter().filter(|entry| !PROBABILITY_KEYS.contains(&entry.key.as_str())) {
        loader.errors.unknown_key(entry, "`[probability]`", PROBABILITY_KEYS);
    }
    let find = |key: &str| entries.iter().find(|entry| entry.key == key);
    let random = part(loader, item, find("random"), "random", RANDOM);
    let random = random.map(|entry| loader.define(entry, RANDOM, parse_given));
    let lets = find("let").map(|entry| loader.define(entry, LET, parse_expr)).unwrap_or_default();
    let event = part(loader, item, find("event"), "event", EVENT);
    let event = event.and_then(|entry| loader.errors.expression(entry, EVENT, parse_expr));
    let (side, entry) = match (find("at_least"), find("at_most")) {
        (Some(entry), None) => (ProbabilityBound::AtLeast, entry),
        (None, Some(entry)) => (ProbabilityBound::AtMost, entry),
        (None, None) => {
            loader.errors.note(|| {
                let message = "`[probability]` has neither `at_least` nor `at_most`";
                Diagnostic::new(item.key_place.clone(), message, "something is missing").help(BOUND)
            });
            return None;
        }
        (Some(one), Some(other)) => {
            let later = if one.key_place.start > other.key_place.start { one } else { other };
            loader.errors.note(|| {
                let message = "`[probability]` has `at_least` or `at_most`, not both";
                Diagnostic::new(later.key_place.clone(), message, "the other one stands above")
                    .help("state the other bound in a file of its own")
            });
            return None;
        }
    };
    // The bound has a verdict as predicates have, under this name.
    loader.predicates.label(&mut loader.errors, entry);
    let bound = loader.errors.expression(entry, BOUND, parse_expr);
    Some(Probability { random: random?, lets, event: event?, side, bound: bound? })
}

/// A probability stands alone: beside another conclusion it would be unclear what is drawn when.
pub(super) fn stands_alone(loader: &mut Loader, items: &[Item]) {
    let path = items.iter().filter(|item| item.key == "trajectory").flat_map(Item::entries);
    let path = path.filter(|entry| matches!(&*entry.key, "always" | "finally" | "kernel"));
    let others = items.iter().filter(|item| matches!(&*item.key, "claim" | "flow" | "scaling" | "margin"));
    for other in others.chain(path) {
        loader.errors.note(|| {
            let message = "a claim with `[probability]` claims a probability and nothing else";
            let help = match &*other.key {
                "flow" => "an event of a flow is not checked by this version: take the steps of a `[trajectory]`",
                "margin" => "leave it out: a probability has no margin but itself",
                "kernel" => "leave it out: the runs are made by `step`",
                "always" | "finally" => "state it in a file of its own; `event` may speak of the end of the run",
                _ => "state it in a file of its own",
            };
            Diagnostic::new(other.key_place.clone(), message, "this would not be asked").help(help)
        });
    }
}
