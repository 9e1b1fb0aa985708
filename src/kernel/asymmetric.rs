//! Gradient descent on an asymmetric factorization, `F + eta*(X - F*G')*G`, `G + eta*(X - F*G')'*F`, for a diagonal `X`.
//!
//! As in [`super::symmetric`], never an m×n matrix: `F + (eta*X)*G - F*(eta*G'*G)` and the like for `G`, in one sweep over the rows of
//! both. The shorter of the two is continued by rows of zeros, which stay zeros because `X` ends before them. Worth it while
//! `k < 2mn/(m+n)`; beyond that, and for an `X` that is not diagonal, see [`super::residual`].

use super::columns::with_columns;
use super::fixed_point::{self, Steps};
use super::gram;
use super::packing::{WIDTH, pack_octet, pack_rows, unpack_octet, unpack_rows};
use crate::arith::lane::Kernel as Entered;
use crate::arith::{Job, Lane8};
use nalgebra::DMatrix;

/// One problem, of at most `MOST` columns.
pub struct One<'a> {
    pub x: &'a [f64],
    pub eta: f64,
    pub f: &'a mut DMatrix<f64>,
    pub g: &'a mut DMatrix<f64>,
    pub steps: u64,
}

impl Job for One<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Lane8>(self) {
        with_columns!(self.f.ncols(), K => V::enter(OneOf::<K>(self)), _ => {});
    }
}

struct OneOf<'a, const K: usize>(One<'a>);

impl<V: Lane8, const K: usize> Entered<V> for OneOf<'_, K> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let One { x, eta, f, g, steps } = self.0;
        let rows = f.nrows().max(g.nrows());
        let mut sweeps = Sweeps::<V, K, false> {
            f: pack_rows(&continued(f, rows)),
            g: pack_rows(&continued(g, rows)),
            s: pack_rows(&scaled(x, eta, rows)),
            eta: V::splat(eta),
            starts: gram::rows::<false>(rows).1,
        };
        fixed_point::advance(&mut sweeps, steps);
        unpack_rows(&sweeps.f, f);
        unpack_rows(&sweeps.g, g);
    }
}

/// With rows of zeros below.
fn continued(matrix: &DMatrix<f64>, rows: usize) -> DMatrix<f64> {
    matrix.clone().resize_vertically(rows, 0.0)
}

fn scaled(x: &[f64], eta: f64, rows: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, 1, |i, _| x.get(i).map_or(0.0, |x| eta * x))
}

/// Eight problems of one shape, of at most `MOST` columns.
pub struct Eight<'a> {
    pub x: [&'a [f64]; WIDTH],
    pub eta: [f64; WIDTH],
    pub f: [&'a mut DMatrix<f64>; WIDTH],
    pub g: [&'a mut DMatrix<f64>; WIDTH],
    pub steps: u64,
}

impl Job for Eight<'_> {
    type Out = ();

    #[inline(always)]
    fn run<V: Lane8>(self) {
        with_columns!(self.f[0].ncols(), K => V::enter(EightOf::<K>(self)), _ => {});
    }
}

struct EightOf<'a, const K: usize>(Eight<'a>);

impl<V: Lane8, const K: usize> Entered<V> for EightOf<'_, K> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Eight { x, eta, mut f, mut g, steps } = self.0;
        let all = f[0].nrows().max(g[0].nrows());
        let (rows, starts) = gram::rows::<true>(all);
        let pack = |matrices: &[DMatrix<f64>; WIDTH]| pack_octet(&matrices.each_ref(), &rows);
        let mut sweeps = Sweeps::<V, K, true> {
            f: pack(&f.each_ref().map(|f| continued(f, all))),
            g: pack(&g.each_ref().map(|g| continued(g, all))),
            s: pack(&std::array::from_fn(|p| scaled(x[p], eta[p], all))),
            eta: V::load(&eta),
            starts,
        };
        fixed_point::advance(&mut sweeps, steps);
        unpack_octet(&sweeps.f, &rows, &mut f);
        unpack_octet(&sweeps.g, &rows, &mut g);
    }
}

struct Sweeps<V, const K: usize, const OCTET: bool> {
    f: Vec<V>,
    g: Vec<V>,
    s: Vec<V>,
    eta: V,
    starts: [usize; WIDTH + 1],
}

impl<V: Lane8, const K: usize, const OCTET: bool> Steps<V> for Sweeps<V, K, OCTET> {
    #[inline(always)]
    fn advance(&mut self, steps: u64) {
        let Self { f, g, s, eta, starts } = self;
        let (f, g) = (f.as_chunks_mut::<K>().0, g.as_chunks_mut::<K>().0);
        let (mut of_f, mut of_g) = ([gram::zero(); WIDTH], [gram::zero(); WIDTH]);
        let mut h_f = gram::scaled::<V, K, OCTET>(f, starts, *eta, &mut of_f);
        let mut h_g = gram::scaled::<V, K, OCTET>(g, starts, *eta, &mut of_g);
        for _ in 0..steps {
            for part in 0..gram::parts::<OCTET>() {
                let range = starts[part]..starts[part + 1];
                let (f, g) = (&mut f[range.clone()], &mut g[range.clone()]);
                for ((f, g), &s) in f.iter_mut().zip(g.iter_mut()).zip(&s[range]) {
                    (*f, *g) = (gram::stepped(f, g, s, &h_g), gram::stepped(g, f, s, &h_f));
                }
                gram::sum_rows(&mut of_f[part], f);
                gram::sum_rows(&mut of_g[part], g);
            }
            h_f = gram::scaled_total::<V, K, OCTET>(&of_f, *eta);
            h_g = gram::scaled_total::<V, K, OCTET>(&of_g, *eta);
        }
    }

    #[inline(always)]
    fn state(&self, out: &mut Vec<V>) {
        out.clone_from(&self.f);
        out.extend_from_slice(&self.g);
    }
}
