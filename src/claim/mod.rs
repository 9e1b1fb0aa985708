//! Claim files: TOML to a typed claim, the library of papers by id, and what is wrong with a file, at its place.
//!
//! This floor takes text, and a path only to name it in errors; it opens no file.
//!
//! | file | what it knows |
//! | --- | --- |
//! | [`model`], [`experiment`] | a claim as data |
//! | [`load`] | a claim file: its keys; `sections`, `flow_section`, `probability_section`, `constant_section`, `experiment_section`, the tables with keys of their own; `names`, what may be defined |
//! | [`points`], `measurable` | the values of a sweep; what of a law of scaling is no measurement |
//! | `document`, `reader` | TOML as a tree with places; from it to strings, tables, parsed expressions |
//! | [`library`], [`paper`], [`index`] | folders of claims; citations; which statements are to be claims |
//! | [`program`], [`by_values`] | a claim as one typed graph, over its draws and over the values of its givens |
//! | [`fingerprint`] | a hash of the statement that a predicate makes, for stored witnesses |
//! | [`diagnostic`], `render` | an error in a file; how a person sees it |
//! | [`schema`], [`template`] | what an editor knows of a claim file; a first one to start from |

pub mod by_values;
mod constant_section;
pub mod diagnostic;
mod document;
pub mod experiment;
mod experiment_section;
pub mod fingerprint;
mod flow_section;
pub mod index;
pub mod library;
pub mod load;
mod measurable;
pub mod model;
pub mod motion;
mod names;
pub mod paper;
pub mod points;
mod probability_section;
pub mod program;
mod reader;
mod render;
pub mod schema;
mod sections;
pub mod template;
