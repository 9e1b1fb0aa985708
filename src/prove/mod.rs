//! Proofs of the claims that a machine can prove alone.
//!
//! | file | what it proves |
//! | --- | --- |
//! | [`identity`] | equalities of rational expressions, at generic points; `generic`, what those are; `formal`, the arithmetic of rational functions: [`size`], how large they are, [`residue`], their values modulo a prime |
//!
//! [`boxes`] covers claims about a few reals with enclosures.
//!
//! A proof here is of the statement as it was typed, not of the paper's; what it does not prove it leaves `held`.

pub mod boxes;
pub mod formal;
mod generic;
pub mod identity;
pub mod residue;
pub mod size;
