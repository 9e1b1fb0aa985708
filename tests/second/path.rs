//! A trajectory, step by step (docs/language.md, Trajectories).

use super::evaluate::{Scope, Value};
use super::values::{Maybe, Stop, beyond};
use std::collections::BTreeMap;
use theoremcheck::claim::model::{Claim, Named, Trajectory};
use theoremcheck::lang::ast::{Expr, Schedule};

/// More steps than this are not walked.
const MOST_STEPS: i64 = 10_000;

/// Whether a predicate of the path is true: at every look before a hypothesis on the path fails, or at the end.
pub fn truth(claim: &Claim, start: &Scope, predicate: &str) -> Maybe<bool> {
    let Some(path) = &claim.trajectory else { return beyond(format!("the predicate {predicate}")) };
    let find = |list: &[Named<Expr>]| list.iter().position(|p| p.name == predicate);
    let (asked, always) = match (find(&path.always), find(&path.finally)) {
        (Some(i), _) => (&path.always[i].value, true),
        (_, Some(i)) => (&path.finally[i].value, false),
        _ => return beyond(format!("the predicate {predicate}")),
    };
    let steps = start.integer(&path.steps.value, None)?;
    if !(0..=MOST_STEPS).contains(&steps) {
        return beyond("so many steps");
    }
    let schedule = path.at.as_ref().map(|at| at.value);
    let looked_at: Vec<i64> = match schedule {
        None => (0..=steps).collect(),
        Some(Schedule::Every(n)) => (0..=steps).step_by(n.max(1) as usize).collect(),
        Some(Schedule::Log(n)) => {
            let part = |j: u64| (steps.max(1) as f64).powf(j as f64 / n.max(1) as f64).round() as i64;
            (0..=n).map(part).chain([0]).collect()
        }
    };
    // What does not move is worked out once.
    let mut names = start.names.clone();
    for name in claim.givens.iter().map(|given| &given.name).chain(claim.lets.iter().map(|bound| &bound.name)) {
        if let Ok(value) = start.named(name) {
            names.insert(name.clone(), value);
        }
    }
    let start = Scope::new(claim, names);
    let mut state = BTreeMap::new();
    for part in &path.state {
        state.insert(part.name.clone(), start.value(&part.value, None)?);
    }
    let (mut first, mut before, mut verdict) = (BTreeMap::new(), None, Ok(true));
    for t in 0..=steps {
        let mut now = at(claim, path, &start, &state, &first, t);
        now.previous = before.take().map(Box::new);
        if looked_at.contains(&t) || t == steps {
            for hypothesis in &path.assume {
                if !now.truth(&hypothesis.value, None)? {
                    return verdict;
                }
            }
            for event in &path.first {
                if !first.contains_key(&event.name) && now.truth(&event.value, None)? {
                    first.insert(event.name.clone(), Value::integer(t));
                    now.names.insert(event.name.clone(), Value::integer(t));
                }
            }
            let ends = t == steps || path.until.as_ref().map_or(Ok(false), |until| now.truth(&until.value, None))?;
            if (always || ends) && !(t == 0 && looks_back(asked)) {
                let found = match undefined_first(path, &now, asked) {
                    true => Err(Stop::Undefined),
                    false => now.truth(asked, None),
                };
                // A violation speaks before anything undecided, and that before what holds.
                if found == Ok(false) {
                    return found;
                }
                verdict = verdict.and(found);
            }
            if ends {
                return verdict;
            }
        }
        if t < steps {
            let mut next = BTreeMap::new();
            for part in &path.step {
                next.insert(part.name.clone(), shortened(now.value(&part.value, None)?));
            }
            state = next;
        }
        now.previous = None;
        before = Some(now);
    }
    verdict
}

fn at<'a>(
    claim: &'a Claim,
    path: &'a Trajectory,
    start: &Scope,
    state: &BTreeMap<String, Value>,
    first: &BTreeMap<String, Value>,
    t: i64,
) -> Scope<'a> {
    let mut names = start.names.clone();
    names.extend(state.clone());
    names.extend(first.clone());
    names.insert("t".into(), Value::integer(t));
    let mut scope = Scope::new(claim, names);
    scope.more = &path.lets;
    scope
}

/// Whether it speaks of a first time that has not come.
fn undefined_first(path: &Trajectory, now: &Scope, asked: &Expr) -> bool {
    path.first.iter().any(|event| !now.names.contains_key(&event.name) && mentions(asked, &event.name))
}

fn mentions(e: &Expr, name: &str) -> bool {
    format!("{e:?}").contains(&format!("Name({name:?})"))
}

fn looks_back(e: &Expr) -> bool {
    format!("{e:?}").contains("function: \"prev\"")
}

/// Rational iterates grow with every step: long ones are enclosed.
fn shortened(value: Value) -> Value {
    let short = |x: &super::jets::Jet| match x.real() {
        long if long.lo.denominator().to_le_bytes().len() > 1024 => long.clone().shortened().into(),
        _ => x.clone(),
    };
    match value {
        Value::Number(x) => Value::Number(short(&x)),
        Value::Matrix(m) => Value::Matrix(m.map(short)),
        same => same,
    }
}
