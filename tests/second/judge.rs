//! Whether values refute a predicate: every given is a member, every hypothesis true, the unit positive, the predicate false.

use super::evaluate::{Scope, Value};
use super::members::is_member;
use super::path;
use super::values::{Maybe, Stop, beyond};
use std::collections::BTreeMap;
use theoremcheck::claim::model::Claim;
use theoremcheck::lang::ast::Sampler;

/// Values of the sampled givens, by name.
pub type Values = BTreeMap<String, Value>;

/// A scope with the values; only names of sampled givens, and all of them.
pub fn scope<'a>(claim: &'a Claim, values: &Values) -> Result<Scope<'a>, String> {
    let sampled = || claim.givens.iter().filter(|g| !matches!(g.value.kind, Sampler::Value(_)));
    for given in sampled() {
        if !values.contains_key(&given.name) {
            return Err(format!("no value for `{}`", given.name));
        }
    }
    for name in values.keys() {
        if !sampled().any(|g| g.name == *name) {
            return Err(format!("`{name}` is no sampled given"));
        }
    }
    Ok(Scope::new(claim, values.clone()))
}

/// Whether the hypotheses of all predicates are true; else which is not known to be.
pub fn hypotheses(claim: &Claim, values: &Values) -> Result<(), String> {
    let scope = scope(claim, values)?;
    for given in &claim.givens {
        let member = match &given.value.kind {
            Sampler::Value(_) => scope.named(&given.name).map(|_| true),
            sampler => is_member(&scope, sampler, &values[&given.name]),
        };
        if member != Ok(true) {
            return Err(format!("given `{}`: {member:?}", given.name));
        }
    }
    for assumption in &claim.assume {
        let truth = scope.truth(&assumption.value, None);
        if truth != Ok(true) {
            return Err(format!("hypothesis `{}`: {truth:?}", assumption.name));
        }
    }
    Ok(())
}

/// Whether predicates are true of the values in a scope, whatever the hypotheses. What several of them use is worked out once.
pub fn truths(claim: &Claim, scope: &Scope, predicates: &[&str]) -> Vec<Maybe<bool>> {
    let of_values = |name: &str| claim.claim.iter().find(|p| p.name == name);
    let of_path: Vec<&str> = predicates.iter().copied().filter(|name| of_values(name).is_none()).collect();
    let mut along = if of_path.is_empty() { Vec::new() } else { path::truths(claim, scope, &of_path) }.into_iter();
    let truth = |name: &&str| match of_values(name) {
        Some(asked) => scope.truth(&asked.value, None),
        None => along.next().unwrap_or_else(|| beyond("no answer")),
    };
    predicates.iter().map(truth).collect()
}

/// Whether a predicate is true of values, whatever the hypotheses.
pub fn truth(claim: &Claim, values: &Values, predicate: &str) -> Maybe<bool> {
    let scope = scope(claim, values).map_err(Stop::Beyond)?;
    truths(claim, &scope, &[predicate]).remove(0)
}

/// Whether values refute a predicate; else why not.
pub fn refuted(claim: &Claim, values: &Values, predicate: &str) -> Result<(), String> {
    hypotheses(claim, values)?;
    let unit = claim.units.each.iter().find(|u| u.name == predicate).or(claim.units.all.as_ref());
    // A unit on a path is one of the state's names, and is left to the path.
    if let Some(unit) = unit.filter(|_| claim.claim.iter().any(|p| p.name == predicate)) {
        let scope = scope(claim, values)?;
        let positive = scope.interval(&unit.value, None).and_then(|x| super::values::Interval::from(0).less(&x));
        if positive != Ok(true) {
            return Err(format!("the unit: {positive:?}"));
        }
    }
    match truth(claim, values, predicate) {
        Ok(false) => Ok(()),
        other => Err(format!("predicate `{predicate}`: {other:?}")),
    }
}
