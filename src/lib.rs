//! # theoremcheck
//!
//! QuickCheck for theorems. A paper's lemma is a TOML file; the harness samples inputs that meet its hypotheses, looks for
//! the worst one, and answers with a verdict, a margin and a case that anyone can replay.
//!
//! A claim is a function from *draws* to a *margin*; every module is one step of that (a floor uses only those below it):
//!
//! | floor | what it does |
//! | --- | --- |
//! | [`cli`] | the commands |
//! | [`report`] | what a run found, for people and programs |
//! | [`engine`] | which cases run where: budgets, threads, verdicts; files; the bridge to `cargo test` |
//! | [`check`] | one module for each kind of statement |
//! | [`hunt`] | the search for the least margin |
//! | [`shrink`] | a certified counterexample made fit to print |
//! | [`power`] | mutants of a claim: would the check notice? |
//! | [`prove`] | identities at generic points, claims in a few reals box by box |
//! | [`case`] | a case: its plan, its draws, what became of it |
//! | [`claim`] | TOML to a typed claim |
//! | [`kernel`] | the iterations, fast; the trait of a user's own |
//! | [`eval`] | a graph as a plan, run in any arithmetic |
//! | [`sample`] | draws, strata, samplers |
//! | [`lang`] | the claim language: parser, types and symbolic shapes, printers |
//! | [`arith`] | the arithmetics, small dense matrices and their spectra |

pub mod arith;
pub mod case;
pub mod certify;
pub mod check;
pub mod claim;
pub mod cli;
pub mod engine;
pub mod eval;
pub mod hunt;
pub mod kernel;
pub mod lang;
pub mod power;
pub mod prove;
pub mod report;
pub mod sample;
pub mod shrink;

pub use cli::{Harness, harness};
/// The matrices of kernels are of this version of nalgebra.
pub use nalgebra;
