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

/// Into how many parts an interval is cut by its ratio, and what the count was read from.
pub struct Octaves<N> {
    pub count: N,
    /// The ratio, a little less of it.
    bent: N,
    mantissa: N,
    exponent: N,
}

/// The least integer `K` such that `2^K >= ratio (1 - 2^-20)`, at least 1.
#[inline(always)]
pub fn octaves<N: Number>(ratio: &N) -> Octaves<N> {
    let one = N::one();
    let bent = ratio.mul(&N::from_f64(1.0 - 1.0 / (1 << 20) as f64));
    let (mantissa, exponent) = bent.max(&N::from_f64(0.5)).split_exponent();
    let whole = mantissa.eq(&one);
    let count = N::select(whole, &exponent, &exponent.add(&one));
    // An enclosure that begins at a power of two may be that or more.
    let count = r::forgotten(!(whole | one.lt(&mantissa)), count).max(&one);
    Octaves { count, bent, mantissa, exponent }
}

/// Octave map: `u` in `[0, 1]` to `[a, b]`. With `K` the least integer such that `2^K >= (b/a)(1 - 2^-20)`, at least 1: linear in `u` on
/// each of `K` equal parts, from `a 2^j` to `a 2^(j+1)`, the last part ending at `b`.
#[inline(always)]
pub fn log_map<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, u: SlotId, lo: SlotId, hi: SlotId) {
    let undefined = either(m, lo, hi);
    let (a, b) = (m.real(plan, lo), m.real(plan, hi));
    let one = N::one();
    let (ratio, _) = r::div(&b, &a);
    let Octaves { count: octaves, bent, mantissa, exponent } = octaves(&ratio.value);
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
        // The ends are those that were given, not only near them.
        let (first, end) = (m.numbers[start + i].eq(&N::zero()), m.numbers[start + i].eq(&one));
        let x = N::select(end, &b.value, &N::select(first, &a.value, &x));
        if N::TRACKED {
            // Two roundings; inside, the errors of both ends of its octave, and what rounding did to the position (nothing to a short draw), with the slope of the next octave.
            let slipped = m.numbers[start + i]
                .mul_add(&octaves, &position.neg())
                .abs()
                .mul(&high.sub(&low).abs())
                .mul(&N::from_f64(3.0));
            let low_error = a.error.mul(&octave.exp2i());
            let high_error = N::select(last, &b.error, &low_error.add(&low_error));
            let carried = low_error.add(&high_error);
            let inside = x.abs().mul(&units(8.0)).add(&carried).add(&slipped).add(&N::lost(1e-300));
            worst = worst.max(&N::select(end, &b.error, &N::select(first, &a.error, &inside)));
        }
        m.numbers[to + i] = x;
    }
    if N::TRACKED {
        let len = plan.slots[u as usize].len() as f64;
        let error = worst.mul(&N::from_f64(len.sqrt().max(1.0)));
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
    let mut worst = N::zero();
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
        if N::TRACKED {
            // An octave of depth halves the value: it moves by less than twice its size for each.
            let relative = off.add(&off).add(&units(4.0)).add(&b.error.div(&b.value.abs()));
            let inside = x.abs().mul(&relative).add(&N::lost(1e-300));
            worst = worst.max(&N::select(m.numbers[start + i].eq(&one), &b.error, &inside));
        }
        m.numbers[to + i] = x;
    }
    if N::TRACKED {
        let len = plan.slots[u as usize].len() as f64;
        m.errors[out as usize] = worst.mul(&N::from_f64(len.sqrt().max(1.0)));
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
    m.undefined[out as usize] = undefined;
    if N::TRACKED {
        // A reflection keeps the norm, up to its own error.
        let norm = &m.norms[a as usize];
        let own = norm.mul(&units(reflector_units(rows, k)));
        m.norms[out as usize] = norm.add(&own);
        m.errors[out as usize] = own.add(&m.errors[a as usize]);
    }
}

/// `Q diag(d) Q'`, kept symmetric to the bit: `S - v w' - w v'` with `w = β S v - (β²/2)(v' S v) v`, from the innermost reflector out.
///
/// Before reflector `j` the matrix is still diagonal in row `j`, so one pass over the lower triangle below applies a
/// reflector and multiplies the outcome by the next: every entry is loaded once for four operations, four rows at a time.
#[inline(always)]
pub fn congruence<N: Number>(plan: &Plan, m: &mut Machine<N>, out: SlotId, v: SlotId, d: SlotId) {
    let undefined = either(m, v, d);
    let (sv, sd) = (plan.slots[v as usize], plan.slots[d as usize]);
    let n = sd.len();
    let vcols = sv.cols as usize;
    // The last reflector of all is a sign, which does nothing to a diagonal.
    let k = vcols.min(n.saturating_sub(1));
    let (earlier, later) = m.numbers.split_at_mut(plan.slots[out as usize].offset as usize);
    let (from, s) = (&*earlier, &mut later[..n * n]);
    // The reflector and the next one, `w`, and `S v` live in the working memory.
    let (v, rest) = m.work.split_at_mut(n);
    let (next, rest) = rest.split_at_mut(n);
    let (w, rest) = rest.split_at_mut(n);
    let product = &mut rest[..n];
    let (d_entries, reflectors) = (&from[sd.range()], &from[sv.range()]);
    s.fill(N::zero());
    for i in 0..n {
        s[i * n + i] = d_entries[i].clone();
    }
    if k > 0 {
        for i in k - 1..n {
            v[i] = reflectors[i * vcols + k - 1].clone();
            product[i] = d_entries[i].mul(&v[i]);
        }
    }
    for j in (0..k).rev() {
        let mut square = N::zero();
        let mut along = N::zero();
        for i in j..n {
            square = v[i].mul_add(&v[i], &square);
            along = product[i].mul_add(&v[i], &along);
        }
        let zero = square.eq(&N::zero());
        let beta = N::select(zero, &N::zero(), &N::from_f64(2.0).div(&square));
        let half = along.mul(&beta).mul(&beta).mul(&N::from_f64(0.5));
        for i in j..n {
            w[i] = half.neg_mul_add(&v[i], &beta.mul(&product[i]));
        }
        let below = j.saturating_sub(1);
        for i in below..n {
            next[i] = if j > 0 { reflectors[i * vcols + below].clone() } else { N::zero() };
            product[i] = N::zero();
        }
        // One by one until the rest comes in fours.
        let mut i = j;
        while (n - i) % 4 != 0 {
            update_rows::<N, 1>(s, n, j, i, v, w, next, product);
            i += 1;
        }
        while i < n {
            update_rows::<N, 4>(s, n, j, i, v, w, next, product);
            i += 4;
        }
        if j > 0 {
            product[below] = d_entries[below].mul(&next[below]);
        }
        v[below..n].clone_from_slice(&next[below..n]);
    }
    for i in 0..n {
        for j in 0..i {
            s[j * n + i] = s[i * n + j].clone();
        }
    }
    m.undefined[out as usize] = undefined;
    if N::TRACKED {
        // `w` is off by (2 l + 4) from the product and as much again, and two more, from the quadratic term, in units of `‖S‖ / ‖v‖`; it
        // enters twice, against `‖v‖`, and the updates round four times: 8 l + 24 in all, below four times a one-sided application.
        let norm = &m.norms[d as usize];
        let own = norm.mul(&units(4.0 * reflector_units(n, k)));
        m.norms[out as usize] = norm.add(&own);
        m.errors[out as usize] = own.add(&m.errors[d as usize]);
    }
}

/// `S - v w' - w v'` in the lower triangle of rows `i` to `i + R`, from column `j` on, and what these rows add to `product = S next`.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "the columns of one step, each on its own in registers")]
fn update_rows<N: Number, const R: usize>(
    s: &mut [N],
    n: usize,
    j: usize,
    i: usize,
    v: &[N],
    w: &[N],
    next: &[N],
    product: &mut [N],
) {
    // What the rows have of their own stays in registers; the slices below all have one length, so that no index is checked.
    let (vr, wr, nr): ([N; R], [N; R], [N; R]) = (
        std::array::from_fn(|r| v[i + r].clone()),
        std::array::from_fn(|r| w[i + r].clone()),
        std::array::from_fn(|r| next[i + r].clone()),
    );
    let mut sums: [N; R] = std::array::from_fn(|_| N::zero());
    {
        let mut rows = s[i * n..(i + R) * n].chunks_exact_mut(n);
        let row: [&mut [N]; R] = std::array::from_fn(|_| &mut rows.next().unwrap_or_default()[j..i]);
        let (v, w, next, product) = (&v[j..i], &w[j..i], &next[j..i], &mut product[j..i]);
        for c in 0..i - j {
            let (vc, wc, nc) = (&v[c], &w[c], &next[c]);
            let mut column = product[c].clone();
            for r in 0..R {
                let x = wr[r].neg_mul_add(vc, &vr[r].neg_mul_add(wc, &row[r][c]));
                sums[r] = x.mul_add(nc, &sums[r]);
                column = x.mul_add(&nr[r], &column);
                row[r][c] = x;
            }
            product[c] = column;
        }
    }
    for r in 0..R {
        for c in 0..=r {
            let at = (i + r) * n + i + c;
            let x = wr[r].neg_mul_add(&vr[c], &vr[r].neg_mul_add(&wr[c], &s[at]));
            sums[r] = x.mul_add(&nr[c], &sums[r]);
            if c < r {
                product[i + c] = x.mul_add(&nr[r], &product[i + c]);
            }
            s[at] = x;
        }
    }
    for r in 0..R {
        product[i + r] = product[i + r].add(&sums[r]);
    }
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

#[cfg(test)]
mod tests {
    use crate::arith::backend::dispatch;
    use crate::arith::lane::{Backend, Job, Lane8};
    use crate::eval::machine::Machine;
    use crate::eval::plan::{Instruction as I, Plan, Slot};
    use crate::eval::run::run;
    use crate::sample::strata::Lanes;

    /// `Q D Q'` in one instruction (slot 2), and as reflections of a diagonal matrix from both sides (slot 6).
    fn plan(n: u32, k: u32) -> Plan {
        let mut slots: Vec<Slot> = Vec::new();
        let mut numbers = 0;
        for (rows, cols) in [(n, k), (n, 1), (n, n), (n, n), (n, n), (n, n), (n, n)] {
            slots.push(Slot { offset: numbers, rows, cols });
            numbers += rows * cols;
        }
        let code = vec![
            I::Congruence { out: 2, v: 0, d: 1 },
            I::Rectangular { out: 3, a: 1 },
            I::Reflect { out: 4, v: 0, a: 3 },
            I::Transpose { out: 5, a: 4 },
            I::Reflect { out: 6, v: 0, a: 5 },
        ];
        Plan {
            sections: std::iter::once(0..code.len()).collect(),
            code,
            slots,
            numbers: numbers as usize,
            constants: Vec::new(),
            draws: Vec::new(),
            inputs: Vec::new(),
            ints: Vec::new(),
            roots: Vec::new(),
            loops: 0,
            work: 0,
            most_work: u64::MAX,
            largest: n as usize,
        }
    }

    /// Small numbers that differ by lane, some of them zero.
    fn small(count: u32, seed: u32) -> Vec<Lanes> {
        let number = |i: u32, lane: u32| f64::from((i * 7 + lane * 5 + seed * 3 + i * i) % 11) - 5.0;
        (0..count).map(|i| Lanes(std::array::from_fn(|lane| number(i, lane as u32)))).collect()
    }

    struct BothWays {
        n: u32,
        k: u32,
    }

    impl Job for BothWays {
        type Out = ();

        #[inline(always)]
        fn run<V: Lane8>(self) {
            let Self { n, k } = self;
            let plan = plan(n, k);
            let mut m = Machine::<V>::new();
            m.load(&plan);
            m.set_draw(&plan, 0, &small(n * k, n), None);
            m.set_draw(&plan, 1, &small(n, k), None);
            run(&plan, 0, &mut m).expect("within the work");
            let numbers = |slot: usize| plan.slots[slot].range().map(|i| m.numbers[i].to_array()).collect::<Vec<_>>();
            let (one, other) = (numbers(2), numbers(6));
            let mut floor = m.errors[2].add(m.errors[6]).to_array();
            for x in &mut floor {
                *x = x.max(1e-300);
            }
            for i in 0..n as usize {
                for j in 0..n as usize {
                    let at = i * n as usize + j;
                    assert_eq!(one[at], one[j * n as usize + i], "{n}, {k}: not symmetric");
                    for lane in 0..8 {
                        let gap = (one[at][lane] - other[at][lane]).abs();
                        assert!(gap <= floor[lane], "{n}, {k}: off by {gap} in ({i}, {j}), floor {}", floor[lane]);
                    }
                }
            }
            // The norm that is passed on is at least that of the numbers.
            for slot in [2, 4, 6] {
                let norm = m.norms[slot].to_array();
                for lane in 0..8 {
                    let computed = numbers(slot).iter().map(|x| x[lane] * x[lane]).sum::<f64>().sqrt();
                    assert!(computed <= norm[lane] * (1.0 + 1e-12), "{n}, {k}: {computed} above {}", norm[lane]);
                }
            }
        }
    }

    #[test]
    fn a_congruence_is_reflections_from_both_sides() {
        for n in 1..=13 {
            for k in 0..=n {
                dispatch(Backend::best(), BothWays { n, k });
            }
        }
    }
}
