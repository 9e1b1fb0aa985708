//! Consumers of the engine's events and outcomes: the table on a terminal, progress, JSON. None of them decides anything.

pub mod chance;
pub mod closest;
pub mod constant;
pub mod errata;
pub mod experiment;
pub mod explain;
pub mod figure_table;
pub mod json;
mod json_evidence;
pub mod kernels;
pub mod number;
pub mod paint;
pub mod progress;
pub mod replay;
pub mod run_report;
pub mod scale;
pub mod svg;
pub mod terminal;
pub mod write;
