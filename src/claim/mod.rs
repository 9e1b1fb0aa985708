//! Claim files: TOML to a typed claim, the library of papers by id, and what is wrong with a file, at its place.
//!
//! This floor takes text, and a path only to name it in errors; it opens no file.

pub mod diagnostic;
mod document;
pub mod library;
pub mod load;
pub mod model;
mod names;
pub mod paper;
mod reader;
mod render;
pub mod schema;
mod sections;
pub mod template;
