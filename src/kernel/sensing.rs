//! Gradient descent for sensing: `F - eta*M*G`, `G - eta*M'*F` with `M` what a [`Map`] makes of `F*G' - T`, and the symmetric form.
//!
//! The residual `((f(i,1) g(j,1) - t(i,j)) + ...) + f(i,k) g(j,k)` lies as `flatten` lists it, column by column. The step that `-M` then
//! causes is that of [`super::residual`], with the residual given.

use super::columns::{WIDE, with_columns};
use super::fixed_point::{self, Steps};
use super::measure::Map;
use super::packing::{WIDTH, pack_octet, unpack_octet, unpack_rows};
use super::residual::{Side, asymmetric, step, symmetric};
use crate::arith::lane::Kernel as Entered;
use crate::arith::{Job, Lane8};
use nalgebra::DMatrix;

/// One problem: `state` is `F` and `G`, or the `X` of a symmetric one.
pub struct One<'a> {
    pub map: Map<'a>,
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
        let One { map, target, eta, state, steps } = self.0;
        let mut sensed = Sensed::<V, K> {
            map,
            target,
            eta: V::splat(eta),
            sides: state.iter().map(Side::new).collect(),
            residual: vec![0.0; target.len()],
            inner: vec![0.0; map.inner()],
        };
        fixed_point::advance(&mut sensed, steps);
        for (side, matrix) in sensed.sides.iter().zip(state) {
            unpack_rows(&side.rows, matrix);
        }
    }
}

struct Sensed<'a, V, const K: usize> {
    map: Map<'a>,
    target: &'a DMatrix<f64>,
    eta: V,
    sides: Vec<Side<V>>,
    residual: Vec<f64>,
    inner: Vec<f64>,
}

impl<V: Lane8, const K: usize> Sensed<'_, V, K> {
    /// `F*G' - T`.
    #[inline(always)]
    fn measure(&mut self) {
        let (m, n) = self.target.shape();
        let k = self.sides[0].rows.len() / m.div_ceil(WIDTH);
        let across = self.sides.last().map_or(&[][..], |side| &side.scalars);
        for j in 0..n {
            let other = &across[j * k..(j + 1) * k];
            let target = &self.target.as_slice()[j * m..(j + 1) * m];
            let out = &mut self.residual[j * m..(j + 1) * m];
            let pieces = out.chunks_mut(WIDTH).zip(target.chunks(WIDTH));
            for ((out, target), row) in pieces.zip(self.sides[0].rows.chunks_exact(k)) {
                let mut lanes = [0.0; WIDTH];
                lanes[..target.len()].copy_from_slice(target);
                let mut e = V::load(&lanes).neg();
                for (&own, &across) in row.iter().zip(other) {
                    e = own.mul_add(V::splat(across), e);
                }
                out.copy_from_slice(&e.to_array()[..out.len()]);
            }
        }
    }

    /// Lays `-M` out for the step.
    #[inline(always)]
    fn spread(&mut self) {
        let (m, n) = self.target.shape();
        for (side, (shape, by_row, by_column)) in self.sides.iter_mut().zip([([m, n], 1, m), ([n, m], m, 1)]) {
            lay(&mut side.target, &self.residual, shape, by_row, by_column);
        }
    }
}

/// The entries of `-m`, eight rows a vector; a row and a column of it are so far apart.
#[inline(always)]
fn lay<V: Lane8>(out: &mut Vec<V>, m: &[f64], [height, width]: [usize; 2], by_row: usize, by_column: usize) {
    out.clear();
    for block in 0..height.div_ceil(WIDTH) {
        for column in 0..width {
            let mut lanes = [0.0; WIDTH];
            for (lane, row) in lanes.iter_mut().zip(block * WIDTH..height) {
                *lane = -m[row * by_row + column * by_column];
            }
            out.push(V::load(&lanes));
        }
    }
}

impl<V: Lane8, const K: usize> Steps<V> for Sensed<'_, V, K> {
    #[inline(always)]
    fn advance(&mut self, steps: u64) {
        for _ in 0..steps {
            self.measure();
            self.map.apply::<V>(&mut self.residual, &mut self.inner);
            self.spread();
            step::<V, K, false>(&mut self.sides, self.eta);
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

/// Eight problems of one shape that share the map, of at most `MOST` columns, or of `WIDE`. `g` is `None` for symmetric ones.
pub struct Eight<'a> {
    pub map: Map<'a>,
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
        if self.f[0].ncols() == WIDE {
            return V::enter(EightOf::<WIDE>(self));
        }
        with_columns!(self.f[0].ncols(), K => V::enter(EightOf::<K>(self)), _ => {});
    }
}

struct EightOf<'a, const K: usize>(Eight<'a>);

impl<V: Lane8, const K: usize> Entered<V> for EightOf<'_, K> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Eight { map, target, eta, mut f, mut g, steps } = self.0;
        let (m, n) = target[0].shape();
        let (rows, across): (Vec<usize>, Vec<usize>) = ((0..m).collect(), (0..n).collect());
        let mut octet = Octet::<V, K> {
            map,
            shape: (m, n),
            target: pack_octet(&target, &rows),
            eta: V::load(&eta),
            f: pack_octet(&f.each_ref().map(|f| &**f), &rows),
            g: g.as_ref().map_or_else(Vec::new, |g| pack_octet(&g.each_ref().map(|g| &**g), &across)),
            new: vec![V::zero(); K * n],
            residual: vec![V::zero(); m * n],
            inner: vec![V::zero(); map.inner()],
            spread: vec![V::zero(); m * n],
        };
        fixed_point::advance(&mut octet, steps);
        unpack_octet(&octet.f, &rows, &mut f);
        if let Some(g) = &mut g {
            unpack_octet(&octet.g, &across, g);
        }
    }
}

struct Octet<'a, V, const K: usize> {
    map: Map<'a>,
    shape: (usize, usize),
    target: Vec<V>,
    eta: V,
    f: Vec<V>,
    /// Empty for a symmetric problem.
    g: Vec<V>,
    new: Vec<V>,
    residual: Vec<V>,
    inner: Vec<V>,
    /// `-M`, row by row.
    spread: Vec<V>,
}

impl<V: Lane8, const K: usize> Steps<V> for Octet<'_, V, K> {
    #[inline(always)]
    fn advance(&mut self, steps: u64) {
        let Self { map, shape: (m, n), target, eta, f, g, new, residual, inner, spread } = self;
        for _ in 0..steps {
            let across = if g.is_empty() { &*f } else { &*g }.as_chunks::<K>().0;
            for (i, row) in f.as_chunks::<K>().0.iter().enumerate() {
                for (j, other) in across.iter().enumerate() {
                    let mut e = target[i * *n + j].neg();
                    for c in 0..K {
                        e = row[c].mul_add(other[c], e);
                    }
                    residual[j * *m + i] = e;
                }
            }
            map.apply_octet(residual, inner);
            for i in 0..*m {
                for j in 0..*n {
                    spread[i * *n + j] = residual[j * *m + i].neg();
                }
            }
            if g.is_empty() {
                symmetric::<V, K, false>(spread, *eta, f, new);
                std::mem::swap(f, new);
            } else {
                asymmetric::<V, K, 0, false>(spread, *eta, f, g, new);
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
