//! Gradient descent through the residual, row by row: for a dense target, for many columns, and as the last part of a step of sensing.
//!
//! With `E = T - F*G'`, or `E = T` where the residual is given, a step is `F + (eta*E)*G` and `G + (eta*E)'*F`. Entry by entry
//!
//! ```text
//! e(i,j) = ((t(i,j) - f(i,1) g(j,1)) - ...) - f(i,k) g(j,k),    h = eta e
//! f(i,c) <- (f(i,c) + h(i,1) g(1,c)) + ... + h(i,n) g(n,c)
//! g(j,c) <- (g(j,c) + h(1,j) f(1,c)) + ... + h(m,j) f(m,c)
//! ```
//!
//! with every product fused with the sum that it goes into. No sum is over lanes. One problem makes `E` twice, by rows for `F` and by
//! columns for `G`, so that either is eight rows in a vector: the same bits, and a third more work. Eight problems make it once, an entry
//! at a time, and never store it. A symmetric step is the first half, with `G = F = X`.

use super::columns::with_columns;
use super::fixed_point::{self, Steps};
use super::packing::{WIDTH, pack_octet, pack_rows, unpack_octet, unpack_rows};
use crate::arith::lane::Kernel as Entered;
use crate::arith::{Job, Lane8};
use nalgebra::DMatrix;

/// One problem: `state` is `F` and `G`, or the `X` of a symmetric one.
pub struct One<'a> {
    pub target: &'a DMatrix<f64>,
    pub eta: f64,
    pub state: &'a mut [DMatrix<f64>],
    pub steps: u64,
}

impl Job for One<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Lane8>(self) {
        with_columns!(self.state[0].ncols(), K => V::enter(OneOf::<K>(self)), _ => V::enter(OneOf::<0>(self)));
    }
}

/// `K` is 0 where there is no program for the number of columns.
struct OneOf<'a, const K: usize>(One<'a>);

impl<V: Lane8, const K: usize> Entered<V> for OneOf<'_, K> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let One { target, eta, state, steps } = self.0;
        let mut halves = Halves::<V, K> { target, eta: V::splat(eta), sides: state.iter().map(Side::new).collect() };
        halves.load_targets();
        fixed_point::advance(&mut halves, steps);
        for (side, matrix) in halves.sides.iter().zip(state) {
            unpack_rows(&side.rows, matrix);
        }
    }
}

/// One array of the state, in the two forms in which a step reads it.
pub(super) struct Side<V> {
    /// Eight rows a vector.
    pub rows: Vec<V>,
    new: Vec<V>,
    /// Row by row.
    pub scalars: Vec<f64>,
    /// The target with these rows, eight a vector.
    pub target: Vec<V>,
    height: usize,
    columns: usize,
}

impl<V: Lane8> Side<V> {
    #[inline(always)]
    pub fn new(matrix: &DMatrix<f64>) -> Self {
        let rows = pack_rows(matrix);
        let (height, columns) = matrix.shape();
        let mut side =
            Self { new: rows.clone(), rows, scalars: vec![0.0; height * columns], target: Vec::new(), height, columns };
        side.read_scalars();
        side
    }

    #[inline(always)]
    fn read_scalars(&mut self) {
        let k = self.columns;
        for (block, rows) in self.rows.chunks_exact(k).enumerate() {
            for (column, lanes) in rows.iter().enumerate() {
                for (lane, row) in lanes.to_array().into_iter().zip(block * WIDTH..self.height) {
                    self.scalars[row * k + column] = lane;
                }
            }
        }
    }

    /// Makes the new rows the rows.
    #[inline(always)]
    pub fn turn(&mut self) {
        std::mem::swap(&mut self.rows, &mut self.new);
        self.read_scalars();
    }
}

/// Makes the new rows of `side`, `other` being the one across. `RESIDUAL` says that the target is yet to be one.
#[inline(always)]
pub(super) fn half<V: Lane8, const K: usize, const RESIDUAL: bool>(side: &mut Side<V>, other: &[f64], eta: V) {
    let (k, width) = (side.columns, other.len() / side.columns);
    if K == 0 {
        for (block, (row, new)) in side.rows.chunks_exact(k).zip(side.new.chunks_exact_mut(k)).enumerate() {
            new.copy_from_slice(row);
            for (other, &target) in other.chunks_exact(k).zip(&side.target[block * width..]) {
                let mut e = target;
                if RESIDUAL {
                    for (&own, &across) in row.iter().zip(other) {
                        e = own.neg_mul_add(V::splat(across), e);
                    }
                }
                let h = eta.mul(e);
                for (new, &across) in new.iter_mut().zip(other) {
                    *new = h.mul_add(V::splat(across), *new);
                }
            }
        }
        return;
    }
    let rows = side.rows.as_chunks::<K>().0.iter().zip(side.new.as_chunks_mut::<K>().0);
    for (block, (row, new)) in rows.enumerate() {
        let mut sum = *row;
        for (other, &target) in other.as_chunks::<K>().0.iter().zip(&side.target[block * width..]) {
            let mut e = target;
            if RESIDUAL {
                for c in 0..K {
                    e = row[c].neg_mul_add(V::splat(other[c]), e);
                }
            }
            let h = eta.mul(e);
            for c in 0..K {
                sum[c] = h.mul_add(V::splat(other[c]), sum[c]);
            }
        }
        *new = sum;
    }
}

struct Halves<'a, V, const K: usize> {
    target: &'a DMatrix<f64>,
    eta: V,
    sides: Vec<Side<V>>,
}

impl<V: Lane8, const K: usize> Halves<'_, V, K> {
    #[inline(always)]
    fn load_targets(&mut self) {
        self.sides[0].target = pack_rows(self.target);
        if let Some(second) = self.sides.get_mut(1) {
            second.target = pack_rows(&self.target.transpose());
        }
    }
}

impl<V: Lane8, const K: usize> Steps<V> for Halves<'_, V, K> {
    #[inline(always)]
    fn advance(&mut self, steps: u64) {
        for _ in 0..steps {
            step::<V, K, true>(&mut self.sides, self.eta);
        }
    }

    #[inline(always)]
    fn state(&self, out: &mut Vec<V>) {
        out.clear();
        for side in &self.sides {
            out.extend_from_slice(&side.rows);
        }
    }
}

/// One step of one side or two.
#[inline(always)]
pub(super) fn step<V: Lane8, const K: usize, const RESIDUAL: bool>(sides: &mut [Side<V>], eta: V) {
    match sides {
        [x] => {
            let across = std::mem::take(&mut x.scalars);
            half::<V, K, RESIDUAL>(x, &across, eta);
            x.scalars = across;
            x.turn();
        }
        [f, g] => {
            half::<V, K, RESIDUAL>(f, &g.scalars, eta);
            half::<V, K, RESIDUAL>(g, &f.scalars, eta);
            f.turn();
            g.turn();
        }
        _ => {}
    }
}

/// Eight problems of one shape, of at most `MOST` columns. `g` is `None` for symmetric ones.
pub struct Eight<'a> {
    pub target: [&'a DMatrix<f64>; WIDTH],
    pub eta: [f64; WIDTH],
    pub f: [&'a mut DMatrix<f64>; WIDTH],
    pub g: Option<[&'a mut DMatrix<f64>; WIDTH]>,
    pub steps: u64,
}

impl Job for Eight<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Lane8>(self) {
        match (self.f[0].ncols(), self.target[0].ncols()) {
            (2, 2) if self.small() => V::enter(SmallOf::<2>(self)),
            (3, 3) if self.small() => V::enter(SmallOf::<3>(self)),
            (4, 4) => V::enter(EightOf::<4, 4>(self)),
            (k, _) => with_columns!(k, K => V::enter(EightOf::<K, 0>(self)), _ => {}),
        }
    }
}

/// `N` is the number of rows of `G` where the program knows it, or 0.
struct EightOf<'a, const K: usize, const N: usize>(Eight<'a>);

impl<V: Lane8, const K: usize, const N: usize> Entered<V> for EightOf<'_, K, N> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Eight { target, eta, mut f, mut g, steps } = self.0;
        let (m, n) = target[0].shape();
        let (rows, across): (Vec<usize>, Vec<usize>) = ((0..m).collect(), (0..n).collect());
        let mut octet = Octet::<V, K, N> {
            target: pack_octet(&target, &rows),
            eta: V::load(&eta),
            f: pack_octet(&f.each_ref().map(|f| &**f), &rows),
            g: g.as_ref().map_or_else(Vec::new, |g| pack_octet(&g.each_ref().map(|g| &**g), &across)),
            new: vec![V::zero(); K * n],
        };
        fixed_point::advance(&mut octet, steps);
        unpack_octet(&octet.f, &rows, &mut f);
        if let Some(g) = &mut g {
            unpack_octet(&octet.g, &across, g);
        }
    }
}

struct Octet<V, const K: usize, const N: usize> {
    target: Vec<V>,
    eta: V,
    f: Vec<V>,
    /// Empty for a symmetric problem.
    g: Vec<V>,
    new: Vec<V>,
}

impl<V: Lane8, const K: usize, const N: usize> Steps<V> for Octet<V, K, N> {
    #[inline(always)]
    fn advance(&mut self, steps: u64) {
        let Self { target, eta, f, g, new } = self;
        for _ in 0..steps {
            if g.is_empty() {
                symmetric::<V, K, true>(target, *eta, f, new);
                std::mem::swap(f, new);
            } else {
                asymmetric::<V, K, N, true>(target, *eta, f, g, new);
                std::mem::swap(g, new);
            }
        }
    }

    #[inline(always)]
    fn state(&self, out: &mut Vec<V>) {
        out.clone_from(&self.f);
        out.extend_from_slice(&self.g);
    }
}

/// Eight square problems whose state stays in registers.
struct SmallOf<'a, const K: usize>(Eight<'a>);

impl Eight<'_> {
    /// Whether `F`, `G` and the target are square and of one size.
    fn small(&self) -> bool {
        self.target[0].is_square() && self.g.is_some()
    }
}

impl<V: Lane8, const K: usize> Entered<V> for SmallOf<'_, K> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Eight { target, eta, mut f, g, steps } = self.0;
        let Some(mut g) = g else { return };
        let rows: [usize; K] = std::array::from_fn(|i| i);
        let mut small = Small::<V, K> {
            target: [[V::zero(); K]; K],
            eta: V::load(&eta),
            f: [[V::zero(); K]; K],
            g: [[V::zero(); K]; K],
        };
        small.target.as_flattened_mut().copy_from_slice(&pack_octet(&target, &rows));
        small.f.as_flattened_mut().copy_from_slice(&pack_octet(&f.each_ref().map(|f| &**f), &rows));
        small.g.as_flattened_mut().copy_from_slice(&pack_octet(&g.each_ref().map(|g| &**g), &rows));
        fixed_point::advance(&mut small, steps);
        unpack_octet(small.f.as_flattened(), &rows, &mut f);
        unpack_octet(small.g.as_flattened(), &rows, &mut g);
    }
}

struct Small<V, const K: usize> {
    target: [[V; K]; K],
    eta: V,
    f: [[V; K]; K],
    g: [[V; K]; K],
}

impl<V: Lane8, const K: usize> Steps<V> for Small<V, K> {
    #[inline(always)]
    fn advance(&mut self, steps: u64) {
        let (target, eta) = (self.target, self.eta);
        let (mut f, mut g) = (self.f, self.g);
        for _ in 0..steps {
            let (old_f, old_g) = (f, g);
            for i in 0..K {
                for j in 0..K {
                    let h = eta.mul(less_product(target[i][j], &old_f[i], &old_g[j]));
                    for c in 0..K {
                        f[i][c] = h.mul_add(old_g[j][c], f[i][c]);
                        g[j][c] = h.mul_add(old_f[i][c], g[j][c]);
                    }
                }
            }
        }
        (self.f, self.g) = (f, g);
    }

    #[inline(always)]
    fn state(&self, out: &mut Vec<V>) {
        out.clear();
        out.extend_from_slice(self.f.as_flattened());
        out.extend_from_slice(self.g.as_flattened());
    }
}

/// One step of eight symmetric problems, into `new`.
#[inline(always)]
pub(super) fn symmetric<V: Lane8, const K: usize, const RESIDUAL: bool>(target: &[V], eta: V, x: &[V], new: &mut [V]) {
    let x = x.as_chunks::<K>().0;
    for ((row, new), target) in x.iter().zip(new.as_chunks_mut::<K>().0).zip(target.chunks_exact(x.len())) {
        let mut sum = *row;
        for (other, &t) in x.iter().zip(target) {
            let h = eta.mul(if RESIDUAL { less_product(t, row, other) } else { t });
            for c in 0..K {
                sum[c] = h.mul_add(other[c], sum[c]);
            }
        }
        *new = sum;
    }
}

/// One step of eight problems: `f` in place, `g` into `new`.
#[inline(always)]
pub(super) fn asymmetric<V: Lane8, const K: usize, const N: usize, const RESIDUAL: bool>(
    target: &[V],
    eta: V,
    f: &mut [V],
    g: &[V],
    new: &mut [V],
) {
    let width = if N == 0 { g.len() / K } else { N };
    let g = &g.as_chunks::<K>().0[..width];
    let new = &mut new.as_chunks_mut::<K>().0[..width];
    for (i, (row, target)) in f.as_chunks_mut::<K>().0.iter_mut().zip(target.chunks_exact(width)).enumerate() {
        let old = *row;
        let mut sum = old;
        for j in 0..width {
            let other = &g[j];
            let h = eta.mul(if RESIDUAL { less_product(target[j], &old, other) } else { target[j] });
            let from = if i == 0 { *other } else { new[j] };
            for c in 0..K {
                sum[c] = h.mul_add(other[c], sum[c]);
                new[j][c] = h.mul_add(old[c], from[c]);
            }
        }
        *row = sum;
    }
}

/// `t` less the product of two rows.
#[inline(always)]
fn less_product<V: Lane8, const K: usize>(t: V, a: &[V; K], b: &[V; K]) -> V {
    let mut e = t;
    for c in 0..K {
        e = a[c].neg_mul_add(b[c], e);
    }
    e
}
