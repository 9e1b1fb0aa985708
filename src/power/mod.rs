//! The check of the checker: would a claim that asks more be refuted by the same hunt?
//!
//! | file | what it knows |
//! | --- | --- |
//! | [`mutate`] | all mutants of a claim; `widen`, those of its samplers |
//! | `entries` | the expressions of a claim |
//! | `sites`, `effect`, `range` | the parts of an expression; whether raising one asks more or less; signs |
//! | [`outcome`] | what became of each mutant, and what follows |
//! | [`table`] | the same as text |
//!
//! Hunting is not done here: the caller hands in a function that hunts one claim and certifies what it finds.

mod effect;
mod entries;
mod mutant;
pub mod mutate;
pub mod outcome;
mod range;
mod sites;
pub mod table;
mod widen;

pub use mutant::{Kind, Mutant, Mutants, Options, Strength};
pub use mutate::mutants;
pub use outcome::{Conclusion, MutantOutcome, Power, Row};
