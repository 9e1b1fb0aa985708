//! Draws, strata, samplers.
//!
//! A case is a list of short dyadic draws ([`stream`]); a stratum says how they are chosen ([`strata`]) or, where a distribution is meant, its
//! law does ([`law`]); a sampler is a rational
//! function of them (`lower`), so its value meets its hypothesis by construction and never by rejection.

pub mod draws;
pub mod law;
pub mod lower;
pub mod member;
pub mod strata;
pub mod stream;
