//! Every claim of this repository is a test.

fn main() -> std::process::ExitCode {
    theoremcheck::harness("claims")
}
