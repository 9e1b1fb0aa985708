//! How matrices lie in lanes: eight rows of one problem in a vector, or one entry of eight problems.
//!
//! A program that is written once over [`Lane8`] then does either. Both add in one order: a sum over rows is eight sums, over the rows
//! of each remainder modulo 8 in ascending order, added as `((0+4)+(2+6))+((1+5)+(3+7))`. With one problem the eight sums are the lanes
//! of one vector ([`tree`]); with eight they are made one after the other, so rows are listed by remainder ([`by_remainder`]). That is
//! why a problem gives the same bits alone and among eight.

use crate::arith::Lane8;
use nalgebra::DMatrix;

/// How many rows or problems a vector holds.
pub const WIDTH: usize = 8;

/// The rows `0..n` by their remainder modulo 8, and where each remainder starts and the last ends.
#[must_use]
pub fn by_remainder(n: usize) -> (Vec<usize>, [usize; WIDTH + 1]) {
    let mut rows = Vec::with_capacity(n);
    let mut starts = [0; WIDTH + 1];
    for remainder in 0..WIDTH {
        rows.extend((remainder..n).step_by(WIDTH));
        starts[remainder + 1] = rows.len();
    }
    (rows, starts)
}

/// Eight rows a vector, `[block][column]`, rows of zeros below the last.
#[inline(always)]
pub fn pack_rows<V: Lane8>(matrix: &DMatrix<f64>) -> Vec<V> {
    let (n, k) = matrix.shape();
    let mut out = Vec::with_capacity(n.div_ceil(WIDTH) * k);
    for block in 0..n.div_ceil(WIDTH) {
        for column in matrix.as_slice().chunks_exact(n) {
            out.push(match column[block * WIDTH..].first_chunk() {
                // Where they are: eight numbers that were just written one by one are slow to load at once.
                Some(lanes) => V::load(lanes),
                None => {
                    let mut lanes = [0.0; WIDTH];
                    for (lane, x) in lanes.iter_mut().zip(&column[block * WIDTH..]) {
                        *lane = *x;
                    }
                    V::load(&lanes)
                }
            });
        }
    }
    out
}

/// What [`pack_rows`] does, undone. Rows that the matrix does not have are left out.
#[inline(always)]
pub fn unpack_rows<V: Lane8>(packed: &[V], matrix: &mut DMatrix<f64>) {
    let (n, k) = matrix.shape();
    for block in 0..n.div_ceil(WIDTH) {
        for (column, out) in matrix.as_mut_slice().chunks_exact_mut(n).enumerate() {
            let lanes = packed[block * k + column].to_array();
            for (out, lane) in out[block * WIDTH..].iter_mut().zip(lanes) {
                *out = lane;
            }
        }
    }
}

/// One entry of eight matrices a vector, `[row][column]`, the rows in the order given. All have one shape.
#[inline(always)]
pub fn pack_octet<V: Lane8>(matrices: &[&DMatrix<f64>; WIDTH], rows: &[usize]) -> Vec<V> {
    let k = matrices[0].ncols();
    let mut out = Vec::with_capacity(rows.len() * k);
    for &row in rows {
        for column in 0..k {
            let mut lanes = [0.0; WIDTH];
            for (lane, matrix) in lanes.iter_mut().zip(matrices) {
                *lane = matrix[(row, column)];
            }
            out.push(V::load(&lanes));
        }
    }
    out
}

/// What [`pack_octet`] does, undone. Rows that the matrices do not have are left out.
#[inline(always)]
pub fn unpack_octet<V: Lane8>(packed: &[V], rows: &[usize], states: &mut [&mut DMatrix<f64>; WIDTH]) {
    let (n, k) = states[0].shape();
    for (at, &row) in rows.iter().enumerate().filter(|(_, row)| **row < n) {
        for column in 0..k {
            let lanes = packed[at * k + column].to_array();
            for (lane, matrix) in lanes.into_iter().zip(states.iter_mut()) {
                matrix[(row, column)] = lane;
            }
        }
    }
}

/// The sum of eight numbers in the one order.
#[inline(always)]
#[must_use]
pub fn tree(x: &[f64; WIDTH]) -> f64 {
    ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]))
}

/// The same of eight vectors, lane by lane.
#[inline(always)]
pub fn tree_of<V: Lane8>(x: &[V; WIDTH]) -> V {
    x[0].add(x[4]).add(x[2].add(x[6])).add(x[1].add(x[5]).add(x[3].add(x[7])))
}

/// Whether two states have the same bits.
#[inline(always)]
#[must_use]
pub fn same_bits<V: Lane8>(a: &[V], b: &[V]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.to_array().map(f64::to_bits) == b.to_array().map(f64::to_bits))
}
