//! Instructions that only samplers use: rational functions of draws.
//!
//! Reflectors have short exact draws (small integers), so all error is that of applying them: one reflector of length `l` on a
//! matrix `M` costs at most `(2 l + 12) u ‖M‖_F` (dot products of length `l`, the exact `v'v`, one division, one fused update; the
//! argument of Higham, Lemma 19.2, with its constant written out).

use super::machine::{Machine, units};
use super::plan::{Plan, SlotId};
use super::rounding::{self as r, Bounded};
use super::run::either;
use crate::arith::number::Number;

/// Octave map: `u` in `[0, 1]` to `[a, b]`. With `K` the least integer such that `2^K >= (b/a)(1 - 2^-20)`, at least 1: linear in `u` on
/// each of `K` equal parts, from `a 2^j` to `a 2^(j+1)`, the last part ending at `b`.
#[inline(always)]
pub fn log_map<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, u: SlotId, lo: SlotId, hi: SlotId) {
    let undefined = either(m, lo, hi);
    let (a, b) = (m.real(plan, lo), m.real(plan, hi));
    let one = N::one();
    let (ratio, _) = r::div(&b, &a);
    let bent = ratio.value.mul(&N::from_f64(1.0 - 1.0 / (1 << 20) as f64));
    let (mantissa, exponent) = bent.max(&N::from_f64(0.5)).split_exponent();
    let octaves = N::select(mantissa.eq(&one), &exponent, &exponent.add(&one)).max(&one);
    // Near a power of two (bent by 2^-20, so not near those a person writes) the number of octaves is not known.
    let near = ratio.error.add(&bent.mul(&units(8.0))).mul(&exponent.min(&N::from_f64(1022.0)).neg().exp2i());
    let far = near.mul(&N::from_f64(4.0)).lt(&mantissa.sub(&one))
        & near.mul(&N::from_f64(4.0)).lt(&N::from_f64(2.0).sub(&mantissa));
    let sane = far | ratio.value.le(&N::from_f64(1.5)) | near.eq(&N::zero());
    let start = plan.slots[u as usize].offset as usize;
    let to = plan.slots[out as usize].offset as usize;
    let mut worst = N::zero();
    for i in 0..plan.slots[u as usize].len() {
        let position = m.numbers[start + i].mul(&octaves);
        let octave = position.floor().min(&octaves.sub(&one));
        let fraction = position.sub(&octave);
        let low = a.value.mul(&octave.exp2i());
        let last = octaves.sub(&one).le(&octave);
        let high = N::select(last, &b.value, &low.add(&low));
        let x = fraction.mul_add(&high.sub(&low), &low);
        worst = worst.max(&x.abs());
        m.numbers[to + i] = x;
    }
    if N::TRACKED {
        // Both ends' errors, scaled by at most b/a; two roundings and the position's own.
        let carried = a.error.mul(&ratio.value.abs()).add(&b.error);
        let len = plan.slots[u as usize].len() as f64;
        let error = worst.mul(&units(8.0)).add(&carried.add(&carried)).mul(&N::from_f64(len.sqrt().max(1.0)));
        m.errors[out as usize] = r::unknown_where(!sane, &error);
    }
    m.undefined[out as usize] = undefined;
    m.set_norm(plan, out);
}

/// Corners of the octave depth as a function of `1 - u`: half of the draws within 10 octaves of the end, a quarter 30 below that, and so on.
/// The slopes are whole (20, 120, 848, 12816), so that a short draw has an exact depth.
const DEPTHS: [(f64, f64); 5] = [(0.0, 0.0), (0.5, 10.0), (0.75, 40.0), (0.9375, 199.0), (1.0, 1000.0)];

/// `u` in `(0, 1]` to `(0, b]`: `b 2^-j (1 - f/2)` with `j + f` the depth, piecewise linear in `1 - u`.
#[inline(always)]
pub fn log_down<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, u: SlotId, hi: SlotId) {
    let undefined = m.undefined[hi as usize];
    let b = m.real(plan, hi);
    let one = N::one();
    let start = plan.slots[u as usize].offset as usize;
    let to = plan.slots[out as usize].offset as usize;
    let (mut worst, mut rounding) = (N::zero(), N::zero());
    for i in 0..plan.slots[u as usize].len() {
        let exact = |x: N| Bounded { value: x, error: N::zero() };
        let w = r::sub(&exact(one.clone()), &exact(m.numbers[start + i].clone()));
        let (mut depth, mut off) = (N::zero(), N::zero());
        for pair in DEPTHS.windows(2) {
            let (x0, y0) = pair[0];
            let (x1, y1) = pair[1];
            let part = r::mul(&r::sub(&w, &exact(N::from_f64(x0))), &exact(N::from_f64((y1 - y0) / (x1 - x0))));
            let part = r::add(&part, &exact(N::from_f64(y0)));
            let past = N::from_f64(x0).lt(&w.value);
            depth = N::select(past, &part.value, &depth);
            off = N::select(past, &part.error, &off);
        }
        let whole = depth.floor();
        let fraction = depth.sub(&whole);
        let scale = whole.neg().exp2i();
        let x = b.value.mul(&fraction.neg_mul_add(&N::from_f64(0.5), &one)).mul(&scale);
        worst = worst.max(&x.abs());
        // An octave of depth halves the value: it moves by less than twice its size for each.
        rounding = rounding.max(&x.abs().mul(&off.add(&off)));
        m.numbers[to + i] = x;
    }
    if N::TRACKED {
        let len = plan.slots[u as usize].len() as f64;
        let scale = worst.div(&b.value.abs().max(&N::from_f64(1e-300)));
        let own = worst.mul(&units(4.0)).add(&rounding).add(&b.error.mul(&scale));
        m.errors[out as usize] = own.mul(&N::from_f64(len.sqrt().max(1.0))).add(&N::from_f64(1e-300));
    }
    m.undefined[out as usize] = undefined;
    m.set_norm(plan, out);
}

/// Applies the reflector of column `j` of `v` (rows from `j` on) to `rows × cols` numbers from the left.
#[inline(always)]
fn reflect_left<N: Number>(v: &[N], vcols: usize, j: usize, a: &mut [N], rows: usize, cols: usize) {
    let mut square = N::zero();
    for i in j..rows {
        square = v[i * vcols + j].mul_add(&v[i * vcols + j], &square);
    }
    let zero = square.eq(&N::zero());
    let beta = N::select(zero, &N::zero(), &N::from_f64(2.0).div(&square));
    for c in 0..cols {
        let mut dot = N::zero();
        for i in j..rows {
            dot = v[i * vcols + j].mul_add(&a[i * cols + c], &dot);
        }
        let w = beta.mul(&dot);
        for i in j..rows {
            a[i * cols + c] = v[i * vcols + j].neg_mul_add(&w, &a[i * cols + c]);
        }
    }
}

/// The bound for `k` reflectors of lengths from `n` down, as half-ulps of the norm.
fn reflector_units(n: usize, k: usize) -> f64 {
    (0..k).map(|j| 2.0 * (n - j) as f64 + 12.0).sum()
}

/// `H_1 .. H_k M`
#[inline(always)]
pub fn reflect<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, v: SlotId, a: SlotId) {
    let undefined = either(m, v, a);
    let (sv, sa) = (plan.slots[v as usize], plan.slots[a as usize]);
    let (rows, cols) = (sa.rows as usize, sa.cols as usize);
    let k = (sv.cols as usize).min(rows);
    let (from, to) = m.split(plan, out);
    to.clone_from_slice(&from[sa.range()]);
    for j in (0..k).rev() {
        reflect_left(&from[sv.range()], sv.cols as usize, j, to, rows, cols);
    }
    if N::TRACKED {
        let own = m.norms[a as usize].mul(&units(reflector_units(rows, k)));
        m.errors[out as usize] = own.add(&m.errors[a as usize]);
    }
    m.undefined[out as usize] = undefined;
    m.set_norm(plan, out);
}

/// `Q diag(d) Q'`, kept symmetric to the bit: `S - v w' - w v'` with `w = β S v - (β²/2)(v' S v) v`, from the innermost reflector out.
#[inline(always)]
pub fn congruence<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, v: SlotId, d: SlotId) {
    let undefined = either(m, v, d);
    let (sv, sd) = (plan.slots[v as usize], plan.slots[d as usize]);
    let n = sd.len();
    let vcols = sv.cols as usize;
    let k = vcols.min(n);
    // `w` lives in the working memory.
    let (earlier, later) = m.numbers.split_at_mut(plan.slots[out as usize].offset as usize);
    let (from, s) = (&*earlier, &mut later[..n * n]);
    let w = &mut m.work[..n];
    s.fill(N::zero());
    for (i, x) in from[sd.range()].iter().enumerate() {
        s[i * n + i] = x.clone();
    }
    let v = &from[sv.range()];
    for j in (0..k).rev() {
        let mut square = N::zero();
        for i in j..n {
            square = v[i * vcols + j].mul_add(&v[i * vcols + j], &square);
        }
        let zero = square.eq(&N::zero());
        let beta = N::select(zero, &N::zero(), &N::from_f64(2.0).div(&square));
        let mut quadratic = N::zero();
        for r in j..n {
            let mut dot = N::zero();
            for c in j..n {
                dot = s[r * n + c].mul_add(&v[c * vcols + j], &dot);
            }
            w[r] = beta.mul(&dot);
            quadratic = w[r].mul_add(&v[r * vcols + j], &quadratic);
        }
        let half = quadratic.mul(&beta).mul(&N::from_f64(0.5));
        for r in j..n {
            w[r] = half.neg_mul_add(&v[r * vcols + j], &w[r]);
        }
        for r in j..n {
            for c in j..=r {
                let x = v[r * vcols + j].neg_mul_add(&w[c], &s[r * n + c]);
                let x = w[r].neg_mul_add(&v[c * vcols + j], &x);
                s[r * n + c] = x.clone();
                s[c * n + r] = x;
            }
        }
    }
    if N::TRACKED {
        // `w` is off by (2 l + 4) from the product and as much again, and two more, from the quadratic term, in units of `‖S‖ / ‖v‖`; it
        // enters twice, against `‖v‖`, and the updates round four times: 8 l + 24 in all, below four times a one-sided application.
        let own = m.norms[d as usize].mul(&units(4.0 * reflector_units(n, k)));
        m.errors[out as usize] = own.add(&m.errors[d as usize]);
    }
    m.undefined[out as usize] = undefined;
    m.set_norm(plan, out);
}

/// The permutation matrix whose row `i` picks the entry of rank `i` of the column `u`, greatest first.
#[inline(always)]
pub fn permutation<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, u: SlotId) {
    let su = plan.slots[u as usize];
    let n = su.len();
    let one = N::one();
    let (from, to) = m.split(plan, out);
    let u = &from[su.range()];
    for j in 0..n {
        let mut rank = N::zero();
        for i in 0..n {
            let before = u[j].lt(&u[i]) | if i < j { u[i].eq(&u[j]) } else { 0 };
            rank = N::select(before, &rank.add(&one), &rank);
        }
        for i in 0..n {
            to[i * n + j] = N::select(rank.eq(&N::from_f64(i as f64)), &one, &N::zero());
        }
    }
    m.errors[out as usize] = N::zero();
    m.undefined[out as usize] = 0;
    m.set_norm(plan, out);
}
