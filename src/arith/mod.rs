//! The arithmetics, and small dense matrices and their spectra in each.
//!
//! Today: `f64` in eight lanes ([`lane`]). Exact rationals and enclosures stand on the same plan and join here.

pub mod lane;
pub mod number;
