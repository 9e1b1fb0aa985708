//! The bounds that are carried with `f64` values, held against exact rationals of the same draws.
//!
//! Every named value of a case: its distance from the exact one is at most the bound, it is undefined where that is, and a truth value
//! that `f64` decides is decided so. `--nocapture` shows, of each value, the greatest ratio of distance to bound (sound: at most 1) and how
//! much the bound exceeds the distance typically.

mod twin;

use dashu_ratio::RBig;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::fmt::Write;
use theoremcheck::arith::ball::Ball;
use theoremcheck::check::Value as Float;
use twin::{ROUND, Twin, Value, exact};

/// What was seen of one value.
#[derive(Default)]
struct Seen {
    greatest: f64,
    /// Bound over distance, where neither is zero.
    slack: Vec<f64>,
    compared: u64,
    open: u64,
    undefined: u64,
}

/// The distance to the exact value (in the Frobenius norm) over the bound.
fn ratio(distance_squared: &RBig, bound: f64) -> f64 {
    let allowed = exact(bound) * exact(bound);
    if distance_squared.is_zero() {
        0.0
    } else if allowed.is_zero() {
        f64::INFINITY
    } else {
        (distance_squared / allowed).to_f64().value().sqrt()
    }
}

fn compare(found: &Float, truth: &Value, seen: &mut Seen) -> Result<(), String> {
    let (values, bound) = match found {
        Float::Bool(None) => {
            seen.open += 1;
            return Ok(());
        }
        Float::Bool(Some(b)) => {
            seen.compared += 1;
            return match truth {
                Value::Truth(Some(x)) if x != b => Err(format!("decided {b}, and is {x}")),
                _ => Ok(()),
            };
        }
        Float::Int(i) => (vec![*i as f64], 0.0),
        Float::Real { value, error } => (vec![*value], *error),
        Float::Matrix { value, error } => (value.transpose().as_slice().to_vec(), *error),
    };
    let undefined = values.iter().any(|x| x.is_nan());
    match truth {
        Value::Undefined => {
            seen.undefined += 1;
            // An empty matrix has no entry to be undefined.
            if !undefined && bound.is_finite() && !values.is_empty() {
                return Err(format!("known as {values:?} ± {bound:e}, and is undefined"));
            }
            return Ok(());
        }
        Value::Truth(_) => return Err("a truth value".into()),
        Value::Numbers { .. } => {}
    }
    let Some(truth) = truth.known() else {
        seen.open += 1;
        return Ok(());
    };
    if !bound.is_finite() || !values.iter().all(|x| x.is_finite()) {
        // Undefined where the exact value is not would be wrong; not known is not.
        seen.open += 1;
        return if undefined && bound.is_finite() { Err("undefined, and is not".into()) } else { Ok(()) };
    }
    seen.compared += 1;
    let mut squared = RBig::ZERO;
    for (x, y) in values.iter().zip(&truth.entries) {
        let gap = exact(*x) - y;
        squared += &gap * &gap;
    }
    let r = ratio(&squared, bound);
    seen.greatest = seen.greatest.max(r);
    if r > 0.0 && r.is_finite() {
        seen.slack.push(1.0 / r);
    }
    if r > 1.0 { Err(format!("{values:?} ± {bound:e}, and is {r} bounds off")) } else { Ok(()) }
}

/// Compares every named value of these cases.
fn hold(body: &str, cases: u64) -> BTreeMap<String, Seen> {
    let twin = Twin::new(body);
    let mut all: BTreeMap<String, Seen> = BTreeMap::new();
    let mut wrong = String::new();
    let mut count = 0;
    twin.each(cases, |index, replay, case| {
        for (name, found) in &replay.values {
            let seen = all.entry(name.clone()).or_default();
            if let Err(why) = compare(found, &case.exact[name], seen) {
                count += 1;
                if count < 12 {
                    writeln!(wrong, "case {index} ({:?}, {:?}): {name}: {why}", case.stratum, replay.ints).unwrap();
                }
            }
        }
    });
    for (name, seen) in &mut all {
        seen.slack.sort_by(f64::total_cmp);
        let middle = seen.slack.get(seen.slack.len() / 2).copied().unwrap_or(f64::NAN);
        println!(
            "{name:>12}  greatest {:.3}  typical slack {middle:.1e}  compared {}  open {}  undefined {}",
            seen.greatest, seen.compared, seen.open, seen.undefined
        );
    }
    assert!(count == 0, "{count} bounds were too small in\n{body}\n{wrong}");
    all
}

/// The claims that are shipped, as texts with their settings' tables put in front, if any.
#[test]
fn the_values_of_shipped_claims_are_within_their_bounds() {
    let folder = std::path::Path::new("claims/ye-du-2021");
    let mut held = 0;
    let mut paths: Vec<_> = std::fs::read_dir(folder).expect("claims").map(|e| e.expect("a file").path()).collect();
    paths.sort();
    for path in paths {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        // Paths and what rests on a setting are left to the tests of those.
        let plain = text.contains("[claim]") && !text.contains("setting") && !text.contains("[trajectory]");
        let Some(start) = text.find("[given]").filter(|_| plain) else { continue };
        println!("{}", path.display());
        hold(&text[start..], ROUND / 2);
        held += 1;
    }
    assert!(held > 20, "{held}");
}

const GIVEN: &str = r#"
[given]
d = "int in 1..=4"
k = "int in -3..=5"
n = "int in 0..=4"
x = "real in [-2, 3]"
y = "real in [1/8, 8] log"
z = "real in (0, 1] log"
w = "normal"
c = "choice(1/3, x, 2)"
S = "symmetric(d, [-1, 2])"
T = "symmetric(d, (0, 1] log)"
A = "gaussian(d, d)"
B = "matrix(d, d, sv in [1/16, 16] log)"
C = "matrix(d, d + 1, sv in [0, 1], rank 1)"
"#;

#[test]
fn sampled_values_are_within_their_bounds() {
    let all = hold(
        &format!(
            r#"{GIVEN}
V = "stiefel(d + 1, d)"
O = "orthogonal(d)"
P = "permutation(d)"
K = "skew(d)"
N = "near(S, y)"
M = "commuting(S)"
M1 = "commuting(S + 2*T)"
L = "below(T)"
Q = "operator(1, 2, 1/2)"
u = "vector(d, i: [0, i])"
v = "vector(d, i: [1/i, 3] log)"
h = "spectrum(d, [0, 1])"
g = "sphere(d + 1)"
W = "symmetric(d, h)"
E = "matrix(d, d, sv = h)"
a = "real in [2^-30, 2^30] log"
b = "real in (0, y] log"
m = "int in 1..=10"
[claim]
yes = "x <= 3"
"#
        ),
        12 * ROUND,
    );
    for (name, seen) in &all {
        assert!(seen.compared > 0, "{name} was never known");
    }
    for name in ["L", "a", "y", "v"] {
        assert!(all[name].compared > 4 * all[name].open, "{name} is hardly ever known");
    }
}

#[test]
fn rational_operations_are_within_their_bounds() {
    hold(
        &format!(
            r#"{GIVEN}
[let]
add = "x + y - w/3"
mul = "x*y*w*0.1"
div = "x/(y - 1)"
div0 = "1/(x - 1/2)"
pow = "(x + 0.1)^k"
pown = "y^n - x^(2*n)"
powr = "y^2.0 + c^3"
abs = "abs(x - c)"
low = "floor(x*w) + ceil(y/3)"
least = "min(x, y, c, 1/3)"
most = "max(x*y, w, 0.3)"
branch = "if x < c then 1/x else y/(w + 0.3)"
summ = "sum(i in 1..=d, j in 1..=d, i != j: S[i, j]*A[j, i]/3)"
prodd = "prod(i in 1..=d: x + i/3)"
minn = "min(i in 1..=d: S[i, i]*y)"
maxx = "max(i in 1..=d, A[i, 1] > 0: A[i, 1]/y)"
summat = "sum(i in 0..=n: T^i*x/3)"
matadd = "S + T - 2*A/3"
product = "A*S*B"
power = "(A/3)^4"
inverse = "inv(B)"
invpow = "(B + I)^(-2)"
gramd = "det(A'*A + I)"
deta = "det(A)"
trr = "tr(A*S) + tr(B)/3"
inn = "inner(A, B)"
had = "hadamard(A, B)"
kro = "kron(S, C)"
built = "mat(i in 1..=d, j in 1..=d + 1: (i - j)*x/3 + C[i, j])"
blocks = "hcat(A, C)*vcat(B, C')"
part = "A[1..=1, ..]*B[.., 1]"
symm = "sym(A*B)"
flat = "unflatten(flatten(A*B), d, d)"
diagg = "diag(diagonal(B*A))*x"
maxab = "max(i in 1..=d, j in 1..=d: abs(A[i, j]*y))"
halves = "sum(i in 1..=d: A[floor((i + 1)/2), 1]*i)"
whole = "sum(i in 1..=d: i^2) + 3^n - n*d"
big = "10^15*(x + y) - 10^15*x - 10^15*y"
all1 = "all(i in 1..=d: S[i, i] <= y) and (x < 1/x or w > 0)"
any1 = "any(i in 1..=d: A[i, 1]*A[i, 1] == A[i, 1]^2)"
same = "A*(B*S) == (A*B)*S"
nott = "not (x*x < 2) => y == y"
size = "norm_F(A)^2"
nu = "norm_F(C*C') + norm_nuc(C)"
[claim]
yes = "x <= 3"
"#
        ),
        12 * ROUND,
    );
}

/// Random expressions: a real or a `d × d` matrix.
struct Writer {
    rng: ChaCha8Rng,
    /// Indices that were named; each binder has one of its own.
    indices: u32,
}

impl Writer {
    fn below(&mut self, n: u64) -> u64 {
        self.rng.next_u64() % n
    }

    fn index(&mut self) -> String {
        self.indices += 1;
        format!("i{}", self.indices)
    }

    fn real(&mut self, depth: u32) -> String {
        if depth == 0 {
            return ["x", "y", "w", "c", "1/3", "d", "k", "0.7", "(-2)", "z"][self.below(10) as usize].into();
        }
        let d = depth - 1;
        match self.below(18) {
            0 | 1 => format!("({} + {})", self.real(d), self.real(d)),
            2 => format!("({} - {})", self.real(d), self.real(d)),
            3 | 4 => format!("{}*{}", self.real(d), self.real(d)),
            5 => format!("({})/({})", self.real(d), self.real(d)),
            6 => format!("({})^{}", self.real(d), ["2", "3", "(-1)", "k", "0"][self.below(5) as usize]),
            7 => format!("tr({})", self.matrix(d)),
            8 => format!("det({})", self.matrix(d)),
            9 => format!("inner({}, {})", self.matrix(d), self.matrix(d)),
            10 => format!("({})[d, 1]", self.matrix(d)),
            11 => format!("max({}, {})", self.real(d), self.real(d)),
            12 => format!("min({}, {})", self.real(d), self.real(d)),
            13 => format!("abs({})", self.real(d)),
            14 => format!("(if {} then {} else {})", self.truth(d), self.real(d), self.real(d)),
            15 => {
                let i = self.index();
                format!("sum({i} in 1..=d, S[{i}, {i}] < {}: A[{i}, 1]*{})", self.real(d), self.real(d))
            }
            16 => format!("floor({})", self.real(d)),
            _ => {
                let i = self.index();
                format!("max({i} in 1..=d: B[1, {i}]*{})", self.real(d))
            }
        }
    }

    fn truth(&mut self, depth: u32) -> String {
        match self.below(4) {
            0 => format!("{} <= {}", self.real(depth), self.real(depth)),
            1 => {
                format!("({} < {} or {} == {})", self.real(depth), self.real(depth), self.real(depth), self.real(depth))
            }
            2 => format!("not {} < {}", self.real(depth), self.real(depth)),
            _ => {
                let i = self.index();
                format!("all({i} in 1..=d: A[{i}, {i}] < {})", self.real(depth))
            }
        }
    }

    fn matrix(&mut self, depth: u32) -> String {
        if depth == 0 {
            return ["A", "B", "S", "T", "(C*C')"][self.below(5) as usize].into();
        }
        let d = depth - 1;
        match self.below(11) {
            0 | 1 => format!("({} + {})", self.matrix(d), self.matrix(d)),
            2 => format!("({} - {})", self.matrix(d), self.matrix(d)),
            3 | 4 => format!("({}*{})", self.matrix(d), self.matrix(d)),
            5 => format!("({}*{})", self.real(d), self.matrix(d)),
            6 => format!("({})'", self.matrix(d)),
            7 => format!("inv({})", self.matrix(d)),
            8 => format!("hadamard({}, {})", self.matrix(d), self.matrix(d)),
            9 => format!("({})^2", self.matrix(d)),
            _ => format!("sym({})", self.matrix(d)),
        }
    }
}

#[test]
fn random_expressions_are_within_their_bounds() {
    let mut writer = Writer { rng: ChaCha8Rng::seed_from_u64(7), indices: 0 };
    let (mut compared, mut open) = (0, 0);
    for _ in 0..12 {
        let mut body = format!("{GIVEN}[let]\n");
        for i in 0..12 {
            let depth = 2 + (i % 3) as u32;
            writeln!(body, "r{i} = \"{}\"", writer.real(depth)).unwrap();
            writeln!(body, "m{i} = \"{}\"", writer.matrix(depth)).unwrap();
            writeln!(body, "t{i} = \"{}\"", writer.truth(depth - 1)).unwrap();
        }
        body.push_str("[claim]\nyes = \"x <= 3\"\n");
        for seen in hold(&body, ROUND).values() {
            compared += seen.compared;
            open += seen.open;
        }
    }
    assert!(compared > 4 * open, "{compared} {open}");
}

/// The same names as [`GIVEN`], each plus `e`, which is zero: as a number, or as an enclosure of zero.
const NUDGED: &str = r#"
[given]
d = "int in 1..=3"
k = "int in -3..=5"
x0 = "real in [-2, 3]"
y0 = "real in [1/8, 8] log"
z0 = "real in (0, 1] log"
w0 = "normal"
c0 = "choice(1/3, x0, 2)"
S0 = "symmetric(d, [-1, 2])"
T0 = "symmetric(d, (0, 1] log)"
A0 = "gaussian(d, d)"
B0 = "matrix(d, d, sv in [1/16, 16] log)"
C0 = "matrix(d, d + 1, sv in [0, 1], rank 1)"
g0 = "real in [1/8 + (EEE), 7] log"
g1 = "real in [1/8 + (EEE), y0 + 1] log"
h0 = "real in (0, y0 + (EEE)] log"
l0 = "real in [EEE, 3]"
[let]
e = "EEE"
x = "x0 + e"
y = "y0 - e"
z = "z0 + e"
w = "w0 + 2*e"
c = "c0 - e"
S = "S0 + e*I"
T = "T0 - e*S0"
A = "A0 + e*B0"
B = "B0 + e*I"
C = "C0 + e*C0"
p1 = "x^2 + (y - y0)^3 + abs(x - x0)^k"
p2 = "(x - x0)^(-2)"
p3 = "abs(x - x0)^(y/2)"
p4 = "(2 + 0*x)^(y - y0 + 3)"
q1 = "sqrt((x - x0)^2 + 9) - 3"
q2 = "sqrt(x - x0)"
q3 = "floor(k + e) + ceil(x)"
q4 = "log(x - x0)"
q5 = "if x <= x0 then y else y0"
q6 = "if x <= x0 then 1/z else 1/(y - y0)"
q7 = "min(i in 1..=d, S[i, i] > 0: 1/S[i, i]) + max(i in 1..=d, A[1, i] <= 0: A[1, i])"
q8 = "sum(i in 1..=d, S[i, i] <= S0[i, i]: A)"
u1 = "x <= x0 or y < y0"
u2 = "S == S0"
u3 = "S == S0 + I"
u4 = "all(i in 1..=d: S[i, i] <= 1 or A[i, i] > 0)"
"#;

/// An enclosure against the exact value; whether both are known.
fn meets(ball: &Value<Ball>, truth: &Value) -> Result<bool, String> {
    match (ball, truth) {
        (Value::Truth(Some(a)), Value::Truth(Some(b))) if a != b => Err(format!("decided {a}, and is {b}")),
        (Value::Truth(a), Value::Truth(b)) => Ok(a.is_some() && b.is_some()),
        (Value::Undefined, Value::Undefined) => Ok(true),
        (Value::Undefined, Value::Numbers { .. }) if truth.known().is_some() => {
            Err(format!("undefined, and is {truth:?}"))
        }
        (Value::Numbers { entries, .. }, Value::Undefined) => {
            let known = !entries.is_empty() && entries.iter().all(Ball::is_known);
            if known { Err(format!("known as {entries:?}, and is undefined")) } else { Ok(false) }
        }
        (Value::Numbers { entries, .. }, Value::Numbers { .. }) => {
            let Some(truth) = truth.known() else { return Ok(false) };
            for (ball, x) in entries.iter().zip(&truth.entries) {
                if ball.enclosure().is_some_and(|(lo, hi)| *x < lo || hi < *x) {
                    return Err(format!("{ball:?} is not around {x}"));
                }
            }
            Ok(entries.iter().all(Ball::is_known))
        }
        _ => Ok(false),
    }
}

#[test]
fn enclosures_of_random_expressions_contain_their_exact_values() {
    let mut writer = Writer { rng: ChaCha8Rng::seed_from_u64(11), indices: 0 };
    let (mut known, mut open) = (0, 0);
    for _ in 0..8 {
        let mut body = NUDGED.to_owned();
        for i in 0..12 {
            let depth = 2 + (i % 3) as u32;
            writeln!(body, "r{i} = \"{}\"", writer.real(depth)).unwrap();
            writeln!(body, "m{i} = \"{}\"", writer.matrix(depth)).unwrap();
            writeln!(body, "t{i} = \"{}\"", writer.truth(depth - 1)).unwrap();
        }
        body.push_str("[claim]\nyes = \"x <= 3\"\n");
        let (exact, nudged) =
            (Twin::new(&body.replace("EEE", "0")), Twin::new(&body.replace("EEE", "sqrt(2)*sqrt(3) - sqrt(6)")));
        let mut wrong = String::new();
        exact.each(ROUND, |index, replay, case| {
            // The same draws, exactly and as an enclosure; and the very same values, where all is rational.
            for (twin, nudge) in [(&nudged, true), (&exact, false)] {
                let balls = twin.balls(index, replay).expect("integers as before");
                if let (true, Value::Numbers { entries, .. }) = (nudge, &balls["e"]) {
                    assert!(entries[0].contains_zero() && !entries[0].is_exact());
                }
                for (name, ball) in &balls {
                    match meets(ball, &case.exact[name]) {
                        Ok(true) => known += 1,
                        Ok(false) => open += 1,
                        Err(why) => {
                            writeln!(wrong, "case {index} ({:?}), {nudge}: {name}: {why}", replay.ints).unwrap()
                        }
                    }
                }
            }
        });
        assert!(wrong.is_empty(), "in\n{body}\n{wrong}");
    }
    assert!(known > 3 * open, "{known} {open}");
}

/// Symmetric matrices that are known exactly through a rational rotation, and functions of them that are rational then.
#[test]
fn spectra_and_functions_of_matrices_are_within_their_bounds() {
    // Each value is one whose exact value is zero, or a sampled spectrum.
    let body = r#"
[given]
d = "int in 1..=6"
h = "spectrum(d, [-1, 2])"
p = "spectrum(d, [1/100, 2] log)"
q = "spectrum(d, (0, 1] log)"
O = "orthogonal(d)"
R = "orthogonal(d + 1)"
y = "real in [1/8, 8] log"
[let]
S = "O*diag(h)*O'"
G = "O*diag(p)*O'"
F = "O*diag(p)"
Z = "O*diag(q)*O'"
H = "O*hcat(diag(p), zeros(d, 1))*R'"
top = "lambda_max(S) - h[1]"
bottom = "lambda_min(S) - h[d]"
middle = "sum(i in 1..=d: (lambda(i, S) - h[i])*i)"
values = "eigvals(S) - h"
tiny = "eigvals(Z) - q"
singular = "sum(i in 1..=d: abs(svals(H)[i] - p[i]))"
sigmas = "sum(i in 1..=d + 1: i*sigma(i, H)) - sum(i in 1..=d: i*p[i])"
nuclear = "norm_nuc(H) - sum(i in 1..=d: p[i])"
spectral = "norm(H) - p[1]"
rootm = "sqrtm(G)*sqrtm(G) - G"
expo = "expm(S)*expm(-S) - I"
expt = "log(det(expm(S))) - tr(S)"
projs = "sum(i in 1..=d: proj(i, S)) - I"
projv = "sum(i in 1..=d: h[i]*proj(i, S)) - S"
roots = "sqrt(y)^2 - y"
logs = "exp(log(y)) - y"
logp = "log(y^3) - 3*log(y)"
trig = "sin(y)^2 + cos(y)^2 - 1"
tang = "tan(y)*cos(y) - sin(y)"
arcs = "sin(asin(y/8)) - y/8"
arcc = "asin(y/8) + acos(y/8) - pi/2"
arct = "atan(y) + atan(1/y) - pi/2"
powr = "y^0.3*y^0.7 - y"
[claim]
yes = "y <= 8"
"#;
    let twin = Twin::new(body);
    let zero =
        ["top", "bottom", "middle", "values", "tiny", "singular", "sigmas", "nuclear", "spectral", "rootm", "expo"];
    let more = ["expt", "projs", "projv", "roots", "logs", "logp", "trig", "tang", "arcs", "arcc", "arct", "powr"];
    let mut all: BTreeMap<&str, (f64, u64, u64, f64)> = BTreeMap::new();
    for index in 0..16 * ROUND {
        let replay = twin.replay(index);
        for name in zero.iter().chain(&more) {
            let Some((_, found)) = replay.values.iter().find(|(n, _)| n == name) else { continue };
            let (values, bound) = match found {
                Float::Real { value, error } => (vec![*value], *error),
                Float::Matrix { value, error } => (value.transpose().as_slice().to_vec(), *error),
                other => panic!("{name}: {other:?}"),
            };
            let entry = all.entry(name).or_insert((0.0, 0, 0, f64::INFINITY));
            if !bound.is_finite() {
                entry.2 += 1;
                continue;
            }
            let distance = values.iter().map(|x| x * x).sum::<f64>().sqrt();
            entry.1 += 1;
            let r = if distance == 0.0 { 0.0 } else { distance / bound };
            entry.0 = entry.0.max(r);
            entry.3 = entry.3.min(bound);
            assert!(r <= 1.0, "case {index}: {name} is {distance:e} off, beyond {bound:e}; {:?}", replay.ints);
        }
    }
    for (name, (greatest, compared, open, least)) in &all {
        println!("{name:>10}  greatest {greatest:.3}  compared {compared}  open {open}  least bound {least:.1e}");
        assert!(*compared > 0, "{name} was never known");
    }
}
