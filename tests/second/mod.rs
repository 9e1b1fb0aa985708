//! A second evaluation of claims, which shares with the crate no more than the parsed claim: rational intervals over the syntax trees,
//! eigenvalues by counting the roots of characteristic polynomials. It is for rechecking what the crate says, and slow.
//!
//! | file | what it knows |
//! | --- | --- |
//! | [`rational`] | rationals, fast where they are dyadic |
//! | [`values`] | rational intervals; functions of a real |
//! | [`jets`] | derivatives |
//! | [`matrix`], [`spectra`] | matrices; their eigenvalues, square roots, order |
//! | [`evaluate`], [`call`] | expressions; functions of the language |
//! | [`members`] | what the samplers mean |
//! | [`path`] | trajectories |
//! | [`judge`] | whether values refute a predicate |
//! | [`files`] | claims and witness files |

pub mod call;
pub mod evaluate;
pub mod files;
pub mod jets;
pub mod judge;
pub mod matrix;
pub mod members;
pub mod path;
pub mod rational;
pub mod spectra;
pub mod values;
