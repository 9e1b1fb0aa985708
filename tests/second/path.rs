//! A trajectory, step by step (docs/language.md, Trajectories).

use super::evaluate::{Scope, Value};
use super::values::{Maybe, Stop, beyond};
use dashu_int::ops::BitTest;
use std::collections::BTreeMap;
use theoremcheck::claim::model::{Claim, Named, Trajectory};
use theoremcheck::lang::ast::{Expr, Schedule};

/// More steps than this are not walked.
const MOST_STEPS: i64 = 10_000;

/// A predicate that is asked along the way.
struct Asked<'a> {
    of: &'a Expr,
    always: bool,
    looks_back: bool,
    /// So far.
    verdict: Maybe<bool>,
    violated: bool,
}

/// Whether predicates of the path are true, each of them: at every look before a hypothesis on the path fails, or at the end.
pub fn truths(claim: &Claim, start: &Scope, predicates: &[&str]) -> Vec<Maybe<bool>> {
    let asked = |predicate: &str| {
        let path = claim.trajectory.as_ref()?;
        let find = |list: &[Named<Expr>]| list.iter().position(|p| p.name == predicate);
        let (of, always) = match (find(&path.always), find(&path.finally)) {
            (Some(i), _) => (&path.always[i].value, true),
            (_, Some(i)) => (&path.finally[i].value, false),
            _ => return None,
        };
        Some(Asked { of, always, looks_back: looks_back(of), verdict: Ok(true), violated: false })
    };
    let mut all: Vec<Option<Asked>> = predicates.iter().map(|predicate| asked(predicate)).collect();
    let walked = match &claim.trajectory {
        Some(path) => walk(claim, path, start, &mut all.iter_mut().flatten().collect::<Vec<_>>()),
        None => Ok(()),
    };
    let found = all.into_iter().zip(predicates).map(|(asked, predicate)| match asked {
        None => beyond(format!("the predicate {predicate}")),
        // A violation speaks before anything undecided, and that before what holds.
        Some(asked) if asked.violated => Ok(false),
        Some(asked) => walked.clone().and(asked.verdict),
    });
    found.collect()
}

/// Asks them at every look, until the end or until all are violated.
fn walk(claim: &Claim, path: &Trajectory, start: &Scope, asked: &mut [&mut Asked]) -> Maybe<()> {
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
    let (mut first, mut before) = (BTreeMap::new(), None);
    for t in 0..=steps {
        let mut now = at(claim, path, &start, &state, &first, t);
        now.previous = before.take().map(Box::new);
        if looked_at.contains(&t) || t == steps {
            for hypothesis in &path.assume {
                if !now.truth(&hypothesis.value, None)? {
                    return Ok(());
                }
            }
            for event in &path.first {
                if !first.contains_key(&event.name) && now.truth(&event.value, None)? {
                    first.insert(event.name.clone(), Value::integer(t));
                    now.names.insert(event.name.clone(), Value::integer(t));
                }
            }
            let ends = t == steps || path.until.as_ref().map_or(Ok(false), |until| now.truth(&until.value, None))?;
            for one in asked.iter_mut().filter(|one| !one.violated) {
                if (one.always || ends) && !(t == 0 && one.looks_back) {
                    let found = match undefined_first(path, &now, one.of) {
                        true => Err(Stop::Undefined),
                        false => now.truth(one.of, None),
                    };
                    one.violated = found == Ok(false);
                    one.verdict = one.verdict.clone().and(found);
                }
            }
            if ends || asked.iter().all(|one| one.violated) {
                return Ok(());
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
    Ok(())
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
        long if long.lo.denominator().bit_len() > 8 * 1024 => long.clone().shortened().into(),
        _ => x.clone(),
    };
    match value {
        Value::Number(x) => Value::Number(short(&x)),
        Value::Matrix(m) => Value::Matrix(m.map(short)),
        same => same,
    }
}
