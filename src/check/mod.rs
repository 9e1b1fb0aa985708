//! One module for each kind of statement; each turns cases into [`record::CaseRecord`]s.

pub mod record;
