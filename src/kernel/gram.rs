//! Gram matrices `X'X` of states in lanes, in the one order of summation of [`super::packing`].
//!
//! `OCTET` says what a vector is: eight rows of one problem, or one entry of eight problems, whose rows are then in the order of
//! [`super::packing::by_remainder`].

use super::packing::{WIDTH, tree, tree_of};
use crate::arith::Lane8;

/// A symmetric matrix, by its upper triangle; below it is whatever.
pub type Square<V, const K: usize> = [[V; K]; K];

/// A symmetric matrix of zeros.
#[inline(always)]
pub fn zero<V: Lane8, const K: usize>() -> Square<V, K> {
    [[V::zero(); K]; K]
}

/// Adds the products of a row with itself.
#[inline(always)]
pub fn add_row<V: Lane8, const K: usize>(sum: &mut Square<V, K>, row: &[V; K]) {
    for a in 0..K {
        for b in a..K {
            sum[a][b] = row[a].mul_add(row[b], sum[a][b]);
        }
    }
}

/// The entry `(a, b)` of a symmetric matrix.
#[inline(always)]
pub fn entry<V: Lane8, const K: usize>(matrix: &Square<V, K>, a: usize, b: usize) -> V {
    if a <= b { matrix[a][b] } else { matrix[b][a] }
}

/// The sum of the products of rows with themselves, with no more sums at once than there are registers for.
#[inline(always)]
pub fn sum_rows<V: Lane8, const K: usize>(sum: &mut Square<V, K>, rows: &[[V; K]]) {
    if K <= 6 {
        add_some::<V, K, 0, 6>(sum, rows);
    } else {
        add_some::<V, K, 0, 3>(sum, rows);
        add_some::<V, K, 3, 8>(sum, rows);
    }
}

/// Rows `FROM..TO` of the sum.
#[inline(always)]
fn add_some<V: Lane8, const K: usize, const FROM: usize, const TO: usize>(sum: &mut Square<V, K>, rows: &[[V; K]]) {
    let mut own = zero::<V, K>();
    for row in rows {
        for a in FROM..TO.min(K) {
            for b in a..K {
                own[a][b] = row[a].mul_add(row[b], own[a][b]);
            }
        }
    }
    for a in FROM..TO.min(K) {
        for b in a..K {
            sum[a][b] = own[a][b];
        }
    }
}

/// Replaces a sum, the part that is one.
#[inline(always)]
pub fn keep<V: Lane8, const K: usize>(sum: &mut Square<V, K>, new: &Square<V, K>) {
    for a in 0..K {
        for b in a..K {
            sum[a][b] = new[a][b];
        }
    }
}

/// The sum over the remainders, times `eta`. For one problem there is one vector of eight sums, the first.
#[inline(always)]
pub fn scaled_total<V: Lane8, const K: usize, const OCTET: bool>(sums: &[Square<V, K>; WIDTH], eta: V) -> Square<V, K> {
    let mut out = zero();
    for a in 0..K {
        for b in a..K {
            let total = if OCTET {
                let mut eight = [V::zero(); WIDTH];
                for (to, from) in eight.iter_mut().zip(sums) {
                    *to = from[a][b];
                }
                tree_of(&eight)
            } else {
                V::splat(tree(&sums[0][a][b].to_array()))
            };
            out[a][b] = eta.mul(total);
        }
    }
    out
}

/// `eta X'X`.
#[inline(always)]
pub fn scaled<V: Lane8, const K: usize, const OCTET: bool>(
    x: &[[V; K]],
    starts: &[usize; WIDTH + 1],
    eta: V,
    sums: &mut [Square<V, K>; WIDTH],
) -> Square<V, K> {
    for part in 0..parts::<OCTET>() {
        sum_rows(&mut sums[part], &x[starts[part]..starts[part + 1]]);
    }
    scaled_total::<V, K, OCTET>(sums, eta)
}

/// A row after a step, `row + s*toward - row*H`: in a symmetric problem it is drawn to itself, in an asymmetric one to the row across.
#[inline(always)]
pub fn stepped<V: Lane8, const K: usize>(row: &[V; K], toward: &[V; K], s: V, h: &Square<V, K>) -> [V; K] {
    let mut new = *row;
    for (new, &toward) in new.iter_mut().zip(toward) {
        *new = s.mul_add(toward, *new);
    }
    for (l, own) in row.iter().enumerate() {
        for (c, new) in new.iter_mut().enumerate() {
            *new = own.neg_mul_add(entry(h, l, c), *new);
        }
    }
    new
}

/// How many sums there are: eight, or one of eight lanes.
#[inline(always)]
#[must_use]
pub const fn parts<const OCTET: bool>() -> usize {
    if OCTET { WIDTH } else { 1 }
}

/// Where the parts of `n` rows start, and in which order rows lie.
#[must_use]
pub fn rows<const OCTET: bool>(n: usize) -> (Vec<usize>, [usize; WIDTH + 1]) {
    if OCTET {
        super::packing::by_remainder(n)
    } else {
        let mut starts = [n.div_ceil(WIDTH); WIDTH + 1];
        starts[0] = 0;
        (Vec::new(), starts)
    }
}
