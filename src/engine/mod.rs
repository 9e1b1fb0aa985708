//! Which cases run where, and what is made of them: budgets, threads, verdicts, the exit status; files of claims; the bridge
//! to `cargo test`; kernels that are other programs. The only floor under the reports that touches files and clocks.

pub mod budget;
pub mod environment;
pub mod event;
pub mod exit;
pub mod files;
pub mod guard;
pub mod kernels;
pub mod outcome;
pub mod power;
pub mod process;
pub mod regular;
pub mod rerun;
pub mod run;
pub mod shard;
pub mod source;
pub mod verdict;

#[cfg(test)]
mod run_tests;
