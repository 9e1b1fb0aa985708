//! `[flow]`: the keys of a statement about the solution of a differential equation.
//!
//! They are those of `[trajectory]` with `rate` for `step` and `end` for `steps`; `at` counts looks in time.

use super::document::Item;
use super::load::Loader;
use super::model::Flow;
use super::sections::{part, same_parts};
use crate::lang::parse::{parse_expr, parse_looks};

pub(super) const FLOW_KEYS: &[&str] =
    &["state", "rate", "end", "at", "until", "let", "assume", "first", "always", "finally"];

const STATE: &str = "write `state = { x = \"x0\" }`: each part of the state and its start";
const RATE: &str = "write `rate = { x = \"-x\" }`: the derivative of each part of the state in time";
const END: &str = "write the time at which the flow ends, like `end = \"T\"`";
const AT: &str = "write at how many times it is looked at: `at = 32`, or `at = \"log 20\"`";
const UNTIL: &str = "write a predicate that ends the flow, like `until = \"norm(x) >= 2\"`";
const LET: &str = "write `[flow.let]`, then names of the state at time t, like `loss = \"norm(x)\"`";
const ASSUME: &str = "write `[flow.assume]`, then hypotheses on the path, like `bounded = \"norm(x) <= 1\"`";
const FIRST: &str = "write `[flow.first]`, then first times, like `T0 = \"loss <= delta\"`";
const ALWAYS: &str = "write `[flow.always]`, then what holds at every time, like `bound = \"loss <= 1\"`";
const FINALLY: &str = "write `[flow.finally]`, then what holds at the end, like `small = \"loss <= delta\"`";

/// `None` where a part that a flow cannot do without is missing or cannot be read.
pub(super) fn flow(loader: &mut Loader, item: &Item) -> Option<Flow> {
    let entries = loader.errors.table(item, "write `[flow]`, then `state`, `rate` and `end`")?;
    for entry in entries.iter().filter(|entry| !FLOW_KEYS.contains(&entry.key.as_str())) {
        loader.errors.unknown_key(entry, "`[flow]`", FLOW_KEYS);
    }
    let find = |key: &str| entries.iter().find(|entry| entry.key == key);
    let state = part(loader, item, find("state"), "state", STATE);
    let rate = part(loader, item, find("rate"), "rate", RATE);
    let end = part(loader, item, find("end"), "end", END);
    if let (Some(state), Some(rate)) = (state, rate) {
        same_parts(loader, state, rate, |_| "0".to_owned());
    }
    let state = state.map(|entry| loader.define(entry, STATE, parse_expr));
    let rate = rate.map(|entry| loader.errors.expressions(entry, RATE, parse_expr));
    let end = end.and_then(|entry| loader.errors.expression(entry, END, parse_expr));
    let at = find("at").and_then(|entry| loader.errors.expression(entry, AT, parse_looks));
    let until = find("until").and_then(|entry| loader.errors.expression(entry, UNTIL, parse_expr));
    let lets = find("let").map(|entry| loader.define(entry, LET, parse_expr)).unwrap_or_default();
    let assume = find("assume").map(|entry| loader.assumptions(entry, ASSUME)).unwrap_or_default();
    let first = find("first").map(|entry| loader.define(entry, FIRST, parse_expr)).unwrap_or_default();
    let always = find("always").map(|entry| loader.predicates_of(entry, ALWAYS)).unwrap_or_default();
    let finally = find("finally").map(|entry| loader.predicates_of(entry, FINALLY)).unwrap_or_default();
    Some(Flow { state: state?, rate: rate?, end: end?, at, until, lets, assume, first, always, finally })
}
