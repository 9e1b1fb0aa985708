//! A typed graph compiled to a flat plan, run in any arithmetic without allocating per case.
//!
//! [`compile`](compile::compile) makes a [`Plan`](plan::Plan) for given integers; a [`Machine`](machine::Machine) is its memory in one
//! arithmetic; [`run`](run::run) executes a section. In `f64` every value carries a bound on its rounding error, from which the floor of a
//! margin follows: a sign is never decided within it.

pub mod analysis;
pub mod compile;
pub mod integers;
pub mod machine;
mod matrices;
pub mod plan;
pub mod rounding;
pub mod run;
pub mod samplers;
mod spectra;
