//! The built-in kernels beside the obvious `nalgebra`, on one thread, and beside what the processor can do at all.
//!
//! `cargo bench --bench kernels` runs Criterion on each of ours, then prints a table from rounds in which ours, the plain version and a
//! loop of nothing but fused multiply-adds take turns, so that whatever else the machine does befalls them alike; times are medians
//! over the rounds. The columns are nanoseconds a step of one problem, the ratio to `nalgebra`, and the share of the peak that the fused
//! multiply-adds make which the definition needs. `-- --table` prints the table alone, `-- --json` the same for
//! `benches/peers/run.py`, and Criterion's own arguments select what it runs.

use criterion::{BenchmarkId, Criterion};
use nalgebra::{DMatrix, DVector};
use std::hint::black_box;
use theoremcheck::arith::{Backend, Job, Lane8, dispatch};
use theoremcheck::kernel::reduce::Reduction;
use theoremcheck::kernel::{BuiltIn, Kernel, Kind, Problem, State};

const ROUNDS: usize = 15;
/// What one turn of a program should take, in seconds.
const TURN: f64 = 0.01;

/// Numbers in [-1, 1).
struct Draws(u64);

impl Draws {
    fn matrix(&mut self, rows: usize, columns: usize, size: f64) -> DMatrix<f64> {
        DMatrix::from_fn(rows, columns, |_, _| {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            size * ((self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0)
        })
    }
}

/// A problem, eight starts, and how many fused multiply-adds a step of one problem takes in our order.
struct Workload {
    name: String,
    problem: Problem,
    starts: [State; 8],
    fused: f64,
    /// Whether eight are made at once.
    octet: bool,
}

fn symmetric(k: usize) -> Workload {
    let n = 50;
    let mut draws = Draws(k as u64);
    let sigma = DMatrix::from_fn(n, n, |i, j| if i == j && i < 2 { 1.0 - 0.5 * i as f64 } else { 0.0 });
    Workload {
        name: format!("symmetric n=50 k={k}"),
        problem: Problem { kind: Kind::SymmetricGd, scalars: vec![0.01], data: vec![sigma] },
        starts: std::array::from_fn(|_| vec![draws.matrix(n, k, 1e-3)]),
        fused: (n * (k + k * k + k * (k + 1) / 2)) as f64,
        octet: true,
    }
}

fn asymmetric(m: usize, n: usize, k: usize, eta: f64, octet: bool) -> Workload {
    let mut draws = Draws(k as u64);
    let target = draws.matrix(m, n, 1.0);
    Workload {
        name: format!("asymmetric {m}x{n} k={k}"),
        problem: Problem { kind: Kind::AsymmetricGd, scalars: vec![eta], data: vec![target] },
        starts: std::array::from_fn(|_| vec![draws.matrix(m, k, 1e-2), draws.matrix(n, k, 1e-2)]),
        fused: 3.0 * (m * n * k) as f64,
        octet,
    }
}

fn sensing() -> Workload {
    let (n, k, q) = (50, 4, 700);
    let mut draws = Draws(5);
    let a = draws.matrix(q, n * n, (3.0 / q as f64).sqrt());
    let target = draws.matrix(n, 2, 0.2) * draws.matrix(2, n, 0.2);
    Workload {
        name: "sensing n=50 k=4 m=700".to_owned(),
        problem: Problem { kind: Kind::AsymmetricSensingGd, scalars: vec![0.05], data: vec![a, target] },
        starts: std::array::from_fn(|_| vec![draws.matrix(n, k, 1e-2), draws.matrix(n, k, 1e-2)]),
        fused: (n * n * (2 * q + 3 * k)) as f64,
        octet: true,
    }
}

fn workloads() -> Vec<Workload> {
    let mut out: Vec<Workload> = [2, 3, 5].into_iter().map(symmetric).collect();
    out.extend([2, 4, 8].into_iter().map(|k| asymmetric(k, k, k, 0.01, true)));
    out.push(asymmetric(250, 200, 200, 2e-4, false));
    out.push(sensing());
    out
}

/// What one would write first.
fn obvious(problem: &Problem, state: &mut State, steps: u64) {
    let eta = problem.scalars[0];
    for _ in 0..steps {
        match (&problem.data[..], &mut state[..]) {
            ([sigma], [x]) => *x = &*x + (sigma - &*x * x.transpose()) * &*x * eta,
            ([target], [f, g]) => {
                let e = target - &*f * g.transpose();
                let new = &*f + &e * &*g * eta;
                *g = &*g + e.transpose() * &*f * eta;
                *f = new;
            }
            ([a, target], [f, g]) => {
                let r = &*f * g.transpose() - target;
                let r = DVector::from_column_slice(r.as_slice());
                let m = a.tr_mul(&(a * r));
                let m = DMatrix::from_column_slice(target.nrows(), target.ncols(), m.as_slice());
                let new = &*f - &m * &*g * eta;
                *g = &*g - m.transpose() * &*f * eta;
                *f = new;
            }
            _ => unreachable!("the workloads are of these kinds"),
        }
    }
}

/// Fused multiply-adds and nothing else: sixteen chains of eight lanes hide their latency.
struct Peak(u64);

impl Job for Peak {
    type Out = f64;

    #[inline(always)]
    fn run<V: Lane8>(self) -> f64 {
        let (a, b) = (V::splat(black_box(0.999)), V::splat(black_box(1e-3)));
        let mut chains = [V::one(); 16];
        for _ in 0..self.0 {
            for x in &mut chains {
                *x = x.mul_add(a, b);
            }
        }
        let sum = chains.into_iter().fold(V::zero(), |sum, x| sum.add(x));
        sum.to_array().iter().sum()
    }
}

/// Seconds, of this thread's time on a processor where the system counts that: what others do then matters little.
fn now() -> f64 {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
    }
    #[cfg(not(unix))]
    {
        static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
        START.elapsed().as_secs_f64()
    }
}

/// How a program takes a number of steps, and how many a turn has.
struct Program<'a> {
    steps: u64,
    run: Box<dyn FnMut(u64) + 'a>,
    times: Vec<f64>,
}

impl<'a> Program<'a> {
    fn new(mut run: impl FnMut(u64) + 'a) -> Self {
        let mut steps = 1;
        loop {
            let start = now();
            run(steps);
            let taken = now() - start;
            if taken > TURN / 4.0 || steps > 1 << 22 {
                steps = ((steps as f64 * TURN / taken) as u64).max(1);
                break;
            }
            steps *= 2;
        }
        Self { steps, run: Box::new(run), times: Vec::new() }
    }

    fn turn(&mut self) {
        let start = now();
        (self.run)(self.steps);
        self.times.push((now() - start) / self.steps as f64 * 1e9);
    }

    /// Nanoseconds a step.
    fn median(&mut self) -> f64 {
        self.times.sort_by(f64::total_cmp);
        self.times[self.times.len() / 2]
    }
}

/// Steps after which a run starts again, so that it is never timed at rest, where it would be over.
const RESTART: u64 = 5000;

fn one<'a>(workload: &'a Workload, backend: Backend) -> impl FnMut(u64) + 'a {
    let kernel = BuiltIn::on(workload.problem.kind, backend);
    move |steps| {
        restarted(steps, |steps| {
            let mut state = workload.starts[0].clone();
            kernel.run(&workload.problem, &mut state, 0, steps).expect("the workloads fit");
            black_box(&state);
        });
    }
}

fn eight<'a>(workload: &'a Workload, backend: Backend) -> impl FnMut(u64) + 'a {
    let kernel = BuiltIn::on(workload.problem.kind, backend);
    move |steps| {
        restarted(steps, |steps| {
            let mut states = workload.starts.clone();
            kernel.run_octet(&[&workload.problem; 8], &mut states, 0, steps).expect("the workloads fit");
            black_box(&states);
        });
    }
}

fn restarted(steps: u64, mut run: impl FnMut(u64)) {
    let mut left = steps;
    while left > 0 {
        run(left.min(RESTART));
        left -= left.min(RESTART);
    }
}

struct Row {
    name: String,
    nanoseconds: f64,
    nalgebra: f64,
    share: Option<f64>,
}

fn measure(workload: &Workload, backend: Backend) -> Vec<Row> {
    let mut plain = Program::new(|steps| {
        restarted(steps, |steps| {
            let mut state = workload.starts[0].clone();
            obvious(&workload.problem, &mut state, steps);
            black_box(&state);
        });
    });
    let mut peak = Program::new(|steps| {
        black_box(dispatch(backend, Peak(steps)));
    });
    let mut single = Program::new(one(workload, backend));
    let mut octet = workload.octet.then(|| Program::new(eight(workload, backend)));
    let reduction = Reduction::of(&workload.problem, &workload.starts[0]).expect("the workloads fit");
    let reduced = reduction.map(|reduction| Workload {
        name: format!("{}, reduced", workload.name),
        problem: reduction.problem,
        starts: std::array::from_fn(|_| reduction.state.clone()),
        fused: 0.0,
        octet: true,
    });
    let mut few = reduced.as_ref().map(|reduced| Program::new(eight(reduced, backend)));
    for _ in 0..ROUNDS {
        plain.turn();
        peak.turn();
        single.turn();
        if let Some(octet) = &mut octet {
            octet.turn();
        }
        if let Some(few) = &mut few {
            few.turn();
        }
    }
    // Sixteen chains of eight lanes a step.
    let nanoseconds = peak.median() / 128.0;
    let nalgebra = plain.median();
    let row = |name: String, taken: f64, counted: bool| Row {
        name,
        nanoseconds: taken,
        nalgebra,
        share: counted.then(|| workload.fused * nanoseconds / taken),
    };
    let mut rows = vec![row(format!("{}, one", workload.name), single.median(), workload.octet)];
    if let Some(octet) = &mut octet {
        rows.push(row(format!("{}, eight", workload.name), octet.median() / 8.0, true));
    }
    if let Some(few) = &mut few {
        rows.push(row(format!("{}, reduced, eight", workload.name), few.median() / 8.0, false));
    }
    rows
}

fn table(json: bool) {
    let backend = Backend::best();
    if !json {
        println!("\none thread, {backend}; nanoseconds a step of one problem");
        println!("{:<42} {:>12} {:>12} {:>7} {:>8}", "", "ours", "nalgebra", "ratio", "of peak");
    }
    for workload in workloads() {
        for Row { name, nanoseconds, nalgebra, share } in measure(&workload, backend) {
            if json {
                println!("{{\"case\": \"{name}\", \"ours\": {nanoseconds}, \"nalgebra\": {nalgebra}}}");
            } else {
                let share = share.map_or_else(String::new, |share| format!("{:.0} %", 100.0 * share));
                println!("{name:<42} {nanoseconds:>12.1} {nalgebra:>12.1} {:>7.1} {share:>8}", nalgebra / nanoseconds);
            }
        }
    }
}

fn main() {
    let asked = |flag: &str| std::env::args().any(|argument| argument == flag);
    if asked("--json") || asked("--table") {
        table(asked("--json"));
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    let workloads = workloads();
    {
        let mut group = criterion.benchmark_group("kernels");
        for workload in &workloads {
            let mut run = one(workload, Backend::best());
            group.bench_function(BenchmarkId::new("one", &workload.name), |b| b.iter(|| run(16)));
            if workload.octet {
                let mut run = eight(workload, Backend::best());
                group.bench_function(BenchmarkId::new("eight", &workload.name), |b| b.iter(|| run(16)));
            }
        }
        group.finish();
    }
    criterion.final_summary();
    // `cargo test --benches` only wants to know that they run.
    if !asked("--test") {
        table(false);
    }
}
