//! The hunt: a search for the least margin over the draws of a claim, so that a green verdict is the result of one.
//!
//! Cases are points in the space of draws (spectra and rotations, never entries), eight at a time in `f64` lanes; what is made least is the
//! margin plus its rounding floor, so that what is found below zero is real. Hypotheses and branches are constraints that the search
//! is driven into. All of it is deterministic: an island's result is a function of the claim, the seed and the island's unit, on any number
//! of threads and any back end.
//!
//! Not here: statements about iterates or laws of scaling; proofs (a violation is certified elsewhere); the making of simpler witnesses.
//!
//! | file | what it knows |
//! | --- | --- |
//! | [`hunter`] | a claim ready to be hunted; what a hunt found |
//! | [`campaign`] | which islands run, with which integers and starts: rounds that learn from one another |
//! | `island` | one unit of work: random block, moves, evolution, polish |
//! | [`goal`], `share` | what is made least; how much of an allowance is used |
//! | [`active`] | which hypotheses bind at the worst case, and what it is approached along |
//! | `contact` | short cases at which a margin may be zero |
//! | `space` | draws as coordinates: ends, octaves, reflectors |
//! | `moves`, `evolve`, `polish` | the three habits of a search |
//! | `structure` | structured values of matrices whose entries are moved |
//! | `probe`, `random` | candidates to outcomes; random numbers of an island |

pub mod active;
pub mod campaign;
mod contact;
pub mod dimensions;
mod evolve;
pub mod goal;
pub mod hunter;
mod island;
pub(crate) mod moves;
mod polish;
mod probe;
pub(crate) mod random;
mod share;
pub(crate) mod space;
mod structure;
#[cfg(test)]
mod tests;

pub use active::{Active, Approach, End};
pub use campaign::{Campaign, Unit};
pub use hunter::{Found, Hunt, HuntOptions, Hunter, IslandResult, LeastShare};
pub use island::Purpose;
