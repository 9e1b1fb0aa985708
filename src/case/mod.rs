//! A case: from draws to what became of each predicate, eight at a time.
//!
//! What the checkers and the searches share: the plan of a claim for given integers with what is looked up in it ([`octet`]), the
//! record that is all a checker tells the engine ([`record`]), and a case as data outside any stream ([`point`]): as text for people
//! ([`values`]) and as a stored counterexample ([`witness`]; `witness_json` reads its file).

pub mod octet;
pub mod point;
pub mod record;
pub mod values;
pub mod witness;
mod witness_json;
