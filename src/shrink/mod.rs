//! From a certified counterexample to one fit to print in a paper.
//!
//! A search moves a case to simpler ones, in a fixed order, and keeps a step only if the case gets simpler and stays *certified*: the
//! violation is proved anew each time, from exact values, and never falls below a stated share of where it began.
//!
//! | file | what it knows |
//! | --- | --- |
//! | [`search`] | the case, what is asked of others, the budget, when a step is kept |
//! | [`simplicity`] | what simpler means; the simplest rationals near a number |
//! | `dimensions` | smaller integers: draws cut to fit, or a fresh case |
//! | `draws` | rotations that do nothing, spectra at their ends, entries alike |
//! | `entries` | values in place of draws: short rationals, number by number |
//!
//! What a case's values are and whether they refute the claim is asked through two functions ([`search::Oracles`]), so nothing here
//! depends on how it is proved. It is a descent: it ends where no single step helps, which need not be the simplest counterexample of all.

mod dimensions;
mod draws;
mod entries;
pub mod search;
pub mod simplicity;
#[cfg(test)]
mod tests;

pub use search::{Limits, Oracles, Shrunk, shrink};
