//! One module for each kind of statement; each turns cases into [`record::CaseRecord`]s.

pub mod checker;
pub mod evidence;
pub mod fit;
mod flow;
mod pointwise;
pub mod replay;
mod scaling;
pub mod search;
pub mod tally;
mod trajectory;

pub use crate::case::record;
pub use checker::{CheckError, CheckOptions, Checker, PredicateInfo, Replay};
pub use replay::Value;
