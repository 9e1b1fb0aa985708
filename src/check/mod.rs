//! One module for each kind of statement; each turns cases into [`record::CaseRecord`]s.

mod fake;
pub mod fit;
pub mod record;
pub mod tally;

pub use fake::{CheckError, CheckOptions, Checker, PredicateInfo, Replay, Value};
