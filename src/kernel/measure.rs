//! What sensing does to a residual: `A'*(A*r)` for a matrix `A` in columns, without ever forming `A'*A`.
//!
//! `A` is read where it is, column by column, twice: `y = A*r` adds columns, `A'*y` takes a product with each. The second sweep
//! goes backwards, over what the first left in the cache. Sums over the rows of `A` are in the order of `packing`, those over its
//! columns ascending, so eight residuals that share `A` get the bits that each gets alone.

use super::packing::{WIDTH, tree, tree_of};
use crate::arith::Lane8;
use nalgebra::DMatrix;

/// What stands between a residual and the step that it causes.
#[derive(Clone, Copy, Debug)]
pub enum Map<'a> {
    /// Nothing: sensing sees all entries.
    Identity,
    /// `A'*A`.
    Gram(&'a DMatrix<f64>),
    /// `I + delta*S`.
    Near { delta: f64, s: &'a DMatrix<f64> },
}

impl<'a> Map<'a> {
    /// That of `A`.
    #[must_use]
    pub fn of(a: &'a DMatrix<f64>) -> Self {
        if a.is_square() && a.iter().enumerate().all(|(at, &x)| x == f64::from(u8::from(at % (a.nrows() + 1) == 0))) {
            Self::Identity
        } else {
            Self::Gram(a)
        }
    }

    /// The length of the vector in between.
    #[must_use]
    pub fn inner(&self) -> usize {
        match self {
            Self::Identity => 0,
            Self::Gram(a) => a.nrows(),
            Self::Near { s, .. } => s.nrows(),
        }
    }

    /// Replaces a residual by its image; `y` has the length [`Map::inner`].
    #[inline(always)]
    pub fn apply<V: Lane8>(&self, r: &mut [f64], y: &mut [f64]) {
        match *self {
            Self::Identity => {}
            Self::Gram(a) => {
                columns::<V>(a, r, y);
                products::<V>(a, y, r);
            }
            Self::Near { delta, s } => {
                columns::<V>(s, r, y);
                for (r, &y) in r.iter_mut().zip(&*y) {
                    *r = delta.mul_add(y, *r);
                }
            }
        }
    }

    /// The same for eight residuals.
    #[inline(always)]
    pub fn apply_octet<V: Lane8>(&self, r: &mut [V], y: &mut [V]) {
        match *self {
            Self::Identity => {}
            Self::Gram(a) => {
                columns_octet(a, r, y);
                products_octet(a, y, r);
            }
            Self::Near { delta, s } => {
                columns_octet(s, r, y);
                for (r, &y) in r.iter_mut().zip(&*y) {
                    *r = V::splat(delta).mul_add(y, *r);
                }
            }
        }
    }
}

/// Columns at a time that are added: as many streams as the processor follows, and `y` is read and written once for all of them.
const AT_ONCE: usize = 12;

/// Columns at a time where each has a sum: as many as there are registers for.
const SUMMED: usize = 8;

/// The columns of `a` from `from` on.
#[inline(always)]
fn some<const C: usize>(a: &DMatrix<f64>, from: usize) -> [&[f64]; C] {
    let q = a.nrows();
    std::array::from_fn(|c| &a.as_slice()[(from + c) * q..(from + c + 1) * q])
}

/// `y = A*r`.
#[inline(always)]
fn columns<V: Lane8>(a: &DMatrix<f64>, r: &[f64], y: &mut [f64]) {
    y.fill(0.0);
    let whole = r.len() - r.len() % AT_ONCE;
    for from in (0..whole).step_by(AT_ONCE) {
        add_columns::<V, AT_ONCE>(&some(a, from), &r[from..], y);
    }
    for from in whole..r.len() {
        add_columns::<V, 1>(&some(a, from), &r[from..], y);
    }
}

#[inline(always)]
fn add_columns<V: Lane8, const C: usize>(a: &[&[f64]; C], r: &[f64], y: &mut [f64]) {
    let (blocks, rest) = y.as_chunks_mut::<WIDTH>();
    let mut factors = [V::zero(); C];
    for (factor, &r) in factors.iter_mut().zip(r) {
        *factor = V::splat(r);
    }
    for (block, y) in blocks.iter_mut().enumerate() {
        let mut sum = V::load(y);
        for c in 0..C {
            sum = V::load(&a[c].as_chunks::<WIDTH>().0[block]).mul_add(factors[c], sum);
        }
        sum.store(y);
    }
    let start = blocks.len() * WIDTH;
    for (row, y) in rest.iter_mut().enumerate() {
        for c in 0..C {
            *y = a[c][start + row].mul_add(r[c], *y);
        }
    }
}

/// `r = A'*y`.
#[inline(always)]
fn products<V: Lane8>(a: &DMatrix<f64>, y: &[f64], r: &mut [f64]) {
    let whole = r.len() - r.len() % SUMMED;
    for from in (whole..r.len()).rev() {
        take_products::<V, 1>(&some(a, from), y, &mut r[from..]);
    }
    for from in (0..whole).step_by(SUMMED).rev() {
        take_products::<V, SUMMED>(&some(a, from), y, &mut r[from..]);
    }
}

#[inline(always)]
fn take_products<V: Lane8, const C: usize>(a: &[&[f64]; C], y: &[f64], r: &mut [f64]) {
    let (blocks, rest) = y.as_chunks::<WIDTH>();
    let mut sums = [V::zero(); C];
    for (block, y) in blocks.iter().enumerate() {
        let y = V::load(y);
        for c in 0..C {
            sums[c] = V::load(&a[c].as_chunks::<WIDTH>().0[block]).mul_add(y, sums[c]);
        }
    }
    let start = blocks.len() * WIDTH;
    for c in 0..C {
        let mut lanes = sums[c].to_array();
        for (row, &y) in rest.iter().enumerate() {
            lanes[row] = a[c][start + row].mul_add(y, lanes[row]);
        }
        r[c] = tree(&lanes);
    }
}

/// Columns at a time in sums of eight problems: as many as there are registers for addresses.
///
/// Hardware follows a stream within its page of 4,096 bytes and starts anew in the next, once for every column, which was a quarter of
/// what the two sweeps took. So each group of columns asks for the next while it is at work. One problem alone waits for memory
/// all the time, and asking for it sooner does not help.
const ADDED: usize = 6;

/// `y = A*r` for eight `r`.
#[inline(always)]
fn columns_octet<V: Lane8>(a: &DMatrix<f64>, r: &[V], y: &mut [V]) {
    y.fill(V::zero());
    let whole = r.len() - r.len() % ADDED;
    for from in (0..whole).step_by(ADDED) {
        let next = some(a, (from + ADDED).min(whole - ADDED));
        add_columns_octet::<V, ADDED>(&some(a, from), &next, &r[from..], y);
    }
    for from in whole..r.len() {
        let column = some(a, from);
        add_columns_octet::<V, 1>(&column, &column, &r[from..], y);
    }
}

#[inline(always)]
fn add_columns_octet<V: Lane8, const C: usize>(a: &[&[f64]; C], next: &[&[f64]; C], r: &[V], y: &mut [V]) {
    let mut factors = [V::zero(); C];
    factors.copy_from_slice(&r[..C]);
    let (blocks, rest) = y.as_chunks_mut::<WIDTH>();
    for (block, y) in blocks.iter_mut().enumerate() {
        let a = eight_of(a, block);
        eight_of(next, block).into_iter().for_each(V::prefetch);
        for (row, y) in y.iter_mut().enumerate() {
            // Apart from `y`, which would be written after every term.
            let mut sum = *y;
            for c in 0..C {
                sum = factors[c].mul_add(V::splat(a[c][row]), sum);
            }
            *y = sum;
        }
    }
    let start = blocks.len() * WIDTH;
    for (row, y) in rest.iter_mut().enumerate() {
        for c in 0..C {
            *y = factors[c].mul_add(V::splat(a[c][start + row]), *y);
        }
    }
}

/// Eight rows of some columns.
#[inline(always)]
fn eight_of<'a, const C: usize>(a: &[&'a [f64]; C], block: usize) -> [&'a [f64; WIDTH]; C] {
    a.map(|column| &column.as_chunks::<WIDTH>().0[block])
}

/// Columns at a time where each has eight sums: as many as there are registers for.
const WITH_SUMS: usize = 3;

/// `r = A'*y` for eight `y`.
#[inline(always)]
fn products_octet<V: Lane8>(a: &DMatrix<f64>, y: &[V], r: &mut [V]) {
    let whole = r.len() - r.len() % WITH_SUMS;
    for from in (whole..r.len()).rev() {
        let column = some(a, from);
        take_products_octet::<V, 1>(&column, &column, y, &mut r[from..]);
    }
    for from in (0..whole).step_by(WITH_SUMS).rev() {
        let next = some(a, from.saturating_sub(WITH_SUMS));
        take_products_octet::<V, WITH_SUMS>(&some(a, from), &next, y, &mut r[from..]);
    }
}

#[inline(always)]
fn take_products_octet<V: Lane8, const C: usize>(a: &[&[f64]; C], next: &[&[f64]; C], y: &[V], r: &mut [V]) {
    let (blocks, rest) = y.as_chunks::<WIDTH>();
    // Apart from the sums below, which are indexed: these stay in registers.
    let mut held = [[V::zero(); WIDTH]; C];
    for (block, y) in blocks.iter().enumerate() {
        let a = eight_of(a, block);
        eight_of(next, block).into_iter().for_each(V::prefetch);
        for (row, &y) in y.iter().enumerate() {
            for c in 0..C {
                held[c][row] = y.mul_add(V::splat(a[c][row]), held[c][row]);
            }
        }
    }
    let mut sums = held;
    let start = blocks.len() * WIDTH;
    for c in 0..C {
        for (row, &y) in rest.iter().enumerate() {
            sums[c][row] = y.mul_add(V::splat(a[c][start + row]), sums[c][row]);
        }
        r[c] = tree_of(&sums[c]);
    }
}
