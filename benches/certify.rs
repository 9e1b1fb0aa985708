//! The time that it takes to certify a violated case.
//!
//! False claims of the kind that the library is made of, at one size: a Loewner order, an eigenvalue of a product, an identity. Cases are those
//! of the random phase that `f64` calls violated; each is made exact and decided, every hypothesis proved and the conclusion disproved.
//! `cargo bench --bench certify` runs Criterion on one case of each; `-- table` prints the median over many cases: the mark is 50 ms at
//! sizes up to 8.

use criterion::{BenchmarkId, Criterion};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;
use theoremcheck::arith::Backend;
use theoremcheck::case::evaluate::Evaluator;
use theoremcheck::case::point::{Point, Values};
use theoremcheck::case::record::{Fate, Hypotheses};
use theoremcheck::certify::{Certifier, Decision};
use theoremcheck::claim::load::load;
use theoremcheck::claim::model::{Claim, ClaimId};

const SIZES: [usize; 4] = [2, 3, 5, 8];
/// Violated cases of each claim.
const CASES: usize = 40;
const MAX_ELEMENTS: usize = 1 << 16;

/// What is claimed, with the sampled matrices that it is about.
const CLAIMS: [(&str, &str, &str); 4] = [
    ("order", "S = \"symmetric(d, [0, 4])\"\nP = \"symmetric(d, [0, 4])\"", "(S + P)^2 >= S^2"),
    (
        "eigenvalue",
        "S = \"symmetric(d, (0, 2])\"\nX = \"symmetric(d, [0, 1])\"",
        "lambda_min((I + X)*S*(I + X)) <= lambda_min(S)",
    ),
    ("singular", "A = \"gaussian(d, d)\"", "norm_nuc(A) <= 1.2*norm(A)"),
    ("identity", "A = \"gaussian(d, d)\"\nB = \"gaussian(d, d)\"", "(A + B)*(A - B) == A^2 - B^2"),
];

fn claim(name: &str, givens: &str, predicate: &str, d: usize) -> Claim {
    let text = format!(
        "title = \"t\"\nat = \"x\"\n[given]\nd = \"int in {d}..={d}\"\n{givens}\n[claim]\nc = \"{predicate}\"\n"
    );
    let path = format!("claims/bench/{name}.toml");
    load(&text, Path::new(&path), ClaimId(format!("bench/{name}")), &|_| None).unwrap_or_else(|e| panic!("{e}"))
}

/// Cases that `f64` calls violated.
fn violated(claim: &Claim) -> Vec<Point> {
    let evaluator = Evaluator::new(claim, 1, Backend::best(), MAX_ELEMENTS, None);
    let evaluator = evaluator.unwrap_or_else(|e| panic!("{e}")).expect("it is pointwise");
    let mut found = Vec::new();
    for case in 0..20_000 {
        let Ok(Some(point)) = evaluator.point(case) else { continue };
        let Ok(evaluations) = evaluator.evaluate(std::slice::from_ref(&point)) else { continue };
        if evaluations[0].hypotheses == Hypotheses::Met && evaluations[0].looks[0].fate == Fate::Violated {
            found.push(point);
        }
        if found.len() == CASES {
            break;
        }
    }
    found
}

fn certify(certifier: &Certifier, point: &Point) -> bool {
    let values = certifier.values(point, &Values::new()).expect("exact values").values;
    matches!(certifier.decide(&values, 0, 4096), Ok(Decision::Violated(_)))
}

fn criterion(c: &mut Criterion) {
    let mut group = c.benchmark_group("certify");
    for d in [2, 8] {
        for (name, givens, predicate) in CLAIMS {
            let claim = claim(name, givens, predicate, d);
            let certifier = Certifier::new(&claim, MAX_ELEMENTS).unwrap_or_else(|e| panic!("{e}"));
            let point = violated(&claim).swap_remove(0);
            group.bench_function(BenchmarkId::new(name, d), |b| b.iter(|| certify(&certifier, black_box(&point))));
        }
    }
}

fn table() {
    println!("\nms to certify a violated case: median, slowest, and how many of {CASES} were certified\n");
    println!("{:>12} {:>4} {:>10} {:>10} {:>10}", "claim", "d", "median", "slowest", "certified");
    for (name, givens, predicate) in CLAIMS {
        for d in SIZES {
            let claim = claim(name, givens, predicate, d);
            let certifier = Certifier::new(&claim, MAX_ELEMENTS).unwrap_or_else(|e| panic!("{e}"));
            let mut times = Vec::new();
            let mut certified = 0;
            for point in violated(&claim) {
                let begun = Instant::now();
                certified += usize::from(certify(&certifier, &point));
                times.push(begun.elapsed().as_secs_f64() * 1e3);
            }
            times.sort_by(f64::total_cmp);
            let (median, slowest) = (times[times.len() / 2], times[times.len() - 1]);
            println!("{name:>12} {d:>4} {median:>10.2} {slowest:>10.2} {certified:>7}/{}", times.len());
        }
    }
}

fn main() {
    let has = |name: &str| std::env::args().any(|argument| argument == name);
    // `table` alone: no Criterion.
    if !has("table") {
        let mut c = Criterion::default().configure_from_args();
        criterion(&mut c);
        c.final_summary();
    }
    // `cargo test --benches` only wants to know that it runs.
    if has("--bench") && !has("--list") {
        table();
    }
}
