//! Tests of certified reals.
