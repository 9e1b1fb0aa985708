//! The judge: it finds nothing wrong with kernels that are right, however they go about it, and names what is wrong with those that are not.

use super::diagnose::{Observation, Rounding, diagnose};
use super::judge::{Judgement, Outcome, judge};
use super::plain::Plain;
use super::reference::{Instance, Next};
use super::slips::Slip;
use super::trials::trials;
use super::{Kernel, KernelError, Kind, Precision, Problem, State, built_in, reference};
use crate::arith::dyadic::Dyadic;
use nalgebra::DMatrix;

type M = DMatrix<f64>;

/// A kernel made of a step; `at` counts the steps.
struct Made<F> {
    kind: Kind,
    precision: Precision,
    step: F,
}

impl<F: Fn(&Problem, &State, u64) -> State + Send + Sync> Kernel for Made<F> {
    fn name(&self) -> &str {
        "made"
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn precision(&self) -> Precision {
        self.precision
    }

    fn run(&self, problem: &Problem, state: &mut State, at: u64, steps: u64) -> Result<(), KernelError> {
        for t in at..at + steps {
            *state = (self.step)(problem, state, t);
        }
        Ok(())
    }
}

fn judged(kind: Kind, step: impl Fn(&Problem, &State, u64) -> State + Send + Sync) -> Judgement {
    judge(&Made { kind, precision: Precision::Double, step }).unwrap()
}

/// A kernel of asymmetric descent from what it makes of `(eta, X, F, G)`.
fn asymmetric(step: impl Fn(f64, &M, &M, &M) -> (M, M) + Send + Sync) -> Judgement {
    judged(Kind::AsymmetricGd, move |problem, state, _| {
        let (f, g) = step(problem.scalars[0], &problem.data[0], &state[0], &state[1]);
        vec![f, g]
    })
}

fn named(judgement: &Judgement) -> Vec<String> {
    let diagnosis = judgement.diagnosis.as_ref().expect("it disagrees");
    diagnosis.whole.iter().map(|explanation| explanation.name()).collect()
}

fn outcome<'a>(judgement: &'a Judgement, check: &str) -> &'a Outcome {
    &judgement.checks.iter().find(|found| found.name == check).unwrap().outcome
}

fn worst(judgement: &Judgement) -> f64 {
    judgement.arrays.iter().map(|worst| worst.ratio).fold(0.0, f64::max)
}

fn single(a: &M) -> M {
    a.map(|x| f64::from(x as f32))
}

#[test]
fn the_plain_and_the_built_in_kernel_of_every_kind_agree() {
    for kind in Kind::ALL {
        if !reference::exists(kind) {
            assert!(judge(&Plain(kind)).is_err());
            continue;
        }
        let judgement = judge(&Plain(kind)).unwrap();
        assert!(judgement.passed(), "{judgement:#?}");
        assert!(worst(&judgement) < 0.5 && worst(&judgement) > 1e-6, "{judgement:#?}");
        assert_eq!(judgement.diagnosis, None);
        let judgement = judge(built_in(kind)).unwrap();
        assert!(judgement.passed(), "{judgement:#?}");
    }
}

#[test]
fn another_order_of_operations_agrees() {
    // Through the Gram matrices, and with the terms of the sums from the end.
    let reversed = |a: &M, b: &M| {
        M::from_fn(a.nrows(), b.ncols(), |i, j| (0..a.ncols()).rev().map(|l| a[(i, l)] * b[(l, j)]).sum())
    };
    let judgement = asymmetric(move |eta, x, f, g| {
        let (ff, gg) = (f.transpose() * f, g.transpose() * g);
        (f + eta * (x * g) - reversed(&(f * eta), &gg), g + (eta * x.transpose()) * f - reversed(&(g * eta), &ff))
    });
    assert!(judgement.passed(), "{judgement:#?}");
}

#[test]
fn a_single_precision_kernel_that_says_so_is_judged_by_its_own_unit() {
    let plain = |problem: &Problem, state: &State, _| {
        let to = |a: &M| a.map(|x| x as f32);
        let (x, f, g) = (to(&problem.data[0]), to(&state[0]), to(&state[1]));
        let eta = problem.scalars[0] as f32;
        let r = x - &f * g.transpose();
        let back = |a: DMatrix<f32>| a.map(f64::from);
        vec![back(&f + eta * &r * &g), back(&g + eta * r.transpose() * &f)]
    };
    let made = |precision| judge(&Made { kind: Kind::AsymmetricGd, precision, step: plain }).unwrap();
    let judgement = made(Precision::Single);
    assert!(judgement.passed(), "{judgement:#?}");
    let judgement = made(Precision::Double);
    assert!(worst(&judgement) > 1e4, "{judgement:#?}");
    assert_eq!(named(&judgement), ["float32"]);
    assert_eq!(judgement.diagnosis.unwrap().whole[0].rounding, Rounding::Float32 { stored: true });
}

#[test]
fn a_slip_in_single_precision_is_named_whatever_the_kernel_says_it_computes_in() {
    let stale = |problem: &Problem, state: &State, _| {
        let to = |a: &M| a.map(|x| x as f32);
        let (x, f, g) = (to(&problem.data[0]), to(&state[0]), to(&state[1]));
        let eta = problem.scalars[0] as f32;
        let r = x - &f * g.transpose();
        let new = &f + eta * &r * &g;
        let second = &g + eta * r.transpose() * &new;
        vec![new.map(f64::from), second.map(f64::from)]
    };
    let made = |precision| judge(&Made { kind: Kind::AsymmetricGd, precision, step: stale }).unwrap();
    assert_eq!(named(&made(Precision::Single)), ["second-uses-new-first-factor"]);
    assert_eq!(named(&made(Precision::Double)), ["second-uses-new-first-factor+float32"]);
}

#[test]
fn sums_in_single_precision_are_told_from_results_in_it() {
    let judgement = asymmetric(|eta, x, f, g| {
        let residual = x - single(&(f * g.transpose()));
        (f + eta * single(&(&residual * g)), g + eta * single(&(residual.transpose() * f)))
    });
    assert_eq!(named(&judgement), ["float32"]);
    assert_eq!(judgement.diagnosis.unwrap().whole[0].rounding, Rounding::Float32 { stored: false });
}

/// What a slip makes of a trial, by its own formula, rounded; nothing where it does not fit.
fn slipped(slip: Slip, x: &Instance, state: &State) -> Option<State> {
    let round = |next: &[Next]| -> State { next.iter().map(|next| next.exact.to_f64()).collect() };
    // What is used too early is what was returned: once more around finds it, and rows in place need a turn each.
    let mut returned = round(&x.step());
    loop {
        let exact: Vec<Dyadic> = returned.iter().map(Dyadic::new).collect::<Option<_>>()?;
        let next = round(&slip.predict(x, &exact)?);
        if next.iter().zip(state).any(|(a, b)| a.shape() != b.shape()) {
            return None;
        }
        if next == returned {
            return Some(returned);
        }
        returned = next;
    }
}

#[test]
fn every_slip_of_every_kind_is_named_and_no_other() {
    let mut named = 0;
    for kind in Kind::ALL {
        for slip in Slip::ALL {
            let seen: Vec<Observation> = trials(kind, Precision::Double)
                .iter()
                .filter_map(|trial| {
                    let before = Instance::new(&trial.problem, &trial.state).unwrap();
                    let returned = slipped(slip, &before, &trial.state)?;
                    Some(Observation { next: before.step(), before, returned })
                })
                .collect();
            if seen.is_empty() {
                continue;
            }
            let found = diagnose(Precision::Double, &seen, &["first", "second"], &[true, true]);
            let found: Vec<Option<Slip>> = found.whole.iter().map(|explanation| explanation.slip).collect();
            assert_eq!(found, [Some(slip)], "{kind:?} {slip:?}");
            named += 1;
        }
    }
    // The six of eta and the state left alone, and by columns, are everyone's; 3 more where there is one factor, 11 where there are two; one with
    // anything flattened, another with measurements.
    assert_eq!(named, 6 * 7 + 3 * 3 + 3 * 11 + 4 + 2);
}

/// Where the wrong formula does not fit, such a kernel fails; where it does, it is named.
#[test]
fn a_transpose_left_out_is_named_though_it_fails_elsewhere() {
    let judgement = asymmetric(|eta, x, f, g| {
        let residual = x - f * g.transpose();
        (f + eta * &residual * g, g + eta * &residual * f)
    });
    assert!(!judgement.passed());
    assert!(judgement.failures.iter().any(|(_, error)| error.to_string().contains("it panicked: ")), "{judgement:#?}");
    assert_eq!(named(&judgement), ["residual-not-transposed"]);
}

#[test]
fn the_other_transposes_are_named_too() {
    let turned = asymmetric(|eta, x, f, g| {
        let residual = x - f * g.transpose();
        (f + eta * residual.transpose() * g, g + eta * residual.transpose() * f)
    });
    assert_eq!(named(&turned), ["residual-transposed"]);
    let product = asymmetric(|eta, x, f, g| {
        let residual = x - f * g;
        (f + eta * &residual * g, g + eta * residual.transpose() * f)
    });
    assert_eq!(named(&product), ["product-not-transposed"]);
    let target = asymmetric(|eta, x, f, g| {
        let residual = x.transpose() - f * g.transpose();
        (f + eta * &residual * g, g + eta * residual.transpose() * f)
    });
    assert_eq!(named(&target), ["target-transposed"]);
    let swapped = asymmetric(|eta, x, f, g| {
        let residual = x - f * g.transpose();
        (g + eta * residual.transpose() * f, f + eta * &residual * g)
    });
    assert_eq!(named(&swapped), ["answers-swapped"]);
    let gram = judged(Kind::SymmetricGd, |problem, state, _| {
        let x = &state[0];
        vec![x + problem.scalars[0] * (&problem.data[0] - x.transpose() * x) * x]
    });
    assert_eq!(named(&gram), ["product-turned"]);
}

#[test]
fn a_fault_in_one_array_is_found_there() {
    let judgement = asymmetric(|eta, x, f, g| {
        let residual = x - f * g.transpose();
        (f + eta * &residual * g, g + eta * eta * residual.transpose() * f)
    });
    let diagnosis = judgement.diagnosis.as_ref().unwrap();
    assert_eq!(diagnosis.whole, []);
    let [("G", found)] = &diagnosis.arrays[..] else { panic!("{diagnosis:?}") };
    assert_eq!(found.iter().map(|found| found.name()).collect::<Vec<_>>(), ["eta-twice"]);
    assert!(judgement.arrays[0].ratio < 1.0 && judgement.arrays[1].ratio > 1e3, "{judgement:#?}");
}

#[test]
fn what_no_hypothesis_explains_has_no_name() {
    let judgement = asymmetric(|eta, x, f, g| {
        let residual = x - f * g.transpose();
        (f + 1.01 * eta * &residual * g, g + eta * residual.transpose() * f)
    });
    let diagnosis = judgement.diagnosis.unwrap();
    assert_eq!((diagnosis.whole.len(), diagnosis.arrays), (0, vec![("F", Vec::new())]));
}

#[test]
fn what_is_not_a_function_is_found() {
    use std::sync::atomic::{AtomicU64, Ordering};
    let calls = AtomicU64::new(0);
    let judgement = judged(Kind::SymmetricGd, |problem, state, _| {
        let mut next = state.clone();
        Plain(Kind::SymmetricGd).run(problem, &mut next, 0, 1).unwrap();
        // In the last bit, every other time.
        if calls.fetch_add(1, Ordering::Relaxed) % 2 == 1 && next[0][(0, 0)] != 0.0 {
            next[0][(0, 0)] = next[0][(0, 0)].next_up();
        }
        next
    });
    assert!(judgement.agrees() && !judgement.passed(), "{judgement:#?}");
    let Outcome::Failed(message) = outcome(&judgement, "the same twice") else { panic!("{judgement:#?}") };
    assert!(message.starts_with("other bits the second time ("), "{message}");
}

/// Makes another number of steps than it is asked for.
struct Counts(fn(u64) -> u64);

impl Kernel for Counts {
    fn name(&self) -> &str {
        "counts"
    }

    fn kind(&self) -> Kind {
        Kind::SymmetricGd
    }

    fn run(&self, problem: &Problem, state: &mut State, at: u64, steps: u64) -> Result<(), KernelError> {
        Plain(Kind::SymmetricGd).run(problem, state, at, (self.0)(steps))
    }
}

#[test]
fn many_steps_that_are_one_too_few_are_found() {
    let message = |counts| {
        let judgement = judge(&Counts(counts)).unwrap();
        assert!(judgement.agrees(), "{judgement:#?}");
        let Outcome::Failed(message) = outcome(&judgement, "many steps at once") else { panic!("{judgement:#?}") };
        message.clone()
    };
    let one_short = message(|steps| if steps > 1 { steps - 1 } else { steps });
    assert!(one_short.contains("they are what 4 single steps give"), "{one_short}");
    // Only a long run shows it.
    let at_most = message(|steps| steps.min(32));
    assert!(
        at_most.contains("they are what 32 single steps give (n = 3, k = 2, many steps, 1100 steps; "),
        "{at_most}"
    );
    let in_a_byte = message(|steps| steps % 256);
    assert!(in_a_byte.contains("they are what 76 single steps give"), "{in_a_byte}");
}

/// Not all stepsizes are small and positive.
#[test]
fn a_stepsize_that_is_cut_is_found_where_it_is() {
    let cut = |f: fn(f64) -> f64| {
        let judgement = asymmetric(move |eta, x, g, h| {
            let residual = x - g * h.transpose();
            (g + f(eta) * &residual * h, h + f(eta) * residual.transpose() * g)
        });
        assert!(!judgement.agrees());
        assert!(judgement.diagnosis.as_ref().is_some_and(|diagnosis| !diagnosis.named()), "{judgement:#?}");
        let beyond = judgement.arrays.into_iter().map(|worst| worst.beyond);
        beyond.map(|beyond| beyond.into_iter().map(|(place, _)| place.trial).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let negative = vec!["3×4, k = 2, negative eta".to_owned()];
    assert_eq!(cut(|eta| eta.max(0.0)), [negative.clone(), negative.clone()]);
    assert_eq!(cut(f64::abs), [negative.clone(), negative]);
    let large = vec!["4×5, k = 2, large eta".to_owned()];
    assert_eq!(cut(|eta| eta.min(0.5)), [large.clone(), large]);
}

#[test]
fn what_is_not_finite_must_not_be_hidden() {
    let cleaned = judged(Kind::SymmetricGd, |problem, state, _| {
        let mut next = state.clone();
        Plain(Kind::SymmetricGd).run(problem, &mut next, 0, 1).unwrap();
        next.iter().map(|array| array.map(|x| if x.is_nan() { 0.0 } else { x })).collect()
    });
    let Outcome::Failed(message) = outcome(&cleaned, "NaN and overflow") else { panic!("{cleaned:#?}") };
    assert!(message.starts_with("eta = NaN is hidden: X[1, 1] is 0.000e0"), "{message}");
    let clamped = judged(Kind::SymmetricGd, |problem, state, _| {
        let mut next = state.clone();
        Plain(Kind::SymmetricGd).run(problem, &mut next, 0, 1).unwrap();
        let asked = problem.scalars.iter().chain(state[0].iter()).chain(problem.data[0].iter());
        if asked.copied().all(f64::is_finite) {
            next[0].apply(|x| *x = if x.is_finite() { *x } else { f64::MAX });
        }
        next
    });
    assert!(clamped.agrees());
    let found = outcome(&clamped, "NaN and overflow");
    assert!(matches!(found, Outcome::Failed(message) if message.contains("comes back finite")), "{found:?}");
}

/// Takes problems whose state has at most so many columns.
struct Narrow(usize);

impl Kernel for Narrow {
    fn name(&self) -> &str {
        "narrow"
    }

    fn kind(&self) -> Kind {
        Kind::SymmetricGd
    }

    fn run(&self, problem: &Problem, state: &mut State, at: u64, steps: u64) -> Result<(), KernelError> {
        if state[0].ncols() > self.0 {
            return Err(KernelError::Unsupported("too wide".to_owned()));
        }
        Plain(Kind::SymmetricGd).run(problem, state, at, steps)
    }
}

#[test]
fn problems_that_a_kernel_does_not_take_are_left_out_but_not_all_of_them() {
    let judgement = judge(&Narrow(2)).unwrap();
    assert!(judgement.passed() && !judgement.failures.is_empty() && judgement.steps > 20, "{judgement:#?}");
    assert!(!judge(&Narrow(0)).unwrap().passed());
}

/// Changes what it was only lent.
struct Meddling;

impl Kernel for Meddling {
    fn name(&self) -> &str {
        "meddling"
    }

    fn kind(&self) -> Kind {
        Kind::SymmetricGd
    }

    fn run(&self, _: &Problem, state: &mut State, _: u64, _: u64) -> Result<(), KernelError> {
        state.pop();
        Ok(())
    }
}

#[test]
fn a_state_of_other_shapes_is_no_answer() {
    let judgement = judge(&Meddling).unwrap();
    assert!(!judgement.passed());
    let message = judgement.failures[0].1.to_string();
    assert_eq!(message, "the kernel failed: it returned arrays of shapes none, where 2×2 are expected");
}
