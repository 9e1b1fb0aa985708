//! Consumers of the engine's events and outcomes: the table on a terminal, progress, JSON. None of them decides anything.

pub mod baseline;
pub mod chance;
pub mod closest;
pub mod constant;
pub mod entry;
pub mod errata;
pub mod explain;
pub mod journal;
pub mod json;
mod json_evidence;
pub mod kernels;
pub mod layout;
pub mod merge;
pub mod number;
pub mod paint;
pub mod progress;
pub mod replay;
pub mod run_report;
pub mod terminal;
pub mod write;
