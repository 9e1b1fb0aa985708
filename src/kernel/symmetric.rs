//! Gradient descent on a symmetric factorization, `X + eta*(Sigma - X*X')*X`, for a diagonal `Sigma`.
//!
//! Never an n×n matrix: `X + (eta*Sigma)*X - X*(eta*X'*X)` row by row, and in the same sweep over the rows the Gram matrix of the new
//! ones. Entry by entry, with `H = eta*X'X`,
//!
//! ```text
//! x(i,c) <- ((x(i,c) + s(i) x(i,c)) - x(i,1) H(1,c)) - ... - x(i,k) H(k,c),    s = eta*Sigma
//! ```
//!
//! where every product is fused with the sum that it goes into. The order of the sums in `X'X` is that of `packing`. A `Sigma`
//! that is not diagonal is for [`super::residual`].

use super::columns::with_columns;
use super::fixed_point::{self, Steps};
use super::gram;
use super::packing::{WIDTH, pack_octet, pack_rows, tree, unpack_octet, unpack_rows};
use crate::arith::lane::Kernel as Entered;
use crate::arith::{Job, Lane8};
use nalgebra::DMatrix;

/// Columns from which on the rows are read a second time for their Gram matrix: its sums and `H` do not fit into the registers together.
const TWICE: usize = 4;

/// One problem.
pub struct One<'a> {
    pub sigma: &'a [f64],
    pub eta: f64,
    pub x: &'a mut DMatrix<f64>,
    pub steps: u64,
}

impl Job for One<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Lane8>(self) {
        with_columns!(self.x.ncols(), K => {
            V::enter(OneOf::<K>(self))
        }, _ => V::enter(Many(self)));
    }
}

/// One problem of any number of rows.
struct OneOf<'a, const K: usize>(One<'a>);

impl<V: Lane8, const K: usize> Entered<V> for OneOf<'_, K> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let One { sigma, eta, x, steps } = self.0;
        let mut sweeps = Sweeps::<V, K, false> {
            x: pack_rows(x),
            s: pack_rows(&scaled(sigma, eta)),
            eta: V::splat(eta),
            starts: gram::rows::<false>(sigma.len()).1,
        };
        fixed_point::advance(&mut sweeps, steps);
        unpack_rows(&sweeps.x, x);
    }
}

fn scaled(sigma: &[f64], eta: f64) -> DMatrix<f64> {
    DMatrix::from_iterator(sigma.len(), 1, sigma.iter().map(|s| eta * s))
}

/// Eight problems of one shape, of at most `MOST` columns.
pub struct Eight<'a> {
    pub sigma: [&'a [f64]; WIDTH],
    pub eta: [f64; WIDTH],
    pub x: [&'a mut DMatrix<f64>; WIDTH],
    pub steps: u64,
}

impl Job for Eight<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Lane8>(self) {
        with_columns!(self.x[0].ncols(), K => V::enter(EightOf::<K>(self)), _ => {});
    }
}

struct EightOf<'a, const K: usize>(Eight<'a>);

impl<V: Lane8, const K: usize> Entered<V> for EightOf<'_, K> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Eight { sigma, eta, mut x, steps } = self.0;
        let (rows, starts) = gram::rows::<true>(sigma[0].len());
        let mut scales: Vec<DMatrix<f64>> = Vec::with_capacity(WIDTH);
        for (sigma, eta) in sigma.iter().zip(eta) {
            scales.push(scaled(sigma, eta));
        }
        let mut sweeps = Sweeps::<V, K, true> {
            x: pack_octet(&x.each_ref().map(|x| &**x), &rows),
            s: pack_octet(&std::array::from_fn(|p| &scales[p]), &rows),
            eta: V::load(&eta),
            starts,
        };
        fixed_point::advance(&mut sweeps, steps);
        unpack_octet(&sweeps.x, &rows, &mut x);
    }
}

/// The state in memory, swept once a step.
struct Sweeps<V, const K: usize, const OCTET: bool> {
    x: Vec<V>,
    s: Vec<V>,
    eta: V,
    starts: [usize; WIDTH + 1],
}

impl<V: Lane8, const K: usize, const OCTET: bool> Steps<V> for Sweeps<V, K, OCTET> {
    #[inline(always)]
    fn advance(&mut self, steps: u64) {
        let x = self.x.as_chunks_mut::<K>().0;
        let mut sums = [gram::zero(); WIDTH];
        let mut h = gram::scaled::<V, K, OCTET>(x, &self.starts, self.eta, &mut sums);
        for _ in 0..steps {
            for (part, sums) in sums.iter_mut().enumerate().take(gram::parts::<OCTET>()) {
                let range = self.starts[part]..self.starts[part + 1];
                let mut sum = gram::zero();
                let rows = &mut x[range.clone()];
                for (row, &s) in rows.iter_mut().zip(&self.s[range]) {
                    *row = gram::stepped(row, row, s, &h);
                    if K < TWICE {
                        gram::add_row(&mut sum, row);
                    }
                }
                if K < TWICE {
                    gram::keep(sums, &sum);
                } else {
                    gram::sum_rows(sums, rows);
                }
            }
            h = gram::scaled_total::<V, K, OCTET>(&sums, self.eta);
        }
    }

    #[inline(always)]
    fn state(&self, out: &mut Vec<V>) {
        out.clone_from(&self.x);
    }
}

/// One problem of more columns than there are programs for: the same sums, the matrices in memory.
struct Many<'a>(One<'a>);

impl<V: Lane8> Entered<V> for Many<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let One { sigma, eta, x, steps } = self.0;
        let k = x.ncols();
        let mut wide = Wide::<V> {
            k,
            x: pack_rows(x),
            s: pack_rows(&scaled(sigma, eta)),
            h: vec![V::zero(); k * k],
            row: vec![V::zero(); k],
            eta,
        };
        fixed_point::advance(&mut wide, steps);
        unpack_rows(&wide.x, x);
    }
}

struct Wide<V> {
    k: usize,
    x: Vec<V>,
    s: Vec<V>,
    h: Vec<V>,
    row: Vec<V>,
    eta: f64,
}

impl<V: Lane8> Steps<V> for Wide<V> {
    #[inline(always)]
    fn advance(&mut self, steps: u64) {
        let Self { k, x, s, h, row, eta } = self;
        let k = *k;
        for _ in 0..steps {
            h.fill(V::zero());
            for x in x.chunks_exact(k) {
                for a in 0..k {
                    for b in a..k {
                        h[a * k + b] = x[a].mul_add(x[b], h[a * k + b]);
                    }
                }
            }
            for a in 0..k {
                for b in a..k {
                    let total = V::splat(*eta * tree(&h[a * k + b].to_array()));
                    h[a * k + b] = total;
                    h[b * k + a] = total;
                }
            }
            for (x, &s) in x.chunks_exact_mut(k).zip(&*s) {
                for (new, &old) in row.iter_mut().zip(&*x) {
                    *new = s.mul_add(old, old);
                }
                for l in 0..k {
                    for (new, &h) in row.iter_mut().zip(&h[l * k..(l + 1) * k]) {
                        *new = x[l].neg_mul_add(h, *new);
                    }
                }
                x.copy_from_slice(row);
            }
        }
    }

    #[inline(always)]
    fn state(&self, out: &mut Vec<V>) {
        out.clone_from(&self.x);
    }
}
