//! Consumers of the engine's events and outcomes: the table on a terminal, progress; JSON, JUnit, SARIF, Markdown, annotations; the site in
//! HTML, which is made from the JSON. None of them decides anything.

pub mod annotations;
pub mod baseline;
pub mod chance;
pub mod closest;
pub mod constant;
pub mod entry;
pub mod errata;
pub mod experiment;
pub mod explain;
pub mod figure_table;
pub mod findings;
pub mod html;
pub mod journal;
pub mod json;
mod json_evidence;
pub mod junit;
pub mod kernels;
pub mod layout;
pub mod markdown;
pub mod merge;
pub mod number;
pub mod paint;
pub mod progress;
pub mod record;
pub mod replay;
pub mod run_report;
pub mod sarif;
pub mod scale;
pub mod statement;
pub mod svg;
pub mod terminal;
pub mod typed;
pub mod write;
