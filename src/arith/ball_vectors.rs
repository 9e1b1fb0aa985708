//! Eigenvectors of a symmetric fixed-point matrix to any precision, and what they prove about its eigenvalues.
//!
//! [`Frame::new`] finds a matrix `V` whose columns are nearly orthonormal eigenvectors of `M`: from `f64` Jacobi, then by Ogita and
//! Aishima's refinement, which doubles the digits of both properties at each step. With `R = I - V'V`, `S = V'MV` and
//! `d_i = s_ii / (1 - r_ii)`, a step is `V <- V + V E`, `e_ij = (s_ij + d_j r_ij) / (d_j - d_i)` and `e_ij = r_ij / 2` on the diagonal and
//! for pairs that are tied as far as this step's digits tell. Pairs that are nearly tied and still coupled make clusters; a cluster's
//! block, shifted and scaled, is diagonalised in `f64` first, which resolves its gaps at their own scale.
//!
//! None of that is believed. [`Frame::enclosures`] holds for *any* integers `V`:
//!
//! - `T = V'MV` and `V'V` are products of integers, so exact up to their last rounding.
//! - With `δ >= ‖V'V - I‖_F`, `δ < 1`: `λ_k(T) = θ_k λ_k(M)` with `1 - δ <= θ_k <= 1 + δ` (Ostrowski; Horn and Johnson, theorem 4.5.9).
//! - For any weights `w > 0` let `ρ_i = Σ_{j≠i} |t_ij| w_j / w_i`. Then `T - diag(t_ii + ρ_i)` is, up to a scaling of its rows, diagonally
//!   dominant with negative diagonal, so `T <= diag(t_ii + ρ_i)` and by monotonicity (Horn and Johnson, corollary 4.3.12) `λ_k(T)` is at most the `k`-th greatest
//!   `t_ii + ρ_i`; likewise at least the `k`-th greatest `t_ii - ρ_i`. This needs no separation, so clusters are no special case. Small
//!   weights outside of an eigenvalue's cluster make its radius quadratic in the coupling.
//!
//! References: T. Ogita and K. Aishima, *Iterative refinement for symmetric eigenvalue decomposition I, II*, Japan J. Indust. Appl. Math.
//! 35 (2018), 36 (2019); R. A. Horn and C. R. Johnson, *Matrix Analysis*, 2nd ed.

use super::fixed::{from_f64, norm_above, product, quotient_above, quotient_below, rounded, symmetric_product, to_f64};
use dashu_int::IBig;
use dashu_int::ops::{Abs, BitTest};

/// Approximate eigenvectors and what was measured of them; in units of `2^-digits`, and `t` in units of the matrix.
#[derive(Clone, Debug)]
pub struct Frame {
    pub n: usize,
    pub digits: usize,
    /// Columns.
    pub v: Vec<IBig>,
    /// `V'MV`, each entry within half a unit.
    pub t: Vec<IBig>,
    /// `I - V'V`, each entry within half a unit.
    r: Vec<IBig>,
}

impl Frame {
    /// Of the symmetric `m` (both triangles), whose entries are below `2^digits`.
    pub fn new(n: usize, digits: usize, m: &[IBig]) -> Self {
        let floats: Vec<f64> = m.iter().map(|x| to_f64(x, digits)).collect();
        Self::from_start(n, digits, m, &jacobi(n, floats))
    }

    /// From any start, right or wrong.
    pub fn from_start(n: usize, digits: usize, m: &[IBig], start: &[f64]) -> Self {
        // A step doubles the digits that are right, so the first ones are taken with few.
        let mut stages = vec![digits];
        while let Some(last) = stages.last().copied().filter(|last| *last > FIRST_DIGITS) {
            stages.push((last / 2 + 16).next_multiple_of(32));
        }
        let mut stage = stages.pop().unwrap_or(digits);
        let mut v: Vec<IBig> = start.iter().map(|x| from_f64(*x, stage)).collect();
        while stage < digits {
            let short: Vec<IBig> = m.iter().map(|x| rounded(x, digits - stage)).collect();
            v = Self::measure(n, stage, &short, v).improved_once(&short);
            let next = stages.pop().unwrap_or(digits);
            for x in &mut v {
                *x <<= next - stage;
            }
            stage = next;
        }
        Self::measure(n, digits, m, v).refined(m)
    }

    /// The columns after a step, and after clusters were resolved if there are any.
    fn improved_once(self, m: &[IBig]) -> Vec<IBig> {
        let (n, digits) = (self.n, self.digits);
        let step = Step::of(&self);
        if step.clusters.is_empty() {
            return self.moved(&step);
        }
        let frame = Self::measure(n, digits, m, rotated(&self, &step));
        let step = Step::of(&frame);
        if step.clusters.is_empty() { frame.moved(&step) } else { rotated(&frame, &step) }
    }

    /// `V + V E`
    fn moved(&self, step: &Step) -> Vec<IBig> {
        let change = product(&self.v, &step.e, self.n, self.n, self.n);
        self.v.iter().zip(&change).map(|(x, y)| x + rounded(y, self.digits)).collect()
    }

    /// Step by step to the last digit, or as far as it goes.
    fn refined(self, m: &[IBig]) -> Self {
        let (n, digits) = (self.n, self.digits);
        let mut frame = self;
        // The frame with the least left to do, and how many steps have not improved on it: resolving a level of a graded matrix
        // sets the digits of the levels above back to those of `f64`, from where they double again.
        let floor = IBig::from(4 * n + 8);
        let mut best: Option<(IBig, Self)> = None;
        let mut stalled = 0;
        for _ in 0..24 + 8 * n.min(8) {
            let step = Step::of(&frame);
            let v = if step.clusters.is_empty() {
                if step.left <= floor {
                    return frame;
                }
                let v = frame.moved(&step);
                match &best {
                    Some((least, _)) if step.left >= *least => {
                        stalled += 1;
                        if stalled > 4 * n.min(8) || *least <= &floor << 4 {
                            break;
                        }
                    }
                    _ => (best, stalled) = (Some((step.left, frame)), 0),
                }
                v
            } else {
                rotated(&frame, &step)
            };
            frame = Self::measure(n, digits, m, v);
        }
        match best {
            Some((_, best)) => best,
            None => frame,
        }
    }

    fn measure(n: usize, digits: usize, m: &[IBig], v: Vec<IBig>) -> Self {
        let mut r = symmetric_product(&v, &v, n);
        for (k, x) in r.iter_mut().enumerate() {
            let unit = if k.is_multiple_of(n + 1) { IBig::ONE << (2 * digits) } else { IBig::ZERO };
            *x = rounded(&(unit - &*x), digits);
        }
        let mv = product(m, &v, n, n, n);
        let mut t = symmetric_product(&v, &mv, n);
        for x in &mut t {
            *x = rounded(x, 2 * digits);
        }
        Self { n, digits, v, t, r }
    }

    /// A bound on `‖V'V - I‖_F` in units of `2^-digits`; of use if below one.
    pub fn defect(&self) -> IBig {
        norm_above(self.r.iter()) + IBig::from(self.n)
    }

    /// `t_ii / (1 - r_ii)`, about the eigenvalue of column `i`.
    pub fn values(&self) -> Vec<IBig> {
        let n = self.n;
        (0..n).map(|i| &self.t[i * n + i] + rounded(&(&self.t[i * n + i] * &self.r[i * n + i]), self.digits)).collect()
    }

    /// Lower and upper bounds of the eigenvalues of the matrix, decreasing, in its units; `None` if the columns are far from orthonormal.
    pub fn enclosures(&self) -> Option<Vec<(IBig, IBig)>> {
        let (n, one) = (self.n, IBig::ONE << self.digits);
        let defect = self.defect();
        if defect >= one {
            return None;
        }
        let mut bounds = dominated(n, &self.t, IBig::ONE);
        for (lo, hi) in &mut bounds {
            let (less, more) = (&one - &defect, &one + &defect);
            *lo = quotient_below(&(&*lo << self.digits), if *lo >= IBig::ZERO { &more } else { &less });
            *hi = quotient_above(&(&*hi << self.digits), if *hi >= IBig::ZERO { &less } else { &more });
        }
        Some(bounds)
    }
}

/// Bounds of the eigenvalues of the symmetric `t`, decreasing, from its diagonal and what its other entries can do at most; each entry
/// is known within `slack`.
pub fn dominated(n: usize, t: &[IBig], slack: IBig) -> Vec<(IBig, IBig)> {
    let size: Vec<IBig> = t
        .iter()
        .enumerate()
        .map(|(k, x)| if k.is_multiple_of(n + 1) { IBig::ZERO } else { x.abs() + &slack })
        .collect();
    let sum =
        |i: usize, of: &dyn Fn(usize) -> bool| -> IBig { (0..n).filter(|j| of(*j)).map(|j| &size[i * n + j]).sum() };
    let ordered = |radii: &[IBig]| {
        let mut lows: Vec<IBig> = (0..n).map(|i| &t[i * n + i] - &radii[i]).collect();
        let mut highs: Vec<IBig> = (0..n).map(|i| &t[i * n + i] + &radii[i]).collect();
        lows.sort_by(|a, b| b.cmp(a));
        highs.sort_by(|a, b| b.cmp(a));
        (lows, highs)
    };
    let plain: Vec<IBig> = (0..n).map(|i| sum(i, &|_| true) + &slack).collect();
    let (lows, highs) = ordered(&plain);
    let mut bounds: Vec<(IBig, IBig)> = lows.into_iter().zip(highs).collect();
    let least = &slack * IBig::from(4 * n);
    if plain.iter().all(|r| *r <= least) {
        return bounds;
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| t[b * n + b].cmp(&t[a * n + a]));
    for (k, &i) in order.iter().enumerate() {
        let distance = |a: usize, b: usize| (&t[a * n + a] - &t[b * n + b]).abs();
        let near: Vec<bool> = (0..n).map(|j| distance(i, j) <= (&plain[i] + &plain[j]) * IBig::from(2)).collect();
        let apart = |j: usize| (0..n).filter(|l| near[*l]).map(|l| distance(j, l)).min();
        let Some(gap) = (0..n).filter(|j| !near[*j]).filter_map(apart).min() else { continue };
        let coupling = (0..n).filter(|j| !near[*j]).map(|j| sum(j, &|l| near[l])).max().unwrap_or_default();
        let shift = gap.bit_len().saturating_sub(coupling.bit_len() + 3);
        if shift == 0 {
            continue;
        }
        let radii: Vec<IBig> = (0..n)
            .map(|j| {
                let (inside, outside) = (sum(j, &|l| near[l]), sum(j, &|l| !near[l]));
                &slack + if near[j] { inside + (outside >> shift) + IBig::ONE } else { outside + (inside << shift) }
            })
            .collect();
        let (lows, highs) = ordered(&radii);
        let (lo, hi) = &mut bounds[k];
        if lows[k] > *lo {
            lo.clone_from(&lows[k]);
        }
        if highs[k] < *hi {
            hi.clone_from(&highs[k]);
        }
    }
    bounds
}

/// Digits of the first step, from those of `f64`.
const FIRST_DIGITS: usize = 112;

/// A pair is apart if its gap is this many bits above its coupling; closer ones are rotated as a cluster.
const CLEAR: usize = 20;

/// One step of the refinement, or the clusters that have to be resolved before it.
struct Step {
    e: Vec<IBig>,
    /// The greatest entry of `R`, and coupling of two columns, in units.
    left: IBig,
    clusters: Vec<Vec<usize>>,
    /// `V'MV` with the defect of `V` taken out.
    coupling: Vec<IBig>,
}

impl Step {
    fn of(frame: &Frame) -> Self {
        let (n, digits) = (frame.n, frame.digits);
        let d = frame.values();
        let mut coupling = frame.t.clone();
        let mut e = vec![IBig::ZERO; n * n];
        let mut pairs: Vec<(IBig, usize, usize)> = Vec::with_capacity(n * (n - 1) / 2);
        for i in 0..n {
            coupling[i * n + i] = d[i].clone();
            e[i * n + i] = &frame.r[i * n + i] >> 1;
            for j in 0..i {
                let c = &frame.t[i * n + j] + rounded(&(&d[j] * &frame.r[i * n + j]), digits);
                coupling[i * n + j] = c.clone();
                coupling[j * n + i] = c;
                pairs.push((&d[j] - &d[i], i, j));
            }
        }
        // The clearest pairs first: their errors, squared, are what this step can tell of closer ones.
        pairs.sort_by_cached_key(|(gap, ..)| std::cmp::Reverse(gap.abs()));
        let greatest = |numbers: &mut dyn Iterator<Item = &IBig>| numbers.map(Abs::abs).max().unwrap_or_default();
        let defect = greatest(&mut frame.r.iter());
        let mut worst = defect.clone();
        let mut close: Vec<(usize, usize)> = Vec::new();
        for (gap, i, j) in pairs {
            let (r, c) = (&frame.r[i * n + j], &coupling[i * n + j]);
            let noise = (worst.sqr() >> digits) * IBig::from(8 * n) + IBig::from(4 * n);
            let (size, distance) = (c.abs(), (&gap).abs());
            if (&size << CLEAR) < distance && distance > noise {
                // e_ij + e_ji = r_ij.
                let x = (c << digits) / gap;
                let y = r - &x;
                worst = worst.max((&x).abs()).max((&y).abs());
                e[j * n + i] = y;
                e[i * n + j] = x;
            } else {
                e[i * n + j] = r >> 1;
                e[j * n + i] = r >> 1;
                if size > noise {
                    close.push((i, j));
                }
            }
        }
        let mut others = coupling.iter().enumerate().filter(|(k, _)| !k.is_multiple_of(n + 1)).map(|(_, x)| x);
        let left = greatest(&mut others).max(defect);
        Self { e, left, clusters: components(n, &close), coupling }
    }
}

/// The components with at least two members of the graph with these edges, each increasing.
pub fn components(n: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut label: Vec<usize> = (0..n).collect();
    for &(i, j) in edges {
        let (keep, drop) = (label[i].min(label[j]), label[i].max(label[j]));
        for l in &mut label {
            if *l == drop {
                *l = keep;
            }
        }
    }
    (0..n).map(|c| (0..n).filter(|i| label[*i] == c).collect::<Vec<_>>()).filter(|c| c.len() > 1).collect()
}

/// The columns with every cluster rotated to the eigenvectors of its block.
fn rotated(frame: &Frame, step: &Step) -> Vec<IBig> {
    let (n, digits) = (frame.n, frame.digits);
    let mut v = frame.v.clone();
    for cluster in &step.clusters {
        let k = cluster.len();
        let middle = &step.coupling[cluster[0] * n + cluster[0]];
        let mut block: Vec<IBig> = Vec::with_capacity(k * k);
        for &i in cluster {
            for &j in cluster {
                let x = &step.coupling[i * n + j];
                block.push(if i == j { x - middle } else { x.clone() });
            }
        }
        let size = block.iter().map(IBig::bit_len).max().unwrap_or(0);
        let floats = jacobi(k, block.iter().map(|x| to_f64(x, size)).collect());
        let mut w: Vec<IBig> = floats.iter().map(|x| from_f64(*x, digits)).collect();
        // W <- W + W (I - W'W) / 2 doubles the digits of orthogonality (Newton and Schulz).
        let mut right = 48;
        while right < digits {
            let mut defect = symmetric_product(&w, &w, k);
            for (at, x) in defect.iter_mut().enumerate() {
                let unit = if at.is_multiple_of(k + 1) { IBig::ONE << (2 * digits) } else { IBig::ZERO };
                *x = rounded(&(unit - &*x), digits + 1);
            }
            let change = product(&w, &defect, k, k, k);
            for (x, y) in w.iter_mut().zip(&change) {
                *x += rounded(y, digits);
            }
            right *= 2;
        }
        for row in 0..n {
            let old: Vec<IBig> = cluster.iter().map(|j| frame.v[row * n + j].clone()).collect();
            let new = product(&old, &w, 1, k, k);
            for (j, x) in cluster.iter().zip(&new) {
                v[row * n + j] = rounded(x, digits);
            }
        }
    }
    v
}

/// Eigenvectors (columns) of a symmetric matrix of floats, by cyclic Jacobi rotations; a start, with no promise.
fn jacobi(n: usize, mut a: Vec<f64>) -> Vec<f64> {
    let mut v: Vec<f64> = (0..n * n).map(|k| if k.is_multiple_of(n + 1) { 1.0 } else { 0.0 }).collect();
    for _ in 0..16 {
        let mut turned = false;
        for i in 1..n {
            for j in 0..i {
                let (x, y, z) = (a[i * n + i], a[j * n + j], a[i * n + j]);
                if z == 0.0 || z.abs() <= 1e-18 * (x.abs().min(y.abs())) {
                    continue;
                }
                turned = true;
                let ratio = (y - x) / (2.0 * z);
                let t = ratio.signum() / (ratio.abs() + (1.0 + ratio * ratio).sqrt());
                let c = 1.0 / (1.0 + t * t).sqrt();
                let s = t * c;
                for k in 0..n {
                    let (p, q) = (a[k * n + i], a[k * n + j]);
                    (a[k * n + i], a[k * n + j]) = (c * p - s * q, s * p + c * q);
                }
                for k in 0..n {
                    let (p, q) = (a[i * n + k], a[j * n + k]);
                    (a[i * n + k], a[j * n + k]) = (c * p - s * q, s * p + c * q);
                }
                a[i * n + j] = 0.0;
                a[j * n + i] = 0.0;
                for k in 0..n {
                    let (p, q) = (v[k * n + i], v[k * n + j]);
                    (v[k * n + i], v[k * n + j]) = (c * p - s * q, s * p + c * q);
                }
            }
        }
        if !turned {
            break;
        }
    }
    v
}
