//! The arithmetics, and small dense matrices and their spectra in each.
//!
//! `f64` in eight lanes, exact rationals, and enclosures of any precision, all on the same plan.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`lane`] | eight `f64`s as one value, and what each operation on them means |
//! | [`lane_pairs`] | eight numbers that are two floats each |
//! | [`lane_wide`] | eight numbers whose exponents have no bound |
//! | [`lane_double`] | eight double-doubles: the shadow of a long run |
//! | [`backend`] | which processors can do that how, and the door into generic code |
//! | [`number`] | what a plan needs of an arithmetic |
//! | [`exact`] | rationals, for what is rational in the draws |
//! | [`dyadic`] | matrices of floats, added and multiplied exactly |
//! | [`elementary`] | `exp`, `ln`, `pow`, sines and their inverses, the normal quantile, each with its error bound |
//! | [`dense`], [`factor`] | products and factorizations of small matrices |
//! | [`spectrum`], [`jacobi`] | eigenvalues, eigenvectors and singular values, each with its error |
//! | [`tridiagonal`] | the reduction behind them and the sign counts that prove an eigenvalue |
//! | [`ball`], [`float`] | enclosures, and the long floats that are their ends |
//! | [`inertia`], [`fixed`] | matrices of integers: eliminated without fractions, and in fixed point |
//! | [`ball_spectrum`], [`ball_vectors`] | eigenvalues and singular values, proved |
//! | [`ball_matrix`] | functions, inverses and determinants of matrices of enclosures |
//! | [`series`] | power series in time over enclosures, for the solutions of differential equations |
//!
//! Kernels are inlined into the caller's [`Job`], or they would be compiled without the vector instructions. The large ones
//! only where code is optimized (`cfg(optimized)`, of `build.rs`): unoptimized code gives every intermediate value a stack slot of its own, and a job that
//! inlines a few of them would overflow a thread's stack. Correct either way; fast only when optimized.

pub mod backend;
pub mod ball;
pub mod ball_matrix;
#[cfg(test)]
mod ball_matrix_tests;
mod ball_number;
mod ball_real;
pub mod ball_spectrum;
#[cfg(test)]
mod ball_spectrum_tests;
#[cfg(test)]
mod ball_tests;
pub mod ball_vectors;
pub mod dense;
#[cfg(test)]
mod dense_tests;
pub mod dyadic;
pub mod elementary;
#[cfg(test)]
mod elementary_tests;
pub mod exact;
pub mod factor;
pub mod fixed;
pub mod float;
pub mod inertia;
pub mod jacobi;
mod laguerre;
pub mod lane;
#[cfg(target_arch = "x86_64")]
mod lane_avx2;
#[cfg(target_arch = "x86_64")]
mod lane_avx512;
pub mod lane_double;
#[cfg(target_arch = "aarch64")]
mod lane_neon;
pub mod lane_pairs;
mod lane_scalar;
#[cfg(test)]
mod lane_tests;
pub mod lane_wide;
pub mod normal;
pub mod number;
mod number_lanes;
mod root_free;
pub mod series;
pub mod spectrum;
#[cfg(test)]
mod spectrum_tests;
pub mod tridiagonal;
pub mod trigonometric;

pub use backend::dispatch;
pub use lane::{ALL, Backend, Job, Lane8, Mask};
#[cfg(test)]
pub(crate) use lane_scalar::Scalar8;
