//! A case: from draws to what became of each predicate, eight at a time.
//!
//! What the checkers and the searches share: the plan of a claim for given integers with what is looked up in it ([`octet`]), the
//! record that is all a checker tells the engine ([`record`]), a case as data outside any stream ([`point`]), what a claim says of
//! such data ([`evaluate`]), the same at another size ([`resize`]) or with fewer digits ([`coarsen`]), and its exact values as text ([`values`]) and as a stored witness ([`witness`]).

pub mod along;
pub mod coarsen;
mod distance;
pub mod evaluate;
pub mod fast;
pub mod flow;
mod integrator;
pub mod octet;
pub mod path;
pub mod point;
pub mod record;
pub mod resize;
pub mod schedule;
pub mod shadow;
pub mod spread;
pub mod times;
pub mod values;
pub mod way;
pub mod witness;
mod witness_json;
