//! Products of small dense matrices in lanes: eight matrices of one shape multiplied at once.
//!
//! A matrix is a row-major slice of lanes: entry `(i, j)` of an `m` by `n` matrix is `a[i * n + j]`. Every entry of a
//! product is one accumulator that takes its terms in increasing order of the inner index, each with one fused
//! multiply-add, whatever the register block it falls into: the bits do not depend on the blocking.
//!
//! Rounding: a product with inner length `k` has `|computed - exact| <= k u |A| |B|` entrywise (`u = 2^-53`; Higham,
//! *Accuracy and Stability of Numerical Algorithms*, 2nd ed., section 3.5), hence in norm
//! `||error||_F <= k u ||A||_F ||B||_F`.
//!
//! Factorizations are next door, in [`super::factor`]; large single matrices are not for these kernels.

use super::lane::Lane8;

pub use super::factor::{Inertia, Inverse, cholesky, inertia, inverse, inverse_scratch_len, solve};

/// Unit roundoff, `2^-53`.
pub const UNIT_ROUNDOFF: f64 = f64::EPSILON / 2.0;

/// Where entry `(i, j)` of an operand lies: `i * row + j * column`.
#[derive(Clone, Copy)]
struct Strides {
    row: usize,
    column: usize,
}

/// `out = a b` with `a` `m` by `k` and `b` `k` by `n`.
#[inline(always)]
pub fn matmul<V: Lane8>(a: &[V], b: &[V], out: &mut [V], m: usize, k: usize, n: usize) {
    product(a, Strides { row: k, column: 1 }, b, Strides { row: n, column: 1 }, out, [m, k, n], false);
}

/// `out = a b'` with `a` `m` by `k` and `b` `n` by `k`.
#[inline(always)]
pub fn matmul_nt<V: Lane8>(a: &[V], b: &[V], out: &mut [V], m: usize, k: usize, n: usize) {
    product(a, Strides { row: k, column: 1 }, b, Strides { row: 1, column: k }, out, [m, k, n], false);
}

/// `out = a' b` with `a` `k` by `m` and `b` `k` by `n`.
#[inline(always)]
pub fn matmul_tn<V: Lane8>(a: &[V], b: &[V], out: &mut [V], m: usize, k: usize, n: usize) {
    product(a, Strides { row: 1, column: m }, b, Strides { row: n, column: 1 }, out, [m, k, n], false);
}

/// `out = a' a` with `a` `m` by `n`: `n` by `n`, symmetric to the bit, about half the work of the product.
#[inline(always)]
pub fn gram<V: Lane8>(a: &[V], out: &mut [V], m: usize, n: usize) {
    product(a, Strides { row: 1, column: n }, a, Strides { row: n, column: 1 }, out, [n, m, n], true);
}

/// `out = a a'` with `a` `m` by `n`: `m` by `m`, symmetric to the bit.
#[inline(always)]
pub fn gram_of_rows<V: Lane8>(a: &[V], out: &mut [V], m: usize, n: usize) {
    product(a, Strides { row: n, column: 1 }, a, Strides { row: 1, column: n }, out, [m, n, m], true);
}

/// The sum of squares of the entries, in index order.
#[inline(always)]
#[must_use]
pub fn frobenius_squared<V: Lane8>(a: &[V]) -> V {
    let mut sum = V::zero();
    for &x in a {
        sum = x.mul_add(x, sum);
    }
    sum
}

/// The product in blocks of up to 4 by 4 entries; with `symmetric`, blocks left of the diagonal are mirrored, not computed.
#[cfg_attr(optimized, inline(always))]
fn product<V: Lane8>(a: &[V], sa: Strides, b: &[V], sb: Strides, out: &mut [V], shape: [usize; 3], symmetric: bool) {
    let [m, k, n] = shape;
    debug_assert!(a.len() >= m * k && b.len() >= k * n && out.len() >= m * n, "a slice is shorter than its shape");
    let mut i = 0;
    while i < m {
        let rows = block_len(m - i);
        let mut j = if symmetric { i } else { 0 };
        while j < n {
            // On the diagonal a block must be as wide as it is high, or the mirror would leave a gap.
            let columns = block_len(n - j);
            let at = [i, j];
            match (rows, columns) {
                (4, 4) => block::<V, 4, 4>(a, sa, b, sb, out, shape, at, symmetric),
                (4, 2) => block::<V, 4, 2>(a, sa, b, sb, out, shape, at, symmetric),
                (4, _) => block::<V, 4, 1>(a, sa, b, sb, out, shape, at, symmetric),
                (2, 4) => block::<V, 2, 4>(a, sa, b, sb, out, shape, at, symmetric),
                (2, 2) => block::<V, 2, 2>(a, sa, b, sb, out, shape, at, symmetric),
                (2, _) => block::<V, 2, 1>(a, sa, b, sb, out, shape, at, symmetric),
                (_, 4) => block::<V, 1, 4>(a, sa, b, sb, out, shape, at, symmetric),
                (_, 2) => block::<V, 1, 2>(a, sa, b, sb, out, shape, at, symmetric),
                _ => block::<V, 1, 1>(a, sa, b, sb, out, shape, at, symmetric),
            }
            j += columns;
        }
        i += rows;
    }
}

/// The next block's length when so many rows (or columns) are left.
#[inline(always)]
fn block_len(left: usize) -> usize {
    match left {
        0 | 1 => 1,
        2 | 3 => 2,
        _ => 4,
    }
}

/// One block of the product: `R * C` accumulators in registers.
#[cfg_attr(optimized, inline(always))]
#[expect(clippy::too_many_arguments, reason = "one call site; a struct of them would be taken apart at once")]
fn block<V: Lane8, const R: usize, const C: usize>(
    a: &[V],
    sa: Strides,
    b: &[V],
    sb: Strides,
    out: &mut [V],
    [_, k, n]: [usize; 3],
    [i, j]: [usize; 2],
    symmetric: bool,
) {
    let mut sum = [[V::zero(); C]; R];
    for p in 0..k {
        let mut right = [V::zero(); C];
        for (c, x) in right.iter_mut().enumerate() {
            *x = b[p * sb.row + (j + c) * sb.column];
        }
        for (r, row) in sum.iter_mut().enumerate() {
            let left = a[(i + r) * sa.row + p * sa.column];
            for (s, &x) in row.iter_mut().zip(&right) {
                *s = left.mul_add(x, *s);
            }
        }
    }
    for (r, row) in sum.iter().enumerate() {
        for (c, &s) in row.iter().enumerate() {
            out[(i + r) * n + j + c] = s;
            if symmetric {
                out[(j + c) * n + i + r] = s;
            }
        }
    }
}
