//! The extra step of Xiong, Ding and Du (2024), (5.1): `F` made a multiple of orthonormal columns, `F*G'` kept.
//!
//! With `F = A*diag(s)*B'`, `F*B*diag(beta/s)` is `beta*A` and `G*B*diag(s/beta)` keeps the product. (Printed `A Sigma' B` with a step
//! that multiplies by `B`; that `F'F = beta^2 I` follows, which the proof needs, only if `B` is what is transposed in the one and not in
//! the other.) The singular values descend, and in each column of `A` the first of the entries of largest magnitude is positive; where
//! two singular values agree to rounding, the columns are some basis of what they span.
//!
//! By one-sided Jacobi rotations (Demmel and Veselić, *Jacobi's method is more accurate than QR*, SIAM J. Matrix Anal. Appl. 13, 1992):
//! `+ - * /`, roots and fused sums in one order, so the bits are the same everywhere.

use super::{KernelError, Problem};
use nalgebra::DMatrix;

/// Sweeps after which rotations have long ceased; five or six are usual.
const SWEEPS: usize = 60;

/// The number of the step that rebalances first.
///
/// # Errors
/// If the problem's third scalar is not such a number.
pub fn turn(problem: &Problem) -> Result<u64, KernelError> {
    match problem.scalars.get(2) {
        Some(&turn) if turn >= 0.0 && turn == turn.floor() && turn < 2f64.powi(53) => Ok(turn as u64),
        found => Err(KernelError::Unsupported(format!(
            "`turn` is the number of a step, an integer from 0 to 2^53, found {}",
            found.map_or_else(|| "none".to_owned(), f64::to_string)
        ))),
    }
}

/// Replaces `F` and `G`.
///
/// # Errors
/// If `F` has more columns than independent rows, or what is not finite, or `beta` is not positive.
pub fn rebalance(f: &mut DMatrix<f64>, g: &mut DMatrix<f64>, beta: f64) -> Result<(), KernelError> {
    let refused = |why: String| Err(KernelError::Unsupported(format!("rebalancing {why}")));
    let (m, k) = f.shape();
    if m < k {
        return refused(format!("needs as many rows of `F` as columns, found {m}×{k}"));
    }
    if !(beta > 0.0 && beta.is_finite()) {
        return refused(format!("needs a positive `beta`, found {beta}"));
    }
    let largest = f.amax();
    if !largest.is_finite() || largest == 0.0 {
        return refused(format!("needs a finite `F` of full rank, its largest entry is {largest}"));
    }
    // By a power of two that makes squares neither overflow nor underflow where it matters: exact.
    let exponent = super::scaled::exponent_of(largest);
    let (mut a, mut b) = (f.map(|x| super::scaled::shifted(x, -exponent)), g.clone());
    rotate(&mut a, &mut b);
    let mut columns: Vec<(f64, usize)> = (0..k).map(|c| (dot(&a, c, c).sqrt(), c)).collect();
    // Stable: equal ones stay in their order.
    columns.sort_by(|x, y| y.0.total_cmp(&x.0));
    if let Some((s, _)) = columns.iter().find(|(s, _)| s.is_nan() || *s <= 0.0) {
        return refused(format!("needs an `F` of full rank, found a singular value {s}"));
    }
    for (to, &(s, from)) in columns.iter().enumerate() {
        let peak = a.column(from).iter().fold(0.0_f64, |peak, &x| if x.abs() > peak.abs() { x } else { peak });
        let sign = 1.0_f64.copysign(peak);
        for i in 0..m {
            f[(i, to)] = a[(i, from)] * (sign * beta / s);
        }
        for j in 0..g.nrows() {
            g[(j, to)] = super::scaled::shifted(b[(j, from)] * (sign * s / beta), exponent);
        }
    }
    Ok(())
}

/// Makes the columns of `a` orthogonal, and turns those of `b` along.
fn rotate(a: &mut DMatrix<f64>, b: &mut DMatrix<f64>) {
    let k = a.ncols();
    for _ in 0..SWEEPS {
        let mut still = true;
        for p in 0..k {
            for q in p + 1..k {
                let (alpha, beta, gamma) = (dot(a, p, p), dot(a, q, q), dot(a, p, q));
                if gamma.abs() <= f64::EPSILON * (alpha * beta).sqrt() {
                    continue;
                }
                still = false;
                let zeta = (beta - alpha) / (2.0 * gamma);
                let t = 1.0_f64.copysign(zeta) / (zeta.abs() + zeta.mul_add(zeta, 1.0).sqrt());
                let c = 1.0 / t.mul_add(t, 1.0).sqrt();
                turn_columns(a, p, q, c, c * t);
                turn_columns(b, p, q, c, c * t);
            }
        }
        if still {
            return;
        }
    }
}

fn dot(a: &DMatrix<f64>, p: usize, q: usize) -> f64 {
    (0..a.nrows()).fold(0.0, |sum, i| a[(i, p)].mul_add(a[(i, q)], sum))
}

fn turn_columns(a: &mut DMatrix<f64>, p: usize, q: usize, c: f64, s: f64) {
    for i in 0..a.nrows() {
        let (x, y) = (a[(i, p)], a[(i, q)]);
        a[(i, p)] = c.mul_add(x, -(s * y));
        a[(i, q)] = s.mul_add(x, c * y);
    }
}
