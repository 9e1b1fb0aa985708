//! One module for each kind of statement; each turns cases into [`record::CaseRecord`]s.

pub mod binomial;
pub mod chance;
pub mod checker;
pub mod constant;
pub mod degrees;
mod drawn;
pub mod evidence;
pub mod experiment;
mod fate;
pub mod figure;
pub mod fit;
mod late;
pub mod line;
mod moving;
mod neighbour;
mod pointwise;
mod probability;
pub mod reading;
pub mod replay;
pub mod scaling;
pub mod search;
mod setting;
pub mod stored;
mod student;
mod sure;
mod sweep;
pub mod tally;
pub mod trend;

pub use crate::case::record;
pub use checker::{CheckError, CheckOptions, Checker, PredicateInfo, Premise, Replay};
pub use replay::Value;
pub use setting::{TRIALS, replay_case};
