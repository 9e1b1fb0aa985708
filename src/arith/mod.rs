//! The arithmetics, and small dense matrices and their spectra in each.
//!
//! Today: `f64` in eight lanes. Exact rationals and enclosures stand on the same plan and join here.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`lane`] | eight `f64`s as one value, and what each operation on them means |
//! | [`backend`] | which processors can do that how, and the door into generic code |
//! | [`number`] | what a plan needs of an arithmetic |
//! | [`elementary`] | `exp`, `ln`, `pow`, sines and their inverses, the normal quantile, each with its error bound |

pub mod backend;
pub mod elementary;
#[cfg(test)]
mod elementary_tests;
pub mod lane;
#[cfg(target_arch = "x86_64")]
mod lane_avx2;
#[cfg(target_arch = "x86_64")]
mod lane_avx512;
#[cfg(target_arch = "aarch64")]
mod lane_neon;
mod lane_scalar;
#[cfg(test)]
mod lane_tests;
mod normal;
pub mod number;
mod trigonometric;

pub use backend::dispatch;
pub use lane::{ALL, Backend, Job, Lane8, Mask};
