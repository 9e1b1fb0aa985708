//! Matrices in fixed point: long integers in units of a power of two, multiplied exactly and rounded where it says so.
//!
//! The verified decompositions work on these: a product of fixed-point matrices is a product of integers, so the only error there is
//! comes from [`rounded`], half a unit each, and needs no interval arithmetic.

use dashu_int::ops::{BitTest, SquareRoot, UnsignedAbs};
use dashu_int::{IBig, UBig};

/// `x 2^-k`, to the nearest integer.
pub fn rounded(x: &IBig, k: usize) -> IBig {
    if k == 0 { x.clone() } else { (x + (IBig::ONE << (k - 1))) >> k }
}

/// `x 2^k` to the nearest integer, for either sign of `k`.
pub fn scaled(x: &IBig, k: i64) -> IBig {
    let size = usize::try_from(k.unsigned_abs()).unwrap_or(usize::MAX);
    if k >= 0 {
        x << size
    } else if size > x.bit_len() + 1 {
        IBig::ZERO
    } else {
        rounded(x, size)
    }
}

/// `a` (m×k) times `b` (k×n), exactly.
pub fn product(a: &[IBig], b: &[IBig], m: usize, k: usize, n: usize) -> Vec<IBig> {
    let mut out = Vec::with_capacity(m * n);
    for i in 0..m {
        for j in 0..n {
            let mut sum = IBig::ZERO;
            for l in 0..k {
                sum += &a[i * k + l] * &b[l * n + j];
            }
            out.push(sum);
        }
    }
    out
}

/// `A' B` for n×n matrices whose product is symmetric, exactly.
pub fn symmetric_product(a: &[IBig], b: &[IBig], n: usize) -> Vec<IBig> {
    symmetric(n, |i, j, l| &a[l * n + i] * &b[l * n + j])
}

/// `V diag(d) V'`, exactly.
pub fn congruent(v: &[IBig], d: &[IBig], n: usize) -> Vec<IBig> {
    let scaled: Vec<IBig> = v.iter().enumerate().map(|(k, x)| x * &d[k % n]).collect();
    symmetric(n, |i, j, l| &scaled[i * n + l] * &v[j * n + l])
}

/// The symmetric matrix of sums over `l` of these terms.
fn symmetric(n: usize, term: impl Fn(usize, usize, usize) -> IBig) -> Vec<IBig> {
    let mut out = vec![IBig::ZERO; n * n];
    for i in 0..n {
        for j in 0..=i {
            let sum = (0..n).fold(IBig::ZERO, |sum, l| sum + term(i, j, l));
            out[j * n + i] = sum.clone();
            out[i * n + j] = sum;
        }
    }
    out
}

/// At least the square root.
pub fn root_above(x: &UBig) -> UBig {
    let root = x.sqrt();
    if &root * &root == *x { root } else { root + UBig::ONE }
}

/// At least the Frobenius norm.
pub fn norm_above<'a>(numbers: impl Iterator<Item = &'a IBig>) -> IBig {
    let mut sum = UBig::ZERO;
    for x in numbers {
        sum += x.unsigned_abs().sqr();
    }
    IBig::from(root_above(&sum))
}

/// `⌊a / b⌋` for `b > 0`.
pub fn quotient_below(a: &IBig, b: &IBig) -> IBig {
    let q = a / b;
    if *a < IBig::ZERO && &q * b != *a { q - IBig::ONE } else { q }
}

/// `⌈a / b⌉` for `b > 0`.
pub fn quotient_above(a: &IBig, b: &IBig) -> IBig {
    -quotient_below(&-a, b)
}

/// `x 2^-k` as a float, at a loss of digits and never of more than the range holds, for `|x| < 2^(k+2)`.
pub fn to_f64(x: &IBig, k: usize) -> f64 {
    let drop = k.saturating_sub(60);
    let top: i64 = i64::try_from(x >> drop).unwrap_or(0);
    top as f64 / 2f64.powi(k.min(60) as i32)
}

/// A float of moderate size in units of `2^-k`, to the nearest below.
pub fn from_f64(x: f64, k: usize) -> IBig {
    let scaled = (x * 2f64.powi(60)).clamp(-(2f64.powi(62)), 2f64.powi(62));
    // NaN becomes zero: nothing rests on these numbers.
    scaled_by(IBig::from(scaled as i64), k)
}

fn scaled_by(x: IBig, k: usize) -> IBig {
    if k >= 60 { x << (k - 60) } else { x >> (60 - k) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_goes_to_the_nearest_on_both_sides_of_zero() {
        let x = |x: i64| IBig::from(x);
        assert_eq!([rounded(&x(5), 2), rounded(&x(-5), 2), rounded(&x(7), 3)], [x(1), x(-1), x(1)]);
        assert_eq!([scaled(&x(3), 2), scaled(&x(-12), -2), scaled(&x(9), -64)], [x(12), x(-3), x(0)]);
        assert_eq!([quotient_below(&x(-7), &x(2)), quotient_above(&x(-7), &x(2))], [x(-4), x(-3)]);
        assert_eq!([quotient_below(&x(8), &x(2)), quotient_above(&x(7), &x(2))], [x(4), x(4)]);
        assert_eq!(norm_above([x(1), x(-1)].iter()), x(2));
        assert_eq!(norm_above([x(3), x(-4)].iter()), x(5));
    }

    #[test]
    fn floats_go_there_and_back() {
        for k in [20, 60, 64, 200] {
            for x in [0.0, 1.0, -0.375, 0.999] {
                assert!((to_f64(&from_f64(x, k), k) - x).abs() < 2e-6);
            }
        }
        assert_eq!(from_f64(f64::NAN, 64), IBig::ZERO);
    }
}
