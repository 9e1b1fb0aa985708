//! A claim's cases twice: in `f64` lanes with their bounds (by replaying), and in exact rationals or enclosures from the same draws.

#![expect(dead_code, reason = "each test file uses its own part")]

use dashu_ratio::RBig;
use std::collections::BTreeMap;
use std::path::Path;
use theoremcheck::arith::Backend;
use theoremcheck::arith::ball::Ball;
use theoremcheck::arith::exact::Exact;
use theoremcheck::arith::number::Number;
use theoremcheck::check::{CheckOptions, Checker, Replay};
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::{Claim, ClaimId};
use theoremcheck::claim::program::Program;
use theoremcheck::eval::compile::{Request, compile, integer};
use theoremcheck::eval::machine::{Machine, Truth};
use theoremcheck::eval::plan::Plan;
use theoremcheck::eval::run::run;
use theoremcheck::lang::ir::{Dim, NodeId, Type};
use theoremcheck::sample::strata::{BlockShape, Filler, Lanes, Stratum, stratum_of};
use theoremcheck::sample::stream::{Key, Stream};

/// Cases of which every stratum has some.
pub const ROUND: u64 = 128;
const SEED: u64 = 1;
const MAX_ELEMENTS: usize = 1 << 16;

pub fn claim(body: &str) -> Claim {
    let text = format!("title = \"t\"\nat = \"here\"\n{body}");
    match load(&text, Path::new("p/c.toml"), ClaimId("p/c".into()), &|_| None) {
        Ok(claim) => claim,
        Err(errors) => panic!("{}", errors.render(100, false)),
    }
}

/// A value in exact rationals, or in enclosures.
#[derive(Clone, Debug)]
pub enum Value<N = Exact> {
    /// Whether it is true; `None` where it is not known or undefined.
    Truth(Option<bool>),
    Undefined,
    Numbers {
        rows: usize,
        cols: usize,
        entries: Vec<N>,
    },
}

impl Value {
    /// Entries, if all are known.
    pub fn known(&self) -> Option<Matrix> {
        let Self::Numbers { rows, cols, entries } = self else { return None };
        let entries = entries.iter().map(|x| x.rational().cloned()).collect::<Option<Vec<_>>>()?;
        Some(Matrix { rows: *rows, cols: *cols, entries })
    }
}

pub struct Case {
    pub stratum: Stratum,
    pub exact: BTreeMap<String, Value>,
}

pub struct Twin {
    pub program: Program,
    pub checker: Checker,
    key: Key,
    plans: std::cell::RefCell<BTreeMap<Vec<i64>, std::rc::Rc<Plan>>>,
}

impl Twin {
    pub fn new(body: &str) -> Self {
        let claim = claim(body);
        let program = Program::new(&claim).unwrap_or_else(|e| panic!("{}", e.render(100, false)));
        let options = CheckOptions { seed: SEED, backend: Backend::best(), max_elements: MAX_ELEMENTS, kernel: None };
        let checker = Checker::new(&claim, &options).expect("as the program");
        Self { program, checker, key: Key::new(SEED, &claim.id.0), plans: Default::default() }
    }

    pub fn replay(&self, case: u64) -> Replay {
        self.checker.replay(case).expect("a case")
    }

    /// The case in exact rationals; `None` where an integer has no value.
    pub fn exact(&self, case: u64, replay: &Replay) -> Option<Case> {
        let (stratum, exact) = self.run::<Exact>(case, replay)?;
        Some(Case { stratum, exact })
    }

    /// The case in certified reals, at the working precision.
    pub fn balls(&self, case: u64, replay: &Replay) -> Option<BTreeMap<String, Value<Ball>>> {
        Some(self.run::<Ball>(case, replay)?.1)
    }

    fn run<N: Number>(&self, case: u64, replay: &Replay) -> Option<(Stratum, BTreeMap<String, Value<N>>)> {
        let program = &self.program;
        let mut ints = BTreeMap::new();
        for &id in &program.structural {
            let name = &program.givens[program.int_given(id).given].name;
            ints.insert(id, replay.ints.iter().find(|(n, _)| n == name)?.1);
        }
        let named: Vec<(String, NodeId)> = program
            .givens
            .iter()
            .chain(&program.lets)
            .chain(&program.assume)
            .map(|b| (b.name.clone(), b.node))
            .chain(program.asked.iter().map(|a| (format!("?{}", a.name), a.predicate.truth)))
            .collect();
        let key: Vec<i64> = ints.values().copied().collect();
        let mut plans = self.plans.borrow_mut();
        let plan = plans.entry(key).or_insert_with(|| {
            let request = Request {
                graph: &program.graph,
                analysis: &program.analysis,
                ints: &ints,
                lane_ints: &program.lane_ints,
                sections: &[named.iter().map(|n| n.1).collect()],
                max_elements: MAX_ELEMENTS,
            };
            std::rc::Rc::new(compile(&request).expect("a plan"))
        });
        let plan = std::rc::Rc::clone(plan);
        drop(plans);
        let (octet, lane) = (case / 8, (case % 8) as usize);
        let stratum = stratum_of(octet);
        let mut stream = Stream::new(&self.key, octet);
        let mut machine = Machine::<N>::new();
        machine.load(&plan);
        let size = |dim: &Dim| {
            let terms = dim.terms.iter().map(|(atoms, c)| {
                atoms.iter().fold(*c, |t, a| t * integer(&program.graph, &ints, *a).expect("an integer"))
            });
            terms.sum::<i64>() as usize
        };
        let shapes: Vec<BlockShape> = program
            .samples
            .blocks
            .iter()
            .map(|b| BlockShape { role: b.role, rows: size(&b.rows), cols: size(&b.cols) })
            .collect();
        let mut filler = Filler::new();
        let drawn = filler.fill::<Exact>(Backend::best(), &mut stream, stratum, &shapes);
        let mut from = 0;
        for (block, shape) in program.samples.blocks.iter().zip(&shapes) {
            let one: Vec<Lanes> = drawn[from..from + shape.len()].iter().map(|x| Lanes([x.0[lane]; 8])).collect();
            from += shape.len();
            for (_, slot) in plan.draws.iter().filter(|(id, _)| *id == block.id) {
                machine.set_draw(&plan, *slot, &one, None);
            }
        }
        run(&plan, 0, &mut machine).expect("within the work");
        let mut values = BTreeMap::new();
        for (name, node) in named {
            let id = plan.roots[0][&node];
            let slot = plan.slots[id as usize];
            let value = if *program.graph.ty(node) == Type::Bool {
                let Truth { yes, no, .. } = machine.truths[id as usize];
                Value::Truth(match (yes & 1, no & 1) {
                    (1, _) => Some(true),
                    (_, 1) => Some(false),
                    _ => None,
                })
            } else if machine.undefined[id as usize] & 1 == 1 {
                Value::Undefined
            } else {
                let entries = machine.numbers[slot.range()].to_vec();
                Value::Numbers { rows: slot.rows as usize, cols: slot.cols as usize, entries }
            };
            values.insert(name, value);
        }
        Some((stratum, values))
    }

    /// The cases `0..count` that have integers, exactly.
    pub fn each(&self, count: u64, mut visit: impl FnMut(u64, &Replay, &Case)) {
        for case in 0..count {
            let replay = self.replay(case);
            if let Some(exact) = self.exact(case, &replay) {
                visit(case, &replay, &exact);
            }
        }
    }
}

/// An exact matrix, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    pub rows: usize,
    pub cols: usize,
    pub entries: Vec<RBig>,
}

impl Matrix {
    pub fn scalar(n: usize, x: &RBig) -> Self {
        let entries = (0..n * n).map(|k| if k / n == k % n { x.clone() } else { RBig::ZERO }).collect();
        Self { rows: n, cols: n, entries }
    }

    pub fn at(&self, i: usize, j: usize) -> &RBig {
        &self.entries[i * self.cols + j]
    }

    pub fn transpose(&self) -> Self {
        let (m, n) = (self.rows, self.cols);
        let entries = (0..m * n).map(|k| self.at(k % m, k / m).clone()).collect();
        Self { rows: n, cols: m, entries }
    }

    pub fn times(&self, b: &Self) -> Self {
        let mut entries = Vec::new();
        for i in 0..self.rows {
            for j in 0..b.cols {
                entries.push((0..self.cols).map(|l| self.at(i, l) * b.at(l, j)).fold(RBig::ZERO, |s, x| s + x));
            }
        }
        Self { rows: self.rows, cols: b.cols, entries }
    }

    pub fn minus(&self, b: &Self) -> Self {
        assert_eq!((self.rows, self.cols), (b.rows, b.cols));
        let entries = self.entries.iter().zip(&b.entries).map(|(x, y)| x - y).collect();
        Self { entries, ..*self }
    }

    /// The lesser of the two Gram matrices.
    pub fn gram(&self) -> Self {
        let t = self.transpose();
        if self.rows <= self.cols { self.times(&t) } else { t.times(self) }
    }

    pub fn rank(&self) -> usize {
        let mut a = self.clone();
        let mut rank = 0;
        for j in 0..a.cols {
            let Some(p) = (rank..a.rows).find(|&i| !a.at(i, j).is_zero()) else { continue };
            for k in 0..a.cols {
                a.entries.swap(p * a.cols + k, rank * a.cols + k);
            }
            for i in rank + 1..a.rows {
                let f = a.at(i, j) / a.at(rank, j);
                for k in j..a.cols {
                    let x = a.at(i, k) - &f * a.at(rank, k);
                    a.entries[i * a.cols + k] = x;
                }
            }
            rank += 1;
        }
        rank
    }

    /// Whether a symmetric matrix has no negative eigenvalue: elimination with symmetric pivots.
    pub fn is_semidefinite(&self) -> bool {
        assert_eq!(*self, self.transpose(), "symmetric");
        let n = self.rows;
        let mut a = self.clone();
        let mut left: Vec<usize> = (0..n).collect();
        while let Some(at) = left.iter().position(|&i| !a.at(i, i).is_zero()) {
            let p = left.remove(at);
            if *a.at(p, p) < RBig::ZERO {
                return false;
            }
            for &i in &left {
                for &j in &left {
                    let x = a.at(i, j) - a.at(i, p) * a.at(p, j) / a.at(p, p);
                    a.entries[i * n + j] = x;
                }
            }
        }
        left.iter().all(|&i| left.iter().all(|&j| a.at(i, j).is_zero()))
    }
}

pub fn exact(x: f64) -> RBig {
    RBig::try_from(x).expect("finite")
}
